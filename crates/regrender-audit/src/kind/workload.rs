//! Knows what is kept of something that makes pods, and of the images that they pull.

use std::sync::Arc;

use super::{AccountField, ImageUse, Metadata, Rendering, Written};
use crate::place::Place;

/// Where the images of a workload were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A kind that Kubernetes itself knows.
    Core,
    /// A custom resource, by its shape.
    Custom,
    /// Values of a Helm chart: what is pulled depends on the chart.
    HelmValues,
    /// The `images:` of a kustomization, which rename images of other files.
    KustomizeImages,
}

/// Something that makes pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its kind; empty for values of Helm charts in files of their own.
    pub kind: String,
    /// Its API version.
    pub api_version: String,
    /// Its namespace, where the repository determines one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Its name as written, before any tree renames it.
    pub written_name: String,
    /// Whether its manifest names its namespace, and every tree leaves it there.
    pub names_namespace: bool,
    /// The account that its pods name.
    pub service_account: Option<String>,
    /// The field by which they name it.
    pub(crate) account_field: AccountField,
    /// What they name as `serviceAccount` beside that: it counts once nothing else is named.
    pub(crate) spare_account: Option<String>,
    /// Whether some of its pods have an account or pull secrets of their own, and nobody follows which.
    pub(crate) pods_differ: bool,
    /// The names in the pods' `imagePullSecrets`; an entry without a name is an empty one.
    pub pull_secrets: Vec<String>,
    /// The images that they pull.
    pub images: Vec<ImageUse>,
    /// What of the lists of its pod those do not tell.
    pub(crate) lists: Lists,
    /// The ways to what a custom resource says of pods, where kinds of Kubernetes itself have theirs.
    pub(crate) core_pods: Vec<&'static [&'static str]>,
    /// Whether its namespace is one that no tree changes: the target of a release.
    pub(crate) keeps_namespace: bool,
    /// Its labels and annotations.
    pub metadata: Arc<Metadata>,
    /// What kind of text it was found in.
    pub source: Source,
    /// Where it is declared.
    pub place: Place,
    /// What becomes of it in each tree that lists its file.
    pub renderings: Vec<Rendering>,
}

/// What a pod specification has beside names and images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lists {
    /// A list of pull secrets that names none.
    pub(crate) names_nothing: bool,
    /// A container without an image.
    pub(crate) has_bare_container: bool,
}

impl Workload {
    /// Makes one of which nothing is known but what it is.
    pub(crate) fn new(written: Written<'_>, source: Source, place: &Place) -> Self {
        Self {
            kind: written.kind.to_owned(),
            api_version: written.api_version.to_owned(),
            namespace: written.namespace.map(str::to_owned),
            name: written.name.to_owned(),
            written_name: written.name.to_owned(),
            names_namespace: written.namespace.is_some(),
            service_account: None,
            account_field: AccountField::default(),
            spare_account: None,
            pods_differ: false,
            pull_secrets: Vec::new(),
            images: Vec::new(),
            lists: Lists::default(),
            core_pods: Vec::new(),
            keeps_namespace: false,
            metadata: Arc::default(),
            source,
            place: place.clone(),
            renderings: Vec::new(),
        }
    }

    /// Tells whether it is a custom resource whose pods are known to run under the account `default`
    /// where it names none, though its images stand in no list of containers. Of a template or a task,
    /// what uses it may name one.
    pub(crate) fn runs_as_default(&self) -> bool {
        let is_known = matches!(
            (self.written().group(), &*self.kind),
            ("argoproj.io", "Workflow" | "CronWorkflow")
                | ("tekton.dev", "TaskRun" | "PipelineRun")
                | ("serving.kserve.io", "InferenceService")
        );
        is_known && !self.pods_differ
    }

    /// Tells whether it is a custom resource that is in no namespace: its pods are in that of what uses
    /// it.
    pub(crate) fn is_cluster_wide(&self) -> bool {
        matches!(
            (self.written().group(), &*self.kind),
            ("argoproj.io", "ClusterWorkflowTemplate" | "ClusterAnalysisTemplate")
                | ("tekton.dev", "ClusterTask")
                | ("serving.kserve.io", "ClusterServingRuntime")
        )
    }

    /// Returns what it is.
    pub(crate) fn written(&self) -> Written<'_> {
        Written {
            kind: &self.kind,
            api_version: &self.api_version,
            namespace: self.namespace.as_deref(),
            name: &self.name,
        }
    }
}
