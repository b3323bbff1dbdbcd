//! A problem as a person at a terminal reads it.

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use crate::mask::{MaskedText, mask_line};
use crate::{Diagnostic, Fix, Severity, SourceText};

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether it shows colour.
    pub color: Color,
    /// How many characters fit on a line.
    pub width: usize,
}

/// Whether to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    Never,
    /// Text with escape sequences.
    Always,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: Color::Never, width: 100 }
    }
}

/// Renders a problem with the lines it is about; what must not be quoted is masked.
///
/// The text ends without a line end.
#[must_use]
pub fn render(diagnostic: &Diagnostic, source: &SourceText, style: Style) -> String {
    let masked = source.masked();
    let mut groups = vec![problem(diagnostic, source, masked)];
    groups.extend(diagnostic.fix.as_ref().and_then(|fix| change(fix, masked)));
    let renderer = match style.color {
        Color::Never => Renderer::plain(),
        Color::Always => Renderer::styled(),
    };
    let report = renderer.term_width(style.width).render(&groups);
    // Lines that show an empty line of the file would end in a blank, and a margin beside no line of
    // the file shows nothing.
    let is_beside_lines = !diagnostic.labels.is_empty() || groups.len() > 1;
    let lines = report.lines().map(str::trim_end);
    let lines: Vec<&str> = lines.filter(|line| is_beside_lines || !is_margin(line)).collect();
    lines.join("\n")
}

/// Tells whether a line shows the margin beside the lines of the file, and nothing else.
fn is_margin(line: &str) -> bool {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default();
    // What follows the letter that ends an escape sequence is shown.
    let shown = parts.map(|part| part.split_once('m').map_or("", |(_, shown)| shown));
    let shown: String = std::iter::once(first).chain(shown).collect();
    shown.trim() == "|"
}

fn problem<'a>(
    diagnostic: &Diagnostic,
    source: &'a SourceText,
    masked: &'a MaskedText,
) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group =
        Group::with_title(level.primary_title(mask_line(&diagnostic.title)).id(diagnostic.code));
    if !diagnostic.labels.is_empty() {
        let annotations = diagnostic.labels.iter().map(|label| {
            let kind =
                if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let text = (!label.text.is_empty()).then(|| mask_line(&label.text));
            kind.span(masked.span(&label.span)).label(text)
        });
        let snippet = Snippet::source(masked.text.as_str()).path(source.path());
        group = group.element(snippet.annotations(annotations));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(mask_line(note)));
    }
    for help in &diagnostic.helps {
        group = group.element(Level::HELP.message(mask_line(help)));
    }
    group
}

fn change<'a>(fix: &Fix, masked: &'a MaskedText) -> Option<Group<'a>> {
    if !fix.may_be_shown() {
        return None;
    }
    let patch = Patch::new(masked.span(&fix.span), fix.replacement.clone());
    let title = Level::HELP.secondary_title(mask_line(&fix.title));
    Some(title.element(Snippet::source(masked.text.as_str()).patch(patch)))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    const TEXT: &str = "\
[seal]
recipients = [\"AGE-SECRET-KEY-1CANARY4F1D\"]

[registry.ghcr]
host = \"ghcr.io\"

[secret.regcred]
registries = [\"hub\", \"ghrc\"]
";

    fn span(part: &str) -> std::ops::Range<usize> {
        let start = TEXT.find(part).unwrap();
        start..start + part.len()
    }

    fn unknown() -> Diagnostic {
        Diagnostic::new("unknown-registry", Severity::Error, "registry `ghrc` is not defined")
            .beside(span("ghcr"), "a registry with a similar name")
            .at(span("\"ghrc\""), "used by pull secret `regcred` here")
            .fix(span("\"ghrc\""), "\"ghcr\"", "use the defined name")
    }

    fn source() -> SourceText {
        SourceText::new("registries.toml", TEXT)
    }

    #[test]
    fn both_ends_and_the_change_are_shown() {
        assert_snapshot!(render(&unknown(), &source(), Style::default()));
    }

    #[test]
    fn a_secret_is_not_quoted() {
        let diagnostic = Diagnostic::new(
            "secret-key-as-recipient",
            Severity::Error,
            "a secret key is listed as a recipient",
        )
        .at(span("\"AGE-SECRET-KEY-1CANARY4F1D\""), "the private half of an age key pair")
        .note("recipients are public keys; they begin with `age1`")
        .help("print the public half with `age-keygen -y KEY_FILE` and list that instead");
        assert_snapshot!(render(&diagnostic, &source(), Style::default()));
    }

    #[test]
    fn a_problem_without_a_place_is_a_title() {
        let diagnostic = Diagnostic::new("no-secrets", Severity::Warning, "nothing to render");
        assert_eq!(
            render(&diagnostic, &source(), Style::default()),
            "warning[no-secrets]: nothing to render"
        );
    }

    #[test]
    fn beside_no_line_there_is_no_margin() {
        let diagnostic = Diagnostic::new("no-secrets", Severity::Warning, "nothing to render")
            .note("a note")
            .help("a way out");
        assert_snapshot!(render(&diagnostic, &source(), Style::default()), @"
        warning[no-secrets]: nothing to render
         = note: a note
         = help: a way out
        ");
        let colored = render(&diagnostic, &source(), Style { color: Color::Always, width: 80 });
        assert_eq!(colored.lines().count(), 3, "{colored}");
    }

    #[test]
    fn colour_is_asked_for() {
        let style = Style { color: Color::Always, width: 80 };
        assert!(render(&unknown(), &source(), style).contains('\u{1b}'));
        assert!(!render(&unknown(), &source(), Style::default()).contains('\u{1b}'));
    }

    #[test]
    fn a_change_that_would_hold_a_secret_is_left_out() {
        let diagnostic = unknown().fix(0..1, "ghp_canary4f1dcanary4f1d", "write it down");
        let text = render(&diagnostic, &source(), Style::default());
        assert!(!text.contains("canary") && !text.contains("write it down"), "{text}");
    }

    #[test]
    fn titles_labels_notes_and_helps_are_masked_as_well() {
        let token = "ghp_canary4f1dcanary4f1d";
        let diagnostic =
            Diagnostic::new("code", Severity::Note, token).at(0..1, token).note(token).help(token);
        let text = render(&diagnostic, &source(), Style::default());
        assert_eq!(text.matches("<masked>").count(), 4, "{text}");
        assert!(!text.contains("canary"), "{text}");
    }

    #[test]
    fn places_outside_the_text_do_no_harm() {
        let diagnostic = Diagnostic::new("code", Severity::Error, "title").at(9_999..10_000, "x");
        assert!(render(&diagnostic, &source(), Style::default()).contains("title"));
    }
}
