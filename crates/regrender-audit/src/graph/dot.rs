//! Knows how a graph is written in DOT, the language of Graphviz.

use super::text::{LONGEST_LINE, line, shortened};
use super::{EMPTY, Edge, Graph, Kind, LEGEND, Mark, Node, Step, TITLE};

impl Graph {
    /// Returns the text of a DOT graph.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let summary = self.summary();
        let mut text = format!(
            "digraph \"{TITLE}\" {{\n  tooltip=\"{summary}\"\n  rankdir=LR\n  \
             fontname=\"Helvetica,sans-serif\"\n  \
             node [fontname=\"Helvetica,sans-serif\" fontsize=11 margin=\"0.2,0.08\" style=filled fillcolor=white]\n  \
             edge [fontname=\"Helvetica,sans-serif\" fontsize=10]\n"
        );
        if self.nodes.is_empty() {
            line(&mut text, 1, &format!("empty [shape=plain label={}]", quoted(EMPTY)));
        }
        for (position, node) in self.within(None) {
            line(&mut text, 1, &box_of(position, node));
        }
        for (number, space) in self.spaces.iter().enumerate() {
            line(&mut text, 1, &format!("subgraph cluster_{number} {{"));
            let title = quoted(&shortened(&space.title(), LONGEST_LINE));
            line(&mut text, 2, &format!("label={title} style=rounded color=gray60"));
            for (position, node) in self.within(Some(number)) {
                line(&mut text, 2, &box_of(position, node));
            }
            line(&mut text, 1, "}");
        }
        for edge in &self.edges {
            line(&mut text, 1, &arrow(edge, &self.nodes));
        }
        write_legend(&self.marks(), &mut text);
        text.push_str("}\n");
        text
    }
}

fn write_legend(marks: &[Mark], text: &mut String) {
    if marks.is_empty() {
        return;
    }
    line(text, 1, "subgraph cluster_legend {");
    line(text, 2, &format!("label={} style=rounded color=gray60", quoted(LEGEND)));
    for mark in marks.iter().copied() {
        let (name, label) = (mark.name(), quoted(mark.meaning()));
        line(text, 2, &format!("legend_{name} [shape=box label={label}{}]", style(mark)));
    }
    line(text, 1, "}");
}

fn box_of(position: usize, node: &Node) -> String {
    let shape = match node.kind {
        Kind::Registry => "cylinder",
        Kind::Secret => "hexagon",
        Kind::Account => "oval",
        Kind::Workload => "box",
    };
    let (label, tooltip) = (quoted(&node.label().join("\n")), quoted(&node.whole()));
    let style = style(node.mark());
    format!("n{position} [shape={shape} label={label} tooltip={tooltip}{style}]")
}

fn arrow(edge: &Edge, nodes: &[Node]) -> String {
    let style = match edge.step {
        Step::Taken => "",
        Step::FromNode | Step::Public => " style=dashed",
        Step::NotAdded | Step::NotCovered => " style=dashed arrowhead=tee",
        Step::NotKnown | Step::PerhapsNotCovered => " style=dashed arrowhead=odot",
    };
    let colour = match edge.step.mark() {
        Mark::Plain | Mark::Unused => "",
        Mark::Doubtful => " color=\"#9a6700\" fontcolor=\"#7d4e00\"",
        Mark::Broken => " color=\"#cf222e\" fontcolor=\"#a40e26\" penwidth=2",
    };
    let label = match edge.step.label() {
        "" => String::new(),
        label => format!(" label={}", quoted(label)),
    };
    // As many ranks apart as their columns are.
    let columns = match (nodes.get(edge.from), nodes.get(edge.to)) {
        (Some(from), Some(to)) => (to.kind as usize).saturating_sub(from.kind as usize),
        _ => 1,
    };
    let length = if columns > 1 { format!(" minlen={columns}") } else { String::new() };
    let attributes = format!("{label}{style}{colour}{length}");
    let (from, to) = (edge.from, edge.to);
    match attributes.trim_start() {
        "" => format!("n{from} -> n{to}"),
        attributes => format!("n{from} -> n{to} [{attributes}]"),
    }
}

fn style(mark: Mark) -> &'static str {
    match mark {
        Mark::Plain => "",
        Mark::Unused => " style=\"filled,dashed\" fillcolor=\"#f6f8fa\" fontcolor=\"#424a53\"",
        Mark::Doubtful => " fillcolor=\"#fff8c5\" color=\"#9a6700\" fontcolor=\"#4d2d00\"",
        Mark::Broken => " fillcolor=\"#ffebe9\" color=\"#cf222e\" fontcolor=\"#82071e\" penwidth=2",
    }
}

/// Spells a text as a quoted string. Graphviz reads `\N`, `\G` and the like as names of its own, and
/// entities of HTML as what they stand for.
fn quoted(text: &str) -> String {
    let mut safe = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => safe.push_str("\\\""),
            '\\' => safe.push_str("\\\\"),
            '\n' => safe.push_str("\\n"),
            '&' => safe.push_str("&amp;"),
            _ => safe.push(letter),
        }
    }
    safe.push('"');
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_string_holds_whatever_it_is_given() {
        assert_eq!(quoted("a\"];b"), "\"a\\\"];b\"");
        assert_eq!(quoted("\\N\\"), "\"\\\\N\\\\\"");
        assert_eq!(quoted("<b>&lt;\nx"), "\"<b>&amp;lt;\\nx\"");
    }
}
