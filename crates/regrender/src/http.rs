//! How requests reach servers: sockets, TLS, proxies and time limits.
//!
//! It follows no redirect: who asked decides whether a credential may go elsewhere.

mod agents;
pub(crate) mod authorities;
mod failure;
mod pause;
pub(crate) mod proxy;
#[cfg(test)]
pub(crate) mod scripted;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use regrender_remote::{
    BODY_LIMIT, Method, Request, Response, Stage, TlsFault, Transport, TransportError, Url,
};
use ureq::{Agent, http};

use self::agents::Agents;
use self::authorities::{Authorities, Store};
use self::failure::{failure_of, unsendable};
use self::pause::pause;
use self::proxy::{Proxies, Proxy};
use crate::input::bytes::read_all;
use crate::world::World;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// To find the host and to connect.
    pub(crate) connect: Duration,
    /// From the question to the end of the answer.
    pub(crate) whole: Duration,
}

impl Limits {
    /// What people wait for, and a server on another continent keeps.
    pub(crate) const USUAL: Self =
        Self { connect: Duration::from_secs(10), whole: Duration::from_secs(30) };
}

/// Whose signature under a certificate is believed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trust<'a> {
    /// Those whom this machine trusts.
    Machine,
    /// Those, and some more.
    MachineAnd(&'a Authorities),
    /// Only these.
    Only(&'a Authorities),
}

/// The network as this run sees it.
#[derive(Debug)]
pub(crate) struct Network {
    proxies: Arc<Proxies>,
    store: Store,
    limits: Limits,
}

impl Network {
    /// Learns of proxies and trusted certificates from the environment.
    pub(crate) fn of(world: &World) -> Self {
        Self {
            proxies: Arc::new(Proxies::of(world)),
            store: Store::of(world),
            limits: Limits::USUAL,
        }
    }

    /// Gives everything less time, or more.
    #[cfg(test)]
    pub(crate) fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Makes the one who carries requests.
    pub(crate) fn transport(&self, trust: Trust<'_>) -> Http {
        let roots = match trust {
            Trust::Machine => self.store.certificates(),
            Trust::Only(authorities) => authorities.certificates(),
            Trust::MachineAnd(authorities) => {
                let mut all = self.store.certificates().to_vec();
                all.extend_from_slice(&authorities.certificates());
                Arc::new(all)
            }
        };
        Http {
            strict: Agents::new(&self.proxies, Some(&roots), self.limits),
            lax: None,
            proxies: Arc::clone(&self.proxies),
            limits: self.limits,
            trusts_somebody: !roots.is_empty(),
        }
    }
}

/// Carries requests to servers.
#[derive(Debug)]
pub(crate) struct Http {
    strict: Agents,
    lax: Option<(Authority, Agents)>,
    proxies: Arc<Proxies>,
    limits: Limits,
    trusts_somebody: bool,
}

/// A host and a port.
type Authority = (String, u16);

impl Http {
    /// Believes whatever certificate the host of `url` shows, and only that host.
    pub(crate) fn with_unverified(mut self, url: &Url) -> Self {
        let authority = (url.host().to_owned(), url.port());
        self.lax = Some((authority, Agents::new(&self.proxies, None, self.limits)));
        self
    }

    fn agent(&self, url: &Url, proxy: Option<&Proxy>) -> Result<&Agent, TransportError> {
        let is_lax = |(host, port): &Authority| host == url.host() && *port == url.port();
        let agents = match &self.lax {
            Some((authority, agents)) if is_lax(authority) => agents,
            _ => &self.strict,
        };
        agents.through(proxy)
    }

    fn told(&self, error: &ureq::Error, proxy: Option<&Proxy>) -> TransportError {
        match (failure_of(error), proxy) {
            (TransportError::Tls(TlsFault::UnknownAuthority), _) if !self.trusts_somebody => {
                TransportError::Tls(TlsFault::NoAuthorities)
            }
            // With a proxy between, these are about the proxy.
            (
                error @ (TransportError::Refused
                | TransportError::HostUnknown
                | TransportError::Unreachable(_)
                | TransportError::TimedOut(Stage::Connect)),
                Some(proxy),
            ) => TransportError::Proxy(format!("{}: {error}", proxy.variable)),
            (TransportError::Proxy(why), Some(proxy)) => {
                TransportError::Proxy(format!("{}: {why}", proxy.variable))
            }
            (error, _) => error,
        }
    }
}

impl Transport for Http {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let proxy = self.proxies.choose(&request.url);
        let agent = self.agent(&request.url, proxy)?;
        let sent = prepared(request)?;
        let answer = match &request.body {
            Some(body) => agent.run(sent.map(|()| body.expose().as_bytes())),
            // Without a length some servers wait for a body that never comes.
            None if request.method == Method::Post => agent.run(sent.map(|()| b"".as_slice())),
            None => agent.run(sent),
        };
        let answer = answer.map_err(|error| self.told(&error, proxy))?;
        let status = answer.status().as_u16();
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let body = read_all(&mut answer.into_body().into_reader(), BODY_LIMIT)
            .map_err(|error| self.told(&ureq::Error::from(error), proxy))?
            .ok_or(TransportError::TooLarge)?;
        Ok(Response::new(status, headers, body.expose().to_vec()))
    }

    fn wait(&self, time: Duration) {
        pause(time);
    }
}

fn prepared(request: &Request) -> Result<http::Request<()>, TransportError> {
    let mut builder =
        http::Request::builder().method(request.method.name()).uri(request.url.whole());
    for (name, value) in &request.headers {
        let mut value =
            http::HeaderValue::from_str(value.expose()).map_err(|_is_not_shown| unsendable())?;
        value.set_sensitive(true);
        builder = builder.header(*name, value);
    }
    builder.body(()).map_err(|_is_not_shown| unsendable())
}
