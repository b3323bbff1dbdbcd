//! How documents are spelled in YAML.
//!
//! Knows the spelling of SOPS, which is the one of Go's YAML writer with four spaces, and the one
//! that kustomize gives its own files. A file spelled like SOPS spells it makes small differences
//! when somebody runs `sops edit` on it.

mod buffer;
mod comment;
mod emitter;
mod quote;
mod scalar;
mod style;

use std::fmt;

use crate::document::Document;
use crate::secret::SecretText;

/// How far things are indented; the quoting is the same in all spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// Four spaces, and lists stand further in than their key: what SOPS writes.
    Sops,
    /// Two spaces, and lists stand where their key stands: what kustomize and kubectl write.
    Kustomize,
}

/// A document cannot be emitted because a secret is left in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret is left at `{path}`")]
pub struct SecretLeft {
    /// The keys and list positions that lead to the secret, from the outside in.
    pub path: Path,
}

/// The keys and list positions that lead to a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Step>);

/// A key or a list position.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Document(usize),
    Key(String),
    Position(usize),
}

/// Spells `documents`, with `---` between them.
///
/// # Errors
///
/// Says where a secret is left. Nothing is spelled then.
pub fn emit(documents: &[Document], spelling: Spelling) -> Result<String, SecretLeft> {
    Ok(emitter::spell(documents, spelling, Secrets::Refused)?.into_string())
}

/// Spells `documents` with their secrets in clear, as `sops -d` does.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "nothing that a caller can do brings it about")]
pub fn emit_revealed(documents: &[Document], spelling: Spelling) -> SecretText {
    let buffer = emitter::spell(documents, spelling, Secrets::Revealed)
        .expect("a secret is an error only where secrets are refused");
    SecretText::new(buffer.into_string())
}

impl Document {
    /// Spells the document.
    ///
    /// # Errors
    ///
    /// Says where a secret is left. Nothing is spelled then.
    pub fn emit(&self, spelling: Spelling) -> Result<String, SecretLeft> {
        emit(std::slice::from_ref(self), spelling)
    }
}

/// What becomes of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrets {
    Refused,
    Revealed,
}

impl SecretLeft {
    fn here() -> Self {
        Self { path: Path::default() }
    }

    /// Says that the secret is inside of `step`.
    fn inside(mut self, step: Step) -> Self {
        self.path.0.insert(0, step);
        self
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for step in &self.0 {
            match step {
                // Only a file of several documents has to say which one is meant.
                Step::Document(0) => {}
                Step::Document(index) => write!(f, "document {}: ", index + 1)?,
                Step::Key(key) => {
                    write!(f, "{separator}{key}")?;
                    separator = ".";
                }
                Step::Position(index) => {
                    write!(f, "[{index}]")?;
                    separator = ".";
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
