//! Runs of the whole program: an input tree to an output tree, two streams and a status.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::too_many_lines,
    reason = "a test may stop at once, and a snapshot is as long as what it shows"
)]

mod accounts;
mod audit;
mod build;
mod clusters;
mod commands;
mod covered;
mod exclusion;
mod graph;
mod import;
mod many;
mod mistakes;
mod names;
mod not_there;
mod obstacles;
mod one_name;
mod only;
mod post_quantum;
mod provide;
mod sandbox;
mod sealed_secrets;
mod second_manifest;
mod sources;
mod taken_along;
mod unchanged;
mod unlisted_component;
mod verify;
