//! Components of patches that nothing takes.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const OVERLAY: &str = "apps/kustomization.yaml";

/// An overlay with an account that is patched, and what a build writes for it.
fn built() -> Sandbox {
    let sandbox = Sandbox::simple();
    sandbox.give_to("builder");
    sandbox.write(OVERLAY, "namespace: team-a\nresources: [account.yaml]\n");
    sandbox.write(
        "apps/account.yaml",
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: builder}\n",
    );
    sandbox.run(&["build"]).succeeded();
    sandbox
}

const COMPONENTS: &str = "components: [../pull-secrets/patches/team-a]\n";

#[test]
fn a_component_that_nothing_takes_is_told_by_the_builds_that_come_after() {
    let sandbox = built();
    assert_snapshot!(sandbox.run(&["verify"]).succeeded().stderr, @"warning: `pull-secrets/patches/team-a` is a component that nothing takes: what it patches does without the pull secrets; list it under `components:` in the kustomization.yaml of the overlay that owns what is patched");
    let by_verify = sandbox.run(&["verify"]).stderr;
    assert_eq!(sandbox.run(&["build"]).succeeded().stderr, by_verify);
    sandbox.write(OVERLAY, &(sandbox.read(OVERLAY) + COMPONENTS));
    assert_eq!(sandbox.run(&["verify"]).succeeded().stderr, "");
}

/// They go by what is declared, as if it were taken.
#[test]
fn reports_tell_of_it_too() {
    let sandbox = built();
    let warning = sandbox.run(&["verify"]).stderr;
    let explain = ["explain", "acme/web", "--namespace", "team-a", "--service-account", "builder"];
    for command in [&["audit"][..], &["graph"], &explain] {
        assert_eq!(sandbox.run(command).succeeded().stderr, warning, "{command:?}");
    }
    sandbox.write(OVERLAY, &(sandbox.read(OVERLAY) + COMPONENTS));
    assert_eq!(sandbox.run(&explain).succeeded().stderr, "");
}

/// Whoever listed it before the build that makes it is done.
#[test]
fn the_build_that_makes_one_does_not_tell_what_is_done() {
    let sandbox = built();
    sandbox.write(OVERLAY, &(sandbox.read(OVERLAY) + COMPONENTS));
    std::fs::remove_dir_all(sandbox.path("pull-secrets")).unwrap();
    assert_eq!(sandbox.run(&["build"]).succeeded().stderr, "");
}

#[test]
fn an_object_of_flux_may_take_it() {
    let sandbox = built();
    sandbox.write(
        "clusters/apps.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
         metadata: {name: apps, namespace: flux-system}\n\
         spec: {path: ./apps, components: [../pull-secrets/patches/team-a]}\n",
    );
    assert_eq!(sandbox.run(&["verify"]).succeeded().stderr, "");
}

#[test]
fn what_no_manifest_here_knows_may_be_patched_elsewhere() {
    let sandbox = Sandbox::simple();
    let config = sandbox.read("registries.toml") + "workloads = [\"Deployment/web\"]\n";
    sandbox.write("registries.toml", &config);
    sandbox.run(&["build"]).succeeded();
    assert_eq!(sandbox.run(&["verify"]).succeeded().stderr, "");
}

/// The overlay that cannot be read may be the one.
#[test]
fn where_a_kustomization_cannot_be_read_nothing_is_told() {
    let sandbox = built();
    sandbox.write("other/kustomization.yaml", "resources: [\n");
    assert_eq!(sandbox.run(&["verify"]).succeeded().stderr, "");
}

#[test]
fn a_manifest_that_lists_them_itself_needs_none() {
    let sandbox = built();
    sandbox.edit(
        "apps/account.yaml",
        "{name: builder}\n",
        "{name: builder}\nimagePullSecrets: [{name: regcred}]\n",
    );
    assert_eq!(sandbox.run(&["verify"]).succeeded().stderr, "");
}
