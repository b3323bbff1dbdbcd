//! Knows the texts of Go's templates: what is filled in, and what stands there if something holds.

use super::expression::{Expression, SPACES, Scope};
use super::parameters::Parameters;
use super::value::{LONGEST, Value};

/// Choices are not nested deeper than this.
const DEPTH: usize = 8;

/// Fills in what is known; nothing for a text that has more than places and choices.
pub(super) fn filled(text: &str, parameters: &Parameters, is_strict: bool) -> Option<String> {
    let tokens = tokens(text)?;
    let mut reader = Reader { text, tokens: &tokens };
    let (parts, end) = reader.parts(DEPTH)?;
    if end.is_some() {
        return None;
    }
    let mut filled = String::new();
    let scope = Scope { parameters, is_strict };
    write(&parts, &scope, &mut filled)?;
    Some(filled)
}

/// A part of a text.
enum Part<'t> {
    Text(&'t str),
    /// What is filled in, and how it is written.
    Place(&'t str, Option<Expression<'t>>),
    /// What stands there if something holds, and how all of it is written.
    Choice(&'t str, Vec<Branch<'t>>),
}

/// One of several texts, and when it is the one: the last may be for all other cases.
struct Branch<'t> {
    condition: Condition<'t>,
    parts: Vec<Part<'t>>,
}

enum Condition<'t> {
    Otherwise,
    If(Option<Expression<'t>>),
}

/// Writes parts; what is not known is written as it is.
fn write(parts: &[Part<'_>], scope: &Scope<'_>, filled: &mut String) -> Option<()> {
    for part in parts {
        match part {
            Part::Text(text) => filled.push_str(text),
            Part::Place(written, expression) => {
                let value = expression.as_ref().and_then(|one| one.value(scope));
                filled.push_str(value.as_deref().and_then(Value::text).unwrap_or(written));
            }
            Part::Choice(written, branches) => match chosen(branches, scope) {
                Some(parts) => write(parts, scope, filled)?,
                None => filled.push_str(written),
            },
        }
        if filled.len() > LONGEST {
            return None;
        }
    }
    Some(())
}

/// Returns what stands there; nothing where that is not known.
fn chosen<'b, 't>(branches: &'b [Branch<'t>], scope: &Scope<'_>) -> Option<&'b [Part<'t>]> {
    for branch in branches {
        let holds = match &branch.condition {
            Condition::Otherwise => true,
            Condition::If(expression) => !expression.as_ref()?.value(scope)?.is_empty()?,
        };
        if holds {
            return Some(&branch.parts);
        }
    }
    Some(&[])
}

/// A text between braces, or one around them.
enum Token<'t> {
    Text(&'t str),
    /// What stands in the braces, and where they begin and end.
    Action(&'t str, usize, usize),
}

/// Takes a text apart; nothing if a brace is not closed.
fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let (mut at, mut is_trimmed) = (0, false);
    loop {
        let rest = text.get(at..)?;
        let begin = rest.find("{{");
        let mut before = begin.map_or(Some(rest), |begin| rest.get(..begin))?;
        if is_trimmed {
            before = before.trim_start_matches(SPACES);
        }
        let Some(begin) = begin.map(|begin| at + begin) else {
            tokens.push(Token::Text(before));
            return Some(tokens);
        };
        let mut inner = inside(text.get(begin + 2..)?)?;
        at = begin + 4 + inner.len();
        if inner.strip_prefix('-').is_some_and(|rest| rest.starts_with(SPACES)) {
            before = before.trim_end_matches(SPACES);
            inner = inner.get(1..)?;
        }
        let trimmed = inner.strip_suffix('-').filter(|rest| rest.ends_with(SPACES));
        is_trimmed = trimmed.is_some();
        tokens.push(Token::Text(before));
        tokens.push(Token::Action(trimmed.unwrap_or(inner).trim_matches(SPACES), begin, at));
    }
}

/// Returns what stands before the braces that close.
fn inside(text: &str) -> Option<&str> {
    let mut quote = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match quote {
            Some('"') if letter == '\\' => drop(letters.next()),
            Some(open) if open == letter => quote = None,
            None if matches!(letter, '"' | '`') => quote = Some(letter),
            None if text.get(at..)?.starts_with("}}") => return text.get(..at),
            _ => {}
        }
    }
    None
}

/// What ends the parts of a choice, and where that begins and ends.
struct End<'t> {
    /// The condition of the next branch; nothing where the choice ends.
    next: Option<Condition<'t>>,
    end: usize,
}

/// Reads tokens one after the other.
struct Reader<'r, 't> {
    text: &'t str,
    tokens: &'r [Token<'t>],
}

impl<'t> Reader<'_, 't> {
    /// Reads parts up to the end of a branch, or of the text; nothing if there is more than places
    /// and choices.
    fn parts(&mut self, depth: usize) -> Option<(Vec<Part<'t>>, Option<End<'t>>)> {
        let mut parts = Vec::new();
        while let Some((first, rest)) = self.tokens.split_first() {
            self.tokens = rest;
            let (inner, begin, end) = match first {
                Token::Text(text) => {
                    parts.push(Part::Text(text));
                    continue;
                }
                Token::Action(inner, begin, end) => (*inner, *begin, *end),
            };
            let (word, condition) = inner.split_once(SPACES).unwrap_or((inner, ""));
            match word {
                "end" => return Some((parts, Some(End { next: None, end }))),
                "else" => {
                    let next = Some(condition_of(condition)?);
                    return Some((parts, Some(End { next, end })));
                }
                "if" => parts.push(self.choice(condition, begin, depth.checked_sub(1)?)?),
                "range" | "with" | "define" | "block" | "template" | "break" | "continue" => {
                    return None;
                }
                _ => parts.push(Part::Place(self.text.get(begin..end)?, Expression::parse(inner))),
            }
        }
        Some((parts, None))
    }

    fn choice(&mut self, condition: &'t str, begin: usize, depth: usize) -> Option<Part<'t>> {
        let mut condition = Condition::If(Expression::parse(condition));
        let mut branches = Vec::new();
        loop {
            let (parts, end) = self.parts(depth)?;
            branches.push(Branch { condition, parts });
            let End { next, end } = end?;
            match next {
                Some(next) => condition = next,
                None => return Some(Part::Choice(self.text.get(begin..end)?, branches)),
            }
        }
    }
}

/// Reads what follows an `else`.
fn condition_of(text: &str) -> Option<Condition<'_>> {
    let text = text.trim_start_matches(SPACES);
    if text.is_empty() {
        return Some(Condition::Otherwise);
    }
    let condition = text.strip_prefix("if")?;
    condition.starts_with(SPACES).then(|| Condition::If(Expression::parse(condition)))
}
