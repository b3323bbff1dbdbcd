//! Knows what the trees of a repository make of its objects.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::{AccountField, ImageUse, Inventory, Secret, ServiceAccount, Source, Workload};
use crate::kustomization::Rendered;
use crate::place::{Place, folder_of, join};

/// What becomes of an object in one tree that kustomize builds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rendering {
    /// The folder of the outermost kustomization.
    pub root: String,
    /// The folders of the outermost kustomizations of further trees that come to the same.
    pub other_roots: Vec<String>,
    /// The namespace, where one is set anywhere.
    pub namespace: Option<String>,
    /// The name, with prefixes and suffixes.
    pub name: String,
    /// The names that it has on the way, from the one that is written: what refers to any of them
    /// is renamed along.
    pub(crate) earlier_names: Vec<String>,
    /// The images, where the tree changes them.
    pub images: Option<Vec<ImageUse>>,
    /// The pull secrets, where a patch changes them.
    pub pull_secrets: Option<Vec<String>>,
    /// The account, where a patch changes it.
    pub service_account: Option<String>,
    /// Whether that is `default` only because a patch has the pods name none any more.
    pub(crate) is_account_unnamed: bool,
    /// The field by which the pods name it, where a patch changes it.
    pub(crate) account_field: AccountField,
    /// What changes the object in a way that is not followed here.
    pub doubt: Option<Doubt>,
}

/// Why nobody knows what becomes of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// What stands here changes it in a way that is not followed.
    Change(Place),
    /// It has a variable whose value is not known, for this reason.
    Variable(Arc<str>),
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Change(place) => write!(f, "what `{place}` changes of it is not followed here"),
            Self::Variable(reason) => f.write_str(reason),
        }
    }
}

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
        let mut is_cut = false;
        self.workloads.retain(|one| !kustomizations.is_only_patch(&one.place.file));
        self.service_accounts.retain(|one| !kustomizations.is_only_patch(&one.place.file));
        self.secrets.retain(|one| !kustomizations.is_only_patch(&one.place.file));
        self.workloads.retain_mut(|one| {
            let rendered = kustomizations.render_workload(one);
            is_cut |= rendered.is_cut;
            settle_workload(one, rendered, &mut used) && pulls_anything(one)
        });
        self.service_accounts.retain_mut(|one| {
            let (file, list) = (&one.place.file, &one.pull_secrets);
            let rendered = kustomizations.render_object(file, one.written(), &one.metadata, list);
            is_cut |= rendered.is_cut;
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

impl Rendering {
    /// Makes of a workload's images, pull secrets and account what the tree makes of them.
    pub(crate) fn apply(
        &self,
        images: &mut Vec<ImageUse>,
        pull_secrets: &mut Vec<String>,
        service_account: &mut Option<String>,
        account_field: &mut AccountField,
    ) {
        if let Some(changed) = &self.images {
            images.clone_from(changed);
        }
        if let Some(changed) = &self.pull_secrets {
            pull_secrets.clone_from(changed);
        }
        if self.service_account.is_some() {
            let named = self.service_account.clone();
            *service_account = named.filter(|_| !self.is_account_unnamed);
            *account_field = self.account_field;
        }
    }

    /// Tells whether the tree below `root` comes to this.
    pub(crate) fn is_in(&self, root: Option<&str>) -> bool {
        let root = |one: &str| Some(one) == root;
        root(&self.root) || self.other_roots.iter().any(|other| root(other))
    }

    /// Lists the trees that come to this.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.root).chain(self.other_roots.iter().map(String::as_str))
    }

    /// Returns everything but the root: trees that come to the same are not told apart.
    pub(crate) fn outcome(&self) -> impl Ord + '_ {
        (
            (&self.namespace, &self.name, &self.images),
            (&self.service_account, self.is_account_unnamed, self.account_field),
            (&self.pull_secrets, &self.doubt),
        )
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
