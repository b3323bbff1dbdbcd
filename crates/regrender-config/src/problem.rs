//! Every kind of problem of a registries.toml: its page and its wording.
//!
//! One module a subject. A constructor says what is wrong with which thing and what to do; it is
//! never handed a secret.

pub(crate) mod cluster;
pub(crate) mod host;
pub(crate) mod identity;
pub(crate) mod name;
pub(crate) mod path;
pub(crate) mod provision;
pub(crate) mod recipient;
pub(crate) mod registry;
pub(crate) mod repository;
pub(crate) mod secret;
pub(crate) mod shape;
pub(crate) mod source;
pub(crate) mod syntax;
pub(crate) mod vault;
pub(crate) mod workload;

use std::fmt::Write as _;

use regrender_diagnostic::Diagnostic;

use crate::Page;

/// The problems found so far.
pub(crate) type Problems = Vec<Diagnostic>;

/// Says whether there is an error among the problems behind the first `before`.
pub(crate) fn has_error_since(before: usize, problems: &Problems) -> bool {
    problems.get(before..).unwrap_or_default().iter().any(Diagnostic::is_error)
}

/// Lists the pages of all kinds of problems, by code.
#[must_use]
pub fn pages() -> Vec<&'static Page> {
    let modules = [
        cluster::PAGES,
        host::PAGES,
        identity::PAGES,
        name::PAGES,
        path::PAGES,
        provision::PAGES,
        recipient::PAGES,
        registry::PAGES,
        repository::PAGES,
        secret::PAGES,
        shape::PAGES,
        source::PAGES,
        syntax::PAGES,
        vault::PAGES,
        workload::PAGES,
    ];
    let mut pages: Vec<&Page> = modules.concat();
    pages.sort_unstable_by_key(|page| page.code);
    pages
}

/// Returns the page of a code.
#[must_use]
pub fn page(code: &str) -> Option<&'static Page> {
    pages().into_iter().find(|page| page.code == code)
}

/// Writes a list of names for people: `` `a`, `b` or `c` ``.
pub(crate) fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::from("nothing"),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Writes a TOML string.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => {
                // Writing into a string cannot fail.
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_as_they_were_meant() {
        for text in ["robot$p+ci", "a\"b\\c", "ä\u{1}\u{7f}\n", ""] {
            let file = format!(
                "[seal]\nrecipients = \
                 [\"age1rs8lqg24qdkcxjncpkr0utll2zjkg7jddswqcm346l7ccx5uxa6qv8js8k\"]\n\
                 [registry.r]\nkind = \"ghcr\"\nusername = \"u\"\npassword = {{ env = \"R\" }}\n\
                 [secret.s]\nregistries = [\"r\"]\nnamespaces = [\"a\"]\n\
                 annotations = {{ x = {} }}\n",
                quoted(text)
            );
            let config = crate::parse(&file).config.unwrap();
            assert_eq!(config.secrets[0].annotations["x"], text);
        }
    }
}
