//! What is named on the command line and cannot be read to its end: who names it counts on all of it.

use std::collections::BTreeSet;

use regrender_audit::{Reason, Unreadable};

use crate::error::{CliError, ErrorKind, Failure};
use crate::pipe::{STDIN, STDIN_AS_FILE};

/// Fails if anything that is named is among what could not be read; of each file, the first reason
/// is told.
pub(crate) fn check(
    unreadable: &[Unreadable],
    is_named: impl Fn(&Unreadable) -> bool,
) -> Result<(), Failure> {
    let mut told = BTreeSet::new();
    let named = unreadable.iter().filter(|one| is_named(one));
    Failure::of_any(named.filter(|one| told.insert(&one.file)).map(error).collect())
}

/// Says whether what could not be read is one of the sources in `named`. A file of a chart is none: it
/// was not to be read as it is, and a shell names it along with the others (`apps/**/*.yaml`).
pub(crate) fn is_source(unreadable: &Unreadable, named: &BTreeSet<String>) -> bool {
    let is_template = matches!(unreadable.reason, Reason::HelmTemplate);
    let is_stdin = &*unreadable.file == STDIN_AS_FILE;
    named.contains(&*unreadable.file) && (is_stdin || !is_template)
}

fn error(unreadable: &Unreadable) -> CliError {
    let Unreadable { file, reason, .. } = unreadable;
    let hint = match reason {
        Reason::HelmTemplate => "pipe in what `helm template` makes of its chart instead",
        _ => "see whether the program that wrote it failed; mend it, or do not name it",
    };
    let name = if &**file == STDIN_AS_FILE { STDIN.to_owned() } else { format!("`{file}`") };
    CliError::new(ErrorKind::Files, format!("{name} cannot be read: {reason}")).with_hint(hint)
}
