//! Knows the workloads one by one as they are deployed: one for each tree that renders them.

use crate::inventory::Inventory;
use crate::kind::helm::is_release;
use crate::kind::{AccountField, Doubt, ImageUse, MIRROR, Rendering, Source, Workload};

/// A workload as one tree deploys it.
#[derive(Clone, Debug)]
pub(crate) struct Subject<'i> {
    pub(crate) workload: &'i Workload,
    pub(crate) namespace: Option<String>,
    pub(crate) name: String,
    /// The folder of the outermost kustomization, if there is one.
    pub(crate) root: Option<String>,
    pub(crate) images: Vec<ImageUse>,
    /// What the pods name themselves.
    pub(crate) pull_secrets: Vec<String>,
    pub(crate) service_account: Option<String>,
    /// The field by which they name it.
    pub(crate) account_field: AccountField,
    /// What changes it in a way that is not followed.
    pub(crate) doubt: Option<Doubt>,
}

impl Subject<'_> {
    /// Tells whether a chart decides about accounts and pull secrets, and not this text.
    pub(crate) fn is_open(&self) -> bool {
        let is_of_chart =
            matches!(self.workload.source, Source::HelmValues | Source::KustomizeImages);
        // A patch of a release brings an image that way.
        is_of_chart || is_release(&self.workload.written())
    }

    /// Tells whether it leaves the account of its pods to its controller: a custom resource that holds
    /// no pod specification, only images.
    pub(crate) fn leaves_account_open(&self) -> bool {
        self.workload.source == Source::Custom
            && !self.images.iter().any(|image| image.in_list)
            && !self.workload.runs_as_default()
    }

    /// Tells whether its list of pull secrets is the one that it keeps: an account's list is copied when
    /// a pod is let in, and never to one that mirrors a file of the node.
    pub(crate) fn is_admitted(&self) -> bool {
        self.is_pod() && self.workload.metadata.is_live || self.mirrors_file()
    }

    /// Tells whether it shows what a node runs from a file of its own.
    pub(crate) fn mirrors_file(&self) -> bool {
        self.is_pod() && self.workload.metadata.annotations.contains_key(MIRROR)
    }

    fn is_pod(&self) -> bool {
        self.workload.source == Source::Core && self.workload.kind == "Pod"
    }

    /// Tells whether somebody has to say in which namespace it is.
    pub(crate) fn lacks_namespace(&self) -> bool {
        self.namespace.is_none() && !self.is_open() && !self.workload.is_cluster_wide()
    }

    /// Names the workload for people; with its namespace where several trees render it.
    pub(crate) fn title(&self) -> String {
        let title = match (&*self.workload.kind, &*self.name) {
            ("", _) => "these values".to_owned(),
            (kind, "") => format!("this {kind}"),
            (kind, name) => format!("{kind} `{name}`"),
        };
        match &self.namespace {
            Some(namespace) if self.workload.renderings.len() > 1 => {
                format!("{title} in `{namespace}`")
            }
            _ => title,
        }
    }
}

impl Inventory {
    /// Lists the images that are pulled, as the workloads name them where they are deployed.
    pub fn deployed_images(&self) -> impl Iterator<Item = String> {
        subjects(self).into_iter().flat_map(|subject| subject.images).map(|image| image.image)
    }
}

/// Lists every workload as it is deployed.
///
/// Entries of a kustomization's `images:` that rename an image found elsewhere are left out: the
/// workload shows the outcome.
pub(crate) fn subjects(inventory: &Inventory) -> Vec<Subject<'_>> {
    let mut subjects = Vec::new();
    for workload in inventory.workloads() {
        if workload.renderings.len() < 2 {
            subjects.push(as_settled(workload));
        } else {
            subjects.extend(workload.renderings.iter().map(|one| as_rendered(workload, one)));
        }
    }
    for subject in &mut subjects {
        // A kustomization may give it one, which the API server passes over.
        if subject.workload.is_cluster_wide() {
            subject.namespace = None;
        }
        if subject.workload.source == Source::KustomizeImages {
            subject.images.retain(|image| !inventory.used.contains(&image.place));
        }
    }
    subjects.retain(|subject| !subject.images.is_empty());
    subjects
}

fn as_settled(workload: &Workload) -> Subject<'_> {
    Subject {
        workload,
        namespace: workload.namespace.clone(),
        name: workload.name.clone(),
        root: workload.renderings.first().map(|one| one.root.clone()),
        images: workload.images.clone(),
        pull_secrets: workload.pull_secrets.clone(),
        service_account: workload.service_account.clone(),
        account_field: workload.account_field,
        doubt: workload.renderings.first().and_then(|one| one.doubt.clone()),
    }
}

fn as_rendered<'i>(workload: &'i Workload, rendering: &Rendering) -> Subject<'i> {
    let mut subject = Subject {
        namespace: rendering.namespace.clone(),
        name: rendering.name.clone(),
        root: Some(rendering.root.clone()),
        doubt: rendering.doubt.clone(),
        ..as_settled(workload)
    };
    let Subject { images, pull_secrets, service_account, account_field, .. } = &mut subject;
    rendering.apply(images, pull_secrets, service_account, account_field);
    subject
}
