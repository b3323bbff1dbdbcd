//! Knows what a repository's manifests declare: namespaces, accounts, workloads, Secrets, images.

mod facts;
mod file;
mod object;
mod rendering;
mod word;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::facts::Sealing;
pub use self::facts::{Content, FileFacts};
pub use self::file::{read_file, read_other_file, read_pipe};
use crate::base::Base;
use crate::finding::{Code, Finding};
use crate::kind::{Namespace, Secret, ServiceAccount, Workload};
use crate::kustomization::{Change, Entry, Fault, Kustomization, Kustomizations, VariableSource};
use crate::leak::{SealedPart, SopsRules, Wish};
use crate::place::{Place, folder_of, join};
use crate::placeholder::is_open;
use crate::unreadable::{Reason, Unreadable};

/// What all manifests together declare.
#[derive(Debug, Default)]
pub struct Inventory {
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) service_accounts: Vec<ServiceAccount>,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) kustomizations: Kustomizations,
    pub(crate) findings: Vec<Finding>,
    /// The Secrets that something refers to otherwise than for pulling.
    pub(crate) other_secrets: BTreeSet<String>,
    /// The places of the entries and patches of kustomizations that took effect.
    pub(crate) used: BTreeSet<Place>,
    files: usize,
}

impl Inventory {
    /// Reads `files`, given as path and bytes, one after the other.
    ///
    /// To use several cores, call [`read_file`] on each and hand the results to [`Self::from_facts`].
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let files: Vec<(&str, &[u8])> = files.into_iter().collect();
        let facts = files.iter().map(|(path, bytes)| read_file(path, bytes));
        Self::from_facts(facts, &Base::default(), &|wanted| {
            let (_, bytes) = files.iter().find(|(path, _)| join("", path) == wanted)?;
            Some(bytes.to_vec())
        })
    }

    /// Brings together what single files declare, and follows the kustomizations among them.
    ///
    /// The files are named from `base`. `read` gives the bytes of a file whose
    /// [plain path](crate::plain_path) something names: an `ApplicationSet` goes by what stands in
    /// files that declare nothing themselves.
    pub fn from_facts(
        facts: impl IntoIterator<Item = FileFacts>,
        base: &Base,
        read: &dyn Fn(&str) -> Option<Vec<u8>>,
    ) -> Self {
        Self::of(facts.into_iter().collect(), base, read)
    }

    fn of(mut facts: Vec<FileFacts>, base: &Base, read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Self {
        facts.sort_by(|one, other| one.path.cmp(&other.path));
        drop_chart_templates(&mut facts);
        open_files(&mut facts);
        let mut inventory = Self { files: facts.len(), ..Self::default() };
        let mut kustomizations = Vec::new();
        let mut generated = BTreeMap::new();
        let mut patches: BTreeMap<String, Vec<Change>> = BTreeMap::new();
        let named: BTreeSet<String> = facts
            .iter()
            .filter_map(|file| file.kustomization.as_deref())
            .flat_map(Kustomization::patch_files)
            .collect();
        inventory.findings = unsealed_files(&facts);
        let paths: BTreeSet<String> = facts.iter().map(|file| join("", &file.path)).collect();
        let texts = take_texts(&mut facts);
        let is_given =
            |file: &FileFacts| file.gives_variables && named.contains(&join("", &file.path));
        let gives_variables = facts.iter().any(is_given);
        for mut file in facts {
            let path = join("", &file.path);
            if named.contains(&path) {
                patches.insert(path.clone(), file.as_patch());
            }
            if !file.sealed_files.is_empty() {
                generated.insert(path, std::mem::take(&mut file.sealed_files));
            }
            kustomizations.extend(file.kustomization.take().map(|found| *found));
            kustomizations.append(&mut file.deployers);
            inventory.take(file);
        }
        inventory.kustomizations =
            Kustomizations::new(kustomizations, &generated, &paths, base, read, |path| {
                patches.remove(path).unwrap_or_default()
            });
        inventory.settle_variables(&texts, gives_variables);
        inventory.render(&paths);
        inventory
    }

    /// Lists what takes a folder along: where an object of Flux or Argo CD stands, and the folder above
    /// that it applies as it is, since no kustomization there says what is to be applied.
    #[must_use]
    pub fn taking_along(&self, folder: &str) -> BTreeSet<(&str, &str)> {
        let found = self.kustomizations.taking_along(folder);
        found.map(|(above, place)| (&*place.file, above)).collect()
    }

    /// Lists the folders that kustomizations, and objects of Flux and Argo CD, take as components.
    pub fn components(&self) -> impl Iterator<Item = String> {
        self.kustomizations.components()
    }

    /// Takes what a file declares, whatever other files say.
    fn take(&mut self, file: FileFacts) {
        // What has no image goes again, unless a patch gives it one.
        self.workloads.extend(file.bare_workloads());
        self.namespaces.extend(file.namespaces);
        self.service_accounts.extend(file.service_accounts);
        self.workloads.extend(file.workloads);
        self.secrets.extend(file.secrets);
        self.unreadable.extend(file.unreadable);
        self.findings.extend(file.findings);
        self.other_secrets.extend(file.other_secrets);
    }

    /// Finds the values of the variables that the objects of Flux fill in.
    fn settle_variables(&mut self, texts: &[(Arc<str>, Box<str>)], gives_variables: bool) {
        let asked = self.kustomizations.variable_sources();
        let named = |wanted: &str| -> BTreeSet<String> {
            let of_kind = asked.iter().filter(|(kind, _)| kind == wanted);
            of_kind.map(|(_, name)| name.clone()).collect()
        };
        let (maps, secrets) = (named("ConfigMap"), named("Secret"));
        let read = |(path, text): &(Arc<str>, Box<str>)| {
            VariableSource::read(path, text, &maps, &self.kustomizations)
        };
        let mut sources: Vec<VariableSource> = texts.iter().flat_map(read).collect();
        let secrets = self.secrets.iter().filter(|secret| secrets.contains(&secret.name));
        sources.extend(secrets.map(VariableSource::of_secret));
        self.kustomizations.settle_variables(&sources, gives_variables);
    }

    /// Returns how many files were read.
    #[must_use]
    pub fn files(&self) -> usize {
        self.files
    }

    /// Lists the Namespaces.
    pub fn namespaces(&self) -> impl Iterator<Item = &Namespace> {
        self.namespaces.iter()
    }

    /// Lists the names of the namespaces that anything here is in, sorted, each once.
    #[must_use]
    pub fn namespaces_in_use(&self) -> BTreeSet<&str> {
        let of_accounts = self.service_accounts.iter().flat_map(ServiceAccount::addresses);
        let of_workloads = self.workloads.iter().flat_map(Workload::addresses);
        let of_secrets = self.secrets.iter().flat_map(Secret::addresses);
        let of_objects = of_accounts.chain(of_workloads).chain(of_secrets);
        let named = self.namespaces.iter().map(|found| found.name.as_str());
        named.chain(of_objects.filter_map(|object| object.namespace)).collect()
    }

    /// Lists the names of the Namespaces that carry all of `labels`, sorted, each once; one that a
    /// variable makes is not known.
    #[must_use]
    pub fn namespaces_with_labels(&self, labels: &BTreeMap<String, String>) -> Vec<String> {
        let carries = |namespace: &&Namespace| {
            labels.iter().all(|(key, value)| namespace.labels.get(key) == Some(value))
        };
        let found = self.namespaces.iter().filter(carries).map(|found| &found.name);
        let mut names: Vec<String> = found.filter(|name| !is_open(name)).cloned().collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Lists the ServiceAccounts.
    pub fn service_accounts(&self) -> impl Iterator<Item = &ServiceAccount> {
        self.service_accounts.iter()
    }

    /// Finds a ServiceAccount whose namespace is known.
    #[must_use]
    pub fn service_account(&self, namespace: &str, name: &str) -> Option<&ServiceAccount> {
        self.service_accounts
            .iter()
            .find(|one| one.namespace.as_deref() == Some(namespace) && one.name == name)
    }

    /// Lists the workloads.
    pub fn workloads(&self) -> impl Iterator<Item = &Workload> {
        self.workloads.iter()
    }

    /// Finds a workload whose namespace is known.
    #[must_use]
    pub fn workload(&self, namespace: &str, kind: &str, name: &str) -> Option<&Workload> {
        self.workloads.iter().find(|one| {
            one.namespace.as_deref() == Some(namespace) && one.kind == kind && one.name == name
        })
    }

    /// Lists the Secrets.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.secrets.iter()
    }

    /// Lists what could not be read.
    #[must_use]
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// Reports the entries of kustomizations with which kustomize fails; `fault` looks at what one names.
    pub fn check_entries(&mut self, fault: impl Fn(&Entry) -> Option<Fault>) {
        let entries = self.kustomizations.entries();
        let found = entries.filter_map(|entry| Some(entry.finding(fault(entry)?)));
        self.findings.extend(found);
    }

    /// Adds a file that the binary could not open.
    pub fn add_unreadable(&mut self, file: &str, message: &str) {
        let reason = Reason::NotOpened { message: message.to_owned() };
        self.unreadable.push(Unreadable { file: Arc::from(file), document: None, reason });
        self.unreadable.sort_unstable();
    }
}

/// Finds files that a rule of the nearest `.sops.yaml` names and that are not sealed.
fn unsealed_files(facts: &[FileFacts]) -> Vec<Finding> {
    let rules: Vec<&SopsRules> =
        facts.iter().filter_map(|file| file.sops_rules.as_deref()).collect();
    let mut findings = Vec::new();
    for file in facts.iter().filter(|file| file.sealing.is_to_do()) {
        let path = join("", &file.path);
        let nearest = rules
            .iter()
            .filter_map(|rules| Some((rules.closeness(&path)?, rules)))
            .max_by_key(|(closeness, _)| *closeness);
        let is_wanted = match nearest.map_or(Wish::Nothing, |(_, rules)| rules.wish(&path)) {
            Wish::Nothing => false,
            Wish::Folder(part) => {
                file.holds_secret_in_clear()
                    || part == SealedPart::All && file.sealing == Sealing::Values
            }
            Wish::File => true,
        };
        if is_wanted {
            let place = Place { file: Arc::clone(&file.path), document: 0, line: 1, column: 1 };
            let message = "a rule of `.sops.yaml` is for this file, and it is not sealed";
            findings.push(Finding::new(Code::NotSealed, &place, message));
        }
    }
    findings
}

/// Gives kustomizations what stands in files that they name for it.
fn open_files(facts: &mut [FileFacts]) {
    let mut replacements = BTreeMap::new();
    let mut transformers = BTreeMap::new();
    for file in facts.iter_mut() {
        if !file.replacements.is_empty() {
            replacements.insert(join("", &file.path), std::mem::take(&mut file.replacements));
        }
        if !file.transformers.is_empty() {
            transformers.insert(join("", &file.path), std::mem::take(&mut file.transformers));
        }
    }
    for one in facts.iter_mut().filter_map(|file| file.kustomization.as_deref_mut()) {
        one.open_files(&replacements, &transformers);
    }
}

/// Takes files in the `templates` folder of a chart for what they are, even where they parse.
fn drop_chart_templates(facts: &mut [FileFacts]) {
    let charts: Vec<String> = facts
        .iter()
        .filter(|file| file.is_chart)
        .map(|file| match folder_of(&file.path) {
            "" => "templates/".to_owned(),
            folder => format!("{folder}/templates/"),
        })
        .collect();
    for file in facts.iter_mut().filter(|file| file.has_braces) {
        if charts.iter().any(|templates| file.path.starts_with(templates)) {
            *file = FileFacts::helm_template(&file.path);
        }
    }
}

/// Takes the texts that may hold `ConfigMaps` out of the facts of files.
fn take_texts(facts: &mut [FileFacts]) -> Vec<(Arc<str>, Box<str>)> {
    let take = |file: &mut FileFacts| Some((Arc::clone(&file.path), file.config_maps.take()?));
    facts.iter_mut().filter_map(take).collect()
}
