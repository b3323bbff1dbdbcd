//! Wording for hosts: keys that the kubelet would never match, or match too often.

use regrender_diagnostic::{Diagnostic, Severity, Span};

use crate::Page;
use crate::problem::quoted;

pub(crate) const PAGES: &[&Page] = &[
    &HOST_WITH_SCHEME,
    &HOST_WITH_PATH,
    &HOST_WITH_USER,
    &HOST_IN_UPPER_CASE,
    &HOST_WITH_FINAL_DOT,
    &INVALID_HOST,
    &DEFAULT_PORT,
    &DOCKER_HUB_HOST,
    &WILDCARD_REACHES_DOCKER_HUB,
];

static HOST_WITH_SCHEME: Page = Page {
    code: "host-with-scheme",
    severity: Severity::Error,
    title: "a host begins with a scheme",
    why: "Images are named without one, and the kubelet knows only two of the schemes that might be written.",
    example: "[registry.internal]\nhost = \"https://registry.example.com\"\nanonymous = true\n",
    way_out: "write the host alone.",
};

static HOST_WITH_PATH: Page = Page {
    code: "host-with-path",
    severity: Severity::Error,
    title: "a host has a path after it",
    why: "The part of a registry that a credential is for has a key of its own.",
    example: "[registry.internal]\nhost = \"registry.example.com/apps/\"\nanonymous = true\n",
    way_out: "write the host alone, and the path in `paths`.",
};

static HOST_WITH_USER: Page = Page {
    code: "host-with-user",
    severity: Severity::Error,
    title: "a host has a user before it",
    why: "The kubelet ignores it, and a password in it would be committed.",
    example: "[registry.internal]\nhost = \"bot@registry.example.com\"\nanonymous = true\n",
    way_out: "write the host alone, and the user in `username`.",
};

static HOST_IN_UPPER_CASE: Page = Page {
    code: "host-in-upper-case",
    severity: Severity::Error,
    title: "a host holds capital letters",
    why: "The kubelet compares letter by letter, so the credential would be for images that spell the host this way only.",
    example: "[registry.internal]\nhost = \"Registry.example.com\"\nanonymous = true\n",
    way_out: "write the host as the images do: in lower case.",
};

static HOST_WITH_FINAL_DOT: Page = Page {
    code: "host-with-final-dot",
    severity: Severity::Error,
    title: "a host ends in a dot",
    why: "No image name can hold such a host, so the credential would never be used.",
    example: "[registry.internal]\nhost = \"registry.example.com.\"\nanonymous = true\n",
    way_out: "leave the dot out.",
};

static INVALID_HOST: Page = Page {
    code: "invalid-host",
    severity: Severity::Error,
    title: "a text that cannot be the host of an image",
    why: "A host is labels of letters, digits and `-` with dots between them, or an IPv6 address in brackets with a port; `:port` may follow.\nIn a label, `*` stands for any characters.\nWhat the kubelet cannot read as a host it drops with a line in its log.",
    example: "[registry.internal]\nhost = \"registry example\"\nanonymous = true\n",
    way_out: "write the host as it stands before the first `/` of the image names.",
};

static DEFAULT_PORT: Page = Page {
    code: "default-port",
    severity: Severity::Warning,
    title: "a host with port 443 or 80",
    why: "The kubelet knows no default ports: `registry.example.com:443` is for images that spell the port, and for no others.",
    example: "[registry.internal]\nhost = \"registry.example.com:443\"\nanonymous = true\n",
    way_out: "leave the port out, unless the images have it.",
};

static DOCKER_HUB_HOST: Page = Page {
    code: "docker-hub-host",
    severity: Severity::Error,
    title: "a host of Docker Hub that the kubelet does not look for",
    why: "For images of Docker Hub the kubelet takes the key `docker.io` or `https://index.docker.io/v1/` with its final slash.\n`registry-1.docker.io`, `hub.docker.com` and `https://index.docker.io/v1` are for no image at all.",
    example: "[registry.hub]\nhost = \"registry-1.docker.io\"\nanonymous = true\n",
    way_out: "write `kind = \"docker-hub\"` and no host.",
};

static WILDCARD_REACHES_DOCKER_HUB: Page = Page {
    code: "wildcard-reaches-docker-hub",
    severity: Severity::Warning,
    title: "a host with `*` is also the host of Docker Hub",
    why: "`*` stands for any characters of one label, so `*.io` covers `docker.io`, and every image without a host is there.\nThe credential would be sent to Docker Hub, and Docker Hub's own would not be used.",
    example: "[registry.all]\nhost = \"*.io\"\nusername = \"bot\"\npassword = { env = \"TOKEN\" }\n",
    way_out: "write more of the host.",
};

/// A host with something around it that does not belong there; `host` is what is left.
pub(crate) fn with_scheme(registry: &str, span: Span, host: &str) -> Diagnostic {
    HOST_WITH_SCHEME
        .problem(format!("the host of registry `{registry}` begins with a scheme"))
        .at(span.clone(), "images are named without one")
        .fix(span, quoted(host), "write the host alone")
}

/// A host with a path behind it.
pub(crate) fn with_path(
    registry: &str,
    span: Span,
    host: &str,
    path: &str,
    has_paths: bool,
) -> Diagnostic {
    let problem = HOST_WITH_PATH
        .problem(format!("the host of registry `{registry}` has a path behind it"))
        .at(span.clone(), "must end before the first `/`");
    if path.is_empty() {
        return problem.fix(span, quoted(host), "write the host alone");
    }
    if has_paths {
        return problem.help(format!("add {} to `paths`", quoted(path))).fix(
            span,
            quoted(host),
            "write the host alone",
        );
    }
    let replacement = format!("{}\npaths = [{}]", quoted(host), quoted(path));
    problem.fix(span, replacement, "write the path as one of `paths`")
}

/// A host with a user before it; the text before the `@` is never handed over.
pub(crate) fn with_user(registry: &str, span: Span, host: &str) -> Diagnostic {
    HOST_WITH_USER
        .problem(format!("the host of registry `{registry}` has a user before it"))
        .at(span.clone(), "must begin after the `@`")
        .help("write the user in `username` and the source of the password in `password`")
        .fix(span, quoted(host), "write the host alone")
}

/// A host in capitals.
pub(crate) fn in_upper_case(registry: &str, span: Span, host: &str) -> Diagnostic {
    HOST_IN_UPPER_CASE
        .problem(format!("the host of registry `{registry}` holds capital letters"))
        .at(span.clone(), "the kubelet compares letter by letter")
        .fix(span, quoted(&host.to_lowercase()), "write it in lower case")
}

/// A host with a dot at its end.
pub(crate) fn with_final_dot(registry: &str, span: Span, host: &str) -> Diagnostic {
    HOST_WITH_FINAL_DOT
        .problem(format!("the host of registry `{registry}` ends in a dot"))
        .at(span.clone(), "no image name can hold it")
        .fix(span, quoted(host), "leave the dot out")
}

/// A text that is no host.
pub(crate) fn invalid(registry: &str, span: Span, reason: &str) -> Diagnostic {
    INVALID_HOST
        .problem(format!("the host of registry `{registry}` cannot stand in an image name"))
        .at(span, reason)
        .help("write the host as it stands before the first `/` of the image names")
}

/// A port that images do not spell.
pub(crate) fn default_port(registry: &str, span: Span, host: &str, port: &str) -> Diagnostic {
    DEFAULT_PORT
        .problem(format!("registry `{registry}` is for images that spell port {port}"))
        .at(span.clone(), "the kubelet knows no default ports")
        .note(format!("an image `{host}/app` would not use it"))
        .fix(span, quoted(host), "leave the port out, unless the images have it")
}

/// A host of Docker Hub.
pub(crate) fn docker_hub(registry: &str, span: Span, key: Option<Span>) -> Diagnostic {
    let problem = DOCKER_HUB_HOST
        .problem(format!("registry `{registry}` names Docker Hub by a host"))
        .at(span.clone(), "the kubelet looks for another key")
        .note("Docker Hub's key is `https://index.docker.io/v1/`; its kind writes it");
    match key {
        Some(key) => {
            problem.fix(key.start..span.end, "kind = \"docker-hub\"", "name the kind instead")
        }
        None => problem.help("replace `host` by `kind = \"docker-hub\"`"),
    }
}

/// A wildcard that covers `docker.io`.
pub(crate) fn wildcard(registry: &str, span: Span) -> Diagnostic {
    WILDCARD_REACHES_DOCKER_HUB
        .problem(format!("the host of registry `{registry}` covers Docker Hub too"))
        .at(span, "`*` stands for `docker` as well")
        .note("an image without a host is on `docker.io`, and would be pulled with this credential")
        .help("write more of the host, such as `*.example.io`")
}
