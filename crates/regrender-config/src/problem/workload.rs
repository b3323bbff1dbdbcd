//! Wording for workloads.

use regrender_diagnostic::{Diagnostic, Severity, Span};

use crate::problem::name::shown;
use crate::problem::quoted;
use crate::{Page, Workload};

pub(crate) const PAGES: &[&Page] = &[
    &INVALID_WORKLOAD,
    &UNKNOWN_WORKLOAD_KIND,
    &INVALID_POD_PATH,
    &INVALID_API_VERSION,
    &WORKLOAD_DECLARED_DIFFERENTLY,
];

static INVALID_WORKLOAD: Page = Page {
    code: "invalid-workload",
    severity: Severity::Error,
    title: "a workload is not written as `Kind/name`",
    why: "A workload is its kind as manifests spell it, a slash and its name.",
    example: "[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nworkloads = [\"deployment/web\"]\n",
    way_out: "write `Deployment/web`.",
};

static UNKNOWN_WORKLOAD_KIND: Page = Page {
    code: "unknown-workload-kind",
    severity: Severity::Error,
    title: "a kind whose pod spec is not known",
    why: "A patch must say which API the kind belongs to and where its pod spec is; that is known of Kubernetes' own kinds only.",
    example: "[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nworkloads = [\"Rollout/web\"]\n",
    way_out: "write a table: `{ kind = \"Rollout\", name = \"web\", api-version = \"argoproj.io/v1alpha1\", path = \"spec.template.spec\" }`.",
};

static INVALID_POD_PATH: Page = Page {
    code: "invalid-pod-path",
    severity: Severity::Error,
    title: "a text that is not a path to a pod spec",
    why: "It is the keys that lead to the pod spec, with dots between them, as in `spec.template.spec`; of Kubernetes' own kinds it is known.",
    example: "[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nworkloads = [{ kind = \"Rollout\", name = \"web\", api-version = \"argoproj.io/v1alpha1\", path = \"/spec/template/spec\" }]\n",
    way_out: "write the keys with dots between them.",
};

static INVALID_API_VERSION: Page = Page {
    code: "invalid-api-version",
    severity: Severity::Error,
    title: "an API version that is invalid, or not that of the kind",
    why: "It is a version alone, as in `v1`, or a group, a slash and a version, as in `apps/v1`.",
    example: "[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nworkloads = [{ kind = \"Deployment\", name = \"web\", api-version = \"extensions/v1beta1\" }]\n",
    way_out: "copy the `apiVersion` of the workload's manifest.",
};

static WORKLOAD_DECLARED_DIFFERENTLY: Page = Page {
    code: "workload-declared-differently",
    severity: Severity::Error,
    title: "two pull secrets do not agree on a workload",
    why: "A workload of a namespace gets one patch, with the names of all pull secrets that declare it.\nIts API version, the path to its pod spec, and the account that it runs under, can be one thing only.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"bot\"\npassword = { env = \"HUB\" }\n\n[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nworkloads = [{ kind = \"Deployment\", name = \"web\", service-account = \"web\" }]\n\n[secret.second]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nworkloads = [{ kind = \"Deployment\", name = \"web\", service-account = \"builder\" }]\n",
    way_out: "write the same in both, or name the workload as `Kind/name` in one of them.",
};

/// A text that is not `Kind/name`.
pub(crate) fn invalid(
    secret: &str,
    text: &str,
    span: Span,
    reason: &str,
    suggestion: Option<&str>,
) -> Diagnostic {
    let problem = INVALID_WORKLOAD
        .problem(format!("pull secret `{secret}` names no workload with `{}`", shown(text)))
        .at(span.clone(), reason);
    match suggestion {
        Some(text) => problem.fix(span, quoted(text), "write it this way"),
        None => problem.help("write `Kind/name`, such as `Deployment/web`"),
    }
}

/// A service account among the workloads.
pub(crate) fn service_account(secret: &str, name: &str, span: Span) -> Diagnostic {
    INVALID_WORKLOAD
        .problem(format!("pull secret `{secret}` has a service account among its workloads"))
        .at(span, "is no workload")
        .help(format!("list `{}` in `service-accounts`", shown(name)))
}

/// The keys that a kind needs which is not Kubernetes' own, and how they are written.
const KEYS: [(&str, &str); 2] =
    [("api-version", "api-version = \"GROUP/VERSION\""), ("path", "path = \"spec.template.spec\"")];

/// A kind whose pod spec is not known, written as `Kind/name`.
pub(crate) fn unknown_kind(kind: &str, name: &str, span: Span) -> Diagnostic {
    let keys = KEYS.map(|(_, example)| example).join(", ");
    unknown(kind).at(span, "needs `api-version` and `path`").help(format!(
        "write `{{ kind = {}, name = {}, {keys} }}`",
        quoted(kind),
        quoted(name)
    ))
}

/// A kind whose pod spec is not known, in a table that lacks these keys.
pub(crate) fn incomplete_kind(kind: &str, span: Span, missing: &[&str]) -> Diagnostic {
    let examples = KEYS.iter().filter(|(key, _)| missing.contains(key));
    let examples: Vec<&str> = examples.map(|(_, example)| *example).collect();
    unknown(kind)
        .at(span, format!("needs `{}`", missing.join("` and `")))
        .help(format!("add `{}`", examples.join(", ")))
}

fn unknown(kind: &str) -> Diagnostic {
    let title = format!("where the pod spec of kind `{}` is, is not known", shown(kind));
    UNKNOWN_WORKLOAD_KIND.problem(title)
}

/// A path to the pod spec.
pub(crate) fn invalid_pod_path(span: Span, reason: &str, suggestion: Option<&str>) -> Diagnostic {
    let problem =
        INVALID_POD_PATH.problem("the path to the pod spec is none").at(span.clone(), reason);
    match suggestion {
        Some(path) => problem.fix(span, quoted(path), "write dots between the keys"),
        None => problem.help("write a path such as `spec.template.spec`"),
    }
}

/// A path other than the one to the pod spec of a kind of Kubernetes itself.
pub(crate) fn other_pod_path(kind: &str, span: Span, path: &str) -> Diagnostic {
    INVALID_POD_PATH
        .problem(format!("the path leads to no pod spec of kind `{kind}`"))
        .at(span.clone(), "is not where this kind has it")
        .fix(span, quoted(path), "write where it is, or leave `path` out")
}

/// A workload on which two pull secrets do not agree: each with its name, and with what it says.
pub(crate) fn declared_differently(
    (first, span, before): (&str, Span, String),
    (second, workload, after): (&str, &Workload, String),
) -> Diagnostic {
    let Workload { kind, name, .. } = workload;
    WORKLOAD_DECLARED_DIFFERENTLY
        .problem(format!(
            "pull secrets `{first}` and `{second}` do not agree on the workload `{kind}/{name}`"
        ))
        .beside(span, before)
        .at(workload.span.clone(), after)
        .help("write the same in both, or leave it out of one of them")
}

/// An API version.
pub(crate) fn invalid_api_version(
    kind: &str,
    span: Span,
    reason: &str,
    suggestion: Option<&str>,
) -> Diagnostic {
    let problem = INVALID_API_VERSION
        .problem(format!("the API version of kind `{}` cannot be this", shown(kind)))
        .at(span.clone(), reason);
    match suggestion {
        Some(version) => problem.fix(span, quoted(version), "write the one of the kind"),
        None => problem.help("copy the `apiVersion` of the workload's manifest"),
    }
}
