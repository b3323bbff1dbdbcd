//! What became of a key of the file: it is not there, it is there and wrong, or it is there and right.

use regrender_diagnostic::{Span, Spanned};

/// What became of a key.
///
/// Whoever needs the value complains when it is absent, and keeps quiet when it is broken: somebody
/// has complained already.
#[derive(Clone, Default)]
pub(crate) enum Field<T> {
    /// The file does not have it.
    #[default]
    Absent,
    /// The file has it, and a problem says what is wrong with it.
    Broken,
    /// The file has it.
    Given(Spanned<T>),
}

impl<T> Field<T> {
    /// Makes something else of the value.
    pub(crate) fn map<U>(self, make: impl FnOnce(Spanned<T>) -> U) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Broken => Field::Broken,
            Self::Given(given) => {
                let span = given.span.clone();
                Field::Given(Spanned::new(make(given), span))
            }
        }
    }

    pub(crate) fn given(self) -> Option<Spanned<T>> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Broken => None,
        }
    }

    pub(crate) fn as_given(&self) -> Option<&Spanned<T>> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Broken => None,
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    pub(crate) fn is_broken(&self) -> bool {
        matches!(self, Self::Broken)
    }

    /// Returns where the value stands.
    pub(crate) fn span(&self) -> Option<Span> {
        self.as_given().map(|given| given.span.clone())
    }

    /// Checks the value; `None` means that a problem was found.
    pub(crate) fn check<U>(&self, check: impl FnOnce(&Spanned<T>) -> Option<U>) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Broken => Field::Broken,
            Self::Given(value) => match check(value) {
                Some(checked) => Field::Given(Spanned::new(checked, value.span.clone())),
                None => Field::Broken,
            },
        }
    }

    /// Returns this one or, if the file does not have it, the one of `shared`.
    pub(crate) fn over(&self, shared: &Self) -> Self
    where
        T: Clone,
    {
        if self.is_absent() { shared.clone() } else { self.clone() }
    }

    /// Returns a value that must be there; `complain` is called if the file does not have it.
    pub(crate) fn needed(&self, complain: impl FnOnce()) -> Option<&Spanned<T>> {
        if self.is_absent() {
            complain();
        }
        self.as_given()
    }

    /// Returns the value, or `default` if the file does not have it; nothing if it is broken.
    pub(crate) fn or(self, default: T) -> Option<T> {
        Some(self.optional()?.unwrap_or(default))
    }

    /// Returns the value, if the file has it; nothing at all if it is broken.
    #[expect(clippy::option_option, reason = "absent is right here, and broken is not")]
    pub(crate) fn optional(self) -> Option<Option<T>> {
        match self {
            Self::Absent => Some(None),
            Self::Broken => None,
            Self::Given(value) => Some(Some(value.value)),
        }
    }
}

impl Field<bool> {
    /// Says whether the file has it, and says `true`.
    pub(crate) fn is_true(&self) -> bool {
        self.as_given().is_some_and(|flag| flag.value)
    }
}
