//! Knows which kustomization lists which file, and leads each object up to the top.

mod transform;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Kustomization;
use super::deployer::{deployed_folder, files_below};
use super::object::Object;
pub(crate) use super::object::Written;
use super::patch::{Body, Change, Patch, Target};
use super::post_build::PostBuild;
use crate::inventory::{Metadata, Rendering, Source, VariableSource, Workload, is_core};
use crate::place::{Place, folder_of, join};

/// More trees than this for one file are not told apart.
const RENDERING_LIMIT: usize = 64;
/// Kustomizations are not nested deeper than this.
const CHAIN_LIMIT: usize = 32;

/// More kustomizations than this do not act on one object in one tree.
const STEP_LIMIT: usize = 1000;

/// All kustomizations of a repository.
#[derive(Debug, Default)]
pub(crate) struct Kustomizations {
    by_folder: BTreeMap<String, Kustomization>,
    /// For each file or folder, the folders of the kustomizations that list it as a resource.
    parents: BTreeMap<String, BTreeSet<String>>,
    /// What the files hold that only patches name.
    patch_files: BTreeMap<String, Vec<Change>>,
}

/// What becomes of an object in every tree, and what took effect on the way.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) renderings: Vec<Rendering>,
    pub(crate) used: Vec<Place>,
    /// Whether a tree takes it out, and no other keeps it.
    pub(crate) is_gone: bool,
}

/// A workload of which only the patches are at hand.
#[derive(Debug)]
pub(crate) struct Unseen {
    pub(crate) workload: Workload,
    /// The key of the kustomization that patches it.
    key: String,
}

impl Kustomizations {
    /// Connects kustomizations with what they list; `generated` maps the files of KSOPS generators
    /// to the files that those open.
    pub(crate) fn new(
        kustomizations: Vec<Kustomization>,
        generated: &BTreeMap<String, Vec<String>>,
        files: &BTreeSet<String>,
        mut contents: impl FnMut(&str) -> Vec<Change>,
    ) -> Self {
        let mut all = Self::default();
        for one in kustomizations {
            all.by_folder.insert(one.key.clone(), one);
        }
        all.connect_deployers(files);
        let mut patch_files = BTreeSet::new();
        for (key, one) in &all.by_folder {
            let folder = &one.base;
            let generators = one
                .generators
                .iter()
                .filter_map(|generator| generated.get(&join(folder, generator)));
            let listed = one.resources.iter().map(|path| join(folder, path));
            for path in listed.chain(generators.flatten().cloned()) {
                all.parents.entry(path).or_default().insert(key.clone());
            }
            // A component is not built on its own, but its own resources go where it is used.
            for path in &one.components {
                let path = join(folder, path);
                all.parents.entry(path).or_default().insert(key.clone());
            }
            patch_files.extend(one.patch_files());
        }
        all.patch_files = patch_files
            .into_iter()
            .map(|path| {
                let changes = contents(&path);
                (path, changes)
            })
            .collect();
        all
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
        for one in self.by_folder.values_mut() {
            if let Some(post_build) = &mut one.post_build {
                post_build.settle(sources, is_patched);
            }
        }
    }

    /// Lets the objects of Flux and Argo CD have their say over what they apply.
    fn connect_deployers(&mut self, files: &BTreeSet<String>) {
        let mut found: Vec<(String, String)> = Vec::new();
        for (key, one) in &self.by_folder {
            let Some(path) = &one.deploys else {
                continue;
            };
            let Some(folder) = deployed_folder(&one.place.file, path, files) else {
                continue;
            };
            if self.by_folder.contains_key(&folder) {
                found.push((folder, key.clone()));
                continue;
            }
            // Without a kustomization, everything below is applied: folders that have one as such.
            for file in files_below(&folder, files) {
                let nested = self.first_kustomization(&folder, file);
                found.push((nested.unwrap_or_else(|| file.clone()), key.clone()));
            }
        }
        for (path, key) in found {
            self.parents.entry(path).or_default().insert(key);
        }
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

    /// Lists the patches for pull secrets that took effect nowhere, although all that could be
    /// patched is at hand.
    pub(crate) fn idle_patches(
        &self,
        used: &BTreeSet<Place>,
        files: &BTreeSet<String>,
    ) -> Vec<&Place> {
        let complete = |folder: &&String| self.is_complete(folder, files, &mut BTreeSet::new());
        let mut idle = Vec::new();
        for (folder, one) in &self.by_folder {
            let for_secrets: Vec<&Place> = one
                .patches
                .iter()
                .filter(|patch| self.changes(one, patch).iter().any(Change::is_about_pull_secrets))
                .map(|patch| &patch.place)
                .filter(|place| !used.contains(place))
                .collect();
            if for_secrets.is_empty() {
                continue;
            }
            let users: Vec<&String> = if one.is_component {
                self.parents.get(folder).into_iter().flatten().collect()
            } else {
                vec![folder]
            };
            if !users.is_empty() && users.iter().all(complete) {
                idle.extend(for_secrets);
            }
        }
        idle
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
        one.resources.iter().all(|path| self.is_complete(&join(folder, path), files, within))
    }

    fn changes<'k>(&'k self, one: &Kustomization, patch: &'k Patch) -> &'k [Change] {
        match &patch.body {
            Body::Inline(changes) => changes,
            Body::File(file) => {
                self.patch_files.get(&join(&one.base, file)).map_or(&[], Vec::as_slice)
            }
        }
    }

    /// Lists the workloads that are not at hand, as a base of another repository is not, by the
    /// patches that bring them images and took effect nowhere.
    pub(crate) fn unseen(&self, used: &BTreeSet<Place>, files: &BTreeSet<String>) -> Vec<Unseen> {
        let mut found: Vec<Unseen> = Vec::new();
        for (key, one) in &self.by_folder {
            for patch in one.patches.iter().filter(|patch| !used.contains(&patch.place)) {
                let changes = self.changes(one, patch).iter().filter(|change| change.has_image());
                for workload in changes.filter_map(|change| unseen_workload(patch, change)) {
                    // kustomize lets operations match nothing, but no merge.
                    let by_name =
                        |target: &Target| !target.is_narrow() && workload.source != Source::Core;
                    let is_surely_there = patch.target.as_ref().is_none_or(by_name);
                    let is_complete = || self.is_complete(key, files, &mut BTreeSet::new());
                    let is_known = found.iter().any(|known| {
                        let (known, key_of_it) = (&known.workload, &known.key);
                        (&known.kind, &known.name, key_of_it)
                            == (&workload.kind, &workload.name, key)
                    });
                    if !is_known && (is_surely_there || !is_complete()) {
                        found.push(Unseen { workload, key: key.clone() });
                    }
                }
            }
        }
        found
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

    /// Works out what becomes of a workload of which only the patches are at hand.
    pub(crate) fn render_unseen(&self, unseen: &Unseen) -> Rendered {
        let mut chains = Vec::new();
        self.collect_chains(&unseen.key, &mut vec![&unseen.key], &mut chains);
        // What only a component patches is not deployed by the component.
        chains.retain(|chain| {
            let one = chain.last().and_then(|key| self.by_folder.get(*key));
            one.is_some_and(|one| !one.is_component)
        });
        self.render(&chains, |chain| {
            let mut object = object_of(&unseen.workload);
            object.is_unseen = true;
            self.transform(&mut object, chain);
            object
        })
    }

    fn chains_of(&self, file: &str) -> Vec<Vec<&str>> {
        let mut chains = Vec::new();
        let path = join("", file);
        // What stands in a kustomization is generated by it.
        let own = self.by_folder.get_key_value(folder_of(&path));
        match own.filter(|(_, one)| join("", &one.place.file) == path) {
            Some((key, _)) => self.collect_chains(key, &mut vec![key], &mut chains),
            None => self.collect_chains(&path, &mut Vec::new(), &mut chains),
        }
        chains
    }

    fn render<'o>(
        &self,
        chains: &[Vec<&str>],
        object: impl Fn(&[&Kustomization]) -> Object<'o>,
    ) -> Rendered {
        let mut rendered = Rendered::default();
        let mut is_deleted = false;
        for chain in chains {
            let kustomizations: Vec<&Kustomization> =
                chain.iter().filter_map(|folder| self.by_folder.get(*folder)).collect();
            if let Some(root) = chain.last() {
                let (rendering, used) = object(&kustomizations).into_rendering(root);
                is_deleted |= rendering.is_none();
                rendered.renderings.extend(rendering);
                rendered.used.extend(used);
            }
        }
        rendered.is_gone = is_deleted && rendered.renderings.is_empty();
        rendered.renderings.sort_by(|one, other| {
            one.outcome().cmp(&other.outcome()).then(one.root.cmp(&other.root))
        });
        rendered.renderings.dedup_by(|one, first| {
            let is_same = one.outcome() == first.outcome();
            if is_same {
                first.other_roots.push(std::mem::take(&mut one.root));
            }
            is_same
        });
        rendered
    }

    /// Lists the ways from `path` to the top, innermost kustomization first.
    fn collect_chains<'k>(
        &'k self,
        path: &str,
        way: &mut Vec<&'k str>,
        chains: &mut Vec<Vec<&'k str>>,
    ) {
        let parents = self.parents.get(path).into_iter().flatten();
        let parents: Vec<&str> = parents.map(String::as_str).collect();
        let parents: Vec<&str> =
            parents.into_iter().filter(|parent| !way.contains(parent)).collect();
        if parents.is_empty() {
            if !way.is_empty() {
                chains.push(way.clone());
            }
            return;
        }
        for parent in parents {
            if chains.len() >= RENDERING_LIMIT || way.len() >= CHAIN_LIMIT {
                return;
            }
            way.push(parent);
            self.collect_chains(parent, way, chains);
            way.pop();
        }
    }
}

fn object_of(workload: &Workload) -> Object<'_> {
    Object {
        images: workload.images.clone(),
        pull_secrets: workload.pull_secrets.clone(),
        service_account: workload.service_account.clone(),
        is_core: workload.source == Source::Core,
        metadata: Arc::clone(&workload.metadata),
        ..Object::new(workload.written(), STEP_LIMIT)
    }
}

/// Returns what a patch for an object that is not at hand says of it.
fn unseen_workload(patch: &Patch, change: &Change) -> Option<Workload> {
    let (kind, api_version, namespace, name) = match (change, &patch.target) {
        (Change::Merge(part), _) if !part.directives.deletes => {
            let part = &part.workload;
            (&*part.kind, &*part.api_version, part.namespace.as_deref(), &*part.name)
        }
        (Change::Operations(_), Some(target)) => {
            let (kind, namespace, name) = target.named();
            (kind, "", namespace, name)
        }
        _ => return None,
    };
    let source = if is_core(kind) { Source::Core } else { Source::Custom };
    let written = Written { kind, api_version, namespace, name };
    Some(Workload::new(written, source, &patch.place))
}
