//! Knows the generators of an `ApplicationSet` whose answers are in the repository: lists, folders and
//! files of Git, and matrices of them.

use super::git::Git;
use super::template::Template;
use super::{LIMIT, Parameters, Repository, filled, values};
use crate::manifest::Node;

/// Matrices are not nested deeper than this.
const DEPTH: usize = 2;

/// A generator.
#[derive(Clone, Debug)]
pub(super) enum Generator {
    /// `list`: what its elements say.
    List(Vec<Parameters>),
    /// `git`: folders or files of the repository.
    Git(Git),
    /// `clusters`: the same values for each, and their names are known to Argo CD alone.
    Clusters(Parameters),
    /// `matrix`: each answer of the first, with each of the next.
    Matrix(Vec<Self>),
    /// One whose answers are elsewhere.
    Elsewhere,
}

impl Generator {
    pub(super) fn read(node: &Node<'_>) -> Self {
        Self::read_nested(node, DEPTH)
    }

    fn read_nested(node: &Node<'_>, depth: usize) -> Self {
        if is_there(node, "selector") {
            return Self::Elsewhere;
        }
        let of = |kind: &str| node.get(kind).filter(|found| !is_there(found, "template"));
        if let Some(list) = of("list").filter(|list| !is_there(list, "elementsYaml")) {
            return Self::List(list.items_of("elements").iter().map(element).collect());
        }
        if let Some(clusters) = of("clusters") {
            return Self::Clusters(values(clusters));
        }
        if let Some(git) = of("git") {
            return Self::Git(Git::read(git));
        }
        match of("matrix").zip(depth.checked_sub(1)) {
            Some((matrix, depth)) => {
                let generators = matrix.items_of("generators").iter();
                Self::Matrix(generators.map(|one| Self::read_nested(one, depth)).collect())
            }
            None => Self::Elsewhere,
        }
    }

    /// Lists what it answers; nothing where nobody here knows. `known` is what the generators before
    /// it in a matrix have answered.
    pub(super) fn parameters(
        &self,
        known: &Parameters,
        template: Template,
        repository: &Repository<'_>,
    ) -> Option<Vec<Parameters>> {
        match self {
            Self::List(elements) => {
                Some(elements.iter().map(|element| filled(element, known, template)).collect())
            }
            Self::Git(git) => git.parameters(known, template, repository),
            Self::Clusters(values) => Some(vec![filled(values, known, template)]),
            Self::Matrix(generators) => {
                let mut all = vec![known.clone()];
                for generator in generators {
                    all = multiplied(&all, generator, template, repository)?;
                }
                Some(all)
            }
            Self::Elsewhere => None,
        }
    }
}

/// Adds to each answer those of the next generator of a matrix. One whose answers are elsewhere adds
/// nothing; too many answers are none.
fn multiplied(
    all: &[Parameters],
    generator: &Generator,
    template: Template,
    repository: &Repository<'_>,
) -> Option<Vec<Parameters>> {
    let mut more = Vec::new();
    for before in all {
        let Some(answers) = generator.parameters(before, template, repository) else {
            if matches!(generator, Generator::Matrix(_)) {
                return None;
            }
            more.push(before.clone());
            continue;
        };
        more.extend(answers.into_iter().map(|answer| {
            let mut both = before.clone();
            both.extend(answer);
            both
        }));
        if more.len() > LIMIT {
            return None;
        }
    }
    Some(more)
}

/// What an element of a list says, its tables below the names of their keys.
fn element(node: &Node<'_>) -> Parameters {
    fn take(node: &Node<'_>, prefix: &str, all: &mut Parameters) {
        for (key, value) in node.members() {
            let name = format!("{prefix}{}", key.text);
            match value.scalar() {
                Some(text) => drop(all.insert(name, text.to_owned())),
                None => take(value, &format!("{name}."), all),
            }
        }
    }
    let mut all = Parameters::new();
    take(node, "", &mut all);
    all
}

/// Tells whether a member says anything.
fn is_there(node: &Node<'_>, name: &str) -> bool {
    node.get(name)
        .is_some_and(|found| !(found.is_null() || found.is_mapping() && found.members().is_empty()))
}
