//! How a report is told to machines and to people.

use insta::assert_snapshot;
use regrender_audit::{AuditReport, Base, Code, Declared, Inventory, audit};

use super::repository::private;

fn report() -> AuditReport {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: '</script><b>', namespace: n}\n\
        spec: {containers: [{name: c, image: R.io/App}, {name: d, image: r.io/app}]}\n";
    let files = [("a b.yaml", pod.as_bytes()), ("broken.yaml", &b"a: ["[..])];
    audit(&Inventory::read(files), &Declared::default(), &|_| None)
}

#[test]
fn sarif_names_rule_file_and_line_of_every_finding() {
    let report = report();
    let log = report.to_sarif("1.2.3", &Base::default());
    let run = &log["runs"][0];
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(run["tool"]["driver"]["version"], "1.2.3");
    assert_eq!(run["results"].as_array().unwrap().len(), report.findings.len());
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b.yaml");
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
    }
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), Code::ALL.len());
    let notes = &run["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notes.as_array().unwrap().len(), 1);
}

#[test]
fn page_is_one_file_that_loads_nothing() {
    let page = report().to_page(None);
    for outside in ["src=", "href=\"", "@import", "url(", "fetch(", "XMLHttpRequest"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'"));
    assert!(page.contains("invalid-image"));
}

#[test]
fn nothing_of_the_report_can_become_markup() {
    let page = report().to_page(Some("https://example.com/\"</script>"));
    assert!(!page.contains("</script><b>"));
    assert_eq!(page.matches("</script>").count(), 3);
}

#[test]
fn text_tells_finding_place_and_way_out() {
    let text = report().to_text();
    assert!(text.contains("error[invalid-image]: `R.io/App` of Pod"), "{text}");
    assert!(text.contains("  --> a b.yaml:4:"), "{text}");
    assert!(text.contains("  help: write the image as"), "{text}");
    assert!(text.contains("unreadable: broken.yaml: not valid YAML"), "{text}");
    assert!(text.ends_with("2 images in 2 files: 1 invalid-image, 1 uncovered-unknown; 1 error, 1 warning, 1 unreadable\n"), "{text}");
}

/// The report on pods with these images, one a file.
fn report_on(images: &[&str]) -> AuditReport {
    report_on_files(&Declared::default(), images, |image| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: n}}\n\
             spec: {{containers: [{{name: c, image: {image}}}]}}\n"
        )
    })
}

/// The report on a file for each of some words.
fn report_on_files(
    declared: &Declared,
    words: &[&str],
    file: impl Fn(&str) -> String,
) -> AuditReport {
    let files: Vec<(String, String)> = words
        .iter()
        .enumerate()
        .map(|(number, word)| (format!("{number}.yaml"), file(word)))
        .collect();
    let files = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
    audit(&Inventory::read(files), declared, &|_| None)
}

#[test]
fn many_images_of_a_registry_are_told_together() {
    let images = ["r.io/a", "q.io/a", "r.io/b", "Bad", "r.io/c", "r.io/d", "r.io/e", "q.io/b"];
    let report = report_on(&images);
    assert_snapshot!(report.to_text(), @"
    warning[uncovered-unknown]: no pull secret in force covers `r.io`, and nothing is declared about it: 5 images
      --> 0.yaml:4:38: `r.io/a` of Pod `p`
      --> 2.yaml:4:38: `r.io/b` of Pod `p`
      --> 4.yaml:4:38: `r.io/c` of Pod `p`
      and 2 more, which `--output json` lists
      help: declare the registry in registries.toml, with a credential or with `anonymous = true`

    warning[uncovered-unknown]: `q.io/a` of Pod `p`: no pull secret in force covers `q.io`, and nothing is declared about it
      --> 1.yaml:4:38
      help: declare the registry in registries.toml, with a credential or with `anonymous = true`

    error[invalid-image]: `Bad` of Pod `p`: repository `library/Bad` must be lower case
      --> 3.yaml:4:38
      help: write the image as `[host[:port]/]path[:tag][@digest]`, in lower case

    warning[uncovered-unknown]: `q.io/b` of Pod `p`: no pull secret in force covers `q.io`, and nothing is declared about it
      --> 7.yaml:4:38
      help: declare the registry in registries.toml, with a credential or with `anonymous = true`

    8 images in 8 files: 1 invalid-image, 7 uncovered-unknown; 1 error, 7 warnings, 0 unreadable
    ");
    // Machines are told each.
    let json = report.to_json();
    assert_eq!(json["findings"].as_array().unwrap().len(), images.len());
    assert_eq!(
        report.to_sarif("1", &Base::default())["runs"][0]["results"].as_array().unwrap().len(),
        images.len()
    );
}

#[test]
fn a_few_images_of_a_registry_are_told_one_by_one() {
    let text = report_on(&["r.io/a", "r.io/b", "r.io/c"]).to_text();
    assert_eq!(text.matches("warning[uncovered-unknown]: `r.io/").count(), 3, "{text}");
    let mut report = report_on(&["r.io/a", "r.io/b", "r.io/c", "r.io/d"]);
    assert!(report.to_text().contains("  and 1 more, which"));
    // What a baseline leaves out does not count.
    report.retain_findings(|finding| &*finding.file != "2.yaml");
    assert!(!report.to_text().contains("more, which"));
}

/// One pull secret more in the list of an account settles all that runs under it.
#[test]
fn many_images_that_an_account_has_no_pull_secret_for_are_told_together() {
    let pods = [
        "namespace: n}, spec: {",
        "namespace: n}, spec: {",
        "namespace: n}, spec: {",
        "namespace: n}, spec: {",
        "namespace: other}, spec: {",
        "namespace: n}, spec: {imagePullSecrets: [{name: a}, {name: b}], ",
    ];
    let report = report_on_files(&private("p.io"), &pods, |pod| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: p, {pod}containers: [{{name: c, image: p.io/x}}]}}}}\n\
             ---\n{{apiVersion: v1, kind: Secret, metadata: {{name: a, namespace: n}}, type: kubernetes.io/dockerconfigjson}}\n\
             ---\n{{apiVersion: v1, kind: Secret, metadata: {{name: b, namespace: n}}, type: kubernetes.io/dockerconfigjson}}\n"
        )
    });
    let text = report.to_text();
    let told = |line: &&str| line.contains("[uncovered-private]");
    let told: Vec<&str> = text.lines().filter(told).collect();
    assert_eq!(
        told,
        [
            "error[uncovered-private]: no pull secret of ServiceAccount `default` in `n` covers `p.io`, which is declared private: 4 images",
            "error[uncovered-private]: `p.io/x` of Pod `p`: no pull secret of ServiceAccount `default` in `other` covers `p.io`, which is declared private",
            "error[uncovered-private]: `p.io/x` of Pod `p`: none of the pod's own pull secrets, `a`, `b`, covers `p.io`, which is declared private",
        ]
    );
}

#[test]
fn many_images_and_workloads_that_lack_the_same_to_be_known_are_told_together() {
    let images = ["r.io/a", "r.io/b", "r.io/c", "r.io/d"];
    let report = report_on_files(&Declared::default(), &images, |image| {
        format!(
            "image: {image}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\n\
             spec: {{containers: [{{name: c, image: {image}}}]}}\n"
        )
    });
    assert_snapshot!(report.to_text(), @"
    info[undetermined]: the namespace is not known, and the chart or base decides which pull secrets its pods have: 4 images
      --> 0.yaml:1:8: `r.io/a` of these values
      --> 1.yaml:1:8: `r.io/b` of these values
      --> 2.yaml:1:8: `r.io/c` of these values
      and 1 more, which `--output json` lists
      help: pipe the built manifests through `regrender audit -`, or put the missing object into the repository

    info[namespace-unknown]: the namespace is not known: 4 workloads
      --> 0.yaml:3:1: Pod `p`, which pulls from `r.io` with no pull secret
      --> 1.yaml:3:1: Pod `p`, which pulls from `r.io` with no pull secret
      --> 2.yaml:3:1: Pod `p`, which pulls from `r.io` with no pull secret
      and 1 more, which `--output json` lists
      help: name the namespace in the manifest or in the kustomization that lists it, or give it with `--namespace`

    8 images in 4 files: 8 undetermined; 0 errors, 0 warnings, 0 unreadable
    ");
}

#[test]
fn many_templates_of_charts_are_told_together() {
    let template = |_: &str| "a: {{ .Values.a }}{{ b }}\n".to_owned();
    let told = |words: &[&str]| report_on_files(&Declared::default(), words, template).to_text();
    assert_snapshot!(told(&["a", "b", "c", "d"]), @"
    unreadable: helm-template: 4 files
      --> 0.yaml
      --> 1.yaml
      --> 2.yaml
      and 1 more, which `--output json` lists
      help: pipe what `helm template` makes of a chart through `regrender audit -`

    0 images in 4 files: nothing to pull; 0 errors, 0 warnings, 4 unreadable
    ");
    let text = told(&["a", "b", "c"]);
    assert_eq!(text.matches("unreadable: ").count(), 3, "{text}");
}
