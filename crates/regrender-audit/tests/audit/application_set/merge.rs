//! Applications that several generators say something of.

use super::{GO, check, set};

/// A `merge` of all clusters with a list of what is otherwise in some.
pub(super) fn of_clusters(elements: &str) -> String {
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
