//! `regrender verify`: what is written is complete, sealed, and sealed for the right recipients.
//!
//! It needs no private key, asks no source but the fingerprint key where that is at hand, and runs no
//! command.

pub(crate) mod code;
mod sealed;
mod sealed_secret;

use std::collections::BTreeSet;
use std::fmt;
use std::time::SystemTime;

use rayon::prelude::*;
use regrender_audit::visible;
use regrender_config::{Cluster, Format};
use regrender_render::{Contents, Part, Rendered, WantedFile};
use regrender_seal::{Certificate, FingerprintKey, Recipients};
use serde::Serialize;

use self::code::Code;
use crate::args::{Output, Verify};
use crate::error::{CliError, Exit, Failure};
use crate::output_folder::{Current, Obstacle, OutputFolder, Text};
use crate::plan::clear_secret;
use crate::plan::clear_text::{emit, is_same_text};
use crate::plan::ground::{Ground, survey_and_tell};
use crate::plan::planner;
use crate::plan::sealing::recipients;
use crate::project::Project;
use crate::world::World;
use crate::{certificate, fingerprint};

/// Something that is not as registries.toml declares it.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Finding {
    code: &'static str,
    path: String,
    message: String,
    help: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, path, message, help: _ } = self;
        writeln!(f, "error[{code}]: {}: {}", visible(path), visible(message))
    }
}

const NOT_DECLARED: &str = "is not declared, and no build wrote it";
const MOVE_OUT: &str = "move it out of the output folder";

pub(crate) fn run(arguments: &Verify, world: &mut World) -> Result<Exit, Failure> {
    let project = Project::open(&arguments.selection, world)?;
    project.warn_of_expiry(world);
    let mut errors = Vec::new();
    let clusters = &arguments.selection.cluster;
    let grounds = survey_and_tell(&project, clusters, false, &mut errors, world);
    let certificates = certificate::read_all(&project, &grounds, &mut errors);
    world.warn_of(certificate::warnings(&grounds, &certificates, world.now));
    let has_sealed_secrets = certificates.iter().any(Option::is_some);
    let mut fingerprint_key = None;
    if has_sealed_secrets {
        match fingerprint::at_hand(&project, world) {
            Ok(key) => fingerprint_key = key,
            Err(error) => errors.push(error),
        }
    }
    Failure::of_any(errors)?;
    let rendered = planner::render(&project, &grounds, Contents::Unknown)?;
    let (findings, files) =
        verify(&grounds, &rendered, &certificates, fingerprint_key.as_ref(), world.now)?;
    let text = match arguments.output {
        Output::Human => human(&findings, files),
        Output::Json => {
            format!("{}\n", serde_json::json!({ "findings": findings, "files": files }))
        }
    };
    world.print(&text)?;
    if has_sealed_secrets && fingerprint_key.is_none() {
        world.note(sealed_secret::WITHOUT_KEY);
    }
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Differs })
}

/// Lists what is found in all output folders, and counts the files that are declared there.
fn verify(
    grounds: &[Ground<'_>],
    rendered: &[Rendered<'_>],
    certificates: &[Option<Certificate>],
    fingerprint_key: Option<&FingerprintKey>,
    now: SystemTime,
) -> Result<(Vec<Finding>, usize), Failure> {
    let mut findings = Vec::new();
    let mut files = 0;
    for ((ground, rendered), certificate) in grounds.iter().zip(rendered).zip(certificates) {
        let sealed_for = match certificate {
            Some(certificate) => SealedFor::Controller(Controller { certificate, fingerprint_key }),
            None => SealedFor::Recipients(recipients(ground.cluster)?),
        };
        let verified = Verifier::new(ground, sealed_for, now).verify(rendered)?;
        findings.extend(verified.findings);
        files += verified.wanted.len();
    }
    findings.sort_by(|one, other| one.path.cmp(&other.path));
    // What is in the way of a folder is in the way of all its files.
    findings.dedup();
    Ok((findings, files))
}

fn human(findings: &[Finding], files: usize) -> String {
    let mut text = String::new();
    // What helps against many of them is said once, below the last.
    for together in findings.chunk_by(|one, next| one.help == next.help) {
        text.extend(together.iter().map(Finding::to_string));
        text.extend(together.first().map(|finding| format!("  help: {}\n", finding.help)));
    }
    text + &match (findings.len(), files) {
        (0, 1) => String::from("1 file is as declared\n"),
        (0, files) => format!("{files} files are as declared\n"),
        (1, _) => String::from("1 finding\n"),
        (count, _) => format!("{count} findings\n"),
    }
}

/// What an output folder is checked against.
struct Verifier<'a> {
    cluster: &'a Cluster,
    folder: &'a OutputFolder,
    sealed_for: SealedFor<'a>,
    now: SystemTime,
}

/// Who should be able to open the pull secrets of a cluster.
enum SealedFor<'a> {
    Recipients(Recipients),
    Controller(Controller<'a>),
}

/// What is known of the controller that opens the SealedSecrets of a cluster.
struct Controller<'a> {
    certificate: &'a Certificate,
    /// If it is at hand.
    fingerprint_key: Option<&'a FingerprintKey>,
}

/// What was found in an output folder, or in a part of it.
#[derive(Default)]
struct Verified {
    /// The paths of the files that shall be there.
    wanted: BTreeSet<String>,
    findings: Vec<Finding>,
}

/// Collects what is found in one file.
struct Finder<'a> {
    verifier: &'a Verifier<'a>,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Verifier<'a> {
    fn new(ground: &'a Ground<'_>, sealed_for: SealedFor<'a>, now: SystemTime) -> Self {
        Self { cluster: ground.cluster, folder: &ground.folder, sealed_for, now }
    }

    fn verify(&self, rendered: &Rendered<'_>) -> Result<Verified, CliError> {
        let parts: Vec<Verified> = rendered
            .parts()
            .par_iter()
            .map(|part| self.check_part(part))
            .collect::<Result<_, _>>()?;
        let mut all = Verified::default();
        for part in parts {
            all.wanted.extend(part.wanted);
            all.findings.extend(part.findings);
        }
        let others: Vec<&String> =
            self.folder.files.iter().filter(|path| !all.wanted.contains(*path)).collect();
        let others: Vec<Vec<Finding>> =
            others.par_iter().map(|path| self.check_other(path)).collect::<Result<_, _>>()?;
        all.findings.extend(others.into_iter().flatten());
        let mut finder = Finder { verifier: self, findings: &mut all.findings };
        for path in &self.folder.unfinished {
            finder.find(&code::UNFINISHED_FILE, path, "was left by an interrupted build");
        }
        for path in self.folder.foreign.keys().filter(|path| !is_in_the_way(path, &all.wanted)) {
            finder.find_with(&code::UNDECLARED_FILE, path, NOT_DECLARED, MOVE_OUT);
        }
        Ok(all)
    }

    fn check_part(&self, part: &Part<'_>) -> Result<Verified, CliError> {
        let mut verified = Verified::default();
        let mut finder = Finder { verifier: self, findings: &mut verified.findings };
        let mut buffer = Vec::new();
        for (path, wanted) in part.files() {
            match self.folder.current(&path, &mut buffer)? {
                Current::Missing => {
                    finder.find(&code::MISSING_FILE, &path, "is declared and not there");
                }
                Current::InTheWay(Obstacle { place, what }) => {
                    let message = format!("is in the way: it {what}");
                    finder.find(&code::FOREIGN_FILE, &place, message);
                    if place == path && self.folder.files.contains(&path) {
                        let text = self.folder.read(&path, &mut buffer)?;
                        finder.check_clear_secrets(&path, text);
                    }
                }
                Current::Ours(text) => {
                    finder.check_file(&path, &wanted, text);
                    finder.check_clear_secrets(&path, Text::Ours(text));
                }
            }
            verified.wanted.insert(path);
        }
        Ok(verified)
    }

    /// Checks a file that nothing asks for.
    fn check_other(&self, path: &str) -> Result<Vec<Finding>, CliError> {
        let mut findings = Vec::new();
        let mut finder = Finder { verifier: self, findings: &mut findings };
        let mut buffer = Vec::new();
        let text = self.folder.read(path, &mut buffer)?;
        match text {
            Text::Ours(_) => {
                finder.find(&code::UNDECLARED_FILE, path, "is not declared any more");
            }
            Text::Foreign(_) => {
                finder.find_with(&code::UNDECLARED_FILE, path, NOT_DECLARED, MOVE_OUT);
            }
        }
        finder.check_clear_secrets(path, text);
        Ok(findings)
    }
}

/// Says whether a file shall be at `path`, or below it. What is there instead has been found then.
fn is_in_the_way(path: &str, wanted: &BTreeSet<String>) -> bool {
    let below = format!("{path}/");
    let first_below = wanted.range(below.clone()..).next();
    wanted.contains(path) || first_below.is_some_and(|file| file.starts_with(&below))
}

impl Finder<'_> {
    fn find(&mut self, code: &Code, path: &str, message: impl Into<String>) {
        self.find_with(code, path, message, code.help);
    }

    /// Adds a finding with another way out than usual.
    fn find_with(&mut self, code: &Code, path: &str, message: impl Into<String>, help: &str) {
        self.findings.push(Finding {
            code: code.name,
            path: format!("{}/{path}", self.verifier.cluster.directory),
            message: message.into(),
            help: help.to_owned(),
        });
    }

    fn check_file(&mut self, path: &str, wanted: &WantedFile, current: &str) {
        match wanted {
            WantedFile::Clear(document) => self.check_text(path, current, &emit(document)),
            WantedFile::Text(text) => self.check_text(path, current, text),
            WantedFile::Sealed(file) => match &self.verifier.sealed_for {
                SealedFor::Controller(controller) => {
                    self.check_sealed_secret(path, current, file, controller);
                }
                SealedFor::Recipients(recipients) => {
                    if self.verifier.cluster.format == Format::Age {
                        self.check_age(path, current, file, recipients);
                    } else {
                        self.check_sops(path, current, file, recipients);
                    }
                }
            },
        }
    }

    fn check_text(&mut self, path: &str, current: &str, wanted: &str) {
        if !is_same_text(current, wanted) {
            self.find(&code::OUTDATED_FILE, path, "says something else than is declared");
        }
    }

    /// Looks for Secrets in clear, whoever wrote the file.
    fn check_clear_secrets(&mut self, path: &str, text: Text<'_>) {
        let (Text::Ours(text) | Text::Foreign(Some(text))) = text else { return };
        for name in clear_secret::names(path, text) {
            let message = format!("Secret `{name}` can be read by everybody");
            self.find(&code::CLEAR_SECRET, path, message);
        }
    }
}
