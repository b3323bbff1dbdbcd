//! Knows what registries.toml declares, as far as verdicts depend on it.

use std::collections::{BTreeMap, BTreeSet};

use regrender_image::{AuthKey, ImageReference, KeySet, PullSecret};

/// A registry that registries.toml declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredRegistry {
    /// Its name, as in `[registry.NAME]`.
    pub name: String,
    /// Its keys: `host[:port][/path]`, wildcards allowed.
    pub keys: Vec<String>,
}

/// What is declared about registries and pull secrets.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Keys of registries that need a credential: `host[:port][/path]`, wildcards allowed.
    pub private: Vec<String>,
    /// Keys of registries that need none.
    pub anonymous: Vec<String>,
    /// Keys of registries for which the node or the kubelet's plugins provide credentials.
    pub node_provided: Vec<String>,
    /// Registries for which the kubelet's plugins provide credentials by the account of the pod.
    pub account_provided: Vec<AccountProvided>,
    /// The registries by name, whatever their credentials.
    pub registries: Vec<DeclaredRegistry>,
    /// The pull secrets that a build renders.
    pub pull_secrets: Vec<RenderedPullSecret>,
    /// The lists of pull secrets that it writes, one for each account or workload.
    pub lists: Vec<RenderedList>,
    /// The files of the repository that secrets are taken from as they are.
    pub clear_sources: Vec<ClearSource>,
    /// What time it is: RFC 3339 in UTC to the second; without it nothing is said to be over.
    pub now: Option<String>,
}

/// A registry from which pods pull as their accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountProvided {
    /// Its keys: `host[:port][/path]`, wildcards allowed.
    pub keys: Vec<String>,
    /// The accounts that get the identity, by namespace and name.
    pub accounts: BTreeSet<(String, String)>,
    /// Whether nobody else pulls from it; otherwise the node may.
    pub is_for_them_alone: bool,
}

/// A file of the repository that a secret is taken from as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClearSource {
    /// The file, named as the manifests are.
    pub file: String,
    /// What the secret is, as in "the password of registry `NAME`".
    pub what: String,
}

/// A pull secret that a build renders into one namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RenderedPullSecret {
    /// The namespace.
    pub namespace: String,
    /// The name of the Secret.
    pub name: String,
    /// The registry keys that it holds.
    pub keys: Vec<String>,
    /// The usernames that stand in registries.toml, by key; sources are not asked for theirs.
    pub usernames: BTreeMap<String, String>,
}

/// A list of pull secrets that a build writes, for an account or for a workload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RenderedList {
    /// The namespace.
    pub namespace: String,
    /// The kind of what gets it.
    pub kind: String,
    /// The name of what gets it.
    pub name: String,
    /// The account that a workload gets along with it.
    pub service_account: Option<String>,
    /// The names of the Secrets, in order.
    pub pull_secrets: Vec<String>,
}

/// The declarations, ready to be asked.
#[derive(Debug)]
pub(crate) struct Declarations<'d> {
    pub(crate) declared: &'d Declared,
    private: KeySet,
    anonymous: KeySet,
    node_provided: KeySet,
    account_provided: Vec<(KeySet, &'d AccountProvided)>,
    /// The pull secrets that a build renders, by namespace.
    rendered: BTreeMap<&'d str, Vec<&'d RenderedPullSecret>>,
    /// The lists that it writes, by namespace, kind and name.
    lists: BTreeMap<(&'d str, &'d str, &'d str), &'d RenderedList>,
}

impl<'d> Declarations<'d> {
    pub(crate) fn new(declared: &'d Declared) -> Self {
        let mut rendered: BTreeMap<&str, Vec<&RenderedPullSecret>> = BTreeMap::new();
        for one in &declared.pull_secrets {
            rendered.entry(&one.namespace).or_default().push(one);
        }
        let address = |one: &'d RenderedList| (&*one.namespace, &*one.kind, &*one.name);
        Self {
            declared,
            lists: declared.lists.iter().map(|one| (address(one), one)).collect(),
            private: keys(&declared.private),
            anonymous: keys(&declared.anonymous),
            node_provided: keys(&declared.node_provided),
            account_provided: declared
                .account_provided
                .iter()
                .map(|one| (keys(&one.keys), one))
                .collect(),
            rendered,
        }
    }

    /// Tells whether nothing at all is declared.
    pub(crate) fn is_empty(&self) -> bool {
        self.private.is_empty()
            && self.anonymous.is_empty()
            && self.node_provided.is_empty()
            && self.account_provided.is_empty()
    }

    pub(crate) fn is_private(&self, image: &ImageReference) -> bool {
        self.private.has_any_for(image)
    }

    pub(crate) fn is_anonymous(&self, image: &ImageReference) -> bool {
        self.anonymous.has_any_for(image)
    }

    pub(crate) fn is_node_provided(&self, image: &ImageReference) -> bool {
        self.node_provided.has_any_for(image)
    }

    pub(crate) fn knows(&self, image: &ImageReference) -> bool {
        self.is_private(image)
            || self.is_anonymous(image)
            || self.is_node_provided(image)
            || self.account_provided(image).next().is_some()
    }

    /// Lists the registries of an image from which pods pull as their accounts.
    pub(crate) fn account_provided(
        &self,
        image: &ImageReference,
    ) -> impl Iterator<Item = &'d AccountProvided> {
        let of_image = self.account_provided.iter().filter(|(keys, _)| keys.has_any_for(image));
        of_image.map(|(_, one)| *one)
    }

    /// Finds a pull secret that a build renders.
    pub(crate) fn rendered(&self, namespace: &str, name: &str) -> Option<&'d RenderedPullSecret> {
        self.rendered_into(namespace).find(|one| one.name == name)
    }

    /// Says, behind the reason why none of these pull secrets covers an image, which of them a build
    /// would make cover it.
    pub(crate) fn after_a_build(
        &self,
        namespace: &str,
        names: &[String],
        image: &ImageReference,
    ) -> String {
        let covers = |one: &RenderedPullSecret| keys(&one.keys).has_any_for(image);
        let older = names.iter().find(|name| self.rendered(namespace, name).is_some_and(covers));
        let told = older.map(|name| format!("; `regrender build` makes Secret `{name}` cover it"));
        told.unwrap_or_default()
    }

    /// Finds the list that a build writes for an account or a workload.
    pub(crate) fn list(&self, namespace: &str, kind: &str, name: &str) -> Option<&'d RenderedList> {
        self.lists.get(&(namespace, kind, name)).copied()
    }

    /// Lists the pull secrets that a build renders into a namespace.
    fn rendered_into<'s>(
        &'s self,
        namespace: &str,
    ) -> impl Iterator<Item = &'d RenderedPullSecret> + use<'s, 'd> {
        self.rendered.get(namespace).into_iter().flatten().copied()
    }
}

fn keys(texts: &[String]) -> KeySet {
    texts.iter().filter_map(|text| AuthKey::parse(text).ok()).collect()
}

impl RenderedPullSecret {
    /// Returns a Secret with the same keys and passwords that nobody has.
    pub(crate) fn stand_in(&self) -> PullSecret {
        let entries: serde_json::Map<String, serde_json::Value> = self
            .keys
            .iter()
            .map(|key| {
                let username = self.usernames.get(key).map_or("unknown", String::as_str);
                let entry = serde_json::json!({"username": username, "password": "rendered"});
                (key.clone(), entry)
            })
            .collect();
        let payload = serde_json::json!({ "auths": entries }).to_string();
        PullSecret {
            name: self.name.clone(),
            kind: "kubernetes.io/dockerconfigjson".to_owned(),
            data: BTreeMap::from([(".dockerconfigjson".to_owned(), payload.into_bytes())]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_hub_may_be_declared_by_its_key() {
        let declared = Declared {
            private: vec!["https://index.docker.io/v1/".to_owned()],
            anonymous: vec!["mirror.corp:5000".to_owned()],
            ..Declared::default()
        };
        let declarations = Declarations::new(&declared);
        assert!(declarations.is_private(&ImageReference::parse("busybox").unwrap()));
        assert!(!declarations.is_private(&ImageReference::parse("localhost/busybox").unwrap()));
        assert!(declarations.is_anonymous(&ImageReference::parse("mirror.corp:5000/x").unwrap()));
    }

    #[test]
    fn stand_in_decodes_to_its_keys() {
        let rendered = RenderedPullSecret { keys: vec!["r.io".to_owned()], ..Default::default() };
        let config = rendered.stand_in().decode().unwrap();
        assert!(config.entries.contains_key("r.io"));
    }
}
