//! What of a file stays when something else is wanted.

use regrender_document::Mapping;
use regrender_seal::Reason;

use super::{File, KEY, UNCHANGED, two_values, with_label};
use crate::sealing::nonces;
use crate::support::{pull_secret, secret, with_data};

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
fn spelling_is_not_content() {
    let mut file = File::new();
    file.build(&pull_secret("x"));
    file.edit("kind: Secret", "kind: 'Secret'");
    file.edit("type: kubernetes.io", "type:    kubernetes.io");
    assert_eq!(file.build(&pull_secret("x")), UNCHANGED);
}
