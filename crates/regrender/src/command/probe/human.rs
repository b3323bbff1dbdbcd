//! What was found, for people.

use std::time::Duration;

use regrender_config::Registry;
use regrender_remote::registry::{
    Authentication, How, More, Pull, RateLimit, Report, RepositoryReport,
};

use super::{Finding, Outcome, advice};

/// Returns the text for all registries.
pub(super) fn text(outcomes: &[Outcome<'_>]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        for line in lines(outcome) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    if outcomes.is_empty() {
        text.push_str("no registry is declared\n");
    }
    text
}

fn lines(outcome: &Outcome<'_>) -> Vec<String> {
    let registry = outcome.registry;
    let head = |verdict: &str| format!("{} ({}): {verdict}", registry.name, outcome.host);
    let (authority, shows_credential, report) = match &outcome.finding {
        Finding::NotAsked(reason) => return vec![head(&format!("not asked: {reason}"))],
        Finding::Asked { authority, shows_credential, report } => {
            (authority, shows_credential, report)
        }
    };
    let mut lines = vec![head(if outcome.fails() { "fails" } else { "works" })];
    if *authority != outcome.host {
        lines.push(format!("  asked at {authority}"));
    }
    if let Some(authentication) = &report.authentication {
        lines.extend(credential(authentication, *shows_credential, report));
    }
    if report.asks_late && *shows_credential {
        lines.extend(late_question());
    }
    if let Some(skew) = report.skew.filter(|skew| advice::is_off(*skew)) {
        lines.extend(clock(skew));
    }
    if let Some(fault) = &report.fault {
        lines.push(format!("  error: {fault}"));
        lines.push(format!("    help: {}", advice::for_fault(fault, registry, report.skew)));
        return lines;
    }
    for found in &report.repositories {
        lines.extend(repository(found, registry, *shows_credential));
    }
    if report.repositories.is_empty() {
        lines.push(String::from("  no repository was asked for; `repositories`, `--repository` and `--from-audit` name some"));
    }
    lines.extend(report.rate_limit.as_ref().map(pulls_left));
    lines
}

fn credential(
    authentication: &Authentication,
    shows_credential: bool,
    report: &Report,
) -> Option<String> {
    let life = report.token_life.map(|life| format!(" ({} each)", spoken(life)));
    let tokens = format!("  tokens{} are made by", life.unwrap_or_default());
    match authentication {
        Authentication::Nothing if shows_credential => {
            Some(String::from("  warning: it lets everybody in and looked at no credential"))
        }
        Authentication::Nothing | Authentication::Basic => None,
        Authentication::Bearer { server, is_elsewhere: true } => {
            let shown = if shows_credential { "; the credential goes there" } else { "" };
            Some(format!("{tokens} another host, {server}, which the registry names{shown}"))
        }
        Authentication::Bearer { server, is_elsewhere: false } => {
            Some(format!("{tokens} {server}"))
        }
    }
}

fn late_question() -> [String; 2] {
    [
        String::from(
            "  warning: it asks for a credential where it has the image, and not at `/v2/`: \
             containerd shows it then, docker and CRI-O do not",
        ),
        String::from("    help: have it ask at `/v2/` too, if nodes use another runtime"),
    ]
}

fn clock(skew: i64) -> [String; 2] {
    let direction = if skew > 0 { "ahead of" } else { "behind" };
    let by = spoken(Duration::from_secs(skew.unsigned_abs()));
    [
        format!(
            "  warning: its clock is {by} {direction} the one here; tokens fail where clocks differ"
        ),
        String::from("    help: set the clock that is wrong"),
    ]
}

fn repository(
    found: &RepositoryReport,
    registry: &Registry,
    shows_credential: bool,
) -> Vec<String> {
    let name = full_name(found);
    let mut lines = Vec::new();
    match &found.pull {
        Pull::Allowed => lines.push(format!("  {name}: can be pulled{}", no_more(&found.more))),
        refused => {
            lines.push(format!("  error: {name}: {}", why_not(refused)));
            let help = advice::for_pull(refused, registry, shows_credential);
            lines.extend(help.map(|help| format!("    help: {help}")));
        }
    }
    if let More::Can { actions, how, is_upload_left } = &found.more {
        let whose = if shows_credential { "the credential" } else { "everybody" };
        lines.push(format!(
            "  warning: {name}: {whose} can do more than pull: {} ({})",
            actions.join(", "),
            how_known(*how)
        ));
        lines.push(String::from(if shows_credential {
            "    help: use an account or a token that may only pull: every node and everybody who \
             reads the Secret has it"
        } else {
            "    help: have the registry ask for a credential"
        }));
        if *is_upload_left {
            lines.push(String::from(
                "    note: an empty upload was begun and could not be given up; the registry drops it \
                 after a time",
            ));
        }
    }
    lines
}

fn no_more(more: &More) -> String {
    match more {
        More::PullOnly(how) => format!(", and no more ({})", how_known(*how)),
        More::Unknown { status: Some(status) } => {
            format!("; whether more can be done is not known (status {status})")
        }
        More::Unknown { status: None } => String::from("; whether more can be done is not known"),
        More::NotAsked | More::Can { .. } => String::new(),
    }
}

/// Returns why a repository cannot be pulled from.
pub(super) fn why_not(pull: &Pull) -> String {
    match pull {
        Pull::Allowed => String::from("can be pulled"),
        Pull::Denied { status, said } => {
            let said = said.as_ref().map(|said| format!(": {said}")).unwrap_or_default();
            format!("may not be pulled (status {status}){said}")
        }
        Pull::NotFound { repository_is_there: true } => {
            String::from("there is no such image; the repository is there")
        }
        Pull::NotFound { repository_is_there: false } => {
            String::from("not found: it does not exist, or is not shown to who asks")
        }
        Pull::Elsewhere { host, status } => {
            format!("is on `{host}`, which answers with status {status} without a credential")
        }
        Pull::Unknown(fault) => fault.to_string(),
    }
}

fn how_known(how: How) -> &'static str {
    match how {
        How::Token => "the token says so",
        How::Trial => "tried",
    }
}

fn full_name(found: &RepositoryReport) -> String {
    match &found.reference {
        None => found.repository.clone(),
        Some(digest) if digest.contains(':') => format!("{}@{digest}", found.repository),
        Some(tag) => format!("{}:{tag}", found.repository),
    }
}

fn pulls_left(limit: &RateLimit) -> String {
    let window = limit.window.map(|window| format!(" in {}", spoken(window))).unwrap_or_default();
    match limit.remaining {
        Some(remaining) => format!("  {remaining} of {} pulls{window} are left", limit.limit),
        None => format!("  {} pulls{window} are allowed", limit.limit),
    }
}

/// Returns a time as people say it, roughly.
fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    let (number, unit) = match seconds {
        0..120 => (seconds, "s"),
        120..7200 => (seconds / 60, "min"),
        7200..172_800 => (seconds / 3600, "h"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{number} {unit}")
}
