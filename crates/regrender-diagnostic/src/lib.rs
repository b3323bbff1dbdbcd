//! Problems in a text that a person wrote: code, place, way out, masked quotation.
//!
//! Does not know what the text is about, except how TOML spells keys and values, because it must know
//! which values not to quote.

mod boundary;
mod credential_key;
mod diagnostic;
mod json;
mod mask;
mod pattern;
mod render;
mod scan;
mod source_text;
mod span;

pub use diagnostic::{Diagnostic, Fix, Label, Severity};
pub use json::to_json;
pub use mask::{MASK, mask_line, withhold};
pub use render::{Color, Style, render};
pub use source_text::{Position, SourceText};
pub use span::{Span, Spanned};
