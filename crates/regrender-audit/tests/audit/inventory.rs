//! What an inventory finds in manifests.

use std::collections::BTreeMap;

use regrender_audit::{Base, Content, FileFacts, Inventory, Role, SecretState, read_file};

use super::repository::{WEB, images, read, report, workloads};

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
    let text = format!("kind: Namespace\nmetadata: {{name: x}}\n---\n{WEB}");
    let inventory = read(&[("a.yaml", &text)]);
    let place = &inventory.workloads().next().unwrap().images[0].place;
    assert_eq!((&*place.file, place.document, place.line), ("a.yaml", 1, 7));
}

/// What the operator of Flux makes is where it says itself, and not where the set is.
#[test]
fn sets_of_resources_are_unfolded() {
    let set = "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata: {name: s}\nspec:\n  \
        resources:\n  \
        - {apiVersion: v1, kind: Namespace, metadata: {name: 'pr-<< inputs.id >>'}}\n  \
        - {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop}, \
           spec: {containers: [{name: c, image: r.io/a}]}}\n  \
        - {apiVersion: v1, kind: Pod, metadata: {name: b, namespace: 'pr-<< inputs.id >>'}, \
           spec: {containers: [{name: c, image: r.io/b}, {name: d, image: 'r.io/b:<< inputs.tag >>'}]}}\n  \
        - {apiVersion: v1, kind: Pod, metadata: {name: c, namespace: shop}, \
           spec: {containers: [{name: c, image: 'r.io/c:<< inputs.tag >>'}, \
           {name: d, image: 'r.io/<< inputs.app >>'}]}}\n";
    let files =
        [("kustomization.yaml", "namespace: flux\nresources: [set.yaml]\n"), ("set.yaml", set)];
    let report = report(&files);
    let found: Vec<String> = report
        .images
        .iter()
        .map(|row| {
            let namespace = row.namespace.as_deref().unwrap_or("?");
            format!("{namespace}/{} {} {}", row.name, row.image, row.verdict.name())
        })
        .collect();
    assert_eq!(
        found,
        [
            "shop/a r.io/a uncovered-unknown",
            "pr-<< inputs.id >>/b r.io/b undetermined",
            "pr-<< inputs.id >>/b r.io/b:<< inputs.tag >> undetermined",
            "shop/c r.io/c:<< inputs.tag >> uncovered-unknown",
            "shop/c r.io/<< inputs.app >> undetermined",
        ]
    );
    assert_eq!(read(&files).namespaces_with_labels(&BTreeMap::new()), [""; 0]);
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

/// Two overlays of one base.
const OVERLAYS: [(&str, &str); 4] = [
    ("base/kustomization.yaml", "resources: [a.yaml]\n"),
    ("base/a.yaml", "kind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: c, image: i}]}\n"),
    ("x/kustomization.yaml", "namespace: x\nresources: [../base]\n"),
    (
        "y/kustomization.yaml",
        "namespace: y\nresources: [../base]\nimages: [{name: i, newName: j}]\n",
    ),
];

#[test]
fn what_overlays_put_into_a_namespace_is_in_it() {
    assert_eq!(read(&OVERLAYS).namespaces_in_use().into_iter().collect::<String>(), "xy");
}

#[test]
fn images_are_those_that_overlays_deploy() {
    assert_eq!(read(&OVERLAYS).deployed_images().collect::<String>(), "ij");
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
fn a_file_that_is_too_large_is_listed_as_unreadable() {
    let facts = [FileFacts::too_large("big.yaml"), read_file("a.yaml", b"a: b")];
    let inventory = Inventory::from_facts(facts, &Base::default(), &|_| None);
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
    // Kubernetes reads text in quotation marks at any indentation.
    for text in ["a: \"b\nc\"\n", "a:\n  - 'b\n\tc'\n"] {
        assert_eq!(read_file("a.yaml", text.as_bytes()).content(), Content::Something, "{text:?}");
    }
    for (text, reason) in [
        (&b"a: [\n"[..], "not valid YAML at line 1"),
        (b"\xff\x80", "not text: neither UTF-8 nor UTF-16"),
        (b"{{ if .Values.x }}\n", "helm-template"),
    ] {
        assert_eq!(read_file("a.yaml", text).content(), Content::Unreadable, "{reason}");
        let inventory = Inventory::read([("a.yaml", text)]);
        let told = inventory.unreadable()[0].reason.to_string();
        assert!(told.starts_with(reason), "{told}");
    }
}

#[test]
fn utf16_and_crlf_are_read() {
    let wide: Vec<u8> = std::iter::once('\u{feff}')
        .chain(WEB.replace('\n', "\r\n").chars())
        .flat_map(|letter| u16::try_from(u32::from(letter)).unwrap().to_le_bytes())
        .collect();
    let inventory = Inventory::read([("a.yaml", wide.as_slice())]);
    assert_eq!(inventory.workloads().next().unwrap().images[0].role, Role::Container);
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
