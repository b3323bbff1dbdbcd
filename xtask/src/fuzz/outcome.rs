//! What one run of a target came to, as libFuzzer prints it.

use std::fmt;

use crate::invocation::Answer;

/// How a run ended, and how much it saw.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The last lines it printed, if it found something.
    finding: Option<String>,
    executions: u64,
    edges: u64,
    features: u64,
}

impl Outcome {
    pub(super) fn of(answer: &Answer) -> Self {
        let printed = String::from_utf8_lossy(&answer.printed.stderr);
        Self::read(&printed, answer.code == Some(0))
    }

    pub(super) fn is_finding(&self) -> bool {
        self.finding.is_some()
    }

    fn read(printed: &str, passed: bool) -> Self {
        Self {
            finding: (!passed).then(|| cause(printed)),
            executions: number_behind(printed, "stat::number_of_executed_units:"),
            edges: number_behind(printed, " cov:"),
            features: number_behind(printed, " ft:"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { executions, edges, features, finding } = self;
        write!(f, "{executions:>9} executions {edges:>6} edges {features:>6} features")?;
        match finding {
            Some(finding) => write!(f, "\nFAIL\n{finding}"),
            None => Ok(()),
        }
    }
}

/// The number behind the last `name` in `printed`.
fn number_behind(printed: &str, name: &str) -> u64 {
    let behind = printed.rsplit_once(name).map(|(_, behind)| behind.trim_start());
    let digits = behind.and_then(|text| text.split(|sign: char| !sign.is_ascii_digit()).next());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

/// The panic and the input, or else the last lines.
fn cause(printed: &str) -> String {
    const LINES: usize = 8;
    const WIDTH: usize = 400;
    let lines: Vec<&str> = printed.lines().collect();
    let panic = lines.iter().position(|line| line.contains("panicked at"));
    let start = panic.unwrap_or(lines.len().saturating_sub(LINES));
    let input = lines.iter().filter(|line| line.contains("Test unit written to"));
    let shown = lines.iter().skip(start).take(LINES).chain(input);
    shown.flat_map(|line| "    | ".chars().chain(line.chars().take(WIDTH)).chain(['\n'])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: &str = "#2\tINITED cov: 1 ft: 2 corp: 1/1b\n\
        #9\tDONE   cov: 853 ft: 3558 corp: 505/29Kb lim: 251\n\
        stat::number_of_executed_units: 174608\nstat::peak_rss_mb:              29\n";

    #[test]
    fn last_figures_count() {
        let outcome = Outcome::read(DONE, true);
        let expected = Outcome { finding: None, executions: 174_608, edges: 853, features: 3558 };
        assert_eq!(outcome, expected);
        assert_eq!(outcome.to_string(), "   174608 executions    853 edges   3558 features");
    }

    #[test]
    fn a_finding_shows_panic_and_input() {
        let printed = "#2\tINITED cov: 1 ft: 2\nthread 'x' panicked at fuzz_targets/yaml.rs:1:2:\nno\n\
            Test unit written to target/crash-1\n";
        let outcome = Outcome::read(printed, false);
        assert!(outcome.is_finding());
        let shown = outcome.to_string();
        assert!(shown.contains("panicked at") && shown.contains("target/crash-1"), "{shown}");
    }

    #[test]
    fn a_program_that_never_began_has_no_figures() {
        let outcome = Outcome::read("error: could not compile\n", false);
        assert_eq!((outcome.executions, outcome.edges), (0, 0));
        assert!(outcome.to_string().contains("could not compile"));
    }
}
