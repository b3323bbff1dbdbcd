//! Knows the images, the account and the pull secrets of a pod specification.

use super::{AccountField, Filling, Header, ImageUse, Lists, Role, Source, Workload};
use crate::manifest::Node;
use crate::place::Place;

/// The members of a pod specification that list containers.
pub(super) const CONTAINERS: [(&str, Role); 3] = [
    ("initContainers", Role::Init),
    ("containers", Role::Container),
    ("ephemeralContainers", Role::Ephemeral),
];

/// Reads the pod specification of an object.
pub(crate) fn read(spec: &Node<'_>, header: &Header) -> Workload {
    let mut workload = header.workload(Source::Core);
    take_account(&mut workload, spec);
    workload.pull_secrets = reference_names(spec.get("imagePullSecrets"));
    workload.images = images(spec, &header.place);
    let is_bare = |container: &Node<'_>| container.get("image").and_then(Node::scalar).is_none();
    workload.lists = Lists {
        names_nothing: spec.get("imagePullSecrets").is_some() && workload.pull_secrets.is_empty(),
        has_bare_container: CONTAINERS
            .iter()
            .any(|(list, _)| spec.items_of(list).iter().any(is_bare)),
    };
    workload
}

/// Tells whether a mapping has a member that a pod is pulled by.
pub(super) fn says_anything(spec: &Node<'_>) -> bool {
    let members = ["volumes", "imagePullSecrets", "serviceAccountName", "serviceAccount"];
    let lists = CONTAINERS.iter().map(|(list, _)| *list);
    members.into_iter().chain(lists).any(|member| spec.get(member).is_some())
}

/// Lists the images of a pod specification: init containers, containers, ephemeral ones, volumes.
pub(super) fn images(spec: &Node<'_>, place: &Place) -> Vec<ImageUse> {
    let mut images = Vec::new();
    for (member, role) in CONTAINERS {
        images.extend(containers(role, spec.get(member), place));
    }
    for volume in spec.items_of("volumes") {
        let reference = volume.at(&["image", "reference"]);
        images.extend(image_use(Role::Volume, volume, reference, place));
    }
    images
}

/// Lists the images of a list of containers.
pub(crate) fn containers(role: Role, list: Option<&Node<'_>>, place: &Place) -> Vec<ImageUse> {
    let items = list.map(Node::items).unwrap_or_default().iter();
    items.filter_map(|one| image_use(role, one, one.get("image"), place)).collect()
}

/// Returns the list of containers that a member of a pod specification is.
pub(crate) fn role_of_list(member: &str) -> Option<Role> {
    CONTAINERS.iter().find(|(name, _)| *name == member).map(|(_, role)| *role)
}

/// Reads the account that a pod specification names, by either of the two fields or by both.
fn take_account(workload: &mut Workload, spec: &Node<'_>) {
    let named = |member: &str| {
        spec.get(member).and_then(Node::scalar).filter(|name| !name.is_empty()).map(str::to_owned)
    };
    workload.service_account = named("serviceAccountName");
    workload.spare_account = named("serviceAccount");
    if workload.service_account.is_none() {
        workload.service_account = workload.spare_account.take();
        workload.account_field = AccountField::Deprecated;
    }
}

/// Lists the names of a list of references; an entry without a name has an empty one.
pub(crate) fn reference_names(list: Option<&Node<'_>>) -> Vec<String> {
    let name = |item: &Node<'_>| item.get("name").and_then(Node::scalar).map(str::to_owned);
    list.into_iter().flat_map(references).map(|item| name(item).unwrap_or_default()).collect()
}

/// Lists the names of a list of references or of plain names, as charts and custom resources have.
pub(super) fn plain_names(list: &Node<'_>) -> Vec<String> {
    let name = |item: &Node<'_>| {
        item.string().or_else(|| item.get("name")?.scalar()).unwrap_or_default().to_owned()
    };
    references(list).map(name).collect()
}

/// What has a directive is no reference: in a patch it takes others out.
fn references<'n, 'a>(list: &'n Node<'a>) -> impl Iterator<Item = &'n Node<'a>> {
    list.items().iter().filter(|item| item.get("$patch").is_none())
}

impl ImageUse {
    /// Reads a container, wherever it stands.
    pub(crate) fn of_container(role: Role, container: &Node<'_>) -> Option<Self> {
        image_use(role, container, container.get("image"), &Place::default())
    }

    /// Reads a volume or a list of them.
    pub(crate) fn of_volumes(value: &Node<'_>) -> Vec<Self> {
        let all = if value.is_mapping() { std::slice::from_ref(value) } else { value.items() };
        let read = |one: &Node<'_>| {
            image_use(Role::Volume, one, one.at(&["image", "reference"]), &Place::default())
        };
        all.iter().filter_map(read).collect()
    }
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
        in_list: true,
        filling: Filling::Open,
        place: place.of(node),
    })
}
