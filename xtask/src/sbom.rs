//! The bill of materials of the released binary, as `CycloneDX` 1.5 in JSON.
//!
//! It says the same for the same Cargo.lock: no time, no serial number.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::options::Options;
use crate::release_tree::{Package, ROOT, ReleaseTree};

/// Prints the bill of materials, or writes it to `--output FILE`.
///
/// # Errors
///
/// Cargo cannot be asked, or the file not be written.
pub(crate) fn run(flags: &[String]) -> Result<()> {
    let mut options = Options::new(flags);
    let output = options.path("--output")?;
    options.close()?;
    let text = text()?;
    match output {
        None => print!("{text}"),
        Some(path) => {
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}

/// Returns the bill of materials of this workspace.
///
/// # Errors
///
/// Cargo cannot be asked.
pub(crate) fn text() -> Result<String> {
    let mut text = serde_json::to_string_pretty(&document(&ReleaseTree::read()?)?)?;
    text.push('\n');
    Ok(text)
}

fn document(tree: &ReleaseTree) -> Result<Value> {
    let root = tree.0.keys().find(|package| package.name == ROOT).context("no regrender")?;
    let component = |package: &Package| {
        let facts = tree.0.get(package);
        let kind = if package == root { "application" } else { "library" };
        let mut component = json!({
            "type": kind,
            "bom-ref": reference(package),
            "name": package.name,
            "version": package.version,
            "purl": reference(package),
        });
        let Some(map) = component.as_object_mut() else { return component };
        if let Some(facts) = facts {
            let expression = facts.license.replace('/', " OR ");
            map.insert("licenses".to_owned(), json!([{ "expression": expression }]));
            if let Some(checksum) = &facts.checksum {
                let hash = json!([{ "alg": "SHA-256", "content": checksum }]);
                map.insert("hashes".to_owned(), hash);
            }
        }
        component
    };
    let others = tree.0.keys().filter(|package| *package != root);
    let dependencies = tree.0.iter().map(|(package, facts)| {
        let below: Vec<String> = facts.dependencies.iter().map(reference).collect();
        json!({ "ref": reference(package), "dependsOn": below })
    });
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": component(root) },
        "components": others.map(component).collect::<Vec<_>>(),
        "dependencies": dependencies.collect::<Vec<_>>(),
    }))
}

/// The package URL, which serves as its name within the document too.
fn reference(package: &Package) -> String {
    // A plus sign in a version is escaped in a package URL.
    format!("pkg:cargo/{}@{}", package.name, package.version.replace('+', "%2B"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release_tree::tests::small;

    #[test]
    fn the_binary_is_the_subject_and_the_rest_its_parts() {
        let document = document(&small()).unwrap();
        let subject = document.pointer("/metadata/component").unwrap();
        assert_eq!(subject["type"], "application");
        assert_eq!(subject["purl"], "pkg:cargo/regrender@0.1.0");
        let names: Vec<&Value> =
            document["components"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
        assert_eq!(names, ["serde", "serde_derive", "zeroize"]);
    }

    #[test]
    fn checksums_and_licences_are_told() {
        let document = document(&small()).unwrap();
        let serde = document.pointer("/components/0").unwrap();
        assert_eq!(serde.pointer("/hashes/0/content").unwrap(), "abc");
        assert_eq!(serde.pointer("/licenses/0/expression").unwrap(), "MIT");
    }

    #[test]
    fn every_dependency_is_a_component() {
        let document = document(&small()).unwrap();
        let known = document["components"].as_array().unwrap();
        for edge in document["dependencies"].as_array().unwrap() {
            for below in edge["dependsOn"].as_array().unwrap() {
                assert!(known.iter().any(|component| &component["bom-ref"] == below), "{below}");
            }
        }
    }

    #[test]
    fn a_version_with_a_plus_sign_is_escaped() {
        let package = Package { name: "toml".to_owned(), version: "1.2.1+spec-1.1.0".to_owned() };
        assert_eq!(reference(&package), "pkg:cargo/toml@1.2.1%2Bspec-1.1.0");
    }

    #[test]
    fn it_says_the_same_every_time() {
        assert_eq!(document(&small()).unwrap(), document(&small()).unwrap());
        assert!(run(&["--out".to_owned()]).is_err());
    }
}
