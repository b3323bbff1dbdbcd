//! Recipients, as far as their spelling tells.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bech32::primitives::checksum::Checksum;
use bech32::primitives::decode::UncheckedHrpstring;
use regrender_diagnostic::{Diagnostic, Span, Spanned};

use crate::problem::recipient::{self as problem, Looks};
use crate::problem::{Problems, shape};
use crate::{Recipient, RecipientKind};

/// Bech32 as age uses it: without the limit of 90 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LongBech32 {}

impl Checksum for LongBech32 {
    type MidstateRepr = u32;
    const CODE_LENGTH: usize = usize::MAX;
    const CHECKSUM_LENGTH: usize = bech32::Bech32::CHECKSUM_LENGTH;
    const GENERATOR_SH: [u32; 5] = bech32::Bech32::GENERATOR_SH;
    const TARGET_RESIDUE: u32 = bech32::Bech32::TARGET_RESIDUE;
}

/// An X25519 public key has 32 bytes.
const X25519_LENGTH: usize = 32;
/// A post-quantum public key is one of ML-KEM-768, and one of X25519.
const POST_QUANTUM_LENGTH: usize = 1184 + X25519_LENGTH;
const ED25519_LENGTH: usize = 32;
/// age refuses RSA keys that are shorter.
const SHORTEST_RSA_BITS: usize = 2048;

/// Checks a list of recipients.
pub(crate) fn list(
    owner: &str,
    items: &[Spanned<String>],
    problems: &mut Problems,
) -> Option<Vec<Recipient>> {
    let found_before = problems.len();
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    let mut recipients = Vec::new();
    for item in items {
        match recipient(item) {
            Ok(recipient) => {
                if let Some(first) = seen.get(&recipient.text) {
                    let (first, again) = (first.clone(), item.span.clone());
                    let text = short(&recipient.text);
                    problems.push(shape::listed_twice(owner, "recipients", &text, first, again));
                }
                seen.entry(recipient.text.clone()).or_insert_with(|| item.span.clone());
                recipients.push(recipient);
            }
            Err(found) => problems.push(*found),
        }
    }
    if problems.len() > found_before {
        return None;
    }
    problems.extend(mixed(owner, &recipients));
    Some(recipients)
}

/// Warns of a key that a quantum computer breaks, beside one that it does not break. What a plugin
/// does is not known.
fn mixed(owner: &str, recipients: &[Recipient]) -> Option<Diagnostic> {
    let strong =
        recipients.iter().find(|recipient| recipient.kind == RecipientKind::PostQuantum)?;
    let weak = recipients.iter().find(|recipient| {
        use RecipientKind::{SshEd25519, SshRsa, X25519};
        matches!(recipient.kind, X25519 | SshEd25519 | SshRsa)
    })?;
    Some(problem::mixed(owner, strong.span.clone(), weak.span.clone()))
}

/// Returns the ends of a recipient, enough to tell it from others: SSH keys of one kind begin alike.
fn short(text: &str) -> String {
    const START: usize = 16;
    const END: usize = 8;
    let letters: Vec<char> = text.chars().collect();
    match (letters.get(..START), letters.get(letters.len().saturating_sub(END)..)) {
        (Some(start), Some(end)) if letters.len() > START + END => {
            start.iter().chain(&['…']).chain(end).collect()
        }
        _ => text.to_owned(),
    }
}

fn recipient(item: &Spanned<String>) -> Result<Recipient, Box<Diagnostic>> {
    let text = item.value.trim();
    let span = || item.span.clone();
    let upper = text.to_ascii_uppercase();
    // Bech32 may be all in capitals or all in small letters, and so may a slip.
    if upper.starts_with("AGE-SECRET-KEY-")
        || upper.starts_with("AGE-PLUGIN-")
        || text.contains("-----BEGIN")
    {
        return Err(Box::new(problem::secret_key(span())));
    }
    if text.split_whitespace().filter(|word| word.starts_with("age1")).count() > 1
        || text.contains("age1") && text.contains(',')
    {
        return Err(Box::new(problem::unknown(span(), Looks::Several)));
    }
    if upper.starts_with("AGE1") {
        return age(text, &item.span);
    }
    if text.starts_with("ssh-") || text.starts_with("ecdsa-") || text.starts_with("sk-") {
        return ssh(text, &item.span);
    }
    Err(Box::new(problem::unknown(span(), looks(text))))
}

fn looks(text: &str) -> Looks {
    let is_hexadecimal = text.chars().all(|c| c.is_ascii_hexdigit() || c == ' ');
    if text.starts_with("AAAA") {
        Looks::SshWithoutType
    } else if text.len() >= 16 && is_hexadecimal {
        Looks::Pgp
    } else if is_of_key_service(text) {
        Looks::KeyService
    } else if text.contains('@') {
        Looks::Email
    } else if text.contains('/') || text.starts_with('~') || has_key_ending(text) {
        Looks::File
    } else {
        Looks::Other
    }
}

/// Says whether sops takes a key so spelled: of AWS, of Google, of Azure and of Vault.
fn is_of_key_service(text: &str) -> bool {
    ["arn:", "projects/", "https://", "http://"].iter().any(|start| text.starts_with(start))
}

fn has_key_ending(text: &str) -> bool {
    [".txt", ".pub", ".key", ".age"].iter().any(|ending| text.ends_with(ending))
}

fn age(text: &str, span: &Span) -> Result<Recipient, Box<Diagnostic>> {
    let damaged = |reason: &str| Box::new(problem::damaged(span.clone(), reason));
    if text.chars().any(char::is_whitespace) {
        return Err(damaged("must be one word"));
    }
    // Readers compare the beginning letter by letter, so capitals would not do.
    if text.chars().any(|c| c.is_ascii_uppercase()) {
        return Err(damaged("must be in lower case"));
    }
    let Ok(unchecked) = UncheckedHrpstring::new(text) else {
        return Err(damaged("holds a character that a recipient cannot hold"));
    };
    if !unchecked.has_valid_checksum::<LongBech32>() {
        return Err(damaged(
            "a character is wrong, missing or too many: the checksum does not fit",
        ));
    }
    let name = unchecked.hrp().to_string();
    let length = unchecked.remove_checksum::<LongBech32>().byte_iter().count();
    let (kind, right_length) = match name.strip_prefix("age1") {
        Some("") => return Err(damaged("names no plugin")),
        Some("pq") => (RecipientKind::PostQuantum, POST_QUANTUM_LENGTH),
        Some(plugin) => (RecipientKind::Plugin(plugin.to_owned()), length),
        None => (RecipientKind::X25519, X25519_LENGTH),
    };
    if length != right_length {
        return Err(damaged("is too short or too long"));
    }
    Ok(Recipient { text: text.to_owned(), kind, span: span.clone() })
}

fn ssh(text: &str, span: &Span) -> Result<Recipient, Box<Diagnostic>> {
    let unusable = |reason: &str| Box::new(problem::unusable_ssh_key(span.clone(), reason));
    let damaged = |reason: &str| Box::new(problem::damaged_ssh_key(span.clone(), reason));
    let mut words = text.split_whitespace();
    let name = words.next().unwrap_or_default();
    let kind = match name {
        "ssh-ed25519" => RecipientKind::SshEd25519,
        "ssh-rsa" => RecipientKind::SshRsa,
        name if name.contains("-cert-") => return Err(unusable("a certificate, not a key")),
        name if name.starts_with("sk-") => return Err(unusable("a key on a security token")),
        _ => return Err(unusable("must be `ssh-ed25519` or `ssh-rsa`")),
    };
    let Some(encoded) = words.next() else { return Err(damaged("has only its type")) };
    let Ok(bytes) = BASE64_STANDARD.decode(encoded) else {
        return Err(damaged("what follows the type is no Base64"));
    };
    let mut fields = Fields(&bytes);
    // RFC 4253 §6.6: the key repeats its type.
    if fields.next() != Some(name.as_bytes()) {
        return Err(damaged("the key is of another type than the text before it"));
    }
    let right = if kind == RecipientKind::SshEd25519 {
        fields.next().is_some_and(|key| key.len() == ED25519_LENGTH)
    } else {
        let exponent = fields.next();
        let bits = fields.next().map(bits);
        if bits.is_some_and(|bits| bits < SHORTEST_RSA_BITS) {
            return Err(unusable("fewer than 2048 bits"));
        }
        exponent.is_some() && bits.is_some()
    };
    if !right || !fields.0.is_empty() {
        return Err(damaged("the key is too short or too long"));
    }
    Ok(Recipient { text: format!("{name} {encoded}"), kind, span: span.clone() })
}

/// Counts the bits of a number in the wire format.
fn bits(number: &[u8]) -> usize {
    let significant: &[u8] = match number.iter().position(|byte| *byte != 0) {
        Some(first) => number.get(first..).unwrap_or_default(),
        None => return 0,
    };
    let leading = significant.first().map_or(0, |byte| byte.leading_zeros());
    significant.len() * 8 - leading as usize
}

/// The fields of an SSH key in the wire format (RFC 4251 §5): a length, then so many bytes.
struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    fn next(&mut self) -> Option<&'b [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (field, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An SSH key of these fields, behind its type.
    fn key(name: &str, fields: &[&[u8]]) -> String {
        let mut bytes = Vec::new();
        for field in [name.as_bytes()].iter().chain(fields) {
            bytes.extend(u32::try_from(field.len()).unwrap().to_be_bytes());
            bytes.extend(*field);
        }
        format!("{name} {}", BASE64_STANDARD.encode(bytes))
    }

    /// A number of so many bits, which begins with a zero where it would be negative otherwise.
    fn number(bits: usize) -> Vec<u8> {
        let mut number = vec![0xff; bits.div_ceil(8) + 1];
        number[0] = 0;
        number[1] >>= bits.next_multiple_of(8) - bits;
        number
    }

    #[track_caller]
    fn check(text: String, label: Option<&str>) {
        let found = recipient(&Spanned::new(text, 0..0));
        assert_eq!(found.err().map(|problem| problem.labels[0].text.clone()).as_deref(), label);
    }

    #[test]
    fn an_rsa_key_has_2048_bits_at_least() {
        let exponent: &[u8] = &[1, 0, 1];
        check(key("ssh-rsa", &[exponent, &number(2048)]), None);
        check(key("ssh-rsa", &[exponent, &number(4096)]), None);
        check(key("ssh-rsa", &[exponent, &number(2047)]), Some("fewer than 2048 bits"));
        check(key("ssh-rsa", &[exponent, &[0]]), Some("fewer than 2048 bits"));
    }

    #[test]
    fn an_ssh_key_has_all_its_fields_and_no_more() {
        let length = Some("the key is too short or too long");
        check(key("ssh-ed25519", &[&[7; 32]]), None);
        check(key("ssh-ed25519", &[&[7; 31]]), length);
        check(key("ssh-ed25519", &[&[7; 32], b"more"]), length);
        check(key("ssh-ed25519", &[]), length);
        check(key("ssh-rsa", &[&[1, 0, 1], &number(2048), b"more"]), length);
        check(key("ssh-rsa", &[&number(2048)]), length);
        check(key("ssh-rsa", &[]), length);
    }

    #[test]
    fn a_long_recipient_is_told_by_its_ends() {
        assert_eq!(short("age1short1qqqqqq99999999"), "age1short1qqqqqq99999999");
        assert_eq!(short("age1longer1qqqqq_99999999"), "age1longer1qqqqq…99999999");
    }
}
