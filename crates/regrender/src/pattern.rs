//! A pattern of a command line for files, which is one of .gitignore, as for cargo and ripgrep.
//!
//! It counts from the folder of the run, as the names in a report do.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::path::shown;

/// A pattern for what is left out or, behind an exclamation mark, taken back.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    /// The pattern, as it was given.
    pub(crate) text: String,
    rule: Gitignore,
}

/// What one pattern says of one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    LeaveOut,
    TakeBack,
}

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    ///
    /// Says why it is none.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Ok(Self { text: text.to_owned(), rule: rule(text)? })
    }

    /// Returns the same pattern as seen from `directory`, if it begins with its path.
    pub(crate) fn seen_from(&self, directory: &Path) -> Self {
        let directory = format!("{}/", shown(directory, Path::new("")));
        let below =
            self.text.strip_prefix(&directory).and_then(|rest| rule(&format!("/{rest}")).ok());
        Self { text: self.text.clone(), rule: below.unwrap_or_else(|| self.rule.clone()) }
    }

    /// Says whether it stands behind an exclamation mark.
    pub(crate) fn takes_back(&self) -> bool {
        self.rule.num_whitelists() > 0
    }

    /// Returns what it says of a path, without looking at the folders above.
    pub(crate) fn word(&self, path: &str, is_folder: bool) -> Option<Word> {
        let found = self.rule.matched(path, is_folder);
        match (found.is_ignore(), found.is_whitelist()) {
            (true, _) => Some(Word::LeaveOut),
            (_, true) => Some(Word::TakeBack),
            _ => None,
        }
    }

    /// Says whether it speaks of a file or of a folder above.
    pub(crate) fn speaks_of(&self, file: &str) -> bool {
        levels(file).any(|(path, is_folder)| self.word(path, is_folder).is_some())
    }
}

/// Makes a rule of .gitignore from a pattern of a command line, where no line is a comment and `./`
/// is the folder of the run.
fn rule(text: &str) -> Result<Gitignore, String> {
    let (mark, path) = match text.strip_prefix('!') {
        Some(path) => ("!", path),
        None => ("", text),
    };
    let line = match path.strip_prefix("./") {
        Some(rest) => format!("{mark}/{}", rest.trim_start_matches("./")),
        None if text.starts_with('#') => format!("\\{text}"),
        None => text.to_owned(),
    };
    let mut rules = GitignoreBuilder::new("");
    // A bracket that is not closed is a slip here.
    rules.allow_unclosed_class(false);
    rules.add_line(None, &line).map_err(|error| reason(&error))?;
    let rule = rules.build().map_err(|error| reason(&error))?;
    let is_empty = rule.is_empty() || path.trim_matches(['/', '.', ' ']).is_empty();
    if is_empty { Err(String::from("it names nothing")) } else { Ok(rule) }
}

fn reason(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        error => error.to_string(),
    }
}

/// Lists a path and the folders above it, the nearest first, and says which are folders.
pub(crate) fn levels(file: &str) -> impl Iterator<Item = (&str, bool)> {
    let above = file.rmatch_indices('/').filter_map(|(end, _)| file.get(..end));
    let above = above.filter(|folder| !folder.is_empty());
    std::iter::once((file, false)).chain(above.map(|folder| (folder, true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_nothing_is_no_pattern() {
        for text in ["", " ", "/", "./", ".", "!", "!/", "!./"] {
            assert_eq!(Pattern::parse(text).unwrap_err(), "it names nothing", "{text}");
        }
        for (text, why) in [("a[b", "unclosed character class"), ("{a", "unclosed alternate")] {
            let reason = Pattern::parse(text).unwrap_err();
            assert!(reason.starts_with(why), "{text}: {reason}");
        }
    }
}
