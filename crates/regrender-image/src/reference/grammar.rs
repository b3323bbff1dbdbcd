//! Knows the grammar `[domain[:port]/]component(/component)*[:tag][@digest]` of distribution/reference.

/// The parts of a string that matches the grammar.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// Empty where the first component cannot be a domain.
    pub(super) domain: &'a str,
    pub(super) path: &'a str,
    pub(super) tag: Option<&'a str>,
    pub(super) digest: Option<&'a str>,
}

/// Matches the whole of `text`.
///
/// No part but the last can hold an `@`, and after the last slash no part but the tag follows a `:`,
/// so that cutting there is what the regular expression of the original comes to.
pub(super) fn parse(text: &str) -> Option<Parts<'_>> {
    let (named, digest) = cut(text, text.find('@'));
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return None;
    }
    let last = named.rfind('/').unwrap_or(0);
    let colon = named.get(last..)?.find(':').map(|colon| colon + last);
    let (name, tag) = cut(named, colon);
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return None;
    }
    let (domain, path) = match name.split_once('/') {
        Some((first, rest)) if is_domain(first) => (first, rest),
        _ => ("", name),
    };
    path.split('/').all(is_component).then_some(Parts { domain, path, tag, digest })
}

/// Tells whether `text` is 64 lower-case hexadecimal digits.
pub(super) fn is_image_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Lower-cases the way Go does: one character for one character, which is the first where there are
/// two (of `İ`).
pub(super) fn to_lower(text: &str) -> String {
    text.chars().map(|letter| letter.to_lowercase().next().unwrap_or(letter)).collect()
}

fn cut(text: &str, at: Option<usize>) -> (&str, Option<&str>) {
    match at.and_then(|at| text.split_at_checked(at)) {
        Some((before, after)) => (before, after.get(1..)),
        None => (text, None),
    }
}

fn is_domain(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(inner) => match inner.split_once(']') {
            Some((address, port)) => {
                let hexadecimal = |byte: u8| byte.is_ascii_hexdigit() || byte == b':';
                if address.is_empty() || !address.bytes().all(hexadecimal) {
                    return false;
                }
                ("ip", port)
            }
            None => return false,
        },
        None => text.find(':').and_then(|colon| text.split_at_checked(colon)).unwrap_or((text, "")),
    };
    is_port_suffix(port) && host.split('.').all(is_label)
}

fn is_port_suffix(text: &str) -> bool {
    match text.strip_prefix(':') {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => text.is_empty(),
    }
}

fn is_label(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Matches runs of `[a-z0-9]` joined by one `.`, one or two `_`, or any number of `-`.
fn is_component(text: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends_well = |byte: Option<&u8>| byte.is_some_and(|byte| alphanumeric(*byte));
    let bytes = text.as_bytes();
    if !ends_well(bytes.first()) || !ends_well(bytes.last()) {
        return false;
    }
    bytes.split(|byte| alphanumeric(*byte)).all(|separator| {
        matches!(separator, b"" | b"." | b"_" | b"__") || separator.iter().all(|byte| *byte == b'-')
    })
}

fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&text.len())
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, encoded)) = text.split_once(':') else {
        return false;
    };
    encoded.len() >= 32
        && encoded.bytes().all(|byte| byte.is_ascii_hexdigit())
        && algorithm.split(['-', '_', '+', '.']).all(|part| {
            part.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_join_but_do_not_pile_up() {
        for good in ["a", "a.b", "a_b", "a__b", "a-b", "a-----b", "0"] {
            assert!(is_component(good), "{good}");
        }
        for bad in ["", "a..b", "a___b", "a._b", "a-_b", "-a", "a-", "a.", "A", "é"] {
            assert!(!is_component(bad), "{bad}");
        }
    }

    #[test]
    fn domain_is_labels_or_an_address_in_brackets() {
        for good in ["a", "A-b.c", "a:1", "a:00000000", "[::1]", "[::1]:5", "[x]"] {
            assert_eq!(is_domain(good), good != "[x]", "{good}");
        }
        for bad in
            ["", "a.", ".a", "a..b", "-a", "a:", "a:x", "a_b", "[]", "[::1", "[::1]x", "a[1]"]
        {
            assert!(!is_domain(bad), "{bad}");
        }
    }

    #[test]
    fn tag_is_ascii_and_at_most_128_long() {
        assert!(is_tag(&"a".repeat(128)));
        assert!(!is_tag(&"a".repeat(129)));
        assert!(is_tag("_.-"));
        for bad in ["", ".a", "-a", "é", "a+b"] {
            assert!(!is_tag(bad), "{bad}");
        }
    }

    #[test]
    fn digest_needs_32_digits_and_a_named_algorithm() {
        let hex = "0".repeat(32);
        for good in ["a", "sha256", "a+b", "a.b_c-d+e", "A1"] {
            assert!(is_digest(&format!("{good}:{hex}")), "{good}");
        }
        for bad in ["", "1a", "a+", "+a", "a++b"] {
            assert!(!is_digest(&format!("{bad}:{hex}")), "{bad}");
        }
        assert!(!is_digest(&format!("a:{}", "0".repeat(31))));
    }

    #[test]
    fn parts_are_cut_at_the_right_places() {
        let parts = parse("a:5000/b/c:d").unwrap();
        assert_eq!((parts.domain, parts.path, parts.tag), ("a:5000", "b/c", Some("d")));
        assert_eq!(parse("a:5000/b:c/d"), None);
        assert_eq!(parse("a/b@c@d"), None);
    }
}
