//! The formats of sealed files without their ciphers: what was read is spelled, and read again it
//! is spelled the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_fuzz::bare;
use regrender_seal::FileFormat;
use regrender_seal::fuzzing::{read, spell};

const FORMATS: [FileFormat; 4] =
    [FileFormat::Yaml, FileFormat::Json, FileFormat::Dotenv, FileFormat::Ini];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let format = FORMATS[usize::from(*first) % FORMATS.len()];
    let Some(documents) = read(text, format) else { return };
    // The INI library of sops does not quote every name that needs it.
    if format == FileFormat::Ini && text.contains(['`', '"']) {
        return;
    }
    // The YAML and INI writers of sops lose some comments; the others do not.
    let loses = matches!(format, FileFormat::Yaml | FileFormat::Ini);
    let documents = if loses { bare(&documents) } else { documents };
    let Some(spelled) = spell(&documents, format) else { return };
    // Nor a value that ends in a backslash, and reads on in the next line.
    if format == FileFormat::Ini && spelled.expose().contains("\\\n") {
        return;
    }
    let Some(again) = read(spelled.expose(), format) else {
        panic!("{format:?}: {text:?} is spelled {:?}, which cannot be read", spelled.expose());
    };
    let twice = spell(&again, format).expect("it was spelled before");
    assert_eq!(spelled.expose(), twice.expose(), "{format:?}: {text:?}");
});
