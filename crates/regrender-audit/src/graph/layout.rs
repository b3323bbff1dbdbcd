//! Knows where everything of a graph lies on a plane: a column for each kind, a frame for each namespace.

use std::collections::BTreeMap;

use super::order::{Band, Stop};
use super::sorted::by_weight;
use super::{Graph, Kind, Node, Step};

/// The space around everything.
pub(super) const MARGIN: i32 = 24;

/// What title and heads of columns take above the first frame.
const HEAD: i32 = 98;

/// What a frame's name takes.
pub(super) const FRAME_HEAD: i32 = 28;

/// The space between a frame and what is in it.
pub(super) const FRAME_PAD: i32 = 14;

/// The space between frames.
const FRAME_GAP: i32 = 16;

/// The space between nodes of a column.
const NODE_GAP: i32 = 12;

/// The space between columns, in which the wires bend and their words stand.
const COLUMN_GAP: i32 = 100;

/// The height of a title, and of each line below it.
pub(super) const TITLE_HEIGHT: i32 = 18;
pub(super) const LINE_HEIGHT: i32 = 15;

/// What a node needs above its title and below its last line, together.
const NODE_PAD: i32 = 14;

/// Everything with its place.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: i32,
    /// Where the last frame ends.
    pub(super) bottom: i32,
    pub(super) columns: BTreeMap<Kind, Column>,
    /// By space.
    pub(super) frames: Vec<Frame>,
    /// By position of the node: where it begins at the top.
    pub(super) tops: Vec<i32>,
    pub(super) wires: Vec<Wire>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) left: i32,
    pub(super) width: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A line from one node to another.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) step: Step,
    pub(super) begin: (i32, i32),
    /// The lanes that it takes: from left to right, at which height.
    pub(super) lanes: Vec<(i32, i32, i32)>,
    pub(super) end: (i32, i32),
}

impl Column {
    fn right(self) -> i32 {
        self.left + self.width
    }
}

/// The width of what is in a column.
fn width_of(kind: Kind) -> i32 {
    match kind {
        Kind::Registry => 224,
        Kind::Secret | Kind::Account => 200,
        // The host of a registry of AWS fits.
        Kind::Workload => 320,
    }
}

pub(super) fn height_of(node: &Node) -> i32 {
    let lines = i32::try_from(node.lines().len()).unwrap_or(0);
    NODE_PAD + TITLE_HEIGHT + LINE_HEIGHT * lines
}

impl Graph {
    pub(super) fn layout(&self) -> Layout {
        let columns = self.columns();
        let used: Vec<Kind> = columns.keys().copied().collect();
        let ways: Vec<Vec<Stop>> = self.edges.iter().map(|edge| self.way(edge, &used)).collect();
        let bands = self.bands(&ways);
        let right = columns.values().last().map_or(MARGIN, |column| column.right());
        let left = columns
            .iter()
            .find(|(kind, _)| **kind != Kind::Registry)
            .map_or(right, |(_, column)| column.left - FRAME_PAD);
        let mut tops: BTreeMap<Stop, i32> = BTreeMap::new();
        let mut frames = Vec::new();
        let mut top = HEAD;
        for band in &bands {
            let first = top + FRAME_HEAD;
            let bottom = self.place(band, first, &mut tops) + FRAME_PAD;
            frames.push(Frame { left, top, width: right + FRAME_PAD - left, height: bottom - top });
            top = bottom + FRAME_GAP;
        }
        let frames_end = if frames.is_empty() { top } else { top - FRAME_GAP };
        let bottom = self.place_registries(&bands, &mut tops).max(frames_end);
        let wires = self.wires(&ways, &columns, &tops);
        let tops = (0..self.nodes.len()).map(|position| top_of(&tops, Stop::Node(position)));
        let width = right + FRAME_PAD + MARGIN;
        Layout { width, bottom, frames, tops: tops.collect(), wires, columns }
    }

    /// Lists the columns that have nodes, side by side.
    fn columns(&self) -> BTreeMap<Kind, Column> {
        let mut columns = BTreeMap::new();
        let mut left = MARGIN;
        for kind in Kind::ALL {
            if self.nodes.iter().any(|node| node.kind == kind) {
                columns.insert(kind, Column { left, width: width_of(kind) });
                left += width_of(kind) + COLUMN_GAP;
            }
        }
        columns
    }

    fn height(&self, stop: Stop) -> i32 {
        match stop {
            Stop::Node(position) => self.nodes.get(position).map_or(0, height_of),
            Stop::Lane { .. } => 0,
        }
    }

    /// Places what is in a namespace: the last column first, and every other stop at the height of
    /// what it leads to. Returns where it ends.
    fn place(&self, band: &Band, top: i32, tops: &mut BTreeMap<Stop, i32>) -> i32 {
        let mut bottom = top;
        for stops in band.columns.values().rev() {
            let wanted: Vec<Wanted> =
                stops.iter().map(|stop| self.wanted(*stop, &[band], tops)).collect();
            bottom = bottom.max(settle(stops, &wanted, top, tops));
        }
        bottom
    }

    /// Places the registries, each at the height of what it leads to. Returns where they end.
    fn place_registries(&self, bands: &[Band], tops: &mut BTreeMap<Stop, i32>) -> i32 {
        let bands: Vec<&Band> = bands.iter().collect();
        let registries = self.within(None).map(|(position, _)| Stop::Node(position));
        let all: Vec<(Stop, Wanted)> =
            registries.map(|stop| (stop, self.wanted(stop, &bands, tops))).collect();
        // Those that lead nowhere come last.
        let order = by_weight(all.iter().map(|(_, one)| one.middle.map_or(i64::MAX, i64::from)));
        let (stops, wanted): (Vec<Stop>, Vec<Wanted>) =
            order.into_iter().filter_map(|position| all.get(position).copied()).unzip();
        settle(&stops, &wanted, HEAD, tops)
    }

    fn wanted(&self, stop: Stop, bands: &[&Band], tops: &BTreeMap<Stop, i32>) -> Wanted {
        let onward = bands.iter().filter_map(|band| band.onward.get(&stop)).flatten();
        let middles: Vec<i32> =
            onward.filter_map(|stop| Some(tops.get(stop)? + self.height(*stop) / 2)).collect();
        Wanted { middle: mean(&middles), height: self.height(stop) }
    }

    fn wires(
        &self,
        ways: &[Vec<Stop>],
        columns: &BTreeMap<Kind, Column>,
        tops: &BTreeMap<Stop, i32>,
    ) -> Vec<Wire> {
        let mut wires: Vec<Wire> = Vec::new();
        let mut ends: BTreeMap<usize, Vec<(i32, usize)>> = BTreeMap::new();
        for (edge, way) in self.edges.iter().zip(ways) {
            let side = |position: usize| {
                let node = self.nodes.get(position)?;
                Some((
                    columns.get(&node.kind)?,
                    top_of(tops, Stop::Node(position)) + height_of(node) / 2,
                ))
            };
            let (Some((from, begin)), Some((to, end))) = (side(edge.from), side(edge.to)) else {
                continue;
            };
            let lanes: Vec<(i32, i32, i32)> = way
                .iter()
                .filter_map(|stop| match stop {
                    Stop::Lane { column, .. } => {
                        let column = columns.get(column)?;
                        Some((column.left, column.right(), top_of(tops, *stop)))
                    }
                    Stop::Node(_) => None,
                })
                .collect();
            let before = lanes.last().map_or(begin, |(_, _, height)| *height);
            ends.entry(edge.to).or_default().push((before, wires.len()));
            let (begin, end) = ((from.right(), begin), (to.left, end));
            wires.push(Wire { step: edge.step, begin, lanes, end });
        }
        for (node, ends) in ends {
            let order = by_weight(ends.iter().map(|(before, _)| i64::from(*before)));
            let height = self.height(Stop::Node(node));
            let parts = i32::try_from(ends.len()).unwrap_or(i32::MAX).saturating_add(1);
            let sorted = order.into_iter().filter_map(|position| ends.get(position));
            for (number, (_, wire)) in (1..).zip(sorted) {
                if let Some(wire) = wires.get_mut(*wire) {
                    wire.end.1 = top_of(tops, Stop::Node(node)) + height * number / parts;
                }
            }
        }
        wires
    }
}

fn top_of(tops: &BTreeMap<Stop, i32>, stop: Stop) -> i32 {
    tops.get(&stop).copied().unwrap_or(HEAD)
}

/// Places a column, none above `top`. Returns where it ends.
fn settle(stops: &[Stop], wanted: &[Wanted], top: i32, tops: &mut BTreeMap<Stop, i32>) -> i32 {
    let mut bottom = top;
    for ((stop, wanted), place) in stops.iter().zip(wanted).zip(spread(wanted, top)) {
        tops.insert(*stop, place);
        bottom = bottom.max(place + wanted.height);
    }
    bottom
}

/// What a stop asks for.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    /// Where its middle is best, if it matters.
    middle: Option<i32>,
    height: i32,
}

/// Stops that touch each other, and move together.
struct Block {
    /// The sum of where each would have the first begin.
    sum: i64,
    count: i64,
}

impl Block {
    fn first(&self) -> i64 {
        self.sum / self.count
    }
}

fn mean(numbers: &[i32]) -> Option<i32> {
    let sum: i64 = numbers.iter().copied().map(i64::from).sum();
    let count = i64::try_from(numbers.len()).ok().filter(|count| *count > 0)?;
    i32::try_from(sum / count).ok()
}

/// Returns where each begins, none above `top`: in their order, without overlaps, and together as near
/// as can be to where they are wanted (the method of pooled neighbours of isotonic regression).
fn spread(wanted: &[Wanted], top: i32) -> Vec<i32> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut offsets = Vec::new();
    let mut offset = 0;
    let mut last = top;
    for one in wanted {
        let begin = one.middle.map_or(last, |middle| middle - one.height / 2).max(top);
        last = begin + one.height + NODE_GAP;
        let mut block = Block { sum: i64::from(begin - offset), count: 1 };
        while let Some(before) = blocks.pop_if(|before| before.first() > block.first()) {
            block = Block { sum: before.sum + block.sum, count: before.count + block.count };
        }
        blocks.push(block);
        offsets.push(offset);
        offset += one.height + NODE_GAP;
    }
    let firsts = blocks.iter().flat_map(|block| {
        let first = i32::try_from(block.first()).unwrap_or(top).max(top);
        std::iter::repeat_n(first, usize::try_from(block.count).unwrap_or(0))
    });
    firsts.zip(offsets).map(|(first, offset)| first + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(middles: &[Option<i32>]) -> Vec<Wanted> {
        middles.iter().map(|middle| Wanted { middle: *middle, height: 20 }).collect()
    }

    #[test]
    fn what_has_room_stands_where_it_is_wanted() {
        assert_eq!(spread(&wanted(&[Some(110), Some(210)]), 0), [100, 200]);
    }

    #[test]
    fn what_is_wanted_at_one_place_stands_around_it() {
        assert_eq!(spread(&wanted(&[Some(110), Some(110), Some(110)]), 0), [68, 100, 132]);
    }

    #[test]
    fn nothing_stands_above_the_top_or_over_another() {
        let places = spread(&wanted(&[Some(0), None, Some(5), None, Some(400)]), 40);
        assert_eq!(places[0], 40);
        for (one, next) in places.iter().zip(&places[1..]) {
            assert!(one + 20 + NODE_GAP <= *next, "{places:?}");
        }
        assert_eq!(places[4], 390);
    }
}
