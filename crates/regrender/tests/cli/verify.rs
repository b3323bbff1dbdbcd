//! `verify`: a gate without any key.

use insta::assert_snapshot;

use crate::sandbox::{CANARY, OTHER_IDENTITY, OTHER_RECIPIENT, RECIPIENT, Sandbox};

const FILE: &str = "pull-secrets/manifests/team-a/regcred.sops.yaml";

/// A second registry, and what names it too.
const MORE: &str =
    "[registry.more]\nhost = \"r.corp\"\nusername = { env = \"U\" }\npassword = { env = \"M\" }\n";
const BOTH: &str = "registries = [\"hub\", \"more\"]";

/// A built tree, and an environment in which nothing can be opened or resolved.
fn built() -> Sandbox {
    let mut sandbox = Sandbox::simple();
    sandbox.give_to("default");
    sandbox.run(&["build"]).succeeded();
    sandbox.unset("SOPS_AGE_KEY");
    sandbox.unset("HUB_TOKEN");
    sandbox
}

#[test]
fn one_file_is_one() {
    let sandbox = Sandbox::simple();
    let config = sandbox.read("registries.toml");
    let (without, _) = config.split_once("[secret.regcred]").unwrap();
    sandbox.write("registries.toml", &format!("output.consumer = \"kubectl\"\n{without}"));
    sandbox.run(&["build"]).succeeded();
    assert_eq!(sandbox.run(&["verify"]).succeeded().stdout, "1 file is as declared\n");
}

#[test]
fn what_a_build_wrote_is_as_declared() {
    assert_snapshot!(built().run(&["verify"]).succeeded(), @"5 files are as declared");
}

#[test]
fn a_tree_that_was_never_built_is_told() {
    assert_snapshot!(Sandbox::simple().run(&["verify"]).ended_with(3), @"
    error[missing-file]: pull-secrets/manifests/kustomization.yaml: is declared and not there
    error[missing-file]: pull-secrets/manifests/team-a/kustomization.yaml: is declared and not there
    error[missing-file]: pull-secrets/manifests/team-a/regcred.sops.yaml: is declared and not there
      help: run `regrender build` and commit what it writes
    3 findings
    --- status 3
    ");
}

#[test]
fn what_was_sealed_before_a_change_is_told() {
    let told = |edit: fn(&Sandbox)| {
        let sandbox = built();
        edit(&sandbox);
        sandbox.run(&["verify"]).ended_with(3).to_string()
    };
    assert_snapshot!(told(|sandbox| {
        sandbox.write("registries.toml", &(sandbox.read("registries.toml") + "\n" + MORE));
        sandbox.edit("registries.toml", "registries = [\"hub\"]", BOTH);
    }), @"
    error[outdated-file]: pull-secrets/manifests/team-a/regcred.sops.yaml: does not say `Holds a credential for r.corp`
      help: run `regrender build` and commit what it writes
    1 finding
    --- status 3
    ");
    assert_snapshot!(told(|sandbox| {
        sandbox.edit("registries.toml", "\"acme-bot\"", "\"acme-pull\"");
    }), @"
    error[outdated-file]: pull-secrets/manifests/team-a/regcred.sops.yaml: does not say `Holds the credential of acme-pull for https://index.docker.io/v1/`
      help: run `regrender build` and commit what it writes
    1 finding
    --- status 3
    ");
    let mut sandbox = Sandbox::simple();
    sandbox.set("U", "m");
    sandbox.set("M", CANARY);
    sandbox.write("registries.toml", &(sandbox.read("registries.toml") + "\n" + MORE));
    sandbox.edit("registries.toml", "registries = [\"hub\"]", BOTH);
    sandbox.run(&["build"]).succeeded();
    sandbox.edit("registries.toml", BOTH, "registries = [\"hub\"]");
    let told = sandbox.run(&["verify"]).ended_with(3);
    assert_snapshot!(told.stdout, @"
    error[outdated-file]: pull-secrets/manifests/team-a/regcred.sops.yaml: says `Holds a credential for r.corp`, which is not declared
      help: run `regrender build` and commit what it writes
    1 finding
    ");
}

#[test]
fn what_an_age_file_was_sealed_for_before_a_change_is_told() {
    let sandbox = Sandbox::simple();
    let age = "[output]\nconsumer = \"kubectl\"\n\n[seal]\nformat = \"age\"\n";
    sandbox.edit("registries.toml", "[seal]\n", age);
    sandbox.run(&["build"]).succeeded();
    sandbox.run(&["verify"]).succeeded();
    sandbox.edit("registries.toml", "\"acme-bot\"", "\"acme-pull\"");
    assert_snapshot!(sandbox.run(&["verify"]).ended_with(3), @"
    error[outdated-file]: pull-secrets/manifests/team-a/regcred.age: does not say that it holds credentials of the registries and usernames that are declared
      help: run `regrender build` and commit what it writes
    1 finding
    --- status 3
    ");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.age  (what it says that it holds changes, content changes)
    1 updated, 1 unchanged
    ");
    sandbox.run(&["verify"]).succeeded();
}

#[test]
fn a_credential_that_expires_soon_is_told_and_fails_nothing() {
    let mut sandbox = Sandbox::simple();
    sandbox.edit("registries.toml", "[registry.hub]\n", "[registry.hub]\nexpires = 2026-11-25\n");
    sandbox.run(&["build"]).succeeded();
    sandbox.unset("HUB_TOKEN");
    let told =
        "credential of registry `hub` expires soon: its last day is 2026-11-25, 7 days from now";
    for command in ["verify", "audit"] {
        let outcome = sandbox.run(&[command]).succeeded();
        assert_eq!(outcome.stderr.matches(told).count(), 1, "{outcome}");
    }
}

#[test]
fn a_large_pull_secret_for_argo_cd_is_as_declared() {
    let mut sandbox = Sandbox::simple();
    sandbox.edit(
        "registries.toml",
        "[registry.hub]",
        "[output]\nconsumer = [\"argocd\"]\n\n[registry.hub]",
    );
    sandbox.set("HUB_TOKEN", &format!("{CANARY}{}", "x".repeat(80_000)));
    sandbox.run(&["build"]).succeeded();
    let options = "argocd.argoproj.io/sync-options: ServerSideApply=true";
    assert!(sandbox.read(FILE).contains(options));
    sandbox.unset("HUB_TOKEN");
    sandbox.run(&["verify"]).succeeded();
    sandbox.edit(FILE, options, "argocd.argoproj.io/sync-options: Prune=false");
    assert!(sandbox.run(&["verify"]).ended_with(3).to_string().contains("outdated-file"));
}

#[test]
fn recipients_are_compared() {
    let sandbox = built();
    sandbox.edit("registries.toml", RECIPIENT, OTHER_RECIPIENT);
    assert_snapshot!(sandbox.run(&["verify"]).ended_with(3), @"
    error[missing-recipient]: pull-secrets/manifests/team-a/regcred.sops.yaml: `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` is a recipient and cannot open it
    error[undeclared-recipient]: pull-secrets/manifests/team-a/regcred.sops.yaml: `age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt` is no recipient and can open it
      help: run `regrender build` and commit what it writes
    2 findings
    --- status 3
    ");
}

#[test]
fn a_sealed_file_that_was_moved_is_told() {
    let sandbox = built();
    sandbox.edit(FILE, "namespace: team-a", "namespace: team-b");
    assert_snapshot!(sandbox.run(&["verify"]).ended_with(3), @"
    error[outdated-file]: pull-secrets/manifests/team-a/regcred.sops.yaml: its name, namespace, type, labels, annotations or comments are not as declared
      help: run `regrender build` and commit what it writes
    1 finding
    --- status 3
    ");
}

#[test]
fn a_renamed_key_is_told() {
    let sandbox = built();
    sandbox.edit(FILE, ".dockerconfigjson: ENC", ".other: ENC");
    assert_snapshot!(sandbox.run(&["verify"]).ended_with(3), @"
    error[outdated-file]: pull-secrets/manifests/team-a/regcred.sops.yaml: its one value is not `data:.dockerconfigjson`
      help: run `regrender build` and commit what it writes
    1 finding
    --- status 3
    ");
}

#[test]
fn a_value_in_clear_is_told_and_not_shown() {
    let sandbox = built();
    sandbox.edit(
        FILE,
        ".dockerconfigjson: ENC[",
        &format!("x: {CANARY}\n    .dockerconfigjson: ENC["),
    );
    let outcome = sandbox.run_unsearched(&["verify"]).ended_with(3);
    assert!(!outcome.to_string().contains(CANARY), "{outcome}");
    assert_snapshot!(outcome, @"
    error[value-in-clear]: pull-secrets/manifests/team-a/regcred.sops.yaml: `data:x` can be read by everybody
    error[outdated-file]: pull-secrets/manifests/team-a/regcred.sops.yaml: its one value is not `data:.dockerconfigjson`
      help: run `regrender build` and commit what it writes
    2 findings
    --- status 3
    ");
}

#[test]
fn text_behind_a_sealed_value_is_told_and_not_shown() {
    let sandbox = built();
    let text = sandbox.read(FILE);
    let line = text.lines().find(|line| line.contains(".dockerconfigjson: ENC[")).unwrap();
    sandbox.edit(FILE, line, &format!("{line} {CANARY}"));
    let outcome = sandbox.run_unsearched(&["verify"]).ended_with(3);
    assert!(!outcome.to_string().contains(CANARY), "{outcome}");
    assert_snapshot!(outcome, @"
    error[text-behind-value]: pull-secrets/manifests/team-a/regcred.sops.yaml: behind the encrypted value of `data:.dockerconfigjson` stands text that nothing seals
      help: run `regrender build` and commit what it writes
    1 finding
    --- status 3
    ");
}

#[test]
fn a_build_takes_away_what_stands_behind_a_sealed_value() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    let text = sandbox.read(FILE);
    let line = text.lines().find(|line| line.contains(".dockerconfigjson: ENC[")).unwrap();
    sandbox.edit(FILE, line, &format!("{line} {CANARY}"));
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (was edited by hand: behind the encrypted value of `data:.dockerconfigjson` stands text that nothing seals)
    1 updated, 2 unchanged
    --- stderr
    warning: `pull-secrets/manifests/team-a/regcred.sops.yaml` was edited by hand: behind the encrypted value of `data:.dockerconfigjson` stands text that nothing seals; it is sealed anew
    ");
    assert!(!sandbox.read(FILE).contains(CANARY));
    sandbox.run(&["verify"]).succeeded();
}

#[test]
fn a_build_mends_what_one_of_several_recipients_cannot_open() {
    let mut sandbox = Sandbox::simple();
    sandbox.add_recipient();
    sandbox.run(&["build"]).succeeded();
    let text = sandbox.read(FILE);
    let at = text.rfind("            -----END").unwrap();
    let (above, below) = text.split_at(at);
    sandbox.write(FILE, &format!("{above}            YWdl\n{below}"));
    assert_snapshot!(sandbox.run(&["verify"]).ended_with(3), @"
    error[broken-file]: pull-secrets/manifests/team-a/regcred.sops.yaml: what is wrapped for `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` cannot hold a data key
      help: run `regrender build` and commit what it writes
    1 finding
    --- status 3
    ");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (was edited by hand: what is wrapped for `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` cannot hold a data key)
    1 updated, 2 unchanged
    --- stderr
    warning: `pull-secrets/manifests/team-a/regcred.sops.yaml` was edited by hand: what is wrapped for `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` cannot hold a data key; it is sealed anew
    ");
    sandbox.run(&["verify"]).succeeded();
    sandbox.set("SOPS_AGE_KEY", OTHER_IDENTITY);
    sandbox.run(&["build", "--check"]).succeeded();
}

#[test]
fn a_clear_secret_anywhere_in_the_folder_is_told_and_not_shown() {
    let sandbox = built();
    sandbox.write(
        "pull-secrets/forgotten.yaml",
        &format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: old}}\ntype: kubernetes.io/dockerconfigjson\n\
             stringData: {{.dockerconfigjson: '{{\"auths\":{{\"r\":{{\"password\":\"{CANARY}\"}}}}}}'}}\n"
        ),
    );
    let outcome = sandbox.run_unsearched(&["verify"]).ended_with(3);
    assert!(!outcome.to_string().contains(CANARY), "{outcome}");
    assert_snapshot!(outcome, @"
    error[undeclared-file]: pull-secrets/forgotten.yaml: is not declared, and no build wrote it
      help: move it out of the output folder
    error[clear-secret]: pull-secrets/forgotten.yaml: Secret `old` can be read by everybody
      help: change the credential at the registry, remove the file, and build again
    2 findings
    --- status 3
    ");
}

#[test]
fn files_that_are_missing_changed_or_too_many_are_told() {
    let sandbox = built();
    std::fs::remove_file(sandbox.path("pull-secrets/manifests/team-a/kustomization.yaml")).unwrap();
    sandbox.edit("pull-secrets/manifests/kustomization.yaml", "team-a", "team-b");
    let header = sandbox.read(FILE).lines().next().unwrap().to_owned();
    sandbox.write("pull-secrets/manifests/team-z/old.sops.yaml", &format!("{header}\nx: 1\n"));
    assert_snapshot!(sandbox.run(&["verify"]).ended_with(3), @"
    error[outdated-file]: pull-secrets/manifests/kustomization.yaml: says something else than is declared
    error[missing-file]: pull-secrets/manifests/team-a/kustomization.yaml: is declared and not there
    error[undeclared-file]: pull-secrets/manifests/team-z/old.sops.yaml: is not declared any more
      help: run `regrender build` and commit what it writes
    3 findings
    --- status 3
    ");
}

#[test]
fn damaged_files_are_told() {
    let sandbox = built();
    sandbox.edit(FILE, "    mac: ENC[", "    mac: [");
    assert_snapshot!(sandbox.run(&["verify", "--output", "json"]).ended_with(3), @r#"
    {"findings":[{"code":"broken-file","path":"pull-secrets/manifests/team-a/regcred.sops.yaml","message":"the sops metadata is not readable: `mac` has a value of the wrong type","help":"run `regrender build` and commit what it writes"}],"files":5}
    --- status 3
    "#);
    sandbox.edit(FILE, "sops:", "<<<<<<< HEAD\nsops:");
    assert_snapshot!(sandbox.run(&["verify"]).ended_with(3), @"
    error[broken-file]: pull-secrets/manifests/team-a/regcred.sops.yaml: line 11 is the conflict marker of an unfinished merge
      help: run `regrender build` and commit what it writes
    1 finding
    --- status 3
    ");
}

#[test]
fn a_sealed_file_that_was_cut_off_is_broken_and_not_clear() {
    let sandbox = built();
    let text = sandbox.read(FILE);
    let end = text.find("lastmodified").unwrap();
    sandbox.write(FILE, &text[..end]);
    let outcome = sandbox.run(&["verify"]).ended_with(3);
    assert!(outcome.stdout.contains("error[broken-file]"), "{outcome}");
    assert!(!outcome.stdout.contains("clear-secret"), "{outcome}");
}
