//! A table of the file while its keys are taken out one by one, each with a type.

use regrender_diagnostic::{Diagnostic, Span, Spanned};
use toml::de::{DeArray, DeTable, DeValue};

use crate::field::Field;
use crate::nearest::nearest;
use crate::problem::{Problems, shape};

type Value<'t> = toml::Spanned<DeValue<'t>>;

/// The keys of a table that nobody has taken yet.
pub(crate) struct Table<'t> {
    /// What it is called in messages: `` registry `hub` ``.
    pub(crate) owner: String,
    /// Where it is declared.
    pub(crate) span: Span,
    source: &'t str,
    left: Vec<(Spanned<&'t str>, &'t Value<'t>)>,
    known: Vec<&'static str>,
    /// Whether the file has it, and what its keys are cannot be told.
    is_broken: bool,
}

impl<'t> Table<'t> {
    pub(crate) fn new(
        owner: impl Into<String>,
        span: Span,
        table: &'t DeTable<'t>,
        source: &'t str,
    ) -> Self {
        let mut left: Vec<_> = table
            .iter()
            .map(|(key, value)| (Spanned::new(key.get_ref().as_ref(), key.span()), value))
            .collect();
        left.sort_by_key(|(key, _)| key.span.start);
        Self { owner: owner.into(), span, source, left, known: Vec::new(), is_broken: false }
    }

    /// Returns the text of a range, as the file spells it.
    pub(crate) fn spelling(&self, span: &Span) -> &'t str {
        self.source.get(span.clone()).unwrap_or_default()
    }

    fn take(&mut self, name: &'static str) -> Option<&'t Value<'t>> {
        self.known.push(name);
        let index = self.left.iter().position(|(key, _)| key.value == name)?;
        Some(self.left.remove(index).1)
    }

    /// Says of a key that is not there whether a slip of it is: then that is the problem.
    pub(crate) fn missing<T>(&self, name: &str) -> Field<T> {
        let mut keys = self.left.iter().map(|(key, _)| key.value);
        let is_meant =
            keys.any(|key| nearest(key, [name]).is_some() || shape::is_synonym(key, name));
        if is_meant || self.is_broken { Field::Broken } else { Field::Absent }
    }

    /// Returns where a key stands.
    pub(crate) fn key_span(&self, name: &str) -> Option<Span> {
        self.left.iter().find(|(key, _)| key.value == name).map(|(key, _)| key.span.clone())
    }

    /// Returns the value of a key that stays.
    pub(crate) fn peek(&self, name: &str) -> Option<&'t DeValue<'t>> {
        let found = self.left.iter().find(|(key, _)| key.value == name);
        found.map(|(_, value)| value.get_ref())
    }

    /// Takes a key that the table ought not to have.
    pub(crate) fn take_key(&mut self, name: &str) -> Option<Spanned<String>> {
        let index = self.left.iter().position(|(key, _)| key.value == name)?;
        let (key, _) = self.left.remove(index);
        Some(Spanned::new(key.value.to_owned(), key.span))
    }

    /// Says whether every key was taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Takes every key that is left: the table's keys are names.
    pub(crate) fn take_rest(&mut self) -> Vec<(Spanned<&'t str>, &'t Value<'t>)> {
        std::mem::take(&mut self.left)
    }

    /// Complains of the keys that nobody took.
    pub(crate) fn finish(self, problems: &mut Problems) {
        for (key, value) in &self.left {
            let is_text = matches!(value.get_ref(), DeValue::String(_));
            problems.push(shape::unknown_key(&self.owner, key, is_text, &self.known));
        }
    }

    /// Takes a key with a string.
    pub(crate) fn text(&mut self, name: &'static str, problems: &mut Problems) -> Field<String> {
        self.typed(name, "a string", problems, |value| match value {
            DeValue::String(text) => Some(text.clone().into_owned()),
            _ => None,
        })
    }

    /// Takes a key with `true` or `false`.
    pub(crate) fn flag(&mut self, name: &'static str, problems: &mut Problems) -> Field<bool> {
        self.typed(name, "`true` or `false`", problems, |value| match value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => None,
        })
    }

    /// Takes a key of a type that only its owner knows.
    pub(crate) fn typed<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        problems: &mut Problems,
        decode: impl FnOnce(&DeValue<'t>) -> Option<T>,
    ) -> Field<T> {
        let Some(value) = self.take(name) else { return self.missing(name) };
        if let Some(decoded) = decode(value.get_ref()) {
            return Field::Given(Spanned::new(decoded, value.span()));
        }
        problems.push(self.wrong_type(name, expected, value));
        Field::Broken
    }

    /// Takes a key with a list of strings.
    pub(crate) fn texts(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Field<Vec<Spanned<String>>> {
        let Some(value) = self.take(name) else { return self.missing(name) };
        let DeValue::Array(items) = value.get_ref() else {
            problems.push(self.wrong_type(name, "a list of strings", value));
            return Field::Broken;
        };
        self.items(name, items, value.span(), problems)
    }

    /// Takes a key with a string or a list of strings.
    pub(crate) fn text_or_texts(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Field<Vec<Spanned<String>>> {
        let Some(value) = self.take(name) else { return self.missing(name) };
        match value.get_ref() {
            DeValue::String(text) => {
                let item = Spanned::new(text.clone().into_owned(), value.span());
                Field::Given(Spanned::new(vec![item], value.span()))
            }
            DeValue::Array(items) => self.items(name, items, value.span(), problems),
            _ => {
                problems.push(self.wrong_type(name, "a string or a list of strings", value));
                Field::Broken
            }
        }
    }

    fn items(
        &self,
        name: &str,
        items: &'t DeArray<'t>,
        span: Span,
        problems: &mut Problems,
    ) -> Field<Vec<Spanned<String>>> {
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => {
                    texts.push(Spanned::new(text.clone().into_owned(), item.span()));
                }
                _ => problems.push(self.wrong_type(name, "a list of strings", item)),
            }
        }
        // The strings beside an item of another type are checked all the same.
        if texts.is_empty() && !items.is_empty() {
            Field::Broken
        } else {
            Field::Given(Spanned::new(texts, span))
        }
    }

    /// Takes a key as it is.
    pub(crate) fn any(&mut self, name: &'static str) -> Option<&'t Value<'t>> {
        self.take(name)
    }

    /// Takes a key with a table of settings, called `owner` in messages.
    pub(crate) fn table(
        &mut self,
        name: &'static str,
        owner: impl Into<String>,
        problems: &mut Problems,
    ) -> Field<Self> {
        let Some(value) = self.take(name) else { return self.missing(name) };
        self.as_table(name, value, owner, problems)
    }

    /// Takes a key with a table of settings, none of which must be there: without the table none is,
    /// and of one that is broken all are.
    pub(crate) fn settings(
        &mut self,
        name: &'static str,
        owner: impl Into<String>,
        problems: &mut Problems,
    ) -> Self {
        let owner = owner.into();
        let field = self.table(name, owner.clone(), problems);
        let is_broken = field.is_broken();
        let none = || Self {
            owner,
            span: 0..0,
            source: self.source,
            left: Vec::new(),
            known: Vec::new(),
            is_broken,
        };
        field.given().map_or_else(none, |table| table.value)
    }

    pub(crate) fn as_table(
        &self,
        name: &str,
        value: &'t Value<'t>,
        owner: impl Into<String>,
        problems: &mut Problems,
    ) -> Field<Self> {
        let DeValue::Table(table) = value.get_ref() else {
            problems.push(self.wrong_type(name, "a table", value));
            return Field::Broken;
        };
        let inner = Table::new(owner, value.span(), table, self.source);
        Field::Given(Spanned::new(inner, value.span()))
    }

    /// Takes a key with a table of strings.
    pub(crate) fn text_map(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Field<Vec<(Spanned<String>, Spanned<String>)>> {
        let owner = format!("`{name}` of {}", self.owner);
        let mut table = match self.table(name, owner, problems) {
            Field::Given(table) => table,
            Field::Broken => return Field::Broken,
            Field::Absent => return Field::Absent,
        };
        let mut pairs = Vec::new();
        let mut broken = false;
        for (key, value) in table.value.take_rest() {
            if let DeValue::String(text) = value.get_ref() {
                let text = Spanned::new(text.clone().into_owned(), value.span());
                pairs.push((Spanned::new(key.value.to_owned(), key.span), text));
            } else {
                problems.push(table.value.wrong_type(key.value, "a string", value));
                broken = true;
            }
        }
        if broken { Field::Broken } else { Field::Given(Spanned::new(pairs, table.span)) }
    }

    /// Complains that a value has the wrong type.
    pub(crate) fn wrong_type(&self, key: &str, expected: &str, found: &Value<'_>) -> Diagnostic {
        let found_type = match found.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let spelling = self.spelling(&found.span());
        shape::wrong_type(&self.owner, key, expected, found_type, found.span(), spelling)
    }
}
