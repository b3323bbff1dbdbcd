//! Credentials that are sealed or kept elsewhere, from registries.toml to the sealed Secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::sandbox::{IDENTITY, RECIPIENT, Sandbox};

/// What sops sealed for both identities of the vectors, and what opens it.
const SEALED: &str =
    include_str!("../../../../testdata/vectors/sops/credentials-yaml--default/sealed.yaml");
const OPENS: &str = include_str!("../../../../testdata/vectors/sops/identity-1.txt");

fn config(registry: &str) -> String {
    format!(
        "[seal]\nrecipients = [\"{RECIPIENT}\"]\n\n[registry.hub]\nkind = \"docker-hub\"\n{registry}\n\
         [secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"team-a\"]\n"
    )
}

fn sandbox(registry: &str) -> Sandbox {
    let mut sandbox = Sandbox::new(&[("registries.toml", &config(registry))]);
    sandbox.set("SOPS_AGE_KEY", &format!("{OPENS}\n{IDENTITY}"));
    sandbox
}

/// Returns the docker config of the one pull secret.
fn docker_config(sandbox: &Sandbox) -> String {
    let file = "pull-secrets/manifests/team-a/regcred.sops.yaml";
    let opened = sandbox.run_unsearched(&["reveal", file]).succeeded().stdout;
    let (_, data) = opened.split_once(".dockerconfigjson: ").unwrap();
    let data = data.lines().next().unwrap().trim_matches('"');
    String::from_utf8(STANDARD.decode(data).unwrap()).unwrap()
}

#[test]
fn a_sops_file_is_where_a_credential_lives() {
    let sandbox = sandbox(
        "username = { sops = \"secrets.yaml\", key = \"hub.username\" }\n\
         password = { sops = \"secrets.yaml\", key = '[\"hub\"][\"password\"]' }\n",
    );
    sandbox.write("secrets.yaml", SEALED);
    let outcome = sandbox.run(&["build", "--offline"]).succeeded();
    assert_eq!(outcome.stderr, "");
    let config = docker_config(&sandbox);
    assert!(config.contains("\"username\":\"acme-bot\""), "{config}");
    assert!(config.contains("dckr_pat_0123456789abcdefghijklmnop"), "{config}");
    let again = sandbox.run(&["build", "--offline", "--check"]).succeeded();
    assert!(again.stdout.contains("unchanged"), "{again}");
}

#[test]
fn whoever_leaves_is_told_of_where_the_source_is_a_sops_file() {
    let reader = "age1k88q92s2jey7euu8k660usnfslsvk8tz94rmrnl95nyf07a74sdqghg9nt";
    let sandbox = sandbox(
        "username = \"bot\"\npassword = { sops = \"s/secrets.yaml\", key = \"hub.password\" }\n",
    );
    sandbox.write("s/secrets.yaml", SEALED);
    assert!(SEALED.contains(reader));
    let alone = format!("[\"{RECIPIENT}\"]");
    sandbox.edit("registries.toml", &alone, &format!("[\"{RECIPIENT}\", \"{reader}\"]"));
    sandbox.run(&["build"]).succeeded();
    sandbox.edit("registries.toml", &format!(", \"{reader}\""), "");
    let told = sandbox.run(&["diff"]).ended_with(3).stderr;
    assert!(told.contains(&format!("`{reader}` can open `s/secrets.yaml` too")), "{told}");
    assert!(told.contains(&format!("`sops rotate --in-place --rm-age {reader} s/secrets.yaml`")));
    sandbox.run(&["build"]).succeeded();
    let told = sandbox.run(&["build"]).succeeded().stderr;
    assert!(!told.contains("secrets.yaml"), "{told}");
}

#[test]
fn a_slip_in_a_variable_names_the_one_that_is_set() {
    let mut sandbox = sandbox("username = \"bot\"\npassword = { env = \"HUB_TOKNE\" }\n");
    let told = sandbox.run(&["build"]).ended_with(1).stderr;
    assert!(!told.contains("similar") && told.contains("help: set `HUB_TOKNE`"), "{told}");
    sandbox.set("HUB_TOKEN", "canary-4f1d");
    let told = sandbox.run(&["build"]).ended_with(1).stderr;
    assert!(told.contains("note: a variable with a similar name is set: `HUB_TOKEN`"), "{told}");
    sandbox.set("HUB_TOKEN", "");
    let told = sandbox.run(&["build"]).ended_with(1).stderr;
    assert!(!told.contains("similar"), "{told}");
}

/// Whoever follows the advice seals the name of a folder.
#[test]
fn a_variable_of_the_shell_is_no_slip() {
    let mut sandbox = Sandbox::simple();
    sandbox.set("PWD", "/somewhere");
    sandbox.set("USER", "somebody");
    for name in ["PW", "USR", "USERS"] {
        let declared = format!("password = {{ env = \"{name}\" }}");
        sandbox.edit("registries.toml", "password = { env = \"HUB_TOKEN\" }", &declared);
        let told = sandbox.run(&["build"]).stderr;
        assert!(told.contains(&format!("environment variable `{name}` is not set")), "{told}");
        assert!(!told.contains("similar name"), "{told}");
        sandbox.edit("registries.toml", &declared, "password = { env = \"HUB_TOKEN\" }");
    }
}

#[test]
fn a_slip_in_a_key_names_the_keys_that_are_there() {
    let sandbox = sandbox(
        "username = \"acme-bot\"\npassword = { sops = \"secrets.yaml\", key = \"hub.pasword\" }\n",
    );
    sandbox.write("secrets.yaml", SEALED);
    let outcome = sandbox.run(&["build"]).ended_with(1);
    insta::assert_snapshot!(outcome, @r#"
    --- stderr
    error[sealed-source-missing-key]: the password of registry `hub` cannot be obtained: SOPS file `secrets.yaml` has no key `pasword` below `hub`
     --> registries.toml:7:12
      |
    7 | password = { sops = "secrets.yaml", key = "hub.pasword" }
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ read from SOPS file `secrets.yaml`
      |
      = note: the keys there are `username`, `password`
      = help: write `key` as the file has it

    error: a credential cannot be obtained; nothing was written
      help: `regrender explain sealed-source-missing-key` says more
    --- status 1
    "#);
    assert!(!sandbox.exists("pull-secrets"));
}

#[test]
fn what_is_wrong_with_a_source_is_json_too() {
    let sandbox =
        sandbox("username = \"bot\"\npassword = { vault = \"ci/hub\", key = \"token\" }\n");
    let outcome = sandbox.run(&["build", "--output", "json"]).ended_with(1);
    assert!(outcome.stdout.contains("\"code\":\"vault-no-address\""), "{outcome}");
}

#[test]
fn each_problem_of_a_source_has_a_page() {
    let sandbox = Sandbox::simple();
    for code in ["source-offline", "vault-sealed", "helper-bad-answer", "sealed-source-changed"] {
        let page = sandbox.run(&["explain", code]).succeeded().stdout;
        assert!(page.starts_with(&format!("## {code}\n")), "{page}");
        assert!(page.contains("Way out: "), "{page}");
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_offline_starts_nothing_and_connects_to_nobody() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let mut sandbox = sandbox(
        "username = { command = [\"sh\", \"-c\", \"touch started; echo bot\"] }\n\
         password = { vault = \"ci/hub\", key = \"token\" }\n",
    );
    sandbox.set("VAULT_ADDR", &address);
    sandbox.set("VAULT_TOKEN", "canary-4f1d");
    sandbox.set("PATH", "/usr/bin:/bin");
    sandbox.set("SOPS_AGE_KEY_CMD", "touch started");
    for command in
        [&["build", "--offline"][..], &["diff", "--offline"], &["build", "--check", "--offline"]]
    {
        let outcome = sandbox.run(command).ended_with(1);
        assert_eq!(outcome.stderr.matches("[source-offline]").count(), 2, "{outcome}");
        assert!(outcome.stderr.contains("build without `--offline`"), "{outcome}");
    }
    assert!(!sandbox.exists("started") && !sandbox.exists("pull-secrets"));
    let connected = listener.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(connected, Err(std::io::ErrorKind::WouldBlock));
}

#[test]
fn a_file_is_revealed_without_a_command_for_identities() {
    let mut sandbox = Sandbox::simple();
    drop(sandbox.run(&["build"]).succeeded());
    let file = "pull-secrets/manifests/team-a/regcred.sops.yaml";
    drop(sandbox.run_unsearched(&["reveal", "--offline", file]).succeeded());
    sandbox.unset("SOPS_AGE_KEY");
    sandbox.set("SOPS_AGE_KEY_CMD", "touch started");
    let outcome = sandbox.run(&["reveal", "--offline", file]).ended_with(1);
    assert!(
        outcome.stderr.contains("the command of SOPS_AGE_KEY_CMD was not started"),
        "{outcome}"
    );
    assert!(!sandbox.exists("started"));
}

#[test]
fn a_recipient_that_takes_a_program_is_told_when_offline() {
    let sandbox = Sandbox::simple();
    let plugin = "age1yubikey1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0jqmenk29";
    sandbox.edit("registries.toml", "recipients = [", &format!("recipients = [\"{plugin}\", "));
    let outcome = sandbox.run(&["build", "--offline"]).ended_with(1);
    assert!(
        outcome.stderr.contains("takes `age-plugin-yubikey`, and the run is offline"),
        "{outcome}"
    );
    assert!(!sandbox.exists("pull-secrets"));
}

#[test]
fn a_plugin_that_is_not_installed_is_told_once() {
    let sandbox = Sandbox::simple();
    let plugin = "age1nosuchplugin1qyqszqgpqyqsz5vle3l";
    sandbox.edit("registries.toml", "recipients = [", &format!("recipients = [\"{plugin}\", "));
    sandbox.edit("registries.toml", "\"team-a\"", "\"team-a\", \"team-b\"");
    insta::assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: nothing can be sealed: recipient `age1nosuchplugin1qyqszqgpqyqsz5vle3l` takes the plugin `age-plugin-nosuchplugin`, which is not installed
      help: install the plugin, or build where it is
    --- status 1
    ");
    assert!(!sandbox.exists("pull-secrets"));
}

#[test]
fn verify_takes_the_flag_and_needs_nothing_anyway() {
    let sandbox = Sandbox::simple();
    drop(sandbox.run(&["build"]).succeeded());
    drop(sandbox.run(&["verify", "--offline"]).succeeded());
}
