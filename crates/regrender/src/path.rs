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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_taken_out_whatever_links_there_are() {
        assert_eq!(without_dots(Path::new("/a/b/../c/./d")), Path::new("/a/c/d"));
        assert_eq!(without_dots(Path::new("/a/../../b")), Path::new("/b"));
    }
}
