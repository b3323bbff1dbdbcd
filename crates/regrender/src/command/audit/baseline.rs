//! The findings an old repository starts with: they are known, and do not fail the audit.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use regrender_audit::{AuditReport, Finding};
use serde::{Deserialize, Serialize};

use crate::error::{CliError, ErrorKind};

/// The findings that are known, each with how often it was found.
///
/// Lines are not in it: they move whenever something above them changes.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Baseline {
    findings: Vec<Known>,
}

/// A finding that is known.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
struct Known {
    file: String,
    code: String,
    message: String,
}

impl Known {
    fn of(finding: &Finding) -> Self {
        Self {
            file: finding.file.to_string(),
            code: finding.code.name().to_owned(),
            message: finding.message.clone(),
        }
    }
}

impl Baseline {
    /// Takes down the findings of a report.
    pub(super) fn of(report: &AuditReport) -> Self {
        let mut findings: Vec<Known> = report.findings.iter().map(Known::of).collect();
        findings.sort_unstable();
        Self { findings }
    }

    /// Reads a baseline file.
    pub(super) fn read(path: &Path) -> Result<Self, CliError> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
            let message = format!("baseline `{}` cannot be read", path.display());
            CliError::new(ErrorKind::Files, message)
                .with_source(error)
                .with_hint("write one: `regrender audit --write-baseline FILE`")
        };
        let text = fs::read_to_string(path).map_err(|error| failed(error.into()))?;
        serde_json::from_str(&text).map_err(|error| failed(error.into()))
    }

    /// Writes a baseline file.
    pub(super) fn write(&self, path: &Path) -> Result<(), CliError> {
        let text = serde_json::to_string_pretty(self).expect("texts can be written as JSON");
        fs::write(path, text + "\n").map_err(|error| {
            let message = format!("baseline `{}` cannot be written", path.display());
            let failed = CliError::new(ErrorKind::Files, message);
            match error.kind() {
                io::ErrorKind::NotFound => failed.with_source(error).with_hint("make its folder"),
                _ => failed.because_of(error),
            }
        })
    }

    /// Takes what is known out of a report; a finding that is there twice must be known twice.
    pub(super) fn subtract_from(&self, report: &mut AuditReport) {
        let mut known: BTreeMap<&Known, usize> = BTreeMap::new();
        for finding in &self.findings {
            *known.entry(finding).or_default() += 1;
        }
        report.retain_findings(|finding| match known.get_mut(&Known::of(finding)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
    }
}
