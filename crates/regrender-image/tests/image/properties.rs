//! What holds for any input.

use proptest::prelude::*;
use regrender_image::{
    AuthKey, ConfigShape, DockerConfig, ImageReference, KeySet, Keyring, MatchKind, RegistryEntry,
    decode_auth_field, decode_docker_config,
};

/// Text that comes close to an image: letters of the grammar, slashes, colons, and a few others.
fn nearly_an_image() -> impl Strategy<Value = String> {
    "([a-zA-Z0-9._:-]{0,6}/)?[a-z0-9._/-]{0,8}(:[A-Za-z0-9._-]{0,4})?(@sha256:[0-9a-f]{64})?"
}

/// Text that comes close to a registry key.
fn nearly_a_key() -> impl Strategy<Value = String> {
    "(https?://)?[a-zA-Z0-9.*:@%\\[\\]?#-]{0,12}(/v[12])?[a-z0-9/%*.]{0,8}"
}

/// Keys and images of few hosts, so that many go together.
const HOSTS: &str =
    "a|1|a\\.b|a\\.c|ab|docker\\.io|index\\.docker\\.io|localhost|\\[::1\\]|A|a%2eb";

/// A key of one of those hosts, often with a wildcard, a port or a path.
fn key_of_few_hosts() -> impl Strategy<Value = String> {
    let host = format!("(https://)?({HOSTS}|\\*|a\\.\\*|\\*\\.b|a\\*|\\[ab\\]|\\[a-|)");
    let text = format!("{host}(:|:5000|:443)?(/|/v1/|/v2|/x|/x/|/x/y|/library|/x\\*)?");
    prop_oneof![4 => proptest::string::string_regex(&text).expect("it is a pattern"), 1 => nearly_a_key()]
}

/// A repository of one of those hosts; not all of them can be written as an image.
fn repository_of_few_hosts() -> impl Strategy<Value = String> {
    let text = format!("(({HOSTS})(:5000|:443|:)?/)?(x|x/y|xy|library/x|x/y/z|)");
    proptest::string::string_regex(&text).expect("it is a pattern")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed_or_refused(text in ".*") {
        let image = ImageReference::parse(&text);
        prop_assert!(image.is_err() || text.is_ascii());
    }

    #[test]
    fn normalised_string_parses_to_itself(text in nearly_an_image()) {
        if let Ok(image) = ImageReference::parse(&text) {
            let normalised = image.normalised();
            let again = ImageReference::parse(&normalised).unwrap();
            prop_assert_eq!(again.normalised(), normalised);
            prop_assert_eq!(again.repository(), image.repository());
        }
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for shape in [ConfigShape::DockerConfigJson, ConfigShape::DockerCfg] {
            if let Err(error) = decode_docker_config(&bytes, shape) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }

    #[test]
    fn serde_json_accepts_what_is_decoded(text in r#"[\[\]{}",:\\/u0-9a-f \n.eE+-]{0,40}"#) {
        // One way only: encoding/json takes lone surrogates, which serde_json does not.
        let known = serde_json::from_str::<serde_json::Value>(&text);
        let decoded = decode_docker_config(text.as_bytes(), ConfigShape::DockerConfigJson);
        if decoded.is_ok() && !text.contains("\\u") {
            prop_assert!(known.is_ok(), "{}", text);
        }
    }

    #[test]
    fn any_auth_field_is_decoded_or_refused(text in ".*") {
        if let Ok((username, _)) = decode_auth_field(&text) {
            prop_assert!(!username.contains(&b':'));
        }
    }

    #[test]
    fn key_without_wildcard_covers_only_its_host(key in nearly_a_key(), text in nearly_an_image()) {
        if let (Ok(key), Ok(image)) = (AuthKey::parse(&key), ImageReference::parse(&text)) {
            let plain = !key.has_wildcard() && !key.index_text().contains(['%', '[']);
            if plain && key.covers(&image) && !image.domain().is_empty() {
                let host = image.domain().trim_end_matches(':');
                prop_assert!(key.index_text().replace(":/", "/").starts_with(host));
            }
        }
    }

    #[test]
    fn places_count_up_without_a_gap(
        keys in proptest::collection::vec(nearly_a_key(), 0..12),
        text in nearly_an_image(),
    ) {
        let mut keyring = Keyring::default();
        let entries = keys.into_iter().map(|key| (key, RegistryEntry::default())).collect();
        keyring.add("s", DockerConfig { entries, ..DockerConfig::default() });
        if let Ok(image) = ImageReference::parse(&text) {
            let mut next = 0;
            for one in keyring.look_up(&image) {
                prop_assert!(one.position == next || one.position + 1 == next);
                next = one.position + 1;
            }
        }
    }

    /// The index by hosts leaves out nothing that a look at each key finds.
    #[test]
    fn a_look_up_finds_what_a_look_at_each_key_finds(
        secrets in proptest::collection::vec(proptest::collection::vec(key_of_few_hosts(), 0..8), 0..4),
        repository in repository_of_few_hosts(),
    ) {
        let mut keyring = Keyring::default();
        for (number, keys) in secrets.into_iter().enumerate() {
            let entries = keys.into_iter().map(|key| (key, RegistryEntry::default())).collect();
            keyring.add(&number.to_string(), DockerConfig { entries, ..DockerConfig::default() });
        }
        let each = keyring.entries().filter(|(_, key, _)| key.covers_repository(&repository));
        let each: Vec<(&str, &str)> = each.map(|(secret, key, _)| (secret, key.text())).collect();
        let found = keyring.look_up_repository(&repository);
        let found = found.iter().filter(|one| one.kind != MatchKind::HubFallback);
        let found: Vec<(&str, &str)> = found.map(|one| (one.secret, one.key.text())).collect();
        prop_assert_eq!(found, each);
    }

    #[test]
    fn a_set_of_keys_finds_what_a_look_at_each_key_finds(
        keys in proptest::collection::vec(key_of_few_hosts(), 0..16),
        text in repository_of_few_hosts(),
    ) {
        if let Ok(image) = ImageReference::parse(&text) {
            let keys = || keys.iter().filter_map(|key| AuthKey::parse(key).ok());
            let set: KeySet = keys().collect();
            let each = keys().enumerate().filter(|(_, key)| key.is_for(&image));
            let each: Vec<usize> = each.map(|(position, _)| position).collect();
            prop_assert_eq!(set.has_any_for(&image), !each.is_empty());
            prop_assert_eq!(set.positions_for(&image), each);
        }
    }
}
