//! What the crate does as a whole: text in, text out.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in the functions it calls too"
)]

mod age_format;
mod certificate;
mod controller;
mod flawed;
mod identity;
mod inspect;
mod recipient;
mod sealed_secret;
mod sealing;
mod silence;
mod support;
mod tamper;
mod text_behind;
mod update;
mod vectors;
