//! What the text of a registries.toml becomes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod agreement;
mod arbitrary;
mod boundaries;
mod model;
mod pages;
mod providers;
mod reference;
mod schema;
mod slip;
mod vectors;
