//! A workload whose pods name their pull secrets themselves.

use regrender_diagnostic::Span;

/// A workload whose pods name their pull secrets themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its API version, such as `apps/v1`.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The keys that lead to its pod spec, such as `spec`, `template`, `spec`.
    pub pod_spec: Vec<String>,
    /// The account its pods run under, if the patch is to set it.
    pub service_account: Option<String>,
    /// Where it is declared.
    pub span: Span,
}
