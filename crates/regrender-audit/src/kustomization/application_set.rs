//! Knows how often an `ApplicationSet` of Argo CD makes its Application, and with what filled in.

mod expression;
mod function;
mod generator;
mod git;
mod go;
mod ground;
mod joining;
mod merge;
mod parameters;
mod patch;
mod repository;
mod selector;
mod template;
mod value;

use self::generator::Generator;
use self::ground::Ground;
use self::parameters::{LIMIT, Parameters};
use self::patch::leaves_alone;
pub(crate) use self::repository::ReadFile;
pub(super) use self::repository::{Repository, folders_of};
use self::template::Template;
use crate::manifest::Node;

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
