//! Knows how the kubelet decodes the JSON of a pull secret, member by member.

use std::collections::BTreeMap;

use zeroize::Zeroize as _;

use super::{ConfigError, ConfigOddity, CredentialHelpers, RegistryEntry};
use crate::auth_field::decode_auth_field;
use crate::auth_key::mask_user;
use crate::json::{JsonError, Kind, Reader, same_member};
use crate::password::Password;

/// The entries of a document, by their keys.
pub(super) type Entries = BTreeMap<String, RegistryEntry>;

/// Reads a document, and keeps on the way what is odd in it and what must not be seen.
pub(super) struct Decoder<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) oddities: Vec<ConfigOddity>,
    pub(super) helpers: CredentialHelpers,
    /// Every text that must not be seen.
    pub(super) secrets: Vec<Password>,
    /// The first error of kind or of `auth`; reading goes on behind it to find broken JSON.
    pub(super) error: Option<ConfigError>,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(text),
            oddities: Vec::new(),
            helpers: CredentialHelpers::default(),
            secrets: Vec::new(),
            error: None,
        }
    }

    pub(super) fn document(&mut self, entries: &mut Entries) -> Result<(), JsonError> {
        let mut seen = Vec::new();
        let is_object = self.object("the document", |decoder, name| {
            if let Some(member) = decoder.known(&name, &["auths", "HttpHeaders"], &mut seen) {
                return match member {
                    "auths" => decoder.auths(entries),
                    _ => decoder.headers(),
                };
            }
            if matches!(&*name, "credsStore" | "credHelpers") {
                decoder.oddities.push(ConfigOddity::CredentialHelper { member: name.clone() });
            }
            decoder.helpers(&name)
        })?;
        if is_object && !seen.contains(&"auths") {
            self.oddities.push(ConfigOddity::NoAuths);
        }
        Ok(())
    }

    /// A later `auths` is merged into an earlier one; `null` empties it.
    fn auths(&mut self, entries: &mut Entries) -> Result<(), JsonError> {
        if self.reader.kind()? == Kind::Null {
            entries.clear();
        }
        self.entries("`auths`", entries)
    }

    pub(super) fn entries(&mut self, place: &str, entries: &mut Entries) -> Result<(), JsonError> {
        self.object(place, |decoder, key| {
            let entry = decoder.entry(&key)?;
            if entries.insert(key.clone(), entry).is_some() {
                decoder.oddities.push(ConfigOddity::RepeatedKey { key });
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Reads credential helpers, of which another kind of value is no error to the kubelet.
    fn helpers(&mut self, name: &str) -> Result<(), JsonError> {
        match self.reader.kind()? {
            Kind::String if same_member(name, "credsStore") => {
                self.helpers.store = Some(self.reader.string()?);
                Ok(())
            }
            Kind::Object if same_member(name, "credHelpers") => {
                self.object("`credHelpers`", |decoder, registry| {
                    if decoder.reader.kind()? != Kind::String {
                        return decoder.reader.skip_value();
                    }
                    let program = decoder.reader.string()?;
                    decoder.helpers.by_registry.insert(registry, program);
                    Ok(())
                })?;
                Ok(())
            }
            _ => self.reader.skip_value(),
        }
    }

    fn headers(&mut self) -> Result<(), JsonError> {
        self.object("`HttpHeaders`", |decoder, name| {
            decoder.string(|| format!("`HttpHeaders.{name}`")).map(|_| ())
        })?;
        Ok(())
    }

    fn entry(&mut self, key: &str) -> Result<RegistryEntry, JsonError> {
        const MEMBERS: [&str; 4] = ["username", "password", "email", "auth"];
        let shown = mask_user(key);
        let mut entry = RegistryEntry::default();
        let (mut auth, mut seen) = (None, Vec::new());
        self.object(&format!("the entry of `{shown}`"), |decoder, name| {
            let Some(member) = decoder.known(&name, &MEMBERS, &mut seen) else {
                return decoder.token(&name, &mut entry);
            };
            // `null` leaves what an earlier member of the same name said.
            let Some(text) = decoder.string(|| format!("`{member}` of `{shown}`"))? else {
                return Ok(());
            };
            if matches!(member, "password" | "auth") {
                decoder.secrets.push(Password::new(text.clone().into_bytes()));
            }
            match member {
                "username" => entry.username = text.into_bytes(),
                "password" => entry.password = Password::new(text.into_bytes()),
                "email" => entry.email = text,
                _ => auth = Some(text),
            }
            Ok(())
        })?;
        if let Some(auth) = auth.filter(|auth| !auth.is_empty()) {
            self.take_auth(auth, shown, &mut entry);
        }
        Ok(entry)
    }

    /// Notes a token, which the kubelet does not read, and skips whatever else it does not know.
    fn token(&mut self, name: &str, entry: &mut RegistryEntry) -> Result<(), JsonError> {
        let is_token = matches!(name, "identitytoken" | "registrytoken");
        entry.has_token |= is_token;
        if is_token && self.reader.kind()? == Kind::String {
            let token = self.reader.string()?;
            self.secrets.push(Password::new(token.into_bytes()));
            return Ok(());
        }
        self.reader.skip_value()
    }

    /// Takes username and password from `auth`, which wins over the members of those names.
    fn take_auth(&mut self, mut auth: String, key: String, entry: &mut RegistryEntry) {
        entry.from_auth = true;
        match decode_auth_field(&auth) {
            Ok((username, password)) => {
                self.secrets.push(password.clone());
                (entry.username, entry.password) = (username, password);
            }
            Err(source) => self.fail(ConfigError::Auth { key, source }),
        }
        auth.zeroize();
    }

    /// Reads an object, or `null`, which holds nothing; says whether it was an object.
    fn object(
        &mut self,
        place: &str,
        mut member: impl FnMut(&mut Self, String) -> Result<(), JsonError>,
    ) -> Result<bool, JsonError> {
        match self.reader.kind()? {
            Kind::Object => {
                self.reader.begin_object()?;
                while let Some(name) = self.reader.next_member()? {
                    member(self, name)?;
                }
                return Ok(true);
            }
            Kind::Null => {}
            kind => self.fail(ConfigError::WrongKind {
                place: place.to_owned(),
                found: kind.name(),
                wanted: "an object",
            }),
        }
        self.reader.skip_value()?;
        Ok(false)
    }

    /// Reads a string, or `null`, which is none.
    fn string(&mut self, place: impl FnOnce() -> String) -> Result<Option<String>, JsonError> {
        match self.reader.kind()? {
            Kind::String => return self.reader.string().map(Some),
            Kind::Null => {}
            kind => self.fail(ConfigError::WrongKind {
                place: place(),
                found: kind.name(),
                wanted: "a string",
            }),
        }
        self.reader.skip_value()?;
        Ok(None)
    }

    /// Finds the member that Go takes `name` for, and notes what is odd about it.
    fn known<'m>(
        &mut self,
        name: &str,
        members: &[&'m str],
        seen: &mut Vec<&'m str>,
    ) -> Option<&'m str> {
        let member = *members.iter().find(|member| same_member(name, member))?;
        if name != member {
            self.oddities.push(ConfigOddity::OddCase { member: name.to_owned() });
        }
        if seen.contains(&member) {
            self.oddities.push(ConfigOddity::RepeatedMember { member: name.to_owned() });
        }
        seen.push(member);
        Some(member)
    }

    fn fail(&mut self, error: ConfigError) {
        self.error.get_or_insert(error);
    }
}
