//! Instruction counts by name, and how much they may change.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context as _, Result};

/// A change of more than this many percent is one to explain.
const TOLERANCE: f64 = 5.0;

/// How many instructions each piece of work takes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Figures(BTreeMap<String, u64>);

impl Figures {
    pub(super) fn of(counts: impl IntoIterator<Item = (&'static str, u64)>) -> Self {
        Self(counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect())
    }

    /// Reads what [`Self::to_text`] wrote.
    ///
    /// # Errors
    ///
    /// A line is not a name and a number.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let line = |line: &str| {
            let (name, count) = line.rsplit_once(' ')?;
            Some((name.to_owned(), count.parse().ok()?))
        };
        let figures: Option<_> = text.lines().map(line).collect();
        Ok(Self(figures.context("the committed figures are not readable")?))
    }

    pub(super) fn to_text(&self) -> String {
        let lines =
            self.0.iter().map(|(name, count)| [&**name, " ", &count.to_string(), "\n"].concat());
        lines.collect()
    }

    /// Compares each figure with the one that was committed.
    pub(super) fn changes_since<'f>(&'f self, before: &Self) -> Vec<Change<'f>> {
        let change = |(name, count): (&'f String, &u64)| Change {
            name,
            now: *count,
            before: before.0.get(name).copied(),
        };
        self.0.iter().map(change).collect()
    }
}

/// One figure, now and as it was committed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change<'f> {
    name: &'f str,
    now: u64,
    before: Option<u64>,
}

impl Change<'_> {
    /// Says whether there was a figure and it is about the same.
    pub(super) fn is_small(&self) -> bool {
        self.percent().is_some_and(|percent| percent.abs() <= TOLERANCE)
    }

    #[expect(clippy::cast_precision_loss, reason = "a percentage of counts far below 2^52")]
    fn percent(&self) -> Option<f64> {
        let before = self.before.filter(|before| *before > 0)? as f64;
        Some((self.now as f64 / before - 1.0) * 100.0)
    }
}

impl fmt::Display for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, now, .. } = self;
        match self.percent() {
            Some(percent) => write!(f, "{name:<24} {now:>12} instructions  {percent:+.1} %"),
            None => write!(f, "{name:<24} {now:>12} instructions  for the first time"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: u64, now: u64, small: bool) {
        let now = Figures::of([("build", now)]);
        let changes = now.changes_since(&Figures::of([("build", before)]));
        let is_small: Vec<bool> = changes.iter().map(Change::is_small).collect();
        assert_eq!(is_small, [small]);
    }

    #[test]
    fn five_percent_either_way_are_small() {
        check(1000, 1049, true);
        check(1000, 951, true);
        check(1000, 1051, false);
        check(1000, 949, false);
    }

    #[test]
    fn what_was_never_counted_is_no_small_change() {
        let now = Figures::of([("build", 1)]);
        let changes = now.changes_since(&Figures::default());
        assert!(changes.iter().all(|change| !change.is_small()));
        assert!(changes.first().unwrap().to_string().ends_with("for the first time"));
        check(0, 1, false);
    }

    #[test]
    fn figures_are_read_as_they_are_written() {
        let figures = Figures::of([("audit, 500 manifests", 7), ("build", 12)]);
        assert_eq!(figures.to_text(), "audit, 500 manifests 7\nbuild 12\n");
        assert_eq!(Figures::parse(&figures.to_text()).unwrap(), figures);
        assert!(Figures::parse("build twelve\n").is_err());
    }
}
