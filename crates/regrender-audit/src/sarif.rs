//! Knows how findings are told to code scanners: SARIF 2.1.0.

use serde_json::{Value, json};

use crate::finding::{Code, Finding, Severity};
use crate::report::AuditReport;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

impl AuditReport {
    /// Returns the findings and the unreadable files as a SARIF log; `version` is the program's own.
    #[must_use]
    pub fn to_sarif(&self, version: &str) -> Value {
        let rules: Vec<Value> = Code::ALL.iter().map(|code| rule(*code)).collect();
        let results: Vec<Value> = self.findings.iter().map(result).collect();
        let notifications: Vec<Value> = self
            .unreadable
            .iter()
            .map(|one| {
                json!({
                    "level": "note",
                    "message": {"text": one.reason.to_string()},
                    "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(&one.file)}}}],
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

fn result(finding: &Finding) -> Value {
    json!({
        "ruleId": finding.code.name(),
        "ruleIndex": Code::ALL.iter().position(|code| *code == finding.code),
        "level": level(finding.severity),
        "message": {"text": finding.message},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(&finding.file)},
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

/// Escapes what a relative URI reference cannot hold as it is.
fn uri(path: &str) -> String {
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
        assert_eq!(uri("a b/ü.yaml"), "a%20b/%C3%BC.yaml");
        assert_eq!(uri(r"a\b.yaml"), "a/b.yaml");
    }

    #[test]
    fn info_is_a_note() {
        assert_eq!(level(Severity::Info), "note");
    }
}
