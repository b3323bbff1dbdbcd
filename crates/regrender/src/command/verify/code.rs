//! The codes of what `verify` finds: what each says, and the way out.

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

/// Every code there is.
pub(crate) static ALL: &[&Code] = &[
    &MISSING_FILE,
    &OUTDATED_FILE,
    &UNDECLARED_FILE,
    &FOREIGN_FILE,
    &UNFINISHED_FILE,
    &NOT_SEALED,
    &BROKEN_FILE,
    &CLEAR_SECRET,
    &VALUE_IN_CLEAR,
    &TEXT_BEHIND_VALUE,
    &MISSING_RECIPIENT,
    &UNDECLARED_RECIPIENT,
    &DUPLICATE_RECIPIENT,
    &OTHER_RECIPIENTS,
    &OTHER_SELECTOR,
    &OTHER_MAC_SCOPE,
    &EXPIRED_TOKEN,
    &OTHER_CERTIFICATE,
    &OTHER_SCOPE,
    &FINGERPRINT_MISSING,
    &FINGERPRINT_DIFFERS,
];

pub(super) static MISSING_FILE: Code =
    Code { name: "missing-file", what: "A file is declared and not there.", help: BUILD };

pub(super) static OUTDATED_FILE: Code = Code {
    name: "outdated-file",
    what: "A file says something else than is declared.",
    help: BUILD,
};

pub(super) static UNDECLARED_FILE: Code = Code {
    name: "undeclared-file",
    what: "A file in the output folder is not declared, or not any more.",
    help: BUILD,
};

pub(super) static FOREIGN_FILE: Code = Code {
    name: "foreign-file",
    what: "Something that no build wrote lies in the place of a file that is declared.",
    help: "move it away and build again",
};

pub(super) static UNFINISHED_FILE: Code = Code {
    name: "unfinished-file",
    what: "An interrupted build left a file beside its place.",
    help: BUILD,
};

pub(super) static NOT_SEALED: Code =
    Code { name: "not-sealed", what: "A file that shall be sealed is not.", help: BUILD };

pub(super) static BROKEN_FILE: Code =
    Code { name: "broken-file", what: "A sealed file cannot be one that opens.", help: BUILD };

pub(super) static CLEAR_SECRET: Code = Code {
    name: "clear-secret",
    what: "A Secret in the output folder can be read by everybody, whoever put it there.",
    help: "change the credential at the registry, remove the file, and build again",
};

pub(super) static VALUE_IN_CLEAR: Code = Code {
    name: "value-in-clear",
    what: "A value or a comment of a sealed file can be read by everybody.",
    help: BUILD,
};

pub(super) static TEXT_BEHIND_VALUE: Code = Code {
    name: "text-behind-value",
    what: "Text stands behind an encrypted value or behind the MAC. sops opens such a file and does \
           not look there, so everybody can read and change it and no decryption shows it. If it \
           is a secret, change it at the registry.",
    help: BUILD,
};

pub(super) static MISSING_RECIPIENT: Code =
    Code { name: "missing-recipient", what: "A recipient cannot open a file.", help: BUILD };

pub(super) static UNDECLARED_RECIPIENT: Code = Code {
    name: "undeclared-recipient",
    what: "Somebody who is no recipient can open a file.",
    help: BUILD,
};

pub(super) static DUPLICATE_RECIPIENT: Code = Code {
    name: "duplicate-recipient",
    what: "A sealed file lists a recipient twice.",
    help: BUILD,
};

pub(super) static OTHER_RECIPIENTS: Code = Code {
    name: "other-recipients",
    what: "An age file is not for exactly the recipients; it does not say for whom it is.",
    help: BUILD,
};

pub(super) static OTHER_SELECTOR: Code = Code {
    name: "other-selector",
    what: "A sealed file encrypts other keys than `data` and `stringData`.",
    help: BUILD,
};

pub(super) static OTHER_MAC_SCOPE: Code = Code {
    name: "other-mac-scope",
    what: "The MAC of a sealed file covers something else than `mac` says.",
    help: BUILD,
};

pub(super) static EXPIRED_TOKEN: Code = Code {
    name: "expired-token",
    what: "The first of the credentials in a sealed file is dead.",
    help: "build and apply the tree anew with fresh tokens, or let `provide` renew them",
};

pub(super) static OTHER_CERTIFICATE: Code = Code {
    name: "other-certificate",
    what: "A SealedSecret is sealed for another key than that of `certificate`, or does not say for \
           which.",
    help: BUILD,
};

pub(super) static OTHER_SCOPE: Code = Code {
    name: "other-scope",
    what: "An annotation of a SealedSecret asks for another scope than the strict one.",
    help: BUILD,
};

pub(super) static FINGERPRINT_MISSING: Code = Code {
    name: "fingerprint-missing",
    what: "A SealedSecret carries no fingerprint, so no build sealed it.",
    help: BUILD,
};

pub(super) static FINGERPRINT_DIFFERS: Code = Code {
    name: "fingerprint-differs",
    what: "A SealedSecret is not as it was sealed, or the fingerprint key is another. Told where the \
           key is at hand.",
    help: BUILD,
};

impl Code {
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
