//! Knows what becomes of an object in the trees of a repository.

use std::fmt;
use std::sync::Arc;

use super::{AccountField, ImageUse};
use crate::place::Place;

/// What becomes of an object in one tree that kustomize builds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rendering {
    /// The folder of the outermost kustomization.
    pub root: String,
    /// The folders of the outermost kustomizations of further trees that come to the same.
    pub other_roots: Vec<String>,
    /// The namespace, where one is set anywhere.
    pub namespace: Option<String>,
    /// The name, with prefixes and suffixes.
    pub name: String,
    /// The names that it has on the way, from the one that is written: what refers to any of them
    /// is renamed along.
    pub(crate) earlier_names: Vec<String>,
    /// The images, where the tree changes them.
    pub images: Option<Vec<ImageUse>>,
    /// The pull secrets, where a patch changes them.
    pub pull_secrets: Option<Vec<String>>,
    /// The account, where a patch changes it.
    pub service_account: Option<String>,
    /// Whether that is `default` only because a patch has the pods name none any more.
    pub(crate) is_account_unnamed: bool,
    /// The field by which the pods name it, where a patch changes it.
    pub(crate) account_field: AccountField,
    /// What changes the object in a way that is not followed here.
    pub doubt: Option<Doubt>,
}

/// Why nobody knows what becomes of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// What stands here changes it in a way that is not followed.
    Change(Place),
    /// It has a variable whose value is not known, for this reason.
    Variable(Arc<str>),
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Change(place) => write!(f, "what `{place}` changes of it is not followed here"),
            Self::Variable(reason) => f.write_str(reason),
        }
    }
}

impl Rendering {
    /// Makes of a workload's images, pull secrets and account what the tree makes of them.
    pub(crate) fn apply(
        &self,
        images: &mut Vec<ImageUse>,
        pull_secrets: &mut Vec<String>,
        service_account: &mut Option<String>,
        account_field: &mut AccountField,
    ) {
        if let Some(changed) = &self.images {
            images.clone_from(changed);
        }
        if let Some(changed) = &self.pull_secrets {
            pull_secrets.clone_from(changed);
        }
        if self.service_account.is_some() {
            let named = self.service_account.clone();
            *service_account = named.filter(|_| !self.is_account_unnamed);
            *account_field = self.account_field;
        }
    }

    /// Tells whether the tree below `root` comes to this.
    pub(crate) fn is_in(&self, root: Option<&str>) -> bool {
        let root = |one: &str| Some(one) == root;
        root(&self.root) || self.other_roots.iter().any(|other| root(other))
    }

    /// Lists the trees that come to this.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.root).chain(self.other_roots.iter().map(String::as_str))
    }

    /// Returns everything but the root: trees that come to the same are not told apart.
    pub(crate) fn outcome(&self) -> impl Ord + '_ {
        (
            (&self.namespace, &self.name, &self.images),
            (&self.service_account, self.is_account_unnamed, self.account_field),
            (&self.pull_secrets, &self.doubt),
        )
    }
}
