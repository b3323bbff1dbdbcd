//! The keyring against its rules, written down a second time for plain keys: which entries match
//! an image, and in which order.
#![no_main]

use std::cmp::Reverse;
use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use regrender_image::{DockerConfig, Keyring, RegistryEntry};

/// What keys and repositories are made of here: no escape, no bracket, no user, no query.
const ALPHABET: &[u8; 16] = b"aab1.:*/-/v2.adi";

fuzz_target!(|data: &[u8]| {
    let mut lines = data.split(|byte| *byte == b'\n').map(plain);
    let repository = lines.next().unwrap_or_default();
    let secrets: Vec<Vec<String>> =
        lines.take(12).collect::<Vec<String>>().chunks(3).map(<[String]>::to_vec).collect();
    let mut keyring = Keyring::default();
    for (number, keys) in secrets.iter().enumerate() {
        let entries = keys.iter().map(|key| (key.clone(), RegistryEntry::default())).collect();
        keyring.add(&number.to_string(), DockerConfig { entries, ..DockerConfig::default() });
    }
    let found: Vec<(usize, String, String)> = keyring
        .look_up_repository(&repository)
        .into_iter()
        .map(|one| (one.position, one.secret.to_owned(), one.key.text().to_owned()))
        .collect();
    assert_eq!(found, expected(&repository, &secrets), "{repository:?} {secrets:?}");
});

/// Spells bytes in the alphabet, words that matter among them.
fn plain(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes.iter().take(40) {
        match byte {
            0xf0 => text.push_str("https://"),
            0xf1 => text.push_str("http://"),
            0xf2 => text.push_str("docker.io"),
            0xf3 => text.push_str("index.docker.io"),
            0xf4 => text.push_str("/v1/"),
            0xf5 => text.push_str("library/"),
            byte if b"abdiv12.:*/-".contains(byte) => text.push(char::from(*byte)),
            byte => text.push(char::from(ALPHABET[usize::from(byte % 16)])),
        }
    }
    text
}

/// The rules: keys are filed by host and path, longest text last in the alphabet first; of the
/// same key the Secret that comes first; if nothing matches, Docker Hub's entry.
fn expected(repository: &str, secrets: &[Vec<String>]) -> Vec<(usize, String, String)> {
    let mut index: BTreeMap<Reverse<String>, Vec<(usize, Vec<String>)>> = BTreeMap::new();
    for (number, keys) in secrets.iter().enumerate() {
        let mut keys = keys.clone();
        keys.sort();
        keys.dedup();
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for key in keys {
            if let Some(filed) = filed(&key) {
                groups.entry(filed).or_default().push(key);
            }
        }
        for (filed, group) in groups {
            index.entry(Reverse(filed)).or_default().push((number, group));
        }
    }
    let mut groups: Vec<&(usize, Vec<String>)> = Vec::new();
    for (Reverse(filed), filed_groups) in &index {
        if covers(filed, repository) {
            groups.extend(filed_groups);
        }
    }
    if groups.is_empty() && falls_back(repository) {
        groups.extend(index.get(&Reverse(String::from("index.docker.io"))).into_iter().flatten());
    }
    let mut listed = Vec::new();
    for (position, (number, keys)) in groups.into_iter().enumerate() {
        for key in keys {
            listed.push((position, number.to_string(), key.clone()));
        }
    }
    listed
}

/// Host and path, without the scheme and the version of the API; none when the port is no number.
fn filed(key: &str) -> Option<String> {
    let key = key.strip_prefix("https://").or(key.strip_prefix("http://")).unwrap_or(key);
    let (host, path) = cut(key)?;
    let path = if path.starts_with("/v1/") || path.starts_with("/v2/") { &path[3..] } else { path };
    Some(if path == "/" { host.to_owned() } else { format!("{host}{path}") })
}

fn covers(filed: &str, repository: &str) -> bool {
    let (Some((host, path)), Some((wanted_host, wanted_path))) = (cut(filed), cut(repository))
    else {
        return false;
    };
    let (host, port) = host.split_once(':').unwrap_or((host, ""));
    let (wanted_host, wanted_port) = wanted_host.split_once(':').unwrap_or((wanted_host, ""));
    let labels: Vec<&str> = host.split('.').collect();
    let wanted: Vec<&str> = wanted_host.split('.').collect();
    port == wanted_port
        && labels.len() == wanted.len()
        && labels.iter().zip(&wanted).all(|(glob, label)| glob_matches(glob, label))
        && wanted_path.starts_with(path)
}

/// Cuts before the first slash; none when what follows a colon in the host is no number.
fn cut(text: &str) -> Option<(&str, &str)> {
    let (host, path) = text.split_at(text.find('/').unwrap_or(text.len()));
    let port = host.split_once(':').map_or("", |(_, port)| port);
    port.bytes().all(|byte| byte.is_ascii_digit()).then_some((host, path))
}

/// Keeps the set of places in the label that the glob read so far can end at.
fn glob_matches(glob: &str, label: &str) -> bool {
    let mut ends = vec![false; label.len() + 1];
    ends[0] = true;
    for sign in glob.bytes() {
        if sign == b'*' {
            let first = ends.iter().position(|end| *end).unwrap_or(ends.len());
            ends.iter_mut().skip(first).for_each(|end| *end = true);
        } else {
            let before = ends.clone();
            ends[0] = false;
            for (at, letter) in label.bytes().enumerate() {
                ends[at + 1] = before[at] && letter == sign;
            }
        }
    }
    ends[label.len()]
}

fn falls_back(repository: &str) -> bool {
    let first = repository.split('/').next().unwrap_or_default();
    let alone = !repository.contains('/');
    !first.is_empty()
        && (alone
            || ["docker.io", "index.docker.io"].contains(&first)
            || !first.contains(['.', ':']))
}
