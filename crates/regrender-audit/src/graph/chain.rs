//! Knows how the graph of a repository comes about: link by link, as the kubelet would go.

mod registry;
mod secret;

use std::collections::{BTreeMap, BTreeSet};

use regrender_image::{AuthKey, DEFAULT_ACCOUNT, ImageReference, KeySet};

use super::sorted::set;
use super::{Edge, Graph, Kind, Mark, Node, Space, Step};
use crate::check::check_subject;
use crate::credentials::{Credentials, InForce, Opener, Origin};
use crate::declared::{Declarations, Declared, RenderedList};
use crate::finding::{Code, Finding};
use crate::inventory::Inventory;
use crate::judge::Judge;
use crate::judgement::{Judgement, host_of};
use crate::kind::{ACCOUNT, Address};
use crate::subject::{Subject, subjects};
use crate::variable::reference_of;
use crate::verdict::Verdict;

/// What tells two nodes apart while the graph grows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    kind: Kind,
    /// What is not known comes last.
    is_unknown: bool,
    /// The namespace, where it is known; registries have none.
    namespace: Option<String>,
    name: String,
}

/// The declared registries, ready to be asked.
struct Known<'d> {
    keys: KeySet,
    /// The registry of each key, in the same order.
    names: Vec<&'d str>,
    /// The registries by what the kubelet files their keys under.
    by_index_key: BTreeMap<Vec<u8>, BTreeSet<&'d str>>,
}

impl<'d> Known<'d> {
    fn new(declared: &'d Declared) -> Self {
        let mut found = Vec::new();
        for registry in &declared.registries {
            let keys = registry.keys.iter().filter_map(|text| AuthKey::parse(text).ok());
            found.extend(keys.map(|key| (key, registry.name.as_str())));
        }
        let mut by_index_key: BTreeMap<Vec<u8>, BTreeSet<&str>> = BTreeMap::new();
        for (key, name) in &found {
            by_index_key.entry(key.index_key().to_vec()).or_default().insert(name);
        }
        let names = found.iter().map(|(_, name)| *name).collect();
        Self { keys: found.into_iter().map(|(key, _)| key).collect(), names, by_index_key }
    }

    /// Finds the registry with the narrowest key for an image; of several the last.
    fn narrowest(&self, image: &ImageReference) -> Option<&'d str> {
        let length = |position: &usize| self.keys.get(*position).map(AuthKey::path_length);
        let position = self.keys.positions_for(image).into_iter().max_by_key(length)?;
        self.names.get(position).copied()
    }
}

impl Key {
    fn new(kind: Kind, namespace: Option<&str>, name: &str) -> Self {
        let is_unknown = namespace.is_none();
        Self { kind, is_unknown, namespace: namespace.map(str::to_owned), name: name.to_owned() }
    }

    /// Returns what all of its namespace have in common.
    fn place(&self) -> Self {
        Self::new(Kind::Registry, self.namespace.as_deref(), "")
    }
}

struct Chain<'a> {
    inventory: &'a Inventory,
    declarations: &'a Declarations<'a>,
    credentials: &'a Credentials<'a>,
    known: Known<'a>,
    nodes: BTreeMap<Key, Node>,
    edges: BTreeSet<(Key, Key, Step)>,
    /// The registries that a workload's images come from.
    pulls: BTreeMap<Key, BTreeSet<Key>>,
    /// Every repository that images come from, with its registry.
    repositories: BTreeMap<String, (ImageReference, Key)>,
    /// The registries that each key of a Secret is for.
    registries_of: BTreeMap<String, BTreeSet<Key>>,
}

impl Graph {
    /// Follows every credential of `inventory` to the pods that pull with it.
    ///
    /// `declared` is what registries.toml says; `open` opens a sealed Secret where an identity for it
    /// is at hand, and gives `None` otherwise.
    #[must_use]
    pub fn new(inventory: &Inventory, declared: &Declared, open: Opener<'_>) -> Self {
        let declarations = Declarations::new(declared);
        let credentials = Credentials::new(inventory, &declarations, open);
        let mut judge = Judge::new(&declarations, &credentials);
        let mut chain = Chain::new(inventory, &declarations, &credentials);
        chain.add_declared_registries();
        for subject in subjects(inventory) {
            chain.add_subject(&subject, &mut judge);
        }
        chain.add_accounts();
        chain.add_secrets();
        chain.add_declared_workloads();
        chain.finish()
    }
}

impl<'a> Chain<'a> {
    fn new(
        inventory: &'a Inventory,
        declarations: &'a Declarations<'a>,
        credentials: &'a Credentials<'a>,
    ) -> Self {
        Self {
            inventory,
            declarations,
            credentials,
            known: Known::new(declarations.declared),
            nodes: BTreeMap::new(),
            edges: BTreeSet::new(),
            pulls: BTreeMap::new(),
            repositories: BTreeMap::new(),
            registries_of: BTreeMap::new(),
        }
    }

    fn node(&mut self, key: &Key) -> &mut Node {
        self.nodes.entry(key.clone()).or_insert_with(|| Node::new(key.kind, None, &key.name))
    }

    fn link(&mut self, from: &Key, to: &Key, step: Step) {
        self.edges.insert((from.clone(), to.clone(), step));
    }

    fn add_subject(&mut self, subject: &Subject<'_>, judge: &mut Judge<'_>) {
        let in_force = self.credentials.in_force(subject);
        let workload = Key::new(Kind::Workload, subject.namespace.as_deref(), &name(subject));
        self.node(&workload);
        for image in &subject.images {
            let parsed = reference_of(subject, image);
            let judgement = judge.judge(subject, &in_force, image, parsed.as_ref());
            if let Ok(parsed) = parsed {
                self.add_image(&workload, &parsed, &judgement);
            } else {
                let mark = Mark::of(judgement.severity, judgement.verdict);
                let what = judgement.verdict.name();
                self.node(&workload).note(mark, format!("{what}: {}", image.image));
            }
        }
        if !subject.is_open() {
            let (inventory, credentials) = (self.inventory, self.credentials);
            for finding in
                check_subject(subject, &in_force, inventory, credentials, self.declarations)
            {
                self.note_finding(&workload, &in_force, &finding);
            }
        }
        self.add_way(&workload, subject, &in_force);
    }

    fn add_image(&mut self, workload: &Key, image: &ImageReference, judgement: &Judgement) {
        let registry = self.registry_of(image);
        let host = host_of(image);
        let node = self.node(workload);
        node.hosts.insert(host.clone());
        let mark = Mark::of(judgement.severity, judgement.verdict);
        if mark != Mark::Plain {
            node.note(mark, remark(judgement.verdict, &host));
        }
        self.pulls.entry(workload.clone()).or_default().insert(registry.clone());
        if let Some(secret) = judgement.secret.as_deref().filter(|name| !name.is_empty()) {
            let secret = self.secret(workload.namespace.as_deref(), secret);
            self.link(&registry, &secret, Step::Taken);
        }
        let step = match judgement.verdict {
            Verdict::Public => Step::Public,
            Verdict::DeclaredNodeProvided => Step::FromNode,
            Verdict::UncoveredPrivate => Step::NotCovered,
            Verdict::UncoveredUnknown => Step::PerhapsNotCovered,
            Verdict::Undetermined => Step::NotKnown,
            _ => return,
        };
        self.link(&registry, workload, step);
    }

    /// Links what lists pull secrets to the pods that get them.
    fn add_way(&mut self, workload: &Key, subject: &Subject<'_>, in_force: &InForce) {
        let secrets = self.listed(workload, &in_force.names);
        let Some(account) = &in_force.account else {
            return self.link_all(&secrets, workload);
        };
        let account = Key::new(Kind::Account, workload.namespace.as_deref(), account);
        if in_force.origin == Origin::Account {
            return self.add_way_of_account(workload, &account, &secrets, in_force);
        }
        self.link_all(&secrets, workload);
        if in_force.origin == Origin::Admission {
            return;
        }
        let mut kept_out = self.credentials.kept_out(subject);
        kept_out.retain(|name| !in_force.names.contains(name));
        let kept_out = self.listed(workload, &kept_out);
        if !kept_out.is_empty() {
            self.node(&account);
            self.link_all(&kept_out, &account);
            self.link(&account, workload, Step::NotAdded);
        }
    }

    /// Links the pods of a workload to the account whose list is theirs.
    fn add_way_of_account(
        &mut self,
        workload: &Key,
        account: &Key,
        secrets: &[Key],
        in_force: &InForce,
    ) {
        let is_well = self.nodes.get(workload).is_none_or(|node| node.mark() == Mark::Plain);
        if secrets.is_empty() && is_well {
            return;
        }
        // The only thing that the repository can leave open here.
        let is_unknown = in_force.unknown.is_some();
        let node = self.node(account);
        if secrets.is_empty() && !is_unknown {
            node.note(Mark::Plain, "lists no pull secret");
        }
        if is_unknown && account.namespace.is_some() && node.mark() != Mark::Broken {
            node.note(Mark::Doubtful, "not in the repository");
        }
        self.link_all(secrets, account);
        self.link(account, workload, Step::Taken);
    }

    /// Returns the Secrets that a list of a workload names; an entry without a name is none.
    fn listed(&mut self, workload: &Key, names: &[String]) -> Vec<Key> {
        let names = names.iter().filter(|name| !name.is_empty());
        names.map(|name| self.secret(workload.namespace.as_deref(), name)).collect()
    }

    fn link_all(&mut self, secrets: &[Key], to: &Key) {
        for secret in secrets {
            self.link(secret, to, Step::Taken);
        }
    }

    /// Takes over what the audit says of one workload's lists, as far as the links do not say it.
    fn note_finding(&mut self, workload: &Key, in_force: &InForce, finding: &Finding) {
        match finding.code {
            Code::AccountElsewhere => {
                let name = in_force.account.as_deref().unwrap_or_default();
                let account = Key::new(Kind::Account, workload.namespace.as_deref(), name);
                self.node(&account).note(Mark::Broken, "only in another namespace");
                self.link(&account, workload, Step::Taken);
            }
            Code::AccountRejectsPod => {
                self.node(workload).note(Mark::Broken, "its account rejects it");
            }
            Code::EmptySecretName => {
                self.node(workload).note(Mark::Doubtful, "lists a Secret without a name");
            }
            _ => {}
        }
    }

    /// Adds the accounts that list something, whether a workload runs under them or not.
    fn add_accounts(&mut self) {
        for account in &self.inventory.service_accounts {
            for Address { namespace, name, tree } in account.addresses() {
                let list = self.credentials.list_as_deployed((account, tree), None);
                self.add_account(namespace, name, &list);
            }
        }
        for RenderedList { namespace, kind, name, .. } in &self.declarations.declared.lists {
            if kind == ACCOUNT {
                let account = self.credentials.account_called(namespace, name);
                let list = self.credentials.of_account(account).names;
                self.add_account(Some(namespace), name, &list);
            }
        }
    }

    fn add_account(&mut self, namespace: Option<&str>, name: &str, list: &[String]) {
        let account = Key::new(Kind::Account, namespace, name);
        for secret in list.iter().filter(|secret| !secret.is_empty()) {
            let secret = self.secret(namespace, secret);
            self.node(&account);
            self.link(&secret, &account, Step::Taken);
        }
    }

    fn finish(mut self) -> Graph {
        self.note_what_nothing_uses();
        let mut spaces: Vec<Option<String>> = Vec::new();
        let mut space_of: BTreeMap<Key, usize> = BTreeMap::new();
        for key in self.nodes.keys().filter(|key| key.kind != Kind::Registry) {
            space_of.insert(key.place(), 0);
        }
        for (place, position) in &mut space_of {
            *position = spaces.len();
            spaces.push(place.namespace.clone());
        }
        let mut nodes: Vec<(Key, Node)> = Vec::new();
        let mut positions: BTreeMap<Key, usize> = BTreeMap::new();
        for (key, node) in std::mem::take(&mut self.nodes) {
            let is_placed = key.kind != Kind::Registry;
            let space = space_of.get(&key.place()).filter(|_| is_placed).copied();
            positions.insert(key.clone(), nodes.len());
            nodes.push((key, Node { space, ..node }));
        }
        for (key, node) in &mut nodes {
            let pulls = self.pulls.get(key).into_iter().flatten();
            node.pulls = set(pulls.filter_map(|key| positions.get(key).copied()));
        }
        let edges = self.edges.iter().filter_map(|(from, to, step)| {
            Some(Edge { from: *positions.get(from)?, to: *positions.get(to)?, step: *step })
        });
        Graph {
            edges: set(edges),
            nodes: nodes.into_iter().map(|(_, node)| node).collect(),
            spaces: spaces.into_iter().map(Space::of).collect(),
        }
    }

    fn note_what_nothing_uses(&mut self) {
        let used = set(self.edges.iter().map(|(from, _, _)| from.clone()));
        let pulled = set(self.pulls.values().flatten().cloned());
        for (key, node) in &mut self.nodes {
            match key.kind {
                Kind::Registry if !pulled.contains(key) => {
                    node.note(Mark::Unused, "no image here comes from it");
                }
                Kind::Secret
                    if !used.contains(key) && !self.inventory.other_secrets.contains(&key.name) =>
                {
                    node.note(Mark::Unused, "nothing here lists it");
                }
                // The default account serves pods that no repository knows of.
                Kind::Account if !used.contains(key) && key.name != DEFAULT_ACCOUNT => {
                    node.note(Mark::Unused, "no workload here runs under it");
                }
                _ => {}
            }
        }
    }
}

/// Names a workload by kind and name, and values of charts by their file.
fn name(subject: &Subject<'_>) -> String {
    match (&*subject.workload.kind, &*subject.name) {
        ("", _) => format!("values {}", subject.workload.place.file),
        (kind, "") => format!("{kind} of {}", subject.workload.place.file),
        (kind, name) => format!("{kind} {name}"),
    }
}

fn remark(verdict: Verdict, host: &str) -> String {
    match verdict {
        Verdict::UncoveredPrivate | Verdict::UncoveredUnknown => {
            format!("no credential for {host}")
        }
        Verdict::Undetermined => format!("not known for {host}"),
        _ => format!("{}: {host}", verdict.name()),
    }
}
