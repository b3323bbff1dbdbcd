//! Knows which patches of an `ApplicationSet` leave alone what its Applications apply, and where.

/// What a patch of an Application may not speak of, unless nobody knows what comes of it.
const TELLING: [&str; 10] = [
    "sources",
    "destination",
    "path",
    "namespace",
    "kustomize",
    "directory",
    "repoURL",
    "chart",
    "$patch",
    "$retainKeys",
];

/// What would take something away as a whole.
const WHOLE: [&str; 2] = ["spec", "source"];

/// Tells whether a patch changes nothing of what counts here, whatever is filled in.
pub(super) fn leaves_alone(patch: &str) -> bool {
    let Some(plain) = without_places(patch) else {
        return false;
    };
    let is_whole = |name: &str| {
        let mut said = said_of(&plain, name);
        said.any(|said| said.starts_with(['~', '&', '*', '!']) || said.starts_with("null"))
    };
    !plain.contains(['\\', '?'])
        && !plain.contains("<<")
        && !TELLING.iter().any(|name| said_of(&plain, name).next().is_some())
        && !WHOLE.iter().any(|name| is_whole(name))
}

/// Takes out what is filled in; nothing if that may be more than a value.
fn without_places(patch: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = patch;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inner, after) = after.split_once("}}")?;
        plain.push_str(before);
        let line = plain.rsplit('\n').next().unwrap_or_default().trim();
        let inner = inner.trim_matches(['-', ' ', '\n']);
        let word = inner.split(' ').next().unwrap_or_default();
        let is_control = matches!(word, "if" | "else" | "end" | "range" | "with")
            || word.starts_with('$') && inner.contains('=');
        let is_value =
            line.ends_with([':', '-', '"', '\'']) || line.starts_with("- ") || line.contains(": ");
        let is_more = ["aml", "son", "indent"].iter().any(|part| inner.contains(part));
        if !is_control && (!is_value || is_more) {
            return None;
        }
        rest = after;
    }
    plain.push_str(rest);
    Some(plain)
}

/// Lists what stands behind a name and its colon.
fn said_of<'t>(text: &'t str, name: &str) -> impl Iterator<Item = &'t str> {
    let found = text.match_indices(name);
    found.filter_map(move |(at, found)| {
        let (before, after) = text.split_at_checked(at)?;
        let is_part =
            before.ends_with(|letter: char| letter.is_alphanumeric() || "-_.".contains(letter));
        let after = after.get(found.len()..)?.trim_start_matches(['"', '\'', ' ']);
        after.strip_prefix(':').filter(|_| !is_part).map(|said| said.trim_start_matches(' '))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_elsewhere_is_left_alone() {
        for (patch, expected) in [
            ("spec:\n  syncPolicy:\n    automated: {prune: {{ .prune }}}\n", true),
            (
                "{{- if eq .env \"prod\" }}\nspec:\n  syncPolicy:\n    automated: null\n{{- end }}",
                true,
            ),
            ("metadata:\n  finalizers: [resources-finalizer.argocd.argoproj.io]\n", true),
            (
                "spec:\n  source:\n    helm:\n      valueFiles:\n      - apps/{{ .path.path }}.yaml",
                true,
            ),
            (
                "spec:\n  syncPolicy:\n    syncOptions:\n    {{- range .o }}\n    - {{ . }}\n    {{- end }}",
                true,
            ),
            ("spec:\n  source:\n    path: x", false),
            ("spec: {source: {path: x}}", false),
            ("{\"spec\": {\"destination\" : {\"namespace\": \"x\"}}}", false),
            ("{\"sp\\u0065c\": {}}", false),
            ("spec:\n  destination:\n    name: x", false),
            ("spec:\n  sources: []", false),
            ("spec:\n  source:\n{{ toYaml .source | indent 4 }}", false),
            ("spec:\n  source: {{ .source | toYaml | nindent 4 }}", false),
            ("{{ .patch }}", false),
            ("spec:\n  {{ .name }}: x", false),
            ("spec:\n  {{ $name }}: x", false),
            ("spec:\n  {{ replace \"=\" \"\" .name }}: x", false),
            ("{{ $name := .name }}\nspec:\n  syncPolicy: {{ $name }}", true),
            ("spec:\n  syncPolicy:\n    subpath: x\n    sub-path: y", true),
            ("spec: null", false),
            ("spec:\n  source: ~", false),
            ("spec:\n  source: {$patch: delete}", false),
            ("{{ .open", false),
        ] {
            assert_eq!(leaves_alone(patch), expected, "{patch}");
        }
    }
}
