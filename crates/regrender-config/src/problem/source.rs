//! Wording for sources of credentials.

use regrender_diagnostic::{Diagnostic, Severity, Span};

use crate::problem::name::shown;
use crate::problem::quoted;
use crate::{Page, ValuePathError};

pub(crate) const PAGES: &[&Page] = &[
    &CLEAR_PASSWORD,
    &PLAIN_SOURCE,
    &NO_SOURCE,
    &TWO_SOURCES,
    &SOURCE_NOT_SUPPORTED,
    &COMMAND_AS_TEXT,
    &EMPTY_COMMAND,
    &INVALID_VARIABLE,
    &INVALID_TIMEOUT,
    &INVALID_VALUE_PATH,
    &INVALID_VAULT_PATH,
    &INVALID_HELPER,
    &STDIN_TWICE,
    &IDLE_KEY,
];

static CLEAR_PASSWORD: Page = Page {
    code: "clear-password",
    severity: Severity::Error,
    title: "a password stands in the file",
    why: "registries.toml is committed, and Git forgets nothing.\nA password is named by its source: an environment variable, a file, a command, standard input.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = \"canary-4f1d\"\n",
    way_out: "write `password = { env = \"NAME\" }` and set the variable where regrender runs.\nIf the file was ever committed, change the password at the registry.",
};

static PLAIN_SOURCE: Page = Page {
    code: "plain-source",
    severity: Severity::Warning,
    title: "a secret stands in the file on purpose",
    why: "`{ plain = \"…\" }` is for tests and demonstrations.\nWhoever can read the repository can read it.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { plain = \"canary-4f1d\" }\n",
    way_out: "use `{ env = \"NAME\" }` for anything real.",
};

static NO_SOURCE: Page = Page {
    code: "no-source",
    severity: Severity::Error,
    title: "a source that names no place",
    why: "A source has exactly one of the keys `env`, `file`, `stdin`, `command`, `sops`, `age`, `vault` and `plain`.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { trim = true }\n",
    way_out: "add one of these keys.",
};

static TWO_SOURCES: Page = Page {
    code: "two-sources",
    severity: Severity::Error,
    title: "a source that names two places",
    why: "There is no order among them: a source has exactly one of the keys `env`, `file`, `stdin`, `command`, `sops`, `age`, `vault` and `plain`.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"A\", file = \"a\" }\n",
    way_out: "remove all but one.",
};

static SOURCE_NOT_SUPPORTED: Page = Page {
    code: "source-not-supported",
    severity: Severity::Error,
    title: "a source that regrender does not ask directly",
    why: "The secret stores of the clouds and password managers have programs of their own, which know how to log in.\nA source runs them.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { 1password = \"op://ci/hub/password\" }\n",
    way_out: "ask its program: `{ command = [\"op\", \"read\", \"op://ci/hub/password\"] }`.",
};

static COMMAND_AS_TEXT: Page = Page {
    code: "command-as-text",
    severity: Severity::Error,
    title: "a command is one string",
    why: "Commands run without a shell, so nothing splits a string into words, and no quotes need escaping.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { command = \"pass show hub\" }\n",
    way_out: "list the program and its arguments; for a pipe, list `sh`, `-c` and the text.",
};

static EMPTY_COMMAND: Page = Page {
    code: "empty-command",
    severity: Severity::Error,
    title: "a command without a program",
    why: "The first item of the list is the program.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { command = [] }\n",
    way_out: "list the program and its arguments.",
};

static INVALID_VARIABLE: Page = Page {
    code: "invalid-variable",
    severity: Severity::Error,
    title: "a name that no environment variable can have",
    why: "Names of variables are letters, digits and `_`, and do not begin with a digit.\nThe name is written without `$`.\nIf a value was put where the name belongs, it is not shown.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"$HUB_TOKEN\" }\n",
    way_out: "write the name of the variable, not its value.",
};

static INVALID_TIMEOUT: Page = Page {
    code: "invalid-timeout",
    severity: Severity::Error,
    title: "a timeout that is not a duration",
    why: "A timeout is a number of seconds, or a number with the unit `s` or `m`; at most an hour, and more than zero.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { command = [\"pass\", \"hub\"], timeout = \"soon\" }\n",
    way_out: "write `timeout = \"30s\"`.",
};

static INVALID_VALUE_PATH: Page = Page {
    code: "invalid-value-path",
    severity: Severity::Error,
    title: "a `key` that leads to no value of a SOPS file",
    why: "The way to a value is the names of its keys with dots between them, or each in quotes and brackets, as `sops decrypt --extract` takes it.\nIn a list, a number is a position, from 0.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { sops = \"secrets.yaml\", key = \"hub..password\" }\n",
    way_out: "write `key = \"hub.password\"`, or `key = '[\"hub.example.com\"][\"password\"]'` where a name has dots.",
};

static INVALID_VAULT_PATH: Page = Page {
    code: "invalid-vault-path",
    severity: Severity::Error,
    title: "a path that no secret of Vault can have",
    why: "A path is the mount of a key-value engine and the path below, with slashes between them.\n`data/`, which the API of version 2 has behind the mount, is left out.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { vault = \"hub\", key = \"password\" }\n",
    way_out: "write the path as `vault kv get` takes it: `vault = \"secret/registries/hub\"`.",
};

static INVALID_HELPER: Page = Page {
    code: "invalid-helper",
    severity: Severity::Error,
    title: "a name that no credential helper can have",
    why: "A helper is a program `docker-credential-NAME` that is found by its name.\nIts path and arguments are not part of the name.",
    example: "[registry.internal]\nhost = \"registry.example.com\"\ncredential = { helper = \"docker-credential-pass get\" }\n",
    way_out: "write what follows `docker-credential-`: `helper = \"pass\"`.",
};

static STDIN_TWICE: Page = Page {
    code: "stdin-twice",
    severity: Severity::Error,
    title: "two sources read standard input",
    why: "It can be read once; the second would get nothing.",
    example: "[registry.a]\nhost = \"a.example.com\"\nusername = \"bot\"\npassword = { stdin = true }\n\n[registry.b]\nhost = \"b.example.com\"\nusername = \"bot\"\npassword = { stdin = true }\n",
    way_out: "give one of them another source.",
};

static IDLE_KEY: Page = Page {
    code: "idle-key",
    severity: Severity::Error,
    title: "a key that has no effect beside the others",
    why: "`timeout` is for commands and helpers, `trim` not for `env` and `plain`, `key` for SOPS files and Vault, and `stdin` is `true` or left out.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"HUB_TOKEN\", timeout = \"5s\" }\n",
    way_out: "remove the key.",
};

/// A secret written where its source belongs. Its text is never handed over.
pub(crate) fn clear_password(registry: &str, span: Span, variable: &str) -> Diagnostic {
    CLEAR_PASSWORD
        .problem(format!("the password of registry `{registry}` stands in the file"))
        .at(span.clone(), "everybody who reads the repository reads it")
        .note("if this file was ever committed, change the password at the registry")
        .fix(span, format!("{{ env = \"{variable}\" }}"), "name an environment variable and set it")
}

/// Text where a source must be.
pub(crate) fn clear_text(owner: &str, key: &str, span: Span) -> Diagnostic {
    let variable = key.to_uppercase().replace('-', "_");
    CLEAR_PASSWORD
        .problem(format!("`{key}` of {owner} stands in the file"))
        .at(span.clone(), "everybody who reads the repository reads it")
        .fix(span, format!("{{ env = \"{variable}\" }}"), "name an environment variable and set it")
}

/// `{ plain = … }`.
pub(crate) fn plain(purpose: &str, span: Span) -> Diagnostic {
    PLAIN_SOURCE
        .problem(format!("{purpose} stands in the file"))
        .at(span, "for tests and demonstrations only")
        .help("write `{ env = \"NAME\" }` for anything real")
}

/// A source without a place.
pub(crate) fn none(purpose: &str, span: Span) -> Diagnostic {
    NO_SOURCE
        .problem(format!("{purpose} names no source"))
        .at(
            span,
            "has none of `env`, `file`, `stdin`, `command`, `sops`, `age`, `vault` and `plain`",
        )
        .help("write `{ env = \"NAME\" }`, `{ file = \"PATH\" }` or `{ command = [\"PROGRAM\"] }`")
}

/// A source with two places.
pub(crate) fn two(purpose: &str, first: (&str, Span), second: (&str, Span)) -> Diagnostic {
    TWO_SOURCES
        .problem(format!("{purpose} has two sources"))
        .beside(first.1, format!("`{}` is one", first.0))
        .at(second.1, format!("`{}` is another", second.0))
        .help(format!("remove `{}` or `{}`", first.0, second.0))
}

/// A source that other tools ask directly; `command` is what asks its program.
pub(crate) fn not_supported(purpose: &str, key: &str, command: &str, span: Span) -> Diagnostic {
    SOURCE_NOT_SUPPORTED
        .problem(format!("source `{key}` of {purpose} is not asked directly"))
        .at(span, "has a program of its own")
        .help(format!("ask its program: `{{ command = {command} }}`"))
}

/// A way that leads to no value.
pub(crate) fn invalid_value_path(purpose: &str, span: Span, error: ValuePathError) -> Diagnostic {
    let label = match error {
        ValuePathError::Empty => "nothing between the quotes",
        ValuePathError::EmptyPart => "a name between two dots is empty",
        ValuePathError::Brackets => "the brackets hold something else than `\"NAME\"` or a number",
    };
    INVALID_VALUE_PATH
        .problem(format!("`key` of {purpose} leads to no value"))
        .at(span, label)
        .help("write `key = \"hub.password\"`, or `key = '[\"a.b\"][\"password\"]'` for names with dots")
}

/// A path that no secret of Vault can have.
pub(crate) fn invalid_vault_path(purpose: &str, span: Span) -> Diagnostic {
    INVALID_VAULT_PATH
        .problem(format!("`vault` of {purpose} is no path of a secret"))
        .at(span, "must be a mount and a path below, such as `secret/registries/hub`")
        .help("write the path as `vault kv get` takes it")
}

/// A name that no credential helper can have.
pub(crate) fn invalid_helper(purpose: &str, span: Span, suggestion: Option<&str>) -> Diagnostic {
    let problem = INVALID_HELPER
        .problem(format!("`helper` of {purpose} is no name of a credential helper"))
        .at(span.clone(), "must be what follows `docker-credential-` in the name of the program");
    match suggestion {
        Some(name) => problem.fix(span, quoted(name), "write the name alone"),
        None => problem.help("write `helper = \"ecr-login\"` for `docker-credential-ecr-login`"),
    }
}

/// A command that a shell would have to split.
pub(crate) fn command_as_text(purpose: &str, span: Span, list: Option<String>) -> Diagnostic {
    let problem = COMMAND_AS_TEXT
        .problem(format!("the command for {purpose} is one string"))
        .at(span.clone(), "no shell splits it into words");
    match list {
        Some(list) => problem.fix(span, list, "list the program and its arguments"),
        None => problem.help("list the words: `command = [\"PROGRAM\", \"ARGUMENT\"]`"),
    }
}

/// A command without a program.
pub(crate) fn empty_command(purpose: &str, span: Span) -> Diagnostic {
    EMPTY_COMMAND
        .problem(format!("the command for {purpose} has no program"))
        .at(span, "the first item is the program")
        .help("write `command = [\"PROGRAM\", \"ARGUMENT\"]`")
}

/// A name of a variable; the text is not shown, because it may be the value.
pub(crate) fn invalid_variable(purpose: &str, span: Span, suggestion: Option<&str>) -> Diagnostic {
    let problem = INVALID_VARIABLE
        .problem(format!("the environment variable for {purpose} cannot have this name"))
        .at(span.clone(), "must be letters, digits and `_`, not beginning with a digit");
    match suggestion {
        Some(name) => problem.fix(span, quoted(name), "write the name alone"),
        None => problem.help("write the name of the variable, not its value"),
    }
}

/// A timeout that is no duration.
pub(crate) fn invalid_timeout(purpose: &str, span: Span) -> Diagnostic {
    INVALID_TIMEOUT
        .problem(format!("`timeout` of {purpose} is no duration between a second and an hour"))
        .at(span, "must be seconds, or a number with `s` or `m`")
        .help("write `timeout = \"30s\"`")
}

/// Two sources that read standard input.
pub(crate) fn stdin_twice(first: (&str, Span), second: (&str, Span)) -> Diagnostic {
    STDIN_TWICE
        .problem(format!("{} and {} both read standard input", first.0, second.0))
        .beside(first.1, "reads it to its end")
        .at(second.1, "would get nothing")
        .help("give one of them another source, such as `{ env = \"NAME\" }`")
}

/// A key of a source that has no effect.
pub(crate) fn idle_key(purpose: &str, key: &str, span: Span, reason: &str) -> Diagnostic {
    IDLE_KEY
        .problem(format!("`{key}` has no effect in {purpose}"))
        .at(span, reason)
        .help(format!("remove `{}`", shown(key)))
}
