//! A value out of a few, each of which has a word in the file.

use regrender_diagnostic::Spanned;

use crate::problem::{Problems, shape};

/// Returns the one of `all` whose word the file has; complains if there is none.
pub(crate) fn choice<T: Copy>(
    owner: &str,
    key: &str,
    found: &Spanned<String>,
    all: &[T],
    word: impl Fn(T) -> &'static str,
    problems: &mut Problems,
) -> Option<T> {
    let known = all.iter().copied().find(|known| word(*known) == found.value);
    if known.is_none() {
        let words: Vec<&str> = all.iter().copied().map(word).collect();
        problems.push(shape::unknown_value(owner, key, found, &words));
    }
    known
}
