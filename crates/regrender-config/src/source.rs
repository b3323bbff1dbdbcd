//! Where a secret value comes from.

use std::time::Duration;

use regrender_diagnostic::Span;
use regrender_document::SecretText;

use crate::ValuePath;

/// Where a value comes from, and where the file says so.
#[derive(Clone, Debug)]
pub struct Source {
    /// What to ask.
    pub kind: SourceKind,
    /// Where the file names it.
    pub span: Span,
}

/// What to ask for a value.
#[derive(Clone, Debug)]
pub enum SourceKind {
    /// The file itself, for tests and demonstrations.
    Plain(SecretText),
    /// An environment variable.
    Env(String),
    /// A file, relative to registries.toml; `~/` is the home folder.
    File {
        /// Its path.
        path: String,
        /// What becomes of line ends at the end.
        trim: Trim,
    },
    /// Standard input, to its end.
    Stdin {
        /// What becomes of line ends at the end.
        trim: Trim,
    },
    /// A value in a file that sops sealed.
    Sops {
        /// Path of the file, relative to registries.toml; `~/` is the home folder.
        path: String,
        /// The way to the value; none in a file that holds one value alone.
        key: Option<ValuePath>,
        /// What becomes of line ends at the end.
        trim: Trim,
    },
    /// What an age file holds.
    Age {
        /// Path of the file, relative to registries.toml; `~/` is the home folder.
        path: String,
        /// What becomes of line ends at the end.
        trim: Trim,
    },
    /// A field of a secret in Vault.
    Vault {
        /// Where the secret is: the mount of its engine, and the path below.
        path: String,
        /// The field.
        key: String,
        /// What becomes of line ends at the end.
        trim: Trim,
    },
    /// What a command prints.
    Command {
        /// The program and its arguments; never a shell.
        arguments: Vec<String>,
        /// How long it may take.
        timeout: Duration,
        /// What becomes of line ends at the end.
        trim: Trim,
    },
}

/// What becomes of line ends at the end of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trim {
    /// They are left out, and a note says so, because the file does not say what it wants.
    Unstated,
    /// They are left out.
    Yes,
    /// They belong to the value.
    No,
}
