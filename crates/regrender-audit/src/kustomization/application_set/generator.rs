//! Knows the generators of an `ApplicationSet` whose answers are in the repository: lists, folders and
//! files of Git, and what is made of them.

use super::git::Git;
use super::ground::Ground;
use super::joining::values;
use super::merge::Merge;
use super::parameters::{LIMIT, Parameters};
use super::selector::Selector;
use super::template::Template;
use super::value::{Table, Value, table};
use crate::manifest::Node;

/// Matrices are not nested deeper than this.
const DEPTH: usize = 2;

/// What Argo CD knows of each cluster, beside its labels and annotations.
const OF_CLUSTERS: [&str; 5] = ["metadata", "name", "nameNormalized", "project", "server"];

/// A generator.
#[derive(Clone, Debug)]
pub(super) enum Generator {
    /// `list`: what its elements say.
    List(Vec<Table>),
    /// `git`: folders or files of the repository.
    Git(Git),
    /// `clusters`: the same values for each, and their names are known to Argo CD alone.
    Clusters(Vec<(String, String)>),
    /// `matrix`: each answer of the first, with each of the next.
    Matrix(Vec<Self>),
    /// `merge`: what the first answers, with what the others say of the same.
    Merge(Merge, Vec<Self>),
    /// One of whose answers only some are taken.
    Selected(Box<Self>, Selector),
    /// One whose answers are elsewhere.
    Elsewhere,
    /// One that Argo CD refuses.
    Refused,
}

impl Generator {
    pub(super) fn read(node: &Node<'_>, template: Template) -> Self {
        Self::read_nested(node, template, DEPTH)
    }

    fn read_nested(node: &Node<'_>, template: Template, depth: usize) -> Self {
        let Some(selector) = node.get("selector").filter(|_| is_there(node, "selector")) else {
            return Self::read_whole(node, template, depth);
        };
        match Selector::read(selector) {
            Some(selector) => {
                Self::Selected(Box::new(Self::read_whole(node, template, depth)), selector)
            }
            None => Self::Refused,
        }
    }

    fn read_whole(node: &Node<'_>, template: Template, depth: usize) -> Self {
        let of = |kind: &str| node.get(kind).filter(|found| !is_there(found, "template"));
        if let Some(list) = of("list").filter(|list| !is_there(list, "elementsYaml")) {
            let elements = list.items_of("elements").iter().take(LIMIT + 1).map(table);
            let Some(elements) = elements.collect::<Option<Vec<Table>>>() else {
                return Self::Elsewhere;
            };
            let elements = elements.into_iter().map(|one| element(one, template));
            return elements.collect::<Option<_>>().map_or(Self::Refused, Self::List);
        }
        if let Some(clusters) = of("clusters") {
            let is_one = clusters.get("flatList").and_then(Node::scalar) == Some("true");
            return if is_one { Self::Elsewhere } else { Self::Clusters(values(clusters)) };
        }
        if let Some(git) = of("git") {
            return Self::Git(Git::read(git));
        }
        let Some(depth) = depth.checked_sub(1) else { return Self::Elsewhere };
        let nested = |node: &Node<'_>| -> Vec<Self> {
            let generators = node.items_of("generators").iter();
            generators.map(|one| Self::read_nested(one, template, depth)).collect()
        };
        match (of("matrix"), of("merge")) {
            (Some(matrix), _) => Self::Matrix(nested(matrix)),
            (None, Some(merge)) => Self::Merge(Merge::read(merge), nested(merge)),
            (None, None) => Self::Elsewhere,
        }
    }

    /// Lists what it answers: an open answer stands for those that nobody here knows. Nothing where
    /// Argo CD refuses it, or where there are too many.
    pub(super) fn parameters(&self, ground: Ground<'_>) -> Option<Vec<Parameters>> {
        let Ground { known, template, .. } = ground;
        match self {
            Self::List(elements) => {
                let passed = elements.iter().map(|element| Parameters {
                    table: template.passed_on_to(element, known),
                    is_open: false,
                });
                Some(passed.collect())
            }
            Self::Git(git) => git.parameters(ground),
            Self::Clusters(values) => Some(vec![of_clusters(values, known, template)]),
            Self::Matrix(generators) => {
                let mut all = vec![Parameters::default()];
                for generator in generators {
                    all = multiplied(&all, generator, ground)?;
                }
                Some(all)
            }
            Self::Merge(merge, generators) => {
                merge.merged(generators.iter().map(|one| one.parameters(ground)), template)
            }
            Self::Selected(generator, selector) => {
                let mut taken = Vec::new();
                for answer in generator.parameters(ground)? {
                    match selector.takes(&answer, template) {
                        Some(true) => taken.push(answer),
                        Some(false) => {}
                        None => return Some(vec![Parameters::open()]),
                    }
                }
                Some(taken)
            }
            Self::Elsewhere => Some(vec![Parameters::open()]),
            Self::Refused => None,
        }
    }
}

/// Adds to each answer those of the next generator of a matrix.
fn multiplied(
    all: &[Parameters],
    generator: &Generator,
    ground: Ground<'_>,
) -> Option<Vec<Parameters>> {
    let mut more = Vec::new();
    for before in all {
        let known = ground.known.joined(before, ground.template)?;
        for answer in generator.parameters(Ground { known: &known, ..ground })? {
            more.push(before.joined(&answer, ground.template)?);
        }
        if more.len() > LIMIT {
            return None;
        }
    }
    Some(more)
}

/// Returns what is known of all clusters.
fn of_clusters(values: &[(String, String)], known: &Parameters, template: Template) -> Parameters {
    let open = OF_CLUSTERS.map(|name| (name.to_owned(), Value::Open));
    let clusters =
        Parameters { table: open.into_iter().collect(), is_open: template == Template::Names };
    clusters.with_values(values, known, template)
}

/// Reads what an element of a list says; nothing where Argo CD refuses it.
fn element(said: Table, template: Template) -> Option<Table> {
    if template != Template::Names {
        return Some(said);
    }
    let mut all = Table::default();
    for (name, value) in said.iter() {
        match value {
            Value::Text(_) if name != "values" => all.insert(name.clone(), value.clone()),
            Value::Table(values) if name == "values" => {
                for (name, value) in values.iter() {
                    let text = Value::Text(value.string()?.to_owned());
                    all.insert(format!("values.{name}"), text);
                }
            }
            _ => return None,
        }
    }
    Some(all)
}

/// Tells whether a member says anything.
fn is_there(node: &Node<'_>, name: &str) -> bool {
    node.get(name)
        .is_some_and(|found| !(found.is_null() || found.is_mapping() && found.members().is_empty()))
}
