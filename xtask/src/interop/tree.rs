//! The tree a build writes, built by kustomize and kubectl.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::invocation::Invocation;

use super::declaration::Declaration;
use super::identity::Key;
use super::ledger::Ledger;
use super::manifest;
use super::stage::Stage;
use crate::peer::Peer;

/// Names that YAML 1.1 reads as something else when nobody quotes them.
const AMBIGUOUS: &[&str] =
    &["no", "on", "y", "1e3", "0755", "0x1f", "null", "true", "123", "1-1", "2001-12-14"];

/// Runs the cases "regrender → kustomize" and "regrender → kubectl" over `manifests/`.
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for judge in [Peer::Kustomize, Peer::Kubectl] {
        let judge_title = if judge == Peer::Kubectl { "kubectl kustomize" } else { "kustomize" };
        ledger.case(&format!("regrender → {judge_title}: the whole of manifests/"), |stage| {
            whole_tree(stage, judge)
        });
        ledger.case(&format!("regrender → {judge_title}: one namespace alone"), |stage| {
            one_namespace(stage, judge)
        });
        ledger
            .case(&format!("regrender → {judge_title}: names that look like no, 1e3"), |stage| {
                ambiguous_names(stage, judge)
            });
        ledger
            .case(&format!("regrender → {judge_title}: names of kustomize's own file"), |stage| {
                names_of_lists(stage, judge)
            });
    }
    ledger.case("regrender → kustomize: a Flux Kustomization for each namespace", per_namespace);
    ledger.case("regrender → kustomize: lists of which nothing is left", nothing_left);
    ledger.case("regrender → sops 3.13 → kubectl: labels that look like no, 12:30", labels);
}

/// Builds `folder` of the repository with `judge` and returns its documents by title.
///
/// # Errors
///
/// The build failed, or an object has no proper name.
pub(super) fn built(
    stage: &Stage<'_>,
    judge: Peer,
    folder: &str,
) -> Result<BTreeMap<String, Value>> {
    let verb = if judge == Peer::Kubectl { "kustomize" } else { "build" };
    by_title(stage.peer(judge)?.arguments([verb, folder]))
}

/// Runs a program that prints documents and returns them by title.
///
/// # Errors
///
/// It failed, or an object has no proper name.
pub(super) fn by_title(run: Invocation) -> Result<BTreeMap<String, Value>> {
    let text = run.run()?.success()?.stdout_text()?;
    let documents = manifest::documents(&text)?;
    documents.into_iter().map(|document| Ok((manifest::title(&document)?, document))).collect()
}

fn whole_tree(stage: &Stage<'_>, judge: Peer) -> Result<()> {
    let declaration = Declaration::sealed_for(&stage.identities(&[Key::First])?);
    stage.build(&declaration)?;
    let objects = built(stage, judge, "pull-secrets/manifests")?;
    check_objects(&objects, &declaration.namespaces)
}

fn one_namespace(stage: &Stage<'_>, judge: Peer) -> Result<()> {
    stage.build(&Declaration::sealed_for(&stage.identities(&[Key::First])?))?;
    for namespace in ["team-a", "team-b"] {
        let objects = built(stage, judge, &format!("pull-secrets/manifests/{namespace}"))?;
        check_objects(&objects, &[namespace])?;
    }
    Ok(())
}

/// Every Kustomization must name a folder that builds.
fn per_namespace(stage: &Stage<'_>) -> Result<()> {
    let declaration = Declaration {
        more_output: "per-namespace = true\n",
        ..Declaration::sealed_for(&stage.identities(&[Key::First])?)
    };
    stage.build(&declaration)?;
    let objects = built(stage, Peer::Kustomize, "pull-secrets/flux")?;
    if objects.len() != declaration.namespaces.len() {
        bail!("{} Kustomizations were written", objects.len());
    }
    for (object, namespace) in objects.values().zip(&declaration.namespaces) {
        let path =
            object.pointer("/spec/path").and_then(Value::as_str).context("it has no path")?;
        check_objects(&built(stage, Peer::Kustomize, path)?, &[namespace])?;
    }
    Ok(())
}

/// Flux and Argo CD take away what they applied only where there is something to build.
fn nothing_left(stage: &Stage<'_>) -> Result<()> {
    let declaration = Declaration {
        consumers: vec!["flux", "argocd"],
        more_output: "per-namespace = true\nargocd = { repository = \"https://git.example/a\" }\n",
        ..Declaration::sealed_for(&stage.identities(&[Key::First])?)
    };
    stage.build(&declaration)?;
    let text = declaration.to_toml();
    let (rest, _) = text.split_once("[secret.").context("it declares no pull secret")?;
    stage.write("registries.toml", rest)?;
    stage.regrender(&["build"], None)?.success()?;
    stage.regrender(&["build", "--drop-emptied"], None)?.success()?;
    for folder in ["manifests", "flux", "argocd", "argocd-applications"] {
        let objects = built(stage, Peer::Kustomize, &format!("pull-secrets/{folder}"))?;
        if !objects.is_empty() {
            bail!("{folder} still has {} objects", objects.len());
        }
    }
    Ok(())
}

fn ambiguous_names(stage: &Stage<'_>, judge: Peer) -> Result<()> {
    let declaration = Declaration {
        namespaces: AMBIGUOUS.to_vec(),
        ..Declaration::sealed_for(&stage.identities(&[Key::First])?)
    };
    stage.build(&declaration)?;
    let objects = built(stage, judge, "pull-secrets/manifests")?;
    check_objects(&objects, AMBIGUOUS)?;
    for namespace in AMBIGUOUS {
        built(stage, judge, &format!("pull-secrets/manifests/{namespace}"))
            .with_context(|| format!("namespace {namespace} alone"))?;
    }
    Ok(())
}

/// A namespace and an account are called like the lists that name them.
fn names_of_lists(stage: &Stage<'_>, judge: Peer) -> Result<()> {
    let declaration = Declaration {
        namespaces: vec!["kustomization"],
        more_output: "per-namespace = true\n",
        ..Declaration::sealed_for(&stage.identities(&[Key::First])?)
    };
    let text = declaration.to_toml().replace("\"builder\"", "\"kustomization\"");
    stage.write("registries.toml", text)?;
    stage.regrender(&["build"], None)?.success()?;
    let objects = built(stage, judge, "pull-secrets/manifests")?;
    let titles: Vec<&str> = objects.keys().map(String::as_str).collect();
    let expected = ["Secret kustomization/regcred", "ServiceAccount kustomization/default"];
    if titles != [&expected[..], &["ServiceAccount kustomization/kustomization"]].concat() {
        bail!("other objects: {titles:?}");
    }
    if built(stage, judge, "pull-secrets/flux")?.len() != 1 {
        bail!("not one Kustomization for the one namespace");
    }
    Ok(())
}

/// Fails unless `objects` are the pull secret and both accounts in each of `namespaces`.
fn check_objects(objects: &BTreeMap<String, Value>, namespaces: &[&str]) -> Result<()> {
    let expected: BTreeSet<String> = namespaces
        .iter()
        .flat_map(|namespace| {
            ["Secret @/regcred", "ServiceAccount @/default", "ServiceAccount @/builder"]
                .map(|title| title.replace('@', namespace))
        })
        .collect();
    let found: BTreeSet<String> = objects.keys().cloned().collect();
    if found != expected {
        let difference: Vec<&String> = found.symmetric_difference(&expected).collect();
        bail!("too many or too few objects: {difference:?}");
    }
    for (title, object) in objects {
        if title.starts_with("ServiceAccount ") {
            let wanted = manifest::references(&["regcred"]);
            manifest::check_at(object, "/imagePullSecrets", &wanted)?;
        } else {
            check_sealed(object)?;
        }
    }
    Ok(())
}

fn check_sealed(secret: &Value) -> Result<()> {
    let value = secret.pointer("/data/.dockerconfigjson").and_then(Value::as_str);
    if !value.is_some_and(|value| value.starts_with("ENC[AES256_GCM,")) {
        bail!("{} is not sealed", manifest::title(secret)?);
    }
    manifest::check_at(secret, "/type", &json!("kubernetes.io/dockerconfigjson"))
}

/// kubectl's own reader must see every label and annotation as the string that was declared.
fn labels(stage: &Stage<'_>) -> Result<()> {
    let labels = json!({
        "answer": "no", "mode": "0755", "float": "1e3", "flag": "true", "nothing": "null",
        "version": "1.10", "hexadecimal": "0x1f", "date": "2001-12-14",
    });
    let annotations = json!({ "window": "12:30", "tilde": "~", "star": "*x", "comment": "a #b", "colon": "a: b" });
    let identity = stage.identity(Key::First)?;
    let declaration = Declaration {
        more: format!(
            "labels = {}\nannotations = {}\n",
            inline_table(&labels)?,
            inline_table(&annotations)?
        ),
        ..Declaration::sealed_for(std::slice::from_ref(&identity))
    };
    stage.build(&declaration)?;
    let file = "pull-secrets/manifests/team-a/regcred.sops.yaml";
    let opened = stage.sops_open(Peer::Sops, file, &identity)?.success()?.stdout;
    let read = stage
        .peer(Peer::Kubectl)?
        .arguments(["label", "--local", "-f", "-", "-o", "json", "read-by=kubectl"])
        .input(opened)
        .run()?
        .success()?;
    let secret: Value = serde_json::from_slice(&read.stdout).context("kubectl prints no JSON")?;
    for (pointer, wanted) in [("/metadata/labels", labels), ("/metadata/annotations", annotations)]
    {
        for (key, value) in wanted.as_object().into_iter().flatten() {
            manifest::check_at(&secret, &format!("{pointer}/{key}"), value)?;
        }
    }
    Ok(())
}

/// Spells a JSON object of strings as a TOML inline table.
fn inline_table(object: &Value) -> Result<String> {
    let entries = object.as_object().context("this is no object")?;
    let pairs: Vec<String> =
        entries.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    Ok(format!("{{ {} }}", pairs.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_becomes_an_inline_table() {
        let table = inline_table(&json!({ "a": "no", "b": "x\"y" })).unwrap();
        assert_eq!(table, r#"{ a = "no", b = "x\"y" }"#);
    }

    #[test]
    fn a_missing_object_is_found() {
        assert!(check_objects(&BTreeMap::new(), &["team-a"]).is_err());
    }

    #[test]
    fn a_clear_secret_is_found() {
        let secret = json!({ "kind": "Secret", "metadata": { "name": "x" }, "data": {} });
        assert!(check_sealed(&secret).is_err());
    }
}
