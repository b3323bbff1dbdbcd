//! What patches change of custom resources, of whose lists nobody knows what they mean.

use regrender_audit::ImageUse;

use super::followed::check;
use super::merge::{WEB, merged};
use super::patch;
use super::repository::read;

const CUSTOM: &str = "apiVersion: example.io/v1\nkind: Custom\nmetadata: {name: c, namespace: n}\n\
    spec: {image: a.io/a, containers: [{name: c, image: b.io/b}]}\n";

const SINGLE: &str = "apiVersion: example.io/v1\nkind: Custom\nmetadata: {name: c}\n\
    spec: {image: a.io/a}\n";

/// Cluster API's and other resources hold patches for something else.
#[test]
fn a_custom_resource_may_hold_a_directive() {
    let custom = CUSTOM.replace("spec: {", "spec: {patches: [{$patch: delete}], ");
    assert_eq!(read(&[("o.yaml", &custom)]).workloads().count(), 1);
    let root = format!("{CUSTOM}$patch: delete\n");
    assert_eq!(read(&[("o.yaml", &root)]).workloads().count(), 0);
}

/// What is not said of all that a custom resource pulls may be about some of it.
#[test]
fn what_is_patched_beside_the_pod_of_a_custom_resource_is_undetermined() {
    for (path, is_followed) in
        [("/spec", true), ("/spec/template/spec", true), ("", false), ("/spec/other", false)]
    {
        for (member, value) in
            [("imagePullSecrets", "[{name: z}]"), ("serviceAccountName", "default")]
        {
            let patch = format!(
                "patches: [{{target: {{kind: Custom}}, patch: '[{{op: add, path: {path}/{member}, value: {value}}}]'}}]"
            );
            let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: z, namespace: n}\n\
                type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{\"auths\":{}}'}\n";
            check(&patch, &format!("{CUSTOM}{secret}"), is_followed);
        }
    }
    let account = "patches: [{target: {kind: Custom}, patch: '{apiVersion: v1, kind: ServiceAccount, \
        metadata: {name: c}, imagePullSecrets: [{name: z}]}'}]";
    check(account, CUSTOM, false);
}

#[test]
fn what_is_not_followed_in_a_custom_resource_is_undetermined() {
    let patch = |operation: &str| {
        format!("patches: [{{target: {{kind: Custom}}, patch: '[{{{operation}}}]'}}]")
    };
    check("images: [{name: a.io/a, newTag: '2'}]", CUSTOM, true);
    check("configurations: [c.yaml]", CUSTOM, true);
    check("configurations: [c.yaml]\nnamePrefix: a-", CUSTOM, false);
    check("configurations: [c.yaml]\nimages: [{name: a.io/a, newTag: '2'}]", CUSTOM, false);
    check(&patch("op: replace, path: /spec/image, value: x"), CUSTOM, true);
    check(&patch("op: replace, path: /spec/replicas, value: 2"), CUSTOM, true);
    check(&patch("op: remove, path: /spec/other"), CUSTOM, false);
    check(&patch("op: replace, path: /spec/containers, value: []"), CUSTOM, false);
    let merge = "patches: [{target: {kind: Custom}, patch: '{apiVersion: example.io/v1, kind: Custom, \
        metadata: {name: c}, spec: {containers: [{name: d, image: x}]}}'}]";
    check(merge, CUSTOM, false);
}

/// What counts for all that the object pulls is followed.
#[test]
fn a_merge_gives_a_custom_resource_its_pull_secrets() {
    let rollout =
        patch::WEB.replace("apps/v1", "argoproj.io/v1alpha1").replace("Deployment", "Rollout");
    for (spec, expected) in [
        (
            "{template: {spec: {imagePullSecrets: [{name: z}], serviceAccountName: other}}}",
            Some("z"),
        ),
        ("{imagePullSecrets: [{name: z}], serviceAccountName: other}", Some("z")),
        ("{other: {imagePullSecrets: [{name: z}], serviceAccountName: other}}", None),
        ("{template: {spec: {imagePullSecrets: null}}}", None),
        ("{template: {spec: {imagePullSecrets: []}}}", None),
        ("{template: {spec: {serviceAccountName: null}}}", None),
        ("{template: {spec: {imagePullSecrets: null, serviceAccountName: other}}}", None),
    ] {
        let patch = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {{name: web}}\nspec: {spec}\n"
        );
        let inline = format!(
            "resources: [o.yaml]\npatches:\n- patch: |\n    {}",
            patch.replace('\n', "\n    ")
        );
        let file = "resources: [o.yaml]\npatches: [{path: p.yaml}]\n";
        for (kustomization, patch) in [(&*inline, ""), (file, &*patch)] {
            let inventory = read(&[
                ("kustomization.yaml", kustomization),
                ("o.yaml", &rollout),
                ("p.yaml", patch),
            ]);
            let web = inventory.workloads().next().unwrap();
            let is_followed = web.renderings[0].doubt.is_none();
            assert_eq!(is_followed, expected.is_some(), "{kustomization}");
            if let Some(name) = expected {
                assert_eq!(web.pull_secrets, [name]);
                assert_eq!(web.service_account.as_deref(), Some("other"));
            }
        }
    }
}

/// Other groups have objects of the same kinds, whose pods are elsewhere.
#[test]
fn a_kind_of_another_group_has_its_pod_where_it_says() {
    let object = |spec: &str| {
        format!("apiVersion: example.io/v1\nkind: CronJob\nmetadata: {{name: o}}\nspec: {spec}\n")
    };
    let files = [
        ("kustomization.yaml", "resources: [o.yaml]\npatches: [{path: p.yaml}]\n"),
        ("o.yaml", &*object("{image: a.io/a}")),
        ("p.yaml", &*object("{imagePullSecrets: [{name: z}]}")),
    ];
    let inventory = read(&files);
    let found = inventory.workloads().next().expect("there is one");
    assert!(found.renderings[0].doubt.is_none());
    assert_eq!(found.pull_secrets, ["z"]);
}

/// A file is searched for what a patch can say only where a word in it tells of that.
#[test]
fn what_a_patch_of_a_custom_resource_says_counts_in_a_file_as_well() {
    let part = |more: &str| {
        format!("apiVersion: example.io/v1\nkind: Custom\nmetadata: {{name: c}}\n{more}\n")
    };
    let account = merged(SINGLE, "", &part("spec: {serviceAccountName: s}"));
    assert_eq!(account.service_account.as_deref(), Some("s"));
    let size = "spec: {size: 2}";
    for patch in [part(size), part(&format!("# an image, $patch\n{size}"))] {
        let found = merged(SINGLE, "", &patch);
        assert!(found.renderings[0].doubt.is_none(), "{patch}");
    }
    let files = [
        ("kustomization.yaml", "resources: [o.yaml]\npatches: [{path: p.yaml}]\n"),
        ("o.yaml", SINGLE),
        ("p.yaml", &*part("$patch: delete")),
    ];
    assert_eq!(read(&files).workloads().count(), 0);
}

#[test]
fn a_patch_within_a_kustomization_that_says_nothing_of_pulling_is_followed() {
    for (spec, is_followed) in
        [("{size: 2}", true), ("{a: {serviceAccountName: s}, b: {serviceAccountName: t}}", false)]
    {
        let kustomization = format!(
            "resources: [o.yaml]\npatches:\n- patch: |\n    \
             {{apiVersion: example.io/v1, kind: Custom, metadata: {{name: c}}, spec: {spec}}}\n"
        );
        let inventory = read(&[("kustomization.yaml", &kustomization), ("o.yaml", SINGLE)]);
        let custom = inventory.workloads().next().expect("there is one");
        assert_eq!(custom.renderings[0].doubt.is_none(), is_followed, "{spec}");
    }
}

/// Of a file that says nothing of images, the new name is not known either.
#[test]
fn a_patch_that_may_rename_is_undetermined_where_its_name_is_not_read() {
    let target = |options: &str| format!("target: {{kind: Custom}}, options: {options}, ");
    let part = "apiVersion: example.io/v1\nkind: Custom\nmetadata: {name: d}\nspec: {size: 2}\n";
    for (options, is_followed) in [("{allowNameChange: true}", false), ("{}", true)] {
        for comment in ["", "# an image\n", "# an image, $patch\n"] {
            let found = merged(SINGLE, &target(options), &format!("{comment}{part}"));
            assert_eq!(found.renderings[0].doubt.is_none(), is_followed, "{options} {comment}");
            assert_eq!(found.name, "c");
        }
    }
}

/// kustomize gives the lists of a custom resource as a whole; a list that is not there yet is added.
#[test]
fn a_list_that_a_custom_resource_does_not_have_yet_is_added() {
    let custom = |spec: &str| {
        format!(
            "apiVersion: x.io/v1\nkind: Rollout\nmetadata: {{name: r}}\nspec: {{template: {{spec: {spec}}}}}\n"
        )
    };
    let pod = "{imagePullSecrets: [{name: p}], initContainers: [{name: i, image: i.io/i}], \
        containers: [{name: c, image: c.io/c}]}";
    let mounting = "{image: x.io/x, volumes: [{name: v, image: {reference: v.io/v}}]}";
    let all = ["init i i.io/i", "container c c.io/c"];
    let volume = "volume w w.io/w";
    for (object, patch, expected) in [
        (
            pod,
            "{volumes: [{name: w, image: {reference: w.io/w}}]}",
            Some([&all[..], &[volume]].concat()),
        ),
        (pod, "{containers: [{name: d, image: d.io/d}]}", None),
        (pod, "{volumes: [{name: w, image: {reference: w.io/w}}], containers: []}", None),
        (pod, "{volumes: [{name: w, image: {reference: w.io/w}}], imagePullSecrets: null}", None),
        (pod, "{volumes: [{name: w, image: {reference: w.io/w}}], initContainers: null}", None),
        (pod, "{volumes: []}", Some(all.to_vec())),
        (pod, "{volumes: [{name: w, emptyDir: {}}]}", Some(all.to_vec())),
        (mounting, "{volumes: [{name: w, image: {reference: w.io/w}}]}", None),
        (
            mounting,
            "{containers: [{name: c, image: c.io/c}]}",
            Some(vec!["container spec.template.spec.image x.io/x", all[1], "volume v v.io/v"]),
        ),
    ] {
        let found = merged(&custom(object), "", &custom(patch));
        let line = |one: &ImageUse| format!("{} {} {}", one.role.name(), one.container, one.image);
        let is_followed = found.renderings[0].doubt.is_none();
        assert_eq!(is_followed, expected.is_some(), "{patch}");
        let mut images: Vec<String> = found.images.iter().map(line).collect();
        if let Some(mut expected) = expected {
            images.sort();
            expected.sort_unstable();
            assert_eq!(images, expected, "{patch}");
        }
    }
}

/// What a pod of Kubernetes loses there, another object may have elsewhere.
#[test]
fn a_patch_of_another_kind_takes_nothing_from_a_custom_resource_for_sure() {
    let rollout = WEB.replace("apps/v1", "argoproj.io/v1alpha1").replace("Deployment", "Rollout");
    for pod in ["imagePullSecrets: null", "serviceAccountName: ''", "containers: null"] {
        let patch =
            format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: any}}\nspec: {{{pod}}}\n");
        let found = merged(&rollout, "target: {kind: Rollout}, ", &patch);
        assert!(found.renderings[0].doubt.is_some(), "{pod}");
    }
    let volumes = "volumes: [{name: v, image: {reference: v.io/v}}]\n      initContainers";
    let deployment = WEB.replace("initContainers", volumes);
    let rollout = rollout.replace("main.io", "x.io");
    let (before, _) = rollout.split_once("initContainers").expect("it lists some");
    let found = merged(&deployment, "target: {name: web}, ", &format!("{before}volumes: null\n"));
    assert!(found.renderings[0].doubt.is_some());
}
