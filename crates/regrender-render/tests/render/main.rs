//! Rendering: a registries.toml and credentials in, a tree of documents out.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at once where its input is not what it should be"
)]

mod consumers;
mod contents;
mod external_secrets;
mod kubectl;
mod long_policies;
mod names;
mod patches;
mod providers;
mod rest;
mod sealed_secrets;
mod support;
