//! Several files together, kustomizations among them: their order matters neither to the report nor
//! to the pictures, and each explains an image or says why not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_audit::{Declared, Graph, Inventory, Question, audit, explain};

const NAMES: [&str; 5] =
    ["kustomization.yaml", "a.yaml", "base/kustomization.yaml", "base/b.yaml", "flux.yaml"];

fuzz_target!(|data: &[u8]| {
    // No text holds this byte.
    let parts = data.split(|byte| *byte == 0xff);
    let files: Vec<(&str, &[u8])> = NAMES.into_iter().zip(parts).collect();
    let forwards = report(files.iter().copied());
    assert_eq!(forwards, report(files.iter().rev().copied()));
    for (name, bytes) in &files {
        let explanation = explain(&Question {
            image: "r.io/team/x:1",
            pull_secrets: &files,
            pod: Some((name, bytes)),
            service_account: None,
            declared: &Declared::default(),
            open: &|_| None,
        });
        assert!(explanation.valid);
        assert!(explanation.to_text().contains("r.io/team/x:1"));
    }
});

fn report<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let inventory = Inventory::read(files);
    let report = audit(&inventory, &Declared::default(), &|_| None);
    let graph = Graph::new(&inventory, &Declared::default(), &|_| None);
    let drawn = [&graph, &graph.folded()].map(|graph| {
        let svg = graph.to_svg();
        assert!(svg.trim_end().ends_with("</svg>") && svg.matches("<svg").count() == 1);
        graph.to_mermaid() + &graph.to_dot() + &svg
    });
    report.to_json().to_string() + &report.to_text() + &drawn.concat()
}
