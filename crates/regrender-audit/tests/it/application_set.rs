//! The Applications that an `ApplicationSet` makes of what the repository says.

use regrender_audit::Workload;
use serde_json::json;

use super::repository::{WEB, images, read, workloads};
use super::vector::cases;

/// What Argo CD makes of an `ApplicationSet`, and what the audit does.
#[test]
fn argo_cd_makes_the_same_applications() {
    for case in cases("application-set.jsonl") {
        let folders = case["input"]["folders"].as_array().unwrap();
        let mut files: Vec<(String, &str)> = folders
            .iter()
            .map(|folder| (format!("{}/web.yaml", folder.as_str().unwrap()), WEB))
            .collect();
        files.push((String::from("argocd/set.yaml"), case["input"]["set"].as_str().unwrap()));
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
        let inventory = read(&files);
        let applied = |one: &Workload| -> Vec<[String; 2]> {
            let folder = one.place.file.trim_end_matches("/web.yaml").to_owned();
            let namespaces = one.renderings.iter().flat_map(|rendering| &rendering.namespace);
            namespaces.map(|namespace| [folder.clone(), namespace.clone()]).collect()
        };
        let mut found: Vec<[String; 2]> = inventory.workloads().flat_map(applied).collect();
        found.sort_unstable();
        assert_eq!(json!(found), case["expected"], "{}", case["id"]);
    }
}

/// An `ApplicationSet`; `options` are further members of its specification.
fn set(options: &str, generators: &str, spec: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\n\
         metadata: {{name: a, namespace: argocd}}\n\
         spec: {{{options} generators: [{generators}], template: {{metadata: {{name: x}}, spec: {spec}}}}}\n"
    )
}

const FOLDERS: &str = "{git: {repoURL: 'https://git.example.com/fleet.git', revision: HEAD, directories: [{path: 'apps/*'}]}}";
const OF_FOLDER: &str =
    "{source: {path: '{{path}}'}, destination: {namespace: '{{path.basename}}'}}";
const GO: &str = "goTemplate: true,";

/// Checks what the Deployments in the folders `one`, `two` and `.hidden` come to: `folder namespace`.
#[track_caller]
fn check(set: &str, expected: &[&str]) {
    let inventory = read(&[
        ("argocd/set.yaml", set),
        ("apps/one/web.yaml", WEB),
        ("apps/two/web.yaml", WEB),
        ("apps/.hidden/web.yaml", WEB),
        ("apps/two/config.json", "{\"namespace\": \"x\"}"),
    ]);
    let applied = |one: &Workload| -> Vec<String> {
        let folder = one.place.file.trim_start_matches("apps/").trim_end_matches("/web.yaml");
        let namespaces = one.renderings.iter().map(|rendering| rendering.namespace.as_deref());
        namespaces.map(|name| format!("{folder} {}", name.unwrap_or("?"))).collect()
    };
    let mut found: Vec<String> = inventory.workloads().flat_map(applied).collect();
    found.sort_unstable();
    assert_eq!(found, expected, "{set}");
}

#[test]
fn each_folder_is_an_application() {
    let expected = ["one one", "two two"];
    check(&set("", FOLDERS, OF_FOLDER), &expected);
    let of_folder = "{source: {path: '{{.path.path}}'}, destination: {namespace: '{{index .path.segments 1}}'}}";
    check(&set(GO, FOLDERS, of_folder), &expected);
    let with_prefix = FOLDERS.replace("directories", "pathParamPrefix: app, directories");
    let of_folder = OF_FOLDER.replace("path.", "app.path.").replace("{{path", "{{app.path");
    check(&set("", &with_prefix, &of_folder), &expected);
}

#[test]
fn a_folder_may_be_left_out() {
    let generator = FOLDERS.replace("}]", "}, {path: apps/two, exclude: true}]");
    check(&set("", &generator, OF_FOLDER), &["one one"]);
}

#[test]
fn values_are_made_of_what_is_known_of_a_folder() {
    let generator = FOLDERS.replace("directories", "values: {ns: 'team-{{path[1]}}'}, directories");
    let spec = OF_FOLDER.replace("{{path.basename}}", "{{values.ns}}");
    check(&set("", &generator, &spec), &["one team-one", "two team-two"]);
}

#[test]
fn each_element_of_a_list_is_an_application() {
    let list = "{list: {elements: [{app: one, values: {ns: n}}, {app: two, values: {ns: m}}]}}";
    let spec = "{source: {path: 'apps/{{app}}'}, destination: {namespace: '{{values.ns}}'}}";
    let expected = ["one n", "two m"];
    check(&set("", list, spec), &expected);
    check(&set(GO, list, &spec.replace("{{", "{{ .")), &expected);
}

#[test]
fn a_matrix_is_each_with_each() {
    let list = "{list: {elements: [{stage: test}, {stage: prod}]}}";
    let spec = OF_FOLDER.replace("{{path.basename}}", "{{path.basename}}-{{stage}}");
    let expected = ["one one-prod", "one one-test", "two two-prod", "two two-test"];
    let matrix = format!("{{matrix: {{generators: [{FOLDERS}, {list}]}}}}");
    check(&set("", &matrix, &spec), &expected);
    // One generator names folders by what the one before it has answered.
    let folders = FOLDERS.replace("apps/*", "apps/{{app}}");
    let apps = "{list: {elements: [{app: two}]}}";
    let matrix = format!("{{matrix: {{generators: [{apps}, {folders}]}}}}");
    check(&set("", &matrix, OF_FOLDER), &["two two"]);
}

#[test]
fn what_only_the_cluster_knows_stays_open() {
    let matrix = format!("{{matrix: {{generators: [{FOLDERS}, {{clusters: {{}}}}]}}}}");
    check(&set("", &matrix, OF_FOLDER), &["one one", "two two"]);
    let with_values = matrix.replace("clusters: {}", "clusters: {values: {stage: test}}");
    let spec = OF_FOLDER.replace("{{path.basename}}", "{{path.basename}}-{{values.stage}}");
    check(&set("", &with_values, &spec), &["one one-test", "two two-test"]);
    let spec = OF_FOLDER.replace("{{path.basename}}", "{{name}}");
    check(&set("", &matrix, &spec), &["one {{name}}", "two {{name}}"]);
}

#[test]
fn what_may_change_the_applications_leaves_them_open() {
    let open: [&str; 0] = [];
    check(&set("templatePatch: 'spec: {}',", FOLDERS, OF_FOLDER), &open);
    for change in ["selector: {matchLabels: {a: b}}, git", "plugin: {}, scmProvider"] {
        check(&set("", &FOLDERS.replacen("git", change, 1), OF_FOLDER), &open);
    }
    let with_template =
        FOLDERS.replace("directories", "template: {spec: {}, metadata: {name: y}}, directories");
    check(&set("", &with_template, OF_FOLDER), &open);
    let elsewhere = FOLDERS.replace("apps/*", "other/*");
    check(&set("", &elsewhere, OF_FOLDER), &open);
}

#[test]
fn files_tell_their_folder_and_what_is_in_them_stays_open() {
    let generator = FOLDERS
        .replace("directories: [{path: 'apps/*'}]", "files: [{path: 'apps/**/config.json'}]");
    let two = ["two two"];
    check(&set("", &generator, OF_FOLDER), &two);
    let spec = OF_FOLDER.replace("{{path.basename}}", "{{namespace}}");
    check(&set("", &generator, &spec), &["two {{namespace}}"]);
}

#[test]
fn names_and_images_are_filled_in_too() {
    let list = "{list: {elements: [{tag: '2', stage: test}]}}";
    let spec = "{source: {path: apps, kustomize: {namePrefix: '{{stage}}-', images: ['a.io/web=b.io/{{stage}}:{{tag}}']}}, destination: {namespace: n}}";
    let files = [("argocd/set.yaml", &*set("", list, spec)), ("apps/web.yaml", WEB)];
    assert_eq!(workloads(&files), ["n/test-web [] -"]);
    assert_eq!(images(&files), ["container app b.io/test:2"]);
}

#[test]
fn the_top_of_the_repository_may_lie_deeper() {
    let set = set("", FOLDERS, OF_FOLDER);
    let files = [("work/fleet/argocd/set.yaml", &*set), ("work/fleet/apps/one/web.yaml", WEB)];
    // What it applies is sought from the same folder.
    assert_eq!(workloads(&files), ["one/web [] -"]);
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
    let matrix = |one: usize, other: usize| {
        let lists = [list("a", one), list("b", other)].join(", ");
        format!("{{matrix: {{generators: [{lists}]}}}}")
    };
    assert_eq!(made(&matrix(25, 40), "{{a}}", 25), 25);
    assert_eq!(made(&matrix(25, 41), "{{a}}", 25), 0);
}

#[test]
fn what_says_nothing_changes_nothing() {
    for nothing in ["selector: ~, git", "selector: {}, git"] {
        let generator = FOLDERS.replacen("git", nothing, 1);
        check(&set("", &generator, OF_FOLDER), &["one one", "two two"]);
    }
}

#[test]
fn too_many_applications_are_one_that_is_open() {
    let elements: Vec<String> = (0..40).map(|number| format!("{{a: 'n{number}'}}")).collect();
    let list = format!("{{list: {{elements: [{}]}}}}", elements.join(", "));
    let matrix = format!("{{matrix: {{generators: [{list}, {list}]}}}}");
    let spec = "{source: {path: apps/one}, destination: {namespace: '{{a}}'}}";
    check(&set("", &matrix, spec), &["one {{a}}"]);
}
