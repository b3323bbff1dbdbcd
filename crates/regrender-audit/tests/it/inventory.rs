//! What an inventory finds in manifests.

use std::collections::BTreeMap;

use regrender_audit::{Content, FileFacts, Inventory, Role, SecretState, read_file};

fn read(files: &[(&str, &str)]) -> Inventory {
    Inventory::read(files.iter().map(|(path, text)| (*path, text.as_bytes())))
}

/// Lists `role container image` of every image.
fn images(files: &[(&str, &str)]) -> Vec<String> {
    let inventory = read(files);
    let all = inventory.workloads().flat_map(|workload| &workload.images);
    all.map(|one| format!("{} {} {}", one.role.name(), one.container, one.image)).collect()
}

/// Lists `namespace/name secrets account` of every workload.
fn workloads(files: &[(&str, &str)]) -> Vec<String> {
    let inventory = read(files);
    let line = |one: &regrender_audit::Workload| {
        format!(
            "{}/{} {:?} {}",
            one.namespace.as_deref().unwrap_or("?"),
            one.name,
            one.pull_secrets,
            one.service_account.as_deref().unwrap_or("-"),
        )
    };
    inventory.workloads().map(line).collect()
}

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
    spec: {template: {spec: {containers: [{name: app, image: a.io/web:1}]}}}\n";

#[test]
fn every_core_kind_is_read() {
    let spec = "{containers: [{name: c, image: x}]}";
    for (kind, version, body) in [
        ("Pod", "v1", format!("spec: {spec}")),
        ("PodTemplate", "v1", format!("template: {{spec: {spec}}}")),
        ("ReplicationController", "v1", format!("spec: {{template: {{spec: {spec}}}}}")),
        ("Deployment", "apps/v1", format!("spec: {{template: {{spec: {spec}}}}}")),
        ("StatefulSet", "apps/v1", format!("spec: {{template: {{spec: {spec}}}}}")),
        ("DaemonSet", "apps/v1", format!("spec: {{template: {{spec: {spec}}}}}")),
        ("ReplicaSet", "apps/v1", format!("spec: {{template: {{spec: {spec}}}}}")),
        ("Job", "batch/v1", format!("spec: {{template: {{spec: {spec}}}}}")),
        (
            "CronJob",
            "batch/v1",
            format!("spec: {{jobTemplate: {{spec: {{template: {{spec: {spec}}}}}}}}}"),
        ),
    ] {
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: n}}\n{body}\n");
        assert_eq!(images(&[("a.yaml", &text)]), ["container c x"], "{kind}");
    }
}

#[test]
fn every_role_is_told_apart() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  \
        initContainers: [{name: i, image: i}]\n  containers: [{name: c, image: c}]\n  \
        ephemeralContainers: [{name: e, image: e}]\n  \
        volumes: [{name: v, image: {reference: v}}, {name: w, emptyDir: {}}]\n";
    let found = images(&[("a.yaml", text)]);
    assert_eq!(found, ["init i i", "container c c", "ephemeral e e", "volume v v"]);
}

#[test]
fn places_name_document_and_line() {
    let text = format!("kind: Namespace\nmetadata: {{name: x}}\n---\n{DEPLOYMENT}");
    let inventory = read(&[("a.yaml", &text)]);
    let place = &inventory.workloads().next().unwrap().images[0].place;
    assert_eq!((&*place.file, place.document, place.line), ("a.yaml", 1, 7));
}

#[test]
fn lists_and_openshift_templates_are_unfolded() {
    let json = r#"{"apiVersion":"v1","kind":"List","items":[
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"x"}]}},
        {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}}]}"#;
    let inventory = read(&[("a.json", json)]);
    assert_eq!(inventory.workloads().count(), 1);
    assert_eq!(inventory.namespaces().count(), 1);
    let template = "apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n\
        - apiVersion: apps.openshift.io/v1\n  kind: DeploymentConfig\n  metadata: {name: d}\n  \
        spec: {template: {spec: {containers: [{name: c, image: y}]}}}\n";
    assert_eq!(images(&[("t.yaml", template)]), ["container c y"]);
}

#[test]
fn custom_resources_are_read_by_shape() {
    for (text, expected) in [
        (
            "kind: Rollout\nspec: {template: {spec: {containers: [{name: c, image: x}]}}}",
            "container c x",
        ),
        (
            "kind: Service\napiVersion: serving.knative.dev/v1\n\
             spec: {template: {spec: {containers: [{image: x}]}}}",
            "container  x",
        ),
        (
            "kind: Workflow\nspec: {templates: [{name: t, container: {image: x}}]}",
            "container spec.templates.container.image x",
        ),
        ("kind: Task\nspec: {steps: [{name: s, image: x}]}", "container s x"),
        ("kind: Cluster\nspec: {imageName: a.io/pg:16}", "container spec.imageName a.io/pg:16"),
        ("kind: Prometheus\nspec: {image: a.io/p}", "container spec.image a.io/p"),
        (
            "kind: VirtualMachine\nspec: {template: {spec: {volumes: [{name: v, containerDisk: {image: x}}]}}}",
            "container spec.template.spec.volumes.containerDisk.image x",
        ),
    ] {
        assert_eq!(images(&[("a.yaml", text)]), [expected], "{text}");
    }
}

#[test]
fn kinds_whose_images_nobody_pulls_are_left_out() {
    for kind in ["CustomResourceDefinition", "ConfigMap", "ImageRepository", "ClusterPolicy"] {
        assert!(images(&[("a.yaml", &format!("kind: {kind}\nspec: {{image: x}}"))]).is_empty());
    }
}

#[test]
fn custom_resources_take_account_and_secrets_from_around() {
    let text = "kind: Workflow\nmetadata: {name: w, namespace: n}\nspec:\n  serviceAccountName: s\n  \
        imagePullSecrets: [{name: p}]\n  templates: [{container: {image: x}}, {script: {image: y}}]\n";
    assert_eq!(workloads(&[("a.yaml", text)]), ["n/w [\"p\"] s"]);
    let tekton = "kind: TaskRun\nmetadata: {name: t, namespace: n}\nspec:\n  serviceAccountName: s\n  \
        podTemplate: {imagePullSecrets: [{name: p}]}\n  taskSpec: {steps: [{image: x}]}\n";
    assert_eq!(workloads(&[("a.yaml", tekton)]), ["n/t [\"p\"] s"]);
}

#[test]
fn helm_values_are_put_together() {
    let text = "image:\n  registry: r.io\n  repository: team/app\n  tag: 1.20\n\
        sidecar: {image: {repository: b.io/x, tag: v2, digest: 'sha256:00'}}\n\
        controller: {repository: c.io/y, tag: v3}\n\
        plain: {image: d.io/z, tag: v4}\nchart: {repository: 'https://charts.io', tag: x}\n";
    assert_eq!(
        images(&[("values.yaml", text)]),
        [
            "container image r.io/team/app:1.20",
            "container sidecar.image b.io/x:v2@sha256:00",
            "container controller c.io/y:v3",
            "container plain.image d.io/z:v4",
        ]
    );
}

#[test]
fn helm_releases_bring_their_pull_secrets() {
    let text = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n\
        metadata: {name: h, namespace: n}\nspec:\n  targetNamespace: t\n  values:\n    \
        imagePullSecrets: [{name: a}, b]\n    image: {repository: r.io/x, tag: 1, pullSecrets: [c]}\n";
    assert_eq!(workloads(&[("a.yaml", text)]), ["t/h [\"a\", \"b\", \"c\"] -"]);
}

#[test]
fn files_of_other_tools_are_no_values() {
    let text = "services: {web: {image: x}}\n";
    for path in
        ["docker-compose.yaml", "compose.yaml", ".github/workflows/ci.yaml", "a/.gitlab-ci.yml"]
    {
        assert!(images(&[(path, text)]).is_empty(), "{path}");
    }
    assert_eq!(images(&[("values.yaml", text)]).len(), 1);
}

#[test]
fn namespace_comes_from_the_kustomization_that_lists_the_file() {
    let files = [
        ("app/kustomization.yaml", "namespace: prod\nresources: [web.yaml]\n"),
        ("app/web.yaml", DEPLOYMENT),
    ];
    assert_eq!(workloads(&files), ["prod/web [] -"]);
}

#[test]
fn outer_kustomization_has_the_last_word() {
    let files = [
        ("base/kustomization.yaml", "namespace: base\nnamePrefix: a-\nresources: [web.yaml]\n"),
        ("base/web.yaml", DEPLOYMENT),
        ("prod/kustomization.yaml", "namespace: prod\nnamePrefix: b-\nresources: [../base]\n"),
    ];
    assert_eq!(workloads(&files), ["prod/b-a-web [] -"]);
}

#[test]
fn two_overlays_leave_the_namespace_open_and_both_renderings_listed() {
    let files = [
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", DEPLOYMENT),
        ("dev/kustomization.yaml", "namespace: dev\nresources: [../base]\n"),
        ("prod/kustomization.yaml", "namespace: prod\nresources: [../base]\n"),
    ];
    let inventory = read(&files);
    let web = inventory.workloads().next().unwrap();
    assert_eq!(web.namespace, None);
    let found: Vec<_> = web.renderings.iter().map(|one| one.namespace.as_deref()).collect();
    assert_eq!(found, [Some("dev"), Some("prod")]);
}

#[test]
fn components_act_on_what_lists_them() {
    let files = [
        ("app/kustomization.yaml", "resources: [web.yaml]\ncomponents: [../secret]\n"),
        ("app/web.yaml", DEPLOYMENT),
        (
            "secret/kustomization.yaml",
            "kind: Component\nnamespace: n\npatches:\n- path: web.yaml\n  target: {kind: Deployment, name: web}\n",
        ),
        (
            "secret/web.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
             spec: {template: {spec: {imagePullSecrets: [{name: regcred}]}}}\n",
        ),
    ];
    assert_eq!(workloads(&files), ["n/web [\"regcred\"] -"]);
}

#[test]
fn patches_are_no_workloads_and_change_images_and_secrets() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
        spec: {template: {spec: {imagePullSecrets: [{name: p}], containers: [{name: app, image: b.io/w}]}}}\n";
    let files = [
        (
            "kustomization.yaml",
            "resources: [web.yaml]\npatches:\n- path: patch.yaml\n\
             - target: {kind: Deployment}\n  patch: |\n    - op: add\n      path: /spec/template/spec/imagePullSecrets/-\n      value: {name: q}\n",
        ),
        ("web.yaml", DEPLOYMENT),
        ("patch.yaml", patch),
    ];
    assert_eq!(workloads(&files), ["?/web [\"p\", \"q\"] -"]);
    assert_eq!(images(&files), ["container app b.io/w"]);
}

#[test]
fn kustomize_images_change_the_registry() {
    let files = [
        (
            "kustomization.yaml",
            "resources: [web.yaml]\nimages: [{name: a.io/web, newName: b.io/web, newTag: '2'}]\n",
        ),
        ("web.yaml", DEPLOYMENT),
    ];
    let found = images(&files);
    assert!(found.contains(&"container app b.io/web:2".to_owned()), "{found:?}");
    assert!(!found.iter().any(|one| one.contains("a.io/web:1")), "{found:?}");
}

#[test]
fn accounts_keep_what_admission_asks_for() {
    let text = "kind: ServiceAccount\nmetadata: {name: s, namespace: n, annotations: {a: b}}\n\
        imagePullSecrets: [{name: p}, {}]\nsecrets: [{name: m}]\n";
    let inventory = read(&[("a.yaml", text)]);
    let account = inventory.service_account("n", "s").unwrap();
    assert_eq!(account.pull_secrets, ["p", ""]);
    assert_eq!(account.mountable_secrets, ["m"]);
    assert_eq!(account.metadata.annotations["a"], "b");
}

#[test]
fn namespaces_are_found_by_labels() {
    let text = "kind: Namespace\nmetadata: {name: b, labels: {tier: app, x: 'y'}}\n---\n\
        kind: Namespace\nmetadata: {name: a, labels: {tier: app}}\n---\n\
        kind: Namespace\nmetadata: {name: c}\n---\n\
        kind: Namespace\nmetadata: {name: '${OPEN}', labels: {tier: app}}\n";
    let inventory = read(&[("a.yaml", text)]);
    let labels = |text: &str| {
        let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(inventory.namespaces_with_labels(&labels("tier=app")), ["a", "b"]);
    assert_eq!(inventory.namespaces_with_labels(&labels("tier=app,x=y")), ["b"]);
    assert_eq!(inventory.namespaces_with_labels(&labels("")), ["a", "b", "c"]);
    assert!(inventory.namespaces_with_labels(&labels("tier=db")).is_empty());
}

#[test]
fn namespaces_in_use_are_those_of_all_objects() {
    let text = "kind: Namespace\nmetadata: {name: e}\n---\n\
        kind: ServiceAccount\nmetadata: {name: x, namespace: b}\n---\n\
        kind: Pod\nmetadata: {name: x, namespace: d}\nspec: {containers: [{image: i}]}\n---\n\
        kind: Secret\nmetadata: {name: x, namespace: c}\ndata: {}\n---\n\
        kind: Secret\nmetadata: {name: y, namespace: b}\ndata: {}\n---\n\
        kind: Secret\nmetadata: {name: z}\ndata: {}\n";
    let inventory = read(&[("a.yaml", text)]);
    assert_eq!(inventory.namespaces_in_use().into_iter().collect::<String>(), "bcde");
}

#[test]
fn secrets_are_told_apart_by_state() {
    let text = "kind: Secret\nmetadata: {name: clear}\ntype: t\ndata: {a: Y2FuYXJ5LTRmMWQ=, b: '?'}\nstringData: {c: d}\n---\n\
        kind: Secret\nmetadata: {name: sops}\nsops: {mac: x}\n---\n\
        kind: Secret\nmetadata: {name: damaged}\ndata: {a: 'ENC[x]'}\nstringData: {b: 'ENC[y]'}\n---\n\
        kind: Secret\nmetadata: {name: half}\ndata: {a: 'ENC[x]', b: 'ENC[y'}\n---\n\
        kind: Secret\nmetadata: {name: empty}\ndata: {}\n---\n\
        kind: SealedSecret\nmetadata: {name: sealed}\nspec: {template: {type: t}}\n---\n\
        kind: ExternalSecret\nmetadata: {name: e}\nspec: {target: {name: external}}\n";
    let inventory =
        read(&[("a.yaml", text), ("kustomization.yaml", "secretGenerator: [{name: generated}]\n")]);
    let found: Vec<_> = inventory.secrets().map(|one| (&*one.name, one.state)).collect();
    assert_eq!(
        found,
        [
            ("clear", SecretState::Clear),
            ("sops", SecretState::Sops),
            ("damaged", SecretState::Damaged),
            ("half", SecretState::Clear),
            ("empty", SecretState::Clear),
            ("sealed", SecretState::SealedSecret),
            ("external", SecretState::ExternalSecret),
            ("generated", SecretState::Generated),
        ]
    );
    let clear = inventory.secrets().next().unwrap();
    assert_eq!(clear.content.data["a"], b"canary-4f1d");
    assert_eq!(clear.bad_keys, ["b"]);
    assert!(!format!("{inventory:?}").contains("canary"));
}

/// To the API server a null among bytes or texts is an empty value; a list is an error.
#[test]
fn values_that_are_null_are_empty() {
    let text = "kind: Secret\nmetadata: {name: s}\ndata: {a: , b: [x]}\nstringData: {c: null, d: {x: y}}\n";
    let inventory = read(&[("a.yaml", text)]);
    let secret = inventory.secrets().next().unwrap();
    assert_eq!(secret.bad_keys, ["b", "d"]);
    let keys: Vec<_> =
        secret.content.data.iter().map(|(key, value)| (&**key, value.len())).collect();
    assert_eq!(keys, [("a", 0), ("c", 0)]);
}

#[test]
fn a_sealed_secret_becomes_what_the_controller_makes_of_it() {
    let text = "kind: SealedSecret\nmetadata: {name: outer, namespace: n, annotations: {regrender.dev/expires-at: x}}\n\
        spec: {template: {metadata: {name: inner, namespace: other}, type: t}}\n---\n\
        kind: SealedSecret\nmetadata: {name: untyped}\n";
    let inventory = read(&[("a.yaml", text)]);
    let found: Vec<_> = inventory.secrets().collect();
    let [typed, untyped] = found.as_slice() else { panic!() };
    assert_eq!((&*typed.name, typed.namespace.as_deref(), &*typed.kind), ("outer", Some("n"), "t"));
    assert_eq!(typed.expires_at.as_deref(), Some("x"));
    assert_eq!((&*untyped.kind, untyped.state), ("Opaque", SecretState::SealedSecret));
}

#[test]
fn chart_templates_are_named_even_where_they_parse() {
    let files = [
        ("chart/Chart.yaml", "name: c\n"),
        (
            "chart/templates/web.yaml",
            "kind: Pod\nspec: {containers: [{image: '{{ .Values.x }}'}]}\n",
        ),
        ("chart/values.yaml", "image: x\n"),
    ];
    let inventory = read(&files);
    assert_eq!(inventory.unreadable()[0].reason.to_string(), "helm-template");
    assert_eq!(inventory.workloads().count(), 1);
}

#[test]
fn a_file_that_is_too_large_is_listed_as_unreadable() {
    let facts = [FileFacts::too_large("big.yaml"), read_file("a.yaml", b"a: b")];
    let inventory = Inventory::from_facts(facts);
    let found: Vec<_> = inventory
        .unreadable()
        .iter()
        .map(|one| (&*one.file, one.document, one.reason.to_string()))
        .collect();
    assert_eq!(found, [("big.yaml", None, String::from("larger than 64 MiB"))]);
}

/// YAML: comments and the marks between documents make no document.
#[test]
fn a_file_tells_whether_anything_is_in_it() {
    for text in ["", "\n \n", "# nothing yet\n", "---\n# nothing\n...\n---\n"] {
        assert_eq!(read_file("a.yaml", text.as_bytes()).content(), Content::Nothing, "{text:?}");
    }
    for text in ["a: 1", "# c\n- x\n", "a: [\n---\nb: 1\n", "kind: Pod\nspec: {}\n"] {
        assert_eq!(read_file("a.yaml", text.as_bytes()).content(), Content::Something, "{text:?}");
    }
    for (text, reason) in [
        (&b"a: [\n"[..], "not valid YAML at line 1"),
        (b"\xff\x80", "not text: neither UTF-8 nor UTF-16"),
        (b"{{ if .Values.x }}\n", "helm-template"),
    ] {
        let facts = read_file("a.yaml", text);
        assert_eq!(facts.content(), Content::Unreadable, "{reason}");
        let told = facts.why_unreadable().unwrap();
        assert!(told.starts_with(reason), "{told}");
    }
    assert_eq!(read_file("a.yaml", b"a: 1").why_unreadable(), None);
}

#[test]
fn utf16_and_crlf_are_read() {
    let wide: Vec<u8> = std::iter::once('\u{feff}')
        .chain(DEPLOYMENT.replace('\n', "\r\n").chars())
        .flat_map(|letter| u16::try_from(u32::from(letter)).unwrap().to_le_bytes())
        .collect();
    let inventory = Inventory::read([("a.yaml", wide.as_slice())]);
    assert_eq!(inventory.workloads().next().unwrap().images[0].role, Role::Container);
}

#[test]
fn flux_gives_the_namespace_of_the_folder_that_it_applies() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k, namespace: flux-system}\n\
        spec: {path: ./apps/web, targetNamespace: prod, images: [{name: a.io/web, newName: b.io/web}]}\n";
    let files = [("clusters/prod/web.yaml", flux), ("apps/web/deployment.yaml", DEPLOYMENT)];
    assert_eq!(workloads(&files), ["prod/web [] -"]);
    assert_eq!(images(&files), ["container app b.io/web:1"]);
    let inside = [
        ("repo/clusters/prod/web.yaml", flux),
        ("repo/apps/web/kustomization.yaml", "namespace: base\nresources: [deployment.yaml]\n"),
        ("repo/apps/web/deployment.yaml", DEPLOYMENT),
    ];
    assert_eq!(workloads(&inside), ["prod/web [] -"]);
    let elsewhere = [("clusters/prod/web.yaml", flux), ("apps/other/deployment.yaml", DEPLOYMENT)];
    assert_eq!(workloads(&elsewhere), ["?/web [] -"]);
}

#[test]
fn target_of_a_release_is_not_changed_by_a_tree() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: h}\n\
        spec: {targetNamespace: t, values: {image: r.io/x}}\n";
    let files = [
        ("kustomization.yaml", "namespace: flux-system\nresources: [h.yaml]\n"),
        ("h.yaml", release),
    ];
    assert_eq!(workloads(&files), ["t/h [] -"]);
    let own = release.replace("targetNamespace: t, ", "");
    assert_eq!(workloads(&[files[0], ("h.yaml", &own)]), ["flux-system/h [] -"]);
}

#[test]
fn values_in_a_text_are_found_at_their_line() {
    let text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      \
        values: |\n        a: b\n        image: r.io/x\n";
    let inventory = read(&[("a.yaml", text)]);
    assert_eq!(inventory.workloads().next().unwrap().images[0].place.line, 8);
}

#[test]
fn argo_cd_gives_a_namespace_to_what_has_none() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n\
        spec: {source: {path: apps, kustomize: {images: ['a.io/web=b.io/web:2']}}, destination: {namespace: prod}}\n";
    let own = DEPLOYMENT.replace("name: web", "name: own, namespace: own");
    let files = [
        ("argocd/a.yaml", application),
        ("apps/kustomization.yaml", "resources: [web.yaml, own.yaml]\n"),
        ("apps/web.yaml", DEPLOYMENT),
        ("apps/own.yaml", &*own),
    ];
    assert_eq!(workloads(&files), ["own/own [] -", "prod/web [] -"]);
    assert_eq!(images(&files), ["container app b.io/web:2", "container app b.io/web:2"]);
}

#[test]
fn trees_that_come_to_the_same_are_one() {
    let files = [
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", DEPLOYMENT),
        ("a/kustomization.yaml", "namespace: n\nresources: [../base]\n"),
        ("b/kustomization.yaml", "namespace: n\nresources: [../base]\n"),
    ];
    let inventory = read(&files);
    assert_eq!(inventory.workloads().next().unwrap().renderings.len(), 1);
}

#[test]
fn objects_are_found_by_namespace_kind_and_name_together() {
    let text = "kind: ServiceAccount\nmetadata: {name: a, namespace: m}\n---\n\
        kind: ServiceAccount\nmetadata: {name: b, namespace: n}\n---\n\
        kind: ServiceAccount\nmetadata: {name: a, namespace: n}\n---\n"
        .to_owned()
        + &[["Job", "a", "m"], ["Pod", "a", "n"], ["Job", "b", "n"], ["Job", "a", "n"]]
            .map(job_or_pod)
            .concat();
    let inventory = read(&[("a.yaml", &text)]);
    assert_eq!(inventory.service_accounts().count(), 3);
    let account = inventory.service_account("n", "a").unwrap();
    assert_eq!((account.namespace.as_deref(), &*account.name), (Some("n"), "a"));
    assert!(inventory.service_account("m", "b").is_none());
    let job = inventory.workload("n", "Job", "a").unwrap();
    assert_eq!((job.namespace.as_deref(), &*job.kind, &*job.name), (Some("n"), "Job", "a"));
    assert!(inventory.workload("m", "Pod", "a").is_none());
}

/// A workload from its kind, name and namespace.
fn job_or_pod([kind, name, namespace]: [&str; 3]) -> String {
    let spec = "containers: [{name: c, image: x}]";
    let (version, spec) = match kind {
        "Pod" => ("v1", spec.to_owned()),
        _ => ("batch/v1", format!("template: {{spec: {{{spec}}}}}")),
    };
    format!(
        "apiVersion: {version}\nkind: {kind}\n\
         metadata: {{name: {name}, namespace: {namespace}}}\nspec: {{{spec}}}\n---\n"
    )
}

#[test]
fn each_thing_that_flux_changes_counts_on_its_own() {
    let patch = "patches: [{target: {kind: Deployment}, patch: '[{op: add, \
        path: /spec/template/spec/imagePullSecrets, value: [{name: p}]}]'}]";
    for (change, expected) in [
        ("namePrefix: a-", "?/a-web [] -"),
        ("nameSuffix: -z", "?/web-z [] -"),
        ("targetNamespace: n", "n/web [] -"),
        ("components: [../part]", "part/web [] -"),
        (patch, "?/web [\"p\"] -"),
        ("prune: true", "?/web [] -"),
    ] {
        let flux = format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
             metadata: {{name: k}}\nspec: {{path: ./apps, {change}}}\n"
        );
        let files = [
            ("cluster/k.yaml", &*flux),
            ("apps/web.yaml", DEPLOYMENT),
            ("part/kustomization.yaml", "kind: Component\nnamespace: part\n"),
        ];
        assert_eq!(workloads(&files), [expected], "{change}");
    }
}

#[test]
fn each_thing_that_argo_cd_changes_counts_on_its_own() {
    for (options, expected, image) in [
        ("namePrefix: a-", "?/a-web [] -", "a.io/web:1"),
        ("nameSuffix: -z", "?/web-z [] -", "a.io/web:1"),
        ("namespace: n", "n/web [] -", "a.io/web:1"),
        ("images: ['a.io/web:2']", "?/web [] -", "a.io/web:2"),
        ("images: ['a.io/web@sha256:00']", "?/web [] -", "a.io/web@sha256:00"),
        ("images: ['a.io/web=b.io/x']", "?/web [] -", "b.io/x:1"),
        ("version: v5", "?/web [] -", "a.io/web:1"),
    ] {
        let application = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a}}\n\
             spec: {{source: {{path: ./apps, kustomize: {{{options}}}}}}}\n"
        );
        let files = [("argocd/a.yaml", &*application), ("apps/web.yaml", DEPLOYMENT)];
        assert_eq!(workloads(&files), [expected], "{options}");
        assert_eq!(images(&files), [format!("container app {image}")], "{options}");
    }
}

#[test]
fn every_source_of_an_application_is_followed() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n\
        spec:\n  sources:\n  - {chart: c, repoURL: 'https://charts.io'}\n  \
        - {path: one, kustomize: {namespace: first}}\n  - {path: two, kustomize: {namespace: second}}\n";
    let files = [
        ("argocd/a.yaml", application),
        ("one/web.yaml", DEPLOYMENT),
        ("two/web.yaml", DEPLOYMENT),
    ];
    assert_eq!(workloads(&files), ["first/web [] -", "second/web [] -"]);
}

#[test]
fn objects_of_other_groups_apply_nothing() {
    let other = "apiVersion: example.org/v1\nkind: Kustomization\nmetadata: {name: k}\n\
        spec: {path: ./apps, targetNamespace: n, source: {path: apps}, destination: {namespace: m}}\n";
    assert_eq!(workloads(&[("k.yaml", other), ("apps/web.yaml", DEPLOYMENT)]), ["?/web [] -"]);
}

#[test]
fn folders_below_what_flux_applies_are_built_as_they_say() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
        metadata: {name: k}\nspec: {path: ./apps, targetNamespace: n}\n";
    let files = [
        ("cluster/k.yaml", flux),
        ("apps/team/kustomization.yaml", "namePrefix: t-\nresources: [web]\n"),
        ("apps/team/web/kustomization.yaml", "nameSuffix: -z\nresources: [web.yaml]\n"),
        ("apps/team/web/web.yaml", DEPLOYMENT),
    ];
    assert_eq!(workloads(&files), ["n/t-web-z [] -"]);
}

#[test]
fn resources_of_a_component_go_where_it_is_used() {
    let files = [
        ("app/kustomization.yaml", "namespace: n\ncomponents: [../part]\n"),
        ("part/kustomization.yaml", "kind: Component\nresources: [web.yaml]\n"),
        ("part/web.yaml", DEPLOYMENT),
    ];
    assert_eq!(workloads(&files), ["n/web [] -"]);
}

#[test]
fn a_patch_without_a_target_is_for_its_kind_and_name() {
    for (kind, name, expected) in [
        ("Deployment", "web", "?/web [\"p\"] -"),
        ("Deployment", "other", "?/web [] -"),
        ("StatefulSet", "web", "?/web [] -"),
    ] {
        let kustomization = format!(
            "resources: [web.yaml]\npatchesStrategicMerge:\n- |\n  apiVersion: apps/v1\n  \
             kind: {kind}\n  metadata: {{name: {name}}}\n  \
             spec: {{template: {{spec: {{imagePullSecrets: [{{name: p}}]}}}}}}\n"
        );
        let files = [("kustomization.yaml", &*kustomization), ("web.yaml", DEPLOYMENT)];
        assert_eq!(workloads(&files), [expected], "{kind} {name}");
    }
}

/// The pods of a `CronJob` are further inside than kustomize looks for volumes.
#[test]
fn kustomize_images_are_for_image_volumes_too() {
    let pod = "containers: [{name: c, image: 'a.io/web:1'}], \
        volumes: [{name: v, image: {reference: 'a.io/web:1'}}]";
    let kustomization = "resources: [pod.yaml]\nimages: [{name: a.io/web, newTag: '2'}]\n";
    for (object, volume) in [
        (format!("apiVersion: v1\nkind: Pod\nspec: {{{pod}}}\n"), "volume v a.io/web:2"),
        (
            format!(
                "apiVersion: batch/v1\nkind: CronJob\n\
                 spec: {{jobTemplate: {{spec: {{template: {{spec: {{{pod}}}}}}}}}}}\n"
            ),
            "volume v a.io/web:1",
        ),
    ] {
        let found = images(&[("kustomization.yaml", kustomization), ("pod.yaml", &object)]);
        for one in ["container c a.io/web:2", volume] {
            assert!(found.contains(&one.to_owned()), "{one}: {found:?}");
        }
    }
}

/// The API leaves kind and version out of the items of a typed list.
#[test]
fn items_of_a_typed_list_are_of_its_kind() {
    let list = "apiVersion: v1\nkind: SecretList\nitems:\n\
        - {metadata: {name: s, namespace: n}, type: kubernetes.io/dockercfg}\n---\n\
        apiVersion: apps/v1\nkind: DeploymentList\nitems:\n\
        - {metadata: {name: d}, spec: {template: {spec: {containers: [{name: c, image: a.io/a}]}}}}\n";
    let inventory = Inventory::read([("list.yaml", list.as_bytes())]);
    let secrets: Vec<_> = inventory.secrets().map(|one| &*one.name).collect();
    assert_eq!(secrets, ["s"]);
    let found: Vec<_> =
        inventory.workloads().map(|one| (&*one.kind, &*one.api_version, &*one.name)).collect();
    assert_eq!(found, [("Deployment", "apps/v1", "d")]);
}
