//! Where something is said to stand: the line and the column of what it is about.

use regrender_audit::{Inventory, Place, Reason};

fn read(path: &str, text: &str) -> Inventory {
    Inventory::read([(path, text.as_bytes())])
}

fn at(place: &Place) -> (usize, usize, usize) {
    (place.document, place.line, place.column)
}

/// The only image of a file.
#[track_caller]
fn check_image(path: &str, text: &str, expected: (usize, usize)) {
    let inventory = read(path, text);
    let images = inventory.workloads().flat_map(|one| &one.images);
    let places: Vec<_> = images.map(|image| at(&image.place)).collect();
    assert_eq!(places, [(0, expected.0, expected.1)], "{text}");
}

#[test]
fn an_image_stands_where_its_text_begins() {
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: r.io/x\n";
    check_image("a.yaml", pod, (5, 12));
    let volume = "apiVersion: v1\nkind: Pod\nspec:\n  volumes:\n  - image: {reference: r.io/x}\n";
    check_image("a.yaml", volume, (5, 24));
    let custom = "kind: Prometheus\nspec:\n  image: r.io/x\n";
    check_image("a.yaml", custom, (3, 10));
    let parts = "kind: Custom\nspec:\n  image:\n    tag: v1\n    repository: r.io/x\n";
    check_image("a.yaml", parts, (5, 17));
    check_image("values.yaml", "web:\n  image: r.io/x\n", (2, 10));
    check_image("values.yaml", "web: {image: {repository: r.io/x}}\n", (1, 27));
}

#[test]
fn a_value_below_its_key_stands_on_its_own_line() {
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image:\n      r.io/x\n";
    check_image("a.yaml", pod, (6, 7));
}

#[test]
fn what_a_list_holds_stands_where_its_item_begins() {
    let text = "kind: List\napiVersion: v1\nitems:\n- kind: Namespace\n  metadata: {name: n}\n\
        - apiVersion: v1\n  kind: Pod\n  spec: {containers: [{image: r.io/x}]}\n";
    let inventory = read("a.yaml", &format!("a: b\n---\n{text}"));
    assert_eq!(at(&inventory.namespaces().next().unwrap().place), (1, 6, 3));
    let pod = inventory.workloads().next().unwrap();
    assert_eq!(at(&pod.place), (1, 8, 3));
    assert_eq!(at(&pod.images[0].place), (1, 10, 31));
}

#[test]
fn a_place_is_spelled_as_editors_take_it() {
    let place = Place { file: "a/b.yaml".into(), document: 2, line: 3, column: 4 };
    assert_eq!(place.to_string(), "a/b.yaml:3:4");
}

#[test]
fn what_is_no_yaml_is_told_with_line_and_column() {
    let inventory = read("a.yaml", "kind: Pod\nspec: ]\n");
    let [broken] = inventory.unreadable() else { panic!("{:?}", inventory.unreadable()) };
    let Reason::Syntax { line, column, .. } = &broken.reason else { panic!("{broken:?}") };
    assert_eq!((*line, *column), (2, 7));
}

/// What a kustomization generates stands where it is told to, in the document that tells it.
#[test]
fn a_kustomization_knows_which_document_it_is() {
    let text = "{}\n---\nsecretGenerator:\n- {name: g}\nresources: ['https://example.com']\nimages:\n\
        - {name: r.io/x, newTag: '2'}\n";
    let inventory = read("kustomization.yaml", text);
    let secret = inventory.secrets().next().expect("it generates one");
    let images = inventory.workloads().next().expect("it names one");
    assert_eq!((at(&secret.place), images.place.document), ((1, 4, 3), 1));
}
