//! Paths as they are told and compared, whatever is there.

use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

/// Shows `path` as a person who stands in `directory` would write it, and as Git and kustomize do
/// everywhere: with slashes.
pub(crate) fn shown(path: &Path, directory: &Path) -> String {
    let shown = path.strip_prefix(directory).unwrap_or(path);
    let mut text = shown.display().to_string();
    if MAIN_SEPARATOR != '/' {
        text = text.replace(MAIN_SEPARATOR, "/");
    }
    if text.is_empty() { String::from(".") } else { text }
}

/// Returns where a path leads that a person in `directory` wrote. A `.` at its end, or a slash too many,
/// is no part of what it is called.
pub(crate) fn placed(path: &Path, directory: &Path) -> PathBuf {
    directory.join(path).components().collect()
}

/// Takes the dots out of a path, whatever links there are.
pub(crate) fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

/// Lists the folders that the file at `path`, spelled with slashes, lies in; the topmost first.
pub(crate) fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(end, _)| path.get(..end))
}

/// Returns the folder that the file at `path`, spelled with slashes, lies in; one at the top lies in
/// none.
pub(crate) fn folder_of(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_taken_out_whatever_links_there_are() {
        assert_eq!(without_dots(Path::new("/a/b/../c/./d")), Path::new("/a/c/d"));
        assert_eq!(without_dots(Path::new("/a/../../b")), Path::new("/b"));
    }

    #[test]
    fn the_folders_of_a_file_are_known_from_its_path() {
        assert_eq!(folders_above("a/b/c.yaml").collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(folder_of("a/b/c.yaml"), Some("a/b"));
        assert_eq!(folders_above("c.yaml").count(), 0);
        assert_eq!(folder_of("c.yaml"), None);
    }
}
