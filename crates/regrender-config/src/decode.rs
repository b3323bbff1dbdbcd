//! The tables of the file to raw values: which keys there are, and of which type.

mod credential;
mod registry;
mod secret;
mod settings;
mod source;
mod vault;

use regrender_diagnostic::Spanned;
use toml::de::{DeTable, DeValue};

use crate::field::Field;
use crate::problem::{Problems, shape};
use crate::raw::{RawConfig, RawSettings};
use crate::table::Table;

/// Decodes the whole file.
pub(crate) fn decode(root: &DeTable<'_>, source: &str, problems: &mut Problems) -> RawConfig {
    let mut file = Table::new("the file", 0..0, root, source);
    let mut settings = RawSettings::default();
    let fingerprint_key = settings::seal(&mut settings, &mut file, problems);
    settings::output(&mut settings, &mut file, problems);
    let vault = vault::vault(&mut file, problems);
    let clusters = named(&mut file, "cluster", problems, settings::cluster);
    let registries = named(&mut file, "registry", problems, registry::registry);
    let secrets = named(&mut file, "secret", problems, secret::secret);
    let mut misspelt = vec!["cluster", "registry", "secret"];
    misspelt.retain(|kind| file.missing::<()>(kind).is_broken());
    file.finish(problems);
    RawConfig { settings, fingerprint_key, vault, clusters, registries, secrets, misspelt }
}

/// Decodes the tables `[kind.NAME]`.
fn named<T>(
    file: &mut Table<'_>,
    kind: &'static str,
    problems: &mut Problems,
    decode: impl Fn(Spanned<String>, Table<'_>, &mut Problems) -> T,
) -> Vec<T> {
    let Some(value) = file.any(kind) else { return Vec::new() };
    let DeValue::Table(table) = value.get_ref() else {
        problems.push(shape::unnamed_table(kind, value.span()));
        return Vec::new();
    };
    let mut tables = Table::new(format!("`[{kind}]`"), value.span(), table, "");
    let mut decoded = Vec::new();
    for (key, value) in tables.take_rest() {
        let name = Spanned::new(key.value.to_owned(), key.span.clone());
        match value.get_ref() {
            DeValue::Table(_) => {
                let owner = owner(kind, key.value);
                if let Field::Given(mut table) = file.as_table(kind, value, owner, problems) {
                    // The name is the place to point at, not the whole header.
                    table.value.span = key.span;
                    decoded.push(decode(name, table.value, problems));
                }
            }
            DeValue::Array(_) => problems.push(file.wrong_type(key.value, "a table", value)),
            _ => problems.push(shape::setting_without_name(kind, &name, value.span())),
        }
    }
    decoded
}

/// Returns what messages call the table `[kind.name]`.
fn owner(kind: &str, name: &str) -> String {
    let kind = if kind == "secret" { "pull secret" } else { kind };
    format!("{kind} `{name}`")
}
