//! The table `[vault]`.

use regrender_diagnostic::Spanned;
use toml::de::DeValue;

use crate::decode::source::{source, value};
use crate::field::Field;
use crate::problem::Problems;
use crate::raw::{RawVault, RawVaultAuth};
use crate::table::Table;

/// Decodes `[vault]`.
pub(crate) fn vault(file: &mut Table<'_>, problems: &mut Problems) -> RawVault {
    let mut table = file.settings("vault", "`[vault]`", problems);
    let vault = RawVault {
        address: table.text("address", problems),
        namespace: table.text("namespace", problems),
        ca: table.text("ca", problems),
        kv_version: table.typed("kv-version", "1 or 2", problems, |value| match value {
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            _ => None,
        }),
        auth: auth(&mut table, problems),
        span: table.span.clone(),
    };
    table.finish(problems);
    vault
}

fn auth(table: &mut Table<'_>, problems: &mut Problems) -> Field<RawVaultAuth> {
    table.table("auth", "`auth` of `[vault]`", problems).map(
        |Spanned { value: mut inner, .. }| {
            let auth = RawVaultAuth {
                method: inner.text("method", problems),
                token: source(&mut inner, "token", problems),
                role_id: value(&mut inner, "role-id", problems),
                secret_id: source(&mut inner, "secret-id", problems),
                role: inner.text("role", problems),
                jwt: source(&mut inner, "jwt", problems),
                mount: inner.text("mount", problems),
            };
            inner.finish(problems);
            auth
        },
    )
}
