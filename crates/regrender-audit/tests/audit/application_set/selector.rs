//! Which Applications the selectors of generators leave.

use super::{FOLDERS, GO, OF_FOLDER, PLUGIN, check, in_namespace, set};

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
