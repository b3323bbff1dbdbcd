//! Equal pull secrets brought together, by name and by what is in them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::remark::Remarks;

/// A `[secret.NAME]` to be written.
#[derive(Clone, Debug, Default)]
pub(crate) struct DraftSecret {
    /// The name of the table.
    pub(crate) name: String,
    /// Its name in Kubernetes, if another table is called that.
    pub(crate) secret_name: Option<String>,
    /// Names of its registries.
    pub(crate) registries: Vec<String>,
    /// Where it lands.
    pub(crate) namespaces: Vec<String>,
    /// Whether nothing said where, so that somebody has to.
    pub(crate) is_placed_by_guess: bool,
    /// Accounts that name it in each of its namespaces.
    pub(crate) service_accounts: Vec<String>,
    /// What else those accounts name.
    pub(crate) keep: Vec<String>,
    /// Accounts that name it in some of its namespaces, with the namespace.
    pub(crate) other_accounts: Vec<String>,
    /// Accounts that name it, and other pull secrets beside it than most do.
    pub(crate) unlike_accounts: Vec<String>,
    /// What has to be known before it takes the place of others, and of which.
    pub(crate) cautions: Vec<Caution>,
}

/// A pull secret in a namespace, with what is in it.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) is_placed_by_guess: bool,
    pub(super) origin: String,
    pub(super) cautions: Vec<String>,
    /// Which registries it holds.
    pub(super) registries: BTreeSet<usize>,
}

/// What has to be known before a pull secret takes the place of another.
#[derive(Clone, Debug)]
pub(crate) struct Caution {
    pub(super) reason: String,
    /// The other, with its namespace.
    pub(super) about: String,
}

impl Use {
    fn cautions(&self) -> impl Iterator<Item = Caution> {
        let about = format!("{}/{}", self.namespace, self.name);
        let reasons = self.cautions.iter().cloned();
        reasons.map(move |reason| Caution { reason, about: about.clone() })
    }
}

impl DraftSecret {
    /// Returns its name in Kubernetes.
    pub(super) fn secret_name(&self) -> &str {
        self.secret_name.as_deref().unwrap_or(&self.name)
    }
}

/// Takes out what is there twice.
pub(super) fn each_once(uses: Vec<Use>, remarks: &mut Remarks) -> Vec<Use> {
    let mut seen: BTreeMap<(String, String), BTreeSet<usize>> = BTreeMap::new();
    let mut kept = Vec::new();
    for one in uses {
        let place = (one.namespace.clone(), one.name.clone());
        match seen.get(&place) {
            Some(first) if *first == one.registries => {}
            Some(_) => {
                let reason = "it is there twice with different content; the first is taken";
                remarks.add("", reason, &one.origin);
            }
            None => {
                seen.insert(place, one.registries.clone());
                kept.push(one);
            }
        }
    }
    kept
}

/// Makes one pull secret of those that have name and registries in common.
///
/// `names` are those of the registries. Of several contents under one name, the one of most
/// namespaces gives it to its table, too.
pub(super) fn tables(uses: Vec<Use>, names: &[String]) -> Vec<DraftSecret> {
    let mut by_name: BTreeMap<String, BTreeMap<BTreeSet<usize>, Vec<Use>>> = BTreeMap::new();
    for one in uses {
        let contents = by_name.entry(one.name.clone()).or_default();
        contents.entry(one.registries.clone()).or_default().push(one);
    }
    let mut taken: BTreeSet<String> = by_name.keys().cloned().collect();
    let mut tables = Vec::new();
    for (name, contents) in by_name {
        let mut contents: Vec<Vec<Use>> = contents.into_values().collect();
        for uses in &mut contents {
            uses.sort_by(|one, other| one.namespace.cmp(&other.namespace));
        }
        contents.sort_by_key(|uses| {
            (Reverse(uses.len()), uses.first().map(|one| one.namespace.clone()))
        });
        for (rank, uses) in contents.iter().enumerate() {
            let mut table = table(&name, uses, names);
            if rank > 0 {
                rename(&mut table, &mut taken);
            }
            tables.push(table);
        }
    }
    tables
}

fn table(name: &str, uses: &[Use], names: &[String]) -> DraftSecret {
    let registries = uses.first().map(|one| one.registries.clone()).unwrap_or_default();
    DraftSecret {
        name: name.to_owned(),
        registries: registries.iter().filter_map(|at| names.get(*at).cloned()).collect(),
        namespaces: uses.iter().map(|one| one.namespace.clone()).collect(),
        is_placed_by_guess: uses.iter().any(|one| one.is_placed_by_guess),
        cautions: uses.iter().flat_map(Use::cautions).collect(),
        ..DraftSecret::default()
    }
}

/// Gives a table another name than its Secret.
fn rename(table: &mut DraftSecret, taken: &mut BTreeSet<String>) {
    let base = match table.namespaces.first() {
        Some(namespace) => format!("{}-{namespace}", table.name),
        None => table.name.clone(),
    };
    let mut names =
        std::iter::once(base.clone()).chain((2..).map(|number: usize| format!("{base}-{number}")));
    let name = names.find(|name| !taken.contains(name)).unwrap_or(base);
    taken.insert(name.clone());
    table.secret_name = Some(std::mem::replace(&mut table.name, name));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(namespace: &str, name: &str, registries: &[usize]) -> Use {
        Use {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            is_placed_by_guess: false,
            origin: format!("{namespace}/{name}"),
            cautions: Vec::new(),
            registries: registries.iter().copied().collect(),
        }
    }

    /// Checks the names and namespaces of the tables, and how many remarks there are. A table that is
    /// called otherwise than its Secret has both names.
    #[track_caller]
    fn check(uses: Vec<Use>, expected: &[(&str, &str)], remarked: usize) {
        let mut remarks = Remarks::default();
        let names = [String::from("r0"), String::from("r1")];
        let uses = each_once(uses, &mut remarks);
        let tables = tables(uses, &names);
        let found: Vec<(String, String)> =
            tables.iter().map(|table| (names_of(table), table.namespaces.join(" "))).collect();
        let found: Vec<(&str, &str)> =
            found.iter().map(|(name, namespaces)| (name.as_str(), namespaces.as_str())).collect();
        assert_eq!(found, expected);
        assert_eq!(remarks.lines().len(), remarked, "{:?}", remarks.lines());
    }

    fn names_of(table: &DraftSecret) -> String {
        let own = table.secret_name.as_ref().map(|name| format!("={name}")).unwrap_or_default();
        format!("{}{own}", table.name)
    }

    #[test]
    fn equal_pull_secrets_are_one_table() {
        check(
            vec![one("b", "regcred", &[0]), one("a", "regcred", &[0]), one("a", "hub", &[0, 1])],
            &[("hub", "a"), ("regcred", "a b")],
            0,
        );
    }

    #[test]
    fn a_name_with_two_contents_is_two_tables() {
        check(
            vec![one("a", "regcred", &[0]), one("b", "regcred", &[1]), one("c", "regcred", &[1])],
            &[("regcred", "b c"), ("regcred-a=regcred", "a")],
            0,
        );
    }

    #[test]
    fn a_new_name_is_nobody_elses() {
        check(
            vec![one("a", "x", &[0]), one("b", "x", &[1]), one("c", "x-b", &[0])],
            &[("x", "a"), ("x-b-2=x", "b"), ("x-b", "c")],
            0,
        );
    }

    #[test]
    fn what_is_there_twice_counts_once() {
        check(vec![one("a", "x", &[0]), one("a", "x", &[0])], &[("x", "a")], 0);
        check(vec![one("a", "x", &[0]), one("a", "x", &[1])], &[("x", "a")], 1);
    }
}
