//! What `regrender explain CODE` says of each problem of a source.

pub(crate) mod helper;
pub(crate) mod sealed;
mod token;
pub(crate) mod vault;

use regrender_config::Page;
use regrender_diagnostic::Severity;

pub(super) use token::{SHORT_LIVED_TOKEN, TOKEN_EXPIRED, TOKEN_EXPIRES_SOON};

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
    &SOURCE_NOT_UTF8,
    &SOURCE_BYTE_ORDER_MARK,
    &EMPTY_USERNAME,
    &EMPTY_PASSWORD,
    &EMPTY_FINGERPRINT_KEY,
    &CONTROL_CHARACTER,
    &USERNAME_WITH_COLON,
    &TRAILING_NEWLINE,
    &SURROUNDING_WHITE_SPACE,
    &UNLIKELY_PASSWORD,
    &DOCKER_CONFIG_NOT_JSON,
    &DOCKER_CONFIG_WITHOUT_AUTHS,
    &DOCKER_CONFIG_MISSING_ENTRY,
    &DOCKER_CONFIG_SEVERAL_ENTRIES,
    &DOCKER_CONFIG_EMPTY_ENTRY,
    &DOCKER_CONFIG_IDENTITY_TOKEN,
    &DOCKER_CONFIG_BAD_AUTH,
    &CREDENTIAL_EXPIRED,
    &CREDENTIAL_EXPIRES_SOON,
    &TOKEN_EXPIRED,
    &SHORT_LIVED_TOKEN,
    &TOKEN_EXPIRES_SOON,
];

pub(super) static SOURCE_VARIABLE_UNSET: Page = Page {
    code: "source-variable-unset",
    severity: Severity::Error,
    title: "an environment variable that should hold a secret is not set",
    why: "The secret is read where regrender runs, and there the variable does not exist.\nIn most pipelines, a secret has to be handed to the step that needs it.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"DOCKER_HUB_TOKEN\" }\n",
    way_out: "set the variable, or name another source.",
};

pub(super) static SOURCE_VARIABLE_EMPTY: Page = Page {
    code: "source-variable-empty",
    severity: Severity::Error,
    title: "an environment variable that should hold a secret is empty",
    why: "Pipelines set the variable to nothing where they withhold a secret, such as in a build of a fork.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"DOCKER_HUB_TOKEN\" }\n",
    way_out: "set the variable, or name another source.",
};

pub(super) static SOURCE_FILE_MISSING: Page = Page {
    code: "source-file-missing",
    severity: Severity::Error,
    title: "a file that should hold a secret is not there",
    why: "A path is relative to the folder of registries.toml; `~/` is the home folder.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { file = \"hub.password\" }\n",
    way_out: "write the file, or name another one.",
};

pub(super) static SOURCE_FILE_IS_FOLDER: Page = Page {
    code: "source-file-is-folder",
    severity: Severity::Error,
    title: "a folder is named where a file should hold a secret",
    why: "A file is read whole, and a folder has no content of its own.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { file = \"hub.password\" }\n",
    way_out: "name a file in it.",
};

pub(super) static SOURCE_FILE_TOO_LARGE: Page = Page {
    code: "source-file-too-large",
    severity: Severity::Error,
    title: "what should hold a secret is larger than 1 MiB",
    why: "A Kubernetes Secret holds no more than 1 MiB, so this is hardly the secret.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { file = \"hub.password\" }\n",
    way_out: "name a file that holds only the secret.",
};

pub(super) static SOURCE_UNREADABLE: Page = Page {
    code: "source-unreadable",
    severity: Severity::Error,
    title: "a file that should hold a secret cannot be read",
    why: "The operating system says why.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { file = \"hub.password\" }\n",
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
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { command = [\"op\", \"read\", \"op://ci/docker-hub/token\"] }\n",
    way_out: "install the program, or name it by its path.",
};

pub(super) static SOURCE_COMMAND_NOT_STARTED: Page = Page {
    code: "source-command-not-started",
    severity: Severity::Error,
    title: "the program that should print a secret cannot be run",
    why: "The operating system says why; usually the file is not executable.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { command = [\"op\", \"read\", \"op://ci/docker-hub/token\"] }\n",
    way_out: "make the file executable, or name the program that runs it.",
};

pub(super) static SOURCE_COMMAND_FAILED: Page = Page {
    code: "source-command-failed",
    severity: Severity::Error,
    title: "the command that should print a secret failed",
    why: "Whatever it printed is not used.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { command = [\"op\", \"read\", \"op://ci/docker-hub/token\"] }\n",
    way_out: "run the command by hand, in the folder of registries.toml.",
};

pub(super) static SOURCE_COMMAND_TIMEOUT: Page = Page {
    code: "source-command-timeout",
    severity: Severity::Error,
    title: "the command that should print a secret took too long",
    why: "It was stopped, and what it started too.\nIt may have waited for somebody to type: its standard input is empty.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { command = [\"op\", \"read\", \"op://ci/docker-hub/token\"] }\n",
    way_out: "raise `timeout`, or run the command by hand to see what it waits for.",
};

pub(super) static SOURCE_COMMAND_TOO_LONG: Page = Page {
    code: "source-command-too-long",
    severity: Severity::Error,
    title: "the command that should print a secret printed more than 1 MiB",
    why: "A Kubernetes Secret holds no more than 1 MiB, so this is hardly the secret.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { command = [\"op\", \"read\", \"op://ci/docker-hub/token\"] }\n",
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

pub(super) static SOURCE_NOT_UTF8: Page = Page {
    code: "source-not-utf8",
    severity: Severity::Error,
    title: "a secret is not UTF-8 text",
    why: "A pull secret is JSON, and JSON is UTF-8.\nOlder PowerShell writes UTF-16 with `>`.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { file = \"hub.password\" }\n",
    way_out: "write it again as UTF-8 without a byte order mark.",
};

pub(super) static SOURCE_BYTE_ORDER_MARK: Page = Page {
    code: "source-byte-order-mark",
    severity: Severity::Error,
    title: "a secret begins with a byte order mark",
    why: "The mark would become part of the password, and no registry would accept that.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { file = \"hub.password\" }\n",
    way_out: "write it again as UTF-8 without a byte order mark.",
};

pub(super) static EMPTY_USERNAME: Page = Page {
    code: "empty-username",
    severity: Severity::Error,
    title: "a username is empty",
    why: "To a kubelet, an entry with an empty username is not a credential.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = { env = \"DOCKER_HUB_USER\" }\npassword = { env = \"DOCKER_HUB_TOKEN\" }\n",
    way_out: "put the username there, or write it in registries.toml.",
};

pub(super) static EMPTY_PASSWORD: Page = Page {
    code: "empty-password",
    severity: Severity::Error,
    title: "a password is empty",
    why: "A Secret with an empty password looks good until the first pull.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { file = \"hub.password\" }\n",
    way_out: "put the password there, or name another source.",
};

pub(super) static EMPTY_FINGERPRINT_KEY: Page = Page {
    code: "empty-fingerprint-key",
    severity: Severity::Error,
    title: "the fingerprint key is empty",
    why: "An empty key would let everybody test guesses of a password against a fingerprint.",
    example: "[seal]\nfingerprint-key = { env = \"REGRENDER_FINGERPRINT_KEY\" }\n",
    way_out: "make one: `head -c 32 /dev/urandom | base64`.",
};

pub(super) static CONTROL_CHARACTER: Page = Page {
    code: "control-character",
    severity: Severity::Error,
    title: "a username or password holds a control character",
    why: "HTTP basic authentication allows no control characters, so no registry accepts them.\nThe most frequent one is a newline that an editor or `echo` appended.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"DOCKER_HUB_TOKEN\" }\n",
    way_out: "write it again without, for example with `printf %s`.",
};

pub(super) static USERNAME_WITH_COLON: Page = Page {
    code: "username-with-colon",
    severity: Severity::Error,
    title: "a username has a colon in it",
    why: "A registry takes what is before the first colon as the username, and all the rest as the password.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = { env = \"DOCKER_HUB_USER\" }\npassword = { env = \"DOCKER_HUB_TOKEN\" }\n",
    way_out: "give the username and the password a source each.",
};

pub(super) static TRAILING_NEWLINE: Page = Page {
    code: "trailing-newline",
    severity: Severity::Note,
    title: "a newline at the end of a password was left out",
    why: "Editors end a file in a newline, and a registry refuses a password with one.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { file = \"hub.password\" }\n",
    way_out: "write `trim = true` beside `file` to keep quiet, `trim = false` to keep the newline.",
};

pub(super) static SURROUNDING_WHITE_SPACE: Page = Page {
    code: "surrounding-white-space",
    severity: Severity::Warning,
    title: "a username or password begins or ends in white space",
    why: "Copying sometimes takes a space along. It is kept, because it may belong there.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { file = \"hub.password\" }\n",
    way_out: "remove it at its source if it does not belong there.",
};

pub(super) static UNLIKELY_PASSWORD: Page = Page {
    code: "unlikely-password",
    severity: Severity::Warning,
    title: "a password looks as if it belongs elsewhere or is dead soon",
    why: "Tokens of well-known registries begin in ways that show where they come from and how long they last.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"DOCKER_HUB_TOKEN\" }\n",
    way_out: "put the token there that the registry made for pulling.",
};

pub(super) static DOCKER_CONFIG_NOT_JSON: Page = Page {
    code: "docker-config-not-json",
    severity: Severity::Error,
    title: "a docker config is not JSON",
    why: "Docker itself would refuse it as well.",
    example: "[registry.hub]\nkind = \"docker-hub\"\ncredential = { docker-config = \"~/.docker/config.json\" }\n",
    way_out: "repair it, or log in again with `docker login`.",
};

pub(super) static DOCKER_CONFIG_WITHOUT_AUTHS: Page = Page {
    code: "docker-config-without-auths",
    severity: Severity::Error,
    title: "a docker config has no `auths`",
    why: "`auths` is where Docker keeps credentials, unless a credential helper does.",
    example: "[registry.hub]\nkind = \"docker-hub\"\ncredential = { docker-config = \"~/.docker/config.json\" }\n",
    way_out: "log in with `docker login`, or name another file.",
};

pub(super) static DOCKER_CONFIG_MISSING_ENTRY: Page = Page {
    code: "docker-config-missing-entry",
    severity: Severity::Error,
    title: "a docker config has no entry for a registry",
    why: "An entry is found by the host of the registry, or by its repository paths.",
    example: "[registry.hub]\nkind = \"docker-hub\"\ncredential = { docker-config = \"~/.docker/config.json\" }\n",
    way_out: "log in with `docker login HOST`, or name the entry with `key`.",
};

pub(super) static DOCKER_CONFIG_SEVERAL_ENTRIES: Page = Page {
    code: "docker-config-several-entries",
    severity: Severity::Error,
    title: "a docker config has several entries for the paths of a registry",
    why: "A registry has one credential.",
    example: "[registry.hub]\nkind = \"docker-hub\"\ncredential = { docker-config = \"~/.docker/config.json\" }\n",
    way_out: "name the entry with `key`, or declare a registry for each path.",
};

pub(super) static DOCKER_CONFIG_EMPTY_ENTRY: Page = Page {
    code: "docker-config-empty-entry",
    severity: Severity::Error,
    title: "the entry of a docker config is empty",
    why: "With `credsStore` or `credHelpers`, Docker keeps the credential elsewhere and leaves an empty entry behind.\nA Secret made from it is valid and authenticates nothing.",
    example: "[registry.hub]\nkind = \"docker-hub\"\ncredential = { docker-config = \"~/.docker/config.json\" }\n",
    way_out: "make a token for pulling, and name it with `username` and `password`.",
};

pub(super) static DOCKER_CONFIG_IDENTITY_TOKEN: Page = Page {
    code: "docker-config-identity-token",
    severity: Severity::Error,
    title: "the entry of a docker config is an identity token",
    why: "Docker exchanges it for access; a kubelet ignores it.",
    example: "[registry.hub]\nkind = \"docker-hub\"\ncredential = { docker-config = \"~/.docker/config.json\" }\n",
    way_out: "make a token or password for pulling, and name it with `username` and `password`.",
};

pub(super) static DOCKER_CONFIG_BAD_AUTH: Page = Page {
    code: "docker-config-bad-auth",
    severity: Severity::Error,
    title: "a docker config has an entry that cannot be read",
    why: "The `auth` of an entry is `USERNAME:PASSWORD` in base64, and every other member is text.\nOne entry that cannot be read makes Docker ignore the whole file, and a kubelet all credentials of the pod.",
    example: "[registry.hub]\nkind = \"docker-hub\"\ncredential = { docker-config = \"~/.docker/config.json\" }\n",
    way_out: "remove the entry, or log in again with `docker login HOST`.",
};

pub(super) static CREDENTIAL_EXPIRED: Page = Page {
    code: "credential-expired",
    severity: Severity::Warning,
    title: "the last day of a credential is over",
    why: "`expires` says so; the registry was not asked.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"DOCKER_HUB_TOKEN\" }\nexpires = 2026-12-31\n",
    way_out: "make a new credential, and change `expires` with it.",
};

pub(super) static CREDENTIAL_EXPIRES_SOON: Page = Page {
    code: "credential-expires-soon",
    severity: Severity::Warning,
    title: "a credential expires within two weeks",
    why: "`expires` says so; the registry was not asked.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"DOCKER_HUB_TOKEN\" }\nexpires = 2026-12-31\n",
    way_out: "make a new credential, and change `expires` with it.",
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const SEAL: &str =
        "recipients = [\"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\"]";

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
