//! How far a run may reach out of itself.

/// Whether a run may use the network and start programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It may.
    Online,
    /// It may not: what needs either is a problem.
    Offline,
}

impl Reach {
    /// Takes what the command line says.
    pub(crate) fn of(offline: bool) -> Self {
        if offline { Self::Offline } else { Self::Online }
    }
}
