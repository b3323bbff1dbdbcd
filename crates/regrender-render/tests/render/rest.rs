//! The tree without some pull secrets, and its parts beside those of the whole one.

use std::collections::BTreeSet;

use regrender_render::{Contents, Part, Rendered, render};

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
fn what_is_left_out_lands_nowhere_and_nothing_else_is() {
    let config = config(TEXT);
    let surroundings = surroundings(&config);
    let whole = render(&config, &config.clusters[0], &surroundings, Contents::Unknown).unwrap();
    let files =
        |tree: &Rendered<'_>| -> BTreeSet<String> { tree.parts().iter().flat_map(paths).collect() };
    let rest = files(&whole.without(&set(&["two"])));
    assert!(rest.contains("manifests/team-a/one.sops.yaml"), "{rest:?}");
    assert!(!rest.iter().any(|path| path.contains("two") || path.contains("team-b")), "{rest:?}");
    assert_eq!(files(&whole.without(&set(&["three"]))), files(&whole));
}

#[test]
fn each_part_has_its_counterpart_unless_nothing_lands_there() {
    let config = config(TEXT);
    let all = surroundings(&config);
    let whole = render(&config, &config.clusters[0], &all, Contents::Unknown).unwrap();
    let rest = whole.without(&set(&["two"]));
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
