//! What the crate answers, compared with what the real programs answered.

#![expect(clippy::indexing_slicing, reason = "a test that asks for too much fails, as it should")]

mod admission;
mod key_set;
mod keyring;
mod properties;
mod reference;
mod vector;
