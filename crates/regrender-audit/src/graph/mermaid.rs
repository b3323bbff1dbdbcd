//! Knows how a graph is written as Mermaid, which GitHub and GitLab draw inside Markdown.

use std::fmt::Write as _;

use super::text::{LONGEST_LINE, line, shortened};
use super::{EMPTY, Edge, Graph, Kind, LEGEND, Mark, Node, Step, TITLE};

/// A letter without width, which keeps apart what would mean something together.
const WORD_JOINER: char = '\u{2060}';

impl Graph {
    /// Returns the text of a Mermaid flowchart.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        let summary = self.summary();
        let mut text = format!("flowchart LR\n  accTitle: {TITLE}\n  accDescr: {summary}\n");
        if self.nodes.is_empty() {
            line(&mut text, 1, &format!("empty[\"{}\"]", escaped(EMPTY)));
        }
        for (position, node) in self.within(None) {
            line(&mut text, 1, &box_of(position, node));
        }
        for (number, space) in self.spaces.iter().enumerate() {
            let title = escaped(&shortened(&space.title(), LONGEST_LINE));
            line(&mut text, 1, &format!("subgraph n{number}[\"{title}\"]"));
            for (position, node) in self.within(Some(number)) {
                line(&mut text, 2, &box_of(position, node));
            }
            line(&mut text, 1, "end");
        }
        for edge in &self.edges {
            line(&mut text, 1, &arrow(edge, &self.nodes));
        }
        write_legend(&self.marks(), &mut text);
        self.write_styles(&mut text);
        text
    }

    /// Each style has its own ground and its own ink, so that both read in a light and a dark theme.
    fn write_styles(&self, text: &mut String) {
        for mark in self.marks() {
            line(text, 1, &format!("classDef {} {}", mark.name(), style(mark)));
        }
        for mark in Mark::TOLD {
            let edges = self.edges.iter().enumerate();
            let marked: Vec<String> = edges
                .filter(|(_, edge)| edge.step.mark() == mark)
                .map(|(number, _)| number.to_string())
                .collect();
            if !marked.is_empty() {
                line(text, 1, &format!("linkStyle {} {}", marked.join(","), stroke(mark)));
            }
        }
    }
}

fn write_legend(marks: &[Mark], text: &mut String) {
    if marks.is_empty() {
        return;
    }
    line(text, 1, &format!("subgraph legend[\"{LEGEND}\"]"));
    for mark in marks.iter().copied() {
        let (name, meaning) = (mark.name(), escaped(mark.meaning()));
        line(text, 2, &format!("legend_{name}[\"{meaning}\"]:::{name}"));
    }
    line(text, 1, "end");
}

/// Names a node; no name from a repository is ever part of it.
fn id(position: usize, node: &Node) -> String {
    let letter = match node.kind {
        Kind::Registry => 'r',
        Kind::Secret => 's',
        Kind::Account => 'a',
        Kind::Workload => 'w',
    };
    format!("{letter}{position}")
}

fn box_of(position: usize, node: &Node) -> String {
    let (open, close) = match node.kind {
        Kind::Registry => ("[(\"", "\")]"),
        Kind::Secret => ("{{\"", "\"}}"),
        Kind::Account => ("([\"", "\"])"),
        Kind::Workload => ("[\"", "\"]"),
    };
    let lines: Vec<String> = node.label().iter().map(|one| escaped(one)).collect();
    let label = lines.join("<br/>");
    let class = match node.mark() {
        Mark::Plain => String::new(),
        mark => format!(":::{}", mark.name()),
    };
    format!("{}{open}{label}{close}{class}", id(position, node))
}

fn arrow(edge: &Edge, nodes: &[Node]) -> String {
    let id = |position: usize| nodes.get(position).map(|node| id(position, node));
    let (from, to) = (id(edge.from).unwrap_or_default(), id(edge.to).unwrap_or_default());
    // So many more ranks lie between the columns of the two.
    let longer = match (nodes.get(edge.from), nodes.get(edge.to)) {
        (Some(from), Some(to)) => (to.kind as usize).saturating_sub(from.kind as usize + 1),
        _ => 0,
    };
    let line = match edge.step {
        Step::Taken => format!("--{}>", "-".repeat(longer)),
        Step::FromNode | Step::Public => format!("-.{}->", ".".repeat(longer)),
        Step::NotAdded | Step::NotCovered => format!("-.{}-x", ".".repeat(longer)),
        Step::NotKnown | Step::PerhapsNotCovered => format!("-.{}-o", ".".repeat(longer)),
    };
    match edge.step.label() {
        "" => format!("{from} {line} {to}"),
        label => format!("{from} {line}|\"{}\"| {to}", escaped(label)),
    }
}

fn style(mark: Mark) -> &'static str {
    match mark {
        Mark::Plain => "",
        Mark::Unused => "fill:#f6f8fa,stroke:#6e7781,color:#424a53,stroke-dasharray:4 3",
        Mark::Doubtful => "fill:#fff8c5,stroke:#9a6700,color:#4d2d00,stroke-width:2px",
        Mark::Broken => "fill:#ffebe9,stroke:#cf222e,color:#82071e,stroke-width:3px",
    }
}

fn stroke(mark: Mark) -> &'static str {
    match mark {
        Mark::Plain | Mark::Unused => "stroke:#6e7781",
        Mark::Doubtful => "stroke:#bf8700,stroke-width:2px",
        Mark::Broken => "stroke:#cf222e,stroke-width:3px",
    }
}

/// Spells a text so that Mermaid shows it and does nothing else with it.
///
/// Mermaid's entities are written `#NN;`. Full stops and dashes begin lists where a space follows,
/// and a colon begins an address where a slash does.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        let is_harmless = match letter {
            '✗' | '△' | '○' | '…' | ' ' | ',' => true,
            '.' | '-' => next != ' ',
            ':' => next == ' ' || next.is_ascii_digit(),
            '/' => next != '/',
            _ => letter.is_alphanumeric(),
        };
        if is_harmless {
            safe.push(letter);
        } else {
            let _infallible = write!(safe, "#{};", u32::from(letter));
        }
        // Icons (`fa:fa-car`) and formulas (`$$x$$`) are looked for when the numbers are letters again.
        if matches!((letter, next), (':', 'f') | ('$', '$')) {
            safe.push(WORD_JOINER);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_mermaid_is_spelled_as_a_number() {
        for (text, safe) in [
            ("Deployment web-1.2", "Deployment web-1.2"),
            ("a\"]; end", "a#34;#93;#59; end"),
            ("<b>&amp;</b>", "#60;b#62;#38;amp#59;#60;/b#62;"),
            ("`*_~#", "#96;#42;#95;#126;#35;"),
            ("1. one", "1#46; one"),
            ("- one", "#45; one"),
            ("https://x", "https#58;#47;/x"),
            ("fa:fa-car", "fa#58;\u{2060}fa-car"),
            ("$$x$$", "#36;\u{2060}#36;x#36;\u{2060}#36;"),
            ("mirror.corp:5000", "mirror.corp:5000"),
            ("%%{init}%%", "#37;#37;#123;init#125;#37;#37;"),
        ] {
            assert_eq!(escaped(text), safe);
        }
    }

    #[test]
    fn long_names_and_turning_letters_are_tamed() {
        assert_eq!(shortened("abcdef", 6), "abcdef");
        assert_eq!(shortened("abcdefg", 6), "abcde…");
        assert_eq!(shortened("a\u{202e}b\nc", 6), "a\u{fffd}b\u{fffd}c");
    }
}
