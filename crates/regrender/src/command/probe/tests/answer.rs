//! Answers after which a registry is not asked any further, and those that only deserve a warning.

use insta::assert_snapshot;

use super::{NOW_IN_HTTP, always, answered, with_token_server};
use crate::http::scripted::Answer;

#[test]
fn what_is_no_registry_is_told() {
    assert_snapshot!(answered(&always(404, &[], "")), @"
    corp (127.0.0.1:CORP): fails
      error: what answers there is not a registry (status 404)
        help: check `host` of registry `corp`: it is what stands before the first slash of its images
    --- status 3
    ");
}

#[test]
fn what_lets_nobody_in_is_told() {
    assert_snapshot!(answered(&always(403, &[], r#"{"message":"not from this network"}"#)), @"
    corp (127.0.0.1:CORP): fails
      error: what answers there lets nobody in (status 403): not from this network
        help: see whether it lets in certain networks alone, or a proxy forbids it; and check `host` of registry `corp`
    --- status 3
    ");
}

#[test]
fn a_challenge_that_nobody_knows_is_told() {
    assert_snapshot!(answered(&always(401, &[("WWW-Authenticate", "Negotiate")], "")), @"
    corp (127.0.0.1:CORP): fails
      error: the registry wants to see `negotiate`, and neither `Basic` nor `Bearer`
        help: have the registry ask as runtimes expect it to: they know `Basic` and `Bearer`
    --- status 3
    ");
}

#[test]
fn too_many_questions_are_told() {
    assert_snapshot!(answered(&always(429, &[("Retry-After", "3600")], "")), @"
    corp (127.0.0.1:CORP): fails
      error: the registry is asked too often; it asks for a pause of 3600 s
        help: try again later
    --- status 3
    ");
}

#[test]
fn a_registry_that_cannot_answer_is_told() {
    assert_snapshot!(answered(&always(503, &[("Retry-After", "3600")], r#"{"message":"maintenance"}"#)), @"
    corp (127.0.0.1:CORP): fails
      error: the registry cannot answer (status 503): maintenance; it asks for a pause of 3600 s
        help: try again later
    --- status 3
    ");
}

#[test]
fn a_body_that_never_ends_is_told() {
    assert_snapshot!(with_token_server(Answer::Endless), @"
    corp (127.0.0.1:CORP): fails
      tokens are made by 127.0.0.1:TOKENS
      error: the token server `127.0.0.1:TOKENS` gives no answer: the answer is longer than 1 MiB
        help: ask those who run it; nodes get the same answer
    --- status 3
    ");
}

#[test]
fn a_token_server_that_answers_rubbish_is_told() {
    assert_snapshot!(with_token_server(Answer::new(200, &[], "<html>")), @"
    corp (127.0.0.1:CORP): fails
      tokens are made by 127.0.0.1:TOKENS
      error: the token server `127.0.0.1:TOKENS` answers without a token
        help: ask those who run it; nodes get the same answer
    --- status 3
    ");
}

#[test]
fn a_redirect_loop_is_told() {
    assert_snapshot!(answered(&always(302, &[("Location", "/v2/")], "")), @"
    corp (127.0.0.1:CORP): fails
      error: the registry sends from one place to the next without end
        help: ask those who run it; nodes get the same answer
    --- status 3
    ");
}

#[test]
fn a_clock_that_is_off_is_told() {
    assert_snapshot!(answered(&always(200, &[("Date", "Sat, 21 Nov 2026 06:18:05 GMT")], "{}")), @"
    corp (127.0.0.1:CORP): works
      warning: it lets everybody in and looked at no credential
      warning: its clock is 10 min ahead of the one here; tokens fail where clocks differ
        help: set the clock that is wrong
      no repository was asked for; `repositories`, `--repository` and `--from-audit` name some
    --- status 0
    ");
    let right = answered(&always(200, &[("Date", NOW_IN_HTTP)], "{}"));
    assert!(!right.contains("clock"), "{right}");
}
