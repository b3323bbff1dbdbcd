//! Which texts are identities, and what is said of those that are not.

use regrender_seal::{FileFormat, Identities, IdentityError, OpenError, open};

use crate::support::{
    ANNA, ANNAS_IDENTITY, BERTS_IDENTITY, CARL, CARLS_IDENTITY, DORAS_IDENTITY, RSA_RECIPIENT,
    dora, identities, key_in, pull_secret, seal_for,
};

/// Made for this test with `ssh-keygen -t ed25519 -N canary`.
const LOCKED_SSH_KEY: &str = include_str!("../data/locked_ssh_key");
/// Made for this test with `ssh-keygen -t ecdsa`.
const ECDSA_SSH_KEY: &str = include_str!("../data/ecdsa_ssh_key");

/// Made for this test with `ssh-keygen -t rsa -b 2048`.
const RSA_SSH_KEY: &str = include_str!("../data/rsa_ssh_key");

#[track_caller]
fn check_refused(text: &str, expected: IdentityError) {
    assert_eq!(Identities::parse(text).map(|_| ()), Err(expected));
}

/// Seals for `recipient` and opens with `identity`.
#[track_caller]
fn check_opens(recipient: &str, identity: &str) -> Result<(), OpenError> {
    let sealed = seal_for(&[recipient], &pull_secret("x")).unwrap();
    open(&sealed, FileFormat::Yaml, &identities(identity)).map(|_| ())
}

#[test]
fn post_quantum_identity_opens() {
    check_opens(dora(), DORAS_IDENTITY).unwrap();
    assert_eq!(check_opens(dora(), ANNAS_IDENTITY), Err(OpenError::NoIdentity));
    assert_eq!(check_opens(ANNA, DORAS_IDENTITY), Err(OpenError::NoIdentity));
}

#[test]
fn identity_file_with_comments_opens() {
    check_opens(ANNA, ANNAS_IDENTITY).unwrap();
}

#[test]
fn ssh_key_opens() {
    check_opens(CARL, CARLS_IDENTITY).unwrap();
}

#[test]
fn rsa_key_opens() {
    check_opens(RSA_RECIPIENT, RSA_SSH_KEY).unwrap();
    assert_eq!(check_opens(RSA_RECIPIENT, CARLS_IDENTITY), Err(OpenError::NoIdentity));
}

#[test]
fn identities_of_one_line_are_all_tried() {
    let both = [key_in(BERTS_IDENTITY), key_in(ANNAS_IDENTITY)].join(" ");
    check_opens(ANNA, &both).unwrap();
}

#[test]
fn ssh_key_and_identities_may_stand_in_one_text() {
    let both = format!("# first\r\n{}\r\n{CARLS_IDENTITY}", key_in(ANNAS_IDENTITY));
    check_opens(ANNA, &both).unwrap();
    check_opens(CARL, &both).unwrap();
}

#[test]
fn identities_of_several_sources_are_all_tried() {
    let mut all = identities(BERTS_IDENTITY);
    all.extend(identities(ANNAS_IDENTITY));
    assert!(!all.is_empty());
    let sealed = seal_for(&[ANNA], &pull_secret("x")).unwrap();
    assert!(open(&sealed, FileFormat::Yaml, &all).is_ok());
}

#[test]
fn identity_of_somebody_else_does_not_open() {
    assert_eq!(check_opens(ANNA, BERTS_IDENTITY), Err(OpenError::NoIdentity));
    assert_eq!(check_opens(ANNA, CARLS_IDENTITY), Err(OpenError::NoIdentity));
    assert_eq!(check_opens(CARL, ANNAS_IDENTITY), Err(OpenError::NoIdentity));
}

#[test]
fn plugin_that_is_not_installed_is_named() {
    let prefix = bech32::Hrp::parse("AGE-PLUGIN-NOSUCHPLUGIN-").unwrap();
    let identity = bech32::encode::<bech32::Bech32>(prefix, &[1; 8]).unwrap().to_uppercase();
    let plugin = String::from("nosuchplugin");
    assert_eq!(check_opens(ANNA, &identity), Err(OpenError::PluginMissing { plugin }));
}

#[test]
fn identities_of_plugins_can_be_left_out() {
    let prefix = bech32::Hrp::parse("AGE-PLUGIN-NOSUCHPLUGIN-").unwrap();
    let plugin = bech32::encode::<bech32::Bech32>(prefix, &[1; 8]).unwrap().to_uppercase();
    let mut identities = identities(&format!("{plugin}\n{ANNAS_IDENTITY}"));
    assert_eq!(identities.drop_plugins(), ["nosuchplugin"]);
    assert!(identities.drop_plugins().is_empty() && !identities.is_empty());
    let sealed = seal_for(&[ANNA], &pull_secret("x")).unwrap();
    assert!(open(&sealed, FileFormat::Yaml, &identities).is_ok());
}

#[test]
fn text_without_an_identity_is_refused() {
    check_refused("", IdentityError::Empty);
    check_refused("# created: 2026-11-21\n\n", IdentityError::Empty);
}

#[test]
fn error_names_the_line() {
    check_refused(
        &format!("# one\n{}\nhello\n", key_in(ANNAS_IDENTITY)),
        IdentityError::Unknown { line: 3 },
    );
    check_refused("\n\nAGE-SECRET-KEY-1CANARY", IdentityError::Damaged { line: 3 });
    check_refused("AGE-PLUGIN-TEST-1CANARY", IdentityError::Damaged { line: 1 });
    check_refused(ANNA, IdentityError::PublicKey { line: 1 });
    check_refused(CARL, IdentityError::PublicKey { line: 1 });
}

#[test]
fn post_quantum_identity_that_was_not_copied_whole_is_damaged() {
    check_refused("AGE-SECRET-KEY-PQ-1CANARY", IdentityError::Damaged { line: 1 });
    check_refused(dora(), IdentityError::PublicKey { line: 1 });
}

#[test]
fn encrypted_identity_file_is_refused() {
    for text in ["age-encryption.org/v1\n", "\n-----BEGIN AGE ENCRYPTED FILE-----\n"] {
        check_refused(text, IdentityError::PassphraseProtectedFile);
    }
}

#[test]
fn ssh_key_with_a_passphrase_is_refused() {
    check_refused(LOCKED_SSH_KEY, IdentityError::PassphraseProtectedKey { line: 1 });
}

#[test]
fn ssh_key_of_another_type_is_refused() {
    check_refused(ECDSA_SSH_KEY, IdentityError::SshKeyType { line: 1 });
}

#[test]
fn key_in_pkcs8_is_refused() {
    for label in ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
        let key = format!("# key\n-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        check_refused(&key, IdentityError::Pkcs8 { line: 2 });
    }
    check_refused("-----BEGIN PRIVATE KEY-----\nAAAA\n", IdentityError::Damaged { line: 1 });
}

#[test]
fn damaged_ssh_key_is_refused() {
    let damaged =
        format!("# key\n{}", CARLS_IDENTITY.replace("b3BlbnNzaC1rZXk", "b3BlbnNzaC1rZXj"));
    check_refused(&damaged, IdentityError::Damaged { line: 2 });
    let cut = &CARLS_IDENTITY[..CARLS_IDENTITY.len() / 2];
    check_refused(cut, IdentityError::Damaged { line: 1 });
}
