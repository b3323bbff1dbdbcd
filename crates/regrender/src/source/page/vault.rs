//! What `regrender explain CODE` says of problems of Vault.

use regrender_config::Page;
use regrender_diagnostic::Severity;

/// A password in Vault, whose store is said to have version 2.
const WITH_VERSION_TWO: &str = "[vault]\nkv-version = 2\n\n[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { vault = \"ci/hub\", key = \"token\" }\n";

/// The same with version 1.
const WITH_VERSION_ONE: &str = "[vault]\nkv-version = 1\n\n[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { vault = \"ci/hub\", key = \"token\" }\n";

/// A password in Vault, whose address is declared.
const WITH_ADDRESS: &str = "[vault]\naddress = \"https://vault.example.com:8200\"\n\n[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { vault = \"ci/hub\", key = \"token\" }\n";

pub(crate) static VAULT_NO_ADDRESS: Page = Page {
    code: "vault-no-address",
    severity: Severity::Error,
    title: "nobody says where Vault is",
    why: "The address is that of `[vault]`, or of VAULT_ADDR or BAO_ADDR in the environment.",
    example: WITH_VERSION_TWO,
    way_out: "write `address` in `[vault]`, or set VAULT_ADDR.",
};

pub(crate) static VAULT_NO_TOKEN: Page = Page {
    code: "vault-no-token",
    severity: Severity::Error,
    title: "there is no token to ask Vault with",
    why: "Without `auth` in `[vault]` the token is that of VAULT_TOKEN or BAO_TOKEN, or of the file `~/.vault-token` that `vault login` writes.",
    example: WITH_ADDRESS,
    way_out: "log in with `vault login`, set VAULT_TOKEN, or write `auth`.",
};

pub(crate) static VAULT_BAD_CA: Page = Page {
    code: "vault-bad-ca",
    severity: Severity::Error,
    title: "the certificates of Vault's authority cannot be read",
    why: "`ca` of `[vault]`, VAULT_CACERT or BAO_CACERT names a PEM file with certificates; if there is one, no other authority is trusted.",
    example: "[vault]\nca = \"corp-ca.pem\"\n\n[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { vault = \"ci/hub\", key = \"token\" }\n",
    way_out: "name a PEM file with the certificate of its authority.",
};

pub(crate) static VAULT_UNREACHABLE: Page = Page {
    code: "vault-unreachable",
    severity: Severity::Error,
    title: "Vault does not answer",
    why: "The network, a proxy or the address is in the way.",
    example: WITH_ADDRESS,
    way_out: "try whether `vault status` gets an answer from the same place.",
};

pub(crate) static VAULT_TLS: Page = Page {
    code: "vault-tls",
    severity: Severity::Error,
    title: "the connection to Vault is not safe",
    why: "Its certificate is not signed by an authority that is trusted here, is for another name, or is not valid today.\nA token is never sent over such a connection.",
    example: WITH_ADDRESS,
    way_out: "name the certificate of its authority with `ca`, or renew its certificate.",
};

pub(crate) static VAULT_SEALED: Page = Page {
    code: "vault-sealed",
    severity: Severity::Error,
    title: "Vault is sealed",
    why: "After a start it answers nothing until it is unsealed; a standby answers nothing without an active node.",
    example: WITH_ADDRESS,
    way_out: "let somebody unseal it: `vault operator unseal`.",
};

pub(crate) static VAULT_REDIRECTS: Page = Page {
    code: "vault-redirects",
    severity: Severity::Error,
    title: "Vault sends elsewhere",
    why: "A token is sent to the address that is declared, and never to another one because an answer says so.",
    example: WITH_ADDRESS,
    way_out: "write the address that it redirects to into `address`.",
};

pub(crate) static VAULT_LOGIN_REFUSED: Page = Page {
    code: "vault-login-refused",
    severity: Severity::Error,
    title: "Vault refuses to log in",
    why: "The role, secret or signed token is not what the method expects, or the method is mounted elsewhere.\nA login that was refused is not tried again.",
    example: "[vault]\nauth = { method = \"jwt\", role = \"ci\", jwt = { env = \"CI_JOB_JWT\" } }\n\n[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { vault = \"ci/hub\", key = \"token\" }\n",
    way_out: "see whether `role`, `mount` and the claims that the role is bound to are right.",
};

pub(crate) static VAULT_TOKEN_REFUSED: Page = Page {
    code: "vault-token-refused",
    severity: Severity::Error,
    title: "Vault does not know the token",
    why: "It is mistyped, revoked or expired.",
    example: "[vault]\nauth = { method = \"token\", token = { env = \"VAULT_TOKEN\" } }\n\n[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { vault = \"ci/hub\", key = \"token\" }\n",
    way_out: "log in again.",
};

pub(crate) static VAULT_DENIED: Page = Page {
    code: "vault-denied",
    severity: Severity::Error,
    title: "the token may not read the secret",
    why: "Vault says the same of a secret that is not there and of one that the token may not read.",
    example: WITH_VERSION_TWO,
    way_out: "give the token a policy that allows `read` on the path: `ci/data/hub` for version 2, `ci/hub` for version 1.",
};

pub(crate) static VAULT_MISSING_SECRET: Page = Page {
    code: "vault-missing-secret",
    severity: Severity::Error,
    title: "there is no such secret in Vault",
    why: "The path is the mount of a key-value engine and the path below it, as `vault kv get` takes it.",
    example: WITH_VERSION_TWO,
    way_out: "write the path as `vault kv list` shows it, without `data/`.",
};

pub(crate) static VAULT_MISSING_FIELD: Page = Page {
    code: "vault-missing-field",
    severity: Severity::Error,
    title: "a secret of Vault has no text under `key`",
    why: "A secret has fields; `key` names one, and it holds text.",
    example: WITH_VERSION_TWO,
    way_out: "write `key` as `vault kv get` shows it; the message lists the fields.",
};

pub(crate) static VAULT_BUSY: Page = Page {
    code: "vault-busy",
    severity: Severity::Error,
    title: "Vault cannot answer now",
    why: "It answered with 429 or an error of its own, again and again.",
    example: WITH_VERSION_TWO,
    way_out: "run the build again later.",
};

pub(crate) static VAULT_BAD_ANSWER: Page = Page {
    code: "vault-bad-answer",
    severity: Severity::Error,
    title: "what answers is not Vault",
    why: "Another server, or a page of a proxy, answers at the address.",
    example: WITH_ADDRESS,
    way_out: "see whether `address`, or VAULT_ADDR, is right.",
};

pub(crate) static VAULT_REFUSED: Page = Page {
    code: "vault-refused",
    severity: Severity::Error,
    title: "Vault refuses the question",
    why: "It says that the question is wrong.",
    example: WITH_VERSION_ONE,
    way_out: "ask by hand: `vault kv get PATH`.",
};

pub(crate) static EMPTY_VAULT_LOGIN: Page = Page {
    code: "empty-vault-login",
    severity: Severity::Error,
    title: "a secret to log in to Vault with is empty",
    why: "There is nothing to log in with.",
    example: "[vault]\nauth = { method = \"token\", token = { env = \"TOKEN\" } }\n\n[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { vault = \"ci/hub\", key = \"token\" }\n",
    way_out: "fill it, or name another source.",
};

pub(crate) static VAULT_LEASED: Page = Page {
    code: "vault-leased",
    severity: Severity::Warning,
    title: "a secret of Vault is lent for a time",
    why: "An engine made it for this run, and will revoke it. What is sealed now is dead then.",
    example: WITH_VERSION_ONE,
    way_out: "name a secret that lasts.",
};

pub(crate) static VAULT_IN_CLEAR: Page = Page {
    code: "vault-in-clear",
    severity: Severity::Warning,
    title: "the environment names a Vault without TLS",
    why: "Whoever is on the network in between can read the token and every secret that is asked for.",
    example: WITH_VERSION_TWO,
    way_out: "set VAULT_ADDR to an address with `https://`.",
};
