//! `regrender import`: what exists, as a first registries.toml.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use regrender_audit::{FileFacts, SIZE_LIMIT, read_file};
use regrender_diagnostic::SourceText;
use regrender_seal::{Recipient, Recipients, SealContext};

use crate::args::{Import, Selection};
use crate::command::init;
use crate::enumeration::{LINES, in_a_sentence};
use crate::error::{CliError, ErrorKind, Exit, Failure};
use crate::identity::Discovered;
use crate::import::{
    Draft, Found, Passwords, hours, is_docker_config, sealed_passwords, to_toml, to_toml_of_helpers,
};
use crate::manifests::Manifests;
use crate::opener::SecretOpener;
use crate::project::{Project, shown};
use crate::source::bytes::SecretBytes;
use crate::source::file::read_file as read_secret_file;
use crate::source::{self, Means};
use crate::world::World;

/// The name of standard input among the sources, and of standard output as the file to write.
const STREAM: &str = "-";
const NAME_A_KEY: &str = "name a public key: `--recipient age1…`; `regrender init` makes a pair";

pub(crate) fn run(arguments: &Import, world: &mut World) -> Result<Exit, Failure> {
    let target = Target::of(arguments, world)?;
    let recipients = recipients(arguments, world)?;
    let readers = Recipients::new(parse_recipients(&recipients)?);
    if target.sealed.is_some() && readers.is_none() {
        let message = "nobody is named who could open what is sealed";
        return Err(CliError::new(ErrorKind::Usage, message).with_hint(NAME_A_KEY).into());
    }
    let found = find(arguments, world)?;
    let mut draft = Draft::of(found, arguments.namespace.as_deref());
    if draft.registries.is_empty() {
        warn(&draft, world);
        return Err(nothing().into());
    }
    let sealed = match (&target.sealed, &readers) {
        (Some(_), Some(readers)) => {
            ask_programs(&mut draft, arguments, world)?;
            seal(&draft, readers, world)?
        }
        _ => None,
    };
    let passwords = match (&target.sealed, &sealed) {
        (Some(file), Some(_)) => Passwords::Sealed(&file.named),
        _ => Passwords::Environment,
    };
    let text = to_toml(&draft, &recipients, passwords);
    warn(&draft, world);
    target.write(&text, sealed.as_deref(), world)?;
    if let Some(file) = &target.config {
        let said =
            told(&draft, &recipients, &target, sealed.is_some(), &shown(file, &world.directory));
        world.print(&said)?;
    }
    Ok(Exit::Done)
}

/// Where an import writes to.
struct Target {
    /// registries.toml; none is standard output.
    config: Option<PathBuf>,
    /// The file with the sealed passwords.
    sealed: Option<SealedFile>,
}

/// The file with the sealed passwords.
struct SealedFile {
    path: PathBuf,
    /// How registries.toml names it.
    named: String,
}

impl Target {
    /// Finds the files, none of which may exist.
    fn of(arguments: &Import, world: &World) -> Result<Self, Failure> {
        let is_stream = arguments.write.as_os_str() == STREAM;
        let config = (!is_stream).then(|| world.directory.join(&arguments.write));
        let folder = config.as_deref().and_then(Path::parent).unwrap_or(&world.directory);
        let sealed = arguments.seal_into.as_ref().map(|path| {
            let path = world.directory.join(path);
            SealedFile { named: seen_from(folder, &path), path }
        });
        let mut errors = Vec::new();
        for path in config.iter().chain(sealed.as_ref().map(|file| &file.path)) {
            if path.symlink_metadata().is_ok() {
                let message =
                    format!("`{}` exists; it is left as it is", shown(path, &world.directory));
                let hint =
                    "name another file: `--write FILE`, `--seal-into FILE`; `--write -` prints it";
                errors.push(CliError::new(ErrorKind::Files, message).with_hint(hint));
            }
        }
        if let Some(file) = sealed.as_ref().filter(|file| !is_yaml(&file.path)) {
            let name = shown(&file.path, &world.directory);
            let message = format!("`{name}` is no name of a YAML file, and sops goes by the name");
            let hint = "let it end in `.sops.yaml`";
            errors.push(CliError::new(ErrorKind::Usage, message).with_hint(hint));
        }
        if errors.is_empty() { Ok(Self { config, sealed }) } else { Err(Failure(errors)) }
    }

    fn write(&self, text: &str, sealed: Option<&str>, world: &mut World) -> Result<(), CliError> {
        if let (Some(file), Some(sealed)) = (&self.sealed, sealed) {
            create(&file.path, sealed)?;
        }
        let Some(path) = &self.config else {
            return world.print(text);
        };
        create(path, text).inspect_err(|_| {
            // Without the file that names it, what was sealed only stands in the way.
            if let Some(file) = self.sealed.as_ref().filter(|_| sealed.is_some()) {
                drop(std::fs::remove_file(&file.path));
            }
        })
    }
}

fn create(path: &Path, text: &str) -> Result<(), CliError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder)
        .and_then(|()| init::create(path, text.as_bytes(), false))
        .map_err(|error| init::not_written(path, error))
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// Returns the way from a folder to a file, in the spelling of registries.toml.
fn seen_from(folder: &Path, file: &Path) -> String {
    let (folder, file) = (plain(folder), plain(file));
    let common = folder.iter().zip(&file).take_while(|(one, other)| one == other).count();
    let up = folder.iter().skip(common).map(|_| String::from(".."));
    let down = file.iter().skip(common).cloned();
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// Lists the parts of a path without detours.
fn plain(path: &Path) -> Vec<String> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()),
            part => parts.push(part.as_os_str().to_string_lossy().into_owned()),
        }
    }
    parts
}

/// Finds out who can open what is sealed: those named, those of a registries.toml around, or whoever
/// holds the identity that sops finds.
fn recipients(arguments: &Import, world: &mut World) -> Result<Vec<String>, Failure> {
    if !arguments.recipient.is_empty() {
        return Ok(arguments.recipient.clone());
    }
    if Project::is_near(world) {
        let project = Project::open(&Selection { config: None, cluster: Vec::new() }, world)?;
        let all = project.config.clusters.iter().flat_map(|cluster| &cluster.recipients);
        let mut recipients: Vec<String> = Vec::new();
        for recipient in all {
            if !recipients.contains(&recipient.text) {
                recipients.push(recipient.text.clone());
            }
        }
        world.note(&format!("taking the recipients of `{}`", project.source.path));
        return Ok(recipients);
    }
    let file = init::identity_file(world);
    let own = file.as_deref().map(init::read_recipient).transpose()?.flatten();
    if let (Some(file), Some(_)) = (&file, &own) {
        world.note(&format!("taking the recipient of the identity in `{}`", file.display()));
    }
    Ok(own.into_iter().collect())
}

/// Tells of all that are no recipients. None is repeated: it may be a private key.
fn parse_recipients(recipients: &[String]) -> Result<Vec<Recipient>, Failure> {
    let mut parsed = Vec::new();
    let mut errors = Vec::new();
    for (place, text) in recipients.iter().enumerate() {
        match Recipient::parse(text) {
            Ok(recipient) => parsed.push(recipient),
            Err(error) => errors.push(
                CliError::new(ErrorKind::Usage, format!("recipient {} is none", place + 1))
                    .with_source(error)
                    .with_hint(NAME_A_KEY),
            ),
        }
    }
    if errors.is_empty() { Ok(parsed) } else { Err(Failure(errors)) }
}

/// Asks the programs that keep credentials, so that these can be sealed.
fn ask_programs(draft: &mut Draft, arguments: &Import, world: &mut World) -> Result<(), Failure> {
    if !draft.asks_programs() {
        return Ok(());
    }
    let source = SourceText::new(String::from("<import>"), to_toml_of_helpers(draft));
    let config = regrender_config::parse(&source.text).config;
    let config = config.expect("a registry that registries.toml cannot say is left out before");
    let needed = config.registries.iter().map(|registry| registry.name.as_str()).collect();
    // A program that keeps credentials needs no identity.
    let none = Discovered::default();
    let means = Means { identities: &none, reach: arguments.reach.reach() };
    let base = world.directory.clone();
    let resolved = source::resolve(&config, &needed, &base, means, world);
    for problem in &resolved.problems {
        world.show(problem, &source);
    }
    if !resolved.problems.is_empty() {
        let message =
            "credentials cannot be had of the programs that keep them; nothing was written";
        return Err(CliError::new(ErrorKind::Credentials, message)
            .with_problems(&resolved.problems, &source)
            .with_hint("without `--seal-into` the programs are not asked")
            .into());
    }
    draft.take_credentials(resolved.credentials);
    Ok(())
}

fn seal(draft: &Draft, readers: &Recipients, world: &World) -> Result<Option<String>, Failure> {
    let mut random = (world.random)("import");
    let mut context = SealContext { now: world.now, random: random.as_mut() };
    let sealed = sealed_passwords(draft, readers, &mut context);
    Ok(sealed.map_err(|error| {
        CliError::new(ErrorKind::Credentials, "the passwords cannot be sealed").with_source(error)
    })?)
}

/// Reads all sources.
fn find(arguments: &Import, world: &mut World) -> Result<Found, Failure> {
    let mut found = Found::default();
    let mut facts: Vec<FileFacts> = Vec::new();
    let mut roots = Vec::new();
    let mut errors = Vec::new();
    for source in sources(arguments, world)? {
        let name = shown(&source, &world.directory);
        if source.as_os_str() == STREAM {
            let bytes = read_stdin(world)?;
            errors.extend(take(&bytes, "<stdin>", &mut found, &mut facts));
        } else if source.is_dir() {
            roots.push(source);
        } else {
            match read_secret_file(&source) {
                Ok(bytes) if is_docker_config(bytes.expose()) => {
                    errors.extend(take(&bytes, &name, &mut found, &mut facts));
                }
                // Read with the folders, so that kustomizations among them count.
                Ok(_) => roots.push(source),
                Err(_) if source.is_file() => roots.push(source),
                Err(failure) => errors.push(unreadable(&name, &failure)),
            }
        }
    }
    if !errors.is_empty() {
        return Err(Failure(errors));
    }
    if !facts.is_empty() || !roots.is_empty() {
        let mut manifests = Manifests::of_report(&world.directory);
        let walk = manifests.walk(&roots);
        let inventory = manifests.into_inventory(&walk, facts);
        for unreadable in inventory.unreadable() {
            world.warn(&format!("`{}` was not read: {}", unreadable.file, unreadable.reason));
        }
        let opener = SecretOpener::discover(&arguments.identities.identity, world)?;
        found.take_inventory(&inventory, &|secret| opener.open(secret));
    }
    Ok(found)
}

/// Lists what is read; without any named, the config that docker uses.
fn sources(arguments: &Import, world: &World) -> Result<Vec<PathBuf>, CliError> {
    if !arguments.sources.is_empty() {
        let is_stream = |source: &PathBuf| source.as_os_str() == STREAM;
        let place = |source: &PathBuf| {
            if is_stream(source) { source.clone() } else { world.directory.join(source) }
        };
        return Ok(arguments.sources.iter().map(place).collect());
    }
    let folder = match world.variable("DOCKER_CONFIG") {
        Some(folder) => Some(world.directory.join(folder)),
        None => world.home().map(|home| home.join(".docker")),
    };
    let file = folder.map(|folder| folder.join("config.json"));
    file.map(|file| vec![file]).ok_or_else(|| {
        CliError::new(ErrorKind::Usage, "there is no home folder with a docker config")
            .with_hint("name a docker config, manifests, or `-` for standard input")
    })
}

/// Takes a docker config, or the facts of manifests.
fn take(
    bytes: &SecretBytes,
    name: &str,
    found: &mut Found,
    facts: &mut Vec<FileFacts>,
) -> Option<CliError> {
    let bytes = bytes.expose();
    if !is_docker_config(bytes) {
        facts.push(read_file(name, bytes));
        return None;
    }
    found.take_docker_config(bytes, name).err().map(|error| {
        CliError::new(ErrorKind::Credentials, format!("`{name}` is no docker config"))
            .with_source(error)
            .with_hint("log in anew, or take the entry out: docker cannot read the file either")
    })
}

fn read_stdin(world: &mut World) -> Result<SecretBytes, CliError> {
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    let limit = SIZE_LIMIT as u64 + 1;
    world.stdin.by_ref().take(limit).read_to_end(&mut bytes).map_err(|error| {
        CliError::new(ErrorKind::Files, "standard input cannot be read").with_source(error)
    })?;
    if bytes.len() > SIZE_LIMIT {
        let message = format!("standard input holds more than {} MiB", SIZE_LIMIT / 1024 / 1024);
        return Err(CliError::new(ErrorKind::Files, message).with_hint(
            "ask for pull secrets alone: `--field-selector type=kubernetes.io/dockerconfigjson`",
        ));
    }
    Ok(SecretBytes::new(&bytes))
}

fn unreadable(name: &str, failure: &source::failure::Failure) -> CliError {
    let what = match failure {
        source::failure::Failure::FileMissing => String::from("is not there"),
        source::failure::Failure::Unreadable(reason) => format!("cannot be read: {reason}"),
        _ => String::from("cannot be read"),
    };
    CliError::new(ErrorKind::Files, format!("`{name}` {what}"))
        .with_hint("name a docker config, a file or folder with manifests, or `-`")
}

fn nothing() -> CliError {
    CliError::new(
        ErrorKind::Credentials,
        "no pull secret with a credential was found; nothing was written",
    )
    .with_hint("name other sources, such as `-` for `kubectl get secrets -A -o json`")
}

fn warn(draft: &Draft, world: &mut World) {
    let lines = draft.remarks.lines();
    let hidden = lines.len().saturating_sub(LINES);
    world.warn_of(lines.into_iter().take(LINES));
    for (name, count) in draft.short_lived() {
        let lifetime = hours(count);
        world.warn(&format!(
            "registry `{name}` has tokens that are dead after {lifetime}; choose with `provide` what \
             keeps them fresh"
        ));
    }
    if hidden > 0 {
        world.note(&format!("{hidden} more of these stand at the end of the file"));
    }
}

/// Says what was written and what is left to do.
fn told(
    draft: &Draft,
    recipients: &[String],
    target: &Target,
    is_sealed: bool,
    name: &str,
) -> String {
    let mut said = format!(
        "wrote {name}: {}, {}\n",
        counted(draft.registries.len(), "registry", "registries"),
        counted(draft.secrets.len(), "pull secret", "pull secrets")
    );
    if let Some(file) = target.sealed.as_ref().filter(|_| is_sealed) {
        said.push_str("sealed the passwords into ");
        said.push_str(&file.named);
        said.push('\n');
    }
    let mut steps = Vec::new();
    if recipients.is_empty() {
        steps.push(String::from("fill in the recipients"));
    }
    let variables = draft.variables();
    if !is_sealed && !variables.is_empty() {
        let variables = in_a_sentence(&variables);
        steps.push(format!("set {variables}, or name other sources of the passwords"));
    }
    let open: Vec<&str> = draft.short_lived().into_iter().map(|(name, _)| name).collect();
    if !open.is_empty() {
        steps.push(format!("choose `provide` of {}", in_a_sentence(&open)));
    }
    steps.push(String::from("regrender build"));
    said.push_str("\nnext:\n");
    for (number, step) in (1..).zip(steps) {
        writeln!(said, "  {number}. {step}").expect("a String takes whatever is written to it");
    }
    said
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(folder: &str, file: &str, expected: &str) {
        assert_eq!(seen_from(Path::new(folder), Path::new(file)), expected);
    }

    #[test]
    fn a_file_is_named_from_the_folder_of_registries_toml() {
        check("/a/b", "/a/b/c.sops.yaml", "c.sops.yaml");
        check("/a/b", "/a/c/d.sops.yaml", "../c/d.sops.yaml");
        check("/a/b", "/a/b/../c/./d.sops.yaml", "../c/d.sops.yaml");
    }
}
