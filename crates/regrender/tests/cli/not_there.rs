//! Manifests that belong to the repository and are not there: what they declare is not gone.

use std::fs;

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const FILE: u32 = 0o100_644;
const SUBMODULE: u32 = 0o160_000;

fn namespace(name: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n")
}

/// A repository that was built for `team-a`, and for `team-b` of a manifest at `path`.
fn built(path: &str) -> Sandbox {
    let sandbox = Sandbox::simple();
    sandbox.edit("registries.toml", "[\"team-a\"]", "{ from = \"inventory\" }");
    sandbox.write("prod/a.yaml", &namespace("team-a"));
    sandbox.write(path, &namespace("team-b"));
    sandbox.run(&["build"]).succeeded();
    assert!(sandbox.exists("pull-secrets/manifests/team-b/regcred.sops.yaml"));
    sandbox
}

#[test]
fn a_submodule_that_is_not_checked_out_is_not_empty() {
    let sandbox = built("vendor/b.yaml");
    sandbox.write_index(&[("prod/a.yaml", FILE, false), ("vendor", SUBMODULE, false)]);
    sandbox.run(&["build"]).succeeded();
    fs::remove_file(sandbox.path("vendor/b.yaml")).unwrap();
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: the inventory holds submodules that are not checked out: `vendor`, and no manifest that is there declares `team-b`
      help: check them out: `git submodule update --init`; if they declare nothing, leave them out with `inventory` in registries.toml
    --- status 1
    ");
    sandbox.write_index(&[("prod/a.yaml", FILE, false)]);
    sandbox.run(&["build"]).succeeded();
    assert!(!sandbox.exists("pull-secrets/manifests/team-b"));
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_not_gone() {
    let sandbox = built("test/b.yaml");
    fs::remove_file(sandbox.path("test/b.yaml")).unwrap();
    sandbox.write_index(&[("notes.md", FILE, true), ("test/b.yaml", FILE, true)]);
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: the inventory holds what a sparse checkout leaves out: `test/b.yaml`, and no manifest that is there declares `team-b`
      help: check it out: `git sparse-checkout disable`; if it declares nothing, leave it out with `inventory` in registries.toml
    --- status 1
    ");
    sandbox.write_index(&[("notes.md", FILE, true)]);
    sandbox.run(&["build"]).succeeded();
}

#[test]
fn an_account_that_a_submodule_declares_is_not_taken_over() {
    let sandbox = Sandbox::simple();
    sandbox.give_to("builder");
    let account = "apiVersion: v1\nkind: ServiceAccount\n\
                   metadata: {name: builder, namespace: team-a}\n";
    sandbox.write("vendor/account.yaml", account);
    sandbox.write_index(&[("vendor", SUBMODULE, false)]);
    sandbox.run(&["build"]).succeeded();
    let before = sandbox.files("pull-secrets");
    fs::remove_file(sandbox.path("vendor/account.yaml")).unwrap();
    let told = sandbox.run(&["build"]).ended_with(1).stderr;
    assert!(told.contains("declares `ServiceAccount team-a/builder`\n"), "{told}");
    assert_eq!(sandbox.files("pull-secrets"), before);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_inventory_hides_nothing() {
    let sandbox = built("apps/b.yaml");
    std::os::unix::fs::symlink("../apps", sandbox.path("prod/apps")).unwrap();
    std::os::unix::fs::symlink("/", sandbox.path("prod/machine")).unwrap();
    sandbox.edit("registries.toml", "[seal]\n", "[output]\ninventory = [\"prod\"]\n\n[seal]\n");
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: the inventory holds links that lead out of it: `prod/apps`, and no manifest that is there declares `team-b`
      help: name the folders that they lead to with `inventory` in registries.toml, too
    --- status 1
    ");
    sandbox.edit("registries.toml", "[\"prod\"]", "[\"prod\", \"apps\"]");
    sandbox.run(&["build"]).succeeded();
    assert!(sandbox.exists("pull-secrets/manifests/team-b"));
}

#[test]
fn a_manifest_that_shows_nothing_may_declare_anything() {
    let sandbox = built("b.yaml");
    fs::write(sandbox.path("b.yaml"), b"\0GITCRYPT\0\x91").unwrap();
    let told = sandbox.run(&["build"]).ended_with(1).stderr;
    assert!(
        told.starts_with(
            "error: `b.yaml` of the inventory cannot be read, and no other manifest declares `team-b`: "
        ),
        "{told}"
    );
}

#[test]
fn an_index_that_cannot_be_read_ends_a_build_and_is_listed_by_a_report() {
    let sandbox = built("out/b.yaml");
    sandbox.write(".gitignore", "out/\n");
    sandbox.write_index(&[("out/b.yaml", FILE, false)]);
    sandbox.run(&["build"]).succeeded();
    sandbox.write(".git/index", "DIRC");
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: `.git/index`, in which Git lists what is committed, cannot be read: it is damaged, or of a new kind
      help: see that it may be read; if it is damaged, `git read-tree HEAD` writes it again
    --- status 1
    ");
    assert!(sandbox.exists("pull-secrets/manifests/team-b"));
    let report = sandbox.run(&["audit"]).stdout;
    assert!(report.contains(".git/index"), "{report}");
}
