//! What an import writes, and where to.

use insta::assert_snapshot;

use super::cluster::{cluster, list, piped};
use crate::sandbox::{IDENTITY, RECIPIENT, Sandbox};

#[test]
fn what_is_next_names_the_file_that_was_written() {
    let sandbox = piped(&cluster());
    sandbox.write("sub/x", "");
    let recipient = ["--recipient", RECIPIENT];
    let arguments = ["import", "-", "--write", "sub/out.toml", "--seal-into", "sub/in.sops.yaml"];
    let outcome = sandbox.run(&[&arguments[..], &recipient].concat()).succeeded();
    assert!(outcome.stdout.contains("sealed the passwords into sub/in.sops.yaml\n"), "{outcome}");
    assert!(outcome.stdout.ends_with(". regrender build --config sub/out.toml\n"), "{outcome}");
}

#[test]
fn two_files_are_not_one() {
    let mut sandbox = Sandbox::new(&[]);
    sandbox.type_in(&list(&cluster()));
    let arguments = ["import", "-", "--write", "one.yaml", "--seal-into", "one.yaml"];
    assert_snapshot!(sandbox.run(&arguments).ended_with(2), @"
    --- stderr
    error: `--write` and `--seal-into` name the same file
      help: give each a file of its own
    --- status 2
    ");
    assert!(!sandbox.exists("one.yaml"));
}

#[test]
fn what_init_wrote_and_nobody_filled_in_is_told() {
    let mut sandbox = piped(&cluster());
    sandbox.set("SOPS_AGE_KEY", IDENTITY);
    sandbox.run(&["init"]).succeeded();
    let told = || sandbox.run(&["import", "-"]).ended_with(1).stderr;
    assert!(told().contains("help: remove it: its registries are still those"), "{}", told());
    sandbox.edit("registries.toml", "acme-bot", "my-bot");
    assert!(told().contains("help: name another file"), "{}", told());
}

#[test]
fn nothing_is_overwritten() {
    let mut sandbox = piped(&cluster());
    sandbox.write("registries.toml", "mine");
    sandbox.write("sealed.yaml", "mine too");
    let arguments = ["import", "-", "-r", RECIPIENT, "--seal-into", "sealed.yaml"];
    assert_snapshot!(sandbox.run(&arguments).ended_with(1), @"
    --- stderr
    error: `registries.toml` exists; it is left as it is
    error: `sealed.yaml` exists; it is left as it is
      help: name another file: `--write FILE`, `--seal-into FILE`; `--write -` prints it
    --- status 1
    ");
    assert_eq!(sandbox.read("registries.toml"), "mine");
    assert_eq!(sandbox.read("sealed.yaml"), "mine too");
    sandbox.type_in(&list(&cluster()));
    let arguments = ["import", "-", "-r", RECIPIENT, "--seal-into", "new.json", "-w", "new.toml"];
    assert_snapshot!(sandbox.run(&arguments).ended_with(2), @"
    --- stderr
    error: `new.json` is not the name of a YAML file, and sops goes by the name
      help: let it end in `.sops.yaml`
    --- status 2
    ");
    assert!(!sandbox.exists("new.toml"));
}
