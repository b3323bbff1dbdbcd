//! What objects of Flux and Argo CD write into the kustomization of the folder that they apply, before
//! kustomize builds it.

use regrender_audit::Workload;

use super::repository::{WEB, images, read, report, workloads};

fn flux(name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
         metadata: {{name: {name}}}\nspec: {{path: ./apps, {spec}}}\n"
    )
}

fn argo(options: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a}}\n\
         spec: {{source: {{path: apps, kustomize: {{{options}}}}}}}\n"
    )
}

/// A patch that gives a list of pull secrets.
fn listing(target: &str, name: &str) -> String {
    format!(
        "{{target: {{kind: Deployment{target}}}, patch: '[{{\"op\": \"add\", \
         \"path\": \"/spec/template/spec/imagePullSecrets\", \"value\": [{{\"name\": \"{name}\"}}]}}]'}}"
    )
}

/// A patch that gives an image.
fn naming(image: &str) -> String {
    format!(
        "patches: [{{target: {{kind: Deployment}}, patch: '[{{\"op\": \"replace\", \
         \"path\": \"/spec/template/spec/containers/0/image\", \"value\": \"{image}\"}}]'}}]"
    )
}

/// Checks what comes of a Deployment whose kustomization and the object that applies it say something.
#[track_caller]
fn check(object: &str, own: &str, workload: &str, image: &str) {
    let kustomization = format!("resources: [web.yaml]\n{own}\n");
    let part = format!("kind: Component\npatches: [{}]\n", listing("", "part"));
    let files = [
        ("cluster/k.yaml", object),
        ("apps/kustomization.yaml", &kustomization),
        ("apps/web.yaml", WEB),
        ("part/kustomization.yaml", &part),
    ];
    assert_eq!(workloads(&files), [workload], "{own}\n{object}");
    assert_eq!(images(&files), [format!("container app {image}")], "{own}\n{object}");
}

const ENTRY: &str = "images: [{name: a.io/web, newName: own.io/web, newTag: '2'}]";

/// kustomize 5.7.1 made these of a kustomization.yaml that `kustomize edit set image` had changed.
#[test]
fn argo_cd_sets_the_images_of_a_kustomization() {
    for (own, given, image) in [
        (ENTRY, "a.io/web=b.io/web:3", "b.io/web:3"),
        (ENTRY, "a.io/web=b.io/web", "b.io/web:1"),
        (ENTRY, "a.io/web:3", "a.io/web:3"),
        (ENTRY, "a.io/web=*:3", "own.io/web:3"),
        (ENTRY, "a.io/web=b.io/web:*", "b.io/web:2"),
        ("", "a.io/web=*:3", "a.io/web:3"),
        ("images: [{name: b.io/web, newName: c.io/web}]", "a.io/web=b.io/web:3", "c.io/web:3"),
        (
            "images: [{name: a.io/web, newTag: '2'}, {name: a.io/web, newTag: '3'}]",
            "a.io/web:4",
            "a.io/web:4",
        ),
    ] {
        check(&argo(&format!("images: ['{given}']")), own, "?/web [] -", image);
    }
}

/// Flux merges entry by entry, and adds what has none at the end.
#[test]
fn flux_merges_its_images_into_those_of_a_kustomization() {
    for (own, given, image) in [
        (ENTRY, "name: a.io/web, newName: b.io/web", "b.io/web:2"),
        (ENTRY, "name: a.io/web, newTag: '3'", "own.io/web:3"),
        (ENTRY, "name: a.io/web, digest: 'sha256:00'", "own.io/web@sha256:00"),
        (ENTRY, "name: own.io/web, newName: b.io/web", "b.io/web:2"),
        (
            "images: [{name: b.io/web, newName: c.io/web}]",
            "name: a.io/web, newName: b.io/web",
            "b.io/web:1",
        ),
    ] {
        check(&flux("k", &format!("images: [{{{given}}}]")), own, "?/web [] -", image);
    }
}

#[test]
fn a_name_or_namespace_that_is_given_takes_the_place_of_the_own_one() {
    let own = "namePrefix: a-\nnameSuffix: -y\nnamespace: own";
    let affixes = "namePrefix: b-, nameSuffix: -z";
    let image = "a.io/web:1";
    check(&argo(&format!("{affixes}, namespace: n")), own, "n/b-web-z [] -", image);
    let object = flux("k", &format!("{affixes}, targetNamespace: n"));
    check(&object, own, "n/b-web-z [] -", image);
    check(&argo("namePrefix: b-"), own, "own/b-web-y [] -", image);
    check(&flux("k", "targetNamespace: n"), "namePrefix: a-", "n/a-web [] -", image);
}

/// Components are applied first, then all patches in their order, then names and images change.
#[test]
fn components_and_patches_are_applied_with_the_own_ones() {
    for object in [|spec: &str| flux("k", spec), argo] {
        check(&object(&naming("a.io/web:0")), ENTRY, "?/web [] -", "own.io/web:2");
        check(&object(&naming("q.io/x:0")), ENTRY, "?/web [] -", "q.io/x:0");
        let own = format!("patches: [{}]", listing("", "own"));
        let given = format!("patches: [{}]", listing("", "p"));
        check(&object(&given), &own, "?/web [\"p\"] -", "a.io/web:1");
        check(&object("components: [../part]"), &own, "?/web [\"own\"] -", "a.io/web:1");
        let late = format!("patchesJson6902: [{}]", listing(", name: web", "late"));
        check(&object(&given), &late, "?/web [\"late\"] -", "a.io/web:1");
        for (name, workload) in [("web", "?/a-web [\"p\"] -"), ("a-web", "?/a-web [] -")] {
            let given = format!("patches: [{}]", listing(&format!(", name: {name}"), "p"));
            check(&object(&given), "namePrefix: a-", workload, "a.io/web:1");
        }
    }
}

/// Lists `root namespace/name image` of what each tree makes of the Deployment.
fn trees(files: &[(&str, &str)]) -> Vec<String> {
    let inventory = read(files);
    let line = |one: &Workload| -> Vec<String> {
        let trees = one.renderings.iter().map(|tree| {
            let image = tree.images.as_ref().and_then(|images| images.first());
            let image = image.map_or("as written", |image| &*image.image);
            format!(
                "{} {}/{} {image}",
                tree.root,
                tree.namespace.as_deref().unwrap_or("?"),
                tree.name
            )
        });
        trees.collect()
    };
    let mut found: Vec<String> = inventory.workloads().flat_map(line).collect();
    found.sort_unstable();
    found
}

#[test]
fn each_object_edits_a_kustomization_of_its_own() {
    let all = flux("one", "targetNamespace: one, images: [{name: a.io/web, newTag: '3'}]")
        + &flux("two", "targetNamespace: two, namePrefix: b-");
    let files = [
        ("cluster/k.yaml", &*all),
        ("apps/kustomization.yaml", &format!("resources: [web.yaml]\nnamePrefix: a-\n{ENTRY}\n")),
        ("apps/web.yaml", WEB),
        ("other/kustomization.yaml", "namespace: other\nresources: [../apps]\n"),
    ];
    assert_eq!(
        trees(&files),
        [
            "cluster/k.yaml:2:1 one/a-web own.io/web:3",
            "cluster/k.yaml:7:1 two/b-web own.io/web:2",
            "other other/a-web own.io/web:2",
        ]
    );
}

/// What is applied without a namespace gets that of the Application when everything is built.
#[test]
fn variables_and_the_namespace_of_the_destination_come_last() {
    let object = flux(
        "k",
        "images: [{name: a.io/web, newName: '${host}/web'}], postBuild: {substitute: {host: b.io}}",
    );
    check(&object, ENTRY, "?/web [] -", "b.io/web:2");
    let object = argo("namePrefix: b-").replace("}}}", "}}, destination: {namespace: n}}");
    let late = listing(", namespace: n", "p");
    check(&object, &format!("patchesJson6902: [{late}]"), "n/b-web [] -", "a.io/web:1");
}

#[test]
fn a_patch_of_the_folder_that_matches_nothing_is_told_once() {
    let kustomization =
        format!("resources: [web.yaml]\npatches:\n- {}\n", listing(", name: gone", "p"));
    let files = [
        ("cluster/k.yaml", &*flux("k", "targetNamespace: n")),
        ("apps/kustomization.yaml", &kustomization),
        ("apps/web.yaml", WEB),
    ];
    let found: Vec<_> = report(&files).findings;
    let found = found.iter().filter(|one| one.code.name() == "patch-without-target");
    assert_eq!(found.map(|one| &*one.file).collect::<Vec<_>>(), ["apps/kustomization.yaml"]);
}

/// Entries that were merged are both about the images of the Deployment, and are none of their own.
#[test]
fn entries_that_are_merged_are_both_used() {
    let base = "resources: [web.yaml, 'https://example.com/more.yaml']\n";
    let files = [
        ("cluster/k.yaml", &*flux("k", "images: [{name: a.io/web, newTag: '3'}]")),
        ("apps/kustomization.yaml", &format!("{base}{ENTRY}\n")),
        ("apps/web.yaml", WEB),
    ];
    let rows: Vec<_> = report(&files).images.into_iter().map(|row| row.image).collect();
    assert_eq!(rows, ["own.io/web:3"]);
}
