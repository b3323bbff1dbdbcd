//! Tests of the reading.

use super::*;
use crate::emit::{Spelling, emit};
use crate::node::{Node, Scalar};

#[track_caller]
fn check(text: &str, emitted: &str) {
    let documents = parse(text).unwrap();
    assert_eq!(emit(&documents, Spelling::Sops).as_deref(), Ok(emitted));
}

#[track_caller]
fn refuse(text: &str, line: usize, column: usize, problem: ParseProblem) {
    assert_eq!(parse(text).unwrap_err(), ParseError { line, column, problem }, "{text:?}");
}

#[test]
fn an_empty_text_has_no_documents() {
    assert!(parse("").unwrap().is_empty());
    assert!(parse("\n  \n").unwrap().is_empty());
}

#[test]
fn a_comment_keeps_its_place() {
    check(
        "# head\n\n# key\na: b # line\n# foot\n\nc:\n  # inside\n  - d # item\n  # last\n",
        "# head\n# key\na: b # line\n# foot\nc:\n    # inside\n    - d # item\n    # last\n",
    );
}

#[test]
fn a_comment_behind_a_colon_moves_above_its_key() {
    check("a: # why\n  b: c\n", "# why\na:\n    b: c\n");
}

#[test]
fn aliases_are_expanded_and_merge_keys_kept() {
    check(
        "a: &x {b: [c]}\nd: *x\ne:\n  <<: *x\n",
        "a:\n    b:\n        - c\nd:\n    b:\n        - c\ne:\n    !!merge <<:\n        b:\n            - c\n",
    );
}

#[test]
fn anchors_reach_into_later_documents() {
    check("a: &x b\n---\nc: *x\n", "a: b\n---\nc: b\n");
}

#[test]
fn tags_decide_the_type() {
    check("a: !!str 12\nb: !!int \"7\"\nc: !!float 3\nd: !x z\n", "a: \"12\"\nb: 7\nc: 3\nd: z\n");
    refuse("a: !!int x\n", 1, 4, ParseProblem::TagMismatch);
    refuse("a: !!binary YQ==\n", 1, 4, ParseProblem::UnsupportedTag);
}

#[test]
fn a_block_that_the_text_ends_in_has_the_value_that_sops_finds() {
    for (block, value) in [
        ("|\n  a", "a"),
        ("|\n  a\n", "a\n"),
        ("|\n  a\n  ", "a\n"),
        ("|\n  a\n    ", "a\n  "),
        ("|\n  a\n\n\n   ", "a\n\n\n "),
        ("|\n\n  ", ""),
        ("|\n\n\n", ""),
        ("|2\n   a", " a"),
        ("|2\n    ", "  "),
        ("|+", ""),
        ("|+\n", ""),
        ("|+\n ", ""),
        ("|+\n  a", "a"),
        ("|+\n  a\n", "a\n"),
        ("|+\n  a\n\n  ", "a\n\n"),
        ("|+\n  a\n\n\n   ", "a\n\n\n "),
        ("|+\r\n  a\r\n ", "a\n"),
        ("|+\n  \n   ", "\n"),
        ("|+\n\n\n", "\n\n"),
        ("|1+\n   ", "  "),
        ("|-\n  a\n  ", "a"),
        (">\n  a\n", "a\n"),
        (">\n  a\n\n    ", "a\n\n  "),
        (">-\n  a", "a"),
        (">+\n\n ", "\n"),
        (">+\n  a\n  b\n   ", "a b\n "),
    ] {
        let documents = parse(&format!("k: {block}")).unwrap();
        let Some(Node::Scalar(Scalar::Text(found))) = documents[0].root.get("k") else {
            panic!("no text: {block:?}");
        };
        assert_eq!(found, value, "{block:?}");
    }
}

#[test]
fn a_comment_below_an_empty_document_is_dropped() {
    check("~\n# z\n", "{}\n");
}

#[test]
fn a_document_is_a_mapping() {
    refuse("- a\n", 1, 1, ParseProblem::ListDocument);
    refuse("a: b\n---\n[]\n", 3, 1, ParseProblem::ListDocument);
    refuse("text\n", 1, 1, ParseProblem::ValueDocument);
    check("---\n", "{}\n");
}

#[test]
fn a_key_stands_once_and_is_a_string() {
    refuse("a: b\n\"a\": c\n", 2, 1, ParseProblem::DuplicateKey);
    refuse("a:\n  b: {c: 1, c: 2}\n", 2, 13, ParseProblem::DuplicateKey);
    refuse("a: b\n---\nc: d\nc: e\n", 4, 1, ParseProblem::DuplicateKey);
    for key in ["1", "true", "~", "1.5", "2026-11-21", "[a]", "{a: b}"] {
        refuse(&format!("x: y\n? {key}\n: z\n"), 2, 3, ParseProblem::NonStringKey);
    }
}

#[test]
fn only_mappings_are_merged() {
    refuse("a:\n  <<: b\n", 2, 7, ParseProblem::MergeValue);
    check("\"<<\": b\n", "\"<<\": b\n");
}

#[test]
fn an_alias_has_an_anchor_before_it() {
    refuse("a: *x\nb: &x c\n", 1, 4, ParseProblem::UnknownAlias);
    refuse("a: &x [b, *x]\n", 1, 11, ParseProblem::AliasCycle);
}

#[test]
fn an_unfinished_merge_is_named() {
    let text = "a: b\n<<<<<<< ours\nc: d\n=======\nc: e\n>>>>>>> theirs\n";
    refuse(text, 2, 1, ParseProblem::ConflictMarker);
}

#[test]
fn what_readers_disagree_about_is_refused() {
    refuse("a: b\u{2028}c\n", 1, 5, ParseProblem::Character);
    refuse("é: \u{1}\n", 1, 4, ParseProblem::Character);
    refuse("a: [b:, c]\n", 1, 7, ParseProblem::Syntax);
    refuse("a: &x:y c\n", 1, 4, ParseProblem::Syntax);
    refuse("%TAG ! tag:x,2000:\n---\na: b\n", 1, 1, ParseProblem::Directive);
    refuse("%YAML 1.2\n---\na: b\n", 1, 1, ParseProblem::Directive);
    check("%YAML 1.1\n---\na: b\n", "a: b\n");
}

#[test]
fn an_error_says_where_and_quotes_nothing() {
    let error = parse("password: [canary-4f1d\n").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary-4f1d"));
    assert_eq!(error.problem, ParseProblem::Bracket);
    assert_eq!(parse("a: b: c\n").unwrap_err().line, 1);
    assert_eq!(parse("a:\n\t- b\n").unwrap_err().line, 2);
}

#[test]
fn what_goes_reader_refuses_is_refused() {
    refuse("a: [b,\n  ,c]\n", 2, 3, ParseProblem::Syntax);
    refuse("a: {&b &c d}\n", 1, 8, ParseProblem::Syntax);
    refuse("a: !!str !!int b\n", 1, 10, ParseProblem::Syntax);
    refuse("a:\n  -\n  k: v\n", 3, 3, ParseProblem::Syntax);
    refuse("a:\n  - b\n  k: v\n", 3, 3, ParseProblem::Syntax);
    refuse("a: [!]\n", 1, 5, ParseProblem::Syntax);
    refuse("a: [? : b]\n", 1, 7, ParseProblem::NonStringKey);
    refuse("a: b\nc: \u{1}\n", 2, 4, ParseProblem::Character);
    refuse("a:\n    b: c\n  d: e\n", 3, 3, ParseProblem::Syntax);
    refuse("- b\n- c: d\n  e: f\t#f\n\t-\n  - g\n", 4, 2, ParseProblem::Tab);
}

#[test]
fn a_question_mark_in_brackets_is_quoted() {
    for text in ["a: {?}\n", "a: {?b}\n", "a: [?b]\n", "a: {?b: c}\n", "a: [?]\n"] {
        refuse(text, 1, 5, ParseProblem::QuestionMark);
    }
    refuse("a: {b: ?c}\n", 1, 8, ParseProblem::QuestionMark);
    refuse("a: [https://b/?c, d]\n", 1, 5, ParseProblem::QuestionMark);
    refuse("a: [b, c?]\n", 1, 8, ParseProblem::QuestionMark);
    check("a: {? b : c, \"d?\": '?'}\ne: ?f\n", "a:\n    b: c\n    d?: '?'\ne: ?f\n");
}

#[test]
fn a_further_document_begins_with_its_mark() {
    refuse("a: b\n...\nc: d\n", 3, 1, ParseProblem::DocumentMark);
    refuse("a: b\n...\n...\n# x\nc: d\n", 5, 1, ParseProblem::DocumentMark);
    refuse("---\n...\na: b\n", 3, 1, ParseProblem::DocumentMark);
    check("a: b\n...\n---\nc: d\n...\n", "a: b\n---\nc: d\n");
    refuse("%YAML 1.1\n%YAML 1.1\n---\na: b\n", 2, 1, ParseProblem::Syntax);
    refuse("%OTHER x\n---\na: b\n", 1, 1, ParseProblem::Directive);
}

#[test]
fn a_byte_order_mark_stands_at_the_beginning_only() {
    check("\u{feff}a: b\n", "a: b\n");
    check("\u{feff}\u{feff}a: b\n", "a: b\n");
    check("a: 'x\u{feff}y'\n", "a: \"x\\uFEFFy\"\n");
    refuse("\n\u{feff}a: b\n", 2, 1, ParseProblem::Character);
    refuse("a: b\n---\n\u{feff}c: d\n", 3, 1, ParseProblem::Character);
    refuse("a: b\n...\n\u{feff}\n", 3, 1, ParseProblem::Character);
}

#[test]
fn a_tab_is_no_indentation() {
    for (text, line, column) in [
        ("\ta: b\n", 1, 1),
        ("\t# x\na: b\n", 1, 1),
        ("a:\n-\tb\n", 2, 2),
        ("a:\n- \tb: c\n", 2, 3),
        ("a:\n  -\t# x\n  - b\n", 2, 4),
        ("a:\n  \tb: c\n", 2, 3),
        ("?\ta\n: b\n", 1, 2),
        ("? a\n:\tb\n", 2, 2),
        ("a: b\n\t\nc: d\n", 2, 1),
        ("a: b\n\t# x\nc: d\n", 2, 1),
        ("a: \"b\"\n \t\nc: d\n", 2, 2),
        ("a:\n  b: c d\n \t\n", 3, 2),
        ("a: [b # x\n ]\n\t\n", 3, 1),
        ("a: |\n  \tb\n", 2, 3),
        ("a: |\n \t\n  b\n", 2, 2),
        ("a: |\n  b\n \t\nc: d\n", 3, 2),
        ("a: >-\n  b\n\t\n", 3, 1),
        ("a: |2\n  b\n\t\n", 3, 1),
        ("a: |2\n  b\n \t\n", 3, 2),
        ("a: b\n\n\t\n", 3, 1),
        ("a: b\r\n c\r\n\t\r\n", 3, 1),
        ("a: [b: c]\n? d\n:\te\n", 3, 2),
        ("a: {b: c}\n? d\n:\te\n", 3, 2),
    ] {
        refuse(text, line, column, ParseProblem::Tab);
    }
    refuse("{a: b}:\tc\n", 1, 1, ParseProblem::NonStringKey);
}

#[test]
fn a_long_line_is_read_in_one_go() {
    let text = format!("a: [{}b]\n", "b, ".repeat(ALIAS_LIMIT));
    assert!(parse(&text).is_ok());
}

#[test]
fn a_tab_parts_what_stands_on_one_line() {
    check("a:\tb\t# x\nc\t:\t\"d\"\t\n", "a: b # x\nc: d\n");
    check("a: b\n \tc\n \t\nd: e\n", "a: b c\nd: e\n");
    check("a: |\n  b\n  \tc\n", "a: |\n    b\n    \tc\n");
    check("a: |2\n  \tb\n", "a: \"\\tb\\n\"\n");
    check("a: |\n  b\nc: d\n\n \t\n", "a: |\n    b\nc: d\n");
    check("a:\n  - |\n  # b\n \t\n  # c\n", "a:\n    - \"\"\n    # b\n# c\n");
    check("# x\n\t# y\na: [\tb,\t\n  c]\n", "# x\n# y\na:\n    - b\n    - c\n");
    check("---\t# x\na: &b\tc\n...\t\n", "# x\na: c\n");
}

#[test]
fn what_only_newer_readers_know_is_refused() {
    refuse("a: \"b\\/c\"\n", 1, 4, ParseProblem::Escape);
    check("a: \"b\\\\/c\"\n", "a: b\\/c\n");
    refuse("a: !b!c d\n", 1, 4, ParseProblem::UnsupportedTag);
    refuse("a: !b#c d\n", 1, 4, ParseProblem::UnsupportedTag);
}

#[test]
fn a_comment_keeps_its_place_whatever_ends_its_line() {
    let text = "a:\n- # x: - y\n  - b\n- |\n  c\n# z\n";
    let expected = emit(&parse(text).unwrap(), Spelling::Sops);
    for line_end in ["\r\n", "\r"] {
        let read = parse(&text.replace('\n', line_end)).unwrap();
        assert_eq!(emit(&read, Spelling::Sops), expected, "{line_end:?}");
    }
}

#[test]
fn text_in_quotes_goes_on_at_any_indentation() {
    check("a: \"b\n c\"\n", "a: b c\n");
    check("a: \"b\nc\"\n", "a: b c\n");
    check("a: 'b\n\tc'\n", "a: b c\n");
    check("a:\n- \"b\\\n\t\\ c\"\n", "a:\n    - b c\n");
    check("? \"a\"\n: 'b\n\n\t\t c\n'\n", "a: \"b\\nc \"\n");
}

#[test]
fn a_problem_has_its_place_behind_comments_and_marks() {
    refuse("<<:\n", 2, 1, ParseProblem::MergeValue);
    refuse("<<:\t# x", 1, 8, ParseProblem::MergeValue);
    refuse("<<:\n# x\n", 2, 2, ParseProblem::MergeValue);
    refuse("<<: # x\n# y\n\n", 2, 2, ParseProblem::MergeValue);
    refuse("<<: # x >\n  >+\n", 2, 3, ParseProblem::MergeValue);
    refuse("\u{feff}<<: >+\n", 1, 5, ParseProblem::MergeValue);
    refuse("a: b\n<<:\n-\n\n# x\n", 3, 1, ParseProblem::MergeValue);
    refuse("a: b\n---\nc: {d: [e, f]}\n?", 4, 2, ParseProblem::NonStringKey);
    refuse("a: b\n# x\n?", 3, 2, ParseProblem::NonStringKey);
    refuse("a: >\n\n# x\n? <<\n  # y", 5, 6, ParseProblem::MergeValue);
    refuse("\r\n>\n", 2, 1, ParseProblem::ValueDocument);
}

#[test]
fn a_key_that_is_an_alias_is_the_text_behind_it() {
    check("a: &z x\n*z : c\n", "a: x\nx: c\n");
    refuse("a: &z 1\nb: {*z : c}\n", 2, 5, ParseProblem::NonStringKey);
    refuse("a: &z [b]\n*z : c\n", 2, 1, ParseProblem::NonStringKey);
}

/// An alias for each of `count` nodes, and one more document without any.
fn aliases(count: usize) -> Result<Vec<Document>, ParseError> {
    parse(&format!("a: &a x\nb: [{}]\n---\nc: [{}]\n", "*a,".repeat(count), "d,".repeat(9)))
}

#[test]
fn only_what_aliases_stand_for_counts() {
    assert!(aliases(ALIAS_LIMIT).is_ok());
    assert_eq!(aliases(ALIAS_LIMIT + 1).unwrap_err().problem, ParseProblem::TooManyAliases);
    let many = format!("a: &a x\n*a : y\nb: *a\nc: [{}]\n", "d,".repeat(ALIAS_LIMIT + 1));
    assert!(parse(&many).is_ok());
}

#[test]
fn comments_count_where_aliases_stand_for_them() {
    let aliases = "*a,".repeat(15_000);
    for text in ["# x", "b: c # x", "b: c\n  # x"] {
        let small = format!("a: &a\n  {text}\n  d: e\nf: [{aliases}]\n");
        assert!(parse(&small).is_ok(), "{text}");
        let large = small.replace("x\n", &format!("{}\n", "x".repeat(300)));
        assert_eq!(parse(&large).unwrap_err().problem, ParseProblem::TooManyAliases, "{text}");
    }
}

#[test]
fn depth_is_bounded() {
    let brackets = format!("a: {}", "[".repeat(100_000));
    assert_eq!(parse(&brackets).unwrap_err().problem, ParseProblem::TooDeep);
    // The mapping around them is a level too.
    let brackets = |depth| parse(&format!("a: {}{}\n", "[".repeat(depth), "]".repeat(depth)));
    assert!(brackets(DEPTH_LIMIT - 1).is_ok());
    assert_eq!(brackets(DEPTH_LIMIT).unwrap_err().problem, ParseProblem::TooDeep);
    let side_by_side = format!("a:\n{}", "  - b: [c]\n".repeat(3 * DEPTH_LIMIT));
    assert!(parse(&side_by_side).is_ok());
    let dashes = format!("a:\n  {}b\n", "- ".repeat(100_000));
    assert_eq!(parse(&dashes).unwrap_err().problem, ParseProblem::TooDeep);
    let keys: String = (0..1000).map(|depth| " ".repeat(depth) + "a:\n").collect();
    assert_eq!(parse(&keys).unwrap_err().problem, ParseProblem::TooDeep);
    // An alias is a level, and so are the list around it and the text at the end.
    let chain = |length| {
        let links = (1..=length).map(|n| format!("k{n}: &a{n} [*a{}]\n", n - 1));
        parse(&links.fold(String::from("k0: &a0 x\n"), |text, link| text + &link))
    };
    assert!(chain(DEPTH_LIMIT / 2 - 1).is_ok());
    assert_eq!(chain(DEPTH_LIMIT / 2).unwrap_err().problem, ParseProblem::TooDeep);
    assert_eq!(chain(1000).unwrap_err().problem, ParseProblem::TooDeep);
}

#[test]
fn aliases_cannot_stand_for_more_than_the_memory_holds() {
    let laughs: Vec<String> = (1..12)
        .map(|n| {
            let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
            format!("k{n}: &a{n} [{aliases}]\n")
        })
        .collect();
    let error = parse(&format!("k0: &a0 lol\n{}", laughs.concat())).unwrap_err();
    assert_eq!(error.problem, ParseProblem::TooManyAliases);
    let long = format!("k0: &a {}\nk1: [{}]\n", "x".repeat(100_000), vec!["*a"; 1000].join(", "));
    assert_eq!(parse(&long).unwrap_err().problem, ParseProblem::TooManyAliases);
}
