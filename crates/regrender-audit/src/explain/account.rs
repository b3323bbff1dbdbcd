//! Knows the way from an image to its credentials for the pods of an account of the repository.

use regrender_image::ImageReference;

use super::{Explanation, List, explain_list};
use crate::credentials::{Credentials, Opener};
use crate::declared::{Declarations, Declared};
use crate::inventory::Inventory;
use crate::verdict::Verdict;

/// What an explanation for an account of the repository starts from.
pub struct AccountQuestion<'q> {
    /// The image.
    pub image: &'q str,
    /// The namespace of the pod.
    pub namespace: &'q str,
    /// The account that the pod runs under.
    pub service_account: &'q str,
    /// What the repository's manifests declare.
    pub inventory: &'q Inventory,
    /// What registries.toml declares.
    pub declared: &'q Declared,
    /// Opens sealed Secrets.
    pub open: Opener<'q>,
}

/// Explains which credentials the kubelet tries for an image in a pod without a list of its own.
#[must_use]
pub fn explain_account(question: &AccountQuestion<'_>) -> Explanation {
    let declarations = Declarations::new(question.declared);
    let credentials = Credentials::new(question.inventory, &declarations, question.open);
    let AccountQuestion { image, namespace, service_account, .. } = *question;
    let of_account = credentials.of_account(credentials.account_called(namespace, service_account));
    let (secrets, unknown) = credentials.held(Some(namespace), &of_account.names);
    let image = ImageReference::parse(image);
    // Whatever account it is, without a list that is known nothing speaks against it.
    let is_anonymous = image.as_ref().is_ok_and(|image| declarations.is_anonymous(image));
    let unknown = of_account.unknown.filter(|_| !is_anonymous).or(unknown);
    let list = List { names: of_account.names, secrets, unknown, ..List::default() };
    let mut explanation = explain_list(question.image, list, &declarations);
    if explanation.verdict == Verdict::UncoveredPrivate
        && let Ok(image) = &image
    {
        let names = &explanation.pull_secrets;
        explanation.reason += &declarations.after_a_build(namespace, names, image);
    }
    explanation
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declared::{RenderedList, RenderedPullSecret};

    #[track_caller]
    fn check(account: &str, manifests: &str, names: &[&str], verdict: Verdict) {
        let declared = Declared {
            pull_secrets: vec![RenderedPullSecret {
                namespace: String::from("team-a"),
                name: String::from("regcred"),
                keys: vec![String::from("private-registry.io")],
                ..RenderedPullSecret::default()
            }],
            lists: vec![RenderedList {
                namespace: String::from("team-a"),
                kind: String::from("ServiceAccount"),
                name: String::from("builder"),
                pull_secrets: vec![String::from("regcred")],
                ..RenderedList::default()
            }],
            ..Declared::default()
        };
        let inventory = Inventory::read([("apps.yaml", manifests.as_bytes())]);
        let explanation = explain_account(&AccountQuestion {
            image: "private-registry.io/apps/web:1",
            namespace: "team-a",
            service_account: account,
            inventory: &inventory,
            declared: &declared,
            open: &|_| None,
        });
        assert_eq!(explanation.pull_secrets, names);
        assert_eq!(explanation.verdict, verdict, "{}", explanation.reason);
    }

    #[test]
    fn a_build_gives_an_account_its_list() {
        check("builder", "", &["regcred"], Verdict::Covered);
    }

    #[test]
    fn the_default_account_of_a_namespace_has_no_list_of_its_own() {
        check("default", "", &[], Verdict::UncoveredUnknown);
    }

    #[test]
    fn an_account_that_nobody_declares_is_undetermined() {
        check("other", "", &[], Verdict::Undetermined);
    }

    #[test]
    fn what_manifest_and_build_both_list_is_listed_once() {
        let account = |list: &str| {
            format!(
                "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: builder, namespace: team-a}}\n\
                 imagePullSecrets: [{list}]\n"
            )
        };
        check("builder", &account("{name: regcred}"), &["regcred"], Verdict::Covered);
        let other = account("{name: other}");
        check("builder", &other, &["regcred", "other"], Verdict::Covered);
        let bare = other.replace("builder", "web").replace("{name: other}", "");
        check("web", &bare, &[], Verdict::UncoveredUnknown);
    }

    #[test]
    fn a_secret_that_a_tree_renames_is_told_by_its_new_name() {
        let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n\
             type: kubernetes.io/dockerconfigjson\nstringData:\n  \
             .dockerconfigjson: '{\"auths\":{\"private-registry.io\":{\"auth\":\"YTpi\"}}}'\n";
        let account = "apiVersion: v1\nkind: ServiceAccount\n\
             metadata: {name: web, namespace: team-a}\nimagePullSecrets: [{name: x-s}]\n";
        let tree = "namespace: team-a\nnamePrefix: x-\nresources: [../base]\n";
        let other = tree.replace("team-a", "team-b").replace("x-", "y-");
        let files = [
            ("base/kustomization.yaml", "resources: [secret.yaml]\n"),
            ("base/secret.yaml", secret),
            ("a/kustomization.yaml", tree),
            ("b/kustomization.yaml", &other),
            ("account.yaml", account),
        ];
        let inventory = Inventory::read(files.map(|(path, text)| (path, text.as_bytes())));
        let explanation = explain_account(&AccountQuestion {
            image: "private-registry.io/apps/web:1",
            namespace: "team-a",
            service_account: "web",
            inventory: &inventory,
            declared: &Declared::default(),
            open: &|_| None,
        });
        let secrets: Vec<&str> = explanation.credentials.iter().map(|one| &*one.secret).collect();
        assert_eq!(secrets, ["x-s"], "{}", explanation.reason);
    }

    #[test]
    fn an_account_has_the_list_that_its_tree_gives_it_in_the_namespace() {
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n\
             imagePullSecrets: [{name: written}]\n";
        let tree = "namespace: team-a\nnamePrefix: x-\nresources: [../base]\npatches:\n\
             - target: {kind: ServiceAccount}\n  \
             patch: '[{op: replace, path: /imagePullSecrets, value: [{name: patched}]}]'\n";
        let other = "namespace: team-b\nresources: [../base]\n";
        let files = [
            ("base/kustomization.yaml", "resources: [account.yaml]\n"),
            ("base/account.yaml", account),
            ("a/kustomization.yaml", tree),
            ("b/kustomization.yaml", other),
        ];
        let inventory = Inventory::read(files.map(|(path, text)| (path, text.as_bytes())));
        for (namespace, service_account, expected) in
            [("team-a", "x-web", "patched"), ("team-b", "web", "written")]
        {
            let explanation = explain_account(&AccountQuestion {
                image: "private-registry.io/apps/web:1",
                namespace,
                service_account,
                inventory: &inventory,
                declared: &Declared::default(),
                open: &|_| None,
            });
            assert_eq!(explanation.pull_secrets, [expected]);
        }
    }

    #[test]
    fn a_secret_that_the_api_server_refuses_is_none() {
        let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: team-a}\n\
             type: kubernetes.io/dockerconfigjson\ndata: {note: '%'}\nstringData:\n  \
             .dockerconfigjson: '{\"auths\":{\"private-registry.io\":{\"auth\":\"YTpi\"}}}'\n---\n\
             apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: team-a}\n\
             imagePullSecrets: [{name: s}]\n";
        check("web", secret, &["s"], Verdict::Undetermined);
    }

    #[test]
    fn a_secret_that_is_not_there_is_undetermined() {
        let account = "apiVersion: v1\nkind: ServiceAccount\n\
                       metadata: {name: other, namespace: team-a}\n\
                       imagePullSecrets: [{name: elsewhere}]\n";
        check("other", account, &["elsewhere"], Verdict::Undetermined);
    }
}
