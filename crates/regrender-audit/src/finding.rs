//! Knows what the audit can find, by stable codes, and how bad each is.

use std::sync::Arc;

use serde::Serialize;

use crate::place::Place;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something does not work, or a secret is exposed.
    Error,
    /// Something works by accident, or will cease to work.
    Warning,
    /// Something worth knowing.
    Info,
}

impl Severity {
    /// Returns the word that reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// Something that a person should know, with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// The document in the file, from 0.
    pub document: usize,
    /// How bad it is.
    pub severity: Severity,
    /// Which finding it is.
    pub code: Code,
    /// What was found, without any secret value.
    pub message: String,
    /// The end of the message, where one remedy is for all findings that end so.
    pub(crate) shared: Option<String>,
}

impl Finding {
    /// Makes a finding of the severity that its code has by default.
    #[must_use]
    pub fn new(code: Code, place: &Place, message: impl Into<String>) -> Self {
        Self::with_severity(code, code.severity(), place, message)
    }

    /// Makes a finding of a given severity.
    #[must_use]
    pub fn with_severity(
        code: Code,
        severity: Severity,
        place: &Place,
        message: impl Into<String>,
    ) -> Self {
        Self {
            file: Arc::clone(&place.file),
            line: place.line,
            column: place.column,
            document: place.document,
            severity,
            code,
            message: message.into(),
            shared: None,
        }
    }
}

macro_rules! codes {
    ($($variant:ident, $name:literal, $severity:ident, $what:literal, $help:literal;)*) => {
        /// The findings, each with a name that does not change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $what] $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the stable name, in kebab case.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Returns the severity that it has unless something makes it worse or better.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// Says in one sentence what it is.
            #[must_use]
            pub fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)* }
            }

            /// Says what to do about it.
            #[must_use]
            pub fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)* }
            }
        }
    };
}

codes! {
    InvalidImage, "invalid-image", Error,
        "An image string that the kubelet cannot parse; its pods wait in `InvalidImageName`.",
        "write the image as `[host[:port]/]path[:tag][@digest]`, in lower case";
    BrokenSecret, "broken-secret", Error,
        "A listed pull secret cannot be decoded, which fails every pull of the pod.",
        "render the Secret again, or take it off the list";
    CoveredByPrefix, "covered-by-prefix", Warning,
        "A key covers the image only because paths are matched as text: `team` covers `team2`.",
        "end the key's path in a slash, and give the image's repository a key of its own";
    CoveredByWildcard, "covered-by-wildcard", Info,
        "A key covers the image through a wildcard in its host.",
        "write the host out if only this registry is meant";
    CoveredByHubFallback, "covered-by-hub-fallback", Error,
        "Docker Hub's key covers the image because no other does. For images of Docker Hub that is \
         normal and not a finding; to any other host, the password for Docker Hub is sent.",
        "give the host a dot or a port, or a credential of its own";
    Shadowed, "shadowed", Warning,
        "Another credential is tried before the one that is meant, or instead of it.",
        "take the other key out of the pod's pull secrets, or make it narrower";
    CoveredEmpty, "covered-empty", Error,
        "The matching entry has neither user name nor password.",
        "render the Secret with the credential itself; helpers and tokens count for nothing here";
    UncoveredPrivate, "uncovered-private", Error,
        "The registry is declared private, and no pull secret of the pod covers the image.",
        "add the pull secret to the ServiceAccount or to the pod";
    UncoveredUnknown, "uncovered-unknown", Warning,
        "No pull secret of the pod covers the image, and nothing is declared about its registry.",
        "declare the registry in registries.toml, with a credential or with `anonymous = true`";
    PublicWithCredential, "public-with-credential", Info,
        "The registry is declared public, but a credential matches and is the only thing tried.",
        "take the key out of the pull secret, or keep the credential valid";
    Undetermined, "undetermined", Info,
        "The repository does not say enough to know which credential is used.",
        "pipe the built manifests through `regrender audit -`, or put the missing object into the repository";
    NamespaceUnknown, "namespace-unknown", Info,
        "The workload's namespace is not known, so neither are its pull secrets.",
        "name the namespace in the manifest or in the kustomization that lists it, or give it with `--namespace`";
    SecretWrongType, "secret-wrong-type", Error,
        "The type of the Secret and the key of its data do not go together; the kubelet skips it.",
        "use type `kubernetes.io/dockerconfigjson` with the key `.dockerconfigjson`";
    SecretEmpty, "secret-empty", Error,
        "The pull secret has no content.",
        "render the Secret again";
    SecretExpired, "secret-expired", Error,
        "A credential in a sealed pull secret has expired, as its annotation says.",
        "build and apply the tree anew with fresh tokens, or let `provide` renew them";
    SecretExpires, "secret-expires", Info,
        "A credential in a sealed pull secret expires at a known time.",
        "build and apply the tree anew before that, or let `provide` renew the token";
    SecretNoAuths, "secret-no-auths", Error,
        "The pull secret has no `auths`, so it holds nothing.",
        "put the registries under `auths`";
    SecretBadData, "secret-bad-data", Error,
        "A value of the Secret is not base64 or not text; the API server refuses the Secret.",
        "encode the value with standard base64, or move it to `stringData`";
    KeyDead, "key-dead", Warning,
        "A registry key of the pull secret covers no image.",
        "write the key as `host[:port][/path/]`, in lower case and without a wildcard in the path";
    KeyNarrow, "key-narrow", Info,
        "A registry key of the pull secret covers less, or more, than it seems to.",
        "write the key as the images write their host";
    KeyAlias, "key-alias", Warning,
        "Two keys of one Secret mean the same; which is tried first is random.",
        "keep one of them";
    KeyRepeated, "key-repeated", Warning,
        "A key occurs twice in the JSON of the Secret; the last one counts.",
        "keep one of them";
    SecretOddCase, "secret-odd-case", Info,
        "A member of the JSON is written in another case; the kubelet takes it, other programs do not.",
        "write it in lower case";
    SecretCredentialHelper, "secret-credential-helper", Warning,
        "The Secret names a credential helper, which the kubelet ignores.",
        "put the credential itself into the Secret";
    SecretTokenOnly, "secret-token-only", Error,
        "The entry holds only an identity token, which the kubelet drops.",
        "put user name and password into the Secret";
    UsernameWithColon, "username-with-colon", Warning,
        "The user name holds a colon, at which `auth` is cut.",
        "use a user name without a colon";
    TrailingLineFeed, "trailing-line-feed", Warning,
        "User name or password end in a line feed, the trace of `echo | base64`.",
        "encode with `printf` or `echo -n`";
    AccountSecretsNotAdded, "account-secrets-not-added", Warning,
        "The pod lists pull secrets of its own, so those of its account are not added.",
        "list all of them at the pod, or none";
    EmptySecretName, "empty-secret-name", Warning,
        "An entry without a name is skipped, and still keeps the account's pull secrets out.",
        "take the entry off the list";
    PullSecretMissing, "pull-secret-missing", Warning,
        "No manifest and no registries.toml defines the pull secret.",
        "declare it in registries.toml, or take it off the list";
    PullSecretElsewhere, "pull-secret-elsewhere", Error,
        "The pull secret exists only in another namespace, where the pod cannot use it.",
        "declare the pod's namespace for the pull secret too";
    PullSecretTwice, "pull-secret-twice", Info,
        "The same pull secret is listed twice.",
        "keep one of them";
    AccountElsewhere, "account-elsewhere", Error,
        "The ServiceAccount exists only in another namespace; the pod will be rejected.",
        "declare the account in the workload's namespace";
    AccountUnused, "account-unused", Info,
        "The account has pull secrets, but no workload runs under it.",
        "name the account in a workload, or take the pull secrets off it";
    AccountRejectsPod, "account-rejects-pod", Error,
        "The account enforces its list of Secrets, and the pod lists a pull secret outside it.",
        "add the pull secret to the account's `imagePullSecrets`";
    SecretUnused, "secret-unused", Info,
        "No account and no workload names the pull secret.",
        "name it in an account or a workload, or remove it";
    SecondManifest, "second-manifest", Warning,
        "A manifest and registries.toml declare the same Secret; what is applied last counts.",
        "take the manifest out of what is applied once the output folder is";
    KeyUnused, "key-unused", Info,
        "A key of the pull secret matches no image of its namespace.",
        "remove the key if nothing outside the repository uses it";
    RegistryUndeclared, "registry-undeclared", Info,
        "Images come from a registry that registries.toml does not know.",
        "declare the registry, with a credential or with `anonymous = true`";
    PatchWithoutTarget, "patch-without-target", Warning,
        "A patch for pull secrets with a target matches nothing; kustomize says nothing about it.",
        "correct kind and name of the patch's target";
    BrokenKustomization, "broken-kustomization", Error,
        "A kustomization names a file or folder, or patches an object or a part of one, that is not there, and kustomize builds nothing of it.",
        "put it there, or correct or take out what names it";
    LeakedPullSecret, "leaked-pull-secret", Error,
        "The repository holds a pull secret in clear.",
        "revoke the credential, render the Secret with `regrender build`, and commit only what is sealed; leave made-up ones out with `--exclude`";
    LeakedAuths, "leaked-auths", Error,
        "The repository holds a docker configuration with credentials in clear.",
        "revoke the credential and remove the file; leave made-up ones out with `--exclude`";
    LeakedIdentity, "leaked-identity", Error,
        "The repository holds a private age key.",
        "make a new key, list it as recipient instead, run `regrender build`, and change the credentials";
    LeakedSealingKey, "leaked-sealing-key", Error,
        "The repository holds a key in clear that the controller of SealedSecrets opens them with.",
        "let the controller make a new key, seal everything anew, and change what was sealed with the old one";
    LeakedPrivateKey, "leaked-private-key", Error,
        "The repository holds a private key in clear, which no password protects.",
        "make a new key, seal it or keep it elsewhere, and withdraw the old one";
    LeakedSopsValue, "leaked-sops-value", Error,
        "A SOPS file has a value in clear that its own rule wants encrypted, or text behind an encrypted one.",
        "revoke what was exposed and seal the file again";
    LeakedSource, "leaked-source", Error,
        "The repository holds a file in clear that registries.toml takes a secret from.",
        "change the secret, and keep the file where Git ignores it, or seal it and read it as `{ age = \"FILE\" }` or `{ sops = \"FILE\" }`";
    LeakedToken, "leaked-token", Error,
        "A token that expires within hours is committed; it leaks first and fails soon after.",
        "let the node or an ExternalSecret provide the token";
    NotSealed, "not-sealed", Error,
        "A file that a rule of `.sops.yaml` applies to is not sealed.",
        "seal it with `sops encrypt --in-place`, or narrow the rule";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        let plain = |letter: char| letter.is_ascii_lowercase() || letter == '-';
        assert!(names.iter().all(|name| name.chars().all(plain)));
    }

    #[test]
    fn help_is_an_imperative_without_a_full_stop() {
        for code in Code::ALL {
            assert!(!code.help().ends_with('.'), "{}", code.name());
            assert!(code.what().ends_with('.'), "{}", code.name());
        }
    }
}
