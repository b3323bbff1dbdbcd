//! The `regrender` program.

use std::process::ExitCode;

use regrender::{World, run, tell_of_bugs};

fn main() -> ExitCode {
    leave_no_core();
    tell_of_bugs();
    ExitCode::from(run(std::env::args_os().collect(), &mut World::real()))
}

/// Keeps the memory of this process, which holds secrets, off the disk when it crashes.
#[cfg(unix)]
fn leave_no_core() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    // Linux hands a core to the program named in core_pattern whatever the limit is, unless it is
    // exactly one byte; no core fits in that either.
    let largest = u64::from(cfg!(target_os = "linux"));
    let limit = Rlimit { current: Some(largest), maximum: Some(largest) };
    // A limit that cannot be set to this is lower already.
    let _ = setrlimit(Resource::Core, limit);
}

#[cfg(not(unix))]
fn leave_no_core() {}
