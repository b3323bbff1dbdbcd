//! What a right file means.

use std::time::Duration;

use regrender_config::{
    Access, Cluster, Config, Consumer, Credential, Format, KvVersion, MacScope, Namespaces,
    RecipientKind, RegistryKind, SourceKind, Trim, Username, VaultAuth, parse,
};

const FULL: &str = include_str!("../../../../testdata/vectors/config/valid/every-key.toml");
const SMALLEST: &str = include_str!("../../../../testdata/vectors/config/valid/smallest.toml");
const SOURCES: &str = include_str!("../../../../testdata/vectors/config/valid/every-source.toml");
const RECIPIENTS: &str = include_str!("../../../../testdata/vectors/config/valid/recipients.toml");
const DOTTED: &str = include_str!("../../../../testdata/vectors/config/valid/dotted-keys.toml");

fn config(text: &str) -> Config {
    parse(text).config.unwrap()
}

fn credential(config: &Config, registry: &str) -> Credential {
    match &config.registry(registry).unwrap().access {
        Access::Credential(credential) => credential.clone(),
        access => panic!("{registry} has no credential: {access:?}"),
    }
}

fn password(config: &Config, registry: &str) -> SourceKind {
    match credential(config, registry) {
        Credential::Pair { password, .. } => password.kind,
        Credential::DockerConfig { .. } | Credential::Helper { .. } => {
            panic!("{registry} has no password")
        }
    }
}

#[test]
fn a_file_without_clusters_has_one_without_a_name() {
    let config = config(SMALLEST);
    let [cluster] = config.clusters.as_slice() else { panic!() };
    assert_eq!(cluster.name, None);
    assert_eq!(cluster.format, Format::Sops);
    assert_eq!(cluster.mac, MacScope::All);
    assert_eq!(cluster.directory, "pull-secrets");
    assert_eq!(Vec::from_iter(&cluster.consumers), [&Consumer::Flux]);
    assert!(!cluster.per_namespace);
    assert_eq!(cluster.inventory, ["."]);
    assert_eq!(cluster.flux, regrender_config::Flux::default());
    assert_eq!(cluster.argocd, regrender_config::ArgoCd::default());
}

#[test]
fn dotted_keys_are_tables() {
    assert_eq!(config(DOTTED).secrets.len(), 1);
}

#[test]
fn a_cluster_has_its_own_settings_over_those_for_all() {
    let config = config(FULL);
    let [prod, staging] = config.clusters.as_slice() else { panic!() };
    assert_eq!(prod.directory, "clusters/prod/pull-secrets");
    assert_eq!(staging.directory, "pull-secrets/staging");
    assert_eq!((prod.mac, staging.mac), (MacScope::All, MacScope::EncryptedOnly));
    assert_eq!((prod.recipients.len(), staging.recipients.len()), (1, 2));
    assert_eq!((prod.consumers.len(), staging.consumers.len()), (1, 3));
    assert_eq!((prod.per_namespace, staging.per_namespace), (false, true));
    let source = |cluster: &Cluster| (cluster.flux.source.kind, cluster.flux.source.name.clone());
    assert_eq!(source(prod), ("GitRepository", String::from("prod")));
    assert_eq!(source(staging), ("OCIRepository", String::from("fleet")));
    assert_eq!(prod.inventory, ["../apps"]);
    assert_eq!(staging.argocd.revision, "main");
}

#[test]
fn tables_are_sorted_by_name() {
    let config = config(FULL);
    assert!(config.registries.is_sorted_by(|one, other| one.name < other.name));
    assert!(config.secrets.is_sorted_by(|one, other| one.name < other.name));
    assert!(config.clusters.is_sorted_by(|one, other| one.name < other.name));
}

#[test]
fn kinds_bring_their_host() {
    let config = config(FULL);
    let host = |name: &str| config.registry(name).unwrap().host.clone();
    assert_eq!(host("hub"), "docker.io");
    assert_eq!(host("copied"), "registry.gitlab.com");
    assert_eq!(host("asked"), "harbor.example.com");
    assert_eq!(config.registry("asked").unwrap().kind, RegistryKind::Harbor);
}

#[test]
fn sources_are_what_the_file_says() {
    let config = config(FULL);
    assert!(
        matches!(password(&config, "hub"), SourceKind::Env(name) if name == "DOCKER_HUB_TOKEN")
    );
    assert!(matches!(
        password(&config, "internal"),
        SourceKind::File { path, trim: Trim::Yes } if path == "~/internal.password"
    ));
    assert!(matches!(password(&config, "piped"), SourceKind::Stdin { trim: Trim::No }));
    let SourceKind::Command { arguments, timeout, trim } = password(&config, "asked") else {
        panic!()
    };
    assert_eq!(arguments, ["pass", "show", "harbor"]);
    assert_eq!(timeout, Duration::from_secs(120));
    assert_eq!(trim, Trim::Yes);
}

#[test]
fn sealed_sources_are_what_the_file_says() {
    let config = config(SOURCES);
    let SourceKind::Sops { path, key, trim } = password(&config, "dotted") else { panic!() };
    assert_eq!((path.as_str(), trim), ("secrets.yaml", Trim::Unstated));
    assert_eq!(key.unwrap().to_string(), r#"registries["hub.example.com"][0]"#);
    let SourceKind::Sops { path, key, .. } = password(&config, "binary") else { panic!() };
    assert_eq!((path.as_str(), key), ("secrets/hub.password", None));
    let SourceKind::Age { path, trim } = password(&config, "age") else { panic!() };
    assert_eq!((path.as_str(), trim), ("~/hub.password.age", Trim::No));
}

#[test]
fn vault_is_what_the_file_says() {
    let config = config(SOURCES);
    let Credential::Pair { username: Username::From(username), .. } = credential(&config, "vault")
    else {
        panic!()
    };
    let SourceKind::Vault { path, key, .. } = username.kind else { panic!() };
    assert_eq!((path.as_str(), key.as_str()), ("ci/registries/hub", "username"));
    let vault = config.vault;
    assert_eq!(vault.address.as_deref(), Some("https://vault.example.com:8200"));
    assert_eq!(vault.namespace.as_deref(), Some("team/a"));
    assert_eq!(vault.kv_version, Some(KvVersion::Two));
    let Some(VaultAuth::AppRole { mount, .. }) = &vault.auth else { panic!() };
    assert_eq!(mount, "approle/ci");
    assert_eq!(vault.auth.unwrap().sources().len(), 2);
}

#[test]
fn a_file_without_a_vault_has_one_that_says_nothing() {
    let vault = config(SMALLEST).vault;
    assert!(vault.address.is_none() && vault.auth.is_none());
}

#[test]
fn a_helper_is_what_the_file_says() {
    let config = config(SOURCES);
    let Credential::Helper { name, key, timeout, .. } = credential(&config, "helper") else {
        panic!()
    };
    assert_eq!((name.as_str(), timeout), ("ecr-login", Duration::from_secs(60)));
    assert_eq!(key.as_deref(), Some("https://helper.example.com"));
    let Credential::DockerConfig { timeout, .. } = credential(&config, "docker") else { panic!() };
    assert_eq!(timeout, Duration::from_secs(10));
}

#[test]
fn a_source_that_says_nothing_of_trim_leaves_it_open() {
    let text = SMALLEST.replace("env = \"DOCKER_HUB_TOKEN\"", "command = [\"pass\"]");
    let SourceKind::Command { timeout, trim, .. } = password(&config(&text), "hub") else {
        panic!()
    };
    assert_eq!((timeout, trim), (Duration::from_secs(30), Trim::Unstated));
}

#[test]
fn a_dollar_in_a_username_is_itself() {
    let Credential::Pair { username, .. } = credential(&config(FULL), "asked") else { panic!() };
    assert!(matches!(username, Username::Literal(name) if name == "robot$project+name"));
}

#[test]
fn a_username_may_have_a_source() {
    let Credential::Pair { username, email, .. } = credential(&config(FULL), "internal") else {
        panic!()
    };
    assert!(matches!(username, Username::From(_)));
    assert_eq!(email.as_deref(), Some("bot@example.com"));
}

#[test]
fn a_credential_may_come_whole() {
    let Credential::DockerConfig { path, key, .. } = credential(&config(FULL), "copied") else {
        panic!()
    };
    assert_eq!(path, "~/.docker/config.json");
    assert_eq!(key.as_deref(), Some("registry.gitlab.com"));
}

#[test]
fn days_may_have_quotes() {
    let config = config(FULL);
    let day = |name: &str| config.registry(name).unwrap().expires.unwrap().to_string();
    assert_eq!(day("hub"), "2026-12-31");
    assert_eq!(day("internal"), "2027-01-31");
}

#[test]
fn a_pull_secret_is_what_the_file_says() {
    let config = config(FULL);
    let [everywhere, regcred] = config.secrets.as_slice() else { panic!() };
    assert!(
        matches!(&everywhere.namespaces, Namespaces::Inventory { labels } if labels["tier"] == "app")
    );
    assert_eq!(regcred.registries, ["hub", "internal", "piped", "asked", "copied", "mirror"]);
    assert_eq!(regcred.service_accounts, ["default", "builder"]);
    assert_eq!(regcred.keep, ["legacy"]);
    assert_eq!(regcred.labels["example.com/team"], "a");
    assert_eq!(regcred.clusters.as_deref(), Some(&["prod".to_owned(), "staging".to_owned()][..]));
}

#[test]
fn a_pull_secret_lands_in_the_clusters_that_it_names() {
    let config = config(FULL);
    let [everywhere, regcred] = config.secrets.as_slice() else { panic!() };
    for cluster in [None, Some("prod"), Some("other")] {
        assert!(everywhere.lands_in(cluster), "{cluster:?}");
    }
    assert!(regcred.lands_in(Some("prod")) && regcred.lands_in(Some("staging")));
    assert!(!regcred.lands_in(Some("other")) && !regcred.lands_in(None));
}

#[test]
fn workloads_know_their_pod_spec() {
    let config = config(FULL);
    let workloads = &config.secrets[1].workloads;
    let shown: Vec<String> = workloads
        .iter()
        .map(|w| {
            let account = w.service_account.as_deref().unwrap_or("-");
            format!("{} {}/{} {} {account}", w.api_version, w.kind, w.name, w.pod_spec.join("."))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "apps/v1 Deployment/web spec.template.spec -",
            "batch/v1 CronJob/report spec.jobTemplate.spec.template.spec -",
            "argoproj.io/v1alpha1 Rollout/api spec.template.spec api",
            "apps/v1 StatefulSet/db spec.template.spec db",
        ]
    );
}

#[test]
fn recipients_lose_white_space_and_comments() {
    let config = config(RECIPIENTS);
    let recipients = &config.clusters[0].recipients;
    let kinds: Vec<&RecipientKind> = recipients.iter().map(|recipient| &recipient.kind).collect();
    let native = &RecipientKind::X25519;
    assert_eq!(kinds, [native, native, &RecipientKind::SshEd25519, &RecipientKind::SshRsa]);
    for recipient in recipients {
        assert_eq!(recipient.text, recipient.text.trim());
        assert!(recipient.text.split(' ').count() <= 2);
    }
}

#[test]
fn spans_lead_to_the_names() {
    let config = config(FULL);
    let name = |span: &std::ops::Range<usize>| FULL.get(span.clone()).unwrap();
    assert_eq!(name(&config.registry("internal").unwrap().span), "internal");
    assert_eq!(name(&config.secrets[1].span), "regcred");
    assert_eq!(name(&config.clusters[0].span), "prod");
}

#[test]
fn debug_output_holds_no_secret() {
    let text = SMALLEST.replace("env = \"DOCKER_HUB_TOKEN\"", "plain = \"canary-4f1d\"");
    let parsed = parse(&text);
    assert!(parsed.config.is_some());
    assert!(!format!("{parsed:?}").contains("canary"));
}

#[test]
fn a_cluster_seals_for_recipients_or_for_a_certificate() {
    let text = include_str!("../../../../testdata/vectors/config/valid/sealed-secrets.toml");
    let config = config(text);
    let [edge, prod, staging] = config.clusters.as_slice() else { panic!() };
    assert_eq!((edge.format, edge.recipients.len()), (Format::Sops, 1));
    assert_eq!(edge.certificate, None);
    for (cluster, file) in [(prod, "prod"), (staging, "staging")] {
        assert_eq!((cluster.format, cluster.recipients.len()), (Format::SealedSecrets, 0));
        let expected = format!("clusters/{file}/sealed-secrets.pem");
        assert_eq!(cluster.certificate.as_deref(), Some(expected.as_str()));
    }
}

#[test]
fn a_pull_secret_is_called_otherwise_in_kubernetes_than_in_the_file() {
    let config = config(
        "[seal]\nrecipients = [\"age1rs8lqg24qdkcxjncpkr0utll2zjkg7jddswqcm346l7ccx5uxa6qv8js8k\"]\n\
         [registry.hub]\nkind = \"docker-hub\"\nusername = \"u\"\npassword = { env = \"P\" }\n\
         [registry.images]\nkind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\n\
         provide = \"external-secrets\"\n\
         [secret.Of_Team_B]\nname = \"regcred\"\nregistries = [\"hub\", \"images\"]\n\
         namespaces = [\"team-b\"]\n",
    );
    let secret = &config.secrets[0];
    assert_eq!((&*secret.name, &*secret.secret_name), ("Of_Team_B", "regcred"));
    assert_eq!(secret.made_name(config.registry("images").unwrap()), "regcred-images");
    assert_eq!(config.secret_names(secret), ["regcred", "regcred-images"]);
}
