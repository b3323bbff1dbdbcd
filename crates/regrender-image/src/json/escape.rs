//! Knows what text the inside of a JSON string stands for.

/// Decodes the inside of a valid string; each byte that is not UTF-8, and each lone surrogate, becomes
/// U+FFFD.
pub(super) fn unescape(inner: &[u8]) -> String {
    if !inner.contains(&b'\\') {
        return replace_invalid(inner);
    }
    let mut decoded = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            decoded.push(*first);
            continue;
        }
        let Some((escape, after)) = rest.split_first() else {
            break;
        };
        rest = after;
        match escape {
            b'b' => decoded.push(8),
            b'f' => decoded.push(12),
            b'n' => decoded.push(b'\n'),
            b'r' => decoded.push(b'\r'),
            b't' => decoded.push(b'\t'),
            b'u' => {
                let letter;
                (letter, rest) = unicode_escape(rest);
                decoded.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => decoded.push(*other),
        }
    }
    replace_invalid(&decoded)
}

/// Go puts one U+FFFD in the place of each byte, also where several begin one letter.
fn replace_invalid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

/// Reads what follows `\u`; a high surrogate takes the low one after it along.
fn unicode_escape(text: &[u8]) -> (char, &[u8]) {
    let Some((first, rest)) = code_unit(text) else {
        return (char::REPLACEMENT_CHARACTER, text);
    };
    if let Some(letter) = char::from_u32(first) {
        return (letter, rest);
    }
    let pair = rest.strip_prefix(b"\\u").and_then(code_unit);
    match pair {
        Some((second, after))
            if (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second) =>
        {
            let combined = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            (char::from_u32(combined).unwrap_or(char::REPLACEMENT_CHARACTER), after)
        }
        _ => (char::REPLACEMENT_CHARACTER, rest),
    }
}

fn code_unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let unit = digits
        .iter()
        .try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))?;
    Some((unit, rest))
}
