//! `graph`: a picture of the way of every credential.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: team-a}\n\
                   spec: {template: {spec: {containers: [{name: web, image: acme/web:1}]}}}\n";

const STRAY: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: stray, namespace: team-b}\n\
                     spec: {containers: [{name: stray, image: acme/stray:1}]}\n";

/// A repository whose `default` account of one namespace gets the pull secret.
fn repository() -> Sandbox {
    let sandbox = Sandbox::simple();
    sandbox.give_to("default");
    sandbox.write("apps/web.yaml", WEB);
    sandbox.write("apps/stray.yaml", STRAY);
    sandbox
}

/// Draws, and returns what a README would hold.
#[track_caller]
fn drawn(sandbox: &Sandbox, more: &[&str]) -> String {
    let outcome = sandbox.run(&[&["graph"], more].concat()).succeeded();
    assert_eq!(outcome.stderr, "");
    outcome.stdout
}

#[test]
fn the_picture_is_mermaid_and_a_broken_way_is_no_failure() {
    assert_snapshot!(repository().run(&["graph"]).succeeded(), @r#"
    flowchart LR
      accTitle: The way of every pull credential
      accDescr: 2 workloads in 2 namespaces: 1 broken, 0 to look at, 1 well
      r0[("registry hub<br/>docker.io")]
      subgraph n0["namespace team-a"]
        s1{{"Secret regcred"}}
        a2(["account default"])
        w4["Deployment web<br/>docker.io"]
      end
      subgraph n1["namespace team-b"]
        a3(["account default<br/>lists no pull secret"])
        w5["Pod stray<br/>docker.io<br/>✗ no credential for docker.io"]:::broken
      end
      r0 --> s1
      r0 -...-x|"✗ not covered"| w5
      s1 --> a2
      a2 --> w4
      a3 --> w5
      subgraph legend["marks"]
        legend_broken["✗ the way is broken"]:::broken
      end
      classDef broken fill:#ffebe9,stroke:#cf222e,color:#82071e,stroke-width:3px
      linkStyle 1 stroke:#cf222e,stroke-width:3px
    "#);
}

#[test]
fn the_picture_is_the_same_with_the_built_tree_and_without_an_identity() {
    let mut sandbox = repository();
    let before = drawn(&sandbox, &[]);
    sandbox.run(&["build"]).succeeded();
    assert_eq!(drawn(&sandbox, &[]), before);
    sandbox.unset("SOPS_AGE_KEY");
    sandbox.unset("HUB_TOKEN");
    assert_eq!(drawn(&sandbox, &[]), before);
}

#[test]
fn the_picture_is_dot() {
    assert_snapshot!(repository().run(&["graph", "--output", "dot"]).succeeded(), @r##"
    digraph "The way of every pull credential" {
      tooltip="2 workloads in 2 namespaces: 1 broken, 0 to look at, 1 well"
      rankdir=LR
      fontname="Helvetica,sans-serif"
      node [fontname="Helvetica,sans-serif" fontsize=11 margin="0.2,0.08" style=filled fillcolor=white]
      edge [fontname="Helvetica,sans-serif" fontsize=10]
      n0 [shape=cylinder label="registry hub\ndocker.io" tooltip="registry hub\ndocker.io"]
      subgraph cluster_0 {
        label="namespace team-a" style=rounded color=gray60
        n1 [shape=hexagon label="Secret regcred" tooltip="Secret regcred"]
        n2 [shape=oval label="account default" tooltip="account default"]
        n4 [shape=box label="Deployment web\ndocker.io" tooltip="Deployment web\ndocker.io"]
      }
      subgraph cluster_1 {
        label="namespace team-b" style=rounded color=gray60
        n3 [shape=oval label="account default\nlists no pull secret" tooltip="account default\nlists no pull secret"]
        n5 [shape=box label="Pod stray\ndocker.io\n✗ no credential for docker.io" tooltip="Pod stray\ndocker.io\n✗ no credential for docker.io" fillcolor="#ffebe9" color="#cf222e" fontcolor="#82071e" penwidth=2]
      }
      n0 -> n1
      n0 -> n5 [label="✗ not covered" style=dashed arrowhead=tee color="#cf222e" fontcolor="#a40e26" penwidth=2 minlen=3]
      n1 -> n2
      n2 -> n4
      n3 -> n5
      subgraph cluster_legend {
        label="marks" style=rounded color=gray60
        legend_broken [shape=box label="✗ the way is broken" fillcolor="#ffebe9" color="#cf222e" fontcolor="#82071e" penwidth=2]
      }
    }
    "##);
}

#[test]
fn the_picture_is_svg_by_itself() {
    let svg = drawn(&repository(), &["--output", "svg"]);
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""), "{svg}");
    assert!(
        svg.ends_with("</svg>\n") && svg.contains(">✗ no credential for docker.io</text>"),
        "{svg}"
    );
}

#[test]
fn namespaces_and_registries_can_be_picked() {
    let sandbox = repository();
    let one = drawn(&sandbox, &["-n", "team-b"]);
    assert!(one.contains("Pod stray") && !one.contains("Deployment web"), "{one}");
    let both = drawn(&sandbox, &["-n", "team-b", "--namespace", "team-a"]);
    assert!(both.contains("Pod stray") && both.contains("Deployment web"), "{both}");
    let hub = drawn(&sandbox, &["--registry", "hub"]);
    assert!(hub.contains("Pod stray") && hub.contains("Deployment web"), "{hub}");
}

#[test]
fn a_name_that_nothing_has_is_a_slip() {
    let sandbox = repository();
    let outcome = sandbox.run(&["graph", "-n", "team-d", "--registry", "elsewhere.example"]);
    assert_snapshot!(outcome, @"
    --- stderr
    error: no namespace of the graph is called `team-d`
      help: did you mean `team-a`?
    error: no registry of the graph is called `elsewhere.example`
      help: name one of `hub`
    --- status 2
    ");
}

#[test]
fn without_registries_toml_the_registries_are_hosts() {
    let sandbox = Sandbox::new(&[("web.yaml", WEB)]);
    assert_snapshot!(sandbox.run(&["graph"]).succeeded(), @r#"
    flowchart LR
      accTitle: The way of every pull credential
      accDescr: 1 workload in 1 namespace: 0 broken, 1 to look at, 0 well
      r0[("registry docker.io")]
      subgraph n0["namespace team-a"]
        a1(["account default<br/>lists no pull secret"])
        w2["Deployment web<br/>docker.io<br/>△ no credential for docker.io"]:::doubtful
      end
      r0 -...-o|"△ not covered"| w2
      a1 --> w2
      subgraph legend["marks"]
        legend_doubtful["△ look at it"]:::doubtful
      end
      classDef doubtful fill:#fff8c5,stroke:#9a6700,color:#4d2d00,stroke-width:2px
      linkStyle 0 stroke:#bf8700,stroke-width:2px
    "#);
}

#[test]
fn an_empty_repository_is_told_in_the_picture() {
    let sandbox = Sandbox::new(&[]);
    assert!(drawn(&sandbox, &[]).contains("nothing here pulls an image"));
}

#[test]
fn manifests_come_through_standard_input_too() {
    let mut sandbox = Sandbox::new(&[]);
    sandbox.type_in(WEB);
    assert!(drawn(&sandbox, &["-"]).contains("Deployment web"));
    assert_snapshot!(sandbox.run(&["graph", "nowhere"]), @"
    --- stderr
    error: `nowhere` does not exist
      help: name a file, a folder, or `-`
    --- status 1
    ");
}

#[test]
fn what_names_no_namespace_can_be_taken_to_be_in_one() {
    let mut sandbox = Sandbox::new(&[]);
    sandbox.type_in(&WEB.replace(", namespace: team-a", ""));
    let nowhere = drawn(&sandbox, &["-"]);
    assert!(nowhere.contains("[\"namespace not known\"]"), "{nowhere}");
    let here = drawn(&sandbox, &["-", "--assume-namespace", "shop"]);
    assert!(here.contains("[\"namespace shop\"]"), "{here}");
}

#[test]
fn above_sixty_boxes_what_looks_alike_is_drawn_once() {
    let mut text = String::new();
    for number in 0..70 {
        // Writing to a string cannot fail.
        let _infallible = write!(
            text,
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{number}, namespace: team-a}}\n\
             spec: {{containers: [{{name: c, image: r.example/p{number}:1}}]}}\n"
        );
    }
    let sandbox = Sandbox::new(&[("pods.yaml", &text)]);
    assert_snapshot!(sandbox.run(&["graph"]), @r#"
    flowchart LR
      accTitle: The way of every pull credential
      accDescr: 70 workloads in 1 namespace: 0 broken, 70 to look at, 0 well
      r0[("registry r.example")]
      subgraph n0["namespace team-a"]
        a1(["account default<br/>lists no pull secret"])
        w2["70 Pods<br/>p0, p1, p10 and 67 more<br/>r.example<br/>△ no credential for r.example"]:::doubtful
      end
      r0 -...-o|"△ not covered"| w2
      a1 --> w2
      subgraph legend["marks"]
        legend_doubtful["△ look at it"]:::doubtful
      end
      classDef doubtful fill:#fff8c5,stroke:#9a6700,color:#4d2d00,stroke-width:2px
      linkStyle 0 stroke:#bf8700,stroke-width:2px
    --- stderr
    note: what looks alike is drawn once: 3 boxes for 72 in one namespace; `--whole` draws each, and `--namespace` and `--registry` leave others out
    "#);
    let whole = sandbox.run(&["graph", "--whole"]);
    assert_eq!(whole.stderr, "");
    assert!(whole.stdout.contains("Pod p69"));
}

#[test]
fn what_cannot_be_read_is_not_passed_over_in_silence() {
    let sandbox = repository();
    sandbox.write("apps/broken.yaml", "kind: Pod\nspec: {containers: [\n");
    let outcome = sandbox.run(&["graph"]);
    assert_eq!(outcome.status, 0);
    assert_snapshot!(outcome.stderr, @"note: one file or document could not be read and is not in the picture; `regrender audit` says why");
}
