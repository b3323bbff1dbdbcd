//! What an audit makes of a repository.

use insta::assert_snapshot;
use regrender_audit::{Declared, Inventory, RenderedList, RenderedPullSecret, Severity, audit};

use super::repository::{LOGIN, audited, finds, messages, pod, private, secret, verdicts};

#[test]
fn namespace_may_be_assumed() {
    let text = (secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)) + &pod("r.io/app", "[{name: s}]"))
        .replace(", namespace: n", "");
    let mut inventory = Inventory::read([("-", text.as_bytes())]);
    inventory.assume_namespace("n");
    let report = audit(&inventory, &Declared::default(), &|_| None);
    assert_eq!(report.images[0].verdict.name(), "covered");
}

/// `kubectl apply --namespace` comes after kustomize, which has renamed what refers to what.
#[test]
fn references_of_a_tree_count_in_a_namespace_that_is_assumed() {
    let secret = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)).replace(", namespace: n", "");
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
        spec: {template: {spec: {imagePullSecrets: [{name: s}], containers: [{name: c, image: r.io/app}]}}}\n";
    let mut files = vec![
        ("base/kustomization.yaml", "resources: [web.yaml, s.yaml]\n"),
        ("base/web.yaml", web),
        ("base/s.yaml", &secret),
    ];
    let mut expected = Vec::new();
    // One tree, and two of them.
    for (path, tree, found) in [
        ("x/kustomization.yaml", "namePrefix: x-\nresources: [../base]\n", "x-web x-s covered"),
        ("y/kustomization.yaml", "namePrefix: y-\nresources: [../base]\n", "y-web y-s covered"),
    ] {
        files.push((path, tree));
        expected.push(found);
        let read = files.iter().map(|(path, text)| (*path, text.as_bytes()));
        let mut inventory = Inventory::read(read);
        inventory.assume_namespace("n");
        let report = audit(&inventory, &Declared::default(), &|_| None);
        let told: Vec<String> = report
            .images
            .iter()
            .map(|row| {
                assert_eq!(row.namespace.as_deref(), Some("n"));
                format!("{} {} {}", row.name, row.pull_secrets.join(" "), row.verdict.name())
            })
            .collect();
        assert_eq!(told, expected);
    }
}

/// Declares `r.io`, a pull secret for `key`, and the lists that a build writes in the namespace `n`.
fn built(key: &str, lists: &[(&str, &str, &[&str])]) -> Declared {
    let list = |(kind, name, pull_secrets): &(&str, &str, &[&str])| RenderedList {
        namespace: "n".to_owned(),
        kind: (*kind).to_owned(),
        name: (*name).to_owned(),
        service_account: None,
        pull_secrets: pull_secrets.iter().copied().map(str::to_owned).collect(),
    };
    let rendered = RenderedPullSecret {
        namespace: "n".to_owned(),
        name: "regcred".to_owned(),
        keys: vec![key.to_owned()],
        ..RenderedPullSecret::default()
    };
    let lists = lists.iter().map(list).collect();
    Declared { pull_secrets: vec![rendered], lists, ..private("r.io") }
}

#[test]
fn rendered_pull_secrets_count() {
    let declared = built("r.io", &[("ServiceAccount", "default", &["regcred"])]);
    let text = pod("r.io/app", "[]");
    let report = audited(&[("a.yaml", &text)], &declared);
    assert_eq!(report.images[0].verdict.name(), "covered");
    assert_eq!(report.images[0].pull_secrets, ["regcred"]);
    let mut declared = built("r.io", &[("Pod", "p", &["regcred"])]);
    assert_eq!(verdicts(&[("a.yaml", &text)], &declared), ["covered"]);
    let listed = audited(&[("a.yaml", &pod("r.io/app", "[{name: regcred}]"))], &declared);
    assert_eq!(listed.images[0].pull_secrets, ["regcred"]);
    assert!(listed.findings.is_empty(), "{:?}", listed.findings);
    declared.lists[0].namespace = "m".to_owned();
    assert_eq!(verdicts(&[("a.yaml", &text)], &declared), ["uncovered-private"]);
}

/// What stays on a list, and what a workload gets of its account, is on the lists that a build writes.
#[test]
fn lists_that_a_build_writes_count_as_a_whole() {
    let lists: [(&str, &str, &[&str]); 2] = [
        ("ServiceAccount", "default", &["regcred", "kept"]),
        ("Pod", "p", &["regcred", "of-account"]),
    ];
    let of_pod = |declared: &Declared, text: &str| {
        let report = audited(&[("a.yaml", text)], declared);
        let row = &report.images[0];
        format!("{} {:?}", row.service_account.as_deref().unwrap_or("-"), row.pull_secrets)
    };
    let text = pod("r.io/app", "[]");
    let account = "kind: ServiceAccount\nmetadata: {name: default, namespace: n}\n\
        imagePullSecrets: [{name: own}, {name: kept}]\n";
    let mut declared = built("r.io", &lists[..1]);
    assert_eq!(of_pod(&declared, &text), r#"default ["regcred", "kept"]"#);
    let with_account = format!("{account}{text}");
    assert_eq!(of_pod(&declared, &with_account), r#"default ["regcred", "kept", "own"]"#);
    declared = built("r.io", &lists);
    assert_eq!(of_pod(&declared, &with_account), r#"default ["regcred", "of-account"]"#);
    let listing = pod("r.io/app", "[{name: own}]");
    assert_eq!(of_pod(&declared, &listing), r#"default ["regcred", "of-account", "own"]"#);
    declared.lists[1].service_account = Some("db".to_owned());
    assert_eq!(of_pod(&declared, &text), r#"db ["regcred", "of-account"]"#);
}

/// An account's list is copied when a pod is let in, and never again.
#[test]
fn a_pod_that_comes_from_a_cluster_has_the_list_that_it_has() {
    let account = "kind: ServiceAccount\nmetadata: {name: default, namespace: n}\n\
        imagePullSecrets: [{name: s}, {name: o}]\n"
        .to_owned()
        + &secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#))
        + &secret("o", &format!(r#"{{"q.io":{LOGIN}}}"#));
    let lists: [(&str, &str, &[&str]); 2] =
        [("ServiceAccount", "default", &["regcred"]), ("Pod", "p", &["regcred"])];
    let declared = built("r.io", &lists);
    for (list, account_of_pod, verdict) in
        [("[]", Some("default"), "uncovered-private"), ("[{name: s}]", Some("default"), "covered")]
    {
        let live = pod("r.io/app", list).replace("namespace: n", "namespace: n, uid: 1-2");
        let report = audited(&[("a.yaml", &(account.clone() + &live))], &declared);
        let row = &report.images[0];
        assert_eq!((row.service_account.as_deref(), row.verdict.name()), (account_of_pod, verdict));
        let told = report.findings.iter().any(|one| one.code.name() == "account-secrets-not-added");
        assert!(!told, "{:?}", report.findings);
    }
    let mirror = "namespace: n, annotations: {kubernetes.io/config.mirror: a1}";
    let mirror = pod("r.io/app", "[]").replace("namespace: n", mirror);
    let report = audited(&[("a.yaml", &(account + &mirror))], &declared);
    let row = &report.images[0];
    assert_eq!((row.service_account.as_deref(), row.verdict.name()), (None, "uncovered-private"));
}

#[test]
fn a_pull_secret_that_a_build_would_change_is_told() {
    let declared = built("r.io", &[]);
    let older = secret("regcred", &format!(r#"{{"q.io":{LOGIN}}}"#));
    let text = pod("r.io/app", "[{name: regcred}]");
    let report = audited(&[("a.yaml", &text), ("s.yaml", &older)], &declared);
    let told = "; `regrender build` makes Secret `regcred` cover it";
    assert!(report.findings.iter().any(|one| one.message.ends_with(told)), "{report:?}");
}

#[test]
fn an_account_that_a_build_writes_is_known() {
    let declared = built("q.io", &[("ServiceAccount", "web", &["regcred"])]);
    let text = pod("r.io/app", "[]\n  serviceAccountName: web");
    assert_eq!(verdicts(&[("a.yaml", &text)], &declared), ["uncovered-private"]);
    // What the build adds is on the account's list when the pod is admitted.
    let account = "kind: ServiceAccount\nmetadata:\n  name: web\n  namespace: n\n  \
        annotations: {kubernetes.io/enforce-mountable-secrets: 'true'}\n";
    let report = audited(&[("a.yaml", &(account.to_owned() + &text))], &declared);
    let codes: Vec<&str> = report.findings.iter().map(|one| one.code.name()).collect();
    assert_eq!(codes, ["uncovered-private"]);
}

#[test]
fn account_gives_its_secrets_unless_the_pod_has_its_own() {
    let account = "---\nkind: ServiceAccount\nmetadata: {name: default, namespace: n}\nimagePullSecrets: [{name: s}]\n";
    let both = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)) + account;
    let text = both.clone() + &pod("r.io/app", "[]");
    assert_eq!(verdicts(&[("a.yaml", &text)], &Declared::default()), ["covered"]);
    let text = both + &pod("r.io/app", "[{}]");
    assert_eq!(verdicts(&[("a.yaml", &text)], &Declared::default()), ["uncovered-unknown"]);
    finds(&[("a.yaml", &text)], "empty-secret-name");
    finds(&[("a.yaml", &text)], "account-secrets-not-added");
}

#[test]
fn each_overlay_is_judged_on_its_own() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
        spec: {template: {spec: {imagePullSecrets: [{name: s}], containers: [{name: c, image: app}]}}}\n";
    let secret = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)).replace(", namespace: n", "");
    let files = [
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", deployment),
        (
            "dev/kustomization.yaml",
            "namespace: dev\nnamePrefix: dev-\nresources: [../base, secret.yaml]\nimages: [{name: app, newName: r.io/app}]\n",
        ),
        ("dev/secret.yaml", &*secret),
        (
            "prod/kustomization.yaml",
            "namespace: prod\nresources: [../base]\nimages: [{name: app, newName: q.io/app}]\n",
        ),
    ];
    let report = audited(&files, &private("q.io"));
    let rows: Vec<_> = report
        .images
        .iter()
        .map(|row| {
            format!(
                "{}/{} {} {}",
                row.namespace.as_deref().unwrap_or("?"),
                row.name,
                row.image,
                row.verdict.name()
            )
        })
        .collect();
    assert_eq!(rows, ["dev/dev-web r.io/app covered", "prod/web q.io/app undetermined"]);
}

/// A pod, a Secret and an account in a tree that gives them a prefix.
fn in_prefixed_tree<'a>(
    pod: &'a str,
    secret: &'a str,
    account: &'a str,
) -> [(&'static str, &'a str); 4] {
    let tree = "namespace: n\nnamePrefix: x-\nresources: [p.yaml, s.yaml, a.yaml]\n";
    [("kustomization.yaml", tree), ("p.yaml", pod), ("s.yaml", secret), ("a.yaml", account)]
}

#[test]
fn a_tree_that_renames_objects_renames_what_refers_to_them() {
    let pod = pod("r.io/app", "[{name: s}]\n  serviceAccountName: a").replace(", namespace: n", "");
    let secret = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)).replace(", namespace: n", "");
    let account = "kind: ServiceAccount\nmetadata: {name: a}\n";
    let files = in_prefixed_tree(&pod, &secret, account);
    let row = &audited(&files, &Declared::default()).images[0];
    assert_eq!(row.pull_secrets, ["x-s"]);
    assert_eq!(row.service_account.as_deref(), Some("x-a"));
    assert_eq!(row.verdict.name(), "covered");
    assert_eq!(messages(&files, "secret-unused"), [""; 0]);
    let mut files = files;
    let broken = secret.replace("r.io", "r.io\":{\"auth\":\"x\"},\"q.io");
    files[2].1 = &broken;
    let found = messages(&files, "broken-secret");
    let told = "`r.io/app` of Pod `x-p`: Secret `x-s` cannot be decoded, so every pull fails";
    assert!(found.iter().any(|one| one.starts_with(told)), "{found:?}");
}

/// What kustomize builds: `default` becomes `x-default`, and a pod that names no account keeps
/// `default`; one that names it is changed along.
#[test]
fn an_account_that_a_tree_renames_is_the_default_account_no_more() {
    let secret = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)).replace(", namespace: n", "");
    let account =
        "kind: ServiceAccount\nmetadata: {name: default}\nimagePullSecrets: [{name: s}]\n";
    for (account_of_pod, expected) in [
        ("", ("default", "uncovered-unknown")),
        ("\n  serviceAccountName: default", ("x-default", "covered")),
    ] {
        let pod = pod("r.io/app", &format!("[]{account_of_pod}")).replace(", namespace: n", "");
        let files = in_prefixed_tree(&pod, &secret, account);
        let row = &audited(&files, &Declared::default()).images[0];
        assert_eq!(
            (row.service_account.as_deref(), row.verdict.name()),
            (Some(expected.0), expected.1)
        );
    }
}

/// What kustomize builds: a pod whose account a patch takes away names none that could be renamed.
#[test]
fn an_account_that_a_patch_takes_away_is_not_renamed() {
    let pod = pod("r.io/app", "[]\n  serviceAccountName: own").replace(", namespace: n", "");
    let account = "kind: ServiceAccount\nmetadata: {name: default}\n";
    for patch in [
        "- op: remove\n      path: /spec/serviceAccountName",
        "apiVersion: v1\n    kind: Pod\n    metadata: {name: p}\n    spec: {serviceAccountName: null}",
    ] {
        let tree = format!(
            "namespace: n\nnamePrefix: x-\nresources: [p.yaml, a.yaml]\npatches:\n\
             - target: {{kind: Pod}}\n  patch: |\n    {patch}\n"
        );
        let files = [("kustomization.yaml", &*tree), ("p.yaml", &*pod), ("a.yaml", account)];
        let row = &audited(&files, &Declared::default()).images[0];
        assert_eq!(row.service_account.as_deref(), Some("default"), "{patch}");
    }
}

#[test]
fn each_overlay_has_its_own_secret_of_a_name() {
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
        spec: {template: {spec: {imagePullSecrets: [{name: s}], containers: [{name: c, image: r.io/app}]}}}\n";
    let own = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)).replace(", namespace: n", "");
    let overlay =
        |name| format!("namespace: {name}\nnamePrefix: {name}-\nresources: [../base, s.yaml]\n");
    let (dev, prod) = (overlay("dev"), overlay("prod"));
    let empty = own.replace("r.io", "q.io");
    let files = [
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", web),
        ("dev/kustomization.yaml", &*dev),
        ("dev/s.yaml", &*empty),
        ("prod/kustomization.yaml", &*prod),
        ("prod/s.yaml", &*own),
    ];
    assert_eq!(verdicts(&files, &private("r.io")), ["uncovered-private", "covered"]);
    let report = audited(&files, &private("r.io"));
    let found = report.findings.iter().find(|one| one.code.name() == "uncovered-private").unwrap();
    assert!(found.message.contains("of Deployment `dev-web` in `dev`:"), "{}", found.message);
}

#[test]
fn containers_that_a_patch_adds_are_judged_too() {
    let patch = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n}\n\
        spec: {initContainers: [{name: i, image: q.io/init}]}\n";
    let pod = pod("r.io/app", "[]");
    let files = [
        ("kustomization.yaml", "resources: [p.yaml]\npatches: [{path: patch.yaml}]\n"),
        ("p.yaml", &*pod),
        ("patch.yaml", patch),
    ];
    let report = audited(&files, &Declared::default());
    let rows: Vec<_> =
        report.images.iter().map(|row| (&*row.image, row.role, &*row.file)).collect();
    assert_eq!(rows, [("q.io/init", "init", "patch.yaml"), ("r.io/app", "container", "p.yaml")]);
}

#[test]
fn registries_that_nobody_declared_are_named() {
    let text = pod("q.io/app", "[]");
    let report = audited(&[("a.yaml", &text)], &private("r.io"));
    assert!(report.findings.iter().any(|one| one.code.name() == "registry-undeclared"));
}

#[test]
fn registries_that_are_declared_in_any_way_are_not_named() {
    let declared = Declared {
        anonymous: vec!["a.io".to_owned()],
        node_provided: vec!["b.io".to_owned()],
        ..private("r.io")
    };
    let images = ["a.io/x", "b.io/x", "q.io/x", "r.io/x"];
    let text: String = images.iter().map(|image| pod(image, "[]")).collect();
    let report = audited(&[("a.yaml", &text)], &declared);
    let named = report.findings.iter().filter(|one| one.code.name() == "registry-undeclared");
    let named: Vec<&str> = named.map(|one| &*one.message).collect();
    assert_eq!(named, ["images come from `q.io`, which registries.toml does not declare"]);
}

#[test]
fn findings_that_are_not_wanted_are_counted_no_more() {
    let text = pod("R.io/App", "[{name: a}, {name: a}]");
    let mut report = audited(&[("a.yaml", &text)], &Declared::default());
    assert_eq!(report.worst(), Some(Severity::Error));
    report.retain_findings(|one| one.code.name() == "pull-secret-twice");
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.worst(), Some(report.findings[0].severity));
    report.retain_findings(|_| false);
    assert_eq!((report.worst(), report.findings.len()), (None, 0));
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of it is the object that is expected")]
fn json_has_the_members_that_scripts_rely_on_in_order() {
    let text = pod("r.io/app:1", "[{name: s}]");
    let report = audited(&[("a.yaml", &text), ("b.yaml", "{{ x }}: [\n")], &Declared::default());
    assert_snapshot!(serde_json::to_string_pretty(&report.to_json()).unwrap(), @r#"
    {
      "images": [
        {
          "file": "a.yaml",
          "document": 0,
          "line": 9,
          "kind": "Pod",
          "namespace": "n",
          "name": "p",
          "role": "container",
          "container": "c",
          "image": "r.io/app:1",
          "repository": "r.io/app",
          "service_account": "default",
          "pull_secrets": [
            "s"
          ],
          "verdict": "undetermined"
        }
      ],
      "findings": [
        {
          "code": "pull-secret-missing",
          "severity": "warning",
          "file": "a.yaml",
          "line": 2,
          "message": "Pod `p` lists the pull secret `s`, which nothing defines in `n`"
        },
        {
          "code": "undetermined",
          "severity": "info",
          "file": "a.yaml",
          "line": 9,
          "message": "`r.io/app:1` of Pod `p`: Secret `s` is not in the repository"
        }
      ],
      "unreadable": [
        {
          "file": "b.yaml",
          "reason": "helm-template"
        }
      ],
      "summary": {
        "files": 2,
        "workloads": 1,
        "images": 1,
        "verdicts": {
          "undetermined": 1
        },
        "findings": {
          "error": 0,
          "info": 1,
          "warning": 1
        },
        "unreadable": 1
      }
    }
    "#);
}
