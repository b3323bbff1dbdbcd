//! Files that are right, and files that are wrong with what is said of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regrender_config::{Parsed, pages, parse};
use regrender_diagnostic::{SourceText, Style, render, to_json};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/vectors/config");

/// Set to write the expected renderings instead of comparing them.
const UPDATE: &str = "UPDATE_VECTORS";

#[expect(clippy::disallowed_methods, reason = "vectors are files")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "vectors are files")]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "vectors are files")]
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new(VECTORS).join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == ending));
    files.sort();
    assert!(!files.is_empty());
    files
}

fn stem(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

fn rendered(text: &str, parsed: &Parsed) -> String {
    let source = SourceText::new("registries.toml", text);
    let rendered = parsed.diagnostics.iter();
    let rendered = rendered.map(|problem| render(problem, &source, Style::default()) + "\n");
    rendered.collect::<Vec<_>>().join("\n")
}

#[test]
fn valid_files_are_parsed_without_a_word() {
    for path in files("valid", "toml") {
        let text = read(&path);
        let parsed = parse(&text);
        assert!(parsed.config.is_some(), "{}:\n{}", path.display(), rendered(&text, &parsed));
        assert_eq!(rendered(&text, &parsed), "", "{}", path.display());
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the environment says whether to update")]
fn invalid_files_are_refused_with_the_expected_words() {
    let update = std::env::var(UPDATE).is_ok();
    for path in files("invalid", "toml") {
        let text = read(&path);
        let found = rendered(&text, &parse(&text));
        let expected = path.with_extension("txt");
        if update {
            write(&expected, &found);
        }
        assert_eq!(found, read(&expected), "{}: set {UPDATE} to accept", path.display());
    }
}

#[test]
fn an_invalid_file_has_the_problem_it_is_named_after() {
    for path in files("invalid", "toml") {
        let (code, _) = stem(&path).split_once("--").expect("files are named CODE--story");
        let found = parse(&read(&path)).diagnostics;
        assert!(found.iter().any(|problem| problem.code == code), "{}", path.display());
    }
}

#[test]
fn every_code_has_a_file() {
    let files = files("invalid", "toml");
    let covered: BTreeSet<&str> =
        files.iter().filter_map(|path| stem(path).split_once("--")).map(|(code, _)| code).collect();
    for page in pages() {
        assert!(covered.contains(page.code), "no file for {}", page.code);
    }
}

#[test]
fn every_rendering_has_a_file() {
    for path in files("invalid", "txt") {
        assert!(path.with_extension("toml").exists(), "{}", path.display());
    }
}

#[test]
fn there_is_a_config_exactly_when_no_problem_is_an_error() {
    for path in files("invalid", "toml").into_iter().chain(files("valid", "toml")) {
        let parsed = parse(&read(&path));
        let has_errors = parsed.diagnostics.iter().any(regrender_diagnostic::Diagnostic::is_error);
        assert_eq!(parsed.config.is_some(), !has_errors, "{}", path.display());
    }
}

#[test]
fn no_secret_is_in_any_output() {
    for path in files("invalid", "toml").into_iter().chain(files("valid", "toml")) {
        let text = read(&path);
        let parsed = parse(&text);
        let source = SourceText::new("registries.toml", text.clone());
        let mut outputs = format!("{parsed:?}{}", rendered(&text, &parsed));
        for problem in &parsed.diagnostics {
            outputs.push_str(&to_json(problem, &source));
        }
        let outputs = outputs.to_lowercase();
        for canary in ["canary-4f1d", "canary4f1d", "y2fuyxj5ltrmmwq"] {
            assert!(!outputs.contains(canary), "{}:\n{outputs}", path.display());
        }
    }
}

/// Applies the changes that are offered, again and again.
fn mended(text: &str) -> (String, usize) {
    let mut text = text.to_owned();
    for round in 0..20 {
        let fixes = parse(&text).diagnostics.into_iter().filter_map(|problem| problem.fix);
        let Some(fix) = fixes.max_by_key(|fix| fix.span.start) else { return (text, round) };
        text.replace_range(fix.span, &fix.replacement);
    }
    panic!("the changes never end:\n{text}");
}

#[test]
fn a_change_that_is_offered_solves_its_problem() {
    for path in files("invalid", "toml") {
        let text = read(&path);
        let (mended, rounds) = mended(&text);
        if rounds > 0 {
            let left = parse(&mended).diagnostics.len();
            let before = parse(&text).diagnostics.len();
            assert!(left <= before, "{}:\n{mended}", path.display());
            let codes =
                |text: &str| parse(text).diagnostics.iter().map(|p| p.code).collect::<Vec<_>>();
            assert!(
                !codes(&mended).contains(&"toml-syntax") || codes(&text).contains(&"toml-syntax")
            );
        }
    }
}
