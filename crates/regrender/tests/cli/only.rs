//! `--only`: one pull secret is built, and the rest of the tree stays as it is.

use insta::assert_snapshot;

use crate::sandbox::{CANARY, Sandbox};

const TREE: &str = "pull-secrets/manifests/team-a";

/// Two pull secrets in a namespace with an account, built; then `old` is not declared any more.
fn with_old() -> Sandbox {
    let sandbox = Sandbox::simple();
    sandbox.edit(
        "registries.toml",
        "[secret.regcred]",
        "[secret.old]\nregistries = [\"hub\"]\nnamespaces = [\"team-a\", \"team-b\"]\n\
         service-accounts = [\"builder\"]\n\n[secret.regcred]\nservice-accounts = [\"builder\"]",
    );
    sandbox.run(&["build"]).succeeded();
    let text = sandbox.read("registries.toml");
    let (before, rest) = text.split_once("[secret.old]").unwrap();
    let (_, after) = rest.split_once("[secret.regcred]").unwrap();
    sandbox.write("registries.toml", &format!("{before}[secret.regcred]{after}"));
    sandbox
}

#[test]
fn what_is_not_declared_any_more_stays_and_is_told() {
    let mut sandbox = with_old();
    sandbox.set("HUB_TOKEN", &format!("{CANARY}-rotated"));
    let before = sandbox.snapshot("pull-secrets");
    for arguments in
        [&["diff", "--only", "regcred"][..], &["build", "--check", "--only", "regcred"]]
    {
        sandbox.run(arguments).ended_with(3);
    }
    assert_snapshot!(sandbox.run(&["build", "--only", "regcred"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (content changes)
    1 updated, 9 unchanged
    --- stderr
    note: a build without `--only` would also update `pull-secrets/manifests/team-a/kustomization.yaml`, `pull-secrets/manifests/team-a/service-accounts/builder.yaml`, `pull-secrets/manifests/team-b/kustomization.yaml`, `pull-secrets/manifests/team-b/service-accounts/builder.yaml`; remove `pull-secrets/manifests/team-a/old.sops.yaml`, `pull-secrets/manifests/team-b/old.sops.yaml`
    ");
    let after = sandbox.snapshot("pull-secrets");
    let changed: Vec<&String> = after
        .iter()
        .filter(|(file, what)| before.get(*file) != Some(what))
        .map(|(file, _)| file)
        .collect();
    assert_eq!(changed, [&format!("{TREE}/regcred.sops.yaml")]);
    assert_eq!(before.len(), after.len());
    // What stays is consistent, and the next build of everything takes it away.
    assert!(sandbox.read(&format!("{TREE}/kustomization.yaml")).contains("- old.sops.yaml"));
    assert_snapshot!(sandbox.run(&["build", "--only", "regcred", "--check"]).succeeded(), @"
    10 unchanged
    --- stderr
    note: a build without `--only` would also update `pull-secrets/manifests/team-a/kustomization.yaml`, `pull-secrets/manifests/team-a/service-accounts/builder.yaml`, `pull-secrets/manifests/team-b/kustomization.yaml`, `pull-secrets/manifests/team-b/service-accounts/builder.yaml`; remove `pull-secrets/manifests/team-a/old.sops.yaml`, `pull-secrets/manifests/team-b/old.sops.yaml`
    ");
    sandbox.run(&["verify"]).ended_with(3);
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/kustomization.yaml
    remove pull-secrets/manifests/team-a/old.sops.yaml
    update pull-secrets/manifests/team-a/service-accounts/builder.yaml
    update pull-secrets/manifests/team-b/kustomization.yaml
    remove pull-secrets/manifests/team-b/old.sops.yaml
    update pull-secrets/manifests/team-b/service-accounts/builder.yaml
    4 updated, 2 removed, 4 unchanged
    --- stderr
    note: service account `team-b/builder` is not declared any more and has an empty list now; when that is applied everywhere, or if the namespace goes too, run `regrender build --drop-emptied`
    note: pull secret `team-a/old` goes, and pods that run may still name it: until they are replaced, declare it without `service-accounts` and `workloads`
    ");
}

#[test]
fn what_is_not_built_yet_stays_away_when_nothing_has_to_name_it() {
    let mut sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    sandbox.edit(
        "registries.toml",
        "[secret.regcred]",
        "[secret.other]\nregistries = [\"hub\"]\nnamespaces = [\"team-a\", \"team-b\"]\n\n[secret.regcred]",
    );
    sandbox.set("HUB_TOKEN", &format!("{CANARY}-rotated"));
    assert_snapshot!(sandbox.run(&["build", "--only", "regcred"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (content changes)
    1 updated, 2 unchanged
    --- stderr
    note: a build without `--only` would also create `pull-secrets/manifests/team-a/other.sops.yaml`, `pull-secrets/manifests/team-b/kustomization.yaml`, `pull-secrets/manifests/team-b/other.sops.yaml`; update `pull-secrets/manifests/kustomization.yaml`, `pull-secrets/manifests/team-a/kustomization.yaml`
    ");
    assert!(!sandbox.exists("pull-secrets/manifests/team-b"));
}

#[test]
fn a_new_pull_secret_is_put_into_the_lists() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    sandbox.edit(
        "registries.toml",
        "[secret.regcred]",
        "[secret.other]\nregistries = [\"hub\"]\nnamespaces = [\"team-a\", \"team-b\"]\n\
         service-accounts = [\"builder\"]\n\n[secret.regcred]",
    );
    assert_snapshot!(sandbox.run(&["build", "--only", "other"]).succeeded(), @"
    update pull-secrets/manifests/kustomization.yaml
    update pull-secrets/manifests/team-a/kustomization.yaml
    create pull-secrets/manifests/team-a/other.sops.yaml
    create pull-secrets/manifests/team-a/service-accounts/builder.yaml
    create pull-secrets/manifests/team-a/service-accounts/kustomization.yaml
    create pull-secrets/manifests/team-b/kustomization.yaml
    create pull-secrets/manifests/team-b/other.sops.yaml
    create pull-secrets/manifests/team-b/service-accounts/builder.yaml
    create pull-secrets/manifests/team-b/service-accounts/kustomization.yaml
    7 created, 2 updated, 1 unchanged
    ");
    assert_snapshot!(sandbox.run(&["build", "--check"]).succeeded(), @"10 unchanged");
}

#[test]
fn a_list_that_would_lose_something_of_others_is_not_written() {
    let sandbox = with_old();
    sandbox.edit(
        "registries.toml",
        "[secret.regcred]",
        "[secret.new]\nregistries = [\"hub\"]\nnamespaces = [\"team-a\"]\n\n[secret.regcred]",
    );
    let before = sandbox.snapshot("pull-secrets");
    assert_snapshot!(sandbox.run(&["build", "--only", "new"]).ended_with(1), @"
    --- stderr
    error: `pull-secrets/manifests/team-a/kustomization.yaml` would change for more than what `--only` names; nothing was written
      help: build without `--only`
    --- status 1
    ");
    assert_eq!(sandbox.snapshot("pull-secrets"), before);
    sandbox.run(&["build"]).succeeded();
}

#[test]
fn an_account_that_nothing_declares_is_not_emptied() {
    let sandbox = Sandbox::simple();
    let accounts = "namespaces = [\"team-a\"]\nservice-accounts = [\"builder\"]\n";
    sandbox.edit("registries.toml", "namespaces = [\"team-a\"]\n", accounts);
    sandbox.run(&["build"]).succeeded();
    sandbox.edit("registries.toml", "service-accounts = [\"builder\"]\n", "");
    assert_snapshot!(sandbox.run(&["build", "--only", "regcred"]).succeeded(), @"
    5 unchanged
    --- stderr
    note: a build without `--only` would also update `pull-secrets/manifests/team-a/service-accounts/builder.yaml`
    ");
    assert_snapshot!(sandbox.run(&["build", "--only", "regcred", "--drop-emptied"]).ended_with(2), @"
    --- stderr
    error: the argument '--only <SECRET>' cannot be used with '--drop-emptied'

    Usage: regrender build --only <SECRET>

    For more information, try '--help'.
    --- status 2
    ");
}

#[test]
fn a_pull_secret_that_leaves_a_namespace_stays_there() {
    let sandbox = Sandbox::simple();
    sandbox.edit("registries.toml", "[\"team-a\"]", "[\"team-a\", \"team-b\"]");
    sandbox.run(&["build"]).succeeded();
    sandbox.edit("registries.toml", "[\"team-a\", \"team-b\"]", "[\"team-a\"]");
    assert_snapshot!(sandbox.run(&["build", "--only", "regcred"]).succeeded(), @"
    5 unchanged
    --- stderr
    note: a build without `--only` would also update `pull-secrets/manifests/kustomization.yaml`; remove `pull-secrets/manifests/team-b/kustomization.yaml`, `pull-secrets/manifests/team-b/regcred.sops.yaml`
    ");
    assert!(sandbox.exists("pull-secrets/manifests/team-b/regcred.sops.yaml"));
}

#[test]
fn what_is_in_the_way_of_others_does_not_matter() {
    let mut sandbox = Sandbox::simple();
    sandbox.edit(
        "registries.toml",
        "[secret.regcred]",
        "[secret.other]\nregistries = [\"hub\"]\nnamespaces = [\"team-b\"]\n\n[secret.regcred]",
    );
    sandbox.run(&["build"]).succeeded();
    for file in ["kustomization.yaml", "other.sops.yaml"] {
        sandbox.write(&format!("pull-secrets/manifests/team-b/{file}"), "mine\n");
    }
    sandbox.set("HUB_TOKEN", &format!("{CANARY}-rotated"));
    sandbox.run(&["build", "--only", "other"]).ended_with(1);
    let list = "pull-secrets/manifests/team-b/kustomization.yaml";
    let (foreign, ours) = (sandbox.read(list), sandbox.read(&list.replace("team-b", "team-a")));
    sandbox.write(list, &ours.replace("regcred", "other"));
    let told = sandbox.run(&["build", "--only", "other"]).ended_with(1).to_string();
    assert!(told.contains("team-b/other.sops.yaml` is in the way"), "{told}");
    sandbox.write(list, &foreign);
    assert_snapshot!(sandbox.run(&["build", "--only", "regcred"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (content changes)
    1 updated, 2 unchanged
    ");
}

#[test]
fn what_the_kubelets_get_is_never_missing() {
    let sandbox = Sandbox::simple();
    sandbox.edit(
        "registries.toml",
        "[secret.regcred]",
        "[registry.nodes]\nhost = \"nodes.example\"\nusername = \"u\"\npassword = { env = \"NODES\" }\n\
         provide = \"node\"\n\n[secret.other]\nregistries = [\"hub\"]\nnamespaces = [\"team-a\"]\n\n[secret.regcred]",
    );
    assert_snapshot!(sandbox.run(&["build", "--only", "regcred"]).ended_with(1), @"
    --- stderr
    error: `pull-secrets/manifests/team-a/other.sops.yaml` does not exist yet, and other files would name it
      help: add `--only other`, or build without `--only`
    --- status 1
    ");
    let both = ["build", "--only", "regcred", "--only", "other"];
    assert_snapshot!(sandbox.run(&both).succeeded(), @"
    create pull-secrets/manifests/kustomization.yaml
    create pull-secrets/manifests/team-a/kustomization.yaml
    create pull-secrets/manifests/team-a/other.sops.yaml
    create pull-secrets/manifests/team-a/regcred.sops.yaml
    4 created, 0 unchanged
    --- stderr
    note: a build without `--only` would also create `pull-secrets/nodes/config.sops.yaml`
    ");
}
