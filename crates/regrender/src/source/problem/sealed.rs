//! What to tell a person about a sealed file that is a source.

use regrender_config::Source;
use regrender_diagnostic::Diagnostic;
use regrender_seal::{OpenError, short_recipient};

use super::{Asker, listed, name_of, read_from, told};
use crate::identity::Discovered;
use crate::source::page::sealed as page;
use crate::source::sealed::{Kind, PathFailure, SealedFailure};

/// How many recipients are listed.
const MOST_RECIPIENTS: usize = 5;

/// Says why a sealed file gave nothing.
pub(crate) fn failed(
    asker: Asker<'_>,
    source: &Source,
    failure: &SealedFailure,
    identities: &Discovered,
) -> Diagnostic {
    let name = name_of(&source.kind);
    let title = |what: &str| format!("{asker} cannot be obtained: {name} {what}");
    let at = |problem: Diagnostic| problem.at(source.span.clone(), read_from(&source.kind));
    let (error, recipients) = match failure {
        SealedFailure::NotText => {
            let problem = told(&page::SEALED_SOURCE_UNREADABLE, title("is not text"));
            return at(problem).help("name the file that sops wrote, or use `age` for an age file");
        }
        SealedFailure::IsAge => {
            let problem = told(&page::SEALED_SOURCE_UNREADABLE, title("is an age file"));
            return at(problem).help("name it as one: `{ age = \"FILE\" }`");
        }
        SealedFailure::IsSops => {
            let problem = told(&page::SEALED_SOURCE_UNREADABLE, title("is a file of sops"));
            return at(problem).help("name it as one: `{ sops = \"FILE\", key = \"KEY\" }`");
        }
        SealedFailure::Passphrase => {
            let title = title("is sealed with a passphrase");
            return at(told(&page::SEALED_SOURCE_PASSPHRASE, title))
                .note("a build asks nobody for a passphrase")
                .help("seal it for a recipient: `age --recipient age1… --output FILE.age FILE`");
        }
        SealedFailure::NotOpened { error, recipients } => (error, recipients),
    };
    match error {
        OpenError::NotSealed => {
            at(told(&page::SEALED_SOURCE_IN_CLEAR, title("is not sealed: it has no sops metadata")))
                .help("seal it: `sops encrypt --in-place FILE`, or name it as a `file`")
        }
        OpenError::NoIdentity => {
            let problem = at(told(
                &page::SEALED_SOURCE_NO_IDENTITY,
                title("opens with none of the identities"),
            ));
            no_identity(problem, recipients, identities)
        }
        OpenError::PluginMissing { .. } | OpenError::PluginFailed => {
            at(told(&page::SEALED_SOURCE_NO_IDENTITY, title(&format!("does not open: {error}"))))
                .help("install the plugin, or name another identity with `--identity FILE`")
        }
        OpenError::OtherKeysOnly { .. } | OpenError::KeyGroups => {
            let what = format!("cannot be opened here: {error}");
            at(told(&page::SEALED_SOURCE_OTHER_KEYS, title(&what)))
                .note("regrender opens with age identities alone")
                .help("add an age recipient: `sops rotate --in-place --add-age age1… FILE`")
                .help("or ask sops: `{ command = [\"sops\", \"decrypt\", \"--extract\", \"[\\\"KEY\\\"]\", \"FILE\"] }`")
        }
        OpenError::MacMissing
        | OpenError::MacMismatch
        | OpenError::NotAuthentic { .. }
        | OpenError::NotEncrypted { .. }
        | OpenError::MalformedValue { .. }
        | OpenError::DataKey { .. } => {
            at(told(&page::SEALED_SOURCE_CHANGED, title(&format!("is not used: {error}"))))
                .note("whoever changed it may have put another value in the place of the password")
                .help("take it from the Git history, or seal it again after a look at its values")
        }
        _ => at(told(&page::SEALED_SOURCE_UNREADABLE, title(&format!("cannot be read: {error}"))))
            .help("see whether `sops decrypt` or `age --decrypt` reads it; sops takes the format from the ending of the name"),
    }
}

fn no_identity(problem: Diagnostic, recipients: &[String], identities: &Discovered) -> Diagnostic {
    let problem = if recipients.is_empty() {
        problem
    } else {
        let shown = recipients.iter().take(MOST_RECIPIENTS);
        let shown = listed(shown.map(|text| short_recipient(text).into_owned()));
        let more = if recipients.len() > MOST_RECIPIENTS { ", …" } else { "" };
        problem.note(format!("it is sealed for {shown}{more}"))
    };
    let passed_over = identities.passed_over.iter().chain(&identities.absent).cloned();
    passed_over
        .fold(problem, Diagnostic::note)
        .help("name an identity of one of its recipients: `--identity FILE`, or SOPS_AGE_KEY_FILE")
}

/// Says that the way through a sealed file leads to no value.
pub(crate) fn no_value(asker: Asker<'_>, source: &Source, why: &PathFailure) -> Diagnostic {
    let name = name_of(&source.kind);
    let at = |problem: Diagnostic| problem.at(source.span.clone(), read_from(&source.kind));
    match why {
        PathFailure::KeyMissing { above, name: key, there } => {
            let place = if above.is_empty() {
                String::from("at its top")
            } else {
                format!("below `{}`", above.escape_debug())
            };
            let title = format!(
                "{asker} cannot be obtained: {name} has no key `{}` {place}",
                key.escape_debug()
            );
            with_names(at(told(&page::SEALED_SOURCE_MISSING_KEY, title)), there)
                .help("write `key` as the file has it")
        }
        PathFailure::PositionMissing { list, length } => {
            let title = format!(
                "{asker} cannot be obtained: list `{}` of {name} has no such item",
                list.escape_debug()
            );
            at(told(&page::SEALED_SOURCE_MISSING_KEY, title))
                .note(format!("it has {length} items, counted from 0"))
                .help("write the position of the item")
        }
        PathFailure::TooLong { at: value } => {
            let title = format!(
                "{asker} cannot be obtained: `{}` of {name} is a value, and nothing is below it",
                value.escape_debug()
            );
            at(told(&page::SEALED_SOURCE_MISSING_KEY, title)).help("shorten `key`")
        }
        PathFailure::NotAValue { kind, there } => {
            let title = format!("{asker} cannot be obtained: `key` leads to {kind} of {name}");
            let problem = at(told(&page::SEALED_SOURCE_NO_VALUE, title));
            match *kind {
                "null" => problem.help("give it a value: `sops edit FILE`"),
                "a list" => problem.help("lead `key` on to an item: `LIST.0`"),
                _ => with_names(problem, there).help("lead `key` on to one of its values"),
            }
        }
    }
}

/// Says that a value is no text in its file, so that it may be spelled otherwise than it was written.
pub(crate) fn not_quoted(asker: Asker<'_>, source: &Source, kind: Kind) -> Option<Diagnostic> {
    let kind = match kind {
        Kind::Text => return None,
        Kind::Number => "a number",
        Kind::TruthValue => "a truth value",
        Kind::Time => "a point in time",
    };
    let title = format!("{asker} is {kind} in {}, not text", name_of(&source.kind));
    let problem = told(&page::SEALED_SOURCE_NOT_QUOTED, title)
        .at(source.span.clone(), read_from(&source.kind))
        .note("sops spells such a value anew: `0123` becomes 83")
        .help("put it between quotes: `sops edit FILE`");
    Some(problem)
}

fn with_names(problem: Diagnostic, there: &[String]) -> Diagnostic {
    if there.is_empty() {
        return problem.note("there is no key at all");
    }
    problem.note(format!("the keys there are {}", listed(there.iter().cloned())))
}
