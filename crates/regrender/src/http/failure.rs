//! Why there was no answer, from what the parts beneath say.

use std::io;

use regrender_remote::{Stage, TlsFault, TransportError};
use rustls::{AlertDescription, CertificateError, InvalidMessage};
use ureq::Timeout;

/// What the standard library says when a name cannot be looked up; it has no kind of its own.
const LOOKUP_FAILED: &str = "failed to lookup address information";
/// The same, as numbers of Windows: no such host, try again, no data.
const WINDOWS_LOOKUP_FAILED: [i32; 3] = [11001, 11002, 11004];

/// Returns what an error of the client means.
pub(super) fn failure_of(error: &ureq::Error) -> TransportError {
    match error {
        ureq::Error::Io(error) => of_io(error),
        ureq::Error::Rustls(error) => TransportError::Tls(of_tls(error)),
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            TransportError::TimedOut(Stage::Connect)
        }
        ureq::Error::Timeout(_) => TransportError::TimedOut(Stage::Answer),
        ureq::Error::HostNotFound => TransportError::HostUnknown,
        ureq::Error::ConnectionFailed => TransportError::Refused,
        ureq::Error::Protocol(_) => TransportError::NotHttp,
        ureq::Error::ConnectProxyFailed(why) => TransportError::Proxy(of_proxy(why)),
        ureq::Error::LargeResponseHeader(..) => {
            TransportError::Other(String::from("the headers of the answer are too long"))
        }
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => unsendable(),
        // None of these quotes what was sent.
        other => TransportError::Other(other.to_string()),
    }
}

/// Says that a request cannot be sent as it is, without quoting it.
pub(super) fn unsendable() -> TransportError {
    let why = "the address or a header holds what may not be there";
    TransportError::Unsendable(String::from(why))
}

/// Returns what a proxy answered; the client writes its status twice.
fn of_proxy(why: &str) -> String {
    let status =
        why.strip_prefix("proxy server responded ").and_then(|rest| rest.split('/').next());
    match status {
        Some(status) => format!("it answers with status {status}"),
        None => why.to_owned(),
    }
}

fn of_io(error: &io::Error) -> TransportError {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return TransportError::Tls(of_tls(error));
    }
    let is_lookup = error.to_string().starts_with(LOOKUP_FAILED)
        || error
            .raw_os_error()
            .is_some_and(|code| cfg!(windows) && WINDOWS_LOOKUP_FAILED.contains(&code));
    if is_lookup {
        return TransportError::HostUnknown;
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => TransportError::Refused,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected
        | io::ErrorKind::UnexpectedEof => TransportError::Closed,
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            TransportError::TimedOut(Stage::Answer)
        }
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => TransportError::Unreachable(error.to_string()),
        _ => TransportError::Other(error.to_string()),
    }
}

fn of_tls(error: &rustls::Error) -> TlsFault {
    match error {
        rustls::Error::InvalidCertificate(error) => of_certificate(error),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => TlsFault::NotTls,
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            TlsFault::ClientCertificateWanted
        }
        other => TlsFault::Other(other.to_string()),
    }
}

fn of_certificate(error: &CertificateError) -> TlsFault {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFault::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsFault::WrongName
        }
        // An authority that was made anew under its old name shows as a bad signature.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            TlsFault::UnknownAuthority
        }
        other if other.to_string().contains("CaUsedAsEndEntity") => {
            TlsFault::BadCertificate(String::from("it is that of an authority and not of a server"))
        }
        other => TlsFault::BadCertificate(other.to_string()),
    }
}
