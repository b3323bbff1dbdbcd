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

use std::borrow::Cow;
use std::collections::BTreeSet;

use self::generator::{Generator, Ground};
use self::parameters::Parameters;
use self::patch::leaves_alone;
use self::template::Template;
use crate::base::Base;
use crate::manifest::Node;
use crate::place::{folders_above, path_below};

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
    pub(super) file: &'f str,
    pub(super) files: &'f BTreeSet<String>,
    pub(super) folders: &'f BTreeSet<&'f str>,
    pub(super) base: &'f Base,
    pub(super) read: &'f ReadFile<'f>,
}

impl<'f> Repository<'f> {
    /// Lists the folders that are wanted.
    fn folders(&self, wanted: impl Fn(&str) -> bool) -> Vec<Found<'f>> {
        self.paths(|| self.folders.iter().copied(), wanted)
    }

    /// Lists the files that are wanted.
    fn files(&self, wanted: impl Fn(&str) -> bool) -> Vec<Found<'f>> {
        self.paths(|| self.files.iter().map(String::as_str), wanted)
    }

    /// Lists what is wanted by its path from the top of the repository.
    ///
    /// The files may be those of another one, so the outermost folder below which any is wanted is taken
    /// for its top, that of this one before all others.
    fn paths<N: Iterator<Item = &'f str>>(
        &self,
        all: impl Fn() -> N,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<Found<'f>> {
        let find = |path_of: &dyn Fn(&'f str) -> Option<Cow<'f, str>>| -> Vec<Found<'f>> {
            let found = all().filter_map(|name| Some(Found { path: path_of(name)?, name }));
            found.filter(|one| wanted(&one.path)).collect()
        };
        let here = std::iter::once_with(|| find(&|name| self.base.path_of(name)));
        // Where the base is the top, the first folder is it, too.
        let elsewhere = folders_above(self.file)
            .skip(usize::from(self.base.is_top()))
            .map(|top| find(&|name| Some(Cow::Borrowed(path_below(top, name)?))));
        here.chain(elsewhere).find(|found| !found.is_empty()).unwrap_or_default()
    }
}

/// A file or folder that was found in a repository.
struct Found<'f> {
    /// Its path from the top.
    path: Cow<'f, str>,
    /// What it is called here.
    name: &'f str,
}

/// Lists the folders that files are in, and those above.
pub(super) fn folders_of(files: &BTreeSet<String>) -> BTreeSet<&str> {
    let folders = files.iter().flat_map(|file| folders_above(file));
    folders.filter(|folder| !folder.is_empty()).collect()
}
