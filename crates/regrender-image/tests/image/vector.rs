//! Reads the recorded cases.

use serde_json::Value;

/// The cases of one recorded file.
pub(crate) fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/../../testdata/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    #[expect(clippy::disallowed_methods, reason = "a test reads its recorded cases")]
    let text = std::fs::read_to_string(&path).expect("the recorded cases are there");
    let cases: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a case is JSON")).collect();
    assert!(!cases.is_empty(), "{path} holds no case");
    cases
}

/// The text of a member, empty where it is absent or null.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The elements of a list, none where it is absent or null.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
