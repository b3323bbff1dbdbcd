//! The `regrender` program.

fn main() {}
