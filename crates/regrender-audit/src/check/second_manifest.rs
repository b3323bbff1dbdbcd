//! Knows the manifests of Secrets that a build renders too. Whoever applies both writes now one, now
//! the other into the cluster.

use std::collections::BTreeSet;

use crate::finding::{Code, Finding};
use crate::inventory::Inventory;
use crate::kind::Secret;

/// Where a Secret of a manifest lands.
#[derive(Clone, Copy, Debug)]
pub struct Landing<'l> {
    /// The file that it stands in.
    pub file: &'l str,
    /// What is applied: the folder or object of the outermost kustomization, or the file itself.
    pub top: &'l str,
    /// The namespace.
    pub namespace: &'l str,
    /// The name.
    pub name: &'l str,
}

impl Inventory {
    /// Reports the manifests of Secrets that a build renders too; `is_rendered` says so of one place
    /// where such a Secret lands.
    pub fn check_second_manifests(&mut self, is_rendered: impl Fn(Landing<'_>) -> bool) {
        let check = |secret: &Secret| {
            let landings = landings(secret).into_iter().filter(|landing| is_rendered(*landing));
            let names: BTreeSet<(&str, &str)> =
                landings.map(|landing| (landing.name, landing.namespace)).collect();
            (!names.is_empty()).then(|| finding(secret, &names))
        };
        let found = self.secrets.iter().filter(|secret| secret.is_whole()).filter_map(check);
        self.findings.extend(found);
    }
}

fn finding(secret: &Secret, names: &BTreeSet<(&str, &str)>) -> Finding {
    let names =
        names.iter().map(|(name, namespace)| format!("`{name}` in namespace `{namespace}`"));
    let message = format!(
        "registries.toml declares Secret {} too, and what is applied last counts",
        names.collect::<Vec<String>>().join(" and ")
    );
    Finding::new(Code::SecondManifest, &secret.place, message)
}

/// Lists where a Secret lands for sure: as written, or in each tree.
fn landings(secret: &Secret) -> Vec<Landing<'_>> {
    let file = &*secret.place.file;
    if secret.renderings.is_empty() {
        let at = |namespace| Landing { file, top: file, namespace, name: &secret.name };
        return secret.namespace.as_deref().map(at).into_iter().collect();
    }
    let sure = secret.renderings.iter().filter(|rendering| rendering.doubt.is_none());
    let landings = sure.flat_map(|rendering| {
        let namespace = rendering.namespace.as_deref();
        let at = move |namespace| {
            let name = &*rendering.name;
            rendering.roots().map(move |top| Landing { file, top, namespace, name })
        };
        namespace.map(at).into_iter().flatten()
    });
    landings.collect()
}
