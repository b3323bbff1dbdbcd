//! Knows the generator that goes by the folders of a repository of Git, or by what its files say.

use super::function::normalized;
use super::ground::Ground;
use super::joining::values;
use super::parameters::{LIMIT, Parameters};
use super::repository::Found;
use super::template::Template;
use super::value::{LARGEST, Table, Value, flat, table};
use crate::kustomization::glob::Glob;
use crate::kustomization::member;
use crate::manifest::{Node, read_documents};
use crate::place::{file_name, folder_of, plain_path};
use crate::text;

/// The folders of a repository of Git, or what its files say.
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
    values: Vec<(String, String)>,
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

    /// Lists what is known of each folder or file; an open answer where none of them is here.
    pub(super) fn parameters(&self, ground: Ground<'_>) -> Option<Vec<Parameters>> {
        let Ground { known, template, repository } = ground;
        let patterns = |texts: &[String]| -> Option<Vec<Pattern>> {
            let filled = texts.iter().map(|text| template.passed_on(text, known));
            filled.map(|text| Pattern::parse(&text, self.kind)).collect()
        };
        let (Some(wanted), Some(unwanted)) = (patterns(&self.wanted), patterns(&self.unwanted))
        else {
            return Some(vec![Parameters::open()]);
        };
        let is_meant = |patterns: &[Pattern], path: &str| patterns.iter().any(|one| one.is(path));
        let is_wanted = |path: &str| is_meant(&wanted, path) && !is_meant(&unwanted, path);
        let is_hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
        let found = match self.kind {
            Kind::Folders => repository.folders(|path| !is_hidden(path) && is_wanted(path)),
            Kind::Files => repository.files(is_wanted),
        };
        if found.is_empty() {
            // Another repository may be meant.
            return Some(vec![Parameters::open()]);
        }
        if found.len() > LIMIT {
            return None;
        }
        let prefix = self.prefix.as_ref().map(|prefix| template.passed_on(prefix, known));
        let mut all = Vec::new();
        for Found { path, name } in found {
            let of_path = self.of_path(&path, prefix.as_deref(), template);
            let said = match self.kind {
                Kind::Folders => vec![Parameters::default()],
                Kind::Files => match (repository.read)(name) {
                    Some(content) => said(&content, template)?,
                    None => vec![Parameters::open()],
                },
            };
            all.extend(said.into_iter().map(|mut parameters| {
                parameters.table.extend(of_path.clone());
                parameters.with_values(&self.values, known, template)
            }));
            if all.len() > LIMIT {
                return None;
            }
        }
        Some(all)
    }

    /// Returns what the path of a folder or file comes to.
    fn of_path(&self, path: &str, prefix: Option<&str>, template: Template) -> Table {
        let (folder, file) = match self.kind {
            Kind::Folders => (path, None),
            Kind::Files => (folder_of(path), Some(file_name(path))),
        };
        let folder = if folder.is_empty() { "." } else { folder };
        let mut parts = Table::default();
        for (what, name) in [("basename", Some(file_name(folder))), ("filename", file)] {
            let Some(name) = name else { continue };
            parts.insert(what.to_owned(), Value::Text(name.to_owned()));
            parts.insert(format!("{what}Normalized"), Value::Text(normalized(name)));
        }
        let whole = Value::Text(folder.to_owned());
        let segments = folder.split('/').map(|segment| Value::Text(segment.to_owned()));
        let mut all = Table::default();
        if template == Template::Names {
            let start = prefix.map_or_else(|| "path".to_owned(), |prefix| format!("{prefix}.path"));
            for (name, part) in parts.iter() {
                all.insert(format!("{start}.{name}"), part.clone());
            }
            for (at, segment) in segments.enumerate() {
                all.insert(format!("{start}[{at}]"), segment);
            }
            all.insert(start, whole);
            return all;
        }
        parts.insert("path".to_owned(), whole);
        parts.insert("segments".to_owned(), Value::List(segments.collect()));
        all.insert("path".to_owned(), Value::Table(parts));
        let Some(prefix) = prefix else { return all };
        let mut outer = Table::default();
        outer.insert(prefix.to_owned(), Value::Table(all));
        outer
    }
}

/// Reads what a file says: one table, or a list of them. Nothing where Argo CD refuses the file, or
/// where its versions differ.
fn said(content: &[u8], template: Template) -> Option<Vec<Parameters>> {
    let text = text::decode(content).ok()?;
    if text.len() > LARGEST {
        return Some(vec![Parameters::open()]);
    }
    // Argo CD reads the first document.
    let documents = read_documents(&text);
    let root = match documents.first().filter(|document| document.index == 0) {
        Some(document) => Some(document.root.as_ref().ok()?),
        None => None,
    };
    let tables: Vec<Option<Table>> = match root {
        None => vec![Some(Table::default())],
        Some(root) if root.is_mapping() => vec![table(root)],
        Some(root) => {
            let is_one = |node: &Node<'_>| node.is_mapping() || node.is_null();
            let items = Some(root.items()).filter(|items| !items.is_empty())?;
            if items.len() > LIMIT || !items.iter().all(is_one) {
                return None;
            }
            items.iter().map(table).collect()
        }
    };
    let parameters = |table: Option<Table>| {
        let is_flat = template == Template::Names;
        let table = if is_flat { table.and_then(|table| flat(&table)) } else { table };
        table.map_or_else(Parameters::open, |table| Parameters { table, is_open: false })
    };
    Some(tables.into_iter().map(parameters).collect())
}

/// A pattern of paths.
enum Pattern {
    /// One of the shell for each folder on the way.
    Folder(Vec<Glob>),
    /// One for the whole path: a `*` stands for slashes too, as Git has it.
    File(Glob),
    /// A file, or all files of a folder.
    Plain(String),
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
            Kind::Files if text.contains(['*', '?', '[', '\\']) => {
                Glob::parse(text).map(Self::File)
            }
            Kind::Files => Some(Self::Plain(plain_path(text))),
        }
    }

    fn is(&self, path: &str) -> bool {
        let is = |glob: &Glob, text: &str| glob.ends(text).last() == Some(&text.len());
        match self {
            Self::File(glob) => is(glob, path),
            Self::Plain(own) => {
                let rest = path.strip_prefix(&**own);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            Self::Folder(globs) => {
                let parts: Vec<&str> = path.split('/').collect();
                parts.len() == globs.len()
                    && globs.iter().zip(parts).all(|(glob, part)| is(glob, part))
            }
        }
    }
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
}
