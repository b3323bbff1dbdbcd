//! What `regrender probe` says of real registries.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::identity::Key;
use super::ledger::Ledger;
use super::registry::{Accounts, PULLER, PUSHER, REPOSITORY, Registry, Transport};
use super::stage::Stage;

/// Runs the cases "regrender probe → registry".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for (accounts, title) in [(Accounts::File, "htpasswd"), (Accounts::Tokens, "tokens")] {
        let mut case = |what: &str, body: fn(&Stage<'_>, Accounts) -> Result<()>| {
            let title = format!("regrender probe → registry with {title}: {what}");
            ledger.case(&title, |stage| body(stage, accounts));
        };
        case("the right password pulls", right_password);
        case("a wrong password is told", wrong_password);
        case("an authority that vouches for somebody else is told", wrong_authority);
        case("an account that can push is told", can_push);
        case("a repository that is not there is told", unknown_repository);
        case("in clear only where that is declared", in_clear);
    }
}

/// A credential, and how it is tried.
struct Trial<'a> {
    login: (&'a str, &'a str),
    /// Further lines of the registry's table.
    more: String,
    repository: &'a str,
    more_arguments: &'a [&'a str],
}

impl Trial<'_> {
    fn of<'a>(login: (&'a str, &'a str), more: String) -> Trial<'a> {
        Trial { login, more, repository: REPOSITORY, more_arguments: &[] }
    }

    /// Probes, insists on the exit code, and returns what is said of the registry.
    fn probe(&self, stage: &Stage<'_>, address: &str, code: i32) -> Result<Value> {
        let owner = stage.identity(Key::First)?;
        let declaration = format!(
            "[seal]\nrecipients = [{:?}]\n\n[registry.local]\nhost = {address:?}\nusername = {:?}\n\
             password = {{ env = \"REGISTRY_PASSWORD\" }}\n{}\n\
             [secret.regcred]\nregistries = [\"local\"]\nnamespaces = [\"team-a\"]\n",
            owner.recipient, self.login.0, self.more
        );
        stage.write("registries.toml", declaration)?;
        let arguments = ["probe", "--output", "json", "--repository", self.repository];
        let arguments = [arguments.as_slice(), self.more_arguments].concat();
        let answer = stage.regrender_with(&arguments, &[("REGISTRY_PASSWORD", self.login.1)])?;
        let printed = answer.ended_with(code)?;
        let told: Value = serde_json::from_slice(&printed.stdout).context("this is not JSON")?;
        told.pointer("/registries/0").cloned().context("nothing is said of the registry")
    }
}

fn trusting(authority: &Path) -> String {
    format!("ca = {:?}\n", authority.display().to_string())
}

#[track_caller]
fn check(told: &Value, pointer: &str, expected: &Value) -> Result<()> {
    match told.pointer(pointer) {
        Some(found) if found == expected => Ok(()),
        found => bail!("{pointer} is {found:?}, not {expected}, in {told}"),
    }
}

fn check_error(told: &Value, part: &str) -> Result<()> {
    let message = told.pointer("/error/message").and_then(Value::as_str).unwrap_or_default();
    if message.contains(part) { Ok(()) } else { bail!("no word of `{part}` in {told}") }
}

fn right_password(stage: &Stage<'_>, accounts: Accounts) -> Result<()> {
    let registry = Registry::start(stage, accounts, Transport::Tls)?;
    let told =
        Trial::of(PULLER, trusting(&registry.authority())).probe(stage, &registry.address, 0)?;
    check(&told, "/status", &json!("works"))?;
    check(&told, "/repositories/0/pull", &json!("allowed"))?;
    let (name, beyond) = match accounts {
        // Whoever is in the file may do everything.
        Accounts::File => ("basic", "some"),
        Accounts::Tokens => ("bearer", "none"),
    };
    check(&told, "/authentication", &json!(name))?;
    check(&told, "/repositories/0/beyond_pull", &json!(beyond))
}

fn wrong_password(stage: &Stage<'_>, accounts: Accounts) -> Result<()> {
    let registry = Registry::start(stage, accounts, Transport::Tls)?;
    let wrong = (PULLER.0, "canary-4f1d-wrong");
    let told =
        Trial::of(wrong, trusting(&registry.authority())).probe(stage, &registry.address, 3)?;
    check(&told, "/status", &json!("fails"))?;
    check_error(&told, "refuses")
}

fn wrong_authority(stage: &Stage<'_>, accounts: Accounts) -> Result<()> {
    let registry = Registry::start(stage, accounts, Transport::Tls)?;
    for more in [trusting(&registry.other_authority()), String::new()] {
        let told = Trial::of(PULLER, more).probe(stage, &registry.address, 3)?;
        check(&told, "/status", &json!("fails"))?;
        check_error(&told, "certificate")?;
    }
    Ok(())
}

fn can_push(stage: &Stage<'_>, accounts: Accounts) -> Result<()> {
    let registry = Registry::start(stage, accounts, Transport::Tls)?;
    let mut trial = Trial::of(PUSHER, trusting(&registry.authority()));
    let told = trial.probe(stage, &registry.address, 0)?;
    check(&told, "/repositories/0/beyond_pull", &json!("some"))?;
    let actions = told.pointer("/repositories/0/actions").and_then(Value::as_array);
    if !actions.is_some_and(|actions| actions.contains(&json!("push"))) {
        bail!("no word of pushing in {told}");
    }
    trial.more_arguments = &["--read-only"];
    let told = trial.probe(stage, &registry.address, 0)?;
    // Only trying it tells what a file of accounts allows.
    let beyond = if accounts == Accounts::File { "not-asked" } else { "some" };
    check(&told, "/repositories/0/beyond_pull", &json!(beyond))
}

fn unknown_repository(stage: &Stage<'_>, accounts: Accounts) -> Result<()> {
    let registry = Registry::start(stage, accounts, Transport::Tls)?;
    let mut trial = Trial::of(PULLER, trusting(&registry.authority()));
    trial.repository = "team/nothing";
    let told = trial.probe(stage, &registry.address, 3)?;
    check(&told, "/repositories/0/pull", &json!("not-found"))
}

fn in_clear(stage: &Stage<'_>, accounts: Accounts) -> Result<()> {
    let registry = Registry::start(stage, accounts, Transport::Plain)?;
    let told = Trial::of(PULLER, String::new()).probe(stage, &registry.address, 3)?;
    check(&told, "/status", &json!("fails"))?;
    if accounts == Accounts::Tokens {
        // The server of tokens has a certificate, which `ca` is for.
        return Ok(());
    }
    let declared = Trial::of(PULLER, String::from("insecure = true\n"));
    let told = declared.probe(stage, &registry.address, 0)?;
    check(&told, "/status", &json!("works"))
}
