//! A problem as a program reads it.

use serde_json::{Value, json};

use crate::mask::mask_line;
use crate::{Diagnostic, Fix, Label, SourceText};

/// Returns a problem as one line of JSON, without a line end.
///
/// Bytes are counted in the text as it is, from 0; lines and columns from 1. The text itself is not
/// quoted.
#[must_use]
pub fn to_json(diagnostic: &Diagnostic, source: &SourceText) -> String {
    let labels = diagnostic.labels.iter().map(|label| label_object(label, source));
    json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity.name(),
        "title": mask_line(&diagnostic.title),
        "labels": labels.collect::<Vec<Value>>(),
        "notes": diagnostic.notes.iter().map(|note| mask_line(note)).collect::<Vec<String>>(),
        "helps": diagnostic.helps.iter().map(|help| mask_line(help)).collect::<Vec<String>>(),
        "fix": diagnostic.fix.as_ref().and_then(|fix| fix_object(fix, source)),
    })
    .to_string()
}

fn label_object(label: &Label, source: &SourceText) -> Value {
    let position = source.position(label.span.start);
    json!({
        "path": source.path(),
        "line": position.line,
        "column": position.column,
        "byte_start": label.span.start,
        "byte_end": label.span.end,
        "text": mask_line(&label.text),
        "primary": label.primary,
    })
}

fn fix_object(fix: &Fix, source: &SourceText) -> Option<Value> {
    fix.may_be_shown().then(|| {
        json!({
            "path": source.path(),
            "byte_start": fix.span.start,
            "byte_end": fix.span.end,
            "replacement": fix.replacement,
            "title": mask_line(&fix.title),
        })
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::Severity;

    #[test]
    fn everything_is_on_one_line() {
        let source = SourceText::new("registries.toml", "a = 1\nhost = 'x'\n");
        let diagnostic = Diagnostic::new("some-code", Severity::Error, "title")
            .at(13..16, "here")
            .beside(0..1, "")
            .note("a note")
            .help("do `it`")
            .fix(13..16, "'y'", "write `y`");
        assert_snapshot!(to_json(&diagnostic, &source));
    }

    #[test]
    fn secrets_do_not_show() {
        let source = SourceText::new("registries.toml", "password = 'canary-4f1d'");
        let token = "ghp_canary4f1dcanary4f1d";
        let diagnostic = Diagnostic::new("some-code", Severity::Error, token)
            .at(11..24, token)
            .note(token)
            .help(token)
            .fix(11..24, token, token);
        let text = to_json(&diagnostic, &source);
        assert!(!text.contains("canary"), "{text}");
        assert!(text.ends_with("\"fix\":null}"), "{text}");
    }
}
