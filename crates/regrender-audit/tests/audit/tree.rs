//! What the trees of a repository make of its objects: kustomizations, Flux, Argo CD, KSOPS.

use std::fmt::Write as _;

use regrender_audit::Inventory;

use super::repository::{WEB, addresses, read, workloads};

#[test]
fn what_ksops_opens_is_in_the_namespace_of_the_kustomization_that_lists_the_generator() {
    let sealed = "kind: Secret\nmetadata: {name: s}\nsops: {mac: x}\n";
    let generator = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: g}\nfiles: [../sealed/s.sops.yaml]\n";
    let files = [
        ("app/kustomization.yaml", "namespace: prod\ngenerators: [ksops.yaml]\n"),
        ("app/ksops.yaml", generator),
        ("sealed/s.sops.yaml", sealed),
        ("sealed/other.sops.yaml", sealed),
    ];
    let inventory = read(&files);
    let found: Vec<_> =
        inventory.secrets().map(|one| (&*one.place.file, one.namespace.as_deref())).collect();
    assert_eq!(found, [("sealed/other.sops.yaml", None), ("sealed/s.sops.yaml", Some("prod"))]);
}

#[test]
fn a_name_is_settled_where_every_tree_gives_the_same() {
    for (one, other, expected) in
        [("a-", "a-", "?/a-web"), ("a-", "b-", "?/web"), ("", "", "?/web")]
    {
        let tree = |namespace: &str, prefix: &str| {
            format!("namespace: {namespace}\nnamePrefix: '{prefix}'\nresources: [../base]\n")
        };
        let files = [
            ("base/kustomization.yaml", "resources: [web.yaml]\n"),
            ("base/web.yaml", WEB),
            ("dev/kustomization.yaml", &*tree("dev", one)),
            ("prod/kustomization.yaml", &*tree("prod", other)),
        ];
        assert_eq!(addresses(&files), [expected], "{one} {other}");
    }
}

/// `kubectl apply --namespace` refuses objects of another namespace, and gives its own to the rest.
#[test]
fn a_namespace_is_assumed_for_what_has_none() {
    let object = |kind: &str, metadata: &str| {
        format!(
            "---\napiVersion: v1\nkind: {kind}\nmetadata: {{{metadata}}}\nspec: {{containers: [{{image: x}}]}}\n"
        )
    };
    let mut text = String::new();
    for kind in ["Pod", "ServiceAccount", "Secret"] {
        text += &object(kind, "name: open");
        text += &object(kind, "name: own, namespace: own");
    }
    let mut inventory = read(&[
        ("a.yaml", &text),
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", WEB),
        ("dev/kustomization.yaml", "namespace: dev\nresources: [../base]\n"),
        ("prod/kustomization.yaml", "namespace: prod\nresources: [../base]\n"),
    ]);
    inventory.assume_namespace("n");
    let found = |one: &Option<String>| one.clone().unwrap_or_else(|| "?".to_owned());
    let pods: Vec<String> = inventory.workloads().map(|one| found(&one.namespace)).collect();
    // What two trees have in two namespaces is in neither of the others.
    assert_eq!(pods, ["n", "own", "?"]);
    let accounts: Vec<String> =
        inventory.service_accounts().map(|one| found(&one.namespace)).collect();
    assert_eq!(accounts, ["n", "own"]);
    let secrets: Vec<String> = inventory.secrets().map(|one| found(&one.namespace)).collect();
    assert_eq!(secrets, ["n", "own"]);
}

#[test]
fn what_could_not_be_opened_is_listed_with_the_rest() {
    let mut inventory = read(&[("b.yaml", "a: [\n")]);
    inventory.add_unreadable("c.yaml", "permission denied");
    inventory.add_unreadable("a.yaml", "is a socket");
    let files: Vec<&str> = inventory.unreadable().iter().map(|one| &*one.file).collect();
    assert_eq!(files, ["a.yaml", "b.yaml", "c.yaml"]);
    let last = inventory.unreadable().last().unwrap().reason.to_string();
    assert!(last.contains("permission denied"), "{last}");
}

/// kustomize refuses a cycle; here it is followed once around.
#[test]
fn components_that_list_each_other_act_once() {
    let files = [
        ("app/kustomization.yaml", "resources: [web.yaml]\ncomponents: [../a]\n"),
        ("app/web.yaml", WEB),
        ("a/kustomization.yaml", "kind: Component\nnamePrefix: a-\ncomponents: [../b]\n"),
        ("b/kustomization.yaml", "kind: Component\nnamePrefix: b-\ncomponents: [../a]\n"),
    ];
    assert_eq!(addresses(&files), ["?/a-b-web"]);
}

fn read_owned(files: &[(String, String)]) -> Inventory {
    read(&files.iter().map(|(path, text)| (&**path, &**text)).collect::<Vec<_>>())
}

/// Each level lists the next twice: a million ways to the last.
#[test]
fn components_that_multiply_are_given_up() {
    let mut files = vec![
        (
            "app/kustomization.yaml".to_owned(),
            "resources: [web.yaml]\ncomponents: [../c0]\n".to_owned(),
        ),
        ("app/web.yaml".to_owned(), WEB.to_owned()),
    ];
    for level in 0..20 {
        let next = level + 1;
        files.push((
            format!("c{level}/kustomization.yaml"),
            format!("kind: Component\nnamePrefix: x\ncomponents: [../c{next}, ../c{next}]\n"),
        ));
    }
    let inventory = read_owned(&files);
    let name = &inventory.workloads().next().unwrap().name;
    assert!(name.len() <= 1000 + "web".len(), "{}", name.len());
    assert!(name.starts_with("xxxxxxxxxxxxxxxxxxxxx"));
}

#[test]
fn components_are_followed_to_some_depth() {
    let name = |depth: usize| {
        let mut files = vec![
            (
                "app/kustomization.yaml".to_owned(),
                "resources: [web.yaml]\ncomponents: [../c1]\n".to_owned(),
            ),
            ("app/web.yaml".to_owned(), WEB.to_owned()),
        ];
        for level in 1..=depth {
            let next = level + 1;
            files.push((
                format!("c{level}/kustomization.yaml"),
                format!("kind: Component\nnamePrefix: x\ncomponents: [../c{next}]\n"),
            ));
        }
        read_owned(&files).workloads().next().unwrap().name.clone()
    };
    assert_eq!(name(20), "x".repeat(20) + "web");
    assert_eq!(name(100), name(200));
}

#[test]
fn more_trees_than_anybody_has_are_given_up() {
    let mut files = vec![
        ("base/kustomization.yaml".to_owned(), "resources: [web.yaml]\n".to_owned()),
        ("base/web.yaml".to_owned(), WEB.to_owned()),
    ];
    for tree in 0..100 {
        let mut text = String::from("resources: [../base]\n");
        writeln!(text, "namespace: n{tree}").unwrap();
        files.push((format!("t{tree}/kustomization.yaml"), text));
    }
    let inventory = read_owned(&files);
    assert_eq!(inventory.workloads().next().unwrap().renderings.len(), 64);
}

/// What a component lists itself is changed by that component and by those after it.
#[test]
fn what_a_component_lists_goes_through_it_once() {
    let files = [
        ("one/kustomization.yaml", "kind: Component\nnamePrefix: one-\n"),
        ("two/kustomization.yaml", "kind: Component\nnamePrefix: two-\nresources: [web.yaml]\n"),
        ("two/web.yaml", WEB),
        ("three/kustomization.yaml", "kind: Component\nnamePrefix: three-\n"),
        ("app/kustomization.yaml", "namespace: n\ncomponents: [../one, ../two, ../three]\n"),
    ];
    assert_eq!(addresses(&files), ["n/three-two-web"]);
}

/// A build of the component itself, which kustomize does as well.
#[test]
fn a_component_that_nobody_uses_is_a_tree_of_its_own() {
    let files = [
        ("part/kustomization.yaml", "kind: Component\nnamespace: n\nresources: [web.yaml]\n"),
        ("part/web.yaml", WEB),
    ];
    assert_eq!(addresses(&files), ["n/web"]);
}

#[test]
fn what_names_its_secret_or_namespace_itself_keeps_it() {
    let external = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\n\
        spec: {target: {name: s}}\n";
    let kustomization = "namePrefix: a-\nresources: [e.yaml]\n\
        secretGenerator: [{name: g, namespace: own, literals: [a=b]}]\n";
    let inventory = read(&[("kustomization.yaml", kustomization), ("e.yaml", external)]);
    let found: Vec<_> =
        inventory.secrets().map(|one| (&*one.name, one.namespace.as_deref())).collect();
    assert_eq!(found, [("s", None), ("a-g", Some("own"))]);
}

/// Nobody knows where the objects of an `OpenShift` template go.
#[test]
fn objects_of_a_template_are_not_moved() {
    let template =
        format!("kind: Template\nmetadata: {{name: t}}\nobjects:\n- {}", WEB.replace('\n', "\n  "));
    let files =
        [("kustomization.yaml", "namespace: n\nresources: [t.yaml]\n"), ("t.yaml", &*template)];
    assert_eq!(addresses(&files), ["?/web"]);
}

#[test]
fn namespace_comes_from_the_kustomization_that_lists_the_file() {
    let files = [
        ("app/kustomization.yaml", "namespace: prod\nresources: [web.yaml]\n"),
        ("app/web.yaml", WEB),
    ];
    assert_eq!(addresses(&files), ["prod/web"]);
}

#[test]
fn outer_kustomization_has_the_last_word() {
    let files = [
        ("base/kustomization.yaml", "namespace: base\nnamePrefix: a-\nresources: [web.yaml]\n"),
        ("base/web.yaml", WEB),
        ("prod/kustomization.yaml", "namespace: prod\nnamePrefix: b-\nresources: [../base]\n"),
    ];
    assert_eq!(addresses(&files), ["prod/b-a-web"]);
}

#[test]
fn two_overlays_leave_the_namespace_open_and_both_renderings_listed() {
    let files = [
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", WEB),
        ("dev/kustomization.yaml", "namespace: dev\nresources: [../base]\n"),
        ("prod/kustomization.yaml", "namespace: prod\nresources: [../base]\n"),
    ];
    let inventory = read(&files);
    let web = inventory.workloads().next().unwrap();
    assert_eq!(web.namespace, None);
    let found: Vec<_> = web.renderings.iter().map(|one| one.namespace.as_deref()).collect();
    assert_eq!(found, [Some("dev"), Some("prod")]);
}

#[test]
fn components_act_on_what_lists_them() {
    let files = [
        ("app/kustomization.yaml", "resources: [web.yaml]\ncomponents: [../secret]\n"),
        ("app/web.yaml", WEB),
        (
            "secret/kustomization.yaml",
            "kind: Component\nnamespace: n\npatches:\n- path: web.yaml\n  target: {kind: Deployment, name: web}\n",
        ),
        (
            "secret/web.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
             spec: {template: {spec: {imagePullSecrets: [{name: regcred}]}}}\n",
        ),
    ];
    assert_eq!(workloads(&files), ["n/web [\"regcred\"] -"]);
}

#[test]
fn trees_that_come_to_the_same_are_one() {
    let files = [
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", WEB),
        ("a/kustomization.yaml", "namespace: n\nresources: [../base]\n"),
        ("b/kustomization.yaml", "namespace: n\nresources: [../base]\n"),
    ];
    let inventory = read(&files);
    assert_eq!(inventory.workloads().next().unwrap().renderings.len(), 1);
}

#[test]
fn resources_of_a_component_go_where_it_is_used() {
    let files = [
        ("app/kustomization.yaml", "namespace: n\ncomponents: [../part]\n"),
        ("part/kustomization.yaml", "kind: Component\nresources: [web.yaml]\n"),
        ("part/web.yaml", WEB),
    ];
    assert_eq!(addresses(&files), ["n/web"]);
}
