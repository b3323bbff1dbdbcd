//! Whether more can be done than to pull.

use super::*;

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
    let is_write = |line: &String| line.starts_with("POST") || line.starts_with("DELETE");
    let writes = asked.into_iter().filter(is_write).collect();
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
fn a_credential_that_is_asked_for_only_to_push_is_shown_then() {
    let case = Case::new().of("app", None);
    let open = |refusal: Headers<'static>, status: u16| {
        move |line: &str, shown: Option<&str>| match (line, shown) {
            (line, _) if line.starts_with("GET") || line.starts_with("HEAD") => plain(200),
            (_, None) => answer(status, refusal, ""),
            (line, Some(PAIR)) if line.starts_with("POST") => {
                answer(202, &[("Location", UPLOAD)], "")
            }
            (line, _) if line.contains("uploads") => plain(204),
            _ => plain(403),
        }
    };
    let (report, asked) = case.ask(open(&[BASIC], 401));
    let actions = vec![String::from("push")];
    let can = More::Can { actions, how: How::Trial, is_upload_left: false };
    assert_eq!(report.repositories[0].more, can);
    assert!(asked.iter().all(|line| !line.starts_with("GET") || !line.contains('[')), "{asked:?}");
    // Nobody says how it is to be shown.
    for status in [401, 403] {
        let (report, asked) = case.ask(open(&[], status));
        assert_eq!(report.repositories[0].more, More::Unknown { status: Some(status) });
        assert!(asked.iter().all(|line| !line.contains('[')), "{asked:?}");
    }
    // There is none to show.
    let (report, _) = Case::new().anonymous().of("app", None).ask(open(&[BASIC], 401));
    assert_eq!(report.repositories[0].more, More::PullOnly(How::Trial));
}

/// What more can be done where a token is made only if all that is asked for is allowed.
fn all_or_nothing(allowed: &'static [&'static str]) -> More {
    let (report, _) = Case::new().of("app", None).ask(move |line, shown| match (line, shown) {
        (line, Some(PAIR)) if line.contains("auth.corp/token") => {
            let actions = line.split("app:").nth(1).and_then(|rest| rest.split('&').next());
            let mut actions = actions.into_iter().flat_map(|actions| actions.split(','));
            let is_allowed = actions.all(|action| action == "pull" || allowed.contains(&action));
            if is_allowed { answer(200, &[], r#"{"token":"opaque"}"#) } else { plain(403) }
        }
        (_, Some("Bearer opaque")) => match line {
            line if line.starts_with("POST") && allowed.contains(&"push") => plain(202),
            line if line.starts_with("POST") => plain(401),
            line if line.starts_with("DELETE") && allowed.contains(&"delete") => plain(404),
            line if line.starts_with("DELETE") => plain(401),
            _ => plain(200),
        },
        _ => answer(401, &[BEARER], ""),
    });
    report.repositories[0].more.clone()
}

#[test]
fn a_token_that_is_refused_for_all_is_asked_for_one_by_one() {
    assert_eq!(all_or_nothing(&[]), More::PullOnly(How::Token));
    for action in [&["push"], &["delete"]] {
        let More::Can { actions, .. } = all_or_nothing(action) else { panic!("{action:?}") };
        assert_eq!(actions, action);
    }
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
