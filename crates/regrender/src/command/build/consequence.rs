//! What a build entails beyond its files, for people to do or to wait for.

use std::collections::BTreeSet;
use std::fmt::Display;

use regrender_render::{
    PatchTarget, account_of_path, component_folder, namespace_of_patch, pull_secret_of_path,
};

use crate::enumeration::in_a_sentence;
use crate::path::{folder_of, without_dots};
use crate::plan::{Action, Plan};
use crate::repository::ignored;

/// Each says what it is about, if the plan has it.
pub(super) const ALL: [fn(&Plan) -> Option<String>; 6] =
    [emptied, moved, gone_pull_secrets, new_components, gone_components, left_empty];

/// Says which new files Git ignores: they would be missing wherever the commit is checked out, and
/// nothing would change where they are built.
pub(super) fn ignored_by_git(plan: &Plan) -> Option<String> {
    let new = plan.changed.iter().filter(|file| file.action == Action::Create);
    let new: Vec<&str> = new.map(|file| file.path.as_str()).collect();
    let ignored = if new.is_empty() { new } else { ignored(&plan.current.place, &new) };
    let ignored = shown(plan, ignored);
    let them = if ignored.len() == 1 { "it" } else { "them" };
    (!ignored.is_empty()).then(|| {
        format!(
            "Git ignores {}, so that no commit takes {them} along; `git check-ignore -v FILE` says why",
            in_a_sentence(&ignored)
        )
    })
}

/// Says what comes after an account left the declaration: taking it away is two steps.
fn emptied(plan: &Plan) -> Option<String> {
    let accounts = plan.emptied_accounts.iter();
    let accounts: Vec<String> =
        accounts.map(|(namespace, account)| format!("{namespace}/{account}")).collect();
    let mut names = in_a_sentence(&accounts);
    if let Some(cluster) = &plan.cluster {
        names.extend([" of cluster `", cluster, "`"]);
    }
    let what = told(
        (accounts.len(), &names),
        "service account {} is not declared any more and has an empty list now",
        "service accounts {} are not declared any more and have empty lists now",
    )?;
    Some(format!(
        "{what}; when that is applied everywhere, or if the namespace goes too, run \
         `regrender build --drop-emptied`"
    ))
}

/// Says what comes before an account that a manifest declares now leaves the tree: whoever prunes takes
/// away what was last applied with it.
fn moved(plan: &Plan) -> Option<String> {
    let paths = |action| plan.changed.iter().filter(move |file| file.action == action);
    let new: BTreeSet<&str> = paths(Action::Create).map(|file| file.path.as_str()).collect();
    let gone = paths(Action::Remove).filter_map(|file| account_of_path(&file.path));
    // `default` is never deleted.
    let moved = gone.filter(|(namespace, account)| {
        let patch = PatchTarget::Account((*account).to_owned()).path(namespace);
        *account != "default" && new.contains(patch.as_str())
    });
    let moved: Vec<String> =
        moved.map(|(namespace, account)| format!("{namespace}/{account}")).collect();
    let what = told(
        (moved.len(), &in_a_sentence(&moved)),
        "service account {} is in a manifest of the repository now and leaves the tree",
        "service accounts {} are in manifests of the repository now and leave the tree",
    )?;
    Some(format!(
        "{what}: have the manifest applied first, or Flux and Argo CD delete the account, and its tokens \
         die with it"
    ))
}

/// Says what happens to pods that were made with lists which named a pull secret: a list is copied into
/// a pod when that is made.
fn gone_pull_secrets(plan: &Plan) -> Option<String> {
    let (gone, changed): (Vec<_>, Vec<_>) =
        plan.changed.iter().partition(|file| file.action == Action::Remove);
    let is_emptied = |(namespace, account): (&str, &str)| {
        plan.emptied_accounts.iter().any(|(of, name)| of == namespace && name == account)
    };
    // Where a list changes, it may have named what goes.
    let namespaces: BTreeSet<&str> = changed
        .iter()
        .filter_map(|file| match account_of_path(&file.path) {
            Some(account) => (!is_emptied(account)).then_some(account.0),
            None => namespace_of_patch(&file.path),
        })
        .collect();
    let removed: BTreeSet<&str> = gone.iter().map(|file| file.path.as_str()).collect();
    let gone = gone.iter().filter_map(|file| pull_secret_of_path(&file.path));
    let gone: Vec<_> = gone.filter(|found| namespaces.contains(found.0)).collect();
    if gone.is_empty() {
        return None;
    }
    // In another format, it may be there since an earlier build.
    let kept = plan.current.files.iter().map(String::as_str);
    let kept = kept.filter(|path| !removed.contains(path));
    let written = changed.iter().map(|file| file.path.as_str());
    let stay: BTreeSet<_> = kept.chain(written).filter_map(pull_secret_of_path).collect();
    let gone: Vec<String> = gone
        .into_iter()
        .filter(|found| !stay.contains(found))
        .map(|(namespace, name)| format!("{namespace}/{name}"))
        .collect();
    let what = told(
        (gone.len(), &in_a_sentence(&gone)),
        "pull secret {} goes, and pods that run may still name it: until they are replaced, \
         declare it",
        "pull secrets {} go, and pods that run may still name them: until they are replaced, \
         declare them",
    )?;
    Some(format!("{what} without `service-accounts` and `workloads`"))
}

/// Says of names what holds of one, or of several; they stand in the place of `{}`.
fn told((count, names): (usize, &str), one: &str, several: &str) -> Option<String> {
    let what = match count {
        0 => return None,
        1 => one,
        _ => several,
    };
    Some(what.replace("{}", names))
}

/// Says how the patches get into the build of whoever owns what they patch.
fn new_components(plan: &Plan) -> Option<String> {
    let is_listed = |folder: &&str| {
        plan.taken_components.contains(&without_dots(&plan.current.place.join(folder)))
    };
    let new = components(plan, Action::Create).filter(|folder| !is_listed(folder));
    let folders = shown(plan, new);
    (!folders.is_empty()).then(|| {
        format!(
            "new patches: list {} under `components:` in the kustomization.yaml of the overlay that \
             owns what they patch",
            in_a_sentence(&folders)
        )
    })
}

/// Says which lines must go: kustomize fails where a folder that it shall read is not there.
fn gone_components(plan: &Plan) -> Option<String> {
    let folders = shown(plan, components(plan, Action::Remove));
    (!folders.is_empty()).then(|| {
        format!(
            "no patches any more: take {} off `components:` wherever a kustomization.yaml lists it, \
             or kustomize fails there",
            in_a_sentence(&folders)
        )
    })
}

/// Says what comes after the last pull secret is gone: whoever applied it takes it away, and fails
/// where there is nothing at all any more.
fn left_empty(plan: &Plan) -> Option<String> {
    let is_updated = |path: &&String| {
        let mut changed = plan.changed.iter();
        changed.any(|file| file.path == **path && file.action == Action::Update)
    };
    let emptied = plan.empty_roots.iter().filter(is_updated);
    let folders = shown(plan, emptied.filter_map(|path| folder_of(path)));
    (!folders.is_empty()).then(|| {
        format!(
            "nothing is left in {}: an empty list stays there, so that what was applied is taken \
             away; when it is everywhere, remove whatever applies the folder, and then the folder",
            in_a_sentence(&folders)
        )
    })
}

/// Lists the folders of patches to which this happens.
fn components(plan: &Plan, action: Action) -> impl Iterator<Item = &str> {
    let files = plan.changed.iter().filter(move |file| file.action == action);
    files.filter_map(|file| component_folder(&file.path))
}

/// Names what is in the output folder as people know it.
fn shown(plan: &Plan, paths: impl IntoIterator<Item: Display>) -> Vec<String> {
    paths.into_iter().map(|path| format!("{}/{path}", plan.shown_folder)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output_folder::OutputFolder;
    use crate::plan::PlannedFile;

    #[test]
    fn a_pull_secret_that_is_there_in_another_format_does_not_go() {
        let plan = |files: &[&str]| Plan {
            cluster: None,
            shown_folder: String::from("pull-secrets"),
            changed: [
                ("manifests/a/regcred.sops.yaml", Action::Remove),
                ("manifests/a/service-accounts/builder.yaml", Action::Update),
            ]
            .map(|(path, action)| PlannedFile {
                path: path.to_owned(),
                action,
                reasons: Vec::new(),
                details: Vec::new(),
                clear_secrets: Vec::new(),
            })
            .into(),
            kept: 0,
            left: Vec::new(),
            current: OutputFolder {
                files: files.iter().copied().map(str::to_owned).collect(),
                ..OutputFolder::default()
            },
            emptied_accounts: Vec::new(),
            empty_roots: Vec::new(),
            taken_components: BTreeSet::new(),
        };
        let note = gone_pull_secrets(&plan(&["manifests/a/regcred.sops.yaml"])).unwrap();
        assert!(note.starts_with("pull secret `a/regcred` goes"), "{note}");
        let both = ["manifests/a/regcred.age", "manifests/a/regcred.sops.yaml"];
        assert_eq!(gone_pull_secrets(&plan(&both)), None);
    }
}
