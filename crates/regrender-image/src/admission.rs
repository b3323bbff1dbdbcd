//! Knows what the API server makes of a pod's pull secrets when the pod is created.
//!
//! These are the rules of the ServiceAccount admission plugin, as far as they touch Secrets.

use thiserror::Error;

/// The account of a pod that names none.
pub const DEFAULT_ACCOUNT: &str = "default";

/// The annotation that confines an account's pods to the account's own Secrets.
pub const ENFORCE_MOUNTABLE_SECRETS: &str = "kubernetes.io/enforce-mountable-secrets";

/// What admission looks at in a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodAdmission {
    /// `spec.serviceAccountName`.
    pub service_account_name: String,
    /// `spec.serviceAccount`, which counts where the other is empty.
    pub deprecated_service_account: String,
    /// The names in `spec.imagePullSecrets`; an entry without a name is an empty one.
    pub image_pull_secrets: Vec<String>,
    /// Whether the pod carries the annotation `kubernetes.io/config.mirror`.
    pub is_mirror: bool,
    /// The other Secrets that the pod refers to, in the order volumes, init containers, containers.
    pub secret_references: Vec<SecretReference>,
}

/// A Secret that a pod uses otherwise than for pulling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretReference {
    /// The name of the Secret.
    pub name: String,
    /// Whether an account that enforces its list is asked for it: `secret` volumes, `env` and
    /// `envFrom` are, other kinds of volume are not.
    pub is_limited: bool,
}

/// What admission looks at in a ServiceAccount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// `metadata.name`.
    pub name: String,
    /// The names in `imagePullSecrets`.
    pub image_pull_secrets: Vec<String>,
    /// The names in `secrets`.
    pub mountable_secrets: Vec<String>,
    /// Whether the account confines its pods to its own Secrets.
    pub enforces_mountable_secrets: bool,
}

/// A pod as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// The account; empty for mirror pods.
    pub service_account: String,
    /// The pull secrets that are in force, in order.
    pub image_pull_secrets: Vec<String>,
}

/// Why a pod is turned away.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AdmissionError {
    /// The account does not exist in the pod's namespace.
    #[error("ServiceAccount `{name}` does not exist in the pod's namespace")]
    NoSuchAccount {
        /// The account.
        name: String,
    },
    /// The account enforces its list, and a pull secret of the pod is not on it.
    #[error(
        "pull secret `{secret}` is not among those of ServiceAccount `{account}`, which enforces its list"
    )]
    PullSecretNotAllowed {
        /// The pull secret.
        secret: String,
        /// The account.
        account: String,
    },
    /// The account enforces its list, and another Secret of the pod is not on it.
    #[error(
        "Secret `{secret}` is not among those of ServiceAccount `{account}`, which enforces its list"
    )]
    SecretNotAllowed {
        /// The Secret.
        secret: String,
        /// The account.
        account: String,
    },
    /// A mirror pod names an account.
    #[error("a mirror pod may not name a ServiceAccount")]
    MirrorWithAccount,
    /// A mirror pod refers to a Secret.
    #[error("a mirror pod may not refer to Secrets")]
    MirrorWithSecrets,
}

impl PodAdmission {
    /// Returns the account that the pod runs under; empty only for mirror pods that name none.
    #[must_use]
    pub fn service_account(&self) -> &str {
        match (&*self.service_account_name, &*self.deprecated_service_account) {
            ("", "") if self.is_mirror => "",
            ("", "") => DEFAULT_ACCOUNT,
            ("", deprecated) => deprecated,
            (name, _) => name,
        }
    }
}

/// Decides what becomes of `pod`, given the accounts of its namespace.
///
/// # Errors
///
/// Says why the API server turns the pod away.
pub fn admit(pod: &PodAdmission, accounts: &[Account]) -> Result<Admitted, AdmissionError> {
    let name = pod.service_account();
    if pod.is_mirror {
        return admit_mirror(pod, name);
    }
    let Some(account) = accounts.iter().find(|account| account.name == name) else {
        return Err(AdmissionError::NoSuchAccount { name: name.to_owned() });
    };
    // Never a union: a list with any entry, even an empty one, keeps the account's list out.
    let image_pull_secrets = if pod.image_pull_secrets.is_empty() {
        account.image_pull_secrets.clone()
    } else {
        pod.image_pull_secrets.clone()
    };
    if account.enforces_mountable_secrets {
        limit(pod, &image_pull_secrets, account)?;
    }
    Ok(Admitted { service_account: name.to_owned(), image_pull_secrets })
}

/// Tells whether the annotation's value counts as true: what Go's `strconv.ParseBool` takes for it.
#[must_use]
pub fn enforces_mountable_secrets(value: &str) -> bool {
    matches!(value, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

fn admit_mirror(pod: &PodAdmission, name: &str) -> Result<Admitted, AdmissionError> {
    if !name.is_empty() {
        return Err(AdmissionError::MirrorWithAccount);
    }
    if !pod.image_pull_secrets.is_empty() || !pod.secret_references.is_empty() {
        return Err(AdmissionError::MirrorWithSecrets);
    }
    Ok(Admitted { service_account: String::new(), image_pull_secrets: Vec::new() })
}

fn limit(
    pod: &PodAdmission,
    pull_secrets: &[String],
    account: &Account,
) -> Result<(), AdmissionError> {
    let limited = pod.secret_references.iter().filter(|reference| reference.is_limited);
    for reference in limited {
        if !account.mountable_secrets.contains(&reference.name) {
            return Err(AdmissionError::SecretNotAllowed {
                secret: reference.name.clone(),
                account: account.name.clone(),
            });
        }
    }
    for secret in pull_secrets {
        if !account.image_pull_secrets.contains(secret) {
            return Err(AdmissionError::PullSecretNotAllowed {
                secret: secret.clone(),
                account: account.name.clone(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, pull_secrets: &[&str]) -> Account {
        Account {
            name: name.to_owned(),
            image_pull_secrets: pull_secrets.iter().map(|&name| name.to_owned()).collect(),
            ..Account::default()
        }
    }

    fn pod(pull_secrets: &[&str]) -> PodAdmission {
        PodAdmission {
            image_pull_secrets: pull_secrets.iter().map(|&name| name.to_owned()).collect(),
            ..PodAdmission::default()
        }
    }

    #[track_caller]
    fn check(pod: &PodAdmission, accounts: &[Account], expected: &[&str]) {
        assert_eq!(admit(pod, accounts).unwrap().image_pull_secrets, expected);
    }

    #[test]
    fn account_fills_in_only_where_the_pod_lists_nothing() {
        let accounts = [account("default", &["a", "b"])];
        check(&pod(&[]), &accounts, &["a", "b"]);
        check(&pod(&["p"]), &accounts, &["p"]);
        check(&pod(&[""]), &accounts, &[""]);
    }

    #[test]
    fn deprecated_field_counts_where_the_other_is_empty() {
        let mut pod = PodAdmission { deprecated_service_account: "old".to_owned(), ..pod(&[]) };
        assert_eq!(pod.service_account(), "old");
        pod.service_account_name = "new".to_owned();
        assert_eq!(pod.service_account(), "new");
    }

    #[test]
    fn missing_account_turns_the_pod_away() {
        let error = admit(&pod(&["p"]), &[]).unwrap_err();
        assert_eq!(error, AdmissionError::NoSuchAccount { name: "default".to_owned() });
    }

    #[test]
    fn enforcing_account_allows_only_its_own() {
        let accounts = [Account { enforces_mountable_secrets: true, ..account("default", &["a"]) }];
        check(&pod(&["a"]), &accounts, &["a"]);
        assert!(matches!(
            admit(&pod(&["a", "b"]), &accounts),
            Err(AdmissionError::PullSecretNotAllowed { secret, .. }) if secret == "b"
        ));
        let mounting = PodAdmission {
            secret_references: vec![SecretReference { name: "a".to_owned(), is_limited: true }],
            ..pod(&["a"])
        };
        assert!(matches!(
            admit(&mounting, &accounts),
            Err(AdmissionError::SecretNotAllowed { .. })
        ));
    }

    #[test]
    fn annotation_counts_as_go_parses_booleans() {
        for value in ["1", "t", "T", "true", "TRUE", "True"] {
            assert!(enforces_mountable_secrets(value));
        }
        for value in ["", "yes", "on", "tRUE", " true"] {
            assert!(!enforces_mountable_secrets(value));
        }
    }

    #[test]
    fn mirror_pods_get_nothing_and_may_name_nothing() {
        let mirror = |pod: PodAdmission| PodAdmission { is_mirror: true, ..pod };
        check(&mirror(pod(&[])), &[account("default", &["a"])], &[]);
        assert_eq!(admit(&mirror(pod(&["p"])), &[]), Err(AdmissionError::MirrorWithSecrets));
        let named = PodAdmission { service_account_name: "default".to_owned(), ..pod(&[]) };
        assert_eq!(admit(&mirror(named), &[]), Err(AdmissionError::MirrorWithAccount));
    }
}
