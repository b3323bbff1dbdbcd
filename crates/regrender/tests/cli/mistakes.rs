//! What people name by mistake: each message says what, where, and the way out.

use insta::assert_snapshot;

use crate::sandbox::{IDENTITY, OTHER_RECIPIENT, RECIPIENT, Sandbox};

const FILE: &str = "pull-secrets/manifests/team-a/regcred.sops.yaml";

#[test]
fn a_folder_in_the_place_of_the_file() {
    let sandbox = Sandbox::new(&[("registries.toml/notes.md", "")]);
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: `registries.toml` is not a file
      help: move it away, or name a file with `--config FILE`
    --- status 1
    ");
}

/// A folder of pipes holds no output folder, and no manifests.
#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_the_file() {
    let sandbox = Sandbox::new(&[]);
    for stream in ["/dev/stdin", "/dev/fd/63", "/dev/zero"] {
        for command in ["build", "verify"] {
            let run = sandbox.run(&[command, "--config", stream]).ended_with(1);
            assert_eq!(
                run.stderr,
                format!(
                    "error: `{stream}` is not a file\n  help: write it into one: the paths in it \
                     count from the folder it lies in\n"
                )
            );
        }
    }
}

#[test]
fn a_cluster_where_none_is_declared() {
    let sandbox = Sandbox::simple();
    assert_snapshot!(sandbox.run(&["build", "--cluster", "prod"]).ended_with(2), @"
    --- stderr
    error: registries.toml declares no cluster `prod`
      help: it declares no cluster at all
      help: leave out `--cluster`
    --- status 2
    ");
}

#[test]
fn what_helps_against_several_errors_is_said_once() {
    let sandbox = Sandbox::simple();
    let clusters = ["diff", "--cluster", "prod", "--cluster", "stage"];
    assert_snapshot!(sandbox.run(&clusters).ended_with(2), @"
    --- stderr
    error: registries.toml declares no cluster `prod`
    error: registries.toml declares no cluster `stage`
      help: it declares no cluster at all
      help: leave out `--cluster`
    --- status 2
    ");
}

#[test]
fn a_file_that_is_not_there_is_to_be_revealed() {
    let sandbox = Sandbox::simple();
    assert_snapshot!(sandbox.run(&["reveal", "nowhere.sops.yaml"]).ended_with(1), @"
    --- stderr
    error: `nowhere.sops.yaml` cannot be read: No such file or directory (os error 2)
      help: name a file that is there
    --- status 1
    ");
}

#[test]
fn a_folder_is_to_be_revealed() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    assert_snapshot!(sandbox.run(&["reveal", "pull-secrets"]).ended_with(1), @"
    --- stderr
    error: `pull-secrets` cannot be read: Is a directory (os error 21)
      help: name a file in it
    --- status 1
    ");
}

#[test]
fn a_file_is_to_be_revealed_where_there_is_no_identity() {
    let mut sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    sandbox.unset("SOPS_AGE_KEY");
    let outcome = sandbox.run(&["reveal", FILE]).ended_with(1).to_string();
    assert_snapshot!(outcome.lines().filter(|line| !line.starts_with("note:")).collect::<Vec<_>>().join("\n"), @"
    --- stderr
    error: `pull-secrets/manifests/team-a/regcred.sops.yaml` cannot be opened: there is no identity
      help: name one with `--identity FILE`, or in SOPS_AGE_KEY_FILE
    --- status 1
    ");
}

#[test]
fn a_file_whose_identity_is_not_at_hand_says_for_whom_it_is() {
    let mut sandbox = Sandbox::simple();
    sandbox.add_recipient();
    sandbox.run(&["build"]).succeeded();
    let recipient: age::x25519::Recipient = RECIPIENT.parse().unwrap();
    let sealed = age::encrypt(&recipient, b"text").unwrap();
    std::fs::write(sandbox.path("key.age"), sealed).unwrap();
    for identity in
        [None, Some("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX")]
    {
        sandbox.unset("SOPS_AGE_KEY");
        if let Some(identity) = identity {
            sandbox.set("SOPS_AGE_KEY", identity);
        }
        let said = sandbox.run(&["reveal", FILE]).ended_with(1).stderr;
        let note =
            format!("note: `{FILE}` is sealed for `{RECIPIENT}`, `{OTHER_RECIPIENT}`\nerror: ");
        assert!(said.contains(&note), "{said}");
        let said = sandbox.run(&["reveal", "key.age"]).ended_with(1).stderr;
        let note = "note: `key.age` does not say for whom it is sealed: no age file does\nerror: ";
        assert!(said.contains(note), "{said}");
    }
}

#[test]
fn a_file_with_a_passphrase_is_to_be_revealed() {
    let sandbox = Sandbox::simple();
    let mut recipient = age::scrypt::Recipient::new("swordfish".to_owned().into());
    recipient.set_work_factor(1);
    let sealed = age::encrypt(&recipient, b"text").unwrap();
    std::fs::write(sandbox.path("key.age"), sealed).unwrap();
    assert_snapshot!(sandbox.run(&["reveal", "key.age"]).ended_with(1), @"
    --- stderr
    error: `key.age` is sealed with a passphrase, which is asked for nowhere here
      help: open it with `age --decrypt key.age`
    --- status 1
    ");
}

#[test]
fn a_sealed_file_without_text_is_to_be_revealed() {
    let sandbox = Sandbox::new(&[("id.txt", IDENTITY)]);
    let recipient: age::x25519::Recipient = RECIPIENT.parse().unwrap();
    let sealed = age::encrypt(&recipient, &[0xff, 0xfe]).unwrap();
    std::fs::write(sandbox.path("key.age"), sealed).unwrap();
    let outcome = sandbox.run(&["reveal", "key.age", "--identity", "id.txt"]).ended_with(1);
    assert!(outcome.stderr.contains(
        "error: `key.age` cannot be opened: what it holds is not text\n  \
         help: open it with `age -d` or `sops -d`, which print whatever it is\n"
    ));
}

#[test]
fn a_sealed_file_that_was_cut_off_is_to_be_revealed() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    let text = sandbox.read(FILE);
    let (values, _) = text.split_once("\nsops:").unwrap();
    sandbox.write("cut.sops.yaml", values);
    assert_snapshot!(sandbox.run(&["reveal", "cut.sops.yaml"]).ended_with(1), @"
    --- stderr
    error: `cut.sops.yaml` cannot be opened: its sealed values have lost their `sops` metadata
      help: build it anew, or take it from the Git history
    --- status 1
    ");
}

/// Nothing is wrong with such a file: it is sealed for those who have other keys.
#[test]
fn a_file_for_other_key_services_is_to_be_revealed() {
    let other = "password: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\nsops:\n  \
        azure_kv:\n  - vault_url: https://shop.vault.azure.net\n    name: key\n    version: a1\n    \
        created_at: \"2026-01-01T00:00:00Z\"\n    enc: AA==\n  \
        lastmodified: \"2026-01-01T00:00:00Z\"\n  \
        mac: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\n  version: 3.9.0\n";
    let sandbox = Sandbox::new(&[("x.yaml", other)]);
    assert_snapshot!(sandbox.run(&["reveal", "x.yaml"]).ended_with(1), @"
    --- stderr
    error: `x.yaml` cannot be opened: the file has no age recipient, only azure_kv
      help: open it with `sops decrypt`: here, only age keys open a file
    --- status 1
    ");
}

#[test]
fn a_file_that_nobody_sealed_is_to_be_revealed() {
    let sandbox = Sandbox::simple();
    assert_snapshot!(sandbox.run(&["reveal", "registries.toml"]).ended_with(1), @"
    --- stderr
    error: `registries.toml` is not sealed: it is neither a SOPS file nor an age file
      help: name a file that `regrender build`, sops or age has sealed
    --- status 1
    ");
    std::fs::write(sandbox.path("index"), [b'D', 0xff, 0]).unwrap();
    sandbox.write("empty", "");
    sandbox.write("open.yaml", "a: [\n");
    for file in ["index", "empty", "open.yaml"] {
        let said = sandbox.run(&["reveal", file]).ended_with(1).stderr;
        assert!(said.contains("neither a SOPS file nor an age file"), "{file}: {said}");
    }
}

#[test]
fn a_sealed_file_under_a_name_of_another_format_is_to_be_revealed() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    sandbox.write("regcred.json", &sandbox.read(FILE));
    assert_snapshot!(sandbox.run(&["reveal", "regcred.json"]).ended_with(1), @"
    --- stderr
    error: `regcred.json` cannot be opened: the file is not readable as JSON: line 1, column 1
      help: let its name end as that of its format does, such as `.yaml`: sops goes by the name
    --- status 1
    ");
    sandbox.write("cut.json", "{\"a\": \"ENC[AES256_GCM,\"");
    assert_snapshot!(sandbox.run(&["reveal", "cut.json"]).ended_with(1), @"
    --- stderr
    error: `cut.json` cannot be opened: the file is not readable as JSON: line 1, column 23
      help: see whether `sops decrypt` opens it, or take it from the Git history
    --- status 1
    ");
    sandbox.write("regcred", &sandbox.read(FILE));
    assert_snapshot!(sandbox.run(&["reveal", "regcred"]).ended_with(1), @"
    --- stderr
    error: `regcred` cannot be opened: its name does not say which format it has, and it is no sealed binary file
      help: let its name end as that of its format does, such as `.yaml`: sops goes by the name
    --- status 1
    ");
}

#[test]
fn a_file_that_is_no_text_is_told_once() {
    let sandbox = Sandbox::simple();
    // UTF-16 without a mark at its beginning: each byte of it is UTF-8.
    let wide: String = "[seal]\nrecipients = []\n".chars().flat_map(|c| [c, '\0']).collect();
    sandbox.write("registries.toml", &wide);
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: `registries.toml` is not UTF-8 text; the first other byte is on line 1
      help: save it as UTF-8
    --- status 1
    ");
}

#[test]
fn a_key_in_the_place_of_something_else_is_not_shown() {
    let mut sandbox = Sandbox::simple();
    for arguments in [
        &["build", "--identity", IDENTITY][..],
        &["build", "--config", IDENTITY],
        &["build", "--only", IDENTITY],
        &["build", IDENTITY],
        &["reveal", IDENTITY],
        &["audit", IDENTITY],
        &["probe", IDENTITY],
        &[IDENTITY],
    ] {
        let outcome = sandbox.run(arguments);
        assert!(outcome.stderr.contains("<masked>"), "{arguments:?}: {outcome}");
        assert!(!outcome.to_string().contains(IDENTITY), "{arguments:?}: {outcome}");
    }
    sandbox.set("SOPS_AGE_KEY_FILE", IDENTITY);
    let outcome = sandbox.run(&["build", "--output", "json"]).ended_with(1);
    assert!(!outcome.to_string().contains(IDENTITY), "{outcome}");
    assert!(outcome.stdout.contains("put the identity itself into `SOPS_AGE_KEY`"), "{outcome}");
}

#[test]
fn an_identity_that_is_not_there_ends_a_probe() {
    let sandbox = Sandbox::simple();
    assert_snapshot!(sandbox.run(&["probe", "--identity", "nowhere.txt"]).ended_with(1), @"
    --- stderr
    error: identity file `nowhere.txt` is not there
      help: give `--identity` a file that is there
    --- status 1
    ");
}

#[test]
fn a_folder_below_a_file() {
    let sandbox = Sandbox::simple().unversioned();
    let outcome = sandbox.run(&["init", "registries.toml"]).ended_with(1);
    assert!(outcome.stderr.contains("a part of its path is a file and no folder"), "{outcome}");
}

#[test]
fn an_identity_file_with_nothing_in_it() {
    let sandbox = Sandbox::simple();
    sandbox.write("key.txt", "");
    assert_snapshot!(sandbox.run(&["build", "--identity", "key.txt"]).ended_with(1), @"
    --- stderr
    error: identity file `key.txt` cannot be used: there is no identity in it
      help: name a file with an identity in it, such as `age-keygen -o FILE` makes
    --- status 1
    ");
}

#[test]
fn a_file_that_is_not_there_is_to_be_imported() {
    let sandbox = Sandbox::new(&[]);
    assert_snapshot!(sandbox.run(&["import", "nowhere.json"]).ended_with(1), @"
    --- stderr
    error: `nowhere.json` is not there
      help: name a docker config, a file or folder with manifests, or `-`
    --- status 1
    ");
}
