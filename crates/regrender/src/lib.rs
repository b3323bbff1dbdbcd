//! The `regrender` program: arguments, environment, files, processes and the terminal.
//!
//! Everything it knows of registries, manifests and ciphers comes from the other crates; everything
//! it touches of the outside world goes through [`World`].

mod error;
mod source;
mod world;

pub use error::{CliError, ErrorKind};
pub use world::{Terminal, World};
