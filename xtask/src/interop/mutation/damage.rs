//! Small changes of a text, the same for the same seed.

/// What is put in: what means something in one of the formats.
const PIECES: [&str; 20] = [
    "#", ": ", "- ", "'", "\"", "null", "\t", " ", "ENC[", "\n", "&a ", "*a", "!!str ", "[", "]",
    "{", "}", "|", "1", "%",
];

/// Makes changes.
#[derive(Debug)]
pub(super) struct Damage(u64);

impl Damage {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns `text` with one to three changes.
    pub(super) fn of(mut self, text: &str) -> String {
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        for _ in 0..=self.below(6) / 2 {
            self.change(&mut lines);
        }
        lines.concat()
    }

    fn change(&mut self, lines: &mut Vec<String>) {
        let Some(last) = lines.len().checked_sub(1) else { return };
        // Half of the changes are in the content, which stands above the metadata in most formats.
        let end = if self.below(2) == 0 { last / 3 } else { last };
        let at = self.below(end + 1);
        match self.below(7) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines.get(at).cloned().unwrap_or_default()),
            2 => lines.swap(at, (at + 1).min(last)),
            3 => {
                let line = lines.remove(at);
                let place = self.below(last + 1);
                lines.insert(place, line);
            }
            kind => {
                if let Some(line) = lines.get_mut(at) {
                    self.change_line(line, kind);
                }
            }
        }
    }

    fn change_line(&mut self, line: &mut String, kind: usize) {
        let at = self.below(line.len().max(1));
        if !line.is_char_boundary(at) {
            return;
        }
        let piece = PIECES.get(self.below(PIECES.len())).copied().unwrap_or_default();
        let next = line.get(at..).and_then(|rest| rest.chars().next());
        match (kind, next) {
            (4, _) | (_, None) => line.insert_str(at, piece),
            (5, Some(_)) => drop(line.remove(at)),
            (_, Some(letter)) => {
                let other = char::from(b' ' + u8::try_from(self.below(95)).unwrap_or_default());
                line.replace_range(at..at + letter.len_utf8(), other.encode_utf8(&mut [0; 4]));
            }
        }
    }

    /// Draws a number below `limit` (the finalizer of `MurmurHash3` over a counter).
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        word = (word ^ (word >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        word ^= word >> 33;
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(word % limit).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a: ü\nb: c\nsops:\n    mac: x\n";

    #[test]
    fn one_seed_damages_in_one_way() {
        for seed in 0..100 {
            assert_eq!(Damage::new(seed).of(TEXT), Damage::new(seed).of(TEXT));
        }
    }

    #[test]
    fn most_seeds_damage_in_ways_of_their_own() {
        let mut texts: Vec<String> = (0..200).map(|seed| Damage::new(seed).of(TEXT)).collect();
        texts.sort();
        texts.dedup();
        assert!(texts.len() > 120, "{}", texts.len());
    }

    #[test]
    fn nothing_is_damaged_to_nothing() {
        assert_eq!(Damage::new(1).of(""), "");
    }
}
