//! Knows the objects that have a folder applied in the cluster: Flux's `Kustomization`, Argo CD's
//! `Application` and `ApplicationSet`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::patch::read_patches;
use super::post_build::PostBuild;
use super::{ApplicationSet, Directory, ImageChange, Kustomization, images, member, texts};
use crate::base::Base;
use crate::kind::{Workload, specification};
use crate::manifest::Node;
use crate::place::{Place, file_name, folders_above, join};

/// Reads what an object says about the folders that it applies; `object` is how patches find it.
pub(crate) fn read_deployers(
    root: &Node<'_>,
    place: &Place,
    object: &Arc<Workload>,
) -> Vec<Kustomization> {
    let mut all = read_all(root, place);
    for one in &mut all {
        one.object = Some(Arc::clone(object));
    }
    all
}

fn read_all(root: &Node<'_>, place: &Place) -> Vec<Kustomization> {
    let version = root.get("apiVersion").and_then(Node::scalar).unwrap_or_default();
    let Some(spec) = specification(root) else {
        return Vec::new();
    };
    if version.starts_with("kustomize.toolkit.fluxcd.io/") {
        return flux(root, spec, place).into_iter().collect();
    }
    if !version.starts_with("argoproj.io/") {
        return Vec::new();
    }
    let namespace = spec.at(&["destination", "namespace"]).and_then(Node::scalar);
    let sources = spec.get("source").into_iter().chain(spec.items_of("sources"));
    let set = match root.get("kind").and_then(Node::string) {
        Some("ApplicationSet") => root.get("spec").and_then(ApplicationSet::read).map(Arc::new),
        _ => None,
    };
    let deployers = sources.enumerate().filter_map(|(position, source)| {
        let found = argo(source, namespace, position, place)?;
        Some(Kustomization { set: set.clone(), ..found })
    });
    deployers.collect()
}

fn flux(root: &Node<'_>, spec: &Node<'_>, place: &Place) -> Option<Kustomization> {
    let path = member(spec, "path")?;
    let metadata = |name: &str| root.at(&["metadata", name]).and_then(Node::scalar);
    Some(Kustomization {
        place: place.clone(),
        key: format!("{place}"),
        base: path.trim_start_matches("./").to_owned(),
        namespace: member(spec, "targetNamespace"),
        prefix: member(spec, "namePrefix").unwrap_or_default(),
        suffix: member(spec, "nameSuffix").unwrap_or_default(),
        components: texts(spec, "components"),
        images: images(spec, place),
        patches: read_patches(spec, place),
        deploys: Some(path),
        opens_sealed: spec.get("decryption").is_some(),
        post_build: PostBuild::read(
            spec,
            metadata("name").unwrap_or_default(),
            metadata("namespace"),
        ),
        ..Kustomization::default()
    })
}

fn argo(
    source: &Node<'_>,
    namespace: Option<&str>,
    position: usize,
    place: &Place,
) -> Option<Kustomization> {
    let path = member(source, "path")?;
    let options = source.get("kustomize");
    let text = |name: &str| options.and_then(|options| member(options, name));
    let images = options.map(|options| options.items_of("images")).unwrap_or_default();
    let image = |node: &Node<'_>| Some(ImageChange::read_argo(node.string()?, place.of(node)));
    Some(Kustomization {
        place: place.clone(),
        key: format!("{place}#{position}"),
        namespace: text("namespace"),
        prefix: text("namePrefix").unwrap_or_default(),
        suffix: text("nameSuffix").unwrap_or_default(),
        images: images.iter().filter_map(image).collect(),
        base: path.trim_start_matches("./").to_owned(),
        components: options.map(|options| texts(options, "components")).unwrap_or_default(),
        patches: options.map(|options| read_patches(options, place)).unwrap_or_default(),
        // `kubectl apply --namespace` is what it comes to for objects without a namespace.
        default_namespace: namespace.map(str::to_owned),
        deploys: Some(path),
        directory: Directory::read(source),
        ..Kustomization::default()
    })
}

/// Tells whether an object changes anything of what it applies.
pub(super) fn changes_something(one: &Kustomization) -> bool {
    edits(one) || one.default_namespace.is_some() || one.post_build.is_some()
}

/// Tells whether an object changes anything before kustomize builds what it applies.
fn edits(one: &Kustomization) -> bool {
    one.namespace.is_some()
        || !one.prefix.is_empty()
        || !one.suffix.is_empty()
        || !one.components.is_empty()
        || !one.images.is_empty()
        || !one.patches.is_empty()
}

/// Returns what an object makes of the kustomization of the folder that it applies, where that is
/// anything: what it says goes into that file before kustomize builds it, and is no layer above.
pub(super) fn edited(own: &Kustomization, object: &Kustomization) -> Option<Kustomization> {
    if !edits(object) {
        return None;
    }
    let mut edited = own.clone();
    edited.key.clone_from(&object.key);
    edited.default_namespace.clone_from(&object.default_namespace);
    edited.post_build.clone_from(&object.post_build);
    if object.namespace.is_some() {
        edited.namespace.clone_from(&object.namespace);
    }
    let affixes = [(&mut edited.prefix, &object.prefix), (&mut edited.suffix, &object.suffix)];
    for (own, given) in affixes.into_iter().filter(|(_, given)| !given.is_empty()) {
        own.clone_from(given);
    }
    edited.components.extend_from_slice(&object.components);
    edited.patches.extend_from_slice(&object.patches);
    edited.patches.sort_by_key(|patch| patch.list);
    ImageChange::merge_all(&mut edited.images, &object.images);
    Some(edited)
}

/// Finds the folder that an object in `file` means by a path from the top of its repository.
///
/// The files may be those of another one, so the outermost folder that makes the path exist is taken for
/// its top, that of this one before all others. One that is the top itself, as in the repository of a
/// program that is installed, is none of these.
pub(super) fn deployed_folder(
    file: &str,
    path: &str,
    files: &BTreeSet<String>,
    base: &Base,
) -> Option<String> {
    let from_top = join("", path.trim_start_matches('/'));
    if from_top.is_empty() {
        return None;
    }
    // Of a folder above the base, only a part has names that begin with its own.
    let here = Some(base.name_of(path)).filter(|folder| file_name(folder) != "..");
    let elsewhere = folders_above(file).map(|top| join(top, &from_top));
    let mut folders = here.into_iter().chain(elsewhere);
    folders.find(|folder| files_below(folder, files).next().is_some())
}

pub(super) fn files_below<'f>(
    folder: &str,
    files: &'f BTreeSet<String>,
) -> impl Iterator<Item = &'f String> {
    let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let is_outside = |file: &&String| file.starts_with("../") || file.starts_with('/');
    let is_base = folder.is_empty();
    let range = files.range(start.clone()..).take_while(move |file| file.starts_with(&start));
    range.filter(move |file| !is_base || !is_outside(file))
}
