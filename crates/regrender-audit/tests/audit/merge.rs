//! Strategic merges: whom they are for, in which order they leave containers, what takes away.

use regrender_audit::Workload;

use super::repository::{self, images, read, workloads};

pub(crate) const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    \
    spec:\n      initContainers: [{name: app, image: init.io/app}]\n      \
    containers: [{name: app, image: main.io/app}, {name: side, image: main.io/side}]\n";

/// The first workload of a tree with a patch in a file.
#[track_caller]
pub(crate) fn merged(object: &str, more: &str, patch: &str) -> Workload {
    let kustomization = format!("resources: [o.yaml]\npatches: [{{{more}path: p.yaml}}]\n");
    let files = [("kustomization.yaml", &*kustomization), ("o.yaml", object), ("p.yaml", patch)];
    read(&files).workloads().next().expect("there is one").clone()
}

fn part(metadata: &str, pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web{metadata}}}\n\
         spec: {{template: {{spec: {{{pod}}}}}}}\n"
    )
}

/// What kustomize builds: those that are new come first, in their order.
#[test]
fn several_new_containers_keep_their_order() {
    let new = "[{name: x, image: x.io/x}, {name: y, image: y.io/y}]";
    let found = merged(WEB, "", &part("", &format!("containers: {new}")));
    let names: Vec<&str> = found.images.iter().map(|one| &*one.container).collect();
    assert_eq!(names, ["app", "x", "y", "app", "side"]);
}

/// What names no namespace is in `default`, for kustomize.
#[test]
fn a_merge_is_for_the_object_of_its_namespace() {
    let pod = "containers: [{name: app, image: new.io/app}]";
    let namespaced = WEB.replace("{name: web}", "{name: web, namespace: n}");
    for (object, metadata, is_meant) in [
        (WEB, "", true),
        (WEB, ", namespace: default", true),
        (WEB, ", namespace: other", false),
        // kustomize refuses this one.
        (&*namespaced, "", false),
        (&*namespaced, ", namespace: n", true),
        (&*namespaced, ", namespace: other", false),
    ] {
        let found = merged(object, "", &part(metadata, pod));
        assert_eq!(found.images[1].image == "new.io/app", is_meant, "{metadata}");
    }
}

/// One of several that are called the same is meant, or none.
#[test]
fn a_merge_without_a_namespace_is_for_the_one_in_default() {
    let object = |metadata: &str| {
        let image = "containers: [{name: app, image: main.io/app}]";
        part(metadata, image)
    };
    for (first, second, expected) in [
        ("", ", namespace: b", ["new.io/app", "main.io/app"]),
        (", namespace: default", ", namespace: b", ["new.io/app", "main.io/app"]),
        (", namespace: a", ", namespace: b", ["main.io/app", "main.io/app"]),
    ] {
        let files = [
            ("kustomization.yaml", "resources: [o.yaml]\npatches: [{path: p.yaml}]\n"),
            ("o.yaml", &*format!("{}---\n{}", object(first), object(second))),
            ("p.yaml", &*part("", "containers: [{name: app, image: new.io/app}]")),
        ];
        let inventory = read(&files);
        let found: Vec<&str> = inventory.workloads().map(|one| &*one.images[0].image).collect();
        assert_eq!(found, expected, "{first} {second}");
    }
    // Whatever namespaces it was given later.
    let files = [
        ("base/kustomization.yaml", "resources: [o.yaml]\nnamespace: a\n"),
        ("base/o.yaml", &*object("")),
        ("kustomization.yaml", "resources: [base]\npatches: [{path: p.yaml}]\n"),
        ("p.yaml", &*part("", "containers: [{name: app, image: new.io/app}]")),
    ];
    assert_eq!(images(&files), ["container app new.io/app"]);
}

/// Kubernetes takes the account in `serviceAccount` where `serviceAccountName` says nothing.
#[test]
fn an_account_that_a_patch_empties_leaves_that_of_the_other_field() {
    let accounts = "serviceAccountName: own\n      serviceAccount: old\n      initContainers";
    let web = WEB.replace("initContainers", accounts);
    for (pod, expected) in [
        ("serviceAccountName: ''", "old"),
        ("serviceAccountName: null", "old"),
        ("serviceAccount: ''", "own"),
        ("serviceAccountName: null, serviceAccount: new", "new"),
        ("serviceAccountName: '', serviceAccount: null", "default"),
        ("serviceAccountName: new, serviceAccount: newer", "new"),
    ] {
        let found = merged(&web, "", &part("", pod));
        assert_eq!(found.renderings[0].service_account.as_deref(), Some(expected), "{pod}");
    }
    let both = part("", "serviceAccountName: new, serviceAccount: newer");
    let patches = format!("{both}---\n{}", part("", "serviceAccountName: null"));
    let found = merged(WEB, "", &patches);
    assert_eq!(found.renderings[0].service_account.as_deref(), Some("newer"));
}

/// The lists of a custom resource are given as a whole, and of one of Kubernetes by name.
#[test]
fn an_image_volume_may_be_gone_after_any_list_of_volumes() {
    let volume = "volumes:\n      - {name: v, image: {reference: v.io/v}}\n      initContainers";
    let web = WEB.replace("initContainers", volume);
    let rollout = |text: &str| {
        text.replace("apps/v1", "argoproj.io/v1alpha1").replace("Deployment", "Rollout")
    };
    for (pod, is_kept) in [
        ("volumes: []", true),
        ("volumes: null", false),
        ("volumes: [{name: w, emptyDir: {}}]", true),
        ("volumes: [{name: v, image: null, emptyDir: {}}]", false),
        ("volumes: [{name: v, image: {reference: null}}]", false),
        ("volumes: [{name: v, $patch: delete}]", false),
    ] {
        let found = merged(&web, "", &part("", pod));
        assert_eq!(found.images.len(), if is_kept { 4 } else { 3 }, "{pod}");
        let inline = part("", pod).trim_end().replace('\n', "\n    ");
        let inline =
            format!("resources: [o.yaml]\npatches:\n- patch: |\n    {}\n", rollout(&inline));
        let file = "resources: [o.yaml]\npatches: [{path: p.yaml}]\n";
        for kustomization in [&*inline, file] {
            for (object, is_followed) in [(rollout(&web), false), (rollout(WEB), true)] {
                let files = [
                    ("kustomization.yaml", kustomization),
                    ("o.yaml", &*object),
                    ("p.yaml", &*rollout(&part("", pod))),
                ];
                let inventory = read(&files);
                let found = inventory.workloads().next().expect("there is one");
                let is_clear = is_followed && !pod.contains("$patch");
                assert_eq!(found.renderings[0].doubt.is_none(), is_clear, "{pod}");
            }
        }
    }
}

#[test]
fn a_patch_that_may_change_the_kind_is_undetermined_where_it_does() {
    let size = "metadata: {name: other}\nspec: {size: 2}\n";
    for (kind, options, is_followed) in [
        ("apps/v1\nkind: StatefulSet", "{allowKindChange: true}", false),
        ("apps/v1\nkind: StatefulSet", "{allowNameChange: true}", true),
        ("apps/v1\nkind: Deployment", "{allowKindChange: true}", true),
        ("x.io/v1\nkind: Thing", "{allowKindChange: true}", false),
        ("x.io/v1\nkind: Thing", "{}", true),
    ] {
        let target = format!("target: {{kind: Deployment}}, options: {options}, ");
        let found = merged(WEB, &target, &format!("apiVersion: {kind}\n{size}"));
        assert_eq!(found.renderings[0].doubt.is_none(), is_followed, "{kind} {options}");
    }
}

/// The versions of External Secrets are several, so a patch's is not compared.
#[test]
fn an_external_secret_is_deleted_whatever_its_version() {
    let external = |version: &str, more: &str| {
        format!(
            "apiVersion: external-secrets.io/{version}\nkind: ExternalSecret\nmetadata: {{name: e}}\n{more}"
        )
    };
    let object =
        external("v1", "spec: {target: {template: {type: kubernetes.io/dockerconfigjson}}}\n");
    for (patch, count) in [(external("v1", "$patch: delete\n"), 0), (external("v1", ""), 1)] {
        let files = [
            ("kustomization.yaml", "resources: [o.yaml]\npatches: [{path: p.yaml}]\n"),
            ("o.yaml", &*object),
            ("p.yaml", &*patch),
        ];
        assert_eq!(read(&files).secrets().count(), count, "{patch}");
    }
}

/// kustomize refuses such a selector: nobody knows what was meant.
#[test]
fn a_patch_with_a_broken_selector_is_undetermined_if_it_says_anything_of_pulling() {
    let narrower = "target: {labelSelector: a=b c}, ";
    for (pod, is_followed) in [
        ("tolerations: [{key: a}]", true),
        ("containers: [{name: app, image: x.io/x}]", false),
        ("imagePullSecrets: [{name: p}]", false),
        ("serviceAccountName: s", false),
        ("imagePullSecrets: null", false),
    ] {
        let found = merged(WEB, narrower, &part("", pod));
        assert_eq!(found.renderings[0].doubt.is_none(), is_followed, "{pod}");
        assert_eq!(found.images.len(), 3, "{pod}");
    }
}

#[test]
fn a_patch_takes_an_account_its_pull_secrets() {
    let account = |list: &str| {
        format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: a}}\nimagePullSecrets: {list}\n"
        )
    };
    for (patch, expected) in [("[]", &[][..]), ("null", &[]), ("[{name: z}]", &["z"])] {
        let files = [
            ("kustomization.yaml", "resources: [a.yaml]\npatches: [{path: p.yaml}]\n"),
            ("a.yaml", &*account("[{name: p}]")),
            ("p.yaml", &*account(patch)),
        ];
        let inventory = read(&files);
        let found: Vec<_> = inventory.service_accounts().map(|one| &one.pull_secrets).collect();
        assert_eq!(found, [expected], "{patch}");
    }
}

/// A patch that no kustomization names is one all the same.
#[test]
fn an_object_with_a_directive_anywhere_is_not_deployed() {
    for pod in [
        "$patch: replace, containers: [{name: c, image: x.io/x}]",
        "containers: [{name: c, image: x.io/x}, {name: d, $patch: delete}]",
        "containers: [{name: c, image: x.io/x, resources: {$patch: replace}}]",
    ] {
        assert_eq!(read(&[("p.yaml", &part("", pod))]).workloads().count(), 0, "{pod}");
    }
    let merge = part("", "containers: [{name: c, image: x.io/x, resources: {$patch: merge}}]");
    assert_eq!(read(&[("p.yaml", &merge)]).workloads().count(), 1);
}

#[test]
fn a_merge_that_deletes_tells_of_no_object_elsewhere() {
    let patch = part("", "containers: [{name: c, image: x.io/x}]");
    let deleting = format!("{patch}$patch: delete\n");
    for (more, patch, count) in [
        ("", &patch, 1),
        ("", &deleting, 0),
        // Nobody knows what becomes of it, and it is not known to be there.
        ("transformers: [t.yaml]\n", &patch, 1),
        ("transformers: [t.yaml]\n", &deleting, 0),
    ] {
        let kustomization = format!(
            "resources: ['https://github.com/acme/base?ref=v1']\npatches: [{{path: p.yaml}}]\n{more}"
        );
        let files = [("kustomization.yaml", &*kustomization), ("p.yaml", &**patch)];
        assert_eq!(read(&files).workloads().count(), count, "{more}{patch}");
    }
}

/// Each document of a file is merged, whether or not it takes something away.
#[test]
fn documents_of_one_patch_file_are_all_merged() {
    let with_null = "imagePullSecrets: null, containers: [{name: app, image: x.io/x}]";
    let patch = [
        part("", with_null),
        part("", "containers: [{name: side, image: y.io/y}]"),
        String::from("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\nimagePullSecrets: [{name: z}]\n"),
    ]
    .join("---\n");
    let web = WEB.replace("initContainers", "imagePullSecrets: [{name: p}]\n      initContainers");
    let files = [
        ("kustomization.yaml", "resources: [o.yaml, a.yaml]\npatches: [{path: p.yaml}]\n"),
        ("o.yaml", &*web),
        ("a.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n"),
        ("p.yaml", &*patch),
    ];
    let inventory = read(&files);
    let found = inventory.workloads().next().expect("there is one");
    let images: Vec<&str> = found.images.iter().map(|one| &*one.image).collect();
    assert_eq!(images, ["init.io/app", "y.io/y", "x.io/x"]);
    assert_eq!(found.pull_secrets, [""; 0]);
    let account = inventory.service_accounts().next().expect("there is one");
    assert_eq!(account.pull_secrets, ["z"]);
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
        ("web.yaml", repository::WEB),
        ("patch.yaml", patch),
    ];
    assert_eq!(workloads(&files), ["?/web [\"p\", \"q\"] -"]);
    assert_eq!(images(&files), ["container app b.io/w"]);
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
        let files = [("kustomization.yaml", &*kustomization), ("web.yaml", repository::WEB)];
        assert_eq!(workloads(&files), [expected], "{kind} {name}");
    }
}
