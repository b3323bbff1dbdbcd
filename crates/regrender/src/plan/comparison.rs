//! What an output folder shall hold, compared with what it holds: part by part, on all cores.
//!
//! A file is rendered, read, sealed and handed to the command that asked while it is at hand; what
//! stays of it is a line in the plan.

use std::collections::BTreeSet;

use rayon::prelude::*;
use regrender_render::{MANIFESTS, Part, PullSecretFile, Rendered, WantedFile};
use regrender_seal::{Reason, Update};

use crate::error::{CliError, ErrorKind};
use crate::output_folder::{Current, Obstacle, OutputFolder, TOO_LONG, Text};
use crate::plan::clear_secret;
use crate::plan::clear_text::{clear_text, emit, is_same_text};
use crate::plan::dead_stack::wipe_dead_stacks;
use crate::plan::only::{Only, Share};
use crate::plan::purpose::{ChangedFile, Purpose};
use crate::plan::sealing::{Keys, Sealer};
use crate::plan::{Action, PlannedFile};
use crate::progress::Progress;

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

/// What becomes of a file in a run that is for some pull secrets only; in any other run, each is
/// compared.
enum Choice {
    /// It is compared, as in any run.
    Compare,
    /// It is not for them, and something is in its way: whoever needs it is told.
    PassOver,
    /// It is not for them, and stays.
    Keep,
    /// It is not for them: what a build of everything would do to it is not done.
    Leave(Action),
    /// What would be done to it is for them in part, and cannot be done in part.
    Refuse(Action),
}

impl Compared {
    fn extend(&mut self, more: Self) {
        let Self { changed, kept, left, entangled, absent, obstacles, errors } = more;
        self.changed.extend(changed);
        self.kept.extend(kept);
        self.left.extend(left);
        self.entangled.extend(entangled);
        self.absent.extend(absent);
        self.obstacles.extend(obstacles);
        self.errors.extend(errors);
    }
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
            all.extend(compared);
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
            let rest = rest.get(&path).map(String::as_str);
            match self.choose(&wanted, rest, &current) {
                Choice::Compare => self.compare(path, &wanted, current, compared),
                Choice::PassOver => {}
                Choice::Keep => {
                    self.progress.step();
                    compared.kept.push(path);
                }
                Choice::Leave(action) => self.leave(action, path, &wanted, compared),
                Choice::Refuse(action) => {
                    compared.entangled.push(path.clone());
                    compared.left.push((action, path));
                }
            }
        }
    }

    /// Chooses what becomes of a file; `rest` is what it would hold without the pull secrets that the
    /// run is for.
    fn choose(
        &self,
        wanted: &WantedFile,
        rest: Option<&str>,
        current: &Result<Current<'_>, CliError>,
    ) -> Choice {
        if self.only.is_none() {
            return Choice::Compare;
        }
        let current = match current {
            Ok(Current::Ours(text)) => Some(*text),
            Ok(Current::Missing) => None,
            Ok(Current::InTheWay(_)) | Err(_) if is_for_others(wanted, rest) => {
                return Choice::PassOver;
            }
            Ok(Current::InTheWay(_)) | Err(_) => return Choice::Compare,
        };
        let action = action_on(current);
        let Some(text) = clear_text(wanted) else {
            return match (is_for_others(wanted, rest), action) {
                (false, _) => Choice::Compare,
                (true, Action::Create) => Choice::Leave(action),
                (true, _) => Choice::Keep,
            };
        };
        if current.is_some_and(|current| is_same_text(current, &text)) {
            return Choice::Compare;
        }
        match Share::of(&text, rest, current) {
            Share::All => Choice::Compare,
            Share::Nothing => Choice::Leave(action),
            Share::Entangled => Choice::Refuse(action),
        }
    }

    /// Notes what would be done with a file that the run is not for.
    fn leave(&self, action: Action, path: String, wanted: &WantedFile, compared: &mut Compared) {
        if let WantedFile::Sealed(file) = wanted {
            self.progress.step();
            // No list names what the kubelets get.
            if path.starts_with(MANIFESTS) {
                compared.absent.push((path.clone(), file.name.clone()));
            }
        }
        compared.left.push((action, path));
    }

    /// Compares a file, and deals with it if it does not stay as it is.
    fn compare(
        &self,
        path: String,
        wanted: &WantedFile,
        current: Result<Current<'_>, CliError>,
        compared: &mut Compared,
    ) {
        let current = match current {
            Ok(Current::Missing) => None,
            Ok(Current::Ours(text)) => Some(text),
            Ok(Current::InTheWay(obstacle)) => {
                compared.obstacles.insert(obstacle);
                return;
            }
            Err(error) => return compared.errors.push(error),
        };
        let before = compared.changed.last().map(|file| file.path.as_str());
        match self.file(&path, wanted, current, before) {
            Ok(Some(planned)) => compared.changed.push(planned),
            Ok(None) => compared.kept.push(path),
            Err(error) => compared.errors.push(error),
        }
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
        let action = action_on(current);
        let is_unsealed = reasons.iter().any(|reason| matches!(reason, Reason::Unreadable(_)));
        let unsealed = current.filter(|_| is_unsealed);
        let clear_secrets = unsealed.map(|text| clear_secret::names(path, text));
        let clear_secrets = clear_secrets.unwrap_or_default();
        Ok(Some(PlannedFile { path: path.to_owned(), action, reasons, details, clear_secrets }))
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
            Ok(Text::Ours(text)) => Some(Ok(PlannedFile {
                path: path.clone(),
                action: Action::Remove,
                reasons: Vec::new(),
                details: Vec::new(),
                clear_secrets: clear_secret::names(path, text),
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

/// Says whether a file holds nothing for the pull secrets that a run is for: it is sealed and renders no
/// payload, or would be the same without them.
fn is_for_others(wanted: &WantedFile, rest: Option<&str>) -> bool {
    match wanted {
        WantedFile::Sealed(file) => file.payload.is_none(),
        WantedFile::Clear(_) | WantedFile::Text(_) => clear_text(wanted).as_deref() == rest,
    }
}

/// Returns what happens to a file that holds `current` now and gets another text.
fn action_on(current: Option<&str>) -> Action {
    if current.is_some() { Action::Update } else { Action::Create }
}

/// Says what becomes of a file that may be seen.
fn written(text: String, current: Option<&str>) -> Update {
    let stays = current.is_some_and(|current| is_same_text(current, &text));
    Update { text: (!stays).then_some(text), reasons: Vec::new() }
}
