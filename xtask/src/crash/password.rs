//! A password, and where it is to be had.

/// A password, and where it is to be had.
#[derive(Clone, Copy, Debug)]
pub(super) enum Password {
    /// In the environment.
    Variable(&'static str),
    /// In a file outside of the repository.
    File(&'static str),
}

impl Password {
    /// Returns its text.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Variable(text) | Self::File(text) => text,
        }
    }
}
