//! The names that the file declares, for those that name them.

use std::collections::BTreeSet;

use regrender_diagnostic::Spanned;

use crate::raw::RawConfig;

/// The names of all tables of one kind.
pub(crate) struct Names {
    /// In the order of the file.
    pub(crate) list: Vec<Spanned<String>>,
    sorted: BTreeSet<String>,
    /// Whether there may be more.
    is_part: bool,
}

/// What the file declares.
pub(crate) struct Declared<'r> {
    pub(crate) registries: Names,
    pub(crate) clusters: Names,
    pub(crate) file: &'r RawConfig,
}

impl Names {
    fn new(names: impl Iterator<Item = Spanned<String>>, is_part: bool) -> Self {
        let list: Vec<_> = names.collect();
        let sorted = list.iter().map(|name| name.value.clone()).collect();
        Self { list, sorted, is_part }
    }

    /// Says whether a name is declared, or may be where there is a slip.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.is_part || self.sorted.contains(name)
    }
}

impl<'r> Declared<'r> {
    /// Collects the names of a file.
    pub(crate) fn new(file: &'r RawConfig) -> Self {
        Self {
            registries: Names::new(
                file.registries.iter().map(|registry| registry.name.clone()),
                file.may_hide("registry"),
            ),
            clusters: Names::new(
                file.clusters.iter().map(|cluster| cluster.name.clone()),
                file.may_hide("cluster"),
            ),
            file,
        }
    }
}
