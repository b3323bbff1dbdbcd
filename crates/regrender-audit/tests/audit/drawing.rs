//! Where everything lies in a drawing: nothing over anything else, and every line from box to box.

use proptest::prelude::*;
use regrender_audit::{Declared, Graph, Inventory};

/// A part of the plane, edges included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Area {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
}

impl Area {
    /// Reads the attributes of a rectangle.
    fn of(tag: &str) -> Self {
        let [left, top, width, height] =
            ["x", "y", "width", "height"].map(|name| number(tag, name));
        Self { left, top, right: left + width, bottom: top + height }
    }

    fn is_within(self, outer: Self) -> bool {
        self.left > outer.left
            && self.top > outer.top
            && self.right < outer.right
            && self.bottom < outer.bottom
    }

    fn is_apart_from(self, other: Self) -> bool {
        self.right < other.left
            || other.right < self.left
            || self.bottom < other.top
            || other.bottom < self.top
    }

    /// Tells whether a line at this height, between these two, would cross it.
    fn is_crossed(self, left: i32, right: i32, height: i32) -> bool {
        left < self.right && right > self.left && height > self.top && height < self.bottom
    }
}

fn number(tag: &str, name: &str) -> i32 {
    let (_, rest) = tag.split_once(&format!(" {name}=\"")).expect("the attribute is there");
    let (digits, _) = rest.split_once('"').expect("a value has an end");
    digits.parse().expect("it is a number")
}

/// A line from a box to another.
#[derive(Clone, Debug)]
struct Wire {
    begin: (i32, i32),
    /// The straight pieces on its way: from left to right, at which height.
    straight: Vec<(i32, i32, i32)>,
    end: (i32, i32),
}

/// What is in a drawing.
#[derive(Debug)]
struct Drawing {
    whole: Area,
    frames: Vec<Area>,
    /// The first letter of the name of each frame.
    names: Vec<Area>,
    nodes: Vec<Area>,
    legend: Vec<Area>,
    wires: Vec<Wire>,
}

impl Drawing {
    #[track_caller]
    fn of(graph: &Graph) -> Self {
        let svg = graph.to_svg();
        let whole =
            Area { left: 0, top: 0, right: number(&svg, "width"), bottom: number(&svg, "height") };
        let mut drawing = Self {
            whole,
            frames: vec![],
            names: vec![],
            nodes: vec![],
            legend: vec![],
            wires: vec![],
        };
        for tag in svg.split("<rect class=\"frame\"").skip(1) {
            let area = Area::of(tag);
            let (_, name) = tag.split_once("<text class=\"space\"").expect("a frame has a name");
            let (x, y) = (number(name, "x"), number(name, "y"));
            let letter = Area { left: x, top: y - 9, right: x + 1, bottom: y };
            assert!(letter.is_within(area), "{letter:?} {area:?}");
            drawing.names.push(letter);
            drawing.frames.push(area);
        }
        for group in svg.split("<g class=\"node ").skip(1) {
            let (group, _) = group.split_once("</g>").expect("a group has an end");
            let (before, tag) = group.split_once("<rect").expect("a box has an outline");
            let area = Area::of(tag);
            for text in tag.split("<text").skip(1) {
                let (x, y) = (number(text, "x"), number(text, "y"));
                let letter = Area { left: x, top: y - 9, right: x + 1, bottom: y };
                assert!(letter.is_within(area), "{letter:?} {area:?} {group}");
            }
            let list =
                if before.contains("<title>") { &mut drawing.nodes } else { &mut drawing.legend };
            list.push(area);
        }
        for tag in svg.split("<path class=\"wire ").skip(1) {
            let (_, rest) = tag.split_once(" d=\"M").expect("a wire has a way");
            let (way, _) = rest.split_once('"').expect("a value has an end");
            drawing.wires.push(wire(way));
        }
        drawing
    }
}

/// Reads a way of curves and straight lines.
fn wire(way: &str) -> Wire {
    let numbers =
        |text: &str| -> Vec<i32> { text.split(' ').filter_map(|one| one.parse().ok()).collect() };
    let mut pieces = way.split('C');
    let begin = pieces.next().map(numbers).unwrap_or_default();
    let mut at = (0, 0);
    let mut straight = Vec::new();
    for piece in pieces {
        let (curve, line) = piece.split_once('H').unwrap_or((piece, ""));
        if let [.., x, y] = numbers(curve)[..] {
            at = (x, y);
        }
        if let Ok(right) = line.parse() {
            straight.push((at.0, right, at.1));
            at.0 = right;
        }
    }
    let begin = if let [x, y] = begin[..] { (x, y) } else { (0, 0) };
    Wire { begin, straight, end: at }
}

#[track_caller]
fn check(graph: &Graph) {
    let drawing = Drawing::of(graph);
    let size = graph.size();
    assert_eq!(drawing.nodes.len(), size.nodes);
    assert_eq!(drawing.wires.len(), size.edges);
    let all: Vec<Area> = [&drawing.frames[..], &drawing.nodes[..], &drawing.legend[..]].concat();
    assert!(all.iter().all(|one| one.is_within(drawing.whole)), "{drawing:#?}");
    for areas in [&drawing.frames, &drawing.nodes, &drawing.legend] {
        for (position, one) in areas.iter().enumerate() {
            let others = areas.iter().skip(position + 1);
            assert!(others.into_iter().all(|other| one.is_apart_from(*other)), "{drawing:#?}");
        }
    }
    let mut outside = 0;
    for node in &drawing.nodes {
        let around = drawing.frames.iter().filter(|frame| node.is_within(**frame)).count();
        let apart = drawing.frames.iter().filter(|frame| node.is_apart_from(**frame)).count();
        assert_eq!(around + apart, drawing.frames.len(), "{drawing:#?}");
        assert!(around <= 1);
        outside += 1 - around;
    }
    assert_eq!(outside, graph.registries().count(), "{drawing:#?}");
    for name in &drawing.names {
        assert!(drawing.nodes.iter().all(|node| name.is_apart_from(*node)), "{drawing:#?}");
    }
    for entry in &drawing.legend {
        let others = drawing.frames.iter().chain(&drawing.nodes);
        assert!(others.into_iter().all(|other| other.bottom < entry.top), "{drawing:#?}");
    }
    check_wires(&drawing);
}

#[track_caller]
fn check_wires(drawing: &Drawing) {
    let mut ends = Vec::new();
    for Wire { begin: (x, y), straight, end } in &drawing.wires {
        let is_beside =
            |edge: i32, x: i32, node: &Area, y: i32| edge == x && node.top < y && y < node.bottom;
        assert!(
            drawing.nodes.iter().any(|node| is_beside(node.right, *x, node, *y)),
            "{drawing:#?}"
        );
        assert!(
            drawing.nodes.iter().any(|node| is_beside(node.left, end.0, node, end.1)),
            "{drawing:#?}"
        );
        assert!(end.0 > *x);
        for (left, right, height) in straight {
            assert!(left > x && left < right && right < &end.0, "{drawing:#?}");
            let is_hidden =
                drawing.nodes.iter().any(|node| node.is_crossed(*left, *right, *height));
            assert!(!is_hidden, "{drawing:#?}");
        }
        ends.push(*end);
    }
    // No two lines come in at one point.
    ends.sort_unstable();
    let count = ends.len();
    ends.dedup();
    assert_eq!(ends.len(), count, "{drawing:#?}");
}

fn graph(text: &str) -> Graph {
    let inventory = Inventory::read([("a.yaml", text.as_bytes())]);
    let declared = Declared { private: vec!["h0.io".to_owned()], ..Declared::default() };
    Graph::new(&inventory, &declared, &|_| None)
}

fn secret(namespace: usize, name: usize, hosts: &[usize]) -> String {
    let login = r#"{"username":"u","password":"canary-4f1d"}"#;
    let auths: Vec<String> = hosts.iter().map(|host| format!("\"h{host}.io\":{login}")).collect();
    format!(
        "---\nkind: Secret\nmetadata: {{name: s{name}, namespace: n{namespace}}}\n\
         type: kubernetes.io/dockerconfigjson\n\
         stringData:\n  .dockerconfigjson: '{{\"auths\":{{{}}}}}'\n",
        auths.join(",")
    )
}

fn list(secrets: &[usize]) -> String {
    let names: Vec<String> = secrets.iter().map(|name| format!("{{name: s{name}}}")).collect();
    format!("[{}]", names.join(", "))
}

fn account(namespace: usize, name: usize, secrets: &[usize]) -> String {
    format!(
        "---\nkind: ServiceAccount\nmetadata: {{name: a{name}, namespace: n{namespace}}}\n\
         imagePullSecrets: {}\n",
        list(secrets)
    )
}

fn pod(
    namespace: usize,
    name: usize,
    account: usize,
    secrets: &[usize],
    hosts: &[usize],
) -> String {
    let images: Vec<String> =
        hosts.iter().map(|host| format!("{{name: c{host}, image: h{host}.io/x}}")).collect();
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{name}, namespace: n{namespace}}}\n\
         spec: {{serviceAccountName: a{account}, imagePullSecrets: {}, containers: [{}]}}\n",
        list(secrets),
        images.join(", ")
    )
}

#[test]
fn a_drawing_of_each_column_alone_has_its_boxes_in_their_places() {
    check(&graph(""));
    check(&graph(&secret(0, 0, &[])));
    check(&graph(&secret(0, 0, &[1, 2, 3])));
    check(&graph(&account(0, 0, &[7, 8])));
    check(&graph(&pod(0, 0, 0, &[], &[1, 2, 3, 4, 5, 6])));
}

#[test]
fn lines_go_round_the_boxes_between_their_ends() {
    let mut text = secret(0, 0, &[0, 1]) + &secret(0, 1, &[2]) + &account(0, 0, &[0, 1]);
    for name in 0..6 {
        text += &pod(0, name, 0, &[], &[0, name]);
        text += &pod(0, 10 + name, 0, &[1], &[name]);
    }
    let graph = graph(&text);
    check(&graph);
    let drawing = Drawing::of(&graph);
    assert!(drawing.wires.iter().any(|wire| !wire.straight.is_empty()));
}

#[test]
fn a_way_without_branches_is_level() {
    let ways: String = (0..3)
        .map(|one| {
            secret(one, 0, &[one + 1]) + &account(one, 0, &[0]) + &pod(one, 0, 0, &[], &[one + 1])
        })
        .collect();
    let graph = graph(&ways);
    check(&graph);
    let drawing = Drawing::of(&graph);
    assert_eq!(drawing.wires.len(), 9);
    for wire in &drawing.wires {
        assert!((wire.begin.1 - wire.end.1).abs() <= 1, "{wire:?}");
    }
}

#[test]
fn what_leads_to_several_boxes_stands_between_them() {
    let text = secret(0, 0, &[1])
        + &account(0, 0, &[0])
        + &(0..5).map(|name| pod(0, name, 0, &[], &[1])).collect::<String>();
    let drawing = Drawing::of(&graph(&text));
    let ends: Vec<i32> = drawing.wires.iter().skip(2).map(|wire| wire.end.1).collect();
    let (first, last) = (ends.iter().min().copied(), ends.iter().max().copied());
    assert_eq!(ends.len(), 5);
    for wire in &drawing.wires {
        let middle = i32::midpoint(first.unwrap_or_default(), last.unwrap_or_default());
        assert!((wire.begin.1 - middle).abs() <= 2, "{drawing:#?}");
    }
}

/// Numbers below a few, a few of them.
fn some(below: usize, at_most: usize) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::btree_set(0..below, 0..=at_most).prop_map(|found| found.into_iter().collect())
}

fn repositories() -> impl Strategy<Value = String> {
    let secrets =
        (0..3_usize, 0..3_usize, some(5, 3)).prop_map(|(n, s, hosts)| secret(n, s, &hosts));
    let accounts =
        (0..3_usize, 0..2_usize, some(4, 2)).prop_map(|(n, a, list)| account(n, a, &list));
    let pods = (0..3_usize, 0..6_usize, 0..3_usize, some(4, 2), some(5, 4))
        .prop_map(|(n, p, a, list, hosts)| pod(n, p, a, &list, &hosts));
    let object = prop_oneof![2 => secrets, 1 => accounts, 4 => pods];
    prop::collection::vec(object, 0..14).prop_map(|objects| objects.concat())
}

proptest! {
    #[test]
    fn whatever_a_repository_holds_its_boxes_lie_apart(text in repositories()) {
        check(&graph(&text));
    }
}
