//! Knows what the trees of a repository make of its objects.

use std::collections::{BTreeMap, BTreeSet};

use super::Inventory;
use crate::finding::{Code, Finding};
use crate::kind::{Rendering, Secret, ServiceAccount, Source, Workload};
use crate::kustomization::Rendered;
use crate::place::{Place, folder_of, join};

impl Inventory {
    /// Takes every object whose namespace is not known to be in `namespace`.
    ///
    /// That is what `kubectl apply --namespace` does with the manifests that it is piped.
    pub fn assume_namespace(&mut self, namespace: &str) {
        for one in &mut self.workloads {
            assume(namespace, &mut one.namespace, &mut one.renderings);
        }
        for one in &mut self.service_accounts {
            assume(namespace, &mut one.namespace, &mut one.renderings);
        }
        for one in &mut self.secrets {
            assume(namespace, &mut one.namespace, &mut one.renderings);
        }
    }

    /// Works out what the kustomizations make of every object.
    pub(super) fn render(&mut self, files: &BTreeSet<String>) {
        let kustomizations = std::mem::take(&mut self.kustomizations);
        let mut used = BTreeSet::new();
        let mut broken = BTreeMap::new();
        let mut is_cut = false;
        self.workloads.retain(|one| !kustomizations.is_only_patch(&one.place.file));
        self.service_accounts.retain(|one| !kustomizations.is_only_patch(&one.place.file));
        self.secrets.retain(|one| !kustomizations.is_only_patch(&one.place.file));
        self.workloads.retain_mut(|one| {
            let mut rendered = kustomizations.render_workload(one);
            is_cut |= rendered.is_cut;
            broken.append(&mut rendered.broken);
            settle_workload(one, rendered, &mut used) && pulls_anything(one)
        });
        self.service_accounts.retain_mut(|one| {
            let (file, list) = (&one.place.file, &one.pull_secrets);
            let mut rendered =
                kustomizations.render_object(file, one.written(), &one.metadata, list);
            is_cut |= rendered.is_cut;
            broken.append(&mut rendered.broken);
            settle_account(one, rendered, &mut used)
        });
        self.secrets.retain_mut(|one| {
            let (file, metadata) = (&one.place.file, &one.metadata);
            let rendered = kustomizations.render_object(file, one.written(), metadata, &[]);
            settle_secret(one, rendered, &mut used)
        });
        // Where all that they could be about is at hand, they pull nothing that is not found there.
        self.workloads.retain(|one| {
            one.source != Source::KustomizeImages
                || !kustomizations.has_all_at_hand(&join(folder_of(&one.place.file), ""), files)
        });
        for mut one in kustomizations.unseen(&used, files) {
            let rendered = kustomizations.render_unseen(&one);
            if settle_workload(&mut one.workload, rendered, &mut used) {
                self.workloads.push(one.workload);
            }
        }
        let finding = |(place, message)| Finding::new(Code::BrokenKustomization, &place, message);
        self.findings.extend(broken.into_iter().map(finding));
        if !is_cut {
            let mut read = files.clone();
            for one in &self.unreadable {
                read.remove(&join("", &one.file));
            }
            self.findings.extend(kustomizations.idle_patches(&used, &read));
        }
        self.kustomizations = kustomizations;
        self.used = used;
    }
}

/// Takes over what the trees make of a workload; `false` where every tree takes it out.
fn settle_workload(one: &mut Workload, rendered: Rendered, used: &mut BTreeSet<Place>) -> bool {
    used.extend(rendered.used);
    one.renderings = rendered.renderings;
    if one.keeps_namespace {
        for rendering in &mut one.renderings {
            rendering.namespace.clone_from(&one.namespace);
        }
    }
    one.names_namespace &= !one.keeps_namespace && stays(one.namespace.as_ref(), &one.renderings);
    settle(&mut one.namespace, &mut one.name, &one.renderings);
    let Workload { renderings, images, pull_secrets, service_account, account_field, .. } = one;
    if let [only] = renderings.as_slice() {
        only.apply(images, pull_secrets, service_account, account_field);
    }
    !rendered.is_gone
}

/// Tells whether a workload has an image, in a tree if not as written.
fn pulls_anything(one: &Workload) -> bool {
    let mut changed = one.renderings.iter().filter_map(|rendering| rendering.images.as_ref());
    !one.images.is_empty() || changed.any(|images| !images.is_empty())
}

/// Takes over what the trees make of an account; `false` where every tree takes it out.
fn settle_account(
    one: &mut ServiceAccount,
    rendered: Rendered,
    used: &mut BTreeSet<Place>,
) -> bool {
    used.extend(rendered.used);
    one.renderings = rendered.renderings;
    one.names_namespace &= stays(one.namespace.as_ref(), &one.renderings);
    settle(&mut one.namespace, &mut one.name, &one.renderings);
    if let [Rendering { pull_secrets: Some(changed), .. }] = one.renderings.as_slice() {
        one.pull_secrets.clone_from(changed);
    }
    !rendered.is_gone
}

/// Takes over what the trees make of a Secret; `false` where every tree takes it out.
fn settle_secret(one: &mut Secret, rendered: Rendered, used: &mut BTreeSet<Place>) -> bool {
    used.extend(rendered.used);
    one.renderings = rendered.renderings;
    if one.keeps_name {
        for rendering in &mut one.renderings {
            rendering.name.clone_from(&one.name);
        }
    }
    settle(&mut one.namespace, &mut one.name, &one.renderings);
    !rendered.is_gone
}

/// Tells whether every tree leaves an object in the namespace that it is in as written.
fn stays(namespace: Option<&String>, renderings: &[Rendering]) -> bool {
    renderings.iter().all(|rendering| rendering.namespace.as_ref() == namespace)
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

/// Takes an object to be in `namespace`, in every tree, if nothing says where it is.
fn assume(namespace: &str, own: &mut Option<String>, renderings: &mut [Rendering]) {
    if own.is_none() && renderings.iter().all(|rendering| rendering.namespace.is_none()) {
        *own = Some(namespace.to_owned());
    }
    for rendering in renderings {
        rendering.namespace.get_or_insert_with(|| namespace.to_owned());
    }
}
