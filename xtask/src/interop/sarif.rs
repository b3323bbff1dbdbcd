//! What audit prints for code scanners, put before the schema of SARIF 2.1.0.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::declaration::Declaration;
use super::identity::Key;
use super::ledger::Ledger;
use super::stage::Stage;
use crate::peer::Peer;

/// Findings of each severity, a document without a file of its own, and what cannot be read.
const MANIFESTS: &[(&str, &str)] = &[
    (
        "apps/a b.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: lone, namespace: team-c}\nspec:\n  \
         imagePullSecrets: [{name: gone}]\n  containers:\n  - {name: a, image: ghcr.io/acme/a:1}\n  \
         - {name: b, image: 'R.io/Not An Image'}\n  - {name: c, image: 'private-registry.io/ü/c:1'}\n",
    ),
    ("apps/broken.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: [\n"),
    ("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n"),
    ("chart/templates/web.yaml", "{{ if .Values.on }}\nkind: Pod\n{{ end }}\n"),
];

/// Runs the cases "regrender audit → SARIF schema".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    ledger.case("regrender audit → SARIF 2.1.0 schema: findings of every severity", findings);
    ledger.case("regrender audit → SARIF 2.1.0 schema: nothing to tell", nothing);
    ledger.case("regrender audit → SARIF 2.1.0 schema: from standard input", from_standard_input);
    ledger.case("nobody → SARIF 2.1.0 schema: a log that breaks it is refused", broken_log);
}

fn findings(stage: &Stage<'_>) -> Result<()> {
    stage.build(&Declaration::sealed_for(&stage.identities(&[Key::First])?))?;
    for (path, text) in MANIFESTS {
        stage.write(path, text)?;
    }
    let answer = stage.regrender(&["audit", "--output", "sarif"], None)?;
    let log = answer.ended_with(3)?.stdout;
    check_valid(stage, &log)?;
    let run = only_run(&log)?;
    let levels = texts(&run, "/results", "/level");
    for level in ["error", "warning", "note"] {
        if !levels.contains(&level) {
            bail!("no finding has the level {level}");
        }
    }
    if texts(&run, "/invocations/0/toolExecutionNotifications", "/message/text").is_empty() {
        bail!("what cannot be read is not told");
    }
    check_places(stage, &run)
}

/// Every place must be a line of a file that is there.
fn check_places(stage: &Stage<'_>, run: &Value) -> Result<()> {
    for result in run.pointer("/results").and_then(Value::as_array).into_iter().flatten() {
        let place = result.pointer("/locations/0/physicalLocation").context("it has no place")?;
        let uri = place.pointer("/artifactLocation/uri").and_then(Value::as_str);
        let line = place.pointer("/region/startLine").and_then(Value::as_u64);
        let (uri, line) = (uri.context("it has no file")?, line.context("it has no line")?);
        let text = stage.read(&uri.replace("%20", " "))?;
        if line == 0 || line > u64::try_from(text.lines().count())? {
            bail!("{uri} has no line {line}");
        }
    }
    Ok(())
}

fn nothing(stage: &Stage<'_>) -> Result<()> {
    stage.write("apps/settings.yaml", "kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n")?;
    let log = stage.regrender(&["audit", "--output", "sarif"], None)?.success()?.stdout;
    check_valid(stage, &log)?;
    let run = only_run(&log)?;
    if run.pointer("/results") != Some(&json!([])) {
        bail!("something is found where nothing is: {run}");
    }
    Ok(())
}

fn from_standard_input(stage: &Stage<'_>) -> Result<()> {
    let (_, manifest) = MANIFESTS.first().context("there is no manifest")?;
    let answer = stage.regrender_reading(&["audit", "--output", "sarif", "-"], *manifest)?;
    check_valid(stage, &answer.ended_with(3)?.stdout)
}

/// A judge who takes everything would not be one.
fn broken_log(stage: &Stage<'_>) -> Result<()> {
    let log = json!({ "version": "2.1.0", "runs": [{ "tool": { "driver": {} }, "results": [] }] });
    if check_valid(stage, log.to_string().as_bytes()).is_ok() {
        bail!("a driver without a name is taken");
    }
    Ok(())
}

fn check_valid(stage: &Stage<'_>, log: &[u8]) -> Result<()> {
    let schema = stage.peer_path(Peer::SarifSchema)?;
    stage.peer(Peer::SchemaJudge)?.arguments([schema]).input(log).run()?.success()?;
    Ok(())
}

fn only_run(log: &[u8]) -> Result<Value> {
    let log: Value = serde_json::from_slice(log).context("this is not JSON")?;
    match log.pointer("/runs").and_then(Value::as_array).map(Vec::as_slice) {
        Some([run]) => Ok(run.clone()),
        _ => bail!("there should be one run"),
    }
}

fn texts<'a>(run: &'a Value, list: &str, pointer: &str) -> Vec<&'a str> {
    let entries = run.pointer(list).and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| entry.pointer(pointer)?.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_has_one_run() {
        assert!(only_run(br#"{"runs": [{}]}"#).is_ok());
        for log in [&br#"{"runs": []}"#[..], br#"{"runs": [{}, {}]}"#, b"{}", b"no"] {
            assert!(only_run(log).is_err());
        }
    }

    #[test]
    fn texts_of_a_list_are_collected() {
        let run = json!({ "results": [{ "level": "note" }, {}, { "level": "error" }] });
        assert_eq!(texts(&run, "/results", "/level"), ["note", "error"]);
    }
}
