//! Nothing changed means nothing changes; and what changes when something did.

use insta::assert_snapshot;

use crate::sandbox::{CANARY, IDENTITY, OTHER_IDENTITY, OTHER_RECIPIENT, RECIPIENT, Sandbox};

const FILE: &str = "pull-secrets/manifests/team-a/regcred.sops.yaml";
const FINGERPRINT_KEY: &str = "canary-4f1d-of-the-fingerprint-key-0123456789";

/// Makes the file carry a fingerprint, and forgets the identity.
fn with_fingerprints() -> Sandbox {
    let mut sandbox = Sandbox::simple();
    sandbox.edit(
        "registries.toml",
        "[seal]\n",
        "[seal]\nfingerprint-key = { env = \"FINGERPRINT_KEY\" }\n",
    );
    sandbox.set("FINGERPRINT_KEY", FINGERPRINT_KEY);
    sandbox.unset("SOPS_AGE_KEY");
    sandbox
}

#[test]
fn a_second_build_touches_nothing() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    let before = sandbox.snapshot("pull-secrets");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"3 unchanged");
    assert_eq!(sandbox.snapshot("pull-secrets"), before);
}

/// Git does so when it checks out on Windows (`core.autocrlf`).
#[test]
fn line_ends_of_windows_change_nothing() {
    for sandbox in [Sandbox::simple(), with_fingerprints()] {
        let account = "namespaces = [\"team-a\"]\nservice-accounts = [\"builder\"]\n";
        sandbox.edit("registries.toml", "namespaces = [\"team-a\"]\n", account);
        sandbox.run(&["build"]).succeeded();
        for file in sandbox.files("pull-secrets") {
            sandbox.write(&file, &sandbox.read(&file).replace('\n', "\r\n"));
        }
        sandbox.write("registries.toml", &sandbox.read("registries.toml").replace('\n', "\r\n"));
        let before = sandbox.snapshot("pull-secrets");
        for (arguments, told) in [
            (&["build"][..], "5 unchanged\n"),
            (&["build", "--only", "regcred"], "5 unchanged\n"),
            (&["diff"], "nothing would change\n"),
            (&["verify"], "5 files are as declared\n"),
        ] {
            assert_eq!(sandbox.run(arguments).succeeded().to_string(), told, "{arguments:?}");
        }
        assert_eq!(sandbox.snapshot("pull-secrets"), before);
    }
}

#[test]
fn a_further_worktree_in_the_repository_changes_nothing() {
    let sandbox = Sandbox::simple();
    let account = "namespaces = [\"team-a\"]\nservice-accounts = [\"default\"]\n";
    sandbox.edit("registries.toml", "namespaces = [\"team-a\"]\n", account);
    sandbox.run(&["build"]).succeeded();
    sandbox.write(".git/worktrees/other/commondir", "../..\n");
    sandbox.write(".worktrees/other/.git", "gitdir: ../../.git/worktrees/other\n");
    for file in sandbox.files("pull-secrets") {
        sandbox.write(&format!(".worktrees/other/{file}"), &sandbox.read(&file));
    }
    for (command, told) in [("build", "5 unchanged\n"), ("verify", "5 files are as declared\n")] {
        assert_eq!(sandbox.run(&[command]).succeeded().to_string(), told);
    }
}

#[test]
fn labels_and_annotations_that_change_are_told() {
    let mut sandbox = with_fingerprints();
    sandbox.set("SOPS_AGE_KEY", IDENTITY);
    let before = "labels = { team = \"a\", tier = \"app\" }\n";
    sandbox.write("registries.toml", &(sandbox.read("registries.toml") + before));
    sandbox.run(&["build"]).succeeded();
    let after = "labels = { team = \"b\" }\nannotations = { \"example.com/by\" = \"anna\" }\n";
    sandbox.edit("registries.toml", before, after);
    assert_snapshot!(sandbox.run(&["diff"]).ended_with(3), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (content changes)
      ~ label `team`: `a` becomes `b`
      - label `tier`: `app`
      + annotation `example.com/by`: `anna`
    --- status 3
    ");
}

#[test]
fn an_edit_of_what_is_not_declared_is_told() {
    let mut sandbox = with_fingerprints();
    sandbox.set("SOPS_AGE_KEY", IDENTITY);
    sandbox.run(&["build"]).succeeded();
    sandbox.edit(FILE, "apiVersion: v1\n", "# ours\napiVersion: v1\n");
    assert_snapshot!(sandbox.run(&["diff"]).ended_with(3), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (content changes)
      ~ what stands beside registries, labels and annotations
    --- status 3
    ");
}

#[test]
fn a_fingerprint_stands_in_for_an_identity() {
    let sandbox = with_fingerprints();
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    create pull-secrets/manifests/kustomization.yaml
    create pull-secrets/manifests/team-a/kustomization.yaml
    create pull-secrets/manifests/team-a/regcred.sops.yaml
    3 created, 0 unchanged
    ");
    assert!(sandbox.read(FILE).contains("regrender.dev/fingerprint: "));
    let before = sandbox.snapshot("pull-secrets");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"3 unchanged");
    assert_eq!(sandbox.snapshot("pull-secrets"), before);
}

#[test]
fn a_rotation_is_seen_through_the_fingerprint() {
    let mut sandbox = with_fingerprints();
    sandbox.run(&["build"]).succeeded();
    sandbox.set("HUB_TOKEN", &format!("{CANARY}-rotated"));
    assert_snapshot!(sandbox.run(&["build", "--check"]).ended_with(3), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (its fingerprint does not match: what it covers changes, or the key is another)
    1 to be updated, 2 unchanged
    --- status 3
    ");
}

#[test]
fn another_fingerprint_key_shows_nothing_to_be_the_same() {
    let mut sandbox = with_fingerprints();
    sandbox.run(&["build"]).succeeded();
    sandbox.set("FINGERPRINT_KEY", "canary-4f1d-another-key-0123456789-0123456789");
    assert_snapshot!(sandbox.run(&["build", "--check"]).ended_with(3), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (its fingerprint does not match: what it covers changes, or the key is another)
    1 to be updated, 2 unchanged
    --- status 3
    ");
}

#[test]
fn a_fingerprint_key_may_lie_sealed_in_the_repository() {
    let mut sandbox = Sandbox::simple();
    let source = "[seal]\nfingerprint-key = { age = \"fingerprint.key.age\" }\n";
    sandbox.edit("registries.toml", "[seal]\n", source);
    let recipient: age::x25519::Recipient = RECIPIENT.parse().unwrap();
    let key = format!("{FINGERPRINT_KEY}\n");
    let sealed = age::encrypt_and_armor(&recipient, key.as_bytes()).unwrap();
    sandbox.write("fingerprint.key.age", &sealed);
    sandbox.run(&["build"]).succeeded();
    assert!(sandbox.read(FILE).contains("regrender.dev/fingerprint: "));
    let before = sandbox.snapshot("pull-secrets");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"3 unchanged");
    sandbox.unset("SOPS_AGE_KEY");
    assert_snapshot!(sandbox.run(&["verify"]).succeeded(), @"3 files are as declared");
    let told = sandbox.run(&["build"]).ended_with(1).to_string();
    assert!(told.contains("error[sealed-source-no-identity]: the fingerprint key"), "{told}");
    assert_eq!(sandbox.snapshot("pull-secrets"), before);
}

#[test]
fn a_weak_fingerprint_key_is_refused() {
    let mut sandbox = with_fingerprints();
    sandbox.set("FINGERPRINT_KEY", "canary-4f1d");
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: the fingerprint key cannot be used: the fingerprint key has 11 characters; it needs at least 32
      help: make one: `head -c 32 /dev/urandom | base64`
    --- status 1
    ");
    assert!(!sandbox.exists("pull-secrets"));
}

#[test]
fn with_neither_the_build_says_once_why_everything_changes() {
    let mut sandbox = Sandbox::simple();
    sandbox.edit("registries.toml", "[\"team-a\"]", "[\"team-a\", \"team-b\"]");
    sandbox.unset("SOPS_AGE_KEY");
    sandbox.run(&["build"]).succeeded();
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (cannot be compared)
    update pull-secrets/manifests/team-b/regcred.sops.yaml  (cannot be compared)
    2 updated, 3 unchanged
    --- stderr
    warning: 2 files are sealed anew, whether anything changed or not: no identity opens what is there, and there is no fingerprint key; give an identity (`--identity FILE`, `SOPS_AGE_KEY_FILE`) or set `fingerprint-key` in [seal]
    ");
}

#[test]
fn an_identity_that_was_passed_over_is_told_once_it_is_missed() {
    let mut sandbox = Sandbox::simple();
    sandbox.unset("SOPS_AGE_KEY");
    sandbox.write(".home/.ssh/id_ed25519", "canary-4f1d");
    assert!(!sandbox.run(&["build"]).succeeded().stderr.contains("id_ed25519"));
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (cannot be compared)
    1 updated, 2 unchanged
    --- stderr
    warning: 1 file is sealed anew, whether anything changed or not: no identity opens what is there, and there is no fingerprint key; give an identity (`--identity FILE`, `SOPS_AGE_KEY_FILE`) or set `fingerprint-key` in [seal]
    note: identity file `$FOLDER/.home/.ssh/id_ed25519` cannot be used: line 1 holds neither an identity nor a comment
    ");
}

#[test]
fn a_rotated_password_keeps_the_data_key() {
    let mut sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    let before = sandbox.read(FILE);
    sandbox.set("HUB_TOKEN", &format!("{CANARY}-rotated"));
    assert_snapshot!(sandbox.run(&["diff"]).ended_with(3), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (content changes)
      ~ registry `https://index.docker.io/v1/`: password changes
    --- status 3
    ");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (content changes)
    1 updated, 2 unchanged
    ");
    let after = sandbox.read(FILE);
    let key = |text: &str| text.split("- enc: |").nth(1).unwrap()[..200].to_owned();
    assert_eq!(key(&before), key(&after));
    assert_ne!(before, after);
}

#[test]
fn a_recipient_more_keeps_the_values() {
    let mut sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    let before = sandbox.read(FILE);
    sandbox.add_recipient();
    assert_snapshot!(sandbox.run(&["diff"]).ended_with(3), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (for `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` too)
      + recipient age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz
    --- status 3
    ");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (for `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` too)
    1 updated, 2 unchanged
    ");
    let after = sandbox.read(FILE);
    let values = |text: &str| {
        text.lines().filter(|line| line.contains("ENC[")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(values(&before), values(&after));
    sandbox.set("SOPS_AGE_KEY", OTHER_IDENTITY);
    sandbox.run_unsearched(&["reveal", FILE]).succeeded();
}

#[test]
fn a_recipient_less_gets_a_new_data_key_and_a_warning() {
    let mut sandbox = Sandbox::simple();
    sandbox.add_recipient();
    sandbox.run(&["build"]).succeeded();
    sandbox.remove_recipient();
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (not for `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` any more)
    1 updated, 2 unchanged
    --- stderr
    warning: `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` can still open the old files in the Git history: change the credentials at the registries too
    ");
    sandbox.set("SOPS_AGE_KEY", OTHER_IDENTITY);
    assert_snapshot!(sandbox.run(&["reveal", FILE]).ended_with(1), @"
    --- stderr
    note: identity file `$FOLDER/.home/.ssh/id_ed25519` is not there
    note: identity file `$FOLDER/.home/.ssh/id_rsa` is not there
    note: identity file `$FOLDER/.home/.config/sops/age/keys.txt` is not there
    note: `pull-secrets/manifests/team-a/regcred.sops.yaml` is sealed for `age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt`
    error: `pull-secrets/manifests/team-a/regcred.sops.yaml` cannot be opened: none of the identities opens the file
      help: name an identity of one of its recipients: `--identity FILE`, or SOPS_AGE_KEY_FILE
    --- status 1
    ");
    sandbox.set("SOPS_AGE_KEY", IDENTITY);
    sandbox.run(&["build", "--check"]).succeeded();
}

#[test]
fn a_pipeline_without_an_identity_is_told_who_can_open_the_history() {
    let sandbox = with_fingerprints();
    sandbox.add_recipient();
    sandbox.run(&["build"]).succeeded();
    sandbox.remove_recipient();
    assert_snapshot!(sandbox.run(&["diff"]).ended_with(3), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (not for `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` any more)
      - recipient age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz
      ? what is there cannot be opened to compare it
    --- stderr
    warning: `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` can still open the old files in the Git history: change the credentials at the registries too
    --- status 3
    ");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (not for `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` any more)
    1 updated, 2 unchanged
    --- stderr
    warning: `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` can still open the old files in the Git history: change the credentials at the registries too
    ");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"3 unchanged");
}

#[test]
fn a_pipeline_without_an_identity_is_told_that_age_files_are_for_others() {
    let sandbox = with_fingerprints();
    sandbox.edit(
        "registries.toml",
        "[seal]\n",
        "[output]\nconsumer = \"kubectl\"\n\n[seal]\nformat = \"age\"\n",
    );
    sandbox.run(&["build"]).succeeded();
    sandbox.edit("registries.toml", RECIPIENT, OTHER_RECIPIENT);
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.age  (recipients change)
    1 updated, 1 unchanged
    --- stderr
    warning: the recipients of age files change: whoever was taken off can still open the old files in the Git history; if somebody was, change the credentials at the registries too
    ");
}

#[test]
fn conflict_markers_are_told_and_mended() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    sandbox.edit(FILE, "    mac: ", "<<<<<<< HEAD\n    mac: ");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (is not a sealed file: line 24 is the conflict marker of an unfinished merge)
    1 updated, 2 unchanged
    --- stderr
    warning: `pull-secrets/manifests/team-a/regcred.sops.yaml` is not a sealed file: line 24 is the conflict marker of an unfinished merge; it is sealed anew
    ");
    sandbox.run(&["build", "--check"]).succeeded();
}

#[test]
fn a_sealed_file_edited_by_hand_is_told_and_mended() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    sandbox.edit(FILE, "namespace: team-a", "namespace: team-b");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sops.yaml  (was edited by hand: the MAC does not match: the file was changed after it was sealed)
    1 updated, 2 unchanged
    --- stderr
    warning: `pull-secrets/manifests/team-a/regcred.sops.yaml` was edited by hand: the MAC does not match: the file was changed after it was sealed; it is sealed anew
    ");
    sandbox.run(&["build", "--check"]).succeeded();
}

/// That is how `git merge` leaves a file that both branches add, with `merge.conflictStyle=diff3`.
#[test]
fn conflict_markers_around_a_whole_file_are_mended() {
    let sandbox = Sandbox::simple();
    let age = "[output]\nconsumer = \"kubectl\"\n\n[seal]\nformat = \"age\"\n";
    sandbox.edit("registries.toml", "[seal]\n", age);
    sandbox.run(&["build"]).succeeded();
    let file = "pull-secrets/manifests/team-a/regcred.age";
    let sealed = sandbox.read(file);
    let merged = format!("<<<<<<< HEAD\n{sealed}=======\n{sealed}>>>>>>> other\n");
    sandbox.write(file, &merged);
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.age  (is not a sealed file: the age file is damaged)
    1 updated, 1 unchanged
    --- stderr
    warning: `pull-secrets/manifests/team-a/regcred.age` is not a sealed file: the age file is damaged; it is sealed anew
    ");
    sandbox.run(&["build", "--check"]).succeeded();
    sandbox.write(file, &merged.replacen(&sealed, "mine\n", 1));
    let outcome = sandbox.run(&["build"]);
    assert!(outcome.stderr.contains("is not marked as a generated file"), "{outcome}");
}

#[test]
fn a_username_that_comes_from_a_source_is_not_shown() {
    let mut sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    sandbox.edit("registries.toml", "\"acme-bot\"", "\"other-bot\"");
    let diff = |sandbox: &Sandbox| sandbox.run(&["diff"]).ended_with(3).stdout;
    let told = diff(&sandbox);
    assert!(told.contains("username `acme-bot` becomes `other-bot`\n"), "{told}");
    sandbox.edit("registries.toml", "\"other-bot\"", "{ env = \"HUB_USER\" }");
    sandbox.set("HUB_USER", "hidden-bot");
    let told = diff(&sandbox);
    assert!(told.contains("registry `https://index.docker.io/v1/`: username changes\n"), "{told}");
    std::fs::remove_dir_all(sandbox.path("pull-secrets")).unwrap();
    let told = diff(&sandbox);
    assert!(told.contains("+ registry `https://index.docker.io/v1/`\n"), "{told}");
    sandbox.run(&["build"]).succeeded();
    sandbox.set("HUB_USER", "another-bot");
    let told = diff(&sandbox);
    assert!(told.contains(": username changes\n") && !told.contains("hidden-bot"), "{told}");
}

#[test]
fn a_secret_that_stood_in_clear_is_told_when_it_goes() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    let file = "pull-secrets/manifests/team-a/regcred.sops.yaml";
    let sealed = sandbox.read(file);
    let (head, _) = sealed.split_once("\ndata:").unwrap();
    let clear = format!("{head}\ndata:\n    .dockerconfigjson: eyJhdXRocyI6e319\n");
    sandbox.write(file, &clear);
    sandbox.write("pull-secrets/manifests/team-a/regcred.dec.yaml", &clear);
    let told = sandbox.run(&["build"]).succeeded().stderr;
    for file in [file, "pull-secrets/manifests/team-a/regcred.dec.yaml"] {
        let warning = format!(
            "warning: `{file}`: Secret `regcred` can be read by everybody who sees what was there: \
             change the credential at the registry\n"
        );
        assert!(told.contains(&warning), "{told}");
    }
    assert!(!sandbox.exists("pull-secrets/manifests/team-a/regcred.dec.yaml"));
}
