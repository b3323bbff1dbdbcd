//! Knows what is filled into templates: texts, numbers, and lists and tables of them.

use std::slice;

use crate::manifest::Node;

/// What is filled in for one Application takes no more bytes than this, or is not known.
pub(super) const LARGEST: usize = 64 * 1024;

/// No text that is filled in, and none that comes of it, is longer than this.
pub(super) const LONGEST: usize = 4096;

/// Values by their names, in the order of these. Most are few.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table(Vec<(String, Value)>);

impl Table {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(self.place_of(name).ok()?).map(|(_, value)| value)
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let place = self.place_of(name).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    pub(super) fn insert(&mut self, name: String, value: Value) {
        match self.place_of(&name) {
            Ok(place) => {
                if let Some((_, old)) = self.0.get_mut(place) {
                    *old = value;
                }
            }
            Err(place) => self.0.insert(place, (name, value)),
        }
    }

    /// Takes over all values of another one.
    pub(super) fn extend(&mut self, other: Self) {
        for (name, value) in other.0 {
            self.insert(name, value);
        }
    }

    pub(super) fn iter(&self) -> slice::Iter<'_, (String, Value)> {
        self.0.iter()
    }

    fn place_of(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| own.as_str().cmp(name))
    }
}

impl FromIterator<(String, Value)> for Table {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(all: I) -> Self {
        let mut table = Self::default();
        for (name, value) in all {
            table.insert(name, value);
        }
        table
    }
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// A number or a boolean, as Go spells it.
    Plain(String),
    Null,
    List(Vec<Self>),
    Table(Table),
    /// The `values` of a generator, which Go takes for a table of another kind.
    Texts(Table),
    /// What nobody here knows.
    Open,
}

impl Value {
    /// Reads what a file or an element of a list says; nothing if that takes more than is `left`.
    fn read(node: &Node<'_>, left: &mut usize) -> Option<Self> {
        if node.is_sequence() {
            let items = node.items().iter().map(|item| Self::read(item, left));
            return items.collect::<Option<_>>().map(Self::List);
        }
        if node.is_mapping() {
            return members(node, left).map(Self::Table);
        }
        let text = node.scalar().unwrap_or_default();
        take(left, text)?;
        Some(match node.string() {
            Some(text) => Self::Text(text.to_owned()),
            None if node.is_null() => Self::Null,
            None => plain(text).map_or(Self::Open, Self::Plain),
        })
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
            Self::Table(table) | Self::Texts(table) => table.is_empty(),
            Self::Open => return None,
        })
    }

    /// Writes it as a text below its name, and the parts of a list or a table below theirs; nothing
    /// if that takes more than is `left`.
    fn flatten(&self, name: &str, all: &mut Table, left: &mut usize) -> Option<()> {
        take(left, name)?;
        match self {
            Self::Table(table) | Self::Texts(table) => {
                for (key, value) in table.iter() {
                    value.flatten(&format!("{name}.{key}"), all, left)?;
                }
            }
            Self::List(items) => {
                for (at, value) in items.iter().enumerate() {
                    value.flatten(&format!("{name}.{at}"), all, left)?;
                }
            }
            _ => {
                let text = match self {
                    Self::Null => Self::Text("<nil>".to_owned()),
                    _ => self.text().map_or(Self::Open, |text| Self::Text(text.to_owned())),
                };
                // Of two that come to the same name, Argo CD takes one by chance.
                let is_new = all.get(name).is_none();
                all.insert(name.to_owned(), if is_new { text } else { Self::Open });
            }
        }
        Some(())
    }
}

/// Takes a text, and what it costs to keep it, from what is left.
fn take(left: &mut usize, text: &str) -> Option<()> {
    *left = left.checked_sub(text.len() + 16)?;
    Some(())
}

/// Reads a table; nothing if it is too large.
pub(super) fn table(node: &Node<'_>) -> Option<Table> {
    let mut left = LARGEST;
    members(node, &mut left)
}

fn members(node: &Node<'_>, left: &mut usize) -> Option<Table> {
    let members = node.members().into_iter().map(|(key, value)| {
        take(left, &key.text)?;
        let value = Value::read(value, left)?;
        // A key that is no text gets the spelling of Go, unless it is in quotes.
        let is_certain = plain(&key.text).is_none_or(|spelled| spelled == key.text);
        Some((key.text.to_string(), if is_certain { value } else { Value::Open }))
    });
    members.collect()
}

/// Writes all values of a table as texts below their full names: `a.b`, `list.0`. Nothing if that is
/// too large.
pub(super) fn flat(table: &Table) -> Option<Table> {
    let (mut all, mut left) = (Table::default(), LARGEST);
    for (name, value) in table.iter() {
        value.flatten(name, &mut all, &mut left)?;
    }
    Some(all)
}

/// Puts the values of one table over those of another, table by table.
pub(super) fn merge(under: &mut Table, over: Table) {
    for (name, value) in over.0 {
        match (under.get_mut(&name), value) {
            (Some(Value::Table(under)), Value::Table(over) | Value::Texts(over))
            | (Some(Value::Texts(under)), Value::Texts(over)) => merge(under, over),
            // Argo CD fails on these.
            (Some(under @ Value::Texts(_)), Value::Table(_)) => *under = Value::Open,
            (_, value) => under.insert(name, value),
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
        table(root).unwrap()
    }

    #[test]
    fn numbers_are_spelled_as_go_does() {
        for (text, expected) in [
            ("0", Some("0")),
            ("12", Some("12")),
            ("-3", Some("-3")),
            ("100000", Some("100000")),
            ("1000000", None),
            ("0.123456", Some("0.123456")),
            ("0.1234567", None),
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
        let found = flat(&read("{a: {b: x, c: [w, {d: 1}]}, e: ~, f: {}, g: [], h: 1e9}")).unwrap();
        let text = |text: &str| Value::Text(text.to_owned());
        let expected = [
            ("a.b", text("x")),
            ("a.c.0", text("w")),
            ("a.c.1.d", text("1")),
            ("e", text("<nil>")),
            ("h", Value::Open),
        ];
        let expected = expected.into_iter().map(|(name, value)| (name.to_owned(), value));
        assert_eq!(found, expected.collect());
        assert_eq!(flat(&read("{a.b: x, a: {b: z}}")).unwrap().get("a.b"), Some(&Value::Open));
    }

    #[test]
    fn tables_are_put_over_one_another() {
        let mut under = read("{a: {b: x, c: [1, 2]}, d: {e: f}, g: h}");
        merge(&mut under, read("{a: {c: [3], i: ''}, d: j, g: {k: l}}"));
        assert_eq!(under, read("{a: {b: x, c: [3], i: ''}, d: j, g: {k: l}}"));
    }
}
