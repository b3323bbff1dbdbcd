//! What an audit makes of a repository.

use insta::assert_snapshot;
use regrender_audit::{AuditReport, Declared, Inventory, RenderedPullSecret, Severity, audit};

fn run(files: &[(&str, &str)], declared: &Declared) -> AuditReport {
    let inventory = Inventory::read(files.iter().map(|(path, text)| (*path, text.as_bytes())));
    audit(&inventory, declared, &|_| None)
}

/// Lists the verdicts of all images.
fn verdicts(files: &[(&str, &str)], declared: &Declared) -> Vec<&'static str> {
    run(files, declared).images.iter().map(|row| row.verdict.name()).collect()
}

/// Lists `code line` of the findings.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let report = run(files, &Declared::default());
    report.findings.iter().map(|one| format!("{} {}", one.code.name(), one.line)).collect()
}

/// Lists what the findings of a code say.
fn messages(files: &[(&str, &str)], code: &str) -> Vec<String> {
    let report = run(files, &Declared::default());
    let found = report.findings.into_iter().filter(|one| one.code.name() == code);
    found.map(|one| one.message).collect()
}

#[track_caller]
fn finds(files: &[(&str, &str)], code: &str) {
    let found = findings(files);
    assert!(found.iter().any(|one| one.starts_with(code)), "{code}: {found:?}");
}

fn secret(name: &str, auths: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: n}}\n\
         type: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: '{{\"auths\":{auths}}}'\n"
    )
}

fn pod(image: &str, pull_secrets: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: n}}\nspec:\n  \
         imagePullSecrets: {pull_secrets}\n  containers:\n  - name: c\n    image: {image}\n"
    )
}

/// The verdict on one image that is pulled with one Secret.
#[track_caller]
fn check(image: &str, auths: &str, verdict: &str) {
    let text = secret("s", auths) + &pod(image, "[{name: s}]");
    assert_eq!(verdicts(&[("a.yaml", &text)], &Declared::default()), [verdict], "{image} {auths}");
}

const LOGIN: &str = r#"{"username":"u","password":"canary-4f1d"}"#;
const OTHER: &str = r#"{"username":"v","password":"canary-4f1d"}"#;

fn private(key: &str) -> Declared {
    Declared { private: vec![key.to_owned()], ..Declared::default() }
}

#[test]
fn every_way_of_covering_has_its_verdict() {
    check("r.io/team/app", &format!(r#"{{"r.io":{LOGIN}}}"#), "covered");
    check("r.io/team2/app", &format!(r#"{{"r.io/team":{LOGIN}}}"#), "covered-by-prefix");
    check("r.io/team/app", &format!(r#"{{"*.io":{LOGIN}}}"#), "covered-by-wildcard");
    let hub = format!(r#"{{"https://index.docker.io/v1/":{LOGIN}}}"#);
    check("busybox", &hub, "covered-by-hub-fallback");
    check("localhost/app", &hub, "covered-by-hub-fallback");
    check("r.io/app", r#"{"r.io":{}}"#, "covered-empty");
    check("r.io/app", &format!(r#"{{"q.io":{LOGIN}}}"#), "uncovered-unknown");
    check("R.io/App", &format!(r#"{{"r.io":{LOGIN}}}"#), "invalid-image");
    check("r.io/app", r#"{"r.io":{"auth":"x"}}"#, "broken-secret");
}

#[test]
fn hub_password_for_another_host_is_an_error() {
    let hub = format!(r#"{{"https://index.docker.io/v1/":{LOGIN}}}"#);
    for (image, severity) in [("busybox", None), ("localhost/app", Some(Severity::Error))] {
        let text = secret("s", &hub) + &pod(image, "[{name: s}]");
        let report = run(&[("a.yaml", &text)], &Declared::default());
        assert_eq!(report.images[0].severity, severity, "{image}");
    }
}

#[test]
fn a_key_in_the_way_shadows_the_one_that_is_meant() {
    let two = format!(r#"{{"docker.io":{LOGIN},"https://index.docker.io/v1/":{OTHER}}}"#);
    check("busybox", &two, "shadowed");
    let same = format!(r#"{{"docker.io":{LOGIN},"https://index.docker.io/v1/":{LOGIN}}}"#);
    check("busybox", &same, "covered");
    let prefix = format!(r#"{{"r.io/tea":{LOGIN},"r.io":{OTHER}}}"#);
    check("r.io/team/app", &prefix, "shadowed");
    let longer = format!(r#"{{"r.io/team":{LOGIN},"r.io":{OTHER}}}"#);
    check("r.io/team/app", &longer, "covered");
}

#[test]
fn what_is_no_worse_than_the_first_key_does_not_shadow_it() {
    let same = format!(r#"{{"r.io/tea":{LOGIN},"r.io":{LOGIN}}}"#);
    check("r.io/team/app", &same, "covered-by-prefix");
    let wildcard = format!(r#"{{"r.io":{LOGIN},"*.io":{OTHER}}}"#);
    check("r.io/app", &wildcard, "covered");
    let alias = format!(r#"{{"r.io":{LOGIN},"https://r.io":{OTHER}}}"#);
    check("r.io/app", &alias, "covered");
    let hub = format!(r#"{{"r.io":{LOGIN},"index.docker.io":{OTHER}}}"#);
    check("r.io/app", &hub, "covered");
}

#[test]
fn severity_depends_on_what_may_go_wrong() {
    let severity = |image: &str, auths: &str, declared: &Declared| {
        let text = secret("s", auths) + &pod(image, "[{name: s}]");
        run(&[("a.yaml", &text)], declared).images[0].severity
    };
    let of = |image: &str, auths: &str| severity(image, auths, &Declared::default());
    let wildcard = format!(r#"{{"*.io":{LOGIN}}}"#);
    assert_eq!(of("r.io/app", &wildcard), Some(Severity::Info));
    assert_eq!(of("busybox", &wildcard), Some(Severity::Warning));
    let inside = format!(r#"{{"*.io/team":{LOGIN}}}"#);
    assert_eq!(of("r.io/team2/app", &inside), Some(Severity::Warning));
    let empty = r#"{"r.io":{}}"#;
    assert_eq!(of("r.io/app", empty), Some(Severity::Warning));
    assert_eq!(severity("r.io/app", empty, &private("r.io")), Some(Severity::Error));
    let hub = format!(r#"{{"docker.io":{LOGIN},"https://index.docker.io/v1/":{OTHER}}}"#);
    assert_eq!(of("busybox", &hub), Some(Severity::Error));
}

#[test]
fn an_image_is_told_by_its_host_or_by_its_name() {
    for (image, shown) in [("r.io/app", "`r.io`"), ("foo_bar.com/app", "`foo_bar.com/app`")] {
        let message = &messages(&[("a.yaml", &pod(image, "[]"))], "uncovered-unknown")[0];
        assert!(message.contains(&format!("covers {shown},")), "{message}");
    }
}

#[test]
fn declarations_decide_what_nothing_covers() {
    let text = pod("r.io/app", "[]");
    let files = [("a.yaml", &*text)];
    assert_eq!(verdicts(&files, &Declared::default()), ["uncovered-unknown"]);
    assert_eq!(verdicts(&files, &private("r.io")), ["uncovered-private"]);
    let anonymous = Declared { anonymous: vec!["r.io".to_owned()], ..Declared::default() };
    assert_eq!(verdicts(&files, &anonymous), ["public"]);
    let node = Declared { node_provided: vec!["*.io".to_owned()], ..Declared::default() };
    assert_eq!(verdicts(&files, &node), ["declared-node-provided"]);
    let covered = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)) + &pod("r.io/app", "[{name: s}]");
    assert_eq!(verdicts(&[("a.yaml", &covered)], &anonymous), ["public-with-credential"]);
}

#[test]
fn what_the_repository_does_not_say_is_undetermined() {
    let gone = pod("r.io/app", "[{name: gone}]");
    assert_eq!(verdicts(&[("a.yaml", &gone)], &private("r.io")), ["undetermined"]);
    let account = pod("r.io/app", "[]\n  serviceAccountName: unknown");
    assert_eq!(verdicts(&[("a.yaml", &account)], &private("r.io")), ["undetermined"]);
    let no_namespace = pod("r.io/app", "[]").replace(", namespace: n", "");
    assert_eq!(verdicts(&[("a.yaml", &no_namespace)], &private("r.io")), ["undetermined"]);
    finds(&[("a.yaml", &no_namespace)], "namespace-unknown");
    let sealed = "kind: SealedSecret\nmetadata: {name: s, namespace: n}\n\
        spec: {template: {type: kubernetes.io/dockerconfigjson}}\n"
        .to_owned()
        + &pod("r.io/app", "[{name: s}]");
    assert_eq!(verdicts(&[("a.yaml", &sealed)], &private("r.io")), ["undetermined"]);
    let values = "image: {repository: r.io/app, tag: 1}\n";
    assert_eq!(verdicts(&[("values.yaml", values)], &private("r.io")), ["undetermined"]);
}

#[test]
fn one_finding_tells_that_a_namespace_is_not_known() {
    let text = pod("r.io/app", "[{name: s}]").replace(", namespace: n", "");
    assert_eq!(findings(&[("a.yaml", &text)]), ["namespace-unknown 2"]);
    assert_eq!(
        messages(&[("a.yaml", &text)], "namespace-unknown"),
        [
            "the namespace of Pod `p` is not known; in any, its images come from `r.io`, with the pull \
          secrets `s`"
        ]
    );
    let values = [("values.yaml", "image: {repository: r.io/app, tag: 1}\n")];
    assert_eq!(findings(&values), ["undetermined 1"]);
}

#[test]
fn images_that_are_filled_in_later_are_told_apart() {
    for image in ["'{{x}}'", "'$(x)'", "'${x}'"] {
        if !image.contains("${") {
            let plain = pod(image, "[]");
            let found = &messages(&[("a.yaml", &plain)], "invalid-image")[0];
            assert!(found.ends_with("the image is a template that was not rendered"), "{found}");
        }
        let workflow = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {{name: w, namespace: n}}\n\
             spec: {{templates: [{{name: t, container: {{image: {image}}}}}]}}\n"
        );
        let found = verdicts(&[("a.yaml", &workflow)], &Declared::default());
        assert_eq!(found, ["undetermined"], "{image}");
    }
    let wrong = pod("'a b'", "[]");
    let found = &messages(&[("a.yaml", &wrong)], "invalid-image")[0];
    assert!(!found.contains("template"), "{found}");
}

#[test]
fn a_sealed_secret_is_no_pull_secret_without_the_type() {
    let verdict = |spec: &str| {
        let text =
            format!("kind: SealedSecret\nmetadata: {{name: s, namespace: n}}\nspec: {spec}\n")
                + &pod("r.io/app", "[{name: s}]");
        verdicts(&[("a.yaml", &text)], &private("r.io"))
    };
    assert_eq!(verdict("{template: {type: kubernetes.io/dockercfg}}"), ["undetermined"]);
    // Where sealed-secrets sealed the whole Secret, nobody can see its type.
    assert_eq!(verdict("{data: AQAA}"), ["undetermined"]);
    for other in ["{}", "{template: {type: ''}}", "{template: {type: Opaque}}", "{data: null}"] {
        assert_eq!(verdict(other), ["uncovered-private"], "{other}");
    }
}

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

#[test]
fn rendered_pull_secrets_count() {
    let rendered = RenderedPullSecret {
        namespace: "n".to_owned(),
        name: "regcred".to_owned(),
        keys: vec!["r.io".to_owned()],
        service_accounts: vec!["default".to_owned()],
        workloads: Vec::new(),
    };
    let declared = Declared { pull_secrets: vec![rendered.clone()], ..private("r.io") };
    let text = pod("r.io/app", "[]");
    let report = run(&[("a.yaml", &text)], &declared);
    assert_eq!(report.images[0].verdict.name(), "covered");
    assert_eq!(report.images[0].pull_secrets, ["regcred"]);
    let for_workload = RenderedPullSecret {
        service_accounts: Vec::new(),
        workloads: vec!["Pod/p".to_owned()],
        ..rendered
    };
    let declared = Declared { pull_secrets: vec![for_workload.clone()], ..private("r.io") };
    assert_eq!(verdicts(&[("a.yaml", &text)], &declared), ["covered"]);
    let listed = run(&[("a.yaml", &pod("r.io/app", "[{name: regcred}]"))], &declared);
    assert_eq!(listed.images[0].pull_secrets, ["regcred"]);
    assert!(listed.findings.is_empty(), "{:?}", listed.findings);
    let elsewhere = RenderedPullSecret { namespace: "m".to_owned(), ..for_workload };
    let declared = Declared { pull_secrets: vec![elsewhere], ..private("r.io") };
    assert_eq!(verdicts(&[("a.yaml", &text)], &declared), ["uncovered-private"]);
}

#[test]
fn an_account_that_a_build_writes_is_known() {
    let rendered = RenderedPullSecret {
        namespace: "n".to_owned(),
        name: "regcred".to_owned(),
        keys: vec!["q.io".to_owned()],
        service_accounts: vec!["web".to_owned()],
        workloads: Vec::new(),
    };
    let declared = Declared { pull_secrets: vec![rendered], ..private("r.io") };
    let text = pod("r.io/app", "[]\n  serviceAccountName: web");
    assert_eq!(verdicts(&[("a.yaml", &text)], &declared), ["uncovered-private"]);
    // What the build adds is on the account's list when the pod is admitted.
    let account = "kind: ServiceAccount\nmetadata:\n  name: web\n  namespace: n\n  \
        annotations: {kubernetes.io/enforce-mountable-secrets: 'true'}\n";
    let report = run(&[("a.yaml", &(account.to_owned() + &text))], &declared);
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
    let report = run(&files, &private("q.io"));
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
    let row = &run(&files, &Declared::default()).images[0];
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
        let row = &run(&files, &Declared::default()).images[0];
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
        let row = &run(&files, &Declared::default()).images[0];
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
    let report = run(&files, &private("r.io"));
    let found = report.findings.iter().find(|one| one.code.name() == "uncovered-private").unwrap();
    assert!(found.message.contains("of Deployment `dev-web` in `dev`:"), "{}", found.message);
}

#[test]
fn containers_that_a_patch_adds_are_judged_too() {
    let patch = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {initContainers: [{name: i, image: q.io/init}]}\n";
    let pod = pod("r.io/app", "[]");
    let files = [
        ("kustomization.yaml", "resources: [p.yaml]\npatches: [{path: patch.yaml}]\n"),
        ("p.yaml", &*pod),
        ("patch.yaml", patch),
    ];
    let report = run(&files, &Declared::default());
    let rows: Vec<_> =
        report.images.iter().map(|row| (&*row.image, row.role, &*row.file)).collect();
    assert_eq!(rows, [("q.io/init", "init", "patch.yaml"), ("r.io/app", "container", "p.yaml")]);
}

#[test]
fn secrets_are_checked_whatever_the_images() {
    for (auths, code) in [
        (r#"{"R.io":{"auth":"YTpi"}}"#, "key-dead"),
        (r#"{"r.io:x":{"auth":"YTpi"}}"#, "key-dead"),
        (r#"{"r.io:443":{"auth":"YTpi"}}"#, "key-narrow"),
        (r#"{"r.io":{"auth":"YTpi"},"https://r.io":{"auth":"YTpi"}}"#, "key-alias"),
        (r#"{"r.io":{"auth":"YTpi"},"r.io":{"auth":"YTpi"}}"#, "key-repeated"),
        (r#"{"r.io":{"identitytoken":"canary-4f1d"}}"#, "secret-token-only"),
        (r#"{"r.io":{"username":"a:b"}}"#, "username-with-colon"),
        (r#"{"r.io":{"username":"a","password":"canary-4f1d\n"}}"#, "trailing-line-feed"),
        (r#"{"r.io":{"auth":"x"}}"#, "broken-secret"),
        (r#"{"r.io":{"Auth":"YTpi"}}"#, "secret-odd-case"),
        (r#"{"r.io":{"auth":"YTpi"}},"credsStore":"x"#, "secret-unused"),
    ] {
        finds(&[("a.yaml", &secret("s", auths))], code);
    }
    let wrong = secret("s", "{}").replace("kubernetes.io/dockerconfigjson", "Opaque");
    finds(&[("a.yaml", &wrong)], "secret-wrong-type");
    let empty = secret("s", "{}").replace(r#"'{"auths":{}}'"#, "''");
    finds(&[("a.yaml", &empty)], "secret-empty");
    let bare = secret("s", "{}").replace("auths", "x");
    finds(&[("a.yaml", &bare)], "secret-no-auths");
    let bad = secret("s", "{}").replace("stringData", "data");
    finds(&[("a.yaml", &bad)], "secret-bad-data");
    let missing = secret("s", "{}").replace(".dockerconfigjson:", "config:");
    finds(&[("a.yaml", &missing)], "secret-wrong-type");
}

#[test]
fn a_value_that_is_no_base64_is_told_once() {
    let bad = secret("s", "{}").replace("stringData", "data") + &pod("r.io/x", "[{name: s}]");
    let found = findings(&[("a.yaml", &bad)]);
    let of_secret: Vec<&String> = found.iter().filter(|one| one.starts_with("secret-")).collect();
    assert_eq!(of_secret, ["secret-bad-data 2"]);
    let other = "kind: Secret\nmetadata: {name: s, namespace: n}\ndata: {token: '***'}\n";
    assert_eq!(findings(&[("a.yaml", other)]), [""; 0]);
}

/// The API server takes nothing of a Secret of which one value is no base64.
#[test]
fn a_secret_that_is_refused_covers_nothing() {
    let good = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#));
    let bad = good.replacen("stringData:", "data: {other: '!!!'}\nstringData:", 1);
    assert_ne!(good, bad);
    let pod = pod("r.io/x", "[{name: s}]");
    for (secret, verdict) in [(good, "covered"), (bad, "undetermined")] {
        let text = secret + &pod;
        assert_eq!(verdicts(&[("a.yaml", &text)], &private("r.io")), [verdict]);
        if verdict == "undetermined" {
            finds(&[("a.yaml", &text)], "secret-bad-data");
        }
    }
}

#[test]
fn lists_are_checked() {
    finds(&[("a.yaml", &pod("r.io/x", "[{name: a}, {name: a}]"))], "pull-secret-twice");
    finds(&[("a.yaml", &pod("r.io/x", "[{name: a}]"))], "pull-secret-missing");
    let elsewhere =
        secret("s", "{}").replace("namespace: n", "namespace: m") + &pod("r.io/x", "[{name: s}]");
    finds(&[("a.yaml", &elsewhere)], "pull-secret-elsewhere");
    let enforcing = "kind: ServiceAccount\nmetadata:\n  name: default\n  namespace: n\n  annotations: {kubernetes.io/enforce-mountable-secrets: 'true'}\n";
    finds(
        &[("a.yaml", &(enforcing.to_owned() + &pod("r.io/x", "[{name: a}]")))],
        "account-rejects-pod",
    );
    let account =
        "kind: ServiceAccount\nmetadata: {name: s, namespace: m}\nimagePullSecrets: [{name: a}]\n";
    let text = account.to_owned() + &pod("r.io/x", "[]\n  serviceAccountName: s");
    finds(&[("a.yaml", &text)], "account-elsewhere");
    finds(&[("a.yaml", &text)], "account-unused");
    // What installs an operator brings its accounts along.
    let installed = text
        .replace("kind: Pod", "kind: ClusterServiceVersion")
        .replace("apiVersion: v1", "apiVersion: operators.coreos.com/v1alpha1");
    let report = run(&[("a.yaml", &installed)], &Declared::default());
    assert!(report.findings.iter().all(|one| one.code.name() != "account-elsewhere"));
    assert_eq!(report.images.len(), 1);
    let unused = secret("s", &format!(r#"{{"q.io":{LOGIN}}}"#)) + &pod("r.io/x", "[{name: s}]");
    finds(&[("a.yaml", &unused)], "key-unused");
}

#[test]
fn docker_hubs_key_is_used_by_its_images_alone() {
    let hub = secret("s", &format!(r#"{{"https://index.docker.io/v1/":{LOGIN}}}"#));
    let is_unused = |image: &str| {
        !messages(&[("a.yaml", &(hub.clone() + &pod(image, "[{name: s}]")))], "key-unused")
            .is_empty()
    };
    assert!(!is_unused("busybox"));
    assert!(is_unused("r.io/app"));
    let own = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)) + &pod("r.io/app", "[{name: s}]");
    assert!(messages(&[("a.yaml", &own)], "key-unused").is_empty());
}

#[test]
fn a_pod_that_lists_what_its_account_lists_leaves_nothing_out() {
    let account = |name: &str| {
        format!(
            "---\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: n}}\n\
             imagePullSecrets: [{{name: s}}, {{}}]\n"
        )
    };
    let both = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)) + &account("default");
    let text = both.clone() + &pod("r.io/app", "[{name: s}]");
    assert_eq!(messages(&[("a.yaml", &text)], "account-secrets-not-added"), [""; 0]);
    // Workloads that nothing here knows of run under the default account.
    assert_eq!(messages(&[("a.yaml", &both)], "account-unused"), [""; 0]);
    let unused = both + &account("web");
    assert_eq!(
        messages(&[("a.yaml", &unused)], "account-unused"),
        ["ServiceAccount `web` has pull secrets, but no workload here runs under it"]
    );
    let bare = "kind: ServiceAccount\nmetadata: {name: web, namespace: n}\n";
    assert_eq!(messages(&[("a.yaml", bare)], "account-unused"), [""; 0]);
}

#[test]
fn secret_that_something_else_uses_is_not_unused() {
    for user in [
        "kind: OCIRepository\nspec: {secretRef: {name: s}}\n",
        "apiVersion: v1\nkind: Pod\nspec: {containers: [], volumes: [{secret: {secretName: s}}]}\n",
        "kind: ServiceAccount\nmetadata: {name: default}\nsecrets: [{name: s}]\n",
    ] {
        let text = user.to_owned() + &secret("s", &format!(r#"{{"q.io":{LOGIN}}}"#));
        assert_eq!(findings(&[("a.yaml", &text)]).len(), 1, "only the leak: {user}");
    }
}

#[test]
fn literal_of_a_generator_leaks_too() {
    let text = r#"secretGenerator: [{name: s, literals: ['.dockerconfigjson={"auths":{"r.io":{"auth":"YTpi"}}}']}]"#;
    finds(&[("kustomization.yaml", text)], "leaked-auths");
}

#[test]
fn registries_that_nobody_declared_are_named() {
    let text = pod("q.io/app", "[]");
    let report = run(&[("a.yaml", &text)], &private("r.io"));
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
    let report = run(&[("a.yaml", &text)], &declared);
    let named = report.findings.iter().filter(|one| one.code.name() == "registry-undeclared");
    let named: Vec<&str> = named.map(|one| &*one.message).collect();
    assert_eq!(named, ["images come from `q.io`, which registries.toml does not declare"]);
}

#[test]
fn findings_that_are_not_wanted_are_counted_no_more() {
    let text = pod("R.io/App", "[{name: a}, {name: a}]");
    let mut report = run(&[("a.yaml", &text)], &Declared::default());
    assert_eq!(report.worst(), Some(Severity::Error));
    report.retain_findings(|one| one.code.name() == "pull-secret-twice");
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.worst(), Some(report.findings[0].severity));
    report.retain_findings(|_| false);
    assert_eq!((report.worst(), report.findings.len()), (None, 0));
}

#[test]
fn patch_that_matches_nothing_is_named() {
    let kustomization = "resources: [web.yaml]\npatches:\n- target: {kind: Deployment, name: wbe}\n  patch: |\n    \
        apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: any}\n    spec: {template: {spec: {imagePullSecrets: [{name: p}]}}}\n";
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: c, image: x}]}}}\n";
    finds(&[("kustomization.yaml", kustomization), ("web.yaml", web)], "patch-without-target");
    let right = kustomization.replace("wbe", "web");
    let found = findings(&[("kustomization.yaml", &right), ("web.yaml", web)]);
    assert!(!found.iter().any(|one| one.starts_with("patch-without-target")), "{found:?}");
}

#[test]
fn leaks_are_found_and_never_repeated() {
    let identity = "AGE-SECRET-KEY-1CANARY4F1DQQQQQQQQQQQQQ";
    let token = secret(
        "s",
        r#"{"1.dkr.ecr.eu-west-1.amazonaws.com":{"username":"AWS","password":"canary-4f1d"}}"#,
    );
    let files = [
        ("clear.yaml", secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#))),
        ("token.yaml", token),
        ("config.json", format!(r#"{{"auths":{{"r.io":{LOGIN}}}}}"#)),
        ("map.yaml", format!("kind: ConfigMap\ndata:\n  config.json: '{{\"auths\":{{\"r.io\":{LOGIN}}}}}'\n")),
        ("key.txt", format!("# created\n{identity}\n")),
        ("half.yaml", "kind: Secret\ndata:\n  a: ENC[AES256_GCM,data:x]\n  b: canary-4f1d\nsops: {mac: x, encrypted_regex: ^data$}\n".to_owned()),
        ("behind.yaml", "kind: Secret\ndata:\n  a: 'ENC[AES256_GCM,data:x] '\n  b: ENC[AES256_GCM,data:x] canary-4f1d\nsops: {mac: x, encrypted_regex: ^data$}\n".to_owned()),
        (".sops.yaml", "creation_rules:\n- path_regex: ^secrets/.*\n".to_owned()),
        ("secrets/a.yaml", "kind: Secret\nstringData: {a: canary-4f1d}\n".to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
    let report = run(&files, &Declared::default());
    let found: Vec<String> = report
        .findings
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .map(|one| format!("{}:{} {}", one.file, one.line, one.code.name()))
        .collect();
    assert_snapshot!(found.join("\n"), @r"
    behind.yaml:4 leaked-sops-value
    clear.yaml:2 leaked-pull-secret
    config.json:1 leaked-auths
    half.yaml:4 leaked-sops-value
    key.txt:2 leaked-identity
    map.yaml:3 leaked-auths
    secrets/a.yaml:1 not-sealed
    token.yaml:2 leaked-pull-secret
    token.yaml:2 leaked-token
    ");
    for text in [report.to_text(), report.to_json().to_string(), format!("{report:?}")] {
        assert!(!text.to_lowercase().contains("canary"), "{text}");
    }
}

#[test]
fn token_in_a_docker_configuration_is_named_too() {
    // `AWS:canary-4f1d` in base64.
    let config =
        r#"{"auths":{"1.dkr.ecr.eu-west-1.amazonaws.com":{"auth":"QVdTOmNhbmFyeS00ZjFk"}}}"#;
    assert_eq!(findings(&[("config.json", config)]), ["leaked-auths 1", "leaked-token 1"]);
}

#[test]
fn what_only_speaks_of_secrets_is_no_leak() {
    let text = "kind: CustomResourceDefinition\nspec:\n  description: of type kubernetes.io/dockerconfigjson, {\"auths\": …}, AGE-SECRET-KEY-1…\n";
    assert!(findings(&[("gotk-components.yaml", text)]).is_empty());
    let template = r#"{"auths":{"r.io":{"auth":"{{ .auth }}"}}}"#;
    assert!(findings(&[("a.json", template)]).is_empty());
    let sealed = "kind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: ENC[AES256_GCM,data:x]\nsops: {mac: x, encrypted_regex: ^(data|stringData)$}\n";
    assert_eq!(findings(&[("a.yaml", sealed)]), ["secret-unused 1"]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of it is the object that is expected")]
fn json_has_the_members_that_scripts_rely_on_in_order() {
    let text = pod("r.io/app:1", "[{name: s}]");
    let report = run(&[("a.yaml", &text), ("b.yaml", "{{ x }}: [\n")], &Declared::default());
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

/// A sealed Secret that says when it is dead.
fn dying(moment: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  namespace: n\n  annotations:\n    \
         regrender.dev/expires-at: \"{moment}\"\ntype: kubernetes.io/dockerconfigjson\n\
         data:\n  .dockerconfigjson: ENC[AES256_GCM,data:x]\nsops:\n  mac: ENC[AES256_GCM,data:y]\n"
    )
}

#[test]
fn a_sealed_secret_tells_its_death_without_a_key() {
    let declared = Declared { now: Some("2026-11-21T12:00:00Z".to_owned()), ..Declared::default() };
    let told = |moment: &str| {
        let report = run(&[("a.yaml", &dying(moment))], &declared);
        let codes = report.findings.iter().map(|one| one.code.name());
        codes.filter(|code| code.starts_with("secret-expire")).collect::<Vec<_>>()
    };
    assert_eq!(told("2026-11-21T11:59:59Z"), ["secret-expired"]);
    assert_eq!(told("2026-11-21T12:00:00Z"), ["secret-expired"]);
    assert_eq!(told("2026-11-21T12:00:01Z"), ["secret-expires"]);
    finds(&[("a.yaml", &dying("2026-11-21T11:59:59Z"))], "secret-expires");
}
