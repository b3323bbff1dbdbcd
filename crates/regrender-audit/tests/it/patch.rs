//! What patches of kustomize change, and which are told to change nothing.

use regrender_audit::{AuditReport, Declared, Inventory, Workload, audit};

/// A workload with two containers, one of which is called like an init container.
const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    \
    spec:\n      serviceAccountName: own\n      imagePullSecrets: [{name: a}, {name: p}]\n      \
    initContainers: [{name: app, image: init.io/app}]\n      \
    containers: [{name: app, image: main.io/app}, {name: side, image: main.io/side}]\n";

fn read(files: &[(&str, &str)]) -> Inventory {
    Inventory::read(files.iter().map(|(path, text)| (*path, text.as_bytes())))
}

fn report(files: &[(&str, &str)]) -> AuditReport {
    audit(&read(files), &Declared::default(), &|_| None)
}

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

fn images(workload: &Workload) -> Vec<String> {
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
fn operated(op: &str, path: &str, value: &str) -> Workload {
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
        ["init init.io/app", "container main.io/app", "container new.io/side"]
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
    // Pods that name no account have that of their namespace.
    let removed = patched("[{op: remove, path: /spec/template/spec/serviceAccountName}]");
    assert_eq!(removed.service_account.as_deref(), Some("default"));
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

#[test]
fn a_container_that_a_patch_adds_stands_where_the_patch_does() {
    let added = operated("add", "containers/-", "{name: late, image: late.io/x}");
    let late = added.images.iter().find(|one| one.image == "late.io/x").unwrap();
    assert_eq!((&*late.place.file, late.place.line), ("kustomization.yaml", 3));
}

/// Lists `file:line:column` of the patches that are told to match nothing.
fn idle(files: &[(&str, &str)]) -> Vec<String> {
    let report = report(files);
    let found = report.findings.iter().filter(|one| one.code.name() == "patch-without-target");
    found.map(|one| format!("{}:{}:{}", one.file, one.line, one.column)).collect()
}

/// A patch for an object that is nowhere.
const FOR_NOBODY: &str = "patches:\n- target: {kind: Deployment, name: gone}\n  \
    patch: '[{op: add, path: /spec/template/spec/imagePullSecrets, value: [{name: p}]}]'\n";

#[test]
fn a_patch_is_idle_only_where_all_that_it_could_match_is_at_hand() {
    let local = format!("resources: [web.yaml]\n{FOR_NOBODY}");
    let expected = ["kustomization.yaml:3:3"];
    assert_eq!(idle(&[("kustomization.yaml", &local), ("web.yaml", WEB)]), expected);
    for elsewhere in ["https://github.com/acme/base?ref=v1", "../outside", "missing.yaml"] {
        let remote = format!("resources: [web.yaml, '{elsewhere}']\n{FOR_NOBODY}");
        let found = idle(&[("kustomization.yaml", &remote), ("web.yaml", WEB)]);
        assert_eq!(found, [""; 0], "{elsewhere}");
    }
    // The base is at hand, and what it lists is not.
    let outer = format!("resources: [base]\n{FOR_NOBODY}");
    let base = "resources: ['https://github.com/acme/base?ref=v1']\n";
    let found = idle(&[("kustomization.yaml", &outer), ("base/kustomization.yaml", base)]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_patch_of_a_component_is_idle_where_the_component_is_used() {
    let component = format!("kind: Component\n{FOR_NOBODY}");
    let part = ("part/kustomization.yaml", &*component);
    let user = ("app/kustomization.yaml", "resources: [web.yaml]\ncomponents: [../part]\n");
    let web = ("app/web.yaml", WEB);
    assert_eq!(idle(&[part, user, web]), ["part/kustomization.yaml:3:3"]);
    assert_eq!(idle(&[part]), [""; 0], "nobody uses the component");
}

#[test]
fn a_patch_of_flux_is_idle_where_the_folder_is_in_the_repository() {
    let spec = FOR_NOBODY.replace('\n', "\n  ");
    let flux = format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: k}}\n\
         spec:\n  path: ./apps\n  {spec}"
    );
    let here = [("cluster/k.yaml", &*flux), ("apps/web.yaml", WEB)];
    assert_eq!(idle(&here), ["cluster/k.yaml:7:5"]);
    let elsewhere = [("cluster/k.yaml", &*flux), ("other/web.yaml", WEB)];
    assert_eq!(idle(&elsewhere), [""; 0], "the folder lies in another repository");
    let remote = [
        ("cluster/k.yaml", &*flux),
        ("apps/kustomization.yaml", "resources: ['https://github.com/acme/base?ref=v1']\n"),
    ];
    assert_eq!(idle(&remote), [""; 0], "what the folder lists lies in another repository");
}

#[test]
fn every_operation_on_pull_secrets_is_told_when_it_matches_nothing() {
    for operation in [
        "{op: add, path: /spec/template/spec/imagePullSecrets/-, value: {name: p}}",
        "{op: replace, path: /spec/template/spec/imagePullSecrets/0, value: {name: p}}",
        "{op: remove, path: /spec/template/spec/imagePullSecrets/0}",
        "{op: remove, path: /spec/template/spec/imagePullSecrets}",
    ] {
        let kustomization = format!(
            "resources: [web.yaml]\npatches:\n- target: {{kind: Deployment, name: gone}}\n  patch: '[{operation}]'\n"
        );
        let found = idle(&[("kustomization.yaml", &kustomization), ("web.yaml", WEB)]);
        assert_eq!(found, ["kustomization.yaml:3:3"], "{operation}");
    }
}

#[test]
fn a_patch_that_is_not_about_pull_secrets_may_match_nothing() {
    for patch in [
        "[{op: replace, path: /spec/replicas, value: 2}]",
        "[{op: replace, path: /spec/template/spec/containers/0/image, value: x}]",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: x}, spec: {template: {spec: {containers: [{name: c, image: x}]}}}}",
    ] {
        let kustomization = format!(
            "resources: [web.yaml]\npatches:\n- target: {{kind: Deployment, name: gone}}\n  patch: '{patch}'\n"
        );
        let found = idle(&[("kustomization.yaml", &kustomization), ("web.yaml", WEB)]);
        assert_eq!(found, [""; 0], "{patch}");
    }
}
