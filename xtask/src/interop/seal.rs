//! What regrender seals, opened by sops and age.

use anyhow::{Result, bail};

use super::declaration::Declaration;
use super::identity::Key;
use super::ledger::Ledger;
use super::stage::Stage;
use crate::peer::Peer;

struct Recipients {
    title: &'static str,
    keys: &'static [Key],
}

const RECIPIENTS: &[Recipients] = &[
    Recipients { title: "one X25519 recipient", keys: &[Key::First] },
    Recipients { title: "three X25519 recipients", keys: &[Key::First, Key::Second, Key::Third] },
    Recipients { title: "X25519 and ssh-ed25519", keys: &[Key::First, Key::SshEd25519] },
    Recipients { title: "X25519 and ssh-rsa", keys: &[Key::First, Key::SshRsa] },
    Recipients { title: "a post-quantum recipient", keys: &[Key::PostQuantum] },
    Recipients { title: "X25519 and post-quantum", keys: &[Key::First, Key::PostQuantum] },
    Recipients { title: "ssh-ed25519 alone", keys: &[Key::SshEd25519] },
    Recipients { title: "ssh-rsa alone", keys: &[Key::SshRsa] },
];

/// Runs the cases "regrender → sops" and "regrender → age".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for recipients in RECIPIENTS {
        for mac in ["all", "encrypted-only"] {
            for sops in [Peer::Sops, Peer::OldSops] {
                let title =
                    format!("regrender → {}: {}, mac {mac}", sops.title(), recipients.title);
                if recipients.keys.iter().any(|key| opens(sops, *key)) {
                    ledger.case(&title, |stage| sops_opens(stage, sops, recipients.keys, mac));
                }
            }
        }
        let title = format!("regrender → age: {}", recipients.title);
        ledger.case(&title, |stage| age_opens(stage, recipients.keys));
    }
    ledger.case("regrender → sops 3.13: a stranger's key opens nothing", stranger);
}

/// sops reads SSH identities since 3.10, and post-quantum ones since 3.12.
fn opens(sops: Peer, key: Key) -> bool {
    sops == Peer::Sops || !key.is_ssh() && key != Key::PostQuantum
}

fn declaration(stage: &Stage<'_>, keys: &[Key]) -> Result<Declaration> {
    let mut declaration = Declaration::sealed_for(&stage.identities(keys)?);
    if keys.iter().all(|key| key.is_ssh()) {
        // Flux and Argo CD have no SSH key to open with.
        declaration.consumers = vec!["kubectl"];
    }
    Ok(declaration)
}

fn sops_opens(stage: &Stage<'_>, sops: Peer, keys: &[Key], mac: &'static str) -> Result<()> {
    let declaration = Declaration { mac, ..declaration(stage, keys)? };
    stage.build(&declaration)?;
    for key in keys.iter().filter(|key| opens(sops, **key)) {
        for namespace in ["team-a", "team-b"] {
            let file = format!("pull-secrets/manifests/{namespace}/regcred.sops.yaml");
            let opened = stage.sops_open(sops, &file, &stage.identity(*key)?)?.success()?;
            stage.check_secret(&opened.stdout, namespace)?;
        }
    }
    Ok(())
}

fn age_opens(stage: &Stage<'_>, keys: &[Key]) -> Result<()> {
    let consumers = vec!["kubectl"];
    let declaration = Declaration { format: "age", consumers, ..declaration(stage, keys)? };
    stage.build(&declaration)?;
    for key in keys {
        let identity = stage.identity(*key)?;
        let open = stage.peer(Peer::Age)?.arguments(["-d", "-i"]).arguments([&identity.file]);
        let opened =
            open.arguments(["pull-secrets/manifests/team-a/regcred.age"]).run()?.success()?;
        stage.check_secret(&opened.stdout, "team-a")?;
    }
    Ok(())
}

fn stranger(stage: &Stage<'_>) -> Result<()> {
    stage.build(&declaration(stage, &[Key::First])?)?;
    let file = "pull-secrets/manifests/team-a/regcred.sops.yaml";
    let answer = stage.sops_open(Peer::Sops, file, &stage.identity(Key::Second)?)?;
    // 128: sops could not get the data key.
    let answer = answer.ended_with(128)?;
    if !answer.stdout.is_empty() {
        bail!("sops printed something");
    }
    Ok(())
}
