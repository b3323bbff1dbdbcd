//! How much an `ApplicationSet` may make.

use super::merge::of_clusters;
use super::{FOLDERS, check, set};
use crate::repository::{WEB, read};

#[test]
fn no_text_grows_beyond_measure() {
    let filled = |length: usize| {
        let value = "x".repeat(length);
        let list = format!("{{list: {{elements: [{{a: {value}}}]}}}}");
        let spec = "{source: {path: apps/one}, destination: {namespace: '{{a}}{{a}}'}}";
        let set = set("", &list, spec);
        let inventory = read(&[("argocd/set.yaml", &set), ("apps/one/web.yaml", WEB)]);
        inventory.workloads().next().unwrap().namespace.clone().unwrap()
    };
    assert_eq!(filled(2048).len(), 4096);
    assert_eq!(filled(2049), "{{a}}{{a}}");
}

#[test]
fn a_thousand_applications_are_not_too_many() {
    let list = |name: &str, count: usize| {
        let elements: Vec<String> =
            (0..count).map(|number| format!("{{{name}: n{number}}}")).collect();
        format!("{{list: {{elements: [{}]}}}}", elements.join(", "))
    };
    // Counts the folders with a Deployment that get a namespace.
    let made = |generator: &str, path: &str, folders: usize| {
        let spec = format!("{{source: {{path: 'apps/{path}'}}, destination: {{namespace: n}}}}");
        let mut files: Vec<(String, &str)> =
            (0..folders).map(|number| (format!("apps/n{number}/web.yaml"), WEB)).collect();
        let set = set("", generator, &spec);
        files.push((String::from("argocd/set.yaml"), &set));
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
        read(&files).workloads().filter(|one| one.namespace.is_some()).count()
    };
    assert_eq!(made(&list("a", 1000), "{{a}}", 1000), 1000);
    assert_eq!(made(&list("a", 1001), "{{a}}", 1001), 0);
    assert_eq!(made(FOLDERS, "{{path.basename}}", 1000), 1000);
    assert_eq!(made(FOLDERS, "{{path.basename}}", 1001), 0);
    let merge = |count: usize| {
        let lists = [list("a", count), list("a", 1)].join(", ");
        format!("{{merge: {{mergeKeys: [a], generators: [{lists}]}}}}")
    };
    assert_eq!(made(&merge(1000), "{{a}}", 1000), 1000);
    assert_eq!(made(&merge(1001), "{{a}}", 1001), 0);
    let matrix = |one: usize, other: usize| {
        let lists = [list("a", one), list("b", other)].join(", ");
        format!("{{matrix: {{generators: [{lists}]}}}}")
    };
    assert_eq!(made(&matrix(25, 40), "{{a}}", 25), 25);
    assert_eq!(made(&matrix(25, 41), "{{a}}", 25), 0);
}

#[test]
fn too_many_applications_are_one_that_is_open() {
    let elements: Vec<String> = (0..40).map(|number| format!("{{a: 'n{number}'}}")).collect();
    let list = format!("{{list: {{elements: [{}]}}}}", elements.join(", "));
    let matrix = format!("{{matrix: {{generators: [{list}, {list}]}}}}");
    let spec = "{source: {path: apps/one}, destination: {namespace: '{{a}}'}}";
    check(&set("", &matrix, spec), &["one {{a}}"]);
}

#[test]
fn a_merge_with_more_than_a_thousand_clusters_is_one_that_is_open() {
    let spec = "{source: {path: apps/one}, destination: {namespace: 'on-{{nameNormalized}}'}}";
    let elements: Vec<String> =
        (0..1000).map(|number| format!("{{nameNormalized: n{number}}}")).collect();
    let merge = |count: usize| of_clusters(&elements[..count].join(", "));
    let count = |count: usize| {
        let set = set("", &merge(count), spec);
        let inventory = read(&[("argocd/set.yaml", &*set), ("apps/one/web.yaml", WEB)]);
        inventory.workloads().map(|one| one.renderings.len()).sum::<usize>()
    };
    assert_eq!(count(20), 21);
    assert_eq!(count(1000), 1);
}
