//! The INI files of sops: sections of `key = value`, comments above what they are about.

use regrender_document::{Comment, Document, Entry, Mapping, Node, SecretText};

use super::dotenv::simple_text;
use super::flat::unflatten;
use crate::key_path::KeyPath;
use crate::metadata;

/// The section of keys that stand above the first header. To sops it is the first of every file, and
/// one below a header `[DEFAULT]` is another.
const DEFAULT_SECTION: &str = "DEFAULT";
const DELIMITERS: [char; 2] = ['=', ':'];

/// Reads a sealed file: its sections, and its metadata if it has any.
pub(super) fn parse(text: &str) -> Result<(Document, Option<Mapping>), String> {
    let mut reader = Reader::default();
    for (line, number) in text.trim_start_matches('\u{feff}').split('\n').zip(1..) {
        reader.line(line.trim_start()).ok_or_else(|| format!("line {number} is not readable"))?;
    }
    let mut root = Mapping::new();
    let mut block = None;
    for section in reader.sections {
        if section.name == metadata::KEY {
            if block.is_some() {
                return Err(String::from("the metadata stands there twice"));
            }
            let pairs = section.keys.into_iter().map(|key| (key.name, unescape(&key.value)));
            block = Some(unflatten(pairs.collect()).ok_or("the metadata contradicts itself")?);
        } else {
            root.push(section.name.clone(), section.into_mapping());
        }
    }
    Ok((Document::new(root), block))
}

/// Spells an opened file.
pub(super) fn reveal(document: &Document) -> Result<SecretText, KeyPath> {
    let mut text = String::new();
    let sections: Vec<(&str, &Node)> = document.root.pairs().collect();
    for (index, (name, node)) in sections.iter().enumerate() {
        let entries = node.as_mapping().ok_or_else(|| KeyPath::of(&[name]))?.entries();
        let (comment, keys) = match entries.split_first() {
            Some((Entry::Comment(comment), rest)) => (Some(comment), rest),
            _ => (None, entries),
        };
        if let Some(comment) = comment {
            push_comment(&mut text, comment, Subject::Section);
        }
        let is_above = index == 0 && *name == DEFAULT_SECTION;
        if is_above && keys.is_empty() {
            continue;
        }
        if !is_above {
            push_all(&mut text, &["[", name, "]\n"]);
        }
        push_keys(&mut text, name, keys)?;
        if index + 1 < sections.len() {
            text.push('\n');
        }
    }
    Ok(SecretText::new(text))
}

#[derive(Default)]
struct Reader {
    sections: Vec<Section>,
    comment: String,
}

struct Section {
    name: String,
    comment: String,
    keys: Vec<Key>,
}

struct Key {
    name: String,
    value: String,
    comment: String,
}

impl Reader {
    fn line(&mut self, line: &str) -> Option<()> {
        if line.is_empty() {
            return Some(());
        }
        if line.starts_with(['#', ';']) {
            // What stands at its end is cut off with that of the last line only.
            self.comment.push_str(line);
            self.comment.push('\n');
            return Some(());
        }
        let line = line.trim_end();
        if let Some(header) = line.strip_prefix('[') {
            let (name, behind) = header.rsplit_once(']')?;
            if let Some(at) = behind.find(['#', ';']) {
                self.comment.push_str(behind.get(at..)?);
            }
            if name.is_empty() {
                return None;
            }
            self.begin(name);
            return Some(());
        }
        let (name, value) = split_pair(line)?;
        let (value, comment) = read_value(value)?;
        self.comment.push_str(comment);
        if self.sections.is_empty() {
            self.sections.push(Section::new(DEFAULT_SECTION, String::new()));
        }
        let comment = self.take_comment();
        let section = self.sections.last_mut()?;
        let key = Key { name: name.to_owned(), value: value.to_owned(), comment };
        match section.keys.iter_mut().find(|known| known.name == key.name) {
            Some(known) => *known = key,
            None => section.keys.push(key),
        }
        Some(())
    }

    fn begin(&mut self, name: &str) {
        if self.sections.is_empty() && name == DEFAULT_SECTION {
            // What tells this header from none.
            self.sections.push(Section::new(DEFAULT_SECTION, String::new()));
        }
        let comment = self.take_comment();
        self.sections.push(Section::new(name, comment));
    }

    fn take_comment(&mut self) -> String {
        std::mem::take(&mut self.comment).trim().to_owned()
    }
}

impl Section {
    fn new(name: &str, comment: String) -> Self {
        Self { name: name.to_owned(), comment, keys: Vec::new() }
    }

    /// To sops the comment above a section is the first thing in it, and the comment above a key
    /// comes after the key.
    fn into_mapping(self) -> Mapping {
        let mut mapping = Mapping::new();
        if !self.comment.is_empty() {
            mapping.push_comment(Comment::Clear(without_sign(&self.comment)));
        }
        for key in self.keys {
            mapping.push(key.name, key.value);
            if !key.comment.is_empty() {
                mapping.push_comment(Comment::Clear(without_sign(&key.comment)));
            }
        }
        mapping
    }
}

/// Splits a line into name and value. A name in quotes must not be empty either.
fn split_pair(line: &str) -> Option<(&str, &str)> {
    let (name, value) = split_quoted(line)?;
    (!name.is_empty()).then_some((name, value))
}

fn split_quoted(line: &str) -> Option<(&str, &str)> {
    for quote in ["\"\"\"", "\"", "`"] {
        if let Some(rest) = line.strip_prefix(quote) {
            let (name, rest) = rest.split_once(quote)?;
            let (_, value) = rest.split_once(DELIMITERS)?;
            return Some((name.trim(), value.trim()));
        }
    }
    let (name, value) = line.split_once(DELIMITERS)?;
    Some((name.trim(), value.trim()))
}

/// Splits what stands behind the equals sign into a value and a comment.
fn read_value(text: &str) -> Option<(&str, &str)> {
    for quote in ["\"\"\"", "`"] {
        if let Some(rest) = text.strip_prefix(quote) {
            return rest.rsplit_once(quote).map(|(value, _)| (value, ""));
        }
    }
    // To sops the next line belongs to the value then, in whatever it writes too.
    if text.ends_with('\\') {
        return None;
    }
    let (value, comment) = match text.find(['#', ';']) {
        Some(at) => text.split_at_checked(at)?,
        None => (text, ""),
    };
    let value = value.trim();
    for quote in ['"', '\''] {
        let inner = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
            return Some((inner, comment));
        }
    }
    Some((value, comment))
}

fn without_sign(comment: &str) -> String {
    let sign = if comment.starts_with(';') { [';', ' '] } else { ['#', ' '] };
    comment.trim_start_matches(sign).to_owned()
}

fn unescape(value: &str) -> String {
    value.replace("\\n", "\n")
}

fn push_keys(text: &mut String, section: &str, entries: &[Entry]) -> Result<(), KeyPath> {
    let names = entries.iter().filter_map(|entry| match entry {
        // The library of sops counts bytes.
        Entry::Pair { key, .. } => Some(spell_name(key).len()),
        Entry::Comment(_) | Entry::InlineComment(_) => None,
    });
    let width = names.max().unwrap_or_default();
    let mut rest = entries.iter().peekable();
    while let Some(entry) = rest.next() {
        let Entry::Pair { key, value } = entry else {
            continue;
        };
        let value = simple_text(value).ok_or_else(|| KeyPath::of(&[section, key]))?;
        if let Some(Entry::Comment(comment)) = rest.peek() {
            push_comment(text, comment, Subject::Key);
        }
        let name = spell_name(key);
        let padding = " ".repeat(width - name.len());
        push_all(text, &[&name, &padding, " = "]);
        push_value(text, value.expose());
    }
    Ok(())
}

fn spell_name(name: &str) -> String {
    if name.contains(['"', '=', ':']) {
        return format!("`{name}`");
    }
    if name.contains('`') { format!("\"\"\"{name}\"\"\"") } else { name.to_owned() }
}

fn push_value(text: &mut String, value: &str) {
    let quote = if value.contains(['\n', '`']) {
        "\"\"\""
    } else if value.contains(['#', ';']) {
        "`"
    } else if value.trim() == value {
        ""
    } else {
        "\""
    };
    push_all(text, &[quote, value, quote, "\n"]);
}

/// What a comment is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Section,
    Key,
}

/// Above a section, only the lines that still have their sign are trimmed: sops takes away the first
/// one.
fn push_comment(text: &mut String, comment: &Comment, subject: Subject) {
    for line in comment.expose().split_terminator('\n') {
        let (sign, line) = match line.split_at_checked(1) {
            Some((sign @ ("#" | ";"), rest)) => (sign, rest.trim()),
            _ if subject == Subject::Key => (";", line.trim()),
            _ => (";", line),
        };
        push_all(text, &[sign, " ", line, "\n"]);
    }
}

fn push_all(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::content;

    /// Reads `text` and spells it again.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let (document, _) = parse(text).unwrap();
        assert_eq!(reveal(&document).unwrap().expose(), expected);
    }

    #[test]
    fn sections_are_parted_by_an_empty_line() {
        check("[a]\nb=c\n[d]\nlong = x\ne: f\n", "[a]\nb = c\n\n[d]\nlong = x\ne    = f\n");
    }

    #[test]
    fn names_are_as_wide_as_their_bytes() {
        check("[a]\nname = x\nü = y\nlonger = z\n", "[a]\nname   = x\nü     = y\nlonger = z\n");
    }

    #[test]
    fn comments_stand_above_what_they_are_about() {
        check(
            "# top\n[a]\n; first\n; second\nb = c ; behind\nd = e\n",
            "; top\n[a]\n; first\n; second\n; behind\nb = c\nd = e\n",
        );
    }

    #[test]
    fn keys_above_the_first_section_have_no_header() {
        check("a = b\n\n[c]\nd = e\n", "a = b\n\n[c]\nd = e\n");
    }

    #[test]
    fn section_without_keys_stays() {
        check("[a]\n[b]\nc = d\n", "[a]\n\n[b]\nc = d\n");
        check("[DEFAULT]\n[a]\nb = c\n", "[DEFAULT]\n\n[a]\nb = c\n");
        check("[a]\n[DEFAULT]\n[b]\nc = d\n", "[a]\n\n[DEFAULT]\n\n[b]\nc = d\n");
    }

    #[test]
    fn default_section_that_is_not_the_first_has_a_header() {
        check("[a]\nb = c\n\n[DEFAULT]\nd = e\n", "[a]\nb = c\n\n[DEFAULT]\nd = e\n");
        check("a = b\n[DEFAULT]\nc = d\n", "a = b\n\n[DEFAULT]\nc = d\n");
        check("; top\n[DEFAULT]\na = b\n", "; top\n[DEFAULT]\na = b\n");
    }

    #[test]
    fn header_of_a_default_section_at_the_top_stays() {
        check("[DEFAULT]\na = b\n", "[DEFAULT]\na = b\n");
        check("[DEFAULT]\n; on a\na = b\n[c]\nd = e\n", "[DEFAULT]\n; on a\na = b\n\n[c]\nd = e\n");
        check("[default]\na = b\n", "[default]\na = b\n");
    }

    #[test]
    fn value_that_goes_on_below_is_refused() {
        // sops writes such a value so, and reads the next line as a part of it.
        let error = parse("[a]\nb = c\\\nd = e\n").unwrap_err();
        assert_eq!(error, "line 2 is not readable");
        check("[a]\nb = \"c\\\"\n", "[a]\nb = c\\\n");
    }

    #[test]
    fn first_line_of_a_comment_keeps_its_line_end() {
        let mut section = Mapping::new();
        section.push_comment(Comment::Clear(String::from("b\r\n;c \r\n#d\r")));
        let document = Document::new(Mapping::new().with("a", section));
        assert_eq!(reveal(&document).unwrap().expose(), "; b\r\n; c\n# d\n[a]\n");
    }

    #[test]
    fn first_line_of_a_comment_above_a_key_is_trimmed() {
        check("[a]\n# b \r\n# c \r\nd = e\r\n", "[a]\n; b\n# c\nd = e\n");
        check("# b \r\n# c \r\n[a]\r\nd = e\r\n", "; b \r\n# c\n[a]\nd = e\n");
    }

    #[test]
    fn metadata_stands_once() {
        let error = parse("[sops]\nmac = a\n[b]\n[sops]\nmac = c\n").unwrap_err();
        assert_eq!(error, "the metadata stands there twice");
    }

    #[test]
    fn values_are_quoted_when_they_must_be() {
        check("[a]\nb = `x;y#z`\nc = \"  x\"\n", "[a]\nb = `x;y#z`\nc = \"  x\"\n");
        check("[a]\nb = \"\"\"`\"\"\"\nc = 'x'\n", "[a]\nb = \"\"\"`\"\"\"\nc = x\n");
    }

    #[test]
    fn names_are_quoted_when_they_must_be() {
        check("[a]\n`n=o` = x\nlonger = y\n", "[a]\n`n=o`  = x\nlonger = y\n");
    }

    #[test]
    fn last_value_of_a_key_counts() {
        check("[a]\nb = 1\nc = 2\nb = 3\n", "[a]\nb = 3\nc = 2\n");
    }

    #[test]
    fn metadata_is_taken_out() {
        let (document, block) =
            parse("[a]\nb = c\n[sops]\nmac = x\\ny\nage__list_0__map_enc = z\n").unwrap();
        assert_eq!(document.root.pairs().count(), 1);
        assert_eq!(block.unwrap().get("mac").and_then(Node::as_text), Some("x\ny"));
    }

    #[test]
    fn what_cannot_be_read_is_placed_and_not_repeated() {
        for text in [
            "\n[canary-4f1d\n",
            "\n[] canary-4f1d\n",
            "[a]\ncanary-4f1d\n",
            "[a]\n= canary-4f1d\n",
            "[a]\n\"\" = canary-4f1d\n",
            "[a]\n` ` = canary-4f1d\n",
        ] {
            assert_eq!(parse(text).map(|_| ()).unwrap_err(), "line 2 is not readable", "{text}");
        }
    }

    #[test]
    fn value_outside_of_a_section_has_no_place() {
        for root in [
            Mapping::new().with("a", "b"),
            Mapping::new().with("a", Mapping::new().with("b", Mapping::new())),
        ] {
            assert!(reveal(&Document::new(root)).is_err());
        }
    }

    fn line() -> impl Strategy<Value = &'static str> {
        prop_oneof![
            Just("[a]"),
            Just("[DEFAULT]"),
            Just("; remark"),
            Just("# remark"),
            Just("name = value"),
            Just("other: `x;y` ; remark"),
            Just(""),
        ]
    }

    proptest! {
        #[test]
        fn sections_are_spelled_so_that_they_are_read_the_same(
            lines in proptest::collection::vec(line(), 0..12),
        ) {
            let (document, _) = parse(&lines.join("\n")).unwrap();
            let spelled = reveal(&document).unwrap();
            let (again, _) = parse(spelled.expose()).unwrap();
            prop_assert!(content::is_same(&again, &document), "{}", spelled.expose());
        }
    }
}
