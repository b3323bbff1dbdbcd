//! What `regrender explain CODE` says of tokens that are dead soon.

use regrender_config::Page;
use regrender_diagnostic::Severity;

use super::FROM_VARIABLE;

pub(crate) static TOKEN_EXPIRED: Page = Page {
    code: "token-expired",
    severity: Severity::Error,
    title: "a token is dead",
    why: "The token says so itself, or tokens of its kind do not live that long; the registry was not asked.\nA pull secret with it pulls nothing.",
    example: FROM_VARIABLE,
    way_out: "make a new token.",
};

pub(crate) static SHORT_LIVED_TOKEN: Page = Page {
    code: "short-lived-token",
    severity: Severity::Error,
    title: "a token is dead within a day",
    why: "A pod that is restarted tomorrow pulls with what is sealed today: by then the token has expired.\nIt is recognised by its shape: a JSON Web Token with `exp`, a token of ECR, one that begins like those of a GitHub App, of a job of GitLab or of Google.",
    example: FROM_VARIABLE,
    way_out: "use a token that lasts, or `provide`; `allow-short-lived = true` seals it all the same.",
};

pub(crate) static TOKEN_EXPIRES_SOON: Page = Page {
    code: "token-expires-soon",
    severity: Severity::Warning,
    title: "a token is dead within a month",
    why: "The token says so itself; the registry was not asked.",
    example: FROM_VARIABLE,
    way_out: "make a new token in time.",
};
