//! What kustomizations make of the objects of Flux and Argo CD that have a folder applied, before those
//! have their say.

use regrender_audit::{Base, Inventory};

use super::repository::{WEB, read};
use super::vector::cases;

const SET: &str = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\n\
    metadata: {name: a, labels: {tier: x}}\n\
    spec: {generators: [{list: {elements: []}}], template: {metadata: {name: y}, spec: {\
    source: {path: 'apps/{{app}}'}, destination: {namespace: 'n-{{stage}}'}}}}\n";

/// Lists `folder namespace/name` of the Deployments in `apps`, for whatever applies them.
fn applied(inventory: &Inventory) -> Vec<String> {
    let mut found = Vec::new();
    for one in inventory.workloads() {
        let folder = one.place.file.trim_start_matches("apps/").trim_end_matches("/web.yaml");
        for tree in &one.renderings {
            let namespace = tree.namespace.as_deref().unwrap_or("?");
            found.push(format!("{folder} {namespace}/{}", tree.name));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Reads files beside three folders with a Deployment each.
fn with_apps(files: &[(&str, &str)]) -> Inventory {
    let apps = ["apps/one/web.yaml", "apps/two/web.yaml", "apps/three/web.yaml"];
    let apps = apps.into_iter().map(|path| (path, WEB));
    read(&apps.chain(files.iter().copied()).collect::<Vec<_>>())
}

/// Checks what comes of the set where a kustomization lists it and says more.
#[track_caller]
fn check(more: &str, expected: &[&str]) {
    let kustomization = format!("resources: [set.yaml]\n{more}\n");
    let files = [("argo/kustomization.yaml", &*kustomization), ("argo/set.yaml", SET)];
    assert_eq!(applied(&with_apps(&files)), expected, "{more}");
}

/// A list of operations for the objects that a target takes.
fn operations(target: &str, operations: &str) -> String {
    format!("patches: [{{target: {{{target}}}, patch: \"[{operations}]\"}}]")
}

/// Makes an Application of a folder.
fn of_folder(folder: &str) -> String {
    format!(
        "{{op: add, path: /spec/generators/0/list/elements/-, value: {{app: {folder}, stage: p}}}}"
    )
}

/// A merge into the set, without a target.
fn merge(spec: &str) -> String {
    let text = format!(
        "{{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, metadata: {{name: a}}, spec: {spec}}}"
    );
    format!("patches: [{{patch: \"{text}\"}}]")
}

/// What kustomize made of random trees, and what is made of those trees as they stand.
#[test]
fn a_tree_says_what_its_build_says() {
    for case in cases("patched-deployer.jsonl") {
        let read = |member: &str| {
            let files = case[member].as_object().unwrap().iter();
            let files: Vec<(&str, &str)> =
                files.map(|(path, text)| (&**path, text.as_str().unwrap())).collect();
            applied(&with_apps(&files))
        };
        assert_eq!(read("input"), read("expected"), "{}", case["id"]);
    }
}

#[test]
fn a_patch_says_what_there_is_to_make() {
    check("", &[]);
    let one = of_folder("one");
    check(&operations("kind: ApplicationSet", &one), &["one n-p/web"]);
    check(&operations("name: a, labelSelector: tier", &one), &["one n-p/web"]);
    for other in ["kind: Application", "name: b", "labelSelector: tier=y", "group: apps"] {
        check(&operations(other, &one), &[]);
    }
    check(
        &operations("kind: ApplicationSet", &format!("{one}, {one}, {}", of_folder("two"))),
        &["one n-p/web", "two n-p/web"],
    );
}

#[test]
fn operations_of_each_kind_are_carried_out() {
    let with = |more: &str| operations("name: a", &format!("{}, {more}", of_folder("one")));
    let elements = "/spec/generators/0/list/elements";
    for (operation, expected) in [
        ("op: replace, path: ELEMENTS/0/stage, value: q", "one n-q/web"),
        ("op: replace, path: ELEMENTS/0, value: {app: two, stage: r}", "two n-r/web"),
        ("op: replace, path: /spec/template/spec/destination, value: {namespace: m}", "one m/web"),
        // kustomize adds what is not there.
        (
            "op: replace, path: /spec/template/spec/source/kustomize, value: {namePrefix: x-}",
            "one n-p/x-web",
        ),
        ("op: add, path: /spec/template/spec/source/path, value: apps/two", "two n-p/web"),
        ("op: remove, path: ELEMENTS/0/stage", "one n-{{stage}}/web"),
        // kustomize fails at these, or they compare.
        ("op: replace, path: ELEMENTS/1, value: {app: two}", "one n-p/web"),
        ("op: add, path: ELEMENTS/2, value: {app: two}", "one n-p/web"),
        ("op: remove, path: ELEMENTS/-", "one n-p/web"),
        ("op: add, path: /spec/none/app, value: two", "one n-p/web"),
        ("op: add, path: ELEMENTS/0/app/-, value: two", "one n-p/web"),
        ("op: test, path: ELEMENTS/0/app, value: two", "one n-p/web"),
    ] {
        let operation = format!("{{{}}}", operation.replace("ELEMENTS", elements));
        check(&with(&operation), &[expected]);
    }
    let both = with(&of_folder("two").replace("/-", "/0"));
    check(&both, &["one n-p/web", "two n-p/web"]);
    let none = with(&format!("{{op: remove, path: {elements}/0}}"));
    check(&none, &[]);
}

#[test]
fn a_merge_gives_lists_as_a_whole_and_takes_away_what_is_null() {
    let list = "generators: [{list: {elements: [{app: two, stage: q}]}}]";
    check(&merge(&format!("{{{list}}}")), &["two n-q/web"]);
    let of = |spec: &str| merge(&format!("{{{list}, template: {{spec: {spec}}}}}"));
    check(&of("{source: {path: apps/one}}"), &["one n-q/web"]);
    check(&of("{destination: {namespace: m}}"), &["two m/web"]);
    check(&of("{destination: {namespace: ~}}"), &[]);
    check(&of("{destination: {$patch: delete}}"), &[]);
    check(&of("{source: {$patch: replace, path: apps/one}}"), &["one n-q/web"]);
    check(&of("{source: {kustomize: {namePrefix: x-}}}"), &["two n-q/x-web"]);
}

#[test]
fn what_a_merge_is_called_is_not_what_it_is_for() {
    let list = "spec: {generators: [{list: {elements: [{app: two, stage: q}]}}]}";
    let other = "apiVersion: example.com/v1, kind: Other, metadata: {name: any, namespace: any}";
    let patch = format!("patches: [{{target: {{name: a}}, patch: \"{{{other}, {list}}}\"}}]");
    check(&patch, &["two n-q/web"]);
}

/// One set, of which two overlays and a component make something else each, and a third nothing.
#[test]
fn each_overlay_has_its_own() {
    let one = format!(
        "resources: [../base]\ncomponents: [../part]\n{}",
        merge("{template: {spec: {destination: {namespace: m}}}}")
    );
    let two =
        format!("resources: [../base]\n{}", operations("kind: ApplicationSet", &of_folder("two")));
    let part =
        format!("kind: Component\n{}", operations("kind: ApplicationSet", &of_folder("one")));
    let files = [
        ("argo/base/set.yaml", SET),
        ("argo/base/kustomization.yaml", "resources: [set.yaml]\n"),
        ("argo/one/kustomization.yaml", &*one),
        ("argo/two/kustomization.yaml", &*two),
        ("argo/three/kustomization.yaml", "resources: [../base]\nnamePrefix: x-\n"),
        ("argo/part/kustomization.yaml", &*part),
    ];
    assert_eq!(applied(&with_apps(&files)), ["one m/web", "two n-p/web"]);
}

#[test]
fn documents_of_a_file_are_each_for_their_own() {
    let other = SET
        .replace("name: a,", "name: b,")
        .replace("elements: []", "elements: [{app: three, stage: s}]");
    let sets = format!("{SET}---\n{other}");
    let spec = "spec: {generators: [{list: {elements: [{app: two, stage: q}]}}]}";
    let document = |name: &str, more: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: {name}}}\n{more}\n"
        )
    };
    let patch = format!("{}---\n{}", document("b", "$patch: delete"), document("a", spec));
    for list in ["patches: [{path: patch.yaml}]", "patchesStrategicMerge: [patch.yaml]"] {
        let kustomization = format!("resources: [sets.yaml]\n{list}\n");
        let files = [
            ("argo/kustomization.yaml", &*kustomization),
            ("argo/sets.yaml", &*sets),
            ("argo/patch.yaml", &*patch),
        ];
        assert_eq!(applied(&with_apps(&files)), ["two n-q/web"], "{list}");
    }
}

#[test]
fn an_object_in_a_patch_applies_nothing_itself() {
    let patch = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n\
        spec: {source: {path: apps/one}, destination: {namespace: m}}\n";
    let application = patch.replace("apps/one", "apps/two").replace("m}", "n}");
    let files = [
        ("argo/a.yaml", &*application),
        ("argo/patch.yaml", patch),
        ("argo/kustomization.yaml", "resources: [a.yaml]\npatches: [{path: patch.yaml}]\n"),
    ];
    assert_eq!(applied(&with_apps(&files)), ["one m/web"]);
    let nowhere = [
        files[0],
        files[1],
        (
            "argo/kustomization.yaml",
            "patches: [{path: patch.yaml, target: {name: x, kind: Application}}]\n",
        ),
    ];
    assert_eq!(applied(&with_apps(&nowhere)), ["two n/web"]);
}

/// An Application may get its namespace from a patch alone, and one of Flux what it fills in.
#[test]
fn applications_and_kustomizations_of_flux_are_patched_too() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n\
        spec: {source: {path: apps/one}}\n";
    let namespace = "patches: [{target: {kind: Application}, patch: \"[{op: add, path: /spec/destination, value: {namespace: m}}]\"}]";
    let kustomization = format!("resources: [a.yaml]\n{namespace}\n");
    let files = [("argo/a.yaml", application), ("argo/kustomization.yaml", &*kustomization)];
    assert_eq!(applied(&with_apps(&files)), ["one m/web"]);
    let flux = |name: &str, more: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec:\n  {more}\n"
        )
    };
    let child = flux("child", "path: ./apps/two");
    let parent = |more: &str| {
        let spec = "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: any}, spec: {targetNamespace: t}}";
        flux(
            "parent",
            &format!(
                "path: ./cluster\n  patches: [{{target: {{kind: Kustomization{more}}}, patch: \"{spec}\"}}]"
            ),
        )
    };
    let of = |parent: &str| {
        applied(&with_apps(&[("cluster/child.yaml", &child), ("flux/parent.yaml", parent)]))
    };
    assert_eq!(of(&parent("")), ["two t/web"]);
    assert_eq!(of(&parent(", name: other")), [""; 0]);
}

/// What is not at hand as a file, as what comes through a pipe, is taken as it stands.
#[test]
fn an_object_that_cannot_be_read_again_stays_as_it_is() {
    let kustomization =
        format!("resources: [set.yaml]\n{}\n", operations("name: a", &of_folder("one")));
    let set =
        SET.replace("[{list: {elements: []}}]", "[{list: {elements: [{app: two, stage: q}]}}]");
    let files = [
        ("argo/set.yaml", &*set),
        ("argo/kustomization.yaml", &*kustomization),
        ("apps/two/web.yaml", WEB),
    ];
    let facts = files.map(|(path, text)| regrender_audit::read_file(path, text.as_bytes()));
    let inventory = Inventory::from_facts(facts, &Base::default(), &|_| None);
    assert_eq!(applied(&inventory), ["two n-q/web"]);
}

/// So that no patches make anything nested without end.
#[test]
fn a_path_of_more_than_64_steps_is_not_followed() {
    let namespace = |depth: usize| {
        let (open, close) = ("{d: ".repeat(depth), "}".repeat(depth));
        let list = format!("[{{list: {{elements: [{open}x{close}]}}}}]");
        let template = format!("{{{{ {} }}}}", ".d".repeat(depth));
        let set = SET.replace("[{list: {elements: []}}]", &list).replace("n-{{stage}}", &template);
        let set =
            set.replace("{{app}}", "one").replace("spec: {gen", "spec: {goTemplate: true, gen");
        let path = format!("/spec/generators/0/list/elements/0{}", "/d".repeat(depth));
        let more = operations("name: a", &format!("{{op: replace, path: {path}, value: z}}"));
        let kustomization = format!("resources: [set.yaml]\n{more}\n");
        let files = [("argo/kustomization.yaml", &*kustomization), ("argo/set.yaml", &*set)];
        applied(&with_apps(&files))
    };
    assert_eq!(namespace(58), ["one z/web"]);
    assert_eq!(namespace(59), ["one x/web"]);
}

/// Flux fills in what a patch has it fill in.
#[test]
fn variables_that_a_patch_gives_are_filled_in() {
    let head = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n";
    let child = format!("{head}metadata: {{name: child}}\nspec: {{path: ./apps/two}}\n");
    let spec = "{kind: Kustomization, metadata: {name: any}, spec: {postBuild: {substitute: {team: blue}}}}";
    let parent = format!(
        "{head}metadata: {{name: parent}}\nspec: {{path: ./cluster, patches: [{{target: {{name: child}}, patch: \"{spec}\"}}]}}\n"
    );
    let web = WEB.replace("{name: web}", "{name: web, namespace: 'of-${team}'}");
    let files = [
        ("cluster/child.yaml", &*child),
        ("flux/parent.yaml", &parent),
        ("apps/two/web.yaml", &web),
    ];
    assert_eq!(applied(&read(&files)), ["two of-blue/web"]);
}

/// Each operation goes through all of the object once.
#[test]
fn patches_that_cost_too_much_change_nothing() {
    let long = format!("{SET}# {}\n", "x".repeat(1_000_000));
    let found = |count: usize| {
        let more = operations("name: a", &vec![of_folder("one"); count].join(", "));
        let kustomization = format!("resources: [set.yaml]\n{more}\n");
        let files = [("argo/kustomization.yaml", &*kustomization), ("argo/set.yaml", &*long)];
        applied(&with_apps(&files))
    };
    assert_eq!(found(400), ["one n-p/web"]);
    assert_eq!(found(600), [""; 0]);
}
