//! Sets of bytes, and whether a text has bytes of one set alone.

/// A set of bytes.
pub(crate) struct ByteSet([bool; 256]);

impl ByteSet {
    /// The printable characters of ASCII.
    pub(crate) const PRINTABLE: Self = Self::range(b' ', b'~');
    /// Letters and digits of ASCII.
    pub(crate) const ALPHANUMERIC: Self =
        Self::range(b'0', b'9').and_range(b'A', b'Z').and_range(b'a', b'z');

    const fn range(first: u8, last: u8) -> Self {
        Self([false; 256]).and_range(first, last)
    }

    #[expect(clippy::indexing_slicing, reason = "a table of 256 has a place for every byte")]
    const fn and_range(mut self, first: u8, last: u8) -> Self {
        let mut byte = first;
        while byte <= last {
            self.0[byte as usize] = true;
            byte += 1;
        }
        self
    }

    /// Adds `bytes`.
    pub(crate) const fn and(mut self, bytes: &[u8]) -> Self {
        let mut rest = bytes;
        while let [byte, behind @ ..] = rest {
            self = self.and_range(*byte, *byte);
            rest = behind;
        }
        self
    }

    /// Says whether every byte of `text` is in the set, faster than `all` does where it mostly is:
    /// eight bytes are looked at before there is a way out.
    #[expect(clippy::indexing_slicing, reason = "a table of 256 has a place for every byte")]
    pub(crate) fn has_all_of(&self, text: &str) -> bool {
        let has = |byte: u8| self.0[usize::from(byte)];
        let (eights, rest) = text.as_bytes().as_chunks();
        let has_eight = |[a, b, c, d, e, f, g, h]: &[u8; 8]| {
            has(*a) & has(*b) & has(*c) & has(*d) & has(*e) & has(*f) & has(*g) & has(*h)
        };
        eights.iter().all(has_eight) && rest.iter().all(|byte| has(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_other_byte_is_enough_wherever_it_stands() {
        for length in 0..100 {
            let text = "a".repeat(length);
            assert!(ByteSet::ALPHANUMERIC.has_all_of(&text), "{length}");
            for place in 0..length {
                let mut other = text.clone();
                other.replace_range(place..=place, "-");
                assert!(!ByteSet::ALPHANUMERIC.has_all_of(&other), "{length} {place}");
            }
        }
    }

    #[test]
    fn sets_are_what_the_standard_library_says() {
        let others = ByteSet::ALPHANUMERIC.and(b"\t-");
        for byte in 0..=0x7f {
            let text = char::from(byte).to_string();
            let is_printable = byte == b' ' || byte.is_ascii_graphic();
            assert_eq!(ByteSet::PRINTABLE.has_all_of(&text), is_printable, "{byte}");
            let is_among = byte.is_ascii_alphanumeric() || byte == b'\t' || byte == b'-';
            assert_eq!(others.has_all_of(&text), is_among, "{byte}");
        }
        assert!(!ByteSet::PRINTABLE.has_all_of("ü"));
    }
}
