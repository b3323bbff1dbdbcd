//! The spelling and the reading of documents, against what SOPS and Go's YAML library answered and
//! against an independent reader.
#![expect(clippy::unwrap_used, clippy::panic, reason = "this is a test")]

use proptest::prelude::*;
use regrender_document::{
    Comment, Document, Entry, Item, Mapping, Node, Scalar, SecretKind, SecretScalar, SecretText,
    Spelling, emit, emit_revealed, parse,
};
use serde_json::{Value, json};

const SPELLING: &str = include_str!("../../../testdata/vectors/yaml-spelling.jsonl");
const READING: &str = include_str!("../../../testdata/vectors/yaml-reading.jsonl");

/// The files SOPS was given, and what it printed after it had sealed and opened them.
macro_rules! opened {
    ($($case:literal),* $(,)?) => {
        [$((
            $case,
            include_str!(concat!("../../../testdata/vectors/sops/", $case, "/plain.yaml")),
            include_str!(concat!("../../../testdata/vectors/sops/", $case, "/sealed.yaml")),
            include_str!(concat!("../../../testdata/vectors/sops/", $case, "/decrypted.yaml")),
        )),*]
    };
}

const OPENED: [(&str, &str, &str, &str); 20] = opened![
    "comments-yaml--comment-regex",
    "comments-yaml--default",
    "comments-yaml--unenc-comment-regex",
    "comments-yaml--unenc-regex",
    "credentials-yaml--default",
    "credentials-yaml--unenc-regex",
    "multidoc-yaml--default",
    "multidoc-yaml--k8s",
    "multidoc-yaml--k8s-maconly",
    "secret-yaml--default",
    "secret-yaml--k8s",
    "secret-yaml--k8s-maconly",
    "stringdata-yaml--default",
    "stringdata-yaml--k8s",
    "stringdata-yaml--k8s-maconly",
    "suffixes-yaml--default",
    "suffixes-yaml--enc-suffix",
    "suffixes-yaml--unenc-suffix",
    "types-yaml--default",
    "types-yaml--unenc-regex",
];

fn cases(vectors: &str) -> impl Iterator<Item = Value> {
    vectors.lines().map(|line| serde_json::from_str(line).expect("each line is JSON"))
}

fn text_of(value: &Value, field: &str) -> Option<String> {
    Some(value.get(field)?.as_str()?.to_owned())
}

fn documents_of(value: &Value) -> Vec<Document> {
    let documents = value.as_array().expect("documents are a list");
    documents.iter().map(|document| Document::new(mapping_of(document))).collect()
}

fn mapping_of(value: &Value) -> Mapping {
    let entries = value.as_array().expect("a mapping is a list of entries");
    entries.iter().map(entry_of).collect()
}

fn entry_of(value: &Value) -> Entry {
    if let Some(text) = text_of(value, "comment") {
        return Entry::Comment(Comment::Clear(text));
    }
    if let Some(text) = text_of(value, "inline") {
        return Entry::InlineComment(Comment::Clear(text));
    }
    Entry::Pair { key: text_of(value, "key").unwrap().into(), value: node_of(&value["value"]) }
}

fn item_of(value: &Value) -> Item {
    if let Some(text) = text_of(value, "comment") {
        return Item::Comment(Comment::Clear(text));
    }
    if let Some(text) = text_of(value, "inline") {
        return Item::InlineComment(Comment::Clear(text));
    }
    Item::Value(node_of(value))
}

fn node_of(value: &Value) -> Node {
    match value {
        Value::Null => Node::Scalar(Scalar::Null),
        Value::Bool(value) => Node::from(*value),
        Value::Number(number) => Node::Scalar(Scalar::Integer(number.to_string().parse().unwrap())),
        Value::String(text) => Node::from(text.as_str()),
        Value::Array(_) => panic!("lists are wrapped"),
        Value::Object(object) => {
            if let Some(float) = text_of(value, "float") {
                Node::Scalar(Scalar::Float(float.parse().unwrap()))
            } else if let Some(time) = text_of(value, "time") {
                Node::Scalar(Scalar::Time(time))
            } else if let Some(items) = object.get("list") {
                Node::Sequence(items.as_array().unwrap().iter().map(item_of).collect())
            } else {
                Node::Mapping(mapping_of(&object["map"]))
            }
        }
    }
}

fn json_of_mapping(mapping: &Mapping) -> Value {
    let entries = mapping.entries().iter().map(|entry| match entry {
        Entry::Comment(comment) => json!({ "comment": clear(comment) }),
        Entry::InlineComment(comment) => json!({ "inline": clear(comment) }),
        Entry::Pair { key, value } => json!({ "key": key, "value": json_of(value) }),
    });
    entries.collect()
}

fn json_of(node: &Node) -> Value {
    match node {
        Node::Mapping(mapping) => json!({ "map": json_of_mapping(mapping) }),
        Node::Sequence(items) => {
            let items = items.iter().map(|item| match item {
                Item::Comment(comment) => json!({ "comment": clear(comment) }),
                Item::InlineComment(comment) => json!({ "inline": clear(comment) }),
                Item::Value(node) => json_of(node),
            });
            json!({ "list": items.collect::<Value>() })
        }
        Node::Scalar(Scalar::Null) => Value::Null,
        Node::Scalar(Scalar::Bool(value)) => json!(value),
        Node::Scalar(Scalar::Integer(number)) => u64::try_from(*number)
            .map_or_else(|_| json!(i64::try_from(*number).unwrap()), |number| json!(number)),
        Node::Scalar(Scalar::Float(number)) => json!({ "float": go_float(*number) }),
        Node::Scalar(Scalar::Time(time)) => json!({ "time": time }),
        Node::Scalar(Scalar::Text(text)) => json!(text),
        Node::Secret(_) => panic!("nothing that was read is a secret"),
    }
}

fn go_float(number: f64) -> String {
    let root = Mapping::new().with("a", Node::Scalar(Scalar::Float(number)));
    let text = Document::new(root).emit(Spelling::Sops).unwrap();
    match text.trim_start_matches("a: ").trim_end() {
        ".inf" => String::from("+Inf"),
        "-.inf" => String::from("-Inf"),
        ".nan" => String::from("NaN"),
        number => number.to_owned(),
    }
}

fn clear(comment: &Comment) -> &str {
    match comment {
        Comment::Clear(text) => text,
        Comment::Secret(_) => panic!("nothing that was read is a secret"),
    }
}

/// Puts the comments at the ends of lines on lines of their own: SOPS forgets, when it opens a
/// comment, where it stood.
fn without_inline(mapping: &Mapping) -> Mapping {
    let entries = mapping.entries().iter().cloned().map(|entry| match entry {
        Entry::InlineComment(comment) | Entry::Comment(comment) => Entry::Comment(comment),
        Entry::Pair { key, value } => Entry::Pair { key, value: without_inline_node(value) },
    });
    entries.collect()
}

fn without_inline_node(node: Node) -> Node {
    match node {
        Node::Mapping(mapping) => Node::Mapping(without_inline(&mapping)),
        Node::Sequence(items) => {
            let items = items.into_iter().map(|item| match item {
                Item::InlineComment(comment) | Item::Comment(comment) => Item::Comment(comment),
                Item::Value(node) => Item::Value(without_inline_node(node)),
            });
            Node::Sequence(items.collect())
        }
        Node::Scalar(_) | Node::Secret(_) => node,
    }
}

#[test]
fn documents_are_spelled_as_sops_spells_them() {
    let mut count = 0;
    for case in cases(SPELLING) {
        let emitted = emit(&documents_of(&case["input"]), Spelling::Sops).unwrap();
        assert_eq!(emitted, case["expected"].as_str().unwrap(), "{}", case["id"]);
        count += 1;
    }
    assert!(count > 300);
}

#[test]
fn documents_are_read_as_sops_reads_them() {
    let mut count = 0;
    for case in cases(READING) {
        let documents = parse(case["input"].as_str().unwrap()).unwrap();
        let tree: Value =
            documents.iter().map(|document| json_of_mapping(&document.root)).collect();
        assert_eq!(tree, case["expected"], "{}", case["id"]);
        if let Some(spelled) = text_of(&case, "spelled") {
            assert_eq!(emit(&documents, Spelling::Sops), Ok(spelled), "{}", case["id"]);
        }
        count += 1;
    }
    assert!(count > 100);
}

#[test]
fn files_of_sops_are_spelled_as_they_were() {
    for (case, _, sealed, decrypted) in OPENED {
        for text in [sealed, decrypted] {
            assert_eq!(emit(&parse(text).unwrap(), Spelling::Sops).unwrap(), text, "{case}");
        }
    }
}

#[test]
fn what_sops_opens_is_what_it_was_given() {
    for (case, plain, _, decrypted) in OPENED {
        let documents = parse(plain).unwrap();
        let moved: Vec<_> = documents
            .iter()
            .map(|document| Document::new(without_inline(&document.root)))
            .collect();
        let spelled = [documents, moved].map(|documents| emit(&documents, Spelling::Sops).unwrap());
        // With some rules SOPS leaves comments in clear, and those stay where they were.
        let is_mixed =
            case == "comments-yaml--unenc-comment-regex" || case == "comments-yaml--unenc-regex";
        if is_mixed {
            let lines =
                |text: &str| text.split([' ', '\n']).filter(|word| !word.is_empty()).count();
            assert_eq!(lines(&spelled[0]), lines(decrypted), "{case}");
        } else {
            assert!(spelled.iter().any(|spelled| spelled == decrypted), "{case}: {}", spelled[1]);
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    let words = [
        "a",
        "yes",
        "null",
        "0755",
        "12:30",
        "1.5",
        "-",
        "- ",
        ":",
        ": ",
        "#",
        " #",
        "?",
        "<<",
        "~",
        "\n",
        "\n\n",
        "\t",
        " ",
        "  ",
        "'",
        "\"",
        "\\",
        "*",
        "&",
        "!",
        "|",
        ">",
        "%",
        "@",
        "{",
        "]",
        ",",
        "é",
        "\u{1f600}",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\r",
        "\u{1}",
        "2026-11-21",
        "---",
        "...",
    ];
    prop_oneof![
        proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..6)
            .prop_map(|words| words.concat()),
        any::<String>(),
    ]
}

fn tree() -> impl Strategy<Value = Node> {
    text().prop_map(Node::from).prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Node::list),
            proptest::collection::btree_map(text(), inner, 0..4).prop_map(|pairs| {
                Node::Mapping(
                    pairs
                        .into_iter()
                        .map(|(key, value)| Entry::Pair { key: key.into(), value })
                        .collect(),
                )
            }),
        ]
    })
}

fn document() -> impl Strategy<Value = Document> {
    proptest::collection::btree_map(text(), tree(), 1..4).prop_map(|pairs| {
        Document::new(
            pairs.into_iter().map(|(key, value)| Entry::Pair { key: key.into(), value }).collect(),
        )
    })
}

fn plain_json(node: &Node) -> Value {
    match node {
        Node::Scalar(Scalar::Text(text)) => json!(text),
        Node::Sequence(items) => {
            let nodes = items.iter().filter_map(|item| match item {
                Item::Value(node) => Some(plain_json(node)),
                Item::Comment(_) | Item::InlineComment(_) => None,
            });
            nodes.collect()
        }
        Node::Mapping(mapping) => Value::Object(
            mapping.pairs().map(|(key, value)| (key.to_owned(), plain_json(value))).collect(),
        ),
        Node::Scalar(_) | Node::Secret(_) => panic!("only texts are made here"),
    }
}

proptest! {
    #[test]
    fn an_independent_reader_reads_what_was_spelled(document in document()) {
        let expected = plain_json(&Node::Mapping(document.root.clone()));
        for spelling in [Spelling::Sops, Spelling::Kustomize] {
            let emitted = document.emit(spelling).unwrap();
            // A key that merges mappings is marked for readers that know the mark.
            prop_assume!(!emitted.contains("!!merge"));
            let read: Value = serde_yaml::from_str(&emitted).unwrap();
            prop_assert_eq!(&read, &expected);
        }
    }

    #[test]
    fn what_was_spelled_is_read_and_spelled_again_alike(document in document()) {
        for spelling in [Spelling::Sops, Spelling::Kustomize] {
            let emitted = document.emit(spelling).unwrap();
            let read = parse(&emitted).unwrap();
            prop_assert_eq!(json_of_mapping(&read[0].root), json_of_mapping(&document.root));
            prop_assert_eq!(emit(&read, spelling).unwrap(), emitted);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[a-c:\\-#\\[\\]{},&*!|>'\"?% \n\t\r]{0,40}") {
        if let Ok(documents) = parse(&text) {
            prop_assert!(emit(&documents, Spelling::Sops).is_ok());
        }
    }

    #[test]
    fn no_unicode_makes_the_reader_panic(text in any::<String>()) {
        let _ = parse(&text).is_ok();
    }

    #[test]
    fn a_document_with_a_secret_is_never_spelled(document in document(), at in any::<prop::sample::Index>()) {
        let keys: Vec<String> = document.root.pairs().map(|(key, _)| key.to_owned()).collect();
        let chosen = at.get(&keys);
        let secret = Node::from(SecretText::new(String::from("canary-4f1d")));
        let root: Mapping = document.root.pairs().map(|(key, value)| {
            let value = if key == chosen { secret.clone() } else { value.clone() };
            Entry::Pair { key: key.to_owned().into(), value }
        }).collect();
        let document = Document::new(root);
        let left = document.emit(Spelling::Sops).unwrap_err();
        prop_assert!(!left.to_string().contains("canary-4f1d"));
        let debug = format!("{document:?}{left:?}");
        prop_assert!(!debug.contains("canary-4f1d"));
        prop_assert!(emit_revealed(&[document], Spelling::Sops).expose().contains("canary-4f1d"));
    }

    #[test]
    fn a_secret_is_revealed_as_the_text_it_holds(text in text()) {
        let secret = SecretScalar { kind: SecretKind::Text, text: SecretText::new(text.clone()) };
        let hidden = Document::new(Mapping::new().with("a", Node::Secret(secret)));
        let clear = Document::new(Mapping::new().with("a", text));
        let revealed = emit_revealed(&[hidden], Spelling::Sops);
        prop_assert_eq!(revealed.expose(), clear.emit(Spelling::Sops).unwrap());
    }
}
