//! What can go wrong, one variant for one fact. None of them holds a value that was or is to be
//! sealed.

use crate::key_path::KeyPath;
use crate::short_recipient::short_recipient;

/// What keeps a text from being a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipientError {
    /// There is no text.
    #[error("the recipient is empty")]
    Empty,
    /// It is the private half of a key pair.
    #[error("this is a secret key, not a recipient")]
    SecretKey,
    /// It begins like a recipient, and its checksum or length is wrong.
    #[error("the recipient is damaged: it was not copied whole")]
    Damaged,
    /// It is an SSH key that age has no use for.
    #[error("only SSH keys of the types `ssh-ed25519` and `ssh-rsa` can be recipients")]
    SshKeyType,
    /// It is an RSA key that is too short to be safe.
    #[error("the RSA key has fewer than 2048 bits")]
    RsaTooSmall,
    /// It is an RSA key that is too long to work with.
    #[error("the RSA key has more than 4096 bits")]
    RsaTooLarge,
    /// It begins like nothing known.
    #[error("recipients begin with `age1`, `ssh-ed25519` or `ssh-rsa`")]
    Unknown,
}

/// What keeps a file from being a certificate to seal for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// There is no certificate in it.
    #[error("there is no certificate in it")]
    None,
    /// It begins like a certificate, and is none.
    #[error("the certificate is damaged")]
    Damaged,
    /// There is the private half of a key pair in it.
    #[error("it holds a private key, which belongs to the controller alone")]
    PrivateKey,
    /// Its key is none that controllers have.
    #[error("the certificate is not for an RSA key")]
    NotRsa,
    /// It is for a key that is too short to be safe.
    #[error("the RSA key of the certificate has {bits} bits, fewer than 2048")]
    KeyTooSmall {
        /// How many bits it has.
        bits: usize,
    },
    /// It is for a key that is too long to work with.
    #[error("the RSA key of the certificate has {bits} bits, more than 8192")]
    KeyTooLarge {
        /// How many bits it has.
        bits: usize,
    },
}

/// What keeps a text from being a list of identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// There is no identity in it.
    #[error("there is no identity in it")]
    Empty,
    /// The whole file is encrypted with a passphrase.
    #[error("the identity file is itself encrypted; decrypt it first")]
    PassphraseProtectedFile,
    /// An SSH key is encrypted with a passphrase.
    #[error("the SSH key in line {line} is protected by a passphrase")]
    PassphraseProtectedKey {
        /// The line, counted from 1.
        line: usize,
    },
    /// An SSH key of a type that age has no use for, or one that is kept in hardware.
    #[error("the SSH key in line {line} is of a type that cannot open age files")]
    SshKeyType {
        /// The line, counted from 1.
        line: usize,
    },
    /// A private key in PKCS#8, which sops reads and age does not.
    #[error("the key in line {line} is in the format PKCS#8, not in that of OpenSSH")]
    Pkcs8 {
        /// The line, counted from 1.
        line: usize,
    },
    /// It begins like an identity, and its checksum or length is wrong.
    #[error("the identity in line {line} is damaged: it was not copied whole")]
    Damaged {
        /// The line, counted from 1.
        line: usize,
    },
    /// It is the public half of a key pair.
    #[error("line {line} holds a recipient, not an identity")]
    PublicKey {
        /// The line, counted from 1.
        line: usize,
    },
    /// It begins like nothing known.
    #[error("line {line} holds neither an identity nor a comment")]
    Unknown {
        /// The line, counted from 1.
        line: usize,
    },
}

/// What keeps a text from being the key of fingerprints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FingerprintKeyError {
    /// It can be guessed, and with it the secrets behind the fingerprints.
    #[error("the fingerprint key has {length} characters; it needs at least 32")]
    TooShort {
        /// How many characters it has.
        length: usize,
    },
}

/// Why a document could not be sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A secret stands where the selector leaves values in clear.
    #[error("a secret stands at `{path}`, outside of `data` and `stringData`")]
    SecretInClear {
        /// Where it stands.
        path: KeyPath,
    },
    /// A whole number is larger or smaller than sops knows them.
    #[error("the number at `{path}` is too large: sops seals whole numbers of 64 bits with a sign")]
    NumberTooLarge {
        /// Where it stands.
        path: KeyPath,
    },
    /// The document has a key that sealing adds.
    #[error("the document has a key `sops`, which is reserved for the metadata")]
    ReservedKey,
    /// The fingerprint has no place, because what should hold it is no mapping.
    #[error("`{path}` is not a mapping, so it cannot hold the fingerprint")]
    NoPlaceForFingerprint {
        /// What should hold it.
        path: KeyPath,
    },
    /// A recipient is one of the few points that share no secret with anybody.
    #[error(
        "nothing can be sealed for recipient `{}`: its key is weak",
        short_recipient(recipient)
    )]
    WeakRecipient {
        /// The recipient.
        recipient: String,
    },
    /// A recipient takes a plugin that is not there.
    #[error(
        "recipient `{}` takes the plugin `age-plugin-{plugin}`, which is not installed",
        short_recipient(recipient)
    )]
    PluginMissing {
        /// The recipient.
        recipient: String,
        /// The name of the plugin.
        plugin: String,
    },
    /// Wrapping a key for a recipient failed.
    #[error("the key could not be wrapped for recipient `{}`", short_recipient(recipient))]
    Wrap {
        /// The recipient.
        recipient: String,
        /// What the age library or its plugin said.
        source: Box<age::EncryptError>,
    },
    /// A value is not spelled in base64.
    #[error("the value at `{path}` is not base64")]
    NotBase64 {
        /// Where it stands.
        path: KeyPath,
    },
    /// There is no value to seal.
    #[error("there is no value to seal")]
    NothingToSeal,
    /// What a sealed value is bound to is missing.
    #[error("`{path}` is missing, to which a sealed value is bound")]
    Nameless {
        /// What is missing.
        path: KeyPath,
    },
    /// An annotation asks for values that more than one Secret can have.
    #[error("the annotation `{annotation}` asks for another scope than the strict one")]
    WiderScope {
        /// The annotation.
        annotation: &'static str,
    },
    /// The key of the certificate encrypts nothing.
    #[error("nothing can be encrypted for the key of the certificate")]
    Certificate,
    /// A value is longer than the cipher takes.
    #[error("a value is too long to encrypt")]
    TooLong,
    /// The emitter found a secret that sealing left behind.
    #[error("a secret was left in the sealed document")]
    SecretLeft(#[from] regrender_document::SecretLeft),
}

/// Why a sealed file could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It cannot be read in the format it should have.
    #[error("the file is not readable as {format}: {detail}")]
    Syntax {
        /// The format it should have.
        format: &'static str,
        /// What the reader says, without the text it read.
        detail: String,
    },
    /// A merge left its markers in the file.
    #[error("line {line} is the conflict marker of an unfinished merge")]
    ConflictMarkers {
        /// The line, counted from 1.
        line: usize,
    },
    /// It has no metadata: it is not sealed.
    #[error("the file is not sealed: it has no sops metadata")]
    NotSealed,
    /// It is no SealedSecret.
    #[error("the file is not a SealedSecret")]
    NotASealedSecret,
    /// Its metadata cannot be read.
    #[error("the sops metadata is not readable: {0}")]
    Metadata(MetadataError),
    /// Its data key is split between groups of keys.
    #[error("files whose key is split between groups are not supported")]
    KeyGroups,
    /// It can only be opened with keys that are not age keys.
    #[error("the file has no age recipient, only {}", services.join(", "))]
    OtherKeysOnly {
        /// The kinds of keys it has, as the metadata names them.
        services: Vec<String>,
    },
    /// None of the identities is for any of its recipients.
    #[error("none of the identities opens the file")]
    NoIdentity,
    /// A plugin that might open it is not installed, and nothing else opens it.
    #[error("the plugin `age-plugin-{plugin}` is not installed")]
    PluginMissing {
        /// The name of the plugin.
        plugin: String,
    },
    /// A plugin refused, failed or wanted to ask something.
    #[error("the age plugin failed")]
    PluginFailed,
    /// An age file holds something else than text.
    #[error("what it holds is not text")]
    Binary,
    /// An age file is damaged.
    #[error("the age file is damaged")]
    AgeFile,
    /// The copy of the data key for an identity at hand is damaged.
    #[error("the data key for recipient `{}` is damaged", short_recipient(recipient))]
    DataKey {
        /// The recipient.
        recipient: String,
    },
    /// A value that should be encrypted is not.
    #[error("the value at `{path}` is not encrypted")]
    NotEncrypted {
        /// Where it stands.
        path: KeyPath,
    },
    /// A value is encrypted, and not spelled as one.
    #[error("the value at `{path}` is not a well-formed encrypted value")]
    MalformedValue {
        /// Where it stands.
        path: KeyPath,
    },
    /// A value was changed, moved, or made with another key.
    #[error("the value at `{path}` does not authenticate: it was changed or moved")]
    NotAuthentic {
        /// Where it stands.
        path: KeyPath,
    },
    /// A value holds bytes that are no text.
    #[error("the value at `{path}` is not text")]
    NotText {
        /// Where it stands.
        path: KeyPath,
    },
    /// There is no MAC over the whole.
    #[error("the file has no MAC")]
    MacMissing,
    /// The MAC over the whole says that something was changed, added or removed.
    #[error("the MAC does not match: the file was changed after it was sealed")]
    MacMismatch,
    /// The opened document cannot be spelled in its format.
    #[error("the value at `{path}` cannot be written as {format}")]
    NotRepresentable {
        /// The format.
        format: &'static str,
        /// Where it stands.
        path: KeyPath,
    },
}

// Its message has the reason already, so the reason is no source of it as well.
impl From<MetadataError> for OpenError {
    fn from(error: MetadataError) -> Self {
        Self::Metadata(error)
    }
}

/// What is wrong with the metadata of a sealed file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// It is there and not a mapping.
    #[error("it is not a mapping")]
    NotAMapping,
    /// A field has a value of the wrong type.
    #[error("`{0}` has a value of the wrong type")]
    WrongType(&'static str),
    /// The time of the last change is no RFC 3339 time.
    #[error("`lastmodified` is not an RFC 3339 time")]
    LastModified,
    /// No key service is named at all.
    #[error("it names no recipient")]
    NoRecipients,
    /// More than one rule says what is encrypted.
    #[error("it has more than one rule for what is encrypted")]
    SeveralSelectors,
    /// A regular expression is not understood, or would be understood differently from sops.
    #[error("the regular expression in `{0}` is not supported")]
    Pattern(&'static str),
}
