//! What stands in headers and tokens: addresses, challenges, dates and grants.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_document::SecretText;
use regrender_fuzz::CANARY;
use regrender_remote::{Response, Said, Url, read_challenges, read_date, read_grants, read_token};

fuzz_target!(|text: &str| {
    let (first, second) = text.split_once('\n').unwrap_or((text, ""));
    if let Ok(url) = Url::parse(first) {
        let again = Url::parse(&url.whole()).expect("its own spelling parses");
        assert!(again == url, "{}", url.whole());
        assert!(url.path().starts_with('/'));
        if let Ok(joined) = url.join(second) {
            assert!(Url::parse(&joined.whole()).expect("its own spelling parses") == joined);
        }
        let asked = url.with_parameter("scope", second);
        assert!(asked.has_origin_of(&url));
        assert!(!format!("{asked} {asked:?}").contains('?'));
    }
    challenges(first);
    if let Some(seconds) = read_date(first) {
        assert!((-100_000_000_000..=300_000_000_000).contains(&seconds), "{seconds}");
    }
    if let Some(token) = read_token(text.as_bytes()) {
        assert!(!token.token.expose().is_empty());
    }
    let _grants = read_grants(&SecretText::new(first.to_owned()));
    let headers = vec![
        ("Retry-After".to_owned(), first.to_owned()),
        ("Date".to_owned(), second.to_owned()),
        ("RateLimit-Limit".to_owned(), first.to_owned()),
    ];
    let answer = Response::new(429, headers, Vec::new());
    let _wait = answer.retry_after();
    let _limit = regrender_remote::registry::read_rate_limit(&answer);
    let token = SecretText::new(CANARY.to_owned());
    let said = Said::new(&format!("{first}{CANARY}{second}"), &[&token]);
    assert!(!said.as_str().contains(CANARY), "{}", said.as_str());
});

/// What was read of a header is read again when it is written with quotes.
fn challenges(text: &str) {
    const NAMES: [&str; 3] = ["realm", "service", "scope"];
    for challenge in read_challenges(text) {
        let mut written = challenge.scheme.clone();
        for (number, name) in NAMES.iter().enumerate() {
            let value = challenge.parameter(name).unwrap_or_default();
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            let separator = if number == 0 { ' ' } else { ',' };
            written.push_str(&format!("{separator}{name}=\"{value}\""));
        }
        let again = read_challenges(&written);
        assert_eq!(again.len(), 1, "{written}");
        assert_eq!(again[0].scheme, challenge.scheme);
        for name in NAMES {
            let before = challenge.parameter(name).unwrap_or_default();
            assert_eq!(again[0].parameter(name), Some(before), "{written}");
        }
    }
}
