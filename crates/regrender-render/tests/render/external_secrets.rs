//! External Secrets: the fields of its CRDs, and what its templates make of tokens.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{Texts, texts};

/// Cut down from the published CRDs: names, types, what is needed, and what a value may be.
const FIELDS: &str = include_str!("../../../../testdata/vectors/external-secrets/fields.json");

const PROVIDERS: &str = include_str!("../../../../testdata/vectors/config/valid/providers.toml");

/// Every registry of the vectors that External Secrets renews.
fn every_generator() -> Texts {
    // The recipients are there already.
    let (_, rest) = PROVIDERS.split_once("\n\n").unwrap();
    texts(rest)
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

/// Fails when `value` is not what the schema of a CRD admits.
fn admitted(at: &str, value: &Value, schema: &Value) {
    let kind = match value {
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        other => panic!("{at}: {other}"),
    };
    assert_eq!(schema["type"], kind, "{at}");
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(value), "{at}: {value}");
    }
    for needed in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(needed.as_str().unwrap()).is_some(), "{at} lacks {needed}");
    }
    for (key, inner) in value.as_object().into_iter().flatten() {
        let known = schema["properties"].get(key).or_else(|| schema.get("additional"));
        let known = known.unwrap_or_else(|| panic!("{at} has no {key}"));
        admitted(&format!("{at}.{key}"), inner, known);
    }
    for inner in value.as_array().into_iter().flatten() {
        admitted(at, inner, &schema["items"]);
    }
}

#[test]
fn what_is_rendered_has_the_fields_of_the_crds() {
    let fields: Value = serde_json::from_str(FIELDS).unwrap();
    let mut kinds = BTreeSet::new();
    for (path, text) in &every_generator() {
        let document = if path.contains("/external-secrets/") { yaml(text) } else { continue };
        let kind = document["kind"].as_str().unwrap();
        if kind == "Kustomization" {
            continue;
        }
        kinds.insert(kind.to_owned());
        assert_eq!(document["apiVersion"], fields[kind]["apiVersion"], "{path}");
        admitted(path, &document["spec"], &fields[kind]["spec"]);
    }
    let known: BTreeSet<String> = fields.as_object().unwrap().keys().cloned().collect();
    assert_eq!(kinds, known);
}

#[test]
fn each_made_secret_has_its_generator_beside_it() {
    let texts = every_generator();
    let list = yaml(&texts["manifests/team-a/external-secrets/kustomization.yaml"]);
    let files: Vec<&str> =
        list["resources"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    for file in &files {
        assert!(texts.contains_key(&format!("manifests/team-a/external-secrets/{file}")), "{file}");
    }
    for registry in ["ecr", "ecr-keys", "ecr-public", "acr", "acr-principal", "gar", "quay"] {
        assert!(files.contains(&format!("{registry}.yaml").as_str()), "{registry}");
        let made = format!("manifests/team-a/external-secrets/regcred-{registry}.yaml");
        let document = yaml(&texts[&made]);
        let reference = &document["spec"]["dataFrom"][0]["sourceRef"]["generatorRef"];
        assert_eq!(reference["name"], registry);
        let generator = yaml(&texts[&format!("manifests/team-a/external-secrets/{registry}.yaml")]);
        assert_eq!(generator["kind"], reference["kind"]);
        assert_eq!(generator["metadata"], json!({ "name": registry, "namespace": "team-a" }));
    }
}

#[test]
fn a_generator_asks_as_it_is_told() {
    let texts = every_generator();
    let spec = |registry: &str| {
        let path = format!("manifests/team-a/external-secrets/{registry}.yaml");
        yaml(&texts[&path])["spec"].clone()
    };
    assert_eq!(
        spec("ecr"),
        json!({
            "region": "eu-west-1",
            "role": "arn:aws:iam::111122223333:role/ecr-pull",
            "auth": { "jwt": { "serviceAccountRef": { "name": "ecr-puller" } } },
        })
    );
    assert_eq!(spec("ecr-public"), json!({ "region": "us-east-1", "scope": "public" }));
    assert_eq!(spec("acr")["environmentType"], "ChinaCloud");
    assert_eq!(spec("acr")["registry"], "acme.azurecr.cn");
    assert_eq!(
        spec("acr-principal")["auth"]["servicePrincipal"]["secretRef"]["clientId"],
        json!({ "name": "azure-principal", "key": "client-id" })
    );
    assert_eq!(
        spec("gar")["auth"]["workloadIdentity"],
        json!({
            "clusterLocation": "europe-west1",
            "clusterName": "prod",
            "clusterProjectID": "acme-clusters",
            "serviceAccountRef": { "name": "gar-puller" },
        })
    );
    assert_eq!(spec("github")["permissions"], json!({ "packages": "read" }));
}

const ECR: &str = "[registry.images]\nkind = \"ecr\"\naccount = \"111122223333\"\n\
    region = \"eu-west-1\"\nprovide = \"external-secrets\"\n";

/// A tree with one registry, and more keys for it.
fn one(more: &str) -> Texts {
    texts(&format!(
        "{ECR}{more}\n[secret.regcred]\nregistries = [\"images\"]\nnamespaces = [\"team-a\"]\n\
         service-accounts = [\"builder\"]\nworkloads = [\"Deployment/web\"]\n"
    ))
}

#[test]
fn a_pull_secret_of_tokens_alone_is_not_sealed() {
    let paths: Vec<String> = one("").into_keys().collect();
    assert_eq!(
        paths,
        [
            "manifests/kustomization.yaml",
            "manifests/team-a/external-secrets/images.yaml",
            "manifests/team-a/external-secrets/kustomization.yaml",
            "manifests/team-a/external-secrets/regcred-images.yaml",
            "manifests/team-a/kustomization.yaml",
            "manifests/team-a/service-accounts/builder.yaml",
            "manifests/team-a/service-accounts/kustomization.yaml",
            "patches/team-a/deployment-web.yaml",
            "patches/team-a/kustomization.yaml",
        ]
    );
}

#[test]
fn accounts_and_workloads_name_what_is_made() {
    let texts = one("");
    let account = yaml(&texts["manifests/team-a/service-accounts/builder.yaml"]);
    assert_eq!(account["imagePullSecrets"], json!([{ "name": "regcred-images" }]));
    let patch = yaml(&texts["patches/team-a/deployment-web.yaml"]);
    let list = &patch["spec"]["template"]["spec"]["imagePullSecrets"];
    assert_eq!(*list, json!([{ "name": "regcred-images" }]));
    let namespace = yaml(&texts["manifests/team-a/kustomization.yaml"]);
    assert_eq!(namespace["resources"], json!(["external-secrets", "service-accounts"]));
}

#[test]
fn what_is_sealed_and_what_is_made_stand_in_one_list() {
    let texts = texts(&format!(
        "{ECR}\n[registry.hub]\nkind = \"docker-hub\"\nusername = \"u\"\npassword = {{ env = \"X\" }}\n\
         [secret.regcred]\nregistries = [\"images\", \"hub\"]\nnamespaces = [\"team-a\"]\n\
         service-accounts = [\"default\"]\nkeep = [\"legacy\"]\n"
    ));
    let account = yaml(&texts["manifests/team-a/service-accounts/default.yaml"]);
    let names = json!([{ "name": "regcred" }, { "name": "regcred-images" }, { "name": "legacy" }]);
    assert_eq!(account["imagePullSecrets"], names);
    let sealed = yaml(&texts["manifests/team-a/regcred.sops.yaml"]);
    let payload = sealed["data"][".dockerconfigjson"].as_str().unwrap();
    let json = String::from_utf8(STANDARD.decode(payload).unwrap()).unwrap();
    assert!(json.contains("index.docker.io") && !json.contains("dkr.ecr"), "{json}");
}

#[test]
fn argocd_and_kubectl_apply_the_folder_that_flux_applies() {
    let texts = texts(&format!(
        "[output]\nconsumer = [\"argocd\", \"kubectl\"]\n{ECR}\n[secret.regcred]\n\
         registries = [\"images\"]\nnamespaces = [\"team-a\"]\nservice-accounts = [\"default\"]\n"
    ));
    let kustomization = yaml(&texts["argocd/team-a/kustomization.yaml"]);
    assert_eq!(
        kustomization["resources"],
        json!([
            "../../manifests/team-a/external-secrets",
            "../../manifests/team-a/service-accounts",
        ])
    );
    assert!(kustomization.get("generators").is_none());
    assert!(!texts.contains_key("argocd/team-a/ksops.yaml"));
    assert!(texts["Makefile"].contains("for folder in external-secrets service-accounts"));
}

/// The template of the docker config that is made.
fn template(texts: &Texts, made: &str) -> String {
    let document = yaml(&texts[&format!("manifests/team-a/external-secrets/{made}.yaml")]);
    let data = &document["spec"]["target"]["template"]["data"][".dockerconfigjson"];
    data.as_str().unwrap().to_owned()
}

#[test]
fn a_token_is_spelled_as_json_by_the_template() {
    assert_eq!(
        template(&one(""), "regcred-images"),
        "{\"auths\":{\"111122223333.dkr.ecr.eu-west-1.amazonaws.com\":{\
         \"username\":{{ .username | toJson }},\"password\":{{ .password | toJson }},\
         \"auth\":{{ printf \"%s:%s\" .username .password | b64enc | toJson }}}}}"
    );
}

#[test]
fn paths_are_keys_of_their_own() {
    let template = template(&one("paths = [\"a/\", \"b/\"]\n"), "regcred-images");
    assert_eq!(template.matches(".amazonaws.com/").count(), 2, "{template}");
}

#[test]
fn quay_and_github_hand_out_other_words() {
    let texts = every_generator();
    let quay = template(&texts, "regcred-quay");
    assert!(quay.contains("\"quay.io\":{\"username\":\"acme+puller\""), "{quay}");
    assert!(quay.contains("{{ .auth | b64dec | trimPrefix \"acme+puller:\" | toJson }}"), "{quay}");
    let github = template(&texts, "regcred-github");
    assert!(github.contains("\"password\":{{ .token | toJson }}"), "{github}");
    assert!(github.contains("printf \"x-access-token:%s\" .token | b64enc"), "{github}");
}

#[test]
fn templates_are_json_once_filled_in() {
    let mut count = 0;
    for (path, text) in
        every_generator().iter().filter(|(path, _)| path.contains("/external-secrets/"))
    {
        let document = yaml(text);
        let data = &document["spec"]["target"]["template"]["data"][".dockerconfigjson"];
        let Some(mut rest) = data.as_str() else { continue };
        let mut filled = String::new();
        while let Some((before, after)) = rest.split_once("{{") {
            let (action, after) = after.split_once("}}").unwrap();
            assert!(action.trim_end().ends_with("toJson"), "{path}: {action}");
            filled.push_str(before);
            filled.push_str("\"a \\\"quoted\\\" token\"");
            rest = after;
        }
        filled.push_str(rest);
        let json: Value = serde_json::from_str(&filled).unwrap();
        for entry in json["auths"].as_object().unwrap().values() {
            let keys: BTreeSet<&String> = entry.as_object().unwrap().keys().collect();
            assert_eq!(keys.into_iter().collect::<Vec<_>>(), ["auth", "password", "username"]);
        }
        count += 1;
    }
    assert_eq!(count, 8);
}

#[test]
fn a_token_is_renewed_at_half_of_its_life_or_earlier() {
    let texts = every_generator();
    let interval = |made: &str| {
        let path = format!("manifests/team-a/external-secrets/regcred-{made}.yaml");
        yaml(&texts[&path])["spec"]["refreshInterval"].as_str().unwrap().to_owned()
    };
    assert_eq!(interval("ecr"), "6h0m0s");
    assert_eq!(interval("acr"), "1h0m0s");
    for made in ["gar", "quay", "github"] {
        assert_eq!(interval(made), "30m0s");
    }
}

#[test]
fn labels_of_the_pull_secret_are_no_templates() {
    let texts = texts(&format!(
        "{ECR}\n[secret.regcred]\nregistries = [\"images\"]\nnamespaces = [\"team-a\"]\n\
         labels = {{ tier = \"app\" }}\nannotations = {{ \"example.com/why\" = \"a {{{{ b\" }}\n"
    ));
    let document = yaml(&texts["manifests/team-a/external-secrets/regcred-images.yaml"]);
    let metadata = &document["spec"]["target"]["template"]["metadata"];
    assert_eq!(metadata["labels"]["tier"], "app");
    assert_eq!(metadata["annotations"]["example.com/why"], "a {{`{{`}} b");
}
