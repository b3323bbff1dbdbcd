//! A source: `{ env = "NAME" }` and its like.

use regrender_diagnostic::Spanned;
use regrender_document::SecretText;
use toml::de::DeValue;

use crate::field::Field;
use crate::problem::Problems;
use crate::raw::{RawCommand, RawSource, RawTimeout, RawValue};
use crate::table::Table;

/// Keys that other tools have for a source; here their programs are commands.
const OF_OTHER_TOOLS: &[&str] =
    &["aws-secrets-manager", "gcp-secret-manager", "azure-key-vault", "1password", "bitwarden"];

/// Takes a key that must be a source.
pub(crate) fn source(
    table: &mut Table<'_>,
    name: &'static str,
    problems: &mut Problems,
) -> Field<RawSource> {
    match value(table, name, problems) {
        Field::Given(Spanned { value: RawValue::Source(source), span }) => {
            Field::Given(Spanned::new(*source, span))
        }
        Field::Given(Spanned { span, .. }) => {
            problems.push(crate::problem::source::clear_text(&table.owner, name, span));
            Field::Broken
        }
        Field::Broken => Field::Broken,
        Field::Absent => Field::Absent,
    }
}

/// Takes a key that is text or a source.
pub(crate) fn value(
    table: &mut Table<'_>,
    name: &'static str,
    problems: &mut Problems,
) -> Field<RawValue> {
    let Some(value) = table.any(name) else { return table.missing(name) };
    let purpose = format!("`{name}` of {}", table.owner);
    match value.get_ref() {
        DeValue::String(text) => {
            let text = SecretText::new(text.clone().into_owned());
            Field::Given(Spanned::new(RawValue::Text(text), value.span()))
        }
        DeValue::Table(_) => match table.as_table(name, value, purpose, problems) {
            Field::Given(inner) => {
                let source = keys(inner.value, problems);
                Field::Given(Spanned::new(RawValue::Source(Box::new(source)), value.span()))
            }
            Field::Absent | Field::Broken => Field::Broken,
        },
        _ => {
            let expected = "a source, such as `{ env = \"NAME\" }`";
            problems.push(table.wrong_type(name, expected, value));
            Field::Broken
        }
    }
}

fn keys(mut table: Table<'_>, problems: &mut Problems) -> RawSource {
    let mut source = RawSource {
        purpose: table.owner.clone(),
        env: table.text("env", problems),
        file: table.text("file", problems),
        command: command(&mut table, problems),
        sops: table.text("sops", problems),
        age: table.text("age", problems),
        vault: table.text("vault", problems),
        key: table.text("key", problems),
        stdin: table.flag("stdin", problems),
        plain: table.typed("plain", "a string", problems, |value| match value {
            DeValue::String(text) => Some(SecretText::new(text.clone().into_owned())),
            _ => None,
        }),
        trim: table.flag("trim", problems),
        timeout: timeout(&mut table, problems),
        unsupported: None,
        broken: false,
        span: table.span.clone(),
    };
    source.unsupported = table.take_first(OF_OTHER_TOOLS);
    source.broken = !table.is_empty();
    table.finish(problems);
    source
}

fn command(table: &mut Table<'_>, problems: &mut Problems) -> Field<RawCommand> {
    match table.text_or_texts("command", problems) {
        Field::Absent => Field::Absent,
        Field::Broken => Field::Broken,
        Field::Given(texts) => {
            let command = match texts.value.as_slice() {
                // A text alone has the place of the whole value.
                [only] if only.span == texts.span => RawCommand::Text(only.value.clone()),
                _ => RawCommand::List(texts.value),
            };
            Field::Given(Spanned::new(command, texts.span))
        }
    }
}

/// Takes the time limit of a program.
pub(crate) fn timeout(table: &mut Table<'_>, problems: &mut Problems) -> Field<RawTimeout> {
    table.typed("timeout", "a duration, such as `\"30s\"`", problems, |value| match value {
        DeValue::String(text) => Some(RawTimeout::Text(text.clone().into_owned())),
        DeValue::Integer(number) => {
            Some(RawTimeout::Seconds(u64::from_str_radix(number.as_str(), number.radix()).ok()))
        }
        _ => None,
    })
}
