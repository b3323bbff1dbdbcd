//! Docker configurations: any bytes decode or are refused, what was decoded decodes again when it
//! is spelled anew, and no error shows a password.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_fuzz::{CANARY, check_silent};
use regrender_image::{ConfigShape, decode_auth_field, decode_docker_config};

const SHAPES: [ConfigShape; 2] = [ConfigShape::DockerConfigJson, ConfigShape::DockerCfg];

fuzz_target!(|data: &[u8]| {
    for shape in SHAPES {
        respell(data, shape);
        with_a_password(data, shape);
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok((username, _)) = decode_auth_field(text)
    {
        assert!(!username.contains(&b':'));
    }
});

fn respell(data: &[u8], shape: ConfigShape) {
    let Ok(config) = decode_docker_config(data, shape) else { return };
    let mut entries = serde_json::Map::new();
    for (key, entry) in &config.entries {
        let password = std::str::from_utf8(entry.password.expose());
        let (Ok(username), Ok(password)) = (std::str::from_utf8(&entry.username), password) else {
            return;
        };
        let value = serde_json::json!({
            "username": username, "password": password, "email": entry.email,
        });
        entries.insert(key.clone(), value);
    }
    let spelled = match shape {
        ConfigShape::DockerConfigJson => serde_json::json!({ "auths": entries }),
        ConfigShape::DockerCfg => serde_json::Value::Object(entries),
    };
    let again = decode_docker_config(spelled.to_string().as_bytes(), shape).expect("it is JSON");
    assert!(again.oddities.is_empty(), "{:?}", again.oddities);
    assert!(config.entries.keys().eq(again.entries.keys()));
    for (one, other) in config.entries.values().zip(again.entries.values()) {
        assert_eq!(one.username, other.username);
        assert!(one.password.expose() == other.password.expose());
        assert_eq!(one.email, other.email);
    }
}

/// Puts a password somewhere into the bytes. It is a value there or breaks the JSON, because the
/// quote before it ends whatever string stands open.
fn with_a_password(data: &[u8], shape: ConfigShape) {
    let Some((first, rest)) = data.split_first() else { return };
    let at = usize::from(*first) * rest.len() / 256;
    let (before, after) = rest.split_at(at);
    for name in ["password", "auth"] {
        let member = format!("\"{name}\":\"{CANARY}\",");
        let bytes = [before, member.as_bytes(), after].concat();
        match decode_docker_config(&bytes, shape) {
            Ok(config) => assert!(!format!("{:?}", config.entries).contains(CANARY)),
            Err(error) => check_silent(&error),
        }
    }
}
