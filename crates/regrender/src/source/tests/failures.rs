//! A source that gives nothing.

use super::*;

#[test]
fn an_unset_variable_is_told() {
    assert_eq!(
            Case::new().password("hub", env("HUB_LOGIN")).told(),
            "\
error[source-variable-unset]: the password of registry `hub` cannot be obtained: environment variable `HUB_LOGIN` is not set
  --> 2..3 read from environment variable `HUB_LOGIN`
  help: set `HUB_LOGIN`, or name another source in registries.toml
"
        );
}

#[test]
fn an_empty_variable_is_told() {
    let case = Case::new().variable("HUB_LOGIN", "");
    assert_eq!(
            case.username("hub", env("HUB_LOGIN")).told(),
            "\
error[source-variable-empty]: the username of registry `hub` cannot be obtained: environment variable `HUB_LOGIN` is empty
  --> 4..5 read from environment variable `HUB_LOGIN`
  help: set `HUB_LOGIN`, or name another source in registries.toml
"
        );
}

#[test]
fn a_missing_fingerprint_key_is_told() {
    let case = Case::new().edit(|config| {
        config.fingerprint_key = Some(Source { kind: env("KEY"), span: 7..8 });
    });
    assert_eq!(
            case.told(),
            "\
error[source-variable-unset]: the fingerprint key cannot be obtained: environment variable `KEY` is not set
  --> 7..8 read from environment variable `KEY`
  help: set `KEY`, or name another source in registries.toml
"
        );
}

#[test]
fn a_missing_file_is_told() {
    assert_eq!(
            Case::new().password("hub", file("hub.token", Trim::Yes)).told(),
            "\
error[source-file-missing]: the password of registry `hub` cannot be obtained: file `hub.token` is not there
  --> 2..3 read from file `hub.token`
  note: a path is relative to the folder of registries.toml; `~/` is the home folder
  help: write the file, or name another source in registries.toml
"
        );
}

#[test]
fn a_folder_is_told() {
    let case = Case::new().file("keys/hub", "");
    assert_eq!(
        case.password("hub", file("keys", Trim::Yes)).told(),
        "\
error[source-file-is-folder]: the password of registry `hub` cannot be obtained: file `keys` is a folder
  --> 2..3 read from file `keys`
  help: name a file in it
"
    );
}

#[test]
fn a_file_over_the_limit_is_told() {
    let case = Case::new().file("hub", "canary-4f1d".repeat(100_000));
    assert_eq!(
            case.password("hub", file("hub", Trim::Yes)).told(),
            "\
error[source-file-too-large]: the password of registry `hub` cannot be obtained: file `hub` is larger than 1 MiB
  --> 2..3 read from file `hub`
  note: a Secret holds no more than 1 MiB
  help: name the file with the secret
"
        );
}

#[test]
fn standard_input_over_the_limit_is_told() {
    let case = Case::new().stdin(&"canary-4f1d".repeat(100_000));
    assert_eq!(codes(case.password("hub", stdin(Trim::Yes))), ["source-file-too-large"]);
}

#[test]
fn a_terminal_is_no_standard_input() {
    let case = Case::new().typed().stdin("canary-4f1d");
    assert_eq!(
        case.password("hub", stdin(Trim::Unstated)).told(),
        "\
error[stdin-is-terminal]: the password of registry `hub` cannot be obtained: standard input is a terminal
  --> 2..3 read from standard input
  help: pipe the secret in: `COMMAND | regrender build`
"
    );
}

#[test]
fn all_problems_are_told_in_the_order_of_the_file() {
    let case = Case::new().variable("EMPTY", "");
    let case = case.password("zeta", env("NOT_SET")).password("alpha", file("none", Trim::Yes));
    let case = case.docker_config("hub", "config.json", None).password("beta", env("EMPTY"));
    assert_eq!(
        codes(case),
        [
            "source-variable-unset",
            "source-file-missing",
            "source-file-missing",
            "source-variable-empty"
        ]
    );
}

#[test]
fn username_and_password_are_both_told() {
    let case = Case::new().username("hub", env("HUB_USER")).edit(|config| {
        if let Access::Credential(Declared::Pair { password, .. }) =
            &mut config.registries.first_mut().unwrap().access
        {
            password.kind = env("HUB_TOKEN");
        }
    });
    assert_eq!(codes(case), ["source-variable-unset", "source-variable-unset"]);
}

#[test]
fn a_source_of_two_registries_is_told_once() {
    let case = Case::new().password("hub", env("LOGIN")).password("internal", env("LOGIN"));
    assert_eq!(
            case.told(),
            "\
error[source-variable-unset]: the password of registry `hub` cannot be obtained: environment variable `LOGIN` is not set
  --> 2..3 read from environment variable `LOGIN`
  ... 12..13 the password of registry `internal` is read from there too
  help: set `LOGIN`, or name another source in registries.toml
"
        );
}
