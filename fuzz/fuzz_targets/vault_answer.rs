//! Answers of Vault: any body is a secret, a mount, a token or an error, and no error shows the
//! token that was asked with, even where the server repeats it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_document::SecretText;
use regrender_fuzz::{CANARY, check_silent};
use regrender_remote::Response;
use regrender_remote::vault::{KvVersion, SecretPath, read_login, read_mount, read_secret};

const STATUS: [u16; 8] = [200, 204, 400, 403, 404, 405, 429, 503];

fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else { return };
    let status = STATUS[usize::from(first % 8)];
    let answer = Response::new(status, Vec::new(), body.to_vec());
    assert!(!format!("{answer:?}").contains(CANARY));
    let token = SecretText::new(CANARY.to_owned());
    let secrets = [&token];
    let path = SecretPath::parse("ci/registries/hub").expect("it is a path");
    if let Err(error) = read_login(&answer, &secrets) {
        check_silent(&error);
    }
    let mounts = match read_mount(&path, &answer, &secrets) {
        Ok(mount) => vec![mount],
        Err(error) => {
            check_silent(&error);
            let versions = [KvVersion::One, KvVersion::Two];
            versions.map(|version| path.first_as_mount(version)).to_vec()
        }
    };
    for mount in mounts {
        match read_secret(&mount, &path, &answer, &secrets) {
            Ok(secret) => {
                assert!(!format!("{secret:?}").contains(CANARY));
                let keys: Vec<String> = secret.keys().map(str::to_owned).collect();
                for key in keys.iter().filter(|key| !key.contains(CANARY)) {
                    if let Err(error) = secret.value(key) {
                        check_silent(&error);
                    }
                }
            }
            Err(error) => check_silent(&error),
        }
    }
});
