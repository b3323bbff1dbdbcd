//! What sops and age seal, opened by regrender.

use std::fs;

use anyhow::{Context as _, Result, bail};

use super::identity::Key;
use super::ledger::Ledger;
use super::stage::Stage;
use crate::peer::Peer;

/// A file to seal.
struct Plain {
    name: &'static str,
    text: &'static str,
}

const SECRET: Plain = Plain {
    name: "secret.yaml",
    text: "# Rendered, do not edit.\napiVersion: v1\nkind: Secret\nmetadata:\n  name: regcred\n  \
           namespace: \"no\"\n  labels: {tier: \"1e3\", window: '12:30'}\ntype: Opaque\nstringData:\n  \
           # who made it\n  user: ada # inline\n  password: 'canary-4f1d: yes'\n  empty: \"\"\n  \
           key: |\n    line one\n\n    line three\n",
};

const PLAINS: &[Plain] = &[
    SECRET,
    Plain {
        name: "types.yaml",
        text: "number: 7\nfloat: 1.5\nlarge: 1e21\nyes: true\nno_value: null\n\
               list:\n  - canary-4f1d\n  - [1, two, 3.0]\n  - {a: b}\nempty_list: []\nempty_map: {}\n\
               unicode: \"ü \\u2028 \\t\"\nname_unencrypted: plain\ntoken_sealed: x\n# the end\n",
    },
    Plain { name: "documents.yaml", text: "# one\na: canary-4f1d\n---\n# two\nb: 2\n" },
    Plain {
        name: "config.json",
        text: "{\"auths\":{\"private-registry.io\":{\"auth\":\"canary-4f1d\",\"n\":[1,2.5,null,true]}},\"a<b\":\"&\"}\n",
    },
    Plain { name: "hub.env", text: "# hub\nUSER=ada\nTOKEN=canary-4f1d=x\nEMPTY=\n" },
    Plain { name: "hub.ini", text: "; hub\n[hub]\nuser = ada\n; secret\ntoken = canary-4f1d\n" },
    Plain { name: "token.txt", text: "canary-4f1d\nsecond line without an end" },
];

/// A timestamp, which the old sops cannot seal.
const TIME: Plain =
    Plain { name: "time.yaml", text: "day: 2026-11-21\nat: 2026-11-21T03:04:05Z\n" };

/// The ways of telling sops what to encrypt.
const SELECTORS: &[(&str, &[&str])] = &[
    ("everything", &[]),
    ("unencrypted suffix", &["--unencrypted-suffix", "_unencrypted"]),
    ("encrypted suffix", &["--encrypted-suffix", "_sealed"]),
    ("unencrypted regex", &["--unencrypted-regex", "^(user|metadata|name)"]),
    ("encrypted regex", &["--encrypted-regex", "^(data|stringData|token)"]),
    ("unencrypted comment regex", &["--unencrypted-comment-regex", "who made"]),
    ("encrypted comment regex", &["--encrypted-comment-regex", "who made"]),
    (
        "encrypted regex, MAC over it only",
        &["--encrypted-regex", "^(data|stringData)$", "--mac-only-encrypted"],
    ),
];

const RECIPIENTS: &[(&str, &[Key])] = &[
    ("three recipients", &[Key::First, Key::Second, Key::Third]),
    ("X25519 and ssh-ed25519", &[Key::First, Key::SshEd25519]),
    ("ssh-rsa", &[Key::SshRsa]),
    ("post-quantum", &[Key::PostQuantum]),
];

/// Runs the cases "sops → regrender" and "age → regrender".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for sops in [Peer::Sops, Peer::OldSops] {
        for plain in PLAINS {
            let title = format!("{} → regrender: {}", sops.title(), plain.name);
            ledger.case(&title, |stage| opens_sops(stage, sops, plain, &[], &[Key::First]));
        }
        for (name, selector) in SELECTORS {
            let title = format!("{} → regrender: {name}", sops.title());
            ledger.case(&title, |stage| opens_sops(stage, sops, &SECRET, selector, &[Key::First]));
        }
    }
    ledger.case("sops 3.13 → regrender: time.yaml", |stage| {
        opens_sops(stage, Peer::Sops, &TIME, &[], &[Key::First])
    });
    for (name, keys) in RECIPIENTS {
        ledger.case(&format!("sops 3.13 → regrender: {name}"), |stage| {
            opens_sops(stage, Peer::Sops, &SECRET, &[], keys)
        });
        for armor in [&[][..], &["--armor"]] {
            let spelling = if armor.is_empty() { "binary" } else { "armor" };
            ledger.case(&format!("age → regrender: {name}, {spelling}"), |stage| {
                opens_age(stage, armor, keys)
            });
        }
    }
}

fn opens_sops(
    stage: &Stage<'_>,
    sops: Peer,
    plain: &Plain,
    selector: &[&str],
    keys: &[Key],
) -> Result<()> {
    let identities = stage.identities(keys)?;
    let recipients: Vec<&str> =
        identities.iter().map(|identity| identity.recipient.as_str()).collect();
    let source = stage.plain(plain.name);
    fs::write(&source, plain.text).context("cannot write the file to seal")?;
    let seal = stage.peer(sops)?.arguments(["-e", "--age", &recipients.join(",")]);
    let sealed = seal.arguments(selector).arguments([&source]).run()?.success()?;
    stage.write(plain.name, sealed.stdout)?;
    for identity in &identities {
        // Versions differ in how they print (3.10 ended JSON with a newline): the current one rules.
        let expected = stage.sops_open(Peer::Sops, plain.name, identity)?.success()?.stdout;
        check_same(&stage.reveal(plain.name, identity)?, &expected)?;
    }
    // What the selector leaves in clear is as it should be; the repository is for sealed files.
    fs::remove_file(stage.repo().join(plain.name)).context("cannot remove the sealed file")
}

fn opens_age(stage: &Stage<'_>, armor: &[&str], keys: &[Key]) -> Result<()> {
    let identities = stage.identities(keys)?;
    let mut seal = stage.peer(Peer::Age)?.arguments(armor).input(SECRET.text);
    for identity in &identities {
        seal = seal.arguments(["-r", &identity.recipient]);
    }
    stage.write("secret.age", seal.run()?.success()?.stdout)?;
    for identity in &identities {
        check_same(&stage.reveal("secret.age", identity)?, SECRET.text.as_bytes())?;
    }
    Ok(())
}

fn check_same(found: &[u8], expected: &[u8]) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (String::from_utf8_lossy(found), String::from_utf8_lossy(expected));
    let same = found.lines().zip(expected.lines()).take_while(|(a, b)| a == b).count();
    bail!(
        "line {} differs: {:?}, not {:?}",
        same + 1,
        found.split_inclusive('\n').nth(same),
        expected.split_inclusive('\n').nth(same)
    );
}
