//! Tiny servers on loopback that answer from a script, for tests.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What a server was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The method.
    pub(crate) method: String,
    /// What follows it: path and query, or host and port.
    pub(crate) target: String,
    /// The headers, as they came, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: String,
}

impl Asked {
    /// Returns the value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns method and target.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// What a server does with a question.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Says this, byte by byte.
    Bytes(Vec<u8>),
    /// Begins an answer whose body never ends.
    Endless,
    /// Says nothing until the other side gives up.
    Silence,
}

impl Answer {
    /// An answer with a status, headers and a body.
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers: Vec<String> =
            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let headers = headers.concat();
        let length = body.len();
        Self::Bytes(
            format!(
                "HTTP/1.1 {status} Scripted\r\n{headers}Content-Length: {length}\r\n\
                 Connection: close\r\n\r\n{body}"
            )
            .into_bytes(),
        )
    }
}

type Script = dyn Fn(&Asked) -> Answer + Send + Sync;

/// A server that runs until it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    is_over: Arc<AtomicBool>,
    listener: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts one that speaks HTTP.
    pub(crate) fn http(script: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self::start(None, Arc::new(script))
    }

    /// Starts one that speaks HTTPS.
    pub(crate) fn https(
        identity: &rcgen::CertifiedKey<rcgen::KeyPair>,
        script: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let certificate = CertificateDer::from(identity.cert.der().to_vec());
        let key = PrivatePkcs8KeyDer::from(identity.signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key))
            .unwrap();
        Self::start(Some(Arc::new(config)), Arc::new(script))
    }

    fn start(tls: Option<Arc<ServerConfig>>, script: Arc<Script>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let listener = {
            let (asked, is_over) = (Arc::clone(&asked), Arc::clone(&is_over));
            thread::spawn(move || {
                for stream in listener.incoming() {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let (tls, script) = (tls.clone(), Arc::clone(&script));
                    let asked = Arc::clone(&asked);
                    // A client that hangs up is no failure of the server.
                    thread::spawn(move || drop(serve(stream, tls, &*script, &asked)));
                }
            })
        };
        Self { address, asked, is_over, listener: Some(listener) }
    }

    /// Returns the host and the port.
    pub(crate) fn authority(&self) -> String {
        self.address.to_string()
    }

    /// Returns the port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns everything that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns method and target of everything that was asked so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        if let Some(listener) = self.listener.take() {
            drop(listener.join());
        }
    }
}

fn serve(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    script: &Script,
    asked: &Mutex<Vec<Asked>>,
) -> io::Result<()> {
    match tls {
        None => converse(stream, script, asked),
        Some(config) => {
            let connection = ServerConnection::new(config).map_err(io::Error::other)?;
            converse(StreamOwned::new(connection, stream), script, asked)
        }
    }
}

fn converse(
    mut stream: impl Read + Write,
    script: &Script,
    asked: &Mutex<Vec<Asked>>,
) -> io::Result<()> {
    loop {
        let Some(question) = read_question(&mut stream)? else {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")?;
            io::copy(&mut stream, &mut io::sink())?;
            return Ok(());
        };
        asked.lock().unwrap_or_else(PoisonError::into_inner).push(question.clone());
        match script(&question) {
            Answer::Bytes(bytes) => {
                stream.write_all(&bytes)?;
                stream.flush()?;
            }
            Answer::Endless => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{")?;
                loop {
                    stream.write_all(&[b' '; 4096])?;
                }
            }
            Answer::Silence => {
                io::copy(&mut stream, &mut io::sink())?;
            }
        }
        // What follows goes through the tunnel, whose other end is here as well.
        if question.method != "CONNECT" {
            return Ok(());
        }
    }
}

/// Reads a question; what begins as TLS does is none.
fn read_question(stream: &mut impl Read) -> io::Result<Option<Asked>> {
    const TLS_HANDSHAKE: u8 = 0x16;

    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend_from_slice(&byte);
        if head == [TLS_HANDSHAKE] {
            return Ok(None);
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let method = words.next().unwrap_or_default();
    let target = words.next().unwrap_or_default();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(Asked { method, target, headers, body }))
}
