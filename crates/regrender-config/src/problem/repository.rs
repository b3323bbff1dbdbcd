//! Wording for repositories, and for the paths that a registry is narrowed to.

use regrender_diagnostic::{Diagnostic, Severity, Span, Spanned};

use crate::Page;
use crate::problem::name::shown;
use crate::problem::quoted;

pub(crate) const PAGES: &[&Page] = &[
    &INVALID_REPOSITORY_PATH,
    &PATH_WITHOUT_SLASH,
    &INVALID_REPOSITORY,
    &REPOSITORY_OUTSIDE_PATHS,
];

static INVALID_REPOSITORY_PATH: Page = Page {
    code: "invalid-repository-path",
    severity: Severity::Error,
    title: "a path that no repository can begin with",
    why: "Repositories are lower-case letters and digits with `.`, `_`, `-` and `/` between them.\nThe kubelet compares character by character, and `*` in a path stands for itself.",
    example: "[registry.internal]\nhost = \"registry.example.com\"\npaths = [\"/apps/\"]\nanonymous = true\n",
    way_out: "write the path as it stands in the image names, without a slash before it.",
};

static PATH_WITHOUT_SLASH: Page = Page {
    code: "path-without-slash",
    severity: Severity::Warning,
    title: "a path also covers its neighbours",
    why: "The kubelet compares the beginning of the text, not folder by folder: `apps` covers `apps-private/web` as well as `apps/web`.",
    example: "[registry.internal]\nhost = \"registry.example.com\"\npaths = [\"apps\"]\nanonymous = true\n",
    way_out: "end the path with a slash; a path for a single repository also covers names that begin with it.",
};

static INVALID_REPOSITORY: Page = Page {
    code: "invalid-repository",
    severity: Severity::Error,
    title: "a name that no repository can have",
    why: "`repositories` lists full names, as they stand in images between host and tag, not prefixes of names: those go into `paths`.",
    example: "[registry.internal]\nhost = \"registry.example.com\"\nrepositories = [\"apps/*\"]\nanonymous = true\n",
    way_out: "write the whole name: `apps/web`.",
};

static REPOSITORY_OUTSIDE_PATHS: Page = Page {
    code: "repository-outside-paths",
    severity: Severity::Error,
    title: "a repository that the registry is not for",
    why: "`paths` narrows the registry, and none of them is the beginning of this repository.",
    example: "[registry.internal]\nhost = \"registry.example.com\"\npaths = [\"apps/\"]\nrepositories = [\"base/os\"]\nanonymous = true\n",
    way_out: "add its beginning to `paths`, or remove it from `repositories`.",
};

/// A path that no repository begins with.
pub(crate) fn invalid_path(
    registry: &str,
    path: &str,
    span: Span,
    reason: &str,
    suggestion: Option<&str>,
) -> Diagnostic {
    let problem = INVALID_REPOSITORY_PATH
        .problem(format!("no repository of registry `{registry}` begins with `{}`", shown(path)))
        .at(span.clone(), reason);
    match suggestion {
        Some(path) => problem.fix(span, quoted(path), "write it this way"),
        None => problem.help("write the path as it stands in the image names"),
    }
}

/// A path without a slash at its end.
pub(crate) fn without_slash(registry: &str, path: &str, span: Span) -> Diagnostic {
    PATH_WITHOUT_SLASH
        .problem(format!("path `{path}` of registry `{registry}` covers `{path}-private` too"))
        .at(span.clone(), "the kubelet compares the beginning of the text")
        .fix(span, quoted(&format!("{path}/")), "end it with a slash")
}

/// A name that no repository has.
pub(crate) fn invalid_repository(
    registry: &str,
    span: Span,
    suggestion: Option<&str>,
) -> Diagnostic {
    let problem = INVALID_REPOSITORY
        .problem(format!("`repositories` of registry `{registry}` lists what is no repository"))
        .at(span.clone(), "must be the whole name, without host and tag");
    match suggestion {
        Some(suggestion) => problem.fix(span, quoted(suggestion), "write the name alone"),
        None => problem.help("write the whole name, such as `apps/web`; beginnings are `paths`"),
    }
}

/// A repository that the registry is not for.
pub(crate) fn outside_paths(
    registry: &str,
    repository: &Spanned<String>,
    paths: Span,
) -> Diagnostic {
    REPOSITORY_OUTSIDE_PATHS
        .problem(format!("registry `{registry}` is not for repository `{}`", repository.value))
        .at(repository.span.clone(), "begins with none of the paths")
        .beside(paths, "narrows the registry")
        .help("add its beginning to `paths`, or remove it from `repositories`")
}
