//! The pictures that graph draws, put before those who show them: Graphviz and a real browser.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::browser::{check, element_of, seen_in, show};
use super::declaration::Declaration;
use super::identity::Key;
use super::ledger::Ledger;
use super::stage::Stage;
use crate::peer::Peer;

const PROBE: &str = include_str!("graph/probe.js");

const MANIFESTS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: team-a}
spec:
  containers:
  - {name: api, image: private-registry.io/api:1}
---
apiVersion: v1
kind: Pod
metadata: {name: seed, namespace: team-b}
spec:
  imagePullSecrets: [{name: gone}]
  containers:
  - {name: seed, image: ghcr.io/acme/seed:1}
---
apiVersion: v1
kind: Pod
metadata: {name: lone, namespace: team-c}
spec:
  containers:
  - {name: lone, image: private-registry.io/lone:1}
";

/// Names that mean something to one who reads pictures, or to a browser.
const HOSTILE: &[&str] = &[
    "</text></svg><script>alert(1)</script>",
    "a\"]; b -> c; {\"",
    "\\N\\G\\",
    "&lt;&amp;&#60;",
    "<b>bold</b>",
    "]]><!--",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
];

/// Runs the cases "regrender graph → …".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    ledger.case("regrender graph → Graphviz: boxes, frames, arrows", dot_is_understood);
    ledger.case("regrender graph → Graphviz: whatever names hold", hostile_dot);
    ledger.case("nobody → Graphviz: what is no graph is refused", no_graph);
    ledger.case("regrender graph → Chromium: what is to be seen", drawing_is_shown);
    ledger.case("regrender graph → Chromium: whatever names hold", hostile_drawing);
    ledger.case("regrender graph → Chromium: 500 namespaces, each of them", large_drawing);
}

fn dot_is_understood(stage: &Stage<'_>) -> Result<()> {
    let seen = judged(stage, &drawn(stage, MANIFESTS, &["--output", "dot"])?)?;
    check(
        &seen,
        "/frames",
        &json!(["namespace team-a", "namespace team-b", "namespace team-c", "marks"]),
    )?;
    for (from, to, label) in [
        ("registry internal", "Secret regcred", ""),
        ("Secret regcred", "account default", ""),
        ("account default", "Pod api", ""),
        ("registry internal", "Pod lone", "✗ not covered"),
        ("registry ghcr.io", "Pod seed", "△ not known"),
        ("Secret gone", "Pod seed", ""),
        ("account default", "Pod seed", "△ not added"),
    ] {
        let edges = seen.pointer("/edges").and_then(Value::as_array).context("no edges")?;
        let is_there = edges.iter().any(|edge| {
            let begins = |at: usize, what: &str| {
                edge.get(at).and_then(Value::as_str).is_some_and(|text| text.starts_with(what))
            };
            begins(0, from) && begins(1, to) && edge.get(2) == Some(&json!(label))
        });
        if !is_there {
            bail!("no arrow leads from {from} to {to} with `{label}`: {edges:?}");
        }
    }
    Ok(())
}

fn hostile_dot(stage: &Stage<'_>) -> Result<()> {
    let dot = drawn(stage, &hostile_manifests(), &["--output", "dot", "--whole"])?;
    let seen = judged(stage, &dot)?;
    let drawn = seen.pointer("/drawn").and_then(Value::as_str).unwrap_or_default();
    // Graphviz spells some dashes and spaces as numbers.
    let drawn = drawn.replace("&#45;", "-").replace("&#160;", " ");
    for name in HOSTILE.iter().filter(|name| name.len() < 45) {
        let spelled = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let spelled = spelled.replace('"', "&quot;");
        if !drawn.contains(&format!(">Pod {spelled}</text>")) {
            bail!("`Pod {name}` is not drawn as {spelled}");
        }
    }
    let count = |what: &str| seen.pointer(what).and_then(Value::as_array).map(Vec::len);
    // One each, two of the declaration, and that of the marks.
    if count("/frames") != Some(HOSTILE.len() + 3) {
        bail!("there are {:?} frames", count("/frames"));
    }
    Ok(())
}

/// A judge who takes everything would not be one.
fn no_graph(stage: &Stage<'_>) -> Result<()> {
    for text in ["digraph {", "digraph { a [label=\"x] }", "digraph { a -> }"] {
        if judged(stage, text).is_ok() {
            bail!("`{text}` is taken");
        }
    }
    Ok(())
}

fn drawing_is_shown(stage: &Stage<'_>) -> Result<()> {
    let seen = shown(stage, &drawn(stage, MANIFESTS, &["--output", "svg"])?)?;
    for (what, expected) in [
        ("/title", json!("3 workloads in 3 namespaces: 1 broken, 1 to look at, 1 well")),
        ("/frames", json!(["namespace team-a", "namespace team-b", "namespace team-c"])),
        ("/words", json!(["△ not known", "✗ not covered", "△ not added"])),
    ] {
        check(&seen, what, &expected)?;
    }
    for name in ["internal", "ghcr.io", "regcred", "gone", "default", "Pod api", "Pod lone"] {
        let names = seen.pointer("/names").and_then(Value::as_array);
        if !names.is_some_and(|names| names.contains(&json!(name))) {
            bail!("{name} is not to be seen: {names:?}");
        }
    }
    Ok(())
}

fn hostile_drawing(stage: &Stage<'_>) -> Result<()> {
    let svg = drawn(stage, &hostile_manifests(), &["--output", "svg", "--whole"])?;
    let seen = shown(stage, &svg)?;
    let names = seen.pointer("/names").and_then(Value::as_array).context("no names")?;
    for name in ["Pod a\"]; b -> c; {\"", "Pod \\N\\G\\", "Pod &lt;&amp;&#60;", "Pod <b>bold</b>"] {
        if !names.contains(&json!(name)) {
            bail!("{name} is not to be seen: {names:?}");
        }
    }
    Ok(())
}

fn large_drawing(stage: &Stage<'_>) -> Result<()> {
    const NAMESPACES: usize = 500;
    let mut manifests = String::new();
    for number in 0..NAMESPACES {
        for name in ["web", "job"] {
            // Writing to a String cannot fail.
            let _ = write!(
                manifests,
                "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: n{number}}}\n\
                 spec: {{containers: [{{name: a, image: private-registry.io/{name}:1}}]}}\n"
            );
        }
    }
    let seen = shown(stage, &drawn(stage, &manifests, &["--output", "svg", "--whole"])?)?;
    let count = |what: &str| seen.pointer(what).and_then(Value::as_array).map(Vec::len);
    // Two more are declared.
    if count("/frames") != Some(NAMESPACES + 2) {
        bail!("{:?} frames", count("/frames"));
    }
    Ok(())
}

fn hostile_manifests() -> String {
    let pods = HOSTILE.iter().map(|name| {
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name, "namespace": name },
            "spec": {
                "imagePullSecrets": [{ "name": name }], "serviceAccountName": name,
                "containers": [{ "name": "a", "image": "private-registry.io/a:1" }],
            },
        })
        .to_string()
    });
    pods.collect::<Vec<_>>().join("\n---\n")
}

/// Draws the repository with these manifests.
fn drawn(stage: &Stage<'_>, manifests: &str, arguments: &[&str]) -> Result<String> {
    let declaration = Declaration::sealed_for(&stage.identities(&[Key::First])?);
    stage.build(&declaration)?;
    stage.write("apps/workloads.yaml", manifests)?;
    let arguments = [&["graph"], arguments].concat();
    stage.regrender(&arguments, None)?.success()?.stdout_text()
}

/// Returns what Graphviz understands of a text.
fn judged(stage: &Stage<'_>, dot: &str) -> Result<Value> {
    let answer = stage.peer(Peer::DotJudge)?.input(dot).run()?.success()?;
    serde_json::from_slice(&answer.stdout).context("the judge printed no JSON")
}

/// Returns what is to be seen of a drawing, in which nothing may be out of place.
fn shown(stage: &Stage<'_>, svg: &str) -> Result<Value> {
    // Inside a script, `<` may end it.
    let text = json!(svg).to_string().replace('<', "\\u003c");
    let probe = element_of(&PROBE.replace("DRAWING", &text));
    let page = format!("<!doctype html><meta charset=\"utf-8\"><body>{probe}</body>");
    let seen = seen_in(&show(stage, &page)?)?;
    check(&seen, "/error", &Value::Null)?;
    check(&seen, "/outside", &json!([]))?;
    check(&seen, "/overlaps", &json!(0))?;
    check(&seen, "/cut", &json!(0))?;
    let known = json!(["defs", "desc", "g", "marker", "path", "rect", "style", "text", "title"]);
    check(&seen, "/elements", &known)?;
    Ok(seen)
}
