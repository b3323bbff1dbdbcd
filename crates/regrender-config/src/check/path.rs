//! Paths of files and folders, as text.

use regrender_diagnostic::Spanned;

use crate::problem::{Problems, path};

/// Where a path may lead.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// A folder below registries.toml, not its own.
    Below,
    /// Any place that is named from registries.toml.
    Relative,
}

/// Checks a path and returns it without `.` and doubled slashes.
pub(crate) fn relative(
    owner: &str,
    key: &str,
    found: &Spanned<String>,
    reach: Reach,
    problems: &mut Problems,
) -> Option<String> {
    match normal(&found.value, reach) {
        Ok(path) => Some(path),
        Err((reason, suggestion)) => {
            problems.push(path::invalid_path(
                owner,
                key,
                &found.value,
                found.span.clone(),
                reason,
                suggestion.as_deref(),
            ));
            None
        }
    }
}

type Refusal = (&'static str, Option<String>);

fn normal(path: &str, reach: Reach) -> Result<String, Refusal> {
    if path.trim().is_empty() {
        return Err(("must name something", None));
    }
    if path.chars().any(char::is_control) {
        return Err(("holds a character that cannot be seen", None));
    }
    if path.contains('\\') {
        return Err(("must have `/` between its parts", Some(path.replace('\\', "/"))));
    }
    let is_drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with(['/', '~']) || is_drive {
        return Err(("must be relative to the folder of registries.toml", None));
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if reach == Reach::Below && parts.contains(&"..") {
        return Err(("must not lead upwards", None));
    }
    match parts.as_slice() {
        [] if reach == Reach::Below => Err(("must be a folder of its own", None)),
        [] => Ok(String::from(".")),
        [".git", ..] => Err(("belongs to Git", None)),
        parts => Ok(parts.join("/")),
    }
}

/// Checks the path of a file that may be anywhere on the machine.
pub(crate) fn anywhere(
    owner: &str,
    key: &str,
    found: &Spanned<String>,
    problems: &mut Problems,
) -> Option<String> {
    let reason = if found.value.trim().is_empty() {
        "must name a file"
    } else if found.value.chars().any(char::is_control) {
        "holds a character that cannot be seen"
    } else if found.value.starts_with('$') {
        "variables are not replaced"
    } else if found.value.starts_with('~') && !found.value.starts_with("~/") {
        "only `~/` is the home folder"
    } else {
        return Some(found.value.clone());
    };
    problems.push(path::invalid_path(owner, key, &found.value, found.span.clone(), reason, None));
    None
}

/// Says whether one folder is the other or lies in it.
pub(crate) fn contains(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Result<&str, &str>) {
        let found = normal(path, Reach::Below);
        let found = found.as_deref().map_err(|(reason, _)| *reason);
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn paths_lose_what_says_nothing() {
        check("a/b", Ok("a/b"));
        check("./a//b/./", Ok("a/b"));
        check("...", Ok("..."));
    }

    #[test]
    fn paths_stay_below_the_file() {
        let relative = Err("must be relative to the folder of registries.toml");
        check("", Err("must name something"));
        check(" ", Err("must name something"));
        check(".", Err("must be a folder of its own"));
        check("./", Err("must be a folder of its own"));
        check("..", Err("must not lead upwards"));
        check("a/../b", Err("must not lead upwards"));
        check("/a", relative);
        check("~/a", relative);
        check("C:/a", relative);
        check("a\\b", Err("must have `/` between its parts"));
        check("a\nb", Err("holds a character that cannot be seen"));
        check(".git/x", Err("belongs to Git"));
    }

    #[test]
    fn an_inventory_may_be_the_folder_itself_or_above_it() {
        let relative = |path: &str| normal(path, Reach::Relative).map_err(|(reason, _)| reason);
        assert_eq!(relative("./"), Ok(String::from(".")));
        assert_eq!(relative("../apps/"), Ok(String::from("../apps")));
        assert_eq!(relative("/apps"), Err("must be relative to the folder of registries.toml"));
        assert_eq!(relative(".git"), Err("belongs to Git"));
    }

    #[test]
    fn a_backslash_has_a_suggestion() {
        assert_eq!(normal("a\\b", Reach::Below).unwrap_err().1.as_deref(), Some("a/b"));
    }

    #[test]
    fn a_folder_contains_itself_and_what_is_below() {
        assert!(contains("a", "a"));
        assert!(contains("a", "a/b"));
        assert!(!contains("a", "ab"));
        assert!(!contains("a/b", "a"));
    }
}
