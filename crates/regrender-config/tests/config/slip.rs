//! One slip in a right file is one problem: what is wrong in one place is not missed in another.

use regrender_config::parse;
use regrender_diagnostic::Span;
use toml::de::{DeTable, DeValue};

const FILES: &[&str] = &[
    include_str!("../../../../testdata/vectors/config/valid/every-key.toml"),
    include_str!("../../../../testdata/vectors/config/valid/every-source.toml"),
    include_str!("../../../../testdata/vectors/config/valid/providers.toml"),
    include_str!("../../../../testdata/vectors/config/valid/sealed-secrets.toml"),
    include_str!("../../../../testdata/vectors/config/valid/sealed-secrets-alone.toml"),
    include_str!("../../../../testdata/vectors/config/valid/vault-kubernetes.toml"),
];

/// A key of a file and its value.
struct Entry {
    key: Span,
    value: Span,
    /// Whether the key is a name that its author chose.
    is_named: bool,
    is_table: bool,
}

fn entries(text: &str) -> Vec<Entry> {
    let (root, _) = DeTable::parse_recoverable(text);
    let mut found = Vec::new();
    collect(root.get_ref(), false, &mut found);
    found
}

fn collect(table: &DeTable<'_>, is_named: bool, found: &mut Vec<Entry>) {
    for (key, value) in table {
        let is_table = matches!(value.get_ref(), DeValue::Table(_));
        found.push(Entry { key: key.span(), value: value.span(), is_named, is_table });
        if let DeValue::Table(inner) = value.get_ref() {
            let has_names = matches!(key.get_ref().as_ref(), "cluster" | "registry" | "secret");
            collect(inner, has_names, found);
        }
    }
}

/// Checks that a file with `slip` in the place of `span` has one problem, or none.
#[track_caller]
fn check(text: &str, span: &Span, slip: &str) {
    let mut wrong = text.to_owned();
    wrong.replace_range(span.clone(), slip);
    let problems = parse(&wrong).diagnostics;
    let titles: Vec<&str> = problems.iter().map(|one| one.title.as_str()).collect();
    let line = text.get(..span.start).unwrap().lines().count();
    assert!(titles.len() <= 1, "`{slip}` in line {line} of\n{text}\n{titles:#?}");
}

#[test]
fn a_value_of_the_wrong_type() {
    for text in FILES {
        for entry in entries(text).iter().filter(|entry| !entry.is_table) {
            check(text, &entry.value, "nan");
        }
    }
}

#[test]
fn a_value_without_characters() {
    for text in FILES {
        for entry in entries(text) {
            if text.get(entry.value.clone()).unwrap().starts_with('"') {
                check(text, &entry.value, "\"\"");
            }
        }
    }
}

#[test]
fn a_letter_too_many_in_a_key() {
    for text in FILES {
        for entry in entries(text).iter().filter(|entry| !entry.is_named) {
            let key = text.get(entry.key.clone()).unwrap();
            let (start, end) = key.split_at(key.len() / 2);
            check(text, &entry.key, &format!("{start}x{end}"));
        }
    }
}
