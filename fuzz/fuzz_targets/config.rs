//! registries.toml: a text is right or has errors, what is said of it fits it, and no password in
//! it is quoted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_config::parse;
use regrender_diagnostic::{Diagnostic, SourceText, Style, render, to_json};
use regrender_fuzz::CANARY;

fuzz_target!(|text: &str| {
    if text.len() > 20_000 {
        return;
    }
    check(text);
    // A string of several lines could make the password part of something else.
    if !text.contains(CANARY) && !text.contains("\"\"\"") && !text.contains("'''") {
        let shown = check(&format!("{text}\n[registry.fuzzed]\npassword = \"{CANARY}\"\n"));
        assert!(!shown.contains(CANARY), "{shown}");
        let shown = check(&format!("[registry.fuzzed]\npassword = \"{CANARY}\"\n{text}"));
        assert!(!shown.contains(CANARY), "{shown}");
    }
});

/// Parses `text` and returns everything that is said of it.
fn check(text: &str) -> String {
    let parsed = parse(text);
    let has_errors = parsed.diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(parsed.config.is_some(), !has_errors);
    let source = SourceText::new("registries.toml", text);
    let mut shown = String::new();
    for problem in &parsed.diagnostics {
        for label in &problem.labels {
            assert!(text.get(label.span.clone()).is_some(), "{}: {label:?}", problem.code);
        }
        let json = to_json(problem, &source);
        assert!(!json.contains('\n'));
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
        let rendered = render(problem, &source, Style::default());
        assert!(rendered.contains(problem.code));
        shown.push_str(&json);
        shown.push_str(&rendered);
        shown.push_str(&format!("{problem:?}"));
    }
    shown.push_str(&format!("{:?}", parsed.config));
    shown
}
