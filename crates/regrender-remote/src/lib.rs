//! What registries and Vault are asked, and what their answers mean.
//!
//! It opens no socket: a [`Transport`] carries a [`Request`] and brings the [`Response`], and a test
//! hands in one that answers from a script.

mod address;
mod date;
mod request;
mod response;
mod retry;
mod said;
mod transport;
pub mod vault;

pub use address::{Scheme, Url, UrlError, encode_query, encode_segment};
pub use date::read_date;
pub use request::{Header, Method, Request};
pub use response::{BODY_LIMIT, Response};
pub use retry::{LONGEST_WAIT, Repeat, send};
pub use said::Said;
pub use transport::{Stage, TlsFault, Transport, TransportError};
