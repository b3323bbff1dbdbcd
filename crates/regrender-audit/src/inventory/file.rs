//! Knows how a file is read: which text needs a parser, and what each of its documents is.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::facts::{Content, FileFacts, Sealing};
use super::object::read_object;
use super::word::{Words, tells_nothing};
use crate::kind::{helm, is_core};
use crate::kustomization::{self, Transformer, read_operations, read_replacement_file};
use crate::leak::{self, SopsRules};
use crate::manifest::{Document, Node, is_plain, read_documents};
use crate::place::{Place, file_name};
use crate::text;
use crate::unreadable::{Reason, Unreadable};

/// Reads one file; independent of every other, so that files can be read in parallel.
#[must_use]
pub fn read_file(path: &str, bytes: &[u8]) -> FileFacts {
    let mut facts = read(path, bytes);
    facts.findings.extend(facts.secrets.iter().flat_map(leak::in_secret));
    facts
}

/// Reads what came through a pipe, which is called `path`: what a program rendered, or what a
/// cluster holds. A Secret that a cluster holds lies in no repository, and so leaks nothing.
#[must_use]
pub fn read_pipe(path: &str, bytes: &[u8]) -> FileFacts {
    let mut facts = read(path, bytes);
    let written = facts.secrets.iter().filter(|secret| !secret.metadata.is_live);
    facts.findings.extend(written.flat_map(leak::in_secret));
    facts
}

fn read(path: &str, bytes: &[u8]) -> FileFacts {
    let text = match text::decode(bytes) {
        Ok(text) => text,
        Err(reason) => return FileFacts::unread(path, reason),
    };
    // Only what is surely YAML need not be parsed: a report lists what is not.
    if tells_nothing(path, &text) && is_plain(&text) {
        let sealing = Sealing::Values.within(&text);
        return FileFacts { sealing, ..FileFacts::of(path, &text) };
    }
    parse(path, &text)
}

fn parse(path: &str, text: &str) -> FileFacts {
    let words = Words::of(text);
    let mut facts = FileFacts::of(path, text);
    facts.findings = leak::identities(&facts.path, text);
    let documents = read_documents(text);
    if !documents.is_empty() && documents.iter().all(|document| document.root.is_err()) {
        facts.content = Content::Unreadable;
    }
    let count = documents.len();
    for Document { index, root } in documents {
        match root {
            Ok(root) => facts.take_document(index, &root, words),
            Err(reason) if facts.has_braces && is_template(text, &reason) => {
                let findings = std::mem::take(&mut facts.findings);
                return FileFacts { findings, ..FileFacts::helm_template(path) };
            }
            Err(reason) => facts.unreadable.push(Unreadable {
                file: Arc::clone(&facts.path),
                document: Some(index),
                reason,
            }),
        }
    }
    if (1..count).contains(&facts.transformers.len()) {
        // Plugins beside those that come with kustomize.
        facts.transformers.clear();
    }
    facts.sealing = facts.sealing.within(text);
    facts
}

/// Reads a file that by its name is no manifest: only what leaks is looked for, and mostly nothing
/// is there.
#[must_use]
pub fn read_other_file(path: &str, bytes: &[u8]) -> Option<FileFacts> {
    let text = text::decode(bytes).ok()?;
    let path: Arc<str> = Arc::from(path);
    let mut findings = leak::identities(&path, &text);
    findings.extend(leak::in_key_file(&path, &text));
    if text.trim_start().starts_with('{') && text.contains("\"auths\"") {
        for Document { index, root } in read_documents(&text) {
            let Ok(root) = root else { continue };
            let place = Place { file: Arc::clone(&path), document: index, line: 1, column: 1 };
            findings.extend(leak::in_document(&root, &place, leak::Topics::of(&text)));
        }
    }
    (!findings.is_empty()).then(|| FileFacts { path, findings, ..FileFacts::default() })
}

impl FileFacts {
    fn take_document(&mut self, index: usize, root: &Node<'_>, words: Words) {
        let place = self.place(index, root);
        self.findings.extend(leak::in_document(root, &place, words.leaks));
        if leak::is_sealed(root) {
            self.sealing = Sealing::Sealed;
        }
        if file_name(&self.path) == ".sops.yaml" {
            self.sops_rules = Some(Box::new(SopsRules::read(&self.path, root)));
            return;
        }
        if kustomization::is_kustomization(&self.path, root) {
            let found = kustomization::read(&self.path, index, root);
            self.workloads.extend(found.images_as_workload());
            self.workloads.extend(helm::read_charts(root, &place));
            self.secrets.extend(found.generated_secrets());
            self.kustomization = Some(Box::new(found));
        } else if let Some(operations) = read_operations(root) {
            self.operations.push(operations);
        } else if is_object(root) {
            self.transformers.extend(Transformer::read(root, &place));
            read_object(self, root, &place, words);
            if words.secret_references {
                secret_references(root, &mut self.other_secrets);
            }
            if self.sealed_files.is_empty() {
                self.sealing = self.sealing.max(Sealing::Values);
            }
        } else {
            self.sealing = self.sealing.max(Sealing::Values);
            self.replacements.extend(read_replacement_file(root, &place));
            if words.images {
                self.workloads.extend(helm::read_values_file(&self.path, index, root));
            }
        }
    }

    fn place(&self, document: usize, node: &Node<'_>) -> Place {
        Place { file: Arc::clone(&self.path), document, line: node.line, column: node.column }
    }
}

/// Tells whether a document is an object of Kubernetes: values of charts may have a `kind`, too, as
/// what the chart is to be deployed as.
fn is_object(root: &Node<'_>) -> bool {
    let Some(kind) = root.get("kind").and_then(Node::string) else { return false };
    let is_there = |member: &&str| root.get(member).is_some();
    !is_core(kind) || ["apiVersion", "metadata", "spec", "template"].iter().any(is_there)
}

/// Collects the Secrets that are mounted or named for a client other than the kubelet.
fn secret_references(node: &Node<'_>, found: &mut BTreeSet<String>) {
    for (key, value) in node.members() {
        let name = match &*key.text {
            "secretName" => value.string(),
            "secretRef" => value.get("name").and_then(Node::string),
            _ => None,
        };
        found.extend(name.map(str::to_owned));
        secret_references(value, found);
    }
    for item in node.items() {
        secret_references(item, found);
    }
}

/// Tells whether the document in which reading failed has the braces of a template.
fn is_template(text: &str, reason: &Reason) -> bool {
    let line = match reason {
        Reason::Syntax { line, .. } | Reason::KeyNotText { line } => *line,
        _ => return false,
    };
    let mut in_document = false;
    for (number, content) in text.lines().enumerate() {
        if content.starts_with("---") {
            if number >= line {
                break;
            }
            in_document = false;
        }
        in_document |= content.contains("{{");
    }
    in_document
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A file of one or two documents, with the words that tell something in all sorts of places.
    fn files() -> impl Strategy<Value = (&'static str, String)> {
        let names =
            prop::sample::select(vec!["a.yaml", "kustomization.yaml", ".sops.yaml", "Chart.yaml"]);
        let kinds = prop::sample::select(vec![
            "ConfigMap",
            "Service",
            "Role",
            "List",
            "Template",
            "Component",
            "Custom",
            "Namespace",
            "ServiceAccount",
            "Secret",
            "SealedSecret",
            "Deployment",
            "CronJob",
            "PodTemplate",
            "HelmRelease",
            "Application",
            "Kustomization",
            "ksops",
            "SopsSecretGenerator",
        ]);
        let pieces = prop::sample::select(vec![
            "metadata:\n  name: x\n  namespace: y\n",
            "data:\n  key: value\n",
            "data:\n  file: |\n    some {{ text }}\n",
            "spec:\n  image: r.io/a\n",
            "spec:\n  sideImage: r.io/a\n",
            "spec:\n  template:\n    spec:\n      serviceAccountName: z\n",
            "spec:\n  side:\n    repository: r.io/a\n    tag: \"1\"\n",
            "spec:\n  volumes:\n  - secret:\n      secretName: s\n",
            "items:\n- kind: Namespace\n  metadata:\n    name: n\n",
            "objects:\n- kind: Job\n  apiVersion: batch/v1\n",
            "auths:\n  r.io:\n    auth: YTpi\n",
            "sops:\n  mac: x\n",
            "\"\\x69mage\": r.io/a\n",
            "imagePullSecrets:\n- name: x\n",
            "files:\n- a.yaml\n",
            "resources:\n- b.yaml\n",
            "creation_rules:\n- path_regex: x\n",
            "# AGE-SECRET-KEY-1CANARY4F1D\n",
            "data:\n  key: |\n    -----BEGIN PRIVATE KEY-----\n    Y2FuYXJ5LTRmMWRjYW5hcnktNGYxZGNhbmFyeS00ZjFkY2FuYXJ5LTRmMWQ=\n    -----END PRIVATE KEY-----\n",
            "data:\n  key: |\n    PuTTY-User-Key-File-3: ssh-ed25519\n    Encryption: none\n    Private-Lines: 1\n    Y2FuYXJ5LTRmMWRjYW5hcnktNGYxZGNhbmFyeS00ZjFk\n",
            "---\n",
            "broken: [\n",
        ]);
        (names, kinds, any::<bool>(), prop::collection::vec(pieces, 0..4)).prop_map(
            |(name, kind, has_kind, pieces)| {
                let kind = if has_kind { format!("kind: {kind}\n") } else { String::new() };
                (name, kind + &pieces.concat())
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn what_is_not_parsed_would_tell_nothing((path, text) in files()) {
            let read = format!("{:?}", read_file(path, text.as_bytes()));
            prop_assert_eq!(read, format!("{:?}", parse(path, &text)));
        }
    }

    #[test]
    fn a_plain_file_that_tells_nothing_can_still_be_sealed() {
        let facts = read_file("a.yaml", b"kind: ConfigMap\ndata:\n  key: value\n");
        assert_eq!(facts.sealing, Sealing::Object);
        assert_eq!(read_file("a.yaml", b"key: value\n").sealing, Sealing::Values);
        assert_eq!(read_file("a.yaml", b"# nothing\n").sealing, Sealing::Nothing);
    }

    fn reasons(text: &str) -> Vec<String> {
        let facts = read_file("a.yaml", text.as_bytes());
        facts.unreadable.iter().map(|one| one.reason.to_string()).collect()
    }

    #[test]
    fn templates_are_named_as_such() {
        assert_eq!(reasons("{{- if .Values.x }}\na: 1\n{{- end }}\n"), ["helm-template"]);
        assert_eq!(reasons("kind: Pod\nname: {{ .Release.Name }}-x\n"), ["helm-template"]);
        assert_eq!(reasons("kind: Pod\nname: {{ .Release.Name }}\n"), ["helm-template"]);
    }

    #[test]
    fn braces_in_another_document_make_no_template() {
        let found = reasons("a: '{{x}}'\n---\nb: [\n---\nc: '{{x}}'\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("not valid YAML"), "{}", found[0]);
    }

    #[test]
    fn images_are_found_however_the_word_is_spelled() {
        for text in [
            "kind: Custom\nspec: {image: r.io/a}\n",
            "kind: Custom\nspec: {\"\\x69mage\": r.io/a}\n",
            "kind: Custom\nspec: {sideImage: r.io/a}\n",
            "kind: Custom\nspec: {side: {repository: r.io/a, tag: x}}\n",
            "{\"\\u0069mage\": \"r.io/a\"}",
            "side: {repository: r.io/a, tag: x}\n",
        ] {
            assert_eq!(read_file("a.yaml", text.as_bytes()).workloads.len(), 1, "{text}");
        }
    }

    #[test]
    fn a_patch_that_names_no_image_is_kept_as_a_part() {
        let text = "kind: Deployment\napiVersion: apps/v1\nspec: {template: {spec: {}}}\n";
        assert_eq!(read_file("a.yaml", text.as_bytes()).parts.len(), 1);
    }

    #[test]
    fn facts_know_their_file_whatever_it_holds() {
        let key = b"# AGE-SECRET-KEY-1CANARY4F1DQQQQQQQQQQQQQ\n";
        for facts in [
            read_file("a/b.yaml", b"kind: ConfigMap\n"),
            read_file("a/b.yaml", b"kind: Pod\nspec: {}\n"),
            read_file("a/b.yaml", b"\xff\x80"),
            read_file("a/b.yaml", b"kind: Pod\nname: {{ .Values.x }}\n"),
            read_other_file("a/b.yaml", key).unwrap(),
        ] {
            assert_eq!(&*facts.path, "a/b.yaml");
            assert!(facts.unreadable.iter().all(|one| &*one.file == "a/b.yaml"));
        }
    }

    #[test]
    fn broken_document_leaves_the_others() {
        let facts = read_file("a.yaml", b"a: [\n---\nkind: Namespace\nmetadata: {name: x}\n");
        assert_eq!(facts.namespaces.len(), 1);
        assert_eq!(facts.unreadable.len(), 1);
    }
}
