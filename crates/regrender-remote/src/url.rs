//! Where a request goes: an `http` or `https` address, and what may follow from it.

use std::fmt;

use thiserror::Error;

/// The two schemes that are spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// Without encryption.
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
    /// Returns its name, as it stands before the colon.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// Returns the port where none is written.
    #[must_use]
    pub fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Why a text is no address that can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UrlError {
    /// It begins with neither `http://` nor `https://`.
    #[error("it begins with neither `https://` nor `http://`")]
    Scheme,
    /// There is no host in it.
    #[error("there is no host in it")]
    Host,
    /// The host holds a character that no host holds.
    #[error("its host holds a character that no host holds")]
    HostCharacter,
    /// The port is no number from 1 to 65535.
    #[error("its port is no number from 1 to 65535")]
    Port,
    /// It holds a username or a password.
    #[error("it holds a username or a password")]
    UserInformation,
    /// It holds a space, a control character or one beyond ASCII.
    #[error("it holds a space, a control character or one beyond ASCII")]
    Character,
}

/// An `http` or `https` address.
///
/// Its `Display` and `Debug` leave the query out: servers put the state of an upload there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Url {
    scheme: Scheme,
    /// In lower case; an IPv6 address is in brackets.
    host: String,
    port: u16,
    /// Begins with a slash.
    path: String,
    query: Option<String>,
}

impl Url {
    /// Parses an address; a fragment is left out.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it, without quoting it.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = split_scheme(text).ok_or(UrlError::Scheme)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (host, port) = split_authority(authority)?;
        let (path, query) = split_target(target)?;
        Ok(Self { scheme, host, port: port.unwrap_or(scheme.port()), path, query })
    }

    /// Returns the scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns the host, in lower case; an IPv6 address is in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the port, be it written or not.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the host, and the port if it is not that of the scheme.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.port == self.scheme.port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Returns scheme, host and port, as `https://host:port`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme.name(), self.authority())
    }

    /// Returns the path, which begins with a slash.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the whole address, for the one who sends.
    #[must_use]
    pub fn whole(&self) -> String {
        let query = self.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{self}{query}")
    }

    /// Returns the address of `path` below this one; `path` is encoded and has no slash before it.
    #[must_use]
    pub fn below(&self, path: &str) -> Self {
        let path = format!("{}/{path}", self.path.trim_end_matches('/'));
        Self { path, query: None, ..self.clone() }
    }

    /// Returns this address with `name=value` added to its query.
    #[must_use]
    pub fn with_parameter(&self, name: &str, value: &str) -> Self {
        let added = format!("{}={}", encode_query(name), encode_query(value));
        let query = match &self.query {
            Some(query) if !query.is_empty() => format!("{query}&{added}"),
            _ => added,
        };
        Self { query: Some(query), ..self.clone() }
    }

    /// Returns the address that a `Location` in an answer from this one means.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it, without quoting it.
    pub fn join(&self, location: &str) -> Result<Self, UrlError> {
        if split_scheme(location).is_some() {
            return Self::parse(location);
        }
        if let Some(rest) = location.strip_prefix("//") {
            return Self::parse(&format!("{}://{rest}", self.scheme.name()));
        }
        // RFC 3986 section 3.1: what has a colon before the first slash names another scheme.
        let first = location.split(['/', '?', '#']).next().unwrap_or_default();
        if first.contains(':') {
            return Err(UrlError::Scheme);
        }
        let target = if location.starts_with('/') {
            location.to_owned()
        } else if location.starts_with('?') {
            format!("{}{location}", self.path)
        } else {
            let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{folder}/{location}")
        };
        let (path, query) = split_target(&target)?;
        Ok(Self { path, query, ..self.clone() })
    }

    /// Says whether both have the same scheme, host and port.
    #[must_use]
    pub fn has_origin_of(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.host == other.host && self.port == other.port
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.path)
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

fn split_scheme(text: &str) -> Option<(Scheme, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    [Scheme::Http, Scheme::Https]
        .into_iter()
        .find(|known| scheme.eq_ignore_ascii_case(known.name()))
        .map(|scheme| (scheme, rest))
}

fn split_authority(authority: &str) -> Result<(String, Option<u16>), UrlError> {
    if authority.contains('@') {
        return Err(UrlError::UserInformation);
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, rest) = rest.split_once(']').ok_or(UrlError::HostCharacter)?;
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return Err(UrlError::HostCharacter);
            }
            let port = match rest.strip_prefix(':') {
                None if rest.is_empty() => None,
                None => return Err(UrlError::Port),
                Some(port) => Some(port),
            };
            (format!("[{address}]"), port)
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host.to_owned(), Some(port)),
            None => (authority.to_owned(), None),
        },
    };
    if host.is_empty() {
        return Err(UrlError::Host);
    }
    let is_bracketed = host.starts_with('[');
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if !is_bracketed && !host.bytes().all(is_good) {
        return Err(UrlError::HostCharacter);
    }
    let port = port.map(read_port).transpose()?;
    Ok((host.to_ascii_lowercase(), port))
}

fn read_port(text: &str) -> Result<u16, UrlError> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| is_number && *port > 0).ok_or(UrlError::Port)
}

fn split_target(target: &str) -> Result<(String, Option<String>), UrlError> {
    if !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(UrlError::Character);
    }
    let target = target.split('#').next().unwrap_or_default();
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (target, None),
    };
    let path = if path.is_empty() { "/" } else { path };
    Ok((path.to_owned(), query))
}

/// Encodes one part of a path.
#[must_use]
pub(crate) fn encode_segment(text: &str) -> String {
    encode(text, b"-._~")
}

/// Encodes a name or a value of a query; `:`, `/` and `,` stay, as scopes are written.
#[must_use]
fn encode_query(text: &str) -> String {
    encode(text, b"-._~:/,")
}

fn encode(text: &str, kept: &[u8]) -> String {
    use fmt::Write as _;

    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _written = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, whole: &str) {
        assert_eq!(Url::parse(text).unwrap().whole(), whole);
    }

    #[track_caller]
    fn wrong(text: &str, error: UrlError) {
        assert_eq!(Url::parse(text).unwrap_err(), error);
    }

    #[track_caller]
    fn joined(base: &str, location: &str, whole: &str) {
        assert_eq!(Url::parse(base).unwrap().join(location).unwrap().whole(), whole);
    }

    #[test]
    fn an_address_reads_back() {
        check("https://vault.corp:8200/v1/kv?list=true", "https://vault.corp:8200/v1/kv?list=true");
        check("http://10.0.0.1:5000/", "http://10.0.0.1:5000/");
        check("https://[2001:DB8::1]:8200/x", "https://[2001:db8::1]:8200/x");
        check("https://[2001:DB8::1]/x", "https://[2001:db8::1]/x");
    }

    #[test]
    fn an_address_has_parts() {
        let url = Url::parse("https://vault.corp/v1/kv?list=true").unwrap();
        assert_eq!((url.scheme(), url.host(), url.port()), (Scheme::Https, "vault.corp", 443));
        assert_eq!(url.path(), "/v1/kv");
        let url = Url::parse("http://10.0.0.1:5000").unwrap();
        assert_eq!((url.port(), url.path()), (5000, "/"));
    }

    #[test]
    fn host_and_scheme_are_lower_case() {
        check("HTTPS://Registry.Corp", "https://registry.corp/");
    }

    #[test]
    fn the_port_of_the_scheme_is_not_written() {
        check("https://registry.corp:443/v2/", "https://registry.corp/v2/");
        check("http://registry.corp:443/v2/", "http://registry.corp:443/v2/");
    }

    #[test]
    fn a_fragment_is_left_out() {
        check("https://registry.corp/a#b", "https://registry.corp/a");
        check("https://registry.corp#b", "https://registry.corp/");
    }

    #[test]
    fn a_query_may_follow_the_host() {
        check("https://auth.corp?tenant=1", "https://auth.corp/?tenant=1");
    }

    #[test]
    fn what_is_no_address_says_why() {
        wrong("registry.corp", UrlError::Scheme);
        wrong("ftp://registry.corp", UrlError::Scheme);
        wrong("https://", UrlError::Host);
        wrong("https://:443", UrlError::Host);
        wrong("https://a b/", UrlError::HostCharacter);
        wrong("https://r\u{e9}gistre.fr/", UrlError::HostCharacter);
        wrong("https://[::1/", UrlError::HostCharacter);
        wrong("https://[nonsense]/", UrlError::HostCharacter);
        wrong("https://[::1]5000/", UrlError::Port);
        wrong("https://host:/", UrlError::Port);
        wrong("https://host:0/", UrlError::Port);
        wrong("https://host:+80/", UrlError::Port);
        wrong("https://host:65536/", UrlError::Port);
        wrong("https://bot:canary-4f1d@host/", UrlError::UserInformation);
        wrong("https://host/a b", UrlError::Character);
        wrong("https://host/a\r\nX: y", UrlError::Character);
    }

    #[test]
    fn neither_display_nor_debug_shows_the_query() {
        let url = Url::parse("https://host/v2/a?_state=canary-4f1d").unwrap();
        assert_eq!(url.to_string(), "https://host/v2/a");
        assert_eq!(format!("{url:?}"), "Url(https://host/v2/a)");
    }

    #[test]
    fn a_location_is_relative_to_where_it_was_said() {
        let base = "https://host:5000/v2/a/blobs/uploads/?x=1";
        joined(base, "/v2/b?c", "https://host:5000/v2/b?c");
        joined(base, "d", "https://host:5000/v2/a/blobs/uploads/d");
        joined(base, "?d", "https://host:5000/v2/a/blobs/uploads/?d");
        joined(base, "//other/d", "https://other/d");
        joined(base, "http://other/d", "http://other/d");
    }

    #[test]
    fn a_location_of_another_scheme_is_wrong() {
        let base = Url::parse("https://host/a").unwrap();
        assert_eq!(base.join("file:///etc/passwd"), Err(UrlError::Scheme));
        assert_eq!(base.join("javascript:x"), Err(UrlError::Scheme));
    }

    #[test]
    fn the_origin_is_scheme_host_and_port() {
        let origin = |left: &str, right: &str| {
            Url::parse(left).unwrap().has_origin_of(&Url::parse(right).unwrap())
        };
        assert!(origin("https://host/a", "https://HOST:443/b"));
        assert!(!origin("https://host/a", "http://host/a"));
        assert!(!origin("https://host/a", "https://host:444/a"));
        assert!(!origin("https://host/a", "https://host.evil/a"));
    }

    #[test]
    fn below_keeps_the_path_of_the_address() {
        let below = |text: &str| Url::parse(text).unwrap().below("v1/kv").whole();
        assert_eq!(below("https://host"), "https://host/v1/kv");
        assert_eq!(below("https://host/vault/?x"), "https://host/vault/v1/kv");
    }

    #[test]
    fn parameters_are_encoded_and_added() {
        let url = Url::parse("https://host/token?tenant=1").unwrap();
        let url =
            url.with_parameter("scope", "repository:a/b:pull,push").with_parameter("a", "b c&");
        assert_eq!(
            url.whole(),
            "https://host/token?tenant=1&scope=repository:a/b:pull,push&a=b%20c%26"
        );
        let url = Url::parse("https://host/token?").unwrap().with_parameter("a", "b");
        assert_eq!(url.whole(), "https://host/token?a=b");
    }

    #[test]
    fn a_part_of_a_path_is_encoded_whole() {
        assert_eq!(encode_segment("a/b c%\u{e9}"), "a%2Fb%20c%25%C3%A9");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in ".{0,60}") {
            if let Ok(url) = Url::parse(&text) {
                proptest::prop_assert_eq!(Url::parse(&url.whole()).unwrap(), url);
            }
        }

        #[test]
        fn any_location_is_joined_or_refused(text in "[ -~]{0,40}") {
            let base = Url::parse("https://host/a/b").unwrap();
            if let Ok(url) = base.join(&text) {
                proptest::prop_assert_eq!(Url::parse(&url.whole()).unwrap(), url);
            }
        }
    }
}
