//! Repositories: the exact names that a registry is asked for.

use regrender_diagnostic::Spanned;

use crate::check::list;
use crate::field::Field;
use crate::problem::{Problems, repository as problem};
use crate::raw::RawRegistry;

/// Checks the `repositories` of a registry.
pub(crate) fn repositories(raw: &RawRegistry, problems: &mut Problems) -> Option<Vec<String>> {
    let owner = raw.owner();
    let help = "list a repository, or remove `repositories`";
    let repositories = raw.repositories.check(|found| {
        list::some(&owner, "repositories", found, help, problems, |item, problems| {
            repository(raw, item, problems)
        })
    });
    repositories.or(Vec::new())
}

fn repository(
    raw: &RawRegistry,
    found: &Spanned<String>,
    problems: &mut Problems,
) -> Option<String> {
    let name = raw.name.value.as_str();
    let text = found.value.as_str();
    if !is_repository(text) {
        let bare = text.trim().trim_matches('/').to_lowercase();
        let bare = bare.split(['@', ':']).next().unwrap_or_default();
        let suggestion = Some(bare).filter(|bare| is_repository(bare));
        problems.push(problem::invalid_repository(name, found.span.clone(), suggestion));
        return None;
    }
    if let Field::Given(paths) = &raw.paths
        && !paths.value.is_empty()
        && !paths.value.iter().any(|path| text.starts_with(path.value.as_str()))
    {
        problems.push(problem::outside_paths(name, found, paths.span.clone()));
        return None;
    }
    Some(found.value.clone())
}

/// The grammar of the distribution specification: parts of lower-case letters and digits, with `.`,
/// `_`, `__` or hyphens between them.
fn is_repository(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_part = |part: &str| {
        part.starts_with(is_inner)
            && part.ends_with(is_inner)
            && part.chars().all(|c| is_inner(c) || "._-".contains(c))
            && !["..", "___", "._", "_.", "-.", ".-", "_-", "-_"]
                .iter()
                .any(|two| part.contains(two))
    };
    text.len() <= 255 && text.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_are_whole_names() {
        for text in ["apps/internal-app", "web", "a/b/c", "a__b", "a.b_c--d", "acme-images/x/y"] {
            assert!(is_repository(text), "{text}");
        }
        for text in ["", "apps/", "/apps", "Apps", "a:b", "a*", "a//b", "-a", "a..b", "a___b"] {
            assert!(!is_repository(text), "{text}");
        }
    }
}
