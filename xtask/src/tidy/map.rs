//! Where ARCHITECTURE.md leads: every file and folder that it names is there.

use std::path::PathBuf;

/// The map itself.
pub(super) const MAP: &str = "ARCHITECTURE.md";

/// Lists what `map` names between backticks and none of `paths` is, or lies in.
pub(super) fn findings(map: &str, paths: &[PathBuf]) -> Vec<String> {
    let paths: Vec<String> = paths.iter().map(|path| format!("/{}", path.display())).collect();
    let is_there = |name: &str| {
        let file = format!("/{}", name.trim_end_matches('/'));
        let folder = format!("{file}/");
        paths.iter().any(|path| path.ends_with(&file) || path.contains(&folder))
    };
    let lines = map.lines().zip(1..);
    let lost = lines.flat_map(|(line, number)| {
        names(line).filter(|name| !is_there(name)).map(move |name| (name, number))
    });
    lost.map(|(name, number)| format!("{MAP}:{number}: `{name}` is not there")).collect()
}

/// Lists the paths and the Rust files that a line names.
fn names(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    let is_rust = |name: &str| name.rsplit_once('.').is_some_and(|(_, ending)| ending == "rs");
    quoted.filter(move |name| name.contains('/') || is_rust(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(map: &str, expected: &[&str]) {
        let paths = ["crates/a/src/plan.rs", "crates/a/src/plan/ground.rs"];
        assert_eq!(findings(map, &paths.map(PathBuf::from)), expected);
    }

    #[test]
    fn what_is_there_is_found_by_the_end_of_its_path() {
        check("`plan.rs` and `plan/ground.rs`, in `plan/` below `crates/a/src`", &[]);
    }

    #[test]
    fn what_is_not_there_is_told_with_its_line() {
        let gone = ["ARCHITECTURE.md:2: `round.rs` is not there"];
        check("`ground.rs`\n`round.rs`\n", &gone);
        check(
            "`a/gone` and `an.rs`",
            &[
                "ARCHITECTURE.md:1: `a/gone` is not there",
                "ARCHITECTURE.md:1: `an.rs` is not there",
            ],
        );
    }

    #[test]
    fn what_is_no_file_is_passed_over() {
        check("`Config` in plan.rs, and gone.rs without quotes; `build --check`", &[]);
    }
}
