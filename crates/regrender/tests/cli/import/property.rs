//! What is written is valid, whatever a cluster holds.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::cluster::{entry, piped, secret};
use crate::sandbox::RECIPIENT;

fn username() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z+$_:. @-]{0,12}", "[\\PC]{1,6}", Just(String::from("AWS"))]
}

fn key() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        "[a-z]{1,5}\\.(io|com|example)",
        "[A-Za-z*._-]{1,12}",
        Just(String::from("docker.io")),
        Just(String::from("index.docker.io/v1/")),
        Just(String::from("ghcr.io")),
        Just(String::from("111122223333.dkr.ecr.eu-west-1.amazonaws.com")),
        Just(String::from("acme.azurecr.io")),
        Just(String::from("europe-west1-docker.pkg.dev")),
    ];
    ("(https://|http://|)", host, "(|:5000|:443|:x)", "(|/|/v1|/v2/|/apps/|/apps|/a//b|/A)")
        .prop_map(|(scheme, host, port, path)| format!("{scheme}{host}{port}{path}"))
}

fn secrets() -> impl Strategy<Value = Vec<Value>> {
    let entries = prop::collection::btree_map(key(), username(), 0..5);
    let name = "(regcred|hub|a\\.b)";
    let one = ("[a-c]", name, entries).prop_map(|(namespace, name, entries)| {
        let entries: BTreeMap<_, _> =
            entries.iter().map(|(key, username)| (key, entry(username))).collect();
        secret(&namespace, &name, &json!(entries))
    });
    prop::collection::vec(one, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a cluster holds, what is written is valid but for what somebody must choose.
    #[test]
    fn what_is_written_is_valid(items in secrets()) {
        let sandbox = piped(&items);
        let outcome = sandbox.run(&["import", "-", "-r", RECIPIENT, "--write", "-"]);
        prop_assume!(outcome.status == 0);
        let text = outcome.stdout.replace("# provide =", "provide =");
        let parsed = regrender_config::parse(&text);
        let errors: Vec<_> =
            parsed.diagnostics.iter().filter(|one| one.is_error()).collect();
        prop_assert!(errors.is_empty(), "{errors:?}\n{text}");
    }
}
