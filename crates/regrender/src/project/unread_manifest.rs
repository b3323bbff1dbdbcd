//! Manifests of the inventory that nobody can read, or that are not there, though they may declare what
//! a build would otherwise take to be gone.

use std::fs;

use regrender_audit::{Inventory, Reason, Unreadable};

use crate::enumeration::in_a_sentence;
use crate::error::{CliError, ErrorKind};
use crate::path::shown;
use crate::project::Project;
use crate::repository::{Cause, Unseen};

/// What nobody can read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unread<'a> {
    /// The manifests, in it those that cannot be read.
    pub(crate) inventory: &'a Inventory,
    /// What can hold manifests and was not walked through.
    pub(crate) unseen: &'a [Unseen],
}

impl Unread<'_> {
    /// Says whether everything was read.
    pub(crate) fn is_empty(self) -> bool {
        self.inventory.unreadable().is_empty() && self.unseen.is_empty()
    }
}

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
pub(crate) fn errors(project: &Project, unread: Unread<'_>, lost: &[Lost]) -> Vec<CliError> {
    let found = candidates(project, unread.inventory, lost).into_iter();
    let mut errors: Vec<CliError> = found.map(|(one, names)| error(one, &names)).collect();
    let names: Vec<&str> =
        lost.iter().filter(|lost| lost.could_be_in(None)).map(|lost| &*lost.shown).collect();
    if !names.is_empty() {
        errors.extend(unseen_errors(project, unread.unseen, &names));
    }
    errors
}

/// Tells of what can hold the manifests of what is lost and was not walked through.
fn unseen_errors(project: &Project, unseen: &[Unseen], lost: &[&str]) -> Vec<CliError> {
    let lost = in_a_sentence(lost);
    let told = |causes: &[Cause], what: &str, hint: &str| {
        let found = unseen.iter().filter(|one| causes.contains(&one.cause));
        let found: Vec<String> = found.map(|one| shown(&one.path, &project.folder)).collect();
        (!found.is_empty()).then(|| {
            let message = format!(
                "the inventory holds {what} {}, and no manifest that is there declares {lost}",
                in_a_sentence(&found)
            );
            CliError::new(ErrorKind::Files, message).with_hint(hint)
        })
    };
    let errors = [
        told(
            &[Cause::Submodule],
            "submodules that are not checked out:",
            "check them out: `git submodule update --init`; if they declare nothing, leave them out \
             with `inventory` in registries.toml",
        ),
        told(
            &[Cause::SparseFile, Cause::SparseFolder],
            "what a sparse checkout leaves out:",
            "check it out: `git sparse-checkout disable`; if it declares nothing, leave it out with \
             `inventory` in registries.toml",
        ),
        told(
            &[Cause::Link],
            "links that lead out of it:",
            "name the folders that they lead to with `inventory` in registries.toml, too",
        ),
    ];
    errors.into_iter().flatten().collect()
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
        let bytes = fs::read(project.folder.join(&*one.file)).ok();
        // A file that git-crypt has locked, or one in UTF-16, shows nothing of what is in it.
        let bytes = bytes.filter(|bytes| !bytes.contains(&0));
        let text = bytes.as_deref().map(String::from_utf8_lossy);
        let could_be_in = |lost: &&Lost| lost.could_be_in(text.as_deref());
        let names: Vec<&str> = lost.iter().filter(could_be_in).map(|lost| &*lost.shown).collect();
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
    /// Says whether it could be declared in a text, or where there is no text to search.
    fn could_be_in(&self, text: Option<&str>) -> bool {
        match (text, &self.name) {
            (Some(text), Some(name)) => text.contains(&self.kind) && has_word(text, name),
            (Some(text), None) => text.contains(&self.kind),
            // What is there without a manifest, too, has a name: nothing tells that it is lost.
            (None, name) => name.is_none(),
        }
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
