//! Knows the generator that puts the answers of several generators over one another.

use super::parameters::{LIMIT, Parameters};
use super::template::Template;
use super::value::Value;
use crate::manifest::Node;

/// Which answers belong together: those for which some names stand for the same.
#[derive(Clone, Debug)]
pub(super) struct Merge {
    keys: Vec<String>,
}

impl Merge {
    pub(super) fn read(node: &Node<'_>) -> Self {
        let keys = node.items_of("mergeKeys").iter().filter_map(Node::string);
        Self { keys: keys.map(str::to_owned).collect() }
    }

    /// Merges the answers of several generators: the first says what there is, the others what of that
    /// is otherwise. Nothing where Argo CD refuses that, or one of them.
    ///
    /// Which clusters there are, nobody here knows: what is said of one by name is taken to be said
    /// of one that there is.
    pub(super) fn merged(
        &self,
        mut answers: impl ExactSizeIterator<Item = Option<Vec<Parameters>>>,
        template: Template,
    ) -> Option<Vec<Parameters>> {
        if answers.len() < 2 || self.keys.is_empty() {
            return None;
        }
        let with_keys = |said: Vec<Parameters>| -> Vec<Answer> {
            said.into_iter().map(|said| Answer { key: self.key_of(&said), said }).collect()
        };
        let mut all = with_keys(answers.next()??);
        for over in answers {
            let over = with_keys(over?);
            if !over.iter().all(Answer::is_known) {
                return Some(vec![Parameters::open()]);
            }
            if !are_unique(&all) || !are_unique(&over) {
                return None;
            }
            all = put_over(all, &over, template);
            if all.len() > LIMIT {
                return None;
            }
        }
        Some(all.into_iter().map(|one| one.said).collect())
    }

    fn key_of(&self, parameters: &Parameters) -> Vec<Value> {
        let missing = if parameters.is_open { Value::Open } else { Value::Null };
        let value = |name: &String| parameters.table.get(name).unwrap_or(&missing).clone();
        self.keys.iter().map(value).collect()
    }
}

/// An answer, and what it belongs to.
#[derive(Clone, Debug)]
struct Answer {
    key: Vec<Value>,
    said: Parameters,
}

impl Answer {
    fn is_known(&self) -> bool {
        !self.key.contains(&Value::Open)
    }

    /// Tells whether another one may belong to the same.
    fn may_be(&self, other: &Self) -> bool {
        let mut pairs = self.key.iter().zip(&other.key);
        pairs.all(|(one, other)| one == other || *one == Value::Open)
    }

    fn with(mut self, over: &Self, template: Template) -> Self {
        self.said.put(&over.said, template);
        self.key.clone_from(&over.key);
        self
    }
}

fn are_unique(all: &[Answer]) -> bool {
    let mut rest = all.iter();
    // Those with equal keys that are not known may be for different things.
    while let Some(one) = rest.next() {
        if one.is_known() && rest.as_slice().iter().any(|other| other.key == one.key) {
            return false;
        }
    }
    true
}

/// Puts answers over those that they belong to, or may belong to.
fn put_over(all: Vec<Answer>, over: &[Answer], template: Template) -> Vec<Answer> {
    let is_there = |key: &[Value]| all.iter().any(|one| one.key == key);
    let new: Vec<&Answer> = over.iter().filter(|one| !is_there(&one.key)).collect();
    let mut more = Vec::new();
    for one in &all {
        if !one.is_known() {
            let fitting = new.iter().filter(|over| one.may_be(over));
            let left = (LIMIT + 1).saturating_sub(more.len());
            more.extend(fitting.take(left).map(|over| one.clone().with(over, template)));
        }
    }
    let found = all.into_iter().map(|one| match over.iter().find(|over| over.key == one.key) {
        Some(over) => one.with(over, template),
        None => one,
    });
    let mut found: Vec<Answer> = found.collect();
    found.extend(more);
    found
}
