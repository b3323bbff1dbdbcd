//! The pull secrets and service accounts that manifests declare.

use regrender_audit::{Inventory, Secret, SecretState, ServiceAccount};
use regrender_image::PullSecret;

use super::caution::{OLD_TYPE, cautions};
use super::docker_config::pairs;
use super::found::{Found, FoundAccount, FoundSecret};
use super::remark::Remarks;

impl Found {
    /// Takes what manifests declare; `open` opens what is sealed, where an identity is at hand.
    pub(crate) fn take_inventory(
        &mut self,
        inventory: &Inventory,
        open: &dyn Fn(&Secret) -> Option<PullSecret>,
    ) {
        for secret in inventory.secrets().filter(|secret| secret.is_pull_secret()) {
            self.take_secret(secret, open);
        }
        let accounts = inventory.service_accounts();
        self.accounts.extend(accounts.filter(|one| !one.pull_secrets.is_empty()).flat_map(places));
    }

    /// Takes a docker config.
    ///
    /// # Errors
    ///
    /// Fails where docker fails.
    pub(crate) fn take_docker_config(
        &mut self,
        bytes: &[u8],
        origin: &str,
    ) -> Result<(), regrender_image::ConfigError> {
        let secret = super::docker_config::as_secret(bytes, origin, &mut self.remarks)?;
        self.secrets.push(secret);
        Ok(())
    }

    fn take_secret(&mut self, secret: &Secret, open: &dyn Fn(&Secret) -> Option<PullSecret>) {
        let opened = match secret.state {
            SecretState::Clear if has_bad_key(secret) => Err("its docker config is not base64"),
            SecretState::Clear => Ok(secret.content.clone()),
            SecretState::Sops => open(secret).ok_or("it is sealed, and no identity opens it"),
            SecretState::Damaged => Err("what is left of its sealing cannot be opened"),
            SecretState::SealedSecret => Err("it is a SealedSecret, which only its cluster opens"),
            SecretState::ExternalSecret => Err("its content lies elsewhere"),
            SecretState::Generated => Err("kustomize makes it; import the file that it is made of"),
        };
        for (namespace, name) in locations(secret) {
            let origin = shown(namespace.as_deref(), &name);
            let entries = match &opened {
                Ok(content) => content_of(content, &name, &origin, &mut self.remarks),
                Err(reason) => {
                    self.remarks.add("", *reason, &origin);
                    None
                }
            };
            self.secrets.extend(entries.map(|entries| FoundSecret {
                name,
                namespace,
                origin,
                entries,
                cautions: cautions(secret),
            }));
        }
    }
}

fn has_bad_key(secret: &Secret) -> bool {
    secret.bad_keys.iter().any(|key| PullSecret::is_payload_key(key))
}

fn content_of(
    content: &PullSecret,
    name: &str,
    origin: &str,
    remarks: &mut Remarks,
) -> Option<Vec<super::found::FoundEntry>> {
    if content.kind == OLD_TYPE && is_made_by_openshift(name) {
        remarks.add("", "OpenShift makes it for its own registry", origin);
        return None;
    }
    if let Err(fault) = content.payload() {
        remarks.add("", fault.to_string(), origin);
        return None;
    }
    for key in content.data.keys().filter(|key| !PullSecret::is_payload_key(key)) {
        let reason = "a pull secret has no key but that of its docker config; left out";
        remarks.add(&format!("key `{key}`"), reason, origin);
    }
    match content.decode() {
        Ok(config) => Some(pairs(&config, origin, remarks)),
        Err(error) => {
            remarks.add("", format!("it cannot be decoded: {error}"), origin);
            None
        }
    }
}

/// Says whether a name is one that `OpenShift` gives: `ACCOUNT-dockercfg-` and five characters.
fn is_made_by_openshift(name: &str) -> bool {
    name.rsplit_once("-dockercfg-").is_some_and(|(_, rest)| rest.len() == 5)
}

/// Lists where a Secret lands and under which name: kustomize may rename it.
fn locations(secret: &Secret) -> Vec<(Option<String>, String)> {
    let mut found: Vec<(Option<String>, String)> = secret
        .renderings
        .iter()
        .map(|tree| (tree.namespace.clone().or(secret.namespace.clone()), tree.name.clone()))
        .collect();
    if found.is_empty() {
        found.push((secret.namespace.clone(), secret.name.clone()));
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn places(account: &ServiceAccount) -> Vec<FoundAccount> {
    let make = |namespace: &Option<String>, name: &str, names: &[String]| FoundAccount {
        namespace: namespace.clone(),
        name: name.to_owned(),
        pull_secrets: names.iter().filter(|name| !name.is_empty()).cloned().collect(),
    };
    if account.renderings.is_empty() {
        return vec![make(&account.namespace, &account.name, &account.pull_secrets)];
    }
    let trees = account.renderings.iter();
    trees
        .map(|tree| {
            let namespace = tree.namespace.clone().or(account.namespace.clone());
            let names = tree.pull_secrets.as_ref().unwrap_or(&account.pull_secrets);
            make(&namespace, &tree.name, names)
        })
        .collect()
}

fn shown(namespace: Option<&str>, name: &str) -> String {
    namespace.map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPES: [&str; 2] = [PullSecret::TYPES[0].0, PullSecret::TYPES[1].0];

    /// base64 of `{"auths":{"r.io":{"username":"bot","password":"canary-4f1d"}}}`.
    const JSON: &str =
        "eyJhdXRocyI6eyJyLmlvIjp7InVzZXJuYW1lIjoiYm90IiwicGFzc3dvcmQiOiJjYW5hcnktNGYxZCJ9fX0=";
    /// base64 of `{"r.io":{"username":"bot","password":"canary-4f1d"}}`.
    const OLD_JSON: &str =
        "eyJyLmlvIjp7InVzZXJuYW1lIjoiYm90IiwicGFzc3dvcmQiOiJjYW5hcnktNGYxZCJ9fQ==";

    fn found(text: &str) -> Found {
        let inventory = Inventory::read([("a.yaml", text.as_bytes())]);
        let mut found = Found::default();
        found.take_inventory(&inventory, &|_| None);
        found
    }

    fn secret(kind: &str, name: &str, key: &str, value: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: team-a}}\n\
             type: {kind}\ndata: {{'{key}': {value}}}\n---\n"
        )
    }

    #[track_caller]
    fn check(text: &str, origins: &[&str], remarked: &[&str]) {
        let found = found(text);
        let names: Vec<&str> = found.secrets.iter().map(|one| one.origin.as_str()).collect();
        assert_eq!(names, origins);
        let lines = found.remarks.lines();
        assert_eq!(lines.len(), remarked.len(), "{lines:?}");
        for (line, part) in lines.iter().zip(remarked) {
            assert!(line.contains(part), "{line}");
        }
    }

    #[test]
    fn both_types_of_pull_secrets_are_taken() {
        let text = secret(TYPES[0], "new", ".dockerconfigjson", JSON)
            + &secret(TYPES[1], "old", ".dockercfg", OLD_JSON)
            + &secret("Opaque", "other", "password", "eA==");
        check(&text, &["team-a/new", "team-a/old"], &[]);
        let entries = found(&text).secrets.into_iter().map(|secret| secret.entries.len());
        assert_eq!(entries.collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn what_cannot_be_decoded_is_remarked() {
        let text = secret(TYPES[0], "a", ".dockerconfigjson", "e30x")
            + &secret(TYPES[0], "b", "other", "e30=")
            + &secret(TYPES[0], "c", ".dockerconfigjson", "''")
            + &secret(TYPES[0], "d", ".dockerconfigjson", "'%'")
            + &secret("''", "e", ".dockerconfigjson", "'%'");
        let remarked = [
            "cannot be decoded",
            "is empty",
            "has no `.dockerconfigjson`",
            "`team-a/d`, `team-a/e`: its docker config is not base64",
        ];
        check(&text, &[], &remarked);
    }

    #[test]
    fn what_stands_beside_the_docker_config_is_remarked() {
        let text = secret(TYPES[0], "a", ".dockerconfigjson", JSON)
            .replace("data: {", "data: {'ca.crt': eA==, ");
        check(&text, &["team-a/a"], &["key `ca.crt` of `team-a/a`: a pull secret has no key but"]);
    }

    #[test]
    fn a_pull_secret_of_another_type_is_remarked() {
        let text = secret("Opaque", "a", ".dockerconfigjson", JSON);
        check(&text, &[], &["`team-a/a`: its type is `Opaque`"]);
    }

    #[test]
    fn what_openshift_makes_is_passed_over() {
        let text = secret(TYPES[1], "builder-dockercfg-x7k2p", ".dockercfg", OLD_JSON);
        check(&text, &[], &["OpenShift"]);
    }

    #[test]
    fn what_is_sealed_is_remarked() {
        let sealed = "kind: SealedSecret\napiVersion: bitnami.com/v1alpha1\n\
            metadata: {name: s, namespace: a}\nspec:\n  template:\n    \
            type: kubernetes.io/dockerconfigjson\n---\n\
            kind: ExternalSecret\napiVersion: external-secrets.io/v1\n\
            metadata: {name: e, namespace: a}\nspec:\n  target:\n    template: \
            {type: kubernetes.io/dockerconfigjson}\n---\n\
            kind: Secret\napiVersion: v1\nmetadata: {name: o, namespace: a}\n\
            type: kubernetes.io/dockerconfigjson\nsops: {mac: 'ENC[]'}\n";
        check(sealed, &[], &["SealedSecret", "no identity opens it", "lies elsewhere"]);
    }

    #[test]
    fn accounts_that_name_pull_secrets_are_taken() {
        let found = found(
            "kind: ServiceAccount\napiVersion: v1\nmetadata: {name: default, namespace: a}\n\
             imagePullSecrets: [{name: regcred}, {}]\n---\n\
             kind: ServiceAccount\napiVersion: v1\nmetadata: {name: none, namespace: a}\n",
        );
        let [account] = found.accounts.as_slice() else { panic!("{:?}", found.accounts) };
        assert_eq!(account.name, "default");
        assert_eq!(account.pull_secrets, ["regcred"]);
    }
}
