//! Knows functions of Go's templates: those that make names of names, and those that ask.

use super::value::Value;

/// Returns what a function answers; nothing for one that is not known, or for an error.
pub(super) fn called(name: &str, values: &[&Value]) -> Option<Value> {
    use Value::{List, Text};
    let found = match (name, values) {
        ("default", [otherwise]) => (*otherwise).clone(),
        ("default", [otherwise, value]) => {
            let chosen = if value.is_empty()? { otherwise } else { value };
            (*chosen).clone()
        }
        ("coalesce", all) => {
            for one in all {
                if !one.is_empty()? {
                    return Some((*one).clone());
                }
            }
            Value::Null
        }
        ("ternary", [yes, no, condition]) => {
            let is_flag = matches!(kind(condition), Kind::Flag);
            is_flag.then(|| if condition.is_empty() == Some(true) { *no } else { *yes })?.clone()
        }
        ("not" | "empty", [value]) => Value::of(value.is_empty()?),
        ("eq", [first, others @ ..]) if !others.is_empty() => Value::of(is_any(first, others)?),
        ("ne", [first, other]) => Value::of(!is_any(first, &[other])?),
        ("list", all) => List(all.iter().map(|one| (*one).clone()).collect()),
        ("has", [needle, List(all)]) if !all.contains(&Value::Open) => {
            Value::of(all.contains(needle))
        }
        ("first", [List(all)]) => all.first()?.clone(),
        ("last", [List(all)]) => all.last()?.clone(),
        ("join", [Text(between), List(all)]) => {
            let texts: Option<Vec<&str>> = all.iter().map(Value::string).collect();
            Text(texts?.join(between))
        }
        (_, texts) => {
            let texts: Option<Vec<&str>> = texts.iter().map(|one| one.string()).collect();
            of_texts(name, &texts?)?
        }
    };
    Some(found)
}

/// Answers for functions that take texts and no more.
fn of_texts(name: &str, texts: &[&str]) -> Option<Value> {
    let text = match (name, texts) {
        ("hasPrefix", [part, text]) => return Some(Value::of(text.starts_with(part))),
        ("hasSuffix", [part, text]) => return Some(Value::of(text.ends_with(part))),
        ("contains", [part, text]) => return Some(Value::of(text.contains(part))),
        ("splitList", [between, text]) if !between.is_empty() => {
            let parts = text.split(between).map(|part| Value::Text(part.to_owned()));
            return Some(Value::List(parts.collect()));
        }
        ("trimPrefix", [part, text]) => text.strip_prefix(part).unwrap_or(text).to_owned(),
        ("trimSuffix", [part, text]) => text.strip_suffix(part).unwrap_or(text).to_owned(),
        ("trimAll", [letters, text]) => {
            text.trim_matches(|letter| letters.contains(letter)).to_owned()
        }
        ("trim", [text]) => text.trim().to_owned(),
        ("replace", [old, new, text]) if !old.is_empty() => text.replace(old, new),
        ("lower", [text]) if text.is_ascii() => text.to_ascii_lowercase(),
        ("upper", [text]) if text.is_ascii() => text.to_ascii_uppercase(),
        ("normalize", [text]) => normalized(text),
        ("printf", [format, texts @ ..]) => printed(format, texts)?,
        _ => return None,
    };
    Some(Value::Text(text))
}

/// Puts texts where a format says `%s`; nothing if it says anything else.
fn printed(format: &str, texts: &[&str]) -> Option<String> {
    let parts: Vec<&str> = format.split("%s").collect();
    if parts.len() != texts.len() + 1 || parts.iter().any(|part| part.contains('%')) {
        return None;
    }
    let texts = texts.iter().copied().chain([""]);
    Some(parts.into_iter().zip(texts).flat_map(|(part, text)| [part, text]).collect())
}

/// Tells whether a value is one of others; nothing where Go refuses to compare them.
fn is_any(value: &Value, others: &[&Value]) -> Option<bool> {
    for other in others {
        let (one, two) = (kind(value), kind(other));
        if one == Kind::Other || two == Kind::Other {
            return None;
        }
        if one != two && one != Kind::Null && two != Kind::Null {
            return None;
        }
        if value == *other {
            return Some(true);
        }
    }
    Some(false)
}

/// The kinds that Go compares only with their own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Flag,
    Number,
    Null,
    Other,
}

fn kind(value: &Value) -> Kind {
    match value {
        Value::Text(_) => Kind::Text,
        Value::Plain(text) if matches!(&**text, "true" | "false") => Kind::Flag,
        Value::Plain(_) => Kind::Number,
        Value::Null => Kind::Null,
        Value::List(_) | Value::Table(_) | Value::Texts(_) | Value::Open => Kind::Other,
    }
}

/// Makes a name of what a folder is called, as Argo CD does.
pub(super) fn normalized(name: &str) -> String {
    let letter = |letter: char| {
        if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' }
    };
    let name: String = name.to_lowercase().chars().map(letter).take(253).collect();
    name.trim_matches(['-', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_what_folders_are_called() {
        assert_eq!(normalized("My_App"), "my-app");
        assert_eq!(normalized("_x.y-"), "x.y");
    }
}
