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
    let text = |clusters: &str| text(ROLE, &format!("service-accounts = [\"x\"]\n{clusters}"));
    check(&text(""), &["irsa-without-oidc-provider"]);
    check(&text("clusters = [\"sealed\"]"), &["irsa-without-oidc-provider"]);
    check(&text("clusters = [\"plain\"]"), &[]);
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
    check(&text(PAIR, &scope.replace("\"true\"", "\"false\"")), &[]);
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

/// Two pull secrets called `regcred`, with these lines each.
fn of_one_name(first: &str, second: &str) -> String {
    let file = text(PAIR, "");
    let (rest, _) = file.split_once("[secret.s]").unwrap();
    format!(
        "{rest}[secret.regcred]\nregistries = [\"r\"]\n{first}\n\
         [secret.two]\nname = \"regcred\"\nregistries = [\"r\"]\n{second}\n"
    )
}

#[test]
fn secrets_of_one_name_share_no_namespace_of_a_cluster() {
    let refused = ["secret-name-twice"];
    let a = "namespaces = [\"a\"]";
    check(&of_one_name(a, a), &refused);
    check(&of_one_name(a, "namespaces = [\"b\", \"a\"]"), &refused);
    check(&of_one_name(a, "namespaces = [\"b\"]"), &[]);
    let [plain, sealed, both] = ["\"plain\"", "\"sealed\"", "\"plain\", \"sealed\""]
        .map(|clusters| format!("{a}\nclusters = [{clusters}]"));
    check(&of_one_name(&plain, &sealed), &[]);
    check(&of_one_name(&plain, &both), &refused);
    check(&of_one_name(a, &sealed), &refused);
    // The build asks the inventory.
    check(&of_one_name(a, "namespaces = { from = \"inventory\" }"), &[]);
}

#[test]
fn what_external_secrets_makes_shares_its_name_where_it_meets_nothing() {
    let ecr = "kind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\n\
               provide = \"external-secrets\"";
    let file = |other: &str| {
        format!(
            "[seal]\nrecipients = [\"{RECIPIENT}\"]\n[registry.images]\n{ecr}\n[registry.r]\n{PAIR}\n\
             [secret.regcred]\nregistries = [\"images\"]\nnamespaces = [\"a\"]\n\
             [secret.other]\nname = \"regcred-images\"\nregistries = [\"r\"]\nnamespaces = [{other:?}]\n"
        )
    };
    check(&file("a"), &["secret-name-twice"]);
    check(&file("b"), &[]);
}

#[test]
fn a_name_is_kept_if_its_pull_secret_lands_elsewhere() {
    let first = "namespaces = [\"a\"]\nservice-accounts = [\"default\"]\nkeep = [\"regcred\"]";
    let second = "namespaces = [\"b\"]\nservice-accounts = [\"default\"]";
    let file = of_one_name(first, second).replace("[secret.regcred]", "[secret.hub]");
    check(&file, &[]);
    check(&file.replace("[\"b\"]", "[\"a\"]"), &["kept-pull-secret"]);
}
