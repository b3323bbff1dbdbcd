//! The `regrender` program: arguments, environment, files, processes and the terminal.
//!
//! Everything it knows of registries, manifests and ciphers comes from the other crates; everything
//! it touches of the outside world goes through [`World`].

mod args;
mod bug;
mod certificate;
mod command;
mod commit;
mod enumeration;
mod error;
mod evidence;
mod fingerprint;
mod flaw;
mod http;
mod identity;
mod import;
mod input;
mod message;
mod new_file;
mod output_folder;
mod path;
mod pattern;
mod pipe;
mod plan;
mod progress;
mod project;
mod randomness;
mod reach;
mod repository;
mod run;
mod side_by_side;
mod source;
#[cfg(test)]
mod stream;
mod unread;
mod world;

pub use bug::tell_of_bugs;
pub use regrender_seal::Random;
pub use run::run;
pub use world::{RandomOfPath, Terminal, World};
