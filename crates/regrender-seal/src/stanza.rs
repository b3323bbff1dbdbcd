//! The header of an age file: its stanzas, written and read without any key.
//!
//! Knows the text form (C2SP age, "Header"). Whether a header is authentic is for an identity to
//! say.

use age_core::format::{FILE_KEY_BYTES, Stanza};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;

pub(crate) const VERSION_LINE: &str = "age-encryption.org/v1";
const STANZA_PREFIX: &str = "-> ";
const MAC_PREFIX: &str = "---";
const BODY_COLUMNS: usize = 64;
/// Letters of a MAC of 32 bytes.
const MAC_LETTERS: usize = 43;
/// How long the nonce before the encrypted text is.
pub(crate) const NONCE_LENGTH: usize = 16;
/// How long the tag behind each chunk of the encrypted text is.
pub(crate) const TAG_LENGTH: usize = 16;

/// How long the body of a stanza is that holds a file key.
pub(crate) const WRAPPED_LENGTH: usize = FILE_KEY_BYTES + TAG_LENGTH;

/// The readable parts of an age file.
pub(crate) struct AgeFile<'a> {
    /// The stanzas, in order.
    pub(crate) stanzas: Vec<Stanza>,
    /// What the MAC of the header covers: everything up to it.
    pub(crate) header: &'a [u8],
    /// The MAC of the header.
    pub(crate) mac: Vec<u8>,
    /// What follows the header: a nonce and the encrypted text.
    pub(crate) payload: &'a [u8],
}

/// Writes `stanza` as it stands in a header.
pub(crate) fn write(stanza: &Stanza, header: &mut String) {
    header.push_str(STANZA_PREFIX);
    header.push_str(&stanza.tag);
    for argument in &stanza.args {
        header.push(' ');
        header.push_str(argument);
    }
    header.push('\n');
    let body = BASE64_STANDARD_NO_PAD.encode(&stanza.body);
    let mut rest = body.as_str();
    // The last line of a body is shorter than the others, and empty if need be.
    while let Some((line, below)) = rest.split_at_checked(BODY_COLUMNS) {
        header.push_str(line);
        header.push('\n');
        rest = below;
    }
    header.push_str(rest);
    header.push('\n');
}

/// Returns the bytes of the only argument of a stanza whose body holds a file key, or says that it is
/// malformed.
pub(crate) fn share_beside_key(stanza: &Stanza) -> Option<Vec<u8>> {
    let [share] = stanza.args.as_slice() else { return None };
    let share = BASE64_STANDARD_NO_PAD.decode(share).ok()?;
    (stanza.body.len() == WRAPPED_LENGTH).then_some(share)
}

/// Takes an age file apart, or says that it is none.
pub(crate) fn parse(file: &[u8]) -> Option<AgeFile<'_>> {
    let (version, mut rest) = split_line(file)?;
    if version != VERSION_LINE {
        return None;
    }
    let mut stanzas = Vec::new();
    loop {
        let above = file.len() - rest.len();
        let (line, after) = split_line(rest)?;
        rest = after;
        if let Some(mac) = line.strip_prefix(MAC_PREFIX) {
            let letters = mac.strip_prefix(' ').filter(|letters| letters.len() == MAC_LETTERS)?;
            let mac = BASE64_STANDARD_NO_PAD.decode(letters).ok()?;
            let header = file.get(..above + MAC_PREFIX.len())?;
            let long_enough = rest.len() >= NONCE_LENGTH + TAG_LENGTH;
            return (long_enough && !stanzas.is_empty()).then_some(AgeFile {
                stanzas,
                header,
                mac,
                payload: rest,
            });
        }
        let mut words = line.strip_prefix(STANZA_PREFIX)?.split(' ').map(str::to_owned);
        let tag = words.next()?;
        let args: Vec<String> = words.collect();
        if tag.is_empty() || args.iter().any(String::is_empty) {
            return None;
        }
        let (body, after) = parse_body(rest)?;
        rest = after;
        stanzas.push(Stanza { tag, args, body });
    }
}

fn parse_body(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut letters = String::new();
    loop {
        let (line, after) = split_line(rest)?;
        rest = after;
        letters.push_str(line);
        if line.len() > BODY_COLUMNS {
            return None;
        }
        if line.len() < BODY_COLUMNS {
            return Some((BASE64_STANDARD_NO_PAD.decode(&letters).ok()?, rest));
        }
    }
}

fn split_line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = bytes.split_at_checked(end)?;
    Some((std::str::from_utf8(line).ok()?, rest.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_with(header: &str) -> Vec<u8> {
        let mac = "A".repeat(MAC_LETTERS);
        let mut file = format!("{header}--- {mac}\n").into_bytes();
        file.extend([7; 48]);
        file
    }

    #[track_caller]
    fn check(stanza: &Stanza, expected: &str) {
        let mut header = String::new();
        write(stanza, &mut header);
        assert_eq!(header, expected);
        let file = file_with(&format!("{VERSION_LINE}\n{header}"));
        let parsed = parse(&file).unwrap();
        assert_eq!(parsed.stanzas, std::slice::from_ref(stanza));
        assert_eq!(parsed.payload, [7; 48]);
    }

    fn stanza(args: &[&str], length: usize) -> Stanza {
        let args = args.iter().copied().map(str::to_owned).collect();
        Stanza { tag: String::from("kind"), args, body: vec![0; length] }
    }

    #[test]
    fn body_is_folded_at_64_columns() {
        let line = "A".repeat(64);
        check(&stanza(&["a", "b"], 24), &format!("-> kind a b\n{}\n", "A".repeat(32)));
        check(&stanza(&[], 49), &format!("-> kind\n{line}\nAA\n"));
    }

    #[test]
    fn full_last_line_is_followed_by_an_empty_one() {
        check(&stanza(&["a"], 48), &format!("-> kind a\n{}\n\n", "A".repeat(64)));
        check(&stanza(&["a"], 0), "-> kind a\n\n");
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for header in [
            "",
            "age-encryption.org/v2\n-> kind\nAAAA\n",
            "age-encryption.org/v1\n",
            "age-encryption.org/v1\n-> \nAAAA\n",
            "age-encryption.org/v1\n-> kind  a\nAAAA\n",
            "age-encryption.org/v1\nkind\nAAAA\n",
            "age-encryption.org/v1\n-> kind\nA\n",
            "age-encryption.org/v1\n-> kind\nAAA=\n",
        ] {
            assert!(parse(&file_with(header)).is_none(), "{header}");
        }
    }

    #[test]
    fn file_that_ends_early_is_refused() {
        let file = file_with("age-encryption.org/v1\n-> kind\nAAAA\n");
        for end in 0..file.len() - 16 {
            assert!(parse(&file[..end]).is_none(), "{end}");
        }
    }
}
