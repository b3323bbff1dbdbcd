//! Tests of the spelling.

use super::*;
use crate::node::{Comment, Item, Mapping, Node, Scalar, SecretKind, SecretScalar};

fn secret() -> SecretText {
    SecretText::new(String::from("canary-4f1d"))
}

#[track_caller]
fn check(root: Mapping, expected: &str) {
    assert_eq!(Document::new(root).emit(Spelling::Sops).as_deref(), Ok(expected));
}

#[test]
fn blocks_are_indented_by_four() {
    check(
        Mapping::new().with("metadata", Mapping::new().with("name", "regcred")).with(
            "items",
            Node::list([Node::from("a"), Mapping::new().with("b", "c").with("d", "e").into()]),
        ),
        "metadata:\n    name: regcred\nitems:\n    - a\n    - b: c\n      d: e\n",
    );
}

#[test]
fn kustomize_indents_by_two_and_lists_by_nothing() {
    let root = Mapping::new().with(
        "images",
        Node::list([Mapping::new()
            .with("name", "web")
            .with("tags", Node::texts(["a", "b"]))
            .into()]),
    );
    assert_eq!(
        Document::new(root).emit(Spelling::Kustomize).as_deref(),
        Ok("images:\n- name: web\n  tags:\n  - a\n  - b\n"),
    );
}

#[test]
fn empty_collections_stand_on_one_line() {
    check(Mapping::new().with("a", Mapping::new()).with("b", Node::list([])), "a: {}\nb: []\n");
    check(Mapping::new(), "{}\n");
}

#[test]
fn the_header_stands_above_the_document() {
    let document = Document {
        header: vec![String::from(" made by a program"), String::new()],
        root: Mapping::new().with("a", "b"),
    };
    assert_eq!(
        emit(&[document.clone(), document], Spelling::Sops).as_deref(),
        Ok("# made by a program\n#\na: b\n---\n# made by a program\n#\na: b\n"),
    );
}

#[test]
fn a_number_at_the_start_of_a_block_counts_from_its_parent() {
    check(
        Mapping::new().with("list", Node::texts([" a\nb"])).with("key", " a\nb"),
        "list:\n    - |2-\n       a\n      b\nkey: |4-\n     a\n    b\n",
    );
}

#[test]
fn a_line_end_in_a_comment_cannot_leave_the_comment() {
    let mut root = Mapping::new();
    root.push_comment(Comment::Clear(String::from("a\nb: c\rd: e\u{85}f: g")));
    root.push("h", "i");
    check(root, "#a\n# b: c\n# d: e\n# f: g\nh: i\n");
}

#[test]
fn a_secret_that_is_left_is_named_by_its_path() {
    let root = Mapping::new().with(
        "data",
        Mapping::new().with("list", Node::list([Node::from("a"), Node::from(secret())])),
    );
    let left = Document::new(root).emit(Spelling::Sops).unwrap_err();
    assert_eq!(left.to_string(), "a secret is left at `data.list[1]`");
}

#[test]
fn a_secret_in_a_later_document_names_the_document() {
    let documents =
        [Document::default(), Document::new(Mapping::new().with("data", Node::from(secret())))];
    let left = emit(&documents, Spelling::Sops).unwrap_err();
    assert_eq!(left.to_string(), "a secret is left at `document 2: data`");
}

#[test]
fn a_secret_comment_is_a_secret() {
    let mut root = Mapping::new().with("a", "b");
    root.push_comment(Comment::Secret(secret()));
    assert!(Document::new(root).emit(Spelling::Sops).is_err());
    let list = Node::Sequence(vec![Item::InlineComment(Comment::Secret(secret()))]);
    assert!(Document::new(Mapping::new().with("a", list)).emit(Spelling::Sops).is_err());
}

#[test]
fn revealed_secrets_are_spelled_by_their_kind() {
    let kinds = [
        (SecretKind::Text, "12"),
        (SecretKind::Integer, "12"),
        (SecretKind::Integer, "1_2"),
        (SecretKind::Float, "1500000"),
        (SecretKind::Bool, "True"),
        (SecretKind::Bool, "False"),
        (SecretKind::Bool, "yes"),
        (SecretKind::Time, "2026-11-21T00:00:00Z"),
        (SecretKind::Time, "today"),
    ];
    let nodes = kinds.map(|(kind, text)| {
        Node::Secret(SecretScalar { kind, text: SecretText::new(text.to_owned()) })
    });
    let document = Document::new(Mapping::new().with("a", Node::list(nodes)));
    assert_eq!(
        emit_revealed(&[document], Spelling::Kustomize).expose(),
        "a:\n- \"12\"\n- 12\n- \"1_2\"\n- 1.5e+06\n- true\n- false\n- \"yes\"\n- 2026-11-21T00:00:00Z\n- today\n",
    );
}

#[test]
fn a_time_that_is_none_is_a_string() {
    check(Mapping::new().with("a", Node::Scalar(Scalar::Time(String::from("[x]")))), "a: '[x]'\n");
}

#[test]
fn a_comment_that_moves_behind_the_key_of_a_list_does_not_indent_it() {
    let documents = crate::parse("a:\n- [b: c] #x\nd:\n- e\n").unwrap();
    let spelled = |spelling| emit(&documents, spelling).unwrap();
    assert_eq!(spelled(Spelling::Sops), "a:\n    - - b: c\nd: #x\n    - e\n");
    assert_eq!(spelled(Spelling::Kustomize), "a:\n- - b: c\nd: #x\n- e\n");
}
