//! Knows what is filled into templates: texts, numbers, and lists and tables of them.

use std::collections::BTreeMap;

use crate::manifest::Node;

/// Values by their names.
pub(super) type Table = BTreeMap<String, Value>;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// A number or a boolean, as Go spells it.
    Plain(String),
    Null,
    List(Vec<Self>),
    Table(Table),
    /// What nobody here knows.
    Open,
}

impl Value {
    /// Reads what a file or an element of a list says.
    pub(super) fn read(node: &Node<'_>) -> Self {
        if node.is_sequence() {
            return Self::List(node.items().iter().map(Self::read).collect());
        }
        if node.is_mapping() {
            return Self::Table(table(node));
        }
        match (node.string(), node.scalar()) {
            (Some(text), _) => Self::Text(text.to_owned()),
            (None, Some(text)) => plain(text).map_or(Self::Open, Self::Plain),
            (None, None) => Self::Null,
        }
    }

    /// Returns what is written where it is filled in.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Plain(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the text of a text.
    pub(super) fn string(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Makes one of a boolean.
    pub(super) fn of(truth: bool) -> Self {
        Self::Plain(truth.to_string())
    }

    /// Tells whether it counts as nothing to Go; nothing where that is not known.
    pub(super) fn is_empty(&self) -> Option<bool> {
        Some(match self {
            Self::Text(text) => text.is_empty(),
            Self::Plain(text) => matches!(&**text, "0" | "false"),
            Self::Null => true,
            Self::List(items) => items.is_empty(),
            Self::Table(table) => table.is_empty(),
            Self::Open => return None,
        })
    }

    /// Writes it as a text below its name, and the parts of a list or a table below theirs.
    pub(super) fn flatten(&self, name: &str, all: &mut Table) {
        match self {
            Self::Table(table) => {
                for (key, value) in table {
                    value.flatten(&format!("{name}.{key}"), all);
                }
            }
            Self::List(items) => {
                for (at, value) in items.iter().enumerate() {
                    value.flatten(&format!("{name}.{at}"), all);
                }
            }
            _ => {
                let text = match self {
                    Self::Null => Self::Text("<nil>".to_owned()),
                    _ => self.text().map_or(Self::Open, |text| Self::Text(text.to_owned())),
                };
                // Of two that come to the same name, Argo CD takes one by chance.
                let is_new = !all.contains_key(name);
                all.insert(name.to_owned(), if is_new { text } else { Self::Open });
            }
        }
    }
}

/// Reads a table; nothing if it is none.
pub(super) fn table(node: &Node<'_>) -> Table {
    let members = node.members().into_iter().map(|(key, value)| {
        // A key that is no text gets the spelling of Go, unless it is in quotes.
        let is_certain = plain(&key.text).is_none_or(|spelled| spelled == key.text);
        (key.text.to_string(), if is_certain { Value::read(value) } else { Value::Open })
    });
    members.collect()
}

/// Writes all values of a table as texts below their full names: `a.b`, `list.0`.
pub(super) fn flat(table: &Table) -> Table {
    let mut all = Table::new();
    for (name, value) in table {
        value.flatten(name, &mut all);
    }
    all
}

/// Puts the values of one table over those of another, table by table.
pub(super) fn merge(under: &mut Table, over: Table) {
    for (name, value) in over {
        match (under.get_mut(&name), value) {
            (Some(Value::Table(under)), Value::Table(over)) => merge(under, over),
            (_, value) => drop(under.insert(name, value)),
        }
    }
}

/// Spells a boolean or a number as Go does; nothing for a number that is spelled otherwise than
/// most are.
fn plain(text: &str) -> Option<String> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "on" | "true" => return Some("true".to_owned()),
        "n" | "no" | "off" | "false" => return Some("false".to_owned()),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Go turns to exponents for larger numbers, and YAML to octal ones for others.
    let is_short = whole.len() < 7 && fraction.len() < 7;
    let is_usual = is_number(whole) && is_number(fraction) && is_short;
    if !is_usual || whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    match (whole, fraction) {
        ("0", "") => (!text.starts_with('-')).then(|| "0".to_owned()),
        ("0", small) if small.starts_with("000") => None,
        (_, "") => Some(text.split('.').next()?.to_owned()),
        _ => Some(text.trim_end_matches('0').to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Document, read_documents};

    fn read(text: &str) -> Table {
        let documents = read_documents(text);
        let [Document { root: Ok(root), .. }] = documents.as_slice() else { panic!("{text}") };
        table(root)
    }

    #[test]
    fn numbers_are_spelled_as_go_does() {
        for (text, expected) in [
            ("0", Some("0")),
            ("12", Some("12")),
            ("-3", Some("-3")),
            ("100000", Some("100000")),
            ("1.10", Some("1.1")),
            ("2.0", Some("2")),
            ("-0.5", Some("-0.5")),
            ("0.0", Some("0")),
            ("yes", Some("true")),
            ("Off", Some("false")),
            ("-0", None),
            ("-0.0", None),
            ("010", None),
            ("1_000", None),
            ("1e3", None),
            ("0x10", None),
            ("0.00001", None),
            ("10000000", None),
            (".5", None),
            ("1.", None),
            (".nan", None),
        ] {
            assert_eq!(plain(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_in_tables_and_lists_gets_a_name() {
        let found = flat(&read("{a: {b: x, c: [w, {d: 1}]}, e: ~, f: {}, g: [], h: 1e9}"));
        let text = |text: &str| Value::Text(text.to_owned());
        let expected = [
            ("a.b", text("x")),
            ("a.c.0", text("w")),
            ("a.c.1.d", text("1")),
            ("e", text("<nil>")),
            ("h", Value::Open),
        ];
        assert_eq!(found, Table::from(expected.map(|(name, value)| (name.to_owned(), value))));
        assert_eq!(flat(&read("{a.b: x, a: {b: z}}"))["a.b"], Value::Open);
    }

    #[test]
    fn tables_are_put_over_one_another() {
        let mut under = read("{a: {b: x, c: [1, 2]}, d: {e: f}, g: h}");
        merge(&mut under, read("{a: {c: [3], i: ''}, d: j, g: {k: l}}"));
        assert_eq!(under, read("{a: {b: x, c: [3], i: ''}, d: j, g: {k: l}}"));
    }
}
