//! When a sealed file stays as it is, and how much of it stays when it does not.

mod content;
mod fingerprint;
mod foreign;
mod metadata;
mod recipient;

use proptest::prelude::*;
use regrender_document::{Document, Mapping, Node};
use regrender_seal::{
    FileFormat, FingerprintKey, Identities, Keys, MacScope, Proof, Reason, SealOptions, Update,
    open, update,
};

use crate::sealing::{mapping_of, tree};
use crate::support::{
    ANNA, ANNAS_IDENTITY, BERT, BERTS_IDENTITY, CARL, Seeded, identities, pull_secret, recipients,
    secret, with_data,
};

/// One file, built again and again.
struct File {
    random: Seeded,
    text: Option<String>,
    recipients: Vec<&'static str>,
    mac: MacScope,
    identity: Option<&'static str>,
    fingerprint_key: Option<&'static str>,
}

const KEY: &str = "0123456789abcdef0123456789abcdef";

const OTHER_KEY: &str = "fedcba9876543210fedcba9876543210";

impl File {
    fn new() -> Self {
        Self {
            random: Seeded::new(1),
            text: None,
            recipients: vec![ANNA],
            mac: MacScope::All,
            identity: Some(ANNAS_IDENTITY),
            fingerprint_key: None,
        }
    }

    /// Builds the file, and returns why it stayed or was written.
    #[track_caller]
    fn build(&mut self, wanted: &Document) -> Vec<Reason> {
        let updated = self.update(wanted);
        let is_unchanged = matches!(updated.reasons.as_slice(), [Reason::Unchanged(_)]);
        assert_eq!(updated.text.is_none(), is_unchanged, "{:?}", updated.reasons);
        assert!(!updated.reasons.is_empty());
        if let Some(text) = updated.text {
            self.text = Some(text);
            self.check_content(wanted);
        }
        updated.reasons
    }

    fn update(&mut self, wanted: &Document) -> Update {
        let identities = self.identity.map(identities);
        let key = self.fingerprint_key.map(|text| FingerprintKey::parse(text).unwrap());
        let keys = Keys { identities: identities.as_ref(), fingerprint_key: key.as_ref() };
        let options = SealOptions { mac: self.mac, ..SealOptions::default() };
        let recipients = recipients(&self.recipients);
        let context = &mut self.random.context();
        update(self.text.as_deref(), wanted, &recipients, options, keys, context).unwrap()
    }

    /// Every recipient with an identity at hand must be able to open what was written, and find
    /// what was wanted.
    #[track_caller]
    fn check_content(&self, wanted: &Document) {
        for (recipient, identity) in [(ANNA, ANNAS_IDENTITY), (BERT, BERTS_IDENTITY)] {
            let opened = open(self.text(), FileFormat::Yaml, &identities(identity));
            assert_eq!(opened.is_ok(), self.recipients.contains(&recipient), "{opened:?}");
            let Ok(opened) = opened else {
                continue;
            };
            let text = opened.reveal().unwrap();
            for (_, value) in wanted.at(&["data"]).unwrap().as_mapping().unwrap().pairs() {
                let Node::Secret(value) = value else {
                    panic!("the documents of this test hold secrets only");
                };
                assert!(text.expose().contains(value.text.expose()));
            }
        }
    }

    fn text(&self) -> &str {
        self.text.as_deref().unwrap()
    }

    /// The one line that begins so.
    #[track_caller]
    fn line(&self, start: &str) -> String {
        let found: Vec<&str> =
            self.text().lines().filter(|line| line.trim_start().starts_with(start)).collect();
        assert_eq!(found.len(), 1, "{start}: {}", self.text());
        found[0].to_owned()
    }

    /// The lines of wrapped keys.
    fn wrapped(&self) -> Vec<String> {
        let pem = self.text().split("-----BEGIN AGE ENCRYPTED FILE-----").skip(1);
        pem.map(|rest| rest.split_once("-----END").unwrap().0.to_owned()).collect()
    }

    #[track_caller]
    fn edit(&mut self, from: &str, to: &str) {
        assert!(self.text().contains(from));
        self.text = Some(self.text().replace(from, to));
    }
}

fn two_values(a: &str, b: &str) -> Document {
    with_data(Mapping::new().with("a", secret(a)).with("b", secret(b)))
}

fn with_label(document: Document, label: &str) -> Document {
    let metadata = Mapping::new()
        .with("name", "regcred")
        .with("namespace", "no")
        .with("labels", Mapping::new().with("team", label));
    let root = document.root.pairs().fold(Mapping::new(), |root, (key, value)| {
        let value = if key == "metadata" { metadata.clone().into() } else { value.clone() };
        root.with(key.to_owned(), value)
    });
    Document { header: document.header, root }
}

fn names(texts: &[&str]) -> Vec<String> {
    texts.iter().copied().map(str::to_owned).collect()
}

const UNCHANGED: [Reason; 1] = [Reason::Unchanged(Proof::Opened)];

const PROVEN: [Reason; 1] = [Reason::Unchanged(Proof::Fingerprint)];

#[test]
fn file_that_is_not_there_is_new() {
    assert_eq!(File::new().build(&pull_secret("x")), [Reason::New]);
}

#[test]
fn second_build_changes_nothing() {
    for mac in [MacScope::All, MacScope::EncryptedOnly] {
        let mut file = File { mac, ..File::new() };
        file.build(&two_values("x", "y"));
        assert_eq!(file.build(&two_values("x", "y")), UNCHANGED);
    }
}

#[test]
fn file_without_identity_and_fingerprint_is_sealed_anew() {
    let mut file = File { identity: None, ..File::new() };
    file.build(&pull_secret("x"));
    let before = file.wrapped();
    assert_eq!(file.build(&pull_secret("x")), [Reason::NotComparable]);
    assert_ne!(file.wrapped(), before);
}

#[test]
fn identity_that_does_not_open_compares_nothing() {
    let mut file = File { identity: Some(BERTS_IDENTITY), ..File::new() };
    file.build(&pull_secret("x"));
    assert_eq!(file.build(&pull_secret("x")), [Reason::NotComparable]);
}

#[test]
fn every_reason_is_given() {
    let mut file = File { recipients: vec![ANNA, BERT], ..File::new() };
    file.build(&two_values("x", "y"));
    file.recipients = vec![ANNA, CARL];
    file.mac = MacScope::EncryptedOnly;
    assert_eq!(
        file.build(&two_values("x", "z")),
        [
            Reason::RecipientsRemoved(names(&[BERT])),
            Reason::RecipientsAdded(names(&[CARL])),
            Reason::ContentChanged,
            Reason::OptionsChanged,
        ]
    );
}

#[test]
fn identities_of_nobody_are_no_identity() {
    let mut random = Seeded::new(1);
    let nobody = Identities::default();
    assert!(nobody.is_empty());
    let recipients = recipients(&[ANNA]);
    let keys = Keys { identities: Some(&nobody), fingerprint_key: None };
    let options = SealOptions::default();
    let wanted = pull_secret("x");
    let first = update(None, &wanted, &recipients, options, keys, &mut random.context()).unwrap();
    let text = first.text.as_deref();
    let second = update(text, &wanted, &recipients, options, keys, &mut random.context()).unwrap();
    assert_eq!(second.reasons, [Reason::NotComparable]);
}

fn label() -> impl Strategy<Value = Node> {
    prop_oneof!["[ -~]{0,40}", "\\PC{0,20}", "[a-z0-9:#'\"\n -]{0,20}"].prop_map(Node::from)
}

proptest! {
    #[test]
    fn no_document_changes_at_the_second_build(
        data in mapping_of(tree()),
        labels in mapping_of(label()),
        header in proptest::collection::vec("[ -~]{0,40}", 0..3),
        only: bool,
    ) {
        let metadata = Mapping::new().with("name", "regcred").with("labels", labels);
        let root = Mapping::new().with("metadata", metadata).with("data", data);
        let wanted = Document { header, root };
        let mut random = Seeded::new(1);
        let (identities, recipients) = (identities(ANNAS_IDENTITY), recipients(&[ANNA, BERT]));
        let key = FingerprintKey::parse(KEY).unwrap();
        let mac = if only { MacScope::EncryptedOnly } else { MacScope::All };
        let options = SealOptions { mac, ..SealOptions::default() };
        let by_fingerprint = Keys { identities: None, fingerprint_key: Some(&key) };
        let by_opening = Keys { identities: Some(&identities), fingerprint_key: None };
        let mut build = |current: Option<&str>, keys| {
            let context = &mut random.context();
            update(current, &wanted, &recipients, options, keys, context).unwrap()
        };
        let text = build(None, by_fingerprint).text.unwrap();
        prop_assert_eq!(build(Some(&text), by_fingerprint).reasons, PROVEN, "{}", text);
        prop_assert_eq!(build(Some(&text), by_opening).reasons, UNCHANGED, "{}", text);
    }
}
