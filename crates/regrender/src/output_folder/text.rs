//! What a file of an output folder holds, and whether a build wrote it.

use regrender_render::{HEADER, STATEMENT_MARK};
use serde_json::Value;

/// What a file in the folder holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text<'b> {
    /// What a build wrote: it begins with the header, or is marked as ours.
    Ours(&'b str),
    /// Something else; no text, or too much of it, is none.
    Foreign(Option<&'b str>),
}

impl<'b> Text<'b> {
    /// Says what these bytes of a file are.
    pub(super) fn of(bytes: &'b [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) if is_ours(text) => Self::Ours(text),
            Ok(text) => Self::Foreign(Some(text)),
            Err(_) => Self::Foreign(None),
        }
    }
}

/// Says whether a file was written by a build, or is what Git left of two such files.
fn is_ours(text: &str) -> bool {
    is_written(text) || sides(text).is_some_and(|sides| sides.iter().all(|side| is_written(side)))
}

/// Says whether a text is what a build writes.
fn is_written(text: &str) -> bool {
    is_headed(text.as_bytes())
        || is_our_policy(text)
        || regrender_seal::inspect_age(text).is_ok_and(|inspection| inspection.is_marked())
}

/// Says whether a text begins with the header of a build, as editors may have left it: with a byte
/// order mark, and another end of the line.
pub(crate) fn is_headed(text: &[u8]) -> bool {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let header = first_line.strip_prefix(b"#").map(<[u8]>::trim_ascii_end);
    header == Some(HEADER.as_bytes())
}

/// JSON has no comments: a policy is known by the ids of its statements.
fn is_our_policy(text: &str) -> bool {
    if !text.contains(STATEMENT_MARK) {
        return false;
    }
    let policy: Value = serde_json::from_str(text).unwrap_or_default();
    let is_ours = |statement: &Value| {
        statement
            .get("Sid")
            .and_then(Value::as_str)
            .is_some_and(|id| id.starts_with(STATEMENT_MARK))
    };
    policy
        .get("Statement")
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty() && list.iter().all(is_ours))
}

/// Where a line of an unfinished merge belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Both,
    First,
    Base,
    Second,
}

/// Takes apart what Git merged and left conflict markers in; neither side has any.
fn sides(text: &str) -> Option<[String; 2]> {
    if !text.contains("<<<<<<<") {
        return None;
    }
    let mut sides = [String::new(), String::new()];
    let [first, second] = &mut sides;
    let mut part = Part::Both;
    for line in text.split_inclusive('\n') {
        part = match (line.split([' ', '\r', '\n']).next(), part) {
            (Some("<<<<<<<"), Part::Both) => Part::First,
            (Some("|||||||"), Part::First) => Part::Base,
            (Some("======="), Part::First | Part::Base) => Part::Second,
            (Some(">>>>>>>"), Part::Second) => Part::Both,
            _ => {
                if matches!(part, Part::Both | Part::First) {
                    first.push_str(line);
                }
                if matches!(part, Part::Both | Part::Second) {
                    second.push_str(line);
                }
                part
            }
        };
    }
    (part == Part::Both).then_some(sides)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(matches!(Text::of(text.as_bytes()), Text::Ours(_)), expected, "{text}");
    }

    #[test]
    fn a_file_that_begins_with_the_header_is_ours() {
        check(&format!("#{HEADER}\na: b\n"), true);
        check(&format!("\u{feff}#{HEADER} \r\na: b\r\n"), true);
        check(&format!("a: b\n#{HEADER}\n"), false);
        check("", false);
    }

    #[test]
    fn a_policy_is_ours_when_all_of_its_statements_are() {
        let ours = format!("{{\"Sid\": \"{STATEMENT_MARK}Pull\"}}");
        check(&format!("{{\"Statement\": [{ours}]}}"), true);
        check(&format!("{{\"Statement\": [{ours}, {{\"Sid\": \"Mine\"}}]}}"), false);
        check(&format!("{{\"Statement\": [], \"Id\": \"{STATEMENT_MARK}\"}}"), false);
        check(&ours, false);
    }

    /// What `git merge` makes of files that both branches add; `diff3` is a style of it.
    #[test]
    fn what_a_merge_left_is_ours_when_both_sides_are() {
        let written = |id: &str| format!("{{\"Statement\": [{{\"Sid\": \"{id}\"}}]}}\n");
        let (ours, other) = (written(&format!("{STATEMENT_MARK}Pull")), written("Mine"));
        let merged = |first: &str, second: &str| {
            format!("<<<<<<< HEAD\n{first}=======\n{second}>>>>>>> other\n")
        };
        check(&merged(&ours, &ours), true);
        check(&merged(&ours, &other), false);
        check(&merged(&other, &ours), false);
        check(&merged(&ours, &ours).replace("=======", "||||||| 1f2e\n{}\n======="), true);
        check(&merged(&ours, &ours).replace('\n', "\r\n"), true);
        check(&merged(&ours, &ours).replace(">>>>>>>", ""), false);
        let headed = format!("#{HEADER}\na: b\n");
        check(&merged(&headed, &headed), true);
        check(&merged(&headed, "a: b\n"), false);
    }

    #[test]
    fn what_is_no_text_is_of_somebody_else() {
        assert!(matches!(Text::of(b"\xff"), Text::Foreign(None)));
    }
}
