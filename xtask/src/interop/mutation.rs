//! Sealed files that somebody damaged, before sops and regrender: both refuse, or both say the same.

mod damage;

use std::fs;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::invocation::Answer;
use crate::workspace;

use super::declaration::Declaration;
use super::identity::{Identity, Key};
use super::ledger::Ledger;
use super::stage::Stage;
use crate::peer::Peer;

use damage::Damage;

/// How many damaged files come of each sealed one.
const OF_RECORDED: u64 = 10;
const OF_OURS: u64 = 40;

const OURS: &str = "pull-secrets/manifests/team-a/regcred.sops.yaml";

/// Runs the cases "damaged → sops and regrender".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    ledger.case("damaged files of sops → sops 3.13 and regrender: they agree", recorded);
    for mac in ["all", "encrypted-only"] {
        let title = format!("damaged files of regrender → sops 3.13 and regrender, mac {mac}");
        ledger.case(&title, |stage| ours(stage, mac));
    }
}

/// The recorded files are the same in every run, and so is what is damaged in them.
fn recorded(stage: &Stage<'_>) -> Result<()> {
    let folder = workspace::root().join("testdata/vectors/sops");
    let index = fs::read_to_string(folder.join("index.jsonl")).context("cannot read the index")?;
    let mut tally = Tally::default();
    for line in index.lines() {
        let case: Value = serde_json::from_str(line).context("the index is not JSON")?;
        let word = |key: &str| case.get(key).and_then(Value::as_str).unwrap_or_default();
        // The other recorded identity is for SSH, and what is tested here is not the key.
        if !word("identity").starts_with("identity-") || word("decrypted").is_empty() {
            continue;
        }
        let sealed = fs::read_to_string(folder.join(word("sealed"))).context("no sealed file")?;
        let file = folder.join(word("identity"));
        let identity = Identity { recipient: String::new(), file, key: Key::First };
        let name = word("sealed").replace('/', ".");
        for seed in 0..OF_RECORDED {
            let damaged = Damage::new(seed).of(&sealed);
            tally.note(compare(stage, &name, &damaged, &identity)?);
        }
    }
    tally.close()
}

fn ours(stage: &Stage<'_>, mac: &'static str) -> Result<()> {
    let identity = stage.identity(Key::First)?;
    let declaration = Declaration::sealed_for(std::slice::from_ref(&identity));
    stage.build(&Declaration { mac, ..declaration })?;
    let sealed = stage.read(OURS)?;
    fs::remove_dir_all(stage.repo().join("pull-secrets")).context("cannot remove the tree")?;
    let mut tally = Tally::default();
    for seed in 0..OF_OURS {
        let damaged = Damage::new(seed).of(&sealed);
        tally.note(compare(stage, "regcred.sops.yaml", &damaged, &identity)?);
    }
    tally.close()
}

/// What became of one damaged file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Refused,
    Same,
    /// They differ, and it is known why.
    Known,
}

fn compare(stage: &Stage<'_>, name: &str, damaged: &str, identity: &Identity) -> Result<Verdict> {
    stage.write(name, damaged)?;
    let sops = stage.sops_open(Peer::Sops, name, identity)?;
    let regrender = stage.try_reveal(name, identity)?;
    let verdict = judge(&sops, &regrender, damaged);
    let verdict = verdict.with_context(|| format!("the damaged {name} is left in the folder"))?;
    // What lies in the repository at the end is searched for secrets, and a damaged selector
    // leaves values in clear.
    fs::remove_file(stage.repo().join(name)).context("cannot remove the damaged file")?;
    Ok(verdict)
}

fn judge(sops: &Answer, regrender: &Answer, damaged: &str) -> Result<Verdict> {
    match (sops.code == Some(0), regrender.code == Some(0)) {
        (false, false) if regrender.code == Some(1) => Ok(Verdict::Refused),
        (false, false) => bail!("regrender ended with {:?}", regrender.code),
        (true, true) if sops.printed.stdout == regrender.printed.stdout => Ok(Verdict::Same),
        (true, true) => bail!("both open it and say something else"),
        (false, true) if is_lenient(&sops.printed.stderr) => Ok(Verdict::Known),
        (true, false) if is_strict(&regrender.printed.stderr, damaged) => Ok(Verdict::Known),
        (false, true) => bail!("only regrender opens it"),
        (true, false) => bail!("only sops opens it"),
    }
}

/// What regrender opens and sops does not: it has no use for the version of sops.
fn is_lenient(printed: &[u8]) -> bool {
    const VERSION: [&str; 5] = [
        "Version string empty",
        "No Major.Minor.Patch elements found",
        "major number",
        "minor number",
        "patch number",
    ];
    let printed = String::from_utf8_lossy(printed);
    VERSION.iter().any(|words| printed.contains(words))
}

/// What regrender refuses and sops opens, though no program writes it: a key that stands twice in
/// a JSON object, text behind the object, and names of metadata in a flat file that do not make a
/// tree.
fn is_strict(printed: &[u8], damaged: &str) -> bool {
    let printed = String::from_utf8_lossy(printed);
    // This reader takes the last of several keys, and does not look behind the object.
    let mut values = serde_json::Deserializer::from_str(damaged).into_iter::<Value>();
    let is_json = values.next().is_some_and(|value| value.is_ok_and(|value| value.is_object()));
    (printed.contains("not readable as JSON") && is_json) || printed.contains("contradict")
}

#[derive(Debug, Default)]
struct Tally {
    refused: usize,
    same: usize,
    known: usize,
}

impl Tally {
    fn note(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Refused => self.refused += 1,
            Verdict::Same => self.same += 1,
            Verdict::Known => self.known += 1,
        }
    }

    /// Prints the sums; files that are all refused, or all opened, were not damaged well.
    fn close(self) -> Result<()> {
        let Self { refused, same, known } = self;
        println!("         {refused} refused by both, {same} the same, {known} known differences");
        if refused == 0 || same == 0 {
            bail!("nothing is refused, or nothing is opened");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::Invocation;

    fn answer(code: u8, text: &str) -> Answer {
        let script = format!("printf '{text}'; printf '{text}' >&2; exit {code}");
        Invocation::new("/bin/sh").arguments(["-c", &script]).run().unwrap()
    }

    #[test]
    fn refusals_and_equal_texts_agree() {
        let verdict = judge(&answer(51, "no"), &answer(1, "no"), "b").unwrap();
        assert_eq!(verdict, Verdict::Refused);
        let verdict = judge(&answer(0, "x"), &answer(0, "x"), "b").unwrap();
        assert_eq!(verdict, Verdict::Same);
    }

    #[test]
    fn everything_else_is_a_failure() {
        assert!(judge(&answer(0, "x"), &answer(0, "y"), "b").is_err());
        assert!(judge(&answer(0, "x"), &answer(1, "no"), "b").is_err());
        assert!(judge(&answer(51, "no"), &answer(0, "x"), "b").is_err());
        assert!(judge(&answer(51, "no"), &answer(70, "bug"), "b").is_err());
    }

    #[test]
    fn the_version_is_known() {
        assert!(is_lenient(b"Version string empty\n"));
        assert!(is_lenient(b"Invalid character(s) found in minor number \"1y\""));
        assert!(!is_lenient(b"MAC mismatch"));
    }

    #[test]
    fn a_key_that_stands_twice_and_text_behind_an_object_are_known() {
        let refusal = b"error: the file is not readable as JSON: line 1, column 8";
        assert!(is_strict(refusal, "{\"a\":1,\"a\":2}"));
        assert!(is_strict(refusal, "{\"a\":1}#"));
        assert!(!is_strict(refusal, "{\"a\":1"));
        assert!(is_strict(b"the names of the metadata contradict each other", "a=b"));
        assert!(!is_strict(b"error: the MAC does not match", "{}"));
    }

    #[test]
    fn files_that_are_all_refused_are_no_test() {
        assert!(Tally { refused: 3, same: 0, known: 0 }.close().is_err());
        assert!(Tally { refused: 3, same: 1, known: 0 }.close().is_ok());
    }
}
