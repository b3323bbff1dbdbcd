//! Sealing for keys that withstand quantum computers.

use insta::assert_snapshot;

use crate::sandbox::{IDENTITY, RECIPIENT, Sandbox};

const KEYS: &str = ".home/.config/sops/age/keys.txt";
/// Made with `age-keygen -pq`.
const POST_QUANTUM_IDENTITY: &str =
    include_str!("../../../../testdata/vectors/sops/identity-post-quantum.txt");

fn post_quantum_recipient() -> &'static str {
    let mut lines = POST_QUANTUM_IDENTITY.lines();
    lines.find_map(|line| line.strip_prefix("# public key: ")).unwrap()
}

/// A repository that seals for `recipients`.
fn sandbox(recipients: &[&str]) -> Sandbox {
    let mut sandbox = Sandbox::new(&[(KEYS, &format!("{IDENTITY}\n{POST_QUANTUM_IDENTITY}"))]);
    sandbox.set("DOCKER_HUB_TOKEN", "canary-4f1d");
    seal_for(&sandbox, recipients, "sops");
    sandbox
}

fn seal_for(sandbox: &Sandbox, recipients: &[&str], format: &str) {
    sandbox.write(
        "registries.toml",
        &format!(
            "[seal]\nformat = \"{format}\"\nrecipients = {recipients:?}\n\n\
             [output]\nconsumer = \"kubectl\"\n\n\
             [registry.hub]\nkind = \"docker-hub\"\nusername = \"bot\"\n\
             password = {{ env = \"DOCKER_HUB_TOKEN\" }}\n\n\
             [secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"team-a\"]\n"
        ),
    );
}

#[test]
fn init_makes_a_post_quantum_identity_that_builds() {
    let mut sandbox = Sandbox::new(&[]).unversioned();
    sandbox.run(&["init", "--post-quantum"]).succeeded();
    assert!(sandbox.read(KEYS).contains("\nAGE-SECRET-KEY-PQ-1"));
    assert!(sandbox.read("registries.toml").contains("recipients = [\"age1pq1"));
    sandbox.set("DOCKER_HUB_TOKEN", "canary-4f1d");
    sandbox.run(&["build"]).succeeded();
    sandbox.run(&["build", "--check"]).succeeded();
    sandbox.run(&["verify"]).succeeded();
}

#[test]
fn init_takes_the_post_quantum_identity_that_is_there() {
    let sandbox = Sandbox::new(&[(KEYS, &format!("{IDENTITY}\n{POST_QUANTUM_IDENTITY}"))]);
    sandbox.run(&["init", "--post-quantum"]).succeeded();
    assert!(sandbox.read("registries.toml").contains(post_quantum_recipient()));
}

#[test]
fn init_takes_no_other_identity_for_a_post_quantum_one() {
    let sandbox = Sandbox::new(&[(KEYS, IDENTITY)]);
    assert_snapshot!(sandbox.run(&["init", "--post-quantum"]).ended_with(1), @"
    --- stderr
    error: `$FOLDER/.home/.config/sops/age/keys.txt` holds no post-quantum identity
      help: add one to it: `age-keygen -pq >> $FOLDER/.home/.config/sops/age/keys.txt`
    --- status 1
    ");
    assert!(!sandbox.exists("registries.toml"));
}

#[test]
fn what_is_sealed_opens_and_stays() {
    for format in ["sops", "age"] {
        let sandbox = sandbox(&[post_quantum_recipient()]);
        seal_for(&sandbox, &[post_quantum_recipient()], format);
        sandbox.run(&["build"]).succeeded();
        sandbox.run(&["build", "--check"]).succeeded();
        sandbox.run(&["verify"]).succeeded();
        sandbox.run(&["diff"]).succeeded();
    }
}

#[test]
fn leaving_ordinary_keys_behind_is_told_step_by_step() {
    let sandbox = sandbox(&[RECIPIENT]);
    sandbox.run(&["build"]).succeeded();
    seal_for(&sandbox, &[RECIPIENT, post_quantum_recipient()], "sops");
    let both = sandbox.run(&["build"]).succeeded();
    assert!(both.stderr.contains("warning[mixed-recipients]"), "{both}");
    assert!(both.stdout.contains("(for `age1pq19rm6lc04wvd95g2s7z6tsxnlv…"), "{both}");
    seal_for(&sandbox, &[post_quantum_recipient()], "sops");
    let alone = sandbox.run(&["build"]).succeeded();
    assert!(!alone.stderr.contains("mixed"), "{alone}");
    sandbox.write(KEYS, IDENTITY);
    let without = sandbox.run(&["build", "--check"]).ended_with(3);
    assert!(without.stdout.contains("(cannot be compared)"), "{without}");
}
