//! What must agree across tables is asked of the clusters that it is for, and of no other.

use regrender_config::parse;

const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// Two clusters, one of them with SealedSecrets and without an issuer, and a pull secret.
fn text(registry: &str, secret: &str) -> String {
    format!(
        "[seal]\n\
         recipients = [\"{RECIPIENT}\"]\n\
         fingerprint-key = {{ env = \"KEY\" }}\n\
         [cluster.plain]\n\
         oidc-provider = \"oidc.example.com/id/A\"\n\
         [cluster.sealed]\n\
         format = \"sealed-secrets\"\n\
         certificate = \"sealed.pem\"\n\
         [registry.r]\n{registry}\n\
         [secret.s]\nregistries = [\"r\"]\nnamespaces = [\"a\"]\n{secret}\n"
    )
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let codes: Vec<&str> = parse(text).diagnostics.iter().map(|one| one.code).collect();
    assert_eq!(codes, expected, "{text}");
}

const ROLE: &str = "kind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\n\
                    provide = \"irsa\"\nrole-arn = \"arn:aws:iam::111122223333:role/pull\"";
const PAIR: &str = "host = \"r.io\"\nusername = \"u\"\npassword = { env = \"P\" }";

#[test]
fn a_role_needs_an_issuer_where_its_pull_secret_lands() {
    check(&text(ROLE, ""), &["irsa-without-oidc-provider"]);
    check(&text(ROLE, "clusters = [\"sealed\"]"), &["irsa-without-oidc-provider"]);
    check(&text(ROLE, "clusters = [\"plain\"]"), &[]);
}

#[test]
fn a_role_that_no_pull_secret_names_needs_no_issuer() {
    let unnamed = format!("{PAIR}\n[registry.role]\n{ROLE}");
    check(&text(&unnamed, ""), &["unused-registry"]);
}

#[test]
fn a_scope_is_one_of_sealed_secrets() {
    let scope = "annotations = { \"sealedsecrets.bitnami.com/cluster-wide\" = \"true\" }";
    check(&text(PAIR, scope), &["wider-scope"]);
    check(&text(PAIR, &format!("{scope}\nclusters = [\"sealed\"]")), &["wider-scope"]);
    check(&text(PAIR, &format!("{scope}\nclusters = [\"plain\"]")), &[]);
}

#[test]
fn the_format_that_needs_a_key_is_pointed_at() {
    let text = text(PAIR, "").replace("fingerprint-key = { env = \"KEY\" }", "format = \"age\"");
    let text = text.replace("[cluster.plain]", "[cluster.plain]\nconsumer = \"kubectl\"");
    let problems = parse(&text).diagnostics;
    let [needed] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(needed.code, "fingerprint-key-needed");
    let pointed_at = text.get(needed.labels.first().unwrap().span.clone());
    assert_eq!(pointed_at, Some("\"sealed-secrets\""));
}
