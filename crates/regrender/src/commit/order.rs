//! In which order things take their places: nothing is named before it is there.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use regrender_render::MANIFESTS;

use crate::path::folder_of;

/// When something takes its place: the least first. What is removed goes the other way round.
///
/// Lists come after what they name, the deepest first, so that a list that is in use never names a
/// file that is not there. The manifests name nothing outside of them, and others do name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    is_outside_of_manifests: bool,
    kind: Kind,
}

/// What something is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A folder, or a file that names no other.
    Plain,
    /// It names sealed files, and a kustomization names it.
    Generator,
    /// A kustomization, so deep.
    List(Reverse<usize>),
}

impl Turn {
    /// Returns the turn of what takes its place at `path`.
    pub(super) fn of(path: &str) -> Self {
        let below = path.strip_prefix(MANIFESTS);
        let is_outside_of_manifests =
            !below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let kind = match path.rsplit('/').next() {
            Some("kustomization.yaml") => Kind::List(Reverse(path.matches('/').count())),
            Some("ksops.yaml") => Kind::Generator,
            _ => Kind::Plain,
        };
        Self { is_outside_of_manifests, kind }
    }
}

/// Says whether `path` is that of a list at the top of a consumer's folder.
pub(super) fn is_top_list(path: &str) -> bool {
    path.strip_suffix("/kustomization.yaml").is_some_and(|folder| !folder.contains('/'))
}

/// Says whether what is at `path` may name something in one of these folders, other than its own: a
/// list names what is below it, and outside of the manifests what is among them. A folder at the top
/// is in use at once, with the lists in it.
pub(super) fn may_name(path: &str, folders: &BTreeSet<&str>) -> bool {
    let turn = Turn::of(path);
    if turn.kind == Kind::Plain && path.contains('/') {
        return false;
    }
    let own = folder_of(path).unwrap_or_default();
    let below = |top: &str| {
        let inside = if top.is_empty() { String::new() } else { format!("{top}/") };
        let mut rest = folders.range(inside.as_str()..);
        rest.find(|folder| **folder != top).is_some_and(|folder| folder.starts_with(&inside))
    };
    let is_among_manifests = || folders.contains(MANIFESTS) || below(MANIFESTS);
    below(own) || (turn.is_outside_of_manifests && is_among_manifests())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_what_is_below_it_or_among_the_manifests() {
        let names = |path, folder| may_name(path, &BTreeSet::from([folder]));
        assert!(names("manifests/a/kustomization.yaml", "manifests/a/service-accounts"));
        assert!(names("argocd/a/ksops.yaml", "manifests/a"));
        assert!(names("argocd", "manifests"));
        assert!(!names("manifests/kustomization.yaml", "manifests"));
        assert!(!names("manifests/a/kustomization.yaml", "manifests/a-b/c"));
        assert!(!names("manifests/a/kustomization.yaml", "manifests"));
        assert!(!names("argocd/a", "manifests"));
        assert!(!names("argocd", ""));
    }

    #[test]
    fn a_folder_that_is_named_like_the_manifests_is_another() {
        assert!(Turn::of("manifests") < Turn::of("manifests-old"));
        assert!(Turn::of("manifests/kustomization.yaml") < Turn::of("flux/a.yaml"));
    }
}
