//! Why Vault gave nothing.

use std::path::PathBuf;

use regrender_remote::UrlError;
use regrender_remote::vault::VaultError;

use crate::http::authorities::AuthoritiesError;
use crate::input::failure::FileFailure;

/// Why Vault gave nothing. None of it is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VaultFailure {
    /// Nobody says where it is.
    NoAddress,
    /// What should be its address is none. It is not shown: a password may stand in it.
    BadAddress {
        /// Where it stands: a variable of the environment, or `address`.
        place: &'static str,
        /// What is wrong with it.
        error: UrlError,
    },
    /// Nobody says with which token to ask, and why it is not in the file of Vault's own program.
    NoToken(FileFailure),
    /// A secret to log in with cannot be obtained; that is told already.
    NoLogin,
    /// The token of the pod cannot be read.
    NoPodToken(FileFailure),
    /// The certificates of its authority cannot be read.
    NoAuthority {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: AuthorityFailure,
    },
    /// The path is none.
    BadPath,
    /// It was asked, and this is what came.
    Asked {
        /// Scheme, host and port.
        address: String,
        /// What came.
        error: VaultError,
        /// Whether registries.toml says which version the engine has.
        is_version_declared: bool,
    },
}

/// Why certificates cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AuthorityFailure {
    /// The file cannot be read.
    File(FileFailure),
    /// What is in it is no certificate.
    Content(AuthoritiesError),
}

impl VaultFailure {
    /// Says whether every other secret would fail in the same way.
    pub(crate) fn is_for_all(&self) -> bool {
        match self {
            Self::BadPath => false,
            Self::Asked { error, .. } => matches!(
                error,
                VaultError::Transport(_)
                    | VaultError::Sealed
                    | VaultError::NotInitialized
                    | VaultError::NoActiveNode
                    | VaultError::Redirected { .. }
                    | VaultError::TlsWanted
                    | VaultError::LoginRefused { .. }
                    | VaultError::LoginUnknown { .. }
                    | VaultError::SecondFactorWanted
                    | VaultError::TokenRefused { .. }
                    | VaultError::TooMany { .. }
                    | VaultError::Failed { .. }
            ),
            _ => true,
        }
    }
}
