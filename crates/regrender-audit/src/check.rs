//! Knows what is wrong with Secrets, accounts and lists of pull secrets, whatever the images.

mod account;
mod second_manifest;
mod secret;

pub(crate) use self::account::{check_accounts, check_subject};
pub use self::second_manifest::Landing;
pub(crate) use self::secret::check_secrets;
