//! `regrender verify`: what is written is complete, sealed, and sealed for the right recipients.
//!
//! It needs no private key, asks no source and runs no command.

mod flaw;

use std::fmt;

use regrender_audit::{Inventory, SecretState};
use regrender_config::{Cluster, Format};
use regrender_document::{Document, Entry};
use regrender_render::{Contents, FileTree, PullSecretFile, WantedFile};
use regrender_seal::{Inspection, OpenError, Recipients};
use serde::Serialize;

use self::flaw::{code_of, describe};
use crate::args::{Output, Verify};
use crate::disk::{Foreign, Obstacle, OutputFolder};
use crate::error::{Exit, Failure};
use crate::left_over;
use crate::manifests::Manifests;
use crate::planner::{self, Ground, emit};
use crate::project::Project;
use crate::sealing::{self, recipients};
use crate::world::World;

/// Something that is not as registries.toml declares it.
#[derive(Debug, Serialize)]
struct Finding {
    code: &'static str,
    path: String,
    message: String,
    help: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, path, message, help: _ } = self;
        writeln!(f, "error[{code}]: {path}: {message}")
    }
}

const BUILD: &str = "run `regrender build` and commit what it writes";

pub(crate) fn run(arguments: &Verify, world: &mut World) -> Result<Exit, Failure> {
    let project = Project::open(&arguments.selection, world)?;
    let mut errors = Vec::new();
    let mut manifests = Manifests::of_build(&project);
    let clusters = &arguments.selection.cluster;
    let grounds = planner::survey(&project, clusters, false, &mut manifests, &mut errors);
    world.warn_of(left_over::warning(&project, &mut manifests, &world.directory));
    drop(manifests);
    if !errors.is_empty() {
        return Err(Failure(errors));
    }
    let rendered = planner::render(&project, &grounds, Contents::Unknown)?;
    let mut findings = Vec::new();
    let mut files = 0;
    for (ground, rendered) in grounds.iter().zip(&rendered) {
        let mut verifier = Verifier::new(ground)?;
        verifier.check_tree(&rendered.tree);
        verifier.check_undeclared(&rendered.tree);
        verifier.check_clear_secrets();
        findings.append(&mut verifier.findings);
        files += rendered.tree.len();
    }
    findings.sort_by(|one, other| one.path.cmp(&other.path));
    let text = match arguments.output {
        Output::Human => human(&findings, files),
        Output::Json => {
            format!("{}\n", serde_json::json!({ "findings": findings, "files": files }))
        }
    };
    world.print(&text)?;
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Differs })
}

fn human(findings: &[Finding], files: usize) -> String {
    let mut text = String::new();
    // What helps against many of them is said once, below the last.
    for together in findings.chunk_by(|one, next| one.help == next.help) {
        text.extend(together.iter().map(Finding::to_string));
        text.extend(together.first().map(|finding| format!("  help: {}\n", finding.help)));
    }
    text + &match findings.len() {
        0 => format!("{files} files are as declared\n"),
        1 => String::from("1 finding\n"),
        count => format!("{count} findings\n"),
    }
}

/// What is found in one output folder.
struct Verifier<'a> {
    cluster: &'a Cluster,
    folder: &'a OutputFolder,
    recipients: Recipients,
    findings: Vec<Finding>,
}

impl<'a> Verifier<'a> {
    fn new(ground: &'a Ground<'_>) -> Result<Self, Failure> {
        let recipients = recipients(ground.cluster)?;
        let (cluster, folder) = (ground.cluster, &ground.folder);
        Ok(Self { cluster, folder, recipients, findings: Vec::new() })
    }

    fn find(&mut self, code: &'static str, path: &str, message: impl Into<String>, help: &str) {
        self.findings.push(Finding {
            code,
            path: format!("{}/{path}", self.cluster.directory),
            message: message.into(),
            help: help.to_owned(),
        });
    }

    fn check_tree(&mut self, tree: &FileTree) {
        for (path, wanted) in tree.iter() {
            let Some(current) = self.folder.ours.get(path) else {
                self.check_missing(path);
                continue;
            };
            match wanted {
                WantedFile::Clear(document) => self.check_text(path, current, &emit(document)),
                WantedFile::Text(text) => self.check_text(path, current, text),
                WantedFile::Sealed(file) => match self.cluster.format {
                    Format::Sops => self.check_sops(path, current, file),
                    Format::Age => self.check_age(path, current),
                },
            }
        }
    }

    fn check_missing(&mut self, path: &str) {
        match self.folder.obstacle(path) {
            Some(Obstacle { place, what }) => {
                let message = format!("is in the way: it {what}");
                self.find("foreign-file", &place, message, "move it away and build again");
            }
            None => self.find("missing-file", path, "is declared and not there", BUILD),
        }
    }

    fn check_text(&mut self, path: &str, current: &str, wanted: &str) {
        if current != wanted {
            self.find("outdated-file", path, "says something else than is declared", BUILD);
        }
    }

    fn check_sops(&mut self, path: &str, current: &str, file: &PullSecretFile) {
        let inspection = match regrender_seal::inspect(current) {
            Ok(inspection) => inspection,
            Err(OpenError::NotSealed) => {
                // What is in it in clear is told by the search for clear secrets.
                return self.find("not-sealed", path, "is not sealed", BUILD);
            }
            Err(error) => return self.find("broken-file", path, error.to_string(), BUILD),
        };
        for flaw in &inspection.findings {
            self.find(code_of(flaw), path, describe(flaw), BUILD);
        }
        if !is_whole(&inspection) {
            let message = "its one value is not `data:.dockerconfigjson`";
            self.find("outdated-file", path, message, BUILD);
        }
        if !inspection.is_for(&self.recipients) {
            self.check_recipients(path, &inspection);
        }
        if inspection.mac_scope != sealing::options(self.cluster).mac {
            self.find(
                "other-mac-scope",
                path,
                "its MAC covers something else than `mac` says",
                BUILD,
            );
        }
        if clear_part(inspection.document) != emit(&file.clear) {
            let message = "its name, namespace, type, labels or annotations are not as declared";
            self.find("outdated-file", path, message, BUILD);
        }
    }

    fn check_recipients(&mut self, path: &str, inspection: &Inspection) {
        let declared: Vec<&str> =
            self.recipients.iter().map(regrender_seal::Recipient::as_str).collect();
        let missing: Vec<String> = declared
            .iter()
            .filter(|wanted| !inspection.recipients.iter().any(|found| found == *wanted))
            .map(|wanted| (*wanted).to_owned())
            .collect();
        let extra: Vec<&String> = inspection
            .recipients
            .iter()
            .filter(|found| !declared.contains(&found.as_str()))
            .collect();
        for recipient in missing {
            let message = format!("`{recipient}` is a recipient and cannot open it");
            self.find("missing-recipient", path, message, BUILD);
        }
        for recipient in extra {
            let message = format!("`{recipient}` is no recipient and can open it");
            self.find("undeclared-recipient", path, message, BUILD);
        }
    }

    fn check_age(&mut self, path: &str, current: &str) {
        match regrender_seal::inspect_age(current) {
            Err(error) => self.find("broken-file", path, error.to_string(), BUILD),
            Ok(inspection) if inspection.is_for(&self.recipients) == Some(false) => {
                self.find("other-recipients", path, "is not for exactly the recipients", BUILD);
            }
            Ok(_) => {}
        }
    }

    fn check_undeclared(&mut self, tree: &FileTree) {
        let folder = self.folder;
        for path in folder.ours.keys().filter(|path| !tree.contains(path)) {
            self.find("undeclared-file", path, "is not declared any more", BUILD);
        }
        for path in &folder.unfinished {
            self.find("unfinished-file", path, "was left by an interrupted build", BUILD);
        }
        for path in folder.foreign.keys().filter(|path| !tree.contains(path)) {
            let help = "move it out of the output folder";
            self.find("undeclared-file", path, "is not declared, and no build wrote it", help);
        }
    }

    /// Looks for Secrets in clear in every file of the folder, whoever wrote it.
    fn check_clear_secrets(&mut self) {
        let ours = self.folder.ours.iter();
        let foreign = self.folder.foreign.iter().filter_map(|(path, foreign)| match foreign {
            Foreign::File(Some(text)) => Some((path, text)),
            _ => None,
        });
        let files = ours.chain(foreign).map(|(path, text)| (path.as_str(), text.as_bytes()));
        let inventory = Inventory::read(files);
        for secret in inventory.secrets().filter(|secret| secret.state == SecretState::Clear) {
            let message = format!("Secret `{}` can be read by everybody", secret.name);
            let help = "change the credential at the registry, remove the file, and build again";
            self.find("clear-secret", &secret.place.file, message, help);
        }
    }
}

/// Says whether a sealed Secret holds the one value that a pull secret has.
fn is_whole(inspection: &Inspection) -> bool {
    let paths = inspection.values.iter().map(|value| value.path.keys());
    paths.eq([["data", ".dockerconfigjson"]])
}

/// Spells what may be seen of a sealed Secret.
fn clear_part(mut document: Document) -> String {
    let is_clear = |entry: &Entry| !matches!(entry, Entry::Pair { key, .. } if key == "data" || key == "stringData");
    document.root = document.root.into_entries().into_iter().filter(is_clear).collect();
    emit(&document)
}
