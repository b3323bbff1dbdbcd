//! What the binary may be built from: how many crates, whose, and under which licences.

use std::fs;

use anyhow::{Context as _, Result};

use crate::release_tree::{CRATES_IO, ReleaseTree};
use crate::workspace;

/// The list of crates as it was committed.
const LIST: &str = "docs/dependency-tree.txt";

/// More crates than this are a decision, not an accident.
const CEILING: usize = 310;

/// Licences that ask for no more than that they are named. `deny.toml` has the same list.
const LICENSES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Lists what is wrong with `tree`, and whether it is another than the committed one.
pub(super) fn findings(tree: &ReleaseTree) -> Vec<String> {
    let path = workspace::root().join(LIST);
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let mut found = judge(tree, CEILING);
    if committed != tree.to_text() {
        found.push(format!(
            "{LIST}: the crates are others: renew it with `cargo xtask tidy --write`"
        ));
    }
    found
}

/// Writes the list of crates.
///
/// # Errors
///
/// It cannot be written.
pub(super) fn write(tree: &ReleaseTree) -> Result<()> {
    let path = workspace::root().join(LIST);
    fs::write(&path, tree.to_text()).with_context(|| format!("cannot write {LIST}"))?;
    println!("wrote {LIST}: {} crates, at most {CEILING} are allowed", tree.0.len());
    Ok(())
}

fn judge(tree: &ReleaseTree, ceiling: usize) -> Vec<String> {
    let mut found = Vec::new();
    if tree.0.len() > ceiling {
        found.push(format!("{} crates, and {ceiling} are the limit", tree.0.len()));
    }
    for (package, facts) in &tree.0 {
        let name = &package.name;
        if !is_allowed(&facts.license) {
            found.push(format!("{name}: licence `{}` is not on the list", facts.license));
        }
        if facts.source.as_deref().is_some_and(|source| source != CRATES_IO) {
            found.push(format!("{name}: does not come from crates.io"));
        }
    }
    found
}

/// Says whether an SPDX expression can be met with the licences on the list.
fn is_allowed(expression: &str) -> bool {
    // A slash is how SPDX's OR was written before.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any_of(&mut rest) == Some(true) && rest.is_empty()
}

fn any_of(words: &mut &[&str]) -> Option<bool> {
    let mut met = all_of(words)?;
    while let Some(("OR" | "or", rest)) = words.split_first().map(|(word, rest)| (*word, rest)) {
        *words = rest;
        met |= all_of(words)?;
    }
    Some(met)
}

fn all_of(words: &mut &[&str]) -> Option<bool> {
    let mut met = one(words)?;
    while let Some(("AND", rest)) = words.split_first().map(|(word, rest)| (*word, rest)) {
        *words = rest;
        met &= one(words)?;
    }
    Some(met)
}

fn one(words: &mut &[&str]) -> Option<bool> {
    let (first, rest) = words.split_first()?;
    *words = rest;
    if *first == "(" {
        let met = any_of(words)?;
        *words = words.strip_prefix(&[")"])?;
        return Some(met);
    }
    let mut name = (*first).to_owned();
    if let ["WITH", exception, rest @ ..] = *words {
        name.push_str(" WITH ");
        name.push_str(exception);
        *words = rest;
    }
    Some(LICENSES.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release_tree::tests::small;

    #[track_caller]
    fn check(expression: &str, allowed: bool) {
        assert_eq!(is_allowed(expression), allowed, "{expression}");
    }

    #[test]
    fn one_licence_of_several_is_enough() {
        check("MIT OR Apache-2.0", true);
        check("Apache-2.0 OR GPL-2.0-only", true);
        check("Unlicense/MIT", true);
        check("GPL-3.0-only OR AGPL-3.0-only", false);
    }

    #[test]
    fn all_licences_that_hold_together_are_needed() {
        check("Apache-2.0 AND ISC", true);
        check("MIT AND GPL-3.0-only", false);
        check("(MIT OR GPL-3.0-only) AND Unicode-3.0", true);
        check("MIT OR Apache-2.0 AND GPL-3.0-only", true);
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        check("Apache-2.0 WITH LLVM-exception", true);
        check("GPL-2.0-only WITH Classpath-exception-2.0", false);
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in ["", "(MIT", "MIT)", "MIT MIT", "OR", "MIT OR"] {
            check(text, false);
        }
    }

    #[test]
    fn a_small_tree_is_fine_and_a_full_one_is_told() {
        assert_eq!(judge(&small(), 4), [""; 0]);
        assert_eq!(judge(&small(), 3), ["4 crates, and 3 are the limit"]);
    }

    #[test]
    fn crates_from_elsewhere_and_other_licences_are_told() {
        let mut tree = small();
        for facts in tree.0.values_mut().skip(1).take(1) {
            facts.source = Some("git+https://example.com/serde".to_owned());
            facts.license = "GPL-3.0-only".to_owned();
        }
        let expected = [
            "serde: licence `GPL-3.0-only` is not on the list",
            "serde: does not come from crates.io",
        ];
        assert_eq!(judge(&tree, 4), expected);
    }

    #[test]
    fn deny_toml_allows_the_same_licences() {
        let text = fs::read_to_string(workspace::root().join("deny.toml")).unwrap();
        let (_, list) = text.split_once("allow = [\n").unwrap();
        let (list, _) = list.split_once("\n]").unwrap();
        let listed: Vec<&str> =
            list.lines().map(|line| line.trim().trim_matches([',', '"'])).collect();
        assert_eq!(listed, LICENSES);
    }
}
