//! What registries with short-lived tokens mean.

use regrender_config::{
    Access, AcrLogin, Config, Credential, Generator, GoogleLogin, Login, NodeProvider, Provision,
    Registry, SourceKind, Username, WorkloadIdentity, parse,
};

const PROVIDERS: &str = include_str!("../../../../testdata/vectors/config/valid/providers.toml");

fn config() -> Config {
    parse(PROVIDERS).config.unwrap()
}

fn registry(name: &str) -> Registry {
    config().registry(name).unwrap().clone()
}

#[track_caller]
fn check_keys(name: &str, keys: &[&str]) {
    assert_eq!(registry(name).auth_keys(), keys);
}

#[test]
fn hosts_follow_from_the_names_of_the_clouds() {
    check_keys("ecr", &["111122223333.dkr.ecr.eu-west-1.amazonaws.com"]);
    check_keys("ecr-keys", &["222233334444.dkr.ecr-fips.us-gov-west-1.amazonaws.com"]);
    check_keys("ecr-roles", &["333344445555.dkr.ecr.cn-north-1.amazonaws.com.cn"]);
    check_keys("ecr-public", &["public.ecr.aws"]);
    check_keys("acr", &["acme.azurecr.cn"]);
    check_keys("acr-identity", &["acmeidentity.azurecr.us"]);
    check_keys("gcr-nodes", &["gcr.io"]);
}

#[test]
fn a_project_narrows_a_host_that_all_projects_share() {
    check_keys("gar", &["europe-west1-docker.pkg.dev/acme-images/"]);
    check_keys("gar-key", &["us-docker.pkg.dev/acme-keys/"]);
    check_keys("gcr", &["eu.gcr.io/acme.com/old-images/"]);
}

/// The command and the username of a token that is sealed.
fn ready(name: &str) -> (String, String) {
    let Access::Credential(Credential::Pair {
        username: Username::Literal(username),
        password,
        ..
    }) = registry(name).access
    else {
        panic!("{name} is not sealed")
    };
    let SourceKind::Command { arguments, .. } = password.kind else { panic!("{name}") };
    (username, arguments.join(" "))
}

#[test]
fn the_programs_of_the_clouds_print_what_is_sealed() {
    let check = |name, username: &str, command: &str| {
        assert_eq!(ready(name), (username.to_owned(), command.to_owned()));
        assert!(registry(name).allow_short_lived);
    };
    check("ecr-sealed", "AWS", "aws ecr get-login-password --region eu-central-1");
    check(
        "acr-sealed",
        "00000000-0000-0000-0000-000000000000",
        "az acr login --name acmesealed --expose-token --output tsv --query accessToken",
    );
    check("gcr-sealed", "oauth2accesstoken", "gcloud auth print-access-token");
}

#[test]
fn a_password_that_is_given_is_not_asked_of_a_program() {
    let Access::Credential(Credential::Pair { username, password, .. }) =
        registry("ecr-piped").access
    else {
        panic!()
    };
    assert!(matches!(username, Username::Literal(name) if name == "AWS"));
    assert!(matches!(password.kind, SourceKind::Env(name) if name == "ECR_TOKEN"));
}

#[test]
fn credentials_that_last_are_sealed_as_all_others() {
    for name in ["acr-token", "gar-key", "pipeline"] {
        assert!(registry(name).sealed_credential().is_some(), "{name}");
    }
}

#[test]
fn external_secrets_know_as_whom_they_ask() {
    let generator = |name: &str| registry(name).generator().unwrap().clone();
    assert!(matches!(
        generator("ecr"),
        Generator::Ecr { login: Login::ServiceAccount(name), role: Some(_), .. } if name == "ecr-puller"
    ));
    assert!(matches!(
        generator("ecr-keys"),
        Generator::Ecr { login: Login::Secret(name), role: None, .. } if name == "aws-keys"
    ));
    assert!(matches!(generator("ecr-public"), Generator::Ecr { login: Login::Controller, .. }));
    assert!(matches!(
        generator("acr"),
        Generator::Acr { login: AcrLogin::ManagedIdentity(_), tenant_id: None, .. }
    ));
    assert!(matches!(
        generator("acr-principal"),
        Generator::Acr { login: AcrLogin::As(Login::Secret(_)), tenant_id: Some(_), .. }
    ));
    assert!(matches!(
        generator("gar"),
        Generator::Google { login: GoogleLogin::ServiceAccount { cluster, .. }, .. }
            if (cluster.project.as_str(), cluster.name.as_str()) == ("acme-clusters", "prod")
    ));
    assert!(matches!(generator("quay"), Generator::Quay { .. }));
    assert!(matches!(
        generator("github"),
        Generator::GitHub { app_id, .. } if app_id == "123456"
    ));
}

#[test]
fn what_nodes_and_accounts_provide_is_in_no_pull_secret() {
    for name in ["ecr-roles", "ecr-nodes", "acr-identity", "gcr", "gcr-nodes", "kubelet"] {
        let registry = registry(name);
        assert!(registry.is_of_nodes() != registry.is_of_accounts(), "{name}");
        assert!(registry.sealed_credential().is_none(), "{name}");
    }
    assert!(registry("ecr-nodes").is_of_nodes() && registry("acr-identity").is_of_accounts());
    assert!(!registry("ecr").is_of_nodes() && !registry("ecr").is_of_accounts());
    assert!(registry("kubelet").credential().is_some());
    assert!(matches!(
        registry("kubelet").access,
        Access::Provided(Provision::Node(NodeProvider::Credential(_)))
    ));
}

#[test]
fn pods_have_the_identity_unless_they_are_told_not_to() {
    let Access::Provided(Provision::Irsa(irsa)) = registry("ecr-roles").access else { panic!() };
    assert!(!irsa.pod_identity);
    assert_eq!(irsa.role.account, "333344445555");
    let Access::Provided(Provision::WorkloadIdentity(WorkloadIdentity::Azure {
        pod_identity, ..
    })) = registry("acr-identity").access
    else {
        panic!()
    };
    assert!(pod_identity);
}

#[test]
fn repositories_are_kept_by_their_names() {
    assert_eq!(registry("ecr-roles").repositories, ["apps/internal-app", "base/os"]);
    assert!(registry("ecr").repositories.is_empty());
}

#[test]
fn the_issuer_of_tokens_is_that_of_the_cluster() {
    let issuer = config().clusters[0].oidc_provider.clone().unwrap();
    assert!(issuer.starts_with("oidc.eks.eu-west-1.amazonaws.com/id/"), "{issuer}");
}

/// A registry with these keys, and a pull secret of the registries `listed`.
fn with_registry(keys: &str, listed: &str) -> Config {
    let text = format!(
        "[seal]\nrecipients = [\"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\"]\n\
         [registry.r]\n{keys}\n\
         [registry.other]\nhost = \"other.io\"\n{PAIR}\n\
         [secret.s]\nregistries = [{listed}]\nnamespaces = [\"a\"]\n"
    );
    let parsed = parse(&text);
    parsed.config.unwrap_or_else(|| panic!("{text}{:?}", parsed.diagnostics))
}

fn access(keys: &str) -> Access {
    with_registry(keys, "\"r\", \"other\"").registry("r").unwrap().access.clone()
}

const PAIR: &str = "username = \"u\"\npassword = { env = \"P\" }";
const ACR: &str = "kind = \"acr\"\nregistry = \"acme\"";
const GAR: &str = "kind = \"gar\"\nlocation = \"eu\"\nproject = \"p\"";

#[test]
fn nodes_take_a_credential_or_their_own() {
    let node = |keys: &str| match access(&format!("{keys}\nprovide = \"node\"")) {
        Access::Provided(Provision::Node(node)) => node,
        other => panic!("{other:?}"),
    };
    assert!(matches!(node(&format!("{ACR}\n{PAIR}")), NodeProvider::Credential(_)));
    assert!(matches!(node(&format!("host = \"r.io\"\n{PAIR}")), NodeProvider::Credential(_)));
    let whole = format!("{ACR}\ncredential = {{ helper = \"acr\" }}");
    assert!(matches!(node(&whole), NodeProvider::Credential(_)));
    assert!(matches!(node(ACR), NodeProvider::Acr));
    assert!(matches!(node(GAR), NodeProvider::Google));
}

#[test]
fn a_token_that_is_sealed_may_have_a_source_of_its_own() {
    let sealed = |keys: &str| {
        access(&format!("{GAR}\nprovide = \"sealed\"\nallow-short-lived = true\n{keys}"))
    };
    let Access::Credential(Credential::Pair { username, password, .. }) =
        sealed("username = \"oauth2accesstoken\"\npassword = { env = \"P\" }")
    else {
        panic!()
    };
    assert!(matches!(username, Username::Literal(name) if name == "oauth2accesstoken"));
    assert!(matches!(password.kind, SourceKind::Env(name) if name == "P"));
    let whole = sealed("credential = { docker-config = \"config.json\" }");
    assert!(matches!(whole, Access::Credential(Credential::DockerConfig { .. })));
    assert!(matches!(sealed("anonymous = true"), Access::Anonymous));
    for keys in ["", "anonymous = false", "username = \"oauth2accesstoken\""] {
        let Access::Credential(Credential::Pair { password, .. }) = sealed(keys) else { panic!() };
        assert!(matches!(password.kind, SourceKind::Command { .. }), "{keys}");
    }
}

#[test]
fn google_is_asked_with_a_key_that_is_in_the_cluster() {
    let keys = "provide = \"external-secrets\"\ncredentials-secret = \"gar-key\"";
    let Access::Provided(Provision::ExternalSecrets(Generator::Google { login, .. })) =
        access(&format!("{GAR}\n{keys}"))
    else {
        panic!()
    };
    assert!(matches!(login, GoogleLogin::Secret(name) if name == "gar-key"));
}

#[test]
fn a_pull_secret_is_sealed_if_one_of_its_registries_is() {
    let is_sealed = |keys: &str| {
        let config = with_registry(keys, "\"r\"");
        config.is_sealed(config.secrets.first().unwrap())
    };
    assert!(is_sealed(&format!("host = \"r.io\"\n{PAIR}")));
    assert!(!is_sealed(&format!("{ACR}\nprovide = \"external-secrets\"")));
}
