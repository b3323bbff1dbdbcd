//! What a report leaves out, by the patterns of a command line.
//!
//! What a kustomization that is not left out names belongs to its build, and is read all the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regrender_audit::plain_path;

use crate::evidence::named::{as_file, named};
use crate::path::shown;
use crate::pattern::{Pattern, Word, levels};
use crate::project::manifests::Manifests;
use crate::repository::Walk;
use crate::world::World;

/// What a report leaves out.
#[derive(Debug)]
pub(crate) struct Exclusion {
    patterns: Vec<Pattern>,
    directory: PathBuf,
}

impl Exclusion {
    /// Takes the patterns of a command line; of several that speak of the same, the last counts.
    pub(crate) fn of(patterns: &[Pattern], directory: &Path) -> Self {
        let patterns = patterns.iter().map(|pattern| pattern.seen_from(directory)).collect();
        Self { patterns, directory: directory.to_owned() }
    }

    /// Says whether a file is left out.
    pub(crate) fn leaves_out(&self, file: &Path) -> bool {
        !self.patterns.is_empty() && is_left_out(&self.patterns, &self.name(file))
    }

    /// Leaves files out of a walk, but for those that belong to the build of a kustomization that
    /// stays. A pattern for nothing is told: it may be a slip, or hide what comes later.
    pub(crate) fn apply(&self, walk: Walk, manifests: &mut Manifests, world: &mut World) -> Walk {
        if self.patterns.is_empty() {
            return walk;
        }
        for warning in self.idle(&walk) {
            world.warn(&warning);
        }
        let stays = |file: &Path| !self.leaves_out(file);
        let Walk { manifests: files, mut others, mut dangling, mut unreadable, indexes, unseen } =
            walk;
        let (mut files, left_out): (Vec<PathBuf>, Vec<PathBuf>) =
            files.into_iter().partition(|file| stays(file));
        files.extend(self.in_use(&files, left_out, manifests));
        files.sort_unstable_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
        others.retain(|file| stays(file));
        dangling.retain(|file| stays(file));
        unreadable.retain(|(path, _)| stays(path));
        Walk { manifests: files, others, dangling, unreadable, indexes, unseen }
    }

    /// Finds what of `left_out` the kustomizations among `files` name, and what those name in turn.
    fn in_use(
        &self,
        files: &[PathBuf],
        left_out: Vec<PathBuf>,
        manifests: &mut Manifests,
    ) -> Vec<PathBuf> {
        let named_out = left_out.into_iter().map(|file| (self.name(&file), file));
        let mut left_out: BTreeMap<String, PathBuf> = named_out.collect();
        if left_out.is_empty() {
            return Vec::new();
        }
        named(files, manifests, &mut |name| {
            as_file(&plain(name)).filter_map(|file| left_out.remove(&file)).collect()
        })
    }

    /// Tells of the patterns without which nothing would change.
    fn idle(&self, walk: &Walk) -> Vec<String> {
        let unreadable = walk.unreadable.iter().map(|(path, _)| path);
        let files = walk.manifests.iter().chain(&walk.others).chain(&walk.dangling);
        let names: Vec<String> = files.chain(unreadable).map(|file| self.name(file)).collect();
        let idle = self.patterns.iter().enumerate().filter_map(|(position, pattern)| {
            let text = &pattern.text;
            if pattern.takes_back() {
                let what = "takes nothing back that another pattern leaves out";
                return self
                    .takes_nothing_back(position, &names)
                    .then(|| format!("`--exclude {text}` {what}"));
            }
            let is_idle = !names.iter().any(|name| pattern.speaks_of(name));
            let guess = || guess(text, &names);
            is_idle.then(|| format!("nothing here matches `--exclude {text}`{}", guess()))
        });
        idle.collect()
    }

    /// Says whether no file would be left out without the pattern at `position` that stays with it.
    fn takes_nothing_back(&self, position: usize, files: &[String]) -> bool {
        let mut others = self.patterns.clone();
        others.remove(position);
        let is_taken_back =
            |file: &String| is_left_out(&others, file) && !is_left_out(&self.patterns, file);
        !files.iter().any(is_taken_back)
    }

    /// Names a file as a report does.
    fn name(&self, file: &Path) -> String {
        plain(&shown(file, &self.directory))
    }
}

/// Spells a path for patterns: without detours, and from the root of the system without its slash.
fn plain(path: &str) -> String {
    plain_path(path).trim_start_matches('/').to_owned()
}

/// Decides by the nearest folder that a pattern speaks of, the file itself included, and there by
/// the last pattern.
fn is_left_out(patterns: &[Pattern], file: &str) -> bool {
    let mut words = levels(file).filter_map(|(path, is_folder)| {
        patterns.iter().rev().find_map(|pattern| pattern.word(path, is_folder))
    });
    words.next() == Some(Word::LeaveOut)
}

/// Guesses the pattern that is meant where one with a slash matches nothing from here.
fn guess(text: &str, names: &[String]) -> String {
    let deeper = format!("**/{}", text.trim_start_matches("./").trim_start_matches('/'));
    let matches = |pattern: Pattern| names.iter().any(|name| pattern.speaks_of(name));
    let is_meant = Pattern::parse(&deeper).is_ok_and(matches);
    if is_meant { format!("; did you mean `--exclude '{deeper}'`?") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exclusion(patterns: &[&str]) -> Exclusion {
        let patterns: Vec<Pattern> =
            patterns.iter().map(|text| Pattern::parse(text).unwrap()).collect();
        Exclusion::of(&patterns, Path::new("/repo"))
    }

    /// Lists which of these files are left out.
    #[track_caller]
    fn check(patterns: &[&str], left_out: &[&str], stays: &[&str]) {
        let exclusion = exclusion(patterns);
        for file in left_out {
            assert!(exclusion.leaves_out(&Path::new("/repo").join(file)), "{file} stays");
        }
        for file in stays {
            assert!(!exclusion.leaves_out(&Path::new("/repo").join(file)), "{file} is left out");
        }
    }

    #[test]
    fn a_name_is_left_out_wherever_it_is() {
        let files = [".archive/a.yaml", "apps/.archive/b/c.yaml", "x/.archive"];
        check(&[".archive"], &files, &["archive/a.yaml", "a/.archived/a.yaml"]);
        check(&["web.yaml"], &["web.yaml", "a/b/web.yaml"], &["a/web.yml", "web.yaml.txt"]);
    }

    #[test]
    fn a_name_with_a_slash_behind_it_is_a_folder() {
        check(&[".archive/"], &[".archive/a.yaml", "b/.archive/c/a.yaml"], &["b/.archive"]);
        check(&["apps/old/"], &["apps/old/a.yaml"], &["apps/old", "b/apps/old/a.yaml"]);
    }

    #[test]
    fn a_path_counts_from_the_folder_of_the_run() {
        let stays = ["b/apps/old/a.yaml", "apps/older/a.yaml"];
        let same = ["apps/old", "/apps/old", "./apps/old", "././apps/old", "/repo/apps/old"];
        for pattern in same {
            check(&[pattern], &["apps/old/a.yaml", "apps/old/b/c.yaml"], &stays);
        }
        for pattern in ["/old", "./old", "/repo/old"] {
            check(&[pattern], &["old/a.yaml"], &["apps/old/a.yaml"]);
        }
    }

    #[test]
    fn stars_stand_for_names_and_for_folders() {
        check(&["*.tmpl.yaml"], &["a.tmpl.yaml", "b/c/a.tmpl.yaml"], &["a.yaml"]);
        check(
            &["apps/*/dev"],
            &["apps/web/dev/a.yaml"],
            &["apps/dev/a.yaml", "apps/a/b/dev/a.yaml"],
        );
        check(&["**/dev/*.yaml"], &["dev/a.yaml", "a/b/dev/a.yaml"], &["dev/b/a.yaml"]);
        check(&["apps/**/dev"], &["apps/dev/a.yaml", "apps/a/b/dev/a.yaml"], &["dev/a.yaml"]);
        check(&["apps/**"], &["apps/a.yaml", "apps/b/a.yaml"], &["b/apps/a.yaml", "apps"]);
        check(&["v[12]", "{old,older}"], &["v1/a", "b/v2", "old/a", "older"], &["v3/a", "oldest"]);
        check(&["app?"], &["apps/a"], &["app/a", "a/pp"]);
    }

    #[test]
    fn what_lies_elsewhere_is_named_as_the_report_names_it() {
        let elsewhere = ["/srv/gitops/old/a.yaml", "../other/old/a.yaml"];
        check(&["old"], &elsewhere, &["/srv/gitops/a.yaml"]);
        check(&["/srv/gitops/old"], &elsewhere[..1], &elsewhere[1..]);
        check(&["../other/old"], &elsewhere[1..], &elsewhere[..1]);
    }

    #[test]
    fn an_exclamation_mark_takes_back() {
        let patterns = ["apps/*", "!apps/shop"];
        check(&patterns, &["apps/web/a.yaml", "apps/a.yaml"], &["apps/shop/a.yaml", "b/a.yaml"]);
        check(&["!apps/shop", "apps/*"], &["apps/shop/a.yaml"], &[]);
        check(&["apps", "!apps/shop", "*.json"], &["apps/shop/a.json"], &["apps/shop/a.yaml"]);
        check(&["\\!important"], &["!important/a.yaml"], &["important/a.yaml"]);
    }

    #[test]
    fn no_line_of_a_command_is_a_comment() {
        check(&["#old"], &["#old/a.yaml"], &["old/a.yaml"]);
    }

    #[test]
    fn case_counts_on_every_system() {
        check(&["Old"], &["Old/a.yaml"], &["old/a.yaml"]);
    }

    #[track_caller]
    fn check_idle(patterns: &[&str], expected: &[&str]) {
        let at = |names: &[&str]| -> Vec<PathBuf> {
            names.iter().map(|name| Path::new("/repo").join(name)).collect()
        };
        let manifests = at(&["apps/old/a.yaml", "apps/web/a.yaml"]);
        let walk = Walk { manifests, others: at(&["docs/a.md"]), ..Walk::default() };
        assert_eq!(exclusion(patterns).idle(&walk), expected);
    }

    #[test]
    fn a_pattern_for_nothing_is_told() {
        check_idle(&["old", "docs", "apps/w*"], &[]);
        // What another pattern leaves out too is there all the same.
        check_idle(&["apps/old", "apps/**", "apps"], &[]);
        check_idle(&["older"], &["nothing here matches `--exclude older`"]);
        let guessed = "nothing here matches `--exclude /old`; did you mean `--exclude '**/old'`?";
        check_idle(&["/old"], &[guessed]);
        check_idle(&["apps", "!apps/web"], &[]);
        let idle = "`--exclude !apps` takes nothing back that another pattern leaves out";
        check_idle(&["docs", "!apps"], &[idle]);
    }
}
