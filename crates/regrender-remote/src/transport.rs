//! Who carries a request, and why there may be no answer.

use std::time::Duration;

use thiserror::Error;

use crate::{Request, Response};

/// Carries requests to servers.
///
/// It follows no redirect, reads no more than [`BODY_LIMIT`](crate::BODY_LIMIT) of a body, and gives
/// up after a time.
pub trait Transport: Send + Sync {
    /// Sends one request and brings the answer, whatever its status.
    ///
    /// # Errors
    ///
    /// Says why there is no answer.
    fn send(&self, request: &Request) -> Result<Response, TransportError>;

    /// Waits before the next try.
    fn wait(&self, time: Duration);
}

/// Why there is no answer. One variant is one fact; none holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The name of the host is not known.
    #[error("the name of the host is not known")]
    HostUnknown,
    /// Nobody listens at that port.
    #[error("the connection was refused")]
    Refused,
    /// The host cannot be reached, for the reason that the system gives.
    #[error("the host cannot be reached ({0})")]
    Unreachable(String),
    /// It took too long.
    #[error("{0}")]
    TimedOut(Stage),
    /// The two cannot agree on a safe connection.
    #[error("{0}")]
    Tls(TlsFault),
    /// The connection ended before the answer did.
    #[error("the connection ended before the answer did")]
    Closed,
    /// What came is not HTTP.
    #[error("what answers there does not speak HTTP")]
    NotHttp,
    /// The body is longer than any answer to what was asked.
    #[error("the answer is longer than 1 MiB")]
    TooLarge,
    /// The proxy did not let the request through.
    #[error("the proxy does not connect ({0})")]
    Proxy(String),
    /// The request cannot be sent as it is.
    #[error("the request cannot be sent ({0})")]
    Unsendable(String),
    /// Something else.
    #[error("{0}")]
    Other(String),
}

impl TransportError {
    /// Says whether it is a matter of the server as a whole, and not of what it was asked.
    pub(crate) fn lasts(&self) -> bool {
        matches!(
            self,
            Self::HostUnknown
                | Self::Refused
                | Self::Unreachable(_)
                | Self::TimedOut(_)
                | Self::Tls(_)
                | Self::Proxy(_)
        )
    }
}

/// What took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Stage {
    /// To connect.
    #[error("the connection was not made in time")]
    Connect,
    /// To answer.
    #[error("the answer did not come in time")]
    Answer,
}

/// Why a connection is not safe.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TlsFault {
    /// The certificate is no longer valid.
    #[error("its certificate has expired")]
    Expired,
    /// The certificate is not yet valid.
    #[error("its certificate is not valid yet")]
    NotYetValid,
    /// The certificate is for other names.
    #[error("its certificate is for another name")]
    WrongName,
    /// Nobody who is trusted has signed it.
    #[error("its certificate is signed by nobody who is trusted here")]
    UnknownAuthority,
    /// There is nobody to trust.
    #[error("no trusted certificates were found on this machine")]
    NoAuthorities,
    /// The certificate cannot be used.
    #[error("its certificate cannot be used ({0})")]
    BadCertificate(String),
    /// What answers does not speak TLS.
    #[error("what answers there does not speak TLS")]
    NotTls,
    /// It wants a certificate of the client.
    #[error("it wants a certificate of the client")]
    ClientCertificateWanted,
    /// Something else.
    #[error("no safe connection could be made ({0})")]
    Other(String),
}
