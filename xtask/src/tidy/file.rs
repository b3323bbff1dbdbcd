//! What a single file must not contain.

use std::path::Path;

const MEBIBYTE: usize = 1 << 20;

/// A text that no Rust file may hold, and what to do instead. The words are spelled in two halves
/// so that this file does not hold them.
const WORDS: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "do it, or write it down where plans are kept"),
    (concat!("FIX", "ME"), "fix it, or write it down where plans are kept"),
    (concat!("XX", "X"), "say what is the matter"),
    (concat!("todo", "!"), "no stubs"),
    (concat!("unimplemented", "!"), "no stubs"),
    (concat!("#[", "ignore"), "a test runs or goes"),
    (concat!("#[", "allow("), "#[expect(lint, reason = \"…\")]"),
    (concat!("#![", "allow("), "#![expect(lint, reason = \"…\")]"),
];

/// Only in tests, which may not wait for the clock; a time limit of the product may.
const SLEEP: &str = concat!("thread", "::sleep");

/// Folders that only exist on somebody's machine.
const MACHINE_FOLDERS: &[&str] = &[concat!("/ro", "ot/"), concat!("/wo", "rk/")];
const HOMES: &str = concat!("/ho", "me/");

/// Lists what breaks a rule in the file `path` with content `bytes`.
pub(super) fn findings(path: &str, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    if bytes.len() > MEBIBYTE {
        found.push(format!("{path}: larger than 1 MiB"));
    }
    if Path::new(path).file_name().is_some_and(|name| name == "mod.rs") {
        found.push(format!("{path}: name it after its module: foo.rs beside foo/"));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return found;
    };
    found.extend(lines_with(path, text, |line| machine_folder(line).map(str::to_owned)));
    if Path::new(path).extension().is_some_and(|extension| extension == "rs") {
        if !text.starts_with("//!") {
            found.push(format!("{path}:1: begins without `//!` saying what the module knows"));
        }
        found.extend(lines_with(path, text, forbidden_word));
        found.extend(sleeping_tests(path, text));
    }
    found
}

fn lines_with(
    path: &str,
    text: &str,
    problem: impl Fn(&str) -> Option<String>,
) -> impl Iterator<Item = String> {
    text.lines()
        .enumerate()
        .filter_map(move |(index, line)| Some((index + 1, problem(line)?)))
        .map(move |(number, problem)| format!("{path}:{number}: {problem}"))
}

fn sleeping_tests(path: &str, text: &str) -> Option<String> {
    let in_tests = path.contains("/tests/") || path.ends_with("/tests.rs");
    let sleeps = if in_tests { text.contains(SLEEP) } else { sleeps_after_first_test(text) };
    sleeps.then(|| format!("{path}: `{SLEEP}` in a test: wait for the event"))
}

/// Looks at what follows the first `#[cfg(test)]` of a file, unless that is an item of one line:
/// the tests that `mod tests;` speaks of are in a file of their own.
fn sleeps_after_first_test(text: &str) -> bool {
    let is_one_line = |part: &&str| part.lines().next().is_some_and(|item| item.ends_with(';'));
    let mut parts = text.split("#[cfg(test)]\n").skip(1).skip_while(is_one_line);
    parts.any(|part| part.contains(SLEEP))
}

fn forbidden_word(line: &str) -> Option<String> {
    let (word, instead) = WORDS.iter().find(|(word, _)| line.contains(word))?;
    Some(format!("`{word}`: {instead}"))
}

fn machine_folder(line: &str) -> Option<&'static str> {
    const PROBLEM: &str = "an absolute path of somebody's machine";
    // `a/b/` and `$x/b/` are parts of longer paths.
    let begins = |at: usize| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|letter| !letter.is_alphanumeric() && !"_-.~}*".contains(letter))
    };
    let names_somebody = |at: usize| {
        let after = line.get(at + HOMES.len()..).and_then(|after| after.chars().next());
        after.is_some_and(char::is_alphanumeric)
    };
    let folder =
        MACHINE_FOLDERS.iter().any(|folder| line.match_indices(folder).any(|(at, _)| begins(at)));
    let home = line.match_indices(HOMES).any(|(at, _)| begins(at) && names_somebody(at));
    (folder || home).then_some(PROBLEM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        assert_eq!(findings(path, text.as_bytes()), expected);
    }

    #[test]
    fn a_file_that_begins_with_its_doc_is_fine() {
        check("crates/a/src/host.rs", "//! Hosts.\nfn main() {}\n", &[]);
    }

    #[test]
    fn a_rust_file_without_a_doc_is_found() {
        let expected = "a.rs:1: begins without `//!` saying what the module knows";
        check("a.rs", "fn main() {}\n", &[expected]);
    }

    #[test]
    fn each_forbidden_word_is_found_with_its_line() {
        for (word, instead) in WORDS {
            let text = format!("//! A.\n\n    {word}\n");
            check("a.rs", &text, &[&format!("a.rs:3: `{word}`: {instead}")]);
        }
    }

    #[test]
    fn only_tests_must_not_sleep() {
        let product =
            format!("//! A.\nfn wait() {{ {SLEEP}(TICK) }}\n#[cfg(test)]\nmod tests {{}}\n");
        let tests_elsewhere =
            format!("//! A.\n#[cfg(test)]\nmod tests;\nfn wait() {{ {SLEEP}(TICK) }}\n");
        for text in [&product, &tests_elsewhere] {
            check("crates/a/src/wait.rs", text, &[]);
        }
        let test = format!("//! A.\n#[cfg(test)]\nmod tests {{ fn wait() {{ {SLEEP}(TICK) }} }}\n");
        for (path, text) in [
            ("crates/a/src/wait.rs", &test),
            ("crates/a/src/wait/tests.rs", &product),
            ("crates/a/tests/cli/main.rs", &product),
        ] {
            check(path, text, &[&format!("{path}: `{SLEEP}` in a test: wait for the event")]);
        }
    }

    #[test]
    fn words_are_for_rust_files_only() {
        check("docs/plan.md", concat!("TO", "DO\n"), &[]);
    }

    #[test]
    fn paths_of_a_machine_are_found_in_every_text() {
        for path in
            [concat!("/ho", "me/ada/x"), concat!("/ro", "ot/.cargo"), concat!("(/wo", "rk/a)")]
        {
            check("README.md", path, &["README.md:1: an absolute path of somebody's machine"]);
        }
    }

    #[test]
    fn folders_that_only_look_alike_are_fine() {
        let text = concat!("target/wo", "rk/x $x.ro", "ot/ /ho", "me/$USER/ a/ho", "me/ada/");
        check("README.md", text, &[]);
    }

    #[test]
    fn mod_rs_is_found() {
        let expected = "src/a/mod.rs: name it after its module: foo.rs beside foo/";
        check("src/a/mod.rs", "//! A.\n", &[expected]);
    }

    #[test]
    fn a_mebibyte_is_the_largest_file() {
        assert_eq!(findings("a.bin", &vec![0xff; MEBIBYTE]), [""; 0]);
        assert_eq!(findings("a.bin", &vec![0xff; MEBIBYTE + 1]), ["a.bin: larger than 1 MiB"]);
    }
}
