//! What a source says becomes a value.

use super::*;

#[test]
fn a_value_in_the_file_is_taken() {
    let mut case = Case::new().password("hub", plain("canary-4f1d"));
    let resolved = case.resolve();
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    assert_eq!(resolved.credentials["hub"].username, "acme-bot");
}

#[test]
fn an_environment_variable_is_read() {
    let mut case =
        Case::new().variable("HUB_TOKEN", "canary-4f1d").password("hub", env("HUB_TOKEN"));
    assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
}

#[test]
fn a_file_is_read_from_the_folder_of_the_config() {
    let case = Case::new().file("keys/hub", "canary-4f1d");
    let mut case = case.password("hub", file("keys/hub", Trim::Yes));
    let resolved = case.resolve();
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    assert_eq!(resolved.remarks, Vec::new());
}

#[test]
fn a_file_in_the_home_folder_is_read() {
    let case = Case::new().file("home/hub", "canary-4f1d");
    let home = case.folder.path().join("home");
    let case = case.variable("HOME", home.to_str().unwrap());
    let mut case = case.password("hub", file("~/hub", Trim::Yes));
    assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
}

#[test]
fn standard_input_is_read_to_its_end() {
    let mut case = Case::new().stdin("canary-4f1d\n").password("hub", stdin(Trim::Unstated));
    let resolved = case.resolve();
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    assert_eq!(resolved.remarks, Vec::new());
}

#[test]
fn a_username_may_come_from_a_source() {
    let mut case = Case::new().variable("HUB_USER", "acme-bot").username("hub", env("HUB_USER"));
    let resolved = case.resolve();
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    let credential = &resolved.credentials["hub"];
    assert_eq!(credential.username, "acme-bot");
    assert_eq!(credential.email.as_deref(), Some("bot@acme.io"));
}

#[test]
fn the_fingerprint_key_is_resolved_too() {
    let case = Case::new().variable("KEY", "canary-4f1d");
    let mut case = case.edit(|config| {
        config.fingerprint_key = Some(Source { kind: env("KEY"), span: 0..1 });
    });
    let resolved = case.resolve();
    assert_eq!(resolved.problems, Vec::new());
    assert_eq!(resolved.fingerprint_key.unwrap().expose(), "canary-4f1d");
}

#[test]
fn a_registry_without_a_credential_is_passed_over() {
    let mut case = Case::new().access("mirror", Access::Anonymous);
    let resolved = case.resolve();
    assert!(resolved.problems.is_empty() && resolved.credentials.is_empty());
}

#[test]
fn a_registry_that_is_not_needed_is_not_asked() {
    let case = Case::new().password("hub", plain("canary-4f1d"));
    let mut case = case.password("internal", env("NOT_SET"));
    let resolved = case.resolve_only(&["hub"].into());
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    assert!(!resolved.credentials.contains_key("internal"));
}
