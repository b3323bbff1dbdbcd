//! Manifests: any bytes are read or listed as unreadable, twice the same, and a Secret that
//! follows them shows in no report.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_audit::{Declared, Inventory, audit, read_file, read_other_file};
use regrender_fuzz::CANARY;

const NAMES: [&str; 6] =
    ["a.yaml", "kustomization.yaml", "a.json", ".sops.yaml", "charts/a/values.yaml", "a.env"];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let _facts = read_other_file(name, rest);
    let _facts = read_file(name, rest);
    assert_eq!(report(name, rest), report(name, rest));
    if rest.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()) {
        return;
    }
    let secret = format!(
        "\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: n}}\n\
         type: kubernetes.io/dockerconfigjson\nstringData:\n  token: {CANARY}\n  \
         .dockerconfigjson: '{{\"auths\":{{\"r.io\":{{\"username\":\"u\",\"password\":\"{CANARY}\"}}}}}}'\n"
    );
    let shown = report(name, &[rest, secret.as_bytes()].concat());
    assert!(!shown.contains(CANARY), "{shown}");
});

fn report(name: &str, bytes: &[u8]) -> String {
    let inventory = Inventory::read([(name, bytes)]);
    let report = audit(&inventory, &Declared::default(), &|_| None);
    let json = report.to_json().to_string();
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    json + &report.to_text() + &format!("{inventory:?}")
}
