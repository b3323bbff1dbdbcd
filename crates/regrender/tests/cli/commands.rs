//! The commands around the main job.

use insta::assert_snapshot;

use crate::sandbox::{IDENTITY, OTHER_RECIPIENT, RECIPIENT, Sandbox};

#[test]
fn init_writes_a_file_that_builds() {
    let mut sandbox = Sandbox::new(&[]).unversioned();
    let outcome = sandbox.run(&["init"]).succeeded();
    assert_snapshot!(outcome, @"
    wrote registries.toml

    next:
      1. fill in your registries and namespaces
      2. regrender build
      3. commit registries.toml and pull-secrets

    lines for your Makefile:

    pull-secrets:
    	regrender build

    check-pull-secrets:
    	regrender verify

    .PHONY: pull-secrets check-pull-secrets
    --- stderr
    note: made an identity in `$FOLDER/.home/.config/sops/age/keys.txt`, where sops finds it too; keep a copy in a safe place
    ");
    sandbox.set("DOCKER_HUB_TOKEN", "canary-4f1d");
    sandbox.run(&["build"]).succeeded();
    sandbox.run(&["build", "--check"]).succeeded();
    sandbox.run(&["verify"]).succeeded();
}

#[test]
fn init_says_how_to_build_what_it_wrote_elsewhere() {
    let sandbox = Sandbox::new(&[]).unversioned();
    let outcome = sandbox.run(&["init", "of team a"]).succeeded();
    let next = "  2. regrender build --config 'of team a/registries.toml'\n  \
                3. commit of team a/registries.toml and of team a/pull-secrets\n";
    assert!(outcome.stdout.contains(next), "{outcome}");
    let rule = "check-pull-secrets:\n\tregrender verify --config 'of team a/registries.toml'\n";
    assert!(outcome.stdout.contains(rule), "{outcome}");
}

#[test]
fn init_takes_a_folder_and_not_the_file() {
    let sandbox = Sandbox::new(&[]).unversioned();
    assert_snapshot!(sandbox.run(&["init", "registries.toml"]).ended_with(1), @"
    --- stderr
    error: `registries.toml` is named as the folder to write to
      help: name the folder alone: `regrender init FOLDER`
    --- status 1
    ");
    assert!(!sandbox.exists("registries.toml"));
}

#[cfg(unix)]
#[test]
fn init_makes_an_identity_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = Sandbox::new(&[]).unversioned();
    sandbox.run(&["init"]).succeeded();
    let keys = sandbox.path(".home/.config/sops/age/keys.txt");
    let mode = std::fs::metadata(keys).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn init_takes_the_identity_of_the_environment() {
    let mut sandbox = Sandbox::new(&[]).unversioned();
    sandbox.set("SOPS_AGE_KEY", IDENTITY);
    let outcome = sandbox.run(&["init"]).succeeded();
    assert_eq!(outcome.stderr, "note: using the identity in `SOPS_AGE_KEY`\n");
    assert!(sandbox.read("registries.toml").contains(RECIPIENT));
    assert!(!sandbox.exists(".home/.config"));
}

#[test]
fn init_and_import_tell_of_the_recipients_that_sops_seals_for() {
    let rules = format!(
        "creation_rules:\n  - path_regex: clusters/.*\n    age: >-\n      {RECIPIENT},\n      \
         {OTHER_RECIPIENT}\n  # - age: age1rs8lqg24qdkcxjncpkr0utll2zjkg7jddswqcm346l7ccx5uxa6qv8js8k\n"
    );
    let login = r#"{"auths":{"ghcr.io":{"auth":"Ym90OmNhbmFyeS00ZjFk"}}}"#;
    let files = [(".sops.yaml", rules.as_str()), ("a/config.json", login)];
    let mut sandbox = Sandbox::new(&files);
    sandbox.set("SOPS_AGE_KEY", IDENTITY);
    assert_snapshot!(sandbox.run(&["init", "a"]).succeeded().stderr, @"
    note: using the identity in `SOPS_AGE_KEY`
    note: `.sops.yaml` has `age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz` too: list in `recipients` whoever has to open the pull secrets, such as a cluster
    ");
    let seal = |file: &str| sandbox.read(file).split("\n\n").nth(1).unwrap().to_owned();
    assert_snapshot!(seal("a/registries.toml"), @r#"
    [seal]
    # Who can open the sealed files: you, your colleagues, each cluster.
    recipients = ["age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt"]
    # .sops.yaml has these too. List those who have to open the pull secrets, such as clusters:
    #   "age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz",
    "#);
    sandbox.run_unsearched(&["import", "a/config.json"]).succeeded();
    assert_eq!(seal("registries.toml"), seal("a/registries.toml"));
    let known = sandbox.run_unsearched(&["import", "a/config.json", "--write", "-"]).succeeded();
    assert!(!known.stdout.contains(OTHER_RECIPIENT), "{known}");
}

#[test]
fn init_makes_no_identity_in_the_repository() {
    let mut sandbox = Sandbox::new(&[]);
    sandbox.set("SOPS_AGE_KEY_FILE", "keys/age.txt");
    assert_snapshot!(sandbox.run(&["init"]).ended_with(1), @"
    --- stderr
    error: `keys/age.txt` is in the repository, where a new identity could be committed
      help: name a file outside the repository with `SOPS_AGE_KEY_FILE`
      help: or make the identity: `age-keygen -o keys/age.txt`, and let Git ignore it
    --- status 1
    ");
    assert!(!sandbox.exists("keys") && !sandbox.exists("registries.toml"));
    // One that is there already is used.
    sandbox.write("keys/age.txt", IDENTITY);
    sandbox.run(&["init"]).succeeded();
}

#[test]
fn init_overwrites_nothing() {
    let sandbox = Sandbox::simple();
    let before = sandbox.read("registries.toml");
    assert_snapshot!(sandbox.run(&["init"]).ended_with(1), @"
    --- stderr
    error: `registries.toml` exists; it is left as it is
      help: edit it, or name another folder: `regrender init FOLDER`
    --- status 1
    ");
    assert_eq!(sandbox.read("registries.toml"), before);
}

#[test]
fn init_uses_the_identity_that_is_there() {
    let sandbox = Sandbox::new(&[(".home/.config/sops/age/keys.txt", IDENTITY)]);
    sandbox.run(&["init"]).succeeded();
    assert!(sandbox.read("registries.toml").contains(RECIPIENT));
}

#[test]
fn init_uses_the_identity_that_the_environment_names() {
    let mut sandbox = Sandbox::new(&[("keys/mine.txt", IDENTITY)]);
    sandbox.set("SOPS_AGE_KEY_FILE", "keys/mine.txt");
    sandbox.run(&["init"]).succeeded();
    assert!(sandbox.read("registries.toml").contains(RECIPIENT));
    assert!(!sandbox.exists(".home/.config"));
}

#[test]
fn init_changes_no_file_that_holds_no_identity() {
    let sandbox = Sandbox::new(&[(".home/.config/sops/age/keys.txt", "# none yet\n")]);
    assert_snapshot!(sandbox.run(&["init"]).ended_with(1), @"
    --- stderr
    error: `$FOLDER/.home/.config/sops/age/keys.txt` holds no age identity
      help: add one to it: `age-keygen >> $FOLDER/.home/.config/sops/age/keys.txt`
    --- status 1
    ");
    assert!(!sandbox.exists("registries.toml"));
}

#[test]
fn what_comes_through_a_pipe_is_revealed() {
    for (format, file) in [("sops", "regcred.sops.yaml"), ("age", "regcred.age")] {
        let mut sandbox = Sandbox::simple();
        let consumer = "\n[output]\nconsumer = \"kubectl\"\n";
        sandbox.edit("registries.toml", "[seal]\n", &format!("[seal]\nformat = \"{format}\"\n"));
        sandbox.write("registries.toml", &(sandbox.read("registries.toml") + consumer));
        sandbox.run(&["build"]).succeeded();
        let file = format!("pull-secrets/manifests/team-a/{file}");
        let revealed = sandbox.run_unsearched(&["reveal", &file]).succeeded();
        sandbox.type_in(&sandbox.read(&file));
        assert_eq!(sandbox.run_unsearched(&["reveal", "-"]).succeeded().stdout, revealed.stdout);
    }
    assert_snapshot!(Sandbox::simple().run(&["reveal", "-"]).ended_with(1), @"
    --- stderr
    error: standard input is empty
      help: see whether the program before the pipe failed
    --- status 1
    ");
}

#[test]
fn a_file_in_clear_is_not_revealed() {
    let sandbox = Sandbox::new(&[("x.yaml", "a: 1\n")]);
    assert_snapshot!(sandbox.run(&["reveal", "x.yaml"]).ended_with(1), @"
    --- stderr
    error: `x.yaml` cannot be opened: the file is not sealed: it has no sops metadata
      help: it is in clear already
    --- status 1
    ");
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let sandbox = Sandbox::new(&[]);
    assert_snapshot!(sandbox.run(&["reveal", "x.yaml"]).ended_with(1), @"
    --- stderr
    error: `x.yaml` cannot be read: No such file or directory (os error 2)
      help: name a file that is there
    --- status 1
    ");
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: there is no registries.toml here or in a folder above
      help: make one with `regrender init`, or name one with `--config FILE`
    --- status 1
    ");
    assert_snapshot!(sandbox.run(&["build", "--config", "y.toml"]).ended_with(1), @"
    --- stderr
    error: `y.toml` cannot be read: No such file or directory (os error 2)
      help: make one with `regrender init`, or name another with `--config FILE`
    --- status 1
    ");
    assert_snapshot!(sandbox.run(&["build", "--config", "."]).ended_with(1), @"
    --- stderr
    error: `.` is a folder
      help: name the file: `--config ./registries.toml`
    --- status 1
    ");
}

#[test]
fn an_enormous_file_is_refused() {
    let sandbox = Sandbox::new(&[("registries.toml", &"#\n".repeat(600_000))]);
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: `registries.toml` is larger than 1 MiB
      help: split it: one file a cluster
    --- status 1
    ");
}

#[test]
fn a_misspelt_code_is_told_before_it_is_taken_for_an_image() {
    let sandbox = Sandbox::new(&[]);
    let told = sandbox.run(&["explain", "text-behind-valeu"]).succeeded().stderr;
    assert!(told.contains("did you mean `regrender explain text-behind-value`?"), "{told}");
    for image in ["hello-world", "acme/unknown-registy", "nginx"] {
        let told = sandbox.run(&["explain", image]).succeeded().stderr;
        assert!(!told.contains("did you mean"), "{image}: {told}");
    }
}

#[test]
fn a_code_of_two_commands_has_two_pages() {
    for code in ["not-sealed", "username-with-colon"] {
        let page = Sandbox::new(&[]).run(&["explain", code]).succeeded().stdout;
        assert_eq!(page.matches(&format!("## {code}\n")).count(), 2, "{page}");
    }
}

#[test]
fn a_code_has_a_page() {
    let sandbox = Sandbox::new(&[]);
    let page = sandbox.run(&["explain", "unknown-registry"]).succeeded();
    assert!(page.stdout.starts_with("## unknown-registry\n"), "{page}");
    for code in ["source-variable-unset", "uncovered-private", "text-behind-value"] {
        let page = sandbox.run(&["explain", code]).succeeded();
        assert!(page.stdout.starts_with(&format!("## {code}\n")), "{page}");
    }
}

#[test]
fn completions_manual_and_schema_are_generated() {
    let sandbox = Sandbox::new(&[]);
    let completions = sandbox.run(&["generate", "completions", "bash"]).succeeded();
    assert!(completions.stdout.contains("regrender"), "{completions}");
    let manual = sandbox.run(&["generate", "man"]).succeeded();
    assert!(manual.stdout.contains(".TH regrender 1"), "{manual}");
    let manual = sandbox.run(&["generate", "man", "build"]).succeeded();
    assert!(manual.stdout.contains(".TH regrender-build 1"), "{manual}");
    assert!(manual.stdout.contains("drop\\-emptied"), "{manual}");
    let missing = sandbox.run(&["generate", "man", "bild"]).ended_with(2);
    assert!(missing.stderr.contains("name one of these: init, build"), "{missing}");
    let schema = sandbox.run(&["generate", "schema"]).succeeded();
    let schema: serde_json::Value = serde_json::from_str(&schema.stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn a_wrong_command_line_is_usage() {
    let sandbox = Sandbox::new(&[]);
    assert_snapshot!(sandbox.run(&["bild"]).ended_with(2), @"
    --- stderr
    error: unrecognized subcommand 'bild'

      tip: a similar subcommand exists: 'build'

    Usage: regrender <COMMAND>

    For more information, try '--help'.
    --- status 2
    ");
}

#[test]
fn words_of_other_programs_are_answered() {
    let sandbox = Sandbox::simple();
    assert_snapshot!(sandbox.run(&["build", "--dry-run=client"]).ended_with(2), @"
    --- stderr
    error: unexpected argument '--dry-run' found

      tip: `regrender diff` shows what a build would change; `regrender build --check` is for CI

    Usage: regrender build [OPTIONS]

    For more information, try '--help'.
    --- status 2
    ");
    assert_snapshot!(sandbox.run(&["rotate"]).ended_with(2), @"
    --- stderr
    error: unrecognized subcommand 'rotate'

      tip: change `recipients` in registries.toml, and run `regrender build`

    Usage: regrender <COMMAND>

    For more information, try '--help'.
    --- status 2
    ");
    let said = sandbox.run(&["audit", "--recursive"]).ended_with(2).stderr;
    assert!(said.contains("tip: folders are read with all that is in them"), "{said}");
    assert!(!said.contains("as a value"), "{said}");
    for (command, tip) in [
        (&["completions", "bash"][..], "`regrender generate completions SHELL` prints them"),
        (&["man"], "`regrender generate man` prints it"),
        (&["schema"], "`regrender generate schema` prints it"),
        (&["build", "registries.toml"], "another registries.toml is named with `--config FILE`"),
    ] {
        let told = sandbox.run(command).ended_with(2).stderr;
        assert!(told.contains(tip), "{told}");
    }
}

#[test]
fn the_format_has_a_short_option() {
    let sandbox = Sandbox::simple();
    for command in ["build", "diff", "verify", "audit"] {
        let outcome = sandbox.run(&[command, "-o", "json"]);
        assert!(outcome.stdout.starts_with('{'), "{command}: {outcome}");
    }
}

#[test]
fn a_namespace_that_cannot_be_is_a_wrong_command_line() {
    let sandbox = Sandbox::new(&[]);
    assert_snapshot!(sandbox.run(&["audit", "--namespace", "Bad_NS"]).ended_with(2), @"
    --- stderr
    error: invalid value 'Bad_NS' for '--namespace <NAME>': a namespace has lower-case letters, digits and `-`, at most 63, no `-` at either end

    For more information, try '--help'.
    --- status 2
    ");
    for arguments in [
        &["explain", "nginx", "--namespace", "team.a"][..],
        &["graph", "--assume-namespace", "a-"],
        &["import", "-n", ""],
    ] {
        let outcome = sandbox.run(arguments).ended_with(2);
        assert!(outcome.stderr.contains(": a namespace has"), "{outcome}");
    }
}
