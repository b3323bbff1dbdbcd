//! No text makes the parser panic, and none is both right and wrong.

use proptest::prelude::*;
use regrender_config::parse;
use regrender_diagnostic::{Diagnostic, SourceText, Style, render, to_json};

const FULL: &str = include_str!("../../../../testdata/vectors/config/valid/every-key.toml");

#[track_caller]
fn check(text: &str) {
    let parsed = parse(text);
    let has_errors = parsed.diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(parsed.config.is_some(), !has_errors, "{text}");
    let source = SourceText::new("registries.toml", text);
    for problem in &parsed.diagnostics {
        assert!(render(problem, &source, Style::default()).contains(problem.code));
        assert!(!to_json(problem, &source).contains('\n'));
        for label in &problem.labels {
            assert!(text.get(label.span.clone()).is_some(), "{}: {:?}", problem.code, label);
        }
    }
}

/// Pieces that a registries.toml is made of.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z-]{1,12} = ",
        "\"[ -~]{0,12}\"",
        "'[ -~]{0,12}'",
        "\\[[a-z]{1,8}\\.[a-z]{1,4}\\]\n",
        "(\\[|\\]|\\{|\\}|,|=|\\.|\"\"\"|'''|#|:|\n| )",
        "(true|false|1|0x1f|2026-01-02|nan|1e5|é|\u{0}|\u{feff}|\r\n)",
        "(<<<<<<< |=======|>>>>>>> )\n?",
        prop::sample::select(FULL.lines().map(|line| format!("{line}\n")).collect::<Vec<_>>()),
    ]
}

proptest! {
    #[test]
    fn any_text_is_parsed(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_heap_of_pieces_is_parsed(pieces in prop::collection::vec(piece(), 0..40)) {
        check(&pieces.concat());
    }

    #[test]
    fn a_full_file_with_a_wound_is_parsed(
        at in 0..FULL.len(),
        length in 0_usize..40,
        patch in piece(),
    ) {
        // The file is ASCII, so every offset is one between characters.
        let end = (at + length).min(FULL.len());
        let mut text = FULL.to_owned();
        text.replace_range(at..end, &patch);
        check(&text);
    }

    #[test]
    fn a_full_file_without_some_lines_is_parsed(kept in prop::collection::vec(any::<bool>(), 80)) {
        let lines = FULL.lines().zip(kept.iter().chain(std::iter::repeat(&true)));
        let lines: Vec<&str> =
            lines.filter(|(_, kept)| **kept).map(|(line, _)| line).collect();
        check(&lines.join("
"));
    }
}
