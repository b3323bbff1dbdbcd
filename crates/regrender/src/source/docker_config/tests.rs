//! Which entry of a docker config is taken, and what it holds.

use regrender_config::{Access, RegistryKind};

use super::*;

/// base64 of `acme-bot:canary-4f1d`.
const AUTH: &str = "YWNtZS1ib3Q6Y2FuYXJ5LTRmMWQ=";

fn registry(kind: RegistryKind, host: &str, paths: &[&str]) -> Registry {
    Registry {
        name: String::from("hub"),
        kind,
        host: host.to_owned(),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        hub_aliases: false,
        access: Access::Anonymous,
        repositories: Vec::new(),
        connection: regrender_config::Connection::default(),
        allow_short_lived: false,
        expires: None,
        span: 0..0,
    }
}

/// Makes a docker config whose entries each hold a good credential.
fn config_of(keys: &[&str]) -> DockerConfig {
    let entries: Vec<_> =
        keys.iter().map(|key| format!(r#""{key}": {{"auth": "{AUTH}"}}"#)).collect();
    config(&entries.join(", "))
}

fn config(entries: &str) -> DockerConfig {
    DockerConfig::parse(format!(r#"{{"auths": {{{entries}}}}}"#).as_bytes()).unwrap()
}

/// Checks which of the entries `keys` is the one of a registry.
#[track_caller]
fn finds(registry: &Registry, keys: &[&str], expected: &str) {
    assert_eq!(config_of(keys).login(registry, None).unwrap().key, expected);
}

#[track_caller]
fn generic(keys: &[&str], expected: &str) {
    finds(&registry(RegistryKind::Generic, "r.io:5000", &[]), keys, expected);
}

#[track_caller]
fn reads(entry: &str, username: &str, password: &str) {
    let login = login(entry).unwrap();
    assert_eq!((login.username.as_str(), login.password.expose()), (username, password));
}

fn login(entry: &str) -> Result<Login, LoginError> {
    let registry = registry(RegistryKind::Generic, "r.io", &[]);
    let text = format!(r#"{{"auths": {{"r.io": {entry}}}}}"#);
    DockerConfig::parse(text.as_bytes())?.login(&registry, None)
}

#[test]
fn a_host_is_found_in_each_of_its_spellings() {
    for key in [
        "r.io:5000",
        "r.io:5000/",
        "https://r.io:5000",
        "https://r.io:5000/",
        "http://r.io:5000",
        "r.io:5000/v2/",
        "https://r.io:5000/v1/",
        "https://r.io:5000/v2/",
        "https://r.io:5000/v2",
    ] {
        generic(&["r.io", "other.io:5000", key, "r.io:5000/apps"], key);
    }
}

#[test]
fn the_host_alone_is_the_best_spelling() {
    let keys = ["http://r.io:5000", "https://r.io:5000/v2/", "r.io:5000"];
    generic(&keys, "r.io:5000");
    generic(keys.get(..2).unwrap(), "https://r.io:5000/v2/");
}

#[test]
fn an_entry_with_a_credential_beats_one_without() {
    let registry = registry(RegistryKind::Generic, "r.io", &[]);
    let entries = format!(r#""r.io": {{}}, "https://r.io": {{"auth": "{AUTH}"}}"#);
    assert_eq!(config(&entries).login(&registry, None).unwrap().key, "https://r.io");
}

#[test]
fn docker_hub_goes_by_several_names() {
    let hub = registry(RegistryKind::DockerHub, "docker.io", &[]);
    for key in [
        "https://index.docker.io/v1/",
        "index.docker.io",
        "docker.io",
        "https://docker.io",
        "registry-1.docker.io",
    ] {
        finds(&hub, &["hub.docker.com", key], key);
    }
    let keys = ["docker.io", "registry-1.docker.io", "https://index.docker.io/v1/"];
    finds(&hub, &keys, "https://index.docker.io/v1/");
}

#[test]
fn docker_hub_is_known_by_its_host_too() {
    let hub = registry(RegistryKind::Generic, "docker.io", &[]);
    finds(&hub, &["https://index.docker.io/v1/"], "https://index.docker.io/v1/");
}

#[test]
fn tokens_that_docker_desktop_keeps_beside_are_no_login() {
    let hub = registry(RegistryKind::DockerHub, "docker.io", &[]);
    let config = config_of(&["https://index.docker.io/v1/access-token"]);
    assert!(matches!(config.login(&hub, None), Err(LoginError::MissingEntry { .. })));
}

#[test]
fn the_entry_of_a_path_comes_before_that_of_the_host() {
    let registry = registry(RegistryKind::Generic, "r.io", &["apps/"]);
    finds(&registry, &["r.io", "r.io/apps"], "r.io/apps");
    finds(&registry, &["r.io", "https://r.io/apps/"], "https://r.io/apps/");
    finds(&registry, &["r.io", "r.io/other"], "r.io");
}

#[test]
fn two_paths_with_entries_of_their_own_are_refused() {
    let registry = registry(RegistryKind::Generic, "r.io", &["a/", "b/", "c/"]);
    let error = config_of(&["r.io/a", "r.io/b", "r.io"]).login(&registry, None).unwrap_err();
    let keys = vec![String::from("r.io/a"), String::from("r.io/b")];
    assert_eq!(error, LoginError::SeveralEntries(keys));
}

#[test]
fn a_key_that_is_named_is_taken_exactly() {
    let registry = registry(RegistryKind::Generic, "r.io", &[]);
    let config = config_of(&["r.io", "https://r.io"]);
    assert_eq!(config.login(&registry, Some("https://r.io")).unwrap().key, "https://r.io");
    let error = config.login(&registry, Some("https://r.io/")).unwrap_err();
    assert!(matches!(error, LoginError::MissingEntry { .. }));
}

#[test]
fn auth_wins_over_username_and_password() {
    let entry = format!(r#"{{"auth": "{AUTH}", "username": "x", "password": "y"}}"#);
    reads(&entry, "acme-bot", "canary-4f1d");
}

#[test]
fn username_and_password_are_read_without_auth() {
    for auth in [r#""auth": "","#, r#""auth": null,"#, ""] {
        let entry = format!(r#"{{{auth} "username": "bot", "password": "canary-4f1d"}}"#);
        reads(&entry, "bot", "canary-4f1d");
    }
}

#[test]
fn auth_is_cut_at_its_first_colon() {
    // base64 of `bot:canary:4f1d:`.
    reads(r#"{"auth": "Ym90OmNhbmFyeTo0ZjFkOg=="}"#, "bot", "canary:4f1d:");
}

#[test]
fn auth_may_lack_padding_and_have_line_ends() {
    reads(r#"{"auth": "Ym90OmNhbmFyeTo0ZjFkOg"}"#, "bot", "canary:4f1d:");
    reads(r#"{"auth": "Ym90OmNh\r\nbmFyeTo0ZjFkOg==\n"}"#, "bot", "canary:4f1d:");
}

#[test]
fn auth_of_the_alphabet_for_addresses_is_refused() {
    let fault = |entry| match login(entry).unwrap_err() {
        LoginError::BadAuth { key, fault } if key == "r.io" => Some(fault),
        _ => None,
    };
    assert_eq!(fault(r#"{"auth": "Ym90Oj4-Pj8_"}"#), Some(AuthFault::NotBase64));
    assert_eq!(fault(r#"{"auth": "Ym90 OmNh"}"#), Some(AuthFault::NotBase64));
    assert_eq!(fault(r#"{"auth": "Ym90"}"#), Some(AuthFault::NoColon));
    assert_eq!(fault(r#"{"auth": "/zpi"}"#), Some(AuthFault::NotUtf8));
}

#[test]
fn half_a_credential_is_none() {
    // base64 of `bot:` and of `:canary-4f1d`.
    for auth in ["Ym90Og==", "OmNhbmFyeS00ZjFk"] {
        let error = login(&format!(r#"{{"auth": "{auth}"}}"#)).unwrap_err();
        assert!(matches!(error, LoginError::EmptyEntry { .. }));
    }
    for entry in [r#"{"username": "bot"}"#, r#"{"password": "canary-4f1d"}"#, "{}", "null"] {
        assert!(matches!(login(entry).unwrap_err(), LoginError::EmptyEntry { .. }));
    }
}

#[test]
fn an_identity_token_is_no_password() {
    // What Docker writes: base64 of `bot:`, and the token beside it.
    for entry in [
        r#"{"auth": "Ym90Og==", "identitytoken": "canary-4f1d"}"#,
        r#"{"identitytoken": "canary-4f1d"}"#,
    ] {
        let key = String::from("r.io");
        assert_eq!(login(entry).unwrap_err(), LoginError::IdentityToken { key });
    }
}

#[test]
fn a_password_beside_an_identity_token_is_used() {
    let entry = format!(r#"{{"auth": "{AUTH}", "identitytoken": "canary-token"}}"#);
    reads(&entry, "acme-bot", "canary-4f1d");
}

#[track_caller]
fn kept(text: &str, registry: &Registry, key: Option<&str>, program: Option<&str>) {
    let config = DockerConfig::parse(text.as_bytes()).unwrap();
    let keeper = config.keeper(registry, key);
    assert_eq!(keeper.map(|keeper| keeper.program).as_deref(), program);
}

#[test]
fn the_helper_of_the_host_comes_before_the_store() {
    let text = r#"{"auths": {"https://r.io": {}},
        "credHelpers": {"r.io": "ecr-login", "other": "x"}, "credsStore": "desktop"}"#;
    let r = registry(RegistryKind::Generic, "r.io", &[]);
    kept(text, &r, None, Some("docker-credential-ecr-login"));
    let other = registry(RegistryKind::Generic, "a.io", &[]);
    kept(text, &other, None, Some("docker-credential-desktop"));
    kept(r#"{"auths": {}}"#, &other, None, None);
}

#[test]
fn a_helper_is_found_under_a_host_with_a_scheme_too() {
    let text = r#"{"credHelpers": {"https://r.io/v2/": "pass"}}"#;
    let r = registry(RegistryKind::Generic, "r.io", &[]);
    kept(text, &r, None, Some("docker-credential-pass"));
}

#[test]
fn the_helper_of_docker_hub_goes_by_each_of_its_names() {
    let hub = registry(RegistryKind::DockerHub, "docker.io", &[]);
    for key in ["https://index.docker.io/v1/", "docker.io", "index.docker.io"] {
        let text = format!(r#"{{"credHelpers": {{"{key}": "pass"}}}}"#);
        kept(&text, &hub, None, Some("docker-credential-pass"));
    }
}

#[test]
fn a_helper_without_a_name_switches_the_store_off() {
    let text = r#"{"credHelpers": {"r.io": ""}, "credsStore": "desktop"}"#;
    kept(text, &registry(RegistryKind::Generic, "r.io", &[]), None, None);
}

#[test]
fn a_key_that_is_named_is_what_the_helper_is_asked_for() {
    let text = r#"{"credHelpers": {"r.io": "pass"}, "credsStore": "desktop"}"#;
    let r = registry(RegistryKind::Generic, "r.io", &[]);
    kept(text, &r, Some("other.io"), Some("docker-credential-desktop"));
    let config = DockerConfig::parse(text.as_bytes()).unwrap();
    assert_eq!(config.keeper(&r, Some("other.io")).unwrap().servers, ["other.io"]);
    assert_eq!(config.keeper(&r, None).unwrap().servers, ["r.io", "https://r.io"]);
}

#[test]
fn what_is_no_docker_config_is_refused() {
    let error = |text: &str| DockerConfig::parse(text.as_bytes()).unwrap_err();
    assert_eq!(error("canary-4f1d"), LoginError::NotJson { line: 1, column: 1 });
    assert_eq!(error("\u{feff}{}"), LoginError::Mark { utf16: false });
    let utf16 = DockerConfig::parse(b"\xff\xfe{\0}\0").unwrap_err();
    assert_eq!(utf16, LoginError::Mark { utf16: true });
    assert_eq!(error("{}"), LoginError::NoAuths);
}

#[test]
fn another_kind_of_value_is_told_with_its_place() {
    let error = |text: &str| DockerConfig::parse(text.as_bytes()).unwrap_err();
    for (text, message) in [
        ("[]", "the document is an array, not an object"),
        (r#"{"auths": []}"#, "`auths` is an array, not an object"),
        (r#"{"auths": {"r.io": {"auth": 1}}}"#, "`auth` of `r.io` is a number, not a string"),
    ] {
        assert_eq!(error(text), LoginError::WrongKind(String::from(message)));
    }
}

#[test]
fn one_entry_that_cannot_be_read_spoils_the_others() {
    // Docker and the kubelet refuse the whole document.
    let text =
        format!(r#"{{"auths": {{"a.io": {{"auth": "Ym90"}}, "r.io": {{"auth": "{AUTH}"}}}}}}"#);
    let error = DockerConfig::parse(text.as_bytes()).unwrap_err();
    let key = String::from("a.io");
    assert_eq!(error, LoginError::BadAuth { key, fault: AuthFault::NoColon });
}

#[test]
fn members_may_be_spelled_otherwise_and_repeated() {
    reads(
        r#"{"Username": "bot", "PASSWORD": "old", "password": "canary-4f1d"}"#,
        "bot",
        "canary-4f1d",
    );
    let text =
        format!(r#"{{"Auths": {{"r.io": {{"auth": "{AUTH}"}}}}, "auths": {{"s.io": {{}}}}}}"#);
    let config = DockerConfig::parse(text.as_bytes()).unwrap();
    let registry = registry(RegistryKind::Generic, "r.io", &[]);
    assert_eq!(config.login(&registry, None).unwrap().username, "acme-bot");
}

#[test]
fn debug_output_is_masked() {
    let registry = registry(RegistryKind::Generic, "r.io", &[]);
    let config = config_of(&["r.io"]);
    let text = format!("{config:?} {:?}", config.login(&registry, None));
    assert!(!text.contains("canary") && !text.contains(AUTH), "{text}");
}
