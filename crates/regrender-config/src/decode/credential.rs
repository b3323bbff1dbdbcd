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
    let mut inner = match table.table("credential", owner, problems) {
        Field::Given(inner) => inner,
        Field::Broken => return Field::Broken,
        Field::Absent => return Field::Absent,
    };
    let credential = RawCredential {
        docker_config: inner.value.text("docker-config", problems),
        helper: inner.value.text("helper", problems),
        key: inner.value.text("key", problems),
        timeout: timeout(&mut inner.value, problems),
        broken: !inner.value.is_empty(),
    };
    inner.value.finish(problems);
    Field::Given(Spanned::new(credential, inner.span))
}
