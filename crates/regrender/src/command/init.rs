//! `regrender init`: a first registries.toml, and an identity outside the repository.

use std::fs;
use std::path::{Component, Path};

use regrender_config::quoted;
use regrender_seal::{KeyKind, KeyPair};
use zeroize::Zeroizing;

use crate::args::Init;
use crate::certificate;
use crate::enumeration::next_steps;
use crate::error::{CliError, ErrorKind, Exit, Failure};
use crate::identity::{KEY, own};
use crate::new_file::{self, Readers};
use crate::path::shown;
use crate::project::{CONFIG_FILE, build_command, command_for, sops_rules};
use crate::randomness::OsRandom;
use crate::repository;
use crate::world::World;

pub(crate) fn run(arguments: &Init, world: &mut World) -> Result<Exit, Failure> {
    let folder = world.directory.join(&arguments.folder);
    let file = folder.join(CONFIG_FILE);
    if folder.ends_with(CONFIG_FILE) && !folder.exists() {
        let message =
            format!("`{}` is named as the folder to write to", arguments.folder.display());
        return Err(CliError::new(ErrorKind::Files, message)
            .with_hint("name the folder alone: `regrender init FOLDER`")
            .into());
    }
    if file.symlink_metadata().is_ok() {
        let message = format!("`{}` exists; it is left as it is", shown(&file, &world.directory));
        return Err(CliError::new(ErrorKind::Files, message)
            .with_hint("edit it, or name another folder: `regrender init FOLDER`")
            .into());
    }
    let seal = match &arguments.certificate {
        Some(certificate) => Seal::ForController(inside(certificate, &folder, world)?),
        None => for_recipients(&folder, kind(arguments), world)?,
    };
    new_file::create(&file, template(&seal).as_bytes(), Readers::Usual)?;
    let written = shown(&file, &world.directory);
    let next = next_steps(&steps(&seal, &file, &world.directory));
    let makefile = makefile(&file, &world.directory);
    world.print(&format!("wrote {written}\n{next}{makefile}"))?;
    Ok(Exit::Done)
}

/// Whom the first registries.toml seals for.
enum Seal {
    /// An age recipient, and those that may be added.
    ForRecipients { own: String, others: Vec<String> },
    /// The controller whose certificate is at this path.
    ForController(String),
}

/// Seals for the identity that sops finds, and names who else may have to open what is sealed.
fn for_recipients(folder: &Path, kind: KeyKind, world: &mut World) -> Result<Seal, CliError> {
    let own = recipient(folder, kind, world)?;
    let others = sops_rules::other_recipients(folder, std::slice::from_ref(&own));
    sops_rules::tell(&others, world);
    Ok(Seal::ForRecipients { own, others })
}

/// What everybody has to fill in.
const TO_FILL_IN: &str = r#"[output]
directory = "pull-secrets"
consumer = "flux"                          # or "argocd", "kubectl", or several in a list

[registry.hub]
kind = "docker-hub"
username = "acme-bot"
password = { env = "DOCKER_HUB_TOKEN" }

[secret.regcred]
registries = ["hub"]
namespaces = ["default"]
service-accounts = ["default"]
"#;

/// Shows what goes into the Makefile of a person in `directory`; make reads a dollar as a variable.
fn makefile(file: &Path, directory: &Path) -> String {
    let command = |command| command_for(command, file, directory).replace('$', "$$");
    format!(
        "
lines for your Makefile:

pull-secrets:
\t{}

check-pull-secrets:
\t{}

.PHONY: pull-secrets check-pull-secrets
",
        command("build"),
        command("verify")
    )
}

/// Lists what is to be done next.
fn steps(seal: &Seal, file: &Path, directory: &Path) -> Vec<String> {
    let mut steps = vec![String::from("fill in your registries and namespaces")];
    let beside = |name: &str| shown(&file.with_file_name(name), directory);
    let mut commit = beside(CONFIG_FILE);
    if let Seal::ForController(certificate) = seal {
        steps.push(String::from(
            "make a fingerprint key, `head -c 32 /dev/urandom | base64`, keep it as a secret, and \
             have it in REGRENDER_FINGERPRINT_KEY where builds run",
        ));
        commit.extend([", ", &beside(certificate)]);
    }
    steps.push(build_command(file, directory));
    steps.push(format!("commit {commit} and {}", beside("pull-secrets")));
    steps
}

/// Returns the path in `folder` of the certificate, which must be one.
fn inside(certificate: &Path, folder: &Path, world: &World) -> Result<String, CliError> {
    let place = world.directory.join(certificate);
    let stays = |path: &&Path| path.components().all(|part| part != Component::ParentDir);
    let inside = place.strip_prefix(folder).ok().filter(stays).and_then(Path::to_str);
    let inside = inside.ok_or_else(|| {
        let certificate = certificate.display();
        let message =
            format!("certificate `{certificate}` does not lie in the folder of registries.toml");
        CliError::new(ErrorKind::Files, message)
            .with_hint("it is committed beside registries.toml: copy it there, and name the copy")
    })?;
    let inside = if inside.is_empty() { "." } else { inside };
    certificate::read_at(folder, inside)?;
    Ok(inside.to_owned())
}

/// Says which kind of identity is asked for.
fn kind(arguments: &Init) -> KeyKind {
    if arguments.post_quantum { KeyKind::PostQuantum } else { KeyKind::X25519 }
}

/// Returns the recipient of the identity that sops finds, which is made if there is none.
fn recipient(folder: &Path, kind: KeyKind, world: &mut World) -> Result<String, CliError> {
    if let Some(recipient) = own::of_variable(world, kind) {
        world.note(&format!("using the identity in `{KEY}`"));
        return Ok(recipient);
    }
    let keys = own::file(world).ok_or_else(no_home)?;
    match own::in_file(&keys, kind)? {
        Some(recipient) => {
            world.note(&format!("using the identity in `{}`", keys.display()));
            Ok(recipient)
        }
        None if could_be_committed(&world.directory.join(&keys), folder) => {
            Err(in_repository(&shown(&keys, &world.directory), kind))
        }
        None => make_identity(&keys, kind, world),
    }
}

/// Says whether `file` lies in the Git repository that `folder` is in. Links and `..` may lead out of
/// it, so the nearest folder that is there decides.
fn could_be_committed(file: &Path, folder: &Path) -> bool {
    let top = repository::find_top(folder).and_then(|top| top.canonicalize().ok());
    let nearest = file.ancestors().skip(1).find_map(|folder| folder.canonicalize().ok());
    top.zip(nearest).is_some_and(|(top, nearest)| nearest.starts_with(top))
}

fn in_repository(keys: &str, kind: KeyKind) -> CliError {
    let message = format!("`{keys}` is in the repository, where a new identity could be committed");
    CliError::new(ErrorKind::Files, message)
        .with_hint("name a file outside the repository with `SOPS_AGE_KEY_FILE`")
        .with_hint(format!(
            "or make the identity: `{} -o {keys}`, and let Git ignore it",
            own::keygen(kind)
        ))
}

/// Makes an identity that nobody but its owner can read.
fn make_identity(keys: &Path, kind: KeyKind, world: &mut World) -> Result<String, CliError> {
    let pair = KeyPair::draw(kind, &mut OsRandom);
    let (recipient, identity) = (pair.recipient(), pair.expose_identity());
    let text = Zeroizing::new(format!("# public key: {recipient}\n{identity}\n"));
    new_file::create(keys, text.as_bytes(), Readers::OwnerAlone)?;
    world.note(&format!(
        "made an identity in `{}`, where sops finds it too; keep a copy in a safe place",
        keys.display()
    ));
    Ok(recipient.to_owned())
}

fn no_home() -> CliError {
    CliError::new(ErrorKind::Files, "there is no home folder to put an identity into")
        .with_hint(if cfg!(windows) { "set AppData" } else { "set HOME" })
}

fn template(seal: &Seal) -> String {
    let seal = match seal {
        Seal::ForRecipients { own, others } => format!(
            r#"# Who can open the sealed files: you, your colleagues, each cluster.
recipients = ["{own}"]
{}"#,
            sops_rules::commented(others)
        ),
        Seal::ForController(certificate) => format!(
            r#"format = "sealed-secrets"
# Who can open the sealed files: the controller that has the key of this certificate.
certificate = {}
# Nobody else can open them, so this tells a build what has not changed.
fingerprint-key = {{ env = "REGRENDER_FINGERPRINT_KEY" }}"#,
            quoted(certificate)
        ),
    };
    let seal = seal.trim_end();
    format!("# What each key means: docs/config.md of regrender.\n\n[seal]\n{seal}\n\n{TO_FILL_IN}")
}

/// Says whether nothing is filled in yet in a registries.toml that was written here.
pub(crate) fn is_to_fill_in(file: &Path) -> bool {
    fs::read_to_string(file).is_ok_and(|text| text.ends_with(TO_FILL_IN))
}
