//! Knows where in the repository something stands.

use std::fmt;
use std::sync::Arc;

use crate::manifest::Node;

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was handed in.
    pub file: Arc<str>,
    /// The document in the file, from 0.
    pub document: usize,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

impl Place {
    /// Returns the place of a node of the same document.
    pub(crate) fn of(&self, node: &Node<'_>) -> Self {
        Self { line: node.line, column: node.column, ..self.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Lists the folders that a file is in, the outermost first: the one that paths count from.
pub(crate) fn folders_above(file: &str) -> impl Iterator<Item = &str> {
    let ends = file.match_indices('/').filter_map(|(end, _)| file.get(..end));
    std::iter::once("").chain(ends)
}

/// Returns a path as seen from a folder above.
pub(crate) fn path_below<'p>(top: &str, path: &'p str) -> Option<&'p str> {
    if top.is_empty() { Some(path) } else { path.strip_prefix(top)?.strip_prefix('/') }
}

/// Returns the folder of a file, empty for the top.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns the last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Takes `.` and `..` out of a path where that is possible.
#[must_use]
pub fn plain_path(path: &str) -> String {
    join("", path)
}

/// Joins `relative` to `folder`, with `.` and `..` taken out where that is possible.
pub(crate) fn join(folder: &str, relative: &str) -> String {
    let absolute = relative.starts_with('/');
    let base = if absolute { "" } else { folder };
    let rooted = absolute || folder.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(relative.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if rooted { format!("/{joined}") } else { joined }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_without_detours() {
        assert_eq!(join("a/b", "../c/./d.yaml"), "a/c/d.yaml");
        assert_eq!(join("", "a"), "a");
        assert_eq!(join("./a", "."), "a");
        assert_eq!(join("a", "../../b"), "../b");
        assert_eq!(join("/a/b", "../c"), "/a/c");
    }

    #[test]
    fn folder_and_name_are_split_at_the_last_slash() {
        assert_eq!((folder_of("a/b/c.yaml"), file_name("a/b/c.yaml")), ("a/b", "c.yaml"));
        assert_eq!((folder_of("c.yaml"), file_name("c.yaml")), ("", "c.yaml"));
    }
}
