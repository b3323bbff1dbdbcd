//! Knows the two languages of templates: names in braces, and Go's.

use super::Parameters;

/// The language of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Template {
    /// `{{path.basename}}`: what stands in the braces is the name of a parameter.
    Names,
    /// `{{ .path.basename }}`: an expression; those that name a parameter and no more are known.
    Go,
}

impl Template {
    /// Fills in what is known; the rest stays as it is.
    pub(super) fn filled(self, text: &str, parameters: &Parameters) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, inner, after)) = next_place(rest) {
            filled.push_str(before);
            let value = self.name(inner.trim()).and_then(|name| parameters.get(&name));
            match value {
                Some(value) => filled.push_str(value),
                None => filled.extend(["{{", inner, "}}"]),
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// Returns the name of the parameter that an expression stands for.
    fn name(self, expression: &str) -> Option<String> {
        if self == Self::Names {
            return Some(expression.to_owned());
        }
        let words: Vec<&str> = expression.split_whitespace().collect();
        match *words.as_slice() {
            [name] => {
                let name = name.strip_prefix('.')?;
                // The path is one member of what is known of it.
                let is_path = name == "path.path" || name.ends_with(".path.path");
                let name = if is_path { name.strip_suffix(".path")? } else { name };
                Some(name.to_owned())
            }
            ["index", list, position] => {
                let path = list.strip_prefix('.')?.strip_suffix(".segments")?;
                Some(format!("{path}[{}]", position.parse::<usize>().ok()?))
            }
            _ => None,
        }
    }
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
        let known =
            [("path", "apps/web"), ("path.basename", "web"), ("path[0]", "apps"), ("a.path", "b")];
        let known = known.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(template.filled(text, &Parameters::from(known)), expected, "{text}");
    }

    #[test]
    fn names_in_braces_are_filled_in() {
        check(Template::Names, "{{path}}/{{ path[0] }}", "apps/web/apps");
        check(Template::Names, "x-{{path.basename}}-y", "x-web-y");
        check(Template::Names, "{{ other }}{{path.basename}}", "{{ other }}web");
        check(Template::Names, "{{.path.basename}}", "{{.path.basename}}");
        check(Template::Names, "{{path", "{{path");
        check(Template::Names, "}}{{}}{", "}}{{}}{");
    }

    #[test]
    fn expressions_of_go_that_are_a_name_are_filled_in() {
        check(Template::Go, "{{.path.path}} {{ .path.basename }}", "apps/web web");
        check(Template::Go, "{{index .path.segments 0}}", "apps");
        check(Template::Go, "{{ .a.path.path }}", "b");
        for open in [
            "{{path}}",
            "{{.other}}",
            "{{index .path.segments 7}}",
            "{{ .path.basename | upper }}",
            "{{- .path.basename -}}",
            "{{index .path.segments .n}}",
        ] {
            check(Template::Go, open, open);
        }
    }
}
