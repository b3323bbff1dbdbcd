//! Lists: items that are there twice, and lists without any.

use std::collections::BTreeMap;

use regrender_diagnostic::{Span, Spanned};

use crate::problem::{Problems, shape};

/// Complains of items that are there twice; the first of each stays.
pub(crate) fn unique(
    owner: &str,
    key: &str,
    items: &[Spanned<String>],
    problems: &mut Problems,
) -> Option<()> {
    let mut seen: BTreeMap<&str, &Span> = BTreeMap::new();
    let found_before = problems.len();
    for item in items {
        if let Some(first) = seen.get(item.value.as_str()) {
            let (first, again) = ((*first).clone(), item.span.clone());
            problems.push(shape::listed_twice(owner, key, &item.value, first, again));
        } else {
            seen.insert(&item.value, &item.span);
        }
    }
    (problems.len() == found_before).then_some(())
}

/// Checks every item, and that none is there twice.
pub(crate) fn each<T>(
    owner: &str,
    key: &str,
    items: &[Spanned<String>],
    problems: &mut Problems,
    mut check: impl FnMut(&Spanned<String>, &mut Problems) -> Option<T>,
) -> Option<Vec<T>> {
    let unique = unique(owner, key, items, problems);
    let checked: Vec<_> = items.iter().map(|item| check(item, problems)).collect();
    unique?;
    checked.into_iter().collect()
}

/// Checks every item of a list that must have one; `help` is for a list that has none.
pub(crate) fn some<T>(
    owner: &str,
    key: &str,
    found: &Spanned<Vec<Spanned<String>>>,
    help: &str,
    problems: &mut Problems,
    check: impl FnMut(&Spanned<String>, &mut Problems) -> Option<T>,
) -> Option<Vec<T>> {
    if found.value.is_empty() {
        problems.push(shape::empty_list(owner, key, found.span.clone(), help));
        return None;
    }
    each(owner, key, &found.value, problems, check)
}
