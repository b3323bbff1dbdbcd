//! A whole document as one armored age file, with a mark of ours in its header.
//!
//! Readers of age files skip stanzas of a kind they do not know, and the MAC of the header covers
//! them. The mark says for whom the file is, which an age file itself does not say, and holds the
//! fingerprint.

mod inspection;

use age_core::format::Stanza;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use regrender_document::SecretText;
use sha2::{Digest as _, Sha256};

pub use self::inspection::{AgeInspection, inspect_age};
use crate::armor;
use crate::container;
use crate::error::SealError;
use crate::fingerprint::FingerprintKey;
use crate::random::SealContext;
use crate::recipient::Recipients;
use crate::stanza;

const MARK_TAG: &str = "regrender";
/// Stands where the fingerprint would stand.
const NO_FINGERPRINT: &str = "-";

/// A plain age file that was taken apart without opening it.
#[derive(Debug)]
pub(crate) struct SealedAge {
    /// The stanzas without the mark.
    pub(crate) stanzas: Vec<Stanza>,
    pub(crate) payload: Vec<u8>,
    /// The mark, if the file is ours.
    pub(crate) mark: Option<Mark>,
}

/// What our stanza says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) fingerprint: Option<String>,
    recipients: String,
}

/// Encrypts `text` for `recipients` as one armored age file. With a key for it, the file gets a
/// fingerprint.
///
/// # Errors
///
/// Says for which recipient wrapping failed.
pub fn seal_age(
    text: &SecretText,
    recipients: &Recipients,
    fingerprint_key: Option<&FingerprintKey>,
    context: &mut SealContext<'_>,
) -> Result<String, SealError> {
    let file_key = container::draw_file_key(context);
    let mut stanzas = Vec::new();
    for recipient in recipients {
        stanzas.extend(recipient.wrap(&file_key, context)?);
    }
    let payload = container::write_payload(text.expose().as_bytes(), &file_key, context);
    let fingerprint = fingerprint_key.map(|key| key.of_age(text, recipients, &stanzas, &payload));
    stanzas.push(Mark { fingerprint, recipients: digest(recipients) }.into_stanza());
    Ok(armor::write(&container::write(&stanzas, &payload, &file_key)))
}

impl SealedAge {
    /// Takes an armored file apart, or says that it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = armor::parse(text)?;
        let file = stanza::parse(&bytes)?;
        let payload = file.payload.to_vec();
        let (marks, stanzas): (Vec<Stanza>, Vec<Stanza>) =
            file.stanzas.into_iter().partition(|stanza| stanza.tag == MARK_TAG);
        let mark = match marks.as_slice() {
            [mark] => Mark::of_stanza(mark),
            _ => None,
        };
        Some(Self { stanzas, payload, mark })
    }
}

impl Mark {
    /// Says whether the file is for exactly these recipients.
    pub(crate) fn is_for(&self, recipients: &Recipients) -> bool {
        self.recipients == digest(recipients)
    }

    fn of_stanza(stanza: &Stanza) -> Option<Self> {
        let [fingerprint, recipients] = stanza.args.as_slice() else {
            return None;
        };
        let fingerprint = (fingerprint != NO_FINGERPRINT).then(|| fingerprint.clone());
        Some(Self { fingerprint, recipients: recipients.clone() })
    }

    fn into_stanza(self) -> Stanza {
        let fingerprint = self.fingerprint.unwrap_or_else(|| NO_FINGERPRINT.to_owned());
        let args = vec![fingerprint, self.recipients];
        Stanza { tag: MARK_TAG.to_owned(), args, body: Vec::new() }
    }
}

/// A digest of the recipients, which are public; it is equal for equal sets.
fn digest(recipients: &Recipients) -> String {
    let mut hash = Sha256::new();
    for recipient in recipients.sorted() {
        hash.update(recipient);
        hash.update("\n");
    }
    BASE64_URL_SAFE_NO_PAD.encode(hash.finalize())
}
