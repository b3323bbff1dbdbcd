//! Where the variables of Flux come from: `ConfigMaps`, Secrets, and patches that name more of them.

use super::repository::report;
use super::variable::{applied, flux, told, web};

fn config_map(name: &str, data: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: flux-system}}\n\
         data: {{{data}}}\n"
    )
}

pub(crate) fn secret(name: &str, keys: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: flux-system}}\n\
         stringData: {{{keys}}}\nsops: {{mac: x}}\n"
    )
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
