//! Waiting before a server is asked again.

use std::thread;
use std::time::Duration;

/// Waits.
pub(super) fn pause(time: Duration) {
    thread::sleep(time);
}
