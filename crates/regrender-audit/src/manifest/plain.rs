//! Knows the plainest spelling of block mappings, which no reader of YAML takes for anything else.
//!
//! It looks at each byte once and keeps nothing, so it tells many times faster than the parser that
//! a text is whole. Whatever is not surely plain is left to the parser.

/// No manifest is plain below this depth, and the parser's own limits are far away.
const DEPTH_LIMIT: usize = 64;

/// The parser gives up keys that are longer than 1,024 characters.
const LINE_LIMIT: usize = 1000;

/// A text with more bytes may come to more nodes than the parser takes.
const SIZE_LIMIT: usize = 1024 * 1024;

/// Tells whether a text is sure to be YAML: block mappings, at least one, and nothing but comments
/// beside them.
pub(crate) fn is_plain(text: &str) -> bool {
    let mut lines = Lines::default();
    text.len() <= SIZE_LIMIT
        && text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~'))
        && text.split('\n').all(|line| lines.take(line.as_bytes()).is_some())
        && lines.has_mapping
}

/// What was met so far.
#[derive(Default)]
struct Lines {
    /// The collections that are open, from the outermost in.
    open: Vec<Collection>,
    /// What the last line leaves to the next.
    last: Last,
    has_mapping: bool,
}

#[derive(Clone, Copy)]
struct Collection {
    column: usize,
    is_sequence: bool,
}

#[derive(Clone, Copy, Default)]
enum Last {
    /// The value was whole.
    #[default]
    Whole,
    /// A key whose value may follow.
    Key,
    /// The head of a block of text below this column, or a line of the block that begins at the other.
    Block { parent: usize, column: Option<usize> },
}

impl Lines {
    /// Takes one line; `None` when it is not surely plain.
    fn take(&mut self, line: &[u8]) -> Option<()> {
        let column = line.iter().position(|byte| *byte != b' ');
        let Some(column) = column else {
            // In a block of text it depends on how many blanks there are.
            return line.is_empty().then_some(());
        };
        let content = line.get(column..)?;
        if let Last::Block { parent, column: begin } = self.last {
            if column > parent {
                self.last = Last::Block { parent, column: begin.or(Some(column)) };
                return begin.is_none_or(|begin| column >= begin).then_some(());
            }
            self.last = Last::Whole;
        }
        if content.starts_with(b"#") {
            return Some(());
        }
        if line == b"---" {
            self.open.clear();
            self.last = Last::Whole;
            return Some(());
        }
        self.take_content(column, content)
    }

    fn take_content(&mut self, column: usize, content: &[u8]) -> Option<()> {
        let last = std::mem::take(&mut self.last);
        let is_item = content.starts_with(b"- ");
        let is_deeper = self.open.last().is_none_or(|top| column > top.column);
        if is_deeper {
            // Below a value that was whole it would be the rest of it.
            let may_follow = matches!(last, Last::Key) || self.open.is_empty();
            if !may_follow || self.open.is_empty() && is_item {
                return None;
            }
            self.open(Collection { column, is_sequence: is_item })?;
        } else {
            let innermost = self.open.len();
            self.close(column, is_item);
            let top = *self.open.last()?;
            if top.column != column {
                return None;
            }
            // The items of a key's list may stand as far left as the key.
            if is_item && !top.is_sequence {
                let is_value = matches!(last, Last::Key) && self.open.len() == innermost;
                self.open(is_value.then_some(Collection { column, is_sequence: true })?)?;
            } else if !is_item && top.is_sequence {
                return None;
            }
        }
        if is_item { self.take_item(column, content) } else { self.take_entry(column, content) }
    }

    fn open(&mut self, collection: Collection) -> Option<()> {
        self.has_mapping = true;
        self.open.push(collection);
        (self.open.len() <= DEPTH_LIMIT).then_some(())
    }

    /// Closes what is right of `column`, and a list as far left as its key where no item follows.
    fn close(&mut self, column: usize, is_item: bool) {
        while let Some(top) = self.open.pop() {
            let is_list_of_key = top.column == column
                && top.is_sequence
                && !is_item
                && self.open.last().is_some_and(|below| below.column == column);
            if top.column <= column && !is_list_of_key {
                self.open.push(top);
                return;
            }
        }
    }

    /// Takes `- ` and what follows it.
    fn take_item(&mut self, column: usize, content: &[u8]) -> Option<()> {
        let rest = content.get(1..)?;
        let blanks = rest.iter().position(|byte| *byte != b' ')?;
        let (rest, inner) = (rest.get(blanks..)?, column + 1 + blanks);
        if key_length(rest).is_some() {
            self.open(Collection { column: inner, is_sequence: false })?;
            return self.take_entry(inner, rest);
        }
        if rest.len() > LINE_LIMIT {
            return None;
        }
        self.take_value(column, rest)
    }

    /// Takes a key, its colon and what follows it.
    fn take_entry(&mut self, column: usize, content: &[u8]) -> Option<()> {
        let value = content.get(key_length(content)? + 1..)?.trim_ascii();
        if value.is_empty() || value.starts_with(b"#") {
            self.last = Last::Key;
            return Some(());
        }
        self.take_value(column, value)
    }

    fn take_value(&mut self, column: usize, value: &[u8]) -> Option<()> {
        let value = value.trim_ascii_end();
        if matches!(value, b"|" | b"|-" | b"|+" | b">" | b">-" | b">+") {
            self.last = Last::Block { parent: column, column: None };
            return Some(());
        }
        is_plain_value(value).then_some(())
    }
}

/// Returns the length of a key, when a colon and a blank or the end of the line follow it.
fn key_length(content: &[u8]) -> Option<usize> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./-".contains(byte);
    let length = match content.first()? {
        quote @ (b'"' | b'\'') => quoted_length(content, *quote)?,
        b'-' => return None,
        _ => content.iter().take_while(|byte| is_letter(byte)).count(),
    };
    let rest = content.get(length..)?.strip_prefix(b":")?;
    let is_key = rest.first().is_none_or(|byte| *byte == b' ');
    (is_key && length > 0 && length < LINE_LIMIT).then_some(length)
}

/// Returns the length of a quoted text with its quotes; one with anything escaped is not plain.
fn quoted_length(content: &[u8], quote: u8) -> Option<usize> {
    let inner = content.get(1..)?;
    let length = inner.iter().position(|byte| *byte == quote)?;
    let has_escape = quote == b'"' && inner.get(..length)?.contains(&b'\\');
    let is_doubled = inner.get(length + 1) == Some(&quote);
    (!has_escape && !is_doubled).then_some(length + 2)
}

fn is_plain_value(value: &[u8]) -> bool {
    match value {
        b"{}" | b"[]" => true,
        [quote @ (b'"' | b'\''), ..] => quoted_length(value, *quote) == Some(value.len()),
        [b'[', list @ .., b']'] => list.split(|byte| *byte == b',').all(is_plain_element),
        // An option of a command.
        [b'-', b'-', first, ..] | [b'-', first, ..] if first.is_ascii_alphanumeric() => {
            is_plain_text(value)
        }
        [first, ..] => {
            (first.is_ascii_alphanumeric() || b"_./$".contains(first)) && is_plain_text(value)
        }
        [] => false,
    }
}

/// Tells whether a text without quotes ends where its line ends.
fn is_plain_text(text: &[u8]) -> bool {
    let pairs = text.iter().zip(text.iter().skip(1));
    let is_broken = |pair: (&u8, &u8)| matches!(pair, (b':', b' ') | (b' ', b'#'));
    text.last() != Some(&b':') && !pairs.into_iter().any(is_broken)
}

fn is_plain_element(element: &[u8]) -> bool {
    let element = element.trim_ascii();
    match element {
        [quote @ (b'"' | b'\''), ..] => quoted_length(element, *quote) == Some(element.len()),
        [first, ..] => {
            let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./-".contains(byte);
            first.is_ascii_alphanumeric() && element.iter().all(is_letter)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read_documents;
    use super::*;

    const PLAIN: &str = "\
# a comment
apiVersion: v1
kind: ConfigMap
metadata:
  name: thing
  labels:
    app.kubernetes.io/name: \"thing\"
  annotations: {}
---

data:
  key: 'value: of # a setting'
  file.conf: |
    [section]
      option = \"x\" # no comment

    --- : {{
  # another comment
  folded: >-
   text
rules:
- apiGroups: [\"\", 'apps', extensions]
  verbs: [get, list]
  nested:
    - name: x
      args:
      - --verbose
      - -v
      - |
        text
    - plain text, with [signs]
-x: no
";

    fn plain() -> String {
        PLAIN.replace("-x: no\n", "")
    }

    /// What is plain is YAML whose documents are mappings, or empty.
    fn holds(text: &str) -> Result<(), TestCaseError> {
        if is_plain(text) {
            let documents = read_documents(text);
            prop_assert!(!documents.is_empty(), "{text}");
            for document in documents {
                let root = document
                    .root
                    .map_err(|reason| TestCaseError::fail(format!("{reason}\n{text}")))?;
                prop_assert!(root.is_mapping(), "{}", text);
            }
        }
        Ok(())
    }

    #[test]
    fn most_manifests_are_plain() {
        assert!(is_plain(&plain()));
        assert!(holds(&plain()).is_ok());
        assert!(!is_plain(PLAIN));
    }

    #[test]
    fn usual_spellings_are_plain() {
        for text in [
            // As kustomize spells lists.
            "a:\n- b\nc: d\n",
            "a:\n  b:\n  - c\n  - d: e\n    f: g\n  h: i\nj: k\n",
            "a:\n  - b\nc: d\n",
            "\"a\": b\n'c': d\n",
            "a: [b, \"c d\", 'e']\n",
            "  a: b\n  c: d\n",
        ] {
            assert!(is_plain(text), "{text}");
            assert!(holds(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_needs_a_parser_is_not_plain() {
        for text in [
            "",
            "\n",
            "# nothing\n---\n",
            "- a\n",
            "a\n",
            "a: b: c\n",
            "a: b\n  c\n",
            "a: \"b\n  c\"\n",
            "a: &x 1\nb: *x\n",
            "a: !t 1\n",
            "<<: a\n",
            "? a\n",
            "a: {b: c}\n",
            "a: [b, [c]]\n",
            "a: [b\n",
            "a: [b #c]\n",
            "a: [b: c]\n",
            ": a\n",
            "  a: b\n c: d\n",
            "a: 'it''s'\n",
            "a: \"\\n\"\n",
            "a: b #c\n",
            "a: |2\n    b\n",
            "a: |\n    b\n  c\n",
            "a: |\n      \n    b\n",
            "a:\n  b: 1\n c: 2\n",
            "a:\n  - b\n c: 2\n",
            "a: 1\n- b\n",
            "a:\n- b\nc: 1\n- d\n",
            "a:\n  b:\n- c\n",
            "a:\tb\n",
            "a: é\n",
            "--- a\n",
            "...\n",
            "%YAML 1.2\n---\na: 1\n",
            "a: - b\n",
            "a:\n- - b\n",
            "a: b:\n",
        ] {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn what_is_too_long_or_too_deep_is_not_plain() {
        let deep = |levels| (0..levels).map(|depth| " ".repeat(depth) + "a:\n").collect::<String>();
        assert!(is_plain(&deep(DEPTH_LIMIT)));
        assert!(!is_plain(&deep(DEPTH_LIMIT + 1)));
        for (length, expected) in [(999, true), (LINE_LIMIT, false), (1024, false)] {
            assert_eq!(is_plain(&format!("{}: a\n", "k".repeat(length))), expected, "{length}");
        }
        for (length, expected) in [(LINE_LIMIT, true), (1001, false), (1024, false)] {
            assert_eq!(is_plain(&format!("a:\n- {}\n", "k".repeat(length))), expected, "{length}");
        }
        assert!(is_plain(&format!("a: {}\n", "k".repeat(10_000))));
        assert!(!is_plain(&format!("a: {}\n", "k".repeat(SIZE_LIMIT))));
    }

    /// Lines of all sorts at all columns.
    fn lines() -> impl Strategy<Value = String> {
        let content = prop::sample::select(vec![
            "a:",
            "b: c",
            "- a",
            "- b: c",
            "- b:",
            "-",
            "- - a",
            "c: |",
            "- >-",
            "d: 'x'",
            "# e",
            "---",
            "",
            "f: [a, \"b\"]",
            "g: {}",
            "\"h\": i",
            "-j: k",
            "l: --m",
            "- --n: o",
            "...",
            "p: q # r",
            "s: # t",
            "- # u",
            "v : w",
            "x:y",
            "z: \"a\" b",
            "'a': [b,]",
            "-  a:",
            "a: .",
            "- 'b': |",
            "true: null",
            "~: 1",
            "- ---",
            "a: -",
            "[a]: b",
            "- [a]",
            "- {}",
            "a: $(b)",
        ]);
        let line = (0..7usize, content).prop_map(|(column, content)| {
            format!("{}{content}\n", " ".repeat(if content.is_empty() { 0 } else { column }))
        });
        prop::collection::vec(line, 0..9).prop_map(|lines| lines.concat())
    }

    /// The plain text with a few bytes changed.
    fn nearly_plain() -> impl Strategy<Value = String> {
        let signs: Vec<char> = " \n:-#'\"|>[]{},&*!%@`?\\~a0.=<".chars().collect();
        let change = (any::<prop::sample::Index>(), prop::sample::select(signs), 0..3u8);
        prop::collection::vec(change, 1..4).prop_map(|changes| {
            let mut text: Vec<char> = plain().chars().collect();
            for (at, sign, how) in changes {
                let at = at.index(text.len());
                match how {
                    0 => text.insert(at, sign),
                    1 => drop(text.remove(at)),
                    _ => text[at] = sign,
                }
            }
            text.into_iter().collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn what_is_plain_is_yaml(text in lines()) {
            holds(&text)?;
        }

        #[test]
        fn what_is_plain_but_for_a_few_bytes_is_yaml(text in nearly_plain()) {
            holds(&text)?;
        }
    }
}
