//! A run that is offline starts no program and opens no socket.

use std::net::TcpListener;

use regrender_config::Vault;

use super::*;

#[cfg(unix)]
const LONG: Duration = Duration::from_secs(60);

/// Says whether nobody has connected to a listener.
fn is_untouched(listener: &TcpListener) -> bool {
    listener.set_nonblocking(true).unwrap();
    matches!(listener.accept(), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

fn at_vault() -> SourceKind {
    SourceKind::Vault {
        path: String::from("ci/hub"),
        key: String::from("token"),
        trim: Trim::Unstated,
    }
}

#[test]
fn a_command_is_not_started() {
    let mut case = Case::new()
        .offline()
        .password("hub", command(&["/bin/sh", "-c", "touch started; echo canary-4f1d"]));
    let told: String = case.resolve().problems.iter().map(rendered).collect();
    assert_eq!(
        told,
        "\
error[source-offline]: the password of registry `hub` cannot be obtained: command `/bin/sh` cannot be asked, because the run is offline
  --> 2..3 read from command `/bin/sh`
  help: build without `--offline`, or name a source that is at hand
"
    );
    assert!(!case.folder.path().join("started").exists());
}

#[cfg(unix)]
#[test]
fn a_helper_is_not_started() {
    let script = "touch started; echo '{\"Username\":\"bot\",\"Secret\":\"canary-4f1d\"}'";
    let mut case = Case::new()
        .offline()
        .program("docker-credential-pass", script)
        .file("config.json", r#"{"credsStore": "pass"}"#)
        .helper("hub", "pass", None, LONG)
        .docker_config("mirror", "config.json", None);
    let problems = case.resolve().problems;
    assert_eq!(problems.len(), 2);
    assert!(problems.iter().all(|problem| problem.code == "source-offline"), "{problems:?}");
    assert!(!case.folder.path().join("started").exists());
}

#[test]
fn vault_is_not_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let mut case = Case::new()
        .offline()
        .variable("VAULT_TOKEN", "canary-4f1d")
        .password("hub", at_vault())
        .edit(|config| config.vault = Vault { address: Some(address), ..Vault::default() });
    let told: String = case.resolve().problems.iter().map(rendered).collect();
    assert!(told.starts_with("error[source-offline]"), "{told}");
    assert!(told.contains("secret `ci/hub` of Vault cannot be asked"), "{told}");
    assert!(is_untouched(&listener));
}

#[test]
fn what_is_at_hand_is_taken() {
    let mut case = Case::new()
        .offline()
        .variable("TOKEN", "canary-4f1d")
        .password("hub", env("TOKEN"))
        .file("password", "canary-4f1d")
        .password("mirror", file("password", Trim::Unstated));
    let resolved = case.resolve();
    assert!(resolved.problems.is_empty());
    assert_eq!(resolved.credentials.len(), 2);
}

#[test]
fn a_command_for_identities_is_not_started() {
    let case = Case::new().offline();
    let marker = case.folder.path().join("started");
    let line = format!("touch {}", marker.display());
    let mut case = case
        .variable("SOPS_AGE_KEY_CMD", &line)
        .file("hub.age", "age-encryption.org/v1\n-> X25519 a\n--- b\n")
        .password("hub", SourceKind::Age { path: String::from("hub.age"), trim: Trim::Unstated });
    assert_eq!(case.resolve().problems.len(), 1);
    assert!(!marker.exists());
}
