//! Knows the patches that are for no object of their tree, and what kustomize makes of that.

use std::collections::BTreeSet;

use super::Kustomizations;
use crate::finding::{Code, Finding};
use crate::kind::Source;
use crate::kustomization::Kustomization;
use crate::kustomization::entry::OUTCOME;
use crate::kustomization::patch::{Change, Patch};
use crate::place::Place;

impl Kustomizations {
    /// Reports the patches that took effect nowhere, although all that could be patched is in `files`:
    /// those for pull secrets, of which kustomize says nothing, and those with which it fails.
    pub(crate) fn idle_patches(
        &self,
        used: &BTreeSet<Place>,
        files: &BTreeSet<String>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (key, one) in &self.by_folder {
            let before = findings.len();
            findings.extend(one.patches().filter_map(|patch| self.idle(one, patch, used)));
            if findings.len() > before && !self.has_all_at_hand(key, files) {
                findings.truncate(before);
            }
        }
        findings
    }

    fn idle(&self, one: &Kustomization, patch: &Patch, used: &BTreeSet<Place>) -> Option<Finding> {
        let mut changes = self.changes(one, patch).iter();
        if patch.target.is_none() {
            let message = changes.find_map(|change| missed(change, used))?;
            return Some(Finding::new(Code::BrokenKustomization, &patch.place, message));
        }
        let is_idle = changes.any(Change::is_about_pull_secrets) && !used.contains(&patch.place);
        let message = "this patch for pull secrets matches no object of the tree";
        is_idle.then(|| Finding::new(Code::PatchWithoutTarget, &patch.place, message))
    }
}

/// Says what kustomize does not find of a patch without a target, each document of which must be for an
/// object. Custom resources may be there without anything that counts here.
fn missed(change: &Change, used: &BTreeSet<Place>) -> Option<String> {
    let Some(part) = change.part() else {
        return Some(format!("this patch is a list of operations without a `target`, {OUTCOME}"));
    };
    let object = &part.workload;
    let is_missed = object.source == Source::Core && !used.contains(&object.place);
    is_missed.then(|| {
        let (kind, name) = (&object.kind, &object.name);
        format!("this patch is for {kind} `{name}`, which is not in the tree, {OUTCOME}")
    })
}
