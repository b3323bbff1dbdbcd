//! HPKE as far as age uses it: one message in base mode, with HKDF-SHA256 and ChaCha20-Poly1305
//! (RFC 9180, section 5.1), under a secret that MLKEM768-X25519 shared.

use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

const VERSION: &[u8] = b"HPKE-v1";
/// The key exchange 0x647a, the key derivation 0x0001 and the cipher 0x0003.
const SUITE: &[u8] = b"HPKE\x64\x7a\x00\x01\x00\x03";
const BASE_MODE: &[u8] = &[0];
/// Base mode has neither a key that both know, nor a name for it.
const NOTHING: &[u8] = &[];
const NONCE_LENGTH: usize = 12;

/// Encrypts the one message.
pub(super) fn seal(shared: &[u8; 32], info: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let (cipher, nonce) = schedule(shared, info);
    cipher.encrypt(&nonce, plaintext).expect("a key is shorter than the cipher's limit")
}

/// Decrypts the one message, if it is authentic.
pub(super) fn open(shared: &[u8; 32], info: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (cipher, nonce) = schedule(shared, info);
    cipher.decrypt(&nonce, sealed).ok().map(Zeroizing::new)
}

/// Derives the cipher, and the nonce of the first message.
fn schedule(shared: &[u8; 32], info: &[u8]) -> (ChaCha20Poly1305, Nonce) {
    let name = extract(NOTHING, b"psk_id_hash", NOTHING);
    let info = extract(NOTHING, b"info_hash", info);
    let context = [BASE_MODE, name.as_slice(), info.as_slice()].concat();
    let secret = extract(shared, b"secret", NOTHING);
    let key = expand::<32>(&secret, b"key", &context);
    let nonce = expand::<NONCE_LENGTH>(&secret, b"base_nonce", &context);
    (ChaCha20Poly1305::new((&*key).into()), *Nonce::from_slice(nonce.as_slice()))
}

/// `LabeledExtract`.
fn extract(salt: &[u8], label: &[u8], material: &[u8]) -> Zeroizing<[u8; 32]> {
    hmac(salt, &[VERSION, SUITE, label, material])
}

/// `LabeledExpand`, for no more than one block of HKDF.
fn expand<const LENGTH: usize>(
    secret: &[u8; 32],
    label: &[u8],
    context: &[u8],
) -> Zeroizing<[u8; LENGTH]> {
    let length = u16::try_from(LENGTH).expect("a key is short").to_be_bytes();
    let block = hmac(secret, &[&length, VERSION, SUITE, label, context, &[1]]);
    Zeroizing::new(*block.first_chunk().expect("a key is no longer than a block"))
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut hmac =
        <Hmac<Sha256> as hmac::Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        hmac.update(part);
    }
    Zeroizing::new(hmac.finalize().into_bytes().into())
}
