//! What the trees of a repository make of its objects: kustomizations, Flux, Argo CD, KSOPS.

use std::fmt::Write as _;

use regrender_audit::{Declared, Inventory, audit};

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
    spec: {template: {spec: {containers: [{name: app, image: 'a.io/web:1'}]}}}\n";

fn read(files: &[(&str, &str)]) -> Inventory {
    Inventory::read(files.iter().map(|(path, text)| (*path, text.as_bytes())))
}

/// Lists `namespace/name` of every workload.
fn workloads(files: &[(&str, &str)]) -> Vec<String> {
    let inventory = read(files);
    let line = |one: &regrender_audit::Workload| {
        format!("{}/{}", one.namespace.as_deref().unwrap_or("?"), one.name)
    };
    inventory.workloads().map(line).collect()
}

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

fn flux(name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
         metadata: {{name: {name}}}\nspec: {{{spec}}}\n"
    )
}

#[test]
fn every_object_of_flux_counts_whatever_file_it_stands_in() {
    let two = flux("a", "path: ./a, targetNamespace: in-a")
        + &flux("b", "path: ./b, targetNamespace: in-b");
    let third = flux("c", "path: ./c, targetNamespace: in-c");
    let files = [
        ("cluster/two.yaml", &*two),
        ("cluster/third.yaml", &*third),
        ("a/web.yaml", WEB),
        ("b/web.yaml", WEB),
        ("c/web.yaml", WEB),
    ];
    assert_eq!(workloads(&files), ["in-a/web", "in-b/web", "in-c/web"]);
}

#[test]
fn an_object_of_flux_that_changes_nothing_is_no_tree() {
    let files = [
        ("cluster/k.yaml", &*flux("k", "path: ./apps, prune: true")),
        ("apps/kustomization.yaml", "resources: [web.yaml]\n"),
        ("apps/web.yaml", WEB),
    ];
    let inventory = read(&files);
    let roots: Vec<_> =
        inventory.workloads().flat_map(|one| &one.renderings).map(|one| &*one.root).collect();
    assert_eq!(roots, ["apps"]);
}

#[test]
fn an_application_finds_its_folder_in_a_repository_below_the_top() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n\
        spec: {source: {path: apps, kustomize: {namespace: n}}}\n";
    for top in ["", "fleet/"] {
        let files = [
            (format!("{top}argocd/a.yaml"), application),
            (format!("{top}apps/web.yaml"), WEB),
            ("else/web.yaml".to_owned(), WEB),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
        let mut found = workloads(&files);
        found.sort();
        assert_eq!(found, ["?/web", "n/web"], "{top}");
    }
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
        assert_eq!(workloads(&files), [expected], "{one} {other}");
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
fn images_that_a_kustomization_renames_in_another_repository_are_judged() {
    let kustomization = "resources: ['https://github.com/acme/base?ref=v1', web.yaml]\nimages:\n\
        - {name: far.io/app, newName: r.io/app, newTag: '2'}\n- {name: a.io/web, newTag: '2'}\n";
    let inventory = read(&[("kustomization.yaml", kustomization), ("web.yaml", WEB)]);
    let report = audit(&inventory, &Declared::default(), &|_| None);
    let mut images: Vec<&str> = report.images.iter().map(|row| &*row.image).collect();
    images.sort_unstable();
    // The other entry shows in the workload.
    assert_eq!(images, ["a.io/web:2", "r.io/app:2"]);
}

#[test]
fn an_image_is_told_by_its_name_whatever_its_port() {
    let pod = |image: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, image: '{image}'}}]}}\n"
        )
    };
    let kustomization = "resources: [pod.yaml]\nimages: [{name: 'r.io:5000/app', newTag: new}]\n";
    for (image, expected) in [
        ("r.io:5000/app", "r.io:5000/app:new"),
        ("r.io:5000/app:old", "r.io:5000/app:new"),
        ("r.io:5000/app:old@sha256:00", "r.io:5000/app:new"),
        ("r.io:5000/app-two:old", "r.io:5000/app-two:old"),
        ("/app:old", "/app:old"),
    ] {
        let inventory = read(&[("kustomization.yaml", kustomization), ("pod.yaml", &pod(image))]);
        let pod = inventory.workloads().find(|one| one.kind == "Pod").unwrap();
        assert_eq!(pod.images[0].image, expected);
    }
}

#[test]
fn a_folder_of_templates_is_one_of_helm_beside_a_chart_only() {
    let web = WEB.replace("name: web", "name: web, annotations: {note: '{{ x }}'}");
    let file = |folder: &str| {
        let files = [
            (format!("{folder}/templates/web.yaml"), &*web),
            (format!("{folder}/a.yaml"), "a: b\n"),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
        read(&[&files[..], &[("chart/Chart.yaml", "name: c\n")]].concat())
    };
    let plain = file("app");
    assert_eq!((plain.workloads().count(), plain.unreadable().len()), (1, 0));
    let chart = file("chart");
    assert_eq!((chart.workloads().count(), chart.unreadable().len()), (0, 1));
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
    assert_eq!(workloads(&files), ["?/a-b-web"]);
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

/// Lists the pull secrets and the verdict of every image.
fn pulled(files: &[(&str, &str)]) -> Vec<String> {
    let inventory = read(files);
    let report = audit(&inventory, &Declared::default(), &|_| None);
    let line = |row: &regrender_audit::ImageRow| {
        let account = row.service_account.as_deref().unwrap_or("-");
        format!("{} {account} [{}] {}", row.kind, row.pull_secrets.join(" "), row.verdict.name())
    };
    report.images.iter().map(line).collect()
}

const LOGIN: &str = r#"{"auths":{"a.io":{"username":"bot","password":"canary-4f1d"}}}"#;

fn pull_secret(kind: &str, namespace: &str) -> String {
    let api_version = if kind == "Secret" { "v1" } else { "bitnami.com/v1alpha1" };
    format!(
        "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: s{namespace}}}\n\
         type: kubernetes.io/dockerconfigjson\nstringData: {{.dockerconfigjson: '{LOGIN}'}}\n"
    )
}

fn pulling(kind: &str, api_version: &str) -> String {
    format!(
        "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: web}}\nspec: {{template: {{spec: \
         {{serviceAccountName: own, imagePullSecrets: [{{name: s}}], containers: [{{name: c, image: a.io/a}}]}}}}}}\n"
    )
}

/// kustomize knows where its own kinds name Secrets and accounts, and of no others.
#[test]
fn references_are_renamed_only_where_kustomize_knows_of_them() {
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own}\n";
    for (secret, kind, api_version, expected) in [
        ("Secret", "Deployment", "apps/v1", "Deployment a-own [a-s] covered"),
        ("SealedSecret", "Deployment", "apps/v1", "Deployment a-own [s] undetermined"),
        ("Secret", "ReplicaSet", "apps/v1", "ReplicaSet own [a-s] covered"),
        ("Secret", "Rollout", "argoproj.io/v1alpha1", "Rollout own [s] undetermined"),
    ] {
        let files = [
            (
                "kustomization.yaml",
                "namespace: n\nnamePrefix: a-\nresources: [w.yaml, s.yaml, a.yaml]\n",
            ),
            ("w.yaml", &*pulling(kind, api_version)),
            ("s.yaml", &*pull_secret(secret, "")),
            ("a.yaml", account),
        ];
        assert_eq!(pulled(&files), [expected]);
    }
}

#[test]
fn a_secret_in_another_namespace_of_the_tree_is_not_there() {
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own, namespace: n}\n";
    let web = pulling("Deployment", "apps/v1").replace("{name: web}", "{name: web, namespace: n}");
    for (namespace, verdict) in [("n", "covered"), ("other", "undetermined")] {
        let secret = pull_secret("Secret", &format!(", namespace: {namespace}"));
        let files = [
            ("kustomization.yaml", "resources: [w.yaml, s.yaml, a.yaml]\n"),
            ("w.yaml", &*web),
            ("s.yaml", &*secret),
            ("a.yaml", account),
        ];
        assert_eq!(pulled(&files), [format!("Deployment own [s] {verdict}")]);
    }
}

/// The Secret is the same in both trees, the workload is not.
#[test]
fn references_are_renamed_in_every_tree() {
    let files = [
        ("base/kustomization.yaml", "namespace: n\nnamePrefix: a-\nresources: [w.yaml, s.yaml]\n"),
        ("base/w.yaml", &*pulling("Deployment", "apps/v1")),
        ("base/s.yaml", &*pull_secret("Secret", "")),
        ("x/kustomization.yaml", "resources: [../base]\nimages: [{name: a.io/a, newTag: x}]\n"),
        ("y/kustomization.yaml", "resources: [../base]\nimages: [{name: a.io/a, newTag: y}]\n"),
    ];
    assert_eq!(pulled(&files), ["Deployment own [a-s] covered", "Deployment own [a-s] covered"]);
}

/// A base that one tree takes twice brings each workload its own Secret.
#[test]
fn references_keep_to_what_has_the_same_prefix() {
    let files = [
        ("base/kustomization.yaml", "resources: [w.yaml, s.yaml]\n"),
        ("base/w.yaml", &*pulling("Deployment", "apps/v1")),
        ("base/s.yaml", &*pull_secret("Secret", "")),
        ("x/kustomization.yaml", "namePrefix: x-\nresources: [../base]\n"),
        ("y/kustomization.yaml", "namePrefix: y-\nresources: [../base]\n"),
        ("top/kustomization.yaml", "namespace: n\nresources: [../x, ../y]\n"),
    ];
    assert_eq!(pulled(&files), ["Deployment own [x-s] covered", "Deployment own [y-s] covered"]);
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
    assert_eq!(workloads(&files), ["n/three-two-web"]);
}

/// A build of the component itself, which kustomize does as well.
#[test]
fn a_component_that_nobody_uses_is_a_tree_of_its_own() {
    let files = [
        ("part/kustomization.yaml", "kind: Component\nnamespace: n\nresources: [web.yaml]\n"),
        ("part/web.yaml", WEB),
    ];
    assert_eq!(workloads(&files), ["n/web"]);
}

#[test]
fn what_an_application_of_argo_patches_is_patched() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n\
        spec: {source: {path: apps, kustomize: {namespace: n, components: [../part], patches: [{target: \
        {kind: Deployment}, patch: '[{op: replace, path: /metadata/name, value: other}]'}]}}}\n";
    let files = [
        ("argocd/a.yaml", application),
        ("apps/web.yaml", WEB),
        ("part/kustomization.yaml", "kind: Component\nnameSuffix: -part\n"),
    ];
    assert_eq!(workloads(&files), ["n/other"]);
    let unpatched = application.replace("Deployment", "Job");
    let files = [("argocd/a.yaml", &*unpatched), files[1], files[2]];
    assert_eq!(workloads(&files), ["n/web-part"]);
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
    assert_eq!(workloads(&files), ["?/web"]);
}
