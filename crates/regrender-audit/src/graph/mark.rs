//! Knows what is to be seen of a node or an edge: that all is well, or how bad it is.

use crate::finding::Severity;
use crate::verdict::Verdict;

/// What is to be seen of a node or an edge, in colour, in shape and in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    #[default]
    Plain,
    /// Nothing uses it.
    Unused,
    /// A person should look at it.
    Doubtful,
    /// The way ends here.
    Broken,
}

impl Mark {
    /// The marks that a legend explains.
    pub(super) const TOLD: [Self; 3] = [Self::Broken, Self::Doubtful, Self::Unused];

    /// Returns the mark of a verdict that is so bad.
    pub(super) fn of(severity: Option<Severity>, verdict: Verdict) -> Self {
        match verdict {
            Verdict::Undetermined => Self::Doubtful,
            _ => Self::of_severity(severity),
        }
    }

    /// Returns the mark of what is so bad.
    pub(super) fn of_severity(severity: Option<Severity>) -> Self {
        match severity {
            Some(Severity::Error) => Self::Broken,
            Some(Severity::Warning) => Self::Doubtful,
            Some(Severity::Info) | None => Self::Plain,
        }
    }

    /// Returns the sign that stands before a remark: colour alone tells nobody anything.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Unused => "○ ",
            Self::Doubtful => "△ ",
            Self::Broken => "✗ ",
        }
    }

    /// Returns the name of its style.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Unused => "unused",
            Self::Doubtful => "doubtful",
            Self::Broken => "broken",
        }
    }

    /// Says what it means.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Unused => "○ nothing uses it",
            Self::Doubtful => "△ look at it",
            Self::Broken => "✗ the way is broken",
        }
    }
}
