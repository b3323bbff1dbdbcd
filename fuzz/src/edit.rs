//! Small changes of a text, as the fuzzer asks for them.

/// Lines without an end double when they are repeated; this is where that stops.
const LIMIT: usize = 64 * 1024;

/// Applies the changes that `script` asks for to `bytes`.
///
/// Five bytes of the script are one change: where it is, what kind it is, and a value.
#[must_use]
pub fn edited(bytes: &[u8], script: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for step in script.chunks_exact(5) {
        let &[high, low, kind, value, other] = step else { continue };
        if bytes.is_empty() || bytes.len() > LIMIT {
            break;
        }
        let at = usize::from(u16::from_be_bytes([high, low])) % bytes.len();
        apply(&mut bytes, at, kind % 8, value, usize::from(other));
    }
    bytes
}

fn apply(bytes: &mut Vec<u8>, at: usize, kind: u8, value: u8, length: usize) {
    match kind {
        0 => bytes[at] ^= 1 << (value % 8),
        1 => bytes[at] = value,
        2 => bytes.insert(at, value),
        3 => drop(bytes.drain(at..(at + 1 + length % 8).min(bytes.len()))),
        4 => {
            let (start, end) = line_around(bytes, at);
            bytes.drain(start..end);
        }
        5 => {
            let (start, end) = line_around(bytes, at);
            let line = bytes[start..end].to_vec();
            bytes.splice(start..start, line);
        }
        6 => {
            // The line changes places with the one below it.
            let (start, end) = line_around(bytes, at);
            let (_, below) = line_around(bytes, end.min(bytes.len() - 1));
            if below > end {
                bytes[start..below].rotate_left(end - start);
            }
        }
        _ => {
            let end = (at + 1 + length).min(bytes.len());
            bytes[at..end].rotate_left(1);
        }
    }
}

/// The line that `at` is in, with its line end.
fn line_around(bytes: &[u8], at: usize) -> (usize, usize) {
    let is_end = |byte: &u8| *byte == b'\n';
    let start = bytes[..at].iter().rposition(is_end).map_or(0, |end| end + 1);
    let end = bytes[at..].iter().position(is_end).map_or(bytes.len(), |end| at + end + 1);
    (start, end)
}
