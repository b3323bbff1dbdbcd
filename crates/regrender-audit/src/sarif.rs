//! Knows how findings are told to code scanners: SARIF 2.1.0.

use serde_json::{Value, json};

use crate::base::Base;
use crate::finding::{Code, Finding, Severity};
use crate::report::AuditReport;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

impl AuditReport {
    /// Returns the findings and the unreadable files as a SARIF log; `version` is the program's own.
    ///
    /// Whoever takes it in looks for files from the top of the repository; here they are named from
    /// `base`.
    #[must_use]
    pub fn to_sarif(&self, version: &str, base: &Base) -> Value {
        let rules: Vec<Value> = Code::ALL.iter().map(|code| rule(*code)).collect();
        let results: Vec<Value> = self.findings.iter().map(|one| result(one, base)).collect();
        let notifications: Vec<Value> = self
            .unreadable
            .iter()
            .map(|one| {
                json!({
                    "level": "note",
                    "message": {"text": one.reason.to_string()},
                    "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(&one.file, base)}}}],
                })
            })
            .collect();
        json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {"name": "regrender", "version": version, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "invocations": [{
                    "executionSuccessful": true,
                    "toolExecutionNotifications": notifications,
                }],
                "results": results,
            }],
        })
    }
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": {"text": code.what()},
        "help": {"text": code.help()},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

fn result(finding: &Finding, base: &Base) -> Value {
    json!({
        "ruleId": finding.code.name(),
        "ruleIndex": Code::ALL.iter().position(|code| *code == finding.code),
        "level": level(finding.severity),
        "message": {"text": finding.message},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(&finding.file, base)},
                "region": {"startLine": finding.line.max(1), "startColumn": finding.column.max(1)},
            },
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// Says where a file lies, and escapes what a relative URI reference cannot hold as it is.
fn uri(name: &str, base: &Base) -> String {
    let path = base.path_of(name).unwrap_or(name.into());
    let mut escaped = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped = format!("{escaped}%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a b/ü.yaml", &Base::default()), "a%20b/%C3%BC.yaml");
        assert_eq!(uri(r"a\b.yaml", &Base::default()), "a/b.yaml");
    }

    #[test]
    fn paths_count_from_the_top_of_the_repository() {
        let base = Base::new("clusters/prod");
        assert_eq!(uri("../../apps/a.yaml", &base), "apps/a.yaml");
        assert_eq!(uri("a.yaml", &base), "clusters/prod/a.yaml");
        assert_eq!(uri("/elsewhere/a.yaml", &base), "/elsewhere/a.yaml");
    }

    #[test]
    fn info_is_a_note() {
        assert_eq!(level(Severity::Info), "note");
    }
}
