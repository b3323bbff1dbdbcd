//! What patches of kustomize change of pods: merges, operations, and in which order.

use regrender_audit::Workload;

use super::followed::verdicts;
use super::repository::read;

/// A workload with two containers, one of which is called like an init container.
pub(crate) const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    \
    spec:\n      serviceAccountName: own\n      imagePullSecrets: [{name: a}, {name: p}]\n      \
    initContainers: [{name: app, image: init.io/app}]\n      \
    containers: [{name: app, image: main.io/app}, {name: side, image: main.io/side}]\n";

/// The workload after one patch.
#[track_caller]
fn patched(patch: &str) -> Workload {
    let patch = patch.replace('\n', "\n    ");
    let kustomization = format!(
        "resources: [web.yaml]\npatches:\n- target: {{kind: Deployment}}\n  patch: |\n    {patch}\n"
    );
    let inventory = read(&[("kustomization.yaml", &kustomization), ("web.yaml", WEB)]);
    assert_eq!(inventory.workloads().count(), 1);
    inventory.workloads().next().expect("there is one").clone()
}

pub(crate) fn images(workload: &Workload) -> Vec<String> {
    let line = |one: &regrender_audit::ImageUse| format!("{} {}", one.role.name(), one.image);
    workload.images.iter().map(line).collect()
}

/// A strategic merge of a part of the pod.
fn merged(pod: &str) -> Workload {
    patched(&format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {{template: {{spec: {{{pod}}}}}}}"
    ))
}

/// One JSON operation below the specification of the pod.
pub(crate) fn operated(op: &str, path: &str, value: &str) -> Workload {
    patched(&format!("[{{op: {op}, path: /spec/template/spec/{path}, value: {value}}}]"))
}

const UNCHANGED: [&str; 3] =
    ["init init.io/app", "container main.io/app", "container main.io/side"];

/// What kustomize builds: the list of the patch, then what of the old list it does not name.
#[test]
fn lists_of_pull_secrets_are_merged_by_name() {
    let found = merged("imagePullSecrets: [{name: p}, {name: z}]");
    assert_eq!(found.pull_secrets, ["p", "z", "a"]);
    assert_eq!(images(&found), UNCHANGED);
}

#[test]
fn containers_are_merged_by_name_within_their_own_list() {
    let side = merged("containers: [{name: side, image: new.io/side}]");
    assert_eq!(
        images(&side),
        ["init init.io/app", "container new.io/side", "container main.io/app"]
    );
    let both =
        merged("containers: [{name: new, image: new.io/new}, {name: side, image: new.io/side}]");
    assert_eq!(
        images(&both),
        [
            "init init.io/app",
            "container new.io/new",
            "container new.io/side",
            "container main.io/app"
        ]
    );
    let main = merged("containers: [{name: app, image: new.io/app}]");
    assert_eq!(
        images(&main),
        ["init init.io/app", "container new.io/app", "container main.io/side"]
    );
    let init = merged("initContainers: [{name: app, image: new.io/app}]");
    assert_eq!(
        images(&init),
        ["init new.io/app", "container main.io/app", "container main.io/side"]
    );
}

#[test]
fn an_operation_on_an_image_counts_within_its_list() {
    let init = operated("replace", "initContainers/0/image", "new.io/app");
    assert_eq!(
        images(&init),
        ["init new.io/app", "container main.io/app", "container main.io/side"]
    );
    let side = operated("replace", "containers/1/image", "new.io/side");
    assert_eq!(
        images(&side),
        ["init init.io/app", "container main.io/app", "container new.io/side"]
    );
    assert_eq!(images(&operated("replace", "containers/2/image", "new.io/x")), UNCHANGED);
    assert_eq!(images(&operated("replace", "volumes/0/image", "new.io/x")), UNCHANGED);
}

#[test]
fn an_operation_on_one_pull_secret_leaves_the_others() {
    let secrets = |op: &str, path: &str, value: &str| operated(op, path, value).pull_secrets;
    assert_eq!(secrets("add", "imagePullSecrets/-", "{name: z}"), ["a", "p", "z"]);
    assert_eq!(secrets("replace", "imagePullSecrets/1", "{name: z}"), ["a", "z"]);
    assert_eq!(secrets("remove", "imagePullSecrets/0", "null"), ["p"]);
    assert_eq!(secrets("remove", "imagePullSecrets", "null"), [""; 0]);
    assert_eq!(secrets("replace", "imagePullSecrets", "[{name: z}]"), ["z"]);
    // kustomize refuses a position that is not there.
    for (op, path) in [("remove", "2"), ("replace", "2"), ("remove", "-"), ("replace", "x")] {
        let path = format!("imagePullSecrets/{path}");
        assert_eq!(secrets(op, &path, "{name: z}"), ["a", "p"], "{op} {path}");
    }
}

#[test]
fn operations_rename_objects_and_move_pods_to_another_account() {
    let renamed = patched("[{op: replace, path: /metadata/name, value: other}]");
    assert_eq!(renamed.name, "other");
    let moved = operated("replace", "serviceAccountName", "other");
    assert_eq!(moved.service_account.as_deref(), Some("other"));
    let removed = patched("[{op: remove, path: /spec/template/spec/serviceAccountName}]");
    assert_eq!(removed.service_account, None);
    // Pods that name no account have that of their namespace.
    assert_eq!(removed.renderings[0].service_account.as_deref(), Some("default"));
}

/// RFC 6902, section 4.6: `test` compares.
#[test]
fn an_operation_that_tests_changes_nothing() {
    let found = operated("test", "imagePullSecrets/0", "{name: a}");
    assert_eq!(found.pull_secrets, ["a", "p"]);
    for path in ["containers/0", "initContainers/0"] {
        let found = operated("test", path, "{name: app, image: new.io/app}");
        assert_eq!(images(&found), UNCHANGED, "{path}");
    }
}

/// What kustomize builds from each.
#[test]
fn directives_of_a_merge_take_away() {
    let init = "init init.io/app";
    for (pod, images, secrets, account) in [
        ("imagePullSecrets: []", &UNCHANGED[..], &["a", "p"][..], Some("own")),
        ("imagePullSecrets: null", &UNCHANGED, &[], Some("own")),
        ("imagePullSecrets: [{name: z}, {$patch: replace}]", &UNCHANGED, &["z"], Some("own")),
        ("imagePullSecrets: [{name: a, $patch: delete}]", &UNCHANGED, &["p"], Some("own")),
        (
            "containers: [{name: app, $patch: delete}, {name: new, image: n.io/n}]",
            &[init, "container n.io/n", "container main.io/side"],
            &["a", "p"],
            Some("own"),
        ),
        (
            "containers: [{$patch: replace}, {name: new, image: n.io/n}]",
            &[init, "container n.io/n"],
            &["a", "p"],
            Some("own"),
        ),
        (
            "containers: [{name: side, $patch: replace, image: n.io/n}]",
            &[init, "container main.io/side", "container main.io/app"],
            &["a", "p"],
            Some("own"),
        ),
        (
            "containers: [{name: new, $patch: replace, image: n.io/n}]",
            &[init, "container n.io/n", "container main.io/app", "container main.io/side"],
            &["a", "p"],
            Some("own"),
        ),
        ("containers: [{name: app, $patch: replace}]", &UNCHANGED, &["a", "p"], Some("own")),
        (
            "containers: [{name: side, $patch: replace, image: n.io/n}, {$patch: replace}]",
            &[init, "container n.io/n"],
            &["a", "p"],
            Some("own"),
        ),
        (
            "containers: [{name: new, image: n.io/n}, {$patch: delete}]",
            &[init],
            &["a", "p"],
            Some("own"),
        ),
        ("imagePullSecrets: [{name: z}, {$patch: delete}]", &UNCHANGED, &[], Some("own")),
        ("containers: null, serviceAccountName: null", &[init], &["a", "p"], None),
        (
            "$patch: replace, containers: [{name: new, image: n.io/n}]",
            &["container n.io/n"],
            &[],
            None,
        ),
    ] {
        let found = merged(pod);
        assert_eq!(self::images(&found), images, "{pod}");
        assert_eq!(found.pull_secrets, secrets, "{pod}");
        assert_eq!(found.service_account.as_deref(), account, "{pod}");
    }
}

#[test]
fn documents_of_a_patch_are_merged_in_their_order() {
    let part = |pod: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\n\
             spec: {{template: {{spec: {{{pod}}}}}}}\n"
        )
    };
    let first = part("containers: [{name: side, image: a.io/a}]");
    let second = part("containers: [{name: side, image: b.io/b}], volumes: null");
    let inventory = read(&[
        ("kustomization.yaml", "resources: [web.yaml]\npatches: [{path: p.yaml}]\n"),
        ("web.yaml", WEB),
        ("p.yaml", &format!("{first}---\n{second}")),
    ]);
    let found = images(inventory.workloads().next().unwrap());
    assert_eq!(found, ["init init.io/app", "container b.io/b", "container main.io/app"]);
}

/// kustomize builds the object as it was.
#[test]
fn a_patch_that_replaces_the_object_changes_nothing() {
    let files = [
        ("kustomization.yaml", "resources: [web.yaml]\npatches: [{path: p.yaml}]\n"),
        ("web.yaml", WEB),
        (
            "p.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n$patch: replace\n\
             spec: {template: {spec: {containers: [{name: new, image: n.io/n}], \
             imagePullSecrets: [{name: z}], serviceAccountName: other}}}\n",
        ),
    ];
    let inventory = read(&files);
    let found = inventory.workloads().next().unwrap();
    assert_eq!(images(found), UNCHANGED);
    assert_eq!(found.service_account.as_deref(), Some("own"));
}

#[test]
fn an_object_that_a_patch_deletes_is_not_deployed() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n$patch: delete\n";
    let inline = format!(
        "resources: [web.yaml]\npatches:\n- patch: |\n    {}",
        patch.replace('\n', "\n    ")
    );
    let file = "resources: [web.yaml]\npatches: [{path: p.yaml}]\n";
    for (kustomization, patch) in [(&*inline, ""), (file, patch)] {
        let files = [("kustomization.yaml", kustomization), ("web.yaml", WEB), ("p.yaml", patch)];
        assert_eq!(read(&files).workloads().count(), 0, "{kustomization}");
    }
    // One tree deletes it, and the other does not.
    let files = [
        ("a/kustomization.yaml", "resources: [../base]\nnamespace: a\npatches: [{path: p.yaml}]\n"),
        ("a/p.yaml", patch),
        ("b/kustomization.yaml", "resources: [../base]\nnamespace: b\n"),
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", WEB),
    ];
    let inventory = read(&files);
    let found: Vec<_> = inventory.workloads().map(|one| one.namespace.as_deref()).collect();
    assert_eq!(found, [Some("b")]);
}

/// kustomize puts it where the path says, which is nowhere that a pod is made from.
#[test]
fn what_is_patched_beside_the_pod_changes_nothing() {
    for path in ["", "/spec", "/spec/jobTemplate/spec/template/spec", "/template/spec"] {
        for (member, value) in [
            ("imagePullSecrets", "[{name: z}]"),
            ("imagePullSecrets/-", "{name: z}"),
            ("serviceAccountName", "other"),
            ("containers", "[{name: x, image: x.io/x}]"),
            ("containers/0/image", "x.io/x"),
            ("volumes/-", "{name: v, image: {reference: x.io/v}}"),
        ] {
            let found = patched(&format!("[{{op: add, path: {path}/{member}, value: {value}}}]"));
            assert_eq!(images(&found), UNCHANGED, "{path}/{member}");
            assert_eq!(found.pull_secrets, ["a", "p"], "{path}/{member}");
            assert_eq!(found.service_account.as_deref(), Some("own"), "{path}/{member}");
        }
    }
    let job = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: web, labels: {k: v}}\n\
        spec: {jobTemplate: {spec: {template: {spec: {imagePullSecrets: [{name: z}], \
        serviceAccountName: other, containers: [{name: app, image: x.io/x}]}}}}}";
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, labels: {k: v}}\n\
        imagePullSecrets: [{name: z}]";
    let custom = "apiVersion: example.io/v1\nkind: Custom\nmetadata: {name: web}\n\
        spec: {image: x.io/x, imagePullSecrets: [{name: z}], serviceAccountName: other, \
        containers: [{name: app, image: x.io/x}]}";
    for other in [job, account, custom] {
        let found = patched(other);
        assert_eq!(images(&found), UNCHANGED, "{other}");
        assert_eq!(found.pull_secrets, ["a", "p"], "{other}");
        assert_eq!(found.service_account.as_deref(), Some("own"), "{other}");
        assert_eq!(found.metadata.labels.len(), 0);
    }
}

/// Whatever kind the patch names, if only its path is that of the object.
#[test]
fn a_patch_of_another_kind_is_merged_where_it_says() {
    for kind in ["apps/v1\nkind: StatefulSet", "example.io/v1\nkind: Custom"] {
        let found = patched(&format!(
            "apiVersion: {kind}\nmetadata: {{name: any}}\nspec: {{image: x.io/x, template: {{spec: \
             {{imagePullSecrets: [{{name: z}}], containers: [{{name: side, image: x.io/y}}]}}}}}}"
        ));
        let expected = ["init init.io/app", "container x.io/y", "container main.io/app"];
        assert_eq!(images(&found), expected, "{kind}");
        assert_eq!(found.pull_secrets, ["z", "a", "p"], "{kind}");
    }
}

/// A selector chooses Secrets as well, which have no pods.
#[test]
fn a_patch_for_pods_leaves_a_secret_as_it_is() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: n}\n\
        type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{\"auths\":{\"main.io\":\
        {\"username\":\"u\",\"password\":\"canary-4f1d\"}}}'}\n";
    let web = WEB.replace("{name: web}", "{name: web, namespace: n}").replace(", {name: p}", "");
    for patch in [
        "[{op: add, path: /imagePullSecrets, value: [{name: z}]}]",
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: x}, imagePullSecrets: [{name: z}]}",
    ] {
        let kustomization = format!(
            "resources: [web.yaml, s.yaml]\npatches: [{{target: {{name: '.*'}}, patch: '{patch}'}}]\n"
        );
        let files =
            [("kustomization.yaml", &*kustomization), ("web.yaml", &*web), ("s.yaml", secret)];
        let found = verdicts(&files);
        assert!(found.contains(&"main.io/app covered".to_owned()), "{patch}: {found:?}");
    }
}

/// Positions are those of the list as the operations before have left it.
#[test]
fn operations_put_containers_in_and_take_them_out() {
    let found = patched(
        "- {op: add, path: /spec/template/spec/containers/0, value: {name: first, image: f.io/f}}\n\
         - {op: replace, path: /spec/template/spec/containers/1/image, value: changed}\n\
         - {op: remove, path: /spec/template/spec/initContainers}\n\
         - {op: add, path: /spec/template/spec/imagePullSecrets/0, value: {name: zero}}",
    );
    assert_eq!(images(&found), ["container f.io/f", "container changed", "container main.io/side"]);
    assert_eq!(found.pull_secrets, ["zero", "a", "p"]);
    let init = "init init.io/app";
    let removed = operated("remove", "containers/0", "null");
    assert_eq!(images(&removed), [init, "container main.io/side"]);
    let replaced = operated("replace", "containers/0", "{name: x, image: x.io/x}");
    assert_eq!(images(&replaced), [init, "container x.io/x", "container main.io/side"]);
    let set = operated("add", "containers", "[{name: x, image: x.io/x}]");
    assert_eq!(images(&set), [init, "container x.io/x"]);
    let renamed = operated("replace", "containers/1/name", "other");
    assert_eq!(renamed.images[2].container, "other");
}

#[test]
fn a_merge_renames_only_where_it_may() {
    for (options, name) in [("{allowNameChange: true}", "other"), ("{}", "web")] {
        let kustomization = format!(
            "resources: [web.yaml]\npatches:\n- target: {{kind: Deployment}}\n  options: {options}\n  \
             patch: '{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: other}}}}'\n"
        );
        let inventory = read(&[("kustomization.yaml", &kustomization), ("web.yaml", WEB)]);
        assert_eq!(inventory.workloads().next().unwrap().name, name, "{options}");
    }
}

pub(crate) const IMAGE: &str =
    "[{op: replace, path: /spec/template/spec/containers/0/image, value: x.io/x}]";

/// kustomize applies strategic merges first, and `patchesJson6902` when everything is renamed.
#[test]
fn patches_come_in_the_order_of_kustomize() {
    let set = |image: &str| {
        format!("[{{op: replace, path: /spec/template/spec/containers/0/image, value: {image}}}]")
    };
    let kustomization = format!(
        "resources: [web.yaml]\nnamePrefix: a-\n\
         patchesJson6902:\n- {{target: {{kind: Deployment, name: a-web}}, patch: '{}'}}\n\
         patches:\n- {{target: {{name: web}}, patch: '{}'}}\n- {{target: {{name: a-web}}, patch: '{}'}}\n",
        set("late.io/x"),
        set("early.io/x"),
        set("never.io/x"),
    );
    let inventory = read(&[("kustomization.yaml", &kustomization), ("web.yaml", WEB)]);
    assert_eq!(inventory.workloads().next().unwrap().images[1].image, "late.io/x");
    let without = kustomization.replace("patchesJson6902:", "other:");
    let inventory = read(&[("kustomization.yaml", &without), ("web.yaml", WEB)]);
    assert_eq!(inventory.workloads().next().unwrap().images[1].image, "early.io/x");
}
