//! A look at all bytes of a text at once.

/// Says whether every byte of `text` is `usual`, faster than `all` does where it mostly is: without
/// a way out in the middle, many bytes are looked at in one step.
pub(crate) fn every_byte(text: &str, usual: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |so_far, byte| so_far & usual(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_other_byte_is_enough_wherever_it_stands() {
        let is_letter = |byte: u8| byte.is_ascii_alphabetic();
        for length in 0..100 {
            let text = "a".repeat(length);
            assert!(every_byte(&text, is_letter), "{length}");
            for place in 0..length {
                let mut other = text.clone();
                other.replace_range(place..=place, "1");
                assert!(!every_byte(&other, is_letter), "{length} {place}");
            }
        }
    }
}
