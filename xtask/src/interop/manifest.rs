//! Kubernetes documents as the cases look at them.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize as _;
use serde_json::{Value, json};

/// Reads all documents of `text`.
///
/// # Errors
///
/// It is not YAML.
pub(super) fn documents(text: &str) -> Result<Vec<Value>> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| {
            let value = serde_yaml::Value::deserialize(document).context("this is not YAML")?;
            serde_json::to_value(value).context("this YAML has no JSON form")
        })
        .filter(|document| !matches!(document, Ok(Value::Null)))
        .collect()
}

/// Reads the one document of `text`.
///
/// # Errors
///
/// It is not YAML, or not one document.
pub(super) fn only_document(text: &str) -> Result<Value> {
    let mut documents = documents(text)?;
    match (documents.pop(), documents.len()) {
        (Some(document), 0) => Ok(document),
        (_, others) => bail!("there should be one document, and there are {others} more"),
    }
}

/// Says which object it is: kind, namespace and name, all of which must be strings.
///
/// # Errors
///
/// One of them is missing or no string.
pub(super) fn title(document: &Value) -> Result<String> {
    let part = |pointer: &str| {
        let value = document.pointer(pointer);
        let text = value.and_then(Value::as_str);
        text.with_context(|| format!("{pointer} is no string but {value:?} in {document}"))
    };
    let (kind, name) = (part("/kind")?, part("/metadata/name")?);
    let namespace = if document.pointer("/metadata/namespace").is_some() {
        part("/metadata/namespace")?
    } else {
        ""
    };
    Ok(format!("{kind} {namespace}/{name}"))
}

/// Fails unless the value at `pointer` is `expected`.
///
/// # Errors
///
/// Says what is there instead.
pub(super) fn check_at(document: &Value, pointer: &str, expected: &Value) -> Result<()> {
    let found = document.pointer(pointer).unwrap_or(&Value::Null);
    if found != expected {
        bail!("{}: {pointer} is {found}, not {expected}", title(document)?);
    }
    Ok(())
}

/// Returns an `imagePullSecrets` list of `names`.
pub(super) fn references(names: &[&str]) -> Value {
    names.iter().map(|name| json!({ "name": name })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_documents_are_left_out() {
        assert_eq!(documents("---\na: 1\n---\n# nothing\n---\nb: 2\n").unwrap().len(), 2);
    }

    #[test]
    fn two_documents_are_not_one() {
        assert!(only_document("a: 1\n---\nb: 2\n").is_err());
        assert!(only_document("# nothing\n").is_err());
    }

    #[test]
    fn a_title_has_kind_namespace_and_name() {
        let document = json!({ "kind": "Secret", "metadata": { "namespace": "no", "name": "on" } });
        assert_eq!(title(&document).unwrap(), "Secret no/on");
    }

    #[test]
    fn a_name_that_is_no_string_has_no_title() {
        for name in [json!(false), json!(1000), Value::Null] {
            assert!(title(&json!({ "kind": "Secret", "metadata": { "name": name } })).is_err());
        }
    }

    #[test]
    fn references_are_objects_with_a_name() {
        assert_eq!(references(&["a", "b"]), json!([{ "name": "a" }, { "name": "b" }]));
    }
}
