//! What a fingerprint is computed of, spelled so that no two different things are spelled alike.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use regrender_document::{Comment, Document, Entry, Item, Node, Scalar, SecretKind};
use sha2::Sha256;

use crate::recipient::Recipients;

/// Feeds an HMAC: each text has its length before it, each list its count, and each kind of node a
/// letter.
pub(super) struct Encoder {
    mac: Hmac<Sha256>,
}

impl Encoder {
    /// Begins with an HMAC that has its key.
    pub(super) fn new(mac: Hmac<Sha256>) -> Self {
        Self { mac }
    }

    /// Takes in one letter.
    pub(super) fn tag(&mut self, tag: u8) {
        self.mac.update(&[tag]);
    }

    /// Takes in a number.
    pub(super) fn count(&mut self, count: usize) {
        self.mac.update(&(count as u64).to_be_bytes());
    }

    /// Takes in bytes.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.mac.update(bytes);
    }

    /// Takes in a text.
    pub(super) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Takes in recipients, in whatever order they are listed.
    pub(super) fn recipients(&mut self, recipients: &Recipients) {
        let sorted = recipients.sorted();
        self.count(sorted.len());
        for recipient in sorted {
            self.text(recipient);
        }
    }

    /// Takes in a document.
    ///
    /// Lines above a mapping and comments at its beginning are the same to whoever reads the file.
    pub(super) fn document(&mut self, document: &Document) {
        self.count(document.header.len() + document.root.entries().len());
        for line in &document.header {
            self.tag(b'#');
            self.text(line);
        }
        self.entries(document.root.entries());
    }

    fn entries(&mut self, entries: &[Entry]) {
        for entry in entries {
            match entry {
                Entry::Comment(comment) => self.comment(comment),
                Entry::InlineComment(comment) => {
                    self.tag(b'~');
                    self.comment(comment);
                }
                Entry::Pair { key, value } => {
                    self.tag(b':');
                    self.text(key);
                    self.node(value);
                }
            }
        }
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Value(node) => self.node(node),
                Item::Comment(comment) => self.comment(comment),
                Item::InlineComment(comment) => {
                    self.tag(b'~');
                    self.comment(comment);
                }
            }
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Scalar(scalar) => self.scalar(scalar),
            Node::Secret(secret) => {
                self.tag(b'!');
                self.tag(match secret.kind {
                    SecretKind::Text => b's',
                    SecretKind::Integer => b'i',
                    SecretKind::Float => b'f',
                    SecretKind::Bool => b'b',
                    SecretKind::Time => b't',
                });
                self.text(secret.text.expose());
            }
            Node::Sequence(items) => {
                self.tag(b'[');
                self.count(items.len());
                self.items(items);
            }
            Node::Mapping(mapping) => {
                self.tag(b'{');
                self.count(mapping.entries().len());
                self.entries(mapping.entries());
            }
        }
    }

    fn scalar(&mut self, scalar: &Scalar) {
        match scalar {
            Scalar::Null => self.tag(b'n'),
            Scalar::Bool(value) => {
                self.tag(b'b');
                self.tag(u8::from(*value));
            }
            Scalar::Integer(value) => {
                self.tag(b'i');
                self.mac.update(&value.to_be_bytes());
            }
            Scalar::Float(value) => {
                self.tag(b'f');
                self.mac.update(&value.to_bits().to_be_bytes());
            }
            Scalar::Time(text) => {
                self.tag(b't');
                self.text(text);
            }
            Scalar::Text(text) => {
                self.tag(b's');
                self.text(text);
            }
        }
    }

    fn comment(&mut self, comment: &Comment) {
        match comment {
            Comment::Clear(text) => {
                self.tag(b'#');
                self.text(text);
            }
            Comment::Secret(text) => {
                self.tag(b'%');
                self.text(text.expose());
            }
        }
    }

    /// Returns the fingerprint.
    pub(super) fn finish(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use regrender_document::{Mapping, SecretScalar, SecretText, parse};

    use super::*;

    fn fingerprint(document: &Document) -> String {
        let mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(&[1; 32]).unwrap();
        let mut encoder = Encoder::new(mac);
        encoder.document(document);
        encoder.finish()
    }

    #[test]
    fn documents_that_differ_are_spelled_differently() {
        let mut seen = std::collections::BTreeMap::new();
        for yaml in [
            "{}",
            "a: b",
            "ab: ''",
            "a: ''\nb: ''",
            "a: 'null'",
            "a: null",
            "a: true",
            "a: 'true'",
            "a: false",
            "a: 1",
            "a: '1'",
            "a: 1.5",
            "a: 2026-11-21T01:59:59Z",
            "a: '2026-11-21T01:59:59Z'",
            "a: []",
            "a: {}",
            "a: [b]",
            "a: [[b]]",
            "a: [b, c]",
            "a: [[b], c]",
            "a: {b: c}",
            "a: {b: ''}\nc: ''",
            "a: {b: '', c: ''}",
            "# x\na: b",
            "# xa\na: b",
            "a: b # x",
            "a:\n    - b # x",
            "a:\n    # x\n    - b",
            "c: ''\na: {b: ''}",
        ] {
            let found = fingerprint(&parse(yaml).unwrap().remove(0));
            assert_eq!(seen.insert(found, yaml), None, "{yaml}");
        }
    }

    #[test]
    fn secret_is_not_spelled_like_its_text() {
        let secret = SecretText::new(String::from("canary-4f1d"));
        let hidden = Document::new(Mapping::new().with("a", secret));
        let clear = Document::new(Mapping::new().with("a", "canary-4f1d"));
        assert_ne!(fingerprint(&hidden), fingerprint(&clear));
    }

    #[test]
    fn secrets_of_different_types_are_spelled_differently() {
        let kinds = [
            SecretKind::Text,
            SecretKind::Integer,
            SecretKind::Float,
            SecretKind::Bool,
            SecretKind::Time,
        ];
        let mut seen = std::collections::BTreeMap::new();
        for kind in kinds {
            let text = SecretText::new(String::from("1"));
            let secret = Node::Secret(SecretScalar { kind, text });
            let found = fingerprint(&Document::new(Mapping::new().with("a", secret)));
            assert_eq!(seen.insert(found, kind), None);
        }
    }

    #[test]
    fn line_above_a_mapping_is_its_first_comment() {
        let mut root = Mapping::new();
        root.push_comment(Comment::Clear(String::from(" x")));
        let above = Document { header: vec![String::from(" x")], root: Mapping::new() };
        assert_eq!(fingerprint(&above), fingerprint(&Document::new(root)));
    }
}
