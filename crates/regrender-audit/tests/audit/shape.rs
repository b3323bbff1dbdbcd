//! Images in custom resources and in values of Helm charts, where only the shape tells them.

use regrender_audit::{Inventory, Source};

fn read(path: &str, text: &str) -> Inventory {
    Inventory::read([(path, text.as_bytes())])
}

/// Lists `container image` of every image of a file.
fn images(path: &str, text: &str) -> Vec<String> {
    let inventory = read(path, text);
    let all = inventory.workloads().flat_map(|workload| &workload.images);
    all.map(|one| format!("{} {}", one.container, one.image)).collect()
}

/// The images of a custom resource with this specification.
#[track_caller]
fn check_custom(spec: &str, expected: &[&str]) {
    let found =
        images("a.yaml", &format!("apiVersion: example.org/v1\nkind: Custom\nspec: {spec}\n"));
    assert_eq!(found, expected, "{spec}");
}

#[track_caller]
fn check_values(values: &str, expected: &[&str]) {
    assert_eq!(images("values.yaml", &format!("{values}\n")), expected, "{values}");
}

#[test]
fn images_beside_the_containers_of_a_pod_count_and_those_within_count_once() {
    check_custom(
        "{containers: [{name: c, image: x}], volumes: [{name: v, image: {reference: y}}], \
         image: r.io/main, reloader: {image: r.io/side}}",
        &["c x", "v y", "spec.image r.io/main", "spec.reloader.image r.io/side"],
    );
    check_custom(
        "{template: {initContainers: [{name: i, image: x}]}, volumes: [{disk: {image: y}}]}",
        &["i x", "spec.volumes.disk.image y"],
    );
}

#[test]
fn the_name_beside_an_image_is_that_of_its_container() {
    check_custom("{name: main, image: r.io/x}", &["main r.io/x"]);
    check_custom("{name: main, imageName: r.io/x}", &["main r.io/x"]);
    // What has a name of its own is not what the mapping is called.
    check_custom("{name: main, sidecarImage: r.io/x}", &["spec.sidecarImage r.io/x"]);
}

#[test]
fn images_that_are_pulled_with_something_else_are_workloads_of_their_own() {
    let text = "kind: Custom\nmetadata: {name: w}\nspec:\n  \
        a: {imagePullSecrets: [{name: p}], image: one}\n  \
        b: {imagePullSecrets: [{name: q}], image: two}\n  \
        c: {imagePullSecrets: [{name: p}], serviceAccountName: s, image: three}\n  \
        d: {imagePullSecrets: [{name: p}], image: four}\n";
    let inventory = read("a.yaml", text);
    let found: Vec<_> = inventory
        .workloads()
        .map(|one| {
            let images: Vec<&str> = one.images.iter().map(|image| &*image.image).collect();
            (one.pull_secrets.join(","), one.service_account.as_deref(), images.join(","))
        })
        .collect();
    let own =
        |secrets: &str, account, images: &str| (secrets.to_owned(), account, images.to_owned());
    assert_eq!(
        found,
        [own("p", None, "one,four"), own("q", None, "two"), own("p", Some("s"), "three")]
    );
}

/// The API server takes the deprecated field where the other is empty.
#[test]
fn a_pod_in_a_custom_resource_may_name_its_account_by_the_deprecated_field() {
    let account = |fields: &str, image: &str| {
        let pod = format!("{{{fields}, {image}}}");
        let text = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {{name: w}}\n\
             spec: {{template: {{spec: {pod}}}}}\n"
        );
        read("a.yaml", &text).workloads().next().unwrap().service_account.clone()
    };
    let containers = "containers: [{name: c, image: r.io/x}]";
    assert_eq!(account("serviceAccount: old", containers).as_deref(), Some("old"));
    let both = "serviceAccountName: new, serviceAccount: old";
    assert_eq!(account(both, containers).as_deref(), Some("new"));
    assert_eq!(
        account("serviceAccountName: '', serviceAccount: old", containers).as_deref(),
        Some("old")
    );
    // Elsewhere than in a pod, it may be anything.
    assert_eq!(account("serviceAccount: old", "image: r.io/x"), None);
}

/// Custom resources list pull secrets as pods do, or by their plain names.
#[test]
fn a_custom_resource_may_list_the_names_of_its_pull_secrets() {
    for list in ["[{name: p}, {name: q}]", "[p, q]", "[p, {name: q}]"] {
        let text = format!("kind: Custom\nspec: {{image: r.io/x, imagePullSecrets: {list}}}\n");
        let inventory = read("a.yaml", &text);
        let found: Vec<_> = inventory.workloads().map(|one| one.pull_secrets.join(",")).collect();
        assert_eq!(found, ["p,q"], "{list}");
    }
}

#[test]
fn text_with_blanks_is_no_image_unless_a_template_makes_one_of_it() {
    check_custom("{image: a picture of a whale}", &[]);
    check_custom("{image: 'r.io/{{ .Values.name }}'}", &["spec.image r.io/{{ .Values.name }}"]);
    check_custom("{image: ''}", &[]);
    check_custom("{bootImage: latest, sideImage: 'r.io/x'}", &["spec.sideImage r.io/x"]);
}

#[test]
fn a_key_that_says_image_needs_no_more_than_a_repository() {
    check_values("image: {repository: r.io/x}", &["image r.io/x"]);
    check_values("sidecarImage: {repository: r.io/x}", &["sidecarImage r.io/x"]);
    check_values("imageName: {repository: r.io/x}", &["imageName r.io/x"]);
    check_values("chart: {repository: r.io/x}", &[]);
    check_values("chart: {repository: r.io/x, pullPolicy: Always}", &["chart r.io/x"]);
}

#[test]
fn a_name_is_a_repository_below_a_key_that_says_image_and_beside_a_tag_or_registry() {
    check_values("image: {name: web, tag: v1}", &["image web:v1"]);
    check_values("image: {name: web, registry: r.io}", &["image r.io/web"]);
    check_values("image: {name: web}", &[]);
    check_values("track: {name: web, tag: blue}", &[]);
    check_values("track: {name: web, registry: r.io}", &[]);
}

#[test]
fn repositories_of_charts_and_of_git_are_no_images() {
    for repository in ["https://charts.io", "oci://r.io/charts", "git@github.com:acme/web.git"] {
        check_values(&format!("image: {{repository: '{repository}'}}"), &[]);
        check_values(&format!("source: {{repository: '{repository}', tag: v1}}"), &[]);
    }
}

#[test]
fn a_tag_beside_an_image_that_has_one_is_passed_over() {
    check_values("web: {image: 'r.io:5000/x', tag: v1}", &["web.image r.io:5000/x:v1"]);
    check_values("web: {image: 'r.io/x:v2', tag: v1}", &["web.image r.io/x:v2"]);
    check_values("web: {image: 'r.io/x@sha256:00', tag: v1}", &["web.image r.io/x@sha256:00"]);
    check_values("web: {image: r.io/x, tag: ''}", &["web.image r.io/x"]);
}

#[test]
fn what_kubernetes_itself_knows_is_not_told_by_its_shape() {
    let pod = "containers: [{name: c, image: x}]";
    for (version, kind, body) in [
        ("v1", "Pod", format!("spec: {{{pod}}}")),
        ("v1", "PodTemplate", format!("template: {{spec: {{{pod}}}}}")),
        ("v1", "ReplicationController", format!("spec: {{template: {{spec: {{{pod}}}}}}}")),
        ("apps/v1", "DaemonSet", format!("spec: {{template: {{spec: {{{pod}}}}}}}")),
        ("batch/v1", "Job", format!("spec: {{template: {{spec: {{{pod}}}}}}}")),
        (
            "batch/v1",
            "CronJob",
            format!("spec: {{jobTemplate: {{spec: {{template: {{spec: {{{pod}}}}}}}}}}}"),
        ),
    ] {
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: n}}\n{body}\n");
        let sources: Vec<Source> =
            read("a.yaml", &text).workloads().map(|one| one.source).collect();
        assert_eq!(sources, [Source::Core], "{kind}");
    }
}

/// Azure Service Operator, Crossplane and the controllers of AWS have kinds of these names.
#[test]
fn kinds_of_operators_are_not_taken_for_those_of_kubernetes() {
    let declares = |version: &str| {
        let text: String = ["Namespace", "ServiceAccount", "Secret"]
            .map(|kind| {
                format!(
                    "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: n}}\ntype: t\n---\n"
                )
            })
            .concat();
        let inventory = read("a.yaml", &text);
        [
            inventory.namespaces().count(),
            inventory.service_accounts().count(),
            inventory.secrets().count(),
        ]
    };
    assert_eq!(declares("v1"), [1, 1, 1]);
    assert_eq!(declares("example.io/v1"), [0, 0, 0]);
    let account = "apiVersion: example.io/v1\nkind: ServiceAccount\nmetadata: {name: n}\n\
        spec: {image: r.io/a, imagePullSecrets: [{name: x}]}\n";
    assert_eq!(images("a.yaml", account), ["spec.image r.io/a"]);
}

#[test]
fn what_a_template_of_openshift_holds_is_read_by_kind() {
    let template = "apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n\
        - {kind: Namespace, metadata: {name: n}}\n\
        - {apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, \
        spec: {template: {spec: {containers: [{name: c, image: y}]}}}}\n";
    let inventory = read("a.yaml", template);
    assert_eq!(inventory.namespaces().map(|one| &*one.name).collect::<Vec<_>>(), ["n"]);
    assert_eq!(inventory.workloads().map(|one| &*one.kind).collect::<Vec<_>>(), ["Deployment"]);
    // Others may have objects of their own.
    let other = template.replace("kind: Template", "kind: Custom");
    assert_eq!(read("a.yaml", &other).namespaces().count(), 0);
}

#[test]
fn lists_within_lists_are_unfolded() {
    let namespace = "{kind: Namespace, metadata: {name: n}}".to_owned();
    let nested = (0..6).fold(namespace, |inner, _| format!("{{kind: List, items: [{inner}]}}"));
    assert_eq!(read("a.yaml", &nested).namespaces().count(), 1);
}

#[test]
fn a_kind_that_is_called_a_list_and_is_none_is_read_as_itself() {
    let text =
        "apiVersion: example.org/v1\nkind: AllowList\nitems: {a: b}\nspec: {image: r.io/x}\n";
    assert_eq!(images("a.yaml", text), ["spec.image r.io/x"]);
}

/// Charts and custom resources name pictures, too, by their addresses and paths.
#[test]
fn the_address_or_path_of_a_picture_is_no_image() {
    for picture in ["https://example.org/a.png", "http://a.b/c:1", "/img/a.png", "../a.png"] {
        let text =
            format!("{{theme: {{image: '{picture}', logoImage: '{picture}'}}, image: r.io/x}}");
        check_values(&text, &["image r.io/x"]);
        check_custom(&text, &["spec.image r.io/x"]);
    }
    check_values("{image: 'data:image/png;base64,AA=='}", &[]);
    check_values("{image: httpd}", &["image httpd"]);
    check_custom("{image: 'ko://example.org/cmd/a'}", &["spec.image ko://example.org/cmd/a"]);
}
