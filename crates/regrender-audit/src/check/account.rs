//! Knows what is wrong with lists of pull secrets, at pods and at accounts.

use std::collections::BTreeSet;

use regrender_image::{ENFORCE_MOUNTABLE_SECRETS, enforces_mountable_secrets};

use crate::credentials::{Credentials, InForce, Origin};
use crate::declared::Declarations;
use crate::finding::{Code, Finding};
use crate::inventory::Inventory;
use crate::kind::{Address, ServiceAccount};
use crate::place::Place;
use crate::placeholder::is_open;
use crate::subject::Subject;

/// Checks the list of one workload.
pub(crate) fn check_subject(
    subject: &Subject<'_>,
    in_force: &InForce,
    inventory: &Inventory,
    credentials: &Credentials<'_>,
    declarations: &Declarations<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let place = &subject.workload.place;
    let namespace = subject.namespace.as_deref();
    let title = subject.title();
    check_list(&title, &in_force.names, place, &mut findings);
    if let Some(namespace) = namespace.filter(|name| !is_open(name)) {
        for name in in_force.names.iter().filter(|name| !name.is_empty() && !is_open(name)) {
            let known = credentials.secret(Some(namespace), name).is_some()
                || declarations.rendered(namespace, name).is_some();
            if !known {
                findings.push(missing_secret(&title, name, namespace, credentials, place));
            }
        }
    }
    // What is admitted has found its account.
    let account = in_force.account.as_deref().filter(|_| in_force.origin != Origin::Admission);
    let Some(account) = account else {
        return findings;
    };
    match credentials.account(subject.root.as_deref(), namespace, account) {
        Some((found, _)) if in_force.origin == Origin::Pod => {
            let list = credentials.account_list(subject);
            check_against(&title, &in_force.names, (account, found), &list, place, &mut findings);
        }
        Some(_) => {}
        // Where an operator is installed from it, its accounts are made along.
        None if subject.workload.kind == "ClusterServiceVersion" => {}
        None => findings.extend(account_elsewhere(&title, account, namespace, inventory, place)),
    }
    findings
}

/// Checks the accounts, and finds accounts and Secrets that nothing uses.
pub(crate) fn check_accounts(
    inventory: &Inventory,
    used: &[(Option<String>, InForce)],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let running: BTreeSet<(Option<&str>, &str)> = used
        .iter()
        .filter_map(|(namespace, one)| Some((namespace.as_deref(), one.account.as_deref()?)))
        .collect();
    let mut named: BTreeSet<&str> =
        used.iter().flat_map(|(_, one)| one.names.iter().map(String::as_str)).collect();
    named.extend(inventory.other_secrets.iter().map(String::as_str));
    for account in &inventory.service_accounts {
        let title = format!("ServiceAccount `{}`", account.name);
        check_list(&title, &account.pull_secrets, &account.place, &mut findings);
        let lists = account.pull_secrets.iter().chain(&account.mountable_secrets);
        named.extend(lists.map(String::as_str));
        let trees = account.renderings.iter().map(|one| (one.namespace.as_deref(), &*one.name));
        let mut addresses = trees.chain([(account.namespace.as_deref(), &*account.name)]);
        // The default account serves workloads that no repository knows of.
        let is_default = account.name == regrender_image::DEFAULT_ACCOUNT;
        if !account.pull_secrets.is_empty()
            && !is_default
            && !addresses.any(|one| running.contains(&one))
        {
            let message = format!("{title} has pull secrets, but no workload here runs under it");
            findings.push(Finding::new(Code::AccountUnused, &account.place, message));
        }
    }
    for secret in inventory.secrets.iter().filter(|secret| secret.is_pull_secret()) {
        let in_trees = secret.renderings.iter().map(|one| &*one.name);
        let mut all = in_trees.chain([&*secret.name, &*secret.written_name]);
        if !all.any(|name| named.contains(name)) {
            let message = format!("no account and no workload here names Secret `{}`", secret.name);
            findings.push(Finding::new(Code::SecretUnused, &secret.place, message));
        }
    }
    findings
}

fn check_list(title: &str, names: &[String], place: &Place, findings: &mut Vec<Finding>) {
    if names.iter().any(String::is_empty) {
        let message = format!("{title} lists a pull secret without a name");
        findings.push(Finding::new(Code::EmptySecretName, place, message));
    }
    let mut seen = BTreeSet::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        if !seen.insert(name) {
            let message = format!("{title} lists the pull secret `{name}` twice");
            findings.push(Finding::new(Code::PullSecretTwice, place, message));
        }
    }
}

fn missing_secret(
    title: &str,
    name: &str,
    namespace: &str,
    credentials: &Credentials<'_>,
    place: &Place,
) -> Finding {
    if let Some(other) = credentials.namespace_with_secret(name) {
        let message = format!(
            "{title} lists the pull secret `{name}`, which exists in `{other}` but not in `{namespace}`"
        );
        return Finding::new(Code::PullSecretElsewhere, place, message);
    }
    let message =
        format!("{title} lists the pull secret `{name}`, which nothing defines in `{namespace}`");
    Finding::new(Code::PullSecretMissing, place, message)
}

/// Compares a pod's own list with that of the account, which it keeps out.
fn check_against(
    title: &str,
    names: &[String],
    (name, account): (&str, &ServiceAccount),
    list: &[String],
    place: &Place,
    findings: &mut Vec<Finding>,
) {
    let left_out: Vec<&str> = list
        .iter()
        .filter(|name| !name.is_empty() && !names.contains(name))
        .map(String::as_str)
        .collect();
    if !left_out.is_empty() {
        let message = format!(
            "{title} lists pull secrets of its own, so `{}` of ServiceAccount `{name}` is not added",
            left_out.join("`, `"),
        );
        findings.push(Finding::new(Code::AccountSecretsNotAdded, place, message));
    }
    let enforces = account.metadata.annotations.get(ENFORCE_MOUNTABLE_SECRETS);
    if enforces.is_some_and(|value| enforces_mountable_secrets(value)) {
        for secret in names.iter().filter(|secret| !list.contains(secret)) {
            let message = format!(
                "pods of {title} will be rejected: ServiceAccount `{name}` enforces its list, and pull secret `{secret}` is not on it"
            );
            findings.push(Finding::new(Code::AccountRejectsPod, place, message));
        }
    }
}

fn account_elsewhere<'i>(
    title: &str,
    name: &str,
    namespace: Option<&str>,
    inventory: &'i Inventory,
    place: &Place,
) -> Option<Finding> {
    // Every namespace has a default account.
    if name == regrender_image::DEFAULT_ACCOUNT {
        return None;
    }
    let namespace = namespace.filter(|name| !is_open(name))?;
    let addresses = inventory.service_accounts.iter().flat_map(ServiceAccount::addresses);
    let same_name = addresses.filter(|one| one.name == name);
    // One whose namespace is not known may well be the right one.
    let known = |one: Address<'i>| one.namespace.filter(|name| !is_open(name));
    let mut namespaces = same_name.map(known).collect::<Option<Vec<_>>>()?;
    let other = namespaces.pop()?;
    let message = format!(
        "{title} runs under ServiceAccount `{name}`, which exists in `{other}` but not in `{namespace}`"
    );
    Some(Finding::new(Code::AccountElsewhere, place, message))
}
