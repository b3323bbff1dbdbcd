//! Knows private keys in PEM that anybody can use who reads them: without a password, and whole.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
/// What every private key is called, encrypted or not.
pub(super) const LABEL: &str = "PRIVATE KEY-----";

/// What OpenSSH's own format begins with; the name of the cipher follows, behind its length.
const OPENSSH: &[u8] = b"openssh-key-v1\0";
const OPENSSH_OPEN: &[u8] = b"openssh-key-v1\0\0\0\0\x04none";

/// No key of any kind has fewer bytes: an Ed25519 key has 48.
const SHORTEST: usize = 40;

/// Finds the first private key of a text of PEM blocks, and returns the number of its line, from 0.
pub(super) fn first_in(text: &str) -> Option<usize> {
    if !text.contains(LABEL) {
        return None;
    }
    let mut lines = text.lines().map(str::trim).enumerate();
    while let Some((number, line)) = lines.next() {
        let is_key = line.starts_with(BEGIN) && line.ends_with(LABEL);
        if !is_key || line.contains("ENCRYPTED") {
            continue;
        }
        let mut body = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| !line.starts_with(END)) {
            body.push_str(line);
        }
        // The headers of an encrypted key, and what stands for a key in an example, are no base64.
        let key = BASE64_STANDARD.decode(body).unwrap_or_default();
        let is_locked = key.starts_with(OPENSSH) && !key.starts_with(OPENSSH_OPEN);
        if key.len() >= SHORTEST && !is_locked {
            return Some(number);
        }
    }
    None
}

/// Tells whether the folders of a path say that what is in them is made for tests.
pub(super) fn is_for_tests(path: &str) -> bool {
    let (folders, _) = path.rsplit_once('/').unwrap_or_default();
    folders.split('/').any(|folder| {
        matches!(folder, "test" | "tests" | "testdata" | "test-data" | "fixtures" | "e2e")
    })
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

    #[test]
    fn folders_of_tests_are_told_by_their_names() {
        for path in ["test/a.pem", "a/testdata/b/c.key", "e2e/a"] {
            assert!(is_for_tests(path), "{path}");
        }
        for path in ["a.pem", "test", "a/tests.pem", "latest/a.pem", "test.d/a"] {
            assert!(!is_for_tests(path), "{path}");
        }
    }
}
