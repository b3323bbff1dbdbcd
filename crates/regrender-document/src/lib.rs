//! Ordered documents with secret nodes, and one deterministic spelling of them.
//!
//! Knows what a document is and how it is spelled in YAML. Does not know files, ciphers or Kubernetes.
//! A document that still holds a secret cannot be emitted: sealing is the only way to lose the node.

mod bytes;
mod document;
mod emit;
pub mod json;
mod node;
pub mod number;
mod parse;
mod resolve;
mod secret;

pub use document::Document;
pub use emit::{SecretLeft, Spelling, emit, emit_revealed};
pub use node::{Comment, Entry, Item, Key, Mapping, Node, Scalar, SecretKind, SecretScalar};
pub use parse::{ParseError, ParseProblem, parse};
pub use secret::SecretText;
