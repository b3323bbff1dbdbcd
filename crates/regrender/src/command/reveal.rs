//! `regrender reveal`: one sealed file, opened, to standard output.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use regrender_document::SecretText;
use regrender_seal::{
    FileFormat, Identities, Inspection, OpenError, inspect_sealed_secret, open, open_age,
    short_recipient,
};

use crate::args::Reveal;
use crate::enumeration::in_a_sentence;
use crate::error::{CliError, ErrorKind, Exit, Failure};
use crate::identity;
use crate::pipe::{self, HYPHEN, STDIN};
use crate::source::sealed::{has_passphrase, holds_sealed_value, is_age};
use crate::world::World;

/// The way out of a file that was damaged.
const ANEW: &str = "build it anew, or take it from the Git history";

/// The way out of a file that has the name of another format.
const BY_NAME: &str =
    "let its name end as that of its format does, such as `.yaml`: sops goes by the name";

pub(crate) fn run(arguments: &Reveal, world: &mut World) -> Result<Exit, Failure> {
    let shown = arguments.file.display().to_string();
    let bytes = read(&shown, &arguments.file, world)?;
    let sealed_secret = std::str::from_utf8(&bytes).ok().map(inspect_sealed_secret);
    if let Some(Ok(_)) = sealed_secret {
        return Err(of_controller(&shown).into());
    }
    let reach = arguments.reach.reach();
    let found = identity::discover_within(world, &arguments.identities.identity, reach);
    world.warn_of(found.warnings);
    Failure::of_any(found.problems)?;
    let text = reveal(&shown, &bytes, &found.identities).map_err(|error| {
        if matches!(error, OpenError::NoIdentity) {
            if has_passphrase(&bytes) {
                return with_passphrase(&shown);
            }
            // What was passed over may be the identity that is missing.
            for note in found.passed_over.iter().chain(&found.absent) {
                world.note(note);
            }
            world.note(&recipients(&shown, &bytes));
        }
        misread(&shown, &bytes, &error)
            .unwrap_or_else(|| not_opened(&shown, &bytes, error, found.identities.is_empty()))
    })?;
    world.print(text.expose())?;
    Ok(Exit::Done)
}

fn read(shown: &str, file: &Path, world: &mut World) -> Result<Vec<u8>, CliError> {
    if shown != HYPHEN {
        return fs::read(world.directory.join(file))
            .map_err(|error| CliError::unreadable(shown, error));
    }
    let mut bytes = Vec::new();
    world.stdin.read_to_end(&mut bytes).map_err(|error| pipe::unreadable(STDIN, error))?;
    if bytes.trim_ascii().is_empty() { Err(pipe::empty(STDIN)) } else { Ok(bytes) }
}

/// Takes the format from the name of a file; what has none is as a build writes it.
fn format_of(name: &str) -> FileFormat {
    if name == HYPHEN { FileFormat::Yaml } else { FileFormat::of_name(name) }
}

fn reveal(name: &str, bytes: &[u8], identities: &Identities) -> Result<SecretText, OpenError> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !is_age(bytes) => open(text, format_of(name), identities)?.reveal(),
        _ => open_age(bytes, identities),
    }
}

/// Says how a file opens that is sealed for nobody's key.
fn with_passphrase(shown: &str) -> CliError {
    let message = format!("`{shown}` is sealed with a passphrase, which is asked for nowhere here");
    CliError::new(ErrorKind::Credentials, message)
        .with_hint(format!("open it with `age --decrypt {shown}`"))
}

/// Says for whom a file is sealed, whose identity is not at hand.
fn recipients(shown: &str, bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).ok().filter(|_| !is_age(bytes));
    let format = format_of(shown);
    let found = text.and_then(|text| Inspection::recipients_of(text, format).ok());
    let Some(found) = found else {
        return format!("`{shown}` does not say for whom it is sealed: no age file does");
    };
    let found: Vec<_> = found.iter().map(|recipient| short_recipient(recipient)).collect();
    format!("`{shown}` is sealed for {}", in_a_sentence(&found))
}

/// Says who can open a SealedSecret.
fn of_controller(shown: &str) -> CliError {
    let message = format!(
        "`{shown}` is a SealedSecret: nobody opens it but the controller in the cluster it is for"
    );
    let file = if shown == HYPHEN { "FILE" } else { shown };
    let with_key = format!(
        "with the private key of the controller: \
         `kubeseal --recovery-unseal --recovery-private-key KEY < {file}`"
    );
    CliError::new(ErrorKind::Credentials, message)
        .with_hint("look at the Secret that the controller makes of it: `kubectl get secret`")
        .with_hint(with_key)
}

/// Says what a file is instead of what its name, or its first bytes, make of it.
fn misread(shown: &str, bytes: &[u8], error: &OpenError) -> Option<CliError> {
    let is_sops = holds_sealed_value(bytes);
    let name_says_nothing = format_of(shown) == FileFormat::Binary;
    let (what, hint) = match error {
        OpenError::NotSealed if is_sops => {
            ("cannot be opened: its sealed values have lost their `sops` metadata", ANEW)
        }
        OpenError::Syntax { .. } | OpenError::AgeFile if !is_sops && !is_age(bytes) => (
            "is not sealed: it is neither a SOPS file nor an age file",
            "name a file that `regrender build`, sops or age has sealed",
        ),
        OpenError::Syntax { .. } if name_says_nothing => (
            "cannot be opened: its name does not say which format it has, and it is no sealed \
             binary file",
            BY_NAME,
        ),
        _ => return None,
    };
    let message = format!("`{shown}` {what}");
    Some(CliError::new(ErrorKind::Credentials, message).with_hint(hint))
}

fn not_opened(shown: &str, bytes: &[u8], error: OpenError, is_without_identity: bool) -> CliError {
    if is_without_identity && matches!(error, OpenError::NoIdentity) {
        let message = format!("`{shown}` cannot be opened: there is no identity");
        return CliError::new(ErrorKind::Credentials, message)
            .with_hint("name one with `--identity FILE`, or in SOPS_AGE_KEY_FILE");
    }
    // Only in YAML does the metadata begin so.
    let is_yaml = String::from_utf8_lossy(bytes).lines().any(|line| line == "sops:");
    let hint = match &error {
        OpenError::NotSealed => "it is in clear already",
        OpenError::NoIdentity => {
            "name an identity of one of its recipients: `--identity FILE`, or SOPS_AGE_KEY_FILE"
        }
        OpenError::Binary | OpenError::NotText { .. } => {
            "open it with `age -d` or `sops -d`, which print whatever it is"
        }
        OpenError::OtherKeysOnly { .. } | OpenError::KeyGroups => {
            "open it with `sops decrypt`: here, only age keys open a file"
        }
        OpenError::Syntax { .. } if is_yaml && format_of(shown) != FileFormat::Yaml => BY_NAME,
        // No build writes these.
        OpenError::Syntax { .. } if format_of(shown) != FileFormat::Yaml => {
            "see whether `sops decrypt` opens it, or take it from the Git history"
        }
        _ => ANEW,
    };
    CliError::new(ErrorKind::Credentials, format!("`{shown}` cannot be opened"))
        .with_source(error)
        .with_hint(hint)
}
