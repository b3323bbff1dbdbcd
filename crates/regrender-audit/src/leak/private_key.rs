//! Knows private keys that anybody can use who reads them: without a password, and whole.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::pgp;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
/// What every private key in PEM is called, encrypted or not, and one of `OpenPGP`.
const LABEL: &str = "PRIVATE KEY-----";
const PGP_LABEL: &str = "PRIVATE KEY BLOCK-----";
/// What a file of `PuTTY` begins with, before the version, and its last line.
const PUTTY: &str = "PuTTY-User-Key-File-";
const PUTTY_END: &str = "Private-MAC: ";

/// What OpenSSH's own format begins with; the name of the cipher follows, behind its length.
const OPENSSH: &[u8] = b"openssh-key-v1\0";
const OPENSSH_OPEN: &[u8] = b"openssh-key-v1\0\0\0\0\x04none";

/// No key of any kind has fewer bytes: an Ed25519 key has 48, and 36 for `PuTTY`.
const SHORTEST: usize = 40;
const SHORTEST_OF_PUTTY: usize = 32;

/// Tells whether a text may hold a private key.
pub(super) fn is_spoken_of(text: &str) -> bool {
    text.contains(LABEL) || text.contains(PGP_LABEL) || text.contains(PUTTY)
}

/// Tells whether a file holds nothing but keys and certificates, by its beginning.
pub(super) fn is_key_file(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("-----") || text.starts_with(PUTTY)
}

/// Finds the first private key of a text, and returns the number of its line, from 0.
pub(super) fn first_in(text: &str) -> Option<usize> {
    if !is_spoken_of(text) {
        return None;
    }
    let mut lines = text.lines().map(str::trim).enumerate();
    while let Some((number, line)) = lines.next() {
        let mut block = |end: &str| {
            let body = lines.by_ref().map(|(_, line)| line);
            body.take_while(|line| !line.starts_with(end)).collect::<Vec<&str>>()
        };
        let is_open = if line.starts_with(PUTTY) {
            is_open_putty(&block(PUTTY_END))
        } else if !line.starts_with(BEGIN) {
            false
        } else if line.ends_with(PGP_LABEL) {
            is_open_pgp(&block(END))
        } else {
            line.ends_with(LABEL) && !line.contains("ENCRYPTED") && is_open_pem(&block(END))
        };
        if is_open {
            return Some(number);
        }
    }
    None
}

fn is_open_pem(body: &[&str]) -> bool {
    // The headers of an encrypted key, and what stands for a key in an example, are no base64.
    let key = BASE64_STANDARD.decode(body.concat()).unwrap_or_default();
    let is_locked = key.starts_with(OPENSSH) && !key.starts_with(OPENSSH_OPEN);
    key.len() >= SHORTEST && !is_locked
}

/// Headers come first, a checksum last (RFC 9580, section 6.2).
fn is_open_pgp(body: &[&str]) -> bool {
    let lines = body.iter().filter(|line| !line.contains(": ") && !line.starts_with('='));
    let packets = BASE64_STANDARD.decode(lines.copied().collect::<String>());
    packets.is_ok_and(|packets| pgp::is_open(&packets))
}

/// The header names the cipher; the key comes last.
fn is_open_putty(body: &[&str]) -> bool {
    let is_key = |line: &&str| line.starts_with("Private-Lines: ");
    let key = body.iter().skip_while(|line| !is_key(line)).skip(1).copied();
    let key = BASE64_STANDARD.decode(key.collect::<String>()).unwrap_or_default();
    body.contains(&"Encryption: none") && key.len() >= SHORTEST_OF_PUTTY
}

/// Words in a path by which what is there is made for tests, or to show something.
const TEST_WORDS: [&str; 9] =
    ["testdata", "tests", "e2e", "fixture", "fixtures", "example", "examples", "sample", "samples"];

/// Tells whether a path says that what is there is made for tests; `test` alone says it of no
/// manifest, since clusters are called so.
pub(super) fn is_for_tests(path: &str) -> bool {
    words(path).any(|word| TEST_WORDS.contains(&word)) || path.contains("test-data")
}

/// Tells the same of a file that holds nothing but keys and certificates.
pub(super) fn is_test_key(path: &str) -> bool {
    is_for_tests(path) || words(path).any(|word| word == "test")
}

fn words(path: &str) -> impl Iterator<Item = &str> {
    path.split(|letter: char| !letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(label: &str, body: &str) -> String {
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    }

    fn encoded(bytes: &[u8]) -> String {
        let text = BASE64_STANDARD.encode(bytes);
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
        lines.join("\n")
    }

    fn key() -> String {
        encoded(&b"canary-4f1d".repeat(6))
    }

    fn openssh(cipher: &str) -> String {
        let mut bytes = b"openssh-key-v1\0\0\0\0".to_vec();
        bytes.push(u8::try_from(cipher.len()).unwrap());
        encoded(&[&*bytes, cipher.as_bytes(), &b"canary-4f1d".repeat(6)].concat())
    }

    #[test]
    fn a_private_key_is_found_behind_certificates() {
        for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"] {
            assert_eq!(first_in(&block(label, &key())), Some(0), "{label}");
        }
        let both = block("CERTIFICATE", "AAAA") + &block("PRIVATE KEY", &key());
        assert_eq!(first_in(&both), Some(3));
        let indented = block("PRIVATE KEY", &key()).replace('\n', "\r\n    ");
        assert_eq!(first_in(&indented), Some(0));
        assert_eq!(first_in(&block("OPENSSH PRIVATE KEY", &openssh("none"))), Some(0));
    }

    #[test]
    fn what_opens_nothing_is_no_private_key() {
        let headers = format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n{}", key());
        for text in [
            block("CERTIFICATE", &key()),
            block("PUBLIC KEY", &key()),
            block("ENCRYPTED PRIVATE KEY", &key()),
            block("RSA PRIVATE KEY", &headers),
            block("OPENSSH PRIVATE KEY", &openssh("aes256-ctr")),
            block("PRIVATE KEY", "..."),
            block("PRIVATE KEY", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC..."),
            block("PRIVATE KEY", ""),
            block("PRIVATE KEY", "ENC[AES256_GCM,data:x]"),
            "a line with -----BEGIN PRIVATE KEY----- in it\n".to_owned(),
        ] {
            assert_eq!(first_in(&text), None, "{text}");
        }
    }

    #[test]
    fn a_key_behind_a_locked_one_is_found() {
        let both = block("ENCRYPTED PRIVATE KEY", &key()) + &block("PRIVATE KEY", &key());
        assert_eq!(first_in(&both), Some(both.lines().count() / 2));
    }

    fn armor(usage: u8) -> String {
        let key = [&[0x94, 24, 4, 1, 2, 3, 4, 22, 1, 99, 0, 9, 1, 2, usage][..], b"canary-4f1d"];
        let body = format!("Comment: a: b\n\n{}\n=AAAA", encoded(&key.concat()));
        block("PGP PRIVATE KEY BLOCK", &body)
    }

    fn putty(encryption: &str, key: &str) -> String {
        format!(
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: {encryption}\nComment: c\n\
             Public-Lines: 1\nAAAA\nPrivate-Lines: 1\n{key}\nPrivate-MAC: 00\n"
        )
    }

    #[test]
    fn keys_of_pgp_and_putty_are_found_unless_a_password_protects_them() {
        let short = encoded(&b"canary-4f1d".repeat(3));
        for (text, expected) in [
            (armor(0), Some(0)),
            (armor(254), None),
            (armor(254) + &armor(0), Some(6)),
            (armor(0).replace("PRIVATE", "PUBLIC"), None),
            (block("PGP PRIVATE KEY BLOCK", "..."), None),
            (putty("none", &short), Some(0)),
            (putty("aes256-cbc", &short), None),
            (putty("none", "..."), None),
            (putty("none", &encoded(b"canary-4f1d")), None),
            (putty("none", &short).replace("Private-Lines", "Lines"), None),
            (putty("aes256-cbc", &short) + &putty("none", &short), Some(8)),
        ] {
            assert_eq!(first_in(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_made_for_tests_is_told_by_its_path() {
        for path in
            ["a/testdata/b/c.key", "_testdata/a", "e2e/a", "a/test-data/b", "x-example.yaml"]
        {
            assert!(is_for_tests(path), "{path}");
        }
        for path in ["a.pem", "clusters/test/a.yaml", "latest/a.pem", "a/contests.pem"] {
            assert!(!is_for_tests(path), "{path}");
        }
        for path in ["test/a.pem", "a/github_test.pem", "fixtures/a.key"] {
            assert!(is_test_key(path), "{path}");
        }
        assert!(!is_test_key("latest/a.pem"));
    }
}
