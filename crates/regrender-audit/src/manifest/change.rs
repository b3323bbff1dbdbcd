//! Changes a node as kustomize changes an object whose schema it does not know: by a strategic merge, or
//! by operations of a JSON patch.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Key, Member, Node, Value};

/// No path of an operation has more steps, so that nothing is nested without end.
const STEP_LIMIT: usize = 64;

/// What an operation does where its path ends.
enum Edit<'n, 'a> {
    Add(&'n Node<'a>),
    Replace(&'n Node<'a>),
    Remove,
}

impl<'a> Node<'a> {
    /// Returns what a patch makes of an object; nothing where it takes the object away. An operation with
    /// which kustomize fails changes nothing, and kind and name stay as they are in a merge.
    pub(crate) fn patched(&self, patch: &Self) -> Option<Self> {
        if !patch.is_sequence() {
            return self.overlaid(&patch.without_names());
        }
        let change = |node: Self, operation| node.operated(operation).unwrap_or(node);
        Some(patch.items().iter().fold(self.clone(), change))
    }

    /// Takes out what an object is called by.
    fn without_names(&self) -> Self {
        let mut map = self.map();
        map.retain(|key, _| !matches!(&**key, "apiVersion" | "kind"));
        if let Some(metadata) = map.get_mut("metadata") {
            let mut marks = metadata.map();
            marks.retain(|key, _| !matches!(&**key, "name" | "namespace"));
            *metadata = metadata.with_map(marks);
        }
        self.with_map(map)
    }

    /// Merges a patch into the node: without a schema, a list is given as a whole.
    fn overlaid(&self, patch: &Self) -> Option<Self> {
        let directive = patch.get("$patch").and_then(Node::string);
        if patch.is_null() || directive == Some("delete") {
            return None;
        }
        if !patch.is_mapping() {
            return Some(patch.clone());
        }
        let mut map = if directive == Some("replace") { BTreeMap::new() } else { self.map() };
        for (key, value) in patch.members().into_iter().filter(|(key, _)| key.text != "$patch") {
            let own = map.remove(&key.text);
            if let Some(merged) = own.as_ref().unwrap_or(value).overlaid(value) {
                map.insert(key.text.clone(), merged);
            }
        }
        Some(self.with_map(map))
    }

    /// Carries out an operation (RFC 6902); nothing where it fails, or would take a value from one place
    /// to another.
    fn operated(&self, operation: &Self) -> Option<Self> {
        let path = operation.get("path").and_then(Node::scalar)?.strip_prefix('/')?;
        // RFC 6901, section 4: in this order.
        let step = |step: &str| step.replace("~1", "/").replace("~0", "~");
        let path: Vec<String> = path.split('/').map(step).collect();
        let edit = match operation.get("op").and_then(Node::scalar)? {
            "add" => Edit::Add(operation.get("value")?),
            "replace" => Edit::Replace(operation.get("value")?),
            "remove" => Edit::Remove,
            _ => return None,
        };
        if path.len() > STEP_LIMIT { None } else { self.edited(&path, &edit) }
    }

    fn edited(&self, path: &[String], edit: &Edit<'_, 'a>) -> Option<Self> {
        let (step, rest) = path.split_first()?;
        if self.is_mapping() {
            let mut map = self.map();
            let own = map.remove(&**step);
            let value = match (rest, edit) {
                ([_, ..], _) => Some(own?.edited(rest, edit)?),
                // kustomize takes `replace` for `add` here.
                ([], Edit::Add(value) | Edit::Replace(value)) => Some(Self::clone(value)),
                ([], Edit::Remove) => own.map(|_| None)?,
            };
            map.extend(value.map(|value| (Cow::Owned(step.clone()), value)));
            return Some(self.with_map(map));
        }
        let mut items = self.items().to_vec();
        let end = items.len();
        let position = if step == "-" { end } else { step.parse().ok()? };
        match (rest, edit) {
            ([], Edit::Add(value)) if position <= end && self.is_sequence() => {
                items.insert(position, Self::clone(value));
            }
            _ if position >= end => return None,
            ([], Edit::Remove) => drop(items.remove(position)),
            ([], Edit::Add(value) | Edit::Replace(value)) => {
                *items.get_mut(position)? = Self::clone(value);
            }
            ([_, ..], _) => {
                let edited = items.get(position)?.edited(rest, edit)?;
                *items.get_mut(position)? = edited;
            }
        }
        Some(Self { line: self.line, column: self.column, value: Value::Sequence(items) })
    }

    fn map(&self) -> BTreeMap<Cow<'a, str>, Self> {
        let members = self.members().into_iter();
        members.map(|(key, value)| (key.text.clone(), value.clone())).collect()
    }

    fn with_map(&self, map: BTreeMap<Cow<'a, str>, Self>) -> Self {
        let member = |(text, value)| Member { key: Some(Key { text }), value };
        let members = map.into_iter().map(member).collect();
        Self { line: self.line, column: self.column, value: Value::Mapping(members) }
    }
}
