//! What to tell a person about a sealed file that is a source.

use regrender_config::{Page, Source, ValuePath};
use regrender_diagnostic::Diagnostic;
use regrender_seal::{OpenError, short_recipient};

use super::{Asker, at_source, listed, missed, name_of, told};
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
    let missed = |page, what: &str| missed(page, asker, source, format!("{name} {what}"));
    match failure {
        SealedFailure::NotText => missed(&page::SEALED_SOURCE_UNREADABLE, "is not text")
            .help("name the file that sops wrote, or use `age` for an age file"),
        SealedFailure::IsAge => missed(&page::SEALED_SOURCE_UNREADABLE, "is an age file")
            .help("name it as one: `{ age = \"FILE\" }`"),
        SealedFailure::IsSops => missed(&page::SEALED_SOURCE_UNREADABLE, "is a file of sops")
            .help("name it as one: `{ sops = \"FILE\", key = \"KEY\" }`"),
        SealedFailure::NotAge => {
            let what = "is not sealed: it does not begin as an age file does";
            missed(&page::SEALED_SOURCE_IN_CLEAR, what).help(
                "seal it: `age --recipient age1… --output FILE.age FILE`, or name it as a `file`",
            )
        }
        SealedFailure::CutOff => missed(
            &page::SEALED_SOURCE_CHANGED,
            "cannot be opened: its sealed values have lost their `sops` metadata",
        )
        .help("take it from the Git history"),
        SealedFailure::Passphrase => {
            missed(&page::SEALED_SOURCE_PASSPHRASE, "is sealed with a passphrase")
                .note("a build asks nobody for a passphrase")
                .help("seal it for a recipient: `age --recipient age1… --output FILE.age FILE`")
        }
        SealedFailure::NotOpened { error: OpenError::NoIdentity, recipients } => {
            let what = "opens with none of the identities";
            no_identity(missed(&page::SEALED_SOURCE_NO_IDENTITY, what), recipients, identities)
        }
        SealedFailure::NotOpened { error, .. } => not_opened(error, missed),
    }
}

/// Says why a file does not open although there may be an identity for it.
fn not_opened(error: &OpenError, missed: impl Fn(&'static Page, &str) -> Diagnostic) -> Diagnostic {
    match error {
        OpenError::NotSealed => {
            missed(&page::SEALED_SOURCE_IN_CLEAR, "is not sealed: it has no sops metadata")
                .help("seal it: `sops encrypt --in-place FILE`, or name it as a `file`")
        }
        OpenError::ConflictMarkers { .. } => {
            missed(&page::SEALED_SOURCE_UNREADABLE, &format!("cannot be read: {error}"))
                .note("lines of both sides do not open: its MAC is over all of it")
                .help("take one side as a whole: `git checkout --ours FILE`, or `--theirs`")
                .help("then enter what the other side changed: `sops edit FILE`")
        }
        OpenError::PluginMissing { .. } | OpenError::PluginFailed => {
            missed(&page::SEALED_SOURCE_NO_IDENTITY, &format!("does not open: {error}"))
                .help("install the plugin, or name another identity with `--identity FILE`")
        }
        OpenError::OtherKeysOnly { .. } | OpenError::KeyGroups => {
            missed(&page::SEALED_SOURCE_OTHER_KEYS, &format!("cannot be opened here: {error}"))
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
            missed(&page::SEALED_SOURCE_CHANGED, &format!("is not used: {error}"))
                .note("whoever changed it may have put another value in the place of the password")
                .help("take it from the Git history, or seal it again after a look at its values")
        }
        _ => missed(&page::SEALED_SOURCE_UNREADABLE, &format!("cannot be read: {error}"))
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
    let missed = |page, what: String| missed(page, asker, source, what);
    match why {
        PathFailure::KeyMissing { above, name: key, there } => {
            let place = if above.is_empty() {
                String::from("at its top")
            } else {
                format!("below `{}`", above.escape_debug())
            };
            let what = format!("{name} has no key `{}` {place}", key.escape_debug());
            let problem = with_names(missed(&page::SEALED_SOURCE_MISSING_KEY, what), there);
            let beginning = format!("{key}.");
            match there.iter().find(|name| name.starts_with(&beginning)) {
                // Dots divide names.
                Some(name) => problem.help(format!(
                    "write a name that has dots in brackets: `[{:?}]` for `{name}`",
                    name.as_str()
                )),
                None => problem.help("write `key` as the file has it"),
            }
        }
        PathFailure::PositionMissing { list, length } => {
            let what = format!("list `{}` of {name} has no such item", list.escape_debug());
            missed(&page::SEALED_SOURCE_MISSING_KEY, what)
                .note(format!("it has {length} items, counted from 0"))
                .help("write the position of the item")
        }
        PathFailure::TooLong { at: value } => {
            let value = value.escape_debug();
            let what = format!("`{value}` of {name} is a value, and nothing is below it");
            missed(&page::SEALED_SOURCE_MISSING_KEY, what).help("shorten `key`")
        }
        PathFailure::NotAValue { kind, there } => {
            let what = format!("`key` leads to {kind} of {name}");
            let problem = missed(&page::SEALED_SOURCE_NO_VALUE, what);
            match *kind {
                "null" => problem.help("give it a value: `sops edit FILE`"),
                "a list" => problem.help("lead `key` on to an item: `LIST.0`"),
                _ => with_names(problem, there).help("lead `key` on to one of its values"),
            }
        }
    }
}

/// Says that a value stands in clear in a file that is sealed otherwise.
pub(crate) fn value_in_clear(asker: Asker<'_>, source: &Source, key: &ValuePath) -> Diagnostic {
    let key = key.to_string();
    let what = format!("`{}` of {} is in clear", key.escape_debug(), name_of(&source.kind));
    missed(&page::SEALED_SOURCE_IN_CLEAR, asker, source, what)
        .note("sops seals only what the rule takes in that the file was sealed by, such as its `encrypted_regex`")
        .help("seal it by a rule that takes the key in: `sops decrypt --in-place FILE`, then `sops encrypt --in-place FILE`")
        .help("change the secret if the file was ever committed")
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
    let problem = at_source(told(&page::SEALED_SOURCE_NOT_QUOTED, title), source)
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
