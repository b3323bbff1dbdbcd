//! A credential that comes whole: `{ docker-config = "PATH" }` or `{ helper = "NAME" }`.

use regrender_diagnostic::Spanned;

use crate::decode::source::timeout;
use crate::field::Field;
use crate::problem::Problems;
use crate::raw::RawCredential;
use crate::table::Table;

/// Takes the key `credential`.
pub(crate) fn credential(table: &mut Table<'_>, problems: &mut Problems) -> Field<RawCredential> {
    let owner = format!("`credential` of {}", table.owner);
    table.table("credential", owner, problems).map(|Spanned { value: mut inner, .. }| {
        let credential = RawCredential {
            docker_config: inner.text("docker-config", problems),
            helper: inner.text("helper", problems),
            key: inner.text("key", problems),
            timeout: timeout(&mut inner, problems),
            broken: !inner.is_empty(),
        };
        inner.finish(problems);
        credential
    })
}
