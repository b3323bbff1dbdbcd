//! The commands, one module each.

pub(crate) mod audit;
pub(crate) mod build;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod generate;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod probe;
pub(crate) mod reveal;
pub(crate) mod verify;
