//! Reading what nearly every sealed file consists of, without everything else that YAML is.
//!
//! Knows block mappings and lists of words, plain or in double quotes, and literal blocks. A text
//! with anything else in it is left to the grammar of all of YAML, and so is one that may be wrong.
//! What is read here is read as there, and takes a tenth of the time.

use crate::bytes::ByteSet;
use crate::document::Document;
use crate::node::{Comment, Item, Mapping, Node};
use crate::resolve::is_ambiguous;

/// How deep collections may nest here.
const DEPTH: usize = 8;

/// How many keys a mapping may have here: each is compared with all before it.
const KEYS: usize = 64;

/// How long a key may be here; YAML has a limit of its own.
const KEY_LENGTH: usize = 128;

/// A data key that is wrapped for one recipient is shorter.
const USUAL_BLOCK: usize = 512;

/// What a text may consist of here.
static TEXT: ByteSet = ByteSet::PRINTABLE.and(b"\n");

/// What a word without quotes may consist of here.
static PLAIN: ByteSet = ByteSet::ALPHANUMERIC.and(b"/_.-+=:,[]()^$|");

/// What a key may consist of here.
static KEY: ByteSet = ByteSet::ALPHANUMERIC.and(b"/_.-");

/// Reads a text of one document, or says no.
pub(super) fn read(text: &str) -> Option<Document> {
    if !TEXT.has_all_of(text) {
        return None;
    }
    let mut reader = Reader::new(text);
    let mut root = Mapping::new();
    while let Some(Line { indent: 0, content }) = reader.line
        && let Some(comment) = content.strip_prefix('#').filter(|text| !text.ends_with(' '))
    {
        root.push_comment(Comment::Clear(comment.to_owned()));
        reader.advance();
    }
    // A comment alone is no document.
    reader.line?;
    reader.mapping(0, 0, &mut root)?;
    reader.rest.is_empty().then(|| Document::new(root))
}

/// A line without its end.
#[derive(Clone, Copy)]
struct Line<'a> {
    indent: usize,
    content: &'a str,
}

struct Reader<'a> {
    /// The line at hand. One that is blank, or does not end, is none: then something is left over in
    /// the end.
    line: Option<Line<'a>>,
    /// What is behind it.
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        let mut reader = Self { line: None, rest: text };
        reader.advance();
        reader
    }

    fn advance(&mut self) {
        self.line = None;
        let Some((line, rest)) = self.rest.split_once('\n') else { return };
        let content = line.trim_start_matches(' ');
        if !content.is_empty() {
            self.line = Some(Line { indent: line.len() - content.len(), content });
            self.rest = rest;
        }
    }

    /// Reads the pairs that stand at `indent` into `mapping`.
    fn mapping(&mut self, indent: usize, depth: usize, mapping: &mut Mapping) -> Option<()> {
        while let Some(line) = self.line.filter(|line| line.indent >= indent) {
            if line.indent > indent {
                return None;
            }
            self.pair(line.content, indent, depth, mapping)?;
        }
        Some(())
    }

    /// Reads the pair that begins with `content`, in a mapping that stands at `indent`.
    fn pair(
        &mut self,
        content: &'a str,
        indent: usize,
        depth: usize,
        mapping: &mut Mapping,
    ) -> Option<()> {
        let (key, value) = content.split_once(':')?;
        let is_new = mapping.get(key).is_none() && mapping.entries().len() < KEYS;
        if !is_key(key) || !is_new || depth > DEPTH {
            return None;
        }
        self.advance();
        let value = match value {
            "" => self.block(indent, depth + 1)?,
            " |" => self.literal(indent)?,
            _ => word(value.strip_prefix(' ')?)?,
        };
        mapping.push(key.to_owned(), value);
        Some(())
    }

    /// Reads the collection below a key that stands at `indent`.
    fn block(&mut self, indent: usize, depth: usize) -> Option<Node> {
        let line = self.line?;
        if line.content.starts_with("- ") {
            return (line.indent >= indent).then(|| self.list(line.indent, depth))?;
        }
        if line.indent <= indent {
            return None;
        }
        let mut mapping = Mapping::new();
        self.mapping(line.indent, depth, &mut mapping)?;
        Some(Node::from(mapping))
    }

    /// Reads the items whose dashes stand at `indent`.
    fn list(&mut self, indent: usize, depth: usize) -> Option<Node> {
        let mut items = Vec::new();
        while let Some(line) = self.line.filter(|line| line.indent == indent) {
            let Some(item) = line.content.strip_prefix("- ") else { break };
            items.push(Item::Value(if item.contains(": ") || item.ends_with(':') {
                let mut mapping = Mapping::new();
                self.pair(item, indent + 2, depth + 1, &mut mapping)?;
                self.mapping(indent + 2, depth + 1, &mut mapping)?;
                Node::from(mapping)
            } else {
                self.advance();
                word(item)?
            }));
        }
        Some(Node::Sequence(items))
    }

    /// Reads the lines of a literal block below a key that stands at `indent`.
    fn literal(&mut self, indent: usize) -> Option<Node> {
        let first = self.line.filter(|line| line.indent > indent)?;
        let mut text = String::with_capacity(USUAL_BLOCK);
        while let Some(line) = self.line.filter(|line| line.indent >= first.indent) {
            text.extend(std::iter::repeat_n(' ', line.indent - first.indent));
            text.push_str(line.content);
            text.push('\n');
            self.advance();
        }
        Some(Node::from(text))
    }
}

fn is_key(text: &str) -> bool {
    let begins = text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '.');
    begins
        && !text.starts_with("...")
        && text.len() <= KEY_LENGTH
        && KEY.has_all_of(text)
        && !is_ambiguous(text)
}

/// Reads a scalar that is a string to every reader.
fn word(text: &str) -> Option<Node> {
    if let Some(quoted) = text.strip_prefix('"') {
        let inner = quoted.strip_suffix('"')?;
        return (!inner.contains(['"', '\\'])).then(|| Node::from(inner));
    }
    let begins = text.starts_with(|first: char| {
        first.is_ascii_alphanumeric() || matches!(first, '/' | '^' | '.' | '_')
    });
    let is_plain = begins && !text.ends_with(':') && PLAIN.has_all_of(text);
    (is_plain && !is_ambiguous(text)).then(|| Node::from(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read_all;
    use super::*;

    const SEALED: &str = "# Generated by us.\n# Holds ours.\napiVersion: v1\nkind: Secret\nmetadata:\n    \
        name: regcred\n    namespace: team-1\ntype: kubernetes.io/dockerconfigjson\ndata:\n    \
        .dockerconfigjson: ENC[AES256_GCM,data:nAiZ/s+=,iv:ab=,tag:c==,type:str]\nsops:\n    age:\n        \
        - enc: |\n            -----BEGIN AGE ENCRYPTED FILE-----\n            YWdl+/=\n            \
        -----END AGE ENCRYPTED FILE-----\n          recipient: age1x\n        - enc: |\n            x\n          \
        recipient: age1y\n    encrypted_regex: ^(data|stringData)$\n    \
        lastmodified: \"2026-11-21T07:26:52Z\"\n    mac: ENC[x]\n    version: 3.13.3\n";

    const LIST: &str = "# Generated by us.\napiVersion: kustomize.config.k8s.io/v1beta1\n\
        kind: Kustomization\nresources:\n- regcred.sops.yaml\n- service-accounts\n";

    /// What is read here must be read the same by the whole grammar.
    fn check(text: &str) -> Result<(), TestCaseError> {
        if let Some(document) = read(text) {
            let expected = format!("{:?}", read_all(text));
            prop_assert_eq!(format!("{:?}", Ok::<_, ()>(vec![document])), expected, "{:?}", text);
        }
        Ok(())
    }

    #[test]
    fn files_of_builds_are_usual() {
        for text in [SEALED, LIST, "# x\n#\n#y\n# z\na: b\n"] {
            assert!(read(text).is_some(), "{text}");
            check(text).unwrap();
        }
    }

    #[test]
    fn files_of_sops_are_read_the_same() {
        for text in [
            include_str!("../../../../testdata/vectors/sops/secret-yaml--k8s/sealed.yaml"),
            include_str!("../../../../testdata/vectors/sops/stringdata-yaml--k8s/sealed.yaml"),
            include_str!("../../../../testdata/vectors/sops/comments-yaml--default/sealed.yaml"),
            include_str!("../../../../testdata/vectors/sops/types-yaml--default/plain.yaml"),
        ] {
            check(text).unwrap();
        }
    }

    #[test]
    fn what_is_not_usual_is_left_alone() {
        for text in [
            "",
            "\n",
            "# x\n",
            "a: b",
            "a:\n",
            "a: \n",
            "a: 1\n",
            "a: true\n",
            "a: null\n",
            "1: b\n",
            "no: b\n",
            "a: b c\n",
            "a: b # c\n",
            "a: 'b'\n",
            "a: \"b\\n\"\n",
            "a: [b]\n",
            "a: {b: c}\n",
            "a: &b c\n",
            "a: *b\n",
            "a: !!str b\n",
            "a: >\n  b\n",
            "a: |-\n  b\n",
            "a: |\n\n  b\n",
            "a: |\nb: c\n",
            "a: b\na: c\n",
            "a: b:\n",
            "- a\n",
            "---\na: b\n",
            "a: b\n...\n",
            "a: b\n---\n",
            "a: b\n# c\n",
            "a: b\n\nc: d\n",
            "  a: b\n",
            "a:\n  b: c\n d: e\n",
            "a:\n- b\n  c\n",
            "a:\n-\n",
            "a: b\r\n",
            "a:\tb\n",
            "a: é\n",
            "<<: b\n",
            "# x\n# y\n",
            "# x\n\n# y\na: b\n",
            "a:\n  - b\n c: d\n",
            "a: b\n  c: d\n",
            "a: b\n  c\n",
        ] {
            assert!(read(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn collections_that_nest_deep_are_left_alone() {
        let keys: String = (0..100).map(|depth| " ".repeat(depth) + "a:\n").collect();
        assert!(read(&keys).is_none());
        let items = format!("a:\n{}", "- b:\n  ".repeat(100));
        assert!(read(&items).is_none());
        let nested = |step: &str, depth| -> String {
            let lines = (0..depth).map(|level| "  ".repeat(level) + step);
            lines.chain(["  ".repeat(depth + 1) + "b: c\n"]).collect()
        };
        assert!(read(&nested("a:\n", DEPTH)).is_some());
        assert!(read(&nested("a:\n", DEPTH + 1)).is_none());
        // Each item is a level, and so is its mapping.
        let lists = |depth| read(&format!("a:\n{}", nested("- a:\n", depth)));
        let levels = (0..DEPTH).filter(|depth| lists(*depth).is_some()).count();
        assert_eq!(levels, DEPTH / 2);
        let pairs = |count| -> String {
            (0..count).map(|n| ["k", &"x".repeat(n), ": v\n"].concat()).collect()
        };
        assert!(read(&pairs(KEYS)).is_some() && read(&pairs(KEYS + 1)).is_none());
        let many: Vec<String> = (0..100).map(|number| format!("k{number}: v\n")).collect();
        assert!(read(&many.concat()).is_none());
    }

    fn line() -> impl Strategy<Value = String> {
        let indents = proptest::sample::select(vec![0_usize, 0, 0, 1, 2, 2, 4, 4, 6, 8]);
        let contents = [
            "a: b",
            "b: c",
            "c:",
            "d:",
            "e: |",
            "- a",
            "- a: b",
            "- c:",
            "- e: |",
            "- - a",
            "-",
            "- ",
            "x",
            "x y",
            "# z",
            "",
            "f: \"g h\"",
            "f: \"g",
            "- \"i\"",
            "h: ENC[a,b:c,d]",
            "i: ^(j|k)$",
            "j: 3.13.3",
            "k: 1",
            "- true",
            "l: m:",
            "m: n: o",
            "n: [o]",
            "...",
            "---",
            ".: a",
            "a.b/c: d",
            "o: -a",
            "p: a-",
            "q: /",
            "r: ..",
            "s: ...",
            "- ...",
            "t: a#b",
            "u: =",
            "v: 12:30",
            "w: \"\"",
            "x: ",
            "y: a",
            "off: a",
            "z:a",
            "e: |  ",
            "e: |\n\n",
            "e: | # a",
            "? a",
            ": a",
            "a: |a",
        ];
        (indents, proptest::sample::select(contents.to_vec()))
            .prop_map(|(indent, content)| " ".repeat(indent) + content)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn lines_are_read_as_by_the_whole_grammar(
            lines in proptest::collection::vec(line(), 1..9),
            comment in any::<bool>(),
        ) {
            let header = if comment { "# header\n" } else { "" };
            check(&format!("{header}{}\n", lines.join("\n")))?;
        }

        #[test]
        fn sealed_files_with_a_letter_changed_are_read_as_by_the_whole_grammar(
            index in 0..SEALED.len(),
            letter in proptest::sample::select(" \n:-#|\"'ax0.,[]{}&*!>%@`?\\\t=".chars().collect::<Vec<_>>()),
        ) {
            let mut text: Vec<char> = SEALED.chars().collect();
            text[index] = letter;
            check(&text.iter().collect::<String>())?;
            text.remove(index);
            check(&text.iter().collect::<String>())?;
        }
    }
}
