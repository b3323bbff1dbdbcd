//! What a build with `--only` does: all that the pull secrets which it names need, and nothing else.
//!
//! A file that others share with them is told apart by a second tree, rendered without them: what it
//! lacks is theirs. Nothing is taken away for them: what should go is told.

use std::collections::{BTreeMap, BTreeSet};

use regrender_render::{Part, Rendered};

use crate::enumeration::in_a_sentence;
use crate::plan::clear_text::clear_text;
use crate::plan::{Action, Plan};

/// The pull secrets that a build is for.
#[derive(Debug)]
pub(crate) struct Only<'a> {
    /// The tree that there would be without them.
    rest: Rendered<'a>,
}

/// What of a change to a file that may be seen is for the pull secrets that are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// All of it.
    All,
    /// Nothing.
    Nothing,
    /// Something, and the rest cannot be left out.
    Entangled,
}

impl<'a> Only<'a> {
    /// Is for the pull secrets of these names in a tree.
    pub(crate) fn of(names: &BTreeSet<String>, tree: &Rendered<'a>) -> Self {
        Self { rest: tree.without(names) }
    }
}

impl Only<'_> {
    /// Returns the texts that the files of `part` would have without the pull secrets.
    pub(crate) fn rest_of(&self, part: &Part<'_>) -> BTreeMap<String, String> {
        let files = self.rest.counterpart(part).into_iter().flat_map(|part| part.files());
        files.filter_map(|(path, file)| Some((path, clear_text(&file)?))).collect()
    }
}

impl Share {
    /// Compares a file as it shall be, as it would be without the pull secrets, and as it is.
    pub(crate) fn of(wanted: &str, rest: Option<&str>, current: Option<&str>) -> Self {
        if rest == Some(wanted) {
            return Self::Nothing;
        }
        let Some(current) = current else {
            return if rest.is_none() { Self::All } else { Self::Entangled };
        };
        let (wanted, there) = (lines(wanted), lines(current));
        let of_rest = rest.map(lines).unwrap_or_default();
        let needed: BTreeSet<&str> = wanted.difference(&of_rest).copied().collect();
        if needed.is_subset(&there) {
            return Self::Nothing;
        }
        let is_more_gained =
            rest.is_some() && wanted.difference(&there).any(|line| !needed.contains(line));
        let is_any_lost = there.difference(&wanted).any(|line| is_entry(line));
        if is_more_gained || is_any_lost { Self::Entangled } else { Self::All }
    }
}

/// The lines of a file; commas of JSON do not count.
fn lines(text: &str) -> BTreeSet<&str> {
    text.lines().map(|line| line.trim_end_matches(',')).collect()
}

/// Says whether a line is an entry of a list, of YAML or JSON.
fn is_entry(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("- ") || (line.starts_with('"') && !line.contains("\": "))
}

/// Says what else a build of everything would do; nothing if that is nothing.
pub(crate) fn note(plans: &[Plan]) -> Option<String> {
    let all = plans.iter().flat_map(|plan| plan.left.iter().map(move |file| (plan, file)));
    let done = |wanted: Action| {
        let paths = all.clone().filter(|(_, (action, _))| *action == wanted);
        let paths: Vec<String> =
            paths.map(|(plan, (_, path))| format!("{}/{path}", plan.shown_folder)).collect();
        (!paths.is_empty()).then(|| format!("{} {}", wanted.verb(), in_a_sentence(&paths)))
    };
    let done: Vec<String> =
        [Action::Create, Action::Update, Action::Remove].into_iter().filter_map(done).collect();
    (!done.is_empty()).then(|| format!("a build without `--only` would also {}", done.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "kind: Kustomization\nresources:\n- other.yaml\n- regcred.yaml\n";
    const LIST_OF_REST: &str = "kind: Kustomization\nresources:\n- other.yaml\n";

    #[track_caller]
    fn check(wanted: &str, rest: Option<&str>, current: Option<&str>, expected: Share) {
        assert_eq!(Share::of(wanted, rest, current), expected);
    }

    #[test]
    fn a_file_that_is_the_same_without_them_is_not_theirs() {
        check(LIST, Some(LIST), None, Share::Nothing);
        check(LIST, Some(LIST), Some("- gone.yaml\n"), Share::Nothing);
    }

    #[test]
    fn a_file_that_is_there_for_them_alone_is_theirs() {
        check(LIST, None, None, Share::All);
        check("interval: 5m\n", None, Some("interval: 10m\n"), Share::All);
    }

    #[test]
    fn a_list_gets_the_entry_that_it_lacks() {
        check(LIST, Some(LIST_OF_REST), Some(LIST_OF_REST), Share::All);
    }

    #[test]
    fn a_list_that_has_their_entry_is_left_alone() {
        let with_more = LIST.replace("other", "gone");
        check(LIST, Some(LIST_OF_REST), Some(&with_more), Share::Nothing);
        check(LIST, None, Some(&format!("{LIST}- gone.yaml\n")), Share::Nothing);
    }

    #[test]
    fn a_list_that_would_lose_or_gain_more_is_shared() {
        let with_more = format!("{LIST_OF_REST}- gone.yaml\n");
        check(LIST, Some(LIST_OF_REST), Some(&with_more), Share::Entangled);
        check(LIST, None, Some("kind: Kustomization\nresources:\n- gone.yaml\n"), Share::Entangled);
        check(
            LIST,
            Some(LIST_OF_REST),
            Some("kind: Kustomization\nresources:\n"),
            Share::Entangled,
        );
        check(LIST, Some(LIST_OF_REST), None, Share::Entangled);
    }

    #[test]
    fn a_list_of_json_is_read_without_its_commas() {
        let [one, both] = ["[\n  \"a\"\n]\n", "[\n  \"a\",\n  \"b\"\n]\n"];
        check(both, Some(one), Some(one), Share::All);
        check(both, Some("[\n  \"b\"\n]\n"), Some("[\n  \"b\",\n  \"c\"\n]\n"), Share::Entangled);
    }
}
