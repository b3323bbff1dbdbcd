//! What `regrender explain CODE` says of problems of sealed files.

use regrender_config::Page;
use regrender_diagnostic::Severity;

/// A password in a SOPS file.
const FROM_SOPS: &str = "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { sops = \"secrets.yaml\", key = \"hub.password\" }\n";

/// A password in an age file.
const FROM_AGE: &str = "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { age = \"hub.password.age\" }\n";

pub(crate) static SEALED_SOURCE_IN_CLEAR: Page = Page {
    code: "sealed-source-in-clear",
    severity: Severity::Error,
    title: "a file that should be sealed, or a secret in it, is in clear",
    why: "A file that sops sealed has its metadata in it, and an age file begins with its version; this one has neither.\nOr sops left this one value of it in clear, because no rule such as `encrypted_regex` takes its key in.\nWhoever can read the repository can read what is in it.",
    example: FROM_SOPS,
    way_out: "seal it with `sops encrypt --in-place FILE` or `age --recipient age1… --output FILE.age FILE`, and change the password if it was ever committed; or name it as a `file`. A value in clear needs a rule that takes its key in, and the file to be sealed anew.",
};

pub(crate) static SEALED_SOURCE_NO_IDENTITY: Page = Page {
    code: "sealed-source-no-identity",
    severity: Severity::Error,
    title: "a sealed source opens with none of the identities",
    why: "A sealed source is opened with the identities that open the output: those of `--identity`, and those that sops would find.",
    example: FROM_SOPS,
    way_out: "name an identity of one of its recipients with `--identity FILE` or SOPS_AGE_KEY_FILE; or seal the file for yours.",
};

pub(crate) static SEALED_SOURCE_OTHER_KEYS: Page = Page {
    code: "sealed-source-other-keys",
    severity: Severity::Error,
    title: "a SOPS file has no key that age opens",
    why: "Its data key is wrapped for a key service of a cloud, for PGP or for Vault, or is split between groups of keys.\nregrender opens files with age identities only.",
    example: FROM_SOPS,
    way_out: "add an age recipient with `sops rotate --in-place --add-age age1… FILE`, or let sops open it: `{ command = [\"sops\", \"decrypt\", \"--extract\", \"[\\\"hub\\\"]\", \"FILE\"] }`.",
};

pub(crate) static SEALED_SOURCE_CHANGED: Page = Page {
    code: "sealed-source-changed",
    severity: Severity::Error,
    title: "a sealed source was changed after it was sealed",
    why: "The MAC of the file, or that of a value, does not match.\nSomebody may have put another value there.",
    example: FROM_SOPS,
    way_out: "take the file from the Git history, or look at its values and seal it again.",
};

pub(crate) static SEALED_SOURCE_UNREADABLE: Page = Page {
    code: "sealed-source-unreadable",
    severity: Severity::Error,
    title: "a sealed source cannot be read",
    why: "The file is not what its name says: sops takes the format from the extension, and an age file begins with its version.",
    example: FROM_AGE,
    way_out: "name the file that sops or age wrote; try whether they open it.",
};

pub(crate) static SEALED_SOURCE_PASSPHRASE: Page = Page {
    code: "sealed-source-passphrase",
    severity: Severity::Error,
    title: "an age file is sealed with a passphrase",
    why: "A build runs where nobody can be asked.",
    example: FROM_AGE,
    way_out: "seal it for a recipient: `age --recipient age1… --output FILE.age FILE`.",
};

pub(crate) static SEALED_SOURCE_MISSING_KEY: Page = Page {
    code: "sealed-source-missing-key",
    severity: Severity::Error,
    title: "a SOPS file has no value where `key` leads",
    why: "The path goes from the top of the file through the names of its keys; in a list, through positions from 0.\nOf several documents, the first is used.",
    example: FROM_SOPS,
    way_out: "write `key` as the file has it; the message lists the names at the point where the path ends.",
};

pub(crate) static SEALED_SOURCE_NO_VALUE: Page = Page {
    code: "sealed-source-no-value",
    severity: Severity::Error,
    title: "`key` leads to more or less than one value",
    why: "A password is one value, and not a mapping, a list or null.",
    example: FROM_SOPS,
    way_out: "lead `key` on to the value.",
};

pub(crate) static SEALED_SOURCE_NOT_QUOTED: Page = Page {
    code: "sealed-source-not-quoted",
    severity: Severity::Warning,
    title: "a value of a SOPS file is a number, a truth value or a point in time",
    why: "Without quotes, YAML and JSON read `0123`, `1.50`, `yes` or `2026-01-02` as something other than text, and sops writes that in its own way.\nThe password may differ from what was typed.",
    example: FROM_SOPS,
    way_out: "put it between quotes: `sops edit FILE`.",
};
