//! What `regrender explain CODE` says of the last day of a credential.

use regrender_config::Page;
use regrender_diagnostic::Severity;

/// A credential with a last day.
const WITH_LAST_DAY: &str = "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"DOCKER_HUB_TOKEN\" }\nexpires = 2026-12-31\n";

pub(crate) static CREDENTIAL_EXPIRED: Page = Page {
    code: "credential-expired",
    severity: Severity::Warning,
    title: "the last day of a credential is over",
    why: "`expires` says so; the registry was not asked.",
    example: WITH_LAST_DAY,
    way_out: "make a new credential, and change `expires` with it.",
};

pub(crate) static CREDENTIAL_EXPIRES_SOON: Page = Page {
    code: "credential-expires-soon",
    severity: Severity::Warning,
    title: "a credential expires within two weeks",
    why: "`expires` says so; the registry was not asked.",
    example: WITH_LAST_DAY,
    way_out: "make a new credential, and change `expires` with it.",
};
