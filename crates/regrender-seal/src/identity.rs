//! With what a sealed file is opened: the private halves of key pairs.

use std::fmt;
use std::io::ErrorKind;

use zeroize::Zeroizing;

use crate::armor;
use crate::container;
use crate::data_key::{DataKey, WrappedKey};
use crate::error::{IdentityError, OpenError};
use crate::post_quantum::PostQuantumIdentity;
use crate::stanza;
use crate::x25519::X25519Identity;

const PEM_MARKER: &str = "-----BEGIN ";
const PEM_END: &str = "-----END ";
const PKCS8_ENDS: [&str; 2] = ["-----END PRIVATE KEY-----", "-----END ENCRYPTED PRIVATE KEY-----"];
const NATIVE_PREFIX: &str = "AGE-SECRET-KEY-";
const PLUGIN_PREFIX: &str = "AGE-PLUGIN-";

/// Private keys to open files with.
#[derive(Default)]
pub struct Identities {
    entries: Vec<Entry>,
}

enum Entry {
    X25519(X25519Identity),
    PostQuantum(Box<PostQuantumIdentity>),
    Ssh(Box<age::ssh::Identity>),
    Plugin(age::plugin::Identity),
}

impl Identities {
    /// Parses what an identity file, an environment variable or an OpenSSH private key says.
    ///
    /// Lines that begin with a number sign are comments. Several identities may stand on one line,
    /// as sops allows in its environment variable.
    ///
    /// # Errors
    ///
    /// Says what is wrong in which line, never what stands there.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        if text.starts_with(stanza::VERSION_LINE) || text.trim_start().starts_with(armor::BEGIN) {
            return Err(IdentityError::PassphraseProtectedFile);
        }
        let mut entries = Vec::new();
        let mut lines = text.lines().zip(1..);
        while let Some((line, number)) = lines.next() {
            if line.trim_start().starts_with('#') {
                continue;
            }
            if line.trim_start().starts_with(PEM_MARKER) {
                // With room for all of it: a text that grows leaves copies behind.
                let mut pem = Zeroizing::new(String::with_capacity(text.len() + 1));
                copy_pem(line, &mut lines.by_ref().map(|(line, _)| line), &mut pem);
                entries.push(parse_pem(&pem, number)?);
                continue;
            }
            for word in line.split_whitespace() {
                entries.push(parse_word(word, number)?);
            }
        }
        if entries.is_empty() { Err(IdentityError::Empty) } else { Ok(Self { entries }) }
    }

    /// Adds the identities of another source.
    pub fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// Says whether there is no identity at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Leaves out the identities that a plugin has to be started for, and returns the names of the
    /// plugins.
    pub fn drop_plugins(&mut self) -> Vec<String> {
        let mut plugins = Vec::new();
        self.entries.retain(|entry| match entry {
            Entry::Plugin(identity) => {
                plugins.push(identity.plugin().to_owned());
                false
            }
            Entry::X25519(_) | Entry::PostQuantum(_) | Entry::Ssh(_) => true,
        });
        plugins
    }

    /// Lists the public halves of the identities of age's own kinds.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.native().map(|(recipient, _)| recipient)
    }

    /// Decrypts an age file.
    pub(crate) fn open_file(&self, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (ready, missing) = self.ready();
        let ready: Vec<&dyn age::Identity> = ready.iter().map(AsRef::as_ref).collect();
        open_with(file, &ready).map_err(|error| naming(missing, error))
    }

    /// Unwraps the data key of a file from whichever of `wrapped` it can.
    pub(crate) fn unwrap(&self, wrapped: &[WrappedKey]) -> Result<DataKey, OpenError> {
        let mut damaged = None;
        // The recipient that stands beside a wrapped key is not authenticated, so it only says
        // where to look first.
        let likely = wrapped.iter().filter_map(|key| {
            let recipient = key.recipient.trim();
            let (_, identity) = self.native().find(|(public, _)| *public == recipient)?;
            Some((key, identity))
        });
        for (key, identity) in likely {
            let opened = container::open_small(&key.enc, identity);
            let data_key = opened.and_then(|bytes| DataKey::from_slice(&bytes));
            match data_key.map_or_else(|| unwrap_with(key, &[identity]), Ok) {
                Ok(data_key) => return Ok(data_key),
                Err(_) => damaged = Some(key),
            }
        }
        let (ready, missing) = self.ready();
        let ready: Vec<&dyn age::Identity> = ready.iter().map(AsRef::as_ref).collect();
        unwrap_any(wrapped, &ready, damaged).map_err(|error| naming(missing, error))
    }

    /// Lists the identities of age's own kinds, each behind the spelling of its public half.
    fn native(&self) -> impl Iterator<Item = (&str, &dyn age::Identity)> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::X25519(identity) => Some((identity.recipient(), identity as _)),
            Entry::PostQuantum(identity) => Some((identity.recipient(), &**identity as _)),
            Entry::Ssh(_) | Entry::Plugin(_) => None,
        })
    }

    /// Lists the identities that can be tried, and the name of a plugin that is not installed.
    fn ready(&self) -> (Vec<ReadyIdentity<'_>>, Option<String>) {
        let mut missing = None;
        let mut ready = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            match entry {
                Entry::X25519(identity) => ready.push(ReadyIdentity::Borrowed(identity)),
                Entry::PostQuantum(identity) => ready.push(ReadyIdentity::Borrowed(&**identity)),
                Entry::Ssh(identity) => ready.push(ReadyIdentity::Borrowed(&**identity)),
                Entry::Plugin(identity) => {
                    let plugin = age::plugin::IdentityPluginV1::new(
                        identity.plugin(),
                        std::slice::from_ref(identity),
                        age::NoCallbacks,
                    );
                    match plugin {
                        Ok(plugin) => ready.push(ReadyIdentity::Plugin(plugin)),
                        Err(_) => missing = Some(identity.plugin().to_owned()),
                    }
                }
            }
        }
        (ready, missing)
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identities({} masked)", self.entries.len())
    }
}

enum ReadyIdentity<'a> {
    Borrowed(&'a dyn age::Identity),
    Plugin(age::plugin::IdentityPluginV1<age::NoCallbacks>),
}

impl<'a> AsRef<dyn age::Identity + 'a> for ReadyIdentity<'a> {
    fn as_ref(&self) -> &(dyn age::Identity + 'a) {
        match self {
            Self::Borrowed(identity) => *identity,
            Self::Plugin(plugin) => plugin,
        }
    }
}

/// Decrypts an age file with the first of `identities` that can.
fn open_with(
    file: &[u8],
    identities: &[&dyn age::Identity],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    container::open(file, identities).map_err(|error| match error {
        age::DecryptError::NoMatchingKeys => OpenError::NoIdentity,
        error if is_of_plugin(&error) => OpenError::PluginFailed,
        _ => OpenError::AgeFile,
    })
}

/// Unwraps whichever copy of the data key one of `identities` can; `damaged` is one that is known to
/// be.
fn unwrap_any<'a>(
    wrapped: &'a [WrappedKey],
    identities: &[&dyn age::Identity],
    mut damaged: Option<&'a WrappedKey>,
) -> Result<DataKey, OpenError> {
    let mut plugin_failed = false;
    for key in wrapped {
        match unwrap_with(key, identities) {
            Ok(data_key) => return Ok(data_key),
            Err(Some(age::DecryptError::NoMatchingKeys)) => {}
            Err(Some(error)) if is_of_plugin(&error) => plugin_failed = true,
            Err(_) => damaged = damaged.or(Some(key)),
        }
    }
    match damaged {
        Some(key) => Err(OpenError::DataKey { recipient: key.recipient.clone() }),
        None if plugin_failed => Err(OpenError::PluginFailed),
        None => Err(OpenError::NoIdentity),
    }
}

/// Names the plugin that is missing, where it might have opened what nothing else opens.
fn naming(missing: Option<String>, error: OpenError) -> OpenError {
    match (error, missing) {
        (OpenError::NoIdentity, Some(plugin)) => OpenError::PluginMissing { plugin },
        (error, _) => error,
    }
}

/// Says whether it is a plugin that failed, which says nothing about the file. A plugin that ends
/// too early is a connection that broke.
fn is_of_plugin(error: &age::DecryptError) -> bool {
    match error {
        age::DecryptError::Plugin(_) => true,
        age::DecryptError::Io(error) => {
            matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe)
        }
        _ => false,
    }
}

/// Unwraps one copy of the data key. The error is `None` when what was wrapped is no data key.
fn unwrap_with(
    key: &WrappedKey,
    identities: &[&dyn age::Identity],
) -> Result<DataKey, Option<age::DecryptError>> {
    let bytes = container::open(key.enc.as_bytes(), identities).map_err(Some)?;
    DataKey::from_slice(&bytes).ok_or(None)
}

fn parse_word(word: &str, line: usize) -> Result<Entry, IdentityError> {
    let upper = Zeroizing::new(word.to_ascii_uppercase());
    if let Some(identity) = X25519Identity::parse(word) {
        return Ok(Entry::X25519(identity));
    }
    if let Some(identity) = PostQuantumIdentity::parse(word) {
        return Ok(Entry::PostQuantum(Box::new(identity)));
    }
    if upper.starts_with(PLUGIN_PREFIX)
        && let Ok(identity) = word.parse::<age::plugin::Identity>()
    {
        return Ok(Entry::Plugin(identity));
    }
    if upper.starts_with(NATIVE_PREFIX) || upper.starts_with(PLUGIN_PREFIX) {
        return Err(IdentityError::Damaged { line });
    }
    if upper.starts_with("AGE1") || upper.starts_with("SSH-") {
        return Err(IdentityError::PublicKey { line });
    }
    Err(IdentityError::Unknown { line })
}

/// Copies a key to the line that ends it, or to the last.
fn copy_pem(first: &str, rest: &mut dyn Iterator<Item = &str>, pem: &mut String) {
    pem.push_str(first.trim_start());
    for line in rest {
        pem.push('\n');
        pem.push_str(line);
        if line.trim_start().starts_with(PEM_END) {
            break;
        }
    }
    pem.push('\n');
}

fn parse_pem(pem: &str, line: usize) -> Result<Entry, IdentityError> {
    match age::ssh::Identity::from_buffer(pem.as_bytes(), None) {
        Ok(identity @ age::ssh::Identity::Unencrypted(_)) => Ok(Entry::Ssh(Box::new(identity))),
        Ok(age::ssh::Identity::Encrypted(_)) => Err(IdentityError::PassphraseProtectedKey { line }),
        Ok(age::ssh::Identity::Unsupported(_)) => Err(IdentityError::SshKeyType { line }),
        Err(_) if PKCS8_ENDS.iter().any(|end| pem.trim_end().ends_with(end)) => {
            Err(IdentityError::Pkcs8 { line })
        }
        Err(_) => Err(IdentityError::Damaged { line }),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use age::DecryptError;
    use age_core::format::{FileKey, Stanza};

    use super::*;
    use crate::random::tests::Seeded;
    use crate::recipient::Recipient;

    const ANNA: &str = "age1k88q92s2jey7euu8k660usnfslsvk8tz94rmrnl95nyf07a74sdqghg9nt";

    /// An identity that fails always in the same way.
    struct Failing(fn() -> DecryptError);

    impl age::Identity for Failing {
        fn unwrap_stanza(&self, _: &Stanza) -> Option<Result<FileKey, DecryptError>> {
            Some(Err((self.0)()))
        }
    }

    /// Tries to unwrap a data key and to open an age file.
    fn errors(failure: fn() -> DecryptError) -> [OpenError; 2] {
        let mut random = Seeded::new(1);
        let context = &mut random.context();
        let recipient = Recipient::parse(ANNA).unwrap();
        let key = DataKey::draw(context).wrap(&recipient, context).unwrap();
        let identity = Failing(failure);
        let opened = open_with(key.enc.as_bytes(), &[&identity]).map(|_| ());
        let unwrapped = unwrap_any(&[key], &[&identity], None).map(|_| ());
        [unwrapped.unwrap_err(), opened.unwrap_err()]
    }

    #[test]
    fn plugin_that_fails_says_nothing_about_the_file() {
        let died = || DecryptError::Io(io::Error::from(ErrorKind::ConnectionAborted));
        let broke_off = || DecryptError::Io(io::Error::from(ErrorKind::BrokenPipe));
        for failure in [|| DecryptError::Plugin(Vec::new()), died, broke_off] {
            assert_eq!(errors(failure), [OpenError::PluginFailed, OpenError::PluginFailed]);
        }
    }

    #[test]
    fn file_that_is_damaged_is_not_blamed_on_a_plugin() {
        let damaged = OpenError::DataKey { recipient: ANNA.to_owned() };
        let ended = || DecryptError::Io(io::Error::from(ErrorKind::UnexpectedEof));
        for failure in [|| DecryptError::InvalidHeader, ended] {
            assert_eq!(errors(failure), [damaged.clone(), OpenError::AgeFile]);
        }
        assert_eq!(
            errors(|| DecryptError::NoMatchingKeys),
            [OpenError::NoIdentity, OpenError::NoIdentity]
        );
    }
}
