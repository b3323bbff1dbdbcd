//! Wording for texts that are no TOML.

use regrender_diagnostic::{Diagnostic, Severity, Span};

use crate::Page;

pub(crate) const PAGES: &[&Page] = &[&TOML_SYNTAX, &DUPLICATE_KEY, &MERGE_CONFLICT];

static TOML_SYNTAX: Page = Page {
    code: "toml-syntax",
    severity: Severity::Error,
    title: "the text is not TOML",
    why: "registries.toml is read as TOML 1.1.\nAll places that are not TOML are reported at once; nothing else is checked until they are fixed.",
    example: "[registry.hub]\nusername = acme-bot\n",
    way_out: "put the missing quote, bracket, comma or `=` where the message points.",
};

static DUPLICATE_KEY: Page = Page {
    code: "duplicate-key",
    severity: Severity::Error,
    title: "a key or a table is there twice",
    why: "TOML forbids it, and readers that do not mind take either of the two.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nkind = \"quay\"\n",
    way_out: "remove or rename one of them; two tables of one name become one.",
};

static MERGE_CONFLICT: Page = Page {
    code: "merge-conflict",
    severity: Severity::Error,
    title: "the file holds an unresolved merge conflict",
    why: "Git writes `<<<<<<<`, `=======` and `>>>>>>>` around two versions of the same lines.\nSomebody has to choose.",
    example: "<<<<<<< HEAD\n[registry.hub]\n=======\n[registry.docker]\n>>>>>>> main\n",
    way_out: "keep the lines that are right, and remove the others and the three marks.",
};

/// A place that is no TOML; `message` is the parser's.
pub(crate) fn toml_syntax(message: &str, span: Span, found: &str) -> Diagnostic {
    // Behind an equals sign and a blank, the parser takes nothing for a string without quotes.
    let is_nothing = found.trim().is_empty() && message.starts_with("string values must be");
    let message = if is_nothing { "missing value" } else { message };
    let (title, help) = wording(message);
    let problem = TOML_SYNTAX.problem(title).at(span.clone(), expected(message));
    // Only a plain word can be put between quotes without thinking.
    let is_word =
        !found.is_empty() && found.chars().all(|c| c.is_alphanumeric() || "-_./:@*".contains(c));
    let is_unquoted = ["string values must be quoted", "invalid boolean"]
        .iter()
        .any(|beginning| message.starts_with(beginning));
    let lower = found.to_lowercase();
    match help {
        _ if is_unquoted && matches!(lower.as_str(), "true" | "false") => {
            problem.fix(span, lower, "write it in lower case")
        }
        _ if is_unquoted && is_word => {
            problem.fix(span, format!("\"{found}\""), "put the string between quotes")
        }
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// What the parser says, what we say, and what to do.
const WORDING: &[(&str, &str, &str)] = &[
    (
        "string values must be quoted",
        "a string has no quotes",
        "put the value between double quotes",
    ),
    // A word that begins like `true` or `false`.
    ("invalid boolean", "a string has no quotes", "put the value between double quotes"),
    ("key with no value", "a key has no value", "write `key = value` on one line"),
    ("missing value", "a value is missing", "write the value after `=`, on the same line"),
    ("missing value for key", "a value is missing", "write the value after `=`, on the same line"),
    ("unclosed table", "a table header is not closed", "close it with `]`"),
    ("unclosed array table", "a table header is not closed", "close it with `]`"),
    ("unclosed array", "a list is not closed", "close it with `]`"),
    ("unclosed inline table", "an inline table is not closed", "close it with `}`"),
    ("missing comma between array elements", "a comma is missing", "put `,` between the two"),
    ("missing comma between key-value pairs", "a comma is missing", "put `,` between the two"),
    ("extra comma in array", "a comma too many", "remove it"),
    ("extra comma in inline table", "a comma too many", "remove it"),
    ("extra `=`", "an `=` too many", "remove it"),
    (
        "unexpected key or value",
        "something follows the value on its line",
        "start a new line for the next key, or quote the whole value",
    ),
    (
        "invalid unquoted key",
        "a key holds a character that it cannot hold without quotes",
        "write `key = value`; quote keys that hold more than letters, digits, `-` and `_`",
    ),
    ("invalid basic string", BAD_STRING, "close it on its line; write `\\\\` for a backslash"),
    (
        "invalid literal string",
        BAD_STRING,
        "close it on its line with the quote that it began with",
    ),
    (
        "invalid multi-line basic string",
        BAD_STRING,
        "close it with the three quotes that it began with",
    ),
    (
        "invalid multi-line literal string",
        BAD_STRING,
        "close it with the three quotes that it began with",
    ),
    ("missing opening quote", "a string has no opening quote", "put `\"` in front of it"),
    ("missing escaped value", BAD_ESCAPE, "write `\\\\` for a backslash"),
    ("too few unicode value digits", BAD_ESCAPE, "write `\\\\` for a backslash"),
    (
        "unexpected leading zero",
        "a number begins with a zero",
        "remove the zero, or put the value between quotes",
    ),
    (
        "cannot recurse further; max recursion depth met",
        "lists or tables are nested too deeply",
        "nest them less deeply",
    ),
    ("recursion limit", "lists or tables are nested too deeply", "nest them less deeply"),
    (
        "carriage return must be followed by newline",
        "a carriage return stands alone",
        "end lines with a newline",
    ),
];

const BAD_STRING: &str = "a string is not closed, or holds a character that it cannot hold";
const BAD_ESCAPE: &str = "a backslash in a string is followed by nothing that it can escape";

/// A bracket that is not closed; `end` is where that shows.
pub(crate) fn open_bracket(open: Span, end: Span) -> Diagnostic {
    let problem = TOML_SYNTAX.problem("a list or an inline table is not closed");
    let problem = problem.at(open.clone(), "opened here");
    let problem = if open == end { problem } else { problem.beside(end, "still open here") };
    problem.help("close it with `]` or `}`")
}

/// A colon in the place of the equals sign.
pub(crate) fn colon(span: Span) -> Diagnostic {
    TOML_SYNTAX
        .problem("a colon stands where `=` belongs")
        .at(span, "this is YAML")
        .help("write `key = \"value\"`")
}

/// Says it in our words; the parser's are for those who wrote the grammar.
fn wording(message: &str) -> (String, Option<&'static str>) {
    let description = message.split(", expected").next().unwrap_or(message);
    match WORDING.iter().find(|(theirs, _, _)| *theirs == description) {
        Some((_, title, help)) => ((*title).to_owned(), Some(*help)),
        None => (format!("this is not TOML: {}", plain(description)), None),
    }
}

/// Leaves out what the parser may have quoted from the text.
fn plain(description: &str) -> String {
    if description.contains('"') || description.contains('\'') {
        return String::from("a value that cannot be read");
    }
    description.to_owned()
}

fn expected(message: &str) -> String {
    match message.split_once(", expected ") {
        Some((_, "nothing")) | None => String::from("here"),
        Some(("invalid boolean", _)) => String::from("neither `true` nor `false`"),
        Some((_, expected)) => format!("expected {expected}"),
    }
}

/// A key or table that is there twice.
pub(crate) fn duplicate_key(key: &str, span: Span, first: Option<Span>) -> Diagnostic {
    let problem = DUPLICATE_KEY
        .problem(format!("`{key}` is there twice"))
        .at(span, "a second time")
        .help(format!("remove one of the two, or rename it if `{key}` is a name"));
    match first {
        Some(first) => problem.beside(first, "the first time"),
        None => problem,
    }
}

/// A conflict mark of Git, and the others of the same conflict.
pub(crate) fn merge_conflict(start: Span, end: Option<Span>) -> Diagnostic {
    let problem = MERGE_CONFLICT
        .problem("the file holds an unresolved merge conflict")
        .at(start, "it begins here")
        .help("keep the lines that are right and remove the others, with the three marks");
    match end {
        Some(end) => problem.beside(end, "and ends here"),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_parser_quotes_of_the_text_is_not_said() {
        for quoted in ["no such thing as \"canary-4f1d\"", "no such thing as 'canary-4f1d'"] {
            let problem = toml_syntax(quoted, 0..1, "x");
            assert_eq!(problem.title, "this is not TOML: a value that cannot be read");
        }
        assert_eq!(
            toml_syntax("no such thing", 0..1, "x").title,
            "this is not TOML: no such thing"
        );
    }
}
