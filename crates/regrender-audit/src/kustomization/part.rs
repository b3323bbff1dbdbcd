//! Knows what a strategic merge says of one object, its directives included.

use std::sync::Arc;

use super::operation::Marks;
use crate::kind::shape::Shape;
use crate::kind::{
    ACCOUNT, AccountField, Header, Role, Source, Workload, core_pod_path, is_deployer, pod,
    pod_path, shape,
};
use crate::manifest::Node;
use crate::place::Place;

/// The member that holds a directive.
const DIRECTIVE: &str = "$patch";

/// What a strategic merge changes of one object.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Whom it is for, and what is merged.
    pub(crate) workload: Workload,
    pub(super) directives: Directives,
    /// Whether it gives a custom resource a list of volumes, an empty one perhaps.
    pub(super) gives_volumes: bool,
}

/// What is taken away before anything is merged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Directives {
    /// The object is taken out of the tree.
    pub(super) deletes: bool,
    /// The lists that are not merged but given as a whole.
    pub(super) replaced: Vec<List>,
    /// The entries that are taken out of their lists, or lose their image, by name.
    pub(super) removed: Vec<(List, String)>,
    /// The entries that are to be replaced: kustomize leaves those that are there as they are.
    pub(super) kept: Vec<(List, String)>,
    /// The fields by which the pod names no account any more.
    pub(super) cleared_accounts: Vec<AccountField>,
    /// The labels and annotations that are taken away.
    pub(super) unmarked: Vec<(Marks, String)>,
    /// It says something that is not followed.
    pub(super) is_unclear: bool,
    /// Nothing of it takes effect.
    is_lost: bool,
}

/// A list of a pod specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    /// The containers of a role, or the volumes.
    Images(Role),
    PullSecrets,
}

const LISTS: [(&str, List); 5] = [
    ("initContainers", List::Images(Role::Init)),
    ("containers", List::Images(Role::Container)),
    ("ephemeralContainers", List::Images(Role::Ephemeral)),
    ("volumes", List::Images(Role::Volume)),
    ("imagePullSecrets", List::PullSecrets),
];

const ACCOUNTS: [(&str, AccountField); 2] =
    [("serviceAccountName", AccountField::Name), ("serviceAccount", AccountField::Deprecated)];

impl Part {
    /// Reads a document that stands inside another, a patch for instance, as parts of a workload.
    pub(crate) fn read_inline(root: &Node<'_>) -> Vec<Self> {
        let header = Header::of(root, &Place::default().of(root));
        let mut parts = Self::read_all(root, &header, true);
        if parts.is_empty() {
            parts.push(Self::new(header.workload(Source::Custom), root, None));
        }
        parts
    }

    /// Reads an object as what a strategic merge changes of it; nothing where that is nothing at all.
    /// It may have directives or not.
    pub(crate) fn read_all(root: &Node<'_>, header: &Header, may_direct: bool) -> Vec<Self> {
        if header.kind == ACCOUNT && header.group().is_empty() {
            let mut part = header.workload(Source::Core);
            part.pull_secrets = pod::reference_names(root.get("imagePullSecrets"));
            return vec![Self::new(part, root, Some(&[]))];
        }
        if let Some(path) = core_pod_path(header) {
            let pod = root.at(path).map(|spec| pod::read(spec, header));
            let pod = pod.unwrap_or_else(|| header.workload(Source::Core));
            return vec![Self::new(pod, root, Some(path))];
        }
        let part = |workload| Self::new(workload, root, None);
        match shape::read(root, header) {
            Shape::Pulls(found) => {
                let has_more = may_direct || has_volumes(root);
                let part = |one| if has_more { part(one) } else { Self::from(one) };
                let parts = found.workloads.into_iter().map(part);
                if found.takes_away { parts.map(Self::unclear).collect() } else { parts.collect() }
            }
            Shape::Speaks => match shape::pulling(root, header) {
                Some(workload) => vec![part(workload)],
                None => vec![part(header.workload(Source::Custom)).unclear()],
            },
            Shape::Silent if may_direct && directs(root) || has_volumes(root) => {
                vec![part(header.workload(Source::Custom))]
            }
            Shape::Silent => Vec::new(),
        }
    }

    /// Reads what `root` says beyond what is merged; `pod` is the way to the pod specification, or
    /// `None` where the object is no pod of Kubernetes itself.
    pub(crate) fn new(mut workload: Workload, root: &Node<'_>, pod: Option<&[&str]>) -> Self {
        let mut directives = Directives::default();
        if directive(root) == Some("replace") {
            // kustomize loses what it makes of such a patch, and leaves the object as it is.
            empty(&mut workload);
            workload.metadata = Arc::default();
            directives.is_lost = true;
            return Self { workload, directives, gives_volumes: false };
        }
        match pod {
            Some(path) => directives.take_pod(root, path, &mut workload),
            None => directives.is_unclear = root.members().iter().any(|(_, one)| directs(one)),
        }
        directives.deletes = directive(root) == Some("delete");
        for (member, marks) in [("labels", Marks::Labels), ("annotations", Marks::Annotations)] {
            let all = root.at(&["metadata", member]).map(Node::members).unwrap_or_default();
            let gone = all.into_iter().filter(|(_, value)| value.is_null());
            directives.unmarked.extend(gone.map(|(key, _)| (marks, key.text.to_string())));
        }
        let gives_volumes = pod.is_none() && has_volumes(root);
        Self { workload, directives, gives_volumes }
    }

    /// Returns the way to the pod specification that it is about; `None` where that is not known.
    pub(super) fn pod(&self) -> Option<&'static [&'static str]> {
        match &*self.workload.kind {
            _ if self.workload.source != Source::Core => None,
            ACCOUNT => Some(&[]),
            kind => pod_path(kind),
        }
    }

    /// Returns the ways to what it says of pods, as kinds of Kubernetes itself would have it there.
    pub(super) fn core_pods(&self) -> &[&'static [&'static str]] {
        &self.workload.core_pods
    }

    /// Tells whether it is for what may make pods.
    pub(crate) fn makes_pods(&self) -> bool {
        self.workload.kind != ACCOUNT && !is_deployer(&self.workload.written())
    }

    /// Tells whether it says nothing but what is merged.
    pub(crate) fn is_plain(&self) -> bool {
        self.directives == Directives::default()
    }

    /// Adds that it changes something that is not followed.
    pub(crate) fn unclear(mut self) -> Self {
        self.directives.is_unclear = true;
        self
    }
}

impl From<Workload> for Part {
    fn from(workload: Workload) -> Self {
        Self { workload, directives: Directives::default(), gives_volumes: false }
    }
}

impl Directives {
    /// Tells whether it takes anything away that is pulled, or pulled with.
    pub(super) fn takes_away(&self) -> bool {
        let is_nothing = self.replaced.is_empty() && self.removed.is_empty();
        !is_nothing || !self.cleared_accounts.is_empty()
    }

    fn take_pod(&mut self, root: &Node<'_>, path: &[&str], workload: &mut Workload) {
        let mut node = Some(root);
        for step in path.iter().map(Some).chain([None]) {
            let Some(here) = node else { return };
            if here.is_null() || directive(here).is_some() {
                self.replaced = LISTS.map(|(_, list)| list).to_vec();
                self.cleared_accounts = ACCOUNTS.map(|(_, field)| field).to_vec();
            }
            if directive(here) == Some("delete") {
                empty(workload);
            }
            let Some(step) = step else { break };
            node = here.get(step);
        }
        let Some(pod) = node else { return };
        for (name, list) in LISTS {
            let Some(found) = pod.get(name) else { continue };
            let whole = directive_of_list(found);
            // The list of an account, whose pod is the object itself, is always given as a whole.
            let is_emptied = path.is_empty() && found.items().is_empty();
            if found.is_null() || whole.is_some() || is_emptied {
                self.replaced.push(list);
            }
            if whole == Some("delete") {
                list.empty(workload);
            }
            for item in found.items() {
                let entries = match directive(item) {
                    Some("delete") => &mut self.removed,
                    Some("replace") => &mut self.kept,
                    _ if loses_image(item) => &mut self.removed,
                    _ => continue,
                };
                let name = item.get("name").and_then(Node::scalar).unwrap_or_default();
                entries.push((list, name.to_owned()));
            }
        }
        let is_cleared = |name: &Node<'_>| name.scalar().is_none_or(str::is_empty);
        let cleared = ACCOUNTS.iter().filter(|(name, _)| pod.get(name).is_some_and(is_cleared));
        self.cleared_accounts.extend(cleared.map(|(_, field)| *field));
    }
}

impl List {
    /// Takes everything out of a workload's list.
    fn empty(self, workload: &mut Workload) {
        match self {
            Self::Images(role) => workload.images.retain(|one| one.role != role),
            Self::PullSecrets => workload.pull_secrets.clear(),
        }
    }
}

/// Tells whether an entry of a list has its image taken away.
fn loses_image(item: &Node<'_>) -> bool {
    let image = item.get("image");
    let nodes = [image, image.and_then(|image| image.get("reference"))];
    nodes.into_iter().flatten().any(Node::is_null)
}

/// Takes everything away that a workload's pods are made from.
fn empty(workload: &mut Workload) {
    workload.images.clear();
    workload.pull_secrets.clear();
    workload.service_account = None;
}

/// Returns the directive for a list as a whole, which is an item of its own. Behind an item with a
/// directive of its own, kustomize takes each for `replace`.
fn directive_of_list<'n>(list: &'n Node<'_>) -> Option<&'n str> {
    let is_alone = |one: &Node<'_>| one.members().len() == 1;
    let mut directed = list.items().iter().filter(|one| one.get(DIRECTIVE).is_some());
    let first = directed.next()?;
    if is_alone(first) { directive(first) } else { directed.any(is_alone).then_some("replace") }
}

/// Tells whether a custom resource lists volumes where its pods may be, or says that there are none.
pub(crate) fn has_volumes(root: &Node<'_>) -> bool {
    let pods = [root.get("spec"), root.at(&["spec", "template", "spec"])];
    pods.into_iter().flatten().any(|pod| pod.get("volumes").is_some())
}

/// Tells whether a node or anything below it has a directive.
pub(crate) fn directs(node: &Node<'_>) -> bool {
    is_directed(node)
        || node.items().iter().any(directs)
        || node.members().iter().any(|(_, value)| directs(value))
}

/// Tells whether a node itself has a directive.
pub(crate) fn is_directed(node: &Node<'_>) -> bool {
    directive(node).is_some()
}

fn directive<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    node.get(DIRECTIVE).and_then(Node::string).filter(|text| *text != "merge")
}
