//! What `regrender explain CODE` says of each problem of a source.

pub(crate) mod docker_config;
pub(crate) mod expiry;
pub(crate) mod helper;
pub(crate) mod sealed;
pub(crate) mod token;
pub(crate) mod value;
pub(crate) mod vault;

use regrender_config::Page;
use regrender_diagnostic::Severity;

/// The pages of all problems of sources.
pub(crate) const PAGES: &[&Page] = &[
    &SOURCE_VARIABLE_UNSET,
    &SOURCE_VARIABLE_EMPTY,
    &SOURCE_FILE_MISSING,
    &SOURCE_FILE_IS_FOLDER,
    &SOURCE_FILE_TOO_LARGE,
    &SOURCE_UNREADABLE,
    &STDIN_IS_TERMINAL,
    &SOURCE_COMMAND_MISSING,
    &SOURCE_COMMAND_NOT_STARTED,
    &SOURCE_COMMAND_FAILED,
    &SOURCE_COMMAND_TIMEOUT,
    &SOURCE_COMMAND_TOO_LONG,
    &sealed::SEALED_SOURCE_IN_CLEAR,
    &sealed::SEALED_SOURCE_NO_IDENTITY,
    &sealed::SEALED_SOURCE_OTHER_KEYS,
    &sealed::SEALED_SOURCE_CHANGED,
    &sealed::SEALED_SOURCE_UNREADABLE,
    &sealed::SEALED_SOURCE_PASSPHRASE,
    &sealed::SEALED_SOURCE_MISSING_KEY,
    &sealed::SEALED_SOURCE_NO_VALUE,
    &sealed::SEALED_SOURCE_NOT_QUOTED,
    &helper::HELPER_MISSING,
    &helper::HELPER_FAILED,
    &helper::HELPER_TIMEOUT,
    &helper::HELPER_NO_CREDENTIAL,
    &helper::HELPER_BAD_ANSWER,
    &helper::HELPER_IDENTITY_TOKEN,
    &vault::VAULT_NO_ADDRESS,
    &vault::VAULT_NO_TOKEN,
    &vault::VAULT_BAD_CA,
    &vault::VAULT_UNREACHABLE,
    &vault::VAULT_TLS,
    &vault::VAULT_SEALED,
    &vault::VAULT_REDIRECTS,
    &vault::VAULT_LOGIN_REFUSED,
    &vault::VAULT_TOKEN_REFUSED,
    &vault::VAULT_DENIED,
    &vault::VAULT_MISSING_SECRET,
    &vault::VAULT_MISSING_FIELD,
    &vault::VAULT_BUSY,
    &vault::VAULT_BAD_ANSWER,
    &vault::VAULT_REFUSED,
    &vault::EMPTY_VAULT_LOGIN,
    &vault::VAULT_LEASED,
    &vault::VAULT_IN_CLEAR,
    &SOURCE_OFFLINE,
    &value::SOURCE_NOT_UTF8,
    &value::SOURCE_BYTE_ORDER_MARK,
    &value::EMPTY_USERNAME,
    &value::EMPTY_PASSWORD,
    &value::EMPTY_FINGERPRINT_KEY,
    &value::CONTROL_CHARACTER,
    &value::USERNAME_WITH_COLON,
    &value::TRAILING_NEWLINE,
    &value::SURROUNDING_WHITE_SPACE,
    &value::UNLIKELY_PASSWORD,
    &docker_config::DOCKER_CONFIG_NOT_JSON,
    &docker_config::DOCKER_CONFIG_WITHOUT_AUTHS,
    &docker_config::DOCKER_CONFIG_MISSING_ENTRY,
    &docker_config::DOCKER_CONFIG_SEVERAL_ENTRIES,
    &docker_config::DOCKER_CONFIG_EMPTY_ENTRY,
    &docker_config::DOCKER_CONFIG_IDENTITY_TOKEN,
    &docker_config::DOCKER_CONFIG_BAD_AUTH,
    &expiry::CREDENTIAL_EXPIRED,
    &expiry::CREDENTIAL_EXPIRES_SOON,
    &token::TOKEN_EXPIRED,
    &token::SHORT_LIVED_TOKEN,
    &token::TOKEN_EXPIRES_SOON,
];

/// A password in a variable of the environment.
const FROM_VARIABLE: &str = "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"DOCKER_HUB_TOKEN\" }\n";

/// A password in a file.
const FROM_FILE: &str = "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { file = \"hub.password\" }\n";

/// A password that a command prints.
const FROM_COMMAND: &str = "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { command = [\"op\", \"read\", \"op://ci/docker-hub/token\"] }\n";

pub(super) static SOURCE_VARIABLE_UNSET: Page = Page {
    code: "source-variable-unset",
    severity: Severity::Error,
    title: "an environment variable that should hold a secret is not set",
    why: "The secret is read where regrender runs, and there the variable does not exist.\nIn most pipelines, a secret has to be handed to the step that needs it.",
    example: FROM_VARIABLE,
    way_out: "set the variable, or name another source.",
};

pub(super) static SOURCE_VARIABLE_EMPTY: Page = Page {
    code: "source-variable-empty",
    severity: Severity::Error,
    title: "an environment variable that should hold a secret is empty",
    why: "Pipelines set the variable to nothing where they withhold a secret, such as in a build of a fork.",
    example: FROM_VARIABLE,
    way_out: "set the variable, or name another source.",
};

pub(super) static SOURCE_FILE_MISSING: Page = Page {
    code: "source-file-missing",
    severity: Severity::Error,
    title: "a file that should hold a secret is not there",
    why: "A path is relative to the folder of registries.toml; `~/` is the home folder.",
    example: FROM_FILE,
    way_out: "write the file, or name another one.",
};

pub(super) static SOURCE_FILE_IS_FOLDER: Page = Page {
    code: "source-file-is-folder",
    severity: Severity::Error,
    title: "a folder is named where a file should hold a secret",
    why: "A file is read whole, and a folder has no content of its own.",
    example: FROM_FILE,
    way_out: "name a file in it.",
};

pub(super) static SOURCE_FILE_TOO_LARGE: Page = Page {
    code: "source-file-too-large",
    severity: Severity::Error,
    title: "what should hold a secret is larger than 1 MiB",
    why: "A Kubernetes Secret holds no more than 1 MiB, so this is hardly the secret.",
    example: FROM_FILE,
    way_out: "name a file that holds only the secret.",
};

pub(super) static SOURCE_UNREADABLE: Page = Page {
    code: "source-unreadable",
    severity: Severity::Error,
    title: "a file that should hold a secret cannot be read",
    why: "The operating system says why.",
    example: FROM_FILE,
    way_out: "let the person or pipeline that runs regrender read it.",
};

pub(super) static STDIN_IS_TERMINAL: Page = Page {
    code: "stdin-is-terminal",
    severity: Severity::Error,
    title: "a secret should come from standard input, which is a terminal",
    why: "A secret that is typed in shows on the screen.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { stdin = true }\n",
    way_out: "pipe it in: `COMMAND | regrender build`.",
};

pub(super) static SOURCE_COMMAND_MISSING: Page = Page {
    code: "source-command-missing",
    severity: Severity::Error,
    title: "the program that should print a secret is not there",
    why: "A command is a program and its arguments; no shell is involved, so there are no aliases and no pipes.",
    example: FROM_COMMAND,
    way_out: "install the program, or name it by its path.",
};

pub(super) static SOURCE_COMMAND_NOT_STARTED: Page = Page {
    code: "source-command-not-started",
    severity: Severity::Error,
    title: "the program that should print a secret cannot be run",
    why: "The operating system says why; usually the file is not executable.",
    example: FROM_COMMAND,
    way_out: "make the file executable, or name the program that runs it.",
};

pub(super) static SOURCE_COMMAND_FAILED: Page = Page {
    code: "source-command-failed",
    severity: Severity::Error,
    title: "the command that should print a secret failed",
    why: "Whatever it printed is not used.",
    example: FROM_COMMAND,
    way_out: "run the command by hand, in the folder of registries.toml.",
};

pub(super) static SOURCE_COMMAND_TIMEOUT: Page = Page {
    code: "source-command-timeout",
    severity: Severity::Error,
    title: "the command that should print a secret took too long",
    why: "It was stopped, and what it started too.\nIt may have waited for somebody to type: its standard input is empty.",
    example: FROM_COMMAND,
    way_out: "raise `timeout`, or run the command by hand to see what it waits for.",
};

pub(super) static SOURCE_COMMAND_TOO_LONG: Page = Page {
    code: "source-command-too-long",
    severity: Severity::Error,
    title: "the command that should print a secret printed more than 1 MiB",
    why: "A Kubernetes Secret holds no more than 1 MiB, so this is hardly the secret.",
    example: FROM_COMMAND,
    way_out: "let the command print only the secret.",
};

pub(super) static SOURCE_OFFLINE: Page = Page {
    code: "source-offline",
    severity: Severity::Error,
    title: "a source needs the network or a program, and the run is offline",
    why: "`--offline` forbids both: commands, credential helpers and Vault are not asked, and age plugins are not started.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { command = [\"pass\", \"show\", \"hub\"] }\n",
    way_out: "run without `--offline`, or name a source that is at hand: a variable, a file, a sealed file.",
};

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const SEAL: &str =
        "recipients = [\"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\"]";

    const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/source-diagnostics.md");

    /// Set to write the list of problems instead of comparing it.
    const UPDATE: &str = "UPDATE_DOCS";

    fn list() -> String {
        let mut text = String::from(
            "# Problems of sources\n\n\
             What can be wrong with a secret where it [comes from](sources.md); \
             [diagnostics.md](diagnostics.md) lists the problems of registries.toml itself.\n\
             Every problem has a code that does not change.\n\
             `regrender explain CODE` prints what this page says about it.\n\
             This page is generated.\n",
        );
        let pages: BTreeMap<_, _> = PAGES.iter().map(|page| (page.code, page)).collect();
        for page in pages.values() {
            text.push('\n');
            text.push_str(&page.markdown());
        }
        text
    }

    #[test]
    fn the_list_of_problems_is_up_to_date() {
        if std::env::var(UPDATE).is_ok() {
            std::fs::write(LIST, list()).unwrap();
        }
        let written = std::fs::read_to_string(LIST).unwrap_or_default();
        assert!(written == list(), "set {UPDATE} to write docs/source-diagnostics.md anew");
    }

    #[test]
    fn codes_are_unique() {
        let codes: BTreeSet<_> = PAGES.iter().map(|page| page.code).collect();
        assert_eq!(codes.len(), PAGES.len());
        for page in regrender_config::pages() {
            assert!(!codes.contains(page.code), "{}", page.code);
        }
    }

    #[test]
    fn codes_are_words_with_hyphens() {
        for page in PAGES {
            let is_word =
                |letter: char| letter.is_ascii_lowercase() || matches!(letter, '-' | '0'..='9');
            assert!(page.code.chars().all(is_word), "{}", page.code);
        }
    }

    #[test]
    fn examples_are_right_as_far_as_the_file_goes() {
        for page in PAGES {
            let text = match page.example.strip_prefix("[seal]\n") {
                Some(rest) => format!(
                    "[seal]\n{SEAL}\n{rest}[registry.hub]\nkind = \"docker-hub\"\nusername = \"bot\"\n\
                     password = {{ env = \"TOKEN\" }}\n"
                ),
                None => format!("[seal]\n{SEAL}\n{}", page.example),
            };
            let text = format!(
                "{text}[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"team-a\"]\n"
            );
            let parsed = regrender_config::parse(&text);
            assert!(parsed.config.is_some(), "{}: {:?}", page.code, parsed.diagnostics);
        }
    }
}
