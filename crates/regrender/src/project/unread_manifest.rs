//! Manifests of the inventory that nobody can read, though they may declare what a build would
//! otherwise take to be gone.

use std::fs;

use regrender_audit::{Inventory, Reason, Unreadable};

use crate::enumeration::in_a_sentence;
use crate::error::{CliError, ErrorKind};
use crate::project::Project;

/// Something that a build knew and that no manifest declares any more.
pub(crate) struct Lost {
    /// What people call it.
    pub(crate) shown: String,
    /// Its kind, which stands in its manifest.
    pub(crate) kind: String,
    /// Its name, where that must stand there too.
    pub(crate) name: Option<String>,
}

/// Tells of those that could declare what is `lost`.
pub(crate) fn errors(project: &Project, inventory: &Inventory, lost: &[Lost]) -> Vec<CliError> {
    let found = candidates(project, inventory, lost).into_iter();
    found.map(|(one, names)| error(one, &names)).collect()
}

/// Warns of those that could declare what is not there yet and would be written whole.
pub(crate) fn warnings(project: &Project, inventory: &Inventory, new: &[Lost]) -> Vec<String> {
    let found = candidates(project, inventory, new).into_iter();
    let warning = |(Unreadable { file, reason, .. }, names): (&Unreadable, Vec<&str>)| {
        format!(
            "`{file}` of the inventory cannot be read: {reason}; if it declares {}, mend it first: a \
             build writes whole what it finds nowhere",
            in_a_sentence(&names)
        )
    };
    found.map(warning).collect()
}

/// Lists the manifests that cannot be read, with what each of them could declare.
fn candidates<'a>(
    project: &Project,
    inventory: &'a Inventory,
    lost: &'a [Lost],
) -> Vec<(&'a Unreadable, Vec<&'a str>)> {
    if lost.is_empty() {
        return Vec::new();
    }
    let unread = inventory.unreadable().iter().filter(|one| one.reason != Reason::HelmTemplate);
    let with_names = |one: &'a Unreadable| {
        let bytes = fs::read(project.folder.join(&*one.file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let names: Vec<&str> =
            lost.iter().filter(|lost| lost.could_be_in(&text)).map(|lost| &*lost.shown).collect();
        (!names.is_empty()).then_some((one, names))
    };
    unread.filter_map(with_names).collect()
}

fn error(Unreadable { file, reason, .. }: &Unreadable, lost: &[&str]) -> CliError {
    let message = format!(
        "`{file}` of the inventory cannot be read, and no other manifest declares {}: {reason}",
        in_a_sentence(lost),
    );
    CliError::new(ErrorKind::Files, message).with_hint(
        "mend it; if it declares nothing, leave it out: with `inventory` in registries.toml, or in \
         .gitignore",
    )
}

impl Lost {
    fn could_be_in(&self, text: &str) -> bool {
        let has_name = |name: &String| has_word(text, name);
        text.contains(&self.kind) && self.name.as_ref().is_none_or(has_name)
    }
}

/// Tells whether a text has a name that is no part of another one.
fn has_word(text: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || "-.".contains(letter);
    text.split(|letter| !is_part(letter)).any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_not_a_part_of_another() {
        for text in ["name: web\n", "{name: web}", "\"web\"", "web"] {
            assert!(has_word(text, "web"), "{text}");
        }
        for text in ["name: web-2", "webhook", "a.web", ""] {
            assert!(!has_word(text, "web"), "{text}");
        }
    }
}
