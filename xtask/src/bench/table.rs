//! The figures as a page of the documentation.

use std::time::Duration;

use super::audit::{AuditFigures, AuditRound};
use super::measure::{Builds, Round};
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
    /// The audit of a large repository.
    pub(super) audit: AuditFigures,
    /// Bytes of the binary.
    pub(super) size: u64,
}

/// One line: what was measured, the figure, and a sentence about it.
#[derive(Clone)]
struct Row(&'static str, String, String);

impl Report {
    /// Writes the page.
    pub(super) fn to_markdown(&self) -> String {
        let Self { machine, files, audit, .. } = self;
        format!(
            "# Performance\n\n\
             `cargo xtask bench --write` wrote this page.\n\
             Whatever is compared is measured in the same round, side by side, {} rounds in all; \
             ratios are taken inside a round.\n\
             Figures are least / median / greatest.\n\
             Machine: {machine}.\n\n\
             ## Build\n\n{files} sealed Secrets for one X25519 recipient, with the release binary.\n\n{}\n\
             ## Audit\n\nA repository of {} files, {} MiB, of which one in ten holds images.\n\n{}\n\
             ## Program\n\n{}",
            self.rounds.len(),
            table([self.times(), self.ratios()].concat()),
            audit.files,
            mebibytes(audit.bytes),
            table([self.audit_times(), self.audit_ratios()].concat()),
            table(self.program()),
        )
    }

    fn times(&self) -> Vec<Row> {
        let disk = |what, time: fn(&Builds) -> Duration, sentence| {
            self.row(what, |round| Some(time(&round.disk).as_secs_f64()), sentence)
        };
        let memory = |what, time: fn(&Builds) -> Duration, sentence| {
            self.row(what, |round| Some(time(&round.memory?).as_secs_f64()), sentence)
        };
        let by_hand = format!(
            "`kubectl create secret … --dry-run=client -o yaml | sops encrypt` in a shell loop, run \
             for {SAMPLE} Secrets and scaled."
        );
        vec![
            disk(
                "build from nothing, s",
                |builds| builds.cold,
                "Every file is sealed and written.",
            ),
            disk(
                "unchanged, with an identity, s",
                |builds| builds.identity,
                "Every file is opened, found as it should be, and none is written.",
            ),
            disk(
                "unchanged, with a fingerprint key, s",
                |builds| builds.fingerprint,
                "Keyed fingerprints say that every file is as it should be; none is opened.",
            ),
            memory(
                "in memory: build from nothing, s",
                |builds| builds.cold,
                "The same in a folder that lies in memory, so that no disk takes part.",
            ),
            memory(
                "in memory: unchanged, with an identity, s",
                |builds| builds.identity,
                "The same in memory; every file is opened.",
            ),
            memory(
                "in memory: unchanged, with a fingerprint key, s",
                |builds| builds.fingerprint,
                "The same in memory; none is opened.",
            ),
            self.row("by hand, s", |round| Some(round.by_hand.as_secs_f64()), &by_hand),
            self.row(
                "floor, s",
                |round| Some(round.floor.as_secs_f64()),
                "One multiplication of the X25519 base point and one of the recipient's point for \
                 each file, on all cores, and nothing else.",
            ),
            self.row(
                "files alone, s",
                |round| Some(round.files.as_secs_f64()),
                "As many files of the same sizes on the same disk: written beside their places, \
                 flushed once, moved into them, on all cores.",
            ),
        ]
    }

    fn ratios(&self) -> Vec<Row> {
        vec![
            self.row(
                "by hand ÷ build from nothing",
                |round| ratio(round.by_hand, round.disk.cold),
                "How much sooner it is done than by hand.",
            ),
            self.row(
                "build from nothing in memory ÷ floor",
                |round| ratio(round.memory?.cold, round.floor),
                "What the program adds to the arithmetic that nobody can avoid.",
            ),
            self.row(
                "build from nothing ÷ files alone",
                |round| ratio(round.disk.cold, round.files),
                "What a build costs beside what the disk costs alone.",
            ),
            self.row(
                "unchanged with an identity in memory ÷ floor",
                |round| ratio(round.memory?.identity, round.floor),
                "Opening takes only the second of the floor's two multiplications; the rest is reading and comparing.",
            ),
            self.row(
                "unchanged with a fingerprint key ÷ build from nothing",
                |round| ratio(round.disk.fingerprint, round.disk.cold),
                "What a build costs that has nothing to do; the aim is a twentieth.",
            ),
        ]
    }

    fn audit_times(&self) -> Vec<Row> {
        vec![
            self.audit_row(
                "`regrender audit`, s",
                |round| Some(round.audit.as_secs_f64()),
                "Every file is read, every image gets its verdict, as JSON.",
            ),
            self.audit_row(
                "`grep -r image:`, s",
                |round| Some(round.grep.as_secs_f64()),
                "The search people do instead, in the locale C.",
            ),
            self.audit_row(
                "YAML alone, s",
                |round| Some(round.parse.as_secs_f64()),
                "serde_yaml reads every file into values on all cores, and nothing else.",
            ),
            self.audit_row(
                "`regrender explain IMAGE --namespace NAME`, s",
                |round| Some(round.explain.as_secs_f64()),
                "The repository is read for the accounts of one namespace.",
            ),
            Row(
                "`regrender explain IMAGE`, ms",
                self.audit.explain.to_string(),
                "One image against registries.toml, 50 times.".to_owned(),
            ),
        ]
    }

    fn audit_ratios(&self) -> Vec<Row> {
        vec![
            self.audit_row(
                "audit ÷ grep",
                |round| ratio(round.audit, round.grep),
                "What a verdict costs beside a match of text.",
            ),
            self.audit_row(
                "audit ÷ YAML alone",
                |round| ratio(round.audit, round.parse),
                "What the verdicts cost beside reading everything.",
            ),
            Row(
                "peak memory of an audit, MiB",
                peak(self.audit.peak_memory),
                "The most memory it takes at once, as GNU time says.".to_owned(),
            ),
        ]
    }

    fn program(&self) -> Vec<Row> {
        vec![
            Row(
                "start of `regrender --version`, ms",
                self.start_up.to_string(),
                "What every run costs before it does anything, 50 times.".to_owned(),
            ),
            Row(
                "peak memory of a build from nothing, MiB",
                peak(self.peak_memory),
                "The most memory it takes at once, as GNU time says.".to_owned(),
            ),
            Row(
                "size of the binary, MiB",
                mebibytes(self.size),
                "The stripped executable.".to_owned(),
            ),
        ]
    }

    fn row(
        &self,
        what: &'static str,
        figure: impl Fn(&Round) -> Option<f64>,
        sentence: &str,
    ) -> Row {
        Row(what, spread(self.rounds.iter().filter_map(figure)), sentence.to_owned())
    }

    fn audit_row(
        &self,
        what: &'static str,
        figure: impl Fn(&AuditRound) -> Option<f64>,
        sentence: &str,
    ) -> Row {
        Row(what, spread(self.audit.rounds.iter().filter_map(figure)), sentence.to_owned())
    }
}

const NOT_MEASURED: &str = "not measured";

fn table(rows: Vec<Row>) -> String {
    let lines = rows.into_iter().map(|Row(what, figure, sentence)| {
        format!("| {what} | {figure} | {} |\n", sentence.replace('|', "\\|"))
    });
    ["| what | figure | meaning |\n|---|---|---|\n".to_owned()].into_iter().chain(lines).collect()
}

fn spread(figures: impl Iterator<Item = f64>) -> String {
    Spread::of(figures).map_or_else(|| NOT_MEASURED.to_owned(), |spread| spread.to_string())
}

#[expect(clippy::unnecessary_wraps, reason = "rows take figures that may be missing")]
fn ratio(time: Duration, base: Duration) -> Option<f64> {
    Some(time.as_secs_f64() / base.as_secs_f64())
}

fn peak(kibibytes: Option<u64>) -> String {
    kibibytes.map_or_else(|| NOT_MEASURED.to_owned(), |kibibytes| mebibytes(kibibytes << 10))
}

fn mebibytes(bytes: u64) -> String {
    three_digits(f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builds(cold: u64) -> Builds {
        Builds {
            cold: Duration::from_millis(cold),
            identity: Duration::from_millis(120),
            fingerprint: Duration::from_millis(10),
        }
    }

    fn round(cold: u64) -> Round {
        Round {
            floor: Duration::from_millis(100),
            disk: builds(cold),
            files: Duration::from_millis(50),
            memory: Some(builds(110)),
            by_hand: Duration::from_secs(100),
        }
    }

    fn report() -> Report {
        let spread = Spread { least: 1.0, median: 1.5, greatest: 9.0 };
        let audit = AuditRound {
            audit: Duration::from_millis(300),
            grep: Duration::from_millis(100),
            parse: Duration::from_millis(600),
            explain: Duration::from_millis(20),
        };
        Report {
            machine: "2 cores, Some CPU".to_owned(),
            files: 1000,
            rounds: vec![round(200), round(400), round(250)],
            start_up: spread,
            peak_memory: Some(20 << 10),
            audit: AuditFigures {
                files: 10_001,
                bytes: 23 << 20,
                rounds: vec![audit],
                peak_memory: Some(40 << 10),
                explain: spread,
            },
            size: 5 << 20,
        }
    }

    #[track_caller]
    fn check(report: &Report, line: &str) {
        let text = report.to_markdown();
        assert!(text.lines().any(|found| found.starts_with(line)), "{line}\n{text}");
    }

    #[test]
    fn times_are_spread_over_the_rounds() {
        check(&report(), "| build from nothing, s | 0.200 / 0.250 / 0.400 | Every file");
        check(&report(), "| in memory: build from nothing, s | 0.110 / 0.110 / 0.110 |");
    }

    #[test]
    fn ratios_are_taken_inside_a_round() {
        check(&report(), "| by hand ÷ build from nothing | 250 / 400 / 500 |");
        check(&report(), "| build from nothing ÷ files alone | 4.00 / 5.00 / 8.00 |");
        check(&report(), "| build from nothing in memory ÷ floor | 1.10 / 1.10 / 1.10 |");
    }

    #[test]
    fn an_audit_stands_beside_search_and_parser() {
        check(&report(), "A repository of 10001 files, 23.0 MiB,");
        check(&report(), "| audit ÷ grep | 3.00 / 3.00 / 3.00 |");
        check(&report(), "| audit ÷ YAML alone | 0.500 / 0.500 / 0.500 |");
        check(&report(), "| peak memory of an audit, MiB | 40.0 |");
    }

    #[test]
    fn sizes_are_in_mebibytes() {
        check(&report(), "| peak memory of a build from nothing, MiB | 20.0 |");
        check(&report(), "| size of the binary, MiB | 5.00 |");
    }

    #[test]
    fn what_was_not_measured_says_so() {
        let report = Report {
            peak_memory: None,
            rounds: vec![Round { memory: None, ..round(200) }],
            ..report()
        };
        check(&report, "| peak memory of a build from nothing, MiB | not measured |");
        check(&report, "| in memory: build from nothing, s | not measured |");
        check(&report, "| build from nothing in memory ÷ floor | not measured |");
    }

    #[test]
    fn a_bar_in_a_sentence_ends_no_cell() {
        check(
            &report(),
            "| by hand, s | 100 / 100 / 100 | `kubectl create secret … --dry-run=client -o yaml \\| sops",
        );
    }
}
