//! Knows the two fields of a pod specification that name an account.

/// The field by which pods name their account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AccountField {
    /// `serviceAccountName`, which comes first.
    #[default]
    Name,
    /// `serviceAccount`, which is deprecated, and of which kustomize knows nothing.
    Deprecated,
}
