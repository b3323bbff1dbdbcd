//! Which proxy a request goes through, by the rules of Go's `httpproxy`, which docker, kubectl and
//! the Vault client follow.

use std::net::IpAddr;

use regrender_document::SecretText;
use regrender_remote::{Scheme, Url};

use crate::world::World;

/// The variables of the proxy for `https`, the first that is set.
const HTTPS: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];
/// The same for `http`.
const HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
/// What is asked directly.
const DIRECT: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// Where a web server runs a program, whoever asks it sets `HTTP_PROXY` with a header `Proxy`.
const WEB_SERVER: &str = "REQUEST_METHOD";

/// The proxies of a run.
#[derive(Debug, Default)]
pub(crate) struct Proxies {
    https: Option<Proxy>,
    http: Option<Proxy>,
    direct: Vec<Direct>,
}

/// One proxy.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// The variable that names it.
    pub(crate) variable: &'static str,
    /// Its address; it may hold a password.
    pub(crate) address: SecretText,
}

/// What is asked directly.
#[derive(Debug, PartialEq, Eq)]
enum Direct {
    Everything,
    Address {
        address: IpAddr,
        port: Option<u16>,
    },
    Network {
        address: IpAddr,
        bits: u8,
    },
    /// `suffix` begins with a dot.
    Domain {
        suffix: String,
        itself: bool,
        port: Option<u16>,
    },
}

impl Proxies {
    /// Learns of them from the environment.
    pub(crate) fn of(world: &World) -> Self {
        let find = |names: [&'static str; 2]| {
            names.into_iter().find_map(|name| Some((name, world.variable(name)?.to_str()?)))
        };
        let proxy = |names| {
            let (variable, address) = find(names)?;
            Some(Proxy { variable, address: with_scheme(address) })
        };
        let direct = find(DIRECT).map_or("", |(_, text)| text);
        let is_for_a_web_server = world.variable(WEB_SERVER).is_some();
        Self {
            https: proxy(HTTPS),
            http: proxy(HTTP).filter(|_| !is_for_a_web_server),
            direct: direct.split(',').filter_map(Direct::parse).collect(),
        }
    }

    /// Returns the proxy that a request to `url` goes through.
    pub(crate) fn choose(&self, url: &Url) -> Option<&Proxy> {
        let proxy = match url.scheme() {
            Scheme::Https => self.https.as_ref(),
            Scheme::Http => self.http.as_ref(),
        }?;
        let host = url.host().trim_end_matches('.');
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let is_here = host == "localhost" || address.is_some_and(|address| address.is_loopback());
        let is_direct =
            is_here || self.direct.iter().any(|direct| direct.takes(host, address, url.port()));
        (!is_direct).then_some(proxy)
    }

    /// Returns all of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Proxy> {
        self.https.iter().chain(&self.http)
    }
}

fn with_scheme(address: &str) -> SecretText {
    let has_scheme = address.contains("://");
    SecretText::new(if has_scheme { address.to_owned() } else { format!("http://{address}") })
}

impl Direct {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if text.is_empty() {
            return None;
        }
        if text == "*" {
            return Some(Self::Everything);
        }
        if let Some((address, bits)) = text.split_once('/') {
            let (address, bits) = (address.parse().ok()?, bits.parse().ok()?);
            return Some(Self::Network { address, bits });
        }
        if let Ok(address) = text.trim_matches(['[', ']']).parse() {
            return Some(Self::Address { address, port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, "")) => (host, None),
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (text.as_str(), None),
        };
        if let Ok(address) = host.trim_matches(['[', ']']).parse() {
            return Some(Self::Address { address, port });
        }
        let host = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host);
        let itself = !host.starts_with('.');
        let suffix = if itself { format!(".{host}") } else { host.to_owned() };
        Some(Self::Domain { suffix, itself, port })
    }

    fn takes(&self, host: &str, address: Option<IpAddr>, port: u16) -> bool {
        match self {
            Self::Everything => true,
            Self::Address { address: own, port: own_port } => {
                address == Some(*own) && own_port.is_none_or(|own| own == port)
            }
            Self::Network { address: own, bits } => {
                address.is_some_and(|address| is_within(address, *own, *bits))
            }
            Self::Domain { suffix, itself, port: own_port } => {
                let is_it = *itself && suffix.strip_prefix('.') == Some(host);
                (is_it || host.ends_with(suffix.as_str())) && own_port.is_none_or(|own| own == port)
            }
        }
    }
}

fn is_within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let (left, right, width) = match (address, network) {
        (IpAddr::V4(left), IpAddr::V4(right)) => {
            (u128::from(left.to_bits()), u128::from(right.to_bits()), 32)
        }
        (IpAddr::V6(left), IpAddr::V6(right)) => (left.to_bits(), right.to_bits(), 128),
        _ => return false,
    };
    let Some(rest) = u32::checked_sub(width, u32::from(bits)) else {
        return false;
    };
    let head = |number: u128| number.checked_shr(rest).unwrap_or(0);
    head(left) == head(right)
}
