//! The text that every secret of the targets contains, and that must show nowhere.

use std::fmt::{Debug, Display};

/// What every secret contains.
pub const CANARY: &str = "canary-4f1d";

/// Insists that neither spelling of an error shows the canary.
#[track_caller]
pub fn check_silent(error: &(impl Debug + Display)) {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(CANARY), "a secret shows: {shown}");
}
