//! Whatever is drawn, the text is well-formed: Mermaid, DOT and SVG.

use std::fmt::Write as _;

use proptest::prelude::*;
use regrender_audit::{Declared, DeclaredRegistry};

use super::graph::{account, graph, pod, secret};

#[test]
fn the_drawing_says_what_the_text_says() {
    let text = secret("n", "pull", "r.io")
        + &account("n", "default", "[{name: pull}]")
        + &pod("n", "web", "r.io/web:1", "")
        + &pod("n", "stray", "q.io/stray:1", "");
    let svg = graph(&[("a.yaml", &text)], &Declared::default()).to_svg();
    check_svg(&svg);
    for part in [
        "<desc id=\"regrender-desc\">2 workloads in 1 namespace: 0 broken, 1 to look at, 1 well</desc>",
        ">namespace n</text>",
        ">pull</text>",
        "<title>Pod stray\nq.io\n△ no credential for q.io</title>",
        ">△ not covered</text>",
        "prefers-color-scheme:dark",
    ] {
        assert!(svg.contains(part), "{part} is not in {svg}");
    }
    for part in ["<script", "href", "url(http", "@import"] {
        assert!(!svg.contains(part), "{part} is in {svg}");
    }
}

#[test]
fn an_empty_drawing_says_so() {
    let svg = graph(&[], &Declared::default()).to_svg();
    check_svg(&svg);
    assert!(svg.contains(">nothing here pulls an image</text>"));
}

/// Checks that a text is XML: tags that match, attributes in quotes, and no stray markup.
#[track_caller]
fn check_svg(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut parts = svg.split('<');
    assert_eq!(parts.next(), Some(""));
    for part in parts {
        let (tag, text) = part.split_once('>').expect("a tag has an end");
        check_characters(text);
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{svg}");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(
            name.chars().all(|letter| letter.is_ascii_lowercase()) || name == "clipPath",
            "{name}"
        );
        // Every other piece between quotes is a value.
        let attributes = attributes.strip_suffix('/').unwrap_or(attributes);
        let mut pieces = attributes.split('"');
        while let (Some(key), Some(value)) = (pieces.next(), pieces.next()) {
            assert!(key.ends_with('='), "{tag}");
            check_characters(value);
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0]);
}

#[track_caller]
fn check_characters(text: &str) {
    assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text:?}");
    for reference in text.split('&').skip(1) {
        let known = ["amp;", "lt;", "gt;", "quot;"];
        assert!(known.iter().any(|one| reference.starts_with(one)), "{text}");
    }
}

/// Counts boxes, frames and arrows of DOT outside strings.
#[track_caller]
fn count_dot(dot: &str) -> (usize, usize, usize) {
    let mut outside = String::new();
    let mut letters = dot.chars();
    let mut is_inside = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if is_inside => drop(letters.next()),
            '"' => is_inside = !is_inside,
            _ if !is_inside => outside.push(letter),
            _ => assert!(!letter.is_control(), "{dot}"),
        }
    }
    assert!(!is_inside);
    assert_eq!(outside.matches('{').count(), outside.matches('}').count());
    assert_eq!(outside.matches('[').count(), outside.matches(']').count());
    let boxes = outside.matches("tooltip=]").count() + outside.matches("tooltip= ").count();
    (boxes, outside.matches("subgraph cluster_").count(), outside.matches("->").count())
}

/// Counts boxes, frames and arrows of Mermaid, line by line, and knows every line.
#[track_caller]
fn count_mermaid(text: &str) -> (usize, usize, usize) {
    let (mut boxes, mut frames, mut arrows) = (0, 0, 0);
    for line in text.lines().map(str::trim_start) {
        let quoted: Vec<&str> = line.split('"').collect();
        assert!(matches!(quoted.len(), 1 | 3), "{line}");
        if let Some(inside) = quoted.get(1) {
            let plain = inside.replace("<br/>", "");
            assert!(!plain.contains(['<', '>', '`', '[', ']', '{', '}', '|', '\\', '&']), "{line}");
        }
        let word = line.split([' ', '[', '(', '{']).next().unwrap_or_default();
        match word {
            "flowchart" | "accTitle:" | "accDescr:" | "end" | "classDef" | "linkStyle" => {}
            "subgraph" => frames += 1,
            _ if word.starts_with("legend_") || word == "empty" => {}
            _ => {
                assert!(word.starts_with(['r', 's', 'a', 'w']), "{line}");
                let is_box = line.strip_prefix(word).is_some_and(|rest| !rest.starts_with(' '));
                if is_box { boxes += 1 } else { arrows += 1 }
            }
        }
    }
    (boxes, frames, arrows)
}

/// Letters that mean something in one of the formats, and others.
fn hostile() -> impl Strategy<Value = String> {
    let telling = prop::sample::select(vec![
        "\"", "\\", "`", "<", ">", "&", "#", ";", "[", "]", "{", "}", "(", ")", "|", "-->", "%%",
        "end", "\n", "\r", "\u{0}", "\u{202e}", "</title>", "<script>", "&amp;", "#34;", "1. ",
        "- ", "$$", "fa:fa-x", "subgraph", "style", "]]>", "<!--", "*/", "'", "//", "\u{feff}",
        "漢", "\u{ffff}",
    ]);
    let part = prop_oneof![3 => telling.prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(part, 1..5).prop_map(|parts| parts.concat())
}

/// Spells a JSON text with letters that every reader of YAML takes.
fn in_ascii(json: &str) -> String {
    let mut text = String::new();
    for unit in json.encode_utf16() {
        match u8::try_from(unit) {
            Ok(letter @ b' '..=b'~') => text.push(char::from(letter)),
            // Writing to a string cannot fail.
            _ => drop(write!(text, "\\u{unit:04x}")),
        }
    }
    text
}

proptest! {
    #[test]
    fn whatever_the_names_are_the_pictures_are_well_formed(
        names in prop::collection::vec(hostile(), 7..8),
        is_long in any::<bool>(),
    ) {
        let [namespace, name, kind, account, secret, image, registry] = &names[..] else {
            return Ok(());
        };
        let name = if is_long { name.repeat(100) } else { name.clone() };
        let objects = [
            serde_json::json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": name, "namespace": namespace},
                "spec": {
                    "serviceAccountName": account, "imagePullSecrets": [{"name": secret}],
                    "containers": [{"name": "c", "image": image}, {"name": "d", "image": "r.io/d"}],
                },
            }),
            serde_json::json!({
                "apiVersion": "example.com/v1", "kind": kind,
                "metadata": {"name": name, "namespace": namespace},
                "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "r.io/c"}]}}},
            }),
            serde_json::json!({
                "apiVersion": "v1", "kind": "ServiceAccount",
                "metadata": {"name": account, "namespace": namespace},
                "imagePullSecrets": [{"name": name}],
            }),
        ];
        let text = objects.map(|object| in_ascii(&object.to_string())).join("\n---\n");
        let declared = Declared {
            registries: vec![DeclaredRegistry {
                name: registry.clone(), keys: vec!["r.io".to_owned(), registry.clone()],
            }],
            ..Declared::default()
        };
        let graph = graph(&[("a.yaml", &text)], &declared);
        let size = graph.size();
        prop_assert!(size.workloads > 0);
        check_svg(&graph.to_svg());
        let marked = usize::from(graph.to_mermaid().contains("subgraph legend"));
        let wanted = (size.nodes, 1 + marked, size.edges);
        prop_assert_eq!(count_mermaid(&graph.to_mermaid()), wanted);
        prop_assert_eq!(count_dot(&graph.to_dot()), wanted);
    }
}
