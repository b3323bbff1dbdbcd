//! Secrets that a real Vault keeps.

use std::ffi::OsStr;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::declaration::{Declaration, PASSWORD_VARIABLE};
use super::identity::{Identity, Key};
use super::ledger::Ledger;
use super::server::Server;
use super::stage::Stage;
use crate::clear::PASSWORD;
use crate::peer::Peer;

const FILE: &str = "pull-secrets/manifests/team-a/regcred.sops.yaml";

/// Runs the cases "Vault → regrender build".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    ledger.case("Vault → regrender build: versioned secrets, by token", |stage| {
        builds(stage, "ci/registries/hub", Login::Token)
    });
    ledger.case("Vault → regrender build: secrets without versions, by token", |stage| {
        builds(stage, "old/registries/hub", Login::Token)
    });
    ledger.case("Vault → regrender build: versioned secrets, by AppRole", |stage| {
        builds(stage, "ci/registries/hub", Login::AppRole)
    });
    ledger.case("Vault → regrender build: secrets without versions, by AppRole", |stage| {
        builds(stage, "old/registries/hub", Login::AppRole)
    });
    ledger.case("Vault → regrender build: a wrong token is told", wrong_token);
    ledger.case("Vault → regrender build: a secret that is not there is told", missing_secret);
    ledger.case("Vault → regrender build: a sealed server is told", sealed);
}

/// How regrender shows who it is.
#[derive(Clone, Copy)]
enum Login {
    Token,
    AppRole,
}

/// A Vault with the password of the cases in it.
struct Vault {
    told: Value,
    _server: Server,
}

impl Vault {
    fn start(stage: &Stage<'_>, arguments: &[&OsStr]) -> Result<Self> {
        let policy = "path \"ci/*\" { capabilities = [\"read\"] }\n\
                      path \"old/*\" { capabilities = [\"read\"] }\n";
        let requests = json!([
            { "path": "sys/mounts/ci", "body": { "type": "kv", "options": { "version": "2" } } },
            { "path": "sys/mounts/old", "body": { "type": "kv", "options": { "version": "1" } } },
            { "path": "ci/data/registries/hub", "body": { "data": { "token": PASSWORD } } },
            { "path": "old/registries/hub", "body": { "token": PASSWORD } },
            { "path": "sys/policies/acl/read", "body": { "policy": policy } },
            { "path": "sys/auth/approle", "body": { "type": "approle" } },
            { "path": "auth/approle/role/build", "body": { "token_policies": ["read"] } },
            { "path": "auth/approle/role/build/role-id", "body": null },
            { "path": "auth/approle/role/build/secret-id", "body": {} },
        ]);
        let (server, told) = Server::start(
            stage.peer_path(Peer::Vault)?,
            arguments,
            &stage.plain(""),
            requests.to_string().as_bytes(),
            |line| {
                serde_json::from_str::<Value>(line)
                    .ok()
                    .filter(|told| told.get("address").is_some())
            },
        )?;
        Ok(Self { told, _server: server })
    }

    fn text(&self, pointer: &str) -> Result<&str> {
        let found = self.told.pointer(pointer).and_then(Value::as_str);
        found.with_context(|| format!("Vault tells no {pointer}"))
    }

    /// Returns the table `[vault]`.
    fn table(&self, login: Login) -> Result<String> {
        let address = self.text("/address")?;
        let auth = match login {
            Login::Token => String::from("{ method = \"token\", token = { env = \"A_TOKEN\" } }"),
            Login::AppRole => {
                let role = self.text("/auth~1approle~1role~1build~1role-id/role_id")?;
                format!(
                    "{{ method = \"approle\", role-id = {role:?}, secret-id = {{ env = \"A_TOKEN\" }} }}"
                )
            }
        };
        Ok(format!("\n[vault]\naddress = {address:?}\nauth = {auth}\n"))
    }

    fn token(&self, login: Login) -> Result<&str> {
        match login {
            Login::Token => self.text("/token"),
            Login::AppRole => self.text("/auth~1approle~1role~1build~1secret-id/secret_id"),
        }
    }
}

fn declaration(owner: &Identity, path: &str, table: &str) -> String {
    let text = Declaration::sealed_for(std::slice::from_ref(owner)).to_toml();
    let env = format!("{{ env = {PASSWORD_VARIABLE:?} }}");
    text.replace(&env, &format!("{{ vault = {path:?}, key = \"token\" }}")) + table
}

fn builds(stage: &Stage<'_>, path: &str, login: Login) -> Result<()> {
    let vault = Vault::start(stage, &[])?;
    let owner = stage.identity(Key::First)?;
    stage.write("registries.toml", declaration(&owner, path, &vault.table(login)?))?;
    stage.regrender_with(&["build"], &[("A_TOKEN", vault.token(login)?)])?.success()?;
    let opened = stage.sops_open(Peer::Sops, FILE, &owner)?.success()?;
    stage.check_secret(&opened.stdout, "team-a")
}

/// Builds in vain, and insists on a word in what is said, and that nothing is written.
fn fails(stage: &Stage<'_>, vault: &Vault, path: &str, token: &str, word: &str) -> Result<()> {
    let owner = stage.identity(Key::First)?;
    let text = declaration(&owner, path, &vault.table(Login::Token)?);
    stage.write("registries.toml", text)?;
    let printed = stage.regrender_with(&["build"], &[("A_TOKEN", token)])?.ended_with(1)?;
    let said = String::from_utf8_lossy(&printed.stderr).into_owned();
    if !said.to_lowercase().contains(word) {
        bail!("no word of `{word}` in: {said}");
    }
    if stage.repo().join("pull-secrets").exists() {
        bail!("something was written");
    }
    Ok(())
}

fn wrong_token(stage: &Stage<'_>) -> Result<()> {
    let vault = Vault::start(stage, &[])?;
    fails(stage, &vault, "ci/registries/hub", "hvs.nobody", "denied")
}

fn missing_secret(stage: &Stage<'_>) -> Result<()> {
    let vault = Vault::start(stage, &[])?;
    fails(stage, &vault, "ci/registries/nothing", vault.text("/token")?, "nothing")
}

fn sealed(stage: &Stage<'_>) -> Result<()> {
    let vault = Vault::start(stage, &[OsStr::new("sealed")])?;
    fails(stage, &vault, "ci/registries/hub", vault.text("/token")?, "sealed")
}
