//! When a sealed file stays as it is, and how much of it stays when it does not.

use proptest::prelude::*;
use regrender_document::{Document, Mapping, Node};
use regrender_seal::{
    FileFormat, FingerprintKey, Identities, Keys, MacScope, OpenError, Proof, Reason, SealOptions,
    Update, open, update,
};

use crate::sealing::{mapping_of, nonces, tree};
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
        if key == "metadata" {
            root.with(key, metadata.clone())
        } else {
            root.with(key, value.clone())
        }
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
fn who_can_open_a_file_is_told_without_opening_it() {
    let added = Reason::RecipientsAdded(names(&[CARL]));
    let removed = Reason::RecipientsRemoved(names(&[BERT]));
    for (fingerprint_key, more) in
        [(None, vec![Reason::NotComparable]), (Some(KEY), vec![]), (Some(OTHER_KEY), vec![])]
    {
        let recipients = vec![ANNA, BERT];
        let mut file =
            File { identity: None, recipients, fingerprint_key: Some(KEY), ..File::new() };
        file.build(&pull_secret("x"));
        file.recipients = vec![CARL, ANNA];
        file.fingerprint_key = fingerprint_key;
        let expected = [vec![removed.clone(), added.clone()], more].concat();
        assert_eq!(file.build(&pull_secret("x")), expected, "{fingerprint_key:?}");
    }
}

#[test]
fn changed_value_leaves_the_other_value_and_the_data_key() {
    let mut file = File::new();
    file.build(&two_values("x", "y"));
    let (a, b, wrapped) = (file.line("a: "), file.line("b: "), file.wrapped());
    let (mac, time) = (file.line("mac: "), file.line("lastmodified: "));
    assert_eq!(file.build(&two_values("x", "z")), [Reason::ContentChanged]);
    assert_eq!(file.line("a: "), a);
    assert_ne!(file.line("b: "), b);
    assert_ne!(file.line("mac: "), mac);
    assert_ne!(file.line("lastmodified: "), time);
    assert_eq!(file.wrapped(), wrapped);
}

#[test]
fn changed_value_gets_a_new_nonce() {
    let mut file = File::new();
    let mut seen = std::collections::BTreeMap::new();
    for (a, b) in [("x", "y"), ("x", "z"), ("z", "z"), ("x", "y"), ("y", "x"), ("x", "x")] {
        file.build(&two_values(a, b));
        for (nonce, values) in nonces(file.text()) {
            for value in values {
                let known = seen.entry(nonce.clone()).or_insert_with(|| value.clone());
                assert_eq!(*known, value, "{nonce}");
            }
        }
    }
}

#[test]
fn value_that_moves_to_another_key_is_sealed_again() {
    let mut file = File::new();
    file.build(&two_values("x", "y"));
    let before = nonces(file.text());
    let moved = with_data(Mapping::new().with("b", secret("x")).with("a", secret("y")));
    assert_eq!(file.build(&moved), [Reason::ContentChanged]);
    assert!(nonces(file.text()).keys().all(|nonce| !before.contains_key(nonce)));
}

#[test]
fn file_whose_only_value_changes_keeps_its_data_key() {
    for fingerprint_key in [None, Some(KEY)] {
        let mut file = File { fingerprint_key, ..File::new() };
        file.build(&pull_secret("x"));
        let (before, nonces_before) = (file.wrapped(), nonces(file.text()));
        assert_eq!(file.build(&pull_secret("y")), [Reason::ContentChanged]);
        assert_eq!(file.wrapped(), before);
        assert!(nonces(file.text()).keys().all(|nonce| !nonces_before.contains_key(nonce)));
    }
}

#[test]
fn label_in_clear_is_content() {
    let mut file = File::new();
    file.build(&two_values("x", "y"));
    let (a, wrapped) = (file.line("a: "), file.wrapped());
    let labelled = with_label(two_values("x", "y"), "platform");
    assert_eq!(file.build(&labelled), [Reason::ContentChanged]);
    assert_eq!((file.line("a: "), file.wrapped()), (a, wrapped));
    assert_eq!(file.build(&labelled), UNCHANGED);
}

#[test]
fn header_is_content() {
    let mut file = File::new();
    file.build(&two_values("x", "y"));
    let a = file.line("a: ");
    let mut other = two_values("x", "y");
    other.header = vec![String::from(" Something else.")];
    assert_eq!(file.build(&other), [Reason::ContentChanged]);
    assert_eq!(file.line("a: "), a);
    assert!(file.text().starts_with("# Something else.\napiVersion: v1\n"));
}

#[test]
fn order_of_keys_is_content() {
    let mut file = File::new();
    file.build(&two_values("x", "y"));
    let reordered = with_data(Mapping::new().with("b", secret("y")).with("a", secret("x")));
    assert_eq!(file.build(&reordered), [Reason::ContentChanged]);
}

#[test]
fn new_recipient_gets_the_old_data_key() {
    let mut file = File::new();
    file.build(&two_values("x", "y"));
    let before = file.text().to_owned();
    file.recipients = vec![BERT, ANNA, CARL];
    assert_eq!(file.build(&two_values("x", "y")), [Reason::RecipientsAdded(names(&[BERT, CARL]))]);
    // Nothing is taken away, and only the entries of the new recipients come.
    let lines: Vec<&str> = file.text().lines().collect();
    let mut rest = before.lines();
    let mut expected = rest.next();
    let added = lines.iter().filter(|line| {
        let is_old = Some(**line) == expected;
        if is_old {
            expected = rest.next();
        }
        !is_old
    });
    assert_eq!(added.count(), lines.len() - before.lines().count());
    assert_eq!(expected, None);
    assert_eq!(file.build(&two_values("x", "y")), UNCHANGED);
}

#[test]
fn order_of_recipients_does_not_matter() {
    let mut file = File { recipients: vec![ANNA, BERT], ..File::new() };
    file.build(&pull_secret("x"));
    file.recipients = vec![BERT, ANNA];
    assert_eq!(file.build(&pull_secret("x")), UNCHANGED);
}

/// sops writes an SSH recipient as it was given, remark and all.
#[test]
fn remark_behind_an_ssh_key_is_no_other_recipient() {
    let mut file = File { recipients: vec![ANNA, CARL], ..File::new() };
    file.build(&pull_secret("x"));
    file.edit(CARL, &format!("{CARL} carl@laptop"));
    assert_eq!(file.build(&pull_secret("x")), UNCHANGED);
}

#[test]
fn removed_recipient_makes_everything_new() {
    let mut file = File { recipients: vec![ANNA, BERT], ..File::new() };
    file.build(&two_values("x", "y"));
    let before = nonces(file.text());
    file.recipients = vec![ANNA];
    assert_eq!(file.build(&two_values("x", "y")), [Reason::RecipientsRemoved(names(&[BERT]))]);
    assert!(nonces(file.text()).keys().all(|nonce| !before.contains_key(nonce)));
    assert!(!file.text().contains(BERT));
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
fn other_mac_scope_makes_a_new_mac_only() {
    let mut file = File::new();
    file.build(&two_values("x", "y"));
    let (a, mac, wrapped) = (file.line("a: "), file.line("mac: "), file.wrapped());
    file.mac = MacScope::EncryptedOnly;
    assert_eq!(file.build(&two_values("x", "y")), [Reason::OptionsChanged]);
    assert_ne!(file.line("mac: "), mac);
    assert_eq!((file.line("a: "), file.wrapped()), (a, wrapped));
    file.line("mac_only_encrypted: true");
    file.mac = MacScope::All;
    assert_eq!(file.build(&two_values("x", "y")), [Reason::OptionsChanged]);
    assert!(!file.text().contains("mac_only_encrypted"));
    assert_eq!(file.build(&two_values("x", "y")), UNCHANGED);
}

#[test]
fn other_rule_makes_everything_new() {
    let mut file = File::new();
    file.build(&pull_secret("x"));
    // The rules mean the same for this file, so it opens.
    file.edit("encrypted_regex: ^(data|stringData)$", "encrypted_regex: ^data$");
    assert_eq!(file.build(&pull_secret("x")), [Reason::OptionsChanged]);
    file.line("encrypted_regex: ^(data|stringData)$");
}

#[test]
fn spelling_is_not_content() {
    let mut file = File::new();
    file.build(&pull_secret("x"));
    file.edit("kind: Secret", "kind: 'Secret'");
    file.edit("type: kubernetes.io", "type:    kubernetes.io");
    assert_eq!(file.build(&pull_secret("x")), UNCHANGED);
}

#[test]
fn version_and_order_of_the_metadata_stay() {
    let mut file = File::new();
    file.build(&two_values("x", "y"));
    file.edit("    version: 3.13.3\n", "");
    file.edit("sops:\n", "sops:\n    kms: []\n    version: 3.9.4\n");
    file.edit("-----\n          recipient: ", "-----\n          # anna\n          recipient: ");
    assert_eq!(file.build(&two_values("x", "y")), UNCHANGED);
    file.build(&two_values("x", "z"));
    assert!(file.text().contains("sops:\n    kms: []\n    version: 3.9.4\n    age:\n"));
    assert!(!file.text().contains("3.13.3"));
}

#[test]
fn old_order_of_a_recipient_and_its_key_stays() {
    let mut file = File::new();
    file.build(&two_values("x", "y"));
    file.edit(&format!("          recipient: {ANNA}\n"), "");
    file.edit("        - enc: |\n", &format!("        - recipient: {ANNA}\n          enc: |\n"));
    assert_eq!(file.build(&two_values("x", "y")), UNCHANGED);
    file.recipients = vec![ANNA, BERT];
    file.build(&two_values("x", "y"));
    let entry = format!("        - recipient: {BERT}\n          enc: |\n            -----BEGIN");
    assert!(file.text().contains(&entry), "{}", file.text());
}

#[test]
fn hand_edited_file_is_written_anew() {
    let mut file = File::new();
    file.build(&pull_secret("x"));
    file.edit("name: regcred", "name: other");
    assert_eq!(file.build(&pull_secret("x")), [Reason::HandEdited(OpenError::MacMismatch)]);
    file.edit(
        "dockerconfigjson: ENC[AES256_GCM,data:",
        "dockerconfigjson: ENC[AES256_GCM,data:AAAA",
    );
    let reasons = file.build(&pull_secret("x"));
    assert!(matches!(
        reasons.as_slice(),
        [Reason::HandEdited(OpenError::NotAuthentic { .. } | OpenError::MalformedValue { .. })]
    ));
}

#[test]
fn file_that_is_no_sealed_file_is_written_anew() {
    let mut file = File::new();
    for (text, expected) in [
        ("<<<<<<< ours\na: b\n=======\n", OpenError::ConflictMarkers { line: 1 }),
        ("a: b\n", OpenError::NotSealed),
        ("", OpenError::NotSealed),
    ] {
        file.text = Some(text.to_owned());
        assert_eq!(file.build(&pull_secret("x")), [Reason::Unreadable(expected)]);
    }
    file.text = Some(String::from("a: [\n"));
    let reasons = file.build(&pull_secret("x"));
    assert!(matches!(reasons.as_slice(), [Reason::Unreadable(OpenError::Syntax { .. })]));
}

#[test]
fn file_with_other_key_services_is_written_anew() {
    let mut file = File::new();
    file.build(&pull_secret("x"));
    file.edit("    version:", "    pgp:\n        - fp: ABCD\n    version:");
    assert_eq!(file.build(&pull_secret("x")), [Reason::OptionsChanged]);
    assert!(!file.text().contains("pgp"));
}

#[test]
fn fingerprint_proves_that_nothing_changed_without_an_identity() {
    for mac in [MacScope::All, MacScope::EncryptedOnly] {
        let mut file = File { mac, identity: None, fingerprint_key: Some(KEY), ..File::new() };
        file.build(&two_values("x", "y"));
        assert_eq!(file.build(&two_values("x", "y")), PROVEN);
        file.recipients = vec![ANNA, ANNA];
        assert_eq!(file.build(&two_values("x", "y")), PROVEN);
    }
}

#[test]
fn fingerprint_comes_before_the_identity() {
    let mut file = File { fingerprint_key: Some(KEY), ..File::new() };
    file.build(&pull_secret("x"));
    assert_eq!(file.build(&pull_secret("x")), PROVEN);
}

#[test]
fn fingerprint_is_no_content_for_who_has_no_key() {
    let mut file = File { fingerprint_key: Some(KEY), ..File::new() };
    file.build(&pull_secret("x"));
    file.fingerprint_key = None;
    assert_eq!(file.build(&pull_secret("x")), UNCHANGED);
    file.build(&pull_secret("y"));
    assert!(!file.text().contains("fingerprint"));
    assert!(!file.text().contains("annotations"));
}

/// Builds a file with a fingerprint and no identity, changes something, and builds again.
#[track_caller]
fn check_differs(mac: MacScope, change: impl FnOnce(&mut File) -> Document) {
    let mut file = File { mac, identity: None, fingerprint_key: Some(KEY), ..File::new() };
    file.build(&two_values("x", "y"));
    let wanted = change(&mut file);
    assert_eq!(file.build(&wanted), [Reason::FingerprintDiffers]);
    assert_eq!(file.build(&wanted), PROVEN);
}

#[test]
fn fingerprint_covers_what_is_wanted() {
    check_differs(MacScope::All, |_| two_values("x", "z"));
    check_differs(MacScope::All, |_| with_label(two_values("x", "y"), "platform"));
    check_differs(MacScope::All, |file| {
        file.mac = MacScope::EncryptedOnly;
        two_values("x", "y")
    });
    check_differs(MacScope::All, |file| {
        file.fingerprint_key = Some(OTHER_KEY);
        two_values("x", "y")
    });
}

#[test]
fn fingerprint_covers_what_stands_in_the_file() {
    for (from, to) in [
        ("name: regcred", "name: other"),
        ("# Made by", "# Not made by"),
        ("a: ENC[AES256_GCM,data:", "a: ENC[AES256_GCM,data:A"),
        ("lastmodified: \"2026", "lastmodified: \"2027"),
        ("            YWdl", "            ZWdl"),
        ("encrypted_regex: ^(data|stringData)$", "encrypted_regex: ^(data)$"),
    ] {
        for mac in [MacScope::All, MacScope::EncryptedOnly] {
            check_differs(mac, |file| {
                file.edit(from, to);
                two_values("x", "y")
            });
        }
    }
    // The MAC covers the fingerprint, or the fingerprint the MAC; never both.
    check_differs(MacScope::EncryptedOnly, |file| {
        file.edit("mac: ENC[AES256_GCM,data:", "mac: ENC[AES256_GCM,data:A");
        two_values("x", "y")
    });
}

#[test]
fn fingerprint_notices_the_mac_of_another_build() {
    check_differs(MacScope::All, |file| {
        let mut other = File { random: Seeded::new(2), fingerprint_key: Some(KEY), ..File::new() };
        other.build(&two_values("x", "y"));
        assert_eq!(file.line("lastmodified: "), other.line("lastmodified: "));
        file.edit(&file.line("mac: "), &other.line("mac: "));
        two_values("x", "y")
    });
}

#[test]
fn file_without_a_fingerprint_gets_one_and_keeps_its_values() {
    let mut file = File::new();
    file.build(&two_values("x", "y"));
    let (a, wrapped) = (file.line("a: "), file.wrapped());
    file.fingerprint_key = Some(KEY);
    assert_eq!(file.build(&two_values("x", "y")), [Reason::FingerprintMissing]);
    assert_eq!((file.line("a: "), file.wrapped()), (a, wrapped));
    assert_eq!(file.build(&two_values("x", "y")), PROVEN);
}

#[test]
fn file_without_a_fingerprint_and_identity_is_sealed_anew() {
    let mut file = File { identity: None, ..File::new() };
    file.build(&pull_secret("x"));
    file.fingerprint_key = Some(KEY);
    assert_eq!(file.build(&pull_secret("x")), [Reason::FingerprintMissing]);
}

#[test]
fn fingerprint_of_another_key_is_replaced_and_the_values_stay() {
    let mut file = File { fingerprint_key: Some(KEY), ..File::new() };
    file.build(&two_values("x", "y"));
    let a = file.line("a: ");
    file.fingerprint_key = Some(OTHER_KEY);
    assert_eq!(file.build(&two_values("x", "y")), [Reason::FingerprintDiffers]);
    assert_eq!(file.line("a: "), a);
    assert_eq!(file.build(&two_values("x", "y")), PROVEN);
}

#[test]
fn fingerprint_follows_every_change() {
    let mut file = File { fingerprint_key: Some(KEY), ..File::new() };
    file.build(&two_values("x", "y"));
    assert_eq!(file.build(&two_values("x", "z")), [Reason::ContentChanged]);
    assert_eq!(file.build(&two_values("x", "z")), PROVEN);
    file.recipients = vec![ANNA, BERT];
    assert_eq!(file.build(&two_values("x", "z")), [Reason::RecipientsAdded(names(&[BERT]))]);
    assert_eq!(file.build(&two_values("x", "z")), PROVEN);
    file.mac = MacScope::EncryptedOnly;
    assert_eq!(file.build(&two_values("x", "z")), [Reason::OptionsChanged]);
    assert_eq!(file.build(&two_values("x", "z")), PROVEN);
    file.recipients = vec![ANNA];
    assert_eq!(file.build(&two_values("x", "z")), [Reason::RecipientsRemoved(names(&[BERT]))]);
    assert_eq!(file.build(&two_values("x", "z")), PROVEN);
}

#[test]
fn annotations_of_the_user_stay_beside_the_fingerprint() {
    let annotations = Mapping::new().with("team", "platform");
    let metadata = Mapping::new().with("name", "regcred").with("annotations", annotations);
    let root = Mapping::new()
        .with("metadata", metadata)
        .with("data", Mapping::new().with("a", secret("x")).with("b", secret("y")));
    let wanted = Document::new(root);
    let mut file = File { fingerprint_key: Some(KEY), ..File::new() };
    file.build(&wanted);
    file.line("team: platform");
    file.line("regrender.dev/fingerprint: ");
    assert_eq!(file.build(&wanted), PROVEN);
    file.fingerprint_key = None;
    assert_eq!(file.build(&wanted), UNCHANGED);
}

/// A file that somebody else sealed with a data key of his own opens, and what it says may even be
/// right; with a key of the fingerprints a new secret is not sealed with that data key.
#[test]
fn planted_data_key_is_not_used() {
    let mut planted = File::new();
    planted.build(&pull_secret("guess"));
    let planted_keys = planted.wrapped();
    planted.fingerprint_key = Some(KEY);
    assert_eq!(planted.build(&pull_secret("real")), [Reason::ContentChanged]);
    assert_ne!(planted.wrapped(), planted_keys);
}

#[test]
fn several_documents_are_one_too_many() {
    let mut file = File::new();
    file.build(&pull_secret("x"));
    let second = file.text().to_owned();
    file.text = Some(format!("{}---\n{second}", file.text()));
    let reasons = file.build(&pull_secret("x"));
    assert!(matches!(reasons.as_slice(), [Reason::HandEdited(_) | Reason::ContentChanged]));
    assert_eq!(file.build(&pull_secret("x")), UNCHANGED);
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
