//! Knows the syntax of the variables that Flux fills in: `${NAME}`, and the functions of the shell
//! that its envsubst has.

use std::borrow::Cow;

use super::glob::Glob;

/// Why a text cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal<E> {
    /// A brace opens what is no variable; Flux refuses the whole object.
    Malformed,
    /// The value of a variable is not known, for this reason.
    NotKnown(E),
}

/// What is known of a variable.
pub(super) enum Value<'v, E> {
    Set(Cow<'v, str>),
    Unset(E),
    NotKnown(E),
}

/// No name of anything has more bytes than this, nor anything that it is made from.
const LENGTH_LIMIT: usize = 4096;
/// Variables are not nested deeper than this.
const DEPTH_LIMIT: usize = 32;

/// Fills the variables of `text` in.
pub(super) fn expand<'v, E>(
    text: &str,
    look_up: &dyn Fn(&str) -> Value<'v, E>,
) -> Result<String, Refusal<E>> {
    if text.len() > LENGTH_LIMIT {
        return Err(Refusal::Malformed);
    }
    let mut rest = Cursor { text, look_up, depth: 0 };
    let mut filled = String::new();
    while let Some(letter) = rest.peek() {
        if rest.take("$$") {
            filled.push('$');
        } else if rest.take("${") {
            filled += &rest.variable()?;
        } else {
            rest.skip(letter);
            filled.push(letter);
        }
    }
    Ok(filled)
}

struct Cursor<'t, 'v, E> {
    text: &'t str,
    look_up: &'t dyn Fn(&str) -> Value<'v, E>,
    depth: usize,
}

/// Which letters stand for themselves behind a backslash, or a dollar behind another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    Kept,
    Resolved,
}

type Expanded<E> = Result<String, Refusal<E>>;

impl<E> Cursor<'_, '_, E> {
    fn peek(&self) -> Option<char> {
        self.text.chars().next()
    }

    fn skip(&mut self, letter: char) {
        self.text = self.text.get(letter.len_utf8()..).unwrap_or_default();
    }

    fn take(&mut self, start: &str) -> bool {
        let rest = self.text.strip_prefix(start);
        self.text = rest.unwrap_or(self.text);
        rest.is_some()
    }

    fn take_while(&mut self, takes: impl Fn(char) -> bool) -> &str {
        let end = self.text.find(|letter| !takes(letter)).unwrap_or(self.text.len());
        let (start, rest) = self.text.split_at(end);
        self.text = rest;
        start
    }

    /// Takes the first of `operators` that comes next.
    fn operator<'o>(&mut self, operators: &[&'o str]) -> Option<&'o str> {
        operators.iter().copied().find(|operator| self.take(operator))
    }

    fn close(&mut self) -> Result<(), Refusal<E>> {
        if self.take("}") { Ok(()) } else { Err(Refusal::Malformed) }
    }

    fn name(&mut self) -> Result<String, Refusal<E>> {
        let name = self.take_while(|letter| letter.is_alphanumeric() || letter == '_');
        if name.is_empty() { Err(Refusal::Malformed) } else { Ok(name.to_owned()) }
    }

    /// Reads what follows an opening brace, the closing one included.
    fn variable(&mut self) -> Expanded<E> {
        self.depth += 1;
        let filled = if self.depth > DEPTH_LIMIT { Err(Refusal::Malformed) } else { self.filled() };
        self.depth -= 1;
        filled.and_then(short)
    }

    fn filled(&mut self) -> Expanded<E> {
        if self.take("#") {
            let name = self.name()?;
            self.close()?;
            return Ok(self.value(&name)?.len().to_string());
        }
        let name = self.name()?;
        // An operator with a colon is not told from the one without.
        if self.operator(&[":=", ":-", ":?", ":+", "="]).is_some() {
            return self.default(&name);
        }
        match self.peek() {
            Some(':') => self.part(&name),
            Some(',' | '^') => self.case(&name),
            Some('/') => self.replacement(&name),
            Some('#' | '%') => self.trimmed(&name),
            _ => {
                self.close()?;
                self.value(&name)
            }
        }
    }

    /// Returns the value of a variable that must have one.
    fn value(&self, name: &str) -> Expanded<E> {
        match (self.look_up)(name) {
            Value::Set(value) => short(value.into_owned()),
            Value::Unset(reason) | Value::NotKnown(reason) => Err(Refusal::NotKnown(reason)),
        }
    }

    /// What stands in for a value that is not set, or empty; for Flux, `+` and `?` do so too, and a
    /// variable in it must be set even where the default is not needed.
    fn default(&mut self, name: &str) -> Expanded<E> {
        let mut default = String::new();
        while self.peek() != Some('}') {
            default += &self.argument(|letter| letter != '}', Escapes::Kept)?;
        }
        self.close()?;
        match (self.look_up)(name) {
            Value::Set(value) if !value.is_empty() => short(value.into_owned()),
            Value::Set(_) | Value::Unset(_) => Ok(default),
            Value::NotKnown(reason) => Err(Refusal::NotKnown(reason)),
        }
    }

    /// Reads one argument: another variable, or the letters that `takes` accepts, of which there
    /// must be one.
    fn argument(&mut self, takes: impl Fn(char) -> bool, escapes: Escapes) -> Expanded<E> {
        if self.take("${") {
            return self.variable();
        }
        let mut text = String::new();
        while let Some(letter) = self.peek() {
            let is_escape = escapes == Escapes::Resolved
                && ["$$", "\\/", "\\\\"].iter().any(|pair| self.text.starts_with(pair));
            if is_escape {
                self.skip(letter);
            } else if !takes(letter) || self.text.starts_with("${") {
                break;
            }
            let Some(letter) = self.peek() else { break };
            self.skip(letter);
            text.push(letter);
        }
        if text.is_empty() { Err(Refusal::Malformed) } else { Ok(text) }
    }

    /// `:POSITION` or `:POSITION:LENGTH`, in bytes, both from the end where they are negative; what is
    /// no number takes everything.
    fn part(&mut self, name: &str) -> Expanded<E> {
        self.take(":");
        let position = self.argument(|letter| !matches!(letter, ':' | '}'), Escapes::Kept)?;
        let length = if self.take_while(|letter| letter == ':').is_empty() {
            None
        } else {
            Some(self.argument(|letter| letter != '}', Escapes::Kept)?)
        };
        self.close()?;
        let value = self.value(name)?;
        let Ok(position) = position.parse::<isize>() else {
            return Ok(value);
        };
        let start = if position < 0 {
            value.len().saturating_sub(position.unsigned_abs())
        } else {
            position.unsigned_abs()
        };
        let end = match length.as_deref().map(str::parse::<isize>) {
            None => value.len(),
            // Before its version 1.8, envsubst crashes here.
            Some(Ok(length)) if length < 0 => value.len().saturating_sub(length.unsigned_abs()),
            Some(Ok(length)) => start.saturating_add(length.unsigned_abs()).min(value.len()),
            Some(Err(_)) => return Ok(value),
        };
        Ok(value.get(start..end).unwrap_or_default().to_owned())
    }

    fn case(&mut self, name: &str) -> Expanded<E> {
        let operator = self.operator(&["^^", ",,", "^,", ",^", "^", ","]).unwrap_or_default();
        self.close()?;
        let value = self.value(name)?;
        let mut letters = value.chars();
        let first = letters.next();
        let first = first.into_iter();
        Ok(match operator {
            "^^" => value.to_uppercase(),
            ",," => value.to_lowercase(),
            "^" => first.flat_map(char::to_uppercase).chain(letters).collect(),
            "," => first.flat_map(char::to_lowercase).chain(letters).collect(),
            _ => value,
        })
    }

    fn replacement(&mut self, name: &str) -> Expanded<E> {
        let operator = self.operator(&["//", "/#", "/%", "/"]).unwrap_or_default();
        let old = self.argument(|letter| letter != '/', Escapes::Resolved)?;
        if self.take_while(|letter| letter == '/').is_empty() {
            return Err(Refusal::Malformed);
        }
        let new = if self.peek() == Some('}') {
            None
        } else {
            Some(self.argument(|letter| letter != '}', Escapes::Resolved)?)
        };
        self.close()?;
        let value = self.value(name)?;
        let by = new.as_deref().unwrap_or_default();
        // At the beginning and the end, nothing is taken out without being replaced.
        let changed = match operator {
            "//" => Some(value.replace(&old, by)),
            "/" => Some(value.replacen(&old, by, 1)),
            "/#" => value.strip_prefix(&*old).map(|rest| format!("{by}{rest}")),
            _ => value.strip_suffix(&*old).map(|rest| format!("{rest}{by}")),
        };
        let is_whole = new.is_some() || matches!(operator, "//" | "/");
        Ok(changed.filter(|_| is_whole).unwrap_or(value))
    }

    fn trimmed(&mut self, name: &str) -> Expanded<E> {
        let operator = self.operator(&["##", "%%", "#", "%"]).unwrap_or_default();
        let pattern = self.argument(|letter| letter != '}', Escapes::Kept)?;
        self.close()?;
        let value = self.value(name)?;
        let is_at_end = operator.starts_with('%');
        let reversed = |text: &str| text.chars().rev().collect::<String>();
        // The end is trimmed as the beginning of what both come to backwards.
        let (value, pattern) =
            if is_at_end { (reversed(&value), reversed(&pattern)) } else { (value, pattern) };
        let ends = Glob::parse(&pattern).map(|glob| glob.ends(&value)).unwrap_or_default();
        let end = if operator.len() == 2 { ends.last() } else { ends.first() };
        let rest = value.get(end.copied().unwrap_or(0)..).unwrap_or_default();
        Ok(if is_at_end { reversed(rest) } else { rest.to_owned() })
    }
}

fn short<E>(text: String) -> Expanded<E> {
    if text.len() > LENGTH_LIMIT { Err(Refusal::Malformed) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [(&str, &str); 6] = [
        ("HOST", "Registry.Corp:5000"),
        ("EMPTY", ""),
        ("FILE", "lib/app.tar.gz"),
        ("N", "4"),
        ("LONG", "aaaaaaaaaaaaaaaa"),
        ("É", "élan"),
    ];

    fn filled(text: &str) -> Result<String, Refusal<String>> {
        expand(text, &|name| match VALUES.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => Value::Set(Cow::Borrowed(value)),
            None if name == "SECRET" => Value::NotKnown(name.to_owned()),
            None => Value::Unset(name.to_owned()),
        })
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(filled(text).as_deref(), Ok(expected), "{text}");
    }

    #[test]
    fn a_variable_in_braces_is_filled_in_and_no_other() {
        check("${HOST}/app:${N}", "Registry.Corp:5000/app:4");
        check("$HOST $(HOST) {HOST} $", "$HOST $(HOST) {HOST} $");
        check("a${EMPTY}b", "ab");
    }

    #[test]
    fn two_dollars_are_one() {
        check("$${HOST}", "${HOST}");
        check("$$${N}$$", "$4$");
        check("some ${N}$${var$${N}$N${N}", "some 4${var${N}$N4");
    }

    #[test]
    fn a_default_stands_in_for_what_is_unset_or_empty() {
        for operator in ["=", ":=", ":-", ":?", ":+"] {
            check(&format!("${{NONE{operator}a.io/b}}"), "a.io/b");
            check(&format!("${{EMPTY{operator}x}}"), "x");
            check(&format!("${{N{operator}x}}"), "4");
            check(&format!("${{NONE{operator}}}"), "");
        }
        check("${NONE:=a${N}b${HOST,,}}", "a4bregistry.corp:5000");
        check("${NONE:=$${N}}", "$4");
    }

    #[test]
    fn a_part_is_counted_from_either_end() {
        check("${FILE:4}", "app.tar.gz");
        check("${FILE:4:3}", "app");
        check("${FILE:${N}:3}", "app");
        check("${FILE:-2}", "lib/app.tar.gz");
        check("${FILE:0:99}", "lib/app.tar.gz");
        check("${FILE:99}", "");
        check("${FILE:x}", "lib/app.tar.gz");
        check("${FILE:0:x}", "lib/app.tar.gz");
        check("${FILE:4:-3}${N:0:-0}", "app.tar");
        check("${FILE:4:-99}${FILE:99:-1}", "");
    }

    #[test]
    fn letters_change_their_case() {
        check("${HOST,}", "registry.Corp:5000");
        check("${HOST,,}", "registry.corp:5000");
        check("${FILE^}", "Lib/app.tar.gz");
        check("${FILE^^}", "LIB/APP.TAR.GZ");
        check("${HOST^,}", "Registry.Corp:5000");
        check("${É^}", "Élan");
        check("${EMPTY^}", "");
    }

    #[test]
    fn a_piece_is_replaced_once_everywhere_or_at_an_end() {
        check("${FILE/a/o}", "lib/opp.tar.gz");
        check("${FILE//a/o}", "lib/opp.tor.gz");
        check("${FILE/#lib/bin}", "bin/app.tar.gz");
        check("${FILE/%gz/xz}", "lib/app.tar.xz");
        check("${FILE/#app/x}${FILE/%app/x}", "lib/app.tar.gzlib/app.tar.gz");
        check("${FILE/.tar/}", "lib/app.gz");
        check("${FILE/#lib/}", "lib/app.tar.gz");
        check("${FILE/\\//-}", "lib-app.tar.gz");
        check("${FILE//${N}/x}", "lib/app.tar.gz");
    }

    #[test]
    fn a_pattern_is_trimmed_from_an_end() {
        check("${FILE#*.}", "tar.gz");
        check("${FILE##*.}", "gz");
        check("${FILE%.*}", "lib/app.tar");
        check("${FILE%%.*}", "lib/app");
        check("${FILE#x}${N%[}", "lib/app.tar.gz4");
    }

    #[test]
    fn the_length_is_that_in_bytes() {
        check("${#HOST}${#É}", "185");
    }

    #[test]
    fn what_is_not_known_is_named() {
        for text in ["${SECRET}", "a${SECRET:=x}", "${N:=${SECRET}}", "${SECRET/a/b}", "${#SECRET}"]
        {
            assert_eq!(filled(text), Err(Refusal::NotKnown("SECRET".to_owned())), "{text}");
        }
        for text in ["${NONE}", "${NONE^^}", "${NONE:0}", "${NONE%x}"] {
            assert_eq!(filled(text), Err(Refusal::NotKnown("NONE".to_owned())), "{text}");
        }
    }

    #[test]
    fn a_brace_that_opens_no_variable_is_refused() {
        for text in [
            "${", "${}", "${N", "${N-x}", "${N+x}", "${N:}", "${N:0:}", "${N/}", "${N/a}",
            "${N//}", "${N^^^}", "${N#}", "${#}", "${ N }", "${.N}", "${N:=x", "${{N}}",
        ] {
            assert_eq!(filled(text), Err(Refusal::Malformed), "{text}");
        }
    }

    #[test]
    fn what_flux_made_of_a_text_is_made_of_it() {
        let values = [
            ("HOST", "Registry.Corp:5000"),
            ("EMPTY", ""),
            ("FILE", "lib/app.tar.gz"),
            ("N", "4"),
            ("TAG", "v1.2.3-rc.1"),
        ];
        let vectors = include_str!("../../../../testdata/vectors/envsubst.jsonl");
        for line in vectors.lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let filled = expand(case["input"].as_str().unwrap(), &|name| match values
                .iter()
                .find(|one| one.0 == name)
            {
                Some((_, value)) => Value::Set(Cow::Borrowed(value)),
                None => Value::Unset(()),
            });
            let expected = &case["expected"];
            match filled {
                Ok(filled) => assert_eq!(expected["filled"], filled, "{line}"),
                Err(Refusal::Malformed) => assert_eq!(expected["error"], "malformed", "{line}"),
                // What is malformed further on is not looked at any more.
                Err(Refusal::NotKnown(())) => assert!(expected["error"].is_string(), "{line}"),
            }
        }
    }

    #[test]
    fn nothing_grows_or_nests_without_end() {
        let nested = |depth: usize| "${NONE:=".repeat(depth) + "x" + &"}".repeat(depth);
        check(&nested(DEPTH_LIMIT), "x");
        assert_eq!(filled(&nested(DEPTH_LIMIT + 1)), Err(Refusal::Malformed));
        check(&"${N}".repeat(DEPTH_LIMIT + 1), &"4".repeat(DEPTH_LIMIT + 1));
        let grown = |times: usize| format!("${{LONG//a/{}}}", "b".repeat(times));
        assert!(filled(&grown(LENGTH_LIMIT / 16)).is_ok());
        assert_eq!(filled(&grown(LENGTH_LIMIT / 16 + 1)), Err(Refusal::Malformed));
        assert!(filled(&"a".repeat(LENGTH_LIMIT)).is_ok());
        assert_eq!(filled(&"a".repeat(LENGTH_LIMIT + 1)), Err(Refusal::Malformed));
    }
}
