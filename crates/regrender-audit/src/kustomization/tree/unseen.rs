//! Knows the workloads of which only the patches are at hand, as of a base in another repository.

use std::collections::BTreeSet;

use super::{Kustomizations, Rendered, object_of};
use crate::kind::{Source, Workload, Written, is_core};
use crate::kustomization::patch::{Change, Patch};
use crate::kustomization::target::Target;
use crate::place::Place;

/// A workload of which only the patches are at hand.
#[derive(Debug)]
pub(crate) struct Unseen {
    pub(crate) workload: Workload,
    /// The key of the kustomization that patches it.
    key: String,
}

impl Kustomizations {
    /// Lists the workloads that are not at hand, as a base of another repository is not, by the
    /// patches that bring them images and took effect nowhere.
    pub(crate) fn unseen(&self, used: &BTreeSet<Place>, files: &BTreeSet<String>) -> Vec<Unseen> {
        let mut found: Vec<Unseen> = Vec::new();
        for (key, one) in &self.by_folder {
            for patch in one.patches.iter().filter(|patch| !used.contains(&patch.place)) {
                let changes = self.changes(one, patch).iter().filter(|change| change.has_image());
                for workload in changes.filter_map(|change| unseen_workload(patch, change)) {
                    // Of a custom resource that says nothing of images itself, only its patches are kept.
                    let is_surely_there = !workload.kind.is_empty()
                        && workload.source != Source::Core
                        && !patch.target.as_ref().is_some_and(Target::is_narrow);
                    let is_complete = || self.is_complete(key, files, &mut BTreeSet::new());
                    let is_known = found.iter().any(|known| {
                        let (known, key_of_it) = (&known.workload, &known.key);
                        (&known.kind, &known.name, key_of_it)
                            == (&workload.kind, &workload.name, key)
                    });
                    if !is_known && (is_surely_there || !is_complete()) {
                        found.push(Unseen { workload, key: key.clone() });
                    }
                }
            }
        }
        found
    }

    /// Works out what becomes of a workload of which only the patches are at hand.
    pub(crate) fn render_unseen(&self, unseen: &Unseen) -> Rendered {
        let mut chains = Vec::new();
        self.collect_chains(&unseen.key, &mut vec![&unseen.key], &mut chains);
        // What only a component patches is not deployed by the component.
        chains.retain(|chain| {
            let one = chain.last().and_then(|key| self.by_folder.get(*key));
            one.is_some_and(|one| !one.is_component)
        });
        self.render(&chains, |chain| {
            let mut object = object_of(&unseen.workload);
            object.is_unseen = true;
            self.transform(&mut object, chain);
            object
        })
    }
}

/// Returns what a patch for an object that is not at hand says of it.
fn unseen_workload(patch: &Patch, change: &Change) -> Option<Workload> {
    let (kind, api_version, namespace, name) = match (change, &patch.target) {
        (Change::Merge(part), _) if !part.directives.deletes => {
            let part = &part.workload;
            (&*part.kind, &*part.api_version, part.namespace.as_deref(), &*part.name)
        }
        (Change::Operations(_), Some(target)) => {
            let (kind, namespace, name) = target.named();
            (kind, "", namespace, name)
        }
        _ => return None,
    };
    let source = if is_core(kind) { Source::Core } else { Source::Custom };
    let written = Written { kind, api_version, namespace, name };
    Some(Workload::new(written, source, &patch.place))
}
