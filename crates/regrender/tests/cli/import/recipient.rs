//! Who can open what an import seals.

use insta::assert_snapshot;

use super::cluster::{cluster, list, piped};
use crate::sandbox::{IDENTITY, RECIPIENT, Sandbox};

#[test]
fn the_recipients_are_those_that_are_at_hand() {
    let sandbox = piped(&cluster());
    sandbox.write(".home/.config/sops/age/keys.txt", IDENTITY);
    let outcome = sandbox.run(&["import", "-", "--write", "-"]).succeeded();
    assert!(outcome.stdout.contains(RECIPIENT), "{outcome}");

    let mut sandbox = Sandbox::simple();
    sandbox.type_in(&list(&cluster()));
    let outcome = sandbox.run(&["import", "-", "--write", "other.toml"]).succeeded();
    assert!(outcome.stderr.contains("taking the recipients of `registries.toml`"), "{outcome}");
    assert!(sandbox.read("other.toml").contains(RECIPIENT));
}

#[test]
fn a_registries_toml_that_is_wrong_is_in_the_way_only_without_a_recipient() {
    let mut sandbox = Sandbox::simple();
    sandbox.type_in(&list(&cluster()));
    sandbox.edit("registries.toml", "kind = \"docker-hub\"", "kind = \"ecr\"");
    let arguments = ["import", "-", "--write", "other.toml"];
    let outcome = sandbox.run(&arguments).ended_with(1);
    let way_out = "or name who can open what is sealed: `--recipient age1…`";
    assert!(outcome.stderr.contains(way_out), "{outcome}");
    sandbox.run(&[&arguments[..], &["--recipient", RECIPIENT]].concat()).succeeded();
}

#[test]
fn sealing_needs_a_recipient() {
    let sandbox = piped(&cluster());
    let arguments = ["import", "-", "--seal-into", "import.sops.yaml"];
    assert_snapshot!(sandbox.run(&arguments).ended_with(2), @"
    --- stderr
    error: nobody is named who could open what is sealed
      help: name a public key: `--recipient age1…`; `regrender init` makes a pair
    --- status 2
    ");
    assert!(!sandbox.exists("import.sops.yaml"));
}

#[test]
fn every_recipient_that_is_none_is_told_and_not_repeated() {
    let sandbox = piped(&cluster());
    let arguments =
        ["import", "-", "--write", "-", "-r", "age1nobody", "-r", RECIPIENT, "-r", IDENTITY.trim()];
    let outcome = sandbox.run(&arguments).ended_with(2);
    assert_snapshot!(outcome, @"
    --- stderr
    error: recipient 1 is none: the recipient is damaged: it was not copied whole
    error: recipient 3 is none: this is a secret key, not a recipient
      help: name a public key: `--recipient age1…`; `regrender init` makes a pair
    --- status 2
    ");
}
