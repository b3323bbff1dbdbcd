//! Manifests in, answers out.

#![expect(clippy::indexing_slicing, reason = "a test that asks for too much fails, as it should")]

#[path = "it/inventory.rs"]
mod inventory;
