//! Knows what kustomizations make of the objects of Flux and Argo CD that have a folder applied, before
//! those have their say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Kustomizations, ReadFile, object_of};
use crate::inventory::Workload;
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
        let mut objects: BTreeMap<Place, (Arc<Workload>, BTreeSet<Way>)> = BTreeMap::new();
        for one in self.by_folder.values() {
            if let Some(object) = one.object.as_ref().filter(|_| !objects.contains_key(&one.place))
            {
                let ways = self.ways_of(object);
                objects.insert(one.place.clone(), (Arc::clone(object), ways));
            }
        }
        objects.retain(|_, (_, ways)| ways.iter().any(|way| !way.is_empty()));
        let steps = objects.values().flat_map(|(_, ways)| ways).flatten();
        let named: BTreeSet<&str> = steps.filter_map(Step::file).collect();
        let files = named.into_iter().filter_map(|path| Some((path, text_of(path, read)?)));
        let files: BTreeMap<&str, String> = files.collect();
        let mut budget = BUDGET;
        let made = objects.iter().filter_map(|(place, (object, ways))| {
            let text = text_of(&join("", &place.file), read)?;
            Some((place, made(object, ways, &text, &files, &mut budget)?))
        });
        let mut made: BTreeMap<&Place, Vec<Kustomization>> = made.collect();
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
    fn ways_of(&self, written: &Workload) -> BTreeSet<Way> {
        let way = |chain: Vec<&str>| {
            let chain: Vec<_> =
                chain.into_iter().filter_map(|key| self.by_folder.get(key)).collect();
            let mut object = object_of(written);
            object.steps = Some(Vec::new());
            self.transform(&mut object, &chain);
            object.steps.unwrap_or_default()
        };
        self.chains_of(&written.place.file).into_iter().map(way).collect()
    }
}

fn text_of(path: &str, read: &ReadFile<'_>) -> Option<String> {
    Some(text::decode(&read(path)?).ok()?.into_owned())
}

/// Makes of an object what the patches on each way come to; nothing where it is inside of another.
fn made(
    object: &Arc<Workload>,
    ways: &BTreeSet<Way>,
    text: &str,
    files: &BTreeMap<&str, String>,
    budget: &mut usize,
) -> Option<Vec<Kustomization>> {
    let place = &object.place;
    let documents = read_documents(text);
    let document = documents.iter().find(|document| document.index == place.document)?;
    let root = document.root.as_ref().ok().filter(|root| place.of(root) == *place)?;
    let made = ways.iter().enumerate().flat_map(|(number, way)| {
        let mut steps = way.iter();
        let patched =
            steps.try_fold(root.clone(), |root, step| step.apply(root, text.len(), files, budget));
        let mut made = patched.map(|root| read_deployers(&root, place, object)).unwrap_or_default();
        for one in &mut made {
            one.key = format!("{}@{number}", one.key);
        }
        made
    });
    Some(made.collect())
}
