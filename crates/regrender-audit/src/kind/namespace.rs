//! Knows what is kept of a Namespace.

use std::collections::BTreeMap;

use crate::place::Place;

/// A Namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Where it is declared.
    pub place: Place,
}
