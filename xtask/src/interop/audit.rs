//! What audit and explain say of what kustomize and kubectl print.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::declaration::{Declaration, HOST};
use super::identity::Key;
use super::ledger::Ledger;
use super::stage::Stage;
use super::workload;
use crate::peer::Peer;

/// Accounts with a pull secret would cover what no patch touches.
const ACCOUNTS: &str = "service-accounts = [\"default\", \"builder\"]\n";

/// Runs the cases that pipe what others print into regrender.
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for builder in [Peer::Kustomize, Peer::Kubectl] {
        let title = if builder == Peer::Kubectl { "kubectl kustomize" } else { "kustomize build" };
        ledger.case(&format!("{title} → regrender audit -: patched workloads only"), |stage| {
            patched_only(stage, builder)
        });
        ledger.case(&format!("{title} → regrender explain --pod: a patched workload"), |stage| {
            explain_pod(stage, builder)
        });
    }
    ledger.case("regrender audit → kustomize: a folder says what its build says", like_its_build);
    ledger.case("regrender audit → kustomize: what transformers change", transformed);
    ledger.case("regrender audit → kustomize: whom merges are for, and what is left", merged);
    ledger.case("regrender audit → kustomize: what is not there fails its build", not_there);
    ledger.case("kubectl create secret → regrender explain --pull-secret", explain_secret);
}

/// Writes the declaration, its tree, and an overlay with patched and other workloads.
fn write_overlay(stage: &Stage<'_>, bare: bool) -> Result<()> {
    let declaration = Declaration {
        more: workload::WORKLOADS.to_owned(),
        ..Declaration::sealed_for(&stage.identities(&[Key::First])?)
    };
    stage.write("registries.toml", declaration.to_toml().replace(ACCOUNTS, ""))?;
    stage.regrender(&["build"], None)?.success()?;
    let mut texts = workload::named("web");
    if bare {
        texts.extend(workload::named("bare"));
    }
    stage.write("overlay/workloads.yaml", texts.join("\n---\n"))?;
    let kustomization = json!({
        "namespace": "team-a",
        "resources": ["workloads.yaml"],
        "components": ["../pull-secrets/patches/team-a"],
    });
    stage.write("overlay/kustomization.yaml", kustomization.to_string())
}

fn build(stage: &Stage<'_>, builder: Peer) -> Result<Vec<u8>> {
    let verb = if builder == Peer::Kubectl { "kustomize" } else { "build" };
    Ok(stage.peer(builder)?.arguments([verb, "overlay"]).run()?.success()?.stdout)
}

fn patched_only(stage: &Stage<'_>, builder: Peer) -> Result<()> {
    write_overlay(stage, true)?;
    let built = build(stage, builder)?;
    let answer = stage.regrender_reading(&["audit", "--output", "json", "-"], built)?;
    let report: Value =
        serde_json::from_slice(&answer.ended_with(3)?.stdout).context("audit printed no JSON")?;
    check_verdicts(&verdicts(&report)?)
}

/// Fails unless every kind of workload is there twice: covered as `web`, uncovered as `bare`.
fn check_verdicts(found: &[String]) -> Result<()> {
    let mut expected: Vec<String> = workload::kinds()
        .flat_map(|kind| {
            [("web", "covered"), ("bare", "uncovered-private")]
                .map(|(name, verdict)| format!("{kind} team-a/{name} {HOST}/web:1: {verdict}"))
        })
        .collect();
    expected.sort();
    if found != expected {
        bail!("audit says {found:?}, not {expected:?}");
    }
    Ok(())
}

/// Transformers that come with kustomize, in one file: what each says beside its name.
const TRANSFORMERS: [&str; 6] = [
    "kind: NamespaceTransformer, metadata: {name: fill, namespace: team-a}, unsetOnly: true",
    "kind: ImageTagTransformer, metadata: {name: image}, imageTag: {name: a.io/web, newName: HOST/web}",
    "kind: LabelTransformer, metadata: {name: label}, labels: {tier: web}, \
     fieldSpecs: [{path: metadata/labels, create: true}]",
    "kind: PatchTransformer, metadata: {name: merge}, path: merge.yaml",
    "kind: PatchTransformer, metadata: {name: operate}, target: {name: own}, \
     patch: '- {op: add, path: /spec/template/spec/imagePullSecrets, value: [{name: regcred}]}'",
    "kind: AnnotationsTransformer, metadata: {name: annotation}, annotations: {a: b}",
];

/// What transformers do, among them those that stand in a file, shows in the build.
fn transformed(stage: &Stage<'_>) -> Result<()> {
    let declaration = Declaration::sealed_for(&stage.identities(&[Key::First])?);
    stage.write("registries.toml", declaration.to_toml().replace(ACCOUNTS, ""))?;
    stage.regrender(&["build"], None)?.success()?;
    let deployment = |metadata: &str, specification: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{{metadata}}}, \
             spec: {{template: {{spec: {{{specification}}}}}}}}}\n"
        )
    };
    let containers = "containers: [{name: c, image: 'a.io/web:1'}]";
    let settled = deployment("name: own, namespace: team-b", containers);
    stage.write("base/web.yaml", settled + "---\n" + &deployment("name: web", containers))?;
    stage
        .write("base/merge.yaml", deployment("name: web", "imagePullSecrets: [{name: regcred}]"))?;
    let document = |text: &&str| format!("{{apiVersion: builtin, {text}}}\n");
    let texts: Vec<String> = TRANSFORMERS.iter().map(document).collect();
    stage.write("base/transformers.yaml", texts.join("---\n").replace("HOST", HOST))?;
    let base = "resources: [web.yaml]\ntransformers: [transformers.yaml]\n";
    stage.write("base/kustomization.yaml", base)?;
    let image = "op: replace, path: /spec/template/spec/containers/0/image, value: HOST/labelled";
    let top = format!(
        "resources: [../base]\npatches:\n\
         - {{target: {{name: web, labelSelector: tier=web}}, patch: '- {{{image}}}'}}\n"
    );
    stage.write("overlay/kustomization.yaml", top.replace("HOST", HOST))?;
    let found = said_of_both(stage, &["base", "overlay"], 0)?;
    let expected = [
        format!("Deployment team-a/web {HOST}/labelled: covered"),
        format!("Deployment team-b/own {HOST}/web:1: covered"),
    ];
    if found != expected {
        bail!("audit says {found:?}, not {expected:?}");
    }
    Ok(())
}

/// Merges without a target: what they say of the object, and of its pods.
const MERGES: [(&str, &str); 6] = [
    ("name: web", "containers: [{name: c, image: new.io/web}]"),
    ("name: web, namespace: default", "containers: [{name: c, image: new.io/web}]"),
    ("name: web, namespace: team-b", "containers: [{name: c, image: new.io/web}]"),
    ("name: web", "serviceAccountName: null"),
    ("name: web", "serviceAccountName: '', serviceAccount: null"),
    ("name: web", "volumes: [{name: v, image: null, emptyDir: {}}]"),
];

/// Of two workloads of one name in two namespaces, each merge is for the one that kustomize takes; the
/// account that the deprecated field names is none that is at hand.
fn merged(stage: &Stage<'_>) -> Result<()> {
    let deployment = |(metadata, pod): (&str, &str)| {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{{metadata}}}, \
             spec: {{template: {{spec: {{{pod}}}}}}}}}\n"
        )
    };
    let pod = "containers: [{name: c, image: a.io/web}], serviceAccountName: default, \
               serviceAccount: gone, volumes: [{name: v, image: {reference: a.io/data}}]";
    let both = [
        deployment(("name: web, namespace: default", pod)),
        deployment(("name: web, namespace: team-b", pod)),
    ];
    stage.write("overlay/web.yaml", both.join("---\n"))?;
    let kustomization = "resources: [web.yaml]\npatches: [{path: merge.yaml}]\n";
    stage.write("overlay/kustomization.yaml", kustomization)?;
    let mut outcomes = BTreeSet::new();
    for merge in MERGES {
        stage.write("overlay/merge.yaml", deployment(merge))?;
        let found = said_of_both(stage, &["overlay"], 0)
            .with_context(|| format!("with the merge {merge:?}"))?;
        outcomes.insert(found);
    }
    // The first two come to the same.
    if outcomes.len() != MERGES.len() - 1 {
        bail!("some of the merges change nothing: {outcomes:?}");
    }
    Ok(())
}

/// Says of each image to whom it belongs and what becomes of it, in the order of the alphabet.
fn verdicts(report: &Value) -> Result<Vec<String>> {
    let images = report.get("images").and_then(Value::as_array).context("it lists no images")?;
    let part = |image: &Value, key: &str| {
        image.get(key).and_then(Value::as_str).unwrap_or("(nothing)").to_owned()
    };
    let mut lines: Vec<String> = images
        .iter()
        .map(|image| {
            let [kind, namespace, name, image, verdict] =
                ["kind", "namespace", "name", "image", "verdict"].map(|key| part(image, key));
            format!("{kind} {namespace}/{name} {image}: {verdict}")
        })
        .collect();
    lines.sort();
    Ok(lines)
}

/// Audit follows the kustomizations of a folder itself; what it says must be what it says of
/// kustomize's own build.
fn like_its_build(stage: &Stage<'_>) -> Result<()> {
    write_overlay(stage, true)?;
    check_verdicts(&said_of_both(stage, &[], 3)?)
}

/// Returns what audit says of folders, where it says the same of what kustomize builds from them.
fn said_of_both(stage: &Stage<'_>, folders: &[&str], code: i32) -> Result<Vec<String>> {
    let arguments = ["audit", "--output", "json"];
    let built = build(stage, Peer::Kustomize)?;
    let streamed = stage.regrender_reading(&[&arguments[..], &["-"]].concat(), built)?;
    let followed = stage.regrender(&[&arguments[..], folders].concat(), None)?;
    let [streamed, followed] = [streamed, followed].map(|answer| -> Result<Vec<String>> {
        let report = serde_json::from_slice(&answer.ended_with(code)?.stdout);
        verdicts(&report.context("audit printed no JSON")?)
    });
    let (streamed, followed) = (streamed?, followed?);
    if streamed != followed {
        bail!("of the folder audit says {followed:?}, of its build {streamed:?}");
    }
    Ok(followed)
}

/// What kustomizations may say of a folder with the file `web.yaml`, beside the folders `base`, which
/// has a kustomization, `part`, which is a component, and `plain`, which has neither.
const SAYINGS: [&str; 22] = [
    "resources: [web.yaml, ../base]",
    "resources: [./web.yaml, .././base/.]",
    "resources: [gone.yaml]",
    "resources: [../gone]",
    "resources: [../plain]",
    "resources: [web.yaml/more]",
    "bases: [../base]",
    "bases: [../gone]",
    "components: [../part]",
    "components: [../gone]",
    "components: [web.yaml]",
    "generators: [gone.yaml]",
    "transformers: [gone.yaml]",
    "validators: [gone.yaml]",
    "configurations: [gone.yaml]",
    "crds: [gone.json]",
    "patches: [{path: web.yaml}]\nresources: [web.yaml]",
    "patches: [{path: gone.yaml}]",
    "patches: [{path: ../base}]",
    "patchesStrategicMerge: [gone.yaml]",
    "patchesJson6902: [{path: gone.yaml, target: {kind: ConfigMap, name: x}}]",
    "replacements: [{path: gone.yaml}]",
];

/// Audit finds fault with the kustomizations that kustomize does not build, and with no others.
fn not_there(stage: &Stage<'_>) -> Result<()> {
    let map = |name: &str| {
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name } }).to_string()
    };
    stage.write("base/map.yaml", map("base"))?;
    stage.write("base/kustomization.yaml", "resources: [map.yaml]\n")?;
    stage.write("part/kustomization.yaml", "kind: Component\nnamePrefix: x-\n")?;
    stage.write("plain/map.yaml", map("plain"))?;
    for (number, saying) in SAYINGS.iter().enumerate() {
        stage.write(&format!("case-{number}/web.yaml"), map("web"))?;
        stage.write(&format!("case-{number}/kustomization.yaml"), format!("{saying}\n"))?;
    }
    let answer = stage.regrender(&["audit", "--output", "json"], None)?;
    let report: Value = serde_json::from_slice(&answer.ended_with(3)?.stdout)?;
    let findings = report.get("findings").and_then(Value::as_array).context("it lists none")?;
    let broken: Vec<&str> = findings
        .iter()
        .filter(|one| one.get("code") == Some(&json!("broken-kustomization")))
        .filter_map(|one| one.get("file").and_then(Value::as_str))
        .collect();
    for (number, saying) in SAYINGS.iter().enumerate() {
        let folder = format!("case-{number}");
        let builder = stage.peer(Peer::Kustomize)?.arguments(["build", &folder]);
        let builds = builder.run()?.success().is_ok();
        let is_fine = !broken.contains(&format!("{folder}/kustomization.yaml").as_str());
        if builds != is_fine {
            bail!("`{saying}`: builds is {builds}, and audit says {is_fine}");
        }
    }
    Ok(())
}

fn explain_pod(stage: &Stage<'_>, builder: Peer) -> Result<()> {
    write_overlay(stage, false)?;
    let built = String::from_utf8(build(stage, builder)?).context("this is not UTF-8")?;
    let image = format!("{HOST}/web:1");
    let file = write_secret(stage)?;
    for document in built.split("\n---\n") {
        stage.write("built.yaml", document)?;
        let arguments = ["explain", &image, "--pod", "built.yaml", "--pull-secret", &file];
        let answer = explain(stage, &arguments)?;
        if answer.get("pull_secrets") != Some(&json!(["regcred"])) {
            bail!("no pull secret is found in {document}: {answer}");
        }
        check_verdict(&answer, "covered")?;
    }
    Ok(())
}

/// Writes the Secret that kubectl makes outside the repository, and says where.
fn write_secret(stage: &Stage<'_>) -> Result<String> {
    let file = stage.plain("secret.json");
    fs::write(&file, stage.kubectl_secret("team-a")?.to_string()).context("cannot write it")?;
    Ok(file.to_str().context("the folder's name is not UTF-8")?.to_owned())
}

fn explain_secret(stage: &Stage<'_>) -> Result<()> {
    let file = write_secret(stage)?;
    for (image, verdict) in [
        (format!("{HOST}/web:1"), "covered"),
        (format!("{HOST}/team/web@sha256:{}", "0".repeat(64)), "covered"),
        (format!("{HOST}:5000/web:1"), "uncovered-unknown"),
        ("nginx".to_owned(), "uncovered-unknown"),
    ] {
        let answer = explain(stage, &["explain", &image, "--pull-secret", &file])?;
        check_verdict(&answer, verdict)?;
    }
    Ok(())
}

/// Runs explain, whose exit code says nothing of the verdict.
fn explain(stage: &Stage<'_>, arguments: &[&str]) -> Result<Value> {
    let arguments = [arguments, &["--output", "json"]].concat();
    let printed = stage.regrender(&arguments, None)?.success()?;
    serde_json::from_slice(&printed.stdout).context("explain printed no JSON")
}

fn check_verdict(answer: &Value, verdict: &str) -> Result<()> {
    if answer.get("verdict") != Some(&json!(verdict)) {
        bail!("the verdict is not {verdict}: {answer}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verdict: &str) -> Value {
        let image = |kind: &str, name: &str, verdict: &str| {
            let image = format!("{HOST}/web:1");
            json!({ "kind": kind, "namespace": "team-a", "name": name, "image": image, "verdict": verdict })
        };
        let images: Vec<Value> = workload::kinds()
            .flat_map(|kind| {
                [image(kind, "bare", "uncovered-private"), image(kind, "web", verdict)]
            })
            .collect();
        json!({ "images": images })
    }

    #[test]
    fn verdicts_in_any_order_are_right() {
        check_verdicts(&verdicts(&report("covered")).unwrap()).unwrap();
    }

    #[test]
    fn one_wrong_verdict_is_found() {
        assert!(check_verdicts(&verdicts(&report("undetermined")).unwrap()).is_err());
    }

    #[test]
    fn the_declaration_names_the_accounts_that_are_taken_out() {
        assert!(Declaration::sealed_for(&[]).to_toml().contains(ACCOUNTS));
    }
}
