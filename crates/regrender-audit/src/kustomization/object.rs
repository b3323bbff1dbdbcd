//! Knows an object on its way through the kustomizations, and what a patch does to it.

mod operate;

use std::collections::BTreeMap;
use std::sync::Arc;

use regrender_image::DEFAULT_ACCOUNT;

use super::operation::Marks;
use super::part::{List, Part};
use super::patch::{Change, Patch};
use super::post_build::PostBuild;
use super::step::Step;
use super::target::Target;
use crate::kind::{
    ACCOUNT, AccountField, Doubt, Filling, ImageUse, Lists, Metadata, Rendering, Role, Written,
    pod_path,
};
use crate::place::Place;

/// An object on its way through the kustomizations.
#[expect(clippy::struct_excessive_bools, reason = "what changed is told one by one")]
pub(super) struct Object<'o> {
    pub(super) written: Written<'o>,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
    /// The names that it had before, in order: kustomize knows it by all of them.
    pub(super) earlier_names: Vec<String>,
    /// The namespaces that it had before.
    pub(super) earlier_namespaces: Vec<Option<String>>,
    pub(super) metadata: Arc<Metadata>,
    pub(super) images: Vec<ImageUse>,
    pub(super) images_changed: bool,
    pub(super) pull_secrets: Vec<String>,
    pub(super) pull_secrets_changed: bool,
    pub(super) lists: Lists,
    /// What the pods name as `serviceAccountName`.
    pub(super) service_account: Option<String>,
    /// What they name as `serviceAccount`, which counts where that names nothing.
    pub(super) deprecated_account: Option<String>,
    pub(super) service_account_changed: bool,
    /// Whether it is of Kubernetes itself, where lists are merged by name.
    pub(super) is_core: bool,
    /// Whether only its patches are at hand.
    pub(super) is_unseen: bool,
    pub(super) is_deleted: bool,
    /// What changes it in a way that is not followed.
    pub(super) doubt: Option<Doubt>,
    /// Where a patch stands with which kustomize fails, and why.
    pub(super) broken: Option<(Place, String)>,
    /// How many kustomizations may still act on it.
    pub(super) budget: usize,
    /// The places of the image entries and patches that took effect.
    pub(super) used: Vec<Place>,
    /// What of the patches is for it, in order, where that is asked for.
    pub(super) steps: Option<Vec<Step>>,
}

/// What a patch for a pod specification reaches in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// What all its pods are made from.
    Pod,
    /// Of a custom resource, nobody knows what.
    NotKnown,
    /// Nothing that a pod is made from.
    Elsewhere,
}

impl<'o> Object<'o> {
    pub(super) fn new(written: Written<'o>, budget: usize) -> Self {
        Self {
            written,
            namespace: written.namespace.map(str::to_owned),
            name: written.name.to_owned(),
            earlier_names: Vec::new(),
            earlier_namespaces: Vec::new(),
            metadata: Arc::default(),
            images: Vec::new(),
            images_changed: false,
            pull_secrets: Vec::new(),
            pull_secrets_changed: false,
            lists: Lists::default(),
            service_account: None,
            deprecated_account: None,
            service_account_changed: false,
            is_core: false,
            is_unseen: false,
            is_deleted: false,
            doubt: None,
            broken: None,
            budget,
            used: Vec::new(),
            steps: None,
        }
    }

    /// Takes note of what of a patch in `base` is for it.
    pub(super) fn take_step(&mut self, patch: &Patch, base: &str, part: Option<&Part>) {
        let Some(steps) = &mut self.steps else { return };
        let Some(step) = Step::new(patch, base, part) else { return };
        // One document may be several parts.
        if steps.last() != Some(&step) {
            steps.push(step);
        }
    }

    /// Tells whether a target is for the object, by its names now and as written.
    pub(super) fn is_chosen_by(&self, target: &Target) -> bool {
        let marks = (!self.is_unseen).then_some(&*self.metadata);
        target.takes(&self.written, self.namespace.as_deref(), &self.name, marks)
    }

    /// Tells whether a strategic merge without a target is for the object.
    pub(super) fn is_meant_by(&self, part: &Part) -> bool {
        let (part, written) = (&part.workload, &self.written);
        // What names no namespace is in `default`, for kustomize.
        let namespace = part.namespace.as_deref().unwrap_or("default");
        let earlier = self.earlier_namespaces.iter().map(Option::as_deref);
        let mut namespaces = earlier.chain([self.namespace.as_deref(), written.namespace]);
        part.kind == written.kind
            && (written.api_version.is_empty() || part.api_version == written.api_version)
            && (part.name == self.name || self.earlier_names.contains(&part.name))
            && (namespaces.any(|one| one.unwrap_or("default") == namespace)
                // It may have been there before other patches met it.
                || self.is_unseen && part.namespace.is_none())
    }

    pub(super) fn rename(&mut self, name: String) {
        if self.name != name {
            self.earlier_names.push(std::mem::replace(&mut self.name, name));
        }
    }

    pub(super) fn move_to(&mut self, namespace: &str) {
        if self.namespace.as_deref() != Some(namespace) {
            let earlier = self.namespace.replace(namespace.to_owned());
            self.earlier_namespaces.push(earlier);
        }
    }

    /// Gives it a namespace if it has none.
    pub(super) fn settle_in(&mut self, namespace: Option<&String>) {
        self.namespace = self.namespace.take().or_else(|| namespace.cloned());
    }

    pub(super) fn doubt(&mut self, place: &Place) {
        self.doubt.get_or_insert_with(|| Doubt::Change(place.clone()));
    }

    /// Fills in the variables of everything that counts here.
    pub(super) fn fill_in(&mut self, post_build: &PostBuild) {
        if PostBuild::spares(&self.metadata) {
            for image in &mut self.images {
                image.filling = Filling::Final;
            }
            self.images_changed |= !self.images.is_empty();
            return;
        }
        for image in &mut self.images {
            let filled;
            (filled, image.filling) = post_build.fill_in(&image.image);
            image.image = filled.unwrap_or_else(|| std::mem::take(&mut image.image));
            self.images_changed = true;
        }
        let mut reason = None;
        for name in &mut self.pull_secrets {
            self.pull_secrets_changed |= fill_in(name, post_build, &mut reason);
        }
        for name in [&mut self.service_account, &mut self.deprecated_account].into_iter().flatten()
        {
            self.service_account_changed |= fill_in(name, post_build, &mut reason);
        }
        let mut of_namespace = None;
        if let Some(namespace) = &mut self.namespace {
            fill_in(namespace, post_build, &mut of_namespace);
        }
        if of_namespace.is_some() {
            self.namespace = None;
        }
        if let Some(reason) = reason.or(of_namespace) {
            self.doubt.get_or_insert(Doubt::Variable(reason));
        }
        if let (Some(name), _) = post_build.fill_in(&self.name) {
            self.name = name;
        }
    }

    pub(super) fn patch(&mut self, change: &Change, patch: &Patch) {
        match change {
            Change::Merge(part) => {
                self.merge(part, &patch.place);
                if patch.may_change.kind && part.workload.kind != self.written.kind {
                    self.doubt(&patch.place);
                }
                if patch.may_change.name && !part.workload.name.is_empty() {
                    self.rename(part.workload.name.clone());
                }
            }
            Change::Operations(operations) => {
                for operation in operations {
                    self.operate(operation, &patch.place);
                }
            }
        }
    }

    fn merge(&mut self, part: &Part, place: &Place) {
        let directives = &part.directives;
        if directives.deletes {
            self.is_deleted = true;
            return;
        }
        // Of a custom resource, nobody knows which list or account is taken away; its volumes may be
        // given as a whole.
        let mounts = || self.images.iter().any(|one| one.role == Role::Volume);
        if directives.is_unclear
            || !self.is_core && directives.takes_away()
            || part.gives_volumes && mounts()
        {
            self.doubt(place);
        }
        for (which, key) in &directives.unmarked {
            self.marks(*which).remove(key);
        }
        self.mark(Marks::Labels, &part.workload.metadata.labels);
        self.mark(Marks::Annotations, &part.workload.metadata.annotations);
        let reach = match part.pod() {
            Some(path) => self.reach(&path.join(".")),
            None if self.is_core && !self.is_unseen => {
                let mut reached = part.core_pods().iter().map(|path| self.reach(&path.join(".")));
                reached.find(|reach| *reach == Reach::Pod).unwrap_or(Reach::Elsewhere)
            }
            None => Reach::Pod,
        };
        match reach {
            Reach::Pod => self.merge_pod(part, place),
            Reach::NotKnown => self.doubt(place),
            Reach::Elsewhere => {}
        }
    }

    /// Tells what is reached by a patch for a pod specification at a path of keys.
    fn reach(&self, path: &str) -> Reach {
        let own = match self.written.kind {
            ACCOUNT => Some(String::new()),
            kind => pod_path(kind).map(|path| path.join(".")),
        };
        match own.filter(|_| self.is_core) {
            Some(own) if own == path => Reach::Pod,
            None if !self.is_core && matches!(path, "spec" | "spec.template.spec") => Reach::Pod,
            None if !self.is_core => Reach::NotKnown,
            Some(_) | None => Reach::Elsewhere,
        }
    }

    fn merge_pod(&mut self, part: &Part, place: &Place) {
        let directives = &part.directives;
        for list in &directives.replaced {
            self.clear(*list);
        }
        for (list, name) in &directives.removed {
            self.take_out(*list, name);
        }
        // What is left where nothing is named any more is not followed.
        self.lists.names_nothing |= part.workload.lists.names_nothing || directives.takes_away();
        self.lists.has_bare_container |=
            part.workload.lists.has_bare_container || directives.takes_away();
        for field in &directives.cleared_accounts {
            self.set_account(*field, None);
        }
        let part = &part.workload;
        if !part.pull_secrets.is_empty() {
            let own = std::mem::take(&mut self.pull_secrets);
            self.pull_secrets.clone_from(&part.pull_secrets);
            if self.is_core && self.written.kind != ACCOUNT {
                let kept = own.into_iter().filter(|name| !part.pull_secrets.contains(name));
                self.pull_secrets.extend(kept);
            }
            self.pull_secrets_changed = true;
        }
        if part.service_account.is_some() {
            self.set_account(part.account_field, part.service_account.as_deref());
        }
        if part.spare_account.is_some() {
            self.set_account(AccountField::Deprecated, part.spare_account.as_deref());
        }
        self.merge_images(&part.images, &directives.kept, place);
    }

    /// Merges containers by their names; those of the patch come first, as kustomize has it.
    fn merge_images(&mut self, images: &[ImageUse], kept: &[(List, String)], place: &Place) {
        // The lists of custom resources are given as a whole, and of several that are called the
        // same, which is which is not known.
        let is_in_list = |role: Role| move |one: &ImageUse| one.in_list && one.role == role;
        let is_given = |new: &ImageUse| new.in_list && self.images.iter().any(is_in_list(new.role));
        if !self.is_core && images.iter().any(is_given) {
            self.doubt(place);
        }
        // Each one in front of the one behind it: so they keep their order.
        let is_core = self.is_core;
        for new in images.iter().rev().filter(|new| new.in_list || !is_core) {
            let same = |one: &ImageUse| one.role == new.role && one.container == new.container;
            let mut image = new.clone();
            if let Some(at) = self.images.iter().position(same) {
                image = self.images.remove(at);
                let list = List::Images(new.role);
                if !kept.iter().any(|one| one.0 == list && one.1 == new.container) {
                    image.rename(&new.image, &new.place);
                }
            }
            self.insert(self.start_of(new.role), &image, place);
        }
    }

    fn insert(&mut self, at: usize, image: &ImageUse, place: &Place) {
        let mut image = image.clone();
        if image.place.file.is_empty() {
            image.place = place.clone();
        }
        self.images.insert(at.min(self.images.len()), image);
        self.images_changed = true;
    }

    pub(super) fn marks(&mut self, which: Marks) -> &mut BTreeMap<String, String> {
        let metadata = Arc::make_mut(&mut self.metadata);
        match which {
            Marks::Labels => &mut metadata.labels,
            Marks::Annotations => &mut metadata.annotations,
        }
    }

    fn set_mark(&mut self, which: Marks, key: &str, value: Option<&str>) {
        let marks = self.marks(which);
        match value {
            Some(value) => drop(marks.insert(key.to_owned(), value.to_owned())),
            None => drop(marks.remove(key)),
        }
    }

    /// Adds labels or annotations to those that it has.
    pub(super) fn mark(&mut self, which: Marks, marks: &BTreeMap<String, String>) {
        if !marks.is_empty() {
            let more = marks.iter().map(|(key, value)| (key.clone(), value.clone()));
            self.marks(which).extend(more);
        }
    }

    fn set_account(&mut self, field: AccountField, name: Option<&str>) {
        let own = match field {
            AccountField::Name => &mut self.service_account,
            AccountField::Deprecated => &mut self.deprecated_account,
        };
        *own = name.filter(|name| !name.is_empty()).map(str::to_owned);
        self.service_account_changed = true;
    }

    fn clear(&mut self, list: List) {
        match list {
            List::Images(role) => {
                self.images.retain(|one| one.role != role);
                self.images_changed = true;
            }
            List::PullSecrets => {
                self.pull_secrets.clear();
                self.pull_secrets_changed = true;
            }
        }
    }

    fn take_out(&mut self, list: List, name: &str) {
        match list {
            List::Images(role) => {
                self.images.retain(|one| one.role != role || one.container != name);
                self.images_changed = true;
            }
            List::PullSecrets => {
                self.pull_secrets.retain(|one| one != name);
                self.pull_secrets_changed = true;
            }
        }
    }

    /// Returns where the images of a role begin, or would.
    fn start_of(&self, role: Role) -> usize {
        let first = self.images.iter().position(|one| one.role == role);
        first.unwrap_or_else(|| self.images.iter().take_while(|one| one.role < role).count())
    }

    /// Returns what becomes of the object, unless it is taken out, and what took effect.
    pub(super) fn into_rendering(self, root: &str) -> (Option<Rendering>, Vec<Place>) {
        // Nobody knows whether it is taken out where something else is not followed.
        let is_gone = self.is_deleted && self.doubt.is_none();
        let (account, account_field) = match (self.service_account, self.deprecated_account) {
            (None, Some(name)) => (Some(name), AccountField::Deprecated),
            (name, _) => (name, AccountField::Name),
        };
        let rendering = Rendering {
            root: root.to_owned(),
            other_roots: Vec::new(),
            namespace: self.namespace,
            name: self.name,
            earlier_names: self.earlier_names,
            images: Some(self.images).filter(|_| self.images_changed),
            pull_secrets: Some(self.pull_secrets).filter(|_| self.pull_secrets_changed),
            is_account_unnamed: self.service_account_changed && account.is_none(),
            account_field,
            service_account: self
                .service_account_changed
                .then(|| account.unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned())),
            doubt: self.doubt,
        };
        ((!is_gone).then_some(rendering), self.used)
    }
}

/// Fills in the variables of a name, and tells whether there was any; the first that is not known
/// gives the reason.
fn fill_in(text: &mut String, post_build: &PostBuild, reason: &mut Option<Arc<str>>) -> bool {
    match post_build.fill_in(text) {
        (_, Filling::NotKnown(found)) => {
            reason.get_or_insert(found);
            false
        }
        (Some(filled), _) => {
            *text = filled;
            true
        }
        (None, _) => false,
    }
}
