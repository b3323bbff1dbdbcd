//! Knows which kustomization lists which file, and leads each object up to the top.

mod chain;
mod deployed;
mod idle;
mod transform;
mod unseen;

use std::collections::btree_map::Entry as MapEntry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use self::chain::Rendered;
use super::deployer::{changes_something, deployed_folder, edited, files_below};
use super::directory::Selection;
use super::entry::is_local;
use super::object::Object;
use super::patch::{Body, Change, Patch};
use super::post_build::{PostBuild, VariableSource};
use super::{Entry, Kustomization, ReadFile, Repository, folders_of};
use crate::base::Base;
use crate::kind::{AccountField, Metadata, Source, Workload, Written};
use crate::place::{Place, join, path_below};

/// Kustomizations are not nested deeper than this.
const CHAIN_LIMIT: usize = 32;

/// More kustomizations than this do not act on one object in one tree.
const STEP_LIMIT: usize = 1000;

/// All kustomizations of a repository.
#[derive(Debug, Default)]
pub(crate) struct Kustomizations {
    by_folder: BTreeMap<String, Kustomization>,
    /// What objects of Flux and Argo CD make of the kustomizations that they apply, by their keys.
    edited: BTreeMap<String, Kustomization>,
    /// For each file or folder, the folders of the kustomizations that list it as a resource.
    parents: BTreeMap<String, BTreeSet<String>>,
    /// The folders that objects of Flux and Argo CD apply as they are, with nothing opened, what of
    /// each, and where those stand.
    whole_folders: Vec<(String, Selection, Place)>,
    /// What the files hold that only patches name.
    patch_files: BTreeMap<String, Vec<Change>>,
}

impl Kustomizations {
    /// Connects kustomizations with what they list; `generated` maps the files of KSOPS generators
    /// to the files that those open, and `read` reads a file whose path is plain.
    pub(crate) fn new(
        mut kustomizations: Vec<Kustomization>,
        generated: &BTreeMap<String, Vec<String>>,
        files: &BTreeSet<String>,
        base: &Base,
        read: &ReadFile<'_>,
        mut contents: impl FnMut(&str) -> Vec<Change>,
    ) -> Self {
        let mut all = Self::default();
        all.open_patch_files(&kustomizations, &mut contents);
        if kustomizations.iter().any(|one| all.patches_deployers(one)) {
            all.connect(kustomizations, generated);
            all.connect_deployers(files, base);
            kustomizations = all.take_patched(read);
        }
        let made = made_by_sets(kustomizations, files, base, read);
        all.open_patch_files(&made, &mut contents);
        all.connect(made, generated);
        all.whole_folders = all.find_whole_folders(files, base);
        all.settle_target_namespaces();
        all.connect_deployers(files, base);
        all
    }

    /// Reads the files that patches name.
    fn open_patch_files(
        &mut self,
        kustomizations: &[Kustomization],
        contents: &mut impl FnMut(&str) -> Vec<Change>,
    ) {
        for path in kustomizations.iter().flat_map(Kustomization::patch_files) {
            if let MapEntry::Vacant(entry) = self.patch_files.entry(path) {
                let changes = contents(entry.key());
                entry.insert(changes);
            }
        }
    }

    /// Connects kustomizations with what they list.
    fn connect(
        &mut self,
        kustomizations: Vec<Kustomization>,
        generated: &BTreeMap<String, Vec<String>>,
    ) {
        for mut one in kustomizations {
            // What KSOPS generates is at hand.
            let is_known = |path: &String| generated.contains_key(&join(&one.base, path));
            one.brings_unseen |= !one.generators.iter().all(is_known);
            self.by_folder.insert(one.key.clone(), one);
        }
        for (key, one) in &self.by_folder {
            let folder = &one.base;
            let generators = one
                .generators
                .iter()
                .filter_map(|generator| generated.get(&join(folder, generator)));
            let listed = one.resources.iter().map(|path| join(folder, path));
            for path in listed.chain(generators.flatten().cloned()) {
                self.parents.entry(path).or_default().insert(key.clone());
            }
            // A component is not built on its own, but its own resources go where it is used.
            for path in &one.components {
                let path = join(folder, path);
                self.parents.entry(path).or_default().insert(key.clone());
            }
        }
    }

    /// Lists what kustomize looks for beside the kustomizations.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.by_folder.values().flat_map(|one| &one.entries)
    }

    /// Lists the folders that are taken as components.
    pub(crate) fn components(&self) -> impl Iterator<Item = String> {
        self.by_folder.values().flat_map(Kustomization::component_folders)
    }

    /// Lists kind and name of what variables are taken from.
    pub(crate) fn variable_sources(&self) -> BTreeSet<(String, String)> {
        let all = self.by_folder.values().filter_map(|one| one.post_build.as_ref());
        let references = all.flat_map(PostBuild::references);
        references.map(|(kind, name)| (kind.to_owned(), name.to_owned())).collect()
    }

    /// Lets the objects of Flux take their variables from `sources`; `is_patched` tells whether a
    /// patch in a file of its own may give them more.
    pub(crate) fn settle_variables(&mut self, sources: &[VariableSource], is_patched: bool) {
        let is_patched = is_patched || self.by_folder.values().any(Kustomization::gives_variables);
        for one in self.by_folder.values_mut().chain(self.edited.values_mut()) {
            if let Some(post_build) = &mut one.post_build {
                post_build.settle(sources, is_patched);
            }
        }
    }

    /// Gives the objects of Flux the namespaces that replacements write into them, and leaves out those
    /// that change nothing.
    fn settle_target_namespaces(&mut self) {
        let is_any = self.by_folder.values().any(Kustomization::names_targets);
        let deployers = self.by_folder.iter().filter(|(_, one)| is_any && one.deploys.is_some());
        let named = deployers.filter_map(|(key, one)| {
            Some((key.clone(), self.target_namespace(&one.place.file)?.to_owned()))
        });
        for (key, namespace) in named.collect::<Vec<_>>() {
            if let Some(one) = self.by_folder.get_mut(&key) {
                one.namespace = Some(namespace);
            }
        }
        self.by_folder.retain(|_, one| one.deploys.is_none() || changes_something(one));
    }

    /// Returns the namespace that replacements write into the objects of Flux in a file, where all
    /// trees agree on it.
    fn target_namespace(&self, file: &str) -> Option<&str> {
        let mut namespaces = self.chains_of(file).into_iter().map(|chain| {
            let mut inwards = chain.iter().rev().filter_map(|key| self.by_folder.get(*key));
            // Its own namespace is the name of the Namespace that it lists.
            inwards.find(|one| one.names_targets())?.namespace.as_deref()
        });
        let first = namespaces.next()??;
        namespaces.all(|other| other == Some(first)).then_some(first)
    }

    fn find_whole_folders(
        &self,
        files: &BTreeSet<String>,
        base: &Base,
    ) -> Vec<(String, Selection, Place)> {
        let closed = self.by_folder.values().filter(|one| !one.opens_sealed);
        let trees = closed.filter(|one| !one.directory.is_flat);
        let named = trees.filter_map(|one| {
            let folder = deployed_folder(&one.place.file, one.deploys.as_ref()?, files, base)?;
            let is_whole = !self.by_folder.contains_key(&folder);
            is_whole.then(|| (folder, one.directory.selection(), one.place.clone()))
        });
        named.collect()
    }

    /// Lists what applies `folder` because nothing says what is to be applied of a folder above it:
    /// that folder, and where the object of Flux or Argo CD stands.
    pub(crate) fn taking_along(&self, folder: &str) -> impl Iterator<Item = (&str, &Place)> {
        let file = format!("{folder}/kustomization.yaml");
        let above = self.whole_folders.iter().filter(move |(whole, selection, _)| {
            let is_applied = path_below(whole, &file).is_some_and(|path| selection.takes(path));
            is_applied && whole != folder && self.first_kustomization(whole, &file).is_none()
        });
        above.map(|(whole, _, place)| (if whole.is_empty() { "." } else { &**whole }, place))
    }

    /// Lets the objects of Flux and Argo CD have their say over what they apply.
    fn connect_deployers(&mut self, files: &BTreeSet<String>, base: &Base) {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut all_edited = BTreeMap::new();
        for (key, one) in &self.by_folder {
            let Some(path) = &one.deploys else {
                continue;
            };
            let Some(folder) = deployed_folder(&one.place.file, path, files, base) else {
                continue;
            };
            if let Some(own) = self.by_folder.get(&folder) {
                if let Some(edited) = edited(own, one) {
                    let components = one.components.iter().map(|path| join(&own.base, path));
                    found.extend(components.map(|path| (path, key.clone())));
                    all_edited.insert(key.clone(), edited);
                }
                found.push((folder, key.clone()));
                continue;
            }
            // Without a kustomization, the files are applied, and folders that have one as such.
            let selection = one.directory.selection();
            let is_applied = |file: &&String| {
                path_below(&folder, file).is_some_and(|path| selection.takes(path))
            };
            for file in files_below(&folder, files).filter(is_applied) {
                let nested = self.first_kustomization(&folder, file);
                found.push((nested.unwrap_or_else(|| file.clone()), key.clone()));
            }
        }
        for (path, key) in found {
            self.parents.entry(path).or_default().insert(key);
        }
        self.edited = all_edited;
    }

    /// Finds the outermost kustomization on the way from `folder` to `file`.
    fn first_kustomization(&self, folder: &str, file: &str) -> Option<String> {
        let rest = file.strip_prefix(folder)?;
        let ends = rest.match_indices('/').map(|(at, _)| folder.len() + at);
        ends.filter_map(|end| file.get(..end))
            .find(|inner| self.by_folder.contains_key(*inner))
            .map(str::to_owned)
    }

    /// Tells whether a file is named by patches and listed by no kustomization.
    pub(crate) fn is_only_patch(&self, file: &str) -> bool {
        let file = join("", file);
        self.patch_files.contains_key(&file) && !self.parents.contains_key(&file)
    }

    /// Tells whether all that a kustomization may change is at hand: what it lists, or what those list
    /// that use it as a component.
    pub(crate) fn has_all_at_hand(&self, folder: &str, files: &BTreeSet<String>) -> bool {
        let complete = |folder: &str| self.is_complete(folder, files, &mut BTreeSet::new());
        match self.by_folder.get(folder) {
            Some(one) if one.is_component => {
                let is_component =
                    |key: &String| self.by_folder.get(key).is_some_and(|user| user.is_component);
                let has_all = |user: &String| !is_component(user) && complete(user);
                self.parents.get(folder).is_some_and(|users| users.iter().all(has_all))
            }
            _ => complete(folder),
        }
    }

    /// Tells whether everything that a kustomization lists is at hand.
    fn is_complete(
        &self,
        folder: &str,
        files: &BTreeSet<String>,
        within: &mut BTreeSet<String>,
    ) -> bool {
        let Some(one) = self.by_folder.get(folder) else {
            return files.contains(folder);
        };
        if !within.insert(folder.to_owned()) {
            return true;
        }
        if one.deploys.is_some() {
            // What it applies may lie in another repository.
            let applied = self.parents.iter().filter(|(_, keys)| keys.contains(folder));
            let mut applied = applied.map(|(path, _)| path).peekable();
            return applied.peek().is_some()
                && applied.all(|path| self.is_complete(path, files, within));
        }
        // A component here that is left out, or that no build has written yet, is taken to list nothing.
        let counts =
            |path: &&String| !is_local(path) || self.by_folder.contains_key(&join(&one.base, path));
        let components = one.components.iter().filter(counts);
        let mut listed = one.resources.iter().chain(components);
        !one.brings_unseen
            && listed.all(|path| self.is_complete(&join(&one.base, path), files, within))
    }

    fn changes<'k>(&'k self, one: &Kustomization, patch: &'k Patch) -> &'k [Change] {
        match &patch.body {
            Body::Inline { changes, .. } => changes,
            Body::File(file) => {
                self.patch_files.get(&join(&one.base, file)).map_or(&[], Vec::as_slice)
            }
        }
    }

    /// Works out what becomes of an object that pulls nothing itself.
    pub(crate) fn render_object(
        &self,
        file: &str,
        written: Written<'_>,
        metadata: &Arc<Metadata>,
        pull_secrets: &[String],
    ) -> Rendered {
        self.render(&self.chains_of(file), |chain| {
            let mut object = Object::new(written, STEP_LIMIT);
            object.is_core = true;
            object.metadata = Arc::clone(metadata);
            object.pull_secrets = pull_secrets.to_vec();
            // Whether there is an empty list is not known.
            object.lists.names_nothing = true;
            self.transform(&mut object, chain);
            object
        })
    }

    /// Works out what becomes of a workload.
    pub(crate) fn render_workload(&self, workload: &Workload) -> Rendered {
        if workload.source == Source::KustomizeImages {
            return Rendered::default();
        }
        self.render(&self.chains_of(&workload.place.file), |chain| {
            let mut object = object_of(workload);
            self.transform(&mut object, chain);
            object
        })
    }
}

/// Puts in the place of what an `ApplicationSet` makes each of the Applications that it makes.
fn made_by_sets(
    all: Vec<Kustomization>,
    files: &BTreeSet<String>,
    base: &Base,
    read: &ReadFile<'_>,
) -> Vec<Kustomization> {
    let has_sets = all.iter().any(|one| one.set.is_some());
    let folders = if has_sets { folders_of(files) } else { BTreeSet::new() };
    let made = all.into_iter().flat_map(|one| {
        let Some(set) = &one.set else { return vec![one] };
        let repository = Repository { file: &one.place.file, files, folders: &folders, base, read };
        one.made_by_set(&set.fillings(&repository))
    });
    made.collect()
}

fn object_of(workload: &Workload) -> Object<'_> {
    let account = workload.service_account.clone();
    let (service_account, deprecated_account) = match workload.account_field {
        AccountField::Name => (account, workload.spare_account.clone()),
        AccountField::Deprecated => (None, account),
    };
    Object {
        images: workload.images.clone(),
        lists: workload.lists,
        pull_secrets: workload.pull_secrets.clone(),
        service_account,
        deprecated_account,
        is_core: workload.source == Source::Core,
        metadata: Arc::clone(&workload.metadata),
        ..Object::new(workload.written(), STEP_LIMIT)
    }
}
