//! The JSON files of sops: read with every key in its place, written as Go writes JSON.

use std::collections::BTreeSet;
use std::fmt;

use regrender_document::json::push_string;
use regrender_document::{
    Document, Item, Mapping, Node, Scalar, SecretKind, SecretScalar, SecretText, number,
};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::key_path::KeyPath;

/// The only key of a file that is not structured.
const ENVELOPE_KEY: &str = "data";

/// Reads a file with an object at the top.
pub(super) fn parse(text: &str) -> Result<Document, String> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value(Node::Mapping(root))) => Ok(Document::new(root)),
        Ok(_) => Err(String::from("there is no object at the top")),
        Err(error) => {
            // What the reader says may quote what it read; only this is said here.
            let what = if error.is_data() { ": a key stands there twice" } else { "" };
            Err(format!("line {}, column {}{what}", error.line(), error.column()))
        }
    }
}

/// Spells an opened file, indented with tabs.
pub(super) fn reveal(document: &Document) -> SecretText {
    let mut writer = Writer::default();
    writer.mapping(&document.root);
    writer.text.push('\n');
    SecretText::new(writer.text)
}

/// Takes the text of a file that is not structured out of its envelope.
pub(super) fn reveal_envelope(document: &Document) -> Result<SecretText, KeyPath> {
    match document.root.get(ENVELOPE_KEY) {
        Some(Node::Secret(SecretScalar { kind: SecretKind::Text, text })) => Ok(text.clone()),
        Some(Node::Scalar(Scalar::Text(text))) => Ok(SecretText::new(text.clone())),
        _ => Err(KeyPath::of(&[ENVELOPE_KEY])),
    }
}

struct Value(Node);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(Self)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Scalar::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(Scalar::Integer(value.into())))
    }

    #[expect(clippy::cast_precision_loss, reason = "sops reads what 64 signed bits cannot hold so")]
    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(match i64::try_from(value) {
            Ok(value) => Scalar::Integer(value.into()),
            Err(_) => Scalar::Float(value as f64),
        }))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        // `-0` is a whole number to sops.
        let is_negative_zero = value == 0.0 && value.is_sign_negative();
        let number = if is_negative_zero { Scalar::Integer(0) } else { Scalar::Float(value) };
        Ok(Node::Scalar(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(Value(node)) = items.next_element()? {
            nodes.push(node);
        }
        Ok(Node::list(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Node, A::Error> {
        let mut mapping = Mapping::new();
        let mut seen = BTreeSet::new();
        while let Some((key, Value(node))) = pairs.next_entry::<String, Value>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom("a key stands there twice"));
            }
            mapping.push(key, node);
        }
        Ok(Node::from(mapping))
    }
}

#[derive(Default)]
struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    fn node(&mut self, node: &Node) {
        match node {
            Node::Scalar(scalar) => self.scalar(scalar),
            Node::Secret(secret) => self.secret(secret),
            Node::Sequence(items) => self.sequence(items),
            Node::Mapping(mapping) => self.mapping(mapping),
        }
    }

    fn scalar(&mut self, scalar: &Scalar) {
        match scalar {
            Scalar::Null => self.text.push_str("null"),
            Scalar::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Scalar::Integer(value) => self.text.push_str(&value.to_string()),
            Scalar::Float(value) => self.text.push_str(&number::json(*value)),
            Scalar::Time(text) | Scalar::Text(text) => push_string(&mut self.text, text),
        }
    }

    fn secret(&mut self, secret: &SecretScalar) {
        let text = secret.text.expose();
        match secret.kind {
            SecretKind::Text | SecretKind::Time => push_string(&mut self.text, text),
            SecretKind::Integer => self.text.push_str(text),
            SecretKind::Bool => self.text.push_str(&text.to_ascii_lowercase()),
            SecretKind::Float => match text.parse() {
                Ok(value) => self.text.push_str(&number::json(value)),
                Err(_) => self.text.push_str(text),
            },
        }
    }

    fn sequence(&mut self, items: &[Item]) {
        let nodes: Vec<&Node> = items.iter().filter_map(Item::as_value).collect();
        self.block('[', ']', &nodes, |writer, node| writer.node(node));
    }

    fn mapping(&mut self, mapping: &Mapping) {
        let pairs: Vec<(&str, &Node)> = mapping.pairs().collect();
        self.block('{', '}', &pairs, |writer, (key, value)| {
            push_string(&mut writer.text, key);
            writer.text.push_str(": ");
            writer.node(value);
        });
    }

    fn block<T>(&mut self, open: char, close: char, parts: &[T], write: impl Fn(&mut Self, &T)) {
        self.text.push(open);
        self.depth += 1;
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.line();
            write(self, part);
        }
        self.depth -= 1;
        if !parts.is_empty() {
            self.line();
        }
        self.text.push(close);
    }

    fn line(&mut self) {
        self.text.push('\n');
        for _ in 0..self.depth {
            self.text.push('\t');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(reveal(&parse(text).unwrap()).expose(), expected);
    }

    #[test]
    fn objects_and_lists_are_indented_with_tabs() {
        check(
            r#"{"b":{"c":[1,[],{}]},"a":null,"d":[true,false]}"#,
            "{\n\t\"b\": {\n\t\t\"c\": [\n\t\t\t1,\n\t\t\t[],\n\t\t\t{}\n\t\t]\n\t},\n\
             \t\"a\": null,\n\t\"d\": [\n\t\ttrue,\n\t\tfalse\n\t]\n}\n",
        );
        check("{}", "{}\n");
    }

    #[track_caller]
    fn check_value(value: &str, expected: &str) {
        check(&format!("{{\"a\":{value}}}"), &format!("{{\n\t\"a\": {expected}\n}}\n"));
    }

    #[test]
    fn strings_are_escaped_as_go_escapes_them() {
        check_value(r#""<a> & \u2028\u2029""#, r#""\u003ca\u003e \u0026 \u2028\u2029""#);
        check_value(r#""\b\f\n\r\t\u0001\"\\\/""#, r#""\b\f\n\r\t\u0001\"\\/""#);
        check_value(r#""é\u007f""#, "\"é\u{7f}\"");
    }

    #[test]
    fn numbers_are_spelled_as_go_spells_them() {
        for (value, expected) in [
            ("9007199254740993", "9007199254740993"),
            ("-1", "-1"),
            ("-1.5", "-1.5"),
            ("0.0", "0"),
            ("-0", "0"),
            ("18446744073709551615", "18446744073709552000"),
            ("1.0", "1"),
            ("0.1", "0.1"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("1.5e-7", "1.5e-7"),
            ("0.000001", "0.000001"),
            ("123456789.123456789", "123456789.12345679"),
        ] {
            check_value(value, expected);
        }
    }

    #[test]
    fn secrets_keep_their_types() {
        let secret = |kind, text: &str| {
            Node::Secret(SecretScalar { kind, text: SecretText::new(text.to_owned()) })
        };
        let root = Mapping::new()
            .with("text", secret(SecretKind::Text, "12"))
            .with("integer", secret(SecretKind::Integer, "12"))
            .with("bool", secret(SecretKind::Bool, "True"))
            .with("float", secret(SecretKind::Float, "1000000000000000000000"))
            .with("time", secret(SecretKind::Time, "2026-11-21T01:59:59Z"));
        insta::assert_snapshot!(reveal(&Document::new(root)).expose(), @r#"
        {
        	"text": "12",
        	"integer": 12,
        	"bool": true,
        	"float": 1e+21,
        	"time": "2026-11-21T01:59:59Z"
        }
        "#);
    }

    #[test]
    fn comments_have_no_place() {
        let mut root = Mapping::new();
        root.push_comment(regrender_document::Comment::Clear(String::from("x")));
        root.push("a", "b");
        assert_eq!(reveal(&Document::new(root)).expose(), "{\n\t\"a\": \"b\"\n}\n");
    }

    #[test]
    fn envelope_holds_one_text() {
        let document = parse(r#"{"data":"a\nb"}"#).unwrap();
        assert_eq!(reveal_envelope(&document).unwrap().expose(), "a\nb");
        for text in ["{}", r#"{"data":1}"#] {
            let error = reveal_envelope(&parse(text).unwrap()).map(|_| ()).unwrap_err();
            assert_eq!(error.to_string(), "data");
        }
    }

    #[test]
    fn what_cannot_be_read_is_placed_and_not_repeated() {
        let refused = |text| parse(text).map(|_| ()).unwrap_err();
        assert_eq!(refused("{\"a\": canary-4f1d}"), "line 1, column 7");
        assert_eq!(refused("[1]"), "there is no object at the top");
        let twice = refused("{\"a\": 1,\n\"a\": 2}");
        assert_eq!(twice, "line 2, column 7: a key stands there twice");
        assert!(parse("{} x").is_err());
    }
}
