//! Knows what a `kustomization.yaml` says, as far as namespaces, names, images and pull secrets go.

mod application_set;
mod deployer;
mod directory;
mod entry;
mod expansion;
mod glob;
mod image_change;
mod object;
mod operation;
mod part;
mod patch;
mod post_build;
mod replacement;
mod selector;
mod step;
mod target;
mod transformer;
mod tree;
mod variable_source;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use self::application_set::ReadFile;
use self::application_set::{ApplicationSet, Filling, Repository, folders_of};
pub(crate) use self::deployer::read_deployers;
use self::directory::Directory;
pub use self::entry::{Entry, EntryKind, Fault};
use self::image_change::ImageChange;
pub(crate) use self::operation::{Located, read_operations};
pub(crate) use self::part::{Part, directs, is_directed};
use self::patch::{Body, Patch, read_patches};
pub(crate) use self::patch::{Change, speaks_of_variables};
use self::post_build::PostBuild;
pub(crate) use self::post_build::VariableSource;
use self::replacement::read_replacements;
pub(crate) use self::replacement::{Replacement, read_replacement_file};
pub(crate) use self::transformer::Transformer;
use self::transformer::read_transformers;
pub(crate) use self::tree::{Kustomizations, Rendered};
pub(crate) use self::variable_source::text_of_config_maps;
use crate::kind::{ImageUse, Secret, SecretState, Source, Workload, Written};
use crate::manifest::Node;
use crate::place::{Place, file_name, folder_of, join};

/// What one kustomization says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kustomization {
    pub(crate) place: Place,
    /// What tells it from every other: its folder, unless it is an object in the cluster.
    key: String,
    /// The folder that its paths are relative to.
    base: String,
    /// The path that it applies, where it is an object of Flux or Argo CD.
    deploys: Option<String>,
    /// That object, as patches find it.
    object: Option<Arc<Workload>>,
    /// Whether it opens what is sealed in that path.
    opens_sealed: bool,
    /// What makes several of it, each with something else filled in.
    set: Option<Arc<ApplicationSet>>,
    /// What of a folder without a kustomization it applies.
    directory: Directory,
    /// The namespace of what has none.
    default_namespace: Option<String>,
    pub(crate) is_component: bool,
    pub(crate) namespace: Option<String>,
    prefix: String,
    suffix: String,
    /// Files and folders, relative to its own folder.
    resources: Vec<String>,
    components: Vec<String>,
    generators: Vec<String>,
    /// Whether it brings objects that are not at hand: those of charts, or of generators of its own.
    brings_unseen: bool,
    /// What of all that it names kustomize looks for beside it.
    entries: Vec<Entry>,
    images: Vec<ImageChange>,
    patches: Vec<Patch>,
    replacements: Vec<Replacement>,
    transformers: Vec<Transformer>,
    /// Where it says of which further fields names and images are.
    configurations: Option<Place>,
    secrets: Vec<GeneratedSecret>,
    /// The labels and annotations that everything gets.
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    /// What Flux fills in when everything is built.
    post_build: Option<PostBuild>,
}

#[derive(Clone, Debug)]
struct GeneratedSecret {
    namespace: Option<String>,
    name: String,
    kind: String,
    place: Place,
}

impl Kustomization {
    /// Lists its patches.
    fn patches(&self) -> impl Iterator<Item = &Patch> {
        let transformers = self.transformers.iter().filter_map(|one| one.same.as_ref());
        self.patches.iter().chain(transformers.flat_map(|one| &one.patches))
    }

    /// Lists the files that its patches stand in.
    pub(crate) fn patch_files(&self) -> impl Iterator<Item = String> {
        self.patches().filter_map(|patch| match &patch.body {
            Body::File(path) => Some(join(&self.base, path)),
            Body::Inline { .. } => None,
        })
    }

    /// Returns those that its set makes: one for each of the fillings.
    fn made_by_set(&self, fillings: &[Filling]) -> Vec<Self> {
        let made = fillings.iter().enumerate().map(|(position, filling)| {
            let mut one = self.clone();
            one.key = format!("{}#{position}", self.key);
            let named = [&mut one.deploys, &mut one.namespace, &mut one.default_namespace];
            let named = named.into_iter().flatten();
            let plain = [&mut one.base, &mut one.prefix, &mut one.suffix].into_iter();
            named.chain(plain).chain(&mut one.components).for_each(|text| filling.fill(text));
            one.images.iter_mut().flat_map(ImageChange::texts).for_each(|text| filling.fill(text));
            one.directory.fill(filling);
            one.base = one.base.trim_start_matches("./").to_owned();
            one
        });
        made.collect()
    }

    /// Takes in the replacements and transformers that stand in files of their own.
    pub(crate) fn open_files(
        &mut self,
        replacements: &BTreeMap<String, Vec<Replacement>>,
        transformers: &BTreeMap<String, Vec<Transformer>>,
    ) {
        let (base, named) = (&self.base, std::mem::take(&mut self.replacements));
        self.replacements =
            named.into_iter().flat_map(|one| one.opened(base, replacements)).collect();
        let named = std::mem::take(&mut self.transformers);
        self.transformers =
            named.into_iter().flat_map(|one| one.opened(base, transformers)).collect();
    }

    /// Tells whether it has Flux's objects say in which namespace they apply everything.
    fn names_targets(&self) -> bool {
        self.replacements.iter().any(Replacement::names_targets)
    }

    /// Lists the files and folders that it is built from.
    pub(crate) fn named_paths(&self) -> impl Iterator<Item = String> {
        let lists = [&self.resources, &self.components, &self.generators];
        let entries = self.entries.iter().map(|entry| &entry.path);
        let listed = lists.into_iter().flatten().chain(entries);
        listed.map(|path| join(&self.base, path)).chain(self.patch_files())
    }

    /// Lists the folders that it takes as components.
    fn component_folders(&self) -> impl Iterator<Item = String> {
        self.components.iter().map(|path| join(&self.base, path))
    }

    /// Returns the folder that an object of Flux or Argo CD applies, from the top of its repository.
    pub(crate) fn applied_folder(&self) -> Option<&str> {
        self.deploys.as_deref()
    }

    /// Tells whether a patch that stands in it may give variables to Kustomizations of Flux.
    fn gives_variables(&self) -> bool {
        self.patches.iter().any(|patch| patch.gives_variables)
    }

    /// Returns the entries of `images:` as if they were images of a workload.
    pub(crate) fn images_as_workload(&self) -> Option<Workload> {
        let images: Vec<ImageUse> = self.images.iter().map(ImageChange::as_use).collect();
        let written = Written {
            kind: "Kustomization",
            api_version: "",
            namespace: self.namespace.as_deref(),
            name: &self.base,
        };
        let workload = Workload::new(written, Source::KustomizeImages, &self.place);
        (!images.is_empty()).then_some(Workload { images, ..workload })
    }

    /// Lists the Secrets that the build generates.
    pub(crate) fn generated_secrets(&self) -> Vec<Secret> {
        let secret = |one: &GeneratedSecret| {
            let namespace = one.namespace.clone();
            Secret::new(namespace, &one.name, &one.kind, SecretState::Generated, &one.place)
        };
        self.secrets.iter().map(secret).collect()
    }
}

/// Does to the images of a `HelmRelease` what Flux has kustomize do to what comes of its chart. Of what the
/// values do not name, the chart may have it.
pub(crate) fn post_render(release: &mut Workload, root: &Node<'_>, place: &Place) {
    let renderers = root.at(&["spec", "postRenderers"]).map(Node::items).unwrap_or_default();
    for kustomize in renderers.iter().filter_map(|one| one.get("kustomize")) {
        for change in images(kustomize, place) {
            let meant = |image: &&mut ImageUse| change.is_about(&image.image);
            let mut changed = release.images.iter_mut().filter(meant).peekable();
            if changed.peek().is_some() {
                changed.for_each(|image| change.change(image));
            } else {
                release.images.push(ImageUse { in_list: false, ..change.as_use() });
            }
        }
    }
}

/// The names by which kustomize knows a kustomization.
pub const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The members of a kustomization that list charts to render.
const CHARTS: [&str; 2] = ["helmCharts", "helmChartInflationGenerator"];

/// Tells whether a document is a kustomization: by the name of its file, which is all that counts.
pub(crate) fn is_kustomization(path: &str, root: &Node<'_>) -> bool {
    KUSTOMIZATIONS.contains(&file_name(path)) && root.is_mapping() && root.get("spec").is_none()
}

/// Reads a kustomization.
pub(crate) fn read(path: &Arc<str>, document: usize, root: &Node<'_>) -> Kustomization {
    let place = Place { file: Arc::clone(path), document, ..Place::default() }.of(root);
    let text = |name: &str| root.get(name).and_then(Node::scalar).unwrap_or_default().to_owned();
    let mut resources = texts(root, "resources");
    resources.extend(texts(root, "bases"));
    let folder = join(folder_of(path), "");
    Kustomization {
        place: place.clone(),
        key: folder.clone(),
        base: folder,
        deploys: None,
        object: None,
        opens_sealed: false,
        set: None,
        directory: Directory::default(),
        default_namespace: None,
        is_component: text("kind") == "Component",
        namespace: Some(text("namespace")).filter(|name| !name.is_empty()),
        prefix: text("namePrefix"),
        suffix: text("nameSuffix"),
        resources,
        components: texts(root, "components"),
        generators: texts(root, "generators"),
        brings_unseen: CHARTS.iter().any(|member| !root.items_of(member).is_empty()),
        entries: Entry::read_all(root, &place),
        images: images(root, &place),
        patches: read_patches(root, &place),
        replacements: read_replacements(root, &place),
        transformers: read_transformers(root, &place),
        configurations: root.items_of("configurations").first().map(|node| place.of(node)),
        secrets: root
            .items_of("secretGenerator")
            .iter()
            .map(|node| GeneratedSecret {
                namespace: member(node, "namespace"),
                name: member(node, "name").unwrap_or_default(),
                kind: member(node, "type").unwrap_or_default(),
                place: place.of(node),
            })
            .collect(),
        labels: labels(root),
        annotations: root.get("commonAnnotations").map(Node::texts).unwrap_or_default(),
        post_build: None,
    }
}

/// Reads the labels that everything gets; of several the last count, and `commonLabels` after all.
fn labels(root: &Node<'_>) -> BTreeMap<String, String> {
    let pairs = root.items_of("labels").iter().filter_map(|one| one.get("pairs"));
    pairs.chain(root.get("commonLabels")).flat_map(Node::texts).collect()
}

fn images(root: &Node<'_>, place: &Place) -> Vec<ImageChange> {
    let entries = root.items_of("images").iter();
    entries.filter_map(|node| ImageChange::read(node, place.of(node))).collect()
}

fn texts(root: &Node<'_>, name: &str) -> Vec<String> {
    root.items_of(name).iter().filter_map(Node::string).map(str::to_owned).collect()
}

fn member(node: &Node<'_>, name: &str) -> Option<String> {
    node.get(name).and_then(Node::scalar).filter(|text| !text.is_empty()).map(str::to_owned)
}
