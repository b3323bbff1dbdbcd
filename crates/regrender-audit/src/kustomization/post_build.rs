//! Knows what a Kustomization of Flux fills in when everything is built: its `postBuild`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::expansion::{Refusal, Value, expand};
use super::member;
use crate::kind::{Filling, Metadata};
use crate::manifest::Node;

/// The label or annotation of an object in which nothing is to be filled in.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// The variables of a Kustomization of Flux.
#[derive(Clone, Debug)]
pub(crate) struct PostBuild {
    /// The Kustomization, for people.
    title: String,
    /// Its namespace, in which its sources are.
    namespace: Option<String>,
    /// Whether it fills in even where no variable is set at all.
    is_always: bool,
    /// The values that it gives itself.
    own: BTreeMap<String, String>,
    /// What it takes further values from, in order.
    references: Vec<Reference>,
    /// Whether a patch may give it more.
    is_patched: bool,
}

#[derive(Clone, Debug)]
struct Reference {
    kind: String,
    name: String,
    /// The objects that may be meant: of several clusters, each has its own.
    sources: Vec<VariableSource>,
}

/// A `ConfigMap` or a Secret.
#[derive(Clone, Debug)]
pub(crate) struct VariableSource {
    pub(crate) kind: &'static str,
    /// Its namespace, where one is known, and its name, in every tree that lists its file.
    pub(crate) names: Vec<(Option<String>, String)>,
    /// Its values, `None` where they are sealed or secret; nothing where not even the keys are
    /// known.
    pub(crate) values: Option<BTreeMap<String, Option<String>>>,
}

/// What a reference has to say of a variable.
#[derive(PartialEq, Eq)]
enum Given<'v> {
    Value(&'v str),
    Nothing,
    NotKnown(&'static str),
}

impl<'v> Given<'v> {
    fn by(source: &'v VariableSource, name: &str) -> Self {
        let Some(values) = &source.values else {
            return Self::NotKnown("whose keys the repository does not show");
        };
        match values.get(name) {
            None => Self::Nothing,
            Some(Some(value)) => Self::Value(value),
            Some(None) => Self::NotKnown("whose values are not looked at"),
        }
    }
}

impl Reference {
    fn look_up(&self, name: &str) -> Given<'_> {
        let mut all = self.sources.iter().map(|source| Given::by(source, name));
        match all.next() {
            None => Given::NotKnown("for which no manifest here holds variables"),
            Some(first) if all.all(|other| other == first) => first,
            Some(_) => Given::NotKnown("which the repository holds more than once"),
        }
    }

    fn may_set_any(&self) -> bool {
        let may_set = |one: &VariableSource| one.values.as_ref().is_none_or(|all| !all.is_empty());
        self.sources.is_empty() || self.sources.iter().any(may_set)
    }
}

impl PostBuild {
    /// Reads the `postBuild` of a specification; `None` where nothing is filled in.
    pub(super) fn read(spec: &Node<'_>, name: &str, namespace: Option<&str>) -> Option<Self> {
        let node = spec.get("postBuild").filter(|node| node.is_mapping())?;
        let own = node.get("substitute").map(Node::members).unwrap_or_default();
        let own = own.into_iter().filter_map(|(key, value)| {
            // Flux takes line feeds out, here and below.
            Some((key.text.to_string(), value.scalar()?.replace('\n', "")))
        });
        let reference = |node: &Node<'_>| {
            Some(Reference {
                kind: member(node, "kind")?,
                name: member(node, "name")?,
                sources: Vec::new(),
            })
        };
        Some(Self {
            title: format!("Kustomization `{name}`"),
            namespace: namespace.map(str::to_owned),
            is_always: member(node, "substituteStrategy").as_deref() == Some("Always"),
            own: own.collect(),
            references: node.items_of("substituteFrom").iter().filter_map(reference).collect(),
            is_patched: false,
        })
    }

    /// Tells whether an object is marked to be left as it is.
    pub(super) fn spares(metadata: &Metadata) -> bool {
        [&metadata.labels, &metadata.annotations]
            .iter()
            .any(|marks| marks.get(SUBSTITUTE).is_some_and(|value| value == "disabled"))
    }

    /// Lists kind and name of what it takes values from.
    pub(crate) fn references(&self) -> impl Iterator<Item = (&str, &str)> {
        self.references.iter().map(|one| (&*one.kind, &*one.name))
    }

    /// Takes the values from those of `sources` that are meant, and tells whether a patch may give
    /// more.
    pub(crate) fn settle(&mut self, sources: &[VariableSource], is_patched: bool) {
        self.is_patched = is_patched;
        for reference in &mut self.references {
            let is_meant = |one: &&VariableSource| {
                one.kind == reference.kind
                    && one.names.iter().any(|(namespace, name)| {
                        let is_same = namespace.is_none()
                            || self.namespace.is_none()
                            || *namespace == self.namespace;
                        is_same && *name == reference.name
                    })
            };
            reference.sources = sources.iter().filter(is_meant).cloned().collect();
        }
    }

    /// Fills in the variables of `text`, and tells what became of them.
    pub(super) fn fill_in(&self, text: &str) -> (Option<String>, Filling) {
        // Without any variable, Flux leaves everything as it is.
        if !text.contains('$') || !(self.is_always || self.may_set_any()) {
            return (None, Filling::Final);
        }
        match expand(text, &|name| self.look_up(name)) {
            Ok(filled) => (Some(filled), Filling::Final),
            Err(Refusal::Malformed) => (None, Filling::Final),
            Err(Refusal::NotKnown(reason)) => (None, Filling::NotKnown(reason.into())),
        }
    }

    fn may_set_any(&self) -> bool {
        self.is_patched
            || !self.own.is_empty()
            || self.references.iter().any(Reference::may_set_any)
    }

    /// Looks a variable up: its own values come before those of all sources, and of these the last
    /// counts.
    fn look_up(&self, name: &str) -> Value<'_, String> {
        let title = &self.title;
        if let Some(value) = self.own.get(name) {
            return if value.contains("${") {
                Value::NotKnown(format!("{title} makes `{name}` from another variable"))
            } else {
                Value::Set(Cow::Borrowed(value))
            };
        }
        for one in self.references.iter().rev() {
            match one.look_up(name) {
                Given::Value(value) => return Value::Set(Cow::Borrowed(value)),
                Given::Nothing => {}
                Given::NotKnown(reason) => {
                    let source = format!("{} `{}`", one.kind, one.name);
                    return Value::NotKnown(format!(
                        "{title} may take `{name}` from {source}, {reason}"
                    ));
                }
            }
        }
        if self.is_patched {
            let reason = "a patch may give its Kustomization more variables";
            return Value::NotKnown(format!("{title} does not set `{name}`, and {reason}"));
        }
        // Flux 2.9 applies nothing then, and what came before it fills in nothing.
        Value::Unset(format!("{title} does not set `{name}`"))
    }
}
