//! Changes a node as kustomize changes an object whose schema it does not know: by a strategic merge, or
//! by operations of a JSON patch.

use std::borrow::Cow;

use super::{Key, Member, Node, Value};

/// No path of an operation has more steps, so that nothing is nested without end.
const STEP_LIMIT: usize = 64;

/// What an object is known by.
const NAMES: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// What an operation does where its path ends.
enum Edit<'n, 'a> {
    Add(&'n Node<'a>),
    Replace(&'n Node<'a>),
    Remove,
}

impl<'a> Node<'a> {
    /// Returns what a patch makes of an object; nothing where it takes the object away. An operation with
    /// which kustomize fails changes nothing; and what an object is called, a merge leaves as it is.
    pub(crate) fn patched(&self, patch: &Self) -> Option<Self> {
        if !patch.is_sequence() {
            let mut members = patch.own_members();
            members.retain(|one| !NAMES.iter().any(|name| one.is(name)));
            return self.overlaid(&patch.with(Value::Mapping(members)));
        }
        let change = |node: Self, operation| node.operated(operation).unwrap_or(node);
        Some(patch.items().iter().fold(self.clone(), change))
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
        let replaces = directive == Some("replace");
        let mut members = if replaces { Vec::new() } else { self.own_members() };
        for (key, value) in patch.members().into_iter().filter(|(key, _)| key.text != "$patch") {
            let own = members.iter().find(|one| one.is(&key.text));
            let merged = own.map_or(value, |own| &own.value).overlaid(value);
            put(&mut members, key.text.clone(), merged);
        }
        Some(self.with(Value::Mapping(members)))
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
            let own = self.get(step);
            let value = match (rest, edit) {
                ([_, ..], _) => Some(own?.edited(rest, edit)?),
                // kustomize takes `replace` for `add` here.
                ([], Edit::Add(value) | Edit::Replace(value)) => Some(Self::clone(value)),
                ([], Edit::Remove) => own.map(|_| None)?,
            };
            let mut members = self.own_members();
            put(&mut members, Cow::Owned(step.clone()), value);
            return Some(self.with(Value::Mapping(members)));
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
        Some(self.with(Value::Sequence(items)))
    }

    /// Returns the members that count, merged ones included.
    fn own_members(&self) -> Vec<Member<'a>> {
        let members = self.members().into_iter();
        let own = |(key, value): (&Key<'a>, &Self)| Member {
            key: Some(key.clone()),
            value: value.clone(),
        };
        members.map(own).collect()
    }

    fn with(&self, value: Value<'a>) -> Self {
        Self { line: self.line, column: self.column, value }
    }
}

impl Member<'_> {
    fn is(&self, name: &str) -> bool {
        self.key.as_ref().is_some_and(|key| key.text == name)
    }
}

/// Puts a member in the place of the one of that name, or takes that out.
fn put<'a>(members: &mut Vec<Member<'a>>, name: Cow<'a, str>, value: Option<Node<'a>>) {
    members.retain(|one| !one.is(&name));
    members.extend(value.map(|value| Member { key: Some(Key { text: name }), value }));
}
