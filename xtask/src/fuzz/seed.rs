//! With what the targets begin: the recorded vectors and the examples.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::workspace;

/// What parts the files or answers of one input; no text holds it.
const FILE_END: u8 = 0xff;

/// Writes the seeds of `target` into `folder`, beside what earlier runs found worth keeping.
///
/// # Errors
///
/// A vector cannot be read, or the folder not be written.
pub(super) fn fill(target: &str, folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (number, seed) in seeds(target)?.into_iter().enumerate() {
        let path = folder.join(format!("seed-{number:04}"));
        fs::write(&path, seed).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(folder.to_path_buf())
}

/// Returns the seeds of `target`.
///
/// # Errors
///
/// A vector cannot be read.
pub(super) fn seeds(target: &str) -> Result<Vec<Vec<u8>>> {
    match target {
        "age_file" => Ok(age_files()),
        "auth_key" => lists_of_keys(1),
        "config" => contents(&files("testdata/vectors/config", &["toml"])?),
        "docker_config" => docker_configs(),
        "image_reference" => strings("imageref.jsonl", "/input/image"),
        "keyring" => lists_of_keys(usize::MAX),
        "keys" => keys(),
        "manifest" => manifests(),
        "registry_answer" => Ok(registry_answers()),
        "repository" => repositories(),
        "seal_open" => Ok(with_first_byte(&yaml_texts()?, 4)),
        "sealed_secret" => sealed_secrets(),
        "sops_clear" => of_each_format(&["plain", "decrypted"]),
        "sops_open" => of_each_format(&["sealed", "tampered"]),
        "sops_tamper" => Ok((0..12).map(|file| vec![file, 0, 200, 0, 1, 0]).collect()),
        "token" => Ok(tokens()),
        "vault_answer" => Ok(vault_answers()),
        "wire" => Ok(headers()),
        "yaml" => yaml_texts(),
        _ => Ok(Vec::new()),
    }
}

fn age_files() -> Vec<Vec<u8>> {
    let header = b"\x01age-encryption.org/v1\n-> X25519 abc\ndef\n--- mac\n";
    let armor = b"\x01-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n";
    vec![header.to_vec(), armor.to_vec(), vec![0, 0, 100, 0, 1, 0]]
}

/// The first byte picks what is read: a certificate, a `SealedSecret`, or one of ours that is changed.
fn sealed_secrets() -> Result<Vec<Vec<u8>>> {
    let certificates = contents(&files("testdata/vectors/sealed-secrets", &["pem"])?)?;
    let by_kubeseal = contents(&files("testdata/vectors/sealed-secrets", &["yaml"])?)?;
    let tagged = |tag: u8, texts: Vec<Vec<u8>>| {
        texts.into_iter().map(move |text| [vec![tag], text].concat())
    };
    let changed = vec![vec![3, 0, 200, 0, 1, 0]];
    Ok(tagged(0, certificates).chain(tagged(2, by_kubeseal)).chain(changed).collect())
}

fn tokens() -> Vec<Vec<u8>> {
    let tokens = ["ghp_", "dckr_pat_x", "eyJwYXlsb2FkIjo", "eyJ.a.b", "AGE-SECRET-KEY-1"];
    let lines = ["password = \"x\"", "https://user:x@host/path"];
    tokens.iter().chain(&lines).map(|text| text.as_bytes().to_vec()).collect()
}

/// The first byte of an answer picks its status: 8 is 401, 0 is 200.
fn registry_answers() -> Vec<Vec<u8>> {
    let bearer =
        "\u{8}WWW-Authenticate: Bearer realm=\"https://auth.corp/token\",service=\"r\"\n\n";
    let basic = "\u{8}WWW-Authenticate: Basic realm=\"r\"\n\n";
    let token = "\0Content-Type: application/json\n\n{\"token\":\"t\",\"expires_in\":300}";
    let tags = "\0Docker-Distribution-Api-Version: registry/2.0\n\n{\"tags\":[\"1.0\"]}";
    let errors = "\u{a}\n\n{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no\"}]}";
    let upload = "\u{3}Location: /v2/team/app/blobs/uploads/1?state=x\n\n";
    let moved = "\u{5}Location: https://elsewhere.corp/v2/\n\n";
    let scripts: [&[&str]; 5] = [
        &[bearer, token, tags, tags, upload],
        &[basic, tags],
        &[bearer, errors],
        &[moved, tags],
        &[tags],
    ];
    let script = |answers: &&[&str]| {
        let answers: Vec<&[u8]> = answers.iter().map(|answer| answer.as_bytes()).collect();
        answers.join(&FILE_END)
    };
    scripts.iter().map(script).collect()
}

fn vault_answers() -> Vec<Vec<u8>> {
    let bodies = [
        r#"{"auth":{"client_token":"t","lease_duration":60}}"#,
        r#"{"data":{"path":"ci/","type":"kv","options":{"version":"2"}}}"#,
        r#"{"data":{"data":{"password":"x"},"metadata":{"deletion_time":"","destroyed":false}}}"#,
        r#"{"lease_duration":60,"data":{"password":"x","port":1}}"#,
        r#"{"errors":["permission denied"],"warnings":null}"#,
    ];
    let texts: Vec<Vec<u8>> = bodies.iter().map(|body| body.as_bytes().to_vec()).collect();
    let mut seeds = with_first_byte(&texts, 1);
    seeds.extend(with_first_byte(&texts, 8));
    seeds
}

fn headers() -> Vec<Vec<u8>> {
    let lines = [
        "https://r.corp:5000/v2/?a=b\n../c?d=e",
        "http://[::1]:80/x\n//other.corp/y",
        "Bearer realm=\"https://auth.corp/t\",service=\"r\",scope=\"repository:a:pull\"",
        "Negotiate dG9r==, Basic realm=\"a\\\"b\"",
        "Sat, 21 Nov 2026 07:00:00 GMT\n2026-11-21T07:00:00Z",
        "100;w=21600\n120",
        "eyJhIjoxfQ.eyJhY2Nlc3MiOlt7InR5cGUiOiJyZXBvc2l0b3J5IiwibmFtZSI6ImEifV19.x",
    ];
    lines.iter().map(|line| line.as_bytes().to_vec()).collect()
}

fn keys() -> Result<Vec<Vec<u8>>> {
    let folder = workspace::root().join("testdata/vectors/sops");
    let names = ["identity-1.txt", "identity-2.txt", "id_ed25519", "id_ed25519.pub"];
    let mut seeds = contents(&names.map(|name| folder.join(name)))?;
    seeds.push(b"age1k88q92s2jey7euu8k660usnfslsvk8tz94rmrnl95nyf07a74sdqghg9nt".to_vec());
    Ok(seeds)
}

fn yaml_texts() -> Result<Vec<Vec<u8>>> {
    let mut seeds = strings("yaml-reading.jsonl", "/input")?;
    seeds.extend(contents(&files("testdata/vectors/sops", &["yaml"])?)?);
    Ok(seeds)
}

/// Files of sealed formats whose name begins with one of `names`, behind the number of the format.
fn of_each_format(names: &[&str]) -> Result<Vec<Vec<u8>>> {
    const FORMATS: [&str; 5] = ["yaml", "json", "env", "ini", "txt"];
    let mut seeds = Vec::new();
    for (number, format) in (0_u8..).zip(FORMATS) {
        for path in files("testdata/vectors/sops", &[format])? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if names.iter().any(|wanted| name.starts_with(wanted)) {
                seeds.push([&[number], &*read(&path)?].concat());
            }
        }
    }
    Ok(seeds)
}

fn manifests() -> Result<Vec<Vec<u8>>> {
    let mut paths = files("examples", &["yaml"])?;
    paths.extend(files("testdata/vectors/sops", &["yaml"])?);
    let mut seeds = Vec::new();
    for path in paths {
        let is_kustomization = path.ends_with("kustomization.yaml");
        seeds.push([&[u8::from(is_kustomization)], &*read(&path)?].concat());
    }
    Ok(seeds)
}

fn repositories() -> Result<Vec<Vec<u8>>> {
    let all = contents(&files("examples", &["yaml"])?)?;
    let mut seeds: Vec<Vec<u8>> =
        all.windows(5).step_by(2).map(|some| some.join(&FILE_END)).collect();
    let deployment = b"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
        spec: {template: {spec: {containers: [{name: c, image: r.io/web}]}}}\n";
    for set in strings("application-set.jsonl", "/input/set")? {
        // There is one folder.
        let set = String::from_utf8_lossy(&set).replace("apps/*", "*");
        seeds.push([&b""[..], deployment, b"", deployment, set.as_bytes()].join(&FILE_END));
    }
    Ok(seeds)
}

fn docker_configs() -> Result<Vec<Vec<u8>>> {
    let mut seeds = Vec::new();
    for case in cases("keyring.jsonl")? {
        seeds.extend(payloads(&case).map(|text| text.as_bytes().to_vec()));
    }
    Ok(seeds)
}

/// The keys of a case and its image, a line each: first the image for the keyring, first the key
/// where there is one only.
fn lists_of_keys(count: usize) -> Result<Vec<Vec<u8>>> {
    let mut seeds = Vec::new();
    for case in cases("keyring.jsonl")? {
        let image = case.pointer("/input/image").and_then(Value::as_str).unwrap_or_default();
        let keys: Vec<String> = payloads(&case).flat_map(keys_of).take(count).collect();
        let lines = match keys.as_slice() {
            [key] if count == 1 => vec![key.clone(), image.to_owned()],
            keys => std::iter::once(image.to_owned()).chain(keys.iter().cloned()).collect(),
        };
        seeds.push(lines.join("\n").into_bytes());
    }
    Ok(seeds)
}

fn payloads(case: &Value) -> impl Iterator<Item = &str> {
    let secrets = case.pointer("/input/secrets").and_then(Value::as_array).into_iter().flatten();
    let data = secrets.filter_map(|secret| secret.get("data")?.as_object());
    data.flat_map(|data| data.values().filter_map(Value::as_str))
}

fn keys_of(payload: &str) -> Vec<String> {
    let config: Value = serde_json::from_str(payload).unwrap_or_default();
    let auths = config.get("auths").unwrap_or(&config).as_object();
    auths.map(|auths| auths.keys().cloned().collect()).unwrap_or_default()
}

fn with_first_byte(texts: &[Vec<u8>], count: u8) -> Vec<Vec<u8>> {
    let numbered = (0..count).cycle().zip(texts);
    numbered.map(|(number, text)| [&[number], text.as_slice()].concat()).collect()
}

/// The text at `pointer` of each case of a file of recorded cases.
fn strings(name: &str, pointer: &str) -> Result<Vec<Vec<u8>>> {
    let cases = cases(name)?;
    let texts = cases.iter().filter_map(|case| case.pointer(pointer)?.as_str());
    Ok(texts.map(|text| text.as_bytes().to_vec()).collect())
}

fn cases(name: &str) -> Result<Vec<Value>> {
    let text = read(&workspace::root().join("testdata/vectors").join(name))?;
    let text = String::from_utf8(text).with_context(|| format!("{name} is not text"))?;
    text.lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("{name} is not JSON")))
        .collect()
}

/// Lists the files below `folder` with one of `endings`, sorted.
fn files(folder: &str, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![workspace::root().join(folder)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder);
        for entry in entries.with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| endings.iter().any(|ending| it == *ending))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn contents(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>> {
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_cases_become_lists_of_keys() {
        let lists = lists_of_keys(usize::MAX).unwrap();
        assert!(lists.contains(&b"busybox\nhttps://index.docker.io/v1".to_vec()));
        let keys = lists_of_keys(1).unwrap();
        assert!(keys.contains(&b"https://index.docker.io/v1\nbusybox".to_vec()));
    }

    #[test]
    fn files_of_a_repository_are_parted() {
        let seeds = repositories().unwrap();
        let parts = |seed: &Vec<u8>| seed.split(|byte| *byte == FILE_END).count();
        assert!(!seeds.is_empty() && seeds.iter().all(|seed| parts(seed) == 5));
    }

    #[test]
    fn every_format_has_its_number() {
        let seeds = of_each_format(&["sealed"]).unwrap();
        for number in 0..5 {
            assert!(seeds.iter().any(|seed| seed.first() == Some(&number)), "{number}");
        }
    }

    #[test]
    fn unknown_targets_have_no_seeds() {
        assert!(seeds("unknown").unwrap().is_empty());
    }
}
