//! Who can open a sealed file: the public halves of key pairs.

use std::fmt;

use age_core::format::{FileKey, Stanza};

use crate::error::{RecipientError, SealError};
use crate::key_pair::KeyKind;
use crate::post_quantum::PostQuantumRecipient;
use crate::random::SealContext;
use crate::x25519::X25519Recipient;

const NATIVE_PREFIX: &str = "age1";
const SSH_PREFIX: &str = "ssh-";
const SECRET_PREFIXES: [&str; 3] = ["age-secret-key-", "age-plugin-", "-----begin"];

/// One who can open a sealed file.
pub struct Recipient {
    text: String,
    kind: Kind,
}

/// Everyone who can open a file: at least one recipient, each once, in the order given.
#[derive(Debug)]
pub struct Recipients(Vec<Recipient>);

enum Kind {
    X25519(X25519Recipient),
    PostQuantum(Box<PostQuantumRecipient>),
    Ssh(age::ssh::Recipient),
    Plugin(age::plugin::Recipient),
}

impl Recipient {
    /// Parses `age1…`, `age1pq1…`, `age1plugin1…`, `ssh-ed25519 …` or `ssh-rsa …`.
    ///
    /// # Errors
    ///
    /// Says what keeps `text` from being a recipient, without repeating it: it may be a secret key
    /// that was put in the wrong place.
    pub fn parse(text: &str) -> Result<Self, RecipientError> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        if text.is_empty() {
            return Err(RecipientError::Empty);
        }
        if SECRET_PREFIXES.iter().any(|prefix| lower.starts_with(prefix)) {
            return Err(RecipientError::SecretKey);
        }
        if text.starts_with(SSH_PREFIX) {
            return Self::parse_ssh(text);
        }
        if let Some(recipient) = X25519Recipient::parse(text) {
            return Ok(Self { text: lower, kind: Kind::X25519(recipient) });
        }
        if KeyKind::of(&lower) == Some(KeyKind::PostQuantum) {
            let recipient = PostQuantumRecipient::parse(text).ok_or(RecipientError::Damaged)?;
            return Ok(Self { text: lower, kind: Kind::PostQuantum(Box::new(recipient)) });
        }
        if let Ok(recipient) = text.parse::<age::plugin::Recipient>() {
            return Ok(Self { text: text.to_owned(), kind: Kind::Plugin(recipient) });
        }
        if lower.starts_with(NATIVE_PREFIX) {
            return Err(RecipientError::Damaged);
        }
        Err(RecipientError::Unknown)
    }

    fn parse_ssh(text: &str) -> Result<Self, RecipientError> {
        use age::ssh::ParseRecipientKeyError as Error;
        match text.parse::<age::ssh::Recipient>() {
            // What follows the key is a remark, and no part of it.
            Ok(key) => {
                let spelled = key.to_string();
                let is_same = text.split_whitespace().take(2).eq(spelled.split(' '));
                if !is_same || !is_whole(&key) {
                    return Err(RecipientError::Damaged);
                }
                Ok(Self { text: spelled, kind: Kind::Ssh(key) })
            }
            Err(Error::RsaModulusTooSmall) => Err(RecipientError::RsaTooSmall),
            Err(Error::RsaModulusTooLarge) => Err(RecipientError::RsaTooLarge),
            Err(Error::Unsupported(_)) => Err(RecipientError::SshKeyType),
            Err(_) if text.starts_with("ssh-ed25519 ") || text.starts_with("ssh-rsa ") => {
                Err(RecipientError::Damaged)
            }
            Err(_) => Err(RecipientError::SshKeyType),
        }
    }

    /// Returns the spelling that is written into sealed files.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the name of the plugin that wrapping for it needs.
    #[must_use]
    pub fn plugin(&self) -> Option<&str> {
        match &self.kind {
            Kind::Plugin(recipient) => Some(recipient.plugin()),
            Kind::X25519(_) | Kind::PostQuantum(_) | Kind::Ssh(_) => None,
        }
    }

    /// Wraps `file_key`. SSH and plugin recipients take the randomness of the operating system.
    pub(crate) fn wrap(
        &self,
        file_key: &FileKey,
        context: &mut SealContext<'_>,
    ) -> Result<Vec<Stanza>, SealError> {
        use age::Recipient as _;
        match &self.kind {
            Kind::X25519(recipient) => self.stanza(recipient.wrap(file_key, context.draw())),
            Kind::PostQuantum(recipient) => self.stanza(recipient.wrap(file_key, context)),
            Kind::Ssh(recipient) => self.stanzas(recipient.wrap_file_key(file_key)),
            Kind::Plugin(recipient) => {
                let plugin = age::plugin::RecipientPluginV1::new(
                    recipient.plugin(),
                    std::slice::from_ref(recipient),
                    &[],
                    age::NoCallbacks,
                );
                // The name is valid, so that there can be no other reason.
                let plugin = plugin.map_err(|_missing| SealError::PluginMissing {
                    recipient: self.text.clone(),
                    plugin: recipient.plugin().to_owned(),
                })?;
                self.stanzas(plugin.wrap_file_key(file_key))
            }
        }
    }

    fn stanza(&self, wrapped: Option<Stanza>) -> Result<Vec<Stanza>, SealError> {
        let weak = || SealError::WeakRecipient { recipient: self.text.clone() };
        wrapped.map(|stanza| vec![stanza]).ok_or_else(weak)
    }

    fn stanzas<L>(
        &self,
        wrapped: Result<(Vec<Stanza>, L), age::EncryptError>,
    ) -> Result<Vec<Stanza>, SealError> {
        match wrapped {
            Ok((stanzas, _)) => Ok(stanzas),
            Err(source) => {
                Err(SealError::Wrap { recipient: self.text.clone(), source: Box::new(source) })
            }
        }
    }
}

/// Tells whether an RSA key has its three fields, each behind its length, and nothing else: the crate
/// overlooks what stands behind them, and with it the key's owner could not open anything.
fn is_whole(key: &age::ssh::Recipient) -> bool {
    let age::ssh::Recipient::SshRsa(bytes, _) = key else {
        return true;
    };
    let mut rest = bytes.as_slice();
    for _ in 0..3 {
        let Some((length, behind)) = rest.split_first_chunk::<4>() else {
            return false;
        };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let Some((_, behind)) = behind.split_at_checked(length) else {
            return false;
        };
        rest = behind;
    }
    rest.is_empty()
}

impl Recipients {
    /// Collects recipients, each once; returns `None` when there is none.
    #[must_use]
    pub fn new(recipients: Vec<Recipient>) -> Option<Self> {
        let mut unique: Vec<Recipient> = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            if !unique.iter().any(|known| known.text == recipient.text) {
                unique.push(recipient);
            }
        }
        (!unique.is_empty()).then_some(Self(unique))
    }

    /// Lists them in the order given.
    pub fn iter(&self) -> std::slice::Iter<'_, Recipient> {
        self.0.iter()
    }

    /// Lists their spellings in alphabetical order: equal for equal sets.
    pub(crate) fn sorted(&self) -> Vec<&str> {
        let mut texts: Vec<&str> = self.iter().map(Recipient::as_str).collect();
        texts.sort_unstable();
        texts
    }

    /// Says whether `text` is one of them.
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.iter().any(|recipient| recipient.text == text)
    }
}

impl<'a> IntoIterator for &'a Recipients {
    type Item = &'a Recipient;
    type IntoIter = std::slice::Iter<'a, Recipient>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recipient").field(&self.text).finish()
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Spells a recipient that was read from a file the way `Recipient::as_str` spells it.
pub(crate) fn canonical(text: &str) -> String {
    let text = text.trim();
    if !text.starts_with(SSH_PREFIX) {
        return text.to_owned();
    }
    let words: Vec<&str> = text.split_ascii_whitespace().take(2).collect();
    words.join(" ")
}
