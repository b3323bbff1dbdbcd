//! Which crate of the workspace may know which.

use anyhow::{Context as _, Result};
use serde_json::Value;

const EVERY: &[&str] = &[
    "regrender-audit",
    "regrender-config",
    "regrender-diagnostic",
    "regrender-document",
    "regrender-image",
    "regrender-remote",
    "regrender-render",
    "regrender-seal",
];

/// Each crate and the crates of the workspace that it may depend on, in tests too.
const ALLOWED: &[(&str, &[&str])] = &[
    ("regrender", EVERY),
    ("regrender-audit", &["regrender-diagnostic", "regrender-document", "regrender-image"]),
    ("regrender-config", &["regrender-diagnostic", "regrender-document"]),
    ("regrender-diagnostic", &[]),
    ("regrender-document", &[]),
    ("regrender-image", &[]),
    ("regrender-remote", &["regrender-document"]),
    ("regrender-render", &["regrender-config", "regrender-document"]),
    ("regrender-seal", &["regrender-document"]),
    ("xtask", &[]),
];

/// Lists the dependencies in `metadata` (of `cargo metadata --no-deps`) that go the wrong way, and
/// the crates that nobody has given a place.
///
/// # Errors
///
/// `metadata` does not look as cargo writes it.
pub(super) fn findings(metadata: &Value) -> Result<Vec<String>> {
    let packages = list(metadata, "packages")?;
    let members: Vec<&str> = packages.iter().map(name).collect::<Result<_>>()?;
    let mut found = Vec::new();
    for package in packages {
        let member = name(package)?;
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == member) else {
            found.push(format!("{member}: say in xtask what it may depend on"));
            continue;
        };
        for dependency in list(package, "dependencies")? {
            let dependency = name(dependency)?;
            if members.contains(&dependency) && !allowed.contains(&dependency) {
                found.push(format!("{member}: must not depend on {dependency}"));
            }
        }
    }
    Ok(found)
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a [Value]> {
    let items = value.get(key).and_then(Value::as_array);
    items.map(Vec::as_slice).with_context(|| format!("cargo metadata has no list `{key}`"))
}

fn name(value: &Value) -> Result<&str> {
    value.get("name").and_then(Value::as_str).context("cargo metadata names something not")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(packages: &[(&str, &[&str])], expected: &[&str]) {
        let packages: Vec<Value> = packages
            .iter()
            .map(|(name, dependencies)| {
                let dependencies: Vec<Value> =
                    dependencies.iter().map(|name| json!({ "name": name })).collect();
                json!({ "name": name, "dependencies": dependencies })
            })
            .collect();
        assert_eq!(findings(&json!({ "packages": packages })).unwrap(), expected);
    }

    #[test]
    fn the_binary_may_know_everything() {
        check(&[("regrender", EVERY), ("regrender-seal", &[])], &[]);
    }

    #[test]
    fn sealing_must_not_know_the_config() {
        check(
            &[("regrender-seal", &["sha2", "regrender-config"]), ("regrender-config", &[])],
            &["regrender-seal: must not depend on regrender-config"],
        );
    }

    #[test]
    fn a_new_crate_needs_a_place() {
        check(
            &[("regrender-vault", &[])],
            &["regrender-vault: say in xtask what it may depend on"],
        );
    }

    #[test]
    fn every_crate_is_a_place_for_the_binary_and_has_its_own() {
        for name in EVERY {
            assert!(ALLOWED.iter().any(|(place, _)| place == name), "{name}");
        }
    }

    #[test]
    fn output_without_packages_is_an_error() {
        assert!(findings(&json!({})).is_err());
    }
}
