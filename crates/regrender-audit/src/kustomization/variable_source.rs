//! Knows the objects that Flux takes the values of variables from: `ConfigMaps` and Secrets.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Kustomizations;
use super::post_build::VariableSource;
use crate::kind::{Header, Secret, Written};
use crate::manifest::{Document, Node, read_documents};
use crate::place::Place;

/// No text with values of variables is longer than this.
pub(super) const LENGTH_LIMIT: usize = 64 * 1024;

impl VariableSource {
    /// Reads those of the `ConfigMaps` of a text that are called by one of `names`.
    pub(crate) fn read(
        path: &Arc<str>,
        text: &str,
        names: &BTreeSet<String>,
        kustomizations: &Kustomizations,
    ) -> Vec<Self> {
        if !names.iter().any(|name| text.contains(&**name)) {
            return Vec::new();
        }
        let documents = read_documents(text);
        let roots = documents
            .iter()
            .filter_map(|Document { root, .. }| root.as_ref().ok())
            .flat_map(|root| match root.get("items") {
                Some(items) => items.items().iter().collect(),
                None => vec![root],
            });
        let place = Place { file: Arc::clone(path), ..Place::default() };
        let found = roots.filter_map(|root| {
            let header = Header::of(root, &place);
            let is_meant = header.kind == "ConfigMap" && header.group().is_empty();
            let data = root.get("data").map(Node::members).unwrap_or_default();
            let is_meant = is_meant && data.iter().all(|(key, _)| is_variable(&key.text));
            is_meant.then(|| Self::of_config_map(root, &header, kustomizations))
        });
        found.collect()
    }

    fn of_config_map(root: &Node<'_>, header: &Header, kustomizations: &Kustomizations) -> Self {
        let written = Written {
            kind: "ConfigMap",
            api_version: &header.api_version,
            namespace: header.namespace.as_deref(),
            name: &header.name,
        };
        let rendered =
            kustomizations.render_object(&header.place.file, written, &header.metadata, &[]);
        let mut names: Vec<(Option<String>, String)> =
            rendered.renderings.into_iter().map(|one| (one.namespace, one.name)).collect();
        if names.is_empty() {
            names.push((header.namespace.clone(), header.name.clone()));
        }
        let is_sealed = root.get("sops").is_some();
        let values = root.get("data").map(Node::members).unwrap_or_default();
        let values = values.into_iter().map(|(key, value)| {
            let value = value.scalar().unwrap_or_default().replace('\n', "");
            (key.text.to_string(), (!is_sealed).then_some(value))
        });
        Self { kind: "ConfigMap", names, values: Some(values.collect()) }
    }

    /// Takes the keys of a Secret; its values are nobody's business.
    pub(crate) fn of_secret(secret: &Secret) -> Self {
        let names = vec![(secret.namespace.clone(), secret.name.clone())];
        let keys = secret.keys.as_ref();
        let values = keys.map(|keys| keys.iter().map(|key| (key.clone(), None)).collect());
        Self { kind: "Secret", names, values }
    }
}

/// Returns a text that may hold `ConfigMaps` with values of variables, which are read when a
/// Kustomization asks for them: most repositories have `ConfigMaps`, and few have variables.
pub(crate) fn text_of_config_maps(text: &str) -> Option<Box<str>> {
    let may_hold =
        text.len() <= LENGTH_LIMIT && text.contains("ConfigMap") && may_hold_variables(text);
    may_hold.then(|| Box::from(text))
}

/// Tells whether the data of a text may be variables. Flux refuses all of a `ConfigMap` with a key
/// that is no name of one, and where others are kept, such as files, the first tells mostly.
fn may_hold_variables(text: &str) -> bool {
    const DATA: &str = "\ndata:\n";
    let mut places = text.match_indices(DATA).peekable();
    let may_begin = |(at, _)| {
        let line = text.get(at + DATA.len()..).and_then(|rest| rest.lines().next());
        let key = line.unwrap_or_default().trim_start().split(':').next().unwrap_or_default();
        // What is in quotation marks, or a comment, is not looked into.
        key.starts_with(['"', '\'', '#']) || is_variable(key)
    };
    places.peek().is_none() || places.any(may_begin)
}

fn is_variable(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    name.chars().all(is_letter) && !name.starts_with(|letter: char| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Most `ConfigMaps` hold files, and a cluster's are many: keeping them all would take as much
    /// memory again as they do.
    #[test]
    fn only_a_text_whose_config_maps_may_hold_variables_is_kept() {
        let map = |data: &str| format!("kind: ConfigMap\ndata:\n{data}");
        for (text, is_kept) in [
            (map("  HOST: r.io\n"), true),
            (map("  # whose it is\n  HOST: r.io\n"), true),
            (map("  a.yaml: x\n") + "---\n" + &map("  HOST: r.io\n"), true),
            ("{kind: ConfigMap, data: {HOST: r.io}}\n".to_owned(), true),
            (map("  a.yaml: x\n"), false),
            (map("  a.yaml: x\n").replace("ConfigMap", "Secret"), false),
            (map("  HOST: r.io\n").replace("ConfigMap", "Secret"), false),
            (map("  HOST: r.io\n") + &"# 23456\n".repeat(LENGTH_LIMIT / 8), false),
        ] {
            assert_eq!(text_of_config_maps(&text).is_some(), is_kept, "{}", text.len());
        }
        let longest = "# ConfigMap\n".to_owned() + &"#".repeat(65_536 - 12);
        assert!(text_of_config_maps(&longest).is_some());
        assert!(text_of_config_maps(&(longest + "#")).is_none());
    }
}
