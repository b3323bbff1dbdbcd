//! Knows what a generator goes by.

use super::parameters::Parameters;
use super::repository::Repository;
use super::template::Template;

/// What a generator goes by, beside what it says itself.
#[derive(Clone, Copy)]
pub(super) struct Ground<'g> {
    /// What those before it in a matrix have answered.
    pub(super) known: &'g Parameters,
    pub(super) template: Template,
    pub(super) repository: &'g Repository<'g>,
}
