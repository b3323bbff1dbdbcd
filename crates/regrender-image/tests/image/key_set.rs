//! Which of many keys are for an image.

use regrender_image::{AuthKey, ImageReference, KeySet};

fn set(keys: &[&str]) -> KeySet {
    keys.iter().map(|key| AuthKey::parse(key).expect("it is a key")).collect()
}

#[track_caller]
fn check(keys: &[&str], image: &str, expected: &[usize]) {
    let (set, image) = (set(keys), ImageReference::parse(image).expect("it is an image"));
    assert_eq!(set.positions_for(&image), expected);
    assert_eq!(set.has_any_for(&image), !expected.is_empty());
}

#[test]
fn keys_of_the_host_and_of_patterns_are_found_in_their_order() {
    let keys = ["ghcr.io", "*.io", "quay.io/team/", "ghcr.io/acme/", "*.example"];
    check(&keys, "ghcr.io/acme/web", &[0, 1, 3]);
    check(&keys, "quay.io/team/web", &[1, 2]);
    check(&keys, "quay.io/other/web", &[1]);
    check(&keys, "registry.test/web", &[]);
}

#[test]
fn images_of_docker_hub_are_for_its_old_key_too() {
    let keys = ["https://index.docker.io/v1/", "docker.io/library/", "ghcr.io"];
    check(&keys, "nginx", &[0, 1]);
    check(&keys, "acme/web", &[0]);
    check(&["ghcr.io"], "nginx", &[]);
}

#[test]
fn a_set_of_nothing_is_for_no_image() {
    check(&[], "nginx", &[]);
    assert!(set(&[]).is_empty());
    assert!(!set(&["ghcr.io"]).is_empty());
}
