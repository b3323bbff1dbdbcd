//! Sealing: from a document with secrets to a file without any.

use regrender_document::{Comment, Document, Mapping, Scalar, SecretText, Spelling, emit_revealed};

use crate::age_file::seal_age;
use crate::data_key::{DataKey, WrappedKey};
use crate::error::SealError;
use crate::fingerprint::{self, FingerprintKey};
use crate::key_path::KeyPath;
use crate::mac::{MacHash, MacScope};
use crate::metadata::{self, Metadata};
use crate::random::SealContext;
use crate::recipient::Recipients;
use crate::selector::Selector;
use crate::timestamp;
use crate::value::{NONCE_LENGTH, ValueKind};
use crate::walk::{self, Leaf, Place, Plaintext};

/// What a sealed file looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SealOptions {
    /// The layout of the file.
    pub format: SealFormat,
    /// Which values the MAC of a file in the layout of sops covers. A plain age file is covered
    /// whole.
    pub mac: MacScope,
}

/// The layout of a sealed file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SealFormat {
    /// A readable document with encrypted values, as sops writes it.
    #[default]
    Sops,
    /// One armored age file around the whole document.
    Age,
}

/// Seals `document` for `recipients`.
///
/// In the layout of sops, everything under a key `data` or `stringData` is encrypted, whether it is
/// marked as secret or not. With a key for it, the file gets a fingerprint.
///
/// # Errors
///
/// Says where a secret stands that would stay in clear, or for which recipient wrapping failed.
pub fn seal(
    document: &Document,
    recipients: &Recipients,
    options: SealOptions,
    fingerprint_key: Option<&FingerprintKey>,
    context: &mut SealContext<'_>,
) -> Result<String, SealError> {
    if options.format == SealFormat::Age {
        let text = emit_revealed(std::slice::from_ref(document), Spelling::Sops);
        return seal_age(&text, &document.header, recipients, fingerprint_key, context);
    }
    let data_key = DataKey::draw(context);
    let metadata = Metadata {
        wrapped_keys: wrap_for_all(&data_key, recipients, context)?,
        other_services: Vec::new(),
        has_key_groups: false,
        last_modified: String::new(),
        mac: String::new(),
        mac_scope: options.mac,
        selector: Selector::kubernetes(),
        version: metadata::FORMAT_VERSION.to_owned(),
    };
    let draft = Draft {
        recipients,
        data_key: &data_key,
        kept: &[],
        metadata,
        found_block: None,
        mac: MacUpdate::Renew,
        fingerprint_key,
    };
    draft.finish(document, context)
}

/// Everything but the content of a file that is about to be written.
pub(crate) struct Draft<'a> {
    pub(crate) recipients: &'a Recipients,
    pub(crate) data_key: &'a DataKey,
    /// What the file held before under the same data key.
    pub(crate) kept: &'a [KeptValue],
    pub(crate) metadata: Metadata,
    /// The metadata as it stood in the file, whose order is kept.
    pub(crate) found_block: Option<&'a Mapping>,
    pub(crate) mac: MacUpdate,
    pub(crate) fingerprint_key: Option<&'a FingerprintKey>,
}

/// What becomes of the MAC and the time of the last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MacUpdate {
    Keep,
    Renew,
}

impl Draft<'_> {
    /// Encrypts `wanted`, puts fingerprint and metadata to it, and spells it.
    pub(crate) fn finish(
        mut self,
        wanted: &Document,
        context: &mut SealContext<'_>,
    ) -> Result<String, SealError> {
        if wanted.root.get(metadata::KEY).is_some() {
            return Err(SealError::ReservedKey);
        }
        let covered = fingerprint::without(wanted).into_owned();
        if self.mac == MacUpdate::Renew {
            self.metadata.last_modified = timestamp::format(context.now);
        }
        let Some(key) = self.fingerprint_key else {
            let (sealed, hash) = self.encrypt(covered, context)?;
            self.renew_mac(hash, context.draw());
            return self.spell(sealed);
        };
        let (sealed, hash) = self.encrypt(covered.clone(), context)?;
        // A MAC over encrypted values only does not cover the fingerprint, so the fingerprint
        // covers it. The other kind covers the fingerprint, and so comes after it.
        let mac_nonce = context.draw();
        let scope = self.metadata.mac_scope;
        if scope == MacScope::EncryptedOnly {
            self.renew_mac(hash, mac_nonce);
        }
        let fingerprint =
            key.of_sops(&covered, &sealed, self.recipients, &self.metadata, &mac_nonce);
        let sealed = fingerprint::put(sealed, &fingerprint)?;
        if scope == MacScope::All {
            self.renew_mac(hash_of(fingerprint::put(covered, &fingerprint)?, scope)?, mac_nonce);
        }
        self.spell(sealed)
    }

    /// Encrypts what the rule for Kubernetes objects selects, and hashes what the MAC covers; a value
    /// that is kept stays as it is in the file.
    fn encrypt(
        &self,
        document: Document,
        context: &mut SealContext<'_>,
    ) -> Result<(Document, MacHash), SealError> {
        let (cipher, selector) = (self.data_key.cipher(), Selector::kubernetes());
        let mut hash = MacHash::new(self.metadata.mac_scope);
        let encrypted = walk::map(document, &mut |leaf, place| {
            let encrypted = is_encrypted(&selector, &leaf, place)?;
            let Some((kind, text)) = walk::plaintext(&leaf) else {
                return Ok::<_, SealError>(leaf);
            };
            add_to(&mut hash, &leaf, &text, encrypted);
            if !encrypted {
                return Ok::<_, SealError>(leaf);
            }
            let bytes = text.expose().as_bytes();
            // sops leaves an empty text as it is.
            if bytes.is_empty() {
                return Ok(emptied(&leaf));
            }
            let place = place.additional_data();
            let sealed = match kept_value(self.kept, kind, &place, &text) {
                Some(value) => value.sealed.clone(),
                None => cipher.encrypt(kind, bytes, place.as_bytes(), context.draw()).spell(),
            };
            Ok(Leaf::Scalar(Scalar::Text(sealed)))
        })?;
        Ok((encrypted, hash))
    }

    fn renew_mac(&mut self, hash: MacHash, nonce: [u8; NONCE_LENGTH]) {
        if self.mac == MacUpdate::Renew {
            self.metadata.mac = hash.seal(self.data_key, &self.metadata.last_modified, nonce);
        }
    }

    fn spell(self, mut sealed: Document) -> Result<String, SealError> {
        let block = match self.found_block {
            Some(found) => self.metadata.rewrite(found),
            None => self.metadata.write(),
        };
        sealed.root.push(metadata::KEY, block);
        Ok(sealed.emit(Spelling::Sops)?)
    }
}

/// A value that is encrypted in a file, and what it says. As long as it stays where it is and says
/// the same under the same key, it can stay as it is, nonce and all.
pub(crate) struct KeptValue {
    pub(crate) additional_data: String,
    pub(crate) kind: ValueKind,
    pub(crate) plaintext: SecretText,
    pub(crate) sealed: String,
}

/// Wraps the data key for each of `recipients`.
fn wrap_for_all(
    data_key: &DataKey,
    recipients: &Recipients,
    context: &mut SealContext<'_>,
) -> Result<Vec<WrappedKey>, SealError> {
    recipients.iter().map(|recipient| data_key.wrap(recipient, context)).collect()
}

/// Says whether a value that is encrypted in a file, and no comment, is wanted as it is there.
pub(crate) fn keeps_any(wanted: &Document, kept: &[KeptValue]) -> bool {
    let mut found = false;
    walk::visit(wanted, &mut |leaf, place| {
        if !leaf.is_comment()
            && let Some((kind, text)) = walk::plaintext(leaf)
            && kept_value(kept, kind, &place.additional_data(), &text).is_some()
        {
            found = true;
        }
    });
    found
}

fn kept_value<'a>(
    kept: &'a [KeptValue],
    kind: ValueKind,
    additional_data: &str,
    text: &Plaintext<'_>,
) -> Option<&'a KeptValue> {
    kept.iter().find(|value| {
        value.kind == kind
            && value.additional_data == additional_data
            && value.plaintext.expose() == text.expose()
    })
}

/// Hashes what a MAC of `scope` covers in a document that is not sealed yet.
fn hash_of(document: Document, scope: MacScope) -> Result<MacHash, SealError> {
    let selector = Selector::kubernetes();
    let mut hash = MacHash::new(scope);
    walk::map(document, &mut |leaf, place| {
        let encrypted = is_encrypted(&selector, &leaf, place)?;
        if let Some((_, text)) = walk::plaintext(&leaf) {
            add_to(&mut hash, &leaf, &text, encrypted);
        }
        Ok::<_, SealError>(leaf)
    })?;
    Ok(hash)
}

/// Adds a value to the hash; comments are no part of it.
fn add_to(hash: &mut MacHash, leaf: &Leaf, text: &Plaintext<'_>, encrypted: bool) {
    match (leaf, encrypted) {
        (Leaf::Comment(_), _) => {}
        (_, true) => hash.add_encrypted(text.expose()),
        (_, false) => hash.add_clear(text.expose()),
    }
}

/// Says whether a leaf is encrypted, if it can be in a sealed file at all.
fn is_encrypted(selector: &Selector, leaf: &Leaf, place: Place<'_>) -> Result<bool, SealError> {
    let encrypted = selector.encrypts(place, leaf.is_comment());
    let is_secret = matches!(leaf, Leaf::Secret(_) | Leaf::Comment(Comment::Secret(_)));
    if is_secret && !encrypted {
        return Err(SealError::SecretInClear { path: KeyPath::of(place.path) });
    }
    // sops walks through no other, sealed or not.
    if matches!(leaf, Leaf::Scalar(Scalar::Integer(value)) if i64::try_from(*value).is_err()) {
        return Err(SealError::NumberTooLarge { path: KeyPath::of(place.path) });
    }
    Ok(encrypted)
}

fn emptied(leaf: &Leaf) -> Leaf {
    match leaf {
        Leaf::Comment(_) => Leaf::Comment(Comment::Clear(String::new())),
        Leaf::Scalar(_) | Leaf::Secret(_) => Leaf::Scalar(Scalar::Text(String::new())),
    }
}
