//! No secret in clear: not in the tree, not on the terminal, not when things go wrong.

use anyhow::{Result, bail};

use super::declaration::Declaration;
use super::identity::Key;
use super::ledger::Ledger;
use super::stage::{Stage, files_below};

/// Every command that looks at the declaration, but for `reveal`.
const COMMANDS: &[&[&str]] = &[
    &["build", "--check"],
    &["build", "--check", "--output", "json"],
    &["diff"],
    &["diff", "--output", "json"],
    &["build"],
    &["build", "--output", "json"],
    &["diff"],
    &["verify"],
    &["verify", "--output", "json"],
];

/// Each makes a declaration wrong, with the secret near by.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("a user name with a colon", "username = \"registry-user\"", "username = \"a:canary-4f1d\""),
    ("a secret where its source belongs", "{ env = \"INTERNAL_PASSWORD\" }", "\"canary-4f1d\""),
    ("an unknown source", "{ env = \"INTERNAL_PASSWORD\" }", "{ value = \"canary-4f1d\" }"),
    ("an unset variable", "\"INTERNAL_PASSWORD\"", "\"NOWHERE\""),
    ("an unknown key", "username =", "pasword = \"canary-4f1d\"\nusername ="),
    ("a secret where a variable's name belongs", "\"INTERNAL_PASSWORD\"", "\"canary-4f1d!\""),
    ("a quote that is not closed", "{ env = \"INTERNAL_PASSWORD\" }", "\"canary-4f1d"),
    ("a host with a user", "\"private-registry.io\"", "\"ada:canary-4f1d@private-registry.io\""),
    (
        "a private key as a recipient",
        "recipients = [",
        "recipients = [\"AGE-SECRET-KEY-1CANARY-4F1D\", ",
    ),
];

/// Runs the cases about the canary. Every other case looks for it as well.
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for format in ["sops", "age"] {
        let title = format!("regrender → nobody: no clear secret anywhere, format {format}");
        ledger.case(&title, |stage| every_command(stage, format));
    }
    for mistake in MISTAKES {
        let title = format!("regrender → nobody: no clear secret after {}", mistake.0);
        ledger.case(&title, |stage| after_mistake(stage, mistake));
    }
}

fn every_command(stage: &Stage<'_>, format: &'static str) -> Result<()> {
    let identities = stage.identities(&[Key::First])?;
    let consumers = vec!["flux", "argocd", "kubectl"];
    let consumers = if format == "age" { vec!["kubectl"] } else { consumers };
    let declaration = Declaration { format, consumers, ..Declaration::sealed_for(&identities) };
    stage.write("registries.toml", declaration.to_toml())?;
    for identity in [None, identities.first()] {
        for command in COMMANDS {
            let answer = stage.regrender(command, identity)?;
            if !matches!(answer.code, Some(0 | 3)) {
                answer.success()?;
            }
        }
    }
    if files_below(&stage.repo())?.len() < 3 {
        bail!("there is no tree to look at");
    }
    stage.check_no_canary()
}

/// The mistake itself stands in registries.toml, which is no output.
fn after_mistake(stage: &Stage<'_>, (_, from, to): &(&str, &str, &str)) -> Result<()> {
    let declaration = Declaration::sealed_for(&stage.identities(&[Key::First])?);
    stage.build(&declaration)?;
    let before = files_below(&stage.repo().join("pull-secrets"))?;
    let right = declaration.to_toml();
    let wrong = right.replace(from, to);
    if wrong == right {
        bail!("the declaration does not say `{from}`");
    }
    stage.write("registries.toml", wrong)?;
    for output in ["human", "json"] {
        let printed = stage.regrender(&["build", "--output", output], None)?.ended_with(1)?;
        let text = [printed.stdout, printed.stderr].concat();
        if String::from_utf8_lossy(&text).contains("CANARY-4F1D") {
            bail!("the private key was repeated");
        }
    }
    if files_below(&stage.repo().join("pull-secrets"))? != before {
        bail!("something was written");
    }
    stage.write("registries.toml", right)
}
