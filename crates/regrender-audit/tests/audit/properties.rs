//! What holds for any input.

use proptest::prelude::*;
use regrender_audit::{Declared, Inventory, audit};

/// Text that comes close to a manifest.
fn nearly_a_manifest() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("kind: Pod\n"),
        Just("apiVersion: v1\n"),
        Just("metadata: {name: p, namespace: n}\n"),
        Just("spec:\n"),
        Just("  containers:\n"),
        Just("  - name: c\n    image: r.io/x:1\n"),
        Just("  imagePullSecrets: [{name: s}, {}]\n"),
        Just("kind: Secret\n"),
        Just("type: kubernetes.io/dockerconfigjson\n"),
        Just("stringData: {.dockerconfigjson: '{\"auths\":{\"r.io\":{\"auth\":\"YTpi\"}}}'}\n"),
        Just("resources: [a.yaml, b.yaml, .]\n"),
        Just("namespace: n\nnamePrefix: x-\nimages: [{name: r.io/x, newName: q.io/y}]\n"),
        Just("patches: [{path: b.yaml, target: {kind: P.*}}]\n"),
        Just("sops: {mac: x, encrypted_regex: '('}\n"),
        Just("---\n"),
        Just("x: &a [1]\ny: *a\n"),
        Just("<<: {a: b}\n"),
        Just("image: {repository: a, tag: b}\n"),
        Just("{{ x }}\n"),
        Just("creation_rules: [{path_regex: '.*'}]\n"),
        Just("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"),
        Just("spec: {path: ., targetNamespace: t, patches: [{patch: 'a: ['}]}\n"),
        Just(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {path: x}, destination: {namespace: t}}\n"
        ),
        Just("- {op: add, path: /a/imagePullSecrets/-, value: {name: x}}\n"),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn judge(files: &[(&str, &[u8])]) -> String {
    let inventory = Inventory::read(files.iter().copied());
    let report = audit(&inventory, &Declared::default(), &|_| None);
    report.to_json().to_string() + &report.to_text()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_listed(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        judge(&[("a.yaml", &bytes)]);
    }

    #[test]
    fn any_punctuation_is_read_or_listed(text in "[-:?,\\[\\]{}#&*!|>'\"%@` \\na<~]{0,60}") {
        judge(&[("a.yaml", text.as_bytes())]);
    }

    #[test]
    fn any_set_of_manifests_is_judged(
        one in nearly_a_manifest(),
        two in nearly_a_manifest(),
        three in nearly_a_manifest(),
    ) {
        judge(&[
            ("kustomization.yaml", one.as_bytes()),
            ("a.yaml", two.as_bytes()),
            ("b.yaml", three.as_bytes()),
            (".sops.yaml", two.as_bytes()),
        ]);
    }

    #[test]
    fn order_of_files_does_not_matter(one in nearly_a_manifest(), two in nearly_a_manifest()) {
        let (one, two) = (("a.yaml", one.as_bytes()), ("kustomization.yaml", two.as_bytes()));
        prop_assert_eq!(judge(&[one, two]), judge(&[two, one]));
    }
}
