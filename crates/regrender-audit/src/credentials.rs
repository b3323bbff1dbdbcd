//! Knows which pull secrets are in force for a workload, and what is in them.

use std::collections::BTreeMap;

use regrender_image::{BrokenSecret, DEFAULT_ACCOUNT, Keyring, PullSecret};

use crate::check::is_pull_secret;
use crate::declared::Declarations;
use crate::inventory::{Inventory, Rendering, Secret, SecretState, ServiceAccount};
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
    /// Positions by the tree that renders them and the name as written there.
    secrets_of_tree: BTreeMap<(&'i str, &'i str), usize>,
    /// The first position of each name in a known namespace.
    secrets_by_name: BTreeMap<&'i str, usize>,
    accounts: BTreeMap<(Option<&'i str>, &'i str), usize>,
    accounts_of_tree: BTreeMap<(&'i str, &'i str), usize>,
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
            secrets_of_tree: BTreeMap::new(),
            secrets_by_name: BTreeMap::new(),
            accounts: BTreeMap::new(),
            accounts_of_tree: BTreeMap::new(),
            contents: Vec::new(),
        };
        for (position, one) in inventory.secrets.iter().enumerate() {
            found.secrets.entry((one.namespace.as_deref(), &*one.name)).or_insert(position);
            if one.namespace.is_some() {
                found.secrets_by_name.entry(&*one.name).or_insert(position);
            }
            for tree in &one.renderings {
                found.secrets.entry((tree.namespace.as_deref(), &*tree.name)).or_insert(position);
                found.secrets_of_tree.entry((&*tree.root, &*one.written_name)).or_insert(position);
            }
            found.contents.push(match one.state {
                // The API server takes a damaged one for what it says, or refuses it.
                SecretState::Clear | SecretState::Damaged => Some(one.content.clone()),
                // Whatever is in it, the kubelet passes over a Secret of another type.
                SecretState::SealedSecret if !one.kind.is_empty() && !is_pull_secret(one) => {
                    Some(one.content.clone())
                }
                _ => open(one),
            });
        }
        for (position, one) in inventory.service_accounts.iter().enumerate() {
            found.accounts.entry((one.namespace.as_deref(), &*one.name)).or_insert(position);
            for tree in &one.renderings {
                found.accounts.entry((tree.namespace.as_deref(), &*tree.name)).or_insert(position);
                found.accounts_of_tree.entry((&*tree.root, &*one.written_name)).or_insert(position);
            }
        }
        found
    }

    /// Works out which pull secrets are in force for a workload.
    pub(crate) fn in_force(&self, subject: &Subject<'_>) -> InForce {
        let namespace = subject.namespace.as_deref();
        let mut names = subject.pull_secrets.clone();
        if let Some(namespace) = namespace {
            let patched =
                self.declarations.of_workload(namespace, &subject.workload.kind, &subject.name);
            add_missing(&mut names, patched);
        }
        if !names.is_empty() {
            let account = account_of(subject).map(|name| self.account_name(subject, name));
            let names = self.final_names(subject.root.as_deref(), names);
            return InForce { origin: Origin::Pod, account, names, unknown: None };
        }
        let Some(account) = account_of(subject) else {
            let unknown =
                Some("the chart or base decides which pull secrets its pods have".to_owned());
            return InForce { origin: Origin::Unknown, account: None, names, unknown };
        };
        self.of_account(subject, account)
    }

    fn of_account(&self, subject: &Subject<'_>, name: &str) -> InForce {
        let list = self.list_of_account(subject, name);
        let known = list.is_some() || name == DEFAULT_ACCOUNT;
        let unknown = (!known).then(|| format!("ServiceAccount `{name}` is not in the repository"));
        let account = Some(self.account_name(subject, name));
        let names = self.final_names(subject.root.as_deref(), list.unwrap_or_default());
        InForce { origin: Origin::Account, account, names, unknown }
    }

    /// Lists the pull secrets of an account, as they are written; `None` where nothing is known of it.
    fn list_of_account(&self, subject: &Subject<'_>, name: &str) -> Option<Vec<String>> {
        let namespace = subject.namespace.as_deref();
        let found = self.account(namespace, name, subject.root.as_deref());
        let mut names = found
            .map(|one| account_secrets(one, subject.root.as_deref()).to_vec())
            .unwrap_or_default();
        let mut known = found.is_some();
        if let Some(namespace) = namespace {
            let before = names.len();
            add_missing(&mut names, self.declarations.of_account(namespace, name));
            known |= names.len() > before;
        }
        known.then_some(names)
    }

    /// Lists the pull secrets of the account that a workload with a list of its own runs under.
    pub(crate) fn kept_out(&self, subject: &Subject<'_>) -> Vec<String> {
        let Some(account) = account_of(subject) else {
            return Vec::new();
        };
        let list = self.list_of_account(subject, account).unwrap_or_default();
        self.final_names(subject.root.as_deref(), list)
    }

    /// Returns the name that an account has in the workload's tree: a tree that renames objects
    /// renames what refers to them.
    fn account_name(&self, subject: &Subject<'_>, name: &str) -> String {
        let account = self.account(subject.namespace.as_deref(), name, subject.root.as_deref());
        let tree = account.and_then(|one| in_tree(&one.renderings, subject.root.as_deref()));
        tree.map_or(name, |tree| &tree.name).to_owned()
    }

    /// Returns the names that Secrets have in the tree below `root`, which may rename them.
    pub(crate) fn final_names(&self, root: Option<&str>, names: Vec<String>) -> Vec<String> {
        let in_this_tree = |name: &str| {
            let position = self.secrets_of_tree.get(&(root?, name))?;
            let secret = self.inventory.secrets.get(*position)?;
            Some(in_tree(&secret.renderings, root)?.name.clone())
        };
        names.into_iter().map(|name| in_this_tree(&name).unwrap_or(name)).collect()
    }

    pub(crate) fn account(
        &self,
        namespace: Option<&str>,
        name: &str,
        root: Option<&str>,
    ) -> Option<&'i ServiceAccount> {
        let of_tree = root.and_then(|root| self.accounts_of_tree.get(&(root, name)));
        let position = of_tree.or_else(|| self.accounts.get(&(namespace, name)))?;
        self.inventory.service_accounts.get(*position)
    }

    /// Finds the position of a Secret.
    pub(crate) fn secret(
        &self,
        namespace: Option<&str>,
        name: &str,
        root: Option<&str>,
    ) -> Option<usize> {
        let of_tree = root.and_then(|root| self.secrets_of_tree.get(&(root, name)));
        of_tree.or_else(|| self.secrets.get(&(namespace, name))).copied()
    }

    /// Finds a namespace in which there is a Secret of that name.
    pub(crate) fn namespace_with_secret(&self, name: &str) -> Option<&'i str> {
        let position = self.secrets_by_name.get(name)?;
        self.inventory.secrets.get(*position)?.namespace.as_deref()
    }

    /// Returns what is in a Secret, where that can be known.
    pub(crate) fn content(&self, position: usize) -> Option<&PullSecret> {
        self.contents.get(position).and_then(Option::as_ref)
    }

    /// Opens the Secrets of a list.
    pub(crate) fn open(
        &self,
        namespace: Option<&str>,
        root: Option<&str>,
        names: &[String],
    ) -> Opened {
        let mut unknown = None;
        let mut secrets = Vec::new();
        for name in names.iter().filter(|name| !name.is_empty()) {
            let position = self.secret(namespace, name, root);
            let content = position.and_then(|position| self.content(position));
            let rendered =
                namespace.and_then(|namespace| self.declarations.rendered(namespace, name));
            match (content, rendered) {
                (Some(content), _) => {
                    secrets.push(PullSecret { name: name.clone(), ..content.clone() });
                }
                (None, Some(rendered)) => secrets.push(rendered.stand_in()),
                (None, None) => {
                    let what = match position {
                        Some(_) => "cannot be opened",
                        None => "is not in the repository",
                    };
                    unknown.get_or_insert_with(|| format!("Secret `{name}` {what}"));
                }
            }
        }
        Opened { keyring: Keyring::build(&secrets), unknown }
    }
}

/// Returns the name of the account that a workload runs under; `None` where its chart or base says.
fn account_of<'s>(subject: &'s Subject<'_>) -> Option<&'s str> {
    let account = subject.service_account.as_deref().filter(|name| !name.is_empty());
    account.or((!subject.is_open()).then_some(DEFAULT_ACCOUNT))
}

/// Lists what the tree below `root` makes of an account's list.
pub(crate) fn account_secrets<'a>(account: &'a ServiceAccount, root: Option<&str>) -> &'a [String] {
    let tree = in_tree(&account.renderings, root);
    tree.and_then(|tree| tree.pull_secrets.as_deref()).unwrap_or(&account.pull_secrets)
}

/// Finds the rendering in the tree below `root`.
fn in_tree<'r>(renderings: &'r [Rendering], root: Option<&str>) -> Option<&'r Rendering> {
    renderings.iter().find(|one| Some(&*one.root) == root)
}

fn add_missing(names: &mut Vec<String>, more: impl IntoIterator<Item = impl AsRef<str>>) {
    for name in more {
        if !names.iter().any(|known| known == name.as_ref()) {
            names.push(name.as_ref().to_owned());
        }
    }
}
