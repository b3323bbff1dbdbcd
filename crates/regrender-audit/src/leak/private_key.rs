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
