//! Knows what an object is called where it is written, before any tree changes it.

/// What an object is called where it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'o> {
    pub(crate) kind: &'o str,
    /// Empty where it is not known.
    pub(crate) api_version: &'o str,
    pub(crate) namespace: Option<&'o str>,
    pub(crate) name: &'o str,
}

impl<'o> Written<'o> {
    /// Returns the API group, empty for the core.
    pub(crate) fn group(&self) -> &'o str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}
