//! The JSON schema of registries.toml, for editors.

use serde_json::{Map, Value, json};

use crate::provision::Provider;
use crate::{AzureEnvironment, Consumer, Format, MacScope, RegistryKind};

/// Returns the JSON schema (draft 2020-12) of registries.toml, indented, with a final line end.
#[must_use]
pub fn schema() -> String {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "registries.toml",
        "description": "What regrender renders: registries, pull secrets, and where they go.",
        "type": "object",
        "properties": {
            "seal": seal(),
            "output": output(),
            "cluster": named("Places to deploy to, by name.", "cluster"),
            "vault": vault(),
            "registry": named("Hosts that serve images, by name.", "registry"),
            "secret": named("Pull secrets, by name: what Kubernetes calls them, unless they have another `name`.", "secret"),
        },
        "additionalProperties": false,
        "$defs": {
            "cluster": cluster(),
            "registry": registry(),
            "secret": secret(),
            "source": source(),
            "workload": workload(),
            "flux": flux(),
            "argocd": argocd(),
        },
    });
    format!("{schema:#}\n")
}

/// Returns the table that has a key which holds for all, if one of the two has it.
pub(crate) fn table_for_all(key: &str) -> Option<&'static str> {
    let tables = [("seal", seal_keys()), ("output", placing())];
    tables.into_iter().find_map(|(table, keys)| keys.contains_key(key).then_some(table))
}

/// A table that takes no other keys.
fn table(description: &str, properties: Value) -> Value {
    let table = json!({ "description": description, "type": "object" });
    let table = with(table, "properties", properties);
    with(table, "additionalProperties", json!(false))
}

/// Adds a member to an object.
fn with(mut value: Value, key: &str, member: Value) -> Value {
    if let Value::Object(object) = &mut value {
        object.insert(key.to_owned(), member);
    }
    value
}

fn named(description: &str, definition: &str) -> Value {
    json!({
        "description": description,
        "type": "object",
        "additionalProperties": reference(definition),
    })
}

fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

fn text(description: &str) -> Value {
    json!({ "description": description, "type": "string" })
}

fn text_with_default(description: &str, default: &str) -> Value {
    json!({ "description": description, "type": "string", "default": default })
}

fn flag(description: &str) -> Value {
    json!({ "description": description, "type": "boolean", "default": false })
}

fn texts(description: &str) -> Value {
    json!({
        "description": description,
        "type": "array",
        "items": { "type": "string" },
        "uniqueItems": true,
    })
}

fn text_map(description: &str) -> Value {
    json!({
        "description": description,
        "type": "object",
        "additionalProperties": { "type": "string" },
    })
}

fn seal() -> Value {
    table("How pull secrets are sealed, and for whom.", Value::Object(seal_keys()))
}

fn seal_keys() -> Map<String, Value> {
    let mut properties = sealing();
    properties.insert(
        String::from("fingerprint-key"),
        described(
            "Key of the fingerprints that tell an unchanged Secret without an identity.",
            "source",
        ),
    );
    properties
}

/// A reference with a description of its own.
fn described(description: &str, definition: &str) -> Value {
    with(reference(definition), "description", json!(description))
}

/// The keys that `[seal]` and a cluster share.
fn sealing() -> Map<String, Value> {
    let formats: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    let mac_scopes: Vec<&str> = MacScope::ALL.iter().map(|scope| scope.name()).collect();
    let properties = json!({
        "format": {
            "description": "How a pull secret is sealed: a SOPS file, one age message, or a SealedSecret.",
            "enum": formats,
            "default": "sops",
        },
        "recipients": texts("Public keys: age1…, ssh-ed25519 or ssh-rsa."),
        "certificate": text("PEM file with the certificate of the controller of SealedSecrets."),
        "mac": {
            "description": "What the MAC of a SOPS file covers.",
            "enum": mac_scopes,
            "default": "all",
        },
    });
    object(properties)
}

/// The keys that `[output]` and a cluster share.
fn placing() -> Map<String, Value> {
    let consumers: Vec<&str> = Consumer::ALL.iter().map(|consumer| consumer.name()).collect();
    let consumer = json!({ "enum": consumers });
    let properties = json!({
        "directory": text("Output folder, below the folder of registries.toml."),
        "consumer": {
            "description": "Who applies the tree: one name or several.",
            "anyOf": [
                consumer,
                { "type": "array", "items": consumer, "minItems": 1, "uniqueItems": true },
            ],
            "default": ["flux"],
        },
        "per-namespace": flag("Whether each namespace gets a Kustomization or Application of its own."),
        "inventory": texts("Files and folders whose manifests are the inventory."),
        "oidc-provider": text("Issuer of the cluster's tokens as IAM calls it, without https://; for trust policies."),
        "flux": reference("flux"),
        "argocd": reference("argocd"),
    });
    object(properties)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn output() -> Value {
    table("What is written, and for whom.", Value::Object(placing()))
}

fn cluster() -> Value {
    let mut properties = sealing();
    properties.extend(placing());
    table("A place to deploy to; what it does not say holds as for all.", Value::Object(properties))
}

fn flux() -> Value {
    table(
        "What the rendered Flux objects name.",
        json!({
            "namespace": text_with_default("Namespace of the Kustomization objects.", "flux-system"),
            "source": text_with_default("What Flux reads the tree from: the name of a GitRepository, or KIND/NAME.", "flux-system"),
            "decryption-secret": text_with_default("Name of the Secret with the age identity.", "sops-age"),
            "interval": text_with_default("How often Flux looks.", "10m"),
        }),
    )
}

fn argocd() -> Value {
    table(
        "What the rendered Argo CD objects name.",
        json!({
            "namespace": text_with_default("Namespace of the Application objects.", "argocd"),
            "project": text_with_default("Argo CD project of the Applications.", "default"),
            "repository": text("Address of the Git repository."),
            "revision": text_with_default("Branch, tag or commit.", "HEAD"),
        }),
    )
}

fn registry() -> Value {
    let kinds: Vec<&str> = RegistryKind::ALL.iter().map(|kind| kind.name()).collect();
    let mut properties = object(json!({
            "kind": {
                "description": "What is known of it beforehand.",
                "enum": kinds,
                "default": "generic",
            },
            "host": text("host or host:port, as before the first slash of the image names."),
            "paths": texts("Beginnings of the repositories it is narrowed to, each with a slash at its end."),
            "username": {
                "description": "The username, or where it comes from.",
                "anyOf": [{ "type": "string" }, reference("source")],
            },
            "password": described("Where the password comes from.", "source"),
            "credential": table(
                "A credential that comes whole.",
                json!({
                    "docker-config": text("Path of a docker config.json."),
                    "helper": text("Name of a credential helper: what follows docker-credential-."),
                    "key": text("Its entry or address, if it is not the one of the host."),
                    "timeout": timeout("How long a helper may take: seconds, or a number with s or m."),
                }),
            ),
            "email": text("An address that some readers of the Secret want to see."),
            "expires": {
                "description": "Last day of the credential: YYYY-MM-DD, with or without quotes.",
                "type": "string",
                "format": "date",
            },
            "anonymous": flag("Images are pulled without a credential."),
            "hub-aliases": flag("Docker Hub only: write `docker.io` beside its canonical key."),
            "repositories": texts("Its repositories by their exact names, for policies and probing."),
            "ca": text("PEM file with authorities that probing trusts beside those of the machine."),
            "insecure": flag("Probing checks no certificate of this host, and tries HTTP after HTTPS."),
    }));
    properties.extend(cloud());
    properties.extend(provision());
    table("A host that serves images, and the credential for it.", Value::Object(properties))
}

/// A string of digits, which may stand there as a number.
fn digits(description: &str) -> Value {
    json!({ "description": description, "type": ["string", "integer"] })
}

/// The keys of registries of the clouds.
fn cloud() -> Map<String, Value> {
    let environments: Vec<&str> = AzureEnvironment::ALL.iter().map(|e| e.name()).collect();
    object(json!({
        "account": digits("ECR: the account, twelve digits."),
        "region": text("ECR: the region."),
        "fips": flag("ECR: images are named by the FIPS endpoint."),
        "public": flag("ECR: the gallery that everybody reads, public.ecr.aws."),
        "registry": text("ACR: the name of the registry."),
        "environment": {
            "description": "ACR: the cloud that it is in.",
            "enum": environments,
            "default": "public",
        },
        "location": text("GAR and GCR: the location, such as europe-west1, or eu for GCR."),
        "project": text("GAR and GCR: the project."),
    }))
}

/// The keys that say where fresh tokens come from.
fn provision() -> Map<String, Value> {
    let providers: Vec<&str> = Provider::ALL.iter().map(|provider| provider.name()).collect();
    object(json!({
        "provide": {
            "description": "What renews the tokens of the registry, or seals them all the same.",
            "enum": providers,
        },
        "allow-short-lived": flag("Seal a credential that is dead within a day."),
        "role-arn": text("ECR: the role that may pull."),
        "service-account": text("External Secrets: the service account of the namespace that it asks as."),
        "credentials-secret": text("External Secrets: the Secret of the namespace with the keys that it asks with."),
        "tenant-id": text("ACR: the tenant of the identity."),
        "client-id": text("ACR: the identity that may pull."),
        "google-service-account": text("GAR and GCR: the service account of Google Cloud that may pull."),
        "cluster-name": text("GAR and GCR: the cluster of GKE whose accounts are federated."),
        "cluster-location": text("GAR and GCR: the location of that cluster."),
        "cluster-project": text("GAR and GCR: the project of that cluster, if it is another."),
        "pod-identity": {
            "description": "Whether the processes in the pods have the identity too.",
            "type": "boolean",
            "default": true,
        },
        "robot-account": text("Quay: the robot account that trusts the service account."),
        "app-id": digits("GHCR: the GitHub App."),
        "install-id": digits("GHCR: the installation of the GitHub App."),
    }))
}

fn source() -> Value {
    let source = table(
        "Where a value comes from: exactly one of env, file, stdin, command, sops, age, vault and \
         plain.",
        json!({
            "env": text("Name of an environment variable."),
            "file": text("Path of a file, relative to registries.toml; `~/` is the home folder."),
            "stdin": { "description": "Standard input, to its end.", "const": true },
            "command": {
                "description": "A program and its arguments; no shell.",
                "type": "array",
                "items": { "type": "string" },
                "minItems": 1,
            },
            "plain": text("The value itself, for tests and demonstrations."),
            "sops": text("Path of a file that sops sealed."),
            "age": text("Path of an age file."),
            "vault": text("Path of a secret in Vault: its mount, and the path below."),
            "key": text("With sops, the way to the value, such as hub.password; with vault, the field."),
            "trim": { "description": "Whether line ends at the end are left out.", "type": "boolean" },
            "timeout": timeout("How long a command may take: seconds, or a number with s or m."),
        }),
    );
    let places = ["env", "file", "stdin", "command", "sops", "age", "vault", "plain"];
    with(source, "oneOf", json!(places.map(|place| json!({ "required": [place] }))))
}

fn timeout(description: &str) -> Value {
    json!({
        "description": description,
        "anyOf": [{ "type": "integer", "minimum": 1, "maximum": 3600 }, { "type": "string" }],
        "default": "30s",
    })
}

fn vault() -> Value {
    let auth = table(
        "How to log in.",
        json!({
            "method": {
                "description": "The method.",
                "enum": ["token", "approle", "kubernetes", "jwt"],
            },
            "token": described("With token: where the token comes from.", "source"),
            "role-id": {
                "description": "With approle: the name of the role, or where it comes from.",
                "anyOf": [{ "type": "string" }, reference("source")],
            },
            "secret-id": described("With approle: where the secret of the role comes from.", "source"),
            "role": text("With kubernetes and jwt: the role."),
            "jwt": described("With kubernetes and jwt: where the token comes from.", "source"),
            "mount": text("Where the method is mounted, if not at its own name."),
        }),
    );
    table(
        "The Vault or OpenBao that sources are read from.",
        json!({
            "address": text("Its address, such as https://vault.example.com:8200."),
            "namespace": text("The namespace that every path is in."),
            "ca": text("Path of a file with the certificates of its authority."),
            "kv-version": {
                "description": "Version of its key-value engines; it is asked if not given.",
                "enum": [1, 2],
            },
            "auth": with(auth, "required", json!(["method"])),
        }),
    )
}

fn secret() -> Value {
    let secret = table(
        "A Secret of type kubernetes.io/dockerconfigjson.",
        json!({
            "name": text("Its name in Kubernetes; that of the table, if not given."),
            "registries": texts("Names of its registries."),
            "namespaces": {
                "description": "Where it lands: names, or what the inventory declares.",
                "anyOf": [
                    { "type": "array", "items": { "type": "string" }, "minItems": 1, "uniqueItems": true },
                    namespaces_of_inventory(),
                ],
            },
            "service-accounts": texts("Accounts whose pods pull with it."),
            "keep": texts("Names that stand in the lists of those accounts already and stay there."),
            "workloads": {
                "description": "Workloads that name it themselves: `Kind/name`, or a table.",
                "type": "array",
                "items": { "anyOf": [{ "type": "string" }, reference("workload")] },
            },
            "labels": text_map("Labels of the Secret."),
            "annotations": text_map("Annotations of the Secret."),
            "clusters": texts("The clusters it lands in; all, if not given."),
        }),
    );
    with(secret, "required", json!(["registries", "namespaces"]))
}

fn namespaces_of_inventory() -> Value {
    let namespaces = table(
        "Namespaces that the inventory declares.",
        json!({
            "from": { "description": "Where they are declared.", "const": "inventory" },
            "labels": text_map("What their labels must say."),
        }),
    );
    with(namespaces, "required", json!(["from"]))
}

fn workload() -> Value {
    let workload = table(
        "A workload whose pods name their pull secrets themselves.",
        json!({
            "kind": text("Its kind, as manifests spell it."),
            "name": text("Its name."),
            "api-version": text("Its API version; known for Kubernetes' own kinds."),
            "path": text("The keys that lead to its pod spec; known for Kubernetes' own kinds."),
            "service-account": text("The account its pods run under, if the patch is to set it."),
        }),
    );
    with(workload, "required", json!(["kind", "name"]))
}
