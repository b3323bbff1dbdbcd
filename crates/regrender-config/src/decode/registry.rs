//! The tables `[registry.NAME]`.

use regrender_diagnostic::Spanned;
use toml::de::DeValue;

use crate::decode::source::value;
use crate::raw::{RawCredential, RawDate, RawRegistry};
use crate::table::{Field, Problems, Table};

/// Keys that say where a credential comes from, and that this tool will have.
const LATER: &[&str] = &["helper", "vault", "sops", "age"];

/// Keys of registries whose credentials are short-lived tokens of a cloud.
pub(crate) const CLOUD_KEYS: &[&str] =
    &["account", "region", "provide", "role-arn", "project", "location", "tenant"];

/// Decodes `[registry.NAME]`.
pub(crate) fn registry(
    name: Spanned<String>,
    mut table: Table<'_>,
    problems: &mut Problems,
) -> RawRegistry {
    let registry = RawRegistry {
        name,
        kind: table.text("kind", problems),
        host_key: table.key_span("host"),
        host: table.text("host", problems),
        paths: table.texts("paths", problems),
        username: value(&mut table, "username", problems),
        password: value(&mut table, "password", problems),
        credential: credential(&mut table, problems),
        email: table.text("email", problems),
        expires: expires(&mut table, problems),
        anonymous: table.flag("anonymous", problems),
        hub_aliases: table.flag("hub-aliases", problems),
    };
    if let Some(kind) = registry.kind.as_given()
        && crate::registry::CLOUD_KINDS.contains(&kind.value.as_str())
    {
        // The kind is the problem, not the keys that belong to it.
        while table.take_first(CLOUD_KEYS).is_some() {}
    }
    table.finish(problems);
    registry
}

fn credential(table: &mut Table<'_>, problems: &mut Problems) -> Field<RawCredential> {
    let owner = format!("`credential` of {}", table.owner);
    let mut inner = match table.table("credential", owner, problems) {
        Field::Given(inner) => inner,
        Field::Broken => return Field::Broken,
        Field::Absent => return Field::Absent,
    };
    let credential = RawCredential {
        docker_config: inner.value.text("docker-config", problems),
        key: inner.value.text("key", problems),
        unsupported: inner.value.take_first(LATER),
        broken: !inner.value.is_empty(),
    };
    inner.value.finish(problems);
    Field::Given(Spanned::new(credential, inner.span))
}

fn expires(table: &mut Table<'_>, problems: &mut Problems) -> Field<RawDate> {
    table.typed("expires", "a date, such as `2027-01-31`", problems, |value| match value {
        DeValue::Datetime(moment) => Some(match (moment.date, moment.time) {
            (Some(date), None) => {
                RawDate::Date { year: date.year, month: date.month, day: date.day }
            }
            _ => RawDate::WithTime,
        }),
        DeValue::String(text) => Some(RawDate::Text(text.clone().into_owned())),
        _ => None,
    })
}
