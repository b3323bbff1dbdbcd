//! What the crate does as a whole: text in, text out.

mod support;
mod vectors;
