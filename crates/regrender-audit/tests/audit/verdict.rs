//! How an image is judged.

use regrender_audit::{AccountProvided, Declared, Severity};

use super::repository::{
    LOGIN, OTHER, audited, findings, finds, messages, pod, private, report, secret, verdicts,
};

/// The verdict on one image that is pulled with one Secret.
#[track_caller]
fn check(image: &str, auths: &str, verdict: &str) {
    let text = secret("s", auths) + &pod(image, "[{name: s}]");
    assert_eq!(verdicts(&[("a.yaml", &text)], &Declared::default()), [verdict], "{image} {auths}");
}

/// What a controller copies into a namespace is there, as its annotations say.
#[test]
fn a_copy_is_as_good_as_the_secret_itself() {
    let auths = format!(r#"{{"r.io":{LOGIN}}}"#);
    let source = secret("s", &auths).replace("namespace: n}", "namespace: o, annotations: {X}}");
    let reflector = "reflector.v1.k8s.emberstack.com/reflection";
    for annotations in [
        format!("{reflector}-auto-enabled: 'true'"),
        format!("{reflector}-auto-enabled: 'true', {reflector}-auto-namespaces: 'a, n'"),
        format!("{reflector}-auto-enabled: 'true', {reflector}-auto-namespaces: '[a-n]?'"),
        "replicator.v1.mittwald.de/replicate-to: 'm,n'".to_owned(),
        "replicator.v1.mittwald.de/replicate-to-matching: 'a=b'".to_owned(),
        "kubed.appscode.com/sync: ''".to_owned(),
    ] {
        let text = source.replace('X', &annotations) + &pod("r.io/a", "[{name: s}]");
        let found = findings(&[("a.yaml", &text)]);
        assert_eq!(found, ["leaked-pull-secret 2"], "{annotations}");
        let report = report(&[("a.yaml", &text)]);
        assert_eq!(report.images[0].verdict.name(), "covered", "{annotations}");
    }
    for annotations in [
        format!("{reflector}-allowed: 'true'"),
        format!("{reflector}-auto-enabled: 'false'"),
        format!("{reflector}-auto-enabled: 'true', {reflector}-auto-namespaces: 'a,nn'"),
        "replicator.v1.mittwald.de/replicate-to: ''".to_owned(),
    ] {
        let text = source.replace('X', &annotations) + &pod("r.io/a", "[{name: s}]");
        finds(&[("a.yaml", &text)], "pull-secret-elsewhere");
    }
    let sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n\
        metadata: {name: s, namespace: o}\nspec: {encryptedData: {.dockerconfigjson: x}, template: \
        {type: kubernetes.io/dockerconfigjson, metadata: {annotations: \
        {kubed.appscode.com/sync: ''}}}}\n";
    let text = sealed.to_owned() + &pod("r.io/a", "[{name: s}]");
    assert_eq!(findings(&[("a.yaml", &text)]), ["undetermined 13"]);
}

#[test]
fn what_external_secrets_make_in_several_namespaces_is_there() {
    let cluster = |spec: &str| {
        format!(
            "apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: {{name: c}}\n\
             spec: {{{spec}, externalSecretSpec: {{target: {{template: \
             {{type: kubernetes.io/dockerconfigjson}}}}}}}}\n{}",
            pod("r.io/a", "[{name: s}]")
        )
    };
    for (spec, is_there) in [
        ("externalSecretName: s, namespaces: [m, 'n']", true),
        ("externalSecretName: s, namespaceSelectors: [{matchLabels: {a: b}}]", true),
        ("externalSecretName: s, namespaces: [m]", false),
        ("namespaces: ['n']", false),
    ] {
        let text = cluster(spec);
        let missing = messages(&[("a.yaml", &text)], "pull-secret-missing");
        assert_eq!(missing.is_empty(), is_there, "{spec}: {missing:?}");
    }
}

/// Such a copy may stand in the repository, empty.
#[test]
fn what_a_controller_fills_in_is_not_empty() {
    for annotation in [
        "replicator.v1.mittwald.de/replicate-from: o/s",
        "reflector.v1.k8s.emberstack.com/reflects: o/s",
        "secretgen.carvel.dev/image-pull-secret: ''",
    ] {
        let annotated = format!("namespace: n, annotations: {{{annotation}}}}}");
        let given = secret("s", "").replace("namespace: n}", &annotated);
        let text = given.replace("{\"auths\":}", "{}") + &pod("r.io/a", "[{name: s}]");
        let found = messages(&[("a.yaml", &text)], "undetermined");
        let expected =
            "`r.io/a` of Pod `p`: Secret `s` is filled in from another one by a controller";
        assert_eq!(found, [expected], "{annotation}");
        assert_eq!(findings(&[("a.yaml", &text)]).len(), 1, "{annotation}");
    }
}

/// What a Workflow takes from a `ClusterWorkflowTemplate` runs where the Workflow is.
#[test]
fn what_is_in_no_namespace_is_undetermined_and_need_not_name_one() {
    let template = "apiVersion: argoproj.io/v1alpha1\nkind: ClusterWorkflowTemplate\n\
        metadata: {name: w}\nspec: {templates: [{container: {image: r.io/a}}]}\n";
    let unknown = "`r.io/a` of ClusterWorkflowTemplate `w`: it is in no namespace, and its pods \
                   are in that of what uses it";
    // kustomize knows nothing of the kind, and gives it a namespace.
    for kustomization in ["resources: [w.yaml]\n", "namespace: n\nresources: [w.yaml]\n"] {
        let files = [("kustomization.yaml", kustomization), ("w.yaml", template)];
        let report = report(&files);
        let found: Vec<&str> = report.findings.iter().map(|one| &*one.message).collect();
        assert_eq!(found, [unknown]);
        let namespaces: Vec<_> = report.images.iter().map(|row| &row.namespace).collect();
        assert_eq!(namespaces, [&None]);
    }
    let namespaced = template.replace("ClusterWorkflowTemplate", "WorkflowTemplate");
    assert_eq!(findings(&[("w.yaml", &namespaced)]), ["namespace-unknown 1"]);
}

/// What fills in a placeholder runs before the manifest is applied: nobody knows the outcome here.
#[test]
fn a_secret_with_placeholders_is_undetermined_where_they_decide() {
    let unknown = "`r.io/a` of Pod `p`: Secret `s` has placeholders, which are filled in before it \
                   is applied";
    let pods = pod("r.io/a", "[{name: s}]");
    let at = |data: &str| {
        let given = secret("s", "{}");
        let (before, _) = given.split_once("stringData").unwrap();
        format!("{before}{data}\n{pods}")
    };
    for data in [
        "stringData: {.dockerconfigjson: '${CONFIG}'}",
        "stringData: {.dockerconfigjson: '{\"auths\":{\"r.io\":{\"auth\":\"${AUTH}\"}}}'}",
        "stringData: {.dockerconfigjson: '{\"auths\":{\"${HOST}\":{\"password\":\"${P}\"}}}'}",
        "data: {.dockerconfigjson: '${CONFIG}'}",
        "data: {.dockerconfigjson: '<config | base64encode>'}",
        "data: {.dockerconfigjson: '{{ .Values.config }}', other: e30=}",
    ] {
        let text = at(data);
        let report = report(&[("a.yaml", &text)]);
        let found: Vec<&str> = report.findings.iter().map(|one| &*one.message).collect();
        assert_eq!(found, [unknown], "{data}");
        // What a cluster holds is as it is.
        let live = text.replace("{name: s, namespace: n}", "{name: s, namespace: n, uid: a}");
        let broken = findings(&[("a.yaml", &live)]);
        assert!(broken.iter().any(|one| !one.starts_with("undetermined")), "{data}: {broken:?}");
    }
    let known = "stringData: {.dockerconfigjson: '{\"auths\":{\"r.io\":{\"password\":\"${P}\"}}}'}";
    assert_eq!(verdicts(&[("a.yaml", &at(known))], &Declared::default()), ["covered"]);
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
        let report = audited(&[("a.yaml", &text)], &Declared::default());
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
        audited(&[("a.yaml", &text)], declared).images[0].severity
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
fn who_pulls_as_its_account_needs_one_that_gets_the_identity() {
    let of = |accounts: &[&str], is_for_them_alone| {
        let accounts = accounts.iter().map(|name| ("n".to_owned(), (*name).to_owned())).collect();
        let keys = vec!["r.io".to_owned()];
        let account_provided = vec![AccountProvided { keys, accounts, is_for_them_alone }];
        Declared { account_provided, ..Declared::default() }
    };
    let verdict = |text: &str, declared: &Declared| verdicts(&[("a.yaml", text)], declared);
    let pod = |more: &str| pod("r.io/app", more);
    let default = pod("[]");
    assert_eq!(verdict(&default, &of(&["default"], true)), ["declared-node-provided"]);
    assert_eq!(verdict(&default, &of(&["other"], true)), ["uncovered-private"]);
    // The node may have a role.
    assert_eq!(verdict(&default, &of(&["other"], false)), ["undetermined"]);
    let node = Declared { node_provided: vec!["r.io".to_owned()], ..of(&["other"], true) };
    assert_eq!(verdict(&default, &node), ["declared-node-provided"]);
    // What is not known may cover it.
    assert_eq!(verdict(&pod("[{name: gone}]"), &of(&["other"], true)), ["undetermined"]);
    let covered = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)) + &pod("[{name: s}]");
    assert_eq!(verdict(&covered, &of(&["other"], true)), ["covered"]);
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

/// A custom resource in the namespace `n`, where the account `default` has a key for `r.io`.
fn beside_a_default_account(api_version: &str, kind: &str, spec: &str) -> String {
    let account = "---\nkind: ServiceAccount\nmetadata: {name: default, namespace: n}\n\
        imagePullSecrets: [{name: s}]\n---\n";
    let object = format!(
        "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: w, namespace: n}}\nspec: {spec}\n"
    );
    secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)) + account + &object
}

/// A controller that makes pods of its own mostly makes an account for them too.
#[test]
fn a_controller_decides_under_which_account_it_runs_an_image() {
    for (spec, expected) in [
        ("{image: r.io/app}", "undetermined"),
        ("{broker: {image: r.io/app, template: {imagePullSecrets: [{name: s}]}}}", "undetermined"),
        ("{image: r.io/app, serviceAccountName: default}", "covered"),
        ("{image: r.io/app, imagePullSecrets: [{name: s}]}", "covered"),
        ("{template: {spec: {containers: [{name: c, image: r.io/app}]}}}", "covered"),
        ("{containers: [{name: c, image: r.io/app}], image: r.io/b}", "covered covered"),
    ] {
        let text = beside_a_default_account("example.org/v1", "Broker", spec);
        let found = verdicts(&[("a.yaml", &text)], &private("r.io"));
        assert_eq!(found.join(" "), expected, "{spec}");
    }
    let text = beside_a_default_account("example.org/v1", "Broker", "{image: r.io/app}");
    let report = audited(&[("a.yaml", &text)], &private("r.io"));
    assert_eq!(report.images[0].service_account, None);
    assert_eq!(
        report.images[0].reason,
        "it does not say which account its pods run under, and its controller decides"
    );
}

#[test]
fn what_is_known_to_run_under_the_default_account_does() {
    let step = "{steps: [{name: s, image: r.io/app}]}";
    let container = "{templates: [{name: t, container: {image: r.io/app}}]}";
    let run = "{pipelineSpec: {tasks: [{name: t, taskSpec: {steps: [{image: r.io/app}]}}]}}";
    let run_of = |task: &str| run.replacen('{', &format!("{{taskRunSpecs: [{task}], "), 1);
    let model = "{predictor: {model: {image: r.io/app}}}";
    for (api_version, kind, spec, expected) in [
        ("argoproj.io/v1alpha1", "Workflow", container, "covered"),
        ("argoproj.io/v1alpha1", "WorkflowTemplate", container, "undetermined"),
        ("tekton.dev/v1", "TaskRun", step, "covered"),
        ("tekton.dev/v1", "Task", step, "undetermined"),
        ("tekton.dev/v1", "PipelineRun", run, "covered"),
        ("tekton.dev/v1", "PipelineRun", &run_of("{pipelineTaskName: t}"), "covered"),
        ("tekton.dev/v1", "PipelineRun", &run_of("{serviceAccountName: own}"), "undetermined"),
        ("tekton.dev/v1beta1", "PipelineRun", &run_of("{taskPodTemplate: {}}"), "undetermined"),
        ("serving.kserve.io/v1beta1", "InferenceService", model, "covered"),
        ("example.org/v1", "Workflow", container, "undetermined"),
    ] {
        let text = beside_a_default_account(api_version, kind, spec);
        assert_eq!(verdicts(&[("a.yaml", &text)], &private("r.io")), [expected], "{kind}");
    }
}

#[test]
fn an_image_that_needs_no_credential_is_public_whoever_decides_about_pull_secrets() {
    let anonymous = Declared { anonymous: vec!["r.io".to_owned()], ..Declared::default() };
    let values = "image: {repository: r.io/app, tag: 1}\n";
    let release = format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n\
         metadata: {{name: w, namespace: n}}\nspec: {{values: {{{}}}}}\n",
        values.trim()
    );
    let account = pod("r.io/app", "[]\n  serviceAccountName: unknown");
    let controlled = beside_a_default_account("example.org/v1", "Broker", "{image: r.io/app}");
    for text in [release, account, controlled] {
        assert_eq!(verdicts(&[("a.yaml", &text)], &anonymous), ["public"], "{text}");
        assert_eq!(verdicts(&[("a.yaml", &text)], &private("r.io")), ["undetermined"], "{text}");
    }
    // Where a pull secret may have a key for it, a credential may be tried.
    let gone = pod("r.io/app", "[{name: gone}]");
    assert_eq!(verdicts(&[("a.yaml", &gone)], &anonymous), ["undetermined"]);
}

#[test]
fn one_finding_tells_that_a_namespace_is_not_known() {
    let text = pod("r.io/app", "[{name: s}]").replace(", namespace: n", "");
    assert_eq!(findings(&[("a.yaml", &text)]), ["namespace-unknown 2"]);
    assert_eq!(
        messages(&[("a.yaml", &text)], "namespace-unknown"),
        ["Pod `p`, which pulls from `r.io` with the pull secrets `s`: the namespace is not known"]
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

/// Charts render templates in their values, and pass on what other programs fill in.
#[test]
fn a_placeholder_in_values_of_a_chart_is_filled_in_later() {
    for image in
        ["'{value}'", "'{{ .Values.global.registry }}/app'", "'r.io/app:{{ .Chart.Version }}'"]
    {
        let values = format!("image: {image}\n");
        let report = audited(&[("values.yaml", &values)], &Declared::default());
        assert_eq!(report.images[0].verdict.name(), "undetermined", "{image}");
        let plain = pod(image, "[]");
        assert_eq!(findings(&[("a.yaml", &plain)]), ["invalid-image 9"], "{image}");
    }
    // The tag does not choose the credential.
    let tag = "image: 'r.io/app:{{ .Chart.Version }}'\n";
    let report = audited(&[("values.yaml", tag)], &Declared::default());
    assert_eq!(report.images[0].repository.as_deref(), Some("r.io/app"));
    let wrong = [("values.yaml", "image: R.io/App\n")];
    assert_eq!(findings(&wrong), ["invalid-image 1"]);
}

#[test]
fn an_image_that_ko_builds_is_named_later() {
    let text = pod("ko://example.org/shop/cmd/web", "[]");
    let report = audited(&[("a.yaml", &text)], &Declared::default());
    assert_eq!(report.images[0].verdict.name(), "undetermined");
    assert_eq!(report.images[0].reason, "`ko` builds the image, and names it here");
    let live = text.replace("namespace: n", "namespace: n, uid: '1'");
    assert_eq!(verdicts(&[("a.yaml", &live)], &Declared::default()), ["invalid-image"]);
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
