//! What the metadata says: the MAC, the rule, the version, and the order of it all.

use regrender_seal::{MacScope, Reason};

use super::{File, UNCHANGED, two_values};
use crate::support::{ANNA, BERT, pull_secret};

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
