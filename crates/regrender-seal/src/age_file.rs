//! A whole document as one armored age file, with a mark of ours in its header.
//!
//! Readers of age files skip stanzas of a kind they do not know, and the MAC of the header covers
//! them. The mark says for whom the file is and what stands above the document in it, both as
//! digests, and holds the fingerprint.

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
    /// Files of the first versions do not say it.
    comments: Option<String>,
}

/// Encrypts `text` for `recipients` as one armored age file, whose mark says that it begins with
/// `comments`. With a key for it, the file gets a fingerprint.
///
/// # Errors
///
/// Says for which recipient wrapping failed.
pub fn seal_age(
    text: &SecretText,
    comments: &[String],
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
    stanzas.push(Mark::new(fingerprint, recipients, comments).into_stanza());
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
    fn new(fingerprint: Option<String>, recipients: &Recipients, comments: &[String]) -> Self {
        // Equal sets have the same digest.
        let recipients = digest(recipients.sorted());
        Self { fingerprint, recipients, comments: Some(digest(comments)) }
    }

    /// Says whether the file is for exactly these recipients.
    pub(crate) fn is_for(&self, recipients: &Recipients) -> bool {
        self.recipients == digest(recipients.sorted())
    }

    /// Says whether the file begins with these comments.
    pub(crate) fn begins_with(&self, comments: &[String]) -> bool {
        self.comments.as_deref() == Some(&digest(comments))
    }

    fn of_stanza(stanza: &Stanza) -> Option<Self> {
        let (fingerprint, recipients, comments) = match stanza.args.as_slice() {
            [fingerprint, recipients] => (fingerprint, recipients, None),
            [fingerprint, recipients, comments] => (fingerprint, recipients, Some(comments)),
            _ => return None,
        };
        let fingerprint = (fingerprint != NO_FINGERPRINT).then(|| fingerprint.clone());
        Some(Self { fingerprint, recipients: recipients.clone(), comments: comments.cloned() })
    }

    fn into_stanza(self) -> Stanza {
        let fingerprint = self.fingerprint.unwrap_or_else(|| NO_FINGERPRINT.to_owned());
        let args = [fingerprint, self.recipients].into_iter().chain(self.comments).collect();
        Stanza { tag: MARK_TAG.to_owned(), args, body: Vec::new() }
    }
}

/// A digest of lines that everybody may know.
fn digest(lines: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line);
        hash.update("\n");
    }
    BASE64_URL_SAFE_NO_PAD.encode(hash.finalize())
}
