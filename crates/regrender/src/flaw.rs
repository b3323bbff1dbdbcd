//! What looks wrong in a sealed file, in words.

use regrender_seal::{Flaw, short_recipient};

/// Describes a flaw; never shows a value.
pub(crate) fn describe(flaw: &Flaw) -> String {
    match flaw {
        Flaw::SeveralDocuments(count) => format!("holds {count} documents; one was written"),
        Flaw::ValueInClear(path) => format!("`{path}` can be read by everybody"),
        Flaw::MalformedValue(path) => format!("`{path}` is no well-formed encrypted value"),
        Flaw::TextBehindValue(path) => {
            format!("behind the encrypted value of `{path}` stands text that nothing seals")
        }
        Flaw::CommentInClear(path) => format!("a comment in `{path}` can be read by everybody"),
        Flaw::OtherSelector => String::from("encrypts other keys than `data` and `stringData`"),
        Flaw::MacMissing => String::from("has no MAC"),
        Flaw::MacMalformed => String::from("its MAC is no well-formed encrypted value"),
        Flaw::VersionMalformed => {
            String::from("names no version of sops, without which sops opens nothing")
        }
        Flaw::DuplicateRecipient(recipient) => {
            format!("lists `{}` twice", short_recipient(recipient))
        }
        Flaw::MalformedKey(recipient) => {
            format!("what is wrapped for `{}` cannot hold a data key", short_recipient(recipient))
        }
        Flaw::ForeignStanza(recipient) => {
            format!(
                "what is wrapped for `{}` is wrapped for another kind of key",
                short_recipient(recipient)
            )
        }
        Flaw::OtherKeys(services) => {
            format!("can be opened with {} too", services.join(", "))
        }
        Flaw::KeyGroups => String::from("splits its data key between groups of keys"),
        _ => String::from("is not as a build writes it"),
    }
}
