//! A value that cannot be used.

use super::*;

#[test]
fn a_newline_that_was_left_out_is_told() {
    let case = Case::new().file("hub", "canary-4f1d\r\n");
    let mut case = case.password("hub", file("hub", Trim::Unstated));
    let resolved = case.resolve();
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    assert_eq!(
        resolved.remarks.iter().map(rendered).collect::<String>(),
        "\
note[trailing-newline]: the password of registry `hub` ends in a newline; it was left out
  --> 2..3 read from file `hub`
  help: write `trim = true` to keep quiet, `trim = false` to keep the newline
"
    );
}

#[test]
fn a_newline_of_two_registries_is_told_once() {
    let case = Case::new().file("key", "canary-4f1d\n");
    let case = case.password("hub", file("key", Trim::Unstated));
    assert_eq!(codes(case.password("internal", file("key", Trim::Unstated))), ["trailing-newline"]);
}

#[test]
fn one_file_may_be_trimmed_here_and_kept_there() {
    let case = Case::new().file("key", "canary-4f1d\n");
    let case = case.password("hub", file("key", Trim::Yes));
    let mut case = case.password("internal", file("key", Trim::No));
    let resolved = case.resolve();
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    assert_eq!(password_of(&resolved, "internal"), "canary-4f1d\n");
    assert_eq!(resolved.remarks, Vec::new());
}

#[test]
fn a_newline_in_a_variable_is_told() {
    let case = Case::new().variable("HUB_TOKEN", "canary-4f1d\n");
    assert_eq!(
        case.password("hub", env("HUB_TOKEN")).told(),
        "\
error[control-character]: the password of registry `hub` ends in a line feed
  --> 2..3 read from environment variable `HUB_TOKEN`
  note: no server takes control characters
  help: write it without line ends, for example with `printf %s`
"
    );
}

#[test]
fn other_control_characters_are_named() {
    let told = |text: &str| Case::new().password("hub", plain(text)).told();
    assert_eq!(
        told("canary\u{1b}-4f1d"),
        "\
error[control-character]: the password of registry `hub` holds the control character U+001B
  --> 2..3 given here
  note: no server takes control characters
  help: write it again without the control character
"
    );
    for (text, what) in [
        ("\tcanary-4f1d", "begins with a tab"),
        ("canary-4f1d\u{9f}", "ends in the control character U+009F"),
        ("canary\0-4f1d", "holds a NUL character"),
        ("canary\r-4f1d", "holds a carriage return"),
    ] {
        assert!(told(text).contains(&format!("registry `hub` {what}\n")), "{what}");
    }
}

#[test]
fn an_empty_file_is_an_empty_password() {
    let case = Case::new().file("hub", "\n").password("hub", file("hub", Trim::Unstated));
    assert_eq!(
        case.told(),
        "\
error[empty-password]: the password of registry `hub` is empty
  --> 2..3 read from file `hub`
  help: write the secret into the file
"
    );
}

#[test]
fn what_is_empty_is_named() {
    let case = Case::new().file("hub", "").username("hub", file("hub", Trim::Yes));
    assert_eq!(codes(case), ["empty-username"]);
    let case = Case::new().stdin("").edit(|config| {
        config.fingerprint_key = Some(Source { kind: stdin(Trim::Yes), span: 0..1 });
    });
    assert_eq!(codes(case), ["empty-fingerprint-key"]);
}

#[test]
fn a_username_with_a_colon_is_told() {
    let case = Case::new().variable("HUB_USER", "acme:bot");
    assert_eq!(
        case.username("hub", env("HUB_USER")).told(),
        "\
error[username-with-colon]: the username of registry `hub` has a colon in it
  --> 4..5 read from environment variable `HUB_USER`
  note: a registry takes what is before the first colon for the username
  help: give username and password each by its own source
"
    );
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let case = Case::new().file("hub", b"canary\xff");
    assert_eq!(
        case.password("hub", file("hub", Trim::Yes)).told(),
        "\
error[source-not-utf8]: the password of registry `hub` is not UTF-8 text
  --> 2..3 read from file `hub`
  help: write it again as UTF-8
"
    );
}

#[test]
fn a_file_of_powershell_is_told() {
    let case = Case::new().file("hub", b"\xff\xfec\0");
    assert_eq!(
        case.password("hub", file("hub", Trim::Yes)).told(),
        "\
error[source-not-utf8]: the password of registry `hub` is not UTF-8 text
  --> 2..3 read from file `hub`
  note: it begins as UTF-16 does, which is what older PowerShell writes with `>`
  help: write it again as UTF-8 without a byte order mark
"
    );
    let case = Case::new().file("hub", "\u{feff}canary-4f1d");
    assert_eq!(codes(case.password("hub", file("hub", Trim::Yes))), ["source-byte-order-mark"]);
}

#[test]
fn a_password_that_belongs_elsewhere_is_a_warning() {
    let case = Case::new().variable("HUB_TOKEN", "glpat-canary-4f1d");
    let case = case.password("hub", env("HUB_TOKEN")).edit(|config| {
        config.registries.first_mut().unwrap().kind = RegistryKind::DockerHub;
    });
    assert_eq!(
            case.told(),
            "\
warning[unlikely-password]: the password of registry `hub` may not work: it looks like a personal, project or group token of GitLab
  --> 2..3 the password is named here
  help: put the token there that the registry made for pulling
"
        );
}

#[test]
fn a_password_of_a_docker_config_that_belongs_elsewhere_is_a_warning() {
    let config = r#"{"auths": {"hub.io": {"username": "bot", "password": "glpat-canary-4f1d"}}}"#;
    let case = Case::new().file("config.json", config);
    let case = case.docker_config("hub", "config.json", None).edit(|config| {
        config.registries.first_mut().unwrap().kind = RegistryKind::Quay;
    });
    assert_eq!(codes(case), ["unlikely-password"]);
}

#[test]
fn white_space_around_a_password_is_a_warning() {
    let case = Case::new().variable("HUB_TOKEN", "canary-4f1d ");
    assert_eq!(
        case.password("hub", env("HUB_TOKEN")).told(),
        "\
warning[surrounding-white-space]: the password of registry `hub` begins or ends in white space
  --> 2..3 read from environment variable `HUB_TOKEN`
  note: it is kept, because it may belong there
"
    );
}
