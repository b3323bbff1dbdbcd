//! JSON whose texts are wiped from memory when dropped.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

/// A JSON value, as much of it as a docker config needs.
pub(crate) enum Json {
    /// A text.
    Text(Zeroizing<String>),
    /// An object, its members in order.
    Object(Vec<(String, Self)>),
    /// `null`.
    Null,
    /// Anything else.
    Other,
}

impl Json {
    /// Parses `bytes`.
    ///
    /// # Errors
    ///
    /// Says in which line and column the first mistake is, and nothing of what stands there.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, (usize, usize)> {
        serde_json::from_slice(bytes).map_err(|error| (error.line(), error.column()))
    }

    /// Returns the member of that name: the last, as Docker's reader does.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        self.members().iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Lists the members of an object; anything else has none.
    pub(crate) fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// Returns the text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json(masked)")
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(Zeroizing::new(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(Zeroizing::new(text)))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Json::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_texts_are_found() {
        let json = Json::parse(br#"{"auths": {"r.io": {"auth": "canary-4f1d"}}}"#).unwrap();
        let entry = json.member("auths").and_then(|auths| auths.member("r.io")).unwrap();
        assert_eq!(entry.member("auth").and_then(Json::text), Some("canary-4f1d"));
        assert!(entry.member("password").is_none());
    }

    #[test]
    fn the_last_of_two_members_counts() {
        let json = Json::parse(br#"{"auth": "first", "auth": "second"}"#).unwrap();
        assert_eq!(json.member("auth").and_then(Json::text), Some("second"));
    }

    #[test]
    fn all_kinds_of_values_are_taken() {
        let json =
            Json::parse(br#"{"a": [1, {"b": []}], "c": true, "d": -1, "e": 1.5, "f": null}"#);
        let json = json.unwrap();
        assert_eq!(json.members().len(), 5);
        assert!(matches!(json.member("f"), Some(Json::Null)));
        assert!(matches!(json.member("a"), Some(Json::Other)));
    }

    #[test]
    fn a_mistake_is_told_by_its_place_only() {
        assert_eq!(Json::parse(b"{\n  \"auths\": canary-4f1d\n}").unwrap_err(), (2, 12));
    }

    #[test]
    fn a_text_has_no_members() {
        let json = Json::parse(b"\"auths\"").unwrap();
        assert!(json.member("auths").is_none());
    }

    #[test]
    fn nesting_is_limited() {
        let text = "[".repeat(100_000);
        assert!(Json::parse(text.as_bytes()).is_err());
    }

    #[test]
    fn debug_output_is_masked() {
        let json = Json::parse(br#"{"auth": "canary-4f1d"}"#).unwrap();
        assert_eq!(format!("{json:?}"), "Json(masked)");
    }
}
