//! Kustomizations that name what is not there.

use insta::assert_snapshot;

use super::repository;
use crate::sandbox::Sandbox;

/// One paragraph for each kustomization that lacks many.
#[test]
fn many_paths_that_a_kustomization_lacks_are_told_together() {
    let sandbox = repository();
    let names = ["web.yaml", "a.yaml", "b.yaml", "c.yaml", "d.yaml"].join(", ");
    sandbox.write("apps/kustomization.yaml", &format!("resources: [{names}, ../base]\n"));
    sandbox.write("more/kustomization.yaml", "resources: [a.yaml]\n");
    sandbox.write("base/readme.md", "no kustomization\n");
    assert_snapshot!(sandbox.run(&["audit"]).ended_with(3), @"
    error[broken-kustomization]: kustomize builds nothing: 5 paths
      --> apps/kustomization.yaml:1:23: `resources` names `a.yaml`, which is not there
      --> apps/kustomization.yaml:1:31: `resources` names `b.yaml`, which is not there
      --> apps/kustomization.yaml:1:39: `resources` names `c.yaml`, which is not there
      and 2 more, which `--output json` lists
      help: put it there, or correct or take out what names it

    error[broken-kustomization]: `resources` names `a.yaml`, which is not there, so kustomize builds nothing
      --> more/kustomization.yaml:1:13
      help: put it there, or correct or take out what names it

    1 image in 3 files: 1 covered-by-hub-fallback; 6 errors, 0 warnings, 0 unreadable
    --- status 3
    ");
    assert_eq!(broken(&sandbox, &[]).len(), 6);
}

/// The messages about kustomizations with which kustomize fails.
fn broken(sandbox: &Sandbox, paths: &[&str]) -> Vec<String> {
    let outcome = sandbox.run(&[&["audit", "--output", "json"], paths].concat());
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let broken = findings.iter().filter(|one| one["code"] == "broken-kustomization");
    let text = |one: &serde_json::Value, member: &str| one[member].as_str().unwrap().to_owned();
    broken.map(|one| format!("{}: {}", text(one, "file"), text(one, "message"))).collect()
}

#[test]
fn what_a_kustomization_names_has_to_be_there() {
    let sandbox = repository();
    sandbox.write("apps/kustomization.yaml", "resources:\n- web.yaml\n- gone.yaml\n- ../base\n");
    sandbox.write("base/readme.md", "no kustomization\n");
    assert_snapshot!(sandbox.run(&["audit"]).ended_with(3), @"
    error[broken-kustomization]: `resources` names `gone.yaml`, which is not there, so kustomize builds nothing
      --> apps/kustomization.yaml:3:3
      help: put it there, or correct or take out what names it

    error[broken-kustomization]: `resources` names `../base`, which is a folder without a kustomization.yaml, so kustomize builds nothing
      --> apps/kustomization.yaml:4:3
      help: put it there, or correct or take out what names it

    1 image in 2 files: 1 covered-by-hub-fallback; 2 errors, 0 warnings, 0 unreadable
    --- status 3
    ");
    sandbox.write(
        "base/Kustomization",
        "components: [../apps/web.yaml]\npatches: [{path: ../apps}]\n",
    );
    let messages = [
        "apps/kustomization.yaml: `resources` names `gone.yaml`, which is not there, so kustomize \
         builds nothing",
        "base/Kustomization: `components` names `../apps/web.yaml`, which is a file and not a folder, \
         so kustomize builds nothing",
        "base/Kustomization: `patches` names `../apps`, which is a folder and not a file, so kustomize \
         builds nothing",
    ];
    assert_eq!(broken(&sandbox, &[]), messages);
    sandbox.write(
        "every/kustomization.yaml",
        "bases: [b]\ngenerators: [g]\ntransformers: [t]\nvalidators: [v]\nconfigurations: [o]\n\
         crds: [c]\npatchesStrategicMerge: [s]\npatchesJson6902: [{path: j}]\n\
         replacements: [{path: r}, {source: {name: x}}]\npatches: [{patch: p}]\n\
         openapi: {path: a}\nconfigMapGenerator: [{name: n, files: [made]}]\n",
    );
    assert_eq!(broken(&sandbox, &["every"]).len(), 10);
    // Its base is part of its build, whatever is audited.
    assert_eq!(broken(&sandbox, &["apps"]), messages);
}

#[test]
fn what_may_be_there_elsewhere_is_not_missed() {
    let sandbox = repository();
    let entries = [
        "https://example.com/web.yaml",
        "github.com/acme/base//deploy?ref=v1",
        "git@example.com:acme/base.git",
        "ssh://git@example.com/acme/base",
        "../clusters/${CLUSTER}",
        "ignored.yaml",
        "made/secret.yaml",
        "../../another-repository/base",
        "../vendor/base",
        "../pull-secrets/manifests",
    ];
    let list = format!("resources:\n- {}\n", entries.join("\n- "));
    sandbox.write("apps/kustomization.yaml", &list);
    sandbox.write(".gitignore", "made/\n");
    sandbox.write("apps/.gitignore", "ignored.yaml\n");
    // A submodule that is not checked out.
    std::fs::create_dir_all(sandbox.path("vendor")).unwrap();
    assert_eq!(broken(&sandbox, &[]), [""; 0]);
    sandbox.write("vendor/readme.md", "a checkout\n");
    assert_eq!(broken(&sandbox, &[]).len(), 1);
    std::fs::remove_file(sandbox.path("apps/.gitignore")).unwrap();
    assert_eq!(broken(&sandbox, &[]).len(), 2);
    // Once there is a build, what it did not write is not there.
    sandbox.write("pull-secrets/readme.md", "another file\n");
    assert_eq!(broken(&sandbox, &[]).len(), 3);
    // The file stays when a sparse checkout is over; the index says what is left out.
    sandbox.write(".git/info/sparse-checkout", "/apps\n");
    let left_out = ["apps/ignored.yaml", "pull-secrets/manifests/a.yaml", "vendor/base/a.yaml"];
    sandbox.write_index(&left_out.map(|path| (path, 0o100_644, false)));
    assert_eq!(broken(&sandbox, &[]).len(), 3);
    sandbox.write_index(&left_out.map(|path| (path, 0o100_644, true)));
    assert_eq!(broken(&sandbox, &[]).len(), 0);
}

#[test]
fn what_is_ignored_is_told_by_the_rules_of_git() {
    let sandbox = repository();
    sandbox.write("apps/kustomization.yaml", "resources: [made/a.yaml, b.yaml]\n");
    // Nothing is taken back that lies in a folder which is ignored.
    sandbox.write(".gitignore", "made/\n");
    sandbox.write("apps/.gitignore", "!a.yaml\n");
    // Not a file of Git's.
    sandbox.write("apps/.ignore", "b.yaml\n");
    let [missing] = &*broken(&sandbox, &[]) else { panic!("{:?}", broken(&sandbox, &[])) };
    assert!(missing.contains("`b.yaml`, which is not there"), "{missing}");
}

#[cfg(unix)]
#[test]
fn dots_lead_out_of_the_folder_behind_a_link() {
    let sandbox = repository();
    sandbox.write("base/kustomization.yaml", "resources: [../common]\n");
    sandbox.write("common/kustomization.yaml", "namespace: n\n");
    std::fs::create_dir(sandbox.path("links")).unwrap();
    std::os::unix::fs::symlink("../base", sandbox.path("links/base")).unwrap();
    sandbox.write("apps/kustomization.yaml", "resources: [../links/base, ../links/none]\n");
    assert_eq!(broken(&sandbox, &[]).len(), 1);
    assert_eq!(broken(&sandbox, &["links/base"]), [""; 0]);
    std::os::unix::fs::symlink("nowhere", sandbox.path("links/none")).unwrap();
    assert_eq!(broken(&sandbox, &[]).len(), 1);
}
