//! Programs that run for this one: a signal that ends this process ends them too.
//!
//! A program in a process group of its own hears nothing of what happens to this one, and would go on
//! for as long as it likes when this one is terminated.

#[cfg(unix)]
mod watch;

use std::io;
use std::process::Child;

/// Which process group a program runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// That of this process: it may ask a person on the terminal, and Ctrl-C reaches it.
    Shared,
    /// Its own: what it starts can be ended with it.
    Own,
}

/// Starts a program, which counts as running until what is returned beside it is dropped.
#[cfg(unix)]
pub(super) fn start(
    command: &mut std::process::Command,
    group: Group,
) -> io::Result<(Child, Running)> {
    watch::begin();
    // A signal that comes meanwhile waits until the program is in the list.
    let mut running = watch::list();
    let child = command.spawn()?;
    let program = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    let program = program.map(|id| watch::Program { id, group });
    running.extend(program);
    Ok((child, Running(program)))
}

/// Starts a program.
#[cfg(not(unix))]
pub(super) fn start(command: &mut std::process::Command, _: Group) -> io::Result<(Child, Running)> {
    Ok((command.spawn()?, Running()))
}

/// That a program runs.
pub(super) struct Running(#[cfg(unix)] Option<watch::Program>);

#[cfg(unix)]
impl Drop for Running {
    fn drop(&mut self) {
        let mut running = watch::list();
        if let Some(at) = running.iter().position(|other| Some(*other) == self.0) {
            running.swap_remove(at);
        }
    }
}
