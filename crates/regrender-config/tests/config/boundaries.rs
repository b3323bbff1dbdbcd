//! Where a rule begins and ends: what is just right, and what breaks one part of it.

use regrender_config::parse;

/// A registries.toml with these keys of its registry, and with what stands below it.
fn text(registry: &str, below: &str) -> String {
    format!(
        "[seal]\n\
         recipients = [\"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\"]\n\
         [registry.r]\n{registry}\n\
         [secret.s]\nregistries = [\"r\"]\nnamespaces = [\"a\"]\n{below}\n"
    )
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let parsed = parse(text);
    let codes: Vec<&str> = parsed.diagnostics.iter().map(|one| one.code).collect();
    assert_eq!(codes, expected, "{text}");
}

#[track_caller]
fn check_host(host: &str, expected: &[&str]) {
    let pair = "username = \"u\"\npassword = { env = \"P\" }";
    check(&text(&format!("host = \"{host}\"\n{pair}"), ""), expected);
}

/// A registry of a host, with a password from this source.
fn from_source(source: &str) -> String {
    text(&format!("host = \"r.io\"\nusername = \"u\"\npassword = {{ {source} }}"), "")
}

#[test]
fn a_part_of_a_host_has_63_characters_at_most() {
    check_host(&format!("{}.io", "a".repeat(63)), &[]);
    check_host(&format!("{}.io", "a".repeat(64)), &["invalid-host"]);
}

#[test]
fn a_port_is_a_number_from_1_to_65535() {
    for port in ["1", "65535"] {
        check_host(&format!("r.io:{port}"), &[]);
    }
    for port in ["0", "65536", "01", "+1"] {
        check_host(&format!("r.io:{port}"), &["invalid-host"]);
    }
}

#[test]
fn both_versions_of_the_keys_of_vault_are_known() {
    let with_version = |version: &str| {
        let source = from_source("vault = \"secret/pull\", key = \"password\"");
        format!("{source}[vault]\nkv-version = {version}\n")
    };
    for version in ["1", "2"] {
        check(&with_version(version), &[]);
    }
    check(&with_version("3"), &["unknown-value"]);
}

#[test]
fn a_role_of_vault_has_an_id_that_may_be_written_out() {
    let with_role = |role: &str| {
        let source = from_source("vault = \"secret/pull\", key = \"password\"");
        let auth = format!(
            "[vault]\naddress = \"https://vault.corp\"\n\
             auth = {{ method = \"approle\", role-id = {role}, secret-id = {{ env = \"S\" }} }}"
        );
        format!("{source}{auth}\n")
    };
    check(&with_role("\"4f1d\""), &[]);
    check(&with_role("{ env = \"R\" }"), &[]);
    check(&with_role("\" \""), &["empty-value"]);
}

#[test]
fn a_time_limit_is_for_commands_and_trimming_for_what_is_read() {
    for source in [
        "command = [\"c\"], timeout = \"5s\", trim = false",
        "file = \"f\", trim = false",
        "stdin = true, trim = false",
        "age = \"f\", trim = false",
        "sops = \"f.yaml\", key = \"k\", trim = false",
    ] {
        check(&from_source(source), &[]);
    }
    for source in ["env = \"P\", trim = false", "file = \"f\", timeout = \"5s\""] {
        check(&from_source(source), &["idle-key"]);
    }
}

#[test]
fn a_number_of_an_account_may_stand_without_quotes_if_it_is_decimal() {
    let with_account = |account: &str| {
        let registry = format!(
            "kind = \"ecr\"\naccount = {account}\nregion = \"eu-west-1\"\nprovide = \"node\""
        );
        text(&registry, "")
    };
    check(&with_account("111122223333"), &["all-anonymous"]);
    check(&with_account("\"111122223333\""), &["all-anonymous"]);
    check(&with_account("0x19DF5BD725"), &["wrong-type"]);
}

#[test]
fn a_workload_has_a_version_that_kubernetes_has() {
    let with_version = |version: &str| {
        let workload = format!(
            "workloads = [{{ kind = \"Deployment\", name = \"web\", api-version = \"{version}\" }}]"
        );
        text("host = \"r.io\"\nusername = \"u\"\npassword = { env = \"P\" }", &workload)
    };
    for version in ["apps/v1", "apps/v1beta1", "example.com/v1"] {
        check(&with_version(version), &[]);
    }
    for version in ["extensions/v1beta1", "v1/", "a/b/c"] {
        check(&with_version(version), &["invalid-api-version"]);
    }
}

#[test]
fn of_a_line_of_yaml_the_colon_is_pointed_at() {
    let text = "[seal]\n  mac: \"all\"\n";
    let parsed = parse(text);
    let label = &parsed.diagnostics.first().unwrap().labels.first().unwrap();
    assert_eq!(text.get(label.span.clone()), Some(":"));
}

/// SSH keys of one kind begin alike.
#[test]
fn a_recipient_that_is_listed_twice_is_told_by_its_end() {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMnkZVkW9swzhOEBYF+SZ4b6c7tB1R1AYtnkxAg4N2d";
    let parsed = parse(&format!("[seal]\nrecipients = [\"{key}\", \"{key}\"]\n"));
    let twice = parsed.diagnostics.iter().find(|one| one.code == "listed-twice").unwrap();
    assert!(twice.title.contains("…kxAg4N2d` twice"), "{}", twice.title);
}
