//! Very many of something: the first are told, and how many more there are.

use std::fmt::Write as _;

use crate::sandbox::{Sandbox, simple_config};

fn sixty_namespaces() -> Sandbox {
    let mut sandbox = Sandbox::simple();
    let names: Vec<String> = (10..70).map(|number| format!("\"team-{number}\"")).collect();
    let accounts = "service-accounts = [\"builder\"]\nworkloads = [\"Deployment/web\"]\n";
    sandbox.edit(
        "registries.toml",
        "namespaces = [\"team-a\"]\n",
        &format!("namespaces = [{}]\n{accounts}", names.join(", ")),
    );
    sandbox.set("HUB_TOKEN", "canary-4f1d");
    sandbox
}

#[test]
fn of_many_files_the_first_are_listed() {
    let sandbox = sixty_namespaces();
    let outcome = sandbox.run(&["build", "--check"]).ended_with(3);
    let lines: Vec<&str> = outcome.stdout.lines().skip(49).collect();
    assert_eq!(
        lines,
        [
            "create pull-secrets/manifests/team-22/kustomization.yaml",
            "… and 311 more: `regrender diff` lists them",
            "361 to be created, 0 unchanged",
        ]
    );
    let dropping = sandbox.run(&["build", "--check", "--drop-emptied"]).ended_with(3).stdout;
    assert!(dropping.contains("… and 311 more: `--output json` lists them\n"), "{dropping}");
    let outcome = sandbox.run(&["build"]).succeeded();
    assert_eq!(
        outcome.stderr,
        "note: new patches: list `pull-secrets/patches/team-10`, `pull-secrets/patches/team-11`, \
         `pull-secrets/patches/team-12`, `pull-secrets/patches/team-13`, \
         `pull-secrets/patches/team-14` and 55 more under `components:` in the kustomization.yaml \
         of the overlay that owns what they patch\n"
    );
    assert!(outcome.stdout.contains("… and 311 more: `git status` lists them\n361 created"));
}

#[test]
fn programs_and_the_diff_get_all_of_them() {
    let sandbox = sixty_namespaces();
    let diff = sandbox.run(&["diff"]).ended_with(3);
    assert_eq!(diff.stdout.matches("create pull-secrets/").count(), 361);
    let json = sandbox.run(&["build", "--check", "--output", "json"]).ended_with(3);
    assert_eq!(json.stdout.matches("\"create\"").count(), 361);
}

#[test]
fn many_emptied_accounts_are_one_note() {
    let sandbox = sixty_namespaces();
    sandbox.run(&["build"]).succeeded();
    sandbox.edit("registries.toml", "service-accounts = [\"builder\"]", "");
    assert_eq!(
        sandbox.run(&["build"]).succeeded().stderr,
        "note: service accounts `team-10/builder`, `team-11/builder`, `team-12/builder`, \
         `team-13/builder`, `team-14/builder` and 55 more are not declared any more and have empty \
         lists now; when that is applied everywhere, or if the namespace goes too, run \
         `regrender build --drop-emptied`\n"
    );
}

#[test]
fn of_many_problems_the_first_are_shown() {
    let mut text = simple_config();
    for number in 0..60 {
        writeln!(text, "slip-{number} = 1").unwrap();
    }
    let sandbox = Sandbox::new(&[("registries.toml", &text)]);
    let stderr = sandbox.run(&["build"]).ended_with(1).stderr;
    assert_eq!(stderr.matches("error[unknown-key]").count(), 50);
    assert!(stderr.contains("note: 10 more problems are shown when these are solved\n"));
    assert!(stderr.contains("error: registries.toml has 60 errors"));
}

#[test]
fn errors_are_shown_behind_many_warnings() {
    let mut text = simple_config();
    for number in 0..60 {
        writeln!(
            text,
            "[registry.r{number}]\nhost = \"r{number}.example.com:443\"\nanonymous = true"
        )
        .unwrap();
    }
    text.push_str("slip = 1\n");
    let sandbox = Sandbox::new(&[("registries.toml", &text)]);
    let stderr = sandbox.run(&["build"]).ended_with(1).stderr;
    assert_eq!(stderr.matches("warning[default-port]").count(), 50);
    assert!(stderr.contains("error[unknown-key]: registry `r59` has no key `slip`"));
}
