//! What was found, for programs; described in docs/probe.md.

use regrender_remote::registry::{Authentication, How, More, Pull, Report, RepositoryReport};
use serde_json::{Value, json};

use super::{Finding, Outcome, advice, human};

/// Returns the object for all registries.
pub(super) fn value(outcomes: &[Outcome<'_>]) -> Value {
    let registries: Vec<Value> = outcomes.iter().map(registry).collect();
    json!({ "registries": registries })
}

fn registry(outcome: &Outcome<'_>) -> Value {
    let Outcome { registry, host, finding } = outcome;
    let name = &registry.name;
    match finding {
        Finding::NotAsked(reason) => {
            json!({ "registry": name, "host": host, "status": "not-asked", "reason": reason })
        }
        Finding::Asked { authority, shows_credential, report } => {
            let error = report.fault.as_ref().map(|fault| {
                let help = advice::for_fault(fault, registry, report.skew);
                json!({ "message": fault.to_string(), "help": help })
            });
            let repositories: Vec<Value> = report
                .repositories
                .iter()
                .map(|found| {
                    let help = advice::for_pull(&found.pull, registry, *shows_credential);
                    repository(found, help.as_deref())
                })
                .collect();
            json!({
                "registry": name,
                "host": host,
                "status": if outcome.fails() { "fails" } else { "works" },
                "asked_at": authority,
                "credential": shows_credential,
                "authentication": report.authentication.as_ref().map(authentication),
                "asks_late": report.asks_late,
                "token_server": report.authentication.as_ref().and_then(token_server),
                "token_seconds": report.token_life.map(|life| life.as_secs()),
                "clock_ahead_seconds": report.skew,
                "error": error,
                "repositories": repositories,
                "rate_limit": rate_limit(report),
            })
        }
    }
}

fn authentication(authentication: &Authentication) -> &'static str {
    match authentication {
        Authentication::Nothing => "none",
        Authentication::Basic => "basic",
        Authentication::Bearer { .. } => "bearer",
    }
}

fn token_server(authentication: &Authentication) -> Option<&str> {
    match authentication {
        Authentication::Bearer { server, .. } => Some(server),
        Authentication::Nothing | Authentication::Basic => None,
    }
}

fn rate_limit(report: &Report) -> Option<Value> {
    let limit = report.rate_limit?;
    Some(json!({
        "limit": limit.limit,
        "remaining": limit.remaining,
        "window_seconds": limit.window.map(|window| window.as_secs()),
    }))
}

fn repository(found: &RepositoryReport, help: Option<&str>) -> Value {
    let pull = match &found.pull {
        Pull::Allowed => "allowed",
        Pull::Denied { .. } => "denied",
        Pull::NotFound { .. } => "not-found",
        Pull::Elsewhere { .. } => "elsewhere",
        Pull::Unknown(_) => "unknown",
    };
    let error = (found.pull != Pull::Allowed)
        .then(|| json!({ "message": human::why_not(&found.pull), "help": help }));
    let (more, actions, how) = match &found.more {
        More::NotAsked => ("not-asked", None, None),
        More::PullOnly(how) => ("none", None, Some(*how)),
        More::Can { actions, how, .. } => ("some", Some(actions), Some(*how)),
        More::Unknown { .. } => ("unknown", None, None),
    };
    let how = how.map(|how| match how {
        How::Token => "token",
        How::Trial => "trial",
    });
    json!({
        "repository": found.repository,
        "reference": found.reference,
        "pull": pull,
        "error": error,
        "beyond_pull": more,
        "actions": actions.cloned().unwrap_or_default(),
        "known_from": how,
    })
}
