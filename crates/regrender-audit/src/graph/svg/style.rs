//! Knows the colours of a drawing, on light and on dark ground.

use std::fmt::Write as _;

/// Colours; every ink reads on its ground with a contrast of 4.5 at least (WCAG 2.2, 1.4.3).
struct Palette {
    ground: &'static str,
    ink: &'static str,
    soft: &'static str,
    wire: &'static str,
    frame: &'static str,
    border: &'static str,
    broken: Mark,
    doubtful: Mark,
}

/// The colours of what is marked.
struct Mark {
    line: &'static str,
    ink: &'static str,
    ground: &'static str,
}

const LIGHT: Palette = Palette {
    ground: "#ffffff",
    ink: "#1f2328",
    soft: "#59636e",
    wire: "#818b98",
    frame: "#f6f8fa",
    border: "#d1d9e0",
    broken: Mark { line: "#cf222e", ink: "#a40e26", ground: "#ffebe9" },
    doubtful: Mark { line: "#bf8700", ink: "#7d4e00", ground: "#fff8c5" },
};

const DARK: Palette = Palette {
    ground: "#0d1117",
    ink: "#e6edf3",
    soft: "#9198a1",
    wire: "#7d8590",
    frame: "#151b23",
    border: "#3d444d",
    broken: Mark { line: "#f85149", ink: "#ff9492", ground: "#361519" },
    doubtful: Mark { line: "#d29922", ink: "#f2cc60", ground: "#2e2410" },
};

/// What does not depend on the ground.
const SHAPE: &str = "\
.regrender{max-width:100%;height:auto;font-family:ui-sans-serif,system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;font-size:11px}\n\
.regrender .headline{font-size:18px;font-weight:600}\n\
.regrender .soft{font-size:13px}\n\
.regrender .column{font-weight:600;letter-spacing:.06em}\n\
.regrender .space,.regrender .name{font-weight:600}\n\
.regrender .name{font-size:13px}\n\
.regrender .node rect{stroke-width:1}\n\
.regrender .unused rect{stroke-dasharray:4 3}\n\
.regrender .broken rect{stroke-width:2}\n\
.regrender .wire{fill:none;stroke-width:1.3}\n\
.regrender .dashed{stroke-dasharray:5 4}\n\
.regrender .wire.broken{stroke-width:2}\n\
.regrender .ring{fill:none}\n\
.regrender .cross{fill:none;stroke-width:1.6}\n\
.regrender .word{font-size:10.5px;text-anchor:end;paint-order:stroke;stroke-width:4px;stroke-linejoin:round}\n";

/// Writes the style, and the ends of wires that it colours.
pub(super) fn write(text: &mut String) {
    text.push_str("<style>\n");
    text.push_str(SHAPE);
    write_colours(text, &LIGHT);
    text.push_str("@media (prefers-color-scheme:dark){\n");
    write_colours(text, &DARK);
    text.push_str("}\n</style>\n<defs>\n");
    for mark in ["plain", "doubtful", "broken"] {
        for (end, shape) in [
            ("arrow", "M0 1L9 5L0 9Z"),
            ("cross", "M2 1L9 9M9 1L2 9"),
            ("ring", "M9 5A3.5 3.5 0 1 1 2 5A3.5 3.5 0 1 1 9 5Z"),
        ] {
            // Writing to a string cannot fail.
            let _infallible = writeln!(
                text,
                "<marker id=\"regrender-{end}-{mark}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" \
                 markerWidth=\"9\" markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" \
                 orient=\"auto\"><path class=\"{end} {mark}\" d=\"{shape}\"/></marker>"
            );
        }
    }
    text.push_str("</defs>\n");
}

fn write_colours(text: &mut String, palette: &Palette) {
    let Palette { ground, ink, soft, wire, frame, border, broken, doubtful } = palette;
    let _infallible = write!(
        text,
        ".regrender .ground{{fill:{ground}}}\n\
         .regrender .headline,.regrender .name{{fill:{ink}}}\n\
         .regrender .soft,.regrender .column,.regrender .space,.regrender .line,.regrender .remark{{fill:{soft}}}\n\
         .regrender .frame{{fill:{frame};stroke:{border}}}\n\
         .regrender .node rect{{fill:{ground};stroke:{wire}}}\n\
         .regrender .wire,.regrender .ring,.regrender .cross{{stroke:{wire}}}\n\
         .regrender .arrow{{fill:{wire}}}\n\
         .regrender .word{{fill:{soft};stroke:{frame}}}\n"
    );
    for (name, mark) in [("broken", broken), ("doubtful", doubtful)] {
        let Mark { line, ink, ground } = mark;
        let _infallible = write!(
            text,
            ".regrender .{name} rect{{fill:{ground};stroke:{line}}}\n\
             .regrender .{name} .name,.regrender .{name} .line,.regrender .{name} .remark,.regrender .word.{name}{{fill:{ink}}}\n\
             .regrender .wire.{name},.regrender .ring.{name},.regrender .cross.{name}{{stroke:{line}}}\n\
             .regrender .arrow.{name}{{fill:{line}}}\n"
        );
    }
}
