//! `regrender import`: what exists, as a first registries.toml.

mod reading;
mod recipient;
mod target;

use std::path::Path;

use regrender_diagnostic::SourceText;
use regrender_seal::{Recipients, SealContext};

use self::target::{SealedFile, Target};
use crate::args::Import;
use crate::enumeration::{LINES, in_a_sentence, next_steps};
use crate::error::{CliError, ErrorKind, Exit, Failure};
use crate::identity::Discovered;
use crate::import::{Draft, Passwords, hours, sealed_passwords, to_toml, to_toml_of_helpers};
use crate::path::shown;
use crate::project::build_command;
use crate::reach::Reach;
use crate::source::{self, Means};
use crate::world::World;

const NAME_A_KEY: &str = "name a public key: `--recipient age1…`; `regrender init` makes a pair";

pub(crate) fn run(arguments: &Import, world: &mut World) -> Result<Exit, Failure> {
    let target = Target::of(arguments, world)?;
    let recipient::Found { recipients, others } = recipient::find(arguments, world)?;
    let readers = Recipients::new(recipient::parse(&recipients)?);
    if target.sealed.is_some() && readers.is_none() {
        let message = "nobody is named who could open what is sealed";
        return Err(CliError::new(ErrorKind::Usage, message).with_hint(NAME_A_KEY).into());
    }
    let found = reading::read(arguments, world)?;
    let mut draft = Draft::of(found, arguments.namespace.as_deref());
    if draft.registries.is_empty() {
        warn(&draft, world);
        return Err(nothing().into());
    }
    let sealed = if let (Some(_), Some(readers)) = (&target.sealed, &readers) {
        ask_programs(&mut draft, arguments, world)?;
        draft.look_at_passwords(world.now);
        draft.remark_on_dying();
        seal(&draft, readers, world)?
    } else {
        draft.look_at_passwords(world.now);
        None
    };
    let passwords = match (&target.sealed, &sealed) {
        (Some(file), Some(_)) => Passwords::Sealed(&file.named),
        _ => Passwords::Environment,
    };
    let text = to_toml(&draft, &recipients, &others, passwords);
    warn(&draft, world);
    target.write(&text, sealed.as_deref(), world)?;
    if let Some(file) = &target.config {
        let sealed_file = target.sealed.as_ref().filter(|_| sealed.is_some());
        let mut steps = steps(&draft, &recipients, passwords, arguments.reach.reach());
        steps.push(build_command(file, &world.directory));
        let written = written(&draft, file, sealed_file, &world.directory);
        world.print(&(written + &next_steps(&steps)))?;
    }
    Ok(Exit::Done)
}

/// Asks the programs that keep credentials, so that these can be sealed.
fn ask_programs(draft: &mut Draft, arguments: &Import, world: &mut World) -> Result<(), Failure> {
    if !draft.asks_programs() {
        return Ok(());
    }
    let source = SourceText::new(String::from("<import>"), to_toml_of_helpers(draft));
    let config = regrender_config::parse(source.text()).config;
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
            "credentials cannot be obtained from the programs that keep them; nothing was written";
        return Err(CliError::new(ErrorKind::Credentials, message)
            .with_hint("without `--seal-into` the programs are not asked")
            .with_problems(&resolved.problems, &source)
            .into());
    }
    draft.take_credentials(resolved.credentials);
    Ok(())
}

fn seal(draft: &Draft, readers: &Recipients, world: &World) -> Result<Option<String>, Failure> {
    let mut random = (world.random)("import");
    let mut context = SealContext { now: world.now, random: random.as_mut() };
    let sealed = sealed_passwords(&draft.registries, readers, &mut context);
    Ok(sealed.map_err(|error| {
        CliError::new(ErrorKind::Credentials, "the passwords cannot be sealed").with_source(error)
    })?)
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
        world.note(&format!("{hidden} more of these are at the end of the file"));
    }
}

/// Says what was written.
fn written(draft: &Draft, file: &Path, sealed: Option<&SealedFile>, directory: &Path) -> String {
    let mut said = format!(
        "wrote {}: {}, {}\n",
        shown(file, directory),
        counted(draft.registries.len(), "registry", "registries"),
        counted(draft.secrets.len(), "pull secret", "pull secrets")
    );
    if let Some(sealed) = sealed {
        said.extend(["sealed the passwords into ", &shown(&sealed.path, directory), "\n"]);
    }
    said
}

/// Lists what is left to do before a build.
fn steps(
    draft: &Draft,
    recipients: &[String],
    passwords: Passwords<'_>,
    reach: Reach,
) -> Vec<String> {
    let mut steps = Vec::new();
    if recipients.is_empty() {
        steps.push(String::from("fill in the recipients"));
    }
    let variables = draft.variables(passwords);
    if !variables.is_empty() {
        let variables = in_a_sentence(&variables);
        steps.push(format!("set {variables}, or name other sources of the passwords"));
    }
    let open: Vec<&str> = draft.short_lived().into_iter().map(|(name, _)| name).collect();
    if !open.is_empty() {
        steps.push(format!("choose `provide` of {}", in_a_sentence(&open)));
    }
    let kept = draft.kept_by_programs();
    let is_unsealed = matches!(passwords, Passwords::Environment);
    if is_unsealed && reach == Reach::Offline && !kept.is_empty() {
        steps.push(format!(
            "name other sources of {}, which programs keep, or build where these may be started",
            in_a_sentence(&kept)
        ));
    }
    steps
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
