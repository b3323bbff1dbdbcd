//! What becomes of manifests with variables, which Flux or somebody else fills in.

use regrender_audit::AuditReport;

use super::repository::report;

/// A workload with these images; more of its pod's specification may follow.
fn web(images: &[&str], pod: &str) -> String {
    let container = |(position, image)| format!("{{name: c{position}, image: '{image}'}}");
    let containers: Vec<String> = images.iter().enumerate().map(container).collect();
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: n}}\n\
         spec: {{template: {{spec: {{containers: [{}]{pod}}}}}}}\n",
        containers.join(", ")
    )
}

fn flux(spec: &str) -> String {
    format!(
        "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
         metadata: {{name: apps, namespace: flux-system}}\nspec: {{path: ./apps, {spec}}}\n"
    )
}

fn config_map(name: &str, data: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: flux-system}}\n\
         data: {{{data}}}\n"
    )
}

fn secret(name: &str, keys: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: flux-system}}\n\
         stringData: {{{keys}}}\nsops: {{mac: x}}\n"
    )
}

/// The images of a folder that a Kustomization applies, each with its verdict and the reason where
/// nobody knows.
fn applied(cluster: &str, apps: &str) -> Vec<String> {
    told(&report(&[("cluster/flux.yaml", cluster), ("apps/web.yaml", apps)]))
}

fn told(report: &AuditReport) -> Vec<String> {
    let line = |row: &regrender_audit::ImageRow| match row.verdict.name() {
        "undetermined" => format!("{}: {}", row.image, row.reason),
        verdict => format!("{} {verdict}", row.image),
    };
    report.images.iter().map(line).collect()
}

#[track_caller]
fn check(post_build: &str, image: &str, expected: &str) {
    let found = applied(&flux(&format!("postBuild: {post_build}")), &web(&[image], ""));
    assert_eq!(found, [expected], "{post_build} {image}");
}

#[test]
fn flux_fills_in_what_its_object_sets() {
    let post_build = "{substitute: {HOST: r.io, APP: web}}";
    check(post_build, "${HOST}/${APP}:1", "r.io/web:1 uncovered-unknown");
    check(post_build, "${HOST:=x.io}/${NONE:=y}", "r.io/y uncovered-unknown");
    check(post_build, "${HOST/r/q}/${APP%b}", "q.io/we uncovered-unknown");
    check(post_build, "r.io/$HOST", "r.io/$HOST invalid-image");
    check(post_build, "$${HOST}/web", "${HOST}/web invalid-image");
    check(post_build, "${HOST-x}/web", "${HOST-x}/web invalid-image");
}

#[test]
fn a_line_feed_is_no_part_of_a_value() {
    check("{substitute: {HOST: \"r.io\\n\"}}", "${HOST}/web", "r.io/web uncovered-unknown");
}

/// Where no variable is set at all, not even a default counts, unless that is asked for.
#[test]
fn without_any_variable_nothing_is_filled_in() {
    for (post_build, expected) in [
        ("{}", "${HOST:=r.io}/web invalid-image"),
        ("{substitute: {}}", "${HOST:=r.io}/web invalid-image"),
        ("{substituteStrategy: WithVariables}", "${HOST:=r.io}/web invalid-image"),
        ("{substituteStrategy: Always}", "r.io/web uncovered-unknown"),
        ("{substitute: {OTHER: x}}", "r.io/web uncovered-unknown"),
    ] {
        check(post_build, "${HOST:=r.io}/web", expected);
    }
}

/// Flux looks whether any variable came out of the sources, not whether there are sources.
#[test]
fn sources_without_any_key_set_no_variable() {
    let web = web(&["${HOST:=r.io}/web"], "");
    for (kind, empty, full) in [
        ("ConfigMap", config_map("vars", ""), config_map("vars", "OTHER: x")),
        ("Secret", secret("vars", ""), secret("vars", "OTHER: x")),
    ] {
        let flux = flux(&format!("postBuild: {{substituteFrom: [{{kind: {kind}, name: vars}}]}}"));
        assert_eq!(applied(&(flux.clone() + &empty), &web), ["${HOST:=r.io}/web invalid-image"]);
        assert_eq!(applied(&(flux + &full), &web), ["r.io/web uncovered-unknown"], "{kind}");
    }
}

#[test]
fn a_variable_that_nothing_sets_is_named() {
    check(
        "{substitute: {OTHER: x}}",
        "${HOST}/web",
        "${HOST}/web: Kustomization `apps` does not set `HOST`",
    );
}

#[test]
fn a_value_that_is_made_from_another_variable_is_not_known() {
    check(
        "{substitute: {HOST: 'r.${DOMAIN}'}}",
        "${HOST}/web",
        "${HOST}/web: Kustomization `apps` makes `HOST` from another variable",
    );
}

#[test]
fn values_come_from_config_maps_the_last_of_which_counts() {
    let from = "substituteFrom: [{kind: ConfigMap, name: one}, {kind: ConfigMap, name: two}]";
    let maps = config_map("one", "HOST: one.io, APP: web, TAG: '1'")
        + &config_map("two", "HOST: two.io, APP: \"app\\n\"");
    for (own, expected) in [
        ("", "two.io/app:1 uncovered-unknown"),
        ("substitute: {HOST: own.io}, ", "own.io/app:1 uncovered-unknown"),
    ] {
        let cluster = flux(&format!("postBuild: {{{own}{from}}}")) + &maps;
        assert_eq!(applied(&cluster, &web(&["${HOST}/${APP}:${TAG}"], "")), [expected]);
    }
}

#[test]
fn a_config_map_is_found_where_kustomizations_put_it() {
    let flux = flux("postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}");
    let map = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: vars}\ndata: {HOST: r.io}\n";
    for (namespace, expected) in [
        ("flux-system", "r.io/web uncovered-unknown"),
        (
            "else",
            "${HOST}/web: Kustomization `apps` may take `HOST` from ConfigMap `vars`, for which no manifest here holds variables",
        ),
    ] {
        let files = [
            ("cluster/flux.yaml", &*flux),
            ("cluster/vars.yaml", map),
            (
                "cluster/kustomization.yaml",
                &format!("namespace: {namespace}\nresources: [vars.yaml]\n"),
            ),
            ("apps/web.yaml", &web(&["${HOST}/web"], "")),
        ];
        assert_eq!(told(&report(&files)), [expected]);
    }
}

/// Flux refuses such a `ConfigMap` as a whole.
#[test]
fn a_config_map_with_another_key_gives_no_variables() {
    let open = "${HOST}/web: Kustomization `apps` may take `HOST` from ConfigMap `vars`, for which no manifest here holds variables";
    let given = "r.io/web uncovered-unknown";
    for (data, expected) in [
        ("  HOST: r.io\n  _OTHER_1: x\n", given),
        ("  # whose it is\n  HOST: r.io\n", given),
        ("  \"HOST\": r.io\n", given),
        ("  HOST: r.io\n  some.file: x\n", open),
        ("  some.file: x\n  HOST: r.io\n", open),
        ("  1A: x\n  HOST: r.io\n", open),
    ] {
        let map =
            format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: vars\ndata:\n{data}");
        let cluster = flux("postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}") + &map;
        assert_eq!(applied(&cluster, &web(&["${HOST}/web"], "")), [expected], "{data}");
        // Other data in the same file does not matter.
        let other = "---\nkind: ConfigMap\ndata:\n  a.b: c\n".to_owned();
        assert_eq!(applied(&(other + &cluster), &web(&["${HOST}/web"], "")), [expected], "{data}");
    }
}

/// Two clusters with a `ConfigMap` each, and one folder for both.
#[test]
fn config_maps_that_differ_leave_open_what_they_differ_in() {
    let from = flux("postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}");
    for (other, expected) in [
        ("HOST: one.io, OTHER: x", "one.io/web uncovered-unknown"),
        (
            "HOST: two.io",
            "${HOST}/web: Kustomization `apps` may take `HOST` from ConfigMap `vars`, which the repository holds more than once",
        ),
    ] {
        let cluster =
            from.clone() + &config_map("vars", "HOST: one.io") + &config_map("vars", other);
        assert_eq!(applied(&cluster, &web(&["${HOST}/web"], "")), [expected]);
    }
}

#[test]
fn what_comes_from_a_secret_is_not_known_and_what_does_not_is() {
    let from =
        "postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}, {kind: Secret, name: s}]}";
    let maps = config_map("vars", "HOST: r.io, TOKEN: x");
    let image = ["${HOST}/web", "${TOKEN}/web"];
    let with = flux(from) + &maps + &secret("s", "TOKEN: 'ENC[AES256_GCM,x]'");
    assert_eq!(
        applied(&with, &web(&image, "")),
        [
            "r.io/web uncovered-unknown",
            "${TOKEN}/web: Kustomization `apps` may take `TOKEN` from Secret `s`, whose values are not looked at"
        ]
    );
    let without = flux(from) + &maps;
    assert_eq!(
        applied(&without, &web(&["${HOST}/web"], "")),
        [
            "${HOST}/web: Kustomization `apps` may take `HOST` from Secret `s`, for which no manifest here holds variables"
        ]
    );
    let optional = without.replace("name: s}", "name: s, optional: true}");
    assert_eq!(
        applied(&optional, &web(&["${HOST}/web"], "")),
        applied(&without, &web(&["${HOST}/web"], ""))
    );
}

/// The controller makes a Secret with the keys of `encryptedData` and of the template, and one that
/// was sealed as a whole may have any.
#[test]
fn a_sealed_secret_shows_its_keys() {
    let flux = flux("postBuild: {substituteFrom: [{kind: Secret, name: s}]}");
    let sealed = |spec: &str| {
        format!(
            "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n\
             metadata: {{name: s, namespace: flux-system}}\nspec: {spec}\n"
        )
    };
    let secret = "${HOST}/web: Kustomization `apps` may take `HOST` from Secret `s`, whose values are not looked at";
    for (spec, expected) in [
        ("{encryptedData: {HOST: AQAA}}", secret),
        ("{encryptedData: {A: AQAA}, template: {data: {HOST: x}}}", secret),
        ("{encryptedData: {A: AQAA}}", "${HOST}/web: Kustomization `apps` does not set `HOST`"),
        (
            "{data: AQAA}",
            "${HOST}/web: Kustomization `apps` may take `HOST` from Secret `s`, whose keys the repository does not show",
        ),
    ] {
        let cluster = flux.clone() + &sealed(spec);
        assert_eq!(applied(&cluster, &web(&["${HOST}/web"], "")), [expected], "{spec}");
    }
}

/// Flux asks for the `ConfigMap` of Kubernetes itself.
#[test]
fn an_object_of_another_group_gives_no_variables() {
    let flux = flux("postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}");
    let map = config_map("vars", "HOST: r.io");
    for (map, expected) in [
        (map.clone(), "r.io/web uncovered-unknown"),
        (
            map.replace("apiVersion: v1", "apiVersion: example.io/v1"),
            "${HOST}/web: Kustomization `apps` may take `HOST` from ConfigMap `vars`, for which no manifest here holds variables",
        ),
    ] {
        assert_eq!(applied(&(flux.clone() + &map), &web(&["${HOST}/web"], "")), [expected]);
    }
}

#[test]
fn the_value_of_a_secret_in_clear_is_never_repeated() {
    let from = flux("postBuild: {substituteFrom: [{kind: Secret, name: s}]}");
    let clear = secret("s", "HOST: canary-4f1d.io").replace("sops: {mac: x}\n", "");
    let report = report(&[
        ("cluster/flux.yaml", &*(from + &clear)),
        ("apps/web.yaml", &web(&["${HOST}/web"], "")),
    ]);
    assert!(!format!("{report:?}").contains("canary-4f1d"), "{report:?}");
    assert_eq!(report.images[0].verdict.name(), "undetermined");
}

#[test]
fn what_is_marked_so_is_left_as_it_is() {
    for member in ["labels", "annotations"] {
        let marked = web(&["${HOST}/web"], "").replace(
            "namespace: n}",
            &format!(
                "namespace: n, {member}: {{kustomize.toolkit.fluxcd.io/substitute: disabled}}}}"
            ),
        );
        let flux = flux("postBuild: {substitute: {HOST: r.io}}");
        assert_eq!(applied(&flux, &marked), ["${HOST}/web invalid-image"], "{member}");
        let other = marked.replace("disabled", "enabled");
        assert_eq!(applied(&flux, &other), ["r.io/web uncovered-unknown"], "{member}");
    }
}

/// The credential is chosen by the rest.
#[test]
fn a_tag_need_not_be_known() {
    let flux = flux("postBuild: {substitute: {OTHER: x}}");
    let images = ["r.io/web:${TAG}", "r.io/web@sha256:${DIGEST}", "r.io/${APP}:1"];
    let report = report(&[("cluster/flux.yaml", &*flux), ("apps/web.yaml", &web(&images, ""))]);
    let repositories: Vec<_> = report.images.iter().map(|row| row.repository.as_deref()).collect();
    assert_eq!(repositories, [Some("r.io/web"), Some("r.io/web"), None]);
    let verdicts: Vec<_> = report.images.iter().map(|row| row.verdict.name()).collect();
    assert_eq!(verdicts, ["uncovered-unknown", "uncovered-unknown", "undetermined"]);
}

#[test]
fn namespace_account_and_pull_secrets_are_filled_in_too() {
    let flux = flux("postBuild: {substitute: {NS: prod, S: regcred, A: runner}}");
    let pull = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: '${S}', namespace: '${NS}'}\n\
        type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{\"auths\":{\"r.io\":\
        {\"username\":\"u\",\"password\":\"canary-4f1d\"}}}'}\n";
    let account = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner, namespace: prod}\n\
        imagePullSecrets: [{name: '${S}'}]\n";
    for pod in [", imagePullSecrets: [{name: '${S}'}]", ", serviceAccountName: '${A}'"] {
        let web = web(&["r.io/web"], pod).replace("namespace: n", "namespace: '${NS}'");
        let report =
            report(&[("cluster/flux.yaml", &*flux), ("apps/web.yaml", &(web + pull + account))]);
        assert_eq!(told(&report), ["r.io/web covered"], "{pod}");
        assert_eq!(report.images[0].namespace.as_deref(), Some("prod"));
        assert_eq!(report.images[0].pull_secrets, ["regcred"]);
    }
}

/// The Secret has its name as it is, and only the list has a variable.
#[test]
fn a_pull_secret_that_a_variable_names_is_the_one_of_that_name() {
    let flux = flux("postBuild: {substitute: {S: regcred}}");
    let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: regcred, namespace: n}\n\
        type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{\"auths\":{\"r.io\":\
        {\"username\":\"u\",\"password\":\"canary-4f1d\"}}}'}\n";
    let web = web(&["r.io/web"], ", imagePullSecrets: [{name: '${S}'}]");
    let report = report(&[("cluster/flux.yaml", &*flux), ("apps/web.yaml", &(web + secret))]);
    assert_eq!(told(&report), ["r.io/web covered"]);
    assert_eq!(report.images[0].pull_secrets, ["regcred"]);
}

#[test]
fn a_namespace_or_pull_secret_that_is_not_known_leaves_the_image_open() {
    let flux = flux("postBuild: {substitute: {OTHER: x}}");
    let named = web(&["r.io/web"], ", imagePullSecrets: [{name: '${S}'}]");
    assert_eq!(applied(&flux, &named), ["r.io/web: Kustomization `apps` does not set `S`"]);
    let placed = web(&["r.io/web"], "").replace("namespace: n", "namespace: '${NS}'");
    let report = report(&[("cluster/flux.yaml", &*flux), ("apps/web.yaml", &placed)]);
    assert_eq!(report.images[0].namespace, None);
    let found: Vec<_> = report.findings.iter().map(|one| &*one.message).collect();
    assert_eq!(
        found,
        [
            "Deployment `web`, which pulls from `r.io` with no pull secret: the namespace is not known: \
             Kustomization `apps` does not set `NS`"
        ]
    );
}

/// A parent often gives all its children the same sources.
#[test]
fn a_patch_may_give_every_kustomization_more_variables() {
    let flux = flux("postBuild: {substitute: {APP: web}}");
    let apps = web(&["r.io/${APP}", "${HOST:=r.io}/web"], "");
    let patch =
        "kind: Kustomization\nspec: {postBuild: {substituteFrom: [{kind: Secret, name: s}]}}\n";
    let patch_in_file = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
        metadata: {name: all}\nspec: {postBuild: {substituteFrom: [{kind: Secret, name: s}]}}\n";
    let inline = format!("patches: [{{patch: {patch:?}, target: {{kind: Kustomization}}}}]\n");
    let in_file = "patches: [{path: patch.yaml, target: {kind: Kustomization}}]\n";
    for kustomization in [&*inline, in_file] {
        let files = [
            ("cluster/flux.yaml", &*flux),
            ("cluster/kustomization.yaml", kustomization),
            ("cluster/patch.yaml", patch_in_file),
            ("apps/web.yaml", &apps),
        ];
        assert_eq!(
            told(&report(&files)),
            [
                "r.io/web uncovered-unknown",
                "${HOST:=r.io}/web: Kustomization `apps` does not set `HOST`, and a patch may give its Kustomization more variables"
            ]
        );
    }
}

#[test]
fn a_patch_for_something_else_gives_no_variables() {
    let flux = flux("postBuild: {substitute: {APP: web}}");
    let patch = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
        metadata: {name: apps, namespace: flux-system}\nspec: {interval: 1h}\n";
    let inline = format!("patches: [{{patch: {patch:?}}}]\n");
    let merged = format!("patchesStrategicMerge: [{patch:?}]\n");
    for kustomization in [&*inline, &*merged, "patches: [{path: patch.yaml}]\n"] {
        let files = [
            ("cluster/flux.yaml", &*flux),
            ("cluster/kustomization.yaml", &*format!("resources: [flux.yaml]\n{kustomization}")),
            ("cluster/patch.yaml", patch),
            ("apps/web.yaml", &web(&["${HOST:=r.io}/${APP}"], "")),
        ];
        assert_eq!(told(&report(&files)), ["r.io/web uncovered-unknown"], "{kustomization}");
    }
}

/// Something else fills in what no Kustomization of Flux does: envsubst in a pipeline, `oc process`.
#[test]
fn variables_that_nothing_here_fills_in_leave_the_image_open() {
    let images = ["${HOST}/web", "$HOST/web", "r.io/web:$TAG", "r.io/web:${{ x }}", "r.io/$1"];
    assert_eq!(
        told(&report(&[("a.yaml", &web(&images, ""))])),
        [
            "${HOST}/web: nothing in the repository fills in the variable `HOST`",
            "$HOST/web: nothing in the repository fills in the variable `HOST`",
            "r.io/web:$TAG uncovered-unknown",
            "r.io/web:${{ x }} invalid-image",
            "r.io/$1 invalid-image",
        ]
    );
}

/// A namespace may be any, and so may its default account; what the manifests say of the same one
/// counts.
#[test]
fn a_namespace_that_a_variable_names_may_be_any() {
    let open = |pod: &str| web(&["r.io/web"], pod).replace("namespace: n", "namespace: '${NS}'");
    let account = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: '${NS}'}\n\
        imagePullSecrets: [{name: s}]\n";
    let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: '${NS}'}\n\
        type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{\"auths\":{\"r.io\":\
        {\"username\":\"u\",\"password\":\"canary-4f1d\"}}}'}\n";
    let listed = ", imagePullSecrets: [{name: s}]";
    let any = "r.io/web: nothing in the repository says which namespace `${NS}` is";
    for (text, expected) in [
        (open(""), any),
        (open(", serviceAccountName: own"), any),
        (open("") + account + secret, "r.io/web covered"),
        (open(listed) + secret, "r.io/web covered"),
        (open(listed) + &secret.replace("r.io", "q.io"), "r.io/web uncovered-unknown"),
        (open(listed), "r.io/web: Secret `s` is not in the repository"),
    ] {
        assert_eq!(told(&report(&[("a.yaml", &text)])), [expected], "{text}");
    }
}

/// A parent of Flux may fill in where its children go.
#[test]
fn the_target_of_a_kustomization_may_be_a_variable() {
    let flux = flux("targetNamespace: '${TENANT}'");
    assert_eq!(
        applied(&flux, &web(&["r.io/web"], "")),
        ["r.io/web: nothing in the repository says which namespace `${TENANT}` is"]
    );
}

#[test]
fn nothing_is_missing_or_elsewhere_where_a_variable_names_it() {
    let accounts = |namespace: &str| {
        format!("---\nkind: ServiceAccount\nmetadata: {{name: own, namespace: '{namespace}'}}\n")
    };
    let secret = secret("s", "a: b").replace("name: s", "name: s, labels: {}");
    for (namespace, account, pull_secret, more) in [
        ("n", "default", "${S}", String::new()),
        ("${NS}", "default", "s", secret),
        ("${NS}", "own", "", accounts("other")),
        ("n", "own", "", accounts("${NS}")),
    ] {
        let pod = format!(
            ", serviceAccountName: {account}, imagePullSecrets: [{{name: '{pull_secret}'}}]"
        );
        let pod =
            if pull_secret.is_empty() { format!(", serviceAccountName: {account}") } else { pod };
        let text =
            web(&["r.io/web"], &pod).replace("namespace: n", &format!("namespace: '{namespace}'"));
        let report = report(&[("a.yaml", &(text + &more))]);
        let codes: Vec<_> = report.findings.iter().map(|one| one.code.name()).collect();
        assert!(codes.contains(&"undetermined"), "{codes:?}");
        for code in ["pull-secret-missing", "pull-secret-elsewhere", "account-elsewhere"] {
            assert!(!codes.contains(&code), "{namespace} {account}: {codes:?}");
        }
    }
}

#[test]
fn what_a_cluster_runs_is_filled_in_by_nobody() {
    let live = web(&["${HOST}/web"], "").replace("namespace: n", "namespace: n, uid: 1-2");
    assert_eq!(told(&report(&[("a.yaml", &live)])), ["${HOST}/web invalid-image"]);
}

/// `OpenShift` has a controller that fills in images, the blank ones that `oc` leaves among them.
#[test]
fn what_an_image_stream_fills_in_is_not_known() {
    let trigger = |name: &str, more: &str| {
        format!(
            r#"{{"from":{{"kind":"ImageStreamTag","name":"app:v1"}},"fieldPath":"spec.template.spec.containers[?(@.name==\"{name}\")].image"{more}}}"#
        )
    };
    let web = |triggers: &str| {
        let annotations =
            format!("annotations: {{image.openshift.io/triggers: '{triggers}'}}, namespace");
        web(&[" ", "r.io/other"], "").replacen("namespace", &annotations, 1)
    };
    let place = "OpenShift puts the image of ImageStreamTag `app:v1` in its place";
    let (filled, second) = (&*format!(" : {place}"), &*format!("r.io/other: {place}"));
    let check = |triggers: &str, expected: [&str; 2]| {
        assert_eq!(told(&report(&[("a.yaml", &web(triggers))])), expected, "{triggers}");
    };
    let other = "r.io/other uncovered-unknown";
    check(&format!("[{}]", trigger("c0", "")), [filled, other]);
    check(&format!("[{}]", trigger("c0", r#","paused":"true""#)), ["  invalid-image", other]);
    check(&format!("[{}]", trigger("c", "")), ["  invalid-image", other]);
    check("no JSON", ["  invalid-image", other]);
    let both = format!("[{},{}]", trigger("c0", ""), trigger("c1", ""));
    check(&both, [filled, second]);
}
