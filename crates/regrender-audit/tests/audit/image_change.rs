//! What the `images:` of a kustomization change.

use super::repository::{WEB, images, read, report};

#[test]
fn kustomize_images_change_the_registry() {
    let files = [
        (
            "kustomization.yaml",
            "resources: [web.yaml]\nimages: [{name: a.io/web, newName: b.io/web, newTag: '2'}]\n",
        ),
        ("web.yaml", WEB),
    ];
    let found = images(&files);
    assert!(found.contains(&"container app b.io/web:2".to_owned()), "{found:?}");
    assert!(!found.iter().any(|one| one.contains("a.io/web:1")), "{found:?}");
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

#[test]
fn images_that_a_kustomization_renames_in_another_repository_are_judged() {
    let kustomization = "resources: ['https://github.com/acme/base?ref=v1', web.yaml]\nimages:\n\
        - {name: far.io/app, newName: r.io/app, newTag: '2'}\n- {name: a.io/web, newTag: '2'}\n";
    let report = report(&[("kustomization.yaml", kustomization), ("web.yaml", WEB)]);
    let mut images: Vec<&str> = report.images.iter().map(|row| &*row.image).collect();
    images.sort_unstable();
    // The other entry shows in the workload.
    assert_eq!(images, ["a.io/web:2", "r.io/app:2"]);
}

/// An entry that is about no image of its tree pulls nothing; where not all of the tree is at hand,
/// it may be about one.
#[test]
fn images_that_are_nowhere_in_a_tree_are_pulled_by_nobody() {
    let listed = "images: [{name: far.io/app, newName: r.io/app}]\n";
    for (kustomization, expected) in [
        ("resources: [web.yaml]", vec!["a.io/web:1"]),
        ("resources: [web.yaml, 'https://example.com']", vec!["r.io/app", "a.io/web:1"]),
        ("resources: [web.yaml]\nhelmCharts: [{name: app}]", vec!["r.io/app", "a.io/web:1"]),
        ("resources: [web.yaml]\ncomponents: [part]", vec!["r.io/app", "a.io/web:1"]),
        ("kind: Component", vec!["r.io/app", "a.io/web:1"]),
    ] {
        let kustomization = format!("{kustomization}\n{listed}");
        let files = [
            ("kustomization.yaml", &*kustomization),
            ("part/kustomization.yaml", "kind: Component\nresources: ['https://example.com']\n"),
            ("web.yaml", WEB),
        ];
        let report = report(&files);
        let images: Vec<&str> = report.images.iter().map(|row| &*row.image).collect();
        assert_eq!(images, expected, "{kustomization}");
    }
    let component = format!("kind: Component\n{listed}");
    let user = ("app/kustomization.yaml", "resources: [web.yaml]\ncomponents: [../part]\n");
    let web = ("app/web.yaml", WEB);
    let whole = [("part/kustomization.yaml", &*component), user, web];
    assert_eq!(images(&whole), ["container app a.io/web:1"]);
}

#[test]
fn an_image_is_told_by_its_name_whatever_its_port() {
    let pod = |image: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, image: '{image}'}}]}}\n"
        )
    };
    let kustomization = "resources: [pod.yaml]\nimages: [{name: 'r.io:5000/app', newTag: new}]\n";
    for (image, expected) in [
        ("r.io:5000/app", "r.io:5000/app:new"),
        ("r.io:5000/app:old", "r.io:5000/app:new"),
        ("r.io:5000/app:old@sha256:00", "r.io:5000/app:new"),
        ("r.io:5000/app-two:old", "r.io:5000/app-two:old"),
        ("/app:old", "/app:old"),
    ] {
        let inventory = read(&[("kustomization.yaml", kustomization), ("pod.yaml", &pod(image))]);
        let pod = inventory.workloads().find(|one| one.kind == "Pod").unwrap();
        assert_eq!(pod.images[0].image, expected);
    }
}

/// One entry after the other, each a pattern, and only where a list of containers is.
#[test]
fn entries_of_images_are_applied_one_after_the_other() {
    let kustomization = "resources: [o.yaml]\nimages:\n\
        - {name: a.io/a, newName: b.io/b}\n- {name: b.io/b, newName: c.io/c}\n- {name: 'd.io/.*', newTag: '2'}\n";
    let object = "apiVersion: example.io/v1\nkind: Custom\nmetadata: {name: c}\n\
        spec: {image: a.io/a, containers: [{name: x, image: 'a.io/a:1'}, {name: y, image: d.io/d}]}\n";
    let inventory = read(&[("kustomization.yaml", kustomization), ("o.yaml", object)]);
    let custom = inventory.workloads().find(|one| one.kind == "Custom").unwrap();
    let mut found: Vec<&str> = custom.images.iter().map(|one| &*one.image).collect();
    found.sort_unstable();
    assert_eq!(found, ["a.io/a", "c.io/c:1", "d.io/d:2"]);
}

/// kustomize looks at volumes since 5.7, in pods and in templates of the object itself.
#[test]
fn entries_of_images_reach_volumes_where_kustomize_knows_of_them() {
    let volumes = "volumes: [{name: v, image: {reference: 'v.io/v:1'}}]";
    let containers = "containers: [{name: c, image: a.io/c}]";
    let job = format!("spec: {{template: {{spec: {{{containers}, {volumes}}}}}}}");
    for (api_version, kind, spec, expected) in [
        ("apps/v1", "Deployment", job.clone(), ("v.io/v:2", true)),
        ("batch/v1", "CronJob", format!("spec: {{jobTemplate: {{{job}}}}}"), ("v.io/v:1", true)),
        ("example.io/v1", "Custom", job, ("v.io/v:1", false)),
    ] {
        let object =
            format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: o}}\n{spec}\n");
        let inventory = read(&[
            ("kustomization.yaml", "resources: [o.yaml]\nimages: [{name: v.io/v, newTag: '2'}]\n"),
            ("o.yaml", &*object),
        ]);
        let found = inventory.workloads().find(|one| one.kind == kind).expect("there is one");
        let volume = found.images.iter().find(|one| one.container == "v").expect("there is one");
        let is_followed = found.renderings[0].doubt.is_none();
        assert_eq!((&*volume.image, is_followed), expected, "{kind}");
    }
}

/// kustomize 5.7.1 looks for containers in the usual places, and then anywhere.
#[test]
fn a_suffix_is_added_twice_where_containers_usually_are() {
    let kustomization = "resources: [pod.yaml]\nimages: [{name: x, tagSuffix: -a}]\n";
    let pod = "{containers: [{name: c, image: 'x:1'}], initContainers: [{name: i, image: 'x:2'}], \
        volumes: [{name: v, image: {reference: 'x:3'}}]}";
    let read = |object: &str| {
        let object = object.replace("POD", pod);
        images(&[("kustomization.yaml", kustomization), ("pod.yaml", &object)])
    };
    let deployment = read("apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: POD}}\n");
    assert_eq!(deployment, ["init i x:2-a-a", "container c x:1-a-a", "volume v x:3-a"]);
    let job = read(
        "apiVersion: batch/v1\nkind: CronJob\n\
         spec: {jobTemplate: {spec: {template: {spec: POD}}}}\n",
    );
    assert_eq!(job, ["init i x:2-a", "container c x:1-a", "volume v x:3"]);
    let renamed = kustomization.replace("tagSuffix", "newName: y, tagSuffix");
    let pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: 'x:1'}]}\n";
    let found = images(&[("kustomization.yaml", &renamed), ("pod.yaml", pod)]);
    assert_eq!(found, ["container c y:1-a"]);
}
