//! Knows what kustomizations make of the objects of Flux and Argo CD that have a folder applied, before
//! those have their say.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Kustomizations, ReadFile, object_of};
use crate::kind::Workload;
use crate::kustomization::patch::{Patch, is_for_deployers};
use crate::kustomization::step::Step;
use crate::kustomization::{Kustomization, read_deployers};
use crate::manifest::read_documents;
use crate::place::{Place, join};
use crate::text;

/// What all patches together may cost, in bytes gone through; those beyond change nothing.
const BUDGET: usize = 500_000_000;

/// The patches that make something else of an object, one after the other, in some tree.
type Way = Vec<Step>;

impl Kustomizations {
    /// Tells whether a kustomization patches objects that have a folder applied.
    pub(super) fn patches_deployers(&self, one: &Kustomization) -> bool {
        let is_for =
            |patch: &Patch| is_for_deployers(patch.target.as_ref(), self.changes(one, patch));
        one.patches().any(is_for)
    }

    /// Takes out all kustomizations, with what patches make of the objects that have a folder applied:
    /// as many of each as trees make something else of it.
    pub(super) fn take_patched(&mut self, read: &ReadFile<'_>) -> Vec<Kustomization> {
        let mut patched: Vec<(Arc<Workload>, Vec<Way>)> = Vec::new();
        for object in self.by_folder.values().filter_map(|one| one.object.as_ref()) {
            // One object may apply several folders.
            if patched.last().is_none_or(|(last, _)| last.place != object.place) {
                patched.push((Arc::clone(object), self.ways_of(object)));
            }
        }
        patched.retain(|(_, ways)| ways.iter().any(|way| !way.is_empty()));
        let mut budget = BUDGET;
        let made = patched.into_iter().filter_map(|(object, ways)| {
            let made = made(&object, &ways, read, &mut budget)?;
            Some((object.place.clone(), made))
        });
        let mut made: BTreeMap<Place, Vec<Kustomization>> = made.collect();
        let mut all = Vec::new();
        for one in std::mem::take(&mut self.by_folder).into_values() {
            let is_deployer = one.object.is_some();
            match made.get_mut(&one.place).filter(|_| is_deployer) {
                Some(made) => all.append(made),
                None if is_deployer && self.is_only_patch(&one.place.file) => {}
                None => all.push(one),
            }
        }
        self.parents.clear();
        all
    }

    /// Lists the ways on which trees lead an object: each once, however many trees have it.
    fn ways_of(&self, written: &Workload) -> Vec<Way> {
        let mut ways = Vec::new();
        for chain in self.chains_of(&written.place.file) {
            let mut object = object_of(written);
            object.steps = Some(Vec::new());
            self.transform(&mut object, &self.acting_on(&chain));
            let way = object.steps.unwrap_or_default();
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        ways
    }
}

fn text_of(path: &str, read: &ReadFile<'_>) -> Option<String> {
    Some(text::decode(&read(path)?).ok()?.into_owned())
}

/// Makes of an object what the patches on each way come to; nothing where it is inside of another.
fn made(
    object: &Arc<Workload>,
    ways: &[Way],
    read: &ReadFile<'_>,
    budget: &mut usize,
) -> Option<Vec<Kustomization>> {
    let place = &object.place;
    let read = |path: &str| text_of(path, read);
    let text = read(&join("", &place.file))?;
    let documents = read_documents(&text);
    let document = documents.into_iter().find(|document| document.index == place.document)?;
    let root = document.root.ok().filter(|root| place.of(root) == *place)?;
    let mut all = Vec::new();
    for (number, way) in ways.iter().enumerate() {
        let steps = way.iter().filter_map(|step| Some((step, step.text(read)?)));
        let steps: Vec<(&Step, String)> = steps.collect();
        let patched = steps.iter().try_fold(root.clone(), |root, (step, patch)| {
            step.apply(root, text.len(), patch, budget)
        });
        let made = patched.map(|root| read_deployers(&root, place, object)).unwrap_or_default();
        all.extend(made.into_iter().map(|mut one| {
            one.key = format!("{}@{number}", one.key);
            one
        }));
    }
    Some(all)
}
