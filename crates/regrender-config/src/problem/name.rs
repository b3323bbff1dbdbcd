//! Wording for names, labels and annotations.

use regrender_diagnostic::{Diagnostic, Severity, Span};

use crate::Page;
use crate::problem::quoted;

pub(crate) const PAGES: &[&Page] = &[&INVALID_NAME, &INVALID_LABEL, &RESERVED_LABEL];

static INVALID_NAME: Page = Page {
    code: "invalid-name",
    severity: Severity::Error,
    title: "a name that Kubernetes or the file system would refuse",
    why: "Names of namespaces are DNS labels: lower-case letters, digits and `-`, at most 63 characters.\nNames of Secrets, service accounts and workloads may hold dots too, and 253 characters.\nNames of registries and clusters, and of pull secrets with a `name` of their own, begin with a letter or a digit and hold `.`, `_` and `-` besides.",
    example: "[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"Team_A\"]\n",
    way_out: "write the name as it is in the cluster.",
};

static INVALID_LABEL: Page = Page {
    code: "invalid-label",
    severity: Severity::Error,
    title: "a label or annotation that Kubernetes would refuse",
    why: "A key is a name of at most 63 characters, with an optional DNS prefix and a slash before it.\nA label's value has at most 63 characters: letters, digits, `-`, `_` and `.`, the first and the last a letter or digit.",
    example: "[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nlabels = { \"team name\" = \"a\" }\n",
    way_out: "leave out the characters that the message names; put free text into an annotation.",
};

static RESERVED_LABEL: Page = Page {
    code: "reserved-label",
    severity: Severity::Error,
    title: "a label or annotation under `regrender.dev/`",
    why: "Those are written by regrender itself, and are how it recognises what it has made.",
    example: "[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nannotations = { \"regrender.dev/owner\" = \"a\" }\n",
    way_out: "use a prefix of your own.",
};

/// A name that breaks `rule`; `what` is what it would name.
pub(crate) fn invalid_name(
    what: &str,
    name: &str,
    span: Span,
    rule: &str,
    suggestion: Option<String>,
) -> Diagnostic {
    let problem = INVALID_NAME
        .problem(format!("`{}` cannot be the name of {what}", shown(name)))
        .at(span.clone(), rule);
    match suggestion {
        Some(name) => problem.fix(span, quoted(&name), "write it this way"),
        None if what == "a namespace" && name.contains('*') => problem.help(
            "list the names, or take those of the manifests: `namespaces = { from = \"inventory\" }`",
        ),
        None if what == "a pull secret" => problem.help("write a name such as `regcred`"),
        None => problem.help(format!("write the name of {what} as it is in the cluster")),
    }
}

/// A name of our own tables.
pub(crate) fn invalid_table_name(what: &str, name: &str, span: Span) -> Diagnostic {
    INVALID_NAME
        .problem(format!("`{}` cannot be the name of {what}", shown(name)))
        .at(span, "must begin with a letter or a digit and hold only those, `.`, `_` and `-`")
        .help("choose another name; it is only used in this file and in paths")
}

/// A key of a label or annotation.
pub(crate) fn invalid_label_key(map: &str, key: &str, span: Span, rule: &str) -> Diagnostic {
    INVALID_LABEL
        .problem(format!("`{}` cannot be a key of `{map}`", shown(key)))
        .at(span, rule)
        .help("write a key such as `team` or `example.com/team`")
}

/// A value of a label.
pub(crate) fn invalid_label_value(key: &str, span: Span, rule: &str) -> Diagnostic {
    INVALID_LABEL
        .problem(format!("the value of label `{key}` is not one that Kubernetes takes"))
        .at(span, rule)
        .help("shorten the value, or move it to `annotations`")
}

/// A key under the prefix of this tool.
pub(crate) fn reserved_label(map: &str, key: &str, span: Span) -> Diagnostic {
    RESERVED_LABEL
        .problem(format!("`{}` in `{map}` is reserved", shown(key)))
        .at(span, "everything under `regrender.dev/` is written by regrender")
        .help("use a prefix of your own, such as `example.com/`")
}

/// A name that may be anything, so that it fits into a title.
pub(crate) fn shown(name: &str) -> String {
    const LONGEST: usize = 60;
    let visible: String =
        name.chars().take(LONGEST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if name.chars().count() > LONGEST { format!("{visible}…") } else { visible }
}
