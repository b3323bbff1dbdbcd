//! Knows how Go's net/url (1.26) splits an `https` URL into host and path.
//!
//! A WHATWG parser is no substitute: it lower-cases hosts, drops default ports and resolves `..`, none
//! of which the kubelet's keys go through.

use std::net::Ipv6Addr;

use thiserror::Error;

/// Why Go's parser rejects a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UrlError {
    /// A control character stands before the fragment.
    #[error("a control character (a line break or a tab, for instance)")]
    ControlCharacter,
    /// A `%` is not followed by two hexadecimal digits.
    #[error("a `%` that is not followed by two hexadecimal digits")]
    BadEscape,
    /// The host holds a character that no host can hold.
    #[error("a character that no host can hold")]
    HostCharacter,
    /// The host escapes an ASCII character.
    #[error("an escaped ASCII character in the host")]
    HostEscape,
    /// What follows the colon is not a number.
    #[error("a port that is not a number")]
    BadPort,
    /// Brackets that do not hold an IPv6 address, or stand in the wrong place.
    #[error("brackets that do not enclose an IPv6 address")]
    BadAddress,
    /// The part before the `@` holds a character that cannot stand there.
    #[error("a character before the `@` that cannot stand there")]
    UserInfo,
}

/// Host and path of a URL, decoded; they are bytes because an escape can stand for any byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SplitUrl {
    /// With the port, if there is one.
    pub(crate) host: Vec<u8>,
    pub(crate) path: Vec<u8>,
}

/// Splits what follows `https://`.
///
/// User information, query and fragment are checked as far as Go checks them, and dropped.
pub(crate) fn split(text: &[u8]) -> Result<SplitUrl, UrlError> {
    let (text, fragment) = cut(text, b'#');
    if text.iter().any(|byte| *byte < b' ' || *byte == 0x7f) {
        return Err(UrlError::ControlCharacter);
    }
    let (text, _query) = cut(text, b'?');
    let slash = text.iter().position(|byte| *byte == b'/').unwrap_or(text.len());
    let (authority, path) = text.split_at_checked(slash).unwrap_or((text, b""));
    let host = authority_host(authority)?;
    let path = decode(path)?;
    decode(fragment)?;
    Ok(SplitUrl { host, path })
}

/// Splits host and port as Go's `net.SplitHostPort` does; a text that it refuses is all host.
pub(crate) fn split_port(host: &[u8]) -> (&[u8], &[u8]) {
    try_split_port(host).unwrap_or((host, b""))
}

fn try_split_port(host: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = host.iter().rposition(|byte| *byte == b':')?;
    let (before, port) = (host.get(..colon)?, host.get(colon + 1..)?);
    let name = match before.strip_prefix(b"[") {
        Some(inner) => inner.strip_suffix(b"]")?,
        None if before.contains(&b':') => return None,
        None => before,
    };
    let bracket = |byte: &u8| matches!(byte, b'[' | b']');
    (!name.iter().any(bracket) && !port.iter().any(bracket)).then_some((name, port))
}

fn cut(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let mut parts = text.splitn(2, |byte| *byte == separator);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

fn authority_host(authority: &[u8]) -> Result<Vec<u8>, UrlError> {
    match authority.iter().rposition(|byte| *byte == b'@') {
        None => parse_host(authority),
        Some(at) => {
            let host = parse_host(authority.get(at + 1..).unwrap_or_default())?;
            check_user_info(authority.get(..at).unwrap_or_default())?;
            Ok(host)
        }
    }
}

fn check_user_info(text: &[u8]) -> Result<(), UrlError> {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !text.iter().all(allowed) {
        return Err(UrlError::UserInfo);
    }
    decode(text).map(|_| ())
}

fn parse_host(host: &[u8]) -> Result<Vec<u8>, UrlError> {
    match host.iter().rposition(|byte| *byte == b'[') {
        Some(0) => return parse_bracketed(host),
        Some(_) => return Err(UrlError::BadAddress),
        None => {}
    }
    if let Some(colon) = host.iter().position(|byte| *byte == b':') {
        check_port(host.get(colon + 1..).unwrap_or_default())?;
    }
    decode_host(host)
}

fn parse_bracketed(host: &[u8]) -> Result<Vec<u8>, UrlError> {
    let close = host.iter().rposition(|byte| *byte == b']').ok_or(UrlError::BadAddress)?;
    let inner = host.get(1..close).unwrap_or_default();
    let after = host.get(close + 1..).unwrap_or_default();
    match after.split_first() {
        None => {}
        Some((b':', port)) => check_port(port)?,
        Some(_) => return Err(UrlError::BadPort),
    }
    // RFC 6874: an escaped percent sign begins the zone, which may escape more than a host may.
    let zone = inner.windows(3).position(|window| window == b"%25").unwrap_or(inner.len());
    let (address, zone) = inner.split_at_checked(zone).unwrap_or((inner, b""));
    let mut decoded = decode_host(address)?;
    decoded.extend(decode_zone(zone)?);
    if !is_address(&decoded) {
        return Err(UrlError::BadAddress);
    }
    let mut whole = vec![b'['];
    whole.append(&mut decoded);
    whole.push(b']');
    whole.extend_from_slice(after);
    Ok(whole)
}

fn check_port(port: &[u8]) -> Result<(), UrlError> {
    if port.iter().all(u8::is_ascii_digit) { Ok(()) } else { Err(UrlError::BadPort) }
}

/// Tells whether `text` is an IPv6 address, with or without a zone.
fn is_address(text: &[u8]) -> bool {
    let (address, zone) = match text.iter().position(|byte| *byte == b'%') {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let address = std::str::from_utf8(address).ok().and_then(|text| text.parse::<Ipv6Addr>().ok());
    address.is_some() && zone.is_none_or(|zone| !zone.is_empty())
}

fn is_host_byte(byte: u8) -> bool {
    byte >= 0x80 || byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:[]<>\"".contains(&byte)
}

fn decode_host(text: &[u8]) -> Result<Vec<u8>, UrlError> {
    decode_with(text, |byte, escaped| match escaped {
        // Non-ASCII bytes, and the percent sign that the syntax of zones lets through everywhere.
        true if byte >= 0x80 || byte == b'%' => Ok(()),
        true => Err(UrlError::HostEscape),
        false if is_host_byte(byte) => Ok(()),
        false => Err(UrlError::HostCharacter),
    })
}

fn decode_zone(text: &[u8]) -> Result<Vec<u8>, UrlError> {
    decode_with(text, |byte, escaped| match escaped {
        true if byte == b'%' || byte == b' ' => Ok(()),
        // Here Go asks its table, which lists no byte above ASCII.
        true if byte < 0x80 && is_host_byte(byte) => Ok(()),
        true => Err(UrlError::HostEscape),
        false if is_host_byte(byte) => Ok(()),
        false => Err(UrlError::HostCharacter),
    })
}

fn decode(text: &[u8]) -> Result<Vec<u8>, UrlError> {
    decode_with(text, |_, _| Ok(()))
}

/// Decodes escapes; `check` sees each byte of the result and whether it was escaped.
fn decode_with(
    text: &[u8],
    check: impl Fn(u8, bool) -> Result<(), UrlError>,
) -> Result<Vec<u8>, UrlError> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let (digits, after) = after.split_at_checked(2).ok_or(UrlError::BadEscape)?;
            let byte = hexadecimal(digits).ok_or(UrlError::BadEscape)?;
            check(byte, true)?;
            decoded.push(byte);
            rest = after;
        } else {
            check(*first, false)?;
            decoded.push(*first);
            rest = after;
        }
    }
    Ok(decoded)
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    digits.iter().try_fold(0_u8, |value, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(value * 16 + u8::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, host: &str, path: &str) {
        let url = split(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8_lossy(&url.host), host);
        assert_eq!(String::from_utf8_lossy(&url.path), path);
    }

    #[track_caller]
    fn refuse(text: &str, error: UrlError) {
        assert_eq!(split(text.as_bytes()), Err(error));
    }

    #[test]
    fn nothing_is_normalised() {
        check("Reg.Example:443//a/../b/./", "Reg.Example:443", "//a/../b/./");
        check("bücher.example", "bücher.example", "");
        check("r:", "r:", "");
        check("", "", "");
    }

    #[test]
    fn user_query_and_fragment_are_dropped() {
        check("u:p@r/x", "r", "/x");
        check("u@v@r/x", "r", "/x");
        check("r?a=%zz", "r", "");
        check("r/x#f", "r", "/x");
        check("r#\n", "r", "");
        refuse("r#%z", UrlError::BadEscape);
        refuse("u%@r", UrlError::BadEscape);
        refuse("ü@r", UrlError::UserInfo);
        refuse("r?\n", UrlError::ControlCharacter);
    }

    #[test]
    fn port_is_digits_or_nothing() {
        refuse("r:http", UrlError::BadPort);
        refuse("::1", UrlError::BadPort);
        refuse("a:1:2", UrlError::BadPort);
        check("r:00", "r:00", "");
    }

    #[test]
    fn brackets_hold_an_address_at_the_start() {
        check("[::1]:5/x", "[::1]:5", "/x");
        check("[fe80::1%25en0]", "[fe80::1%en0]", "");
        check("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]", "");
        for bad in ["[]", "[1.2.3.4]", "a[::1]", "[::1", "[::1%25]", "reg[a].io"] {
            refuse(bad, UrlError::BadAddress);
        }
        refuse("[::1]x", UrlError::BadPort);
    }

    #[test]
    fn zone_escapes_what_a_host_may_hold_unescaped() {
        check("[fe80::1%25%65n%25%20x]", "[fe80::1%en% x]", "");
        for escape in ["%2F", "%0A", "%80", "%C3"] {
            refuse(&format!("[fe80::1%25en{escape}]"), UrlError::HostEscape);
        }
        refuse("[fe80::1%25e n]", UrlError::HostCharacter);
        refuse("[fe80::%31%25en0]", UrlError::HostEscape);
        refuse("[fe80::1%en0]", UrlError::BadEscape);
    }

    #[test]
    fn host_escapes_only_what_is_not_ascii() {
        check("b%C3%BCcher", "bücher", "");
        check("r%25", "r%", "");
        refuse("r%2Fa", UrlError::HostEscape);
        refuse("r%4", UrlError::BadEscape);
        for bad in [" r", "r ", "a{b}", "a^b", "a\\", "a|b", "a`b"] {
            refuse(bad, UrlError::HostCharacter);
        }
    }

    #[test]
    fn path_escapes_anything() {
        check("r/te%61m%2f%3F", "r", "/team/?");
        refuse("r/%2", UrlError::BadEscape);
    }

    #[test]
    fn port_is_split_off_only_where_it_is_unambiguous() {
        let split = |host: &'static str| split_port(host.as_bytes());
        assert_eq!(split("r:1"), (&b"r"[..], &b"1"[..]));
        assert_eq!(split("r:"), (&b"r"[..], &b""[..]));
        assert_eq!(split("[::1]:1"), (&b"::1"[..], &b"1"[..]));
        assert_eq!(split("[::1]"), (&b"[::1]"[..], &b""[..]));
        assert_eq!(split("r]:1"), (&b"r]:1"[..], &b""[..]));
        assert_eq!(split("::1:1"), (&b"::1:1"[..], &b""[..]));
    }
}
