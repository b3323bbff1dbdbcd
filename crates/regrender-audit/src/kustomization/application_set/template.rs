//! Knows the two languages of templates: names in braces, and Go's.

use super::go;
use super::parameters::Parameters;
use super::value::{LONGEST, Table, Value};
use crate::manifest::Node;

/// The language of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Template {
    /// `{{path.basename}}`: what stands in the braces is the name of a parameter.
    Names,
    /// `{{ .path.basename }}`: an expression.
    Go {
        /// Whether a name that stands for nothing is an error.
        is_strict: bool,
    },
}

impl Template {
    /// Reads what the specification of an `ApplicationSet` says of its language.
    pub(super) fn read(spec: &Node<'_>) -> Self {
        if spec.get("goTemplate").and_then(Node::scalar) != Some("true") {
            return Self::Names;
        }
        let options = spec.items_of("goTemplateOptions").iter().filter_map(Node::string);
        let mut missing = options.filter_map(|option| option.strip_prefix("missingkey="));
        Self::Go { is_strict: missing.next_back() == Some("error") }
    }

    /// Fills in what is known; the rest stays as it is.
    pub(super) fn filled(self, text: &str, parameters: &Parameters) -> String {
        if !text.contains("{{") {
            return text.to_owned();
        }
        let filled = match self {
            Self::Names => names(text, parameters),
            Self::Go { is_strict } => go::filled(text, parameters, is_strict),
        };
        filled.filter(|filled| filled.len() <= LONGEST).unwrap_or_else(|| text.to_owned())
    }

    /// Fills in what a generator says with what those before it in a matrix have answered, as far as
    /// Argo CD does.
    pub(super) fn passed_on(self, text: &str, known: &Parameters) -> String {
        let filled = if known.is_none() { text.to_owned() } else { self.filled(text, known) };
        // An expression that fails leaves all of the text to what the generator itself answers.
        let is_whole = self == Self::Names || !filled.contains("{{");
        if is_whole { filled } else { text.to_owned() }
    }

    /// Does the same with all texts of a table.
    pub(super) fn passed_on_to(self, table: &Table, known: &Parameters) -> Table {
        let mut passed = Table::default();
        for (name, value) in table.iter() {
            // On the way, what is null gets lost.
            if known.is_none() || *value != Value::Null {
                passed.insert(self.passed_on(name, known), self.passed_on_to_value(value, known));
            }
        }
        passed
    }

    fn passed_on_to_value(self, value: &Value, known: &Parameters) -> Value {
        match value {
            Value::Text(text) => Value::Text(self.passed_on(text, known)),
            Value::Table(table) => Value::Table(self.passed_on_to(table, known)),
            Value::List(items) => {
                let passed = items.iter().map(|item| self.passed_on_to_value(item, known));
                Value::List(passed.collect())
            }
            _ => value.clone(),
        }
    }
}

/// Fills in the names that stand in braces.
fn names(text: &str, parameters: &Parameters) -> Option<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, inner, after)) = next_place(rest) {
        filled.push_str(before);
        match parameters.table.get(inner.trim()).and_then(Value::text) {
            Some(value) => filled.push_str(value),
            None => filled.extend(["{{", inner, "}}"]),
        }
        if filled.len() > LONGEST {
            return None;
        }
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

/// Takes a text apart at its first place in braces.
fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (inner, after) = rest.split_once("}}")?;
    Some((before, inner, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(template: Template, text: &str, expected: &str) {
        let text_of = |text: &str| Value::Text(text.to_owned());
        let path = [("basename", "web"), ("path", "apps/web")];
        let path = path.into_iter().map(|(name, value)| (name.to_owned(), text_of(value)));
        let names = [("path.basename", "web"), ("path[0]", "apps"), ("b", "")];
        let names = names.into_iter().map(|(name, value)| (name.to_owned(), text_of(value)));
        let mut table: Table = names.collect();
        let path = match template {
            Template::Names => text_of("apps/web"),
            Template::Go { .. } => Value::Table(path.collect()),
        };
        table.insert("path".to_owned(), path);
        table.insert("open".to_owned(), Value::Open);
        table.insert("mixed".to_owned(), Value::List(vec![text_of("a"), Value::Open]));
        table.insert("count".to_owned(), Value::Plain("1".to_owned()));
        let parameters = Parameters { table, is_open: false };
        assert_eq!(template.filled(text, &parameters), expected, "{text}");
    }

    #[test]
    fn names_in_braces_are_filled_in() {
        check(Template::Names, "{{path}}/{{ path[0] }}", "apps/web/apps");
        check(Template::Names, "x-{{path.basename}}-y", "x-web-y");
        check(Template::Names, "{{ other }}{{path.basename}}", "{{ other }}web");
        check(Template::Names, "{{open}}{{b}}", "{{open}}");
        check(Template::Names, "{{.path.basename}}", "{{.path.basename}}");
        check(Template::Names, "{{path", "{{path");
        check(Template::Names, "}}{{}}{", "}}{{}}{");
    }

    #[test]
    fn expressions_of_go_are_filled_in() {
        let go = Template::Go { is_strict: false };
        check(go, "{{.path.path}} {{ .path.basename }}", "apps/web web");
        check(go, "{{ $.path.basename | upper }}", "WEB");
        check(go, "a {{- .path.basename -}} b", "awebb");
        check(go, "{{ \"}}\" }}{{.b}}", "}}");
        check(go, "{{if .b}}x{{else}}y{{end}}", "y");
        check(go, "{{if .none}}x{{end}}", "");
        for open in [
            "{{path}}",
            "{{.other}}",
            "{{.open}}",
            "{{if .open}}x{{end}}",
            "{{.path.basename",
            "{{.path.other.more}}",
            "{{ .path.basename | nobody }}",
            "{{.path.basename}}{{else}}",
        ] {
            check(go, open, open);
        }
        check(Template::Go { is_strict: true }, "{{if .none}}x{{end}}", "{{if .none}}x{{end}}");
    }

    #[test]
    fn functions_of_go_are_called() {
        let go = Template::Go { is_strict: false };
        for (text, expected) in [
            ("{{ eq (upper .path.basename) \"WEB\" }}", "true"),
            ("{{ ( upper .path.basename ) | lower }}", "web"),
            ("{{ trim \" a \" }}", "a"),
            ("{{ ternary \"a\" \"b\" (eq .path.basename \"web\") }}", "a"),
            ("{{ ternary \"a\" \"b\" (eq .path.basename \"x\") }}", "b"),
            ("{{ has \"a\" (list \"a\") }}", "true"),
            ("{{ printf \"%s-%s\" \"a\" .path.basename }}", "a-web"),
            ("{{ `a\\b` }}", "a\\b"),
        ] {
            check(go, text, expected);
        }
        let longest = "x".repeat(LONGEST);
        check(go, &format!("{{{{ \"{longest}\" }}}}"), &longest);
        check(go, "{{ \"a\\\"}}\" }}{{.b}}", "{{ \"a\\\"}}\" }}");
        let open = [
            "{{ ternary \"a\" \"b\" .path.basename }}",
            "{{ .b | or \"a\" }}",
            "{{ eq .path.basename }}",
            "{{ eq .count true }}",
            "{{ eq (list) \"a\" }}",
            "{{ has \"b\" .mixed }}",
            "{{ splitList \"\" \"ab\" | first }}",
            "{{ replace \"\" \"x\" \"ab\" }}",
            "{{ lower \"É\" }}",
            "{{ upper \"é\" }}",
            "{{ printf \"%d\" \"a\" }}",
            "{{ printf \"%s%%\" \"a\" }}",
            "{{ printf \"%s\" }}",
            "{{ \"a\\b\" }}",
            "{{ .path..basename }}",
            "{{ eq .b\"x\" }}",
            "{{ $ .b }}",
            "{{break}}{{.path.basename}}",
            &format!("{{{{ \"{longest}x\" }}}}"),
            &format!("{{{{ hasPrefix \"x\" (replace \"x\" \"xx\" \"{longest}\") }}}}"),
        ];
        for text in open {
            check(go, text, text);
        }
    }
}
