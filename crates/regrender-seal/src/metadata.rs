//! The `sops` block of a sealed file.
//!
//! Reads it in any order and as loosely typed as sops does; writes it in alphabetical order, as
//! sops does since 3.13; rewrites it in the order found.

use regrender_document::{Item, Mapping, Node, Scalar, number};

use crate::data_key::WrappedKey;
use crate::error::MetadataError;
use crate::mac::MacScope;
use crate::selector::{Selector, SelectorKind};
use crate::timestamp;

/// The key under which the metadata stands.
pub(crate) const KEY: &str = "sops";
/// The version of sops whose files ours are like. It says nothing about this program, and a new
/// version of this program does not change it.
pub(crate) const FORMAT_VERSION: &str = "3.13.3";

const AGE: &str = "age";
const ENC: &str = "enc";
const RECIPIENT: &str = "recipient";
const LAST_MODIFIED: &str = "lastmodified";
const MAC: &str = "mac";
const MAC_ONLY_ENCRYPTED: &str = "mac_only_encrypted";
const VERSION: &str = "version";
const KEY_GROUPS: &str = "key_groups";
/// The other key services of sops.
const OTHER_SERVICES: [&str; 6] = ["kms", "gcp_kms", "hckms", "azure_kv", "hc_vault", "pgp"];

/// What the `sops` block says.
#[derive(Clone, Debug)]
pub(crate) struct Metadata {
    /// The copies of the data key for age recipients, in order.
    pub(crate) wrapped_keys: Vec<WrappedKey>,
    /// The names of other key services that can unwrap the data key.
    pub(crate) other_services: Vec<String>,
    /// Whether the data key is split between groups of keys.
    pub(crate) has_key_groups: bool,
    /// When the file was last changed, as it is authenticated with the MAC.
    pub(crate) last_modified: String,
    /// The MAC as it stands in the file; empty when there is none.
    pub(crate) mac: String,
    /// Which values the MAC covers.
    pub(crate) mac_scope: MacScope,
    /// Which values are encrypted.
    pub(crate) selector: Selector,
    /// The version of sops that the file says it is from.
    pub(crate) version: String,
}

impl Metadata {
    /// Reads the block.
    ///
    /// # Errors
    ///
    /// Says which field is wrong.
    pub(crate) fn parse(block: &Mapping) -> Result<Self, MetadataError> {
        let last_modified = timestamp::normalize(&text(block, LAST_MODIFIED)?)
            .ok_or(MetadataError::LastModified)?;
        let wrapped_keys = parse_wrapped_keys(block)?;
        let other_services = other_services(block)?;
        // sops looks at the groups when no key stands outside of them, and a threshold alone, which
        // it writes for a single group too, splits nothing.
        let has_key_groups = wrapped_keys.is_empty() && other_services.is_empty();
        let metadata = Self {
            wrapped_keys,
            other_services,
            has_key_groups,
            last_modified,
            mac: text(block, MAC)?,
            mac_scope: parse_mac_scope(block)?,
            selector: parse_selector(block)?,
            version: text(block, VERSION)?,
        };
        if has_key_groups && list(block, KEY_GROUPS)?.is_empty() {
            return Err(MetadataError::NoRecipients);
        }
        Ok(metadata)
    }

    /// Spells the block for a new file. Of what others wrote, only what this crate can write is
    /// kept.
    pub(crate) fn write(self) -> Mapping {
        let keys = self.wrapped_keys.into_iter().map(|WrappedKey { recipient, enc }| {
            Node::from(Mapping::new().with(ENC, enc).with(RECIPIENT, recipient))
        });
        let block = Mapping::new()
            .with(AGE, Node::list(keys))
            .with(self.selector.kind().name(), self.selector.text())
            .with(LAST_MODIFIED, self.last_modified)
            .with(MAC, self.mac);
        let block = match self.mac_scope {
            MacScope::All => block,
            MacScope::EncryptedOnly => block.with(MAC_ONLY_ENCRYPTED, true),
        };
        block.with(VERSION, self.version)
    }

    /// Spells the block anew with the keys of `found` in their order, and with what `found` has
    /// that this crate does not know.
    pub(crate) fn rewrite(self, found: &Mapping) -> Mapping {
        let mut written = self.write();
        let mut block = Mapping::new();
        for (key, value) in found.pairs() {
            if key == VERSION
                && let Some(scope) = written.remove(MAC_ONLY_ENCRYPTED)
            {
                block.push(MAC_ONLY_ENCRYPTED, scope);
            }
            match written.remove(key) {
                // The wrapped keys are the only list.
                Some(Node::Sequence(items)) => block.push(AGE, in_order_of(value, items)),
                Some(value) => block.push(key.to_owned(), value),
                None if key == MAC_ONLY_ENCRYPTED => {}
                None => block.push(key.to_owned(), value.clone()),
            }
        }
        block.extend(written);
        block
    }
}

/// Puts the keys of each entry in the order of `found`: before 3.13 sops wrote the recipient of an
/// entry before its wrapped key.
fn in_order_of(found: &Node, mut written: Vec<Item>) -> Node {
    let Node::Sequence(items) = found else {
        return Node::Sequence(written);
    };
    let mut entries = items.iter().filter_map(|item| item.as_value()?.as_mapping());
    let first_key = entries.find_map(|entry| entry.pairs().next().map(|(key, _)| key));
    if first_key == Some(RECIPIENT) {
        for item in &mut written {
            if let Item::Value(Node::Mapping(entry)) = item
                && let Some(enc) = entry.remove(ENC)
            {
                entry.push(ENC, enc);
            }
        }
    }
    Node::Sequence(written)
}

fn parse_wrapped_keys(block: &Mapping) -> Result<Vec<WrappedKey>, MetadataError> {
    let parse = |node: &Node| match node {
        Node::Mapping(entry) => {
            Ok(WrappedKey { recipient: text(entry, RECIPIENT)?, enc: text(entry, ENC)? })
        }
        // To sops it is an entry without fields.
        Node::Scalar(Scalar::Null) => {
            Ok(WrappedKey { recipient: String::new(), enc: String::new() })
        }
        _ => Err(MetadataError::WrongType(AGE)),
    };
    list(block, AGE)?.into_iter().map(parse).collect()
}

fn other_services(block: &Mapping) -> Result<Vec<String>, MetadataError> {
    let mut present = Vec::new();
    for service in OTHER_SERVICES {
        if !list(block, service)?.is_empty() {
            present.push(service.to_owned());
        }
    }
    Ok(present)
}

fn parse_mac_scope(block: &Mapping) -> Result<MacScope, MetadataError> {
    let wrong = MetadataError::WrongType(MAC_ONLY_ENCRYPTED);
    let only = match field(block, MAC_ONLY_ENCRYPTED) {
        None | Some(Node::Scalar(Scalar::Null)) => false,
        Some(Node::Scalar(Scalar::Bool(value))) => *value,
        Some(Node::Scalar(Scalar::Integer(value))) => *value != 0,
        Some(Node::Scalar(Scalar::Text(text))) if text.is_empty() => false,
        Some(Node::Scalar(Scalar::Text(text))) => parse_bool(text).ok_or(wrong)?,
        Some(_) => return Err(wrong),
    };
    Ok(if only { MacScope::EncryptedOnly } else { MacScope::All })
}

/// Reads a truth value as Go's `ParseBool` does.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

fn parse_selector(block: &Mapping) -> Result<Selector, MetadataError> {
    let mut found = None;
    for kind in SelectorKind::ALL {
        let text = text(block, kind.name())?;
        if text.is_empty() {
            continue;
        }
        if found.is_some() {
            return Err(MetadataError::SeveralSelectors);
        }
        found = Some(Selector::new(kind, &text)?);
    }
    Ok(found.unwrap_or_else(Selector::of_sops))
}

/// Reads a field as text; a field that is missing is empty, and so is one of an unexpected simple
/// type spelled out, as for sops.
fn text(block: &Mapping, name: &'static str) -> Result<String, MetadataError> {
    match field(block, name) {
        None | Some(Node::Scalar(Scalar::Null)) => Ok(String::new()),
        Some(Node::Scalar(Scalar::Text(text))) => Ok(text.clone()),
        Some(Node::Scalar(Scalar::Integer(value))) => Ok(value.to_string()),
        Some(Node::Scalar(Scalar::Float(value))) => Ok(number::plain(*value)),
        Some(Node::Scalar(Scalar::Bool(value))) => Ok(u8::from(*value).to_string()),
        Some(_) => Err(MetadataError::WrongType(name)),
    }
}

/// Finds a field by its name, or else by its name in other letter case, as sops does.
fn field<'a>(block: &'a Mapping, name: &str) -> Option<&'a Node> {
    let other_case = || block.pairs().find(|(key, _)| key.eq_ignore_ascii_case(name));
    block.get(name).or_else(|| other_case().map(|(_, node)| node))
}

/// Reads a field as a list. A single entry stands for a list of one and an entry without fields for
/// an empty one, as for sops.
fn list<'a>(block: &'a Mapping, name: &'static str) -> Result<Vec<&'a Node>, MetadataError> {
    match field(block, name) {
        None | Some(Node::Scalar(Scalar::Null)) => Ok(Vec::new()),
        Some(Node::Sequence(items)) => Ok(items.iter().filter_map(Item::as_value).collect()),
        Some(Node::Mapping(entry)) if entry.is_empty() => Ok(Vec::new()),
        Some(entry @ Node::Mapping(_)) => Ok(vec![entry]),
        Some(_) => Err(MetadataError::WrongType(name)),
    }
}

#[cfg(test)]
mod tests {
    use regrender_document::{Document, Spelling, parse};

    use super::*;

    const SMALLEST: &str = "age: [{recipient: age1x, enc: file}]\n\
        lastmodified: \"2026-11-21T01:59:59Z\"\nmac: ENC[x]\nversion: 3.13.3\n";

    fn block(yaml: &str) -> Mapping {
        parse(yaml).unwrap().remove(0).root
    }

    fn metadata(yaml: &str) -> Metadata {
        Metadata::parse(&block(yaml)).unwrap()
    }

    fn spelled(block: Mapping) -> String {
        Document::new(block).emit(Spelling::Sops).unwrap()
    }

    #[track_caller]
    fn check_refused(yaml: &str, expected: &MetadataError) {
        assert_eq!(Metadata::parse(&block(yaml)).map(|_| ()).as_ref(), Err(expected), "{yaml}");
    }

    #[track_caller]
    fn check_scope(value: &str, expected: MacScope) {
        let found = metadata(&format!("{SMALLEST}mac_only_encrypted: {value}\n")).mac_scope;
        assert_eq!(found, expected, "{value}");
    }

    #[test]
    fn new_metadata_is_in_alphabetical_order() {
        insta::assert_snapshot!(spelled(metadata(SMALLEST).write()), @r#"
        age:
            - enc: file
              recipient: age1x
        unencrypted_suffix: _unencrypted
        lastmodified: "2026-11-21T01:59:59Z"
        mac: ENC[x]
        version: 3.13.3
        "#);
    }

    #[test]
    fn metadata_is_rewritten_in_the_order_found() {
        let found = "shamir_threshold: 0\nkms: []\nage:\n    - recipient: age1x\n      enc: file\n\
            lastmodified: \"2026-11-21T01:59:59Z\"\nmac: ENC[x]\npgp: []\n\
            encrypted_regex: ^(data|stringData)$\nversion: 3.9.4\n";
        let rewritten = |mac_scope, block_text: &str| {
            spelled(Metadata { mac_scope, ..metadata(found) }.rewrite(&block(block_text)))
        };
        assert_eq!(rewritten(MacScope::All, found), found);
        let expected = found.replace("version", "mac_only_encrypted: true\nversion");
        assert_eq!(rewritten(MacScope::EncryptedOnly, found), expected);
        assert_eq!(rewritten(MacScope::All, &expected), found);
    }

    #[test]
    fn truth_values_may_be_loosely_typed() {
        for value in ["true", "\"true\"", "\"1\"", "1", "\"T\""] {
            check_scope(value, MacScope::EncryptedOnly);
        }
        for value in ["false", "\"false\"", "0", "\"\"", "null"] {
            check_scope(value, MacScope::All);
        }
    }

    #[test]
    fn single_entry_stands_for_a_list_of_one() {
        let found = metadata(&SMALLEST.replace("[{", "{").replace("}]", "}"));
        assert_eq!(found.wrapped_keys.len(), 1);
    }

    #[test]
    fn null_among_the_keys_is_an_entry_without_fields() {
        for empty in ["null", "~", "{}"] {
            let found = metadata(&SMALLEST.replace("[{", &format!("[{empty}, {{")));
            let recipients: Vec<&str> =
                found.wrapped_keys.iter().map(|key| key.recipient.as_str()).collect();
            assert_eq!(recipients, ["", "age1x"], "{empty}");
        }
    }

    #[test]
    fn names_of_fields_may_be_in_other_letter_case() {
        assert_eq!(metadata(&SMALLEST.replace("mac:", "MAC:")).mac, "ENC[x]");
    }

    #[test]
    fn simple_values_stand_for_their_texts() {
        let found = metadata(&SMALLEST.replace("3.13.3", "3.5").replace("ENC[x]", "12"));
        assert_eq!((found.version.as_str(), found.mac.as_str()), ("3.5", "12"));
        assert_eq!(metadata(&SMALLEST.replace("3.13.3", "true")).version, "1");
    }

    #[test]
    fn other_key_services_are_named() {
        let found =
            metadata(&format!("{SMALLEST}pgp: [{{fp: x}}]\nkms: []\nhc_vault: [{{a: b}}]\n"));
        assert_eq!(found.other_services, ["hc_vault", "pgp"]);
        let found = metadata(&format!("{SMALLEST}pgp: {{}}\nkms: {{arn: x}}\nhckms: null\n"));
        assert_eq!(found.other_services, ["kms"]);
    }

    const ENTRY: &str = "[{recipient: age1x, enc: file}]";

    #[test]
    fn data_key_is_split_when_it_stands_in_groups_only() {
        let groups = "[]\nkey_groups: [{age: [{recipient: age1x, enc: file}]}]";
        assert!(metadata(&SMALLEST.replace(ENTRY, groups)).has_key_groups);
        for beside in ["shamir_threshold: 2", "key_groups: [{age: []}]", "key_groups: {}"] {
            assert!(!metadata(&format!("{SMALLEST}{beside}\n")).has_key_groups, "{beside}");
        }
        let elsewhere = format!("{groups}\npgp: [{{fp: x}}]");
        assert!(!metadata(&SMALLEST.replace(ENTRY, &elsewhere)).has_key_groups);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let wrong = MetadataError::WrongType("age");
        check_refused(&SMALLEST.replace(ENTRY, "[x]"), &wrong);
        check_refused(&SMALLEST.replace(ENTRY, "x"), &wrong);
        for none in ["[]", "{}", "null", "[]\nkey_groups: []"] {
            check_refused(&SMALLEST.replace(ENTRY, none), &MetadataError::NoRecipients);
        }
        check_refused(&format!("{SMALLEST}pgp: x\n"), &MetadataError::WrongType("pgp"));
        check_refused(&SMALLEST.replace("ENC[x]", "[x]"), &MetadataError::WrongType("mac"));
        let two = format!("{SMALLEST}encrypted_suffix: a\nunencrypted_suffix: b\n");
        check_refused(&two, &MetadataError::SeveralSelectors);
    }
}
