//! What is told of each repository and image.

use insta::assert_snapshot;

use super::{Case, with_pairs};
use crate::http::scripted::Answer;

#[test]
fn repositories_that_cannot_be_pulled_from_say_why() {
    let server = with_pairs(|asked| match asked.target.as_str() {
        target if target.contains("/denied/") => Answer::new(
            403,
            &[],
            r#"{"errors":[{"code":"DENIED","message":"requested access is denied"}]}"#,
        ),
        target if target.contains("/missing/") => Answer::new(404, &[], ""),
        target if target.contains("/broken/") => Answer::new(501, &[], ""),
        _ => Answer::new(200, &[], "{}"),
    });
    let keys = "repositories = [\"denied\", \"missing\", \"broken\", \"good\"]";
    let case = Case::new().at("corp", &server, keys);
    assert_snapshot!(case.probe(&["--read-only"]), @"
    corp (127.0.0.1:CORP): fails
      error: denied: may not be pulled (status 403): requested access is denied
        help: let the account of registry `corp` pull from it, or use an account that may
      error: missing: not found: it does not exist, or is not shown to who asks
        help: check the name; registries hide what an account may not see, so it may be a matter of rights as well
      error: broken: the registry cannot answer (status 501)
        help: try again later
      good: can be pulled
    --- status 3
    ");
}

#[test]
fn a_registry_that_is_to_be_left_alone_is_told_for_each_repository() {
    let server = with_pairs(|asked| match asked.target.as_str() {
        target if target.contains("/busy/") => Answer::new(429, &[("Retry-After", "3600")], ""),
        _ => Answer::new(200, &[], "{}"),
    });
    let keys = "repositories = [\"good\", \"busy\", \"later\"]";
    let case = Case::new().at("corp", &server, keys);
    assert_snapshot!(case.probe(&["--read-only"]), @"
    corp (127.0.0.1:CORP): fails
      good: can be pulled
      error: busy: the registry is asked too often; it asks for a pause of 3600 s
        help: try again later
      error: later: the registry is asked too often; it asks for a pause of 3600 s
        help: try again later
    --- status 3
    ");
}

#[test]
fn an_image_that_is_not_there_is_told_apart() {
    let server = with_pairs(|asked| match asked.method.as_str() {
        "HEAD" if asked.target.ends_with("/1.0") => Answer::new(404, &[], ""),
        _ => Answer::new(200, &[], "{}"),
    });
    let host = server.authority();
    let manifest = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - {{name: a, \
         image: '{host}/apps/web:1.0'}}\n  - {{name: b, image: '{host}/apps/api:2.0'}}\n  - {{name: \
         c, image: 'elsewhere.example/x'}}\n"
    );
    let case = Case::new()
        .at("corp", &server, "repositories = [\"apps/web\", \"apps/other\"]")
        .file("deploy/pod.yaml", &manifest);
    assert_snapshot!(case.probe(&["--read-only", "--from-audit", "deploy"]), @"
    corp (127.0.0.1:CORP): fails
      apps/other: can be pulled
      apps/api:2.0: can be pulled
      error: apps/web:1.0: there is no such image; the repository is there
        help: push the image, or correct the manifests that name it
    --- status 3
    ");
    let case = case.file("deploy/old/pod.yaml", &manifest.replace("api:2.0", "old:2.0"));
    let asked = ["--read-only", "--from-audit", "deploy", "--exclude"];
    let told = |pattern| case.probe(&[&asked[..], &[pattern]].concat());
    assert!(!told("old").contains("apps/old:2.0"));
    assert!(told("nothing").contains("apps/old:2.0: can be pulled"));
    assert!(told("nothing").contains("warning: nothing here matches `--exclude nothing`"));
}
