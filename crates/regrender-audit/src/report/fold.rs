//! Knows how findings are told to people; of many that one remedy is for, only the first in full.

use std::collections::BTreeMap;
use std::fmt;

use super::counted;
use crate::finding::{Code, Finding, Severity};
use crate::text::visible;
use crate::unreadable::{Reason, Unreadable};

/// As many findings for one remedy are still told one by one.
const FEW: usize = 3;

/// The way out where many templates of charts could not be read.
const TEMPLATE_HELP: &str =
    "pipe what `helm template` makes of a chart through `regrender audit -`";

/// Findings that are told together.
pub(super) struct Fold<'f> {
    first: &'f Finding,
    others: Vec<&'f Finding>,
}

/// Brings findings together, in the order of the first of each.
pub(super) fn fold(findings: &[Finding]) -> Vec<Fold<'_>> {
    let mut counts = BTreeMap::new();
    for remedy in findings.iter().filter_map(remedy) {
        *counts.entry(remedy).or_insert(0) += 1;
    }
    let mut folds: Vec<Fold<'_>> = Vec::new();
    let mut places = BTreeMap::new();
    for first in findings {
        let remedy = remedy(first).filter(|remedy| counts.get(remedy) > Some(&FEW));
        let place = remedy.map_or(folds.len(), |one| *places.entry(one).or_insert(folds.len()));
        match folds.get_mut(place) {
            Some(fold) => fold.others.push(first),
            None => folds.push(Fold { first, others: Vec::new() }),
        }
    }
    folds
}

/// What all findings for one remedy have in common.
type Remedy<'f> = (Severity, Code, &'f str, Option<&'f str>);

fn remedy(finding: &Finding) -> Option<Remedy<'_>> {
    // One kustomization may lack many files, but which others lack any must be seen.
    let file = (finding.code == Code::BrokenKustomization).then_some(&*finding.file);
    Some((finding.severity, finding.code, finding.shared.as_deref()?, file))
}

impl fmt::Display for Fold<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, others } = self;
        write!(f, "{}[{}]: ", first.severity.name(), first.code.name())?;
        match first.shared.as_deref().filter(|_| !others.is_empty()) {
            None => {
                writeln!(f, "{}", visible(&first.message))?;
                writeln!(f, "  --> {}", place(first))?;
            }
            Some(shared) => {
                let noun = match first.code {
                    Code::NamespaceUnknown => "workload",
                    Code::BrokenKustomization => "path",
                    _ => "image",
                };
                // What ends a sentence is one of its own here.
                let fact = shared.strip_prefix("so ").unwrap_or(shared);
                writeln!(f, "{}: {}", visible(fact), counted(others.len() + 1, noun))?;
                for finding in std::iter::once(first).chain(others).take(FEW) {
                    let own = finding.message.strip_suffix(shared).unwrap_or(&finding.message);
                    let own = own.trim_end_matches([':', ',', ' ']);
                    writeln!(f, "  --> {}: {}", place(finding), visible(own))?;
                }
                writeln!(f, "{}", more(others.len() + 1))?;
            }
        }
        writeln!(f, "  help: {}\n", first.code.help())
    }
}

fn more(count: usize) -> String {
    format!("  and {} more, which `--output json` lists", count - FEW)
}

/// Tells what could not be read: one by one, but many templates of charts together.
pub(super) fn unreadable(all: &[Unreadable]) -> String {
    let (templates, mut rest): (Vec<_>, Vec<_>) =
        all.iter().partition(|one| one.reason == Reason::HelmTemplate);
    let mut lines = Vec::new();
    if templates.len() > FEW {
        let count = counted(templates.len(), "file");
        lines.push(format!("unreadable: {}: {count}", Reason::HelmTemplate));
        lines.extend(templates.iter().take(FEW).map(|one| format!("  --> {}", visible(&one.file))));
        lines.push(more(templates.len()));
        lines.push(format!("  help: {TEMPLATE_HELP}\n"));
    } else {
        rest = all.iter().collect();
    }
    let told = |one: &&Unreadable| {
        format!("unreadable: {}: {}", visible(&one.file), visible(&one.reason.to_string()))
    };
    lines.extend(rest.iter().map(told));
    lines.push(String::new());
    lines.join("\n")
}

fn place(finding: &Finding) -> String {
    format!("{}:{}:{}", visible(&finding.file), finding.line, finding.column)
}
