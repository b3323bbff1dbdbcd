//! Objects of Flux and Argo CD that take the output folder along.

use insta::assert_snapshot;

use crate::sandbox::{Outcome, Sandbox};

const FLUX: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
    metadata: {name: flux-system, namespace: flux-system}\n\
    spec: {path: ./clusters/prod, prune: true}\n";

const WEB: &str =
    "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: team-a}\n";

/// A project whose output folder is among the manifests of a cluster.
fn project(object: &str) -> Sandbox {
    let sandbox = Sandbox::simple();
    sandbox.give_to("web");
    let text = sandbox.read("registries.toml");
    let output = "[output]\ndirectory = \"clusters/prod/pull-secrets\"\n";
    sandbox.write("registries.toml", &format!("{output}{text}"));
    sandbox.write("clusters/prod/web.yaml", WEB);
    sandbox.write("clusters/prod/flux-system/gotk-sync.yaml", object);
    sandbox
}

fn is_told(outcome: &Outcome) -> bool {
    outcome.stderr.contains("has all of `clusters/prod` applied, the output folder")
}

#[test]
fn a_kustomization_of_flux_without_one_of_kustomize_takes_everything_along() {
    let sandbox = project(FLUX);
    let outcome = sandbox.run(&["build"]).succeeded();
    assert_snapshot!(outcome.stderr, @"
    warning: `clusters/prod/flux-system/gotk-sync.yaml` has all of `clusters/prod` applied, the output folder `clusters/prod/pull-secrets` too, at which that fails: list in `clusters/prod/kustomization.yaml` what is to be applied, or set another `directory`
    note: new patches: list `clusters/prod/pull-secrets/patches/team-a` under `components:` in the kustomization.yaml of the overlay that owns what they patch
    ");
    assert!(is_told(&sandbox.run(&["verify"]).succeeded()));
}

#[test]
fn what_says_what_is_to_be_applied_takes_nothing_else_along() {
    let list = ("clusters/prod/kustomization.yaml", "resources: [web.yaml]\n");
    let object = |from: &str, to: &str| FLUX.replace(from, to);
    for (object, list) in [
        (object("", ""), Some(list)),
        (object("./clusters/prod", "clusters"), Some(list)),
        // It opens what is sealed.
        (object("prune: true", "decryption: {provider: sops}"), None),
        (object("./clusters/prod", "clusters/prod/flux-system"), None),
    ] {
        let sandbox = project(&object);
        if let Some((file, text)) = list {
            sandbox.write(file, text);
        }
        let outcome = sandbox.run(&["build"]).succeeded();
        assert!(!outcome.stderr.contains("applied, the output folder"), "{object}: {outcome}");
    }
}

#[test]
fn an_application_that_recurses_takes_everything_along() {
    for (directory, expected) in [
        ("recurse: true", true),
        ("recurse: false", false),
        ("recurse: true, exclude: 'pull-secrets/*'", false),
        ("recurse: true, exclude: 'old/*'", true),
    ] {
        let sandbox = project(&format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: prod, namespace: argocd}}\n\
             spec: {{destination: {{namespace: x}}, source: {{path: clusters/prod, directory: {{{directory}}}}}}}\n"
        ));
        let outcome = sandbox.run(&["build"]).succeeded();
        assert_eq!(is_told(&outcome), expected, "{directory}: {outcome}");
    }
}

#[test]
fn the_folder_of_registries_toml_may_be_what_is_applied() {
    let sandbox = project(FLUX);
    let text = sandbox.read("registries.toml").replace("\"clusters/prod/", "\"");
    sandbox.write("clusters/prod/registries.toml", &text);
    let outcome = sandbox.run_in("clusters/prod", &["build"]).succeeded();
    assert_snapshot!(outcome.stderr, @"
    warning: `flux-system/gotk-sync.yaml` has all of `.` applied, the output folder `pull-secrets` too, at which that fails: list in `./kustomization.yaml` what is to be applied, or set another `directory`
    note: new patches: list `pull-secrets/patches/team-a` under `components:` in the kustomization.yaml of the overlay that owns what they patch
    ");
}
