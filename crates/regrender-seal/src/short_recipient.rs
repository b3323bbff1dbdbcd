//! A recipient as messages name it, which is not always the whole of it.

use std::borrow::Cow;

/// A recipient with more letters is long.
const LONG: usize = 120;
/// How much of the start of a long one is shown.
const SHOWN_START: usize = 32;
/// How much of its end.
const SHOWN_END: usize = 12;

/// Abbreviates a recipient for people, if it is too long for a line: the keys of post-quantum
/// recipients have two thousand letters. What is left tells it from others.
#[must_use]
pub fn short_recipient(text: &str) -> Cow<'_, str> {
    let ends = text.get(..SHOWN_START).zip(text.get(text.len().saturating_sub(SHOWN_END)..));
    match ends {
        Some((start, end)) if text.len() > LONG => Cow::Owned(format!("{start}…{end}")),
        _ => Cow::Borrowed(text),
    }
}
