//! Asking Vault: who logs in how, and each secret once.

pub(crate) mod failure;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;

use regrender_config::{KvVersion, Source, Username, Vault as Declared, VaultAuth};
use regrender_document::SecretText;
use regrender_remote::vault::{self as remote, Login, SecretPath, Vault, VaultError};
use regrender_remote::{Scheme, Transport, Url};

use self::failure::{AuthorityFailure, VaultFailure};
use super::failure::SourceFailure;
use super::question::{Answer, Given, Question};
use super::value::Part;
use crate::http::authorities::Authorities;
use crate::http::{Network, Trust};
use crate::input::failure::FileFailure;
use crate::input::file::read_file;
use crate::side_by_side::side_by_side;
use crate::world::World;

/// How many secrets are asked for side by side.
const AT_ONCE: usize = 8;

/// Where Vault is; the second is what OpenBao's own program reads.
pub(crate) const ADDRESS: [&str; 2] = ["VAULT_ADDR", "BAO_ADDR"];
/// The namespace that every path is in.
const NAMESPACE: [&str; 2] = ["VAULT_NAMESPACE", "BAO_NAMESPACE"];
/// A file with the certificates of its authority.
const CA: [&str; 2] = ["VAULT_CACERT", "BAO_CACERT"];
/// The token to ask with.
pub(crate) const TOKEN: [&str; 2] = ["VAULT_TOKEN", "BAO_TOKEN"];
/// Where its own program keeps the token, in the home folder.
pub(crate) const TOKEN_FILE: &str = ".vault-token";
/// Where a pod finds the token of its service account.
const POD_TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// What gives the values to log in with; it tells what is wrong with them by itself.
pub(crate) type Values<'a> = dyn FnMut(Part, &Source) -> Option<SecretText> + 'a;

/// Asks for the secrets at `paths`, after logging in with `values`.
pub(crate) fn ask(
    declared: &Declared,
    paths: &BTreeSet<&str>,
    base: &Path,
    values: &mut Values<'_>,
    world: &World,
) -> Vec<(Question, Answer)> {
    match enter(declared, base, values, world) {
        Ok((server, token)) => server.read_all(paths, &token),
        Err(failure) => paths.iter().map(|path| refused(path, &failure)).collect(),
    }
}

/// Logs in, or says why nothing of Vault can be had.
fn enter<'a>(
    declared: &'a Declared,
    base: &'a Path,
    values: &mut Values<'_>,
    world: &'a World,
) -> Result<(Server<'a>, SecretText), VaultFailure> {
    let address = address(declared, world)?;
    let server = Server {
        shown: address.origin(),
        address,
        namespace: declared.namespace.clone().or_else(|| first_of(world, NAMESPACE)),
        kv_version: declared.kv_version,
        transport: Box::new(transport(declared, base, world)?),
    };
    let token = server.log_in(declared.auth.as_ref(), values, world)?;
    Ok((server, token))
}

fn question(path: &str) -> Question {
    Question::Vault(path.to_owned())
}

fn refused(path: &str, failure: &VaultFailure) -> (Question, Answer) {
    (question(path), Err(SourceFailure::Vault(failure.clone())))
}

fn first_of(world: &World, names: [&'static str; 2]) -> Option<String> {
    named_first_of(world, names).map(|(_, value)| value)
}

/// Returns the first variable that is set, with its value.
fn named_first_of(world: &World, names: [&'static str; 2]) -> Option<(&'static str, String)> {
    names.into_iter().find_map(|name| {
        let value = world.variable(name)?.to_str()?.trim();
        (!value.is_empty()).then(|| (name, value.to_owned()))
    })
}

fn address(declared: &Declared, world: &World) -> Result<Url, VaultFailure> {
    if let Some(address) = &declared.address {
        let place = "address";
        return Url::parse(address).map_err(|error| VaultFailure::BadAddress { place, error });
    }
    let (place, text) = named_first_of(world, ADDRESS).ok_or(VaultFailure::NoAddress)?;
    let text = text.trim_end_matches('/');
    Url::parse(text).map_err(|error| VaultFailure::BadAddress { place, error })
}

/// Says whether the environment names an address without TLS on another machine.
pub(crate) fn is_in_clear(world: &World) -> bool {
    let address = first_of(world, ADDRESS).and_then(|address| Url::parse(&address).ok());
    address.is_some_and(|address| {
        let host = address.host();
        let number = host.trim_matches(['[', ']']).parse::<IpAddr>();
        let is_near = host == "localhost" || number.is_ok_and(|number| number.is_loopback());
        address.scheme() == Scheme::Http && !is_near
    })
}

fn transport(
    declared: &Declared,
    base: &Path,
    world: &World,
) -> Result<impl Transport, VaultFailure> {
    let network = Network::of(world);
    let path = match &declared.ca {
        Some(path) => Some(world.resolve(base, path)),
        None => first_of(world, CA).map(|path| world.resolve(&world.directory, &path)),
    };
    let Some(path) = path else {
        return Ok(network.transport(Trust::Machine));
    };
    let failed = |why| VaultFailure::NoAuthority { path: path.clone(), why };
    let pem = read_file(&path).map_err(|error| failed(AuthorityFailure::File(error)))?;
    let authorities = Authorities::parse(pem.expose())
        .map_err(|error| failed(AuthorityFailure::Content(error)))?;
    // Vault's own program believes only these, too.
    Ok(network.transport(Trust::Only(&authorities)))
}

/// A Vault, and how to reach it.
struct Server<'a> {
    /// What it is called in messages.
    shown: String,
    address: Url,
    namespace: Option<String>,
    kv_version: Option<KvVersion>,
    transport: Box<dyn Transport + 'a>,
}

impl Server<'_> {
    fn stranger(&self) -> Vault<'_> {
        let vault = Vault::new(&*self.transport, self.address.clone());
        match &self.namespace {
            Some(namespace) => vault.with_namespace(namespace.as_str()),
            None => vault,
        }
    }

    fn log_in(
        &self,
        auth: Option<&VaultAuth>,
        values: &mut Values<'_>,
        world: &World,
    ) -> Result<SecretText, VaultFailure> {
        let no_login = VaultFailure::NoLogin;
        match auth {
            None | Some(VaultAuth::Token { token: None }) => own_token(world),
            Some(VaultAuth::Token { token: Some(token) }) => {
                values(Part::Login("token"), token).ok_or(no_login)
            }
            Some(VaultAuth::AppRole { role_id, secret_id, mount }) => {
                let role_id = match role_id {
                    Username::Literal(text) => Some(SecretText::new(text.clone())),
                    Username::From(source) => values(Part::RoleId, source),
                };
                // Both are looked at before either is missed: every problem is told.
                let secret_id = values(Part::Login("secret id"), secret_id);
                let (role_id, secret_id) = role_id.zip(secret_id).ok_or(no_login)?;
                self.trade(&Login::AppRole { mount, role_id: &role_id, secret_id: &secret_id })
            }
            Some(VaultAuth::Kubernetes { role, jwt: None, mount }) => {
                let jwt = pod_token()?;
                self.trade(&Login::SignedToken { mount, role, jwt: &jwt })
            }
            Some(
                VaultAuth::Kubernetes { role, jwt: Some(jwt), mount }
                | VaultAuth::Jwt { role, jwt, mount },
            ) => {
                let jwt = values(Part::Login("signed token"), jwt).ok_or(no_login)?;
                self.trade(&Login::SignedToken { mount, role, jwt: &jwt })
            }
        }
    }

    fn trade(&self, login: &Login<'_>) -> Result<SecretText, VaultFailure> {
        self.stranger().log_in(login).map_err(|error| self.asked(error))
    }

    /// Reads the secrets at `paths`. A server that cannot answer one question is not asked all.
    fn read_all(&self, paths: &BTreeSet<&str>, token: &SecretText) -> Vec<(Question, Answer)> {
        let mut rest: Vec<&str> = paths.iter().copied().collect();
        if rest.is_empty() {
            return Vec::new();
        }
        let first = rest.remove(0);
        let answer = self.read(first, token);
        let answered_rest = match &answer {
            Err(SourceFailure::Vault(failure)) if failure.is_for_all() => {
                rest.iter().map(|path| refused(path, failure)).collect()
            }
            _ => side_by_side(&rest, AT_ONCE, |path| (question(path), self.read(path, token))),
        };
        [(question(first), answer)].into_iter().chain(answered_rest).collect()
    }

    fn read(&self, path: &str, token: &SecretText) -> Answer {
        let path = SecretPath::parse(path)
            .map_err(|_checked_before| SourceFailure::Vault(VaultFailure::BadPath))?;
        let vault = self.stranger().with_token(token.clone());
        let mount = match self.kv_version {
            Some(KvVersion::One) => Ok(path.first_as_mount(remote::KvVersion::One)),
            Some(KvVersion::Two) => Ok(path.first_as_mount(remote::KvVersion::Two)),
            None => vault.mount(&path),
        };
        let secret = mount.and_then(|mount| vault.read(&mount, &path));
        secret.map(Given::Secret).map_err(|error| SourceFailure::Vault(self.asked(error)))
    }

    fn asked(&self, error: VaultError) -> VaultFailure {
        let is_version_declared = self.kv_version.is_some();
        VaultFailure::Asked { address: self.shown.clone(), error, is_version_declared }
    }
}

/// Finds the token where Vault's own program finds it.
fn own_token(world: &World) -> Result<SecretText, VaultFailure> {
    if let Some(token) = first_of(world, TOKEN) {
        return Ok(SecretText::new(token));
    }
    let file = world.home().map(|home| home.join(TOKEN_FILE));
    file.map_or(Err(FileFailure::Missing), |file| token_in(&file)).map_err(VaultFailure::NoToken)
}

fn pod_token() -> Result<SecretText, VaultFailure> {
    token_in(Path::new(POD_TOKEN)).map_err(VaultFailure::NoPodToken)
}

fn token_in(path: &Path) -> Result<SecretText, FileFailure> {
    let bytes = read_file(path)?;
    let text = std::str::from_utf8(bytes.expose()).unwrap_or_default().trim();
    if text.is_empty() { Err(FileFailure::Missing) } else { Ok(SecretText::new(text.to_owned())) }
}
