//! What comes in from outside and must not be seen: what files hold, and what programs print.

pub(crate) mod bytes;
pub(crate) mod command;
pub(crate) mod failure;
pub(crate) mod file;
pub(crate) mod lines;
pub(crate) mod mask;
pub(crate) mod running;
