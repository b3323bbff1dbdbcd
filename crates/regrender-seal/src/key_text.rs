//! How age spells its own keys: Bech32, with a prefix that says what kind of key it is.

use age_core::primitives::{bech32_decode, bech32_encode, bech32_encode_to_fmt};
use bech32::Hrp;
use zeroize::Zeroizing;

/// The text of a private key is shorter: a buffer that grows leaves copies behind.
const USUAL_SECRET: usize = 128;

/// Reads a key whose text begins with `prefix`, in small letters or in capitals.
pub(crate) fn decode(text: &str, prefix: &str) -> Option<Zeroizing<Vec<u8>>> {
    bech32_decode(
        text,
        |_| (),
        |hrp| hrp.as_str().eq_ignore_ascii_case(prefix).then_some(()).ok_or(()),
        |_, bytes| {
            // An own buffer of the full length at once: one that grows leaves copies behind.
            let mut key = Zeroizing::new(Vec::with_capacity(text.len()));
            key.extend(bytes);
            Ok(key)
        },
    )
    .ok()
}

/// Spells a public key.
pub(crate) fn encode(prefix: &str, key: &[u8]) -> String {
    bech32_encode(Hrp::parse_unchecked(prefix), key)
}

/// Spells a private key, in capitals as age does.
pub(crate) fn encode_secret(prefix: &str, key: &[u8; 32]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(USUAL_SECRET));
    bech32_encode_to_fmt(&mut *text, Hrp::parse_unchecked(prefix), key)
        .expect("a text takes whatever is written");
    text.make_ascii_uppercase();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: &str = "age1k88q92s2jey7euu8k660usnfslsvk8tz94rmrnl95nyf07a74sdqghg9nt";

    #[test]
    fn what_is_read_is_spelled_as_it_was() {
        let key = decode(ANNA, "age").unwrap();
        assert_eq!(key.len(), 32);
        assert_eq!(encode("age", &key), ANNA);
    }

    #[test]
    fn long_keys_are_spelled_too() {
        let key: Vec<u8> = (0..1216_u32).map(|index| index.to_le_bytes()[0]).collect();
        let text = encode("age1pq", &key);
        assert!(text.starts_with("age1pq1"), "{text}");
        assert_eq!(*decode(&text, "age1pq").unwrap(), key);
    }

    #[test]
    fn case_does_not_matter_but_the_prefix_does() {
        assert!(decode(&ANNA.to_uppercase(), "age").is_some());
        assert!(decode(ANNA, "age1pq").is_none());
        assert!(decode(&ANNA.replace("k88q", "k89q"), "age").is_none());
    }
}
