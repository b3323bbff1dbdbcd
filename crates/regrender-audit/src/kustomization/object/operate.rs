//! Knows what JSON operations do to an object.

use super::{Object, Reach};
use crate::kind::{Filling, ImageUse, Role, Written};
use crate::kustomization::entry::OUTCOME;
use crate::kustomization::operation::{Entry, Located, Operation};
use crate::kustomization::part::List;
use crate::place::Place;

impl Object<'_> {
    pub(super) fn operate(&mut self, located: &Located, place: &Place) {
        let Located { path, pod, operation } = located;
        match pod.as_deref().map_or(Reach::Pod, |path| self.reach(path)) {
            Reach::Elsewhere => return,
            Reach::NotKnown if operation.is_about_whole_pod() => self.doubt(place),
            Reach::NotKnown | Reach::Pod => {}
        }
        if self.misses(operation) {
            self.miss(path, place);
            return;
        }
        self.change(operation, place);
    }

    /// Takes note of a path that is not there, at which kustomize fails.
    fn miss(&mut self, path: &str, place: &Place) {
        let path = path.strip_suffix("/-").unwrap_or(path);
        let Written { kind, name, .. } = self.written;
        let what = format!("this patch is for `{path}`, which {kind} `{name}` does not have");
        self.broken.get_or_insert_with(|| (place.clone(), format!("{what}, {OUTCOME}")));
    }

    /// Tells whether kustomize certainly fails at an operation, since what it is about is not there.
    fn misses(&self, operation: &Operation) -> bool {
        // Of a custom resource nobody knows which list is meant; of what is not at hand, what it has.
        if !self.is_core || self.is_unseen || self.doubt.is_some() {
            return false;
        }
        let count = self.pull_secrets.len();
        match operation {
            Operation::AddPullSecret(..) | Operation::SetPullSecrets(None)
                if count == 0 && !self.lists.names_nothing =>
            {
                true
            }
            Operation::AddPullSecret(Some(position), _) => *position > count,
            Operation::ReplacePullSecret { position, .. }
            | Operation::RemovePullSecret(position) => *position >= count,
            Operation::Container { role, position, change } if !self.lists.has_bare_container => {
                let count = self.images.iter().filter(|one| one.role == *role).count();
                match change {
                    Entry::Insert(_) | Entry::Unclear => {
                        position.is_some_and(|position| position > count)
                    }
                    Entry::Replace(_) | Entry::Remove | Entry::Image(_) | Entry::Name(_) => {
                        position.is_none_or(|position| position >= count)
                    }
                }
            }
            _ => false,
        }
    }

    fn change(&mut self, operation: &Operation, place: &Place) {
        match operation {
            Operation::SetPullSecrets(names) => {
                self.pull_secrets = names.clone().unwrap_or_default();
                self.pull_secrets_changed = true;
                self.lists.names_nothing = names.is_some();
            }
            Operation::AddPullSecret(position, name) => {
                let end = self.pull_secrets.len();
                self.pull_secrets.insert(position.unwrap_or(end).min(end), name.clone());
                self.pull_secrets_changed = true;
            }
            Operation::ReplacePullSecret { position, name } => {
                if let Some(one) = self.pull_secrets.get_mut(*position) {
                    one.clone_from(name);
                    self.pull_secrets_changed = true;
                }
            }
            Operation::RemovePullSecret(position) => {
                if *position < self.pull_secrets.len() {
                    self.pull_secrets.remove(*position);
                    self.pull_secrets_changed = true;
                }
            }
            Operation::SetServiceAccount(field, name) => self.set_account(*field, name.as_deref()),
            Operation::SetMark(which, key, value) => self.set_mark(*which, key, value.as_deref()),
            Operation::SetMarks(which, marks) => self.marks(*which).clone_from(marks),
            Operation::SetName(name) => self.rename(name.clone()),
            Operation::SetNamespace(namespace) => self.namespace.clone_from(namespace),
            Operation::SetContainers(role, images) => self.set_containers(*role, images, place),
            Operation::Container { role, position, change } => {
                self.operate_on_container(*role, *position, change, place);
            }
            Operation::SetImageAt(path, image) => {
                if let Some(one) = self.images.iter_mut().find(|one| one.container == *path) {
                    one.rename(&image.image, place);
                    self.images_changed = true;
                } else if !self.is_core {
                    // It may be one of those that are named otherwise than by their path.
                    if !self.images.is_empty() {
                        self.doubt(place);
                    }
                    self.insert(usize::MAX, image, place);
                }
            }
            Operation::AddImages(images) => self.add(images, place),
            Operation::Change(path, images) => {
                self.add(images, place);
                if self.is_below(path) {
                    self.doubt(place);
                }
            }
        }
    }

    fn set_containers(&mut self, role: Role, images: &[ImageUse], place: &Place) {
        // A custom resource may have further lists, of which any may be meant.
        self.lists.has_bare_container = true;
        let has_volumes = || self.images.iter().any(|one| one.role == Role::Volume);
        if self.is_core {
            self.clear(List::Images(role));
        } else if role != Role::Volume || has_volumes() {
            self.doubt(place);
        }
        let start = self.start_of(role);
        for (position, image) in images.iter().enumerate() {
            self.insert(start + position, image, place);
        }
    }

    fn add(&mut self, images: &[ImageUse], place: &Place) {
        for image in images {
            self.insert(usize::MAX, image, place);
        }
    }

    /// Tells whether any image, or what it is pulled with, may be below a path of keys.
    fn is_below(&self, path: &str) -> bool {
        if self.is_core {
            let volumes = self.images.iter().any(|one| one.role == Role::Volume);
            return volumes && path.contains("volumes") || path.split('.').all(is_outside_of_pod);
        }
        let inside = |one: &ImageUse| {
            let rest = one.container.strip_prefix(path);
            one.in_list
                || path.is_empty()
                || rest.is_some_and(|rest| rest.starts_with(['.']))
                || rest == Some("")
        };
        self.images.iter().any(inside)
    }

    fn operate_on_container(
        &mut self,
        role: Role,
        position: Option<usize>,
        change: &Entry,
        place: &Place,
    ) {
        let start = self.start_of(role);
        let count = self.images.iter().filter(|one| one.role == role).count();
        // Of a custom resource nobody knows which list is meant; of an unseen object, which place.
        if !self.is_core && !self.is_unseen || *change == Entry::Unclear {
            let is_only = count == 1 && position == Some(0);
            if !is_only || !matches!(change, Entry::Image(_)) {
                self.doubt(place);
            }
        }
        let at = start + position.unwrap_or(count).min(count);
        let is_there = position.is_some_and(|position| position < count);
        match change {
            Entry::Insert(image) => self.insert(at, image, place),
            Entry::Replace(image) if is_there => {
                self.images.remove(at);
                self.insert(at, image, place);
            }
            Entry::Remove if is_there && self.is_core => {
                self.images.remove(at);
                self.images_changed = true;
            }
            Entry::Image(image) if is_there => {
                if let Some(one) = self.images.get_mut(at) {
                    one.rename(image, place);
                    self.images_changed = true;
                }
            }
            Entry::Image(image) if self.is_unseen => {
                let unseen = ImageUse {
                    role,
                    container: String::new(),
                    image: image.clone(),
                    in_list: true,
                    filling: Filling::Open,
                    place: Place::default(),
                };
                self.insert(at, &unseen, place);
            }
            Entry::Replace(image) if self.is_unseen => self.insert(at, image, place),
            Entry::Name(name) if is_there => {
                if let Some(one) = self.images.get_mut(at) {
                    one.container.clone_from(name);
                    self.images_changed = true;
                }
            }
            _ => {}
        }
    }
}

/// Tells whether a key is on the way to a pod specification.
fn is_outside_of_pod(key: &str) -> bool {
    matches!(key, "" | "spec" | "template" | "jobTemplate")
}
