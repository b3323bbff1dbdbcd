//! Knows the generators of an `ApplicationSet` whose answers are in the repository: lists, folders and
//! files of Git, and matrices of them.

use super::template::Template;
use super::{LIMIT, Parameters, Repository};
use crate::kustomization::glob::Glob;
use crate::kustomization::member;
use crate::manifest::Node;
use crate::place::{file_name, folder_of};

/// Matrices are not nested deeper than this.
const DEPTH: usize = 2;

/// A generator.
#[derive(Clone, Debug)]
pub(super) enum Generator {
    /// `list`: what its elements say.
    List(Vec<Parameters>),
    /// `git`: folders or files of the repository.
    Git(Git),
    /// `clusters`: the same values for each, and their names are known to Argo CD alone.
    Clusters(Parameters),
    /// `matrix`: each answer of the first, with each of the next.
    Matrix(Vec<Self>),
    /// One whose answers are elsewhere.
    Elsewhere,
}

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

impl Generator {
    pub(super) fn read(node: &Node<'_>) -> Self {
        Self::read_nested(node, DEPTH)
    }

    fn read_nested(node: &Node<'_>, depth: usize) -> Self {
        if is_there(node, "selector") {
            return Self::Elsewhere;
        }
        let of = |kind: &str| node.get(kind).filter(|found| !is_there(found, "template"));
        if let Some(list) = of("list").filter(|list| !is_there(list, "elementsYaml")) {
            return Self::List(list.items_of("elements").iter().map(element).collect());
        }
        if let Some(clusters) = of("clusters") {
            return Self::Clusters(values(clusters));
        }
        if let Some(git) = of("git") {
            return Self::Git(Git::read(git));
        }
        match of("matrix").zip(depth.checked_sub(1)) {
            Some((matrix, depth)) => {
                let generators = matrix.items_of("generators").iter();
                Self::Matrix(generators.map(|one| Self::read_nested(one, depth)).collect())
            }
            None => Self::Elsewhere,
        }
    }

    /// Lists what it answers; nothing where nobody here knows. `known` is what the generators before
    /// it in a matrix have answered.
    pub(super) fn parameters(
        &self,
        known: &Parameters,
        template: Template,
        repository: &Repository<'_>,
    ) -> Option<Vec<Parameters>> {
        match self {
            Self::List(elements) => {
                Some(elements.iter().map(|element| filled(element, known, template)).collect())
            }
            Self::Git(git) => git.parameters(known, template, repository),
            Self::Clusters(values) => Some(vec![filled(values, known, template)]),
            Self::Matrix(generators) => {
                let mut all = vec![Parameters::new()];
                for generator in generators {
                    all = multiplied(&all, generator, template, repository)?;
                }
                Some(all)
            }
            Self::Elsewhere => None,
        }
    }
}

/// Adds to each answer those of the next generator of a matrix. One whose answers are elsewhere adds
/// nothing; too many answers are none.
fn multiplied(
    all: &[Parameters],
    generator: &Generator,
    template: Template,
    repository: &Repository<'_>,
) -> Option<Vec<Parameters>> {
    let mut more = Vec::new();
    for before in all {
        let Some(answers) = generator.parameters(before, template, repository) else {
            if matches!(generator, Generator::Matrix(_)) {
                return None;
            }
            more.push(before.clone());
            continue;
        };
        more.extend(answers.into_iter().map(|answer| {
            let mut both = before.clone();
            both.extend(answer);
            both
        }));
        if more.len() > LIMIT {
            return None;
        }
    }
    Some(more)
}

impl Git {
    fn read(node: &Node<'_>) -> Self {
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

    fn parameters(
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

/// What an element of a list says, its tables below the names of their keys.
fn element(node: &Node<'_>) -> Parameters {
    fn take(node: &Node<'_>, prefix: &str, all: &mut Parameters) {
        for (key, value) in node.members() {
            let name = format!("{prefix}{}", key.text);
            match value.scalar() {
                Some(text) => drop(all.insert(name, text.to_owned())),
                None => take(value, &format!("{name}."), all),
            }
        }
    }
    let mut all = Parameters::new();
    take(node, "", &mut all);
    all
}

/// Reads what a generator gives to each Application beside its own answer.
fn values(node: &Node<'_>) -> Parameters {
    let texts = node.get("values").map(Node::texts).unwrap_or_default();
    texts.into_iter().map(|(name, value)| (format!("values.{name}"), value)).collect()
}

/// Fills what is known into parameters.
fn filled(parameters: &Parameters, known: &Parameters, template: Template) -> Parameters {
    let pairs = parameters.iter();
    pairs.map(|(name, value)| (name.clone(), template.filled(value, known))).collect()
}

/// Makes a name of what a folder is called, as Argo CD does.
fn normalized(name: &str) -> String {
    let letter = |letter: char| {
        if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' }
    };
    let name: String = name.to_lowercase().chars().map(letter).take(253).collect();
    name.trim_matches(['-', '.']).to_owned()
}

/// Tells whether a member says anything.
fn is_there(node: &Node<'_>, name: &str) -> bool {
    node.get(name)
        .is_some_and(|found| !(found.is_null() || found.is_mapping() && found.members().is_empty()))
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
