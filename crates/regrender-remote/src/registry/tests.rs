//! Registries that answer from a script: what is asked of them, and what is found.

use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;
use crate::{Header, Request, Response, Said};

type Headers<'a> = &'a [(&'a str, &'a str)];
type Answers = dyn Fn(&str, Option<&str>) -> Response + Send + Sync;

/// A registry that answers by method, address and what is shown to it; it notes what was asked.
struct Fake {
    answers: Box<Answers>,
    asked: Mutex<Vec<String>>,
}

impl Transport for Fake {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let shown = request.header("Authorization").map(Header::expose);
        let line = format!("{} {}", request.method.name(), request.url.whole());
        let note = shown.map(|shown| format!(" [{shown}]")).unwrap_or_default();
        self.asked.lock().unwrap().push(format!("{line}{note}"));
        let answer = (self.answers)(&line, shown);
        match answer.status {
            0 => Err(TransportError::Refused),
            1 => Err(TransportError::Tls(TlsFault::NotTls)),
            2 => Err(TransportError::Tls(TlsFault::UnknownAuthority)),
            _ => Ok(answer),
        }
    }

    fn wait(&self, _: Duration) {}
}

fn answer(status: u16, headers: Headers<'_>, body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Response::new(status, headers, body.into())
}

fn plain(status: u16) -> Response {
    answer(status, &[], "")
}

const BEARER: (&str, &str) =
    ("WWW-Authenticate", r#"Bearer realm="https://auth.corp/token",service="reg""#);
const BASIC: (&str, &str) = ("WWW-Authenticate", "Basic realm=\"reg\"");
/// `acme` and `canary-4f1d`.
const PAIR: &str = "Basic YWNtZTpjYW5hcnktNGYxZA==";

/// What is asked of a fake registry, and what it is to answer.
struct Case {
    is_insecure: bool,
    is_anonymous: bool,
    subjects: Vec<Subject>,
    writes: Writes,
    counter: Option<Subject>,
}

impl Case {
    fn new() -> Self {
        Self {
            is_insecure: false,
            is_anonymous: false,
            subjects: Vec::new(),
            writes: Writes::Try,
            counter: None,
        }
    }

    fn anonymous(self) -> Self {
        Self { is_anonymous: true, ..self }
    }

    fn insecure(self) -> Self {
        Self { is_insecure: true, ..self }
    }

    fn read_only(self) -> Self {
        Self { writes: Writes::LeaveOut, ..self }
    }

    fn of(mut self, repository: &str, reference: Option<&str>) -> Self {
        let reference = reference.map(str::to_owned);
        self.subjects.push(Subject { repository: repository.to_owned(), reference });
        self
    }

    /// Returns what was found, and what was asked.
    fn ask(
        &self,
        answers: impl Fn(&str, Option<&str>) -> Response + Send + Sync + 'static,
    ) -> (Report, Vec<String>) {
        let fake = Fake { answers: Box::new(answers), asked: Mutex::default() };
        let password = SecretText::new(String::from("canary-4f1d"));
        let credential = Credential { username: "acme", password: &password };
        let report = probe(&Question {
            transport: &fake,
            address: Url::parse("https://reg.corp").unwrap(),
            is_insecure: self.is_insecure,
            credential: (!self.is_anonymous).then_some(credential),
            subjects: &self.subjects,
            writes: self.writes,
            counter: self.counter.clone(),
            now: &|| 784_111_777,
        });
        assert!(!format!("{report:?}").contains("canary"), "{report:?}");
        (report, fake.asked.into_inner().unwrap())
    }

    /// Returns why the registry could not be asked any further.
    fn fault(
        &self,
        answers: impl Fn(&str, Option<&str>) -> Response + Send + Sync + 'static,
    ) -> String {
        let (report, _) = self.ask(answers);
        report.fault.expect("a fault").to_string()
    }
}

/// A registry with tokens: `/v2/` wants one, the token server makes `token` for the pair.
fn with_tokens(
    token: &'static str,
    rest: impl Fn(&str) -> Response,
) -> impl Fn(&str, Option<&str>) -> Response {
    move |line, shown| match (line, shown) {
        ("GET https://reg.corp/v2/", None) => answer(401, &[BEARER], ""),
        ("GET https://reg.corp/v2/", Some(_)) => plain(200),
        (line, Some(PAIR)) if line.contains("auth.corp/token") => {
            answer(200, &[], &format!(r#"{{"token":"{token}","expires_in":300}}"#))
        }
        (line, None) if line.contains("auth.corp/token") => {
            answer(200, &[], r#"{"token":"anonymous"}"#)
        }
        (line, Some(shown)) if shown.starts_with("Bearer ") => rest(line),
        _ => plain(401),
    }
}

/// A registry that wants the pair with every request.
fn with_pairs(rest: impl Fn(&str) -> Response) -> impl Fn(&str, Option<&str>) -> Response {
    move |line, shown| match (line, shown) {
        (_, Some(PAIR)) if line.ends_with("/v2/") => plain(200),
        (_, Some(PAIR)) => rest(line),
        _ => answer(401, &[BASIC], ""),
    }
}

fn jwt(access: &str) -> &'static str {
    let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"access":[{access}]}}"#));
    Box::leak(format!("e30.{claims}.c2ln").into_boxed_str())
}

#[test]
fn a_credential_is_shown_to_the_token_server_and_the_token_to_the_registry() {
    let (report, asked) = Case::new().ask(with_tokens("opaque", |_| plain(200)));
    assert_eq!(report.fault, None);
    assert_eq!(report.token_life, Some(Duration::from_secs(300)));
    assert_eq!(
        report.authentication,
        Some(Authentication::Bearer { server: "auth.corp".into(), is_elsewhere: true })
    );
    assert_eq!(
        asked,
        [
            String::from("GET https://reg.corp/v2/"),
            format!("GET https://auth.corp/token?service=reg&account=acme [{PAIR}]"),
            String::from("GET https://reg.corp/v2/ [Bearer opaque]"),
        ]
    );
}

#[test]
fn a_pair_is_shown_to_the_registry() {
    let (report, asked) = Case::new().ask(with_pairs(|_| plain(200)));
    assert_eq!((report.fault, report.authentication), (None, Some(Authentication::Basic)));
    assert_eq!(asked.len(), 2);
}

#[test]
fn a_registry_that_wants_nothing_is_not_told_the_credential() {
    let (report, asked) = Case::new().ask(|_, _| plain(200));
    assert_eq!(report.authentication, Some(Authentication::Nothing));
    assert!(asked.iter().all(|line| !line.contains('[')), "{asked:?}");
}

#[test]
fn tokens_go_before_pairs() {
    let both = |_: &str, shown: Option<&str>| match shown {
        None => answer(401, &[BASIC, BEARER], ""),
        Some(_) => answer(200, &[], r#"{"token":"x"}"#),
    };
    let (report, _) = Case::new().ask(both);
    assert!(matches!(report.authentication, Some(Authentication::Bearer { .. })));
}

#[test]
fn without_an_answer_the_reason_is_told() {
    assert_eq!(
        Case::new().fault(|_, _| plain(0)),
        "the registry gives no answer: the connection was refused"
    );
}

#[test]
fn an_insecure_registry_is_asked_with_http_where_it_does_not_speak_tls() {
    let (report, asked) = Case::new().insecure().ask(|line, _| match line {
        "GET https://reg.corp/v2/" => plain(1),
        _ => plain(200),
    });
    assert_eq!(report.fault, None);
    assert_eq!(asked[..2], ["GET https://reg.corp/v2/", "GET http://reg.corp/v2/"]);
}

#[test]
fn a_certificate_of_an_unknown_authority_is_no_reason_for_http() {
    let (report, asked) = Case::new().insecure().ask(|_, _| plain(2));
    assert!(matches!(report.fault, Some(Fault::NoAnswer { .. })));
    assert_eq!(asked, ["GET https://reg.corp/v2/"]);
}

#[test]
fn a_registry_that_is_not_declared_insecure_is_never_asked_with_http() {
    let (report, asked) = Case::new().ask(|_, _| plain(1));
    assert!(matches!(report.fault, Some(Fault::NoAnswer { .. })));
    assert_eq!(asked, ["GET https://reg.corp/v2/"]);
}

#[test]
fn what_is_no_registry_is_told() {
    let message = |status| format!("what answers there is not a registry (status {status})");
    for status in [404, 403, 204] {
        assert_eq!(Case::new().fault(move |_, _| plain(status)), message(status));
    }
    let page = |_: &str, _: Option<&str>| answer(200, &[("Content-Type", "text/html")], "<html>");
    assert_eq!(Case::new().fault(page), message(200));
}

#[test]
fn a_challenge_that_nobody_knows_is_told() {
    assert_eq!(
        Case::new().fault(|_, _| plain(401)),
        "the registry wants a credential and does not say how it is to be shown"
    );
    let nameless = ("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    assert_eq!(
        Case::new().fault(move |_, _| answer(401, &[nameless], "")),
        "the registry wants a credential and does not say how it is to be shown"
    );
    let negotiate = ("WWW-Authenticate", "Negotiate, NTLM");
    assert_eq!(
        Case::new().fault(move |_, _| answer(401, &[negotiate], "")),
        "the registry wants to see `negotiate`, `ntlm`, and neither `Basic` nor `Bearer`"
    );
}

fn realm(realm: &'static str) -> impl Fn(&str, Option<&str>) -> Response {
    move |_, _| answer(401, &[("WWW-Authenticate", &format!("Bearer realm=\"{realm}\""))], "")
}

#[test]
fn a_token_server_in_clear_is_not_asked() {
    let message = |host| {
        format!(
            "the registry names the token server `http://{host}`, and the credential does not go \
             there in clear"
        )
    };
    assert_eq!(Case::new().fault(realm("http://reg.corp/token")), message("reg.corp"));
    assert_eq!(Case::new().fault(realm("http://auth.corp/token")), message("auth.corp"));
    let insecure = Case::new().insecure();
    assert_eq!(insecure.fault(realm("http://auth.corp:81/t")), message("auth.corp:81"));
}

#[test]
fn a_token_server_in_clear_may_be_told_nothing() {
    let (_, asked) = Case::new().anonymous().of("a", None).ask(realm("http://auth.corp/token"));
    assert_eq!(asked[1], "GET http://auth.corp/token?scope=repository:a:pull");
}

#[test]
fn an_insecure_registry_may_make_its_own_tokens_in_clear() {
    let (_, asked) = Case::new().insecure().ask(realm("http://reg.corp:5001/token"));
    assert_eq!(asked[1], format!("GET http://reg.corp:5001/token?account=acme [{PAIR}]"));
}

#[test]
fn a_token_server_that_is_no_address_is_told() {
    assert_eq!(
        Case::new().fault(realm("/token")),
        "the registry names a token server that is no address: it begins with neither `https://` \
         nor `http://`"
    );
    assert_eq!(
        Case::new().fault(realm("https://bot:canary-4f1d@auth.corp/")),
        "the registry names a token server that is no address: it holds a username or a password"
    );
}

/// A registry whose token server answers this.
fn token_answer(
    status: u16,
    headers: Headers<'static>,
    body: &'static str,
) -> impl Fn(&str, Option<&str>) -> Response {
    move |line, _| match line {
        "GET https://reg.corp/v2/" => answer(401, &[BEARER], ""),
        _ => answer(status, headers, body),
    }
}

#[test]
fn a_refused_credential_says_by_whom() {
    assert_eq!(
        Case::new().fault(token_answer(
            401,
            &[],
            r#"{"details":"incorrect username or password"}"#
        )),
        "the token server `auth.corp` refuses the credential (status 401): incorrect username or \
         password"
    );
    assert_eq!(
        Case::new().fault(|_, _| answer(401, &[BASIC], r#"{"errors":[{"code":"UNAUTHORIZED"}]}"#)),
        "the registry refuses the credential (status 401): UNAUTHORIZED"
    );
}

#[test]
fn what_the_registry_repeats_of_the_password_is_masked() {
    let body = r#"{"errors":[{"code":"DENIED","message":"canary-4f1d is wrong"}]}"#;
    assert_eq!(
        Case::new().fault(token_answer(403, &[], body)),
        "the token server `auth.corp` refuses the credential (status 403): <masked> is wrong"
    );
}

#[test]
fn what_the_registry_repeats_of_the_pair_is_masked() {
    let body =
        r#"{"errors":[{"code":"DENIED","message":"no Basic YWNtZTpjYW5hcnktNGYxZA== here"}]}"#;
    assert_eq!(
        Case::new().fault(move |_, _| answer(401, &[BASIC], body)),
        "the registry refuses the credential (status 401): no Basic <masked> here"
    );
}

#[test]
fn what_the_registry_repeats_of_the_token_is_masked() {
    let body = r#"{"errors":[{"code":"DENIED","message":"no Bearer made-of-canary here"}]}"#;
    let case = Case::new().of("app", None).read_only();
    let (report, _) = case.ask(with_tokens("made-of-canary", move |_| answer(403, &[], body)));
    let said = Some(Said::new("no Bearer <masked> here", &[]));
    assert_eq!(report.repositories[0].pull, Pull::Denied { status: 403, said });
}

#[test]
fn a_token_server_that_answers_rubbish_is_told() {
    assert_eq!(
        Case::new().fault(token_answer(200, &[], "<html>")),
        "the token server `auth.corp` answers without a token"
    );
    assert_eq!(
        Case::new().fault(token_answer(404, &[], "")),
        "the token server `auth.corp` answers what makes no sense here (status 404)"
    );
}

#[test]
fn a_token_server_that_sends_elsewhere_is_not_followed() {
    let headers: Headers<'static> = &[("Location", "https://evil.example/token")];
    let case = Case::new();
    let (report, asked) = case.ask(token_answer(302, headers, ""));
    assert_eq!(
        report.fault.unwrap().to_string(),
        "the token server `auth.corp` sends to `https://evil.example`, and the credential does not \
         go there"
    );
    assert!(asked.iter().all(|line| !line.contains("evil")), "{asked:?}");
}

#[test]
fn a_redirect_within_the_host_is_followed() {
    let (report, asked) = Case::new().ask(|line, shown| match (line, shown) {
        ("GET https://reg.corp/v2/", _) => answer(301, &[("Location", "/registry/v2/")], ""),
        (_, Some(PAIR)) => plain(200),
        _ => answer(401, &[BASIC], ""),
    });
    assert_eq!(report.fault, None);
    assert_eq!(asked[3], format!("GET https://reg.corp/registry/v2/ [{PAIR}]"));
}

#[test]
fn a_redirect_loop_ends() {
    let case = Case::new();
    let (report, asked) = case.ask(|_, _| answer(302, &[("Location", "/v2/")], ""));
    assert_eq!(
        report.fault.unwrap().to_string(),
        "the registry sends from one place to the next without end"
    );
    assert_eq!(asked.len(), 6);
}

#[test]
fn too_many_questions_are_told_with_the_wait() {
    let many = |_: &str, _: Option<&str>| answer(429, &[("Retry-After", "3600")], "");
    assert_eq!(
        Case::new().fault(many),
        "the registry is asked too often; it asks for a pause of 3600 s"
    );
    assert_eq!(
        Case::new().fault(token_answer(429, &[("Retry-After", "61")], "")),
        "the token server `auth.corp` is asked too often; it asks for a pause of 61 s"
    );
}

#[test]
fn a_server_that_cannot_answer_is_asked_three_times() {
    let (report, asked) = Case::new().ask(|_, _| plain(503));
    assert_eq!(report.fault.unwrap().to_string(), "the registry cannot answer (status 503)");
    assert_eq!(asked.len(), 3);
}

#[test]
fn a_rule_of_the_registry_is_asked_for_once() {
    let case = Case::new().of("a", Some("1"));
    let (report, asked) = case.ask(with_pairs(|_| plain(412)));
    assert!(matches!(report.repositories[0].pull, Pull::Unknown(_)));
    assert_eq!(asked.iter().filter(|line| line.starts_with("HEAD")).count(), 1, "{asked:?}");
}

#[test]
fn a_token_that_the_registry_does_not_take_is_told() {
    let refused = |line: &str, shown: Option<&str>| match shown {
        _ if line.contains("token") => answer(200, &[], r#"{"token":"x"}"#),
        _ => answer(401, &[BEARER], ""),
    };
    assert_eq!(
        Case::new().fault(refused),
        "the registry does not take the token that the token server `auth.corp` made (status 401)"
    );
}

#[test]
fn the_clock_of_the_registry_is_compared() {
    let date = ("Date", "Sun, 06 Nov 1994 08:51:37 GMT");
    let (report, _) = Case::new().anonymous().ask(move |_, _| answer(200, &[date], ""));
    assert_eq!(report.skew, Some(120));
}

fn pull(case: &Case, answers: impl Fn(&str) -> Response + Send + Sync + 'static) -> Pull {
    let (report, _) = case.ask(with_tokens("opaque", answers));
    assert_eq!(report.fault, None);
    report.repositories[0].pull.clone()
}

#[test]
fn a_repository_is_asked_for_one_tag() {
    let case = Case::new().of("team/app", None).read_only();
    let (report, asked) = case.ask(with_tokens("opaque", |_| plain(200)));
    assert_eq!(report.repositories[0].pull, Pull::Allowed);
    assert_eq!(
        asked[3..5],
        [
            format!(
                "GET https://auth.corp/token?service=reg&scope=repository:team/app:pull\
                 &account=acme [{PAIR}]"
            ),
            String::from("GET https://reg.corp/v2/team/app/tags/list?n=1 [Bearer opaque]"),
        ]
    );
}

#[test]
fn an_image_that_is_known_is_asked_for_without_pulling_it() {
    let digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    let case = Case::new().of("app", Some("1.0")).of("app", Some(digest)).read_only();
    let (_, asked) = case.ask(with_tokens("opaque", |_| plain(200)));
    let heads: Vec<&String> = asked.iter().filter(|line| line.starts_with("HEAD")).collect();
    assert_eq!(heads[0], "HEAD https://reg.corp/v2/app/manifests/1.0 [Bearer opaque]");
    let expected = format!("HEAD https://reg.corp/v2/app/manifests/{digest} [Bearer opaque]");
    assert_eq!(*heads[1], expected);
}

#[test]
fn a_repository_that_may_not_be_pulled_from_is_told() {
    let body = r#"{"errors":[{"code":"DENIED","message":"requested access is denied"}]}"#;
    let case = Case::new().of("app", None).read_only();
    let said = Some(Said::new("requested access is denied", &[]));
    assert_eq!(pull(&case, move |_| answer(403, &[], body)), Pull::Denied { status: 403, said });
    assert_eq!(pull(&case, |_| plain(401)), Pull::Denied { status: 401, said: None });
}

#[test]
fn no_token_for_a_repository_is_a_denial() {
    let case = Case::new().of("app", None).read_only();
    let (report, _) = case.ask(|line, shown| match line {
        line if line.contains("scope") => plain(403),
        line if line.contains("token") => answer(200, &[], r#"{"token":"x"}"#),
        _ if shown.is_some() => plain(200),
        _ => answer(401, &[BEARER], ""),
    });
    assert_eq!(report.repositories[0].pull, Pull::Denied { status: 403, said: None });
}

#[test]
fn who_may_pull_and_not_list_may_pull() {
    let case = Case::new().of("app", None).read_only();
    let found = pull(&case, |line| plain(if line.starts_with("HEAD") { 404 } else { 403 }));
    assert_eq!(found, Pull::Allowed);
}

#[test]
fn a_repository_that_is_not_there_is_told_apart_from_an_image() {
    let case = Case::new().of("app", None).read_only();
    let missing = Pull::NotFound { repository_is_there: false };
    assert_eq!(pull(&case, |_| plain(404)), missing);
    let case = Case::new().of("app", Some("1.0")).read_only();
    assert_eq!(pull(&case, |_| plain(404)), missing);
    let found = pull(&case, |line| plain(if line.starts_with("HEAD") { 404 } else { 200 }));
    assert_eq!(found, Pull::NotFound { repository_is_there: true });
}

#[test]
fn an_image_on_another_host_is_asked_for_without_the_credential() {
    let case = Case::new().of("app", Some("1")).read_only();
    let location = [("Location", "https://cdn.corp/v2/app/manifests/1")];
    let (report, asked) = case.ask(move |line, shown| match (line, shown) {
        ("HEAD https://reg.corp/v2/app/manifests/1", _) => answer(307, &location, ""),
        (line, None) if line.contains("cdn.corp") => plain(200),
        (_, Some(PAIR)) => plain(200),
        _ => answer(401, &[BASIC], ""),
    });
    assert_eq!(report.repositories[0].pull, Pull::Allowed);
    assert_eq!(asked.last().unwrap(), "HEAD https://cdn.corp/v2/app/manifests/1");
}

#[test]
fn another_host_that_refuses_is_told() {
    let case = Case::new().of("app", Some("1")).read_only();
    let location = [("Location", "https://cdn.corp/x")];
    let found = pull(&case, move |_| answer(307, &location, ""));
    // The other host knows no token, and is shown none.
    assert_eq!(found, Pull::Elsewhere { host: "cdn.corp".into(), status: 401 });
}

#[test]
fn an_image_is_not_asked_for_in_clear() {
    let case = Case::new().of("app", Some("1")).read_only();
    let location = [("Location", "http://cdn.corp/x")];
    let found = pull(&case, move |_| answer(307, &location, ""));
    assert!(matches!(found, Pull::Unknown(Fault::Elsewhere { .. })));
}

#[test]
fn what_makes_no_sense_is_not_known() {
    let case = Case::new().of("app", None).read_only();
    assert!(matches!(pull(&case, |_| plain(418)), Pull::Unknown(Fault::Unexpected { .. })));
    assert!(matches!(pull(&case, |_| plain(500)), Pull::Unknown(Fault::Failed { .. })));
}

/// What more can be done where a token says so.
fn granted(actions: &str) -> More {
    let access = format!(r#"{{"type":"repository","name":"app","actions":[{actions}]}}"#);
    let case = Case::new().of("app", None);
    let (report, asked) = case.ask(with_tokens(jwt(&access), |_| plain(200)));
    assert!(asked.iter().all(|line| !line.starts_with("POST")), "{asked:?}");
    report.repositories[0].more.clone()
}

#[test]
fn a_readable_token_says_what_more_it_can() {
    let can = |actions: &[&str]| More::Can {
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        how: How::Token,
        is_upload_left: false,
    };
    assert_eq!(granted(r#""pull""#), More::PullOnly(How::Token));
    assert_eq!(granted(""), More::PullOnly(How::Token));
    assert_eq!(granted(r#""pull","push","delete""#), can(&["push", "delete"]));
    assert_eq!(granted(r#""*""#), can(&["*"]));
}

#[test]
fn the_grants_of_other_things_do_not_count() {
    let access = r#"{"type":"registry","name":"app","actions":["*"]},
                    {"type":"repository","name":"other","actions":["push"]}"#;
    let (report, _) = Case::new().of("app", None).ask(with_tokens(jwt(access), |_| plain(200)));
    assert_eq!(report.repositories[0].more, More::PullOnly(How::Token));
}

/// What more can be done where it has to be tried: statuses of upload, its end, and deletion.
fn tried(upload: u16, end: u16, deletion: u16, location: &'static str) -> (More, Vec<String>) {
    let case = Case::new().of("app", None);
    let (report, asked) = case.ask(with_pairs(move |line| match line {
        line if line.starts_with("POST") => answer(upload, &[("Location", location)], ""),
        line if line.contains("DELETE") && line.contains("uploads") => plain(end),
        line if line.starts_with("DELETE") => plain(deletion),
        _ => plain(200),
    }));
    let writes = asked.into_iter().filter(|line| !line.starts_with("GET")).collect();
    (report.repositories[0].more.clone(), writes)
}

const UPLOAD: &str = "/v2/app/blobs/uploads/17?_state=x";

#[test]
fn an_upload_is_begun_and_given_up() {
    let (more, writes) = tried(202, 204, 403, UPLOAD);
    let actions = vec![String::from("push")];
    assert_eq!(more, More::Can { actions, how: How::Trial, is_upload_left: false });
    assert_eq!(
        writes,
        [
            format!("POST https://reg.corp/v2/app/blobs/uploads/ [{PAIR}]"),
            format!("DELETE https://reg.corp{UPLOAD} [{PAIR}]"),
            format!("DELETE https://reg.corp/v2/app/manifests/sha256:{} [{PAIR}]", "0".repeat(64)),
        ]
    );
}

#[test]
fn an_upload_that_lies_elsewhere_is_left() {
    let (more, writes) = tried(202, 204, 403, "https://storage.corp/v2/app/blobs/uploads/17");
    assert!(matches!(more, More::Can { is_upload_left: true, .. }));
    assert!(writes.iter().all(|line| !line.contains("storage")), "{writes:?}");
}

#[test]
fn an_upload_that_cannot_be_given_up_is_told() {
    assert!(matches!(tried(202, 405, 403, UPLOAD).0, More::Can { is_upload_left: true, .. }));
}

#[test]
fn what_is_refused_is_pull_only() {
    assert_eq!(tried(401, 0, 403, "").0, More::PullOnly(How::Trial));
    assert_eq!(tried(405, 0, 405, "").0, More::PullOnly(How::Trial));
}

#[test]
fn who_may_delete_is_told() {
    let actions = vec![String::from("delete")];
    let can = More::Can { actions, how: How::Trial, is_upload_left: false };
    assert_eq!(tried(403, 0, 404, "").0, can);
}

#[test]
fn what_is_neither_is_not_known() {
    assert_eq!(tried(400, 0, 403, "").0, More::Unknown { status: Some(400) });
    assert_eq!(tried(500, 0, 403, "").0, More::Unknown { status: None });
}

#[test]
fn what_more_can_be_done_is_asked_once_a_repository() {
    let case = Case::new().of("app", Some("1")).of("app", Some("2")).of("other", None);
    let (report, asked) = case.ask(with_pairs(|line| {
        plain(if line.starts_with("GET") || line.starts_with("HEAD") { 200 } else { 403 })
    }));
    let more: Vec<&More> = report.repositories.iter().map(|found| &found.more).collect();
    let pull_only = More::PullOnly(How::Trial);
    assert_eq!(more, [&pull_only, &More::NotAsked, &pull_only]);
    assert_eq!(asked.iter().filter(|line| line.starts_with("POST")).count(), 2);
}

#[test]
fn no_token_for_nothing_is_no_fault_where_repositories_are_asked_for() {
    let answers = |line: &str, shown: Option<&str>| match line {
        line if line.contains("token?") && !line.contains("scope") => plain(400),
        line if line.contains("token?") => answer(200, &[], r#"{"token":"x"}"#),
        _ if shown.is_some() => plain(200),
        _ => answer(401, &[BEARER], ""),
    };
    let (report, _) = Case::new().of("app", None).read_only().ask(answers);
    assert_eq!((report.fault, &report.repositories[0].pull), (None, &Pull::Allowed));
    assert_eq!(
        Case::new().fault(answers),
        "the token server `auth.corp` answers what makes no sense here (status 400)"
    );
}

#[test]
fn a_hidden_repository_does_not_look_deletable() {
    let case = Case::new().of("app", None);
    let (report, _) = case.ask(with_pairs(|_| plain(404)));
    assert_eq!(report.repositories[0].more, More::Unknown { status: Some(404) });
}

#[test]
fn reading_only_writes_nothing() {
    let case = Case::new().of("app", None).read_only();
    let (report, asked) = case.ask(with_pairs(|_| plain(200)));
    assert_eq!(report.repositories[0].more, More::NotAsked);
    assert!(asked.iter().all(|line| line.starts_with("GET") || line.starts_with("HEAD")));
}

#[test]
fn nobody_needs_no_credential() {
    let case = Case::new().anonymous().of("app", None).read_only();
    let (report, asked) = case.ask(with_tokens("opaque", |_| plain(200)));
    assert_eq!(report.repositories[0].pull, Pull::Allowed);
    assert!(asked.iter().all(|line| !line.contains("Basic") && !line.contains("account")));
}

#[test]
fn how_many_pulls_are_left_is_read_from_any_image() {
    let headers: Headers<'static> =
        &[("ratelimit-limit", "100;w=21600"), ("ratelimit-remaining", "76;w=21600")];
    let answers = move |line: &str| match line {
        line if line.starts_with("HEAD") => answer(200, headers, ""),
        _ => plain(200),
    };
    let expected =
        RateLimit { limit: 100, remaining: Some(76), window: Some(Duration::from_secs(21_600)) };
    let counter = Subject { repository: "c".into(), reference: Some("latest".into()) };
    let case = Case { counter: Some(counter), ..Case::new().read_only() };
    let (report, asked) = case.ask(with_tokens("opaque", answers));
    assert_eq!(report.rate_limit, Some(expected));
    assert!(asked.last().unwrap().starts_with("HEAD https://reg.corp/v2/c/manifests/latest"));
    let (report, asked) = Case { ..case }.of("app", Some("1")).ask(with_tokens("opaque", answers));
    assert_eq!(report.rate_limit, Some(expected));
    assert!(asked.iter().all(|line| !line.contains("/c/")), "it is not asked for twice");
}

#[test]
fn a_rate_limit_that_cannot_be_read_is_none() {
    let read = |text| read_rate_limit(&answer(200, &[("ratelimit-limit", text)], ""));
    assert_eq!(read("many"), None);
    assert_eq!(read(""), None);
    let expected = RateLimit { limit: 100, remaining: None, window: None };
    assert_eq!(read("100"), Some(expected));
    assert_eq!(read("100;x=1;w=soon"), Some(expected));
}
