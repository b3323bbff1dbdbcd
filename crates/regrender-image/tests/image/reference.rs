//! Image strings, against distribution/reference and the kubelet.

use regrender_image::ImageReference;
use serde_json::Value;

use crate::vector::{cases, text};

#[test]
fn every_recorded_image_string_parses_as_it_did() {
    for case in cases("imageref.jsonl") {
        check(&case);
    }
}

#[track_caller]
fn check(case: &Value) {
    let id = text(case, "/id");
    let expected = &case["expected"];
    match ImageReference::parse(text(case, "/input/image")) {
        Ok(image) => {
            assert_eq!(expected["ok"], true, "{id}");
            let found = [
                image.domain().to_owned(),
                image.path().to_owned(),
                image.tag().unwrap_or_default().to_owned(),
                image.digest().unwrap_or_default().to_owned(),
                image.normalised(),
                image.repository(),
                image.effective_tag().unwrap_or_default().to_owned(),
            ];
            let wanted =
                ["/domain", "/path", "/tag", "/digest", "/string", "/k8s/repo", "/k8s/tag"]
                    .map(|pointer| text(expected, pointer));
            assert_eq!(found.each_ref().map(String::as_str), wanted, "{id}");
        }
        Err(error) => {
            assert_eq!(expected["ok"], false, "{id}: {error}");
            assert_eq!(error.name(), text(expected, "/error_class"), "{id}");
        }
    }
}
