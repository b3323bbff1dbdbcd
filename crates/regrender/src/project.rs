//! The registries.toml of a run: found, read, valid, and locked while it is being built.

pub(crate) mod inventory;
pub(crate) mod left_over;
pub(crate) mod lock;
pub(crate) mod lost_namespace;
pub(crate) mod lost_target;
pub(crate) mod manifests;
pub(crate) mod repository_path;
pub(crate) mod second_manifest;
mod shared_name;
mod shared_workload;
pub(crate) mod sops_rules;
pub(crate) mod stranger;
pub(crate) mod surroundings;
pub(crate) mod taken_along;
pub(crate) mod unlisted_component;
pub(crate) mod unread_manifest;
pub(crate) mod written_name;
mod written_namespace;

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use regrender_config::{Cluster, Config};
use regrender_diagnostic::{Diagnostic, SourceText};

use crate::args::Selection;
use crate::enumeration::{LINES, in_a_sentence};
use crate::error::{CliError, ErrorKind, Failure};
use crate::path::shown;
use crate::project::lock::BuildLock;
use crate::source::expiry;
use crate::world::World;

/// The name of the file.
pub(crate) const CONFIG_FILE: &str = "registries.toml";

/// The most bytes it may have.
const LARGEST_CONFIG: u64 = 1024 * 1024;

/// The registries.toml of a run.
#[derive(Debug)]
pub(crate) struct Project {
    /// The file.
    pub(crate) file: PathBuf,
    /// The folder it lies in; every path in it is relative to that.
    pub(crate) folder: PathBuf,
    /// Its text, for messages.
    pub(crate) source: SourceText,
    /// What it says.
    pub(crate) config: Config,
}

impl Project {
    /// Finds, reads and checks registries.toml, and shows everything that is wrong with it.
    pub(crate) fn open(selection: &Selection, world: &mut World) -> Result<Self, Failure> {
        Self::open_or("nothing was written", selection, world)
    }

    /// Does the same, and says in other words what is not done where it is wrong.
    pub(crate) fn open_or(
        not_done: &str,
        selection: &Selection,
        world: &mut World,
    ) -> Result<Self, Failure> {
        Self::read(place(selection, world)?, not_done, selection, world)
    }

    /// Does the same under the lock of builds: what another build waits for may change the file.
    pub(crate) fn open_locked(
        selection: &Selection,
        world: &mut World,
    ) -> Result<(Self, Option<BuildLock>), Failure> {
        const NOT_DONE: &str = "nothing was written";
        let file = place(selection, world)?;
        // Of what is no file, its reader tells.
        let take = |file: &Path, world: &mut World| {
            file.is_file().then(|| BuildLock::take(file, world)).transpose()
        };
        if lock::IS_OF_FOLDER {
            let lock = take(&file, world)?;
            return Ok((Self::read(file, NOT_DONE, selection, world)?, lock));
        }
        // Nobody reads a file that is locked itself.
        let project = Self::read(file, NOT_DONE, selection, world)?;
        let lock = take(&project.file, world)?;
        Ok((project, lock))
    }

    fn read(
        file: PathBuf,
        not_done: &str,
        selection: &Selection,
        world: &mut World,
    ) -> Result<Self, Failure> {
        let path = shown(&file, &world.directory);
        let source = SourceText::new(path.clone(), read(&file, &path)?);
        let parsed = regrender_config::parse(source.text());
        show_first(&parsed.diagnostics, &source, world);
        let Some(config) = parsed.config else {
            return Err(invalid(&source, &parsed.diagnostics, not_done).into());
        };
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let project = Self { file, folder, source, config };
        project.check_clusters(&selection.cluster)?;
        Ok(project)
    }

    /// Warns of credentials that expire soon or have expired, by what the file says of them; where
    /// sources are asked, that is told with their answers.
    pub(crate) fn warn_of_expiry(&self, world: &mut World) {
        for registry in &self.config.registries {
            if let Some(remark) = expiry::remark(registry, world.now) {
                world.show(&remark, &self.source);
            }
        }
    }

    /// Says whether there is a registries.toml here or in a folder above.
    pub(crate) fn is_near(world: &World) -> bool {
        find(&world.directory).is_ok()
    }

    /// Lists the clusters that were asked for; none named means all.
    pub(crate) fn clusters<'a>(
        &'a self,
        names: &'a [String],
    ) -> impl Iterator<Item = &'a Cluster> + 'a {
        self.config.clusters.iter().filter(move |cluster| {
            names.is_empty() || cluster.name.as_ref().is_some_and(|name| names.contains(name))
        })
    }

    /// Lists the output folders of all clusters; what a link leads to is one too.
    pub(crate) fn outputs(&self) -> Vec<PathBuf> {
        let top = self.folder.canonicalize().ok();
        let mut outputs = Vec::new();
        for cluster in &self.config.clusters {
            let folder = self.folder.join(&cluster.directory);
            let real = folder.canonicalize().ok();
            let behind_link = real
                .as_deref()
                .zip(top.as_deref())
                .and_then(|(real, top)| real.strip_prefix(top).ok())
                .filter(|inside| !inside.as_os_str().is_empty())
                .map(|inside| self.folder.join(inside))
                .filter(|real| *real != folder);
            outputs.push(folder);
            outputs.extend(behind_link);
        }
        outputs
    }

    fn check_clusters(&self, names: &[String]) -> Result<(), Failure> {
        let known: Vec<&str> =
            self.config.clusters.iter().filter_map(|cluster| cluster.name.as_deref()).collect();
        let mut errors = self.undeclared("cluster", names, &known);
        if known.is_empty() {
            let told = errors.into_iter();
            errors = told.map(|error| error.with_hint("leave out `--cluster`")).collect();
        }
        Failure::of_any(errors)
    }

    /// Checks that these pull secrets are declared.
    pub(crate) fn check_secrets(&self, names: &[String]) -> Result<(), Failure> {
        let known: Vec<&str> =
            self.config.secrets.iter().map(|secret| secret.name.as_str()).collect();
        Failure::of_any(self.undeclared("pull secret", names, &known))
    }

    /// Warns of pull secrets that land in none of the clusters which are asked for: there is nothing
    /// to do for them.
    pub(crate) fn warn_of_absent(
        &self,
        secrets: &[String],
        clusters: &[String],
        world: &mut World,
    ) {
        for secret in secrets.iter().filter(|_| !clusters.is_empty()) {
            let mut all = self.clusters(clusters).flat_map(|one| self.config.secrets_of(one));
            let is_known = self.config.secrets.iter().any(|one| one.name == *secret);
            if is_known && !all.any(|one| one.name == *secret) {
                let clusters = in_a_sentence(clusters);
                world.warn(&format!("pull secret `{secret}` does not land in {clusters}"));
            }
        }
    }

    /// Says which of `names` registries.toml does not declare.
    pub(crate) fn undeclared(
        &self,
        thing: &str,
        names: &[String],
        known: &[&str],
    ) -> Vec<CliError> {
        let unknown = names.iter().filter(|name| !known.contains(&name.as_str()));
        let hint = if known.is_empty() {
            format!("it declares no {thing} at all")
        } else {
            format!("name one of these: {}", known.join(", "))
        };
        let error = |name: &String| {
            let message = format!("{} declares no {thing} `{name}`", self.source.path());
            CliError::new(ErrorKind::Usage, message).with_hint(hint.as_str())
        };
        unknown.map(error).collect()
    }
}

/// Returns the build of the registries.toml at `file`, for a person who stands in `directory`.
pub(crate) fn build_command(file: &Path, directory: &Path) -> String {
    command_for("build", file, directory)
}

/// Returns how a person in `directory` gives a command for the project of `file`.
pub(crate) fn command_for(command: &str, file: &Path, directory: &Path) -> String {
    if file == directory.join(CONFIG_FILE) {
        return format!("regrender {command}");
    }
    let shown = shown(file, directory);
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+".contains(letter);
    if shown.chars().all(is_plain) {
        return format!("regrender {command} --config {shown}");
    }
    format!("regrender {command} --config '{}'", shown.replace('\'', r"'\''"))
}

fn place(selection: &Selection, world: &World) -> Result<PathBuf, CliError> {
    match &selection.config {
        Some(path) => Ok(world.directory.join(path)),
        None => find(&world.directory),
    }
}

fn find(directory: &Path) -> Result<PathBuf, CliError> {
    let mut candidates = directory.ancestors().map(|folder| folder.join(CONFIG_FILE));
    if let Some(file) = candidates.clone().find(|file| file.is_file()) {
        return Ok(file);
    }
    let error = |message| CliError::new(ErrorKind::Config, message);
    match candidates.find(|file| file.symlink_metadata().is_ok()) {
        Some(other) => Err(error(format!("`{}` is not a file", shown(&other, directory)))
            .with_hint("move it away, or name a file with `--config FILE`")),
        None => Err(error(format!("there is no {CONFIG_FILE} here or in a folder above"))
            .with_hint("make one with `regrender init`, or name one with `--config FILE`")),
    }
}

fn read(file: &Path, shown: &str) -> Result<String, CliError> {
    let failed = |message: &str| CliError::new(ErrorKind::Config, format!("`{shown}` {message}"));
    if is_stream(file) {
        return Err(failed("is not a file")
            .with_hint("write it into one: the paths in it count from the folder it lies in"));
    }
    let metadata = fs::metadata(file).map_err(|error| {
        failed("cannot be read")
            .with_source(error)
            .with_hint("make one with `regrender init`, or name another with `--config FILE`")
    })?;
    if metadata.is_dir() {
        return Err(failed("is a folder")
            .with_hint(format!("name the file: `--config {shown}/{CONFIG_FILE}`")));
    }
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|file| file.take(LARGEST_CONFIG + 1).read_to_end(&mut bytes))
        .map_err(|error| failed("cannot be read").because_of(error))?;
    if bytes.len() as u64 > LARGEST_CONFIG {
        return Err(failed("is larger than 1 MiB").with_hint("split it: one file a cluster"));
    }
    let no_text_behind = |text: &[u8]| {
        let line = text.split(|byte| *byte == b'\n').count();
        failed(&format!("is not UTF-8 text; the first other byte is on line {line}"))
            .with_hint("save it as UTF-8")
    };
    // UTF-16 may begin without a mark, and its zeros are valid UTF-8.
    if let Some(zero) = bytes.iter().position(|byte| *byte == 0) {
        return Err(no_text_behind(bytes.get(..zero).unwrap_or_default()));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        no_text_behind(error.as_bytes().get(..valid).unwrap_or_default())
    })
}

/// Says whether a path leads to what a shell hands over, and to no file with a folder around it.
fn is_stream(file: &Path) -> bool {
    let is_special = |found: fs::Metadata| !found.is_file() && !found.is_dir();
    let of_a_shell = [Path::new("/dev"), Path::new("/dev/fd")];
    file.parent().is_some_and(|folder| of_a_shell.contains(&folder))
        || fs::metadata(file).is_ok_and(is_special)
}

/// Shows the problems of a file; of very many, the first errors and the first warnings.
fn show_first(diagnostics: &[Diagnostic], source: &SourceText, world: &mut World) {
    let mut shown = [0, 0];
    for diagnostic in diagnostics {
        let [errors, others] = &mut shown;
        let count = if diagnostic.is_error() { errors } else { others };
        *count += 1;
        if *count <= LINES {
            world.show(diagnostic, source);
        }
    }
    let hidden: usize = shown.iter().map(|count: &usize| count.saturating_sub(LINES)).sum();
    if hidden > 0 {
        world.note(&format!("{hidden} more problems are shown when these are solved"));
    }
}

fn invalid(source: &SourceText, diagnostics: &[Diagnostic], not_done: &str) -> CliError {
    let count = match diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count() {
        1 => String::from("1 error"),
        count => format!("{count} errors"),
    };
    let message = format!("{} has {count}; {not_done}", source.path());
    CliError::new(ErrorKind::Config, message).with_problems(diagnostics, source)
}
