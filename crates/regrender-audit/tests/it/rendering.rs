//! How a report is told to machines and to people.

use regrender_audit::{AuditReport, Code, Declared, Inventory, audit};

fn report() -> AuditReport {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: '</script><b>', namespace: n}\n\
        spec: {containers: [{name: c, image: R.io/App}, {name: d, image: r.io/app}]}\n";
    let files = [("a b.yaml", pod.as_bytes()), ("broken.yaml", &b"a: ["[..])];
    audit(&Inventory::read(files), &Declared::default(), &|_| None)
}

#[test]
fn sarif_names_rule_file_and_line_of_every_finding() {
    let report = report();
    let log = report.to_sarif("1.2.3");
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
