//! Identities of accounts, policies of AWS, and what the kubelets get.

use serde_json::{Value, json};

use crate::support::{Texts, config, surroundings, texts, texts_in, yaml};

const OIDC: &str = "[output]\noidc-provider = \"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE\"\n";

const ROLE: &str = "[registry.images]\nkind = \"ecr\"\naccount = \"111122223333\"\n\
    region = \"eu-west-1\"\nprovide = \"irsa\"\nrole-arn = \"arn:aws:iam::444455556666:role/pull\"\n";

const SECRET: &str = "\n[secret.regcred]\nregistries = [\"images\"]\n\
    namespaces = [\"team-a\", \"team-b\"]\nservice-accounts = [\"default\", \"web\"]\n";

fn role(more: &str) -> Texts {
    texts(&format!("{OIDC}{ROLE}{more}{SECRET}"))
}

#[test]
fn accounts_that_may_assume_a_role_have_no_list() {
    let account = yaml(&role("")["manifests/team-a/service-accounts/web.yaml"]);
    assert_eq!(
        account["metadata"]["annotations"],
        json!({
            "eks.amazonaws.com/ecr-role-arn": "arn:aws:iam::444455556666:role/pull",
            "eks.amazonaws.com/role-arn": "arn:aws:iam::444455556666:role/pull",
        })
    );
    assert!(account.get("imagePullSecrets").is_none());
    let default = &role("")["manifests/team-b/service-accounts/default.yaml"];
    assert!(default.contains("kustomize.toolkit.fluxcd.io/ssa: Merge"), "{default}");
}

#[test]
fn pods_do_without_the_role_if_told() {
    let account =
        yaml(&role("pod-identity = false\n")["manifests/team-a/service-accounts/web.yaml"]);
    let annotations = account["metadata"]["annotations"].as_object().unwrap();
    assert_eq!(annotations.keys().collect::<Vec<_>>(), ["eks.amazonaws.com/ecr-role-arn"]);
}

#[test]
fn an_account_that_loses_its_list_and_keeps_its_role_is_not_emptied() {
    let config = config(&format!("{OIDC}{ROLE}{SECRET}"));
    let mut surroundings = surroundings(&config);
    surroundings.written_accounts.insert((String::from("team-a"), String::from("web")));
    surroundings.written_accounts.insert((String::from("team-a"), String::from("gone")));
    let contents = regrender_render::Contents::Unknown;
    let rendered =
        regrender_render::render(&config, &config.clusters[0], &surroundings, contents).unwrap();
    assert_eq!(rendered.emptied_accounts(), [(String::from("team-a"), String::from("gone"))]);
}

#[test]
fn a_patch_of_a_declared_account_leaves_its_list_alone() {
    let config = config(&format!("{OIDC}{ROLE}{SECRET}"));
    let mut surroundings = surroundings(&config);
    let web = (String::from("team-a"), String::from("web"));
    surroundings.declared_accounts.insert(web, Vec::new());
    let texts = texts_in(&config, &surroundings);
    let patch = yaml(&texts["patches/team-a/serviceaccount-web.yaml"]);
    assert!(patch.get("imagePullSecrets").is_none());
    assert_eq!(
        patch["metadata"]["annotations"]["eks.amazonaws.com/ecr-role-arn"],
        "arn:aws:iam::444455556666:role/pull"
    );
}

#[test]
fn a_role_may_pull_what_is_listed_and_nothing_else() {
    let texts = role("repositories = [\"apps/web\", \"base/os\"]\n");
    let policy: Value = serde_json::from_str(&texts["policies/images/permissions.json"]).unwrap();
    assert_eq!(
        policy,
        json!({
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "RenderedByRegrenderToken",
                    "Effect": "Allow",
                    "Action": ["ecr:GetAuthorizationToken"],
                    "Resource": ["*"],
                },
                {
                    "Sid": "RenderedByRegrenderPull",
                    "Effect": "Allow",
                    "Action": [
                        "ecr:BatchCheckLayerAvailability",
                        "ecr:BatchGetImage",
                        "ecr:GetDownloadUrlForLayer",
                    ],
                    "Resource": [
                        "arn:aws:ecr:eu-west-1:111122223333:repository/apps/web",
                        "arn:aws:ecr:eu-west-1:111122223333:repository/base/os",
                    ],
                },
            ],
        })
    );
}

#[track_caller]
fn resources(more: &str, expected: &[&str]) {
    let texts = role(more);
    let policy: Value = serde_json::from_str(&texts["policies/images/permissions.json"]).unwrap();
    assert_eq!(policy["Statement"][1]["Resource"], json!(expected));
}

#[test]
fn paths_are_beginnings_in_a_policy_too() {
    resources("paths = [\"apps/\"]\n", &["arn:aws:ecr:eu-west-1:111122223333:repository/apps/*"]);
    resources("", &["arn:aws:ecr:eu-west-1:111122223333:repository/*"]);
}

#[test]
fn only_the_accounts_of_the_pull_secret_are_trusted() {
    let trust: Value = serde_json::from_str(&role("")["policies/images/trust.json"]).unwrap();
    assert_eq!(
        trust["Statement"],
        json!([{
            "Sid": "RenderedByRegrenderTrust",
            "Effect": "Allow",
            "Principal": {
                "Federated":
                    "arn:aws:iam::444455556666:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE",
            },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": {
                "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:aud": "sts.amazonaws.com",
                "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:sub": [
                    "system:serviceaccount:team-a:default",
                    "system:serviceaccount:team-a:web",
                    "system:serviceaccount:team-b:default",
                    "system:serviceaccount:team-b:web",
                ],
            }},
        }])
    );
}

#[test]
fn a_role_of_another_partition_is_named_as_there() {
    let china = ROLE.replace("arn:aws:", "arn:aws-cn:").replace("eu-west-1", "cn-north-1");
    let texts = texts(&format!("{OIDC}{china}{SECRET}"));
    assert!(texts["policies/images/permissions.json"].contains("arn:aws-cn:ecr:cn-north-1:"));
    assert!(texts["policies/images/trust.json"].contains("arn:aws-cn:iam::444455556666:oidc"));
}

#[test]
fn a_role_of_external_secrets_has_permissions_and_no_trust() {
    let eso = ROLE.replace("\"irsa\"", "\"external-secrets\"");
    let texts = texts(&format!("{OIDC}{eso}{SECRET}"));
    assert!(texts.contains_key("policies/images/permissions.json"));
    assert!(!texts.contains_key("policies/images/trust.json"));
}

fn providers(texts: &Texts) -> Value {
    let document = yaml(&texts["nodes/credential-provider-config.yaml"]);
    assert_eq!(document["apiVersion"], "kubelet.config.k8s.io/v1");
    assert_eq!(document["kind"], "CredentialProviderConfig");
    document["providers"].clone()
}

#[test]
fn the_kubelet_hands_on_the_token_of_an_account_with_a_role() {
    assert_eq!(
        providers(&role("")),
        json!([{
            "name": "ecr-credential-provider",
            "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
            "matchImages": ["111122223333.dkr.ecr.eu-west-1.amazonaws.com"],
            "defaultCacheDuration": "1h0m0s",
            "tokenAttributes": {
                "serviceAccountTokenAudience": "sts.amazonaws.com",
                "cacheType": "ServiceAccount",
                "requireServiceAccount": false,
                "optionalServiceAccountAnnotationKeys": ["eks.amazonaws.com/ecr-role-arn"],
            },
        }])
    );
}

const AZURE: &str = "[registry.images]\nkind = \"acr\"\nregistry = \"acme\"\n\
    provide = \"workload-identity\"\nclient-id = \"0f2b2c1e-9d0a-4c6f-8e5a-1234567890ab\"\n\
    tenant-id = \"1f2b2c1e-9d0a-4c6f-8e5a-1234567890ab\"\n";

#[test]
fn accounts_of_azure_say_who_they_are() {
    let texts = texts(&format!("{AZURE}{SECRET}"));
    let account = yaml(&texts["manifests/team-a/service-accounts/web.yaml"]);
    assert_eq!(
        account["metadata"]["annotations"],
        json!({
            "azure.workload.identity/client-id": "0f2b2c1e-9d0a-4c6f-8e5a-1234567890ab",
            "azure.workload.identity/tenant-id": "1f2b2c1e-9d0a-4c6f-8e5a-1234567890ab",
            "kubernetes.azure.com/acr-client-id": "0f2b2c1e-9d0a-4c6f-8e5a-1234567890ab",
            "kubernetes.azure.com/acr-tenant-id": "1f2b2c1e-9d0a-4c6f-8e5a-1234567890ab",
        })
    );
    let [program] = providers(&texts).as_array().unwrap().clone().try_into().unwrap();
    assert_eq!(program["name"], "acr-credential-provider");
    assert_eq!(program["args"], json!(["/etc/kubernetes/azure.json"]));
    assert_eq!(
        program["tokenAttributes"]["requiredServiceAccountAnnotationKeys"],
        json!(["kubernetes.azure.com/acr-client-id", "kubernetes.azure.com/acr-tenant-id"])
    );
    assert_eq!(program["tokenAttributes"]["requireServiceAccount"], true);
}

#[test]
fn nodes_and_accounts_of_azure_have_an_entry_each() {
    let texts = texts(&format!(
        "{AZURE}\n[registry.other]\nkind = \"acr\"\nregistry = \"other\"\nprovide = \"node\"\n{SECRET}"
    ));
    let programs = providers(&texts);
    let names: Vec<&Value> = programs.as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["acr-credential-provider", "acr-credential-provider-pods"]);
    assert_eq!(programs[0]["matchImages"], json!(["other.azurecr.io"]));
    assert!(programs[0].get("tokenAttributes").is_none());
}

#[test]
fn accounts_of_google_are_asked_for_in_their_cluster() {
    let google = "[registry.images]\nkind = \"gar\"\nlocation = \"europe-west1\"\nproject = \"acme\"\n\
        provide = \"workload-identity\"\n\
        google-service-account = \"pull@acme.iam.gserviceaccount.com\"\n";
    let cluster = "cluster-name = \"prod\"\ncluster-location = \"europe-west1\"\n\
        cluster-project = \"clusters\"\n";
    let texts = texts(&format!("{google}{cluster}{SECRET}"));
    let account = yaml(&texts["manifests/team-a/service-accounts/web.yaml"]);
    assert_eq!(
        account["metadata"]["annotations"],
        json!({
            "iam.gke.io/enable-wi-image-pull": "true",
            "iam.gke.io/gcp-service-account": "pull@acme.iam.gserviceaccount.com",
        })
    );
    let program = providers(&texts)[0].clone();
    assert_eq!(program["matchImages"], json!(["europe-west1-docker.pkg.dev/acme/"]));
    assert_eq!(
        program["args"],
        json!([
            "get-credentials",
            "--identity-provider=https://container.googleapis.com/v1/projects/clusters/locations/europe-west1/clusters/prod",
            "--project-id=clusters",
        ])
    );
    let audience = &program["tokenAttributes"]["serviceAccountTokenAudience"];
    assert_eq!(*audience, "clusters.svc.id.goog");
}

#[test]
fn without_a_cluster_of_google_the_kubelet_is_told_nothing() {
    let google = "[registry.images]\nkind = \"gcr\"\nproject = \"acme\"\n\
        provide = \"workload-identity\"\n\
        google-service-account = \"pull@acme.iam.gserviceaccount.com\"\n";
    let texts = texts(&format!("{google}{SECRET}"));
    assert!(!texts.contains_key("nodes/credential-provider-config.yaml"));
}

#[test]
fn identities_of_other_clusters_are_not_asked_for() {
    let google = "[registry.g]\nkind = \"gcr\"\nproject = \"acme\"\n\
        provide = \"workload-identity\"\ngoogle-service-account = \"p@a.iam.gserviceaccount.com\"\n\
        cluster-name = \"prod\"\ncluster-location = \"europe-west1\"\n";
    let azure = AZURE.replace("[registry.images]", "[registry.az]");
    let secret = "[secret.regcred]\nregistries = [\"images\", \"az\", \"g\"]\n\
        namespaces = [\"team-a\"]\nservice-accounts = [\"web\"]\n";
    let tree = |text: &str| {
        let config = config(text);
        texts_in(&config, &surroundings(&config))
    };
    let here = tree(&format!("{OIDC}{ROLE}{azure}{google}{secret}"));
    assert_eq!(providers(&here).as_array().unwrap().len(), 3);
    let clusters = "[cluster.a]\n[cluster.b]\n";
    let elsewhere =
        tree(&format!("{OIDC}{clusters}{ROLE}{azure}{google}{secret}clusters = [\"b\"]\n"));
    assert!(elsewhere.is_empty(), "{:?}", elsewhere.keys());
}

#[test]
fn nodes_have_a_program_for_each_cloud() {
    let texts = texts(
        "[registry.a]\nkind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\n\
         provide = \"node\"\n[registry.b]\nkind = \"acr\"\nregistry = \"acme\"\nprovide = \"node\"\n\
         [registry.c]\nkind = \"gcr\"\nprovide = \"node\"\n\
         [registry.d]\nkind = \"ghcr\"\nusername = \"u\"\npassword = { env = \"X\" }\n\
         [secret.regcred]\nregistries = [\"d\"]\nnamespaces = [\"team-a\"]\n",
    );
    let names: Vec<Value> = providers(&texts)
        .as_array()
        .unwrap()
        .iter()
        .map(|program| program["name"].clone())
        .collect();
    assert_eq!(names, ["acr-credential-provider", "auth-provider-gcp", "ecr-credential-provider"]);
}

#[test]
fn a_credential_of_the_nodes_is_sealed_beside_the_manifests() {
    let texts = texts(
        "[registry.a]\nhost = \"a.example\"\nprovide = \"node\"\nusername = \"u\"\n\
         password = { env = \"X\" }\n\
         [registry.d]\nkind = \"ghcr\"\nusername = \"u\"\npassword = { env = \"X\" }\n\
         [secret.regcred]\nregistries = [\"a\", \"d\"]\nnamespaces = [\"team-a\"]\n",
    );
    let payload = |path: &str| {
        use base64::Engine as _;
        let secret = yaml(&texts[path]);
        let data = secret["data"][".dockerconfigjson"].as_str().unwrap();
        let json = base64::engine::general_purpose::STANDARD.decode(data).unwrap();
        let json: Value = serde_json::from_slice(&json).unwrap();
        json["auths"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(payload("nodes/config.sops.yaml"), ["a.example"]);
    assert_eq!(payload("manifests/team-a/regcred.sops.yaml"), ["ghcr.io"]);
    let lists = texts.iter().filter(|(path, _)| path.ends_with("kustomization.yaml"));
    for (path, text) in lists {
        assert!(!text.contains("nodes"), "{path}: {text}");
    }
}
