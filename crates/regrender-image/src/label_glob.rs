//! Knows how one label of a host is matched: Go's `filepath.Match`, as far as a URL lets its syntax through.

/// Inclusive ranges of characters.
type Ranges = Vec<(char, char)>;

/// One step of a compiled label.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// Any run of bytes, also an empty one.
    Star,
    Byte(u8),
    /// One character out of these ranges; only an address in brackets brings this about.
    OneOf(Ranges),
}

/// A label of a key's host, ready to be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LabelGlob(Vec<Step>);

impl LabelGlob {
    /// Compiles `label`; `None` where Go reports a bad pattern, which never matches.
    pub(crate) fn compile(label: &[u8]) -> Option<Self> {
        let mut steps = Vec::with_capacity(label.len());
        let mut rest = label;
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            match first {
                b'*' => steps.push(Step::Star),
                b'[' => {
                    let (ranges, after) = compile_class(after)?;
                    steps.push(Step::OneOf(ranges));
                    rest = after;
                }
                byte => steps.push(Step::Byte(*byte)),
            }
        }
        Some(Self(steps))
    }

    /// Tells whether the label has a wildcard.
    pub(crate) fn has_star(&self) -> bool {
        self.0.contains(&Step::Star)
    }

    /// Tells whether it matches one label only, which is written as it is.
    pub(crate) fn is_plain(&self) -> bool {
        self.0.iter().all(|step| matches!(step, Step::Byte(_)))
    }

    /// Tells whether the whole of `label` matches.
    ///
    /// Remembers the last star only: a star that could take more is taken up again from there.
    pub(crate) fn matches(&self, label: &[u8]) -> bool {
        let (mut step, mut rest) = (0, label);
        let mut retry: Option<(usize, &[u8])> = None;
        loop {
            match (self.0.get(step), rest.split_first()) {
                (Some(Step::Star), _) => {
                    retry = Some((step, rest));
                    step += 1;
                }
                (Some(one), Some((byte, after))) if one.takes(*byte) => {
                    step += 1;
                    rest = after;
                }
                (None, None) => return true,
                _ => {
                    let Some((star, [_, after @ ..])) = retry else {
                        return false;
                    };
                    (step, rest) = (star, after);
                }
            }
        }
    }
}

impl Step {
    fn takes(&self, byte: u8) -> bool {
        match self {
            Self::Star => false,
            Self::Byte(own) => *own == byte,
            // Hosts of images are ASCII: one byte is one character.
            Self::OneOf(ranges) => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&char::from(byte)))
            }
        }
    }
}

/// Reads a character class up to its `]`; returns its ranges and what follows.
fn compile_class(text: &[u8]) -> Option<(Ranges, &[u8])> {
    // What is not UTF-8 is a bad pattern inside a class.
    let valid = text.utf8_chunks().next()?.valid();
    let mut ranges = Vec::new();
    let mut rest = valid;
    loop {
        if let Some(after) = rest.strip_prefix(']').filter(|_| !ranges.is_empty()) {
            return Some((ranges, text.get(valid.len() - after.len()..)?));
        }
        let (low, after) = class_member(rest)?;
        rest = after;
        let mut high = low;
        if let Some(after) = rest.strip_prefix('-') {
            (high, rest) = class_member(after)?;
        }
        ranges.push((low, high));
    }
}

fn class_member(text: &str) -> Option<(char, &str)> {
    let mut letters = text.chars();
    let first = letters.next().filter(|first| !matches!(first, '-' | ']'))?;
    Some((first, letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, label: &str) -> bool {
        LabelGlob::compile(pattern.as_bytes()).is_some_and(|glob| glob.matches(label.as_bytes()))
    }

    #[test]
    fn star_takes_any_run() {
        for label in ["", "a", "abc"] {
            assert!(matches("*", label));
            assert!(matches("**", label));
        }
        assert!(matches("*cr", "gcr"));
        assert!(matches("*cr", "cr"));
        assert!(matches("a*b*c", "axbbxc"));
        assert!(!matches("a*b*c", "axbbx"));
        assert!(matches("*aab", "aaaab"));
    }

    #[test]
    fn literal_is_case_sensitive_and_whole() {
        assert!(matches("abc", "abc"));
        for label in ["ABC", "ab", "abcd", ""] {
            assert!(!matches("abc", label));
        }
    }

    #[test]
    fn address_in_brackets_is_a_character_class() {
        assert!(!matches("[::1]", "[::1]"));
        assert!(matches("[::1]", "1"));
        assert!(matches("[::a]", "a"));
        assert!(!matches("[::a]", "b"));
        assert!(matches("[::1%a-z]", "q"));
        // The zone of an address may hold a bracket, which then ends the class.
        assert!(matches("[::1%]a", "1a"));
        assert!(!matches("[::1%]a", "1"));
    }

    #[test]
    fn malformed_class_never_matches() {
        for pattern in ["[", "[a", "[]", "[]a]", "[a-]", "[-a]"] {
            assert!(LabelGlob::compile(pattern.as_bytes()).is_none(), "{pattern}");
        }
        assert!(LabelGlob::compile(b"[\xff]").is_none());
    }
}
