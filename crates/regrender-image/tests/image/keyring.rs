//! Keyrings, against the kubelet's own.

use std::collections::BTreeMap;

use regrender_image::{ImageReference, Keyring, Match, PullSecret};
use serde_json::Value;

use crate::vector::{cases, list, text};

#[test]
fn every_recorded_keyring_answers_as_it_did() {
    for case in cases("keyring.jsonl") {
        check(&case);
    }
}

#[track_caller]
fn check(case: &Value) {
    let id = text(case, "/id");
    let expected = &case["expected"];
    let secrets: Vec<PullSecret> = list(case, "/input/secrets").iter().map(secret).collect();
    let keyring = match Keyring::build(&secrets) {
        Ok(keyring) => keyring,
        Err(error) => {
            assert!(expected["secrets_error"].is_string(), "{id}: {}", error.reason);
            return;
        }
    };
    assert!(expected["secrets_error"].is_null(), "{id}: expected an error");
    let image = match ImageReference::parse(text(case, "/input/image")) {
        Ok(image) => image,
        Err(error) => {
            assert!(expected["image_error"].is_string(), "{id}: {error}");
            return;
        }
    };
    assert_eq!(image.repository(), text(expected, "/repo"), "{id}");
    let found = without_invisible_order(found_groups(&keyring.look_up(&image)));
    assert_eq!(found, without_invisible_order(expected_groups(expected)), "{id}");
}

type Groups = Vec<Vec<[String; 3]>>;

/// The credentials by place, sorted inside each place.
fn found_groups(matches: &[Match<'_>]) -> Groups {
    let mut groups: BTreeMap<usize, Vec<[String; 3]>> = BTreeMap::new();
    for one in matches {
        let password = String::from_utf8_lossy(one.entry.password.expose()).into_owned();
        let credential = [one.secret.to_owned(), one.entry.username_text(), password];
        groups.entry(one.position).or_default().push(credential);
    }
    groups.into_values().map(sorted).collect()
}

/// The recorded groups; where the order was certain, each credential is a group of its own.
fn expected_groups(expected: &Value) -> Groups {
    if expected["deterministic"] == true {
        return list(expected, "/credentials").iter().map(|one| vec![credential(one)]).collect();
    }
    let groups = list(expected, "/groups").iter();
    groups.map(|group| sorted(list(group, "").iter().map(credential).collect())).collect()
}

/// Takes groups apart whose credentials are all the same: nobody can see their order.
fn without_invisible_order(groups: Groups) -> Groups {
    let same = |group: &[[String; 3]]| group.windows(2).all(|pair| pair[0] == pair[1]);
    let mut apart = Groups::new();
    for group in groups {
        if same(&group) {
            apart.extend(group.into_iter().map(|one| vec![one]));
        } else {
            apart.push(group);
        }
    }
    apart
}

fn credential(value: &Value) -> [String; 3] {
    ["/secret", "/username", "/password"].map(|pointer| text(value, pointer).to_owned())
}

fn sorted(mut group: Vec<[String; 3]>) -> Vec<[String; 3]> {
    group.sort();
    group
}

fn secret(value: &Value) -> PullSecret {
    let data = value.get("data").and_then(Value::as_object).into_iter().flatten();
    PullSecret {
        name: text(value, "/name").to_owned(),
        kind: text(value, "/type").to_owned(),
        data: data
            .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().into()))
            .collect(),
    }
}
