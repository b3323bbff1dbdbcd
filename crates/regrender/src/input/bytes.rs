//! Bytes that must not be seen, and reading them with a limit.

use std::fmt;
use std::io::{self, Read};

use zeroize::Zeroizing;

/// The most that a source may hold: a Kubernetes Secret takes no more than 1 MiB either.
pub(crate) const LIMIT: usize = 1024 * 1024;

/// The most that is read at once.
pub(crate) const PIECE: usize = 8192;

/// What some editors write before UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Bytes that must not be seen; they are wiped from memory when dropped.
#[derive(Clone)]
pub(crate) struct SecretBytes(Zeroizing<Vec<u8>>);

/// Bytes in the pieces they arrived in, none of which is ever moved by growing.
#[derive(Default)]
pub(crate) struct Pieces {
    pieces: Vec<Zeroizing<Vec<u8>>>,
    length: usize,
}

impl SecretBytes {
    /// Takes a copy of `bytes` into custody.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// Hands out the bytes. Every call is a place to review.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(masked)")
    }
}

impl Pieces {
    /// Takes another piece, and says whether all of them stay within `limit`.
    pub(crate) fn push(&mut self, piece: Zeroizing<Vec<u8>>, limit: usize) -> bool {
        self.length = self.length.saturating_add(piece.len());
        if self.length > limit {
            return false;
        }
        self.pieces.push(piece);
        true
    }

    /// Joins the pieces.
    pub(crate) fn join(&self) -> SecretBytes {
        // One allocation of the right size: growing would leave copies behind that nobody wipes.
        let length = self.pieces.iter().map(|piece| piece.len()).sum();
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        for piece in &self.pieces {
            bytes.extend_from_slice(piece);
        }
        SecretBytes(bytes)
    }
}

/// Says whether bytes begin as UTF-16 text does, which is what older PowerShell writes with `>`.
pub(crate) fn begins_as_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}

/// Reads the next piece of `reader`; an empty one is its end.
///
/// # Errors
///
/// Those of `reader`.
pub(crate) fn read_piece(reader: &mut dyn Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new([0; PIECE]);
    loop {
        match reader.read(&mut *buffer) {
            Ok(length) => return Ok(Zeroizing::new(buffer.iter().take(length).copied().collect())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Reads all of `reader`, or returns `None` when it holds more than `limit` bytes.
///
/// # Errors
///
/// Those of `reader`.
pub(crate) fn read_all(reader: &mut dyn Read, limit: usize) -> io::Result<Option<SecretBytes>> {
    let mut pieces = Pieces::default();
    loop {
        let piece = read_piece(reader)?;
        if piece.is_empty() {
            return Ok(Some(pieces.join()));
        }
        if !pieces.push(piece, limit) {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_pieces_are_read_in_order() {
        let text: Vec<u8> = (0..=255).cycle().take(20_000).collect();
        let read = read_all(&mut text.as_slice(), LIMIT).unwrap().unwrap();
        assert_eq!(read.expose(), text);
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        let text = vec![b'a'; LIMIT];
        assert_eq!(read_all(&mut text.as_slice(), LIMIT).unwrap().unwrap().expose().len(), LIMIT);
    }

    #[test]
    fn one_byte_more_is_too_much() {
        let text = vec![b'a'; LIMIT + 1];
        assert!(read_all(&mut text.as_slice(), LIMIT).unwrap().is_none());
    }

    #[test]
    fn an_endless_reader_is_left_at_the_limit() {
        assert!(read_all(&mut io::repeat(b'a'), LIMIT).unwrap().is_none());
    }

    #[test]
    fn debug_output_is_masked() {
        let text = format!("{:?}", SecretBytes::new(b"canary-4f1d"));
        assert_eq!(text, "SecretBytes(masked)");
    }
}
