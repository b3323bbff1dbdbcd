//! Wording for paths of files and folders.

use regrender_diagnostic::{Diagnostic, Severity, Span};

use crate::Page;
use crate::problem::name::shown;
use crate::problem::quoted;

pub(crate) const PAGES: &[&Page] = &[&INVALID_PATH, &OVERLAPPING_DIRECTORIES];

static INVALID_PATH: Page = Page {
    code: "invalid-path",
    severity: Severity::Error,
    title: "a path that leads out of the repository or nowhere",
    why: "Paths are relative to registries.toml, with `/` between their parts, so that the tree is the same on every machine.\nThe output folder is one that regrender owns: not the folder of registries.toml itself, and nothing above it.",
    example: "[output]\ndirectory = \"../pull-secrets\"\n",
    way_out: "name a folder below registries.toml, such as `pull-secrets`.",
};

static OVERLAPPING_DIRECTORIES: Page = Page {
    code: "overlapping-directories",
    severity: Severity::Error,
    title: "two clusters would write into one folder",
    why: "Each cluster has an output folder of its own: what one build writes, another would remove, and Flux would apply both to either cluster.",
    example: "[cluster.prod]\ndirectory = \"secrets\"\n\n[cluster.staging]\ndirectory = \"secrets/staging\"\n",
    way_out: "give each cluster a folder that is not inside another's.",
};

/// A path that cannot be used.
pub(crate) fn invalid_path(
    owner: &str,
    key: &str,
    path: &str,
    span: Span,
    reason: &str,
    suggestion: Option<&str>,
) -> Diagnostic {
    let problem = INVALID_PATH
        .problem(format!("`{key}` of {owner} cannot be `{}`", shown(path)))
        .at(span.clone(), reason);
    if let Some(path) = suggestion {
        return problem.fix(span, quoted(path), "write it this way");
    }
    let example = match key {
        "directory" => "`directory = \"pull-secrets\"`",
        "inventory" => "`inventory = [\"apps\"]`",
        "docker-config" => "`docker-config = \"docker/config.json\"`",
        "sops" => "`sops = \"secrets.yaml\"`",
        "age" => "`age = \"hub.password.age\"`",
        "certificate" => "`certificate = \"sealed-secrets.pem\"`",
        "ca" => "`ca = \"corp-ca.pem\"`",
        _ => "`file = \"secrets/hub.password\"`",
    };
    problem.help(format!("write a path relative to registries.toml, such as {example}"))
}

/// Two clusters with one folder, or one inside the other.
pub(crate) fn overlapping_directories(
    outer: (&str, &str, Span),
    inner: (&str, &str, Span),
) -> Diagnostic {
    let relation = if outer.1 == inner.1 {
        "the same folder"
    } else if outer.1.to_lowercase() == inner.1.to_lowercase() {
        "the same folder where file systems do not tell `A` from `a`"
    } else {
        "a folder inside of it"
    };
    OVERLAPPING_DIRECTORIES
        .problem(format!("clusters `{}` and `{}` share an output folder", outer.0, inner.0))
        .beside(outer.2, format!("writes into `{}`", outer.1))
        .at(inner.2, format!("writes into `{}`: {relation}", inner.1))
        .help(format!("give cluster `{}` a `directory` of its own", inner.0))
}
