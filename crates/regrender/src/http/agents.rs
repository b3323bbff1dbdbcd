//! Those who send requests, directly or through a proxy, and what they believe.

use std::sync::Arc;

use regrender_remote::TransportError;
use rustls::crypto::ring;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, ProxyProtocol};

use super::Limits;
use super::proxy::{Proxies, Proxy};

/// What servers are told of who asks.
pub(super) const USER_AGENT: &str = concat!("regrender/", env!("CARGO_PKG_VERSION"));

/// One who asks directly, and one for each proxy.
#[derive(Debug)]
pub(super) struct Agents {
    direct: Agent,
    through: Vec<(&'static str, Option<Agent>)>,
}

impl Agents {
    /// Without `roots`, every certificate is believed.
    pub(super) fn new(
        proxies: &Proxies,
        roots: Option<&Arc<Vec<Certificate<'static>>>>,
        limits: Limits,
    ) -> Self {
        let through = proxies
            .all()
            .map(|proxy| {
                // ureq reads the address of a SOCKS proxy, and panics when it is used.
                let address = ureq::Proxy::new(proxy.address.expose()).ok().filter(|address| {
                    matches!(address.protocol(), ProxyProtocol::Http | ProxyProtocol::Https)
                });
                let agent = address.map(|address| agent(roots, Some(address), limits));
                (proxy.variable, agent)
            })
            .collect();
        Self { direct: agent(roots, None, limits), through }
    }

    /// Returns the one who asks through `proxy`, or directly without one.
    pub(super) fn through(&self, proxy: Option<&Proxy>) -> Result<&Agent, TransportError> {
        let Some(proxy) = proxy else {
            return Ok(&self.direct);
        };
        let found = self.through.iter().find(|(variable, _)| *variable == proxy.variable);
        found.and_then(|(_, agent)| agent.as_ref()).ok_or_else(|| {
            let why = "is not the address of an HTTP proxy";
            TransportError::Proxy(format!("{} {why}", proxy.variable))
        })
    }
}

fn agent(
    roots: Option<&Arc<Vec<Certificate<'static>>>>,
    proxy: Option<ureq::Proxy>,
    limits: Limits,
) -> Agent {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .disable_verification(roots.is_none())
        .root_certs(RootCerts::Specific(roots.map(Arc::clone).unwrap_or_default()))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(USER_AGENT)
        .timeout_resolve(Some(limits.connect))
        .timeout_connect(Some(limits.connect))
        .timeout_global(Some(limits.whole))
        .build()
        .new_agent()
}
