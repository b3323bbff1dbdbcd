//! Wording for recipients.

use regrender_diagnostic::{Diagnostic, Severity, Span};

use super::cluster::whose;
use crate::Page;

pub(crate) const PAGES: &[&Page] = &[
    &SECRET_KEY_AS_RECIPIENT,
    &DAMAGED_RECIPIENT,
    &UNKNOWN_RECIPIENT,
    &MIXED_RECIPIENTS,
    &UNUSABLE_SSH_KEY,
    &NO_RECIPIENTS,
    &NO_NATIVE_RECIPIENT,
];

static SECRET_KEY_AS_RECIPIENT: Page = Page {
    code: "secret-key-as-recipient",
    severity: Severity::Error,
    title: "a secret key is listed as a recipient",
    why: "Recipients are the public halves of key pairs: they begin with `age1` or `ssh-`.\nThe private half opens everything that was ever sealed for it, and registries.toml is committed.",
    example: "[seal]\nrecipients = [\"AGE-SECRET-KEY-1EXAMPLE\"]\n",
    way_out: "print the public half with `age-keygen -y KEY_FILE` and list that.\nIf the file was ever committed, make a new key pair, seal everything anew and change the credentials.",
};

static DAMAGED_RECIPIENT: Page = Page {
    code: "damaged-recipient",
    severity: Severity::Error,
    title: "a recipient has a wrong, missing or extra character",
    why: "Recipients carry a checksum, so that a slip is found before something is sealed for a key that nobody has.",
    example: "[seal]\nrecipients = [\"age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqsqqqqq\"]\n",
    way_out: "copy the recipient again, or print it with `age-keygen -y KEY_FILE`.",
};

static UNKNOWN_RECIPIENT: Page = Page {
    code: "unknown-recipient",
    severity: Severity::Error,
    title: "a text that is not a recipient",
    why: "A recipient is a public key itself, not the name of a file or of a person.",
    example: "[seal]\nrecipients = [\"ops@example.com\"]\n",
    way_out: "list a key that begins with `age1`, `ssh-ed25519` or `ssh-rsa`.",
};

static MIXED_RECIPIENTS: Page = Page {
    code: "mixed-recipients",
    severity: Severity::Warning,
    title: "a post-quantum recipient beside one that is not",
    why: "What is sealed for several can be opened with the key of any of them, so it withstands quantum computers only if all of them do.\nWhoever copies the repository today can wait for one.",
    example: concat!(
        "[seal]\nrecipients = [\"age1k88q92s2jey7euu8k660usnfslsvk8tz94rmrnl95nyf07a74sdqghg9nt\", \"",
        include_str!("post_quantum_recipient.txt"),
        "\"]\n",
    ),
    way_out: "make a post-quantum key pair for everybody with `age-keygen -pq`, and list these alone.",
};

static UNUSABLE_SSH_KEY: Page = Page {
    code: "unusable-ssh-key",
    severity: Severity::Error,
    title: "an SSH key that age cannot seal for",
    why: "age takes `ssh-ed25519` keys and `ssh-rsa` keys of at least 2048 bits.\nKeys of other kinds, certificates and keys on security tokens cannot open a sealed file.",
    example: "[seal]\nrecipients = [\"ssh-dss AAAAB3NzaC1kc3MAAACBAA\"]\n",
    way_out: "copy the whole line of a `.pub` file of type `ssh-ed25519`, or list an `age1` recipient.",
};

static NO_RECIPIENTS: Page = Page {
    code: "no-recipients",
    severity: Severity::Error,
    title: "nobody could open what is sealed",
    why: "Sealing needs at least one recipient; those of `[seal]` hold for every cluster that lists none itself.",
    example: "[seal]\nformat = \"sops\"\n",
    way_out: "add `recipients = [\"age1…\"]` to `[seal]`; `age-keygen -o FILE` makes a key pair.",
};

static NO_NATIVE_RECIPIENT: Page = Page {
    code: "no-native-recipient",
    severity: Severity::Warning,
    title: "no recipient whose identity Flux or Argo CD can use",
    why: "The controllers in the cluster open with an `age1` identity.\nThey have no SSH key and none of the programs that plugin recipients need.",
    example: "[seal]\nrecipients = [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN\"]\n",
    way_out: "add an `age1` recipient whose identity the cluster has.",
};

/// A private key among the recipients. Its text is never handed over.
pub(crate) fn secret_key(span: Span) -> Diagnostic {
    SECRET_KEY_AS_RECIPIENT
        .problem("a secret key is listed as a recipient")
        .at(span, "the private half of a key pair")
        .note("recipients are public keys; they begin with `age1` or `ssh-`")
        .help("print the public half with `age-keygen -y KEY_FILE` and list that instead")
        .help("if this file was ever committed, make a new key: this one is no longer secret")
}

/// A recipient whose checksum or length is wrong.
pub(crate) fn damaged(span: Span, reason: &str) -> Diagnostic {
    DAMAGED_RECIPIENT
        .problem("a recipient is damaged")
        .at(span, reason)
        .help("copy it again, or print it with `age-keygen -y KEY_FILE`")
}

/// An SSH key whose text is damaged.
pub(crate) fn damaged_ssh_key(span: Span, reason: &str) -> Diagnostic {
    DAMAGED_RECIPIENT
        .problem("an SSH key is damaged")
        .at(span, reason)
        .help("copy the whole line of its `.pub` file again")
}

/// What a text that is not a recipient may be.
#[derive(Clone, Copy)]
pub(crate) enum Looks {
    /// An address.
    Email,
    /// A path.
    File,
    /// A key that never leaves a service.
    KeyService,
    /// The fingerprint or id of a PGP key.
    Pgp,
    /// An SSH key without its type.
    SshWithoutType,
    /// Several keys in one text.
    Several,
    /// Nothing in particular.
    Other,
}

/// A text that is no recipient.
pub(crate) fn unknown(span: Span, looks: Looks) -> Diagnostic {
    let (label, help) = match looks {
        Looks::Email => ("an e-mail address", "list the public key of that person"),
        Looks::File => (
            "a path; recipients are the keys themselves",
            "copy the key from the file into this list",
        ),
        Looks::KeyService => (
            "a key of a key service; only age and SSH keys can be recipients",
            "make an age key with `age-keygen` and list its public half",
        ),
        Looks::Pgp => (
            "an OpenPGP key; only age and SSH keys can be recipients",
            "make an age key with `age-keygen` and list its public half",
        ),
        Looks::SshWithoutType => (
            "an SSH key without its type",
            "copy the whole line of the `.pub` file, from `ssh-ed25519` or `ssh-rsa` on",
        ),
        Looks::Several => ("several keys in one string", "list each key as a string of its own"),
        Looks::Other => (
            "begins with neither `age1` nor `ssh-`",
            "list a public key; `age-keygen -y KEY_FILE` prints one",
        ),
    };
    UNKNOWN_RECIPIENT.problem("a recipient is no public key").at(span, label).help(help)
}

/// A post-quantum recipient, and one that is not.
pub(crate) fn mixed(owner: &str, strong: Span, weak: Span) -> Diagnostic {
    MIXED_RECIPIENTS
        .problem(format!("post-quantum and other recipients are mixed in {owner}"))
        .at(weak, "an ordinary key, which a quantum computer could break")
        .beside(strong, "a post-quantum key")
        .note("what is sealed for both can be opened with either of them")
        .help("once everybody has a post-quantum key, list these alone, and change the credentials")
}

/// An SSH key that age cannot seal for.
pub(crate) fn unusable_ssh_key(span: Span, reason: &str) -> Diagnostic {
    UNUSABLE_SSH_KEY
        .problem("age cannot seal for this SSH key")
        .at(span, reason)
        .help("list an `ssh-ed25519` key or an `age1` recipient instead")
}

/// A cluster without recipients; `span` is where they could stand.
pub(crate) fn none(cluster: Option<&str>, span: Span) -> Diagnostic {
    let (title, label) = match cluster {
        Some(name) => (
            format!("nobody could open what is sealed for cluster `{name}`"),
            "no `recipients`, and `[seal]` has none for all",
        ),
        None => (String::from("nobody could open what is sealed"), "no `recipients`"),
    };
    NO_RECIPIENTS
        .problem(title)
        .at(span, label)
        .help("add `recipients = [\"age1…\"]` to `[seal]`; `age-keygen -o FILE` makes a key pair")
}

/// A cluster whose controllers could not open anything.
pub(crate) fn no_native(cluster: Option<&str>, span: Span) -> Diagnostic {
    let whose = whose(cluster);
    NO_NATIVE_RECIPIENT
        .problem(format!("Flux and Argo CD have no key for any of the recipients{whose}"))
        .at(span, "only SSH keys and plugins")
        .note("the controllers open with an `age1` identity; they have no SSH keys and no plugins")
        .help("add the `age1` recipient whose identity is in the cluster")
}
