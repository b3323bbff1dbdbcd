//! The Applications that an `ApplicationSet` makes of what the repository says.

use regrender_audit::{Inventory, Workload, read_file};
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
fn a_selector_takes_what_it_means() {
    let folders = FOLDERS.replacen("git", "selector: {matchLabels: {path.basename: one}}, git", 1);
    check(&set("", &folders, OF_FOLDER), &["one one"]);
    let expression = |rest: &str| {
        format!("selector: {{matchExpressions: [{{key: path.basename, {rest}}}]}}, git")
    };
    for (rest, expected) in [
        ("operator: In, values: [one, three]", "one one"),
        ("operator: NotIn, values: [two, three]", "one one"),
    ] {
        let folders = FOLDERS.replacen("git", &expression(rest), 1);
        check(&set("", &folders, OF_FOLDER), &[expected]);
    }
    let open: [&str; 0] = [];
    // Argo CD refuses these, and of what stays out nothing is made.
    for refused in ["operator: Gt, values: ['1']", "operator: In", "operator: Exists, values: [a]"]
    {
        let folders = FOLDERS.replacen("git", &expression(refused), 1);
        check(&set("", &folders, OF_FOLDER), &open);
    }
}

#[test]
fn a_selector_of_what_only_the_cluster_knows_leaves_it_open() {
    let of_matrix = |labels: &str, selected: &str| {
        let selector = format!("selector: {{matchLabels: {{{labels}}}}}");
        let inner = format!("matrix: {{generators: [{FOLDERS}, {{{selected}clusters: {{}}}}]}}");
        let outer = if selected.is_empty() { format!("{inner}, {selector}") } else { inner };
        format!("{{{}}}", outer.replace("SELECTOR", &selector))
    };
    let open: [&str; 0] = [];
    for labels in ["metadata.labels.stage: test", "name: a"] {
        check(&set("", &of_matrix(labels, ""), OF_FOLDER), &open);
        let of_folder =
            OF_FOLDER.replace("{{path", "{{.path").replace("{{.path}}", "{{.path.path}}");
        check(&set(GO, &of_matrix(labels, ""), &of_folder), &open);
        // Which clusters there are was open before.
        check(&set("", &of_matrix(labels, "SELECTOR, "), OF_FOLDER), &["one one", "two two"]);
    }
    let is_none = of_matrix("", "").replace(
        "matchLabels: {}",
        "matchExpressions: [{key: metadata.labels.stage, operator: NotIn, values: [x]}]",
    );
    check(&set("", &is_none, OF_FOLDER), &open);
    // A label that is there is not the whole.
    check(&set("", &of_matrix("path.basename: one", ""), OF_FOLDER), &["one one"]);
}

#[test]
fn a_selector_names_what_can_be_the_name_of_a_label() {
    let open: [&str; 0] = [];
    let selected = |key: &str, rest: &str| {
        let selector = format!("selector: {{matchExpressions: [{{key: '{key}', {rest}}}]}}, git");
        FOLDERS.replacen("git", &selector, 1)
    };
    let none_of = "operator: NotIn, values: [x]";
    check(&set("", &selected("other", none_of), OF_FOLDER), &["one one", "two two"]);
    let absent = selected("other", "operator: DoesNotExist");
    check(&set("", &absent, OF_FOLDER), &["one one", "two two"]);
    for refused in ["a-", "-a", "a b", &"a".repeat(64)] {
        check(&set("", &selected(refused, none_of), OF_FOLDER), &open);
    }
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

/// A `merge` of all clusters with a list of what is otherwise in some.
fn of_clusters(elements: &str) -> String {
    format!(
        "{{merge: {{mergeKeys: [nameNormalized], generators: [{{clusters: {{values: {{app: one}}}}}}, {{list: {{elements: [{elements}]}}}}]}}}}"
    )
}

#[test]
fn what_a_merge_says_of_a_cluster_is_said_of_one_that_is_there() {
    let spec = "{source: {path: 'apps/{{values.app}}'}, destination: {namespace: 'on-{{nameNormalized}}'}}";
    let open = "one on-{{nameNormalized}}";
    check(&set("", &of_clusters(""), spec), &[open]);
    let elements = "{nameNormalized: a, values.app: two}, {nameNormalized: b}";
    check(&set("", &of_clusters(elements), spec), &["one on-b", open, "two on-a"]);
    let go = spec.replace("{{", "{{ .");
    let elements = "{nameNormalized: a}, {nameNormalized: b}";
    let expected = ["one on-a", "one on-b", "one on-{{ .nameNormalized}}"];
    check(&set(GO, &of_clusters(elements), &go), &expected);
    // The same twice is refused, and so is a list of clusters over which nobody knows what comes.
    let twice = "{nameNormalized: a}, {nameNormalized: a}";
    let none: [&str; 0] = [];
    check(&set("", &of_clusters(twice), spec), &none);
    let over = of_clusters("").replace("list: {elements: []}", "clusters: {}");
    check(&set("", &over, spec), &none);
}

#[test]
fn a_merge_over_clusters_and_stages_fits_what_is_known() {
    let stages = "{list: {elements: [{stage: test}, {stage: prod}]}}";
    let matrix = format!("{{matrix: {{generators: [{{clusters: {{}}}}, {stages}]}}}}");
    let over = "{list: {elements: [{server: s, stage: prod, app: one}, {server: t, stage: test, app: two}, {server: t, stage: new, app: two}]}}";
    let more = "{list: {elements: [{server: s, stage: prod, more: '-x'}]}}";
    let merge = format!(
        "{{merge: {{mergeKeys: [server, stage], generators: [{matrix}, {over}, {more}]}}}}"
    );
    let spec = "{source: {path: 'apps/{{app}}'}, destination: {namespace: '{{server}}-{{stage}}{{more}}'}}";
    check(&set("", &merge, spec), &["one s-prod-x", "two t-test{{more}}"]);
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

/// A generator of `files`, with `OF_FILE` for what they say.
const OF_FILES: &str = "{git: {repoURL: 'https://git.example.com/fleet.git', revision: HEAD, files: [{path: 'apps/**/config.json'}]}}";
const OF_FILE: &str = "{source: {path: '{{path}}'}, destination: {namespace: '{{namespace}}'}}";

#[test]
fn files_tell_their_folder_and_what_is_in_them() {
    check(&set("", OF_FILES, OF_FOLDER), &["two two"]);
    check(&set("", OF_FILES, OF_FILE), &["two x"]);
    check(&set("", OF_FILES, &OF_FILE.replace("{{namespace}}", "{{other}}")), &["two {{other}}"]);
    let go = "{source: {path: '{{.path.path}}'}, destination: {namespace: '{{ default .namespace .other }}-a'}}";
    check(&set(GO, OF_FILES, go), &["two x-a"]);
    let strict = "goTemplate: true, goTemplateOptions: ['missingkey=error'],";
    let expected = ["two {{ default .namespace .other }}-a"];
    check(&set(strict, OF_FILES, go), &expected);
}

/// Lists `folder namespace` of what is applied where `config` is in a file next to each Deployment.
fn of_config(config: &str, namespace: &str) -> Vec<String> {
    let spec = OF_FILE.replace("{{namespace}}", namespace);
    let set = set("", OF_FILES, &spec);
    workloads(&[
        ("argocd/set.yaml", &set),
        ("apps/one/web.yaml", WEB),
        ("apps/one/config.json", config),
    ])
}

#[test]
fn a_file_that_argo_cd_refuses_leaves_all_open() {
    let ways = ["{{name}}", "{{path.basename}}"];
    let refused = ["text", "[{name: a}, text]", "{name: [", "[]"];
    for (way, config) in ways.iter().flat_map(|way| refused.map(|config| (way, config))) {
        assert_eq!(of_config(config, way), ["?/web [] -"], "{config}");
    }
    assert_eq!(of_config("{name: a}", "{{name}}"), ["a/web [] -"]);
    assert_eq!(of_config("name: a\n---\nname: [", "{{name}}"), ["a/web [] -"]);
    assert_eq!(of_config("", "{{path.basename}}"), ["one/web [] -"]);
}

#[test]
fn a_file_that_is_long_or_not_at_hand_tells_its_folder_alone() {
    let long = |length: usize| format!("{{name: a}}{}", " ".repeat(length - 9));
    assert_eq!(of_config(&long(64 * 1024), "{{name}}"), ["a/web [] -"]);
    assert_eq!(of_config(&long(64 * 1024 + 1), "{{name}}"), ["{{name}}/web [] -"]);
    // What an alias stands for counts each time.
    let repeated = |times: usize| {
        let aliases = vec!["*a"; times].join(", ");
        format!("name: a\na: &a [{}]\nb: [{aliases}]\n", vec!["x"; 100].join(", "))
    };
    assert_eq!(of_config(&repeated(10), "{{name}}"), ["a/web [] -"]);
    assert_eq!(of_config(&repeated(100), "{{name}}"), ["{{name}}/web [] -"]);
    let set =
        set("", OF_FILES, &OF_FILE.replace("{{namespace}}", "{{path.basename}}-{{namespace}}"));
    let files = [
        ("argocd/set.yaml", &*set),
        ("apps/two/web.yaml", WEB),
        ("apps/two/config.json", "{\"namespace\": \"x\"}"),
    ];
    let namespaces = |inventory: &Inventory| -> Vec<Option<String>> {
        inventory.workloads().map(|one| one.namespace.clone()).collect()
    };
    assert_eq!(namespaces(&read(&files)), [Some("two-x".to_owned())]);
    let facts = files.map(|(path, text)| read_file(path, text.as_bytes()));
    let unread = Inventory::from_facts(facts, &|_| None);
    assert_eq!(namespaces(&unread), [Some("two-{{namespace}}".to_owned())]);
}

#[test]
fn files_are_found_from_the_top_of_the_repository() {
    let set = set("", OF_FILES, OF_FILE);
    let files = [
        ("work/fleet/argocd/set.yaml", &*set),
        ("work/fleet/apps/one/web.yaml", WEB),
        ("./work/fleet/apps/one/config.json", "namespace: x"),
    ];
    assert_eq!(workloads(&files), ["x/web [] -"]);
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

#[test]
fn too_many_applications_are_one_that_is_open() {
    let elements: Vec<String> = (0..40).map(|number| format!("{{a: 'n{number}'}}")).collect();
    let list = format!("{{list: {{elements: [{}]}}}}", elements.join(", "));
    let matrix = format!("{{matrix: {{generators: [{list}, {list}]}}}}");
    let spec = "{source: {path: apps/one}, destination: {namespace: '{{a}}'}}";
    check(&set("", &matrix, spec), &["one {{a}}"]);
}

/// A file may hold a list, of which each table is an Application.
#[test]
fn each_table_in_a_list_of_a_file_is_an_application() {
    let repeated = |count: usize| format!("[{}]", vec!["{name: a}"; count].join(", "));
    assert_eq!(of_config("[{name: a}]", "{{name}}"), ["a/web [] -"]);
    assert_eq!(of_config(&repeated(1000), "{{name}}"), ["a/web [] -"]);
    assert_eq!(of_config(&repeated(1001), "{{name}}"), ["?/web [] -"]);
    let set =
        set("", OF_FILES, "{source: {path: '{{path}}'}, destination: {namespace: '{{name}}'}}");
    let files = [
        ("argocd/set.yaml", &*set),
        ("apps/one/web.yaml", WEB),
        ("apps/one/config.json", "[{\"name\": \"a\"}, null, {\"name\": \"b\"}]"),
    ];
    let inventory = read(&files);
    let trees = inventory.workloads().flat_map(|one| &one.renderings);
    let mut found: Vec<Option<&str>> = trees.map(|tree| tree.namespace.as_deref()).collect();
    found.sort_unstable();
    assert_eq!(found, [Some("a"), Some("b"), Some("{{name}}")]);
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

#[test]
fn a_selector_of_what_may_be_said_elsewhere_leaves_it_open() {
    let selected = |key: &str| {
        let selector = format!(
            "selector: {{matchExpressions: [{{key: {key}, operator: NotIn, values: [x]}}]}}"
        );
        let list = "{list: {elements: [{app: one}]}}";
        format!("{{matrix: {{generators: [{PLUGIN}, {list}]}}, {selector}}}")
    };
    for (options, namespace) in [("", "{{app}}"), (GO, "{{.app}}")] {
        let spec = in_namespace(namespace);
        check(&set(options, &selected("app"), &spec), &["one one"]);
        check(&set(options, &selected("team"), &spec), &[&*format!("one {namespace}")]);
    }
}

/// How far these are looked into in Go templates, versions of Argo CD differ.
#[test]
fn a_selector_looks_into_values_where_all_versions_do() {
    let by = |key: &str, generator: &str| {
        let selector = format!("selector: {{matchLabels: {{{key}: one}}}}");
        generator.replacen('{', &format!("{{{selector}, "), 1)
    };
    let of_folder = OF_FOLDER.replace("{{path", "{{.path").replace("{{.path}}", "{{.path.path}}");
    let open: [&str; 0] = [];
    let values = FOLDERS.replace("directories", "values: {a: '{{path.basename}}'}, directories");
    check(&set("", &by("values.a", &values), OF_FOLDER), &["one one"]);
    let values = values.replace("{{path", "{{.path");
    check(&set(GO, &by("values.a", &values), &of_folder), &open);
    check(&set(GO, &by("path.basename", &values), &of_folder), &["one one"]);
    check(&set(GO, &by("path.segments.1", FOLDERS), &of_folder), &open);
    let list = "{list: {elements: [{values: {a: one}}, {values: {a: two}}]}}";
    check(&set(GO, &by("values.a", list), &in_namespace("{{.values.a}}")), &["one one"]);
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
