//! Whose signatures are believed: certificates from a file, and those of this machine.

use std::env;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls_native_certs::{load_certs_from_paths, load_native_certs};
use ureq::tls::{Certificate, PemItem, parse_pem};

use crate::world::World;

/// The file that OpenSSL, and with it most programs, reads trusted certificates from.
const STORE_FILE: &str = "SSL_CERT_FILE";
/// The folders of the same, as a list.
const STORE_FOLDERS: &str = "SSL_CERT_DIR";

/// Certificates of authorities.
#[derive(Clone, Debug)]
pub(crate) struct Authorities(Arc<Vec<Certificate<'static>>>);

/// Why a file gives no authorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthoritiesError {
    /// It is not PEM, or damaged.
    NotPem,
    /// There is no certificate in it.
    NoCertificate,
    /// There is the private key of somebody in it.
    PrivateKey,
}

impl Authorities {
    /// Reads the certificates in a PEM file.
    pub(crate) fn parse(pem: &[u8]) -> Result<Self, AuthoritiesError> {
        let mut certificates = Vec::new();
        for item in parse_pem(pem) {
            match item {
                Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
                Ok(PemItem::PrivateKey(_)) => return Err(AuthoritiesError::PrivateKey),
                Ok(_) => {}
                Err(_) => return Err(AuthoritiesError::NotPem),
            }
        }
        if certificates.is_empty() {
            return Err(AuthoritiesError::NoCertificate);
        }
        Ok(Self(Arc::new(certificates)))
    }

    pub(super) fn certificates(&self) -> Arc<Vec<Certificate<'static>>> {
        Arc::clone(&self.0)
    }
}

/// The certificates that this machine trusts, read when they are first needed.
#[derive(Debug)]
pub(super) struct Store {
    file: Option<PathBuf>,
    folders: Vec<PathBuf>,
    read: OnceLock<Arc<Vec<Certificate<'static>>>>,
}

impl Store {
    /// Learns where they are.
    pub(super) fn of(world: &World) -> Self {
        let file = world.variable(STORE_FILE).map(|file| world.directory.join(file));
        let list = world.variable(STORE_FOLDERS).unwrap_or_default();
        let folders = env::split_paths(list).filter(|folder| !folder.as_os_str().is_empty());
        let folders = folders.map(|folder| world.directory.join(folder)).collect();
        Self { file, folders, read: OnceLock::new() }
    }

    pub(super) fn certificates(&self) -> Arc<Vec<Certificate<'static>>> {
        Arc::clone(self.read.get_or_init(|| {
            // One certificate that cannot be read is no reason to trust none of the others; where
            // none is left, the connection fails and says so.
            let loaded = if self.file.is_none() && self.folders.is_empty() {
                load_native_certs().certs
            } else {
                let of_folder = |folder| load_certs_from_paths(None, Some(folder)).certs;
                let of_file = load_certs_from_paths(self.file.as_deref(), None).certs;
                let of_folders = self.folders.iter().map(PathBuf::as_path).flat_map(of_folder);
                of_file.into_iter().chain(of_folders).collect()
            };
            Arc::new(loaded.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> String {
        rcgen::generate_simple_self_signed([String::from("localhost")]).unwrap().cert.pem()
    }

    #[test]
    fn several_certificates_are_read() {
        let text = format!("# corp\n{}\n{}", certificate(), certificate());
        assert_eq!(Authorities::parse(text.as_bytes()).unwrap().certificates().len(), 2);
    }

    #[test]
    fn a_file_without_certificates_says_so() {
        let error = |text: &str| Authorities::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error(""), AuthoritiesError::NoCertificate);
        assert_eq!(error("rubbish"), AuthoritiesError::NoCertificate);
    }

    #[test]
    fn a_damaged_file_says_so() {
        let damaged = certificate().replace("-----END CERTIFICATE-----", "");
        assert_eq!(Authorities::parse(damaged.as_bytes()).unwrap_err(), AuthoritiesError::NotPem);
    }

    #[test]
    fn a_private_key_is_not_taken() {
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let text = format!("{}{key}", certificate());
        assert_eq!(Authorities::parse(text.as_bytes()).unwrap_err(), AuthoritiesError::PrivateKey);
    }
}
