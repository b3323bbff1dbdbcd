//! What of a file stays when it is for others.

use regrender_seal::Reason;

use super::{File, KEY, OTHER_KEY, UNCHANGED, names, two_values};
use crate::sealing::nonces;
use crate::support::{ANNA, BERT, CARL, pull_secret};

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
