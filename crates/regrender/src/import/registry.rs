//! A `[registry.NAME]` to be written.

use regrender_config::RegistryKind;

use super::found::Login;
use super::host::Host;

/// A `[registry.NAME]` to be written.
#[derive(Clone, Debug)]
pub(crate) struct DraftRegistry {
    /// Its name.
    pub(crate) name: String,
    /// Its host.
    pub(crate) host: Host,
    /// The beginnings of the repositories that it is narrowed to.
    pub(crate) paths: Vec<String>,
    /// Whether a pull secret spells Docker Hub both ways.
    pub(crate) has_hub_alias: bool,
    /// What opens it.
    pub(crate) login: Login,
    /// The key under which a program keeps it.
    pub(crate) key: String,
    /// Whether its password is a token that is dead, or soon will be, so that it is not sealed.
    pub(crate) is_dying: bool,
}

impl DraftRegistry {
    /// Returns how many hours its token lives, if the cloud handed it out.
    pub(crate) fn token_hours(&self) -> Option<u64> {
        self.host.token_hours(self.login.username())
    }

    /// Says whether a program keeps a credential of it that is worth sealing.
    pub(crate) fn is_asked_for(&self) -> bool {
        matches!(self.login, Login::Helper { .. }) && self.token_hours().is_none()
    }

    /// Returns its kind.
    pub(crate) fn kind(&self) -> RegistryKind {
        self.host.kind(self.login.username())
    }
}
