//! What registries and Vault are asked, and what their answers mean.
//!
//! It opens no socket: a [`Transport`] carries a [`Request`] and brings the [`Response`], and a test
//! hands in one that answers from a script.

mod challenge;
mod date;
mod field;
pub mod registry;
mod request;
mod response;
mod retry;
mod said;
mod token;
mod transport;
mod url;
pub mod vault;

pub use challenge::{Challenge, read_challenges};
pub use date::read_date;
pub use request::{Header, Method, Request};
pub use response::{BODY_LIMIT, Response};
pub use said::Said;
pub use token::{Grant, Token, read_grants, read_token};
pub use transport::{Stage, TlsFault, Transport, TransportError};
pub use url::{Scheme, Url, UrlError};
