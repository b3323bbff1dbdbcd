//! The figures as a page of the documentation.

use std::time::Duration;

use super::measure::Round;
use super::spread::{Spread, three_digits};
use super::workload::SAMPLE;

/// Everything that was measured.
#[derive(Debug)]
pub(super) struct Report {
    /// Core count and processor.
    pub(super) machine: String,
    /// How many sealed files a build writes.
    pub(super) files: usize,
    /// The rounds, in the order they were run.
    pub(super) rounds: Vec<Round>,
    /// Milliseconds that `regrender --version` takes.
    pub(super) start_up: Spread,
    /// KiB that a cold build takes at most.
    pub(super) peak_memory: Option<u64>,
    /// Bytes of the binary.
    pub(super) size: u64,
}

impl Report {
    /// Writes the page.
    pub(super) fn to_markdown(&self) -> String {
        let Self { machine, files, .. } = self;
        let rows = [self.times(), self.ratios(), self.single_figures()].concat();
        format!(
            "# Performance\n\n\
             `cargo xtask bench --write` wrote this page. It builds {files} sealed Secrets for one \
             X25519 recipient with the release binary, {} times, each time side by side with the \
             loop people write by hand and with the arithmetic that cannot be avoided; ratios are \
             taken inside a round. Machine: {machine}.\n\n\
             | what | least / median / greatest |\n|---|---|\n{}\n\
             - *by hand* is `kubectl create secret … --dry-run=client -o yaml | sops encrypt` in a \
             shell loop, run for {SAMPLE} Secrets and scaled to {files}.\n\
             - *floor* is one multiplication of the X25519 base point and one of the recipient's \
             point for each file, on all cores, and nothing else.\n\
             - *unchanged* is a build that finds every file as it should be and writes none.\n",
            self.rounds.len(),
            rows.join("")
        )
    }

    fn times(&self) -> Vec<String> {
        vec![
            self.row("build from nothing, s", |round| round.cold.as_secs_f64()),
            self.row("unchanged, with an identity, s", |round| round.identity.as_secs_f64()),
            self.row("unchanged, with a fingerprint key, s", |round| {
                round.fingerprint.as_secs_f64()
            }),
            self.row("by hand, s", |round| round.by_hand.as_secs_f64()),
            self.row("floor, s", |round| round.floor.as_secs_f64()),
        ]
    }

    fn ratios(&self) -> Vec<String> {
        vec![
            self.row("by hand ÷ build from nothing", |round| ratio(round.by_hand, round.cold)),
            self.row("build from nothing ÷ floor", |round| ratio(round.cold, round.floor)),
            self.row("unchanged with an identity ÷ floor", |round| {
                ratio(round.identity, round.floor)
            }),
            self.row("unchanged with a fingerprint key ÷ floor", |round| {
                ratio(round.fingerprint, round.floor)
            }),
        ]
    }

    fn single_figures(&self) -> Vec<String> {
        let mebibytes = |bytes: u64| {
            three_digits(f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0)
        };
        let memory = self
            .peak_memory
            .map_or_else(|| "not measured".to_owned(), |kibibytes| mebibytes(kibibytes << 10));
        vec![
            format!("| start of `regrender --version`, ms | {} |\n", self.start_up),
            format!("| peak memory of a build from nothing, MiB | {memory} |\n"),
            format!("| size of the binary, MiB | {} |\n", mebibytes(self.size)),
        ]
    }

    fn row(&self, what: &str, figure: impl Fn(&Round) -> f64) -> String {
        let spread = Spread::of(self.rounds.iter().map(figure));
        let figures = spread.map_or_else(String::new, |spread| spread.to_string());
        format!("| {what} | {figures} |\n")
    }
}

fn ratio(time: Duration, base: Duration) -> f64 {
    time.as_secs_f64() / base.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(cold: u64) -> Round {
        Round {
            floor: Duration::from_millis(100),
            cold: Duration::from_millis(cold),
            identity: Duration::from_millis(120),
            fingerprint: Duration::from_millis(40),
            by_hand: Duration::from_secs(100),
        }
    }

    fn report() -> Report {
        Report {
            machine: "2 cores, Some CPU".to_owned(),
            files: 1000,
            rounds: vec![round(200), round(400), round(250)],
            start_up: Spread { least: 1.0, median: 1.5, greatest: 9.0 },
            peak_memory: Some(20 << 10),
            size: 5 << 20,
        }
    }

    #[track_caller]
    fn check(line: &str) {
        let text = report().to_markdown();
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }

    #[test]
    fn times_are_spread_over_the_rounds() {
        check("| build from nothing, s | 0.200 / 0.250 / 0.400 |");
    }

    #[test]
    fn ratios_are_taken_inside_a_round() {
        check("| by hand ÷ build from nothing | 250 / 400 / 500 |");
        check("| build from nothing ÷ floor | 2.00 / 2.50 / 4.00 |");
    }

    #[test]
    fn sizes_are_in_mebibytes() {
        check("| peak memory of a build from nothing, MiB | 20.0 |");
        check("| size of the binary, MiB | 5.00 |");
    }

    #[test]
    fn memory_that_was_not_measured_says_so() {
        let text = Report { peak_memory: None, ..report() }.to_markdown();
        assert!(text.contains("MiB | not measured |"), "{text}");
    }
}
