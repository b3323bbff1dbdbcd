//! Repository paths: what a registry is narrowed to.

use regrender_diagnostic::Spanned;

use crate::problem::{Problems, repository as problem};

/// Checks one of the `paths` of a registry.
pub(crate) fn path(
    registry: &str,
    found: &Spanned<String>,
    problems: &mut Problems,
) -> Option<String> {
    if let Err((reason, suggestion)) = spelling(&found.value) {
        problems.push(problem::invalid_path(
            registry,
            &found.value,
            found.span.clone(),
            reason,
            suggestion.as_deref(),
        ));
        return None;
    }
    if !found.value.ends_with('/') {
        problems.push(problem::without_slash(registry, &found.value, found.span.clone()));
    }
    Some(found.value.clone())
}

type Refusal = (&'static str, Option<String>);

fn spelling(path: &str) -> Result<(), Refusal> {
    let mended = |other: String| (other != path && spelling(&other).is_ok()).then_some(other);
    if path.trim_matches('/').is_empty() {
        return Err((
            "must name something; without `paths` a registry is for all repositories",
            None,
        ));
    }
    if path.starts_with('/') {
        let bare = path.trim_start_matches('/').to_owned();
        return Err(("must not begin with a slash", mended(bare)));
    }
    if path.contains('*') {
        let bare = path.trim_end_matches('*').to_owned();
        return Err(("`*` in a path is only itself; the beginning is enough", mended(bare)));
    }
    if path.chars().any(|c| c.is_ascii_uppercase()) {
        return Err(("repositories are in lower case", mended(path.to_lowercase())));
    }
    if path.contains([':', '@']) {
        return Err(("must be without tag and digest", None));
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    for part in path.split('/') {
        if part.is_empty() {
            return Err(("holds an empty part between slashes", None));
        }
        if part.chars().all(|c| c == '.') {
            return Err(("`.` and `..` lead nowhere", None));
        }
        let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        if !part.chars().all(is_inner) {
            return Err(("must hold only lower-case letters, digits, `.`, `_`, `-` and `/`", None));
        }
        if part.starts_with(['.', '_', '-']) {
            return Err(("each part must begin with a letter or a digit", None));
        }
    }
    // The last part may be the beginning of a longer one, so it may end in a sign.
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, suggestion: Result<(), Option<&str>>) {
        let found = spelling(path);
        assert_eq!(
            found.as_ref().copied().map_err(|error| error.1.as_deref()),
            suggestion,
            "{path}"
        );
    }

    #[test]
    fn paths_are_beginnings_of_repositories() {
        check("apps/", Ok(()));
        check("apps", Ok(()));
        check("apps/web-2.x_y", Ok(()));
        check("apps/web-", Ok(()));
    }

    #[test]
    fn what_no_repository_begins_with_is_refused() {
        check("", Err(None));
        check("/", Err(None));
        check("a//b", Err(None));
        check("a/../b", Err(None));
        check("./a", Err(None));
        check("a b", Err(None));
        check("ä", Err(None));
        check("_a", Err(None));
        check("web:1.0", Err(None));
        check("a*b", Err(None));
    }

    #[test]
    fn usual_slips_have_a_suggestion() {
        check("/apps/", Err(Some("apps/")));
        check("apps/*", Err(Some("apps/")));
        check("Apps/", Err(Some("apps/")));
    }
}
