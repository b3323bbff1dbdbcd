//! JSON operations: which are followed, and what is undetermined after the others.

use regrender_audit::Workload;

use super::merge::WEB;
use super::repository::{images, read};

/// A pod that also mounts an image.
const MOUNTING: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  \
    containers: [{name: c, image: a.io/c}]\n  volumes: [{name: v, image: {reference: v.io/v}}]\n";

/// A custom resource whose only image is in no list.
const SINGLE: &str = "apiVersion: example.io/v1\nkind: Custom\nmetadata: {name: c}\n\
    spec: {image: a.io/a, size: 1}\n";

/// One with a list of one container, and one with a list of two.
const ONE: &str = "apiVersion: example.io/v1\nkind: Custom\nmetadata: {name: c}\n\
    spec: {containers: [{name: c, image: b.io/b}]}\n";
const TWO: &str = "apiVersion: example.io/v1\nkind: Custom\nmetadata: {name: c}\n\
    spec: {containers: [{name: c, image: b.io/b}, {name: d, image: d.io/d}]}\n";

/// The object after one operation.
#[track_caller]
fn after(object: &str, operation: &str) -> Workload {
    let kustomization = format!(
        "resources: [o.yaml]\npatches:\n- target: {{kind: '.*'}}\n  patch: |\n    - {{{operation}}}\n"
    );
    let inventory = read(&[("kustomization.yaml", &kustomization), ("o.yaml", object)]);
    let mut found = inventory.workloads();
    let workload = found.next().expect("there is one");
    assert!(found.next().is_none(), "there is only one");
    workload.clone()
}

/// Lists `role container image`.
fn containers(workload: &Workload) -> Vec<String> {
    let images = workload.images.iter();
    images.map(|one| format!("{} {} {}", one.role.name(), one.container, one.image)).collect()
}

/// Checks whether an operation is followed; what is not makes the images undetermined.
#[track_caller]
fn check(object: &str, operation: &str, is_followed: bool) {
    let found = after(object, operation);
    let followed: Vec<bool> = found.renderings.iter().map(|one| one.doubt.is_none()).collect();
    assert_eq!(followed, [is_followed], "{operation}");
}

/// kustomize refuses a position that is not there.
#[test]
fn a_position_that_is_not_there_changes_nothing() {
    let unchanged =
        ["init app init.io/app", "container app main.io/app", "container side main.io/side"];
    for list in ["containers", "initContainers"] {
        for operation in ["op: remove", "op: replace, value: {name: x, image: x.io/x}"] {
            let operation = format!("{operation}, path: /spec/template/spec/{list}/7");
            assert_eq!(containers(&after(WEB, &operation)), unchanged, "{operation}");
        }
        for member in ["image", "name"] {
            let operation =
                format!("op: replace, path: /spec/template/spec/{list}/7/{member}, value: x");
            assert_eq!(containers(&after(WEB, &operation)), unchanged, "{operation}");
        }
    }
}

#[test]
fn a_whole_list_of_containers_comes_in_its_order() {
    let found = after(
        WEB,
        "op: replace, path: /spec/template/spec/containers, \
         value: [{name: x, image: x.io/x}, {name: y, image: y.io/y}]",
    );
    let expected = ["init app init.io/app", "container x x.io/x", "container y y.io/y"];
    assert_eq!(containers(&found), expected);
}

#[test]
fn a_volume_that_is_added_may_hold_an_image() {
    for (path, value) in [
        ("/spec/volumes/-", "{name: w, image: {reference: w.io/w}}"),
        ("/spec/volumes", "[{name: w, image: {reference: w.io/w}}, {name: x, emptyDir: {}}]"),
    ] {
        let found = after(MOUNTING, &format!("op: add, path: {path}, value: {value}"));
        let found = containers(&found);
        assert!(found.contains(&"volume w w.io/w".to_owned()), "{found:?}");
    }
}

/// RFC 6902, section 4.1: what is there already is replaced.
#[test]
fn a_whole_list_of_volumes_takes_the_place_of_the_old_one() {
    for (operation, expected) in [
        ("op: add, value: [{name: w, image: {reference: w.io/w}}]", vec!["volume w w.io/w"]),
        ("op: replace, value: [{name: x, emptyDir: {}}]", vec![]),
        ("op: remove", vec![]),
    ] {
        let found = containers(&after(MOUNTING, &format!("{operation}, path: /spec/volumes")));
        assert_eq!(found, [vec!["container c a.io/c"], expected].concat(), "{operation}");
    }
    let mounting =
        ONE.replace("spec: {", "spec: {volumes: [{name: v, image: {reference: v.io/v}}], ");
    for (object, is_followed) in [(ONE, true), (&*mounting, false)] {
        check(object, "op: add, path: /spec/volumes, value: [{name: w}]", is_followed);
    }
}

#[test]
fn operations_on_a_pod_are_followed_unless_they_take_more_than_a_field() {
    let pod = "/spec/template/spec";
    check(WEB, &format!("op: replace, path: {pod}/containers/0/image, value: x"), true);
    check(WEB, &format!("op: replace, path: {pod}/containers/0, value: {{name: x}}"), false);
    check(WEB, "op: remove, path: /spec/template", false);
    check(WEB, "op: replace, path: '', value: {}", false);
    check(WEB, &format!("op: remove, path: {pod}/volumes"), true);
    check(MOUNTING, "op: remove, path: /spec/volumes/0", false);
    check(MOUNTING, "op: replace, path: /spec/volumes/0/image/reference, value: x", false);
    check(WEB, &format!("op: add, path: {pod}/volumes/0/image/reference, value: x"), true);
    check(MOUNTING, "op: remove, path: /spec/tolerations", true);
    check(WEB, "op: copy, from: /spec/other, path: /spec/template", false);
    check(WEB, "op: copy, from: /metadata/name, path: /metadata/labels/name", true);
    check(WEB, "op: test, path: /spec/template, value: {}", true);
}

#[test]
fn a_path_beside_the_image_of_a_custom_resource_is_followed() {
    check(SINGLE, "op: replace, path: /spec/image, value: x", true);
    check(SINGLE, "op: remove, path: /spec/other", true);
    check(SINGLE, "op: remove, path: /spec/im", true);
    check(SINGLE, "op: remove, path: /metadata/annotations/x", true);
    check(ONE, "op: remove, path: /metadata/annotations/x", true);
    check(ONE, "op: remove, path: /metadata/ownerReferences/0/uid", true);
    check(SINGLE, "op: remove, path: /spec/image", false);
    check(SINGLE, "op: remove, path: /spec", false);
    check(SINGLE, "op: replace, path: '', value: {}", false);
    // It may be the one that is there, by another name.
    check(SINGLE, "op: add, path: /spec/other/image, value: x", false);
    check(ONE, "op: move, from: /spec/old, path: /spec/new", false);
}

/// Which list is meant is known where there is only one container.
#[test]
fn the_only_container_of_a_custom_resource_gets_its_image() {
    let image = |position: usize| {
        format!("op: replace, path: /spec/containers/{position}/image, value: x.io/x")
    };
    check(ONE, &image(0), true);
    assert_eq!(containers(&after(ONE, &image(0))), ["container c x.io/x"]);
    let inner =
        ONE.replace("spec: {containers", "spec: {parts: {containers").replace("}]}", "}]}}");
    check(&inner, "op: replace, path: /spec/parts/containers/0/image, value: x.io/x", true);
    check(ONE, &image(1), false);
    check(TWO, &image(0), false);
    check(ONE, "op: replace, path: /spec/containers/0, value: {name: c, image: x}", false);
    check(ONE, "op: remove, path: /spec/containers/0", false);
    // It may be taken out of another list.
    let found = after(ONE, "op: remove, path: /spec/containers/0");
    assert_eq!(containers(&found), ["container c b.io/b"]);
}

/// What is found where a base lies in another repository: by name, and with its images.
fn unseen(patches: &str) -> Vec<String> {
    let kustomization = format!("resources: ['https://github.com/acme/base?ref=v1']\n{patches}");
    let inventory = read(&[("kustomization.yaml", &kustomization)]);
    let line = |one: &Workload| {
        assert!(one.renderings.iter().all(|one| one.doubt.is_none()), "{patches}");
        let mut images: Vec<&str> = one.images.iter().map(|one| &*one.image).collect();
        images.sort_unstable();
        format!("{} {}: {}", one.kind, one.name, images.join(", "))
    };
    inventory.workloads().map(line).collect()
}

fn patch(kind: &str, name: &str, operation: &str) -> String {
    format!("- target: {{kind: {kind}, name: {name}}}\n  patch: |\n    - {{{operation}}}\n")
}

#[test]
fn an_operation_that_brings_an_image_tells_of_an_object_elsewhere() {
    let pod = "/spec/template/spec";
    for (kind, operation, expected) in [
        (
            "Deployment",
            &*format!("op: replace, path: {pod}/containers/0, value: {{name: c, image: x.io/x}}"),
            &["Deployment o: x.io/x"][..],
        ),
        ("Custom", "op: replace, path: /spec/image, value: x.io/x", &["Custom o: x.io/x"]),
        (
            "Custom",
            "op: replace, path: /spec/containers/0/image, value: x.io/x",
            &["Custom o: x.io/x"],
        ),
        (
            "Deployment",
            &*format!("op: add, path: {pod}/imagePullSecrets/-, value: {{name: p}}"),
            &[],
        ),
        ("Deployment", "op: replace, path: /metadata/name, value: x", &[]),
    ] {
        let patches = format!("patches:\n{}", patch(kind, "o", operation));
        assert_eq!(unseen(&patches), expected, "{operation}");
    }
}

/// A custom resource that names no image is not kept, and a patch may choose it by its kind alone.
#[test]
fn an_image_that_a_patch_brings_to_a_custom_resource_here_is_told() {
    let custom = "apiVersion: e.org/v1\nkind: Custom\nmetadata: {name: o}\nspec: {size: 1}\n";
    for (target, expected) in [
        ("{kind: Custom}", &["container spec.image x.io/x"][..]),
        ("{kind: Custom, name: o}", &["container spec.image x.io/x"]),
        ("{kind: Custom, labelSelector: a=b}", &[]),
        ("{kind: Deployment}", &[]),
    ] {
        let kustomization = format!(
            "resources: [o.yaml]\npatches:\n- target: {target}\n  \
             patch: '[{{op: add, path: /spec/image, value: x.io/x}}]'\n"
        );
        let found = images(&[("kustomization.yaml", &*kustomization), ("o.yaml", custom)]);
        assert_eq!(found, expected, "{target}");
    }
}

#[test]
fn an_object_elsewhere_is_told_once_with_the_images_of_all_patches() {
    let image = |list: &str, image: &str| {
        format!("op: replace, path: /spec/template/spec/{list}/0/image, value: {image}")
    };
    let patches = format!(
        "patches:\n{}{}{}",
        patch("Deployment", "web", &image("containers", "main.io/x")),
        patch("Deployment", "web", &image("initContainers", "init.io/x")),
        patch("Deployment", "other", &image("containers", "other.io/x")),
    );
    let expected = ["Deployment web: init.io/x, main.io/x", "Deployment other: other.io/x"];
    assert_eq!(unseen(&patches), expected);
}
