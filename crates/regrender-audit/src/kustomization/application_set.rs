//! Knows how often an `ApplicationSet` of Argo CD makes its Application, and with what filled in.

mod expression;
mod function;
mod generator;
mod git;
mod go;
mod merge;
mod parameters;
mod patch;
mod selector;
mod template;
mod value;

use std::collections::BTreeSet;

use self::generator::{Generator, Ground};
use self::parameters::Parameters;
use self::patch::leaves_alone;
use self::template::Template;
use crate::manifest::Node;
use crate::place::{folders_above, join};

/// An `ApplicationSet` does not make more Applications than this here; its template stands for all.
const LIMIT: usize = 1000;

/// The generators of an `ApplicationSet`.
#[derive(Clone, Debug)]
pub(super) struct ApplicationSet {
    generators: Vec<Generator>,
    template: Template,
}

impl ApplicationSet {
    /// Reads the specification of an `ApplicationSet`; nothing if a patch may change what counts here.
    pub(super) fn read(spec: &Node<'_>) -> Option<Self> {
        let patch = spec.get("templatePatch").and_then(Node::scalar).unwrap_or_default();
        if !leaves_alone(patch) {
            return None;
        }
        let template = Template::read(spec);
        let generators = spec.items_of("generators").iter();
        let generators = generators.map(|generator| Generator::read(generator, template));
        Some(Self { generators: generators.collect(), template })
    }

    /// Lists what is filled in for each Application. Where that is not known, nothing is: a template
    /// with open places.
    pub(super) fn fillings(&self, repository: &Repository<'_>) -> Vec<Filling> {
        let nothing = || vec![Parameters::open()];
        let known = &Parameters::default();
        let ground = Ground { known, template: self.template, repository };
        let sets = self.generators.iter();
        let sets = sets.flat_map(|one| one.parameters(ground).unwrap_or_else(nothing));
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

/// Gives the bytes of a file, where it can be read.
pub(crate) type ReadFile<'f> = dyn Fn(&str) -> Option<Vec<u8>> + 'f;

/// The repository as an `ApplicationSet` sees it: its folders and files, from the top.
pub(super) struct Repository<'f> {
    /// The file that the `ApplicationSet` stands in.
    file: &'f str,
    files: &'f BTreeSet<String>,
    folders: &'f BTreeSet<&'f str>,
    read: &'f ReadFile<'f>,
}

impl<'f> Repository<'f> {
    /// Is that of the `ApplicationSet` in `file`.
    pub(super) fn new(
        file: &'f str,
        files: &'f BTreeSet<String>,
        folders: &'f BTreeSet<&'f str>,
        read: &'f ReadFile<'f>,
    ) -> Self {
        Self { file, files, folders, read }
    }

    /// Lists the folders that are wanted.
    fn folders(&self, wanted: impl Fn(&str) -> bool) -> Found<'f> {
        self.paths(|| self.folders.iter().copied(), wanted)
    }

    /// Lists the files that are wanted.
    fn files(&self, wanted: impl Fn(&str) -> bool) -> Found<'f> {
        self.paths(|| self.files.iter().map(String::as_str), wanted)
    }

    /// Returns the bytes of a file that was found.
    fn content(&self, top: &str, path: &str) -> Option<Vec<u8>> {
        (self.read)(&join(top, path))
    }

    /// Lists the paths that are wanted, from the top of the repository.
    ///
    /// Where the top is, nobody says: the outermost folder below which any is wanted is taken for it.
    fn paths<P: Iterator<Item = &'f str>>(
        &self,
        all: impl Fn() -> P,
        wanted: impl Fn(&str) -> bool,
    ) -> Found<'f> {
        let below = |top: &'f str| -> Found<'f> {
            let below = all().filter_map(|path| path_below(top, path));
            Found { top, paths: below.filter(|path| wanted(path)).collect() }
        };
        let mut found = folders_above(self.file).map(below);
        found.find(|found| !found.paths.is_empty()).unwrap_or_default()
    }
}

/// The paths that were found in a repository, and the folder that its top is taken to be.
#[derive(Default)]
struct Found<'f> {
    top: &'f str,
    paths: Vec<&'f str>,
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
