//! A real registry, and a real client that pulls with what a build made.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::invocation::Invocation;

use super::identity::Key;
use super::ledger::Ledger;
use super::manifest;
use super::server::{Server, address_in};
use super::stage::Stage;
use crate::peer::Peer;

/// Who may pull: name and password.
pub(super) const PULLER: (&str, &str) = ("puller", "canary-4f1d-pull");
/// Who may push as well.
pub(super) const PUSHER: (&str, &str) = ("pusher", "canary-4f1d-push");
/// The repository that is there.
pub(super) const REPOSITORY: &str = "team/web";

/// How a registry tells who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accounts {
    /// It looks into a file itself.
    File,
    /// It sends the client to a server of tokens.
    Tokens,
}

/// How a registry is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// With a certificate of an authority of its own.
    Tls,
    /// In clear.
    Plain,
}

/// A registry with an image in it, and what stands around it.
#[derive(Debug)]
pub(super) struct Registry {
    /// Where it listens.
    pub(super) address: String,
    folder: PathBuf,
    /// Both end with it.
    _servers: [Server; 2],
}

/// Runs the cases "regrender build → registry".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for (accounts, title) in [(Accounts::File, "htpasswd"), (Accounts::Tokens, "tokens")] {
        ledger.case(
            &format!("regrender build → registry with {title}: crane pulls with the pod's Secret"),
            |stage| pull(stage, accounts),
        );
    }
}

impl Registry {
    /// Starts a registry on loopback and pushes an image to it.
    ///
    /// # Errors
    ///
    /// A program is missing, or does not do its part.
    pub(super) fn start(
        stage: &Stage<'_>,
        accounts: Accounts,
        transport: Transport,
    ) -> Result<Self> {
        let folder = stage.plain("registry");
        fs::create_dir_all(&folder).context("cannot make the folder of the registry")?;
        let known = json!([
            { "name": PULLER.0, "password": PULLER.1, "actions": ["pull"] },
            { "name": PUSHER.0, "password": PUSHER.1, "actions": ["pull", "push"] },
        ]);
        let (desk, tokens) = Server::start(
            stage.peer_path(Peer::RegistryDesk)?,
            &[folder.as_os_str()],
            &folder,
            known.to_string().as_bytes(),
            address_in,
        )?;
        let config = config(accounts, transport, &tokens)?;
        fs::write(folder.join("config.yml"), config.to_string())
            .context("cannot write the registry's configuration")?;
        let (registry, address) = Server::start(
            stage.peer_path(Peer::Registry)?,
            &[OsStr::new("serve"), OsStr::new("config.yml")],
            &folder,
            b"",
            address_in,
        )?;
        let registry = Self { address, folder, _servers: [registry, desk] };
        registry.push(stage)?;
        Ok(registry)
    }

    fn push(&self, stage: &Stage<'_>) -> Result<()> {
        // Two empty blocks are a tar archive of nothing.
        fs::write(self.folder.join("layer.tar"), [0; 1024]).context("cannot write a layer")?;
        let auth = STANDARD.encode(format!("{}:{}", PUSHER.0, PUSHER.1));
        let config = json!({ "auths": { &self.address: { "auth": auth } } });
        let push = self.crane(stage, "push", config.to_string().as_bytes())?;
        push.arguments(["append", "--oci-empty-base", "-f", "layer.tar", "-t"])
            .arguments([self.image()])
            .run()?
            .success()?;
        Ok(())
    }

    /// Prepares crane with a docker config of its own.
    fn crane(&self, stage: &Stage<'_>, name: &str, config: &[u8]) -> Result<Invocation> {
        let home = self.folder.join(name);
        fs::create_dir_all(&home).context("cannot make the folder of a docker config")?;
        fs::write(home.join("config.json"), config).context("cannot write a docker config")?;
        let crane = stage.peer(Peer::Crane)?.directory(&self.folder);
        Ok(crane.variable("DOCKER_CONFIG", home).variable("SSL_CERT_FILE", self.authority()))
    }

    fn image(&self) -> String {
        format!("{}/{REPOSITORY}:1", self.address)
    }

    /// Returns the file of the authority that vouches for the registry.
    pub(super) fn authority(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Returns the file of an authority that does not.
    pub(super) fn other_authority(&self) -> PathBuf {
        self.folder.join("other-ca.pem")
    }
}

fn config(accounts: Accounts, transport: Transport, tokens: &str) -> Result<Value> {
    let auth = match accounts {
        Accounts::File => json!({ "htpasswd": { "realm": "interop", "path": "htpasswd" } }),
        Accounts::Tokens => {
            // Some clients refuse a server of tokens that is named by an address of this machine.
            let (_, port) = tokens.rsplit_once(':').context("the desk has no port")?;
            json!({ "token": {
                "realm": format!("https://localhost:{port}/token"),
                "service": "interop-registry",
                "issuer": "interop",
                "jwks": "jwks.json",
                "signingalgorithms": ["ES256"],
            } })
        }
    };
    let mut http = json!({ "addr": "127.0.0.1:0", "secret": "interop" });
    if transport == Transport::Tls
        && let Some(http) = http.as_object_mut()
    {
        let tls = json!({ "certificate": "server.pem", "key": "server.key" });
        http.insert(String::from("tls"), tls);
    }
    Ok(json!({
        "version": 0.1,
        "log": { "level": "info", "formatter": "json" },
        "storage": { "inmemory": {} },
        "http": http,
        "auth": auth,
    }))
}

/// What the kubelet would find in the Secret is what a real client pulls with.
fn pull(stage: &Stage<'_>, accounts: Accounts) -> Result<()> {
    let registry = Registry::start(stage, accounts, Transport::Tls)?;
    let owner = stage.identity(Key::First)?;
    let declaration = format!(
        "[seal]\nrecipients = [{:?}]\n\n[registry.local]\nhost = {:?}\nusername = {:?}\n\
         password = {{ env = \"REGISTRY_PASSWORD\" }}\n\n\
         [secret.regcred]\nregistries = [\"local\"]\nnamespaces = [\"team-a\"]\n",
        owner.recipient, registry.address, PULLER.0
    );
    stage.write("registries.toml", declaration)?;
    stage.regrender_with(&["build"], &[("REGISTRY_PASSWORD", PULLER.1)])?.success()?;
    let file = "pull-secrets/manifests/team-a/regcred.sops.yaml";
    let opened = stage.sops_open(Peer::Sops, file, &owner)?.success()?.stdout_text()?;
    let secret = manifest::only_document(&opened)?;
    let payload = secret.pointer("/data/.dockerconfigjson").and_then(Value::as_str);
    let payload = STANDARD.decode(payload.context("the Secret has no payload")?)?;
    let image = registry.image();
    let pull = |name: &str, config: &[u8]| -> Result<_> {
        registry.crane(stage, name, config)?.arguments(["pull", &image, "image.tar"]).run()
    };
    pull("pod", &payload)?.success()?;
    let answer = pull("nobody", b"{}")?;
    if answer.code == Some(0) {
        bail!("the registry lets everybody pull");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_in_clear_has_no_certificate() {
        let config = |transport| config(Accounts::File, transport, "127.0.0.1:1").unwrap();
        assert!(config(Transport::Tls).pointer("/http/tls").is_some());
        assert!(config(Transport::Plain).pointer("/http/tls").is_none());
    }

    #[test]
    fn the_server_of_tokens_goes_by_a_name() {
        let config = config(Accounts::Tokens, Transport::Tls, "127.0.0.1:41").unwrap();
        let realm = config.pointer("/auth/token/realm").and_then(Value::as_str);
        assert_eq!(realm, Some("https://localhost:41/token"));
    }
}
