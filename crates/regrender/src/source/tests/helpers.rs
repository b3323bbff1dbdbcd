//! Credential helpers, named in registries.toml and in a docker config.

#![cfg(unix)]

use super::*;

const SOON: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(60);

/// Answers for one server alone, and writes down what it is asked for.
const PASS: &str = r#"
test "$1" = get || exit 2
server=$(cat)
echo "$server" >> asked
if test "$server" = "hub.io"; then
  echo '{"ServerURL":"hub.io","Username":"acme-bot","Secret":"canary-4f1d"}'
else
  echo "credentials not found in native keychain"
  exit 1
fi
"#;

fn case(script: &str) -> Case {
    Case::new().program("docker-credential-pass", script).helper("hub", "pass", None, LONG)
}

#[track_caller]
fn has(mut case: Case, username: &str, password: &str) -> Case {
    let resolved = case.resolve();
    assert!(resolved.problems.is_empty(), "{:?}", resolved.problems);
    let credential = &resolved.credentials["hub"];
    assert_eq!((credential.username.as_str(), credential.password.expose()), (username, password));
    case
}

fn asked(case: &Case) -> Vec<String> {
    let text = std::fs::read_to_string(case.folder.path().join("asked")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_helper_is_asked_for_the_host() {
    let case = has(case(PASS), "acme-bot", "canary-4f1d");
    assert_eq!(asked(&case), ["hub.io"]);
}

#[test]
fn the_address_is_asked_for_when_the_host_is_not_known() {
    let script = PASS.replace("\"hub.io\"; then", "\"https://hub.io\"; then");
    let case = has(case(&script), "acme-bot", "canary-4f1d");
    assert_eq!(asked(&case), ["hub.io", "https://hub.io"]);
}

#[test]
fn docker_hub_is_asked_for_by_its_key() {
    let script = PASS.replace("\"hub.io\"; then", "\"https://index.docker.io/v1/\"; then");
    let case = case(&script).edit(|config| {
        config.registries[0].kind = RegistryKind::DockerHub;
        config.registries[0].host = String::from("docker.io");
    });
    let case = has(case, "acme-bot", "canary-4f1d");
    assert_eq!(asked(&case), ["https://index.docker.io/v1/"]);
}

#[test]
fn a_key_that_is_named_is_all_that_is_asked_for() {
    let mut case = Case::new().program("docker-credential-pass", PASS).helper(
        "hub",
        "pass",
        Some("https://other.io"),
        LONG,
    );
    assert_eq!(case.resolve().problems.len(), 1);
    assert_eq!(asked(&case), ["https://other.io"]);
}

#[test]
fn two_registries_with_one_key_ask_once() {
    let mut case = Case::new()
        .program("docker-credential-pass", PASS)
        .helper("hub", "pass", Some("hub.io"), LONG)
        .helper("mirror", "pass", Some("hub.io"), LONG);
    let resolved = case.resolve();
    assert!(resolved.problems.is_empty());
    assert_eq!(resolved.credentials.len(), 2);
    assert_eq!(asked(&case), ["hub.io"]);
}

#[test]
fn nothing_secret_is_in_the_arguments_or_the_environment() {
    let script = format!("echo \"$@\" >> told; env >> told\n{PASS}");
    let case = case(&script).password("other", env("OTHER")).variable("OTHER", "canary-4f1d-other");
    let case = has(case, "acme-bot", "canary-4f1d");
    let told = std::fs::read_to_string(case.folder.path().join("told")).unwrap();
    assert!(told.starts_with("get\n"));
    // What the run itself was given is all there is.
    assert_eq!(told.matches("canary").count(), told.matches("OTHER=canary").count());
}

#[test]
fn a_missing_helper_is_told() {
    let told = Case::new().helper("hub", "ecr-login", None, LONG).told();
    assert_eq!(
        told,
        "\
error[helper-missing]: the credential of registry `hub` cannot be obtained: `docker-credential-ecr-login` is not there
  --> 8..9 kept by `docker-credential-ecr-login`
  note: it is looked for in the folders of PATH
  note: a script also needs the program that its first line names
  help: install it, or name the credential by `username` and `password`
"
    );
}

#[test]
fn no_credential_is_told_with_what_was_asked_for() {
    let told = case("echo 'credentials not found in native keychain'; exit 1").told();
    assert_eq!(
        told,
        "\
error[helper-no-credential]: the credential of registry `hub` cannot be obtained: `docker-credential-pass` has none for it
  --> 8..9 kept by `docker-credential-pass`
  note: it was asked for `hub.io`, `https://hub.io`
  help: log in with `docker login hub.io`, or name another address with `key`
"
    );
}

#[test]
fn an_empty_answer_is_no_credential() {
    let told = case(r#"echo '{"ServerURL":"","Username":"","Secret":""}'"#).told();
    assert!(told.starts_with("error[helper-no-credential]"), "{told}");
}

#[test]
fn rubbish_is_told_and_not_shown() {
    for script in ["echo canary-4f1d", "true", r#"echo '{"Secret":"canary-4f1d"}'"#] {
        let told = case(script).told();
        assert_eq!(
            told,
            "\
error[helper-bad-answer]: the credential of registry `hub` cannot be obtained: what `docker-credential-pass` printed is not an answer
  --> 8..9 kept by `docker-credential-pass`
  note: an answer is a JSON object with `Username` and `Secret`
  help: ask it by hand: `echo hub.io | docker-credential-pass get`
"
        );
    }
}

#[test]
fn a_failed_helper_is_quoted_from_standard_error_alone() {
    let told = case("echo canary-4f1d; echo 'the store is locked' >&2; exit 3").told();
    assert_eq!(
        told,
        "\
error[helper-failed]: the credential of registry `hub` cannot be obtained: `docker-credential-pass` ended with exit status 3
  --> 8..9 kept by `docker-credential-pass`
  note: it said: the store is locked
  note: what it printed on standard output is not shown: it may be the password
  help: ask it by hand: `echo hub.io | docker-credential-pass get`
"
    );
}

#[test]
fn known_secrets_are_masked_in_what_a_helper_says() {
    let case = case("echo 'tried canary-4f1d-hub' >&2; exit 3")
        .password("other", env("OTHER"))
        .variable("OTHER", "canary-4f1d-hub");
    assert!(case.told().contains("note: it said: tried <masked>\n"));
}

#[test]
fn what_a_helper_printed_is_masked_in_what_it_said() {
    // The second is `acme-bot:canary-4f1d`, as HTTP's basic authentication sends it.
    for secret in ["canary-4f1d", "YWNtZS1ib3Q6Y2FuYXJ5LTRmMWQ="] {
        let script = format!("echo 'found {secret}' >&2\n{PASS}");
        let case = has(case(&script), "acme-bot", "canary-4f1d");
        assert_eq!(case.said, "docker-credential-pass: found <masked>\n");
    }
}

#[test]
fn an_identity_token_is_refused() {
    let told = case(r#"echo '{"Username":"<token>","Secret":"canary-4f1d"}'"#).told();
    assert_eq!(
        told,
        "\
error[helper-identity-token]: the credential of registry `hub` cannot be obtained: `docker-credential-pass` keeps an identity token
  --> 8..9 kept by `docker-credential-pass`
  note: only Docker can trade an identity token for access; the kubelet ignores it
  help: make a token or password for pulling, and name it with `username` and `password`
"
    );
}

#[test]
fn half_a_credential_is_told() {
    let told = case(r#"echo '{"Username":"","Secret":"canary-4f1d"}'"#).told();
    assert!(told.starts_with("error[empty-username]"), "{told}");
    let told = case(r#"echo '{"Username":"bot","Secret":""}'"#).told();
    assert!(told.starts_with("error[empty-password]"), "{told}");
    let told = case(r#"echo '{"Username":"a:b","Secret":"canary-4f1d"}'"#).told();
    assert!(told.starts_with("error[username-with-colon]"), "{told}");
}

#[test]
fn a_helper_that_takes_too_long_is_ended() {
    let told = Case::new()
        .program("docker-credential-pass", "exec sleep 60")
        .helper("hub", "pass", None, SOON)
        .told();
    assert!(told.starts_with("error[helper-timeout]"), "{told}");
    assert!(told.contains("took longer than 300ms and was stopped"), "{told}");
}

#[test]
fn a_helper_that_prints_for_ever_is_ended() {
    let told = case("exec yes").told();
    assert!(told.starts_with("error[helper-bad-answer]"), "{told}");
}

#[test]
fn one_that_fails_for_two_registries_is_told_once() {
    let told = Case::new()
        .helper("hub", "pass", Some("hub.io"), LONG)
        .helper("mirror", "pass", Some("hub.io"), LONG)
        .told();
    assert_eq!(told.matches("error[").count(), 1);
    assert!(told.contains("the password of registry `mirror` is read from there too"), "{told}");
}

/// A docker config, and a helper that knows `hub.io`.
fn kept(config: &str) -> Case {
    Case::new().program("docker-credential-pass", PASS).file("config.json", config).docker_config(
        "hub",
        "config.json",
        None,
    )
}

#[test]
fn the_helper_of_the_host_is_asked() {
    let config = r#"{"auths": {"hub.io": {"email": "bot@acme.io"}},
        "credHelpers": {"hub.io": "pass"}, "credsStore": "none"}"#;
    let mut case = has(kept(config), "acme-bot", "canary-4f1d");
    assert_eq!(asked(&case), ["hub.io"]);
    let resolved = case.resolve();
    assert_eq!(resolved.credentials["hub"].email.as_deref(), Some("bot@acme.io"));
}

#[test]
fn the_store_of_all_is_asked_before_the_file_is_looked_at() {
    // base64 of `old-bot:canary-old`.
    let config =
        r#"{"auths": {"hub.io": {"auth": "b2xkLWJvdDpjYW5hcnktb2xk"}}, "credsStore": "pass"}"#;
    has(kept(config), "acme-bot", "canary-4f1d");
}

#[test]
fn what_the_store_does_not_have_is_taken_from_the_file() {
    let config =
        r#"{"auths": {"hub.io": {"auth": "b2xkLWJvdDpjYW5hcnktb2xk"}}, "credsStore": "pass"}"#;
    let empty = "echo 'credentials not found in native keychain'; exit 1";
    has(kept(config).program("docker-credential-pass", empty), "old-bot", "canary-old");
}

#[test]
fn what_neither_has_is_told() {
    let config = r#"{"auths": {"hub.io": {}}, "credsStore": "pass"}"#;
    let empty = "echo 'credentials not found in native keychain'; exit 1";
    assert_eq!(
        kept(config).program("docker-credential-pass", empty).told(),
        "\
error[docker-config-empty-entry]: entry `hub.io` of docker config `config.json` is empty
  --> 6..7 read from docker config `config.json`
  note: credentials are kept by `docker-credential-pass`, which has none for it
  help: log in with `docker login hub.io`
  help: or make a token for pulling, and name it with `username` and `password`
"
    );
    let config = r#"{"credHelpers": {"hub.io": "pass"}}"#;
    let told = kept(config).program("docker-credential-pass", empty).told();
    assert!(told.starts_with("error[docker-config-missing-entry]"), "{told}");
}

#[test]
fn a_helper_that_a_docker_config_names_and_nobody_has_is_told() {
    let told = kept(r#"{"auths": {}, "credsStore": "desktop"}"#).told();
    assert!(told.starts_with("error[helper-missing]"), "{told}");
    assert!(told.contains("6..7 kept by `docker-credential-desktop`"), "{told}");
}

#[test]
fn a_helper_of_another_host_is_not_asked() {
    let config = r#"{"auths": {"hub.io": {"auth": "b2xkLWJvdDpjYW5hcnktb2xk"}},
        "credHelpers": {"other.io": "pass"}}"#;
    let case = has(kept(config), "old-bot", "canary-old");
    assert!(asked(&case).is_empty());
}
