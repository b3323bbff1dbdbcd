//! Knows the images, the account and the pull secrets of a pod specification.

use super::object::Header;
use super::{ImageUse, Role, Source, Workload};
use crate::manifest::Node;
use crate::place::Place;

/// The members of a pod specification that list containers.
pub(super) const CONTAINERS: [(&str, Role); 3] = [
    ("initContainers", Role::Init),
    ("containers", Role::Container),
    ("ephemeralContainers", Role::Ephemeral),
];

/// Reads the pod specification of an object.
pub(super) fn read(spec: &Node<'_>, header: &Header) -> Workload {
    let mut workload = header.workload(Source::Core);
    workload.service_account = service_account(spec);
    workload.pull_secrets = reference_names(spec.get("imagePullSecrets"));
    workload.images = images(spec, &header.place);
    workload
}

/// Lists the images of a pod specification: init containers, containers, ephemeral ones, volumes.
pub(super) fn images(spec: &Node<'_>, place: &Place) -> Vec<ImageUse> {
    let mut images = Vec::new();
    for (member, role) in CONTAINERS {
        for container in spec.items_of(member) {
            images.extend(image_use(role, container, container.get("image"), place));
        }
    }
    for volume in spec.items_of("volumes") {
        let reference = volume.at(&["image", "reference"]);
        images.extend(image_use(Role::Volume, volume, reference, place));
    }
    images
}

/// Returns the account that a pod specification names, by either of its two fields.
pub(super) fn service_account(spec: &Node<'_>) -> Option<String> {
    let named = |member: &str| {
        spec.get(member).and_then(Node::scalar).filter(|name| !name.is_empty()).map(str::to_owned)
    };
    named("serviceAccountName").or_else(|| named("serviceAccount"))
}

/// Lists the names of a list of references; an entry without a name has an empty one.
pub(crate) fn reference_names(list: Option<&Node<'_>>) -> Vec<String> {
    let items = list.map(Node::items).unwrap_or_default();
    let name =
        |item: &Node<'_>| item.get("name").and_then(Node::scalar).unwrap_or_default().to_owned();
    items.iter().map(name).collect()
}

fn image_use(
    role: Role,
    owner: &Node<'_>,
    image: Option<&Node<'_>>,
    place: &Place,
) -> Option<ImageUse> {
    let node = image?;
    Some(ImageUse {
        role,
        container: owner.get("name").and_then(Node::scalar).unwrap_or_default().to_owned(),
        image: node.scalar()?.to_owned(),
        place: place.of(node),
    })
}
