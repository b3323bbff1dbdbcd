//! Knows how a graph is drawn as SVG that needs nothing but itself: no script, no font, no other file.

mod style;

use std::fmt::Write as _;

use super::layout::{
    FRAME_HEAD, FRAME_PAD, LINE_HEIGHT, Layout, MARGIN, TITLE_HEIGHT, Wire, height_of,
};
use super::{EMPTY, Graph, Kind, Mark, Node, Step, TITLE};
use crate::text::is_visible;

/// The height of the legend below everything.
const LEGEND_HEIGHT: i32 = 44;

/// The least width, for title and legend.
const LEAST_WIDTH: i32 = 480;

/// How wide most letters are at most, in tenths: of a title, of the name of a frame, of other lines.
const TITLE_LETTER: i32 = 82;
const SPACE_LETTER: i32 = 72;
const LINE_LETTER: i32 = 66;

impl Graph {
    /// Returns the text of an SVG document.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let layout = self.layout();
        let marks = self.marks();
        let width = layout.width.max(LEAST_WIDTH);
        let height = layout.bottom + MARGIN + if marks.is_empty() { 0 } else { LEGEND_HEIGHT };
        let summary = self.summary();
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"regrender\" role=\"img\" \
             aria-labelledby=\"regrender-title regrender-desc\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\">\n\
             <title id=\"regrender-title\">{TITLE}</title>\n\
             <desc id=\"regrender-desc\">{}</desc>\n",
            escaped(&summary)
        );
        style::write(&mut text);
        line(
            &mut text,
            &format!("<rect class=\"ground\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>"),
        );
        write_text(&mut text, "headline", (MARGIN, 34), TITLE);
        write_text(&mut text, "soft", (MARGIN, 54), &summary);
        if self.nodes.is_empty() {
            write_text(&mut text, "line", (MARGIN, 88), EMPTY);
        }
        self.write_frames(&layout, &mut text);
        for wire in &layout.wires {
            write_wire(wire, &mut text);
        }
        self.write_nodes(&layout, &mut text);
        // Above the nodes, so that nothing hides a word.
        for wire in &layout.wires {
            write_word(wire, &mut text);
        }
        write_legend(&marks, height - MARGIN, &mut text);
        text.push_str("</svg>\n");
        text
    }

    fn write_frames(&self, layout: &Layout, text: &mut String) {
        for (kind, column) in &layout.columns {
            write_text(text, "column", (column.left, 86), head(*kind));
        }
        for (space, frame) in self.spaces.iter().zip(&layout.frames) {
            let title = space.title();
            line(
                text,
                &format!(
                    "<g><title>{}</title><rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" \
                     height=\"{}\" rx=\"8\"/>",
                    escaped(&space.whole()),
                    frame.left,
                    frame.top,
                    frame.width,
                    frame.height
                ),
            );
            let place = (frame.left + FRAME_PAD, frame.top + FRAME_HEAD - 9);
            let room = frame.width - 2 * FRAME_PAD;
            write_text(text, "space", place, &fitted(&title, room, SPACE_LETTER));
            text.push_str("</g>\n");
        }
    }

    fn write_nodes(&self, layout: &Layout, text: &mut String) {
        for (node, top) in self.nodes.iter().zip(&layout.tops) {
            let Some(column) = layout.columns.get(&node.kind) else {
                continue;
            };
            let (left, width, height) = (column.left, column.width, height_of(node));
            let radius = if node.kind == Kind::Account { 14 } else { 5 };
            line(
                text,
                &format!(
                    "<g class=\"node {}\"><title>{}</title><rect x=\"{left}\" y=\"{top}\" \
                     width=\"{width}\" height=\"{height}\" rx=\"{radius}\"/>",
                    node.mark().name(),
                    escaped(&node.whole())
                ),
            );
            write_lines(node, (left + 12, top + TITLE_HEIGHT + 4), width - 24, text);
            text.push_str("</g>\n");
        }
    }
}

fn line(text: &mut String, content: &str) {
    text.push_str(content);
    text.push('\n');
}

/// Returns what stands above a column.
fn head(kind: Kind) -> &'static str {
    match kind {
        Kind::Registry => "REGISTRIES",
        Kind::Secret => "SECRETS",
        Kind::Account => "ACCOUNTS",
        Kind::Workload => "WORKLOADS",
    }
}

fn write_text(text: &mut String, class: &str, (x, y): (i32, i32), content: &str) {
    // Writing to a string cannot fail.
    let _infallible =
        writeln!(text, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(content));
}

/// Writes what stands in a node. Its column says of what kind it is.
fn write_lines(node: &Node, (x, mut y): (i32, i32), room: i32, text: &mut String) {
    write_text(text, "name", (x, y), &fitted(&node.name(), room, TITLE_LETTER));
    for content in &node.lines() {
        y += LINE_HEIGHT;
        let is_remark = content.starts_with(['✗', '△', '○']);
        let class = if is_remark { "remark" } else { "line" };
        write_text(text, class, (x, y), &fitted(content, room, LINE_LETTER));
    }
}

fn write_wire(wire: &Wire, text: &mut String) {
    let (mut x, mut y) = wire.begin;
    let mut path = format!("M{x} {y}");
    for (left, right, height) in
        wire.lanes.iter().copied().chain([(wire.end.0, wire.end.0, wire.end.1)])
    {
        let middle = (left - x) / 2;
        let _infallible =
            write!(path, "C{} {y} {} {height} {left} {height}", x + middle, left - middle);
        if right > left {
            let _infallible = write!(path, "H{right}");
        }
        (x, y) = (right, height);
    }
    let mark = wire.step.mark().name();
    let dashed = if wire.step == Step::Taken { "" } else { " dashed" };
    let end = match wire.step {
        Step::Taken | Step::FromNode | Step::Public => "arrow",
        Step::NotAdded | Step::NotCovered => "cross",
        Step::NotKnown | Step::PerhapsNotCovered => "ring",
    };
    line(
        text,
        &format!(
            "<path class=\"wire {mark}{dashed}\" d=\"{path}\" marker-end=\"url(#regrender-{end}-{mark})\"/>"
        ),
    );
}

/// Writes what is said of a wire, where it ends.
fn write_word(wire: &Wire, text: &mut String) {
    let label = wire.step.label();
    if !label.is_empty() {
        let class = format!("word {}", wire.step.mark().name());
        write_text(text, &class, (wire.end.0 - 14, wire.end.1 - 5), label);
    }
}

fn write_legend(marks: &[Mark], y: i32, text: &mut String) {
    let mut x = MARGIN;
    for mark in marks {
        let meaning = mark.meaning();
        let width = width_of(meaning, LINE_LETTER) + 24;
        line(
            text,
            &format!(
                "<g class=\"node {}\"><rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"26\" \
                 rx=\"5\"/>",
                mark.name(),
                y - 20
            ),
        );
        write_text(text, "remark", (x + 12, y - 3), meaning);
        text.push_str("</g>\n");
        x += width + 12;
    }
}

/// Returns how wide a text is at most.
fn width_of(text: &str, letter: i32) -> i32 {
    text.chars().map(|one| tenths(one) * letter).sum::<i32>() / 100
}

/// Returns how wide a letter is, in tenths of most letters. Whose font it will be nobody knows; these
/// are of `DejaVu Sans`, wider than most.
fn tenths(letter: char) -> i32 {
    match letter {
        'f' | 'i' | 'j' | 'l' | 'r' | 't' | 'I' | '.' | ',' | ':' | ';' | '-' | '/' | ' ' => 6,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 17,
        '0'..='9' => 11,
        'A'..='Z' | '<' | '>' | '=' | '+' | '~' | '^' | '#' | '✗' | '△' | '○' | '…' => 13,
        '\u{1100}'.. => 18,
        _ => 10,
    }
}

/// Cuts a text to what has room.
fn fitted(text: &str, room: i32, letter: i32) -> String {
    if width_of(text, letter) <= room {
        return text.to_owned();
    }
    let mut used = tenths('…') * letter;
    let kept = text.chars().take_while(|one| {
        used += tenths(*one) * letter;
        used <= room * 100
    });
    kept.chain(['…']).collect()
}

/// Spells a text as character data and as the value of an attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push('\n'),
            _ if is_visible(letter) => safe.push(letter),
            _ => safe.push('\u{fffd}'),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_name_is_text() {
        assert_eq!(
            escaped("</text><a href=\"x\">&\u{1}"),
            "&lt;/text&gt;&lt;a href=&quot;x&quot;&gt;&amp;\u{fffd}"
        );
    }

    #[test]
    fn a_text_is_cut_to_its_room() {
        assert_eq!(fitted("abcdef", 42, 70), "abcdef");
        assert_eq!(fitted("abcdefg", 42, 70), "abcd…");
        assert_eq!(fitted("WWWW", 42, 70), "WW…");
        assert_eq!(fitted("漢字漢字", 42, 70), "漢字…");
    }
}
