//! Applications that are made of files in the repository.

use regrender_audit::{Base, Inventory, read_file};

use super::{GO, OF_FILES, OF_FOLDER, check, set};
use crate::repository::{WEB, read, workloads};

/// A generator of `files`, with `OF_FILE` for what they say.
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
    let unread = Inventory::from_facts(facts, &Base::default(), &|_| None);
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
