//! When a token is dead, as its own shape or the kind of its registry tells.
//!
//! Nobody is asked: a token that says nothing of its death is taken for one that lasts.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regrender_config::RegistryKind;
use regrender_config::preset::token_hours_beside;
use serde_json::Value;
use zeroize::Zeroizing;

const HOUR: Duration = Duration::from_secs(3600);

/// Within which time the death of a token is too near for a tree that lies in Git.
const TOO_SOON: Duration = Duration::from_secs(24 * 3600);

/// Within which time the death of a token is worth a warning.
const SOON: Duration = Duration::from_secs(30 * 24 * 3600);

/// When a token is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// The token says so.
    At(SystemTime),
    /// At the latest, since tokens of its kind live so long and it may be older than now.
    By(SystemTime),
}

/// How near the death of a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nearness {
    /// It is over.
    Over,
    /// Within a day.
    TooSoon,
    /// Within a month.
    Soon,
}

impl Death {
    /// Returns the moment.
    pub(crate) fn moment(self) -> SystemTime {
        match self {
            Self::At(moment) | Self::By(moment) => moment,
        }
    }

    /// Says how near it is; nothing if it is far away.
    pub(crate) fn nearness(self, now: SystemTime) -> Option<Nearness> {
        match self.moment().duration_since(now) {
            Err(_is_over) => Some(Nearness::Over),
            Ok(left) if left <= TOO_SOON => Some(Nearness::TooSoon),
            Ok(left) if left <= SOON => Some(Nearness::Soon),
            Ok(_) => None,
        }
    }
}

/// Says when the token `password` of a registry of that kind is dead.
pub(crate) fn death(
    kind: RegistryKind,
    username: &str,
    password: &str,
    now: SystemTime,
) -> Option<Death> {
    of_ecr_token(password)
        .or_else(|| of_web_token(password))
        .map(Death::At)
        .or_else(|| of_beginning(password, now))
        .or_else(|| of_kind(kind, username, password, now))
}

/// A token of Amazon ECR is base64 of JSON with the second of its death in `expiration`.
fn of_ecr_token(password: &str) -> Option<SystemTime> {
    if !password.starts_with("eyJ") || password.contains('.') {
        return None;
    }
    let json = object(password, &alphabet::STANDARD)?;
    json.get("payload")?.as_str()?;
    moment(json.get("expiration")?)
}

/// RFC 7519: the middle part of three is JSON with the second of the death in `exp`.
fn of_web_token(password: &str) -> Option<SystemTime> {
    let mut parts = password.split('.');
    let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || object(header, &alphabet::URL_SAFE)?.get("alg").is_none() {
        return None;
    }
    moment(object(claims, &alphabet::URL_SAFE)?.get("exp")?)
}

/// Decodes base64, with or without padding, of a JSON object.
fn object(text: &str, alphabet: &alphabet::Alphabet) -> Option<Value> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(alphabet, config).decode(text).ok()?;
    let bytes = Zeroizing::new(bytes);
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}

/// A count of seconds since 1970, which may have a fraction.
fn moment(value: &Value) -> Option<SystemTime> {
    let seconds = match value.as_u64() {
        Some(seconds) => Duration::from_secs(seconds),
        None => Duration::try_from_secs_f64(value.as_f64()?).ok()?,
    };
    UNIX_EPOCH.checked_add(seconds)
}

/// Tokens that begin in a way that tells how long they live.
fn of_beginning(password: &str, now: SystemTime) -> Option<Death> {
    let life = if password.starts_with("ghs_") || password.starts_with("ya29.") {
        HOUR
    } else if password.starts_with("ghu_") {
        8 * HOUR
    } else if password.starts_with("glcbt-") {
        // As long as its job, whose time limit is an hour unless somebody changed it.
        HOUR
    } else {
        return None;
    };
    Some(Death::By(full_hour(now + life)))
}

/// What stands beside the username of a cloud's short-lived tokens is one of them.
fn of_kind(kind: RegistryKind, username: &str, password: &str, now: SystemTime) -> Option<Death> {
    let hours = token_hours_beside(kind, username).filter(|_| !password.is_empty())?;
    let life = Duration::from_secs(hours * HOUR.as_secs());
    Some(Death::By(full_hour(now + life)))
}

/// The next full hour, so that a second build in the same hour says the same.
fn full_hour(moment: SystemTime) -> SystemTime {
    let seconds = moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    UNIX_EPOCH + Duration::from_secs(seconds.div_ceil(HOUR.as_secs()) * HOUR.as_secs())
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    /// 2026-11-21 12:34:56.
    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(20_778 * 86_400 + 45_296)
    }

    fn generic(password: &str) -> Option<Death> {
        death(RegistryKind::Generic, "canary", password, now())
    }

    fn after(seconds: u64) -> SystemTime {
        now() + Duration::from_secs(seconds)
    }

    fn seconds(moment: SystemTime) -> u64 {
        moment.duration_since(UNIX_EPOCH).unwrap().as_secs()
    }

    fn web_token(claims: &str) -> String {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
        format!("{header}.{}.Y2FuYXJ5LTRmMWQ", URL_SAFE_NO_PAD.encode(claims))
    }

    fn ecr_token(expiration: u64) -> String {
        STANDARD.encode(format!(
            r#"{{"payload":"canary-4f1d","datakey":"AQ==","version":"2","type":"DATA_KEY","expiration":{expiration}}}"#
        ))
    }

    #[test]
    fn a_token_of_ecr_tells_its_death() {
        let moment = after(3600);
        assert_eq!(generic(&ecr_token(seconds(moment))), Some(Death::At(moment)));
        assert_eq!(generic(&STANDARD.encode(r#"{"payload":"canary-4f1d"}"#)), None);
        assert_eq!(generic(&STANDARD.encode(r#"{"expiration":1}"#)), None);
    }

    #[test]
    fn a_web_token_tells_its_death() {
        let moment = after(10);
        let claims = format!(r#"{{"sub":"canary-4f1d","exp":{}}}"#, seconds(moment));
        assert_eq!(generic(&web_token(&claims)), Some(Death::At(moment)));
        assert_eq!(
            generic(&web_token(r#"{"exp":1.5}"#)),
            Some(Death::At(UNIX_EPOCH + Duration::from_millis(1500)))
        );
    }

    #[test]
    fn what_tells_nothing_lasts() {
        for password in [
            "canary-4f1d",
            "dckr_pat_canary-4f1d",
            "eyJ",
            "eyJ.eyJ.eyJ",
            "a.b.c",
            "eyJhbGciOiJub25lIn0.e30.",
            "eyJhbGciOiJub25lIn0.e30.x.y",
            "",
        ] {
            assert_eq!(generic(password), None, "{password}");
        }
        for claims in [r#"{"exp":"soon"}"#, r#"{"exp":-1}"#, r#"{"exp":1e300}"#, "[1]", "{}"] {
            assert_eq!(generic(&web_token(claims)), None, "{claims}");
        }
    }

    #[test]
    fn beginnings_tell_how_long_tokens_live() {
        let by = |hour: u64| {
            Some(Death::By(UNIX_EPOCH + Duration::from_secs(20_778 * 86_400 + hour * 3600)))
        };
        assert_eq!(generic("ghs_canary4f1d"), by(14));
        assert_eq!(generic("ya29.canary-4f1d"), by(14));
        assert_eq!(generic("glcbt-canary-4f1d"), by(14));
        assert_eq!(generic("ghu_canary4f1d"), by(21));
        assert_eq!(generic("ghp_canary4f1d"), None);
    }

    #[test]
    fn usernames_of_clouds_tell_what_stands_beside_them() {
        let dies =
            |username, password| death(RegistryKind::Gar, username, password, now()).is_some();
        assert!(dies("oauth2accesstoken", "canary-4f1d"));
        assert!(!dies("_json_key", "canary-4f1d"));
        assert!(!dies("oauth2accesstoken", ""));
    }

    #[test]
    fn a_day_is_too_soon_and_a_month_is_soon() {
        let nearness = |seconds| Death::At(after(seconds)).nearness(now());
        assert_eq!(Death::At(now() - Duration::from_secs(1)).nearness(now()), Some(Nearness::Over));
        assert_eq!(nearness(0), Some(Nearness::TooSoon));
        assert_eq!(nearness(86_400), Some(Nearness::TooSoon));
        assert_eq!(nearness(86_401), Some(Nearness::Soon));
        assert_eq!(nearness(30 * 86_400), Some(Nearness::Soon));
        assert_eq!(nearness(30 * 86_400 + 1), None);
    }
}
