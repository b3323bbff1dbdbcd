//! From pull secrets that exist to a first registries.toml.
//!
//! What is found is brought together in a [`Draft`], and the draft is written down. A password is
//! only ever compared, and handed on to be sealed.

mod account;
mod caution;
mod docker_config;
mod draft;
mod found;
mod host;
mod manifests;
mod pool;
mod refusal;
mod registry;
mod remark;
mod sealed_passwords;
mod secret;
mod table;
mod text;

pub(crate) use self::docker_config::is_docker_config;
pub(crate) use self::draft::Draft;
pub(crate) use self::found::Found;
pub(crate) use self::sealed_passwords::sealed_passwords;
pub(crate) use self::table::{Passwords, hours};
pub(crate) use self::text::{to_toml, to_toml_of_helpers};
