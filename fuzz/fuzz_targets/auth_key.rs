//! Registry keys: any text parses or is refused, an index key names itself, and a password in the
//! user part never shows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_fuzz::CANARY;
use regrender_image::{AuthKey, KeyConcern, mask_user};

fuzz_target!(|text: &str| {
    let (key, repository) = text.split_once('\n').unwrap_or((text, ""));
    check(key, repository);
    // The scheme ends where the password begins, unless the text has another one.
    if !key.contains("://") {
        let secret = format!("https://u:{CANARY}@{key}");
        let host = key.split(['/', '?', '#']).next().unwrap_or_default();
        if !host.contains('@') {
            assert!(!mask_user(&secret).contains(CANARY) || key.contains(CANARY));
        }
        if let Ok(parsed) = AuthKey::parse(&secret)
            && !key.contains(CANARY)
        {
            assert!(!parsed.shown().contains(CANARY), "{}", parsed.shown());
            assert!(!parsed.index_text().contains(CANARY), "{}", parsed.index_text());
        }
    }
});

fn check(key: &str, repository: &str) {
    let Ok(parsed) = AuthKey::parse(key) else { return };
    assert_eq!(parsed.text(), key);
    let concerns = parsed.concerns();
    let covers = parsed.covers_repository(repository);
    for concern in &concerns {
        assert!(!concern.to_string().is_empty());
    }
    if covers {
        assert!(!concerns.contains(&KeyConcern::FailsSecondParse), "{key:?}");
    }
    // A second scheme is decoded no second time.
    if let Ok(index) = std::str::from_utf8(parsed.index_key())
        && !index.contains(['%', '@', '?', '#'])
        && !["http://", "https://"].iter().any(|scheme| index.starts_with(scheme))
        && let Ok(again) = AuthKey::parse(index)
        && !path_of(index).starts_with("/v1/")
        && !path_of(index).starts_with("/v2/")
    {
        assert_eq!(
            again.index_key(),
            index.strip_suffix('/').filter(|it| !it.contains('/')).unwrap_or(index).as_bytes(),
            "{key:?}"
        );
        assert_eq!(again.covers_repository(repository), covers, "{key:?} {repository:?}");
    }
}

fn path_of(index: &str) -> &str {
    index.find('/').map_or("", |at| &index[at..])
}
