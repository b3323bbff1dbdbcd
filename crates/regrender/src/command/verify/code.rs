//! The codes of what `verify` finds: what each says, and the way out.

use regrender_seal::Flaw;

/// A kind of thing that is not as registries.toml declares it.
#[derive(Debug)]
pub(crate) struct Code {
    /// The name, which never changes.
    pub(crate) name: &'static str,
    /// What it says.
    what: &'static str,
    /// What to do about it.
    pub(super) help: &'static str,
}

const BUILD: &str = "run `regrender build` and commit what it writes";

/// Makes each code a constant, and lists them all.
macro_rules! codes {
    ($($constant:ident, $name:literal, $what:literal, $help:expr;)*) => {
        $(
            pub(super) static $constant: Code =
                Code { name: $name, what: $what, help: $help };
        )*

        /// Every code there is.
        pub(crate) static ALL: &[&Code] = &[$(&$constant,)*];
    };
}

codes! {
    MISSING_FILE, "missing-file",
        "A file is declared and not there.",
        BUILD;
    OUTDATED_FILE, "outdated-file",
        "A file differs from what is declared; a sealed one also if it was sealed for other \
         registries or usernames.",
        BUILD;
    UNDECLARED_FILE, "undeclared-file",
        "A file in the output folder is not declared, or not any more. One that no build wrote is \
         yours: move it out of the folder.",
        BUILD;
    FOREIGN_FILE, "foreign-file",
        "Something that no build wrote is in the place of a declared file.",
        "move it away and build again";
    UNFINISHED_FILE, "unfinished-file",
        "An interrupted build left a file beside its place.",
        BUILD;
    NOT_SEALED, "not-sealed",
        "A file that should be sealed is not.",
        BUILD;
    BROKEN_FILE, "broken-file",
        "A sealed file is damaged: nobody could open it.",
        BUILD;
    CLEAR_SECRET, "clear-secret",
        "A Secret in the output folder can be read by everybody, whoever put it there.",
        "change the credential at the registry, remove the file, and build again";
    VALUE_IN_CLEAR, "value-in-clear",
        "A value or a comment of a sealed file can be read by everybody.",
        BUILD;
    TEXT_BEHIND_VALUE, "text-behind-value",
        "There is text after an encrypted value or after the MAC. sops opens such a file and does \
         not look there, so everybody can read and change the text, and no decryption shows it. \
         If it is a secret, change it at the registry.",
        BUILD;
    MISSING_RECIPIENT, "missing-recipient",
        "A recipient cannot open a file.",
        BUILD;
    UNDECLARED_RECIPIENT, "undeclared-recipient",
        "Somebody who is not a declared recipient can open a file.",
        BUILD;
    DUPLICATE_RECIPIENT, "duplicate-recipient",
        "A sealed file lists a recipient twice.",
        BUILD;
    OTHER_RECIPIENTS, "other-recipients",
        "An age file is not sealed for exactly the declared recipients; it does not say for whom it is.",
        BUILD;
    OTHER_SELECTOR, "other-selector",
        "A sealed file encrypts other keys than `data` and `stringData`.",
        BUILD;
    OTHER_MAC_SCOPE, "other-mac-scope",
        "The MAC of a sealed file covers something else than `mac` says.",
        BUILD;
    EXPIRED_TOKEN, "expired-token",
        "A credential in a sealed file has expired.",
        "build and apply the tree anew with fresh tokens, or let `provide` renew them";
    OTHER_CERTIFICATE, "other-certificate",
        "A SealedSecret is sealed for another key than that of `certificate`, or does not say for \
         which.",
        BUILD;
    OTHER_SCOPE, "other-scope",
        "An annotation of a SealedSecret asks for another scope than the strict one.",
        BUILD;
    FINGERPRINT_MISSING, "fingerprint-missing",
        "A SealedSecret carries no fingerprint, so no build sealed it.",
        BUILD;
    FINGERPRINT_DIFFERS, "fingerprint-differs",
        "A SealedSecret is not as it was sealed, or the fingerprint key is a different one. Only \
         checked if the key is at hand.",
        BUILD;
}

impl Code {
    /// Returns that of a flaw of a sealed file.
    pub(super) fn of(flaw: &Flaw) -> &'static Self {
        match flaw {
            Flaw::ValueInClear(_) | Flaw::CommentInClear(_) => &VALUE_IN_CLEAR,
            Flaw::TextBehindValue(_) => &TEXT_BEHIND_VALUE,
            Flaw::DuplicateRecipient(_) => &DUPLICATE_RECIPIENT,
            Flaw::OtherKeys(_) => &UNDECLARED_RECIPIENT,
            Flaw::OtherSelector => &OTHER_SELECTOR,
            _ => &BROKEN_FILE,
        }
    }

    /// Says what is behind the code, for `regrender explain`.
    pub(crate) fn page(&self) -> String {
        let Self { name, what, help } = self;
        format!("## {name}\n\nerror: {what}\n\nWay out: {help}\n")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_codes_have_one_name() {
        let names: BTreeSet<&str> = ALL.iter().map(|code| code.name).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn every_code_has_its_row_in_the_documentation() {
        let text = include_str!("../../../../../docs/commands.md");
        for code in ALL {
            let row = format!("| `{}` | {} | {} |", code.name, code.what, capital(code.help));
            assert!(text.contains(&row), "docs/commands.md needs this row:\n{row}");
        }
    }

    /// Way outs stand below a finding in small letters, and are sentences in the documentation.
    fn capital(text: &str) -> String {
        let (first, rest) = text.split_at(1);
        format!("{}{rest}.", first.to_uppercase())
    }
}
