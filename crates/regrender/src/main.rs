//! The `regrender` program.

use std::process::ExitCode;

use regrender::{World, run};

fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os().collect(), &mut World::real()))
}
