//! The page that audit writes, opened in a real browser.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::browser::{check, element_of, seen_in, show};
use super::declaration::Declaration;
use super::identity::Key;
use super::ledger::Ledger;
use super::stage::Stage;

const PROBE: &str = include_str!("page/probe.js");
const LINK: &str = "https://git.example.com/gitops/blob/main";

/// A registry that needs no credential.
const HUB: &str = "\n[registry.hub]\nkind = \"docker-hub\"\nanonymous = true\n";

const MANIFESTS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: team-a}
spec:
  initContainers:
  - {name: wait, image: private-registry.io/wait:1}
  containers:
  - {name: api, image: private-registry.io/api:1}
  - {name: proxy, image: nginx:1}
---
apiVersion: v1
kind: Pod
metadata: {name: seed, namespace: team-b}
spec:
  containers:
  - {name: seed, image: ghcr.io/acme/seed:1}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: plain, namespace: team-c}
---
apiVersion: v1
kind: Pod
metadata: {name: lone, namespace: team-c}
spec:
  serviceAccountName: plain
  containers:
  - {name: lone, image: private-registry.io/lone:1}
";

/// Runs the cases "regrender audit → Chromium".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    ledger.case("regrender audit → Chromium: the matrix, its filters, its links", small_page);
    ledger.case("regrender audit → Chromium: 500 workloads", large_page);
    ledger.case("regrender audit → Chromium: markup in a manifest stays text", hostile_page);
    ledger.case("nobody → Chromium: a page that calls out is noticed", calling_page);
}

fn small_page(stage: &Stage<'_>) -> Result<()> {
    let seen = audited(stage, MANIFESTS)?;
    for (what, expected) in [
        ("/title", json!("Which image is pulled with what")),
        ("/matrix", expected_matrix()),
        ("/sticky", json!(["sticky", "sticky"])),
        (
            "/verdicts",
            json!(["covered 2", "public 1", "uncovered-private 1", "uncovered-unknown 1"]),
        ),
        (
            "/links",
            json!([
                format!("{LINK}/apps/workloads.yaml#L6"),
                format!("{LINK}/apps/workloads.yaml#L8")
            ]),
        ),
        (
            "/found",
            json!([
                ["Namespace, workload", "ghcr.io"],
                ["▾ team-b 1", "uncovered-unknown"],
                ["Pod seed", "uncovered-unknown"]
            ]),
        ),
        ("/nothing", json!(0)),
        (
            "/first_verdict_only",
            json!([
                ["Namespace, workload", "private-registry.io"],
                ["▾ team-a 1", "covered (2)"],
                ["Pod api", "covered (2)"]
            ]),
        ),
        // The head and a closed line for each namespace.
        ("/toggled", json!(4)),
    ] {
        check(&seen, what, &expected)?;
    }
    let shown = seen.pointer("/shown").and_then(Value::as_str).unwrap_or_default();
    for part in ["private-registry.io/wait:1", "apps/workloads.yaml:8"] {
        if !shown.contains(part) {
            bail!("a click on a cell does not show `{part}`: {shown}");
        }
    }
    Ok(())
}

fn expected_matrix() -> Value {
    json!([
        ["Namespace, workload", "docker.io", "ghcr.io", "private-registry.io"],
        ["▾ team-a 1", "public", "", "covered (2)"],
        ["Pod api", "public", "", "covered (2)"],
        ["▾ team-b 1", "", "uncovered-unknown", ""],
        ["Pod seed", "", "uncovered-unknown", ""],
        ["▾ team-c 1", "", "", "uncovered-private"],
        ["Pod lone", "", "", "uncovered-private"],
    ])
}

/// So many start closed, a line for each namespace; opened, all are there.
fn large_page(stage: &Stage<'_>) -> Result<()> {
    const NAMESPACES: usize = 25;
    const WORKLOADS: usize = 500;
    let mut manifests = String::new();
    for number in 0..WORKLOADS {
        let host = ["private-registry.io", "ghcr.io", "docker.io"].get(number % 3);
        // Writing to a String cannot fail.
        let _ = writeln!(
            manifests,
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: pod-{number}, namespace: team-{}}}\n\
             spec: {{containers: [{{name: a, image: {}/app/{number}:1}}, {{name: b, image: \
             quay.io/app/{number}:1}}]}}",
            number % NAMESPACES,
            host.context("three hosts are not enough")?,
        );
    }
    let seen = audited(stage, &manifests)?;
    let rows = seen.pointer("/matrix").and_then(Value::as_array).map(Vec::len);
    if rows != Some(NAMESPACES + 1) {
        bail!("{rows:?} rows, not {NAMESPACES} and the head");
    }
    check(&seen, "/matrix/0/4", &json!("quay.io"))?;
    check(&seen, "/toggled", &json!(1 + NAMESPACES + WORKLOADS))
}

fn hostile_page(stage: &Stage<'_>) -> Result<()> {
    const NAME: &str = "</script><img src=x onerror=alert(1)>";
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": NAME, "namespace": "<b>team</b>" },
        "spec": { "containers": [{ "name": "a", "image": "ghcr.io/acme/a:1" }] },
    });
    let seen = audited(stage, &pod.to_string())?;
    check(&seen, "/matrix/1/0", &json!("▾ <b>team</b> 1"))?;
    check(&seen, "/matrix/2/0", &json!(format!("Pod {NAME}")))
}

/// A judge who notices nothing would not be one.
fn calling_page(stage: &Stage<'_>) -> Result<()> {
    let page = page(stage, MANIFESTS)?;
    let open_page = page.replace("Content-Security-Policy", "Content-Language");
    if open_page == page {
        bail!("the page has no policy");
    }
    seen_in(&open(stage, &open_page)?)?;
    for (page, more) in [
        (&page, "<img src=\"http://example.com/x.png\">"),
        (&page, "<script>nowhere()</script>"),
        (&open_page, "<img src=\"http://example.com/x.png\">"),
        (&open_page, "<script src=\"http://example.com/x.js\"></script>"),
    ] {
        let page = page.replace("<main>", &format!("{more}<main>"));
        if open(stage, &page).is_ok_and(|dom| seen_in(&dom).is_ok()) {
            bail!("nothing is noticed of {more}");
        }
    }
    Ok(())
}

/// Audits `manifests` and returns what the probe saw on the page.
fn audited(stage: &Stage<'_>, manifests: &str) -> Result<Value> {
    seen_in(&open(stage, &page(stage, manifests)?)?)
}

fn page(stage: &Stage<'_>, manifests: &str) -> Result<String> {
    let declaration = Declaration {
        more: HUB.to_owned(),
        ..Declaration::sealed_for(&stage.identities(&[Key::First])?)
    };
    stage.build(&declaration)?;
    stage.write("apps/workloads.yaml", manifests)?;
    let arguments = ["audit", "--output", "html", "--link", LINK, "apps"];
    let answer = stage.regrender(&arguments, None)?;
    match answer.code {
        Some(3) => answer.ended_with(3),
        _ => answer.success(),
    }?
    .stdout_text()
}

/// Opens `page` with the probe behind its own script and returns the document as it is then.
fn open(stage: &Stage<'_>, page: &str) -> Result<String> {
    let (before, after) = page.rsplit_once("</body>").context("the page has no end")?;
    show(stage, &format!("{before}{}</body>{after}", element_of(PROBE)))
}
