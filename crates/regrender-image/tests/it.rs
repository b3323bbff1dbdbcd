//! What the crate answers, compared with what the real programs answered.

#![expect(clippy::indexing_slicing, reason = "a test that asks for too much fails, as it should")]

#[path = "it/admission.rs"]
mod admission;
#[path = "it/key_set.rs"]
mod key_set;
#[path = "it/keyring.rs"]
mod keyring;
#[path = "it/properties.rs"]
mod properties;
#[path = "it/reference.rs"]
mod reference;
#[path = "it/vector.rs"]
mod vector;
