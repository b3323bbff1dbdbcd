//! Wording for sources of credentials.

use regrender_diagnostic::{Diagnostic, Severity, Span};

use crate::Page;
use crate::problem::name::shown;
use crate::problem::quoted;

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
    why: "A source has exactly one of the keys `env`, `file`, `stdin`, `command` and `plain`.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { trim = true }\n",
    way_out: "add one of these keys.",
};

static TWO_SOURCES: Page = Page {
    code: "two-sources",
    severity: Severity::Error,
    title: "a source that names two places",
    why: "There is no order among them: a source has exactly one of the keys `env`, `file`, `stdin`, `command` and `plain`.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"A\", file = \"a\" }\n",
    way_out: "remove all but one.",
};

static SOURCE_NOT_SUPPORTED: Page = Page {
    code: "source-not-supported",
    severity: Severity::Error,
    title: "a source that is not supported yet",
    why: "Vault, the secret stores of the clouds, SOPS files, age files and credential programs are not asked directly yet.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { vault = \"secret/hub\" }\n",
    way_out: "ask their own program: `{ command = [\"vault\", \"kv\", \"get\", \"-field=password\", \"secret/hub\"] }`.",
};

static COMMAND_AS_TEXT: Page = Page {
    code: "command-as-text",
    severity: Severity::Error,
    title: "a command is one string",
    why: "Commands run without a shell, so there is nothing that would split a string into words, and nothing that quotes must be escaped for.",
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
    why: "Names of variables are letters, digits and `_`, and do not begin with a digit.\nThe name is written without `$`.\nA value that was put where the name belongs is not shown again.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"$HUB_TOKEN\" }\n",
    way_out: "write the name of the variable, not its value.",
};

static INVALID_TIMEOUT: Page = Page {
    code: "invalid-timeout",
    severity: Severity::Error,
    title: "a timeout that is no duration",
    why: "A timeout is a number of seconds, or a number with the unit `s` or `m`; at most an hour, and more than nothing.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { command = [\"pass\", \"hub\"], timeout = \"soon\" }\n",
    way_out: "write `timeout = \"30s\"`.",
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
    why: "`timeout` is for commands, `trim` for files, standard input and commands, and `stdin` is `true` or not there.",
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
        .at(span, "has none of `env`, `file`, `stdin`, `command` and `plain`")
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

/// A source that will come one day.
pub(crate) fn not_supported(purpose: &str, key: &str, span: Span) -> Diagnostic {
    let help = match key {
        "vault" => "{ command = [\"vault\", \"kv\", \"get\", \"-field=password\", \"PATH\"] }",
        "sops" => {
            "{ command = [\"sops\", \"decrypt\", \"--extract\", \"[\\\"KEY\\\"]\", \"FILE\"] }"
        }
        "age" => "{ command = [\"age\", \"--decrypt\", \"--identity\", \"KEY_FILE\", \"FILE\"] }",
        "1password" => "{ command = [\"op\", \"read\", \"REFERENCE\"] }",
        _ => "{ command = [\"PROGRAM\", \"ARGUMENT\"] }",
    };
    SOURCE_NOT_SUPPORTED
        .problem(format!("source `{key}` of {purpose} is not supported yet"))
        .at(span, "known, but not asked yet")
        .help(format!("ask its program meanwhile: `{help}`"))
}

/// `credential = { helper = … }` and the like.
pub(crate) fn credential_not_supported(purpose: &str, key: &str, span: Span) -> Diagnostic {
    SOURCE_NOT_SUPPORTED
        .problem(format!("`{key}` of {purpose} is not supported yet"))
        .at(span, "known, but not asked yet")
        .help("write `username` and `password` with a `{ command = [\"PROGRAM\"] }` meanwhile")
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
