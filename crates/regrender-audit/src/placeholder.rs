//! Knows texts in which something is filled in before they are applied.

/// What placeholders stand between: those of Helm and Go templates, of Flux and the shell, of pipelines
/// in Azure, and of ytt.
const MARKS: [(&str, &str); 4] = [("{{", "}}"), ("${", "}"), ("#{", "}"), ("(@=", "@)")];

/// What stands before an input of a `ResourceSet`.
pub(crate) const SET_INPUT: &str = "<<";

/// Tells whether something is filled in somewhere in a text, or in the place of all of it, as `envsubst`
/// does for `$NAME` and Argo CD's plugin for Vault for `<name>`.
pub(crate) fn awaits_filling(text: &str) -> bool {
    let has = |(beginning, end): &(&str, &str)| {
        text.split_once(beginning).is_some_and(|(_, rest)| rest.contains(end))
    };
    MARKS.iter().any(has)
        || text.starts_with('<') && text.trim_end().ends_with('>')
        || text.trim_end().strip_prefix('$').is_some_and(is_name)
}

/// Takes only capitals for a name: `$ecret` is a password.
fn is_name(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_uppercase() || letter == '_')
        && text
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
}

/// Does the same for bytes, which may be no text at all.
pub(crate) fn bytes_await_filling(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(awaits_filling)
}

/// Tells whether a name has a variable in it, as no name in a cluster has.
pub(crate) fn is_open(name: &str) -> bool {
    name.contains(['$', '{']) || name.contains(SET_INPUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_known_by_what_it_stands_between() {
        for text in ["${TOKEN}", "a${B:=c}", "{{ .Values.x }}", "(@= data.x @)", "#{TOKEN}#"] {
            assert!(awaits_filling(text), "{text}");
        }
        for text in ["$TOKEN", "$_A1\n", "<path:a/b#c>\n"] {
            assert!(awaits_filling(text), "{text}");
        }
        for text in
            ["", "$", "$1a", "a$TOKEN", "$A-B", "$ecret", "{a}", "<a", "p(@ss", "p${s", "p}${"]
        {
            assert!(!awaits_filling(text), "{text}");
        }
        assert!(!bytes_await_filling(b"\xff${A}"));
    }
}
