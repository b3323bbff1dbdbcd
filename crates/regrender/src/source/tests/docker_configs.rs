//! A credential out of a docker config.

use super::*;

/// base64 of `acme-bot:canary-4f1d`.
const AUTH: &str = "YWNtZS1ib3Q6Y2FuYXJ5LTRmMWQ=";

fn case(config: &str) -> Case {
    let case = Case::new().file("docker/config.json", config.replace("@AUTH@", AUTH));
    case.docker_config("hub", "docker/config.json", None)
}

#[test]
fn an_entry_is_a_credential() {
    let mut case = case(r#"{"auths": {"hub.io": {"auth": "@AUTH@", "email": "bot@acme.io"}}}"#);
    let resolved = case.resolve();
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    let credential = &resolved.credentials["hub"];
    assert_eq!(credential.username, "acme-bot");
    assert_eq!(credential.email.as_deref(), Some("bot@acme.io"));
}

#[test]
fn the_folder_of_docker_in_the_environment_is_not_consulted() {
    let case = case(r#"{"auths": {"hub.io": {"auth": "@AUTH@"}}}"#);
    let mut case = case.variable("DOCKER_CONFIG", "/none");
    assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
}

#[test]
fn an_entry_may_be_named() {
    let case = Case::new()
        .file("config.json", r#"{"auths": {"other": {"auth": "@AUTH@"}}}"#.replace("@AUTH@", AUTH));
    let mut case = case.docker_config("hub", "config.json", Some("other"));
    assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
}

#[test]
fn a_missing_config_is_told() {
    assert_eq!(
            Case::new().docker_config("hub", "config.json", None).told(),
            "\
error[source-file-missing]: the credential of registry `hub` cannot be obtained: file `config.json` is not there
  --> 6..7 read from docker config `config.json`
  note: a path is relative to the folder of registries.toml; `~/` is the home folder
  help: log in with `docker login`, or name another file
"
        );
}

#[test]
fn a_folder_is_told() {
    let case = Case::new().file("docker/config.json", "{}");
    assert_eq!(
            case.docker_config("hub", "docker", None).told(),
            "\
error[source-file-is-folder]: the credential of registry `hub` cannot be obtained: file `docker` is a folder
  --> 6..7 read from docker config `docker`
  help: name the file: `docker/config.json`
"
        );
}

#[test]
fn what_is_not_json_is_told_by_its_place() {
    assert_eq!(
        case("{\n\"auths\": canary-4f1d}").told(),
        "\
error[docker-config-not-json]: docker config `docker/config.json` is not JSON
  --> 6..7 read from docker config `docker/config.json`
  note: the first mistake is in line 2, column 10
  help: repair it, or log in again with `docker login hub.io`
"
    );
}

#[test]
fn a_mark_before_a_config_is_told() {
    assert_eq!(
        case("\u{feff}{\"auths\": {}}").told(),
        "\
error[docker-config-not-json]: docker config `docker/config.json` is not JSON
  --> 6..7 read from docker config `docker/config.json`
  note: it begins with a byte order mark
  help: write it again as UTF-8 without a byte order mark
"
    );
}

#[test]
fn one_config_of_two_registries_is_told_once() {
    let case = case("canary-4f1d").docker_config("internal", "docker/config.json", None);
    assert_eq!(codes(case), ["docker-config-not-json"]);
}

#[test]
fn a_config_without_auths_is_told() {
    assert_eq!(
        case(r#"{"HttpHeaders": {"X": "canary-4f1d"}}"#).told(),
        "\
error[docker-config-without-auths]: docker config `docker/config.json` has no `auths`
  --> 6..7 read from docker config `docker/config.json`
  note: `auths` is where Docker keeps credentials
  help: log in with `docker login hub.io`, or name another file
"
    );
}

#[test]
fn a_missing_entry_is_told_with_those_there_are() {
    assert_eq!(
            case(r#"{"auths": {"r.io": {}, "https://u:canary-4f1d@a.io": {}}}"#).told(),
            "\
error[docker-config-missing-entry]: docker config `docker/config.json` has no entry for the credential of registry `hub`
  --> 6..7 read from docker config `docker/config.json`
  note: it has entries for `https://<masked>@a.io`, `r.io`
  help: log in with `docker login hub.io`, or name an entry with `key`
"
        );
}

#[test]
fn an_empty_entry_without_a_helper_is_told() {
    assert_eq!(
        case(r#"{"auths": {"hub.io": {"email": "bot@acme.io"}}}"#).told(),
        "\
error[docker-config-empty-entry]: entry `hub.io` of docker config `docker/config.json` is empty
  --> 6..7 read from docker config `docker/config.json`
  help: log in again with `docker login hub.io`
"
    );
}

#[test]
fn an_identity_token_is_told() {
    assert_eq!(
            case(r#"{"auths": {"hub.io": {"identitytoken": "canary-4f1d"}}}"#).told(),
            "\
error[docker-config-identity-token]: entry `hub.io` of docker config `docker/config.json` is an identity token
  --> 6..7 read from docker config `docker/config.json`
  note: only Docker can trade an identity token for access; the kubelet ignores it
  help: make a token or password for pulling, and name it with `username` and `password`
"
        );
}

#[test]
fn a_bad_auth_is_told() {
    let told =
        |auth: &str| case(&format!(r#"{{"auths": {{"hub.io": {{"auth": {auth}}}}}}}"#)).told();
    // base64 of `canary-4f1d`.
    assert_eq!(
        told(r#""Y2FuYXJ5LTRmMWQ=""#),
        "\
error[docker-config-bad-auth]: entry `hub.io` of docker config `docker/config.json` cannot be read
  --> 6..7 read from docker config `docker/config.json`
  note: its `auth` is not `USERNAME:PASSWORD` in base64
  help: remove the entry, or log in again with `docker login`
"
    );
    assert!(told(r#""canary-4f1d""#).contains("note: its `auth` is not base64\n"));
    assert!(told("[1]").contains("note: `auth` of `hub.io` is an array, not a string\n"));
    assert!(told(r#""//86/w==""#).contains("note: its `auth` is not UTF-8 text in base64\n"));
}

#[test]
fn several_entries_for_the_paths_are_told() {
    let case =
        case(r#"{"auths": {"hub.io/a": {"auth": "@AUTH@"}, "hub.io/b": {"auth": "@AUTH@"}}}"#);
    let case = case.edit(|config| {
        config.registries.first_mut().unwrap().paths = vec!["a/".into(), "b/".into()];
    });
    assert_eq!(
            case.told(),
            "\
error[docker-config-several-entries]: docker config `docker/config.json` has several entries for the credential of registry `hub`
  --> 6..7 read from docker config `docker/config.json`
  note: it has entries for `hub.io/a`, `hub.io/b`
  help: name one with `key`, or declare a registry for each path
"
        );
}

#[test]
fn control_characters_of_an_entry_are_told() {
    let config = r#"{"auths": {"hub.io": {"username": "acme\nbot", "password": "canary-4f1d\n"}}}"#;
    assert_eq!(
        case(config).told(),
        "\
error[control-character]: the username of registry `hub` holds a line feed
  --> 6..7 read from entry `hub.io`
  note: no server takes control characters
  help: write it without line ends, for example with `printf %s`
error[control-character]: the password of registry `hub` ends in a line feed
  --> 6..7 read from entry `hub.io`
  note: no server takes control characters
  help: write it without line ends, for example with `printf %s`
"
    );
}

#[test]
fn a_username_with_a_colon_is_told() {
    let config = r#"{"auths": {"hub.io": {"username": "a:b", "password": "canary-4f1d"}}}"#;
    assert_eq!(codes(case(config)), ["username-with-colon"]);
}
