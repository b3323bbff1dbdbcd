//! Hosts of registries: what stands before the first slash of an image name.

use regrender_diagnostic::{Span, Spanned};

use crate::problem::{Problems, host as problem};

/// Hosts of Docker Hub, none of which is the one that images are named by.
const DOCKER_HUB: &[&str] = &[
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.docker.io",
    "registry.hub.docker.com",
    "hub.docker.com",
    "auth.docker.io",
    "www.docker.com",
    "docker.com",
];

/// What the messages about a host need to know.
pub(crate) struct Context<'r> {
    /// The name of the registry.
    pub(crate) registry: &'r str,
    /// Where the key of the host stands, if a kind could stand there instead.
    pub(crate) key: Option<Span>,
    /// Whether `paths` is there.
    pub(crate) has_paths: bool,
}

/// Checks a host.
pub(crate) fn host(
    context: &Context<'_>,
    found: &Spanned<String>,
    problems: &mut Problems,
) -> Option<String> {
    let registry = context.registry;
    let span = || found.span.clone();
    let text = found.value.as_str();
    let (has_scheme, rest) = without_scheme(text);
    let (authority, path) = match rest.split_once('/') {
        Some((authority, path)) => (authority, Some(path)),
        None => (rest, None),
    };
    let (has_user, host) = match authority.rsplit_once('@') {
        Some((_, host)) => (true, host),
        None => (false, authority),
    };
    if is_docker_hub(host) {
        problems.push(problem::docker_hub(registry, span(), context.key.clone()));
        return None;
    }
    if let Err(reason) = spelling(host) {
        problems.push(problem::invalid(registry, span(), reason));
        return None;
    }
    if has_user {
        problems.push(problem::with_user(registry, span(), host));
    } else if let Some(path) = path {
        let path = api_path(path);
        problems.push(problem::with_path(registry, span(), host, &path, context.has_paths));
    } else if has_scheme {
        problems.push(problem::with_scheme(registry, span(), host));
    } else if host.chars().any(|c| c.is_ascii_uppercase()) {
        problems.push(problem::in_upper_case(registry, span(), host));
    } else if let Some(bare) = host.strip_suffix('.') {
        problems.push(problem::with_final_dot(registry, span(), bare));
    } else {
        warnings(registry, host, &found.span, problems);
        return Some(host.to_owned());
    }
    None
}

fn without_scheme(text: &str) -> (bool, &str) {
    match text.split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (false, text),
    }
}

/// Returns a path without the version of the registry's API, which is in no image name.
fn api_path(path: &str) -> String {
    let path = path.trim_matches('/');
    let path = match path.split_once('/') {
        Some(("v1" | "v2", rest)) => rest,
        None if matches!(path, "v1" | "v2") => "",
        _ => path,
    };
    if path.is_empty() { String::new() } else { format!("{path}/") }
}

fn is_docker_hub(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let host = host.strip_suffix(":443").unwrap_or(&host);
    DOCKER_HUB.contains(&host)
}

/// Says what keeps a text from being a host.
fn spelling(host: &str) -> Result<(), &'static str> {
    if host.is_empty() {
        return Err("must name a host");
    }
    if host.chars().any(char::is_whitespace) {
        return Err("holds white space");
    }
    if !host.is_ascii() {
        return Err("must be written with ASCII letters, as `xn--…`");
    }
    if let Some(rest) = host.strip_prefix('[') {
        return address(rest);
    }
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    if let Some(port) = port {
        self::port(port)?;
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    name.split('.').try_for_each(label)?;
    // In `registry/app`, `registry` is an account of Docker Hub.
    if port.is_none() && !name.contains('.') && name != "localhost" {
        return Err("has neither a dot nor a port; without them only `localhost` is a host");
    }
    Ok(())
}

fn port(port: &str) -> Result<(), &'static str> {
    if port.contains(':') {
        return Err("an IPv6 address must stand in brackets, with a port behind them");
    }
    let is_plain = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    if !is_plain || port.parse::<u16>().is_err() {
        return Err("what follows the colon must be a port: a number up to 65535");
    }
    Ok(())
}

fn label(label: &str) -> Result<(), &'static str> {
    if label.is_empty() {
        return Err("holds an empty part between dots");
    }
    if label.len() > 63 {
        return Err("holds a part of more than 63 characters");
    }
    if !label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'*')) {
        return Err("must hold only letters, digits, `-`, `.` and `*`");
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err("holds a part that begins or ends with `-`");
    }
    Ok(())
}

/// Checks what follows the bracket of an IPv6 address.
fn address(rest: &str) -> Result<(), &'static str> {
    let Some((address, behind)) = rest.split_once(']') else {
        return Err("the bracket is not closed");
    };
    if address.parse::<std::net::Ipv6Addr>().is_err() {
        return Err("no IPv6 address stands in the brackets");
    }
    match behind.strip_prefix(':') {
        Some(port) => self::port(port),
        // Without a port the kubelet reads the brackets as a class of characters.
        None => Err("an IPv6 address without a port is never matched; write its port"),
    }
}

fn warnings(registry: &str, host: &str, span: &Span, problems: &mut Problems) {
    if let Some((bare, port @ ("443" | "80"))) = host.rsplit_once(':')
        && !bare.contains(':')
    {
        problems.push(problem::default_port(registry, span.clone(), bare, port));
    }
    if covers_docker_hub(host) {
        problems.push(problem::wildcard(registry, span.clone()));
    }
}

/// Says whether a host with `*` is for `docker.io` too.
fn covers_docker_hub(host: &str) -> bool {
    let mut labels = host.split('.');
    match (labels.next(), labels.next(), labels.next()) {
        (Some(first), Some(second), None) => {
            host.contains('*') && covers(first, "docker") && covers(second, "io")
        }
        _ => false,
    }
}

/// Matches a label with `*` for any characters.
fn covers(pattern: &str, label: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = label.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(earlier) = last.replace(part) {
            let earlier: &str = earlier;
            let Some(at) = rest.find(earlier) else { return false };
            rest = rest.get(at + earlier.len()..).unwrap_or_default();
        }
    }
    match last {
        Some(last) => rest.ends_with(last),
        None => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, right: bool) {
        assert_eq!(spelling(host).is_ok(), right, "{host}: {:?}", spelling(host));
    }

    #[test]
    fn hosts_are_labels_with_an_optional_port() {
        check("registry.example.com", true);
        check("localhost", true);
        check("localhost:5000", true);
        check("10.0.0.1:5000", true);
        check("*.dkr.ecr.*.amazonaws.com", true);
        check("xn--bcher-kva.example", true);
    }

    #[test]
    fn an_ipv6_address_needs_brackets_and_a_port() {
        check("[::1]:5000", true);
        check("[::1]", false);
        check("::1", false);
        check("[::1", false);
        check("[x]:1", false);
    }

    #[test]
    fn what_the_kubelet_drops_is_no_host() {
        for host in [
            "",
            " a",
            "a b",
            "a..b",
            ".a",
            "a:http",
            "a:",
            "a:0",
            "a:05000",
            "a:65536",
            "a_b.io",
            "-a.io",
            "a-.io",
            "bücher.example",
            "a[b].io",
            "a{b}.io",
            "a%2f",
            "a\\b",
            "a?b",
            "a#b",
        ] {
            check(host, false);
        }
    }

    #[test]
    fn a_wildcard_may_reach_docker_hub() {
        for host in ["*.io", "docker.*", "*.*", "d*r.io", "*ock*.i*", "*o*k*.io"] {
            assert!(covers_docker_hub(host), "{host}");
        }
        for host in [
            "*.example.io",
            "*cr.io",
            "docker.io",
            "*",
            "quay.*",
            "*.*.*",
            "docker*x.io",
            "*r*r.io",
        ] {
            assert!(!covers_docker_hub(host), "{host}");
        }
    }

    #[test]
    fn the_version_of_the_api_is_no_path() {
        assert_eq!(api_path("v2/"), "");
        assert_eq!(api_path("v2/team/"), "team/");
        assert_eq!(api_path("team"), "team/");
        assert_eq!(api_path(""), "");
    }
}
