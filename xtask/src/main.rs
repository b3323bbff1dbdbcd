//! The chores of this workspace: what `cargo xtask` can do.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore tells people how it goes")]

mod bench;
mod chore;
mod ci;
mod clear;
mod crash;
mod fuzz;
mod instructions;
mod interop;
mod invocation;
mod options;
mod peer;
mod release_tree;
mod reproduce;
mod sbom;
mod side_by_side;
mod tidy;
mod usage;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match chore::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
