//! Which accounts a pull secret is given to: those that name it today.

use std::collections::{BTreeMap, BTreeSet};

use super::found::FoundAccount;
use super::secret::DraftSecret;

/// The lists of accounts, by namespace and name.
type Lists<'a> = BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>;

/// Gives the pull secrets the accounts that name them.
///
/// An account of a table is one of each of its namespaces: where only some have it, it is left as
/// it is, for it would be made in the others.
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
    let given = given(tables);
    let keeps: Vec<Vec<String>> = tables.iter().map(|table| keep(table, &given, &lists)).collect();
    for (table, keep) in tables.iter_mut().zip(keeps) {
        table.keep = keep;
    }
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

/// Lists what the accounts of a table name beside the pull secrets that will be rendered for them.
fn keep(table: &DraftSecret, given: &Lists<'_>, lists: &Lists<'_>) -> Vec<String> {
    let mut keep = BTreeSet::new();
    for account in &table.service_accounts {
        for namespace in &table.namespaces {
            let place = (namespace.as_str(), account.as_str());
            let list = lists.get(&place).into_iter().flatten();
            let is_given = |name: &str| given.get(&place).is_some_and(|all| all.contains(name));
            keep.extend(list.filter(|name| !is_given(name)).map(|name| (*name).to_owned()));
        }
    }
    keep.into_iter().collect()
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
    fn a_pull_secret_is_known_by_its_name_in_kubernetes() {
        let table = DraftSecret { secret_name: Some(String::from("x")), ..table("x-a", &["a"]) };
        check(&[account("a", "default", &["x"])], vec![table], ["default", "", ""]);
    }
}
