//! Problems in a text that a person wrote: code, place, way out, masked quotation.

mod span;

pub use span::{Span, Spanned};
