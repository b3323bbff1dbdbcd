//! Knows what kustomizations make of an object, one after the other, on the way to the top.

use super::{CHAIN_LIMIT, Kustomizations};
use crate::kind::{ImageUse, Role};
use crate::kustomization::Kustomization;
use crate::kustomization::object::Object;
use crate::kustomization::operation::Marks;
use crate::kustomization::patch::{Change, Identity, PatchList};
use crate::kustomization::target::Target;
use crate::place::join;

impl Kustomizations {
    pub(super) fn transform(&self, object: &mut Object<'_>, chain: &[&Kustomization]) {
        let mut own_component = None;
        for (position, one) in chain.iter().enumerate() {
            let is_last = position + 1 == chain.len();
            if one.is_component && !is_last {
                // Whoever uses the component applies it, and the ones that it lists after it.
                own_component = Some(&*one.key);
                continue;
            }
            self.transform_with(object, one, own_component.take(), &mut Vec::new());
        }
        // Names of further fields, which kustomize renames along.
        let renames = chain.iter().any(|one| !one.prefix.is_empty() || !one.suffix.is_empty());
        let configured = chain.iter().find_map(|one| one.configurations.as_ref());
        if let Some(place) = configured.filter(|_| renames && !object.is_core) {
            object.doubt(place);
        }
    }

    /// Applies a kustomization's components, then what it says itself; the components from
    /// `own_component` on where the object comes from one.
    fn transform_with<'k>(
        &'k self,
        object: &mut Object<'_>,
        one: &'k Kustomization,
        own_component: Option<&str>,
        within: &mut Vec<&'k str>,
    ) {
        if within.contains(&&*one.key) || within.len() >= CHAIN_LIMIT || object.budget == 0 {
            return;
        }
        object.budget -= 1;
        within.push(&one.key);
        self.apply_components(object, one, own_component, within);
        within.pop();
        self.transform_itself(object, one);
        doubt_replaced(object, one);
        for transformer in &one.transformers {
            match &transformer.same {
                Some(same) => {
                    self.transform_itself(object, same);
                    object.settle_in(same.default_namespace.as_ref());
                }
                None => object.doubt(&transformer.place),
            }
        }
        object.settle_in(one.default_namespace.as_ref());
        if let Some(post_build) = &one.post_build {
            object.fill_in(post_build);
        }
    }

    /// Applies what a kustomization says itself, without what it leaves to others.
    fn transform_itself(&self, object: &mut Object<'_>, one: &Kustomization) {
        self.apply_patches(object, one, |list| list < PatchList::Json6902);
        transform_metadata(object, one);
        self.apply_patches(object, one, |list| list == PatchList::Json6902);
        change_images(object, one);
    }

    fn apply_components<'k>(
        &'k self,
        object: &mut Object<'_>,
        one: &'k Kustomization,
        own_component: Option<&str>,
        within: &mut Vec<&'k str>,
    ) {
        let components = one.components.iter().map(|path| join(&one.base, path));
        let components: Vec<String> = components.collect();
        let first = components.iter().position(|key| Some(&**key) == own_component);
        for component in components.iter().skip(first.unwrap_or(0)) {
            if let Some(component) = self.by_folder.get(component) {
                self.transform_with(object, component, None, within);
            }
        }
    }

    fn apply_patches(
        &self,
        object: &mut Object<'_>,
        one: &Kustomization,
        is_now: impl Fn(PatchList) -> bool,
    ) {
        for patch in one.patches.iter().filter(|patch| is_now(patch.list)) {
            let changes = self.changes(one, patch);
            let is_for = |target: &Target| object.is_chosen_by(target);
            let is_same = patch.may_change == Identity::default();
            if changes.is_empty() && patch.target.as_ref().is_some_and(is_for) {
                object.take_step(patch, &one.base, None);
                if !is_same {
                    // Of a patch that says nothing of images, not even kind and name are known.
                    object.doubt(&patch.place);
                }
            }
            for change in changes {
                let is_meant = match (&patch.target, change) {
                    (Some(target), _) => object.is_chosen_by(target),
                    (None, Change::Merge(part)) => object.is_meant_by(part),
                    (None, Change::Operations(_)) => false,
                };
                // What is taken out is for no patch any more.
                if !is_meant || object.is_deleted {
                    continue;
                }
                object.used.push(patch.place.clone());
                object.take_step(patch, &one.base, change.part());
                // Without a target, each document must be for an object.
                let part = change.part().filter(|_| patch.target.is_none());
                object.used.extend(part.map(|part| part.workload.place.clone()));
                let doubtful = |target: &Target| target.is_doubtful(!object.is_unseen);
                if patch.target.as_ref().is_some_and(doubtful) && change.matters() {
                    object.doubt(&patch.place);
                } else {
                    object.patch(change, patch);
                }
            }
        }
    }
}

/// Gives an object the namespace, prefix, suffix, labels and annotations of a kustomization.
fn transform_metadata(object: &mut Object<'_>, one: &Kustomization) {
    if let Some(namespace) = &one.namespace {
        object.move_to(namespace);
    }
    object.rename(format!("{}{}", one.prefix, object.name));
    object.rename(format!("{}{}", object.name, one.suffix));
    object.mark(Marks::Labels, &one.labels);
    object.mark(Marks::Annotations, &one.annotations);
}

/// Doubts an object that replacements write into: they are not followed.
fn doubt_replaced(object: &mut Object<'_>, one: &Kustomization) {
    for replacement in &one.replacements {
        let mut targets = replacement.targets.iter().flatten();
        if replacement.targets.is_none() || targets.any(|target| object.is_chosen_by(target)) {
            object.doubt(&replacement.place);
        }
    }
}

/// Applies the entries of `images:`, one after the other, to the fields that kustomize looks at.
fn change_images(object: &mut Object<'_>, one: &Kustomization) {
    let (is_core, kind) = (object.is_core, object.written.kind);
    let is_deep = matches!(kind, "CronJob" | "PodTemplate");
    let is_looked_at = |image: &ImageUse| match image.role {
        // kustomize knows volumes since 5.7, in pods and where their template is that of the object.
        Role::Volume => is_core && !is_deep,
        Role::Ephemeral => false,
        Role::Init | Role::Container => image.in_list,
    };
    let mut doubt = None;
    for change in &one.images {
        for image in object.images.iter_mut().filter(|image| change.is_about(&image.image)) {
            if is_looked_at(image) {
                change.change(image);
                // kustomize looks for containers in the usual places, and then anywhere.
                if image.role != Role::Volume && !is_deep && change.is_about(&image.image) {
                    change.change(image);
                }
                object.images_changed = true;
                object.used.extend(change.places().cloned());
            } else if one.configurations.is_some() || image.role == Role::Volume && !is_core {
                doubt = Some(&change.place);
            }
        }
    }
    if let Some(place) = doubt {
        object.doubt(place);
    }
}
