//! The examples, their README files and the page about audits, checked against the program.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may stop at once"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use regrender_audit::{Code, Severity, Verdict};
use serde_json::Value;

use self::sandbox::{CANARY, IDENTITY, Outcome, RECIPIENT, Sandbox};

#[expect(dead_code, reason = "the runs of the whole program need more of it")]
#[path = "cli/sandbox.rs"]
mod sandbox;

/// The variables that the examples take their credentials and fingerprint keys from.
const VARIABLES: [&str; 8] = [
    "DOCKER_HUB_TOKEN",
    "GHCR_TOKEN",
    "GITLAB_DEPLOY_TOKEN",
    "HARBOR_TOKEN",
    "INTERNAL_PASSWORD",
    "MIRROR_PASSWORD",
    "QUAY_TOKEN",
    "REGRENDER_FINGERPRINT_KEY",
];

/// The folder of the output, which is not committed here.
const OUTPUT: &str = "pull-secrets";

/// The example that makes pull secrets and has nothing to audit.
const QUICKSTART: &str = "quickstart";

/// One audit of one example.
struct Audit {
    example: &'static str,
    /// What its README says to run.
    command: &'static str,
    /// The name of the expected files, without what stands after the dot.
    expected: &'static str,
    /// The part of the output that is audited too after a build.
    written: Option<&'static str>,
}

/// Every audit of an example.
const AUDITS: [Audit; 10] = [
    Audit {
        example: "plain",
        command: "regrender audit manifests",
        expected: "expected-audit",
        written: Some("pull-secrets"),
    },
    Audit {
        example: "kustomize-overlays",
        command: "regrender audit base overlays",
        expected: "expected-audit",
        written: Some("pull-secrets"),
    },
    Audit {
        example: "flux",
        command: "regrender audit apps clusters",
        expected: "expected-audit",
        written: Some("pull-secrets"),
    },
    Audit {
        example: "argocd-app-of-apps",
        command: "regrender audit root.yaml apps manifests",
        expected: "expected-audit",
        written: Some("pull-secrets"),
    },
    Audit {
        example: "helm-output",
        command: "regrender audit - < rendered.yaml",
        expected: "expected-audit",
        written: None,
    },
    Audit {
        example: "helm-output",
        command: "regrender audit - --namespace shop < rendered.yaml",
        expected: "expected-audit-shop",
        written: Some("pull-secrets"),
    },
    Audit {
        example: "sealed-secrets",
        command: "regrender audit manifests",
        expected: "expected-audit",
        written: Some("pull-secrets"),
    },
    Audit {
        example: "short-lived",
        command: "regrender audit manifests",
        expected: "expected-audit",
        written: Some("pull-secrets"),
    },
    Audit {
        example: "multi-cluster",
        command: "regrender audit --cluster prod clusters/prod",
        expected: "expected-audit-prod",
        written: Some("pull-secrets/prod"),
    },
    Audit {
        example: "multi-cluster",
        command: "regrender audit --cluster staging clusters/staging",
        expected: "expected-audit-staging",
        written: Some("pull-secrets/staging"),
    },
];

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Lists the folders of the examples.
fn examples() -> BTreeSet<String> {
    let entries = fs::read_dir(top().join("examples")).unwrap().map(Result::unwrap);
    entries
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// Lists the files of a folder without those that a build wrote.
fn committed(folder: &Path, below: &str, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if entry.file_type().unwrap().is_dir() {
            if name != OUTPUT {
                committed(&entry.path(), &path, files);
            }
        } else {
            files.push((path, text_of(&entry.path())));
        }
    }
}

/// Copies an example to a folder of its own, or to one below.
fn copy(example: &str, below: &str) -> Sandbox {
    let mut files = Vec::new();
    committed(&top().join("examples").join(example), below, &mut files);
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut sandbox = Sandbox::new(&files);
    for name in VARIABLES {
        sandbox.set(name, &format!("{CANARY}-of-the-examples-{name}-0123456789"));
    }
    sandbox
}

/// Seals an example for a recipient whose identity is at hand.
fn seal_for_the_tests(sandbox: &mut Sandbox) {
    let text = sandbox.read("registries.toml");
    let parts: Vec<&str> = text.split("\"age1").collect();
    let mut changed = parts[0].to_owned();
    for part in &parts[1..] {
        changed.push('"');
        changed.push_str(RECIPIENT);
        changed.push_str(&part[part.find('"').unwrap()..]);
    }
    sandbox.write("registries.toml", &changed);
    sandbox.set("SOPS_AGE_KEY", IDENTITY);
}

/// Runs one line of a README.
#[track_caller]
fn run(sandbox: &mut Sandbox, command: &str, more: &[&str]) -> Outcome {
    let (command, stdin) = match command.split_once(" < ") {
        Some((command, file)) => (command, sandbox.read(file)),
        None => (command, String::new()),
    };
    sandbox.type_in(&stdin);
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("regrender"));
    let arguments: Vec<&str> = words.chain(more.iter().copied()).collect();
    sandbox.run(&arguments)
}

#[track_caller]
fn audited(outcome: &Outcome) -> Value {
    assert!([0, 3].contains(&outcome.status), "{outcome}");
    serde_json::from_str(&outcome.stdout).unwrap()
}

/// Lists the `sh` blocks of a Markdown text.
fn shell_blocks(text: &str) -> Vec<String> {
    let blocks = text.split("\n```sh\n").skip(1);
    blocks.map(|block| block.split("\n```").next().unwrap().to_owned()).collect()
}

/// Compares with an expected file, or writes it when asked to.
#[track_caller]
fn expect(path: &Path, is_same: impl Fn(&str) -> bool, actual: &str) {
    if env::var_os("UPDATE_EXAMPLES").is_some() {
        fs::write(path, actual).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    let shown = path.display();
    assert!(
        is_same(&expected),
        "{shown} differs; UPDATE_EXAMPLES=1 writes it anew\n--- expected\n{expected}\n--- actual\n{actual}"
    );
}

#[test]
fn every_example_has_expectations_and_a_readme() {
    let known: BTreeSet<String> = AUDITS.iter().map(|audit| audit.example.to_owned()).collect();
    let mut found = examples();
    assert!(found.remove(QUICKSTART));
    assert_eq!(found, known);
    let list = text_of(&top().join("examples/README.md"));
    for example in examples() {
        assert!(list.contains(&format!("[{example}]({example})")), "{example} is not listed");
    }
    for audit in &AUDITS {
        let readme = text_of(&top().join("examples").join(audit.example).join("README.md"));
        let shows = readme.lines().any(|line| line == audit.command);
        assert!(shows, "the README of {} does not show `{}`", audit.example, audit.command);
        let link = format!("]({}.txt)", audit.expected);
        assert!(readme.contains(&link), "the README of {} does not link {link}", audit.example);
    }
}

/// Returns what a command of an example prints when it draws instead of auditing.
#[track_caller]
fn drawn(audit: &Audit, more: &[&str]) -> String {
    let command = audit.command.replace("regrender audit", "regrender graph");
    let (command, options) =
        command.split_once(" --namespace ").map_or((&*command, ""), |parts| parts);
    let stdin = options.split_once(" < ").map_or(String::new(), |(_, file)| format!(" < {file}"));
    let outcome = run(&mut copy(audit.example, ""), &format!("{command}{stdin}"), more);
    assert_eq!(outcome.status, 0, "{outcome}");
    outcome.stdout
}

#[test]
fn every_workload_of_an_audit_is_in_the_picture() {
    for audit in &AUDITS {
        let picture = drawn(audit, &["--whole", "--output", "dot"]);
        let path = top().join("examples").join(audit.example);
        let report = text_of(&path.join(format!("{}.json", audit.expected)));
        let report: Value = serde_json::from_str(&report).unwrap();
        for row in report["images"].as_array().unwrap() {
            let (kind, name) = (row["kind"].as_str().unwrap(), row["name"].as_str().unwrap());
            if !kind.is_empty() && !name.is_empty() {
                let wanted = format!("label=\"{kind} {name}\\n");
                assert!(
                    picture.contains(&wanted),
                    "{}: {wanted} is not in {picture}",
                    audit.command
                );
            }
        }
    }
}

#[test]
fn the_pictures_of_the_documentation_are_those_of_the_example() {
    let plain = &AUDITS[0];
    let svg = drawn(plain, &["--output", "svg"]);
    expect(&top().join("examples/plain/graph.svg"), |expected| expected == svg, &svg);
    let page = top().join("docs/graph.md");
    let text = text_of(&page);
    let (before, rest) = text.split_once("```mermaid\n").unwrap();
    let after = rest.split_once("\n```\n").unwrap().1;
    let mermaid = drawn(plain, &[]);
    let wanted = format!("{before}```mermaid\n{mermaid}```\n{after}");
    expect(&page, |expected| expected == wanted, &wanted);
}

#[test]
fn every_expected_file_belongs_to_an_audit() {
    let known: BTreeSet<String> = AUDITS
        .iter()
        .flat_map(|audit| {
            ["txt", "json"].map(|kind| format!("{}/{}.{kind}", audit.example, audit.expected))
        })
        .collect();
    let mut files = Vec::new();
    committed(&top().join("examples"), "", &mut files);
    let found: BTreeSet<String> = files
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.contains("/expected-"))
        .collect();
    assert_eq!(found, known);
}

#[test]
fn audits_print_what_is_expected() {
    for audit in &AUDITS {
        let mut sandbox = copy(audit.example, "");
        let folder = top().join("examples").join(audit.example);
        let text = run(&mut sandbox, audit.command, &[]);
        assert!([0, 3].contains(&text.status), "{text}");
        let path = folder.join(format!("{}.txt", audit.expected));
        expect(&path, |expected| expected == text.stdout, &text.stdout);

        let json = run(&mut sandbox, audit.command, &["--output", "json"]);
        assert_eq!(json.status, text.status);
        let value = audited(&json);
        let path = folder.join(format!("{}.json", audit.expected));
        let is_same = |expected: &str| {
            serde_json::from_str::<Value>(expected).is_ok_and(|expected| expected == value)
        };
        expect(&path, is_same, &(serde_json::to_string_pretty(&value).unwrap() + "\n"));
    }
}

#[test]
fn every_example_shows_several_verdicts_or_findings() {
    let mut shown: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for audit in &AUDITS {
        let path = format!("examples/{}/{}.json", audit.example, audit.expected);
        let value: Value = serde_json::from_str(&text_of(&top().join(path))).unwrap();
        let verdicts = value["images"].as_array().unwrap().iter().map(|row| &row["verdict"]);
        let codes = value["findings"].as_array().unwrap().iter().map(|row| &row["code"]);
        let names = verdicts.chain(codes).map(|name| name.as_str().unwrap().to_owned());
        shown.entry(audit.example).or_default().extend(names);
    }
    for (example, names) in shown {
        assert!(names.len() >= 3, "{example} shows only {names:?}");
    }
}

#[test]
fn a_second_build_of_each_example_changes_nothing() {
    for example in examples().into_iter().filter(|example| example != QUICKSTART) {
        let sandbox = copy(&example, "");
        let first = sandbox.run(&["build"]).succeeded();
        assert!(first.stdout.contains(" created, 0 unchanged"), "{example}: {first}");
        let before = sandbox.snapshot(OUTPUT);
        let second = sandbox.run(&["build"]).succeeded();
        assert!(!second.stdout.contains("create"), "{example}: {second}");
        assert_eq!(sandbox.snapshot(OUTPUT), before, "{example}");
        sandbox.run(&["build", "--check"]).succeeded();
        sandbox.run(&["verify"]).succeeded();
    }
}

/// What tells an image from every other, and its verdict.
fn verdicts(report: &Value) -> BTreeMap<String, String> {
    let rows = report["images"].as_array().unwrap().iter();
    rows.map(|row| {
        let keys = ["file", "document", "line", "kind", "namespace", "name", "container", "image"];
        let identity: Vec<String> = keys.iter().map(|key| row[*key].to_string()).collect();
        (identity.join(" "), row["verdict"].as_str().unwrap().to_owned())
    })
    .collect()
}

#[test]
fn what_is_built_covers_no_less_than_what_is_declared() {
    for audit in &AUDITS {
        let mut sandbox = copy(audit.example, "");
        seal_for_the_tests(&mut sandbox);
        let declared = audited(&run(&mut sandbox, audit.command, &["--output", "json"]));
        sandbox.run(&["build"]).succeeded();
        let mut more = vec!["--output", "json"];
        more.extend(audit.written);
        let written = audited(&run(&mut sandbox, audit.command, &more));
        let before = verdicts(&declared);
        let after = verdicts(&written);
        assert!(!before.is_empty());
        for (image, verdict) in before {
            let now = after.get(&image);
            let is_kept = now == Some(&verdict) || now.is_some() && verdict == "undetermined";
            assert!(is_kept, "{image}: declared {verdict}, built {now:?}");
        }
        let unreadable = written["unreadable"].as_array().unwrap();
        assert!(unreadable.is_empty(), "{}: {unreadable:?}", audit.example);
    }
}

#[test]
fn commands_of_the_readme_files_run() {
    for example in examples() {
        let path = top().join("examples").join(&example).join("README.md");
        let Ok(readme) = fs::read_to_string(path) else {
            assert_eq!(example, QUICKSTART);
            continue;
        };
        let mut sandbox = copy(&example, "");
        let blocks = shell_blocks(&readme);
        let blocks = blocks.iter().filter(|block| block.starts_with("regrender "));
        let mut count = 0;
        for line in blocks.flat_map(|block| block.lines()) {
            let outcome = run(&mut sandbox, line, &[]);
            assert!([0, 3].contains(&outcome.status), "{example}: {line}\n{outcome}");
            count += 1;
        }
        assert!(count >= 2, "{example} has hardly a command");
    }
}

#[test]
fn quickstart_does_what_the_readme_says() {
    let sandbox = copy(QUICKSTART, "examples/quickstart");
    let readme = text_of(&top().join("README.md"));
    let section = readme.split("\n## Try it\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut printed = Vec::new();
    let mut revealed = String::new();
    for line in shell_blocks(section).iter().flat_map(|block| block.lines()) {
        let line = line.strip_prefix("cargo run --release -- ").unwrap();
        let arguments: Vec<&str> = line.split_whitespace().collect();
        for word in arguments.iter().filter(|word| word.starts_with("examples/")) {
            assert!(sandbox.exists(word), "the README names {word}, which does not exist");
        }
        let outcome = sandbox.run_unsearched(&arguments).succeeded();
        if arguments[0] == "build" {
            printed.push(outcome.stdout);
            let before = sandbox.snapshot("examples/quickstart/pull-secrets");
            printed.push(sandbox.run(&arguments).succeeded().stdout);
            assert_eq!(sandbox.snapshot("examples/quickstart/pull-secrets"), before);
        } else {
            revealed.push_str(&outcome.stdout);
        }
    }
    assert!(printed[0].contains("create "), "{printed:?}");
    assert!(!printed[1].contains("create "), "{printed:?}");
    assert!(revealed.contains("kind: Secret"), "{revealed}");
    assert!(revealed.contains("name: regcred"), "{revealed}");
    sandbox.run(&["verify", "--config", "examples/quickstart/registries.toml"]).succeeded();
}

#[test]
fn no_example_holds_a_private_key_except_the_quickstart() {
    for example in examples().into_iter().filter(|example| example != QUICKSTART) {
        let mut files = Vec::new();
        committed(&top().join("examples").join(&example), "", &mut files);
        for (path, text) in files {
            assert!(!text.contains("AGE-SECRET-KEY-"), "{example}/{path}");
        }
    }
}

fn page() -> String {
    text_of(&top().join("docs/audit.md"))
}

#[test]
fn the_page_about_audits_has_every_finding_with_its_severity() {
    let page = page();
    for code in Code::ALL {
        let start = format!("| `{}` | {} | ", code.name(), code.severity().name());
        assert!(page.contains(&start), "docs/audit.md has no row that begins with {start:?}");
    }
}

#[test]
fn the_page_about_audits_has_every_verdict() {
    let page = page();
    let section = page.split("\n## Verdicts\n").nth(1).unwrap().split("\n## ").next().unwrap();
    for verdict in Verdict::ALL {
        let severity = verdict.code().map_or("none", |code| code.severity().name());
        let start = format!("\n| `{}` | {severity} | ", verdict.name());
        assert!(section.contains(&start), "docs/audit.md has no verdict {start:?}");
    }
}

#[test]
fn the_page_about_audits_names_no_finding_that_does_not_exist() {
    let known: BTreeSet<&str> = Code::ALL
        .iter()
        .map(|code| code.name())
        .chain(Verdict::ALL.iter().map(|verdict| verdict.name()))
        .collect();
    let severities = [Severity::Error, Severity::Warning, Severity::Info].map(Severity::name);
    let page = page();
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        if cells.len() > 2 && (severities.contains(&cells[1]) || cells[1] == "none") {
            let name = cells[0].trim_start_matches("| ").trim_matches('`');
            assert!(known.contains(name), "{line}");
        }
    }
}

/// Asserts that a JSON object has exactly the members that a line of the page shows.
#[track_caller]
fn check_members(value: &Value, shown: &str) {
    let members = value.as_object().unwrap().keys();
    let members: Vec<String> = members.map(|member| format!("\"{member}\"")).collect();
    let mut expected: Vec<&str> = shown.split(',').collect();
    let mut found: Vec<&str> = members.iter().map(String::as_str).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
}

/// Returns what stands in `{…}` after `start` on the page, up to `end`.
fn shape<'p>(page: &'p str, start: &str, end: &str) -> &'p str {
    let at = page.find(start).unwrap_or_else(|| panic!("docs/audit.md does not show {start}"));
    let rest = &page[at + start.len()..];
    &rest[..rest.find(end).unwrap()]
}

#[test]
fn the_json_of_an_audit_has_the_shape_that_the_page_shows() {
    let page = page();
    let mut sandbox = copy("plain", "");
    sandbox.write("manifests/broken.yaml", "a: [");
    let report = audited(&run(&mut sandbox, "regrender audit manifests --output json", &[]));
    check_members(&report, "\"images\",\"findings\",\"unreadable\",\"summary\"");
    check_members(&report["images"][0], shape(&page, "{\"images\":[{", "}]"));
    check_members(&report["findings"][0], shape(&page, "\"findings\":[{", "}]"));
    check_members(&report["unreadable"][0], shape(&page, "\"unreadable\":[{", "}]"));
    let summary = shape(&page, "\n\"summary\":{", "}\n").replace(":{…}", "");
    check_members(&report["summary"], &summary);
}

#[test]
fn the_json_of_an_explanation_has_the_shape_that_the_page_shows() {
    let page = page();
    let mut sandbox = copy("plain", "");
    sandbox.write(
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/dockerconfigjson\n\
         stringData: {.dockerconfigjson: '{\"auths\":{\"ghcr.io\":{\"username\":\"u\",\"password\":\"p\"}}}'}\n",
    );
    sandbox.write(
        "broken.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: b}\ntype: kubernetes.io/dockerconfigjson\n\
         stringData: {.dockerconfigjson: '{'}\n",
    );
    let explain = |sandbox: &mut Sandbox, file: &str| {
        let command =
            format!("regrender explain ghcr.io/acme/x --output json --pull-secret {file}");
        audited(&run(sandbox, &command, &[]))
    };
    let covered = explain(&mut sandbox, "secret.yaml");
    assert_eq!(covered["verdict"], "covered");
    let members: Vec<&str> =
        vec!["image", "valid", "error", "repository", "host", "path", "tag", "digest"];
    let shown = shape(&page, "{\"image\",", "\"credentials\"");
    for member in members.into_iter().skip(1) {
        assert!(shown.contains(&format!("\"{member}\",")), "{member}");
    }
    check_members(&covered["credentials"][0], shape(&page, "\"credentials\":[{", "}]"));
    let broken = explain(&mut sandbox, "broken.yaml");
    assert_eq!(broken["verdict"], "broken-secret");
    check_members(&broken["broken"][0], shape(&page, "\"broken\":[{", "}]"));
}
