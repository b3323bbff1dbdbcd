//! A secret as it is read: keys, and values that are wiped when they are dropped.

use std::collections::BTreeMap;
use std::time::Duration;

use regrender_document::SecretText;

use super::error::VaultError;
use crate::field::Field;

/// A secret that was read.
#[derive(Clone, Debug)]
pub struct Secret {
    pub(crate) fields: BTreeMap<String, Field>,
    pub(crate) lease: Option<Duration>,
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
