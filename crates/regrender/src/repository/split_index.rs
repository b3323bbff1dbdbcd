//! An index that Git keeps in two files: one that changes rarely, and what is different by now.

use super::tracked::number;

/// What an index says of the file that it shares.
#[derive(Debug)]
pub(super) struct SharedIndex {
    /// The name of the file, beside the index.
    pub(super) file: String,
    /// Which of its entries are gone, a bit each.
    gone: Vec<u64>,
    /// Which of them are replaced.
    replaced: Vec<u64>,
}

/// An index that is not as Git writes one.
#[derive(Debug)]
pub(super) struct Damaged;

impl SharedIndex {
    /// Finds it in what comes after the entries of an index, if that shares anything; `id` is the length
    /// of an object's name.
    pub(super) fn find(mut rest: &[u8], id: usize) -> Result<Option<Self>, Damaged> {
        // At the end is a checksum.
        while rest.len() > id {
            let (body, next) = extension(rest).ok_or(Damaged)?;
            if rest.starts_with(b"link") {
                return Self::read(body, id).map(Some).ok_or(Damaged);
            }
            rest = next;
        }
        Ok(None)
    }

    fn read(body: &[u8], id: usize) -> Option<Self> {
        let (name, bitmaps) = body.split_at_checked(id)?;
        let digits = name.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let name: String = digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
        let file = format!("sharedindex.{name}");
        if bitmaps.is_empty() {
            return Some(Self { file, gone: Vec::new(), replaced: Vec::new() });
        }
        let (gone, rest) = bitmap(bitmaps)?;
        let (replaced, _) = bitmap(rest)?;
        Some(Self { file, gone, replaced })
    }

    /// Says whether the entry at this position is gone.
    pub(super) fn is_gone(&self, position: usize) -> bool {
        is_set(&self.gone, position)
    }

    /// Says whether the entry at this position is replaced.
    pub(super) fn is_replaced(&self, position: usize) -> bool {
        is_set(&self.replaced, position)
    }
}

/// Returns the body of the first of some extensions, and what comes after it.
fn extension(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::try_from(number(bytes.get(4..)?)?).ok()?;
    bytes.get(8..)?.split_at_checked(length)
}

fn is_set(words: &[u64], position: usize) -> bool {
    words.get(position / 64).is_some_and(|word| (word >> (position % 64)) & 1 == 1)
}

/// Reads a bitmap as Git compresses it, and returns what comes after it.
///
/// Words follow a marker each: one bit, how often a word of that bit comes first, and how many words
/// come as they are then (gitformat-index, EWAH).
fn bitmap(bytes: &[u8]) -> Option<(Vec<u64>, &[u8])> {
    let most = usize::try_from(number(bytes)?).ok()?.div_ceil(64);
    let length = usize::try_from(number(bytes.get(4..)?)?).ok()?.checked_mul(8)?;
    let (words, rest) = bytes.get(8..)?.split_at_checked(length)?;
    let mut words = words.chunks_exact(8).map(|word| word.try_into().map_or(0, u64::from_be_bytes));
    let mut found = Vec::new();
    while let Some(marker) = words.next() {
        let same = if marker & 1 == 1 { u64::MAX } else { 0 };
        let times = usize::try_from((marker >> 1) & 0xffff_ffff).ok()?;
        let plain = usize::try_from(marker >> 33).ok()?;
        if times > most.checked_sub(found.len())? {
            return None;
        }
        found.extend(std::iter::repeat_n(same, times));
        found.extend(words.by_ref().take(plain));
    }
    // The position of the last marker is for whoever adds to it.
    Some((found, rest.get(4..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spells a bitmap of these words after a run of others.
    fn spelled(bit: u64, times: u64, plain: &[u64]) -> Vec<u8> {
        let words = u64::from(u32::try_from(plain.len()).unwrap());
        let bits = u32::try_from((times + words) * 64).unwrap();
        let mut bytes = bits.to_be_bytes().to_vec();
        bytes.extend(u32::try_from(plain.len() + 1).unwrap().to_be_bytes());
        bytes.extend(((words << 33) | (times << 1) | bit).to_be_bytes());
        bytes.extend(plain.iter().flat_map(|word| word.to_be_bytes()));
        bytes.extend([0; 4]);
        bytes
    }

    #[test]
    fn bitmaps_are_read_as_git_compresses_them() {
        let whole = spelled(0, 0, &[0b101]);
        let (found, rest) = bitmap(&whole).unwrap();
        assert_eq!((found, rest), (vec![0b101], &[][..]));
        assert_eq!(bitmap(&spelled(1, 2, &[8])).unwrap().0, [u64::MAX, u64::MAX, 8]);
        assert_eq!(bitmap(&spelled(0, 0, &[])).unwrap().0, [0; 0]);
    }

    #[test]
    fn a_bitmap_that_is_damaged_is_none() {
        let whole = spelled(1, 1, &[8]);
        for length in 0..whole.len() {
            assert_eq!(bitmap(&whole[..length]), None, "{length}");
        }
        let mut too_long = whole;
        too_long[..4].copy_from_slice(&[0; 4]);
        assert_eq!(bitmap(&too_long), None);
    }
}
