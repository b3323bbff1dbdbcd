//! Several clusters: recipients and folders of their own.

use insta::assert_snapshot;

use crate::sandbox::{OTHER_IDENTITY, OTHER_RECIPIENT, Sandbox};

fn two_clusters() -> Sandbox {
    let sandbox = Sandbox::simple();
    let text = sandbox.read("registries.toml");
    let clusters = format!(
        "{text}\n[cluster.prod]\nrecipients = [\"{OTHER_RECIPIENT}\"]\n\
         directory = \"clusters/prod/pull-secrets\"\n\n[cluster.test]\n"
    );
    sandbox.write("registries.toml", &clusters);
    sandbox
}

#[test]
fn each_cluster_has_a_folder_and_recipients_of_its_own() {
    let mut sandbox = two_clusters();
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    create clusters/prod/pull-secrets/manifests/kustomization.yaml
    create clusters/prod/pull-secrets/manifests/team-a/kustomization.yaml
    create clusters/prod/pull-secrets/manifests/team-a/regcred.sops.yaml
    create pull-secrets/test/manifests/kustomization.yaml
    create pull-secrets/test/manifests/team-a/kustomization.yaml
    create pull-secrets/test/manifests/team-a/regcred.sops.yaml
    6 created, 0 unchanged
    ");
    sandbox.set("SOPS_AGE_KEY", OTHER_IDENTITY);
    let file = "clusters/prod/pull-secrets/manifests/team-a/regcred.sops.yaml";
    sandbox.run_unsearched(&["reveal", file]).succeeded();
    let file = "pull-secrets/test/manifests/team-a/regcred.sops.yaml";
    sandbox.run(&["reveal", file]).ended_with(1);
}

#[test]
fn an_account_that_is_emptied_is_told_with_its_cluster() {
    let sandbox = two_clusters();
    let account = "namespaces = [\"team-a\"]\nservice-accounts = [\"builder\"]\n";
    sandbox.edit("registries.toml", "namespaces = [\"team-a\"]\n", account);
    sandbox.run(&["build"]).succeeded();
    sandbox.edit("registries.toml", "service-accounts = [\"builder\"]\n", "");
    let told = sandbox.run(&["build", "--cluster", "prod"]).succeeded().stderr;
    assert!(told.contains("service account `team-a/builder` of cluster `prod` is not"), "{told}");
}

#[test]
fn one_cluster_can_be_built_alone() {
    let sandbox = two_clusters();
    sandbox.run(&["build", "--cluster", "prod"]).succeeded();
    assert!(sandbox.exists("clusters/prod/pull-secrets"));
    assert!(!sandbox.exists("pull-secrets"));
}

#[test]
fn a_cluster_that_is_not_declared_is_told() {
    let sandbox = two_clusters();
    assert_snapshot!(sandbox.run(&["build", "--cluster", "prd"]).ended_with(2), @"
    --- stderr
    error: registries.toml declares no cluster `prd`
      help: name one of these: prod, test
    --- status 2
    ");
}

#[test]
fn a_pull_secret_lands_only_in_the_clusters_it_names() {
    let sandbox = two_clusters();
    sandbox.edit(
        "registries.toml",
        "namespaces = [\"team-a\"]\n",
        "namespaces = [\"team-a\"]\nclusters = [\"prod\"]\n",
    );
    sandbox.run(&["build"]).succeeded();
    assert!(sandbox.exists("clusters/prod/pull-secrets/manifests/team-a"));
    assert!(!sandbox.exists("pull-secrets/test/manifests"));
}

#[test]
fn a_tree_that_is_left_over_is_told_and_declares_nothing() {
    let sandbox = Sandbox::simple();
    let accounts = "namespaces = [\"team-a\"]\nservice-accounts = [\"builder\"]\n";
    sandbox.edit("registries.toml", "namespaces = [\"team-a\"]\n", accounts);
    sandbox.run(&["build"]).succeeded();
    let text = sandbox.read("registries.toml");
    sandbox.write("registries.toml", &format!("{text}\n[cluster.prod]\n"));
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    create pull-secrets/prod/manifests/kustomization.yaml
    create pull-secrets/prod/manifests/team-a/kustomization.yaml
    create pull-secrets/prod/manifests/team-a/regcred.sops.yaml
    create pull-secrets/prod/manifests/team-a/service-accounts/builder.yaml
    create pull-secrets/prod/manifests/team-a/service-accounts/kustomization.yaml
    5 created, 0 unchanged
    --- stderr
    warning: 5 files that a build wrote lie outside of every output folder, in `pull-secrets/manifests`: no build renews them; when nothing applies them any more, remove them
    ");
    assert_snapshot!(sandbox.run(&["verify"]).succeeded(), @"
    5 files are as declared
    --- stderr
    warning: 5 files that a build wrote lie outside of every output folder, in `pull-secrets/manifests`: no build renews them; when nothing applies them any more, remove them
    ");
}

#[test]
fn a_tree_that_is_left_over_is_no_matter_of_an_audit() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    let text = sandbox.read("registries.toml");
    sandbox.write("registries.toml", &format!("{text}\n[cluster.prod]\n"));
    assert_eq!(sandbox.run(&["audit"]).succeeded().stderr, "");
}

#[test]
fn a_tree_of_another_file_is_not_left_over() {
    let sandbox = Sandbox::simple();
    let text = sandbox.read("registries.toml");
    sandbox.write("other/registries.toml", &text);
    sandbox.run(&["build", "--config", "other/registries.toml"]).succeeded();
    assert_eq!(sandbox.run(&["build"]).succeeded().stderr, "");
}

#[cfg(unix)]
#[test]
fn a_tree_behind_a_link_is_not_left_over() {
    let sandbox = Sandbox::simple();
    sandbox.give_to("builder");
    std::fs::create_dir_all(sandbox.path("deploy/of-pull-secrets")).unwrap();
    std::os::unix::fs::symlink("deploy/of-pull-secrets", sandbox.path("pull-secrets")).unwrap();
    sandbox.run(&["build"]).succeeded();
    assert!(sandbox.exists("deploy/of-pull-secrets/manifests/team-a/regcred.sops.yaml"));
    for command in [&["build"][..], &["build", "--check"], &["verify"]] {
        assert_eq!(sandbox.run(command).succeeded().stderr, "", "{command:?}");
    }
}

#[cfg(unix)]
#[test]
fn two_clusters_do_not_share_a_folder_behind_links() {
    let sandbox = Sandbox::simple();
    let text = sandbox.read("registries.toml");
    let clusters = "[cluster.one]\ndirectory = \"one\"\n[cluster.two]\ndirectory = \"two\"\n";
    sandbox.write("registries.toml", &format!("{text}\n{clusters}"));
    std::fs::create_dir_all(sandbox.path("real/deeper")).unwrap();
    std::os::unix::fs::symlink("real", sandbox.path("one")).unwrap();
    std::os::unix::fs::symlink("real/deeper", sandbox.path("two")).unwrap();
    assert_snapshot!(sandbox.run(&["build", "--cluster", "two"]).ended_with(1), @"
    --- stderr
    error: output folders `one` and `two` of two clusters both lead to `real`
      help: put a folder in the place of a link, or set another `directory`
    --- status 1
    ");
    std::fs::remove_file(sandbox.path("two")).unwrap();
    sandbox.run(&["build"]).succeeded();
}

#[test]
fn a_pull_secret_that_is_asked_for_where_it_does_not_land_is_told() {
    let sandbox = two_clusters();
    sandbox.edit(
        "registries.toml",
        "namespaces = [\"team-a\"]\n",
        "namespaces = [\"team-a\"]\nclusters = [\"test\"]\n",
    );
    sandbox.run(&["build"]).succeeded();
    for command in ["build", "diff"] {
        let asked = sandbox.run(&[command, "--only", "regcred", "--cluster", "prod"]).succeeded();
        assert_eq!(asked.stderr, "warning: pull secret `regcred` does not land in `prod`\n");
        let asked = sandbox.run(&[command, "--only", "regcred", "--cluster", "test"]).succeeded();
        assert_eq!(asked.stderr, "");
        assert_eq!(sandbox.run(&[command, "--only", "regcred"]).succeeded().stderr, "");
    }
}

#[test]
fn a_pull_secret_that_lands_nowhere_is_told_with_its_cluster() {
    let sandbox = two_clusters();
    sandbox.edit("registries.toml", "[\"team-a\"]", "{ from = \"inventory\" }");
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: pull secret `regcred` lands nowhere in cluster `prod`: there is no Namespace in the inventory (.)
    error: pull secret `regcred` lands nowhere in cluster `test`: there is no Namespace in the inventory (.)
      help: list the namespaces by name, or name the folder of their manifests in `inventory`
    --- status 1
    ");
}

#[test]
fn what_another_configuration_beside_it_wrote_is_not_left_over() {
    let sandbox = Sandbox::simple();
    let other = format!("[output]\ndirectory = \"nodes\"\n\n{}", sandbox.read("registries.toml"));
    sandbox.write("nodes.toml", &other);
    sandbox.run(&["build"]).succeeded();
    for arguments in [&["build", "--config", "nodes.toml"][..], &["build"]] {
        let outcome = sandbox.run(arguments);
        assert_eq!((outcome.status, &*outcome.stderr), (0, ""), "{arguments:?}");
    }
    sandbox.write("nodes.toml", "[package]\n");
    let told = sandbox.run(&["build"]).stderr;
    assert!(told.contains("lie outside of every output folder, in `nodes/manifests`"), "{told}");
}
