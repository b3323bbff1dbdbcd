//! A file that a cluster's output folder shall have.

use regrender_document::Document;

use crate::PullSecretFile;

/// A file that shall be there.
#[derive(Clone, Debug)]
pub enum WantedFile {
    /// A document that may be seen.
    Clear(Document),
    /// A text that is no document, and may be seen.
    Text(String),
    /// A pull secret, to be sealed.
    Sealed(PullSecretFile),
}
