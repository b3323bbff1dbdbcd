//! Knows the generator that goes by the folders or files of a repository of Git.

use super::template::Template;
use super::{Parameters, Repository, filled, values};
use crate::kustomization::glob::Glob;
use crate::kustomization::member;
use crate::manifest::Node;
use crate::place::{file_name, folder_of};

/// The folders or files of a repository. What the files say is not read.
#[derive(Clone, Debug)]
pub(super) struct Git {
    kind: Kind,
    /// Patterns of their paths.
    wanted: Vec<String>,
    /// Patterns of those that are left out all the same.
    unwanted: Vec<String>,
    /// What stands before the name `path`.
    prefix: Option<String>,
    /// Templates of further parameters.
    values: Parameters,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Folders,
    Files,
}

impl Git {
    pub(super) fn read(node: &Node<'_>) -> Self {
        let is_unwanted =
            |item: &&Node<'_>| item.get("exclude").and_then(Node::scalar) == Some("true");
        // Where there are both, the folders count.
        let (kind, list) = match node.items_of("directories") {
            [] => (Kind::Files, "files"),
            _ => (Kind::Folders, "directories"),
        };
        let paths = |unwanted: bool| -> Vec<String> {
            let items = node.items_of(list).iter();
            let items = items.filter(|item| is_unwanted(item) == unwanted);
            items.filter_map(|item| member(item, "path")).collect()
        };
        Self {
            kind,
            wanted: paths(false),
            unwanted: paths(true),
            prefix: member(node, "pathParamPrefix"),
            values: values(node),
        }
    }

    /// Lists what is known of each folder or file; nothing where none of them is here.
    pub(super) fn parameters(
        &self,
        known: &Parameters,
        template: Template,
        repository: &Repository<'_>,
    ) -> Option<Vec<Parameters>> {
        let patterns = |texts: &[String]| -> Option<Vec<Pattern>> {
            let filled = texts.iter().map(|text| template.filled(text, known));
            filled.map(|text| Pattern::parse(&text, self.kind)).collect()
        };
        let (wanted, unwanted) = (patterns(&self.wanted)?, patterns(&self.unwanted)?);
        let is_meant = |patterns: &[Pattern], path: &str| patterns.iter().any(|one| one.is(path));
        let is_wanted = |path: &str| is_meant(&wanted, path) && !is_meant(&unwanted, path);
        let is_hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
        let found = match self.kind {
            Kind::Folders => repository.folders(|path| !is_hidden(path) && is_wanted(path)),
            Kind::Files => repository.files(is_wanted),
        };
        // Another repository may be meant.
        let found = Some(found).filter(|found| !found.is_empty())?;
        Some(found.into_iter().map(|path| self.of_path(path, known, template)).collect())
    }

    fn of_path(&self, path: &str, known: &Parameters, template: Template) -> Parameters {
        let (folder, file) = match self.kind {
            Kind::Folders => (path, None),
            Kind::Files => (folder_of(path), Some(file_name(path))),
        };
        let folder = if folder.is_empty() { "." } else { folder };
        let prefix = self.prefix.as_ref().map(|prefix| format!("{prefix}.")).unwrap_or_default();
        let mut parameters = Parameters::from([(format!("{prefix}path"), folder.to_owned())]);
        for (what, name) in [("basename", Some(file_name(folder))), ("filename", file)] {
            let Some(name) = name else { continue };
            parameters.insert(format!("{prefix}path.{what}"), name.to_owned());
            parameters.insert(format!("{prefix}path.{what}Normalized"), normalized(name));
        }
        for (position, segment) in folder.split('/').enumerate() {
            parameters.insert(format!("{prefix}path[{position}]"), segment.to_owned());
        }
        let mut both = known.clone();
        both.extend(parameters.clone());
        parameters.extend(filled(&self.values, &both, template));
        parameters
    }
}

/// A pattern of paths.
enum Pattern {
    /// One of the shell for each folder on the way.
    Folder(Vec<Glob>),
    /// One for the whole path: a `*` stands for slashes too, as Git has it.
    File(Glob),
}

impl Pattern {
    /// Reads a pattern; nothing if it has an open place.
    fn parse(text: &str, kind: Kind) -> Option<Self> {
        if text.contains("{{") {
            return None;
        }
        match kind {
            Kind::Folders => {
                text.split('/').map(Glob::parse).collect::<Option<_>>().map(Self::Folder)
            }
            Kind::Files => Glob::parse(text).map(Self::File),
        }
    }

    fn is(&self, path: &str) -> bool {
        let is = |glob: &Glob, text: &str| glob.ends(text).last() == Some(&text.len());
        match self {
            Self::File(glob) => is(glob, path),
            Self::Folder(globs) => {
                let parts: Vec<&str> = path.split('/').collect();
                parts.len() == globs.len()
                    && globs.iter().zip(parts).all(|(glob, part)| is(glob, part))
            }
        }
    }
}

/// Makes a name of what a folder is called, as Argo CD does.
fn normalized(name: &str) -> String {
    let letter = |letter: char| {
        if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' }
    };
    let name: String = name.to_lowercase().chars().map(letter).take(253).collect();
    name.trim_matches(['-', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_compared_folder_by_folder() {
        for (pattern, path, expected) in [
            ("*", "apps", true),
            ("*", "apps/web", false),
            ("apps/*", "apps/web", true),
            ("apps/*", "apps", false),
            ("apps/*/prod", "apps/web/prod", true),
            ("apps/w?b", "apps/web", true),
            ("apps/[a-c]*", "apps/web", false),
            ("apps/**", "apps/web/prod", false),
        ] {
            assert_eq!(
                Pattern::parse(pattern, Kind::Folders).unwrap().is(path),
                expected,
                "{pattern} {path}"
            );
        }
        assert!(Pattern::parse("apps/{{name}}", Kind::Folders).is_none());
        assert!(Pattern::parse("apps/[", Kind::Folders).is_none());
    }

    #[test]
    fn a_pattern_of_files_is_compared_as_one() {
        for (pattern, path, expected) in [
            ("apps/*/config.json", "apps/web/config.json", true),
            ("apps/*/config.json", "apps/web/prod/config.json", true),
            ("apps/**/config.json", "apps/config.json", false),
            ("**/config.json", "apps/web/config.json", true),
        ] {
            let found = Pattern::parse(pattern, Kind::Files).unwrap().is(path);
            assert_eq!(found, expected, "{pattern} {path}");
        }
    }

    #[test]
    fn names_are_made_of_what_folders_are_called() {
        assert_eq!(normalized("My_App"), "my-app");
        assert_eq!(normalized("_x.y-"), "x.y");
    }
}
