//! Vault and OpenBao: logging in, and reading one secret of a key-value store.
//!
//! What it asks: `POST auth/MOUNT/login`, `GET sys/internal/ui/mounts/PATH` (as `vault kv` does, to
//! learn which part of a path is the mount and which version it has), and `GET` of the secret.

mod answer;
mod complaint;
mod error;
mod login;
mod path;
mod secret;
#[cfg(test)]
mod tests;

use regrender_document::SecretText;

pub use self::answer::{read_login, read_mount, read_secret};
pub use self::error::{Step, VaultError};
pub use self::login::Login;
pub use self::path::{KvVersion, Mount, PathError, SecretPath};
pub use self::secret::Secret;
use crate::retry::{Repeat, send};
use crate::{Method, Request, Response, Transport, Url};

/// The header that says it is no browser that asks; agents of Vault may insist on it.
const REQUEST: &str = "X-Vault-Request";
/// The header of the namespace.
const NAMESPACE: &str = "X-Vault-Namespace";
/// The header of the token.
const TOKEN: &str = "X-Vault-Token";

/// A server, and who asks it.
pub struct Vault<'a> {
    transport: &'a dyn Transport,
    address: Url,
    namespace: Option<String>,
    token: Option<SecretText>,
}

impl<'a> Vault<'a> {
    /// Makes the one who asks the server at `address` through `transport`.
    #[must_use]
    pub fn new(transport: &'a dyn Transport, address: Url) -> Self {
        Self { transport, address, namespace: None, token: None }
    }

    /// Asks within a namespace.
    #[must_use]
    pub fn with_namespace(self, namespace: impl Into<String>) -> Self {
        Self { namespace: Some(namespace.into()), ..self }
    }

    /// Asks with a token.
    #[must_use]
    pub fn with_token(self, token: SecretText) -> Self {
        Self { token: Some(token), ..self }
    }

    /// Logs in, and returns the token to ask with.
    ///
    /// A login that the server may have counted is not sent again.
    ///
    /// # Errors
    ///
    /// Says why there is no token.
    pub fn log_in(&self, login: &Login<'_>) -> Result<SecretText, VaultError> {
        let url = self.address.below(&login.path());
        let request = self.request(Method::Post, url).with_json(login.body());
        let answer = send(self.transport, &request, Repeat::IfNotTaken, is_final)?;
        read_login(&answer, &login.secrets())
    }

    /// Asks which part of `path` is the mount, and which version it has.
    ///
    /// # Errors
    ///
    /// Says why it cannot be known.
    pub fn mount(&self, path: &SecretPath) -> Result<Mount, VaultError> {
        let url = self.address.below(&path.question_for_mount());
        let answer = self.get(url)?;
        read_mount(path, &answer, &self.secrets())
    }

    /// Reads the secret at `path` in `mount`.
    ///
    /// # Errors
    ///
    /// Says why it cannot be obtained.
    pub fn read(&self, mount: &Mount, path: &SecretPath) -> Result<Secret, VaultError> {
        let answer = self.get(self.address.below(&path.question_in(mount)))?;
        read_secret(mount, path, &answer, &self.secrets())
    }

    fn get(&self, url: Url) -> Result<Response, VaultError> {
        let mut request = self.request(Method::Get, url);
        if let Some(token) = &self.token {
            request = request.with_secret(TOKEN, token.clone());
        }
        Ok(send(self.transport, &request, Repeat::Freely, is_final)?)
    }

    fn request(&self, method: Method, url: Url) -> Request {
        let request = Request::new(method, url).with_header(REQUEST, "true");
        match &self.namespace {
            Some(namespace) => request.with_header(NAMESPACE, namespace.as_str()),
            None => request,
        }
    }

    fn secrets(&self) -> Vec<&SecretText> {
        self.token.iter().collect()
    }
}

/// A sealed server stays sealed until somebody unseals it.
fn is_final(answer: &Response) -> bool {
    complaint::is_sealed(answer)
}
