//! Manifests in, answers out.

#![expect(clippy::indexing_slicing, reason = "a test that asks for too much fails, as it should")]

#[path = "it/audit.rs"]
mod audit;
#[path = "it/explain.rs"]
mod explain;
#[path = "it/inventory.rs"]
mod inventory;
#[path = "it/vector.rs"]
mod vector;
