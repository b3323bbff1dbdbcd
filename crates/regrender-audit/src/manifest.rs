//! Knows a YAML or JSON document as Kubernetes' own reader sees it, with the place of every node.

mod change;
mod plain;
mod reader;
mod scalar;
mod stream;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub(crate) use self::plain::is_plain;
pub(crate) use self::reader::{Document, read_documents};

/// One node of a document.
#[derive(Clone, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) line: usize,
    pub(crate) column: usize,
    value: Value<'a>,
}

#[derive(Clone, Debug)]
enum Value<'a> {
    /// The text, and whether it is a string rather than a number, a boolean or null.
    Scalar(Cow<'a, str>, bool),
    Sequence(Vec<Node<'a>>),
    Mapping(Vec<Member<'a>>),
    /// A node with an anchor; its aliases share it.
    Shared(Rc<Node<'a>>),
}

/// One member of a mapping as it was written.
#[derive(Clone, Debug)]
struct Member<'a> {
    /// `None` for a merge (`<<`).
    key: Option<Key<'a>>,
    value: Node<'a>,
}

/// The key of a member.
#[derive(Clone, Debug)]
pub(crate) struct Key<'a> {
    pub(crate) text: Cow<'a, str>,
}

impl<'a> Node<'a> {
    /// Returns the text of a string; `None` for numbers, booleans, null and everything else.
    pub(crate) fn string(&self) -> Option<&str> {
        match self.value() {
            Value::Scalar(text, true) => Some(text),
            _ => None,
        }
    }

    /// Returns the text of any scalar but null.
    pub(crate) fn scalar(&self) -> Option<&str> {
        match self.value() {
            Value::Scalar(text, is_string) if *is_string || !scalar::is_null(text) => Some(text),
            _ => None,
        }
    }

    /// Tells whether the node is null.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.value(), Value::Scalar(text, false) if scalar::is_null(text))
    }

    /// Returns the elements of a sequence; none for anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match self.value() {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// Returns the elements of the sequence that is the member of that name; none for anything else.
    pub(crate) fn items_of(&self, name: &str) -> &[Self] {
        self.get(name).map(Self::items).unwrap_or_default()
    }

    pub(crate) fn is_sequence(&self) -> bool {
        matches!(self.value(), Value::Sequence(_))
    }

    pub(crate) fn is_mapping(&self) -> bool {
        matches!(self.value(), Value::Mapping(_))
    }

    /// Returns the member of that name: of several the last, merges counted where they stand.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let Value::Mapping(members) = self.value() else {
            return None;
        };
        members.iter().rev().find_map(|member| match &member.key {
            Some(key) => (key.text == name).then_some(&member.value),
            None => member.value.merged().find_map(|node| node.get(name)),
        })
    }

    /// Follows a path of member names.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// Lists the members that count: the last of each name, merged ones included.
    pub(crate) fn members(&self) -> Vec<(&Key<'a>, &Self)> {
        let Value::Mapping(members) = self.value() else {
            return Vec::new();
        };
        let mut found: Vec<(&Key<'a>, &Self)> = Vec::new();
        // Below this, looking through the list is faster than keeping a set.
        if members.len() < 24 && members.iter().all(|member| member.key.is_some()) {
            for Member { key, value } in members.iter().rev() {
                let Some(key) = key else { continue };
                if !found.iter().any(|(known, _)| known.text == key.text) {
                    found.push((key, value));
                }
            }
        } else {
            self.collect_members(&mut found, &mut BTreeSet::new());
        }
        found.reverse();
        found
    }

    /// Returns the members that are scalars, but for null, with their texts.
    pub(crate) fn texts(&self) -> BTreeMap<String, String> {
        let text = |(key, value): (&Key<'a>, &Self)| {
            Some((key.text.to_string(), value.scalar()?.to_owned()))
        };
        self.members().into_iter().filter_map(text).collect()
    }

    /// Goes backwards, so that the first of each name that is met is the one that counts.
    fn collect_members<'n>(
        &'n self,
        found: &mut Vec<(&'n Key<'a>, &'n Self)>,
        seen: &mut BTreeSet<&'n str>,
    ) {
        let Value::Mapping(members) = self.value() else {
            return;
        };
        for Member { key, value } in members.iter().rev() {
            match key {
                Some(key) if seen.insert(&key.text) => found.push((key, value)),
                Some(_) => {}
                None => value.merged().for_each(|node| node.collect_members(found, seen)),
            }
        }
    }

    /// Lists the mappings that a merge names; earlier ones win.
    fn merged(&self) -> impl Iterator<Item = &Self> {
        let list = self.items();
        let single = if self.is_mapping() { Some(self) } else { None };
        single.into_iter().chain(list.iter().filter(|node| node.is_mapping()))
    }

    fn value(&self) -> &Value<'a> {
        let mut value = &self.value;
        while let Value::Shared(node) = value {
            value = &node.value;
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, check: impl Fn(&Node<'_>)) {
        let documents = read_documents(text);
        let root = documents[0].root.as_ref().unwrap();
        check(root);
    }

    #[test]
    fn last_of_repeated_keys_wins() {
        with("a: 1\nb: 2\na: 3", |root| {
            assert_eq!(root.get("a").unwrap().scalar(), Some("3"));
            let names: Vec<_> = root.members().iter().map(|(key, _)| key.text.clone()).collect();
            assert_eq!(names, ["b", "a"]);
        });
    }

    #[test]
    fn merge_counts_where_it_stands() {
        // The reader of Kubernetes lets a merge override what stands before it.
        with("{a: 1, <<: {a: 2, b: 3}}", |root| {
            assert_eq!(root.get("a").unwrap().scalar(), Some("2"));
            assert_eq!(root.get("b").unwrap().scalar(), Some("3"));
        });
        with("{<<: {a: 2, b: 3}, a: 1}", |root| {
            assert_eq!(root.get("a").unwrap().scalar(), Some("1"));
            assert_eq!(root.members().len(), 2);
        });
    }

    #[test]
    fn earlier_of_merged_mappings_wins() {
        with("x: {<<: [{a: 1}, {a: 2, b: 2}]}", |root| {
            let x = root.get("x").unwrap();
            assert_eq!(x.get("a").unwrap().scalar(), Some("1"));
            assert_eq!(x.get("b").unwrap().scalar(), Some("2"));
            let values: Vec<_> = x.members().iter().map(|(_, node)| node.scalar()).collect();
            assert_eq!(values.len(), 2);
        });
    }

    #[test]
    fn many_members_keep_their_order() {
        let text: Vec<String> = (0..60).map(|i| format!("k{i}: {i}")).collect();
        with(&format!("{}\nk0: last", text.join("\n")), |root| {
            let members = root.members();
            assert_eq!(members.len(), 60);
            assert_eq!(members[0].0.text, "k1");
            assert_eq!(members[59].1.scalar(), Some("last"));
        });
    }

    #[test]
    fn many_merged_members_are_there_once() {
        let many: Vec<String> = (0..60).map(|i| format!("k{i}: {i}")).collect();
        let many = many.join(", ");
        for text in [
            format!("x: {{<<: {{{many}}}, k1: own}}"),
            format!("x: {{<<: [{{k1: own}}, {{{many}}}]}}"),
            format!("x: {{{many}, <<: {{k1: own}}}}"),
        ] {
            with(&text, |root| {
                let x = root.get("x").unwrap();
                assert_eq!(x.members().len(), 60, "{text}");
                assert_eq!(x.get("k1").unwrap().scalar(), Some("own"), "{text}");
                let own = x.members().into_iter().find(|(key, _)| key.text == "k1");
                assert_eq!(own.unwrap().1.scalar(), Some("own"), "{text}");
            });
        }
    }

    /// Comparing each with all before it would take minutes.
    #[test]
    fn very_many_members_are_listed_in_time() {
        let lines: Vec<String> = (0..200_000).map(|i| format!("k{i}: x")).collect();
        with(&lines.join("\n"), |root| assert_eq!(root.members().len(), 200_000));
    }

    #[test]
    fn very_many_merges_are_listed_in_time() {
        let merged: Vec<String> = (0..40_000).map(|i| format!("{{k{i}: x}}")).collect();
        with(&format!("<<: [{}]", merged.join(", ")), |root| {
            assert_eq!(root.members().len(), 40_000);
        });
    }

    #[test]
    fn aliases_stand_for_their_node() {
        with("a: &x {b: c}\nd: *x", |root| {
            assert_eq!(root.at(&["d", "b"]).unwrap().string(), Some("c"));
        });
    }

    #[test]
    fn numbers_are_no_strings() {
        with("a: 1.25\nb: '1.25'\nc: on\nd:", |root| {
            assert_eq!(root.get("a").unwrap().string(), None);
            assert_eq!(root.get("a").unwrap().scalar(), Some("1.25"));
            assert_eq!(root.get("b").unwrap().string(), Some("1.25"));
            assert_eq!(root.get("c").unwrap().string(), None);
            assert!(root.get("d").unwrap().is_null());
            assert_eq!(root.get("d").unwrap().scalar(), None);
        });
    }
}
