//! The spelling of a sealed file: sops writes it again and changes nothing that it need not.

use anyhow::{Result, bail};

use super::declaration::Declaration;
use super::identity::{Identity, Key};
use super::ledger::Ledger;
use super::stage::Stage;
use crate::peer::Peer;

const FILE: &str = "pull-secrets/manifests/no/regcred.sops.yaml";

/// Labels and annotations that sops quotes in different ways.
const METADATA: &str = "labels = { tier = \"no\", mode = \"0755\", plain = \"web\" }\n\
    annotations = { window = \"12:30\", colon = \"a: b\", star = \"*x\", long = \"one two three four \
    five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen\" }\n";

/// Runs the cases about spelling.
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for mac in ["all", "encrypted-only"] {
        ledger.case(&format!("regrender → sops 3.13 rotate: same spelling, mac {mac}"), |stage| {
            check(stage, mac, &[&["rotate", "-i", FILE]], Change::NewDataKey)
        });
        ledger.case(&format!("regrender → sops 3.13 set, unset: same spelling, mac {mac}"), {
            |stage| {
                let key = r#"["immutable"]"#;
                let commands: &[&[&str]] = &[&["set", FILE, key, "true"], &["unset", FILE, key]];
                check(stage, mac, commands, Change::SameDataKey)
            }
        });
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// Values and recipient stanzas are new.
    NewDataKey,
    /// Values and recipient stanzas stay; only the MAC and its time are new.
    SameDataKey,
}

fn check(stage: &Stage<'_>, mac: &'static str, commands: &[&[&str]], change: Change) -> Result<()> {
    let identities = stage.identities(&[Key::First, Key::Second])?;
    stage.build(&Declaration {
        mac,
        namespaces: vec!["no"],
        more: METADATA.to_owned(),
        ..Declaration::sealed_for(&identities)
    })?;
    let before = stage.read(FILE)?;
    for command in commands {
        sops(stage, command, &stage.identity(Key::First)?)?;
    }
    compare(&before, &stage.read(FILE)?, change)
}

fn sops(stage: &Stage<'_>, command: &[&str], identity: &Identity) -> Result<()> {
    let run = stage.peer(Peer::Sops)?.variable(identity.variable(), &identity.file);
    run.arguments(command).run()?.success()?;
    Ok(())
}

/// Compares two spellings of one file line by line.
fn compare(before: &str, after: &str, change: Change) -> Result<()> {
    let (count, other) = (before.lines().count(), after.lines().count());
    if count != other {
        bail!("{count} lines became {other}\n--- before\n{before}--- after\n{after}");
    }
    let mut in_stanza = false;
    for (index, (old, new)) in before.lines().zip(after.lines()).enumerate() {
        in_stanza = match old.trim_start() {
            "-----BEGIN AGE ENCRYPTED FILE-----" => true,
            "-----END AGE ENCRYPTED FILE-----" => false,
            _ => in_stanza,
        };
        if old != new && !may_differ(old, new, in_stanza, change) {
            bail!("line {} was\n    {old}\nand is\n    {new}", index + 1);
        }
    }
    Ok(())
}

fn may_differ(old: &str, new: &str, in_stanza: bool, change: Change) -> bool {
    let always = ["    mac: ENC[", "    lastmodified: \""];
    let begins = |start: &str| old.starts_with(start) && new.starts_with(start);
    let new_key = change == Change::NewDataKey;
    let value = new_key && begins("    .dockerconfigjson: ENC[AES256_GCM,data:");
    let stanza = new_key && in_stanza && indentation(old) == indentation(new);
    value || stanza || always.iter().any(|start| begins(start))
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEALED: &str = "\
metadata:
    name: regcred
data:
    .dockerconfigjson: ENC[AES256_GCM,data:a]
sops:
    age:
        - enc: |
            -----BEGIN AGE ENCRYPTED FILE-----
            aaaa
            -----END AGE ENCRYPTED FILE-----
          recipient: age1x
    lastmodified: \"2026-11-21T00:00:00Z\"
    mac: ENC[AES256_GCM,data:b]
";

    #[track_caller]
    fn check(from: &str, to: &str, change: Change, same: bool) {
        let after = SEALED.replace(from, to);
        assert_ne!(after, SEALED);
        assert_eq!(compare(SEALED, &after, change).is_ok(), same);
    }

    #[test]
    fn the_mac_and_its_time_may_differ() {
        check("data:b", "data:c", Change::SameDataKey, true);
        check("00:00Z", "00:01Z", Change::SameDataKey, true);
    }

    #[test]
    fn values_and_stanzas_may_differ_only_under_a_new_key() {
        for (from, to) in [("data:a", "data:c"), ("aaaa", "bbbb")] {
            check(from, to, Change::NewDataKey, true);
            check(from, to, Change::SameDataKey, false);
        }
    }

    #[test]
    fn everything_else_must_stay() {
        for (from, to) in [
            ("name: regcred", "name: \"regcred\""),
            ("            aaaa", "          aaaa"),
            ("age1x", "age1y"),
            ("\"2026-11-21T00:00:00Z\"", "2026-11-21T00:00:00Z"),
            ("metadata:\n", "\nmetadata:\n"),
        ] {
            check(from, to, Change::NewDataKey, false);
        }
    }
}
