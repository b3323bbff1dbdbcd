//! The dotenv files of sops: one `KEY=value` a line, without quotes, a line break written as `\n`.

use regrender_document::{Comment, Document, Entry, Mapping, Node, Scalar, SecretText, number};

use super::flat::unflatten;
use crate::key_path::KeyPath;

/// What the names of metadata begin with.
const PREFIX: &str = "sops_";

/// Reads a sealed file: its pairs, and its metadata if it has any.
pub(super) fn parse(text: &str) -> Result<(Document, Option<Mapping>), String> {
    let mut root = Mapping::new();
    let mut metadata = Vec::new();
    for (line, number) in text.split('\n').zip(1..) {
        if line.is_empty() {
            continue;
        }
        if let Some(comment) = line.strip_prefix('#') {
            root.push_comment(Comment::Clear(comment.to_owned()));
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            return Err(format!("line {number} has no equals sign"));
        };
        let value = value.replace("\\n", "\n");
        match key.strip_prefix(PREFIX) {
            Some(name) => metadata.push((name.to_owned(), value)),
            None => root.push(key.to_owned(), value),
        }
    }
    if metadata.is_empty() {
        return Ok((Document::new(root), None));
    }
    match unflatten(metadata) {
        Some(block) => Ok((Document::new(root), Some(block))),
        None => Err(String::from("the names of the metadata contradict each other")),
    }
}

/// Spells an opened file.
pub(super) fn reveal(document: &Document) -> Result<SecretText, KeyPath> {
    let mut text = String::new();
    for line in &document.header {
        push_line(&mut text, &["#", line]);
    }
    for entry in document.root.entries() {
        match entry {
            Entry::Comment(comment) | Entry::InlineComment(comment) => {
                push_line(&mut text, &["#", comment.expose()]);
            }
            Entry::Pair { key, value } => {
                let value = simple_text(value).ok_or_else(|| KeyPath::of(&[key]))?;
                push_line(&mut text, &[key, "=", &value.expose().replace('\n', "\\n")]);
            }
        }
    }
    Ok(SecretText::new(text))
}

/// Spells a simple value as sops does in formats that know texts only.
pub(super) fn simple_text(node: &Node) -> Option<SecretText> {
    let clear = |text: &str| Some(SecretText::new(text.to_owned()));
    match node {
        Node::Scalar(Scalar::Null) => clear("<nil>"),
        Node::Scalar(Scalar::Bool(value)) => clear(if *value { "true" } else { "false" }),
        Node::Scalar(Scalar::Integer(value)) => clear(&value.to_string()),
        Node::Scalar(Scalar::Float(value)) => clear(&number::general(*value)),
        Node::Scalar(Scalar::Time(text) | Scalar::Text(text)) => clear(text),
        Node::Secret(secret) => {
            use regrender_document::SecretKind;
            let text = secret.text.expose();
            match secret.kind {
                SecretKind::Text | SecretKind::Integer | SecretKind::Time => clear(text),
                SecretKind::Bool => clear(&text.to_ascii_lowercase()),
                SecretKind::Float => {
                    clear(&text.parse().map_or_else(|_| text.to_owned(), number::general))
                }
            }
        }
        Node::Sequence(_) | Node::Mapping(_) => None,
    }
}

fn push_line(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use regrender_document::{SecretKind, SecretScalar};

    use super::*;

    fn spelled(root: Mapping) -> String {
        reveal(&Document::new(root)).unwrap().expose().to_owned()
    }

    #[test]
    fn lines_are_pairs_or_comments() {
        let (document, block) = parse("# one\n\nA=b=c\nB= x \nC=a\\nb\n").unwrap();
        assert!(block.is_none());
        let pairs: Vec<_> =
            document.root.pairs().map(|(key, node)| (key, node.as_text())).collect();
        assert_eq!(pairs, [("A", Some("b=c")), ("B", Some(" x ")), ("C", Some("a\nb"))]);
        assert_eq!(spelled(document.root), "# one\nA=b=c\nB= x \nC=a\\nb\n");
    }

    #[test]
    fn metadata_is_taken_out() {
        let (document, block) = parse("A=b\nsops_mac=x\nsops_age__list_0__map_enc=y\n").unwrap();
        assert_eq!(document.root.pairs().count(), 1);
        assert_eq!(block.unwrap().get("mac").and_then(Node::as_text), Some("x"));
    }

    #[test]
    fn line_without_an_equals_sign_is_named() {
        assert_eq!(parse("A=b\ncanary-4f1d\n").unwrap_err(), "line 2 has no equals sign");
    }

    #[test]
    fn typed_values_are_spelled_as_texts() {
        let secret = |kind, text: &str| {
            Node::Secret(SecretScalar { kind, text: SecretText::new(text.to_owned()) })
        };
        let root = Mapping::new()
            .with("A", true)
            .with("B", secret(SecretKind::Bool, "False"))
            .with("C", secret(SecretKind::Integer, "12"))
            .with("D", secret(SecretKind::Float, "1000000"))
            .with("E", Node::Scalar(Scalar::Null))
            .with("F", Node::Scalar(Scalar::Integer(-1)))
            .with("G", secret(SecretKind::Time, "2026-11-21T01:59:59Z"));
        let expected = "A=true\nB=false\nC=12\nD=1E+06\nE=<nil>\nF=-1\nG=2026-11-21T01:59:59Z\n";
        assert_eq!(spelled(root), expected);
    }

    #[test]
    fn nested_value_has_no_place() {
        let root = Mapping::new().with("A", Mapping::new());
        let error = reveal(&Document::new(root)).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "A");
    }
}
