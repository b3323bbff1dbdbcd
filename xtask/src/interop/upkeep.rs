//! What sops does to a sealed file later on, and what regrender says of it.

use anyhow::{Context as _, Result, bail};

use super::declaration::{Declaration, FINGERPRINTS, HOST};
use super::identity::{Identity, Key};
use super::ledger::Ledger;
use super::stage::Stage;
use crate::peer::Peer;

const FILE: &str = "pull-secrets/manifests/team-a/regcred.sops.yaml";

/// Runs the cases "regrender → sops → regrender".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for mac in ["all", "encrypted-only"] {
        ledger
            .case(&format!("regrender → regrender: a second build changes nothing, mac {mac}"), {
                |stage| second_build(stage, mac)
            });
        for sops in [Peer::Sops, Peer::OldSops] {
            let case = |what: &str| format!("regrender → {} {what}, mac {mac}", sops.title());
            ledger.case(&case("rotate → regrender: nothing changed"), |stage| {
                rotate(stage, sops, mac)
            });
            ledger.case(&case("set, unset → regrender: nothing changed"), |stage| {
                set_and_unset(stage, sops, mac)
            });
            ledger.case(&case("set → regrender: it changed"), |stage| set(stage, sops, mac));
            ledger.case(&case("updatekeys → regrender: nothing changed"), |stage| {
                update_keys(stage, sops, mac)
            });
        }
    }
    ledger.case("regrender → sops 3.13 updatekeys → regrender: a new recipient", new_recipient);
    for behind in ["the value", "the MAC"] {
        let title = format!("regrender → sops 3.13 → regrender: text behind {behind}");
        ledger.case(&title, |stage| text_behind(stage, behind));
    }
    for format in ["sops", "age"] {
        for change in ["nothing", "the content", "the file"] {
            let title = format!(
                "regrender → regrender: seen without an identity, format {format}: {change} changed"
            );
            ledger.case(&title, |stage| fingerprint(stage, format, change));
        }
    }
    for sops in [Peer::Sops, Peer::OldSops] {
        for mac in ["all", "encrypted-only"] {
            let title = format!("regrender → {}: with fingerprints, mac {mac}", sops.title());
            ledger.case(&title, |stage| with_fingerprints(stage, sops, mac));
        }
    }
}

fn build(stage: &Stage<'_>, mac: &'static str) -> Result<Identity> {
    let identities = stage.identities(&[Key::First, Key::Second])?;
    stage.build(&Declaration { mac, ..Declaration::sealed_for(&identities) })?;
    stage.identity(Key::First)
}

/// Runs sops on the sealed file.
fn sops(stage: &Stage<'_>, sops: Peer, identity: &Identity, arguments: &[&str]) -> Result<()> {
    let run = stage.peer(sops)?.variable(identity.variable(), &identity.file);
    run.arguments(arguments).run()?.success()?;
    Ok(())
}

/// Both gates must be content, and a build must leave the file as sops wrote it.
fn check_unchanged(stage: &Stage<'_>, identity: &Identity) -> Result<()> {
    let before = stage.read(FILE)?;
    stage.regrender(&["build", "--check"], Some(identity))?.success()?;
    stage.regrender(&["verify"], None)?.success()?;
    stage.regrender(&["build"], Some(identity))?.success()?;
    if stage.read(FILE)? != before {
        bail!("`build` rewrote the file although `build --check` saw no change");
    }
    Ok(())
}

fn second_build(stage: &Stage<'_>, mac: &'static str) -> Result<()> {
    let identity = build(stage, mac)?;
    check_unchanged(stage, &identity)
}

fn rotate(stage: &Stage<'_>, program: Peer, mac: &'static str) -> Result<()> {
    let identity = build(stage, mac)?;
    let before = stage.read(FILE)?;
    sops(stage, program, &identity, &["rotate", "-i", FILE])?;
    if stage.read(FILE)? == before {
        bail!("sops rotated nothing");
    }
    check_unchanged(stage, &identity)
}

fn set(stage: &Stage<'_>, program: Peer, mac: &'static str) -> Result<()> {
    let identity = build(stage, mac)?;
    let key = r#"["data"][".dockerconfigjson"]"#;
    sops(stage, program, &identity, &["set", FILE, key, "\"e30=\""])?;
    stage.regrender(&["build", "--check"], Some(&identity))?.ended_with(3)?;
    stage.regrender(&["build"], Some(&identity))?.success()?;
    let opened = stage.sops_open(program, FILE, &identity)?.success()?;
    stage.check_secret(&opened.stdout, "team-a")
}

fn set_and_unset(stage: &Stage<'_>, program: Peer, mac: &'static str) -> Result<()> {
    let identity = build(stage, mac)?;
    let key = r#"["immutable"]"#;
    sops(stage, program, &identity, &["set", FILE, key, "true"])?;
    stage.regrender(&["build", "--check"], Some(&identity))?.ended_with(3)?;
    sops(stage, program, &identity, &["unset", FILE, key])?;
    check_unchanged(stage, &identity)
}

fn write_rules(stage: &Stage<'_>, identities: &[Identity]) -> Result<()> {
    let recipients: Vec<&str> =
        identities.iter().map(|identity| identity.recipient.as_str()).collect();
    let rules = format!("creation_rules:\n  - age: {}\n", recipients.join(","));
    stage.write(".sops.yaml", rules)
}

fn update_keys(stage: &Stage<'_>, program: Peer, mac: &'static str) -> Result<()> {
    let identity = build(stage, mac)?;
    let before = stage.read(FILE)?;
    // The same recipients in another order are the same recipients.
    write_rules(stage, &stage.identities(&[Key::Second, Key::First])?)?;
    sops(stage, program, &identity, &["updatekeys", "-y", FILE])?;
    if stage.read(FILE)? != before {
        bail!("sops sees other recipients than the declared ones");
    }
    write_rules(stage, &stage.identities(&[Key::First, Key::Second, Key::Third])?)?;
    sops(stage, program, &identity, &["updatekeys", "-y", FILE])?;
    stage.regrender(&["verify"], None)?.ended_with(3)?;
    write_rules(stage, &stage.identities(&[Key::First, Key::Second])?)?;
    sops(stage, program, &identity, &["updatekeys", "-y", FILE])?;
    check_unchanged(stage, &identity)
}

/// A colleague wraps the data keys for a new recipient, who is then declared.
fn new_recipient(stage: &Stage<'_>) -> Result<()> {
    let identity = build(stage, "all")?;
    let everybody = stage.identities(&[Key::First, Key::Second, Key::Third])?;
    write_rules(stage, &everybody)?;
    for namespace in ["team-a", "team-b"] {
        let file = format!("pull-secrets/manifests/{namespace}/regcred.sops.yaml");
        sops(stage, Peer::Sops, &identity, &["updatekeys", "-y", &file])?;
    }
    stage.write("registries.toml", Declaration::sealed_for(&everybody).to_toml())?;
    check_unchanged(stage, &identity)?;
    let third = stage.identity(Key::Third)?;
    let opened = stage.sops_open(Peer::Sops, FILE, &third)?.success()?;
    stage.check_secret(&opened.stdout, "team-a")
}

/// sops opens a file with text behind an encrypted value and does not look there.
fn text_behind(stage: &Stage<'_>, behind: &str) -> Result<()> {
    let identity = build(stage, "all")?;
    let start = if behind == "the MAC" { "    mac: ENC[" } else { "    .dockerconfigjson: ENC[" };
    let lines = stage.read(FILE)?;
    let line = lines.lines().find(|line| line.starts_with(start)).context("no such line")?;
    stage.write(FILE, lines.replace(line, &format!("{line} text behind it")))?;
    let opened = stage.sops_open(Peer::Sops, FILE, &identity)?.success()?;
    stage.check_secret(&opened.stdout, "team-a")?;
    stage.regrender(&["verify"], None)?.ended_with(3)?;
    stage.regrender(&["build"], Some(&identity))?.success()?;
    if stage.read(FILE)?.contains("text behind it") {
        bail!("the build left it there");
    }
    check_unchanged(stage, &identity)
}

/// Nobody has an identity; what changed must be seen all the same.
fn fingerprint(stage: &Stage<'_>, format: &'static str, change: &str) -> Result<()> {
    let consumers = if format == "age" { vec!["kubectl"] } else { vec!["flux"] };
    let declaration = Declaration {
        format,
        consumers,
        more_seal: FINGERPRINTS,
        ..Declaration::sealed_for(&stage.identities(&[Key::First])?)
    };
    stage.build(&declaration)?;
    stage.regrender(&["build", "--check"], None)?.success()?;
    let extension = if format == "age" { "age" } else { "sops.yaml" };
    let file = |namespace: &str| format!("pull-secrets/manifests/{namespace}/regcred.{extension}");
    match change {
        "the content" => {
            let other = declaration.to_toml().replace(HOST, "other-registry.io");
            stage.write("registries.toml", other)?;
        }
        "the file" => {
            let other = stage.read_bytes(&file("team-b"))?;
            stage.write(&file("team-a"), other)?;
        }
        _ => return Ok(()),
    }
    stage.regrender(&["build", "--check"], None)?.ended_with(3)?;
    stage.regrender(&["build"], None)?.success()?;
    stage.regrender(&["build", "--check"], None)?.success()?;
    Ok(())
}

fn with_fingerprints(stage: &Stage<'_>, program: Peer, mac: &'static str) -> Result<()> {
    let identity = stage.identity(Key::First)?;
    let declaration = Declaration {
        mac,
        more_seal: FINGERPRINTS,
        ..Declaration::sealed_for(std::slice::from_ref(&identity))
    };
    stage.build(&declaration)?;
    let opened = stage.sops_open(program, FILE, &identity)?.success()?;
    stage.check_secret(&opened.stdout, "team-a")?;
    sops(stage, program, &identity, &["rotate", "-i", FILE])?;
    // sops knows nothing of the fingerprint, so the next build renews it, once.
    stage.regrender(&["build", "--check"], Some(&identity))?.ended_with(3)?;
    stage.regrender(&["build"], Some(&identity))?.success()?;
    stage.regrender(&["build", "--check"], None)?.success()?;
    check_unchanged(stage, &identity)?;
    let opened = stage.sops_open(program, FILE, &identity)?.success()?;
    stage.check_secret(&opened.stdout, "team-a")
}
