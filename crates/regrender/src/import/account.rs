//! Which accounts a pull secret is given to: those that name it today.

use std::collections::{BTreeMap, BTreeSet};

use super::found::FoundAccount;
use super::secret::DraftSecret;

/// The lists of accounts, by namespace and name.
type Lists<'a> = BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>;

/// Gives the pull secrets the accounts that name them.
///
/// An account of a table is one of each of its namespaces: where only some have it, it is left as
/// it is, for it would be made in the others. So is one that names other pull secrets beside than most
/// do: what a table keeps, it keeps for all of its accounts.
pub(super) fn give(accounts: &[FoundAccount], namespace: &str, tables: &mut [DraftSecret]) {
    let mut lists: Lists<'_> = BTreeMap::new();
    for account in accounts {
        let place = (account.namespace.as_deref().unwrap_or(namespace), account.name.as_str());
        lists.entry(place).or_default().extend(account.pull_secrets.iter().map(String::as_str));
    }
    for table in tables.iter_mut() {
        let (everywhere, elsewhere) = users(table, &lists);
        table.service_accounts = everywhere;
        table.other_accounts = elsewhere;
    }
    // Whom one table leaves out is not given its pull secret, which another table may have to keep.
    loop {
        let given = given(tables);
        let shares: Vec<Share> = tables.iter().map(|table| share(table, &given, &lists)).collect();
        let is_settled = shares.iter().all(|share| share.unlike.is_empty());
        for (table, Share { keep, unlike }) in tables.iter_mut().zip(shares) {
            table.keep = keep;
            table.service_accounts.retain(|account| !unlike.contains(account));
            let places = table.namespaces.iter().flat_map(|namespace| {
                unlike.iter().map(move |account| format!("{namespace}/{account}"))
            });
            table.unlike_accounts.extend(places);
            table.unlike_accounts.sort_unstable();
        }
        if is_settled {
            return;
        }
    }
}

/// What the accounts of a table name beside the pull secrets that will be rendered for them.
struct Share {
    /// What most of them name.
    keep: Vec<String>,
    /// The accounts that name something else, in one of the namespaces at least.
    unlike: Vec<String>,
}

fn users(table: &DraftSecret, lists: &Lists<'_>) -> (Vec<String>, Vec<String>) {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let wanted: BTreeSet<&str> = table.namespaces.iter().map(String::as_str).collect();
    for ((namespace, account), list) in lists {
        if wanted.contains(namespace) && list.contains(table.secret_name()) {
            found.entry(account).or_default().push(namespace);
        }
    }
    let (everywhere, elsewhere): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(_, namespaces)| namespaces.len() == wanted.len());
    let shown = |(account, namespaces): (&str, Vec<&str>)| -> Vec<String> {
        namespaces.iter().map(|namespace| format!("{namespace}/{account}")).collect()
    };
    let everywhere = everywhere.into_iter().map(|(account, _)| account.to_owned()).collect();
    (everywhere, elsewhere.into_iter().flat_map(shown).collect())
}

/// Lists which pull secrets will be rendered for each account.
fn given(tables: &[DraftSecret]) -> Lists<'_> {
    let mut given: Lists<'_> = BTreeMap::new();
    for table in tables {
        for namespace in &table.namespaces {
            for account in &table.service_accounts {
                given.entry((namespace, account)).or_default().insert(table.secret_name());
            }
        }
    }
    given
}

fn share(table: &DraftSecret, given: &Lists<'_>, lists: &Lists<'_>) -> Share {
    let mut accounts: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    let mut unlike = BTreeSet::new();
    let mut of_accounts = Vec::new();
    for account in &table.service_accounts {
        let mut of_namespaces = table.namespaces.iter().map(|namespace| {
            let place = (namespace.as_str(), account.as_str());
            let list = lists.get(&place).into_iter().flatten().copied();
            let is_given = |name: &str| given.get(&place).is_some_and(|all| all.contains(name));
            list.filter(|name| !is_given(name)).collect::<Vec<&str>>()
        });
        let first = of_namespaces.next().unwrap_or_default();
        if of_namespaces.all(|other| other == first) {
            *accounts.entry(first.clone()).or_default() += 1;
            of_accounts.push((account, first));
        } else {
            unlike.insert(account.clone());
        }
    }
    // Of as many with one list as with another, those with the first.
    let most = accounts.iter().rev().max_by_key(|(_, count)| **count).map(|(list, _)| list.clone());
    let most = most.unwrap_or_default();
    unlike.extend(
        of_accounts.iter().filter(|(_, list)| *list != most).map(|(one, _)| (*one).clone()),
    );
    let keep = most.into_iter().map(str::to_owned).collect();
    Share { keep, unlike: unlike.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(namespace: &str, name: &str, pull_secrets: &[&str]) -> FoundAccount {
        FoundAccount {
            namespace: Some(namespace.to_owned()),
            name: name.to_owned(),
            pull_secrets: pull_secrets.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn table(name: &str, namespaces: &[&str]) -> DraftSecret {
        DraftSecret {
            name: name.to_owned(),
            namespaces: namespaces.iter().map(|name| (*name).to_owned()).collect(),
            ..DraftSecret::default()
        }
    }

    /// Checks accounts, `keep` and other accounts of the first table.
    #[track_caller]
    fn check(accounts: &[FoundAccount], mut tables: Vec<DraftSecret>, expected: [&str; 3]) {
        give(accounts, "default", &mut tables);
        let first = &tables[0];
        let found = [&first.service_accounts, &first.keep, &first.other_accounts]
            .map(|list| list.join(" "));
        assert_eq!(found, expected);
    }

    #[test]
    fn an_account_of_every_namespace_is_given_the_pull_secret() {
        check(
            &[account("a", "default", &["x"]), account("b", "default", &["x"])],
            vec![table("x", &["a", "b"])],
            ["default", "", ""],
        );
    }

    #[test]
    fn an_account_of_some_namespaces_is_left_as_it_is() {
        check(
            &[account("a", "default", &["x"]), account("b", "ci", &["y"])],
            vec![table("x", &["a", "b"])],
            ["", "", "a/default"],
        );
    }

    #[test]
    fn what_else_an_account_names_is_kept() {
        check(
            &[account("a", "default", &["legacy", "x", "y"])],
            vec![table("x", &["a"]), table("y", &["a"])],
            ["default", "legacy", ""],
        );
    }

    #[test]
    fn what_another_table_does_not_give_is_kept() {
        check(
            &[account("a", "default", &["x", "y"]), account("b", "default", &[])],
            vec![table("x", &["a"]), table("y", &["a", "b"])],
            ["default", "y", ""],
        );
    }

    #[test]
    fn what_a_table_gives_in_other_namespaces_alone_is_kept() {
        check(
            &[account("a", "default", &["x", "y"]), account("b", "default", &["y"])],
            vec![table("x", &["a"]), table("y", &["b"])],
            ["default", "y", ""],
        );
    }

    #[test]
    fn an_account_that_names_more_than_the_others_is_left_as_it_is() {
        let accounts = [
            account("a", "default", &["x"]),
            account("a", "ci", &["x", "robot"]),
            account("b", "default", &["x"]),
            account("b", "ci", &["x"]),
        ];
        let mut tables = vec![table("x", &["a", "b"])];
        give(&accounts, "default", &mut tables);
        assert_eq!(tables[0].service_accounts, ["default"]);
        assert_eq!(tables[0].unlike_accounts, ["a/ci", "b/ci"]);
        assert_eq!(tables[0].keep, [""; 0]);
    }

    #[test]
    fn what_an_account_is_not_given_after_all_is_kept_elsewhere() {
        // `ci` is no account of `x`, so that `x` is one more name in its list.
        let accounts = [
            account("a", "default", &["x"]),
            account("a", "other", &["x"]),
            account("a", "ci", &["x", "y", "robot"]),
        ];
        let mut tables = vec![table("x", &["a"]), table("y", &["a"])];
        give(&accounts, "default", &mut tables);
        assert_eq!(tables[0].service_accounts, ["default", "other"]);
        assert_eq!(tables[0].unlike_accounts, ["a/ci"]);
        assert_eq!(tables[1].service_accounts, ["ci"]);
        assert_eq!(tables[1].keep, ["robot", "x"]);
    }

    #[test]
    fn a_pull_secret_is_known_by_its_name_in_kubernetes() {
        let table = DraftSecret { secret_name: Some(String::from("x")), ..table("x-a", &["a"]) };
        check(&[account("a", "default", &["x"])], vec![table], ["default", "", ""]);
    }
}
