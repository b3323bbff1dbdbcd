//! Wording for Vault: its address, and how to log in.

use regrender_diagnostic::{Diagnostic, Severity, Span};

use crate::Page;
use crate::problem::quoted;

pub(crate) const PAGES: &[&Page] =
    &[&INVALID_VAULT_ADDRESS, &VAULT_WITHOUT_TLS, &VAULT_FROM_VAULT, &INVALID_VAULT_MOUNT];

static INVALID_VAULT_ADDRESS: Page = Page {
    code: "invalid-vault-address",
    severity: Severity::Error,
    title: "an address at which no Vault can be asked",
    why: "An address is `https://` and a host, with a port where it is not 443.\nIt has no username and no query, and is not a Unix socket.",
    example: "[vault]\naddress = \"vault.example.com:8200\"\n",
    way_out: "write it as VAULT_ADDR has it: `address = \"https://vault.example.com:8200\"`.",
};

static VAULT_WITHOUT_TLS: Page = Page {
    code: "vault-without-tls",
    severity: Severity::Warning,
    title: "Vault is asked without TLS",
    why: "Whoever is on the network in between can read the token and every secret that is asked for.\nOn the machine itself nobody is in between.",
    example: "[vault]\naddress = \"http://vault.example.com:8200\"\n",
    way_out: "use `https://`; name its authority with `ca` if the system does not know it.",
};

static VAULT_FROM_VAULT: Page = Page {
    code: "vault-from-vault",
    severity: Severity::Error,
    title: "logging in to Vault needs a secret that is in Vault",
    why: "The secret cannot be read before logging in.",
    example: "[vault]\nauth = { method = \"token\", token = { vault = \"ci/vault\", key = \"token\" } }\n",
    way_out: "name another source, such as `{ env = \"VAULT_TOKEN\" }`.",
};

static INVALID_VAULT_MOUNT: Page = Page {
    code: "invalid-vault-mount",
    severity: Severity::Error,
    title: "a mount or a namespace that Vault cannot have",
    why: "Both are names with slashes between them, without spaces around them.",
    example: "[vault]\nnamespace = \"team//a\"\n",
    way_out: "write it as `vault auth list` or `vault namespace list` shows it.",
};

/// An address at which no Vault can be asked. It is not shown: a password may stand in it.
pub(crate) fn invalid_address(span: Span, reason: &str, suggestion: Option<&str>) -> Diagnostic {
    let problem = INVALID_VAULT_ADDRESS
        .problem("`address` of `[vault]` is not the address of a Vault")
        .at(span.clone(), reason);
    match suggestion {
        Some(address) => problem.fix(span, quoted(address), "write it with its scheme"),
        None => problem.help("write `address = \"https://HOST:8200\"`"),
    }
}

/// An address without TLS, not on this machine.
pub(crate) fn without_tls(span: Span) -> Diagnostic {
    VAULT_WITHOUT_TLS
        .problem("`address` of `[vault]` is without TLS")
        .at(span, "the token and every secret can be read on the way")
        .help("write `https://`, and name its authority with `ca` if no system knows it")
}

/// A source of the login that is Vault itself.
pub(crate) fn from_vault(purpose: &str, span: Span) -> Diagnostic {
    VAULT_FROM_VAULT
        .problem(format!("{purpose} is itself in Vault"))
        .at(span, "cannot be read before logging in")
        .help("name another source, such as `{ env = \"NAME\" }`")
}

/// A mount or a namespace that Vault cannot have.
pub(crate) fn invalid_mount(owner: &str, key: &str, span: Span) -> Diagnostic {
    INVALID_VAULT_MOUNT
        .problem(format!("`{key}` of {owner} cannot be one of Vault"))
        .at(span, "must be names with `/` between them")
        .help(format!("write `{key} = \"NAME\"`, or remove the key"))
}
