//! What becomes of a repository as a graph.

use insta::assert_snapshot;
use regrender_audit::{Declared, DeclaredRegistry, Graph, RenderedList, RenderedPullSecret};

use super::repository::{LOGIN, read};

pub(crate) fn graph(files: &[(&str, &str)], declared: &Declared) -> Graph {
    Graph::new(&read(files), declared, &|_| None)
}

pub(crate) fn secret(namespace: &str, name: &str, host: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
         type: kubernetes.io/dockerconfigjson\n\
         stringData:\n  .dockerconfigjson: '{{\"auths\":{{\"{host}\":{LOGIN}}}}}'\n"
    )
}

pub(crate) fn account(namespace: &str, name: &str, list: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ServiceAccount\n\
         metadata: {{name: {name}, namespace: {namespace}}}\nimagePullSecrets: {list}\n"
    )
}

pub(crate) fn pod(namespace: &str, name: &str, image: &str, more: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
         spec: {{{more}containers: [{{name: c, image: {image}}}]}}\n"
    )
}

/// Returns the boxes and arrows of the Mermaid text, without what stands around them.
fn drawn(graph: &Graph) -> String {
    let text = graph.to_mermaid();
    let lines = text.lines().skip(3);
    let lines = lines.take_while(|line| !line.contains("subgraph legend"));
    let lines = lines.filter(|line| !line.contains("classDef") && !line.contains("linkStyle"));
    lines.map(|line| line.strip_prefix("  ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn draw(text: &str) -> String {
    drawn(&graph(&[("a.yaml", text)], &Declared::default()))
}

#[test]
fn the_way_leads_from_a_registry_to_the_pods_of_an_account() {
    let text = secret("n", "pull", "r.io")
        + &account("n", "default", "[{name: pull}]")
        + &pod("n", "web", "r.io/web:1", "");
    assert_snapshot!(draw(&text), @r#"
    r0[("registry r.io")]
    subgraph n0["namespace n"]
      s1{{"Secret pull"}}
      a2(["account default"])
      w3["Pod web<br/>r.io"]
    end
    r0 --> s1
    s1 --> a2
    a2 --> w3
    "#);
}

#[test]
fn a_key_below_a_declared_registry_is_for_that() {
    let registry = DeclaredRegistry { name: "internal".to_owned(), keys: vec!["r.io".to_owned()] };
    let declared = Declared { registries: vec![registry], ..Declared::default() };
    let files = [("a.yaml", &*secret("n", "pull", "r.io/team"))];
    assert_snapshot!(drawn(&graph(&files, &declared)), @r#"
    r0[("registry internal<br/>r.io<br/>○ no image here comes from it")]:::unused
    subgraph n0["namespace n"]
      s1{{"Secret pull<br/>○ nothing here lists it"}}:::unused
    end
    r0 --> s1
    "#);
}

#[test]
fn a_pod_with_a_list_of_its_own_is_not_given_that_of_its_account() {
    let text = secret("n", "pull", "r.io")
        + &secret("n", "other", "q.io")
        + &account("n", "worker", "[{name: pull}]")
        + &pod(
            "n",
            "web",
            "r.io/web:1",
            "serviceAccountName: worker, imagePullSecrets: [{name: other}], ",
        );
    assert_snapshot!(draw(&text), @r#"
    r0[("registry q.io<br/>○ no image here comes from it")]:::unused
    r1[("registry r.io")]
    subgraph n0["namespace n"]
      s2{{"Secret other"}}
      s3{{"Secret pull"}}
      a4(["account worker"])
      w5["Pod web<br/>r.io<br/>△ no credential for r.io"]:::doubtful
    end
    r0 --> s2
    r1 --> s3
    r1 -...-o|"△ not covered"| w5
    s2 ---> w5
    s3 --> a4
    a4 -.-x|"△ not added"| w5
    "#);
}

#[test]
fn a_secret_that_is_listed_and_not_there_is_marked() {
    let text = secret("m", "far", "r.io")
        + &pod("n", "web", "r.io/web:1", "imagePullSecrets: [{name: gone}, {name: far}], ");
    assert_snapshot!(draw(&text), @r#"
    r0[("registry r.io")]
    subgraph n0["namespace m"]
      s1{{"Secret far<br/>○ nothing here lists it"}}:::unused
    end
    subgraph n1["namespace n"]
      s2{{"Secret far<br/>✗ only in namespace m"}}:::broken
      s3{{"Secret gone<br/>✗ not in the repository"}}:::broken
      w4["Pod web<br/>r.io<br/>△ not known for r.io"]:::doubtful
    end
    r0 --> s1
    r0 -...-o|"△ not known"| w4
    s2 ---> w4
    s3 ---> w4
    "#);
}

#[test]
fn what_nothing_uses_is_marked() {
    let text = secret("n", "idle", "r.io") + &account("n", "lone", "[{name: listed}]");
    assert_snapshot!(draw(&text), @r#"
    r0[("registry r.io<br/>○ no image here comes from it")]:::unused
    subgraph n0["namespace n"]
      s1{{"Secret idle<br/>○ nothing here lists it"}}:::unused
      s2{{"Secret listed<br/>✗ not in the repository"}}:::broken
      a3(["account lone<br/>○ no workload here runs under it"]):::unused
    end
    r0 --> s1
    s2 --> a3
    "#);
}

#[test]
fn a_workload_of_an_account_that_is_not_there_is_doubtful() {
    assert_snapshot!(draw(&pod("n", "web", "r.io/web:1", "serviceAccountName: ghost, ")), @r#"
    r0[("registry r.io")]
    subgraph n0["namespace n"]
      a1(["account ghost<br/>△ not in the repository"]):::doubtful
      w2["Pod web<br/>r.io<br/>△ not known for r.io"]:::doubtful
    end
    r0 -...-o|"△ not known"| w2
    a1 --> w2
    "#);
}

#[test]
fn a_secret_that_breaks_every_pull_is_named_by_its_finding() {
    let text = secret("n", "pull", "r.io").replace(LOGIN, "{\"auth\":\"x\"}")
        + &pod("n", "web", "r.io/web:1", "imagePullSecrets: [{name: pull}], ");
    assert_snapshot!(draw(&text), @r#"
    r0[("registry r.io")]
    subgraph n0["namespace n"]
      s1{{"Secret pull<br/>✗ broken-secret"}}:::broken
      w2["Pod web<br/>r.io<br/>✗ broken-secret: r.io"]:::broken
    end
    s1 ---> w2
    "#);
}

#[test]
fn a_listed_secret_of_another_type_is_marked() {
    let text = secret("n", "pull", "r.io")
        .replace("kubernetes.io/dockerconfigjson", "Opaque")
        .replace(".dockerconfigjson", "config.json")
        + &pod("n", "web", "r.io/web:1", "imagePullSecrets: [{name: pull}], ");
    assert_snapshot!(draw(&text), @r#"
    r0[("registry r.io")]
    subgraph n0["namespace n"]
      s1{{"Secret pull<br/>✗ no pull secret, by its type"}}:::broken
      w2["Pod web<br/>r.io<br/>△ no credential for r.io"]:::doubtful
    end
    r0 -...-o|"△ not covered"| w2
    s1 ---> w2
    "#);
}

#[test]
fn an_image_that_is_none_is_told_of_its_workload() {
    assert_snapshot!(draw(&pod("n", "web", "R.io/Web", "")), @r#"
    subgraph n0["namespace n"]
      a0(["account default<br/>lists no pull secret"])
      w1["Pod web<br/>✗ invalid-image: R.io/Web"]:::broken
    end
    a0 --> w1
    "#);
}

#[test]
fn a_namespace_that_is_not_known_comes_last() {
    let text = pod("n", "web", "r.io/web:1", "")
        + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: lost}\n\
           spec: {containers: [{name: c, image: r.io/lost}]}\n";
    assert_snapshot!(draw(&text), @r#"
    r0[("registry r.io")]
    subgraph n0["namespace n"]
      a1(["account default<br/>lists no pull secret"])
      w3["Pod web<br/>r.io<br/>△ no credential for r.io"]:::doubtful
    end
    subgraph n1["namespace not known"]
      a2(["account default<br/>lists no pull secret"])
      w4["Pod lost<br/>r.io<br/>△ not known for r.io"]:::doubtful
    end
    r0 -...-o|"△ not covered"| w3
    r0 -...-o|"△ not known"| w4
    a1 --> w3
    a2 --> w4
    "#);
}

fn registry(name: &str, key: &str) -> DeclaredRegistry {
    DeclaredRegistry { name: name.to_owned(), keys: vec![key.to_owned()] }
}

/// One registry of each sort, and a pull secret for one of them.
fn list((kind, name): (&str, &str)) -> RenderedList {
    RenderedList {
        namespace: "n".to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        pull_secrets: vec!["pull".to_owned()],
        ..RenderedList::default()
    }
}

fn declared() -> Declared {
    Declared {
        private: vec!["r.io".to_owned(), "r.io/apps".to_owned()],
        anonymous: vec!["open.io".to_owned()],
        node_provided: vec!["cloud.io".to_owned()],
        registries: vec![
            registry("apps", "r.io/apps"),
            registry("cloud", "cloud.io"),
            registry("open", "open.io"),
            registry("rest", "r.io"),
        ],
        pull_secrets: vec![RenderedPullSecret {
            namespace: "n".to_owned(),
            name: "pull".to_owned(),
            keys: vec!["r.io/apps".to_owned()],
            ..RenderedPullSecret::default()
        }],
        lists: [("ServiceAccount", "default"), ("Deployment", "gone")].map(list).into(),
        account_provided: Vec::new(),
        clear_sources: Vec::new(),
        now: None,
    }
}

#[test]
fn declared_registries_are_called_by_their_names() {
    let text = pod("n", "app", "r.io/apps/a", "")
        + &pod("n", "other", "r.io/else/b", "")
        + &pod("n", "free", "open.io/c", "")
        + &pod("n", "node", "cloud.io/d", "")
        + &pod("n", "stray", "q.io/e", "");
    assert_snapshot!(drawn(&graph(&[("a.yaml", &text)], &declared())), @r#"
    r0[("registry apps<br/>r.io/apps")]
    r1[("registry cloud<br/>cloud.io<br/>the node has the credential")]
    r2[("registry open<br/>open.io<br/>needs no credential")]
    r3[("registry q.io<br/>not in registries.toml")]
    r4[("registry rest<br/>r.io")]
    subgraph n0["namespace n"]
      s5{{"Secret pull"}}
      a6(["account default"])
      w7["Deployment gone<br/>△ not in the repository"]:::doubtful
      w8["Pod app<br/>r.io"]
      w9["Pod free<br/>open.io"]
      w10["Pod node<br/>cloud.io"]
      w11["Pod other<br/>r.io<br/>✗ no credential for r.io"]:::broken
      w12["Pod stray<br/>q.io<br/>△ no credential for q.io"]:::doubtful
    end
    r0 --> s5
    r1 -...->|"from the node"| w10
    r2 -...->|"public"| w9
    r3 -...-o|"△ not covered"| w12
    r4 -...-x|"✗ not covered"| w11
    s5 --> a6
    s5 ---> w7
    a6 --> w8
    a6 --> w9
    a6 --> w10
    a6 --> w11
    a6 --> w12
    "#);
}

#[test]
fn an_empty_repository_has_a_picture_that_says_so() {
    assert_snapshot!(graph(&[], &Declared::default()).to_mermaid(), @r#"
    flowchart LR
      accTitle: The way of every pull credential
      accDescr: 0 workloads in 0 namespaces: 0 broken, 0 to look at, 0 well
      empty["nothing here pulls an image"]
    "#);
}

#[test]
fn no_secret_value_is_in_the_picture() {
    let text = secret("n", "pull", "user:canary-4f1d@r.io") + &pod("n", "web", "r.io/web:1", "");
    assert!(!draw(&text).contains("canary"));
}

#[test]
fn the_same_repository_gives_the_same_picture_whatever_the_order_of_its_files() {
    let one = secret("n", "pull", "r.io") + &pod("n", "web", "r.io/web:1", "");
    let two = pod("m", "web", "q.io/web:1", "");
    let declared = Declared::default();
    let forth = graph(&[("a.yaml", &one), ("b.yaml", &two)], &declared);
    let back = graph(&[("b.yaml", &two), ("a.yaml", &one)], &declared);
    assert_eq!(forth.to_mermaid(), back.to_mermaid());
}

/// A repository of so many namespaces, each with the same Secret, account and two pods.
fn many(namespaces: usize) -> String {
    (0..namespaces)
        .map(|number| {
            let namespace = format!("n{number:03}");
            secret(&namespace, "pull", "r.io")
                + &account(&namespace, "default", "[{name: pull}]")
                + &pod(&namespace, "web", "r.io/web:1", "")
                + &pod(&namespace, "job", "r.io/job:1", "")
        })
        .collect()
}

#[test]
fn namespaces_that_look_alike_are_drawn_once() {
    let text = many(40) + &pod("n007", "stray", "q.io/stray:1", "");
    let graph = graph(&[("a.yaml", &text)], &Declared::default());
    assert_eq!(graph.size().namespaces, 40);
    let folded = graph.folded();
    assert_eq!((folded.size().workloads, folded.size().namespaces), (81, 40));
    assert_snapshot!(drawn(&folded), @r#"
    r0[("registry q.io")]
    r1[("registry r.io")]
    subgraph n0["39 namespaces: n000, n001, n002 and 36 more"]
      s2{{"Secret pull"}}
      a4(["account default"])
      w6["78 Pods<br/>job, web<br/>r.io"]
    end
    subgraph n1["namespace n007"]
      s3{{"Secret pull"}}
      a5(["account default"])
      w7["2 Pods<br/>job, web<br/>r.io"]
      w8["Pod stray<br/>q.io<br/>△ no credential for q.io"]:::doubtful
    end
    r0 -...-o|"△ not covered"| w8
    r1 --> s2
    r1 --> s3
    s2 --> a4
    s3 --> a5
    a4 --> w6
    a5 --> w7
    a5 --> w8
    "#);
}

#[test]
fn what_can_be_read_as_it_is_is_not_folded() {
    let graph = graph(&[("a.yaml", &many(3))], &Declared::default());
    assert_eq!(graph.folded().to_mermaid(), graph.to_mermaid());
}

#[test]
fn a_namespace_is_kept_with_the_registries_that_lead_to_it() {
    let text = many(2) + &pod("n001", "stray", "q.io/stray:1", "") + &secret("n000", "z", "z.io");
    let mut graph = graph(&[("a.yaml", &text)], &Declared::default());
    graph.keep_namespaces(&["n001".to_owned()]);
    assert_snapshot!(drawn(&graph), @r#"
    r0[("registry q.io")]
    r1[("registry r.io")]
    subgraph n0["namespace n001"]
      s2{{"Secret pull"}}
      a3(["account default"])
      w4["Pod job<br/>r.io"]
      w5["Pod stray<br/>q.io<br/>△ no credential for q.io"]:::doubtful
      w6["Pod web<br/>r.io"]
    end
    r0 -...-o|"△ not covered"| w5
    r1 --> s2
    s2 --> a3
    a3 --> w4
    a3 --> w5
    a3 --> w6
    "#);
    assert_eq!(graph.namespaces().collect::<Vec<_>>(), ["n001"]);
}

#[test]
fn a_registry_is_kept_with_all_that_pulls_from_it() {
    let text = secret("n", "pull", "r.io")
        + &secret("n", "other", "q.io")
        + &account("n", "default", "[{name: pull}]")
        + &account("n", "second", "[{name: other}]")
        + &pod("n", "web", "r.io/web:1", "")
        + &pod("n", "stray", "r.io/stray:1", "serviceAccountName: second, ")
        + &pod("n", "else", "q.io/else:1", "serviceAccountName: second, ")
        + &pod("n", "gone", "r.io/gone:1", "imagePullSecrets: [{name: gone}], ")
        + &pod("m", "far", "q.io/far:1", "");
    let mut graph = graph(&[("a.yaml", &text)], &Declared::default());
    graph.keep_registries(&["r.io".to_owned()]);
    assert_snapshot!(drawn(&graph), @r#"
    r0[("registry r.io")]
    subgraph n0["namespace n"]
      s1{{"Secret gone<br/>✗ not in the repository"}}:::broken
      s2{{"Secret pull"}}
      a3(["account default"])
      a4(["account second"])
      w5["Pod gone<br/>r.io<br/>△ not known for r.io"]:::doubtful
      w6["Pod stray<br/>r.io<br/>△ no credential for r.io"]:::doubtful
      w7["Pod web<br/>r.io"]
    end
    r0 --> s2
    r0 -...-o|"△ not known"| w5
    r0 -...-o|"△ not covered"| w6
    s1 ---> w5
    s2 --> a3
    a3 -.-x|"△ not added"| w5
    a3 --> w7
    a4 --> w6
    "#);
}
