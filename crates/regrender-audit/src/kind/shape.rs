//! Knows how to find images in custom resources: by shape, not by kind.

use super::image::{self, is_image_key};
use super::{AccountField, Filling, Header, ImageUse, Role, Source, Workload, core_pods, pod};
use crate::manifest::Node;
use crate::place::Place;

/// Kinds whose `image` is not one that a pod pulls.
const SKIPPED: [&str; 16] = [
    "BuildConfig",
    "ClusterPolicy",
    "ConfigMap",
    "CustomResourceDefinition",
    "ImageContentSourcePolicy",
    "ImagePolicy",
    "ImageRepository",
    "ImageStream",
    "ImageStreamTag",
    "ImageTagMirrorSet",
    "ImageUpdateAutomation",
    "MutatingWebhookConfiguration",
    "NodePool",
    "Policy",
    "ValidatingAdmissionPolicy",
    "ValidatingWebhookConfiguration",
];

/// What the images below a mapping are pulled with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Surroundings {
    service_account: Option<String>,
    account_field: AccountField,
    pull_secrets: Vec<String>,
}

impl Surroundings {
    /// Makes a custom resource whose images are pulled with them, and has none yet.
    fn workload(&self, header: &Header) -> Workload {
        Workload {
            service_account: self.service_account.clone(),
            account_field: self.account_field,
            pull_secrets: self.pull_secrets.clone(),
            ..header.workload(Source::Custom)
        }
    }
}

/// What an object of any kind pulls.
pub(crate) struct Found {
    /// The images, by what they are pulled with.
    pub(crate) workloads: Vec<Workload>,
    /// Whether it also says that something is not pulled, as a patch can.
    pub(crate) takes_away: bool,
}

/// What the shape of an object tells.
pub(crate) enum Shape {
    /// It pulls images.
    Pulls(Found),
    /// It pulls none, and says how others are pulled.
    Speaks,
    /// It says nothing of images.
    Silent,
}

/// Reads the images of an object of any kind.
pub(crate) fn read(root: &Node<'_>, header: &Header) -> Shape {
    if SKIPPED.contains(&&*header.kind) || header.group() == "constraints.gatekeeper.sh" {
        return Shape::Silent;
    }
    let mut walk = Walk::new(header);
    walk.mapping(root, &Surroundings::default(), Role::Container, "");
    let Walk { found: mut workloads, speaks, takes_away, .. } = walk;
    let pods_differ = pods_differ(root, header);
    for workload in &mut workloads {
        workload.core_pods = core_pods(root);
        if pods_differ {
            workload.pods_differ = true;
            workload.service_account = None;
            workload.pull_secrets.clear();
        }
    }
    match workloads.is_empty() {
        false => Shape::Pulls(Found { workloads, takes_away }),
        true if speaks || takes_away => Shape::Speaks,
        true => Shape::Silent,
    }
}

/// Tells whether a run of Tekton says for single tasks how their pods pull.
fn pods_differ(root: &Node<'_>, header: &Header) -> bool {
    let of_task =
        ["serviceAccountName", "podTemplate", "taskServiceAccountName", "taskPodTemplate"];
    let differs = |task: &Node<'_>| of_task.iter().any(|member| task.get(member).is_some());
    let tasks = || root.at(&["spec", "taskRunSpecs"]).map(Node::items).unwrap_or_default();
    header.kind == "PipelineRun" && tasks().iter().any(differs)
}

/// Reads the images of a value that a patch puts somewhere into an object, at a path of keys.
pub(crate) fn read_value(value: &Node<'_>, path: &str) -> Vec<ImageUse> {
    let header = Header::of(value, &Place::default());
    let mut walk = Walk::new(&header);
    walk.value(value, &Surroundings::default(), Role::Container, path);
    walk.found.into_iter().flat_map(|one| one.images).collect()
}

/// Reads what an object says of how to pull, for all that it pulls; `None` where that is not clear.
pub(crate) fn pulling(root: &Node<'_>, header: &Header) -> Option<Workload> {
    let mut paths = Vec::new();
    let mut rest = vec![(String::new(), root)];
    while let Some((path, node)) = rest.pop() {
        if takes_away(node) {
            return None;
        }
        let own = surroundings(node, &Surroundings::default());
        if own != Surroundings::default() {
            paths.push((path.clone(), own));
        }
        let members = node.members().into_iter();
        rest.extend(members.map(|(key, value)| (join(&path, &key.text), value)));
        rest.extend(node.items().iter().map(|item| (format!("{path}[]"), item)));
    }
    let [(path, said)] = paths.as_slice() else {
        return None;
    };
    let workload = Workload { core_pods: core_pods(root), ..said.workload(header) };
    matches!(&**path, "spec" | "spec.template.spec").then_some(workload)
}

struct Walk<'h> {
    header: &'h Header,
    found: Vec<Workload>,
    /// Whether an account or a pull secret is named anywhere.
    speaks: bool,
    /// Whether anything says that something is not pulled, or not pulled with.
    takes_away: bool,
}

impl<'h> Walk<'h> {
    fn new(header: &'h Header) -> Self {
        Self { header, found: Vec::new(), speaks: false, takes_away: false }
    }

    fn mapping(&mut self, node: &Node<'_>, outer: &Surroundings, role: Role, path: &str) {
        let inner = surroundings(node, outer);
        self.speaks |= inner != *outer;
        self.takes_away |= takes_away(node);
        let has_lists = is_pod(node);
        if has_lists {
            let images = pod::images(node, &self.header.place);
            self.add(&inner, images);
        }
        for (key, value) in node.members() {
            let in_pod = key.text == "volumes"
                || pod::CONTAINERS.iter().any(|(member, _)| *member == key.text);
            if matches!(&*key.text, "metadata" | "status") && path.is_empty() || has_lists && in_pod
            {
                continue;
            }
            let path = join(path, &key.text);
            if let Some(found) = image::of_member(node, key, value) {
                let container = match node.get("name").and_then(Node::scalar) {
                    Some(name) if is_image_key(&key.text) => name.to_owned(),
                    _ => path,
                };
                let place = self.header.place.of(found.node);
                let image = ImageUse {
                    role,
                    container,
                    image: found.image,
                    in_list: false,
                    filling: Filling::Open,
                    place,
                };
                self.add(&inner, vec![image]);
            } else {
                let role = pod::CONTAINERS.iter().find(|(member, _)| *member == key.text);
                self.value(value, &inner, role.map_or(Role::Container, |(_, role)| *role), &path);
            }
        }
    }

    fn value(&mut self, node: &Node<'_>, outer: &Surroundings, role: Role, path: &str) {
        if node.is_mapping() {
            self.mapping(node, outer, role, path);
        }
        for item in node.items() {
            self.value(item, outer, role, path);
        }
    }

    fn add(&mut self, surroundings: &Surroundings, images: Vec<ImageUse>) {
        if images.is_empty() {
            return;
        }
        let same = |one: &&mut Workload| {
            one.service_account == surroundings.service_account
                && one.account_field == surroundings.account_field
                && one.pull_secrets == surroundings.pull_secrets
        };
        if let Some(known) = self.found.iter_mut().find(same) {
            known.images.extend(images);
            return;
        }
        self.found.push(Workload { images, ..surroundings.workload(self.header) });
    }
}

/// Tells whether a mapping lists containers, or volumes that hold images, as pods do.
fn is_pod(node: &Node<'_>) -> bool {
    let has_containers = pod::CONTAINERS.iter().any(|(member, _)| {
        node.get(member).is_some_and(|list| list.items().iter().any(Node::is_mapping))
    });
    let holds_image = |volume: &Node<'_>| {
        volume.at(&["image", "reference"]).is_some_and(|image| image.scalar().is_some())
    };
    has_containers || node.items_of("volumes").iter().any(holds_image)
}

/// Tells whether a mapping says that nothing is pulled, or pulled with, as a patch can.
fn takes_away(node: &Node<'_>) -> bool {
    let is_emptied =
        |list: &Node<'_>| list.is_null() || list.is_sequence() && list.items().is_empty();
    let lists = pod::CONTAINERS.iter().map(|(member, _)| *member);
    let mut lists = lists.chain(["imagePullSecrets"]);
    lists.any(|list| node.get(list).is_some_and(is_emptied))
        || node.get("serviceAccountName").is_some_and(Node::is_null)
}

/// Reads account and pull secrets of a mapping, or of the pod template beside its images (Tekton).
fn surroundings(node: &Node<'_>, outer: &Surroundings) -> Surroundings {
    let run = node.get("taskRunTemplate");
    let places = [
        Some(node),
        node.get("podTemplate"),
        run,
        run.and_then(|template| template.get("podTemplate")),
        node.at(&["spec", "podTemplate"]),
    ];
    let mut inner = outer.clone();
    for place in places.into_iter().flatten() {
        if let Some(list) = place.get("imagePullSecrets").filter(|list| list.is_sequence()) {
            inner.pull_secrets = pod::plain_names(list);
        } else if let Some(name) = place.get("imagePullSecret").and_then(Node::string) {
            inner.pull_secrets = vec![name.to_owned()];
        }
        let name = |member| place.get(member).and_then(Node::string);
        if let Some(name) = name("serviceAccountName") {
            inner.service_account = Some(name.to_owned());
            inner.account_field = AccountField::Name;
        }
        let unnamed = name("serviceAccountName").is_none_or(str::is_empty);
        // In other mappings than pods, a field of this name may be anything.
        let deprecated = name("serviceAccount").filter(|_| unnamed && is_pod(place));
        if let Some(name) = deprecated.filter(|name| !name.is_empty()) {
            inner.service_account = Some(name.to_owned());
            inner.account_field = AccountField::Deprecated;
        }
    }
    inner
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
