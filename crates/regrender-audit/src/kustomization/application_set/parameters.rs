//! Knows what is filled in for one Application.

use super::value::Table;

/// An `ApplicationSet` does not make more Applications than this here; its template stands for all.
pub(super) const LIMIT: usize = 1000;

/// What is filled into a template.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    /// By name. For a template of names, all are texts below their full names, such as `path[0]`.
    pub(super) table: Table,
    /// Whether there may be more, which nobody here knows.
    pub(super) is_open: bool,
}

impl Parameters {
    /// Those of which nothing is known.
    pub(super) fn open() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// Tells whether there are none.
    pub(super) fn is_none(&self) -> bool {
        self.table.is_empty() && !self.is_open
    }
}
