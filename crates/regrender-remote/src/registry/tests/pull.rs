//! Whether a repository can be pulled from, and how many pulls are left.

use super::*;

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
fn no_token_without_a_credential_is_a_denial() {
    let case = Case::new().anonymous().of("app", None).read_only();
    for status in [401, 403] {
        let (report, _) = case.ask(move |line, _| match line {
            line if line.contains("token") => plain(status),
            _ => answer(401, &[BEARER], ""),
        });
        assert_eq!(report.repositories[0].pull, Pull::Denied { status, said: None });
    }
}

#[test]
fn a_registry_that_cannot_be_asked_is_not_asked_for_more() {
    let case = Case::new().of("app", None);
    let (report, asked) = case.ask(with_tokens("opaque", |_| plain(500)));
    assert!(matches!(report.repositories[0].pull, Pull::Unknown(_)));
    assert_eq!(report.repositories[0].more, More::NotAsked);
    assert!(asked.iter().all(|line| !line.contains("push")), "{asked:?}");
}

#[test]
fn the_tag_that_is_listed_is_asked_for() {
    let case = Case::new().of("app", None).read_only();
    let tags = |line: &str, manifest: u16| match line {
        line if line.contains("tags/list") => answer(200, &[], r#"{"tags":["1.0","2.0"]}"#),
        _ => plain(manifest),
    };
    assert_eq!(pull(&case, move |line| tags(line, 200)), Pull::Allowed);
    // Who may list may not pull.
    let denied = Pull::Denied { status: 403, said: None };
    assert_eq!(pull(&case, move |line| tags(line, 403)), denied);
    let (_, asked) = case.ask(with_tokens("opaque", move |line| tags(line, 200)));
    let expected = "HEAD https://reg.corp/v2/app/manifests/1.0 [Bearer opaque]";
    assert!(asked.iter().any(|line| line == expected), "{asked:?}");
}

#[test]
fn in_an_empty_repository_it_is_enough_to_be_let_in() {
    let case = Case::new().of("app", None).read_only();
    for list in [r#"{"tags":[]}"#, r#"{"tags":null}"#, ""] {
        let tags = move |line: &str, manifest: u16| match line {
            line if line.contains("tags/list") => answer(200, &[], list),
            line if line.contains("manifests/sha256:0") => plain(manifest),
            _ => plain(500),
        };
        assert_eq!(pull(&case, move |line| tags(line, 404)), Pull::Allowed);
        let denied = Pull::Denied { status: 403, said: None };
        assert_eq!(pull(&case, move |line| tags(line, 403)), denied);
    }
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
