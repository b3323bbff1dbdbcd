//! What an output folder shall hold, compared with what it holds: part by part, on all cores.
//!
//! A file is rendered, read, sealed and handed to the command that asked while it is at hand; what
//! stays of it is a line in the plan.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use regrender_document::{Document, Spelling};
use regrender_render::{MANIFESTS, Part, PullSecretFile, Rendered, WantedFile};
use regrender_seal::{Reason, Update};

use crate::error::{CliError, ErrorKind};
use crate::output_folder::{Current, Obstacle, OutputFolder, TOO_LONG, Text};
use crate::plan::dead_stack::wipe_dead_stacks;
use crate::plan::only::{Only, Share};
use crate::plan::sealing::{Keys, Sealer};
use crate::plan::{Action, PlannedFile};
use crate::progress::Progress;

/// What a command does about the files that do not stay as they are.
pub(crate) trait Purpose: Sync {
    /// Makes an output folder ready for it.
    fn begin(&self, _folder: &OutputFolder) -> Result<(), CliError> {
        Ok(())
    }

    /// Deals with a file while its text is at hand, and describes what changes in it.
    fn change(&self, change: &ChangedFile<'_>) -> Result<Vec<String>, CliError>;

    /// Undoes what it did to an output folder, since something is wrong.
    fn give_up(&self, _folder: &OutputFolder) {}
}

/// A file that does not stay as it is.
pub(crate) struct ChangedFile<'a> {
    /// The output folder.
    pub(crate) folder: &'a OutputFolder,
    /// Its path in the folder.
    pub(crate) path: &'a str,
    /// What it shall be.
    pub(crate) wanted: &'a WantedFile,
    /// What it holds, if it is there.
    pub(crate) current: Option<&'a str>,
    /// What it shall hold.
    pub(crate) text: &'a str,
    /// The path of a file of the folder that was dealt with before: mostly of the last one.
    pub(crate) before: Option<&'a str>,
    /// Why, if it is a sealed file.
    pub(crate) reasons: &'a [Reason],
    /// The keys of the run.
    pub(crate) keys: &'a Keys,
}

/// How many parts a core takes at a time: few, so that all cores are done at the same moment.
const PORTION: usize = 64;

/// What an output folder, or a part of the tree, is compared with, and how.
pub(crate) struct Comparison<'a> {
    /// The output folder.
    pub(crate) folder: &'a OutputFolder,
    /// The output folder as registries.toml names it.
    pub(crate) shown_folder: &'a str,
    /// What seals its pull secrets.
    pub(crate) sealer: &'a Sealer<'a>,
    /// The keys of the run.
    pub(crate) keys: &'a Keys,
    /// What is done about files that change.
    pub(crate) purpose: &'a dyn Purpose,
    /// Told of each sealed file.
    pub(crate) progress: &'a Progress,
    /// The pull secrets that the run is for, if it is not for all.
    pub(crate) only: Option<&'a Only<'a>>,
}

/// What came of a comparison.
#[derive(Default)]
pub(crate) struct Compared {
    /// The files that change.
    pub(crate) changed: Vec<PlannedFile>,
    /// The paths of the files that stay.
    pub(crate) kept: Vec<String>,
    /// What is not done, by path, since the run is for some pull secrets only.
    pub(crate) left: Vec<(Action, String)>,
    /// The paths of files that would change for those and for others.
    entangled: Vec<String>,
    /// The paths and names of pull secrets that are not there and that the run is not for.
    absent: Vec<(String, String)>,
    /// What is in the way; one thing can be in the way of many files.
    obstacles: BTreeSet<Obstacle>,
    /// What else is wrong.
    errors: Vec<CliError>,
}

/// What one core works on, and with.
#[derive(Default)]
struct Portion {
    compared: Compared,
    /// What files are read into.
    buffer: Vec<u8>,
}

impl Comparison<'_> {
    /// Compares the whole folder.
    pub(crate) fn run(&self, rendered: &Rendered<'_>) -> Result<Compared, Vec<CliError>> {
        let compared: Vec<Compared> = rendered
            .parts()
            .par_iter()
            .with_max_len(PORTION)
            .fold(Portion::default, |mut portion, part| {
                self.part(part, &mut portion);
                portion
            })
            .map(|portion| portion.compared)
            .collect();
        wipe_dead_stacks();
        let mut all = Compared::default();
        for compared in compared {
            all.changed.extend(compared.changed);
            all.kept.extend(compared.kept);
            all.left.extend(compared.left);
            all.entangled.extend(compared.entangled);
            all.absent.extend(compared.absent);
            all.obstacles.extend(compared.obstacles);
            all.errors.extend(compared.errors);
        }
        let mut errors: Vec<CliError> =
            all.obstacles.iter().map(|obstacle| self.in_the_way(obstacle)).collect();
        errors.append(&mut all.errors);
        errors.extend(self.entangled(&all));
        match self.left_over(&all) {
            Ok(files) if self.only.is_some() => {
                all.left.extend(files.into_iter().map(|file| (file.action, file.path)));
            }
            Ok(files) => all.changed.extend(files),
            Err(error) => errors.push(error),
        }
        all.left.sort_unstable_by(|(_, one), (_, other)| one.cmp(other));
        all.changed.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        if errors.is_empty() { Ok(all) } else { Err(errors) }
    }

    fn part(&self, part: &Part<'_>, Portion { compared, buffer }: &mut Portion) {
        let rest = self.only.map(|only| only.rest_of(part)).unwrap_or_default();
        for (path, wanted) in part.files() {
            let current = self.folder.current(&path, buffer);
            if self.only.is_some() && self.is_left(&path, &wanted, &rest, &current, compared) {
                continue;
            }
            let current = match current {
                Ok(Current::Missing) => None,
                Ok(Current::Ours(text)) => Some(text),
                Ok(Current::InTheWay(obstacle)) => {
                    compared.obstacles.insert(obstacle);
                    continue;
                }
                Err(error) => {
                    compared.errors.push(error);
                    continue;
                }
            };
            let before = compared.changed.last().map(|file| file.path.as_str());
            match self.file(&path, &wanted, current, before) {
                Ok(Some(planned)) => compared.changed.push(planned),
                Ok(None) => compared.kept.push(path),
                Err(error) => compared.errors.push(error),
            }
        }
    }

    /// Says whether a file is not for the pull secrets that the run is for, and notes what would be
    /// done with it.
    fn is_left(
        &self,
        path: &str,
        wanted: &WantedFile,
        rest: &BTreeMap<String, String>,
        current: &Result<Current<'_>, CliError>,
        compared: &mut Compared,
    ) -> bool {
        let rest = rest.get(path).map(String::as_str);
        let current = match current {
            Ok(Current::Ours(text)) => Some(*text),
            Ok(Current::Missing) => None,
            // Whoever needs the file is told of it.
            Ok(Current::InTheWay(_)) | Err(_) => {
                return match wanted {
                    WantedFile::Sealed(file) => file.payload.is_none(),
                    _ => clear_text(wanted).as_deref() == rest,
                };
            }
        };
        let action = if current.is_some() { Action::Update } else { Action::Create };
        let Some(text) = clear_text(wanted) else {
            let WantedFile::Sealed(PullSecretFile { name, payload: None, .. }) = wanted else {
                return false;
            };
            self.progress.step();
            if action == Action::Create {
                // No list names what the kubelets get.
                if path.starts_with(MANIFESTS) {
                    compared.absent.push((path.to_owned(), name.clone()));
                }
                compared.left.push((action, path.to_owned()));
            } else {
                compared.kept.push(path.to_owned());
            }
            return true;
        };
        if current.is_some_and(|current| is_same_text(current, &text)) {
            return false;
        }
        match Share::of(&text, rest, current) {
            Share::All => return false,
            Share::Nothing => {}
            Share::Entangled => compared.entangled.push(path.to_owned()),
        }
        compared.left.push((action, path.to_owned()));
        true
    }

    /// Returns nothing for a file that stays.
    fn file(
        &self,
        path: &str,
        wanted: &WantedFile,
        current: Option<&str>,
        before: Option<&str>,
    ) -> Result<Option<PlannedFile>, CliError> {
        let Update { text, reasons } = match wanted {
            WantedFile::Sealed(file) => self.sealed(path, file, current)?,
            WantedFile::Text(text) => written(text.clone(), current),
            WantedFile::Clear(document) => written(emit(document), current),
        };
        let Some(text) = text else { return Ok(None) };
        let details = self.purpose.change(&ChangedFile {
            folder: self.folder,
            path,
            wanted,
            current,
            text: &text,
            before,
            reasons: &reasons,
            keys: self.keys,
        })?;
        let action = if current.is_some() { Action::Update } else { Action::Create };
        Ok(Some(PlannedFile { path: path.to_owned(), action, reasons, details }))
    }

    fn sealed(
        &self,
        path: &str,
        file: &PullSecretFile,
        current: Option<&str>,
    ) -> Result<Update, CliError> {
        let wanted = file.document().expect("a pull secret that the run is for has a payload");
        let update = self.sealer.seal(path, &wanted, current)?;
        self.progress.step();
        Ok(update)
    }

    /// Says why the files that would change for several reasons cannot: what they would name is not
    /// there, or they name more.
    fn entangled(&self, compared: &Compared) -> Vec<CliError> {
        let folder = self.shown_folder;
        if compared.entangled.is_empty() {
            return Vec::new();
        }
        let absent = compared.absent.iter().map(|(path, name)| {
            let message =
                format!("`{folder}/{path}` does not exist yet, and other files would name it");
            let hint = format!("add `--only {name}`, or build without `--only`");
            CliError::new(ErrorKind::Files, message).with_hint(hint)
        });
        let absent: Vec<CliError> = absent.collect();
        if !absent.is_empty() {
            return absent;
        }
        let entangled = compared.entangled.iter().map(|path| {
            let message = format!(
                "`{folder}/{path}` would change for more than what `--only` names; nothing was written"
            );
            CliError::new(ErrorKind::Files, message).with_hint("build without `--only`")
        });
        entangled.collect()
    }

    /// Lists the files of earlier builds that nothing asks for any more.
    fn left_over(&self, compared: &Compared) -> Result<Vec<PlannedFile>, CliError> {
        let changed = compared.changed.iter().map(|file| (file.action, &file.path));
        let left = compared.left.iter().map(|(action, path)| (*action, path));
        let asked_for = || changed.clone().chain(left.clone());
        let updated = asked_for().filter(|(action, _)| *action == Action::Update).count();
        if updated + compared.kept.len() == self.folder.files.len() {
            // As many files are asked for as there are. Only speed hangs on this, of builds that
            // change little: there can be tens of thousands.
            return Ok(Vec::new());
        }
        let wanted: BTreeSet<&String> =
            asked_for().map(|(_, path)| path).chain(&compared.kept).collect();
        let others: Vec<&String> =
            self.folder.files.iter().filter(|path| !wanted.contains(path)).collect();
        let read = |buffer: &mut Vec<u8>, path: &String| match self.folder.read(path, buffer) {
            Ok(Text::Ours(_)) => Some(Ok(PlannedFile {
                path: path.clone(),
                action: Action::Remove,
                reasons: Vec::new(),
                details: Vec::new(),
            })),
            Ok(Text::Foreign(_)) => None,
            Err(error) => Some(Err(error)),
        };
        others.into_par_iter().map_init(Vec::new, read).flatten().collect()
    }

    fn in_the_way(&self, obstacle: &Obstacle) -> CliError {
        let Obstacle { place, what } = obstacle;
        if *what == TOO_LONG {
            let message = format!("`{}/{place}` {what}; nothing was written", self.shown_folder);
            return CliError::new(ErrorKind::Files, message)
                .with_hint("give a shorter name to the pull secret or account that it is for");
        }
        let message = format!("`{}/{place}` is in the way: it {what}", self.shown_folder);
        CliError::new(ErrorKind::Files, message)
            .with_hint("move it away, or remove it, and build again")
    }
}

/// Says what becomes of a file that may be seen.
fn written(text: String, current: Option<&str>) -> Update {
    let stays = current.is_some_and(|current| is_same_text(current, &text));
    Update { text: (!stays).then_some(text), reasons: Vec::new() }
}

/// Says whether a file that may be seen is as it shall be. Git gives it the line ends of Windows when
/// it checks it out there (`core.autocrlf`), and takes them away again.
pub(crate) fn is_same_text(current: &str, wanted: &str) -> bool {
    current == wanted || current.replace("\r\n", "\n") == wanted
}

/// Spells a file of the tree that may be seen.
pub(crate) fn clear_text(file: &WantedFile) -> Option<String> {
    match file {
        WantedFile::Clear(document) => Some(emit(document)),
        WantedFile::Text(text) => Some(text.clone()),
        WantedFile::Sealed(_) => None,
    }
}

/// Spells a document of the tree that may be seen.
pub(crate) fn emit(document: &Document) -> String {
    document.emit(Spelling::Kustomize).expect("a clear document of the tree holds no secret")
}
