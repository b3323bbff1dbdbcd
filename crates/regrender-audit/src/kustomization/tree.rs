//! Knows which kustomization lists which file, and what becomes of an object on the way to the top.

use std::collections::{BTreeMap, BTreeSet};

use super::Kustomization;
use super::deployer::{deployed_folder, files_below};
use super::object::Object;
use super::patch::{Body, Change, Patch};
use crate::inventory::{Rendering, Role, Source, Workload};
use crate::place::{Place, join};

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

    /// Works out what becomes of an object that pulls nothing itself.
    pub(crate) fn render_object(
        &self,
        file: &str,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        pull_secrets: &[String],
    ) -> Rendered {
        self.render(file, |root, chain| {
            let mut object = Object {
                kind,
                written_name: name,
                namespace: namespace.map(str::to_owned),
                name: name.to_owned(),
                images: Vec::new(),
                written_images: 0,
                pull_secrets: pull_secrets.to_vec(),
                pull_secrets_changed: false,
                service_account: None,
                service_account_changed: false,
                // Lists of accounts are replaced as a whole.
                merges_lists: false,
                budget: STEP_LIMIT,
                used: Vec::new(),
            };
            self.transform(&mut object, chain);
            object.into_rendering(root)
        })
    }

    /// Works out what becomes of a workload.
    pub(crate) fn render_workload(&self, workload: &Workload) -> Rendered {
        if workload.source == Source::KustomizeImages {
            return Rendered::default();
        }
        self.render(&workload.place.file, |root, chain| {
            let images = workload.images.iter().map(|image| (image.clone(), false)).collect();
            let mut object = Object {
                kind: &workload.kind,
                written_name: &workload.name,
                namespace: workload.namespace.clone(),
                name: workload.name.clone(),
                images,
                written_images: workload.images.len(),
                pull_secrets: workload.pull_secrets.clone(),
                pull_secrets_changed: false,
                service_account: workload.service_account.clone(),
                service_account_changed: false,
                merges_lists: workload.source == Source::Core,
                budget: STEP_LIMIT,
                used: Vec::new(),
            };
            self.transform(&mut object, chain);
            object.into_rendering(root)
        })
    }

    fn render(
        &self,
        file: &str,
        object: impl Fn(&str, &[&Kustomization]) -> (Rendering, Vec<Place>),
    ) -> Rendered {
        let mut chains = Vec::new();
        self.collect_chains(&join("", file), &mut Vec::new(), &mut chains);
        let mut rendered = Rendered::default();
        for chain in &chains {
            let kustomizations: Vec<&Kustomization> =
                chain.iter().filter_map(|folder| self.by_folder.get(*folder)).collect();
            if let Some(root) = chain.last() {
                let (rendering, used) = object(root, &kustomizations);
                rendered.renderings.push(rendering);
                rendered.used.extend(used);
            }
        }
        rendered.renderings.sort_by(|one, other| {
            one.outcome().cmp(&other.outcome()).then(one.root.cmp(&other.root))
        });
        rendered.renderings.dedup_by(|one, other| one.outcome() == other.outcome());
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

    fn transform(&self, object: &mut Object<'_>, chain: &[&Kustomization]) {
        for one in chain {
            self.transform_with(object, one, &mut Vec::new());
        }
    }

    /// Applies a kustomization's components, then what it says itself.
    fn transform_with<'k>(
        &'k self,
        object: &mut Object<'_>,
        one: &'k Kustomization,
        within: &mut Vec<&'k str>,
    ) {
        if within.contains(&&*one.key) || within.len() >= CHAIN_LIMIT || object.budget == 0 {
            return;
        }
        object.budget -= 1;
        within.push(&one.key);
        for component in &one.components {
            if let Some(component) = self.by_folder.get(&join(&one.base, component)) {
                self.transform_with(object, component, within);
            }
        }
        within.pop();
        for patch in &one.patches {
            for change in self.changes(one, patch) {
                let names = [&*object.name, object.written_name];
                let meant = match (&patch.target, change) {
                    (Some(target), _) => target.takes(object.kind, names),
                    (None, Change::Merge(part)) => {
                        part.kind == object.kind && names.contains(&&*part.name)
                    }
                    (None, Change::Operations(_)) => false,
                };
                if meant {
                    object.patch(change, &patch.place);
                    object.used.push(patch.place.clone());
                }
            }
        }
        if let Some(namespace) = &one.namespace {
            object.namespace = Some(namespace.clone());
        }
        if object.namespace.is_none() {
            object.namespace.clone_from(&one.default_namespace);
        }
        object.name = format!("{}{}{}", one.prefix, object.name, one.suffix);
        for (image, changed) in &mut object.images {
            // The transformer of kustomize looks at containers, not at image volumes.
            if image.role == Role::Volume {
                continue;
            }
            if let Some(change) = one.images.iter().find(|change| change.is_about(&image.image)) {
                image.image = change.apply(&image.image);
                *changed = true;
                object.used.push(change.place.clone());
            }
        }
    }
}
