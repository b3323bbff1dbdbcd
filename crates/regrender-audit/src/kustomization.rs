//! Knows what a `kustomization.yaml` says, as far as namespaces, names, images and pull secrets go.

mod deployer;
mod object;
mod patch;
mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use regrender_image::PullSecret;

pub(crate) use self::deployer::read_deployers;
use self::patch::{Body, Patch, read_patches};
pub(crate) use self::patch::{Change, Operation, read_operations};
pub(crate) use self::tree::Kustomizations;
use crate::inventory::{ImageUse, Role, Secret, SecretState, Source, Workload};
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
    images: Vec<ImageChange>,
    patches: Vec<Patch>,
    secrets: Vec<GeneratedSecret>,
}

/// One entry of `images:`.
#[derive(Clone, Debug)]
pub(crate) struct ImageChange {
    name: String,
    new_name: Option<String>,
    new_tag: Option<String>,
    digest: Option<String>,
    place: Place,
}

#[derive(Clone, Debug)]
struct GeneratedSecret {
    name: String,
    kind: String,
    place: Place,
}

impl Kustomization {
    /// Lists the files that its patches stand in.
    pub(crate) fn patch_files(&self) -> impl Iterator<Item = String> {
        self.patches.iter().filter_map(|patch| match &patch.body {
            Body::File(path) => Some(join(&self.base, path)),
            Body::Inline(_) => None,
        })
    }

    /// Returns the entries of `images:` as if they were images of a workload.
    pub(crate) fn images_as_workload(&self) -> Option<Workload> {
        let images: Vec<ImageUse> = self.images.iter().map(ImageChange::as_use).collect();
        (!images.is_empty()).then(|| Workload {
            kind: "Kustomization".to_owned(),
            api_version: String::new(),
            namespace: self.namespace.clone(),
            name: self.base.clone(),
            service_account: None,
            pull_secrets: Vec::new(),
            images,
            keeps_namespace: false,
            source: Source::KustomizeImages,
            place: self.place.clone(),
            renderings: Vec::new(),
        })
    }

    /// Lists the Secrets that the build generates.
    pub(crate) fn generated_secrets(&self) -> Vec<Secret> {
        let secret = |one: &GeneratedSecret| Secret {
            namespace: None,
            name: one.name.clone(),
            written_name: one.name.clone(),
            kind: one.kind.clone(),
            state: SecretState::Generated,
            content: PullSecret {
                name: one.name.clone(),
                kind: one.kind.clone(),
                data: BTreeMap::new(),
            },
            bad_keys: Vec::new(),
            expires_at: None,
            is_live: false,
            place: one.place.clone(),
            renderings: Vec::new(),
        };
        self.secrets.iter().map(secret).collect()
    }
}

impl ImageChange {
    fn as_use(&self) -> ImageUse {
        ImageUse {
            role: Role::Container,
            container: self.name.clone(),
            image: self.apply(&self.name),
            place: self.place.clone(),
        }
    }

    /// Tells whether the entry is about the repository of `image`.
    fn is_about(&self, image: &str) -> bool {
        split_image(image).0 == self.name
    }

    /// Returns what kustomize makes of `image`.
    fn apply(&self, image: &str) -> String {
        let (name, tag, digest) = split_image(image);
        let name = self.new_name.as_deref().unwrap_or(name);
        let (tag, digest) = match (self.new_tag.as_deref(), self.digest.as_deref()) {
            (None, None) => (tag, digest),
            changed => changed,
        };
        let mut changed = name.to_owned();
        if let Some(tag) = tag {
            changed.push(':');
            changed.push_str(tag);
        }
        if let Some(digest) = digest {
            changed.push('@');
            changed.push_str(digest);
        }
        changed
    }
}

/// Splits an image into name, tag and digest, valid or not.
fn split_image(image: &str) -> (&str, Option<&str>, Option<&str>) {
    let (named, digest) = match image.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (image, None),
    };
    let last = named.rsplit('/').next().unwrap_or(named);
    let tag = last.split_once(':').map(|(_, tag)| tag);
    let name = tag.and_then(|tag| named.strip_suffix(tag)?.strip_suffix(':'));
    (name.unwrap_or(named), tag, digest)
}

/// Tells whether a document is a kustomization: by the name of its file, which is all that counts.
pub(crate) fn is_kustomization(path: &str, root: &Node<'_>) -> bool {
    matches!(file_name(path), "kustomization.yaml" | "kustomization.yml" | "Kustomization")
        && root.is_mapping()
        && root.get("spec").is_none()
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
        default_namespace: None,
        is_component: text("kind") == "Component",
        namespace: Some(text("namespace")).filter(|name| !name.is_empty()),
        prefix: text("namePrefix"),
        suffix: text("nameSuffix"),
        resources,
        components: texts(root, "components"),
        generators: texts(root, "generators"),
        images: root.items_of("images").iter().filter_map(|node| image(node, &place)).collect(),
        patches: read_patches(root, &place),
        secrets: root
            .items_of("secretGenerator")
            .iter()
            .map(|node| GeneratedSecret {
                name: member(node, "name").unwrap_or_default(),
                kind: member(node, "type").unwrap_or_default(),
                place: place.of(node),
            })
            .collect(),
    }
}

fn image(node: &Node<'_>, place: &Place) -> Option<ImageChange> {
    Some(ImageChange {
        name: member(node, "name")?,
        new_name: member(node, "newName"),
        new_tag: member(node, "newTag"),
        digest: member(node, "digest"),
        place: place.of(node),
    })
}

fn texts(root: &Node<'_>, name: &str) -> Vec<String> {
    root.items_of(name).iter().filter_map(Node::string).map(str::to_owned).collect()
}

fn member(node: &Node<'_>, name: &str) -> Option<String> {
    node.get(name).and_then(Node::scalar).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(new_name: Option<&str>, new_tag: Option<&str>, digest: Option<&str>) -> ImageChange {
        ImageChange {
            name: "a.io/app".to_owned(),
            new_name: new_name.map(str::to_owned),
            new_tag: new_tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
            place: Place { file: Arc::from("k"), document: 0, line: 1, column: 1 },
        }
    }

    #[test]
    fn image_names_are_compared_without_tag_and_digest() {
        let change = change(None, Some("2"), None);
        for image in ["a.io/app", "a.io/app:1", "a.io/app@sha256:00", "a.io/app:1@sha256:00"] {
            assert!(change.is_about(image), "{image}");
        }
        assert!(!change.is_about("a.io/app2"));
        assert!(!change.is_about("a.io:5000/app"));
    }

    #[test]
    fn name_tag_and_digest_change_as_kustomize_changes_them() {
        assert_eq!(change(Some("b.io/x"), None, None).apply("a.io/app:1"), "b.io/x:1");
        assert_eq!(change(None, Some("2"), None).apply("a.io/app@sha256:00"), "a.io/app:2");
        assert_eq!(change(None, None, Some("sha256:11")).apply("a.io/app:1"), "a.io/app@sha256:11");
    }
}
