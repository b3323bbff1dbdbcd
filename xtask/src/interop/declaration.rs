//! The registries.toml of a case.

use std::fmt::Write as _;

use super::identity::Identity;

/// The registry of every case, in the spelling of `kubectl create secret docker-registry`.
pub(super) const HOST: &str = "private-registry.io";
/// Its user.
pub(super) const USERNAME: &str = "registry-user";
/// The mail address beside it.
pub(super) const EMAIL: &str = "registry-user@org.com";
/// The environment variable that holds its password.
pub(super) const PASSWORD_VARIABLE: &str = "INTERNAL_PASSWORD";
/// The environment variable that holds the key of the fingerprints.
pub(super) const FINGERPRINT_VARIABLE: &str = "REGRENDER_FINGERPRINT_KEY";
/// The line of `[seal]` that asks for fingerprints.
pub(super) const FINGERPRINTS: &str = "fingerprint-key = { env = \"REGRENDER_FINGERPRINT_KEY\" }\n";

/// A registries.toml with one registry and one pull secret, `regcred`.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    /// `sops`, `age` or `sealed-secrets`.
    pub(super) format: &'static str,
    /// `all` or `encrypted-only`.
    pub(super) mac: &'static str,
    /// Who can open what is written; nobody is declared for `SealedSecrets`.
    pub(super) recipients: Vec<String>,
    /// Who applies what is written.
    pub(super) consumers: Vec<&'static str>,
    /// Where the pull secret lands.
    pub(super) namespaces: Vec<&'static str>,
    /// Further lines of the table `[seal]`.
    pub(super) more_seal: &'static str,
    /// Further lines of the table `[output]`.
    pub(super) more_output: &'static str,
    /// Further lines of the table `[secret.regcred]`.
    pub(super) more: String,
}

impl Declaration {
    /// Declares a pull secret in `team-a` and `team-b`, sealed for `identities`.
    pub(super) fn sealed_for(identities: &[Identity]) -> Self {
        Self {
            format: "sops",
            mac: "all",
            recipients: identities.iter().map(|identity| identity.recipient.clone()).collect(),
            consumers: vec!["flux"],
            namespaces: vec!["team-a", "team-b"],
            more_seal: "",
            more_output: "",
            more: String::new(),
        }
    }

    /// Writes it as TOML.
    pub(super) fn to_toml(&self) -> String {
        let Self { format, mac, consumers, namespaces, .. } = self;
        let recipients = match self.recipients.as_slice() {
            [] => String::new(),
            recipients => format!("recipients = {recipients:?}\n"),
        };
        let Self { more_seal, more_output, more, .. } = self;
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "[seal]\nformat = {format:?}\nmac = {mac:?}\n{recipients}{more_seal}\n\
             [output]\ndirectory = \"pull-secrets\"\nconsumer = {consumers:?}\n{more_output}\n\
             [registry.internal]\nhost = {HOST:?}\nusername = {USERNAME:?}\nemail = {EMAIL:?}\n\
             password = {{ env = {PASSWORD_VARIABLE:?} }}\n\n\
             [secret.regcred]\nregistries = [\"internal\"]\nnamespaces = {namespaces:?}\n\
             service-accounts = [\"default\", \"builder\"]\n{more}"
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_what_was_declared() {
        let mut declaration = Declaration::sealed_for(&[]);
        declaration.recipients = vec!["age1x".to_owned()];
        declaration.mac = "encrypted-only";
        declaration.more = "workloads = [\"Deployment/web\"]\n".to_owned();
        let text = declaration.to_toml();
        for line in [
            "mac = \"encrypted-only\"",
            "recipients = [\"age1x\"]",
            "namespaces = [\"team-a\", \"team-b\"]",
            "workloads = [\"Deployment/web\"]",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
