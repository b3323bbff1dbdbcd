//! The way of a credential, step by step: who lists which Secret, and who gets nothing of it.

use regrender_audit::{Declared, Graph, Inventory, RenderedPullSecret};

use super::repository::{LOGIN, read};

/// Returns the lines of the picture of some files, boxes with their names and arrows between them.
fn lines(files: &[(&str, &str)]) -> Vec<String> {
    let graph = Graph::new(&read(files), &Declared::default(), &|_| None);
    graph.to_mermaid().lines().map(|line| line.trim().to_owned()).collect()
}

/// The letter and the number of the only box whose text begins so.
#[track_caller]
fn id(lines: &[String], title: &str) -> String {
    let of_title = |line: &&String| {
        let inner = line.split('"').nth(1).unwrap_or_default();
        inner.split("<br/>").next() == Some(title) && !line.starts_with("subgraph")
    };
    let found: Vec<&String> = lines.iter().filter(of_title).collect();
    assert_eq!(found.len(), 1, "{title}: {}", lines.join("\n"));
    found.iter().flat_map(|line| line.split(['[', '(', '{'])).next().unwrap_or_default().to_owned()
}

/// What stands on the arrow between two boxes; `None` without an arrow.
#[track_caller]
fn arrow(files: &[(&str, &str)], from: &str, to: &str) -> Option<String> {
    let lines = lines(files);
    let (from, to) = (id(&lines, from), id(&lines, to));
    let is_between = |line: &&String| {
        let mut words = line.split(' ');
        words.next() == Some(&*from) && words.next_back() == Some(&*to)
    };
    let label = |line: &String| line.split('"').nth(1).unwrap_or_default().to_owned();
    lines.iter().find(is_between).map(label)
}

/// What is remarked below the title of a box.
#[track_caller]
fn remarks(text: &str, title: &str) -> String {
    let lines = lines(&[("a.yaml", text)]);
    let id = id(&lines, title);
    let found = lines.iter().find(|line| line.starts_with(&id)).map(String::as_str);
    found.and_then(|line| line.split('"').nth(1)).unwrap_or_default().to_owned()
}

fn secret(name: &str, host: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: n}}\n\
         type: kubernetes.io/dockerconfigjson\n\
         stringData:\n  .dockerconfigjson: '{{\"auths\":{{\"{host}\":{LOGIN}}}}}'\n"
    )
}

fn account(namespace: &str, name: &str, more: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ServiceAccount\n\
         metadata: {{name: {name}, namespace: {namespace}}}\n{more}\n"
    )
}

fn pod(spec: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: n}}\n\
         spec: {{{spec}containers: [{{name: c, image: r.io/web}}]}}\n"
    )
}

/// Admission adds the list of the account to pods that have none of their own.
#[test]
fn a_list_of_its_own_keeps_that_of_the_account_out() {
    let secrets = secret("p", "r.io") + &secret("q", "r.io");
    let list = "imagePullSecrets: [{name: p}, {name: q}]";
    for name in ["default", "worker"] {
        let runs_under = if name == "default" { "" } else { "serviceAccountName: worker, " };
        let title = format!("account {name}");
        let step = |own: &str, listed: &str| {
            let own = format!("{runs_under}{own}");
            let text = secrets.clone() + &account("n", name, listed) + &pod(&own);
            arrow(&[("a.yaml", &text)], &title, "Pod web")
        };
        assert_eq!(step("", list).as_deref(), Some(""), "{name}");
        let own = "imagePullSecrets: [{name: p}], ";
        assert_eq!(step(own, list).as_deref(), Some("△ not added"), "{name}");
        // Nothing is kept out that the pod lists itself.
        let both = "imagePullSecrets: [{name: q}, {name: p}], ";
        assert_eq!(step(both, list), None, "{name}");
        let nameless = "imagePullSecrets: [{name: p}, {}]";
        assert_eq!(step(own, nameless), None, "{name}");
    }
}

/// Charts decide under which account their pods run.
#[test]
fn a_chart_that_names_no_account_is_not_said_to_run_under_the_default_one() {
    let values = "image: r.io/web\nimagePullSecrets: [{name: p}]\n";
    let text = account("n", "default", "imagePullSecrets: [{name: q}]");
    let files = [("values.yaml", values), ("a.yaml", &*text)];
    assert_eq!(arrow(&files, "account default", "values values.yaml"), None);
}

#[test]
fn an_account_of_another_namespace_runs_no_pod() {
    let text =
        account("m", "worker", "imagePullSecrets: []") + &pod("serviceAccountName: worker, ");
    let found = remarks(&text, "account worker");
    assert!(found.ends_with("✗ only in another namespace"), "{found}");
}

#[test]
fn a_pod_that_admission_rejects_is_broken() {
    let limited = "imagePullSecrets: [{name: own}]".to_owned();
    let text = account("n", "default", &limited).replace(
        "namespace: n}",
        "namespace: n, annotations: {kubernetes.io/enforce-mountable-secrets: 'true'}}",
    ) + &secret("p", "r.io")
        + &pod("imagePullSecrets: [{name: p}], ");
    assert!(remarks(&text, "Pod web").contains("✗ its account rejects it"), "{text}");
    let free = text.replace("'true'", "'false'");
    assert!(!remarks(&free, "Pod web").contains("rejects"), "{text}");
}

#[test]
fn an_entry_without_a_name_is_doubtful() {
    let text = secret("p", "r.io") + &pod("imagePullSecrets: [{name: p}, {}], ");
    assert_eq!(remarks(&text, "Pod web"), "Pod web<br/>r.io<br/>△ lists a Secret without a name");
}

/// The kubelet asks Docker Hub's credential for hosts that are called as no host of the net is.
#[test]
fn a_credential_that_is_used_for_another_host_is_linked_to_it() {
    let text = secret("hub", "https://index.docker.io/v1/")
        + &pod("imagePullSecrets: [{name: hub}], ").replace("r.io/web", "localhost/web");
    let files = [("a.yaml", &*text)];
    assert_eq!(arrow(&files, "registry localhost", "Secret hub").as_deref(), Some(""));
}

#[test]
fn each_tree_has_its_own_list_of_an_account() {
    let base = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: worker}\nimagePullSecrets: [{name: p}]\n";
    let tree = |namespace: &str, secret: &str| {
        format!(
            "namespace: {namespace}\nresources: [../base]\npatches:\n- target: {{kind: ServiceAccount}}\n  \
             patch: '[{{op: replace, path: /imagePullSecrets, value: [{{name: {secret}}}]}}]'\n"
        )
    };
    let files = [
        ("base/kustomization.yaml", "resources: [account.yaml]\n"),
        ("base/account.yaml", base),
        ("dev/kustomization.yaml", &*tree("dev", "of-dev")),
        ("prod/kustomization.yaml", &*tree("prod", "of-prod")),
    ];
    let lines = lines(&files);
    let at = |text: &str| lines.iter().position(|line| line.contains(text));
    let places = ["namespace dev", "Secret of-dev", "namespace prod", "Secret of-prod"].map(at);
    assert!(places.is_sorted() && !places.contains(&None), "{}", lines.join("\n"));
    assert_eq!(at("Secret p<"), None);
}

/// Without its content nobody knows which registries a Secret is for.
#[test]
fn a_secret_that_is_not_open_says_why() {
    let sops = "kind: Secret\nmetadata: {name: s, namespace: n}\n\
                type: kubernetes.io/dockerconfigjson\nsops: {mac: x}\n";
    let sealed = "kind: SealedSecret\nmetadata: {name: s, namespace: n}\n\
                  spec: {template: {type: kubernetes.io/dockerconfigjson}}\n";
    let external = "kind: ExternalSecret\nmetadata: {name: s, namespace: n}\n\
                    spec: {target: {template: {type: kubernetes.io/dockerconfigjson}}}\n";
    for (text, state) in [
        (sops, "sealed, not opened here"),
        (sealed, "a SealedSecret, not opened here"),
        (external, "an ExternalSecret makes it"),
    ] {
        let text = text.to_owned() + &pod("imagePullSecrets: [{name: s}], ");
        assert_eq!(remarks(&text, "Secret s"), format!("Secret s<br/>{state}"));
    }
    let open = secret("s", "r.io") + &pod("imagePullSecrets: [{name: s}], ");
    assert_eq!(remarks(&open, "Secret s"), "Secret s");
}

#[test]
fn a_secret_that_a_build_renders_is_known_without_being_opened() {
    let text = "kind: Secret\nmetadata: {name: s, namespace: n}\n\
                type: kubernetes.io/dockerconfigjson\nsops: {mac: x}\n"
        .to_owned()
        + &pod("imagePullSecrets: [{name: s}], ");
    let inventory = Inventory::read([("a.yaml", text.as_bytes())]);
    let declared = Declared {
        pull_secrets: vec![RenderedPullSecret {
            namespace: "n".to_owned(),
            name: "s".to_owned(),
            keys: vec!["r.io".to_owned()],
            ..RenderedPullSecret::default()
        }],
        ..Declared::default()
    };
    let picture = Graph::new(&inventory, &declared, &|_| None).to_mermaid();
    assert!(picture.contains("\"Secret s\"") && !picture.contains("not opened"), "{picture}");
}

/// The kubelet takes no credential from a Secret of another type, and says nothing about it.
#[test]
fn a_secret_of_another_type_is_shown_where_something_lists_it() {
    let opaque = "kind: Secret\nmetadata: {name: s, namespace: n}\ntype: Opaque\nsops: {mac: x}\n";
    let shown = |text: &str| {
        let lines = lines(&[("a.yaml", text)]);
        lines.iter().any(|line| line.contains("Secret s"))
    };
    assert!(!shown(&(opaque.to_owned() + &pod(""))));
    let listed = opaque.to_owned() + &pod("imagePullSecrets: [{name: s}], ");
    assert!(remarks(&listed, "Secret s").contains("sealed, not opened here"));
}
