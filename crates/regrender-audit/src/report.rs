//! Knows how an audit is told: as data, as JSON and as text for people.

mod fold;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use regrender_image::ImageReference;
use serde::{Serialize, Serializer};

use crate::credentials::InForce;
use crate::finding::{Finding, Severity};
use crate::inventory::Inventory;
use crate::judgement::Judgement;
use crate::kind::ImageUse;
use crate::subject::Subject;
use crate::unreadable::Unreadable;
use crate::verdict::Verdict;

/// Everything an audit found.
#[derive(Clone, Debug, Serialize)]
pub struct AuditReport {
    /// Every image with its verdict.
    pub images: Vec<ImageRow>,
    /// Every finding, by file and line.
    #[serde(serialize_with = "findings_in_short")]
    pub findings: Vec<Finding>,
    /// Every file or document that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// How much there is of everything.
    pub summary: Summary,
}

/// One image of one workload.
#[derive(Clone, Debug, Serialize)]
pub struct ImageRow {
    /// The file.
    pub file: String,
    /// The document in the file, from 0.
    pub document: usize,
    /// The line of the image, from 1.
    pub line: usize,
    /// The kind of the workload; empty for values of charts.
    pub kind: String,
    /// The namespace, where it is known.
    pub namespace: Option<String>,
    /// The name of the workload.
    pub name: String,
    /// `init`, `container`, `ephemeral` or `volume`.
    pub role: &'static str,
    /// The name of the container or volume, or the path of keys to the image.
    pub container: String,
    /// The image as it is deployed.
    pub image: String,
    /// What the keyring is asked for, if the image parses.
    pub repository: Option<String>,
    /// The account, where it is known.
    pub service_account: Option<String>,
    /// The pull secrets in force, in order.
    pub pull_secrets: Vec<String>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// How bad that is; `None` where all is well.
    #[serde(skip)]
    pub severity: Option<Severity>,
    /// Why.
    #[serde(skip)]
    pub reason: String,
}

/// Counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Files read.
    pub files: usize,
    /// Workloads and other things that pull images.
    pub workloads: usize,
    /// Images.
    pub images: usize,
    /// Images by verdict.
    pub verdicts: BTreeMap<&'static str, usize>,
    /// Findings by severity.
    pub findings: BTreeMap<&'static str, usize>,
    /// Files and documents that could not be read.
    pub unreadable: usize,
}

impl ImageRow {
    pub(crate) fn new(
        subject: &Subject<'_>,
        in_force: &InForce,
        image: &ImageUse,
        parsed: Option<&ImageReference>,
        judgement: Judgement,
    ) -> Self {
        Self {
            file: image.place.file.to_string(),
            document: image.place.document,
            line: image.place.line,
            kind: subject.workload.kind.clone(),
            namespace: subject.namespace.clone(),
            name: subject.name.clone(),
            role: image.role.name(),
            container: image.container.clone(),
            image: image.image.clone(),
            repository: parsed.map(ImageReference::repository),
            service_account: in_force.account.clone(),
            pull_secrets: in_force.names.clone(),
            verdict: judgement.verdict,
            severity: judgement.severity,
            reason: judgement.reason,
        }
    }

    /// Returns what is pulled, as far as it is known.
    pub(crate) fn reference(&self) -> Option<ImageReference> {
        let image = ImageReference::parse(&self.image).ok();
        image.or_else(|| ImageReference::parse(self.repository.as_deref()?).ok())
    }
}

impl Summary {
    fn count(&mut self, findings: &[Finding]) {
        for severity in [Severity::Error, Severity::Warning, Severity::Info] {
            let count = findings.iter().filter(|one| one.severity == severity).count();
            self.findings.insert(severity.name(), count);
        }
    }
}

impl AuditReport {
    pub(crate) fn new(
        images: Vec<ImageRow>,
        workloads: usize,
        findings: Vec<Finding>,
        inventory: &Inventory,
    ) -> Self {
        let mut summary = Summary {
            files: inventory.files(),
            images: images.len(),
            workloads,
            unreadable: inventory.unreadable.len(),
            ..Summary::default()
        };
        for row in &images {
            *summary.verdicts.entry(row.verdict.name()).or_default() += 1;
        }
        summary.count(&findings);
        let unreadable = inventory.unreadable.clone();
        Self { images, findings, unreadable, summary }
    }

    /// Keeps only the findings that `keep` wants, and counts them anew.
    pub fn retain_findings(&mut self, keep: impl FnMut(&Finding) -> bool) {
        self.findings.retain(keep);
        self.summary.count(&self.findings);
    }

    /// Tells the worst severity among the findings; `None` where there is none.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).min()
    }

    /// Returns the object that `--output json` prints.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        // Nothing in here can fail to serialise: every key is a string.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Returns the report for people: findings first, then what could not be read, then counts.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for fold in fold::fold(&self.findings) {
            // Writing to a string cannot fail.
            let _infallible = write!(text, "{fold}");
        }
        text.push_str(&fold::unreadable(&self.unreadable));
        let _infallible = writeln!(text, "{}", self.summary_line());
        text
    }

    /// Returns one line of counts.
    #[must_use]
    pub fn summary_line(&self) -> String {
        let verdicts: Vec<String> =
            self.summary.verdicts.iter().map(|(name, count)| format!("{count} {name}")).collect();
        let count = |severity: Severity| {
            self.summary.findings.get(severity.name()).copied().unwrap_or_default()
        };
        format!(
            "{} in {}: {}; {}, {}, {} unreadable",
            counted(self.summary.images, "image"),
            counted(self.summary.files, "file"),
            if verdicts.is_empty() { "nothing to pull".to_owned() } else { verdicts.join(", ") },
            counted(count(Severity::Error), "error"),
            counted(count(Severity::Warning), "warning"),
            self.summary.unreadable,
        )
    }
}

/// Counts things by their noun.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The part of a finding that scripts rely on.
#[derive(Serialize)]
struct ShortFinding<'f> {
    code: &'static str,
    severity: &'static str,
    file: &'f str,
    line: usize,
    message: &'f str,
}

fn findings_in_short<S: Serializer>(
    findings: &[Finding],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(findings.iter().map(|one| ShortFinding {
        code: one.code.name(),
        severity: one.severity.name(),
        file: &one.file,
        line: one.line,
        message: &one.message,
    }))
}
