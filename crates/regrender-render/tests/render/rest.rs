//! The tree without some pull secrets, and its parts beside those of the whole one.

use std::collections::{BTreeMap, BTreeSet};

use regrender_render::{Contents, Part, render};

use crate::support::{config, surroundings};

const TEXT: &str = "[registry.r]\nhost = \"r.example\"\nusername = \"u\"\npassword = { env = \"X\" }\n\
    [secret.one]\nregistries = [\"r\"]\nnamespaces = [\"team-a\"]\n\
    [secret.two]\nregistries = [\"r\"]\nnamespaces = [\"team-a\", \"team-b\"]\n";

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().copied().map(str::to_owned).collect()
}

fn paths(part: &Part<'_>) -> BTreeSet<String> {
    part.files().into_iter().map(|(path, _)| path).collect()
}

#[test]
fn what_lands_nowhere_is_left_out_and_nothing_else() {
    let surroundings = surroundings(&config(TEXT));
    let rest = surroundings.without(&set(&["two"]));
    let expected = BTreeMap::from([(String::from("one"), vec![String::from("team-a")])]);
    assert_eq!(rest.namespaces, expected);
    assert_eq!(rest.repository_path, surroundings.repository_path);
    assert_eq!(surroundings.without(&set(&["three"])).namespaces, surroundings.namespaces);
}

#[test]
fn each_part_has_its_counterpart_unless_nothing_lands_there() {
    let config = config(TEXT);
    let all = surroundings(&config);
    let some = all.without(&set(&["two"]));
    let whole = render(&config, &config.clusters[0], &all, Contents::Unknown).unwrap();
    let rest = render(&config, &config.clusters[0], &some, Contents::Unknown).unwrap();
    let mut found = BTreeSet::new();
    let mut alone = Vec::new();
    for part in whole.parts() {
        match rest.counterpart(&part) {
            Some(other) => {
                let (one, other) = (paths(&part), paths(&other));
                assert!(!one.is_disjoint(&other), "{one:?} {other:?}");
                found.extend(other);
            }
            None => alone.push(paths(&part)),
        }
    }
    assert_eq!(found, rest.parts().iter().flat_map(paths).collect());
    assert_eq!(alone.len(), 1, "{alone:?}");
    assert!(alone.iter().flatten().all(|path| path.contains("team-b")), "{alone:?}");
}
