//! What the fuzz targets share: keys, randomness, edits of a text, and the canary.

mod bare;
mod canary;
mod edit;
mod sealing;
mod value;
mod zero;

pub use bare::bare;
pub use canary::{CANARY, check_silent};
pub use edit::edited;
pub use sealing::{Seeded, fingerprint_key, identities, recipients};
pub use value::covered;
pub use zero::plain_zeros;
