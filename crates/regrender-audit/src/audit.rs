//! Brings everything together: every image with its verdict, and every finding with its place.

use std::collections::{BTreeMap, BTreeSet};

use regrender_image::{AuthKey, KeySet};

use crate::check::{check_accounts, check_secrets, check_subject};
use crate::credentials::{Credentials, InForce, Opener};
use crate::declared::{Declarations, Declared};
use crate::finding::{Code, Finding};
use crate::inventory::Inventory;
use crate::judge::Judge;
use crate::judgement::{Judgement, host_of};
use crate::kind::{Doubt, ImageUse};
use crate::leak;
use crate::place::Place;
use crate::report::{AuditReport, ImageRow};
use crate::subject::{Subject, subjects};
use crate::variable::reference_of;
use crate::verdict::Verdict;

/// Judges every image of `inventory`.
///
/// `declared` is what registries.toml says; `open` opens a sealed Secret where an identity for it is
/// at hand, and gives `None` otherwise.
#[must_use]
pub fn audit(inventory: &Inventory, declared: &Declared, open: Opener<'_>) -> AuditReport {
    let declarations = Declarations::new(declared);
    let credentials = Credentials::new(inventory, &declarations, open);
    let mut auditor = Auditor {
        inventory,
        declarations: &declarations,
        credentials: &credentials,
        judge: Judge::new(&declarations, &credentials),
        images: Vec::new(),
        workloads: BTreeSet::new(),
        findings: inventory.findings.clone(),
        used: Vec::new(),
        hosts: BTreeMap::new(),
    };
    for subject in subjects(inventory) {
        auditor.take(&subject);
    }
    auditor.findings.extend(check_secrets(inventory, &credentials, declared.now.as_deref()));
    auditor.findings.extend(check_accounts(inventory, &auditor.used));
    auditor.findings.extend(declared.clear_sources.iter().map(leak::source));
    auditor.report_keys_without_image();
    auditor.report_undeclared_hosts();
    let mut findings = auditor.findings;
    findings.sort_unstable();
    findings.dedup();
    AuditReport::new(auditor.images, auditor.workloads.len(), findings, inventory)
}

struct Auditor<'a> {
    inventory: &'a Inventory,
    declarations: &'a Declarations<'a>,
    credentials: &'a Credentials<'a>,
    judge: Judge<'a>,
    images: Vec<ImageRow>,
    /// The workloads that pull, by their place, namespace and name: a patch may bring an image of one.
    workloads: BTreeSet<(Place, Option<String>, String)>,
    findings: Vec<Finding>,
    /// What is in force for each workload, by namespace.
    used: Vec<(Option<String>, InForce)>,
    /// The first place of each host of images.
    hosts: BTreeMap<String, Place>,
}

impl Auditor<'_> {
    fn take(&mut self, subject: &Subject<'_>) {
        let in_force = self.credentials.in_force(subject);
        if !subject.is_open() && subject.doubt.is_none() {
            self.findings.extend(check_subject(
                subject,
                &in_force,
                self.inventory,
                self.credentials,
                self.declarations,
            ));
        }
        if !subject.images.is_empty() {
            let place = subject.workload.place.clone();
            self.workloads.insert((place, subject.namespace.clone(), subject.name.clone()));
        }
        let mut needed = BTreeSet::new();
        for image in &subject.images {
            let parsed = reference_of(subject, image);
            if let Ok(parsed) = &parsed {
                let host = host_of(parsed);
                if !self.declarations.knows(parsed) {
                    self.hosts.entry(host.clone()).or_insert_with(|| image.place.clone());
                }
                needed.insert(host);
            }
            let judgement = self.judge.judge(subject, &in_force, image, parsed.as_ref());
            self.report(subject, image, &judgement);
            self.images.push(ImageRow::new(
                subject,
                &in_force,
                image,
                parsed.ok().as_ref(),
                judgement,
            ));
        }
        if subject.lacks_namespace() {
            self.report_namespace(subject, &in_force, &needed);
        }
        self.used.push((subject.namespace.clone(), in_force));
    }

    fn report(&mut self, subject: &Subject<'_>, image: &ImageUse, judgement: &Judgement) {
        let (Some(severity), Some(code)) = (judgement.severity, judgement.verdict.code()) else {
            return;
        };
        // One finding for the whole workload says it.
        if judgement.verdict == Verdict::Undetermined && subject.lacks_namespace() {
            return;
        }
        let message = format!("`{}` of {}: {}", image.image, subject.title(), judgement.reason);
        let mut finding = Finding::with_severity(code, severity, &image.place, message);
        // What is missing is missing for all images of which the same is said.
        if matches!(
            judgement.verdict,
            Verdict::UncoveredUnknown | Verdict::UncoveredPrivate | Verdict::Undetermined
        ) {
            finding.shared = Some(judgement.reason.clone());
        }
        self.findings.push(finding);
    }

    fn report_namespace(
        &mut self,
        subject: &Subject<'_>,
        in_force: &InForce,
        needed: &BTreeSet<String>,
    ) {
        let hosts: Vec<&str> = needed.iter().map(String::as_str).collect();
        let mut about = subject.title();
        if !hosts.is_empty() {
            about = format!("{about}, which pulls from `{}`", hosts.join("`, `"));
        }
        if in_force.names.is_empty() {
            about.push_str(" with no pull secret");
        } else {
            about = format!("{about} with the pull secrets `{}`", in_force.names.join("`, `"));
        }
        let mut reason = "the namespace is not known".to_owned();
        if let Some(Doubt::Variable(variable)) = &subject.doubt {
            reason = format!("{reason}: {variable}");
        }
        let place = &subject.workload.place;
        let message = format!("{about}: {reason}");
        let finding = Finding::new(Code::NamespaceUnknown, place, message);
        self.findings.push(Finding { shared: Some(reason), ..finding });
    }

    /// Finds keys that match no image of the namespaces in which their Secret is.
    fn report_keys_without_image(&mut self) {
        let mut users_of: BTreeMap<&str, Vec<&ImageRow>> = BTreeMap::new();
        for row in &self.images {
            for name in &row.pull_secrets {
                users_of.entry(name).or_default().push(row);
            }
        }
        for (position, secret) in self.inventory.secrets.iter().enumerate() {
            let named = users_of.get(&*secret.name).into_iter().flatten();
            let users: Vec<&&ImageRow> = named
                .filter(|row| {
                    row.namespace == secret.namespace
                        || row.namespace.as_deref().is_none_or(|name| secret.is_copied_to(name))
                })
                .collect();
            if users.is_empty() || secret.namespace.is_none() {
                continue;
            }
            let content = self.credentials.content(position);
            let Some(config) = content.and_then(|content| content.decode().ok()) else {
                continue;
            };
            let keys = config.entries.keys().filter_map(|text| AuthKey::parse(text).ok());
            let keys: KeySet = keys.collect();
            let images = users.iter().filter_map(|row| row.reference());
            let used: BTreeSet<usize> =
                images.flat_map(|image| keys.positions_for(&image)).collect();
            let unused = keys.iter().enumerate().filter(|(position, _)| !used.contains(position));
            for (_, key) in unused {
                let message = format!(
                    "key `{}` of Secret `{}` matches no image that is pulled with it",
                    key.shown(),
                    secret.name
                );
                self.findings.push(Finding::new(Code::KeyUnused, &secret.place, message));
            }
        }
    }

    fn report_undeclared_hosts(&mut self) {
        if self.declarations.is_empty() {
            return;
        }
        for (host, place) in &self.hosts {
            let message =
                format!("images come from `{host}`, which registries.toml does not declare");
            self.findings.push(Finding::new(Code::RegistryUndeclared, place, message));
        }
    }
}
