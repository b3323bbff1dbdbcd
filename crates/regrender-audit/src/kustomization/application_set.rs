//! Knows how often an `ApplicationSet` of Argo CD makes its Application, and with what filled in.

mod generator;
mod git;
mod template;

use std::collections::{BTreeMap, BTreeSet};

use self::generator::Generator;
use self::template::Template;
use crate::manifest::Node;
use crate::place::folders_above;

/// An `ApplicationSet` does not make more Applications than this here; its template stands for all.
const LIMIT: usize = 1000;

/// What is filled into a template, by name: `path.basename`, `path[0]`, `values.tier`.
type Parameters = BTreeMap<String, String>;

/// The generators of an `ApplicationSet`.
#[derive(Clone, Debug)]
pub(super) struct ApplicationSet {
    generators: Vec<Generator>,
    template: Template,
}

impl ApplicationSet {
    /// Reads the specification of an `ApplicationSet`; nothing if its Applications may be patched.
    pub(super) fn read(spec: &Node<'_>) -> Option<Self> {
        if spec.get("templatePatch").is_some() {
            return None;
        }
        let is_go = spec.get("goTemplate").and_then(Node::scalar) == Some("true");
        let generators = spec.items_of("generators").iter().map(Generator::read);
        let template = if is_go { Template::Go } else { Template::Names };
        Some(Self { generators: generators.collect(), template })
    }

    /// Lists what is filled in for each Application. Where that is not known, nothing is: a template
    /// with open places.
    pub(super) fn fillings(&self, repository: &Repository<'_>) -> Vec<Filling> {
        let nothing = || vec![Parameters::new()];
        let sets = self.generators.iter().flat_map(|generator| {
            generator
                .parameters(&Parameters::new(), self.template, repository)
                .unwrap_or_else(nothing)
        });
        let mut all: Vec<Parameters> = sets.take(LIMIT + 1).collect();
        if all.len() > LIMIT || all.is_empty() {
            all = nothing();
        }
        let filling = |parameters| Filling { parameters, template: self.template };
        all.into_iter().map(filling).collect()
    }
}

/// What is filled in for one Application.
#[derive(Debug)]
pub(super) struct Filling {
    parameters: Parameters,
    template: Template,
}

impl Filling {
    /// Fills in a text; what nobody knows stays open.
    pub(super) fn fill(&self, text: &mut String) {
        if text.contains("{{") {
            *text = self.template.filled(text, &self.parameters);
        }
    }
}

/// The repository as an `ApplicationSet` sees it: its folders and files, from the top.
#[derive(Debug)]
pub(super) struct Repository<'f> {
    /// The file that the `ApplicationSet` stands in.
    file: &'f str,
    files: &'f BTreeSet<String>,
    folders: &'f BTreeSet<&'f str>,
}

impl<'f> Repository<'f> {
    /// Is that of the `ApplicationSet` in `file`.
    pub(super) fn new(
        file: &'f str,
        files: &'f BTreeSet<String>,
        folders: &'f BTreeSet<&'f str>,
    ) -> Self {
        Self { file, files, folders }
    }

    /// Lists the folders that are wanted.
    fn folders(&self, wanted: impl Fn(&str) -> bool) -> Vec<&'f str> {
        self.paths(|| self.folders.iter().copied(), wanted)
    }

    /// Lists the files that are wanted.
    fn files(&self, wanted: impl Fn(&str) -> bool) -> Vec<&'f str> {
        self.paths(|| self.files.iter().map(String::as_str), wanted)
    }

    /// Lists the paths that are wanted, from the top of the repository.
    ///
    /// Where the top is, nobody says: the outermost folder below which any is wanted is taken for it.
    fn paths<P: Iterator<Item = &'f str>>(
        &self,
        all: impl Fn() -> P,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<&'f str> {
        let below = |top: &str| -> Vec<&'f str> {
            all().filter_map(|path| path_below(top, path)).filter(|path| wanted(path)).collect()
        };
        let mut found = folders_above(self.file).map(below);
        found.find(|found| !found.is_empty()).unwrap_or_default()
    }
}

/// Lists the folders that files are in, and those above.
pub(super) fn folders_of(files: &BTreeSet<String>) -> BTreeSet<&str> {
    let folders = files.iter().flat_map(|file| folders_above(file));
    folders.filter(|folder| !folder.is_empty()).collect()
}

/// Returns a path as seen from a folder above.
fn path_below<'p>(top: &str, path: &'p str) -> Option<&'p str> {
    if top.is_empty() { Some(path) } else { path.strip_prefix(top)?.strip_prefix('/') }
}

/// Reads what a generator gives to each Application beside its own answer.
fn values(node: &Node<'_>) -> Parameters {
    let texts = node.get("values").map(Node::texts).unwrap_or_default();
    texts.into_iter().map(|(name, value)| (format!("values.{name}"), value)).collect()
}

/// Fills what is known into parameters.
fn filled(parameters: &Parameters, known: &Parameters, template: Template) -> Parameters {
    let pairs = parameters.iter();
    pairs.map(|(name, value)| (name.clone(), template.filled(value, known))).collect()
}
