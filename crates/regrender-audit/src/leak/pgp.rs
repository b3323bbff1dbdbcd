//! Knows the packets of a private key of `OpenPGP`, as far as to say whether a password protects it.

/// The packets that hold a private key: the key itself, or one that belongs to it.
const SECRET_KEY: u8 = 5;
const SECRET_SUBKEY: u8 = 7;

/// Tells whether a key among the packets needs no password.
pub(super) fn is_open(mut packets: &[u8]) -> bool {
    while let Some((tag, body)) = next_packet(&mut packets) {
        if matches!(tag, SECRET_KEY | SECRET_SUBKEY) && is_unprotected(body) == Some(true) {
            return true;
        }
    }
    false
}

/// Takes the next packet, with its tag (RFC 9580, section 4.2).
fn next_packet<'b>(bytes: &mut &'b [u8]) -> Option<(u8, &'b [u8])> {
    let first = number(bytes, 1)?;
    let is_old = first & 0x40 == 0;
    let (tag, length) = if is_old {
        ((first >> 2) & 0x0f, old_length(bytes, first & 3)?)
    } else {
        (first & 0x3f, length(bytes)?)
    };
    Some((u8::try_from(tag).ok()?, take(bytes, length)?))
}

fn old_length(bytes: &mut &[u8], kind: usize) -> Option<usize> {
    match kind {
        0 => number(bytes, 1),
        1 => number(bytes, 2),
        2 => number(bytes, 4),
        _ => Some(bytes.len()),
    }
}

/// No key comes in pieces of unknown number: what stands for such a length is past the end.
fn length(bytes: &mut &[u8]) -> Option<usize> {
    match number(bytes, 1)? {
        short @ 0..192 => Some(short),
        255 => number(bytes, 4),
        long => Some(((long - 192) << 8) + number(bytes, 1)? + 192),
    }
}

/// Reads whether nothing protects a private key (RFC 9580, section 5.5.3): behind what is public,
/// an octet says how.
fn is_unprotected(mut body: &[u8]) -> Option<bool> {
    let body = &mut body;
    let version = number(body, 1)?;
    let _created = number(body, 4)?;
    let algorithm = number(body, 1)?;
    if version > 4 {
        let length = number(body, 4)?;
        take(body, length)?;
        return Some(number(body, 1)? == 0);
    }
    match algorithm {
        // RSA, ElGamal, DSA: two, three or four numbers.
        1..=3 => skip_numbers(body, 2)?,
        16 => skip_numbers(body, 3)?,
        17 => skip_numbers(body, 4)?,
        // Elliptic curves: the name of the curve, a point, and for ECDH how a key is derived.
        18 | 19 | 22 => {
            skip_short(body)?;
            skip_numbers(body, 1)?;
            if algorithm == 18 {
                skip_short(body)?;
            }
        }
        25 | 27 => drop(take(body, 32)?),
        26 => drop(take(body, 56)?),
        28 => drop(take(body, 57)?),
        _ => return None,
    }
    Some(number(body, 1)? == 0)
}

/// Skips numbers, each behind its length in bits.
fn skip_numbers(bytes: &mut &[u8], count: usize) -> Option<()> {
    for _ in 0..count {
        let length = number(bytes, 2)?.div_ceil(8);
        take(bytes, length)?;
    }
    Some(())
}

/// Skips what stands behind its length in one byte.
fn skip_short(bytes: &mut &[u8]) -> Option<()> {
    let length = number(bytes, 1)?;
    take(bytes, length)?;
    Some(())
}

fn number(bytes: &mut &[u8], length: usize) -> Option<usize> {
    Some(take(bytes, length)?.iter().fold(0, |number, byte| (number << 8) | usize::from(*byte)))
}

fn take<'b>(bytes: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet in the old and in the new format.
    fn packets(tag: u8, body: &[u8]) -> [Vec<u8>; 2] {
        let length = u8::try_from(body.len()).unwrap();
        [[0x80 | (tag << 2), length], [0xc0 | tag, length]].map(|head| [&head, body].concat())
    }

    /// The beginning of a key: version, time and algorithm, then what is public.
    fn key(version: u8, algorithm: u8, public: &[u8], usage: u8) -> Vec<u8> {
        [&[version, 1, 2, 3, 4, algorithm], public, &[usage], b"canary-4f1d"].concat()
    }

    #[test]
    fn a_key_without_a_password_is_open() {
        let point: &[u8] = &[1, 99, 0, 9, 1, 2];
        for (algorithm, public) in [
            (1, &[0, 9, 1, 2, 0, 3, 5][..]),
            (16, &[0, 1, 1, 0, 1, 1, 0, 1, 1]),
            (17, &[0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1]),
            (18, &[point, &[3, 1, 8, 7]].concat()),
            (19, point),
            (22, point),
            (25, &[7; 32]),
            (26, &[7; 56]),
            (27, &[7; 32]),
            (28, &[7; 57]),
        ] {
            for tag in [SECRET_KEY, SECRET_SUBKEY] {
                for (usage, expected) in [(0, true), (254, false), (255, false)] {
                    for packet in packets(tag, &key(4, algorithm, public, usage)) {
                        assert_eq!(is_open(&packet), expected, "{algorithm} {usage}");
                    }
                }
            }
        }
        let newer = [&[0, 0, 0, 3][..], &[1, 2, 3]].concat();
        assert!(is_open(&packets(SECRET_KEY, &key(6, 27, &newer, 0))[1]));
        assert!(!is_open(&packets(SECRET_KEY, &key(6, 27, &newer, 253))[1]));
    }

    #[test]
    fn a_key_behind_other_packets_is_found() {
        let locked = packets(SECRET_KEY, &key(4, 22, &[1, 99, 0, 9, 1, 2], 254))[0].clone();
        let open = packets(SECRET_SUBKEY, &key(4, 22, &[1, 99, 0, 9, 1, 2], 0))[0].clone();
        let user = packets(13, b"canary")[1].clone();
        assert!(is_open(&[&*locked, &user, &open].concat()));
        assert!(!is_open(&[&*locked, &user].concat()));
        let long = [&[0xcd, 0xc2, 5][..], &[7; 709], &open].concat();
        assert!(is_open(&long));
        let longer = [&[0xb6, 0, 0, 1, 0][..], &[7; 256], &open].concat();
        assert!(is_open(&longer));
        let longest = [&[0xcd, 0xff, 0, 0, 1, 0][..], &[7; 256], &open].concat();
        assert!(is_open(&longest));
        let two = [&[0xb5, 1, 0][..], &[7; 256], &open].concat();
        assert!(is_open(&two));
    }

    #[test]
    fn what_is_cut_off_or_of_an_unknown_kind_is_not_open() {
        let whole = packets(SECRET_KEY, &key(4, 22, &[1, 99, 0, 9, 1, 2], 0))[0].clone();
        for length in 0..whole.len() {
            assert!(!is_open(&whole[..length]), "{length}");
        }
        assert!(!is_open(&packets(SECRET_KEY, &key(4, 99, &[0; 9], 0))[0]));
        assert!(!is_open(&packets(6, &key(4, 22, &[1, 99, 0, 9, 1, 2], 0))[0]));
    }
}
