//! Wording for pull secrets.

use regrender_diagnostic::{Diagnostic, Severity, Span};

use crate::Page;

pub(crate) const PAGES: &[&Page] =
    &[&ALL_ANONYMOUS, &SAME_KEY, &KEPT_PULL_SECRET, &IDLE_KEEP, &SECRET_NAME_TWICE, &NO_SECRETS];

static ALL_ANONYMOUS: Page = Page {
    code: "all-anonymous",
    severity: Severity::Error,
    title: "a pull secret without a credential",
    why: "All of its registries are anonymous, or pulled from with what the nodes have, so there is nothing to put into it.",
    example: "[registry.mirror]\nhost = \"mirror.example.com\"\nanonymous = true\n\n[secret.regcred]\nregistries = [\"mirror\"]\nnamespaces = [\"a\"]\n",
    way_out: "list a registry with a credential, or remove the pull secret.",
};

static SAME_KEY: Page = Page {
    code: "same-key",
    severity: Severity::Error,
    title: "two registries of a pull secret have the same key",
    why: "A pull secret holds one credential per key; the other would be lost.",
    example: "[registry.a]\nkind = \"ghcr\"\nusername = \"a\"\npassword = { env = \"A\" }\n\n[registry.b]\nkind = \"ghcr\"\nusername = \"b\"\npassword = { env = \"B\" }\n\n[secret.regcred]\nregistries = [\"a\", \"b\"]\nnamespaces = [\"a\"]\n",
    way_out: "narrow one of them with `paths`, or put them into two pull secrets.",
};

static KEPT_PULL_SECRET: Page = Page {
    code: "kept-pull-secret",
    severity: Severity::Warning,
    title: "`keep` names a pull secret that is listed anyway",
    why: "`keep` is for names that come from elsewhere.\nThose of this file are in the lists of their accounts already.",
    example: "[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nservice-accounts = [\"default\"]\nkeep = [\"regcred\"]\n",
    way_out: "remove the name from `keep`.",
};

static IDLE_KEEP: Page = Page {
    code: "idle-keep",
    severity: Severity::Warning,
    title: "`keep` without accounts or workloads",
    why: "The names in `keep` stay in the lists of the accounts and workloads of the pull secret; it has none.",
    example: "[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nkeep = [\"other\"]\n",
    way_out: "remove `keep`, or list the `service-accounts`.",
};

static SECRET_NAME_TWICE: Page = Page {
    code: "secret-name-twice",
    severity: Severity::Error,
    title: "two Secrets of one name would land in one namespace",
    why: "A Secret is called what `name` says, or else like its table; what External Secrets makes is called `<pull secret>-<registry>`.\nA namespace has one Secret of a name, so one of the two would overwrite the other.",
    example: "[registry.a]\nhost = \"a.example.com\"\nusername = \"bot\"\npassword = { env = \"A\" }\n\n[registry.b]\nhost = \"b.example.com\"\nusername = \"bot\"\npassword = { env = \"B\" }\n\n[secret.regcred]\nregistries = [\"a\"]\nnamespaces = [\"team-a\", \"team-b\"]\n\n[secret.regcred-b]\nname = \"regcred\"\nregistries = [\"b\"]\nnamespaces = [\"team-b\"]\n",
    way_out: "let each have namespaces or clusters of its own, or another name; one Secret with both registries is one pull secret that lists both.",
};

static NO_SECRETS: Page = Page {
    code: "no-secrets",
    severity: Severity::Warning,
    title: "no pull secret is declared",
    why: "The tree would be empty.",
    example: "[seal]\nrecipients = [\"age1rs8lqg24qdkcxjncpkr0utll2zjkg7jddswqcm346l7ccx5uxa6qv8js8k\"]\n",
    way_out: "add a table `[secret.NAME]` with `registries` and `namespaces`.",
};

/// A pull secret without a credential.
pub(crate) fn all_anonymous(secret: &str, registries: Span) -> Diagnostic {
    ALL_ANONYMOUS
        .problem(format!("pull secret `{secret}` would hold no credential"))
        .at(registries, "all of these are anonymous, or pulled by the nodes")
        .help("list a registry with a credential, or remove the pull secret")
}

/// Two registries with one key.
pub(crate) fn same_key(
    secret: (&str, Span),
    key: &str,
    first: (&str, Span),
    second: (&str, Span),
) -> Diagnostic {
    SAME_KEY
        .problem(format!("pull secret `{}` would hold two credentials for `{key}`", secret.0))
        .at(secret.1, format!("lists both `{}` and `{}`", first.0, second.0))
        .beside(first.1, format!("is for `{key}`"))
        .beside(second.1, format!("is for `{key}` too"))
        .help(format!(
            "narrow `{}` or `{}` with `paths`, or use two pull secrets",
            first.0, second.0
        ))
}

/// A name in `keep` that is a pull secret of the file.
pub(crate) fn kept(secret: &str, kept: &str, span: Span, declared: Span) -> Diagnostic {
    KEPT_PULL_SECRET
        .problem(format!("pull secret `{secret}` keeps `{kept}`, which is listed anyway"))
        .at(span, "for names that come from elsewhere")
        .beside(declared, "a pull secret of this file")
        .help(format!("remove `{kept}` from `keep`"))
}

/// `keep` without accounts.
pub(crate) fn idle_keep(secret: &str, span: Span) -> Diagnostic {
    IDLE_KEEP
        .problem(format!("`keep` of pull secret `{secret}` has no effect"))
        .at(span, "there are no accounts and no workloads whose lists it could stay in")
        .help("remove `keep`, or list the `service-accounts`")
}

/// Two Secrets of one name in one namespace.
pub(crate) fn name_twice(name: &str, namespace: &str, first: Span, second: Span) -> Diagnostic {
    SECRET_NAME_TWICE
        .problem(format!("two Secrets would be called `{name}` in namespace `{namespace}`"))
        .beside(first, "makes one")
        .at(second, "makes another")
        .help("give one of them another name, or let them land in different namespaces")
}

/// A file without pull secrets.
pub(crate) fn none() -> Diagnostic {
    NO_SECRETS
        .problem("no pull secret is declared, so there is nothing to render")
        .help("add a table `[secret.NAME]` with `registries` and `namespaces`")
}
