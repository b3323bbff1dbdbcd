//! Knows the way from an image to its credentials for the pods of an account of the repository.

use regrender_image::{DEFAULT_ACCOUNT, ImageReference, PullSecret};

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
    let (names, unknown) = names(question, &declarations, &credentials);
    let mut list = List { names, unknown, ..List::default() };
    for name in list.names.iter().filter(|name| !name.is_empty()) {
        match content(question.namespace, name, &declarations, &credentials) {
            Ok(secret) => list.secrets.push(secret),
            Err(what) => {
                list.unknown.get_or_insert(format!("Secret `{name}` {what}"));
            }
        }
    }
    let mut explanation = explain_list(question.image, list, &declarations);
    if explanation.verdict == Verdict::UncoveredPrivate
        && let Ok(image) = ImageReference::parse(question.image)
    {
        let names = &explanation.pull_secrets;
        explanation.reason += &declarations.after_a_build(question.namespace, names, &image);
    }
    explanation
}

/// The list of the account: what its manifest says, and what a build adds.
fn names(
    question: &AccountQuestion<'_>,
    declarations: &Declarations<'_>,
    credentials: &Credentials<'_>,
) -> (Vec<String>, Option<String>) {
    let AccountQuestion { namespace, service_account, .. } = question;
    let found = credentials.account(None, Some(namespace), service_account);
    let mut names = found.map(|one| credentials.list_as_deployed(one, None)).unwrap_or_default();
    for name in declarations.of_account(namespace, service_account) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    let is_known = found.is_some() || !names.is_empty() || *service_account == DEFAULT_ACCOUNT;
    let unknown = (!is_known).then(|| {
        format!("ServiceAccount `{namespace}/{service_account}` is not in the repository")
    });
    (names, unknown)
}

fn content(
    namespace: &str,
    name: &str,
    declarations: &Declarations<'_>,
    credentials: &Credentials<'_>,
) -> Result<PullSecret, &'static str> {
    let position = credentials.secret(Some(namespace), name);
    if let Some(content) = position.and_then(|position| credentials.content(position)) {
        return Ok(PullSecret { name: name.to_owned(), ..content.clone() });
    }
    match (declarations.rendered(namespace, name), position) {
        (Some(rendered), _) => Ok(rendered.stand_in()),
        (None, Some(position)) => Err(credentials.why_unknown(position)),
        (None, None) => Err("is not in the repository"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declared::RenderedPullSecret;

    #[track_caller]
    fn check(account: &str, manifests: &str, names: &[&str], verdict: Verdict) {
        let declared = Declared {
            pull_secrets: vec![RenderedPullSecret {
                namespace: String::from("team-a"),
                name: String::from("regcred"),
                keys: vec![String::from("private-registry.io")],
                service_accounts: vec![String::from("builder")],
                workloads: Vec::new(),
                ..RenderedPullSecret::default()
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
        check("builder", &other, &["other", "regcred"], Verdict::Covered);
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
    fn a_secret_that_is_not_there_is_undetermined() {
        let account = "apiVersion: v1\nkind: ServiceAccount\n\
                       metadata: {name: other, namespace: team-a}\n\
                       imagePullSecrets: [{name: elsewhere}]\n";
        check("other", account, &["elsewhere"], Verdict::Undetermined);
    }
}
