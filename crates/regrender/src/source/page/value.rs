//! What `regrender explain CODE` says of values that cannot be used, or hardly.

use regrender_config::Page;
use regrender_diagnostic::Severity;

use super::{FROM_FILE, FROM_VARIABLE};

/// A username and a password in variables of the environment.
const BOTH_FROM_VARIABLES: &str = "[registry.hub]\nkind = \"docker-hub\"\nusername = { env = \"DOCKER_HUB_USER\" }\npassword = { env = \"DOCKER_HUB_TOKEN\" }\n";

pub(crate) static SOURCE_NOT_UTF8: Page = Page {
    code: "source-not-utf8",
    severity: Severity::Error,
    title: "a secret is not UTF-8 text",
    why: "A pull secret is JSON, and JSON is UTF-8.\nOlder PowerShell writes UTF-16 with `>`.",
    example: FROM_FILE,
    way_out: "write it again as UTF-8 without a byte order mark.",
};

pub(crate) static SOURCE_BYTE_ORDER_MARK: Page = Page {
    code: "source-byte-order-mark",
    severity: Severity::Error,
    title: "a secret begins with a byte order mark",
    why: "The mark would become part of the password, and no registry would accept that.",
    example: FROM_FILE,
    way_out: "write it again as UTF-8 without a byte order mark.",
};

pub(crate) static EMPTY_USERNAME: Page = Page {
    code: "empty-username",
    severity: Severity::Error,
    title: "a username is empty",
    why: "To a kubelet, an entry with an empty username is not a credential.",
    example: BOTH_FROM_VARIABLES,
    way_out: "put the username there, or write it in registries.toml.",
};

pub(crate) static EMPTY_PASSWORD: Page = Page {
    code: "empty-password",
    severity: Severity::Error,
    title: "a password is empty",
    why: "A Secret with an empty password looks good until the first pull.",
    example: FROM_FILE,
    way_out: "put the password there, or name another source.",
};

pub(crate) static EMPTY_FINGERPRINT_KEY: Page = Page {
    code: "empty-fingerprint-key",
    severity: Severity::Error,
    title: "the fingerprint key is empty",
    why: "An empty key would let everybody test guesses of a password against a fingerprint.",
    example: "[seal]\nfingerprint-key = { env = \"REGRENDER_FINGERPRINT_KEY\" }\n",
    way_out: "make one: `head -c 32 /dev/urandom | base64`.",
};

pub(crate) static CONTROL_CHARACTER: Page = Page {
    code: "control-character",
    severity: Severity::Error,
    title: "a username or password holds a control character",
    why: "HTTP basic authentication allows no control characters, so no registry accepts them.\nThe most frequent one is a newline that an editor or `echo` appended.",
    example: FROM_VARIABLE,
    way_out: "write it again without, for example with `printf %s`.",
};

pub(crate) static USERNAME_WITH_COLON: Page = Page {
    code: "username-with-colon",
    severity: Severity::Error,
    title: "a username has a colon in it",
    why: "A registry takes what is before the first colon as the username, and all the rest as the password.",
    example: BOTH_FROM_VARIABLES,
    way_out: "give the username and the password a source each.",
};

pub(crate) static TRAILING_NEWLINE: Page = Page {
    code: "trailing-newline",
    severity: Severity::Note,
    title: "a newline at the end of a password was left out",
    why: "Editors end a file in a newline, and a registry refuses a password with one.",
    example: FROM_FILE,
    way_out: "write `trim = true` beside `file` to keep quiet, `trim = false` to keep the newline.",
};

pub(crate) static SURROUNDING_WHITE_SPACE: Page = Page {
    code: "surrounding-white-space",
    severity: Severity::Warning,
    title: "a username or password begins or ends in white space",
    why: "Copying sometimes takes a space along. It is kept, because it may belong there.",
    example: FROM_FILE,
    way_out: "remove it at its source if it does not belong there.",
};

pub(crate) static UNLIKELY_PASSWORD: Page = Page {
    code: "unlikely-password",
    severity: Severity::Warning,
    title: "a password looks as if it belongs elsewhere, is dead soon, or is none",
    why: "Tokens of well-known registries begin in ways that show where they come from and how long they last.\nThe output of `jq` for a key that is not there, `null`, is no password, and neither is a reference that nothing has filled in, such as `op://…` or `${NAME}`.",
    example: FROM_VARIABLE,
    way_out: "put the token there that the registry made for pulling.",
};
