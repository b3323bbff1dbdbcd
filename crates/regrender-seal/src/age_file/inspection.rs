//! What a plain age file shows without any key.

use crate::age_file::SealedAge;
use crate::error::OpenError;
use crate::recipient::Recipients;

/// What a plain age file shows without any key.
#[derive(Debug)]
pub struct AgeInspection {
    /// The kinds of its stanzas, in order, without the mark.
    pub stanzas: Vec<String>,
    /// The fingerprint, if there is one.
    pub fingerprint: Option<String>,
    file: SealedAge,
}

/// Looks at an armored age file without opening it.
///
/// # Errors
///
/// Says that it is none.
pub fn inspect_age(text: &str) -> Result<AgeInspection, OpenError> {
    let file = SealedAge::parse(text).ok_or(OpenError::AgeFile)?;
    Ok(AgeInspection {
        stanzas: file.stanzas.iter().map(|stanza| stanza.tag.clone()).collect(),
        fingerprint: file.mark.as_ref().and_then(|mark| mark.fingerprint.clone()),
        file,
    })
}

impl AgeInspection {
    /// Says whether this crate wrote the file.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.file.mark.is_some()
    }

    /// Says whether the file is for exactly these recipients; `None` when it does not say for whom
    /// it is, because this crate did not write it.
    #[must_use]
    pub fn is_for(&self, recipients: &Recipients) -> Option<bool> {
        self.file.mark.as_ref().map(|mark| mark.is_for(recipients))
    }

    /// Says whether these comments stand above the document in the file; `None` when it does not say
    /// what does, because this crate did not write it.
    #[must_use]
    pub fn begins_with(&self, comments: &[String]) -> Option<bool> {
        self.file.mark.as_ref().map(|mark| mark.begins_with(comments))
    }
}
