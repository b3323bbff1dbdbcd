//! Files of sops that credentials come from, and that somebody opens who is no recipient any more.
//!
//! A build seals its own files anew without the one who was removed. The files that it reads are not
//! its own.

use std::collections::BTreeSet;
use std::fs;

use regrender_seal::{FileFormat, Inspection, short_recipient};

use crate::enumeration::in_a_sentence;
use crate::path::shown;
use crate::plan::{Plan, reason};
use crate::project::Project;
use crate::source;
use crate::world::World;

/// Tells of the files that have to be sealed anew too.
pub(crate) fn warnings(project: &Project, plans: &[Plan], world: &World) -> Vec<String> {
    let declared = project.config.clusters.iter().flat_map(|cluster| &cluster.recipients);
    let declared: BTreeSet<&str> = declared.map(|recipient| recipient.text.as_str()).collect();
    let removed = reason::removed(plans);
    let removed: Vec<&String> =
        removed.into_iter().filter(|name| !declared.contains(name.as_str())).collect();
    if removed.is_empty() {
        return Vec::new();
    }
    let warning = |path: &str| {
        let file = world.resolve(&project.folder, path);
        let text = fs::read_to_string(&file).ok()?;
        let readers = Inspection::recipients_of(&text, FileFormat::of_name(path)).ok()?;
        let left: Vec<&str> = removed
            .iter()
            .map(|name| name.as_str())
            .filter(|name| readers.iter().any(|one| one == name))
            .collect();
        let short: Vec<_> = left.iter().map(|name| short_recipient(name)).collect();
        let file = shown(&file, &world.directory);
        (!left.is_empty()).then(|| {
            format!(
                "{} can open `{file}` too, where credentials come from, and no build seals that: \
                 `sops rotate --in-place --rm-age {} {file}`",
                in_a_sentence(&short),
                left.join(",")
            )
        })
    };
    source::sops_files(&project.config).into_iter().filter_map(warning).collect()
}
