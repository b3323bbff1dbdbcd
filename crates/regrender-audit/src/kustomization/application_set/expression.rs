//! Knows the expressions of Go's templates: what they are made of, and what they come to.

use std::borrow::Cow;

use super::function;
use super::parameters::Parameters;
use super::value::{LONGEST, Table, Value};

/// Expressions are not nested deeper than this.
const DEPTH: usize = 8;

/// What Go takes for space.
pub(super) const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

/// An expression.
#[derive(Debug)]
pub(super) enum Expression<'t> {
    /// `.a.b`; without any name, all that there is.
    Path(Vec<&'t str>),
    Literal(Value),
    /// A position.
    Number(usize),
    Call(&'t str, Vec<Self>),
}

/// What is known where an expression stands.
pub(super) struct Scope<'p> {
    pub(super) parameters: &'p Parameters,
    /// Whether a name that stands for nothing is an error.
    pub(super) is_strict: bool,
}

impl<'t> Expression<'t> {
    /// Reads an expression; nothing for one of another kind.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let mut reader = Reader { rest: text, depth: DEPTH };
        let found = reader.pipeline()?;
        reader.rest.is_empty().then_some(found)
    }

    /// Returns what it comes to; nothing where that is not known, or an error.
    pub(super) fn value<'v>(&'v self, scope: &'v Scope<'_>) -> Option<Cow<'v, Value>> {
        let value = match self {
            Self::Path(names) => scope.find(names)?,
            Self::Literal(value) => Cow::Borrowed(value),
            Self::Number(_) => return None,
            Self::Call(name, arguments) => call(name, arguments, scope)?,
        };
        let is_fit = value.text().is_none_or(|text| text.len() <= LONGEST);
        Some(value).filter(|value| is_fit && **value != Value::Open)
    }
}

impl Scope<'_> {
    /// Finds what a path leads to.
    fn find(&self, names: &[&str]) -> Option<Cow<'_, Value>> {
        let (last, above) = names.split_last()?;
        match self.table(above)?.get(last) {
            Some(value) => Some(Cow::Borrowed(value)),
            None if self.is_strict || self.parameters.is_open => None,
            None => Some(Cow::Owned(Value::Null)),
        }
    }

    fn table(&self, names: &[&str]) -> Option<&Table> {
        names.iter().try_fold(&self.parameters.table, |table, name| match table.get(name)? {
            Value::Table(table) | Value::Texts(table) => Some(table),
            _ => None,
        })
    }

    /// Finds a table for a function that does not take the `values` of a generator.
    fn table_of(&self, expression: &Expression<'_>) -> Option<&Table> {
        let Expression::Path(names) = expression else { return None };
        match names.split_last() {
            None => Some(&self.parameters.table),
            Some((last, above)) => match self.table(above)?.get(last)? {
                Value::Table(table) => Some(table),
                _ => None,
            },
        }
    }

    /// Returns the member of a table, or what stands for one that is not there.
    fn member<'v>(
        &self,
        table: &'v Table,
        name: &str,
        otherwise: Option<Cow<'v, Value>>,
    ) -> Option<Cow<'v, Value>> {
        match table.get(name) {
            Some(value) => Some(Cow::Borrowed(value)),
            None => otherwise.filter(|_| !self.parameters.is_open),
        }
    }
}

fn call<'v>(
    name: &str,
    arguments: &'v [Expression<'_>],
    scope: &'v Scope<'_>,
) -> Option<Cow<'v, Value>> {
    match (name, arguments) {
        ("index", [first, rest @ ..]) => index(first, rest, scope),
        ("hasKey", [table, key]) => {
            let (table, key) = (scope.table_of(table)?, key.value(scope)?);
            let is_there = table.get(key.string()?).is_some();
            let is_known = is_there || !scope.parameters.is_open;
            is_known.then(|| Cow::Owned(Value::of(is_there)))
        }
        ("get", [table, key]) => {
            let (table, key) = (scope.table_of(table)?, key.value(scope)?);
            scope.member(table, key.string()?, Some(Cow::Owned(Value::Text(String::new()))))
        }
        ("dig", [keys @ .., otherwise, table]) => {
            let (mut table, otherwise) = (scope.table_of(table)?, otherwise.value(scope)?);
            let (last, above) = keys.split_last()?;
            for key in above {
                let key = key.value(scope)?;
                match table.get(key.string()?) {
                    Some(Value::Table(inner)) => table = inner,
                    Some(_) => return None,
                    None => return Some(otherwise).filter(|_| !scope.parameters.is_open),
                }
            }
            let key = last.value(scope)?;
            scope.member(table, key.string()?, Some(otherwise))
        }
        // What comes after the one that decides does not count.
        ("and" | "or", [all @ .., last]) => {
            for one in all {
                let value = one.value(scope)?;
                if value.is_empty()? == (name == "and") {
                    return Some(value);
                }
            }
            last.value(scope)
        }
        _ => {
            let values = arguments.iter().map(|one| one.value(scope));
            let values: Vec<Cow<'_, Value>> = values.collect::<Option<_>>()?;
            let values: Vec<&Value> = values.iter().map(|value| &**value).collect();
            function::called(name, &values).map(Cow::Owned)
        }
    }
}

fn index<'v>(
    first: &'v Expression<'_>,
    rest: &'v [Expression<'_>],
    scope: &'v Scope<'_>,
) -> Option<Cow<'v, Value>> {
    let (key, above) = rest.split_last()?;
    if !above.is_empty() {
        return None;
    }
    match key {
        Expression::Number(position) => match first.value(scope)?.into_owned() {
            Value::List(items) => items.into_iter().nth(*position).map(Cow::Owned),
            _ => None,
        },
        key => {
            let (table, missing) = match (scope.table_of(first), first) {
                (Some(table), _) => (table, Value::Null),
                (None, Expression::Path(names)) => {
                    (scope.table(names)?, Value::Text(String::new()))
                }
                (None, _) => return None,
            };
            let key = key.value(scope)?;
            scope.member(table, key.string()?, Some(Cow::Owned(missing)))
        }
    }
}

/// Reads an expression from left to right.
struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Reader<'t> {
    /// Reads commands, each of which goes on with what the one before it comes to.
    fn pipeline(&mut self) -> Option<Expression<'t>> {
        let mut found = self.command()?;
        while self.takes('|') {
            match self.command()? {
                // These do not come to what goes into them, if they need not.
                Expression::Call("and" | "or", _) => return None,
                Expression::Call(name, mut arguments) => {
                    arguments.push(found);
                    found = Expression::Call(name, arguments);
                }
                _ => return None,
            }
        }
        Some(found)
    }

    fn command(&mut self) -> Option<Expression<'t>> {
        let first = self.operand()?;
        let Expression::Call(name, mut arguments) = first else {
            return Some(first);
        };
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            arguments.push(self.operand()?);
        }
        Some(Expression::Call(name, arguments))
    }

    /// Reads an operand, and the space behind it.
    fn operand(&mut self) -> Option<Expression<'t>> {
        self.skip_spaces();
        let found = match self.rest.chars().next()? {
            '.' => self.path(),
            '$' => {
                self.takes('$');
                if self.rest.starts_with('.') {
                    self.path()
                } else {
                    Some(Expression::Path(vec![]))
                }
            }
            '"' | '`' => self.quoted(),
            '(' => {
                self.takes('(');
                self.depth = self.depth.checked_sub(1)?;
                let inner = self.pipeline()?;
                self.takes(')').then_some(inner)
            }
            '0'..='9' => self.word()?.parse().ok().map(Expression::Number),
            _ => Some(match self.word()? {
                "true" => Expression::Literal(Value::of(true)),
                "false" => Expression::Literal(Value::of(false)),
                "nil" => return None,
                name => Expression::Call(name, Vec::new()),
            }),
        };
        let is_ended = self.rest.is_empty() || self.rest.starts_with(['|', ')']);
        (self.skip_spaces() || is_ended).then_some(found?)
    }

    fn path(&mut self) -> Option<Expression<'t>> {
        let mut names = Vec::new();
        if !self.rest.strip_prefix('.')?.starts_with(is_of_word) {
            self.takes('.');
            return Some(Expression::Path(names));
        }
        while self.takes('.') {
            names.push(self.word()?);
        }
        Some(Expression::Path(names))
    }

    fn word(&mut self) -> Option<&'t str> {
        let end = self.rest.find(|letter| !is_of_word(letter)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).filter(|_| end > 0)?;
        self.rest = rest;
        Some(word)
    }

    fn quoted(&mut self) -> Option<Expression<'t>> {
        let quote = self.rest.chars().next()?;
        let (text, rest) = self.rest.get(1..)?.split_once(quote)?;
        // What is escaped is rare.
        if quote == '"' && text.contains(['\\', '\n']) || text.len() > LONGEST {
            return None;
        }
        self.rest = rest;
        Some(Expression::Literal(Value::Text(text.to_owned())))
    }

    fn takes(&mut self, sign: char) -> bool {
        self.rest.strip_prefix(sign).map(|rest| self.rest = rest).is_some()
    }

    fn skip_spaces(&mut self) -> bool {
        let rest = self.rest.trim_start_matches(SPACES);
        let skips = rest.len() < self.rest.len();
        self.rest = rest;
        skips
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}
