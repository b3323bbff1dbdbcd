//! A secret as it is read: keys, and values that are wiped when they are dropped.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use regrender_document::SecretText;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::error::VaultError;

/// A secret that was read.
#[derive(Clone, Debug)]
pub struct Secret {
    pub(crate) fields: BTreeMap<String, Field>,
    pub(crate) lease: Option<Duration>,
}

/// The value of a key.
#[derive(Clone, Debug)]
pub(crate) enum Field {
    /// A text.
    Text(SecretText),
    /// Something else; what, in a word.
    Other(&'static str),
}

impl Secret {
    /// Returns the text of `key`.
    ///
    /// # Errors
    ///
    /// There is no such key, or what it holds is no text.
    pub fn value(&self, key: &str) -> Result<SecretText, VaultError> {
        match self.fields.get(key) {
            Some(Field::Text(text)) => Ok(text.clone()),
            Some(Field::Other(kind)) => Err(VaultError::NotText { key: key.to_owned(), kind }),
            None => Err(VaultError::KeyMissing {
                key: key.to_owned(),
                there: self.keys().map(str::to_owned).collect(),
            }),
        }
    }

    /// Returns the names of the keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// Returns how long it lives, if the server made it for this reader only.
    #[must_use]
    pub fn lease(&self) -> Option<Duration> {
        self.lease
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Field, E> {
        Ok(Field::Text(SecretText::new(text.to_owned())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Field, E> {
        Ok(Field::Other("a boolean"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Field, E> {
        Ok(Field::Other("a number"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Field, E> {
        Ok(Field::Other("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Field, E> {
        Ok(Field::Other("a number"))
    }

    fn visit_unit<E>(self) -> Result<Field, E> {
        Ok(Field::Other("null"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Field, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Field::Other("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Field, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Field::Other("an object"))
    }
}
