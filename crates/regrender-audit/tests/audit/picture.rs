//! What is drawn once, what is marked, and what is said to whoever points at it.

use regrender_audit::{Declared, Graph, Inventory};

fn graph(text: &str, declared: &Declared) -> Graph {
    let inventory = Inventory::read([("a.yaml", text.as_bytes())]);
    Graph::new(&inventory, declared, &|_| None)
}

/// A Secret with a login for each host, which the account `default` of `n` lists.
fn logins(hosts: &[String]) -> String {
    let login = r#"{"username":"u","password":"canary-4f1d"}"#;
    let auths: Vec<String> = hosts.iter().map(|host| format!("\"{host}\":{login}")).collect();
    format!(
        "kind: Secret\nmetadata: {{name: pull, namespace: n}}\n\
         type: kubernetes.io/dockerconfigjson\n\
         stringData:\n  .dockerconfigjson: '{{\"auths\":{{{}}}}}'\n---\n\
         kind: ServiceAccount\nmetadata: {{name: default, namespace: n}}\n\
         imagePullSecrets: [{{name: pull}}]\n",
        auths.join(",")
    )
}

fn pod(name: &str, image: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: n}}\n\
         spec: {{containers: [{{name: c, image: {image}}}]}}\n"
    )
}

/// Lists what stands in the boxes of workloads.
fn workloads(graph: &Graph) -> Vec<String> {
    let text = graph.to_mermaid();
    let of_pods = text.lines().filter_map(|line| line.split('"').nth(1));
    let is_workload =
        |label: &&str| label.split("<br/>").next().is_some_and(|one| one.contains("Pod"));
    of_pods.filter(is_workload).map(str::to_owned).collect()
}

#[test]
fn workloads_of_the_same_hosts_are_drawn_once_before_those_of_others() {
    let hosts = ["q.io", "r.io"].map(str::to_owned);
    let pods: String = (0..40)
        .flat_map(|number| {
            ["q.io", "r.io"].map(|host| pod(&format!("p{number}-{host}"), &format!("{host}/x")))
        })
        .collect();
    let found = workloads(&graph(&(logins(&hosts) + &pods), &Declared::default()).folded());
    let hosts: Vec<_> = found.iter().map(|label| label.rsplit("<br/>").next()).collect();
    assert_eq!(hosts, [Some("q.io"), Some("r.io")], "{found:?}");
    assert!(found.iter().all(|label| label.starts_with("40 Pods<br/>")), "{found:?}");
}

#[test]
fn namespaces_are_told_apart_as_long_as_that_can_be_read() {
    let own = logins(&["r.io".to_owned()])
        + &(0..40).map(|number| pod(&format!("p{number}"), "r.io/x")).collect::<String>();
    let text = own.clone() + "---\n" + &own.replace("namespace: n}", "namespace: m}");
    let folded = graph(&text, &Declared::default()).folded().to_mermaid();
    assert!(folded.contains("\"namespace m\"") && folded.contains("\"namespace n\""), "{folded}");
    assert_eq!(folded.matches("40 Pods").count(), 2, "{folded}");
}

#[test]
fn what_an_account_runs_is_not_kept_for_a_registry_that_it_does_not_pull_from() {
    let text = logins(&["r.io".to_owned()]) + &pod("web", "r.io/x") + &pod("else", "q.io/x");
    let mut graph = graph(&text, &Declared::default());
    graph.keep_registries(&["r.io".to_owned()]);
    assert_eq!(workloads(&graph), ["Pod web<br/>r.io"]);
}

#[test]
fn what_is_well_is_drawn_once_and_what_is_not_stays_by_itself() {
    let hosts: Vec<String> = (10..80).map(|number| format!("h{number}.io")).collect();
    let pods: String =
        hosts.iter().map(|host| pod(&format!("on-{host}"), &format!("{host}/x"))).collect();
    let text = logins(&hosts) + &pods + &pod("stray", "q.io/x") + &pod("lost", "z.io/x");
    let found = workloads(&graph(&text, &Declared::default()).folded());
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().any(|label| label.starts_with("70 Pods<br/>")), "{found:?}");
    for (name, host) in [("stray", "q.io"), ("lost", "z.io")] {
        let label = format!("Pod {name}<br/>{host}<br/>△ no credential for {host}");
        assert!(found.contains(&label), "{found:?}");
    }
}

/// The label lists some names; whoever points at a box sees them all.
#[test]
fn all_names_are_told_to_whoever_points_at_a_box() {
    let pods: String = (10..80).map(|number| pod(&format!("p{number}"), "r.io/x")).collect();
    let text = logins(&["r.io".to_owned()]) + &pods;
    let folded = graph(&text, &Declared::default()).folded();
    let all: Vec<String> = (10..80).map(|number| format!("p{number}")).collect();
    let all = all.join(", ");
    assert!(folded.to_dot().contains(&format!("tooltip=\"70 Pods\\n{all}\\nr.io\"")));
    assert!(folded.to_svg().contains(&format!("<title>70 Pods\n{all}\nr.io</title>")));
    let alone =
        graph(&(logins(&["r.io".to_owned()]) + &pod("web", "r.io/x")), &Declared::default());
    assert!(alone.to_dot().contains("tooltip=\"Pod web\\nr.io\""), "{}", alone.to_dot());
    assert!(alone.to_dot().contains("tooltip=\"Secret pull\""), "{}", alone.to_dot());
}

#[test]
fn all_namespaces_are_told_to_whoever_points_at_their_box() {
    let text: String = (10..50)
        .map(|number| {
            let own = logins(&["r.io".to_owned()]) + &pod("web", "r.io/x");
            own.replace("namespace: n}", &format!("namespace: n{number}}}")) + "---\n"
        })
        .collect();
    let names: Vec<String> = (10..50).map(|number| format!("n{number}")).collect();
    let svg = graph(&text, &Declared::default()).folded().to_svg();
    assert!(svg.contains(&format!("<title>{}</title>", names.join(", "))), "{svg}");
}

/// One workload that is well, one that a person should look at, one whose way is broken, and a
/// registry that nothing pulls from.
fn of_every_mark() -> Graph {
    let text = logins(&["r.io".to_owned(), "idle.io".to_owned()])
        + &pod("well", "r.io/x")
        + &pod("doubtful", "q.io/x")
        + &pod("broken", "mine.io/x");
    let declared = Declared { private: vec!["mine.io".to_owned()], ..Declared::default() };
    graph(&text, &declared)
}

#[test]
fn every_mark_that_is_drawn_is_explained_and_no_other() {
    let told = ["✗ the way is broken", "△ look at it", "○ nothing uses it"];
    let graph = of_every_mark();
    for text in [graph.to_mermaid(), graph.to_dot(), graph.to_svg()] {
        let places = told.map(|one| text.find(one));
        assert!(places.iter().all(Option::is_some), "{text}");
    }
    let well =
        self::graph(&(logins(&["r.io".to_owned()]) + &pod("web", "r.io/x")), &Declared::default());
    for text in [well.to_mermaid(), well.to_dot(), well.to_svg()] {
        assert!(told.iter().all(|one| !text.contains(one)), "{text}");
    }
}

#[test]
fn arrows_are_marked_as_what_they_say() {
    let text = of_every_mark().to_mermaid();
    let arrows: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| line.split(' ').nth(1).is_some_and(|word| word.starts_with('-')))
        .collect();
    for (label, colour) in [("✗ not covered", "#cf222e"), ("△ not covered", "#bf8700")] {
        let number = arrows.iter().position(|line| line.contains(label)).unwrap_or_default();
        let style = format!("linkStyle {number} stroke:{colour}");
        assert!(text.contains(&style), "{style}\n{text}");
    }
    assert_eq!(text.matches("linkStyle").count(), 2, "{text}");
}

/// Graphviz puts each box into the column of its kind only if arrows say how many they cross.
#[test]
fn an_arrow_says_how_many_columns_it_crosses() {
    let dot = of_every_mark().to_dot();
    let column = |node: &str| {
        let start = format!("{node} [shape=");
        let shape = dot.lines().find_map(|line| line.trim().strip_prefix(&*start));
        let shape = shape.and_then(|rest| rest.split(' ').next()).expect("every box has a shape");
        ["cylinder", "hexagon", "oval", "box"].iter().position(|one| *one == shape).expect(shape)
    };
    let mut crossed = Vec::new();
    for line in dot.lines().map(str::trim) {
        let Some((from, rest)) = line.split_once(" -> ") else { continue };
        let to = rest.split(' ').next().unwrap_or_default();
        let columns = column(to) - column(from);
        let said =
            line.split_once("minlen=").map(|(_, rest)| rest.trim_end_matches(['[', ']', ';']));
        assert_eq!(said.map_or(Ok(1), str::parse), Ok(columns), "{line}");
        assert_eq!(said.is_some(), columns > 1, "{line}");
        crossed.push(columns);
    }
    assert!(crossed.contains(&1) && crossed.iter().any(|columns| *columns > 1), "{dot}");
}

#[test]
fn boxes_are_filled_as_they_are_marked() {
    let graph = of_every_mark();
    let (dot, mermaid) = (graph.to_dot(), graph.to_mermaid());
    for (title, name, fill) in [
        ("Pod broken", "broken", "#ffebe9"),
        ("Pod doubtful", "doubtful", "#fff8c5"),
        ("registry idle.io", "unused", "#f6f8fa"),
    ] {
        let line =
            dot.lines().find(|line| line.contains(&format!("label=\"{title}"))).unwrap_or_default();
        assert!(line.contains(&format!("fillcolor=\"{fill}\"")), "{line}");
        let line = mermaid.lines().find(|line| line.contains(title)).unwrap_or_default();
        assert!(line.ends_with(&format!(":::{name}")), "{line}");
        assert!(mermaid.contains(&format!("classDef {name} fill:{fill},")), "{mermaid}");
    }
    let well = dot.lines().find(|line| line.contains("label=\"Pod well")).unwrap_or_default();
    assert!(!well.contains("fillcolor") && !well.is_empty(), "{well}");
}

#[test]
fn a_drawing_names_its_columns_and_dashes_what_is_no_way() {
    let svg = of_every_mark().to_svg();
    for head in ["REGISTRIES", "SECRETS", "ACCOUNTS", "WORKLOADS"] {
        assert!(svg.contains(&format!(">{head}</text>")), "{svg}");
    }
    let wires: Vec<&str> = svg.lines().filter(|line| line.contains("class=\"wire ")).collect();
    for (kind, count) in [("plain\"", 6), ("doubtful dashed\"", 1), ("broken dashed\"", 1)] {
        let start = format!("<path class=\"wire {kind}");
        assert_eq!(
            wires.iter().filter(|line| line.starts_with(&start)).count(),
            count,
            "{wires:#?}"
        );
    }
}

/// Returns the `fill` of the only rule among `rules` that is for `selector`.
fn fill_of(rules: &str, selector: &str) -> String {
    let is_for = |line: &&str| {
        let selectors = line.split('{').next().unwrap_or_default();
        selectors.split(',').any(|one| one == format!(".regrender {selector}"))
    };
    let fills: Vec<&str> = rules
        .lines()
        .filter(is_for)
        .filter_map(|line| line.split_once("{fill:#")?.1.get(..6))
        .collect();
    assert_eq!(fills.len(), 1, "{selector}: {fills:?}");
    fills.concat()
}

/// WCAG 2.2, relative luminance: of a colour in `sRGB`.
fn luminance(colour: &str) -> f64 {
    let channels = [0..2, 2..4, 4..6].map(|range| {
        let channel = colour.get(range).and_then(|text| u8::from_str_radix(text, 16).ok());
        let value = f64::from(channel.expect("it is hexadecimal")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
}

/// WCAG 2.2, 1.4.3: text of a usual size needs a contrast of 4.5.
#[test]
fn text_stands_out_on_light_and_on_dark_ground() {
    let svg = of_every_mark().to_svg();
    let (light, dark) = svg.split_once("@media (prefers-color-scheme:dark){").expect("it has both");
    let dark = dark.split("</style>").next().unwrap_or_default();
    for rules in [light, dark] {
        for (ink, ground) in [
            (".name", ".ground"),
            (".headline", ".ground"),
            (".soft", ".ground"),
            (".space", ".frame"),
            (".word", ".frame"),
            (".line", ".node rect"),
            (".broken .name", ".broken rect"),
            (".doubtful .remark", ".doubtful rect"),
        ] {
            let one = luminance(&fill_of(rules, ink)) + 0.05;
            let other = luminance(&fill_of(rules, ground)) + 0.05;
            let contrast = if one > other { one / other } else { other / one };
            assert!(contrast >= 4.5, "{ink} on {ground}: {contrast}");
        }
    }
    assert!(luminance(&fill_of(light, ".ground")) > luminance(&fill_of(dark, ".ground")));
}

#[test]
fn a_drawing_counts_what_is_broken_doubtful_and_well() {
    let svg = of_every_mark().to_svg();
    let summary = "3 workloads in 1 namespace: 1 broken, 1 to look at, 1 well";
    assert!(svg.contains(summary), "{svg}");
}

#[test]
fn registries_are_listed_by_name() {
    let graph = of_every_mark();
    assert_eq!(graph.registries().collect::<Vec<_>>(), ["idle.io", "mine.io", "q.io", "r.io"]);
    assert_eq!(graph.namespaces().collect::<Vec<_>>(), ["n"]);
}
