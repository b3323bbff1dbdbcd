//! The signals that end this process, and what they are passed on to.

use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::input::running::Group;

/// A program that runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) id: Pid,
    pub(super) group: Group,
}

static RUNNING: Mutex<Vec<Program>> = Mutex::new(Vec::new());
static BEGIN: Once = Once::new();

/// Lists what runs; nothing starts and no signal is passed on while the list is held.
pub(super) fn list() -> MutexGuard<'static, Vec<Program>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Passes signals on from now on, and lets them do what they do otherwise then.
pub(super) fn begin() {
    BEGIN.call_once(|| {
        // Without this a program may outlive this process; everything else works as it does.
        let Ok(mut signals) = Signals::new(deadly()) else { return };
        thread::spawn(move || {
            for signal in signals.forever() {
                let running = list();
                for program in &*running {
                    program.pass_on(signal);
                }
                // It ends this process; if it could not, the next signal would.
                drop(emulate_default_handler(signal));
            }
        });
    });
}

impl Program {
    fn pass_on(self, signal: i32) {
        let Some(signal) = Signal::from_named_raw(signal) else { return };
        // It fails when nobody is left, which is what is wanted.
        let _ = match self.group {
            Group::Own => kill_process_group(self.id, signal),
            // The terminal has told it already.
            Group::Shared if signal == Signal::INT => Ok(()),
            Group::Shared => kill_process(self.id, signal),
        };
    }
}

/// Lists the signals that end this process. One that whoever started it wants ignored, as `nohup`
/// and a script that starts it in the background do, is left alone.
fn deadly() -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let Some(ignored) = ignored(&status) else { return vec![SIGTERM] };
    let is_deadly = |signal: &i32| ignored & (1 << (signal - 1)) == 0;
    [SIGTERM, SIGHUP, SIGINT].into_iter().filter(is_deadly).collect()
}

/// Reads which signals are ignored, one a bit; nothing on systems that do not tell.
fn ignored(status: &str) -> Option<u64> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_bits() {
        let status = "Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert_eq!(ignored(status), Some(1 << (SIGHUP - 1) | 1 << 12));
        assert_eq!(ignored("Name:\tx\n"), None);
    }
}
