//! The schema knows the keys that the decoder knows, and no others.

use std::collections::BTreeSet;

use regrender_config::{parse, schema};
use serde_json::Value;

/// A table with a key that no table has, and where the schema describes it.
const TABLES: &[(&str, &str)] = &[
    ("zzzzzz = 1", "/properties"),
    ("[seal]\nzzzzzz = 1", "/properties/seal/properties"),
    ("[seal.fingerprint-key]\nzzzzzz = 1", "/$defs/source/properties"),
    ("[output]\nzzzzzz = 1", "/properties/output/properties"),
    ("[output.flux]\nzzzzzz = 1", "/$defs/flux/properties"),
    ("[output.argocd]\nzzzzzz = 1", "/$defs/argocd/properties"),
    ("[vault]\nzzzzzz = 1", "/properties/vault/properties"),
    ("[vault.auth]\nzzzzzz = 1", "/properties/vault/properties/auth/properties"),
    ("[cluster.a]\nzzzzzz = 1", "/$defs/cluster/properties"),
    ("[cluster.a.flux]\nzzzzzz = 1", "/$defs/flux/properties"),
    ("[cluster.a.argocd]\nzzzzzz = 1", "/$defs/argocd/properties"),
    ("[registry.a]\nzzzzzz = 1", "/$defs/registry/properties"),
    ("[registry.a.username]\nzzzzzz = 1", "/$defs/source/properties"),
    ("[registry.a.password]\nzzzzzz = 1", "/$defs/source/properties"),
    ("[registry.a.credential]\nzzzzzz = 1", "/$defs/registry/properties/credential/properties"),
    ("[secret.a]\nzzzzzz = 1", "/$defs/secret/properties"),
    ("[secret.a.namespaces]\nzzzzzz = 1", "/$defs/secret/properties/namespaces/anyOf/1/properties"),
    ("[secret.a]\nworkloads = [{ zzzzzz = 1 }]", "/$defs/workload/properties"),
];

fn parsed() -> Value {
    serde_json::from_str(&schema()).unwrap()
}

/// The keys that the decoder lists when it meets one that it does not know.
fn decoded(text: &str) -> BTreeSet<String> {
    let found = parse(text).diagnostics;
    let problem = found.iter().find(|problem| problem.title.contains("`zzzzzz`")).unwrap();
    let (_, keys) = problem.notes.first().unwrap().rsplit_once(" are ").unwrap();
    keys.split(", ").map(|key| key.trim_matches('`').to_owned()).collect()
}

#[test]
fn schema_and_decoder_know_the_same_keys() {
    let schema = parsed();
    for (text, pointer) in TABLES {
        let described = schema.pointer(pointer).unwrap().as_object().unwrap();
        let described: BTreeSet<String> = described.keys().cloned().collect();
        assert_eq!(decoded(text), described, "{text}");
    }
}

#[test]
fn every_property_is_described() {
    fn visit(value: &Value, schema: &Value) {
        if let Some(properties) = value.get("properties").and_then(Value::as_object) {
            for (key, property) in properties {
                let target = property.get("$ref").and_then(Value::as_str);
                let target = target.and_then(|path| schema.pointer(path.trim_start_matches('#')));
                let described = [Some(property), target].into_iter().flatten();
                let is_described =
                    described.filter_map(|value| value.get("description")).count() > 0;
                assert!(is_described, "{key}");
            }
        }
        match value {
            Value::Object(map) => map.values().for_each(|inner| visit(inner, schema)),
            Value::Array(items) => items.iter().for_each(|inner| visit(inner, schema)),
            _ => {}
        }
    }
    let schema = parsed();
    visit(&schema, &schema);
}

#[test]
fn every_reference_leads_somewhere() {
    let text = schema();
    let schema = parsed();
    for (_, rest) in text.match_indices("\"#/").map(|(at, _)| text.split_at(at + 2)) {
        let path = rest.split('"').next().unwrap();
        assert!(schema.pointer(path).is_some(), "{path}");
    }
}
