//! Knows texts in which something is filled in before they are applied.

/// What begins a placeholder of Helm and Go templates, of Flux and the shell, and of ytt.
const BEGINNINGS: [&str; 3] = ["{{", "${", "(@"];

/// Tells whether something is filled in somewhere in a text, or in the place of all of it, as Argo CD's
/// plugin for Vault does for `<name>`.
pub(crate) fn awaits_filling(text: &str) -> bool {
    BEGINNINGS.iter().any(|beginning| text.contains(beginning))
        || text.starts_with('<') && text.trim_end().ends_with('>')
}

/// Does the same for bytes, which may be no text at all.
pub(crate) fn bytes_await_filling(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(awaits_filling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_known_by_what_it_begins_with() {
        for text in ["${TOKEN}", "a${B:=c}", "{{ .Values.x }}", "(@= data.x @)", "<path:a/b#c>\n"] {
            assert!(awaits_filling(text), "{text}");
        }
        for text in ["", "$TOKEN", "{a}", "<a", "a<b>c", "a>", "p@(ss"] {
            assert!(!awaits_filling(text), "{text}");
        }
        assert!(!bytes_await_filling(b"\xff${A}"));
    }
}
