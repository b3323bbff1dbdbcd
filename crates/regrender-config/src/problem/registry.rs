//! Wording for registries and their credentials.

use regrender_diagnostic::{Diagnostic, Severity, Span, Spanned};

use crate::Page;
use crate::nearest::nearest;
use crate::problem::quoted;

pub(crate) const PAGES: &[&Page] = &[
    &FIXED_HOST,
    &HUB_ALIASES_ELSEWHERE,
    &INCOMPLETE_CREDENTIAL,
    &ANONYMOUS_WITH_CREDENTIAL,
    &TWO_CREDENTIALS,
    &INVALID_USERNAME,
    &INVALID_EMAIL,
    &INVALID_DATE,
    &UNKNOWN_REGISTRY,
    &UNUSED_REGISTRY,
];

static FIXED_HOST: Page = Page {
    code: "fixed-host",
    severity: Severity::Error,
    title: "a host is given for Docker Hub, which has its own",
    why: "The kind writes the one key that the kubelet looks for.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nhost = \"mirror.example.com\"\nanonymous = true\n",
    way_out: "remove `host`; for a mirror, remove `kind`.",
};

static HUB_ALIASES_ELSEWHERE: Page = Page {
    code: "hub-aliases-elsewhere",
    severity: Severity::Error,
    title: "`hub-aliases` of a registry that is not Docker Hub",
    why: "Only Docker Hub has two names.",
    example: "[registry.internal]\nhost = \"registry.example.com\"\nhub-aliases = true\nanonymous = true\n",
    way_out: "remove it.",
};

static INCOMPLETE_CREDENTIAL: Page = Page {
    code: "incomplete-credential",
    severity: Severity::Error,
    title: "a registry has no credential, or half of one",
    why: "A registry has `username` and `password`, or a `credential`, or says that it is `anonymous`.",
    example: "[registry.internal]\nhost = \"registry.example.com\"\nusername = \"bot\"\n",
    way_out: "add what is missing, or `anonymous = true` for a registry that needs none.",
};

static ANONYMOUS_WITH_CREDENTIAL: Page = Page {
    code: "anonymous-with-credential",
    severity: Severity::Error,
    title: "an anonymous registry has a credential",
    why: "The kubelet never tries without a credential once it has one, so both cannot be meant.",
    example: "[registry.mirror]\nhost = \"mirror.example.com\"\nanonymous = true\nusername = \"bot\"\npassword = { env = \"TOKEN\" }\n",
    way_out: "remove `anonymous = true`, or the credential.",
};

static TWO_CREDENTIALS: Page = Page {
    code: "two-credentials",
    severity: Severity::Error,
    title: "a registry has two credentials",
    why: "`credential` brings username and password with it.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"bot\"\ncredential = { docker-config = \"~/.docker/config.json\" }\n",
    way_out: "remove `credential`, or `username` and `password`.",
};

static INVALID_USERNAME: Page = Page {
    code: "invalid-username",
    severity: Severity::Error,
    title: "a username that cannot be sent",
    why: "Username and password are sent as one text with a colon between them, cut at the first colon: a username with a colon loses its end to the password.\nInvisible characters are a mistake, and so is `${NAME}`: no variable is filled in.",
    example: "[registry.internal]\nhost = \"registry.example.com\"\nusername = \"bot:token\"\npassword = { env = \"TOKEN\" }\n",
    way_out: "write the username alone, and the source of the password in `password`.",
};

static INVALID_EMAIL: Page = Page {
    code: "invalid-email",
    severity: Severity::Error,
    title: "a text that is not an e-mail address",
    why: "Nobody reads it, so it may be left out; if it is there, it should be one.",
    example: "[registry.internal]\nhost = \"registry.example.com\"\nusername = \"bot\"\npassword = { env = \"TOKEN\" }\nemail = \"bot\"\n",
    way_out: "write an address with one `@`, or remove the key.",
};

static INVALID_DATE: Page = Page {
    code: "invalid-date",
    severity: Severity::Error,
    title: "a text that is not a date",
    why: "`expires` is the last day on which the credential works, such as `2027-01-31`, with or without quotes.",
    example: "[registry.internal]\nhost = \"registry.example.com\"\nanonymous = true\nexpires = \"31.01.2027\"\n",
    way_out: "write year, month and day as `2027-01-31`.",
};

static UNKNOWN_REGISTRY: Page = Page {
    code: "unknown-registry",
    severity: Severity::Error,
    title: "a pull secret names a registry that is not defined",
    why: "The pull secret would lack a credential.",
    example: "[registry.ghcr]\nkind = \"ghcr\"\nanonymous = true\n\n[secret.regcred]\nregistries = [\"ghrc\"]\nnamespaces = [\"a\"]\n",
    way_out: "write the name of a `[registry.NAME]` table, or add one.",
};

static UNUSED_REGISTRY: Page = Page {
    code: "unused-registry",
    severity: Severity::Warning,
    title: "a registry that no pull secret names",
    why: "Its credential lands nowhere.\nA registry that is `anonymous` needs none and may stand alone.",
    example: "[registry.ghcr]\nkind = \"ghcr\"\nusername = \"bot\"\npassword = { env = \"TOKEN\" }\n\n[registry.mirror]\nhost = \"mirror.example.com\"\nanonymous = true\n\n[secret.regcred]\nregistries = [\"mirror\"]\nnamespaces = [\"a\"]\n",
    way_out: "name it in the `registries` of a pull secret, or remove it.",
};

/// `host` beside `kind = "docker-hub"`.
pub(crate) fn fixed_host(registry: &str, host: Span, kind: Span) -> Diagnostic {
    FIXED_HOST
        .problem(format!("registry `{registry}` is Docker Hub and has another host"))
        .at(host, "not a host of Docker Hub")
        .beside(kind, "Docker Hub")
        .help("remove `host`; for a mirror, remove `kind`")
}

/// `hub-aliases` of another kind.
pub(crate) fn hub_aliases(registry: &str, span: Span) -> Diagnostic {
    HUB_ALIASES_ELSEWHERE
        .problem(format!("registry `{registry}` is not Docker Hub and has no aliases"))
        .at(span, "only for `kind = \"docker-hub\"`")
        .help("remove `hub-aliases`")
}

/// A registry with half a credential or none; `example` is what could be added.
pub(crate) fn incomplete(
    registry: &str,
    span: Span,
    missing: &str,
    example: &str,
    custom: Option<&str>,
) -> Diagnostic {
    let problem = INCOMPLETE_CREDENTIAL
        .problem(format!("registry `{registry}` has no {missing}"))
        .at(span, format!("needs a {missing}"))
        .help(format!("add `{example}`"));
    match custom {
        Some(custom) => problem.note(custom),
        None => problem,
    }
}

/// `anonymous = true` beside a credential.
pub(crate) fn anonymous_with(registry: &str, anonymous: Span, key: &str, span: Span) -> Diagnostic {
    ANONYMOUS_WITH_CREDENTIAL
        .problem(format!("registry `{registry}` is anonymous and has a `{key}`"))
        .at(anonymous, "says that images are pulled without a credential")
        .beside(span, "a credential")
        .help(format!("remove `anonymous = true` or `{key}`"))
}

/// `credential` beside `username` or `password`.
pub(crate) fn two_credentials(
    registry: &str,
    credential: Span,
    key: &str,
    span: Span,
) -> Diagnostic {
    TWO_CREDENTIALS
        .problem(format!("registry `{registry}` has both `credential` and `{key}`"))
        .beside(credential, "brings username and password with it")
        .at(span, "a second one")
        .help(format!("remove `credential` or `{key}`"))
}

/// A username that cannot be sent; it is not shown, because it may hold the password.
pub(crate) fn invalid_username(registry: &str, span: Span, reason: &str, help: &str) -> Diagnostic {
    INVALID_USERNAME
        .problem(format!("the username of registry `{registry}` cannot be sent"))
        .at(span, reason)
        .help(help)
}

/// An address that is none.
pub(crate) fn invalid_email(registry: &str, span: Span) -> Diagnostic {
    INVALID_EMAIL
        .problem(format!("the e-mail address of registry `{registry}` is none"))
        .at(span, "must be one word with one `@`")
        .help("write an address, or remove `email`: nothing needs it")
}

/// A text that is no day.
pub(crate) fn invalid_date(registry: &str, span: Span) -> Diagnostic {
    INVALID_DATE
        .problem(format!("`expires` of registry `{registry}` is no day"))
        .at(span, "must be year, month and day")
        .help("write a date such as `expires = 2027-01-31`")
}

/// A name of a registry that is not defined.
pub(crate) fn unknown(
    secret: &str,
    registry: &Spanned<String>,
    defined: &[Spanned<String>],
) -> Diagnostic {
    let problem = UNKNOWN_REGISTRY
        .problem(format!("registry `{}` is not defined", registry.value))
        .at(registry.span.clone(), format!("used by pull secret `{secret}` here"));
    let names = defined.iter().map(|name| name.value.as_str());
    let near = nearest(&registry.value, names)
        .and_then(|near| defined.iter().find(|name| name.value == near));
    match near {
        Some(near) => problem.beside(near.span.clone(), "a registry with a similar name").fix(
            registry.span.clone(),
            quoted(&near.value),
            "use the defined name",
        ),
        None => problem.help(format!("define it: `[registry.{}]`", registry.value)),
    }
}

/// A registry that no pull secret names.
pub(crate) fn unused(registry: &Spanned<String>) -> Diagnostic {
    UNUSED_REGISTRY
        .problem(format!("no pull secret names registry `{}`", registry.value))
        .at(registry.span.clone(), "its credential lands nowhere")
        .help(format!(
            "add `\"{}\"` to the `registries` of a pull secret, or remove it",
            registry.value
        ))
}
