//! Which texts are recipients.

use regrender_seal::{Recipient, RecipientError, Recipients, short_recipient};

use crate::support::{
    ANNA, ANNAS_IDENTITY, BERT, CARL, CARLS_IDENTITY, RSA_RECIPIENT, dora, key_in, recipients,
};

const PLUGIN: &str = "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t";

#[track_caller]
fn check_refused(text: &str, expected: RecipientError) {
    assert_eq!(Recipient::parse(text).map(|_| ()), Err(expected));
}

#[test]
fn age_recipient_needs_no_plugin() {
    let recipient = Recipient::parse(ANNA).unwrap();
    assert_eq!(recipient.as_str(), ANNA);
    assert_eq!(recipient.plugin(), None);
    assert_eq!(format!("{recipient:?}"), format!("Recipient({ANNA:?})"));
}

#[test]
fn ssh_recipient_needs_no_plugin() {
    let recipient = Recipient::parse(CARL).unwrap();
    assert_eq!(recipient.to_string(), CARL);
    assert_eq!(recipient.plugin(), None);
}

#[test]
fn remark_behind_an_ssh_key_is_no_part_of_it() {
    assert_eq!(Recipient::parse(&format!("{CARL} carl@laptop")).unwrap().as_str(), CARL);
}

/// As age refuses it: nobody could open what is sealed for such a key.
#[test]
fn ssh_key_with_a_letter_too_many_is_damaged() {
    for key in [CARL, RSA_RECIPIENT] {
        let [kind, letters, ..] = key.split_whitespace().collect::<Vec<_>>()[..] else { panic!() };
        for at in 0..=letters.len() {
            let (start, end) = letters.split_at(at);
            for more in ["n", "test"] {
                let text = format!("{kind} {start}{more}{end} carl");
                assert!(Recipient::parse(&text).is_err(), "{text}");
            }
        }
        check_refused(&format!("{kind} {letters}n"), RecipientError::Damaged);
        check_refused(&format!("{kind} {letters}test"), RecipientError::Damaged);
    }
}

#[test]
fn plugin_recipient_names_its_plugin() {
    let recipient = Recipient::parse(PLUGIN).unwrap();
    assert_eq!(recipient.plugin(), Some("yubikey"));
}

#[test]
fn white_space_around_a_recipient_does_not_count() {
    assert_eq!(Recipient::parse(&format!("  {ANNA}\n")).unwrap().as_str(), ANNA);
}

#[test]
fn capital_letters_are_written_small() {
    assert_eq!(Recipient::parse(&ANNA.to_ascii_uppercase()).unwrap().as_str(), ANNA);
}

#[test]
fn post_quantum_recipient_needs_no_plugin() {
    let recipient = Recipient::parse(dora()).unwrap();
    assert_eq!(recipient.as_str(), dora());
    assert_eq!(recipient.plugin(), None);
}

/// Nothing that begins like one is taken for the recipient of a plugin with the name `pq`.
#[test]
fn post_quantum_recipient_that_was_not_copied_whole_is_damaged() {
    check_refused("age1pq1qqqq", RecipientError::Damaged);
    check_refused(&dora()[..dora().len() - 1], RecipientError::Damaged);
}

#[test]
fn only_long_recipients_are_abbreviated() {
    for text in [ANNA, CARL, PLUGIN, ""] {
        assert_eq!(short_recipient(text), text);
    }
    assert_eq!(short_recipient(dora()), "age1pq19rm6lc04wvd95g2s7z6tsxnlv…jwa78gjgqcnq");
    assert_eq!(short_recipient(&"a".repeat(120)), "a".repeat(120));
    assert_eq!(short_recipient(&"a".repeat(121)), "a".repeat(32) + "…" + &"a".repeat(12));
    assert_eq!(short_recipient(&"é".repeat(100)), "é".repeat(16) + "…" + &"é".repeat(6));
}

#[test]
fn secret_key_is_no_recipient() {
    check_refused(key_in(ANNAS_IDENTITY), RecipientError::SecretKey);
    check_refused(CARLS_IDENTITY, RecipientError::SecretKey);
}

#[test]
fn recipient_that_was_not_copied_whole_is_damaged() {
    check_refused(&ANNA[..ANNA.len() - 1], RecipientError::Damaged);
    check_refused(&CARL[..CARL.len() - 9], RecipientError::Damaged);
    check_refused(&ANNA.replace("9nt", "9nn"), RecipientError::Damaged);
}

#[test]
fn other_texts_are_no_recipients() {
    check_refused("", RecipientError::Empty);
    check_refused("anna@example.com", RecipientError::Unknown);
    check_refused("ssh-dss AAAAB3NzaC1kc3M=", RecipientError::SshKeyType);
    check_refused("ssh-", RecipientError::SshKeyType);
}

#[test]
fn recipients_are_listed_once_and_in_order() {
    let listed = recipients(&[BERT, ANNA, BERT]);
    let texts: Vec<&str> = listed.iter().map(Recipient::as_str).collect();
    assert_eq!(texts, [BERT, ANNA]);
}

#[test]
fn nobody_is_no_list_of_recipients() {
    assert!(Recipients::new(Vec::new()).is_none());
}
