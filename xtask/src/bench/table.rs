//! The figures as a page of the documentation.

use std::time::Duration;

use super::audit::{AuditFigures, AuditRound};
use super::by_hand::{ByHand, SAMPLE};
use super::measure::{Builds, Round};
use super::scale::{Size, SizeRound};
use super::spread::{Spread, three_digits};

/// Everything that was measured.
#[derive(Debug)]
pub(super) struct Report {
    /// Core count and processor.
    pub(super) machine: String,
    /// How many sealed files a build writes.
    pub(super) files: usize,
    /// The rounds, in the order they were run.
    pub(super) rounds: Vec<Round>,
    /// Builds of several sizes in memory.
    pub(super) sizes: Vec<Size>,
    /// Milliseconds that `regrender --version` takes.
    pub(super) start_up: Spread,
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
             What is compared is measured in the same round, side by side, {} rounds in all; \
             ratios are taken within a round.\n\
             Figures are least / median / greatest.\n\
             Machine: {machine}.\n\n\
             ## Build\n\n{files} sealed Secrets for one X25519 recipient on disk, with the release binary.\n\n{}\n\
             ## Scale\n\n\
             The same in a folder in memory, so that no disk is involved; in seconds, and as multiples of a floor.\n\
             The floor of a build from nothing is one multiplication of the X25519 base point and one of the recipient's point for each Secret and recipient; \
             that of an unchanged build with an identity is one multiplication for each Secret; both on all cores, before the builds of a round and after them, and nothing else.\n\
             The floor is the same where the identity opens only the [key of the fingerprints](unchanged.md#the-key-in-the-repository-sealed).\n\
             That of an unchanged build with a fingerprint key is `find … -exec cat {{}} +` of the same files.\n\
             A rotated password changes every Secret, and so does an added recipient.\n\n{}\n\
             How many times faster it is than by hand, with the loops in the same folder, for one recipient, run for {SAMPLE} Secrets and scaled.\n\n{}\n\
             ## Audit\n\nA repository of {} files, {} MiB, of which one in ten holds images.\n\n{}\n\
             ## Program\n\n{}",
            self.rounds.len(),
            table([self.times(), self.ratios()].concat()),
            self.scale(),
            self.by_hand(),
            audit.files,
            mebibytes(audit.bytes),
            table([self.audit_times(), self.audit_ratios()].concat()),
            table(self.program()),
        )
    }

    fn times(&self) -> Vec<Row> {
        let seconds = |what, time: fn(&Round) -> Duration, sentence: &str| {
            self.row(what, |round| Some(time(round).as_secs_f64()), sentence)
        };
        let scaled = format!("Run for {SAMPLE} Secrets and scaled.");
        vec![
            seconds(
                "build from nothing, s",
                |round| round.builds.cold,
                "Every file is sealed and written.",
            ),
            seconds(
                "unchanged, with an identity, s",
                |round| round.builds.identity,
                "Every file is opened, found as it should be, and none is written.",
            ),
            seconds(
                "unchanged, with a fingerprint key, s",
                |round| round.builds.fingerprint,
                "Keyed fingerprints say that every file is as it should be; none is opened.",
            ),
            seconds(
                "unchanged, with an identity and a sealed fingerprint key, s",
                |round| round.builds.sealed_key,
                "The key is opened, and nothing else.",
            ),
            seconds(
                "password rotated, s",
                |round| round.builds.rotated,
                "Every file is opened and gets another value.",
            ),
            seconds(
                "recipient added, s",
                |round| round.builds.added,
                "The data key of every file is wrapped for one more recipient.",
            ),
            self.row(
                "SealedSecrets from nothing, s",
                |round| Some(round.builds.controller?.as_secs_f64()),
                "For a controller with an RSA key of 4096 bits, instead of the recipient.",
            ),
            seconds(
                "files alone, s",
                |round| round.files,
                "As many files of the same sizes on the same disk: written beside their places, \
                 flushed once, moved into them, on all cores.",
            ),
            seconds("by hand: `kubectl | sops encrypt`, s", |round| round.by_hand.sops, &scaled),
            self.row(
                "by hand: `kubectl | kubeseal`, s",
                |round| Some(round.by_hand.kubeseal?.as_secs_f64()),
                &scaled,
            ),
            seconds(
                "by hand: `sops updatekeys`, s",
                |round| round.by_hand.updatekeys,
                "For one more recipient; run for as many files and scaled.",
            ),
        ]
    }

    fn ratios(&self) -> Vec<Row> {
        vec![
            self.row(
                "`kubectl | sops encrypt` ÷ build from nothing",
                |round| ratio(round.by_hand.sops, round.builds.cold),
                "How many times faster it is than by hand.",
            ),
            self.row(
                "`kubectl | kubeseal` ÷ build from nothing",
                |round| ratio(round.by_hand.kubeseal?, round.builds.cold),
                "How many times faster the same Secrets are sealed, in another format.",
            ),
            self.row(
                "`kubectl | kubeseal` ÷ SealedSecrets from nothing",
                |round| ratio(round.by_hand.kubeseal?, round.builds.controller?),
                "How many times faster in the same format.",
            ),
            self.row(
                "`sops updatekeys` ÷ recipient added",
                |round| ratio(round.by_hand.updatekeys, round.builds.added),
                "How many times faster a recipient is added.",
            ),
            self.row(
                "build from nothing ÷ files alone",
                |round| ratio(round.builds.cold, round.files),
                "What a build costs, compared with the disk alone.",
            ),
        ]
    }

    fn scale(&self) -> String {
        let heads = ["Secrets", "recipients"].into_iter().chain(COLUMNS.map(|column| column.0));
        let lines = self.sizes.iter().map(|size| {
            let figures = COLUMNS.map(|(_, figure)| spread(size.rounds.iter().map(figure)));
            let mut cells = vec![size.secrets.to_string(), size.recipients.to_string()];
            cells.extend(figures);
            cells.push(peak(size.peak_memory));
            cells
        });
        grid(&heads.chain(["peak memory, MiB"]).collect::<Vec<_>>(), lines)
    }

    /// Sizes for which nothing was done by hand are left out.
    fn by_hand(&self) -> String {
        let heads = ["Secrets"].into_iter().chain(LOOPS.map(|column| column.0));
        let lines = self.sizes.iter().filter_map(|size| {
            let by_hand: Vec<(ByHand, Builds)> = size
                .rounds
                .iter()
                .filter_map(|round| Some((round.by_hand?, round.builds)))
                .collect();
            let figures = LOOPS.map(|(_, figure)| {
                spread(by_hand.iter().filter_map(|(by_hand, builds)| figure(by_hand, builds)))
            });
            let cells = [size.secrets.to_string()].into_iter().chain(figures).collect();
            (!by_hand.is_empty()).then_some(cells)
        });
        grid(&heads.collect::<Vec<_>>(), lines)
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
                "The search that people do instead, in the C locale.",
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
                "One image alone is taken apart, 50 times.".to_owned(),
            ),
        ]
    }

    fn audit_ratios(&self) -> Vec<Row> {
        vec![
            self.audit_row(
                "audit ÷ grep",
                |round| ratio(round.audit, round.grep),
                "What a verdict costs, compared with a text search.",
            ),
            self.audit_row(
                "audit ÷ YAML alone",
                |round| ratio(round.audit, round.parse),
                "What the verdicts cost, compared with reading everything.",
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

/// The name of a column, and its figure of one round.
type Column = (&'static str, fn(&SizeRound) -> f64);

const COLUMNS: [Column; 10] = [
    ("from nothing, s", |round| round.builds.cold.as_secs_f64()),
    ("÷ floor", |round| quotient(round.builds.cold, round.wrap)),
    ("unchanged, identity, s", |round| round.builds.identity.as_secs_f64()),
    ("÷ floor", |round| quotient(round.builds.identity, round.unwrap)),
    ("unchanged, fingerprint, s", |round| round.builds.fingerprint.as_secs_f64()),
    ("÷ `cat`", |round| quotient(round.builds.fingerprint, round.cat)),
    ("unchanged, identity and sealed key, s", |round| round.builds.sealed_key.as_secs_f64()),
    ("÷ floor", |round| quotient(round.builds.sealed_key, round.unwrap)),
    ("password rotated, s", |round| round.builds.rotated.as_secs_f64()),
    ("recipient added, s", |round| round.builds.added.as_secs_f64()),
];

/// The name of a column, and its figure of what was done both ways.
type Loop = (&'static str, fn(&ByHand, &Builds) -> Option<f64>);

const LOOPS: [Loop; 4] = [
    ("`kubectl \\| sops encrypt` ÷ build from nothing", |by_hand, builds| {
        ratio(by_hand.sops, builds.cold)
    }),
    ("`kubectl \\| kubeseal` ÷ build from nothing", |by_hand, builds| {
        ratio(by_hand.kubeseal?, builds.cold)
    }),
    ("`kubectl \\| kubeseal` ÷ SealedSecrets from nothing", |by_hand, builds| {
        ratio(by_hand.kubeseal?, builds.controller?)
    }),
    ("`sops updatekeys` ÷ recipient added", |by_hand, builds| {
        ratio(by_hand.updatekeys, builds.added)
    }),
];

const NOT_MEASURED: &str = "not measured";

fn table(rows: Vec<Row>) -> String {
    let lines = rows.into_iter().map(|Row(what, figure, sentence)| {
        let [what, sentence] = [what, &sentence].map(|text| text.replace('|', "\\|"));
        vec![what, figure, sentence]
    });
    grid(&["what", "figure", "meaning"], lines)
}

fn grid(heads: &[&str], lines: impl Iterator<Item = Vec<String>>) -> String {
    let rule = format!("|{}\n", "---|".repeat(heads.len()));
    let lines = lines.map(|cells| format!("| {} |\n", cells.join(" | ")));
    [format!("| {} |\n", heads.join(" | ")), rule].into_iter().chain(lines).collect()
}

fn spread(figures: impl Iterator<Item = f64>) -> String {
    Spread::of(figures).map_or_else(|| NOT_MEASURED.to_owned(), |spread| spread.to_string())
}

#[expect(clippy::unnecessary_wraps, reason = "rows take figures that may be missing")]
fn ratio(time: Duration, base: Duration) -> Option<f64> {
    Some(quotient(time, base))
}

fn quotient(time: Duration, base: Duration) -> f64 {
    time.as_secs_f64() / base.as_secs_f64()
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
            rotated: Duration::from_millis(300),
            added: Duration::from_millis(150),
            fingerprint: Duration::from_millis(10),
            sealed_key: Duration::from_millis(20),
            controller: Some(Duration::from_millis(500)),
        }
    }

    fn by_hand() -> ByHand {
        ByHand {
            sops: Duration::from_secs(100),
            kubeseal: Some(Duration::from_secs(50)),
            updatekeys: Duration::from_secs(15),
        }
    }

    fn round(cold: u64) -> Round {
        Round { builds: builds(cold), files: Duration::from_millis(50), by_hand: by_hand() }
    }

    fn size() -> Size {
        let round = SizeRound {
            builds: builds(110),
            wrap: Duration::from_millis(100),
            unwrap: Duration::from_millis(80),
            cat: Duration::from_millis(5),
            by_hand: None,
        };
        Size { secrets: 100, recipients: 3, rounds: vec![round], peak_memory: Some(20 << 10) }
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
            sizes: vec![size()],
            start_up: spread,
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
    }

    #[test]
    fn ratios_are_taken_inside_a_round() {
        check(&report(), "| `kubectl \\| sops encrypt` ÷ build from nothing | 250 / 400 / 500 |");
        check(&report(), "| `kubectl \\| kubeseal` ÷ build from nothing | 125 / 200 / 250 |");
        let line = "| `kubectl \\| kubeseal` ÷ SealedSecrets from nothing | 100 / 100 / 100 |";
        check(&report(), line);
        check(&report(), "| `sops updatekeys` ÷ recipient added | 100 / 100 / 100 |");
        check(&report(), "| build from nothing ÷ files alone | 4.00 / 5.00 / 8.00 |");
    }

    #[test]
    fn a_size_stands_beside_its_floors() {
        check(
            &report(),
            "| 100 | 3 | 0.110 / 0.110 / 0.110 | 1.10 / 1.10 / 1.10 | 0.120 / 0.120 / 0.120 | \
             1.50 / 1.50 / 1.50 | 0.010 / 0.010 / 0.010 | 2.00 / 2.00 / 2.00 | \
             0.020 / 0.020 / 0.020 | 0.250 / 0.250 / 0.250 | 0.300 / 0.300 / 0.300 | \
             0.150 / 0.150 / 0.150 | 20.0 |",
        );
    }

    #[test]
    fn a_size_stands_beside_what_was_done_by_hand() {
        let mut sizes = vec![size(), size()];
        sizes[1].rounds[0].by_hand = Some(by_hand());
        let report = Report { sizes, ..report() };
        check(
            &report,
            "| 100 | 909 / 909 / 909 | 455 / 455 / 455 | 100 / 100 / 100 | 100 / 100 / 100 |",
        );
        let text = report.to_markdown();
        assert_eq!(text.lines().filter(|line| line.starts_with("| 100 | 909")).count(), 1);
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
        check(&report(), "| size of the binary, MiB | 5.00 |");
    }

    #[test]
    fn what_was_not_measured_says_so() {
        let without = ByHand { kubeseal: None, ..round(200).by_hand };
        let report = Report {
            rounds: vec![Round { by_hand: without, ..round(200) }],
            sizes: vec![Size { peak_memory: None, ..size() }],
            ..report()
        };
        check(&report, "| by hand: `kubectl \\| kubeseal`, s | not measured |");
        assert!(report.to_markdown().contains("| 0.150 / 0.150 / 0.150 | not measured |"));
    }
}
