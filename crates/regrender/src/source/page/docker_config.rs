//! What `regrender explain CODE` says of problems of docker configs.

use regrender_config::Page;
use regrender_diagnostic::Severity;

/// A credential in a docker config.
const FROM_DOCKER_CONFIG: &str = "[registry.hub]\nkind = \"docker-hub\"\ncredential = { docker-config = \"~/.docker/config.json\" }\n";

pub(crate) static DOCKER_CONFIG_NOT_JSON: Page = Page {
    code: "docker-config-not-json",
    severity: Severity::Error,
    title: "a docker config is not JSON",
    why: "A docker config is one JSON object and nothing else.\nDocker reads nothing behind the object; what stands there is mostly a sign that the file was damaged.",
    example: FROM_DOCKER_CONFIG,
    way_out: "repair it, or log in again with `docker login`.",
};

pub(crate) static DOCKER_CONFIG_WITHOUT_AUTHS: Page = Page {
    code: "docker-config-without-auths",
    severity: Severity::Error,
    title: "a docker config has no `auths`",
    why: "`auths` is where Docker keeps credentials, unless a credential helper does.",
    example: FROM_DOCKER_CONFIG,
    way_out: "log in with `docker login`, or name another file.",
};

pub(crate) static DOCKER_CONFIG_MISSING_ENTRY: Page = Page {
    code: "docker-config-missing-entry",
    severity: Severity::Error,
    title: "a docker config has no entry for a registry",
    why: "An entry is found by the host of the registry, or by its repository paths.",
    example: FROM_DOCKER_CONFIG,
    way_out: "log in with `docker login HOST`, or name the entry with `key`.",
};

pub(crate) static DOCKER_CONFIG_SEVERAL_ENTRIES: Page = Page {
    code: "docker-config-several-entries",
    severity: Severity::Error,
    title: "a docker config has several entries for the paths of a registry",
    why: "A registry has one credential.",
    example: FROM_DOCKER_CONFIG,
    way_out: "name the entry with `key`, or declare a registry for each path.",
};

pub(crate) static DOCKER_CONFIG_EMPTY_ENTRY: Page = Page {
    code: "docker-config-empty-entry",
    severity: Severity::Error,
    title: "the entry of a docker config is empty",
    why: "With `credsStore` or `credHelpers`, Docker keeps the credential elsewhere and leaves an empty entry behind.\nA Secret made from it is valid and authenticates nothing.",
    example: FROM_DOCKER_CONFIG,
    way_out: "make a token for pulling, and name it with `username` and `password`.",
};

pub(crate) static DOCKER_CONFIG_IDENTITY_TOKEN: Page = Page {
    code: "docker-config-identity-token",
    severity: Severity::Error,
    title: "the entry of a docker config is an identity token",
    why: "Docker exchanges it for access; a kubelet ignores it.",
    example: FROM_DOCKER_CONFIG,
    way_out: "make a token or password for pulling, and name it with `username` and `password`.",
};

pub(crate) static DOCKER_CONFIG_BAD_AUTH: Page = Page {
    code: "docker-config-bad-auth",
    severity: Severity::Error,
    title: "a docker config has an entry that cannot be read",
    why: "The `auth` of an entry is `USERNAME:PASSWORD` in base64, and every other member is text.\nOne entry that cannot be read makes Docker ignore the whole file, and a kubelet all credentials of the pod.",
    example: FROM_DOCKER_CONFIG,
    way_out: "remove the entry, or log in again with `docker login HOST`.",
};
