//! Knows what the trees of a repository make of its objects.

use std::collections::BTreeSet;

use super::{ImageUse, Inventory, Workload};
use crate::finding::{Code, Finding};

/// What becomes of an object in one tree that kustomize builds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rendering {
    /// The folder of the outermost kustomization.
    pub root: String,
    /// The namespace, where one is set anywhere.
    pub namespace: Option<String>,
    /// The name, with prefixes and suffixes.
    pub name: String,
    /// The images that the tree renames, as `(position in images, image)`.
    pub images: Vec<(usize, String)>,
    /// The images that a patch adds.
    pub added_images: Vec<ImageUse>,
    /// The pull secrets, where a patch changes them.
    pub pull_secrets: Option<Vec<String>>,
    /// The account, where a patch changes it.
    pub service_account: Option<String>,
}

impl Inventory {
    /// Takes every object whose namespace is not known to be in `namespace`.
    ///
    /// That is what `kubectl apply --namespace` does with the manifests that it is piped.
    pub fn assume_namespace(&mut self, namespace: &str) {
        let open = |one: &Option<String>, renderings: &[Rendering]| {
            one.is_none() && renderings.iter().all(|rendering| rendering.namespace.is_none())
        };
        for one in &mut self.workloads {
            if open(&one.namespace, &one.renderings) {
                one.namespace = Some(namespace.to_owned());
            }
        }
        for one in &mut self.service_accounts {
            if open(&one.namespace, &one.renderings) {
                one.namespace = Some(namespace.to_owned());
            }
        }
        for one in &mut self.secrets {
            if open(&one.namespace, &one.renderings) {
                one.namespace = Some(namespace.to_owned());
            }
        }
    }

    /// Works out what the kustomizations make of every object.
    pub(super) fn render(&mut self, files: &BTreeSet<String>) {
        let kustomizations = std::mem::take(&mut self.kustomizations);
        let mut used = BTreeSet::new();
        self.workloads.retain(|one| !kustomizations.is_only_patch(&one.place.file));
        self.service_accounts.retain(|one| !kustomizations.is_only_patch(&one.place.file));
        self.secrets.retain(|one| !kustomizations.is_only_patch(&one.place.file));
        for one in &mut self.workloads {
            let rendered = kustomizations.render_workload(one);
            one.renderings = rendered.renderings;
            used.extend(rendered.used);
            if one.keeps_namespace {
                for rendering in &mut one.renderings {
                    rendering.namespace.clone_from(&one.namespace);
                }
            }
            settle(&mut one.namespace, &mut one.name, &one.renderings);
            settle_images(one);
        }
        for one in &mut self.service_accounts {
            let (file, kind) = (&one.place.file, "ServiceAccount");
            let rendered = kustomizations.render_object(
                file,
                kind,
                one.namespace.as_deref(),
                &one.name,
                &one.pull_secrets,
            );
            one.renderings = rendered.renderings;
            used.extend(rendered.used);
            settle(&mut one.namespace, &mut one.name, &one.renderings);
            if let [Rendering { pull_secrets: Some(changed), .. }] = one.renderings.as_slice() {
                one.pull_secrets.clone_from(changed);
            }
        }
        for one in &mut self.secrets {
            let (file, kind) = (&one.place.file, "Secret");
            let rendered =
                kustomizations.render_object(file, kind, one.namespace.as_deref(), &one.name, &[]);
            one.renderings = rendered.renderings;
            used.extend(rendered.used);
            settle(&mut one.namespace, &mut one.name, &one.renderings);
        }
        for place in kustomizations.idle_patches(&used, files) {
            let message = "this patch for pull secrets matches no object of the tree";
            self.findings.push(Finding::new(Code::PatchWithoutTarget, place, message));
        }
        self.kustomizations = kustomizations;
        self.used = used;
    }
}

impl Rendering {
    /// Returns everything but the root: trees that come to the same are not told apart.
    pub(crate) fn outcome(&self) -> impl Ord + '_ {
        (
            (&self.namespace, &self.name, &self.images, &self.added_images),
            (&self.pull_secrets, &self.service_account),
        )
    }
}

/// Takes over what all renderings agree on; a namespace that they do not agree on is undetermined.
fn settle(namespace: &mut Option<String>, name: &mut String, renderings: &[Rendering]) {
    let Some((first, rest)) = renderings.split_first() else {
        return;
    };
    let agreed = rest.iter().all(|one| one.namespace == first.namespace);
    *namespace = if agreed { first.namespace.clone() } else { None };
    if rest.iter().all(|one| one.name == first.name) {
        name.clone_from(&first.name);
    }
}

fn settle_images(workload: &mut Workload) {
    let [only] = workload.renderings.as_slice() else {
        return;
    };
    for (position, image) in &only.images {
        if let Some(one) = workload.images.get_mut(*position) {
            one.image.clone_from(image);
        }
    }
    workload.images.extend(only.added_images.iter().cloned());
    if let Some(pull_secrets) = &only.pull_secrets {
        workload.pull_secrets.clone_from(pull_secrets);
    }
    if let Some(account) = &only.service_account {
        workload.service_account = Some(account.clone());
    }
}
