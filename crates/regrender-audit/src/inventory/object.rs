//! Knows what of an object the facts of its file keep, kind by kind.

use std::sync::Arc;

use super::facts::FileFacts;
use super::word::Words;
use crate::kind::{
    ACCOUNT, Header, Namespace, ServiceAccount, Source, Workload, core_pod_path, helm, is_deployer,
    secret, unfolded,
};
use crate::kustomization::{Part, directs, is_directed, post_render, read_deployers};
use crate::manifest::Node;
use crate::place::{Place, folder_of, join};

/// Takes one object into `facts`, and what a list or template holds one by one; its file holds
/// some words or does not.
pub(super) fn read_object(facts: &mut FileFacts, root: &Node<'_>, place: &Place, words: Words) {
    read_with(facts, root, Header::of(root, place), words);
}

fn read_with(facts: &mut FileFacts, root: &Node<'_>, header: Header, words: Words) {
    if let Some(items) = unfolded(root, &header) {
        return read_items(facts, items, &header, words);
    }
    let place = &header.place.clone();
    // What has a directive is nothing that anybody deploys, though a custom resource may hold one.
    let is_core = header.group().is_empty();
    let is_native = || is_core || core_pod_path(&header).is_some();
    if words.directives && (is_directed(root) || is_native() && directs(root)) {
        facts.parts.extend(Part::read_all(root, &header, words.directives));
        return;
    }
    match &*header.kind {
        // Operators have kinds of the same names: a namespace of a message bus, an account of a cloud.
        "Namespace" if is_core => facts.namespaces.push(Namespace {
            labels: header.metadata.labels.clone(),
            name: header.name,
            place: place.clone(),
        }),
        ACCOUNT if is_core => {
            facts.parts.extend(
                Part::read_all(root, &header, words.directives)
                    .into_iter()
                    .filter(|one| !one.is_plain()),
            );
            facts.service_accounts.push(ServiceAccount::read(root, header));
        }
        "Secret" if is_core => facts.secrets.extend(secret::read(root, &header)),
        "SealedSecret" | "ExternalSecret" | "ClusterExternalSecret" => {
            facts.secrets.extend(secret::read(root, &header));
        }
        _ if is_deployer(&header.written()) => {
            let object = header.workload(Source::Custom);
            let is_release = helm::is_release(&header.written());
            let release = if is_release { read_release(root, &header) } else { None };
            if release.is_none() {
                facts.parts.push(Part::from(object.clone()));
            }
            facts.workloads.extend(release);
            facts.deployers.extend(read_deployers(root, place, &Arc::new(object)));
        }
        _ if helm::is_release(&header.written()) => {
            facts.workloads.extend(read_release(root, &header));
        }
        "ksops" | "SopsSecretGenerator" => {
            let folder = folder_of(&facts.path);
            let files = root.items_of("files");
            let files = files.iter().filter_map(Node::string);
            facts.sealed_files.extend(files.map(|file| join(folder, file)));
        }
        // What is known by its kind may be a patch, which holds no image.
        _ if !words.images && !words.pulling && core_pod_path(&header).is_none() => {}
        _ => {
            let parts = Part::read_all(root, &header, words.directives);
            let whole = parts.iter().map(|one| &one.workload);
            facts.workloads.extend(whole.filter(|one| !one.images.is_empty()).cloned());
            let part = |one: &Part| one.workload.images.is_empty() || !one.is_plain();
            facts.parts.extend(parts.into_iter().filter(part));
        }
    }
}

/// Reads what installs a chart, unless it names no image.
fn read_release(root: &Node<'_>, header: &Header) -> Option<Workload> {
    let mut release = helm::read_release(root, header)?;
    post_render(&mut release, root, &header.place);
    (!release.images.is_empty()).then_some(release)
}

/// Takes what a list or template holds.
fn read_items(facts: &mut FileFacts, items: &Node<'_>, header: &Header, words: Words) {
    let before = facts.workloads.len();
    for item in items.items() {
        let own = Header::of(item, &header.place.of(item)).in_list(header);
        read_with(facts, item, own, words);
    }
    // Where the objects of a template go is said where it is filled in.
    let is_list = header.kind.ends_with("List");
    for one in facts.workloads.iter_mut().skip(before).filter(|_| !is_list) {
        one.keeps_namespace = true;
    }
}
