//! A source: `{ env = "NAME" }` and its like.

use regrender_diagnostic::Spanned;
use regrender_document::SecretText;
use toml::de::DeValue;

use crate::field::Field;
use crate::problem::Problems;
use crate::problem::shape::TEXT_OR_SOURCE;
use crate::raw::{RawCommand, RawSource, RawTimeout, RawValue};
use crate::table::Table;

/// Keys that other tools have for a source, and the commands that ask their programs.
const OF_OTHER_TOOLS: &[(&str, &str)] = &[
    (
        "aws-secrets-manager",
        "[\"aws\", \"secretsmanager\", \"get-secret-value\", \"--secret-id\", \"ID\", \
         \"--query\", \"SecretString\", \"--output\", \"text\"]",
    ),
    (
        "gcp-secret-manager",
        "[\"gcloud\", \"secrets\", \"versions\", \"access\", \"latest\", \"--secret\", \"ID\"]",
    ),
    (
        "azure-key-vault",
        "[\"az\", \"keyvault\", \"secret\", \"show\", \"--vault-name\", \"VAULT\", \"--name\", \
         \"NAME\", \"--query\", \"value\", \"--output\", \"tsv\"]",
    ),
    ("1password", "[\"op\", \"read\", \"REFERENCE\"]"),
    ("bitwarden", "[\"bw\", \"get\", \"password\", \"ITEM\"]"),
];

/// Takes a key that must be a source.
pub(crate) fn source(
    table: &mut Table<'_>,
    name: &'static str,
    problems: &mut Problems,
) -> Field<RawSource> {
    match password(table, name, problems) {
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
    value_of(table, name, TEXT_OR_SOURCE, problems)
}

/// Takes a key that ought to be a source; what stands in the file is text.
pub(crate) fn password(
    table: &mut Table<'_>,
    name: &'static str,
    problems: &mut Problems,
) -> Field<RawValue> {
    value_of(table, name, "a source, such as `{ env = \"NAME\" }`", problems)
}

/// Takes a key that is text or a source; whoever gives something else is told what is `expected`.
fn value_of(
    table: &mut Table<'_>,
    name: &'static str,
    expected: &str,
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
        of_other_tool: None,
        broken: false,
        span: table.span.clone(),
    };
    source.of_other_tool =
        OF_OTHER_TOOLS.iter().find_map(|(key, command)| Some((table.take_key(key)?, *command)));
    source.broken = !table.is_empty();
    table.finish(problems);
    source
}

fn command(table: &mut Table<'_>, problems: &mut Problems) -> Field<RawCommand> {
    table.text_or_texts("command", problems).map(|texts| match texts.value.as_slice() {
        // A text alone has the place of the whole value.
        [only] if only.span == texts.span => RawCommand::Text(only.value.clone()),
        _ => RawCommand::List(texts.value),
    })
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
