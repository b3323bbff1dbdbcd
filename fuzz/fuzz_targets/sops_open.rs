//! Sealed files of every format: any text opens or is refused, and nothing that went wrong shows a
//! value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_fuzz::{check_silent, identities};
use regrender_seal::{FileFormat, OpenError, inspect, open};

const FORMATS: [FileFormat; 5] =
    [FileFormat::Yaml, FileFormat::Json, FileFormat::Dotenv, FileFormat::Ini, FileFormat::Binary];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let format = FORMATS[usize::from(*first) % FORMATS.len()];
    match open(text, format, identities()) {
        Ok(opened) => {
            assert!(format!("{opened:?}").contains("Opened"));
            if let Err(error) = opened.reveal() {
                assert!(matches!(error, OpenError::NotRepresentable { .. }), "{error}");
            }
        }
        Err(error) => check_silent(&error),
    }
    if format == FileFormat::Yaml {
        let opens_as_yaml = open(text, format, identities());
        match inspect(text) {
            Ok(inspection) => assert!(!inspection.last_modified.is_empty()),
            Err(_) => assert!(opens_as_yaml.is_err(), "it opens and cannot be looked at"),
        }
    }
});
