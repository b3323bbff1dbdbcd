//! The reference and the list of problems say what the code does.

use regrender_config::{pages, parse};

const REFERENCE: &str = include_str!("../../../../docs/config.md");
const DIAGNOSTICS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/diagnostics.md");

/// Set to write the list of problems instead of comparing it.
const UPDATE: &str = "UPDATE_DOCS";

fn list() -> String {
    let mut text = String::from(
        "# Problems of registries.toml\n\n\
         Every problem has a code that does not change.\n\
         `regrender explain CODE` prints what this page says about it, and does the same for the \
         [problems of sources](source-diagnostics.md), such as `source-variable-unset`.\n\
         This page is generated.\n",
    );
    for page in pages() {
        text.push('\n');
        text.push_str(&page.markdown());
    }
    text
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the list is a file, and the environment says what to do"
)]
fn the_list_of_problems_is_up_to_date() {
    if std::env::var(UPDATE).is_ok() {
        std::fs::write(DIAGNOSTICS, list()).unwrap();
    }
    let written = std::fs::read_to_string(DIAGNOSTICS).unwrap_or_default();
    assert!(written == list(), "set {UPDATE} to write docs/diagnostics.md anew");
}

/// Lists the TOML of a Markdown text.
fn snippets(markdown: &str) -> Vec<&str> {
    let blocks = markdown.split("```toml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default()).collect()
}

#[test]
fn the_snippets_of_the_reference_have_no_flaw_of_their_own() {
    let snippets = snippets(REFERENCE);
    assert!(snippets.len() > 10);
    for snippet in snippets {
        // A part of a file lacks what the other parts say.
        let of_parts = ["no-recipients", "no-secrets", "unknown-registry", "unknown-cluster"];
        let found = parse(snippet).diagnostics;
        let flaws: Vec<_> =
            found.iter().filter(|problem| !of_parts.contains(&problem.code)).collect();
        assert!(flaws.is_empty(), "{snippet}\n{flaws:?}");
    }
}

#[test]
fn the_first_snippet_of_the_reference_is_a_whole_file() {
    let first = snippets(REFERENCE)[0];
    let parsed = parse(first);
    assert!(parsed.config.is_some() && parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
}

/// Lists the keys of every table of a schema.
fn keys(value: &serde_json::Value) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(properties) = value.get("properties").and_then(serde_json::Value::as_object) {
        found.extend(properties.keys().cloned());
    }
    match value {
        serde_json::Value::Object(map) => found.extend(map.values().flat_map(keys)),
        serde_json::Value::Array(items) => found.extend(items.iter().flat_map(keys)),
        _ => {}
    }
    found
}

#[test]
fn the_reference_names_every_key() {
    let schema: serde_json::Value = serde_json::from_str(&regrender_config::schema()).unwrap();
    for key in keys(&schema) {
        let is_named = REFERENCE.contains(&format!("`{key}`"));
        assert!(is_named || REFERENCE.contains(&format!("## [{key}")), "{key}");
    }
}
