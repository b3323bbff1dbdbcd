//! A Vault that answers from a script: what is asked of it, and what its answers mean.

use std::sync::Mutex;
use std::time::Duration;

use super::*;
use crate::TransportError;

/// Answers in turn, and notes what was asked.
#[derive(Default)]
struct Script {
    answers: Mutex<Vec<Result<Response, TransportError>>>,
    asked: Mutex<Vec<String>>,
    waits: Mutex<Vec<Duration>>,
}

impl Script {
    fn new(answers: &[(u16, &str)]) -> Self {
        let answers = answers
            .iter()
            .map(|(status, body)| Ok(Response::new(*status, Vec::new(), (*body).into())))
            .collect();
        Self { answers: Mutex::new(answers), ..Self::default() }
    }
}

impl Transport for Script {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let headers: Vec<String> = request
            .headers
            .iter()
            .map(|(name, value)| format!(" {name}={}", value.expose()))
            .collect();
        let body = request.body.as_ref().map(|body| format!(" {}", body.expose()));
        let line = format!("{request}{}{}", headers.concat(), body.unwrap_or_default());
        self.asked.lock().unwrap().push(line);
        self.answers.lock().unwrap().remove(0)
    }

    fn wait(&self, time: Duration) {
        self.waits.lock().unwrap().push(time);
    }
}

fn secret(text: &str) -> SecretText {
    SecretText::new(text.to_owned())
}

fn path(text: &str) -> SecretPath {
    SecretPath::parse(text).unwrap()
}

fn vault(script: &Script) -> Vault<'_> {
    Vault::new(script, Url::parse("https://vault.corp:8200").unwrap())
        .with_token(secret("hvs.canary-4f1d"))
}

/// Reads with a mount of that version, and returns the value or what went wrong.
fn read(version: KvVersion, answers: &[(u16, &str)]) -> Result<String, String> {
    let script = Script::new(answers);
    let path = path("ci/registries/hub");
    let read = vault(&script).read(&path.first_as_mount(version), &path);
    assert!(script.answers.lock().unwrap().is_empty(), "every answer was asked for");
    read.and_then(|secret| secret.value("token"))
        .map(|value| value.expose().to_owned())
        .map_err(|error| error.to_string())
}

#[track_caller]
fn fails(version: KvVersion, status: u16, body: &str, message: &str) {
    assert_eq!(read(version, &[(status, body)]).unwrap_err(), message);
}

fn mount(status: u16, body: &str) -> Result<Mount, String> {
    let script = Script::new(&[(status, body)]);
    vault(&script).mount(&path("team/kv/hub")).map_err(|error| error.to_string())
}

fn log_in(status: u16, body: &str) -> Result<String, String> {
    let script = Script::new(&[(status, body)]);
    let jwt = secret("canary-4f1d");
    let login = Login::SignedToken { mount: "jwt", role: "ci", jwt: &jwt };
    vault(&script)
        .log_in(&login)
        .map(|token| token.expose().to_owned())
        .map_err(|error| error.to_string())
}

#[test]
fn version_one_is_read() {
    let body = r#"{"lease_id":"","lease_duration":2764800,"data":{"token":"canary-4f1d"}}"#;
    assert_eq!(read(KvVersion::One, &[(200, body)]), Ok(String::from("canary-4f1d")));
}

#[test]
fn version_two_is_read() {
    let body = r#"{"data":{"data":{"token":"canary-4f1d"},"metadata":{"version":3}}}"#;
    assert_eq!(read(KvVersion::Two, &[(200, body)]), Ok(String::from("canary-4f1d")));
}

#[test]
fn the_questions_carry_what_vault_wants() {
    let body = r#"{"data":{"path":"ci/","options":{"version":"2"}}}"#;
    let script = Script::new(&[(200, body), (200, r#"{"data":{"data":{}}}"#)]);
    let path = path("ci/registries/hub");
    let vault = vault(&script).with_namespace("team");
    let mount = vault.mount(&path).unwrap();
    vault.read(&mount, &path).unwrap();
    let headers = "X-Vault-Request=true X-Vault-Namespace=team X-Vault-Token=hvs.canary-4f1d";
    let address = "https://vault.corp:8200/v1";
    assert_eq!(
        *script.asked.lock().unwrap(),
        [
            format!("GET {address}/sys/internal/ui/mounts/ci/registries/hub {headers}"),
            format!("GET {address}/ci/data/registries/hub {headers}"),
        ]
    );
}

#[test]
fn a_log_in_sends_no_token() {
    let script = Script::new(&[(200, r#"{"auth":{"client_token":"hvs.new"}}"#)]);
    let (role_id, secret_id) = (secret("role"), secret("canary-4f1d"));
    let login = Login::AppRole { mount: "approle", role_id: &role_id, secret_id: &secret_id };
    assert_eq!(vault(&script).log_in(&login).unwrap().expose(), "hvs.new");
    assert_eq!(
        *script.asked.lock().unwrap(),
        ["POST https://vault.corp:8200/v1/auth/approle/login X-Vault-Request=true \
          Content-Type=application/json {\"role_id\":\"role\",\"secret_id\":\"canary-4f1d\"}"]
    );
}

#[test]
fn the_mount_and_its_version_are_known() {
    let mounted = |options: &str| {
        mount(200, &format!(r#"{{"data":{{"path":"team/kv/","options":{options}}}}}"#)).unwrap()
    };
    assert_eq!(mounted(r#"{"version":"2"}"#), Mount { parts: 2, version: KvVersion::Two });
    assert_eq!(mounted(r#"{"version":"1"}"#), Mount { parts: 2, version: KvVersion::One });
    assert_eq!(mounted("null"), Mount { parts: 2, version: KvVersion::One });
}

#[test]
fn an_old_server_has_version_one() {
    let old = mount(404, r#"{"errors":[]}"#).unwrap();
    assert_eq!(old, Mount { parts: 1, version: KvVersion::One });
}

#[test]
fn a_page_that_is_not_there_is_no_old_server() {
    assert_eq!(
        mount(404, "<html>").unwrap_err(),
        "what answers the question for the mount there is not Vault (status 404)"
    );
}

#[test]
fn a_mount_that_may_not_be_seen_says_so() {
    let body = r#"{"errors":["preflight capability check returned 403, please ensure client's policies grant access to path \"team/kv/hub/\""]}"#;
    assert_eq!(
        mount(403, body).unwrap_err(),
        "it does not allow the question for the mount: preflight capability check returned 403, \
         please ensure client's policies grant access to path \"team/kv/hub/\""
    );
}

#[test]
fn a_path_that_ends_with_the_mount_names_no_secret() {
    assert_eq!(
        mount(200, r#"{"data":{"path":"team/kv/hub/","options":{"version":"2"}}}"#).unwrap_err(),
        "a store is mounted there, and the path names no secret in it"
    );
}

#[test]
fn a_mount_of_another_path_is_not_believed() {
    assert_eq!(
        mount(200, r#"{"data":{"path":"sys/"}}"#).unwrap_err(),
        "what answers the question for the mount there is not Vault (status 200)"
    );
}

#[test]
fn a_sealed_server_says_so_and_is_not_asked_again() {
    fails(KvVersion::Two, 503, r#"{"errors":["Vault is sealed"]}"#, "it is sealed");
    fails(KvVersion::Two, 503, r#"{"errors":["OpenBao is sealed"]}"#, "it is sealed");
}

#[test]
fn a_server_that_was_never_set_up_says_so() {
    let body = r#"{"errors":["Vault is not initialized"]}"#;
    fails(KvVersion::Two, 503, body, "it is not initialized");
}

#[test]
fn a_standby_without_an_active_node_says_so() {
    let body = r#"{"errors":["local node not active but active cluster node not found"]}"#;
    let read = read(KvVersion::Two, &[(500, body), (500, body), (500, body)]);
    assert_eq!(read.unwrap_err(), "it is a standby, and no node is active");
}

#[test]
fn a_standby_that_redirects_is_not_followed() {
    let headers = vec![("Location".into(), "https://active.corp:8200/v1/ci?x=canary-4f1d".into())];
    let answer = Response::new(307, headers, Vec::new());
    let path = path("ci/hub");
    let error = read_secret(&path.first_as_mount(KvVersion::One), &path, &answer, &[]).unwrap_err();
    assert_eq!(error.to_string(), "it sends elsewhere: https://active.corp:8200");
}

#[test]
fn a_token_that_may_not_says_so() {
    let body = r#"{"errors":["1 error occurred:\n\t* permission denied\n\n"]}"#;
    fails(
        KvVersion::Two,
        403,
        body,
        "it does not allow the question for the secret: 1 error occurred: * permission denied",
    );
}

#[test]
fn a_token_that_is_not_known_says_so() {
    let body = r#"{"errors":["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]}"#;
    fails(
        KvVersion::Two,
        403,
        body,
        "it does not know the token: 2 errors occurred: * permission denied * invalid token",
    );
    for (status, said) in
        [(403, "bad token"), (403, "missing client token"), (400, "missing client token")]
    {
        let body = format!(r#"{{"errors":["{said}"]}}"#);
        fails(KvVersion::One, status, &body, &format!("it does not know the token: {said}"));
    }
}

#[test]
fn what_the_server_repeats_of_the_token_is_masked() {
    let body = r#"{"errors":["no such thing as hvs.canary-4f1d"]}"#;
    fails(
        KvVersion::Two,
        400,
        body,
        "it refuses the question for the secret (status 400): no such thing as <masked>",
    );
}

#[test]
fn what_the_server_repeats_of_a_log_in_is_masked() {
    assert_eq!(
        log_in(400, r#"{"errors":["canary-4f1d is no token"]}"#).unwrap_err(),
        "it refuses the log-in (status 400): <masked> is no token"
    );
    let script = Script::new(&[(400, r#"{"errors":["no canary-4f1d for canary-role"]}"#)]);
    let (role_id, secret_id) = (secret("canary-role"), secret("canary-4f1d"));
    let login = Login::AppRole { mount: "approle", role_id: &role_id, secret_id: &secret_id };
    assert_eq!(
        vault(&script).log_in(&login).unwrap_err().to_string(),
        "it refuses the log-in (status 400): no <masked> for <masked>"
    );
}

#[test]
fn a_secret_that_is_not_there_says_so() {
    fails(KvVersion::Two, 404, r#"{"errors":[]}"#, "there is no such secret");
    let body = r#"{"warnings":["something to know"]}"#;
    fails(KvVersion::One, 404, body, "there is no such secret: something to know");
}

#[test]
fn data_in_the_path_is_told() {
    let path = path("kv/data/hub");
    let answer = Response::new(404, Vec::new(), br#"{"errors":[]}"#.to_vec());
    let error = read_secret(&path.first_as_mount(KvVersion::Two), &path, &answer, &[]).unwrap_err();
    assert_eq!(error, VaultError::SecretMissing { warnings: Vec::new(), repeats_data: true });
}

#[test]
fn version_two_asked_as_version_one_says_so() {
    let body =
        r#"{"warnings":["Invalid path for a versioned K/V secrets engine. See the API docs"]}"#;
    fails(KvVersion::One, 404, body, "the mount has version 2 of the key-value store");
}

#[test]
fn nothing_mounted_says_so() {
    let body = r#"{"errors":["no handler for route \"ci/data/hub\". route entry not found."]}"#;
    fails(
        KvVersion::Two,
        404,
        body,
        "nothing is mounted there: no handler for route \"ci/data/hub\". route entry not found.",
    );
}

#[test]
fn a_deleted_version_says_when() {
    let body = r#"{"data":{"data":null,"metadata":{"deletion_time":"2026-03-22T02:36:43Z","destroyed":false,"version":2}}}"#;
    fails(KvVersion::Two, 404, body, "its newest version was deleted at 2026-03-22T02:36:43Z");
}

#[test]
fn a_destroyed_version_says_so() {
    let body = r#"{"data":{"data":null,"metadata":{"deletion_time":"","destroyed":true}}}"#;
    fails(KvVersion::Two, 404, body, "its newest version is destroyed");
}

#[test]
fn a_missing_key_names_those_that_are_there() {
    let body = r#"{"data":{"password":"canary-4f1d","user":"canary-4f1d"}}"#;
    fails(KvVersion::One, 200, body, "it has no key `token`; its keys are `password`, `user`");
    fails(KvVersion::One, 200, r#"{"data":{}}"#, "it has no key `token`; its keys are none");
}

#[test]
fn a_value_that_is_no_text_says_what_it_is() {
    for (value, kind) in [
        ("4711", "a number"),
        ("-1.5", "a number"),
        ("-3", "a number"),
        ("true", "a boolean"),
        ("null", "null"),
        (r#"["canary-4f1d"]"#, "a list"),
        (r#"{"a":"canary-4f1d"}"#, "an object"),
    ] {
        let body = format!(r#"{{"data":{{"token":{value}}}}}"#);
        fails(KvVersion::One, 200, &body, &format!("what `token` holds is {kind}, not text"));
    }
}

#[test]
fn too_many_questions_say_how_long_to_wait() {
    let headers = vec![("Retry-After".into(), "60".into())];
    let answer = Response::new(429, headers, br#"{"errors":["rate limit"]}"#.to_vec());
    let path = path("ci/hub");
    let error = read_secret(&path.first_as_mount(KvVersion::One), &path, &answer, &[]).unwrap_err();
    assert_eq!(error, VaultError::TooMany { wait: Some(Duration::from_secs(60)) });
}

#[test]
fn a_server_that_cannot_answer_is_asked_three_times() {
    let body = r#"{"errors":["internal error"]}"#;
    let read = read(KvVersion::One, &[(500, body), (502, ""), (500, body)]);
    assert_eq!(read.unwrap_err(), "it cannot answer (status 500): internal error");
    // A proxy before it knows no JSON.
    assert_eq!(mount(501, "<html>").unwrap_err(), "it cannot answer (status 501)");
}

#[test]
fn a_node_that_has_not_heard_of_the_token_is_asked_again() {
    // `vault` does so too: `DefaultRetryPolicy` of its client.
    let behind = (412, r#"{"errors":["required index state not present"]}"#);
    let found = (200, r#"{"data":{"token":"canary-4f1d"}}"#);
    assert_eq!(read(KvVersion::One, &[behind, behind, found]).unwrap(), "canary-4f1d");
}

#[test]
fn a_port_with_tls_that_is_asked_without_says_so() {
    let message = "it speaks TLS, and was asked without";
    let of_go = "Client sent an HTTP request to an HTTPS server.\n";
    let of_nginx = "<html><center>The plain HTTP request was sent to HTTPS port</center></html>";
    for page in [of_go, of_nginx] {
        fails(KvVersion::One, 400, page, message);
        assert_eq!(mount(400, page).unwrap_err(), message);
        assert_eq!(log_in(400, page).unwrap_err(), message);
    }
}

#[test]
fn what_is_not_vault_says_so() {
    let page = "<html>canary-4f1d</html>";
    let not_vault = "what answers the question for the secret there is not Vault (status ";
    fails(KvVersion::One, 200, page, &format!("{not_vault}200)"));
    fails(KvVersion::Two, 404, page, &format!("{not_vault}404)"));
    fails(KvVersion::Two, 401, page, &format!("{not_vault}401)"));
    fails(KvVersion::Two, 400, page, &format!("{not_vault}400)"));
    fails(KvVersion::Two, 200, r#"{"data":{"data":["token"]}}"#, &format!("{not_vault}200)"));
    fails(KvVersion::Two, 200, "{}", &format!("{not_vault}200)"));
}

#[test]
fn a_refused_log_in_says_what_the_server_said() {
    assert_eq!(
        log_in(400, r#"{"errors":["role \"ci\" could not be found"]}"#).unwrap_err(),
        "it refuses the log-in (status 400): role \"ci\" could not be found"
    );
    assert_eq!(
        log_in(403, r#"{"errors":["permission denied"]}"#).unwrap_err(),
        "it refuses the log-in (status 403): permission denied"
    );
}

#[test]
fn a_way_to_log_in_that_is_not_there_says_so() {
    let body = r#"{"errors":["no handler for route \"auth/jwt/login\""]}"#;
    assert_eq!(
        log_in(404, body).unwrap_err(),
        "it has no such way to log in: no handler for route \"auth/jwt/login\""
    );
}

#[test]
fn a_second_factor_is_told() {
    let body = r#"{"auth":{"client_token":"","mfa_requirement":{"mfa_request_id":"x"}}}"#;
    assert_eq!(log_in(200, body).unwrap_err(), "the log-in wants a second factor");
}

#[test]
fn a_log_in_without_a_token_is_not_vault() {
    for body in ["{}", r#"{"auth":{}}"#, r#"{"auth":{"client_token":7}}"#, "rubbish"] {
        let message = "what answers the log-in there is not Vault (status 200)";
        assert_eq!(log_in(200, body).unwrap_err(), message, "{body}");
    }
}

#[test]
fn only_a_secret_made_for_the_reader_has_a_lease() {
    let path = path("artifactory/token/ci");
    let mount = path.first_as_mount(KvVersion::One);
    let lease = |id: &str| {
        let body = format!(r#"{{"lease_id":"{id}","lease_duration":3600,"data":{{}}}}"#);
        let answer = Response::new(200, Vec::new(), body.into_bytes());
        read_secret(&mount, &path, &answer, &[]).unwrap().lease()
    };
    assert_eq!(lease("artifactory/token/ci/abc"), Some(Duration::from_secs(3600)));
    assert_eq!(lease(""), None);
}

#[test]
fn debug_output_of_a_secret_shows_only_keys() {
    let path = path("ci/hub");
    let body = br#"{"data":{"token":"canary-4f1d","n":4711}}"#.to_vec();
    let answer = Response::new(200, Vec::new(), body);
    let secret = read_secret(&path.first_as_mount(KvVersion::One), &path, &answer, &[]).unwrap();
    let shown = format!("{secret:?}");
    assert!(shown.contains("token") && !shown.contains("canary") && !shown.contains("4711"));
}

proptest::proptest! {
    #[test]
    fn any_answer_is_read_or_refused(status in 100_u16..600, body in ".{0,200}") {
        let path = path("ci/hub");
        let answer = Response::new(status, Vec::new(), body.into_bytes());
        for version in [KvVersion::One, KvVersion::Two] {
            let _read = read_secret(&path.first_as_mount(version), &path, &answer, &[]);
        }
        let _mount = read_mount(&path, &answer, &[]);
        let _login = read_login(&answer, &[]);
    }
}
