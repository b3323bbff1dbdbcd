//! The Applications that an `ApplicationSet` makes of what the repository says.

mod file;
mod limit;
mod merge;
mod selector;

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
        for (path, text) in case["input"]["files"].as_object().into_iter().flatten() {
            files.push((path.clone(), text.as_str().unwrap()));
        }
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
const OF_FILES: &str = "{git: {repoURL: 'https://git.example.com/fleet.git', revision: HEAD, files: [{path: 'apps/**/config.json'}]}}";
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
    let list = "{list: {elements: [{app: one, values: {ns: x}}, {app: two, values: {ns: m}}]}}";
    let spec = "{source: {path: 'apps/{{app}}'}, destination: {namespace: '{{values.ns}}'}}";
    let expected = ["one x", "two m"];
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
    let patch = "templatePatch: 'spec: {destination: {namespace: other}}',";
    check(&set(patch, FOLDERS, OF_FOLDER), &open);
    for change in ["selector: {matchLabels: {'a b': c}}, git", "plugin: {}, scmProvider"] {
        check(&set("", &FOLDERS.replacen("git", change, 1), OF_FOLDER), &open);
    }
    let with_template =
        FOLDERS.replace("directories", "template: {spec: {}, metadata: {name: y}}, directories");
    check(&set("", &with_template, OF_FOLDER), &open);
    let elsewhere = FOLDERS.replace("apps/*", "other/*");
    check(&set("", &elsewhere, OF_FOLDER), &open);
}

#[test]
fn a_patch_that_changes_nothing_that_counts_is_passed_over() {
    let patch = "templatePatch: \"{{- if eq .path.basename 'one' }}\\nspec: {syncPolicy: {automated: {}}}\\n{{- end }}\",";
    check(&set(patch, FOLDERS, OF_FOLDER), &["one one", "two two"]);
}

#[test]
fn what_argo_cd_refuses_stays_open() {
    let open: [&str; 0] = [];
    let merge = format!("{{merge: {{mergeKeys: [path], generators: [{FOLDERS}]}}}}");
    check(&set("", &merge, OF_FOLDER), &open);
    let spec = "{source: {path: apps/one}, destination: {namespace: '{{a}}'}}";
    for element in ["{a: x, values: text}", "{a: x, more: {b: c}}"] {
        check(&set("", &format!("{{list: {{elements: [{element}]}}}}"), spec), &["one {{a}}"]);
    }
}

#[test]
fn values_of_lists_are_tables_and_those_of_other_generators_are_texts() {
    let list = |values: &str| format!("{{list: {{elements: [{{id: a, values: {values}}}]}}}}");
    let joined = |one: &str, other: &str| {
        let namespace = "{{ .values.a }}-{{ .values.b }}";
        let spec =
            format!("{{source: {{path: apps/one}}, destination: {{namespace: '{namespace}'}}}}");
        let matrix = format!("{{matrix: {{generators: [{one}, {other}]}}}}");
        let set = set(GO, &matrix, &spec);
        let found = workloads(&[("argocd/set.yaml", &set), ("apps/one/web.yaml", WEB)]);
        found.first().map(|one| one.replace("/web [] -", "")).unwrap_or_default()
    };
    let folder = "{git: {directories: [{path: apps/*}], values: {b: y-z}}}";
    assert_eq!(joined(&list("{a: x}"), &list("{b: z}")), "x-z");
    assert_eq!(joined(folder, &list("{a: x}")), "x-y-z");
    // Argo CD fails on this one.
    assert_eq!(joined(&list("{a: x}"), folder), "{{ .values.a }}-{{ .values.b }}");
    let check_go = |generator: &str, namespace: &str, expected: &str| {
        let go =
            format!("{{source: {{path: apps/one}}, destination: {{namespace: '{namespace}'}}}}");
        check(&set(GO, generator, &go), &[expected]);
    };
    let has = "{{ if hasKey .values \"a\" }}{{ .values.a }}{{ else }}none{{ end }}";
    check_go(&list("{a: x}"), has, "one x");
    check_go(folder, has, &format!("one {has}"));
    let index = "i{{ index .values \"b\" }}{{ index .values \"c\" }}";
    check_go(folder, index, "one iy-z");
    check_go(&list("{b: x}"), index, "one ix{{ index .values \"c\" }}");
}

#[test]
fn choices_and_functions_that_are_not_known_stay_open() {
    let check_open = |namespace: &str, expected: &str| {
        let go =
            format!("{{source: {{path: apps/two}}, destination: {{namespace: '{namespace}'}}}}");
        check(&set(GO, OF_FILES, &go), &[&*format!("two {expected}")]);
    };
    for open in [
        "{{ .namespace | sha256sum }}",
        "{{ if sha256sum .namespace }}a{{ end }}",
        "{{ range .list }}a{{ end }}{{ .namespace }}",
        "{{ if .namespace }}a",
        "{{ .namespace }}{{ end }}",
        "{{ $x := .namespace }}",
        "{{ .namespace.deeper }}",
        "{{ index .path.segments 7 }}",
        "{{ printf \"%d\" .namespace }}",
        "{{ (.namespace }}",
        "{{ .namespace .path }}",
    ] {
        check_open(open, open);
    }
    check_open("{{ sha256sum .a }}-{{ .namespace }}", "{{ sha256sum .a }}-x");
    // What depends on nothing of that is known all the same.
    check_open("{{ if or .namespace (sha256sum .a) }}a{{ end }}", "a");
    let nested = |depth: usize| {
        format!("{}a{}", "{{ if .namespace }}".repeat(depth), "{{ end }}".repeat(depth))
    };
    check_open(&nested(8), "a");
    check_open(&nested(9), &nested(9));
    let deep =
        |depth: usize| format!("{{{{ {}.namespace{} }}}}", "(".repeat(depth), ")".repeat(depth));
    check_open(&deep(8), "x");
    check_open(&deep(9), &deep(9));
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
fn what_says_nothing_changes_nothing() {
    for nothing in ["selector: ~, git", "selector: {}, git"] {
        let generator = FOLDERS.replacen("git", nothing, 1);
        check(&set("", &generator, OF_FOLDER), &["one one", "two two"]);
    }
    for nothing in ["template: ~", "template: {}"] {
        let generator = FOLDERS.replace("directories", &format!("{nothing}, directories"));
        check(&set("", &generator, OF_FOLDER), &["one one", "two two"]);
    }
    let open: [&str; 0] = [];
    let generator = FOLDERS.replace("directories", "template: {metadata: {name: x}}, directories");
    check(&set("", &generator, OF_FOLDER), &open);
}

/// One whose answers are elsewhere: each may say anything.
const PLUGIN: &str = "{plugin: {configMapRef: {name: x}}}";

/// Makes a specification with a namespace.
fn in_namespace(namespace: &str) -> String {
    format!("{{source: {{path: apps/one}}, destination: {{namespace: '{namespace}'}}}}")
}

#[test]
fn what_may_be_said_elsewhere_is_not_taken_for_nothing() {
    let spec = in_namespace("{{ if .a }}b{{ else }}c{{ end }}");
    let open = "one {{ if .a }}b{{ else }}c{{ end }}";
    check(&set(GO, "{list: {elements: [{app: one}]}}", &spec), &["one c"]);
    check(&set(GO, PLUGIN, &spec), &[open]);
    let list = "{list: {elements: [{app: one}]}}";
    for pair in [[PLUGIN, list], [list, PLUGIN]] {
        let matrix = format!("{{matrix: {{generators: [{}]}}}}", pair.join(", "));
        check(&set(GO, &matrix, &spec), &[open]);
        for pair in [[&*matrix, list], [list, &matrix]] {
            let generators = pair.join(", ");
            let merge = format!("{{merge: {{mergeKeys: [app], generators: [{generators}]}}}}");
            check(&set(GO, &merge, &spec), &[open]);
        }
    }
}

/// In a matrix, the answers of one generator are filled into all that the next one says.
#[test]
fn tables_and_lists_of_an_element_are_filled_in_too() {
    let next = "{list: {elements: [{b: {c: '{{ .a }}'}, d: ['{{ .a }}-e']}]}}";
    let matrix =
        format!("{{matrix: {{generators: [{{list: {{elements: [{{a: x}}]}}}}, {next}]}}}}");
    check(&set(GO, &matrix, &in_namespace("{{ .b.c }}-{{ index .d 0 }}")), &["one x-x-e"]);
}

/// Kubernetes makes `true` of a key `yes` that is in no quotes.
#[test]
fn a_key_that_go_spells_otherwise_leaves_it_open() {
    let list = |key: &str| format!("{{list: {{elements: [{{{key}: x, z: w}}]}}}}");
    check(&set("", &list("1"), &in_namespace("{{1}}-{{z}}")), &["one x-w"]);
    check(&set("", &list("yes"), &in_namespace("{{yes}}-{{z}}")), &["one {{yes}}-{{z}}"]);
}
