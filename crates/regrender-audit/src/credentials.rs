//! Knows which pull secrets are in force for a workload, and what is in them.

mod referrer;

use std::collections::BTreeMap;

use regrender_image::{BrokenSecret, DEFAULT_ACCOUNT, Keyring, PullSecret};

use self::referrer::InTrees;
pub(crate) use self::referrer::Referrer;
use crate::declared::{Declarations, RenderedList};
use crate::inventory::Inventory;
use crate::kind::{
    ACCOUNT, AccountField, Address, Doubt, Filler, Rendering, Secret, SecretState, ServiceAccount,
};
use crate::placeholder::is_open;
use crate::subject::Subject;

/// Opens a sealed Secret, where an identity for it is at hand.
pub type Opener<'o> = &'o dyn Fn(&Secret) -> Option<PullSecret>;

/// Where the pull secrets of a pod come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The pod lists them itself.
    Pod,
    /// They are copied from its account.
    Account,
    /// The pod was let in with them, and gets no others any more.
    Admission,
    /// Nobody can tell from the repository.
    Unknown,
}

/// The pull secrets that are in force for one workload.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    pub(crate) origin: Origin,
    /// The account; `None` where a chart decides.
    pub(crate) account: Option<String>,
    /// The names of the Secrets, in order.
    pub(crate) names: Vec<String>,
    /// What the repository does not say, in words.
    pub(crate) unknown: Option<String>,
}

/// An account as it is deployed: its manifest, and what a tree makes of it.
pub(crate) type Deployed<'i> = (&'i ServiceAccount, Option<&'i Rendering>);

/// The account that pods run under.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meant<'a> {
    /// The folder of the outermost kustomization of the pods, if there is one.
    root: Option<&'a str>,
    namespace: Option<&'a str>,
    name: &'a str,
    /// The account itself, where the repository has it.
    found: Option<Deployed<'a>>,
}

/// The content of a list of pull secrets.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) keyring: Result<Keyring, BrokenSecret>,
    /// What the repository does not say, in words.
    pub(crate) unknown: Option<String>,
}

/// All Secrets and accounts, by where they are looked for.
pub(crate) struct Credentials<'i> {
    inventory: &'i Inventory,
    declarations: &'i Declarations<'i>,
    /// Positions in the inventory by namespace and name.
    secrets: BTreeMap<(Option<&'i str>, &'i str), usize>,
    secrets_in_trees: InTrees<'i>,
    /// The positions of those that controllers copy, by name.
    copied: BTreeMap<&'i str, Vec<usize>>,
    /// A known namespace in which there is one of each name.
    secrets_by_name: BTreeMap<&'i str, &'i str>,
    /// Of several in a place the one of the tree that is asked for counts, and else the first.
    accounts: BTreeMap<(Option<&'i str>, &'i str), Vec<Deployed<'i>>>,
    accounts_in_trees: InTrees<'i>,
    /// What is in each Secret, where that can be known.
    contents: Vec<Option<PullSecret>>,
}

impl<'i> Credentials<'i> {
    pub(crate) fn new(
        inventory: &'i Inventory,
        declarations: &'i Declarations<'i>,
        open: Opener<'_>,
    ) -> Self {
        let mut found = Self {
            inventory,
            declarations,
            secrets: BTreeMap::new(),
            secrets_in_trees: InTrees::default(),
            copied: BTreeMap::new(),
            secrets_by_name: BTreeMap::new(),
            accounts: BTreeMap::new(),
            accounts_in_trees: InTrees::default(),
            contents: Vec::new(),
        };
        for (position, secret) in inventory.secrets.iter().enumerate() {
            found.take_secret(position, secret, open);
        }
        for (position, account) in inventory.service_accounts.iter().enumerate() {
            found.take_account(position, account);
        }
        found
    }

    fn take_secret(&mut self, position: usize, one: &'i Secret, open: Opener<'_>) {
        if one.copies.is_some() {
            self.copied.entry(&*one.name).or_default().push(position);
        }
        for Address { namespace, name, tree } in one.addresses() {
            self.secrets.entry((namespace, name)).or_insert(position);
            if let Some(namespace) = namespace.filter(|name| !is_open(name)) {
                self.secrets_by_name.entry(name).or_insert(namespace);
            }
            // Of what only becomes a Secret in the cluster, kustomize knows no references.
            if let Some(tree) = tree.filter(|_| one.state.is_secret()) {
                self.secrets_in_trees.add(&one.written_name, position, tree);
            }
        }
        let is_sure = one.renderings.iter().all(|tree| tree.doubt.is_none());
        self.contents.push(match one.state {
            _ if !is_sure => None,
            _ if one.filler.is_some() => None,
            // The API server takes a damaged one for what it says, or refuses it.
            SecretState::Clear | SecretState::Damaged => Some(one.content.clone()),
            // Whatever is in it, the kubelet passes over a Secret of another type.
            SecretState::SealedSecret if !one.kind.is_empty() && !one.is_pull_secret() => {
                Some(one.content.clone())
            }
            _ => open(one),
        });
    }

    fn take_account(&mut self, position: usize, one: &'i ServiceAccount) {
        for Address { namespace, name, tree } in one.addresses() {
            self.accounts.entry((namespace, name)).or_default().push((one, tree));
            if let Some(tree) = tree {
                self.accounts_in_trees.add(&one.written_name, position, tree);
            }
        }
    }

    /// Works out which pull secrets are in force for a workload.
    pub(crate) fn in_force(&self, subject: &Subject<'_>) -> InForce {
        let account = self.account_meant(subject);
        let mut names = subject.pull_secrets.clone();
        if subject.is_admitted() {
            let account = account.map(|account| account.name.to_owned());
            return InForce { origin: Origin::Admission, account, names, unknown: None };
        }
        if let Some(patch) = self.patch_of(subject) {
            names.clone_from(&patch.pull_secrets);
            add_missing(&mut names, &subject.pull_secrets);
        }
        if !names.is_empty() {
            let account = account.map(|account| account.name.to_owned());
            let names = self.final_names(Referrer::of(subject), names);
            return InForce { origin: Origin::Pod, account, names, unknown: None };
        }
        if let Some(account) = account {
            return self.of_account(account);
        }
        let reason = if subject.is_open() {
            "the chart or base decides which pull secrets its pods have"
        } else {
            "it does not say which account its pods run under, and its controller decides"
        };
        let unknown = Some(reason.to_owned());
        InForce { origin: Origin::Unknown, account: None, names, unknown }
    }

    /// Works out what pods of an account have that list nothing themselves.
    pub(crate) fn of_account(&self, account: Meant<'_>) -> InForce {
        let list = self.list_of_account(account);
        let Meant { namespace, name, found, .. } = account;
        let mut unknown = match namespace {
            _ if list.is_some() => None,
            Some(namespace) if is_open(namespace) => {
                Some(format!("nothing in the repository says which namespace `{namespace}` is"))
            }
            _ if name == DEFAULT_ACCOUNT => None,
            _ => Some(format!("ServiceAccount `{name}` is not in the repository")),
        };
        let tree = found.and_then(|(_, tree)| tree);
        match tree.and_then(|tree| tree.doubt.as_ref()) {
            Some(Doubt::Change(place)) => {
                unknown =
                    Some(format!("what `{place}` changes of its account is not followed here"));
            }
            Some(Doubt::Variable(reason)) => unknown = Some(format!("of its account, {reason}")),
            None => {}
        }
        let account = Some(name.to_owned());
        InForce { origin: Origin::Account, account, names: list.unwrap_or_default(), unknown }
    }

    /// Lists the pull secrets that the manifest of a workload's account names; none where there is no
    /// manifest.
    pub(crate) fn account_list(&self, subject: &Subject<'_>) -> Vec<String> {
        let account = self.account_meant(subject);
        account.and_then(|account| self.list_in_manifest(account)).unwrap_or_default()
    }

    fn list_in_manifest(&self, account: Meant<'_>) -> Option<Vec<String>> {
        Some(self.list_as_deployed(account.found?, account.root))
    }

    /// Lists the pull secrets that an account's manifest names, as they are deployed.
    pub(crate) fn list_as_deployed(
        &self,
        account: Deployed<'_>,
        root: Option<&str>,
    ) -> Vec<String> {
        let changed = account.1.and_then(|tree| tree.pull_secrets.as_ref());
        self.names_on_list(account, root, changed.unwrap_or(&account.0.pull_secrets))
    }

    /// Returns the names on a list of an account as the tree of the account calls them; where several
    /// trees come to the same, as that below `root` does.
    fn names_on_list(
        &self,
        (_, tree): Deployed<'_>,
        root: Option<&str>,
        list: &[String],
    ) -> Vec<String> {
        let Some(tree) = tree else { return list.to_vec() };
        let referrer = Referrer {
            kind: ACCOUNT,
            root: root.filter(|_| tree.is_in(root)).or(Some(&tree.root)),
            namespace: tree.namespace.as_deref(),
            name: &tree.name,
        };
        self.final_names(referrer, list.to_vec())
    }

    /// Lists the pull secrets of an account; `None` where nothing is known of it.
    fn list_of_account(&self, account: Meant<'_>) -> Option<Vec<String>> {
        let found = self.list_in_manifest(account);
        let written = account
            .namespace
            .and_then(|namespace| self.declarations.list(namespace, ACCOUNT, account.name));
        let Some(RenderedList { pull_secrets: written, .. }) = written else { return found };
        let mut names = match account.found {
            Some(found) => self.names_on_list(found, account.root, written),
            None => written.clone(),
        };
        add_missing(&mut names, &found.unwrap_or_default());
        Some(names)
    }

    /// Finds what a build patches a workload with.
    fn patch_of(&self, subject: &Subject<'_>) -> Option<&'i RenderedList> {
        let namespace = subject.namespace.as_deref().filter(|_| !subject.is_admitted())?;
        self.declarations.list(namespace, &subject.workload.kind, &subject.name)
    }

    /// Lists the pull secrets of the account that a workload with a list of its own runs under.
    pub(crate) fn kept_out(&self, subject: &Subject<'_>) -> Vec<String> {
        let account = self.account_meant(subject);
        account.and_then(|account| self.list_of_account(account)).unwrap_or_default()
    }

    /// Finds the account that a workload means, by the name that the workload's tree gives it: a tree
    /// that renames objects renames what refers to them.
    fn account_meant<'s>(&'s self, subject: &'s Subject<'_>) -> Option<Meant<'s>> {
        let patched = self.patch_of(subject).and_then(|patch| patch.service_account.as_deref());
        let name = patched.or_else(|| account_of(subject))?;
        let referrer = Referrer::of(subject);
        // Where a pod names none, nothing is renamed along: it has the account `default`. Nor is
        // what it names by the deprecated field, of which kustomize knows nothing.
        let is_named = subject.service_account.as_deref() == Some(name)
            && subject.account_field == AccountField::Name;
        let Referrer { root, namespace, .. } = referrer;
        if is_named
            && referrer.follows_accounts()
            && let Some((position, tree)) = referrer.find(&self.accounts_in_trees, name)
        {
            let account = self.inventory.service_accounts.get(position)?;
            return Some(Meant {
                root,
                namespace,
                name: &tree.name,
                found: Some((account, Some(tree))),
            });
        }
        Some(Meant { root, namespace, name, found: self.account(root, namespace, name) })
    }

    /// Finds an account of a cluster, whatever its pods.
    pub(crate) fn account_called<'s>(&'s self, namespace: &'s str, name: &'s str) -> Meant<'s> {
        let namespace = Some(namespace);
        Meant { root: None, namespace, name, found: self.account(None, namespace, name) }
    }

    /// Returns the names that Secrets have in the tree of what refers to them.
    pub(crate) fn final_names(&self, referrer: Referrer<'_>, names: Vec<String>) -> Vec<String> {
        if !referrer.follows_secrets() {
            return names;
        }
        let of_tree = |name: &str| referrer.find(&self.secrets_in_trees, name);
        let final_name = |name: String| of_tree(&name).map_or(name, |(_, tree)| tree.name.clone());
        names.into_iter().map(final_name).collect()
    }

    /// Finds an account by the name that it has in the cluster; the one of the tree below `root`
    /// before others.
    pub(crate) fn account(
        &self,
        root: Option<&str>,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<Deployed<'i>> {
        let found = self.accounts.get(&(namespace, name))?;
        let is_own = |(_, tree): &&Deployed<'_>| tree.is_some_and(|tree| tree.is_in(root));
        found.iter().find(is_own).or(found.first()).copied()
    }

    /// Finds the position of a Secret, by the name that it has in the cluster; a copy of another one
    /// is as good as that.
    pub(crate) fn secret(&self, namespace: Option<&str>, name: &str) -> Option<usize> {
        let found = self.secrets.get(&(namespace, name)).copied();
        found.or_else(|| {
            let namespace = namespace?;
            let reaches = |position: &&usize| {
                let secret = self.inventory.secrets.get(**position);
                secret.is_some_and(|secret| secret.is_copied_to(namespace))
            };
            self.copied.get(name)?.iter().find(reaches).copied()
        })
    }

    /// Finds a namespace in which there is a Secret of that name.
    pub(crate) fn namespace_with_secret(&self, name: &str) -> Option<&'i str> {
        self.secrets_by_name.get(name).copied()
    }

    /// Returns what is in a Secret, where that can be known.
    pub(crate) fn content(&self, position: usize) -> Option<&PullSecret> {
        self.contents.get(position).and_then(Option::as_ref)
    }

    /// Says why nobody knows what is in a Secret that is there.
    fn why_unknown(&self, position: usize) -> &'static str {
        let secret = self.inventory.secrets.get(position);
        let filler = secret.and_then(|secret| secret.filler);
        filler.map_or("cannot be opened", Filler::awaited)
    }

    /// Opens the Secrets of a list.
    pub(crate) fn open(&self, namespace: Option<&str>, names: &[String]) -> Opened {
        let (secrets, unknown) = self.held(namespace, names);
        Opened { keyring: Keyring::build(&secrets), unknown }
    }

    /// Lists the Secrets of a list, and says of the first that nobody knows why that is so.
    pub(crate) fn held(
        &self,
        namespace: Option<&str>,
        names: &[String],
    ) -> (Vec<PullSecret>, Option<String>) {
        let mut unknown = None;
        let mut secrets = Vec::new();
        for name in names.iter().filter(|name| !name.is_empty()) {
            match self.held_secret(namespace, name) {
                Ok(secret) => secrets.push(secret),
                Err(what) => {
                    unknown.get_or_insert_with(|| format!("Secret `{name}` {what}"));
                }
            }
        }
        (secrets, unknown)
    }

    fn held_secret(&self, namespace: Option<&str>, name: &str) -> Result<PullSecret, &'static str> {
        let position = self.secret(namespace, name);
        let found = position.and_then(|position| self.inventory.secrets.get(position));
        let is_refused =
            found.is_some_and(|secret| secret.filler.is_none() && !secret.bad_keys.is_empty());
        let content = position.and_then(|position| self.content(position));
        if let Some(content) = content.filter(|_| !is_refused) {
            return Ok(PullSecret { name: name.to_owned(), ..content.clone() });
        }
        let rendered = namespace.and_then(|namespace| self.declarations.rendered(namespace, name));
        match (rendered, position) {
            (Some(rendered), _) => Ok(rendered.stand_in()),
            (None, Some(_)) if is_refused => {
                Err("is not valid base64, so the API server refuses it")
            }
            (None, Some(position)) => Err(self.why_unknown(position)),
            (None, None) => Err("is not in the repository"),
        }
    }
}

/// Returns the name of the account that a workload runs under; `None` where its chart or base says, or
/// the controller of a custom resource, and for what a node runs from a file of its own.
fn account_of<'s>(subject: &'s Subject<'_>) -> Option<&'s str> {
    if subject.mirrors_file() {
        return None;
    }
    let account = subject.service_account.as_deref().filter(|name| !name.is_empty());
    let is_default = !subject.is_open() && !subject.leaves_account_open();
    account.or(is_default.then_some(DEFAULT_ACCOUNT))
}

fn add_missing(names: &mut Vec<String>, more: &[String]) {
    for name in more {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
}
