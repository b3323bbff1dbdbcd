//! The age v1 file: a header of stanzas, a MAC over it, and the text in authenticated chunks.
//!
//! Written here, and not with the age crate's encryptor, because that one takes its own randomness
//! and adds a random stanza to every file, which files of sops do not have. Reading is the age
//! crate's, but for the small files that hold data keys, of which a build reads thousands.

use std::io::Read as _;

use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::hkdf;
use age_core::secrecy::ExposeSecret as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::armor;
use crate::random::SealContext;
use crate::stanza::{self, AgeFile, NONCE_LENGTH, TAG_LENGTH};

const CHUNK_LENGTH: usize = 64 * 1024;
/// A header with one stanza of an X25519 recipient is shorter.
const USUAL_HEADER: usize = 256;

/// Draws the key that encrypts one file.
pub(crate) fn draw_file_key(context: &mut SealContext<'_>) -> FileKey {
    FileKey::new(Box::new(context.draw::<FILE_KEY_BYTES>()))
}

/// Encrypts `plaintext`: a nonce, then chunks of 64 KiB, the last one marked (C2SP age, "Payload").
pub(crate) fn write_payload(
    plaintext: &[u8],
    file_key: &FileKey,
    context: &mut SealContext<'_>,
) -> Vec<u8> {
    let nonce = context.draw::<NONCE_LENGTH>();
    let cipher = payload_cipher(&nonce, file_key);
    let chunks = plaintext.len().div_ceil(CHUNK_LENGTH).max(1);
    let mut payload = Vec::with_capacity(NONCE_LENGTH + plaintext.len() + chunks * TAG_LENGTH);
    payload.extend(nonce);
    let mut pieces = plaintext.chunks(CHUNK_LENGTH);
    for index in 0..chunks {
        let chunk = pieces.next().unwrap_or_default();
        let sealed = cipher
            .encrypt(&chunk_nonce(index, index + 1 == chunks).into(), chunk)
            .expect("a chunk is shorter than the cipher's limit");
        payload.extend(sealed);
    }
    payload
}

/// Writes the whole file: a header with `stanzas`, its MAC, and `payload`.
pub(crate) fn write(stanzas: &[Stanza], payload: &[u8], file_key: &FileKey) -> Vec<u8> {
    let mut header = String::with_capacity(USUAL_HEADER + payload.len());
    header.push_str(stanza::VERSION_LINE);
    header.push('\n');
    for stanza in stanzas {
        stanza::write(stanza, &mut header);
    }
    header.push_str("---");
    let mac = header_mac(header.as_bytes(), file_key).finalize().into_bytes();
    header.push(' ');
    header.push_str(&BASE64_STANDARD_NO_PAD.encode(mac));
    header.push('\n');
    let mut file = header.into_bytes();
    file.extend_from_slice(payload);
    file
}

/// The MAC of a header, which only a holder of the file key can compute.
fn header_mac(header: &[u8], file_key: &FileKey) -> Hmac<Sha256> {
    let key = Zeroizing::new(hkdf(&[], b"header", file_key.expose_secret()));
    let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(key.as_slice())
        .expect("HMAC takes a key of any length");
    mac.update(header);
    mac
}

/// The cipher of the text behind a header.
fn payload_cipher(nonce: &[u8], file_key: &FileKey) -> ChaCha20Poly1305 {
    let key = Zeroizing::new(hkdf(nonce, b"payload", file_key.expose_secret()));
    ChaCha20Poly1305::new((&*key).into())
}

/// Decrypts an armored file of one chunk, such as holds a data key, with a native identity.
///
/// Everything that is not as it usually is makes it give up, and leaves it to [`open`] to say what
/// is wrong. What it does return is what [`open`] returns: the header is authentic, and so is the
/// text. The age crate is made for long texts, and wipes a buffer of a whole chunk for each file.
pub(crate) fn open_small(file: &str, identity: &dyn age::Identity) -> Option<Zeroizing<Vec<u8>>> {
    let file = armor::parse(file)?;
    let AgeFile { stanzas, header, mac, payload } = stanza::parse(&file)?;
    let mut unwrapped = stanzas.iter().filter_map(|stanza| identity.unwrap_stanza(stanza));
    let file_key = unwrapped.next()?.ok()?;
    header_mac(header, &file_key).verify_slice(&mac).ok()?;
    let (nonce, chunk) = payload.split_at_checked(NONCE_LENGTH)?;
    if chunk.len() > CHUNK_LENGTH + TAG_LENGTH {
        return None;
    }
    let cipher = payload_cipher(nonce, &file_key);
    cipher.decrypt(&chunk_nonce(0, true).into(), chunk).ok().map(Zeroizing::new)
}

/// Decrypts a file, armored or not, with the first of `identities` that can.
///
/// # Errors
///
/// Says what the age crate says.
pub(crate) fn open(
    file: &[u8],
    identities: &[&dyn age::Identity],
) -> Result<Zeroizing<Vec<u8>>, age::DecryptError> {
    let plain = std::str::from_utf8(file).ok().and_then(armor::parse);
    let file = plain.as_deref().unwrap_or(file);
    // The crate also reads headers as early versions of it wrote them, which age refuses.
    if stanza::parse(file).is_none() {
        return Err(age::DecryptError::InvalidHeader);
    }
    let decryptor = age::Decryptor::new_buffered(file)?;
    let mut reader = decryptor.decrypt(identities.iter().copied())?;
    let mut plaintext = Zeroizing::new(Vec::with_capacity(file.len()));
    reader.read_to_end(&mut plaintext)?;
    Ok(plaintext)
}

/// The nonce of a chunk: its number in 11 bytes, and whether it is the last.
fn chunk_nonce(index: usize, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    if let Some(number) = nonce.get_mut(3..11) {
        number.copy_from_slice(&(index as u64).to_be_bytes());
    }
    if let Some(flag) = nonce.last_mut() {
        *flag = u8::from(last);
    }
    nonce
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;
    use crate::random::tests::Seeded;
    use crate::recipient::Recipient;
    use crate::x25519::X25519Identity;

    const CHUNK: usize = CHUNK_LENGTH;

    /// Seals with this module, and opens with the age crate alone.
    #[track_caller]
    fn check_length(length: usize) {
        let identity = age::x25519::Identity::from_str(crate::x25519::tests::IDENTITY).unwrap();
        let mut random = Seeded::new(1);
        let mut context = random.context();
        let file_key = draw_file_key(&mut context);
        let (stanzas, _) = age::Recipient::wrap_file_key(&identity.to_public(), &file_key).unwrap();
        let plaintext: Vec<u8> = (0..length).map(|index| index.to_le_bytes()[0]).collect();
        let payload = write_payload(&plaintext, &file_key, &mut context);
        assert_eq!(
            payload.len(),
            NONCE_LENGTH + length + length.div_ceil(CHUNK).max(1) * TAG_LENGTH
        );
        let file = write(&stanzas, &payload, &file_key);
        assert_eq!(age::decrypt(&identity, &file).unwrap(), plaintext);
        let armored = armor::write(&file);
        assert_eq!(open(armored.as_bytes(), &[&identity]).unwrap().as_slice(), plaintext);
    }

    #[test]
    fn text_of_any_length_opens_with_the_age_crate() {
        for length in [0, 1, 32, 1000] {
            check_length(length);
        }
    }

    #[test]
    fn text_of_several_chunks_opens_with_the_age_crate() {
        for length in [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5] {
            check_length(length);
        }
    }

    /// The age crate opens such a file, and age does not.
    #[test]
    fn body_without_its_last_line_is_refused() {
        let identity = X25519Identity::parse(crate::x25519::tests::IDENTITY).unwrap();
        let mut random = Seeded::new(2);
        let mut context = random.context();
        let file_key = draw_file_key(&mut context);
        let recipient = recipient_of(crate::x25519::tests::IDENTITY);
        let mut header = format!("{}\n", stanza::VERSION_LINE);
        let full = Stanza { tag: String::from("full"), args: vec![], body: vec![0; 48] };
        stanza::write(&full, &mut header);
        for stanza in recipient.wrap(&file_key, &mut context).unwrap() {
            stanza::write(&stanza, &mut header);
        }
        let payload = write_payload(b"x", &file_key, &mut context);
        let opened = |header: &str| {
            let header = format!("{header}---");
            let mac = header_mac(header.as_bytes(), &file_key).finalize().into_bytes();
            let file = format!("{header} {}\n", BASE64_STANDARD_NO_PAD.encode(mac));
            open(&[file.as_bytes(), &payload].concat(), &[&identity])
        };
        assert!(opened(&header).is_ok());
        let without = opened(&header.replace("\n\n", "\n"));
        assert!(matches!(without, Err(age::DecryptError::InvalidHeader)));
    }

    /// A file that holds a data key.
    fn small_file(recipient: &Recipient) -> String {
        let mut random = Seeded::new(3);
        let mut context = random.context();
        let file_key = draw_file_key(&mut context);
        let stanzas = recipient.wrap(&file_key, &mut context).unwrap();
        let payload = write_payload(&[5; 32], &file_key, &mut context);
        armor::write(&write(&stanzas, &payload, &file_key))
    }

    fn recipient_of(identity: &str) -> Recipient {
        let identity = age::x25519::Identity::from_str(identity).unwrap();
        Recipient::parse(&identity.to_public().to_string()).unwrap()
    }

    #[test]
    fn small_file_opens_as_with_the_age_crate() {
        let text = crate::x25519::tests::IDENTITY;
        let identity = X25519Identity::parse(text).unwrap();
        let file = small_file(&recipient_of(text));
        assert_eq!(open_small(&file, &identity).unwrap().as_slice(), [5; 32]);
        let theirs = age::x25519::Identity::from_str(text).unwrap();
        assert_eq!(open(file.as_bytes(), &[&theirs]).unwrap().as_slice(), [5; 32]);
    }

    /// A file of one chunk, however long the chunk is.
    fn file_of_one_chunk(length: usize, recipient: &Recipient) -> String {
        let mut random = Seeded::new(3);
        let mut context = random.context();
        let file_key = draw_file_key(&mut context);
        let stanzas = recipient.wrap(&file_key, &mut context).unwrap();
        let mut payload = vec![0; NONCE_LENGTH];
        let cipher = payload_cipher(&payload, &file_key);
        payload.extend(cipher.encrypt(&chunk_nonce(0, true).into(), &*vec![5; length]).unwrap());
        armor::write(&write(&stanzas, &payload, &file_key))
    }

    #[test]
    fn chunk_that_is_too_long_opens_nowhere() {
        let text = crate::x25519::tests::IDENTITY;
        let identity = X25519Identity::parse(text).unwrap();
        let theirs = age::x25519::Identity::from_str(text).unwrap();
        for (length, is_read) in [(CHUNK - 1, true), (CHUNK, true), (CHUNK + 1, false)] {
            let file = file_of_one_chunk(length, &recipient_of(text));
            assert_eq!(open_small(&file, &identity).is_some(), is_read, "{length}");
            assert_eq!(open(file.as_bytes(), &[&theirs]).is_ok(), is_read, "{length}");
        }
    }

    #[test]
    fn small_file_with_any_bit_flipped_does_not_open() {
        let text = crate::x25519::tests::IDENTITY;
        let identity = X25519Identity::parse(text).unwrap();
        let file = armor::parse(&small_file(&recipient_of(text))).unwrap();
        for position in 0..file.len() {
            for bit in 0..8 {
                let mut flipped = file.clone();
                flipped[position] ^= 1 << bit;
                let flipped = armor::write(&flipped);
                assert!(open_small(&flipped, &identity).is_none(), "{position} {bit}");
            }
        }
        for end in 0..file.len() {
            assert!(open_small(&armor::write(&file[..end]), &identity).is_none(), "{end}");
        }
    }

    #[test]
    fn file_of_another_is_left_to_the_age_crate() {
        let text = crate::x25519::tests::IDENTITY;
        let identity = X25519Identity::parse(text).unwrap();
        let other = age::x25519::Identity::generate().to_public().to_string();
        assert!(open_small(&small_file(&Recipient::parse(&other).unwrap()), &identity).is_none());
    }

    #[test]
    fn header_of_a_file_is_ours_and_nothing_else() {
        let mut random = Seeded::new(1);
        let mut context = random.context();
        let file_key = draw_file_key(&mut context);
        let stanza =
            Stanza { tag: String::from("kind"), args: vec![String::from("a")], body: vec![0; 3] };
        let file = write(&[stanza], b"payload", &file_key);
        let text = String::from_utf8(file).unwrap();
        insta::assert_snapshot!(text, @r"
        age-encryption.org/v1
        -> kind a
        AAAA
        --- Og3/6y2BvHbfIlNianqxb23/+PkgH4+Qbec4gxBgjRA
        payload
        ");
    }

    #[test]
    fn nonce_counts_chunks_and_marks_the_last() {
        assert_eq!(chunk_nonce(0, false), [0; 12]);
        assert_eq!(chunk_nonce(258, true), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1]);
    }
}
