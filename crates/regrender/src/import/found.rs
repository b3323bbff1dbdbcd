//! What the sources of an import hold, before it is brought together.

use regrender_document::SecretText;

use super::remark::Remarks;

/// What the sources of an import hold.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The pull secrets, and docker configs as if they were pull secrets.
    pub(crate) secrets: Vec<FoundSecret>,
    /// The service accounts that name pull secrets.
    pub(crate) accounts: Vec<FoundAccount>,
    /// What was passed over.
    pub(crate) remarks: Remarks,
}

/// A pull secret in one namespace.
#[derive(Debug)]
pub(crate) struct FoundSecret {
    /// Its name.
    pub(crate) name: String,
    /// Its namespace, where one is known.
    pub(crate) namespace: Option<String>,
    /// What it is called in messages.
    pub(crate) origin: String,
    /// Its entries that hold something.
    pub(crate) entries: Vec<FoundEntry>,
    /// What has to be known before another takes its place.
    pub(crate) cautions: Vec<String>,
}

/// An entry of a pull secret or of a docker config.
#[derive(Clone, Debug)]
pub(crate) struct FoundEntry {
    /// The key as written.
    pub(crate) key: String,
    /// What is under it.
    pub(crate) login: Login,
}

/// What is under a key.
#[derive(Clone, Debug)]
pub(crate) enum Login {
    /// A username and a password.
    Pair {
        /// The username.
        username: String,
        /// The password.
        password: SecretText,
        /// The address.
        email: Option<String>,
    },
    /// A program keeps the credential.
    Helper {
        /// Its name, without `docker-credential-`.
        name: String,
    },
}

/// A service account, and the pull secrets that it names.
#[derive(Debug)]
pub(crate) struct FoundAccount {
    /// Its namespace, where one is known.
    pub(crate) namespace: Option<String>,
    /// Its name.
    pub(crate) name: String,
    /// The names in its `imagePullSecrets`.
    pub(crate) pull_secrets: Vec<String>,
}

impl Login {
    /// Says whether two logins are the same, the address left aside: it opens nothing.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Pair { username, password, .. },
                Self::Pair { username: other_username, password: other_password, .. },
            ) => username == other_username && password.expose() == other_password.expose(),
            (Self::Helper { name }, Self::Helper { name: other }) => name == other,
            _ => false,
        }
    }

    /// Returns the username, where one is known.
    pub(crate) fn username(&self) -> Option<&str> {
        match self {
            Self::Pair { username, .. } => Some(username),
            Self::Helper { .. } => None,
        }
    }

    /// Returns the password, where it was found.
    pub(crate) fn password(&self) -> Option<&SecretText> {
        match self {
            Self::Pair { password, .. } => Some(password),
            Self::Helper { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(username: &str, password: &str, email: Option<&str>) -> Login {
        Login::Pair {
            username: username.to_owned(),
            password: SecretText::new(password.to_owned()),
            email: email.map(str::to_owned),
        }
    }

    #[test]
    fn logins_are_the_same_by_username_and_password() {
        let login = pair("u", "canary-4f1d", None);
        assert!(login.is_same(&pair("u", "canary-4f1d", Some("u@example.com"))));
        assert!(!login.is_same(&pair("v", "canary-4f1d", None)));
        assert!(!login.is_same(&pair("u", "canary-4f1d-2", None)));
        assert!(!login.is_same(&Login::Helper { name: String::from("u") }));
    }
}
