//! Knows how an audit is shown to a person: one HTML page that needs nothing from the network.

use std::fmt::Write as _;

use serde::Serialize;

use crate::report::AuditReport;
use crate::unreadable::Unreadable;

const TEMPLATE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// What the page's script works on.
#[derive(Serialize)]
struct PageData<'r> {
    images: Vec<PageImage<'r>>,
    findings: Vec<PageFinding<'r>>,
    unreadable: &'r [Unreadable],
    summary: String,
}

#[derive(Serialize)]
struct PageImage<'r> {
    #[serde(flatten)]
    row: &'r crate::report::ImageRow,
    host: &'r str,
    severity: &'static str,
    reason: &'r str,
}

#[derive(Serialize)]
struct PageFinding<'r> {
    code: &'static str,
    severity: &'static str,
    file: &'r str,
    line: usize,
    message: &'r str,
    help: &'static str,
}

impl AuditReport {
    /// Returns the page: a matrix of workloads against registries, the findings, and the files that
    /// could not be read.
    ///
    /// `source` is put before a file's path to make a link, for instance the address of the
    /// repository at one commit; without it, places are shown as text.
    #[must_use]
    pub fn to_page(&self, source: Option<&str>) -> String {
        let data = PageData {
            images: self.images.iter().map(page_image).collect(),
            findings: self
                .findings
                .iter()
                .map(|one| PageFinding {
                    code: one.code.name(),
                    severity: one.severity.name(),
                    file: &one.file,
                    line: one.line,
                    message: &one.message,
                    help: one.code.help(),
                })
                .collect(),
            unreadable: &self.unreadable,
            summary: self.summary_line(),
        };
        let data = serde_json::to_string(&data).unwrap_or_default();
        let source = serde_json::to_string(&source.unwrap_or_default()).unwrap_or_default();
        fill(&[
            ("style", STYLE),
            ("script", SCRIPT),
            ("source", &inside_script(&source)),
            ("data", &inside_script(&data)),
        ])
    }
}

fn page_image(row: &crate::report::ImageRow) -> PageImage<'_> {
    let repository = row.repository.as_deref().unwrap_or_default();
    PageImage {
        row,
        host: match repository.split_once('/') {
            Some((host, _)) => host,
            None => "(invalid)",
        },
        severity: row.severity.map_or("ok", crate::finding::Severity::name),
        reason: &row.reason,
    }
}

/// Puts values into the template's places, each of which stands there once.
fn fill(values: &[(&str, &str)]) -> String {
    let mut page = String::new();
    let mut rest = TEMPLATE;
    while let Some((before, after)) = rest.split_once("/*{") {
        page.push_str(before);
        let (name, after) = after.split_once("}*/").unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        page.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    page.push_str(rest);
    page
}

/// Escapes JSON so that it can stand inside a `script` element, whatever it holds.
fn inside_script(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a string cannot fail.
                let _infallible = write!(safe, "\\u{:04x}", u32::from(letter));
            }
            _ => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_cannot_end_its_script() {
        let safe = inside_script("{\"a\":\"</script><!--\u{2028}\"}");
        assert!(!safe.contains('<') && !safe.contains('>') && !safe.contains('\u{2028}'));
    }

    #[test]
    fn every_place_of_the_template_is_filled() {
        let page = fill(&[("style", "S"), ("script", "C"), ("source", "U"), ("data", "D")]);
        assert!(!page.contains("/*{"));
        for (name, _) in [("style", 1), ("script", 1), ("source", 1), ("data", 1)] {
            assert_eq!(TEMPLATE.matches(&format!("/*{{{name}}}*/")).count(), 1, "{name}");
        }
    }
}
