//! How the credential is shown, and what is in the way.

use super::*;

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

/// A registry that lets everybody in at its top, and asks for a token where it has an image.
fn open_at_the_top(line: &str, shown: Option<&str>) -> Response {
    match (line, shown) {
        ("GET https://reg.corp/v2/", _) => plain(200),
        (line, _) if line.contains("/public/") => plain(200),
        (line, Some(PAIR)) if line.contains("auth.corp/token") => {
            answer(200, &[], r#"{"token":"opaque"}"#)
        }
        (line, None) if line.contains("auth.corp/token") => {
            answer(200, &[], r#"{"token":"anonymous"}"#)
        }
        (_, Some("Bearer opaque")) => plain(200),
        _ => answer(401, &[BEARER], ""),
    }
}

#[test]
fn a_registry_may_ask_for_the_credential_at_an_image_only() {
    let case =
        Case::new().of("public/a", None).of("app", Some("1.0")).of("other", None).read_only();
    let (report, asked) = case.ask(open_at_the_top);
    let pulls: Vec<&Pull> = report.repositories.iter().map(|one| &one.pull).collect();
    assert_eq!(pulls, [&Pull::Allowed, &Pull::Allowed, &Pull::Allowed]);
    assert!(report.asks_late);
    assert!(matches!(report.authentication, Some(Authentication::Bearer { .. })));
    let about_app: Vec<&String> = asked.iter().filter(|line| line.contains("app")).collect();
    assert_eq!(
        about_app[..4],
        [
            "HEAD https://reg.corp/v2/app/manifests/1.0",
            "HEAD https://reg.corp/v2/app/manifests/1.0",
            &format!(
                "GET https://auth.corp/token?service=reg&scope=repository:app:pull&account=acme \
                 [{PAIR}]"
            ),
            "HEAD https://reg.corp/v2/app/manifests/1.0 [Bearer opaque]",
        ]
    );
}

#[test]
fn a_refusal_at_an_image_that_no_credential_changes_is_one() {
    let case = || Case::new().of("app", Some("1.0")).read_only();
    let (report, _) = case().anonymous().ask(open_at_the_top);
    assert_eq!(report.repositories[0].pull, Pull::Denied { status: 401, said: None });
    // Nobody says how it would be shown.
    let (report, asked) = case().ask(|line, _| match line {
        "GET https://reg.corp/v2/" => plain(200),
        _ => plain(401),
    });
    assert_eq!(report.repositories[0].pull, Pull::Denied { status: 401, said: None });
    assert!(!report.asks_late);
    assert!(asked.iter().all(|line| !line.contains('[')), "{asked:?}");
    let (report, _) = case().ask(|line, _| match line {
        "GET https://reg.corp/v2/" => plain(200),
        _ => answer(401, &[("WWW-Authenticate", "Negotiate")], ""),
    });
    let Pull::Unknown(fault) = &report.repositories[0].pull else { panic!("{report:?}") };
    let message = "the registry wants to see `negotiate`, and neither `Basic` nor `Bearer`";
    assert_eq!(fault.to_string(), message);
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
    // A proxy may refuse the one and let the other through.
    for failure in [1, 3] {
        let (report, asked) = Case::new().insecure().ask(move |line, _| match line {
            "GET https://reg.corp/v2/" => plain(failure),
            _ => plain(200),
        });
        assert_eq!(report.fault, None);
        assert_eq!(asked[..2], ["GET https://reg.corp/v2/", "GET http://reg.corp/v2/"]);
    }
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
    for status in [404, 204] {
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
fn a_location_of_an_answer_is_no_redirect() {
    let here = ("Location", "/registry/v2/");
    let (report, asked) = Case::new().ask(move |_, shown| match shown {
        Some(PAIR) => answer(200, &[here], ""),
        _ => answer(401, &[BASIC, here], ""),
    });
    assert_eq!(report.fault, None);
    assert!(asked.iter().all(|line| line.starts_with("GET https://reg.corp/v2/")), "{asked:?}");
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
fn a_host_that_lets_nobody_in_is_told_with_what_it_says() {
    let body = r#"{"errors":[{"code":"DENIED","message":"not from this network"}]}"#;
    assert_eq!(
        Case::new().fault(move |_, _| answer(403, &[], body)),
        "what answers there lets nobody in (status 403): not from this network"
    );
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

/// Asks for two images and the counter, and returns what was asked after the first image was.
#[track_caller]
fn asked_after(answers: impl Fn(&str) -> Response + Send + Sync + 'static) -> usize {
    let case = Case::new().of("a", Some("1")).of("b", Some("1"));
    let counter = Subject { repository: String::from("c"), reference: Some(String::from("1")) };
    let case = Case { counter: Some(counter), ..case };
    let (report, asked) = case.ask(with_pairs(answers));
    assert_eq!(report.repositories[0].pull, report.repositories[1].pull);
    assert!(matches!(report.repositories[0].pull, Pull::Unknown(_)));
    asked.len() - asked.iter().position(|line| line.starts_with("HEAD")).unwrap() - 1
}

#[test]
fn a_registry_that_is_to_be_left_alone_is_left_alone() {
    let wait: Headers<'_> = &[("Retry-After", "3600")];
    assert_eq!(asked_after(|_| answer(429, wait, "")), 0);
    assert_eq!(asked_after(|_| answer(503, wait, "")), 0);
    // Three times, as it does not say how long.
    assert_eq!(asked_after(|_| plain(429)), 2);
    assert_eq!(asked_after(|_| plain(0)), 0);
}

#[test]
fn a_registry_that_is_to_be_left_alone_is_not_written_to() {
    let case = Case::new().of("a", Some("1")).of("b", Some("1"));
    let (report, asked) = case.ask(with_pairs(|line| match line {
        line if line.starts_with("HEAD") => plain(200),
        _ => answer(429, &[("Retry-After", "3600")], ""),
    }));
    assert_eq!(report.repositories[0].more, More::Unknown { status: None });
    assert!(matches!(report.repositories[1].pull, Pull::Unknown(Fault::TooMany { .. })));
    assert!(asked.last().unwrap().starts_with("POST https://reg.corp/v2/a/"), "{asked:?}");
}

#[test]
fn what_another_host_says_is_no_reason_to_leave_the_registry_alone() {
    let case = Case::new().of("a", Some("1")).of("b", Some("1"));
    let (report, _) = case.ask(|line, shown| match line {
        line if line.contains("/v2/a/") && shown.is_some() => {
            answer(307, &[("Location", "https://far.corp/a")], "")
        }
        line if line.contains("far.corp") => plain(0),
        line if line.contains("/v2/b/") && shown.is_some() => plain(200),
        line => with_pairs(|_| plain(200))(line, shown),
    });
    let Pull::Unknown(fault) = &report.repositories[0].pull else { panic!("{report:?}") };
    let said = "the host `far.corp`, to which the registry sends, gives no answer: the connection was refused";
    assert_eq!(fault.to_string(), said);
    assert_eq!(report.repositories[1].pull, Pull::Allowed);
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
fn a_token_for_nothing_may_open_nothing_where_repositories_are_asked_for() {
    let answers = |line: &str, shown: Option<&str>| match shown {
        _ if line.contains("token?") => answer(200, &[], r#"{"token":"x"}"#),
        Some("Bearer x") if line.contains("/app/") => plain(200),
        _ => answer(401, &[BEARER], ""),
    };
    let (report, _) = Case::new().of("app", None).read_only().ask(answers);
    assert_eq!((report.fault, &report.repositories[0].pull), (None, &Pull::Allowed));
}

#[test]
fn the_clock_of_the_registry_is_compared() {
    let date = ("Date", "Sun, 06 Nov 1994 08:51:37 GMT");
    let (report, _) = Case::new().anonymous().ask(move |_, _| answer(200, &[date], ""));
    assert_eq!(report.skew, Some(120));
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
fn nobody_needs_no_credential() {
    let case = Case::new().anonymous().of("app", None).read_only();
    let (report, asked) = case.ask(with_tokens("opaque", |_| plain(200)));
    assert_eq!(report.repositories[0].pull, Pull::Allowed);
    assert!(asked.iter().all(|line| !line.contains("Basic") && !line.contains("account")));
}
