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

impl Workload {
    /// Says what this declaration and another one of the same object say, where that cannot be brought
    /// together.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<(String, String)> {
        let of_both = |what: &dyn Fn(&Self) -> String| (what(self), what(other));
        if self.api_version != other.api_version {
            return Some(of_both(&|workload| format!("of `{}`", workload.api_version)));
        }
        if self.kind != other.kind {
            return Some(of_both(&|workload| format!("of the kind `{}`", workload.kind)));
        }
        if self.pod_spec != other.pod_spec {
            let path = |workload: &Self| workload.pod_spec.join(".");
            return Some(of_both(&|workload| format!("its pod spec at `{}`", path(workload))));
        }
        match (&self.service_account, &other.service_account) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                Some((format!("runs under `{ours}`"), format!("runs under `{theirs}`")))
            }
            _ => None,
        }
    }
}
