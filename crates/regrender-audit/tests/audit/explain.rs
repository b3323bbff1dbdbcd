//! What an explanation says of an image.

use insta::assert_snapshot;
use regrender_audit::{Declared, Explanation, Question, explain, pods_in};

const SECRET: &str = r#"{"kind":"Secret","metadata":{"name":"regcred"},"type":"kubernetes.io/dockerconfigjson",
    "stringData":{".dockerconfigjson":"{\"auths\":{\"r.io\":{\"username\":\"bot\",\"password\":\"canary-4f1d\"}}}"}}"#;

fn ask(image: &str, secrets: &[&str], pod: Option<&str>) -> Explanation {
    let secrets: Vec<(&str, &[u8])> =
        secrets.iter().map(|text| ("secret.yaml", text.as_bytes())).collect();
    explain(&Question {
        image,
        pull_secrets: &secrets,
        pod: pod.map(|text| ("pod.yaml", text.as_bytes())),
        service_account: None,
        declared: &Declared::default(),
        open: &|_| None,
    })
}

#[test]
fn json_has_the_members_that_scripts_rely_on_in_order() {
    let json = ask("r.io/app:1", &[SECRET], None).to_json();
    assert_snapshot!(
        serde_json::to_string_pretty(&json).unwrap(),
        @r#"
    {
      "image": "r.io/app:1",
      "valid": true,
      "error": null,
      "repository": "r.io/app",
      "host": "r.io",
      "path": "app",
      "tag": "1",
      "digest": null,
      "credentials": [
        {
          "secret": "regcred",
          "key": "r.io",
          "username": "bot",
          "position": 0
        }
      ],
      "pull_secrets": [
        "regcred"
      ],
      "broken": [],
      "verdict": "covered"
    }
    "#
    );
}

#[test]
fn text_tells_the_way_without_the_password() {
    let text = ask("r.io/app:1", &[SECRET], None).to_text();
    assert!(!text.contains("canary"));
    assert_snapshot!(text, @r"
    image        r.io/app:1
    host         r.io
    path         app
    tag          1
    asked for    r.io/app
    pull secret  regcred
    tried        1. user bot by key r.io of regcred (exact)
    verdict      covered: key `r.io` of Secret `regcred`
    ");
}

#[test]
fn a_digest_is_told() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let found = ask(&format!("r.io/app@{digest}"), &[SECRET], None);
    assert_eq!((found.tag, found.digest), (None, Some(digest)));
}

fn of_account(pod: Option<&str>, accounts: &str) -> Explanation {
    explain(&Question {
        image: "r.io/app",
        pull_secrets: &[("secret.yaml", SECRET.as_bytes())],
        pod: pod.map(|text| ("pod.yaml", text.as_bytes())),
        service_account: Some(("account.yaml", accounts.as_bytes())),
        declared: &Declared::default(),
        open: &|_| None,
    })
}

#[test]
fn the_only_account_is_asked_about_without_a_pod() {
    let account = "kind: ServiceAccount\nmetadata: {name: builder, namespace: m}\n\
        imagePullSecrets: [{name: regcred}]\n";
    let found = of_account(None, account);
    assert_eq!(
        (&*found.pull_secrets, found.verdict.name()),
        (&["regcred".to_owned()][..], "covered")
    );
}

#[test]
fn an_account_of_another_namespace_is_not_the_pods() {
    let pod = "kind: Pod\nmetadata: {name: p, namespace: n}\nspec: {serviceAccountName: web}\n";
    let account = |namespace: &str| {
        format!(
            "kind: ServiceAccount\nmetadata: {{name: web{namespace}}}\n\
             imagePullSecrets: [{{name: regcred}}]\n"
        )
    };
    for namespace in ["", ", namespace: n"] {
        assert_eq!(of_account(Some(pod), &account(namespace)).verdict.name(), "covered");
    }
    let found = of_account(Some(pod), &account(", namespace: m"));
    assert!(found.rejected.is_some() && found.pull_secrets.is_empty());
}

#[test]
fn the_pods_of_custom_resources_are_read_as_an_audit_reads_them() {
    let list = "imagePullSecrets: [{name: regcred}]";
    for (kind, spec) in [
        (
            "CronWorkflow",
            format!("workflowSpec: {{{list}, templates: [{{container: {{image: a}}}}]}}"),
        ),
        (
            "JobSet",
            format!("jobs: [{{template: {{spec: {{{list}, containers: [{{image: a}}]}}}}}}]"),
        ),
        (
            "PipelineRun",
            format!("taskRunTemplate: {{podTemplate: {{{list}}}}}, pipelineSpec: {{image: a}}"),
        ),
    ] {
        let text =
            format!("apiVersion: x.io/v1\nkind: {kind}\nmetadata: {{name: n}}\nspec: {{{spec}}}\n");
        let service = "apiVersion: v1\nkind: Service\nspec: {ports: []}\n---\n";
        for pod in [&text, &format!("{service}{text}")] {
            assert_eq!(pods_in(pod.as_bytes()), [format!("{kind}/n")]);
            assert_eq!(ask("r.io/app", &[SECRET], Some(pod)).pull_secrets, ["regcred"], "{kind}");
        }
    }
    let release =
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {values: {image: a}}\n";
    assert_eq!(pods_in(release.as_bytes()), [""; 0]);
    assert_eq!(pods_in(b"image: r.io/a\n"), [""; 0]);
}

#[test]
fn a_file_that_is_no_yaml_is_told() {
    let found = ask("r.io/app", &[SECRET, "kind: Secret\n\t- ["], None);
    assert_eq!(found.unreadable.len(), 1);
}

#[test]
fn image_that_does_not_parse_names_the_rule() {
    let found = ask("R.io/App", &[SECRET], None);
    assert!(!found.valid);
    assert_eq!(
        found.error.as_deref(),
        Some("repository_must_be_lowercase: repository `App` must be lower case")
    );
}

#[test]
fn pod_lists_what_it_is_pulled_with() {
    let pod = "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {imagePullSecrets: [{name: regcred}, {name: gone}]}}}\n";
    let found = ask("r.io/app", &[SECRET], Some(pod));
    assert_eq!(found.pull_secrets, ["regcred", "gone"]);
    assert_eq!(found.verdict.name(), "covered");
    let found = ask("other.io/app", &[SECRET], Some(pod));
    assert_eq!(found.verdict.name(), "undetermined");
    let none = ask("r.io/app", &[], Some(pod));
    assert_eq!(none.reason, "Secret `regcred` is not among those given");
}

/// `kubectl get pods --output yaml` prints a list.
#[test]
fn the_first_pod_of_a_list_is_asked_about() {
    let pod = |name: &str| format!("{{kind: Pod, spec: {{imagePullSecrets: [{{name: {name}}}]}}}}");
    let list = format!("kind: List\nitems: [{}, {}]\n", pod("regcred"), pod("gone"));
    assert_eq!(ask("r.io/app", &[SECRET], Some(&list)).pull_secrets, ["regcred"]);
}

/// What the plugin `ServiceAccount` of the API server looks at: volumes of Secrets and variables from
/// them, and of no other volume that names a Secret.
#[test]
fn an_account_that_limits_secrets_rejects_pods_that_mount_others() {
    let account = "kind: ServiceAccount\nmetadata: {name: default, annotations: \
        {kubernetes.io/enforce-mountable-secrets: 'true'}}\nsecrets: [{name: own}, {name: regcred}]\n\
        imagePullSecrets: [{name: regcred}]\n";
    for (spec, is_rejected) in [
        ("volumes: [{secret: {secretName: own}}]", false),
        ("volumes: [{emptyDir: {}}, {secret: {secretName: other}}]", true),
        ("volumes: [{secret: {}}]", true),
        ("volumes: [{projected: {sources: [{secret: {name: other}}]}}]", false),
        ("volumes: [{csi: {nodePublishSecretRef: {name: other}}}]", false),
        ("volumes: [{azureFile: {secretName: other}}]", false),
        ("containers: [{env: [{valueFrom: {secretKeyRef: {name: other}}}]}]", true),
        ("initContainers: [{envFrom: [{secretRef: {name: other}}]}]", true),
        ("ephemeralContainers: [{envFrom: [{secretRef: {name: other}}]}]", false),
    ] {
        let found = of_account(Some(&format!("kind: Pod\nspec: {{{spec}}}\n")), account);
        assert_eq!(found.rejected.is_some(), is_rejected, "{spec}: {:?}", found.rejected);
        assert_eq!(found.pull_secrets, ["regcred"], "{spec}");
    }
}

/// The same plugin takes no mirror pod that names a Secret in any way.
#[test]
fn a_mirror_pod_may_name_no_secret() {
    let mirror = |spec: &str| {
        let pod = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{annotations: {{kubernetes.io/config.mirror: x}}}}\nspec: {{{spec}}}\n"
        );
        of_account(Some(&pod), "kind: ServiceAccount\nmetadata: {name: default}\n").rejected
    };
    assert_eq!(mirror("volumes: [{emptyDir: {}}, {configMap: {name: c}}]"), None);
    let plugins = ["cephfs", "cinder", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"];
    let of_plugins = plugins.iter().map(|plugin| format!("{plugin}: {{secretRef: {{name: s}}}}"));
    let others = [
        "secret: {secretName: s}",
        "azureFile: {secretName: s}",
        "csi: {nodePublishSecretRef: {name: s}}",
        "projected: {sources: [{configMap: {name: c}}, {secret: {name: s}}]}",
    ];
    for volume in of_plugins.chain(others.map(str::to_owned)) {
        assert!(mirror(&format!("volumes: [{{{volume}}}]")).is_some(), "{volume}");
    }
}

#[test]
fn without_its_account_nobody_knows_what_a_pod_is_pulled_with() {
    let pod = "kind: Pod\nspec: {containers: []}\n";
    let found = ask("r.io/app", &[SECRET], Some(pod));
    assert_eq!((found.rejected, found.verdict.name()), (None, "undetermined"));
    assert_eq!(found.reason, "ServiceAccount `default` is not given");
}

#[test]
fn every_broken_secret_is_listed() {
    let bad = SECRET.replace("bot", "\\\\x");
    let found = ask("r.io/app", &[SECRET, &bad.replace("regcred", "bad")], None);
    assert_eq!(found.verdict.name(), "broken-secret");
    assert_eq!(found.broken[0].secret, "bad");
    assert!(found.credentials.is_empty());
}

#[test]
fn sealed_secret_is_opened_by_whoever_can() {
    let sealed = "kind: Secret\nmetadata: {name: regcred}\ntype: kubernetes.io/dockerconfigjson\nsops: {mac: x}\n";
    let closed = ask("r.io/app", &[sealed], None);
    assert_eq!((closed.verdict.name(), &*closed.pull_secrets[0]), ("undetermined", "regcred"));
    let open = |secret: &regrender_audit::Secret| {
        let mut content = secret.content.clone();
        let payload = br#"{"auths":{"r.io":{"auth":"YTpi"}}}"#.to_vec();
        content.data.insert(".dockerconfigjson".to_owned(), payload);
        // The name is known from the outside.
        content.name.clear();
        Some(content)
    };
    let found = explain(&Question {
        image: "r.io/app",
        pull_secrets: &[("s.yaml", sealed.as_bytes())],
        pod: None,
        service_account: None,
        declared: &Declared::default(),
        open: &open,
    });
    assert_eq!(found.verdict.name(), "covered");
    assert_eq!(found.credentials[0].secret, "regcred");
}

/// What the kubelet passes over without a word, and what no API server takes.
#[test]
fn secrets_that_count_for_nothing_are_told() {
    let opaque =
        SECRET.replace("kubernetes.io/dockerconfigjson", "Opaque").replace("regcred", "opaque");
    let bad = r#"{"kind":"Secret","metadata":{"name":"bad"},"type":"kubernetes.io/dockerconfigjson",
        "stringData":{".dockerconfigjson":"{\"auths\":{\"r.io\":{\"username\":\"bot\"}}}"},"data":{"other":"!!!"}}"#;
    let pod = r#"{"kind":"Pod","apiVersion":"v1","spec":{"imagePullSecrets":[{"name":"opaque"},{"name":"bad"}]}}"#;
    for pod in [None, Some(pod)] {
        let found = ask("r.io/app:1", &[&opaque, bad], pod);
        assert_eq!(found.verdict.name(), "uncovered-unknown");
        assert_eq!(found.pull_secrets, ["opaque", "bad"]);
        let json = found.to_json();
        assert_eq!(json["skipped"][0]["secret"], "opaque");
        assert_eq!(json["broken"][0]["secret"], "bad");
        let text = found.to_text();
        assert!(
            text.contains(
                "broken       bad: the API server refuses it: `other` is not valid base64"
            ),
            "{text}"
        );
        assert!(text.contains("skipped      opaque: its type is"), "{text}");
    }
}
