//! What `regrender explain CODE` says of problems of credential helpers.

use regrender_config::Page;
use regrender_diagnostic::Severity;

/// A credential that a helper keeps.
const KEPT_BY_PASS: &str =
    "[registry.hub]\nkind = \"docker-hub\"\ncredential = { helper = \"pass\" }\n";

pub(crate) static HELPER_MISSING: Page = Page {
    code: "helper-missing",
    severity: Severity::Error,
    title: "a credential helper is not there or cannot be run",
    why: "A helper is a program `docker-credential-NAME` in one of the folders of PATH.\nA pipeline does not have those of your own machine.",
    example: "[registry.hub]\nkind = \"docker-hub\"\ncredential = { helper = \"ecr-login\" }\n",
    way_out: "install it, or name the credential by `username` and `password`.",
};

pub(crate) static HELPER_FAILED: Page = Page {
    code: "helper-failed",
    severity: Severity::Error,
    title: "a credential helper failed",
    why: "It ended with an error. What it said on standard error is shown; what it printed is not, because it may be the password.",
    example: KEPT_BY_PASS,
    way_out: "ask it by hand: `echo HOST | docker-credential-NAME get`.",
};

pub(crate) static HELPER_TIMEOUT: Page = Page {
    code: "helper-timeout",
    severity: Severity::Error,
    title: "a credential helper took too long",
    why: "A helper may wait for somebody to type, or for a store that is locked.",
    example: "[registry.hub]\nkind = \"docker-hub\"\ncredential = { helper = \"secretservice\", timeout = \"5s\" }\n",
    way_out: "raise `timeout`, or unlock the store first.",
};

pub(crate) static HELPER_NO_CREDENTIAL: Page = Page {
    code: "helper-no-credential",
    severity: Severity::Error,
    title: "a credential helper has no credential for the registry",
    why: "It was asked for the host as Docker asks, and for the address with `https://`.",
    example: KEPT_BY_PASS,
    way_out: "log in with `docker login HOST`, or name the address under which it is kept with `key`.",
};

pub(crate) static HELPER_BAD_ANSWER: Page = Page {
    code: "helper-bad-answer",
    severity: Severity::Error,
    title: "what a credential helper printed is not an answer",
    why: "An answer is a JSON object with `Username` and `Secret`, both of them text.\nWhat was printed instead is not shown: it may be the password.",
    example: KEPT_BY_PASS,
    way_out: "ask it by hand: `echo HOST | docker-credential-NAME get`.",
};

pub(crate) static HELPER_IDENTITY_TOKEN: Page = Page {
    code: "helper-identity-token",
    severity: Severity::Error,
    title: "a credential helper keeps an identity token",
    why: "With the username `<token>` a helper says that the secret is a token that Docker exchanges for access.\nThe kubelet cannot do that.",
    example: "[registry.hub]\nkind = \"docker-hub\"\ncredential = { helper = \"desktop\" }\n",
    way_out: "make a token or password for pulling, and log in with that, or name it with `username` and `password`.",
};
