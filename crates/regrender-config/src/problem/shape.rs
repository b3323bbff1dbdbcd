//! Wording for keys that do not exist, values of the wrong type, and lists with a flaw.

use regrender_diagnostic::{Diagnostic, Severity, Span, Spanned};

use crate::Page;
use crate::nearest::nearest;
use crate::problem::{one_of, quoted};
use crate::schema;

pub(crate) const PAGES: &[&Page] = &[
    &UNKNOWN_KEY,
    &WRONG_TYPE,
    &MISSING_KEY,
    &UNKNOWN_VALUE,
    &LISTED_TWICE,
    &EMPTY_LIST,
    &EMPTY_VALUE,
    &TABLE_WITHOUT_NAME,
];

static UNKNOWN_KEY: Page = Page {
    code: "unknown-key",
    severity: Severity::Error,
    title: "a key that its table does not have",
    why: "A misspelt key would otherwise be ignored, together with what it should have said.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusrname = \"acme-bot\"\n",
    way_out: "use the key that the message suggests, or one of those it lists.",
};

static WRONG_TYPE: Page = Page {
    code: "wrong-type",
    severity: Severity::Error,
    title: "a value of the wrong type",
    why: "Each key takes values of one type: a string, a list of strings, a date, a table.",
    example: "[secret.regcred]\nregistries = \"hub\"\n",
    way_out: "write the value as the type that the message names.",
};

static MISSING_KEY: Page = Page {
    code: "missing-key",
    severity: Severity::Error,
    title: "a key that must be there is missing",
    why: "Some keys have no value that would be right for everybody, so they have no default.",
    example: "[registry.internal]\nusername = \"bot\"\npassword = { env = \"INTERNAL_TOKEN\" }\n",
    way_out: "add the key that the message names.",
};

static UNKNOWN_VALUE: Page = Page {
    code: "unknown-value",
    severity: Severity::Error,
    title: "a value that its key does not take",
    why: "Some keys take one of a few words.",
    example: "[output]\nconsumer = [\"fluxcd\"]\n",
    way_out: "use one of the words that the message lists.",
};

static LISTED_TWICE: Page = Page {
    code: "listed-twice",
    severity: Severity::Error,
    title: "a list holds the same item twice",
    why: "The second one is usually a slip for another name, which is then missing.",
    example: "[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"team-a\", \"team-a\"]\n",
    way_out: "remove one of the two, or write the name that was meant.",
};

static EMPTY_LIST: Page = Page {
    code: "empty-list",
    severity: Severity::Error,
    title: "a list that needs an item is empty",
    why: "An empty list is not the same as no list: it says that nothing is wanted.",
    example: "[secret.regcred]\nregistries = []\nnamespaces = [\"team-a\"]\n",
    way_out: "list at least one item, or remove the key if it has a default.",
};

static EMPTY_VALUE: Page = Page {
    code: "empty-value",
    severity: Severity::Error,
    title: "a string that must not be empty is empty",
    why: "An empty value is usually a template that was filled in with nothing.",
    example: "[registry.hub]\nkind = \"docker-hub\"\nusername = \"\"\n",
    way_out: "write the value, or remove the key if it has a default.",
};

static TABLE_WITHOUT_NAME: Page = Page {
    code: "table-without-name",
    severity: Severity::Error,
    title: "a registry, pull secret or cluster has no name",
    why: "They are tables with a name of your choice: `[registry.NAME]`, `[secret.NAME]`, `[cluster.NAME]`.",
    example: "[registry]\nhost = \"registry.example.com\"\n",
    way_out: "put a name after the dot in the header.",
};

/// Tables that people write in the plural, and what they are called.
const PLURALS: &[(&str, &str)] =
    &[("registries", "registry"), ("secrets", "secret"), ("clusters", "cluster")];

/// Keys of other tools, and what they are called here.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("host", &["server", "url", "address", "endpoint", "domain"]),
    ("username", &["login"]),
    ("password", &["token", "pat", "secret", "auth"]),
    ("registries", &["registry"]),
    ("recipients", &["age", "keys"]),
    ("consumer", &["gitops"]),
    ("inventory", &["manifests"]),
    ("env", &["environment", "variable", "var"]),
    ("file", &["path"]),
    ("command", &["cmd", "exec", "program"]),
    ("helper", &["program"]),
];

/// The keys of a source that say where one value comes from.
const SOURCES: &[&str] = &["env", "file", "stdin", "command", "sops", "age", "vault"];

/// The keys of a credential that bring username and password with them.
const OF_BOTH: &[&str] = &["docker-config", "helper"];

/// Those of these keys that take nothing but a list.
const LISTS: &[&str] = &["registries", "recipients", "inventory"];

/// A key that its table does not have; its value is text, or something else.
pub(crate) fn unknown_key(
    owner: &str,
    key: &Spanned<&str>,
    is_text: bool,
    known: &[&'static str],
) -> Diagnostic {
    let name = key.value;
    let problem = UNKNOWN_KEY.problem(format!("{owner} has no key `{name}`"));
    let span = key.span.clone();
    if let Some((_, singular)) = PLURALS.iter().find(|(plural, _)| *plural == name && owner == FILE)
    {
        return problem.at(span.clone(), "the name of the table is in the singular").fix(
            span,
            *singular,
            "write the singular",
        );
    }
    if let Some((label, way_out)) = misplaced_source(name, known) {
        return problem.at(span, label).help(way_out);
    }
    if let Some(known) = nearest(name, known.iter().copied()) {
        return problem.at(span.clone(), "a key with a similar name exists").fix(
            span,
            known,
            format!("write `{known}`"),
        );
    }
    if let Some(known) = known.iter().find(|known| is_synonym(name, known)) {
        let problem = problem.at(span.clone(), "the key has another name");
        if is_text && LISTS.contains(known) {
            return problem.help(format!("write `{known} = [\"…\"]`"));
        }
        return problem.fix(span, *known, format!("write `{known}`"));
    }
    let mut known = known.to_vec();
    known.sort_unstable();
    let problem = problem.at(span, "").note(format!("the keys of {owner} are {}", list(&known)));
    match schema::table_for_all(name) {
        Some(table) => problem.help(format!("move it to `[{table}]`")),
        None => problem.help("remove it"),
    }
}

/// Says where a source belongs that is named where none of its kind can be.
fn misplaced_source(name: &str, known: &[&str]) -> Option<(&'static str, String)> {
    let has = |key: &&str| known.contains(key);
    if OF_BOTH.contains(&name) && has(&"env") {
        let way_out = format!("write `credential = {{ {name} = … }}` in the place of the two");
        return Some(("brings username and password with it", way_out));
    }
    if SOURCES.contains(&name) && OF_BOTH.iter().all(has) {
        let way_out = format!("write `username` and `password = {{ {name} = … }}` in its place");
        return Some(("is the source of one value, not of two", way_out));
    }
    // Other tools have a key for each source of a value.
    let (key, source) = name.split_once(['-', '_'])?;
    let is_source = SOURCES.contains(&source) && ["username", "password"].contains(&key);
    let way_out = || format!("write `{key} = {{ {source} = … }}`");
    (is_source && has(&key)).then(|| ("a source stands in the value of its key", way_out()))
}

/// Says whether other tools call the key `known` so.
pub(crate) fn is_synonym(name: &str, known: &str) -> bool {
    SYNONYMS.iter().any(|(key, others)| *key == known && others.contains(&name))
}

/// What a key must be that takes both.
pub(crate) const TEXT_OR_SOURCE: &str = "a string or a source";

/// What messages call the table of the whole file.
pub(crate) const FILE: &str = "the file";

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A value of the wrong type; `spelling` is how the file spells it.
pub(crate) fn wrong_type(
    owner: &str,
    key: &str,
    expected: &str,
    found: &str,
    span: Span,
    spelling: &str,
) -> Diagnostic {
    let problem = WRONG_TYPE
        .problem(if owner == FILE {
            format!("`{key}` must be {expected}")
        } else {
            format!("`{key}` of {owner} must be {expected}")
        })
        .at(span.clone(), format!("this is {found}"));
    match (expected, found) {
        ("a list of strings" | "a list", "a string") => {
            problem.fix(span, format!("[{spelling}]"), "make it a list")
        }
        (
            "a string" | TEXT_OR_SOURCE,
            "an integer" | "a float" | "a boolean" | "a date or time",
        ) => problem.fix(span, format!("\"{spelling}\""), "put it between quotes"),
        ("`true` or `false`", "a string") if matches!(spelling, "\"true\"" | "\"false\"") => {
            problem.fix(span, spelling.trim_matches('"'), "remove the quotes")
        }
        ("a table", "a list") if spelling.starts_with("[[") => {
            problem.help("write its header with single brackets: `[…]`")
        }
        _ => problem.help(format!("write {expected}")),
    }
}

/// A key that must be there.
pub(crate) fn missing_key(owner: &str, key: &str, span: Span, example: &str) -> Diagnostic {
    MISSING_KEY
        .problem(format!("{owner} has no `{key}`"))
        .at(span, format!("needs `{key}`"))
        .help(format!("add `{example}`"))
}

/// A value that is none of the words its key takes.
pub(crate) fn unknown_value(
    owner: &str,
    key: &str,
    value: &Spanned<String>,
    known: &[&str],
) -> Diagnostic {
    let problem = UNKNOWN_VALUE
        .problem(format!("`{key}` of {owner} cannot be `{}`", value.value))
        .at(value.span.clone(), format!("must be {}", one_of(known)));
    match nearest(&value.value, known.iter().copied()) {
        Some(near) => problem.fix(value.span.clone(), quoted(near), format!("write `{near}`")),
        None => problem.help(format!("write {}", one_of(known))),
    }
}

/// A number that is none of those its key takes.
pub(crate) fn unknown_number(
    owner: &str,
    key: &str,
    number: &Spanned<String>,
    known: &str,
) -> Diagnostic {
    UNKNOWN_VALUE
        .problem(format!("`{key}` of {owner} cannot be {}", number.value))
        .at(number.span.clone(), format!("must be {known}"))
        .help(format!("write {known}"))
}

/// The same item twice in a list.
pub(crate) fn listed_twice(
    owner: &str,
    key: &str,
    item: &str,
    first: Span,
    again: Span,
) -> Diagnostic {
    LISTED_TWICE
        .problem(format!("`{key}` of {owner} lists `{item}` twice"))
        .beside(first, "the first time")
        .at(again, "a second time")
        .help("remove one of the two")
}

/// A list without items.
pub(crate) fn empty_list(owner: &str, key: &str, span: Span, help: &str) -> Diagnostic {
    EMPTY_LIST
        .problem(format!("`{key}` of {owner} is empty"))
        .at(span, "nothing is listed")
        .help(help)
}

/// A string without characters.
pub(crate) fn empty_value(owner: &str, key: &str, span: Span) -> Diagnostic {
    EMPTY_VALUE
        .problem(format!("`{key}` of {owner} is empty"))
        .at(span, "nothing between the quotes")
        .help(format!("write the value of `{key}`, or remove the key"))
}

/// `[registry]` as something that is no table.
pub(crate) fn unnamed_table(kind: &str, span: Span) -> Diagnostic {
    TABLE_WITHOUT_NAME
        .problem(format!("`{kind}` is no table of named tables"))
        .at(span, "")
        .help(format!("begin it with `[{kind}.NAME]`"))
}

/// A setting directly under `[registry]`.
pub(crate) fn setting_without_name(kind: &str, key: &Spanned<String>, value: Span) -> Diagnostic {
    TABLE_WITHOUT_NAME
        .problem(format!("`{}` stands in `[{kind}]`, which has no name", key.value))
        .at(key.span.clone(), "belongs into a table with a name")
        .beside(value, "")
        .help(format!("begin the table with `[{kind}.NAME]`"))
}
