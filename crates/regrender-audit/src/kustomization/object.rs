//! Knows an object on its way through the kustomizations, and what a patch does to it.

use super::patch::{Change, Operation};
use crate::inventory::{ImageUse, Rendering, Workload};
use crate::place::Place;

/// An object on its way through the kustomizations.
pub(super) struct Object<'o> {
    pub(super) kind: &'o str,
    pub(super) written_name: &'o str,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
    /// Each image, and whether it was changed.
    pub(super) images: Vec<(ImageUse, bool)>,
    /// How many of the images are the object's own; patches add more behind them.
    pub(super) written_images: usize,
    pub(super) pull_secrets: Vec<String>,
    pub(super) pull_secrets_changed: bool,
    pub(super) service_account: Option<String>,
    pub(super) service_account_changed: bool,
    pub(super) merges_lists: bool,
    /// How many kustomizations may still act on it.
    pub(super) budget: usize,
    /// The places of the image entries and patches that took effect.
    pub(super) used: Vec<Place>,
}

impl Object<'_> {
    pub(super) fn patch(&mut self, change: &Change, place: &Place) {
        match change {
            Change::Merge(part) => self.merge(part, place),
            Change::Operations(operations) => {
                for operation in operations {
                    self.operate(operation, place);
                }
            }
        }
    }

    fn merge(&mut self, part: &Workload, place: &Place) {
        if !part.pull_secrets.is_empty() {
            let own = std::mem::take(&mut self.pull_secrets);
            self.pull_secrets.clone_from(&part.pull_secrets);
            if self.merges_lists {
                let kept = own.into_iter().filter(|name| !part.pull_secrets.contains(name));
                self.pull_secrets.extend(kept);
            }
            self.pull_secrets_changed = true;
        }
        if let Some(account) = &part.service_account {
            self.service_account = Some(account.clone());
            self.service_account_changed = true;
        }
        for new in &part.images {
            let same = |one: &&mut (ImageUse, bool)| {
                one.0.role == new.role && one.0.container == new.container
            };
            if let Some((image, changed)) = self.images.iter_mut().find(same) {
                image.image.clone_from(&new.image);
                *changed = true;
            } else if self.merges_lists {
                let mut added = new.clone();
                if added.place.file.is_empty() {
                    added.place = place.clone();
                }
                self.images.push((added, true));
            }
        }
    }

    fn operate(&mut self, operation: &Operation, place: &Place) {
        match operation {
            Operation::SetPullSecrets(names) => {
                self.pull_secrets.clone_from(names);
                self.pull_secrets_changed = true;
            }
            Operation::AddPullSecret(name) => {
                self.pull_secrets.push(name.clone());
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
            Operation::SetServiceAccount(name) => {
                self.service_account = Some(name.clone());
                self.service_account_changed = true;
            }
            Operation::AddContainers(added) => {
                let placed =
                    added.iter().cloned().map(|image| ImageUse { place: place.clone(), ..image });
                self.images.extend(placed.map(|image| (image, true)));
            }
            Operation::SetName(name) => self.name.clone_from(name),
            Operation::SetNamespace(namespace) => self.namespace = Some(namespace.clone()),
            Operation::SetImage { role, position, image } => {
                let mut of_role = self.images.iter_mut().filter(|(one, _)| one.role == *role);
                if let Some((one, changed)) = of_role.nth(*position) {
                    one.image.clone_from(image);
                    *changed = true;
                }
            }
        }
    }

    pub(super) fn into_rendering(self, root: &str) -> (Rendering, Vec<Place>) {
        let mut images = self.images;
        let added_images = images.split_off(self.written_images.min(images.len()));
        let images = images.into_iter().enumerate();
        let rendering = Rendering {
            root: root.to_owned(),
            namespace: self.namespace,
            name: self.name,
            images: images
                .filter(|(_, (_, changed))| *changed)
                .map(|(position, (image, _))| (position, image.image))
                .collect(),
            added_images: added_images.into_iter().map(|(image, _)| image).collect(),
            pull_secrets: Some(self.pull_secrets).filter(|_| self.pull_secrets_changed),
            service_account: self.service_account.filter(|_| self.service_account_changed),
        };
        (rendering, self.used)
    }
}
