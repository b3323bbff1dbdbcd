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
        for one in &mut self.workloads {
            assume(namespace, &mut one.namespace, &one.renderings);
        }
        for one in &mut self.service_accounts {
            assume(namespace, &mut one.namespace, &one.renderings);
        }
        for one in &mut self.secrets {
            assume(namespace, &mut one.namespace, &one.renderings);
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
            settle_workload(one);
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
    /// Makes of a workload's images, pull secrets and account what the tree makes of them.
    pub(crate) fn apply(
        &self,
        images: &mut Vec<ImageUse>,
        pull_secrets: &mut Vec<String>,
        service_account: &mut Option<String>,
    ) {
        for (position, image) in &self.images {
            if let Some(one) = images.get_mut(*position) {
                one.image.clone_from(image);
            }
        }
        images.extend(self.added_images.iter().cloned());
        if let Some(changed) = &self.pull_secrets {
            pull_secrets.clone_from(changed);
        }
        if self.service_account.is_some() {
            service_account.clone_from(&self.service_account);
        }
    }

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

/// Takes over what the only rendering of a workload makes of it.
fn settle_workload(workload: &mut Workload) {
    let Workload { renderings, images, pull_secrets, service_account, .. } = workload;
    if let [only] = renderings.as_slice() {
        only.apply(images, pull_secrets, service_account);
    }
}

/// Takes an object to be in `namespace` if nothing says where it is.
fn assume(namespace: &str, own: &mut Option<String>, renderings: &[Rendering]) {
    if own.is_none() && renderings.iter().all(|rendering| rendering.namespace.is_none()) {
        *own = Some(namespace.to_owned());
    }
}
