//! Wording for settings of clusters that do not go together.

use regrender_diagnostic::{Diagnostic, Severity, Span, Spanned};

use crate::Page;
use crate::nearest::nearest;
use crate::problem::quoted;

pub(crate) const PAGES: &[&Page] = &[
    &AGE_NEEDS_KUBECTL,
    &ARGOCD_NEEDS_REPOSITORY,
    &SEALED_SECRETS,
    &UNKNOWN_CLUSTER,
    &INVALID_INTERVAL,
    &INVALID_TEXT,
];

static AGE_NEEDS_KUBECTL: Page = Page {
    code: "age-needs-kubectl",
    severity: Severity::Error,
    title: "plain age files with Flux or Argo CD",
    why: "No GitOps controller opens a file that is one age message; they open SOPS files.\nPlain age files are for a Makefile that pipes `age -d` into `kubectl apply`.",
    example: "[seal]\nformat = \"age\"\n",
    way_out: "remove `format = \"age\"`, or set `consumer = [\"kubectl\"]`.",
};

static ARGOCD_NEEDS_REPOSITORY: Page = Page {
    code: "argocd-needs-repository",
    severity: Severity::Error,
    title: "an Application per namespace needs the address of the repository",
    why: "With `per-namespace`, regrender writes the Applications, and each names the repository that Argo CD reads.",
    example: "[output]\nconsumer = [\"argocd\"]\nper-namespace = true\n",
    way_out: "add `argocd = { repository = \"https://…\" }`.",
};

static SEALED_SECRETS: Page = Page {
    code: "sealed-secrets-not-supported",
    severity: Severity::Error,
    title: "SealedSecrets are not supported yet",
    why: "The format of Bitnami's controller is known, but regrender does not write it yet.",
    example: "[seal]\nformat = \"sealed-secrets\"\n",
    way_out: "use `format = \"sops\"` meanwhile, which Flux and Argo CD with KSOPS open.",
};

static UNKNOWN_CLUSTER: Page = Page {
    code: "unknown-cluster",
    severity: Severity::Error,
    title: "a pull secret names a cluster that is not declared",
    why: "The pull secret would land nowhere, and nobody would notice until an image cannot be pulled.",
    example: "[cluster.prod]\n\n[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nclusters = [\"prd\"]\n",
    way_out: "write the name of a `[cluster.NAME]` table, or add one.",
};

static INVALID_INTERVAL: Page = Page {
    code: "invalid-interval",
    severity: Severity::Error,
    title: "an interval that Flux would refuse",
    why: "Flux takes numbers with a unit: `30s`, `10m`, `1h`, or several of them: `1h30m`.",
    example: "[output]\nflux = { interval = \"10 minutes\" }\n",
    way_out: "write a number with `s`, `m` or `h` behind it.",
};

static INVALID_TEXT: Page = Page {
    code: "invalid-text",
    severity: Severity::Error,
    title: "a value with white space or invisible characters",
    why: "Addresses, revisions and projects are one word; what cannot be seen in it was not meant.",
    example: "[output]\nargocd = { repository = \"https://git.example.com/a b\" }\n",
    way_out: "remove the character that the message names.",
};

/// `format = "age"` with a GitOps controller.
pub(crate) fn age_needs_kubectl(
    cluster: Option<&str>,
    format: Span,
    consumer: Option<Span>,
    controller: &str,
) -> Diagnostic {
    let whose = cluster.map_or_else(String::new, |name| format!(" of cluster `{name}`"));
    let problem = AGE_NEEDS_KUBECTL
        .problem(format!("{controller} cannot open the plain age files{whose}"))
        .at(format, "one age message a Secret");
    let problem = match consumer {
        Some(span) => problem.beside(span, format!("{controller} opens SOPS files only")),
        None => problem.note("`consumer` is `[\"flux\"]` unless the file says otherwise"),
    };
    problem.help("write `format = \"sops\"`, or set `consumer = [\"kubectl\"]`")
}

/// `per-namespace` with Argo CD and no repository.
pub(crate) fn argocd_needs_repository(
    cluster: Option<&str>,
    per_namespace: Span,
    consumer: Option<Span>,
) -> Diagnostic {
    let whose = cluster.map_or_else(String::new, |name| format!(" of cluster `{name}`"));
    let problem = ARGOCD_NEEDS_REPOSITORY
        .problem(format!("the Applications{whose} have no repository to name"))
        .at(per_namespace, "asks for an Application a namespace");
    let problem = match consumer {
        Some(span) => problem.beside(span, "for Argo CD"),
        None => problem,
    };
    problem
        .help("add `argocd = { repository = \"https://…\" }` with the address that Argo CD reads")
}

/// `format = "sealed-secrets"`.
pub(crate) fn sealed_secrets(span: Span) -> Diagnostic {
    SEALED_SECRETS
        .problem("SealedSecrets are not supported yet")
        .at(span.clone(), "known, but not written yet")
        .fix(span, "\"sops\"", "write SOPS files meanwhile; Flux and KSOPS open them")
}

/// A name of a cluster that is not declared.
pub(crate) fn unknown_cluster(
    secret: &str,
    cluster: &Spanned<String>,
    declared: &[Spanned<String>],
) -> Diagnostic {
    let problem = UNKNOWN_CLUSTER
        .problem(format!("cluster `{}` is not declared", cluster.value))
        .at(cluster.span.clone(), format!("named by pull secret `{secret}` here"));
    let names = declared.iter().map(|name| name.value.as_str());
    let near = nearest(&cluster.value, names)
        .and_then(|near| declared.iter().find(|name| name.value == near));
    match near {
        Some(near) => problem.beside(near.span.clone(), "a cluster with a similar name").fix(
            cluster.span.clone(),
            quoted(&near.value),
            "use the declared name",
        ),
        None => problem.help(format!("declare it: `[cluster.{}]`", cluster.value)),
    }
}

/// An interval that Flux would refuse.
pub(crate) fn invalid_interval(owner: &str, span: Span) -> Diagnostic {
    INVALID_INTERVAL
        .problem(format!("`interval` of `flux` of {owner} is no duration"))
        .at(span, "must be numbers with units")
        .help("write a duration such as `10m` or `1h30m`")
}

/// A value with a character that it cannot hold.
pub(crate) fn invalid_text(owner: &str, key: &str, span: Span) -> Diagnostic {
    INVALID_TEXT
        .problem(format!("`{key}` of {owner} holds white space or an invisible character"))
        .at(span, "must be one word")
        .help("remove the white space and what cannot be seen")
}
