//! The bytes of a source to a username or a password, or what is wrong with them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrender_config::Trim;
use regrender_document::SecretText;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use crate::input::bytes::begins_as_utf16;

/// What a value is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// The username of a credential.
    Username,
    /// Its password or token.
    Password,
    /// The key of the fingerprints.
    FingerprintKey,
    /// The role with which an application logs in to Vault.
    RoleId,
    /// What else logging in to Vault takes, in a word.
    Login(&'static str),
}

impl Part {
    /// Says whether nobody else may know it.
    pub(crate) fn is_secret(self) -> bool {
        !matches!(self, Self::Username | Self::RoleId)
    }
}

/// What becomes of line ends at the end of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineEnds {
    /// They are left out, and the value says so.
    CutAndTell,
    /// They are left out.
    Cut,
    /// They belong to the value because the file says so.
    Keep,
    /// They belong to the value because nothing was to be left out; such a value is wrong.
    Refuse,
}

/// A value, and what to tell of it.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    /// Its text.
    pub(crate) text: SecretText,
    /// Line ends were left out, and the file does not say whether it wants that.
    pub(crate) was_cut: bool,
    /// It begins or ends in white space, which people seldom mean.
    pub(crate) has_white_space_around: bool,
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not UTF-8; with `utf16`, it begins as UTF-16 does.
    NotUtf8 {
        /// Whether it begins as UTF-16 does.
        utf16: bool,
    },
    /// It begins with a byte order mark.
    ByteOrderMark,
    /// There is nothing in it.
    Empty,
    /// It holds a control character.
    ControlCharacter {
        /// Which one.
        character: char,
        /// Where it stands.
        place: Place,
    },
    /// It is a username with a colon.
    Colon,
}

/// Where in a value something stands, as far as may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// At its beginning.
    Beginning,
    /// At its end.
    End,
    /// Between them.
    Inside,
}

impl LineEnds {
    /// Returns what a file wants of line ends.
    pub(crate) fn of_file(trim: Trim) -> Self {
        match trim {
            Trim::Unstated => Self::CutAndTell,
            Trim::Yes => Self::Cut,
            Trim::No => Self::Keep,
        }
    }

    /// Returns what a stream wants of them: a program ends its output in one as a matter of course.
    pub(crate) fn of_stream(trim: Trim) -> Self {
        match trim {
            Trim::Unstated | Trim::Yes => Self::Cut,
            Trim::No => Self::Keep,
        }
    }
}

/// Reads the value that `bytes` hold.
///
/// # Errors
///
/// Says what is wrong with it.
pub(crate) fn read_value(bytes: &[u8], ends: LineEnds, part: Part) -> Result<Value, Fault> {
    let Ok(whole) = std::str::from_utf8(bytes) else {
        return Err(Fault::NotUtf8 { utf16: begins_as_utf16(bytes) });
    };
    let body = without_line_ends(whole);
    let (text, checked) = match ends {
        LineEnds::CutAndTell | LineEnds::Cut => (body, body),
        LineEnds::Keep => (whole, body),
        LineEnds::Refuse => (whole, whole),
    };
    check_text(checked, part)?;
    // A fingerprint key is base64, to which no line end belongs.
    let is_told = ends == LineEnds::CutAndTell && part != Part::FingerprintKey;
    Ok(Value {
        text: SecretText::new(text.to_owned()),
        was_cut: is_told && body.len() < whole.len(),
        has_white_space_around: checked.trim().len() < checked.len(),
    })
}

/// Checks the text of a value.
///
/// # Errors
///
/// Says what is wrong with it.
pub(crate) fn check_text(text: &str, part: Part) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    if text.starts_with('\u{feff}') {
        return Err(Fault::ByteOrderMark);
    }
    // RFC 7617 section 2: the first colon ends the username, so there is none in it.
    if part == Part::Username && text.contains(':') {
        return Err(Fault::Colon);
    }
    // RFC 7617 section 2 again: no control characters. The key of a Google service account is a JSON
    // object of many lines and is sent as it is; there they are only white space.
    let has_lines = part == Part::Password && is_json_object(text);
    let is_wrong =
        |letter: char| letter.is_control() && !(has_lines && matches!(letter, '\n' | '\r' | '\t'));
    match text.char_indices().find(|(_, letter)| is_wrong(*letter)) {
        None => Ok(()),
        Some((0, character)) => Err(Fault::ControlCharacter { character, place: Place::Beginning }),
        Some((at, character)) => {
            let rest = text.get(at..).unwrap_or_default();
            let place = if rest.chars().all(is_wrong) { Place::End } else { Place::Inside };
            Err(Fault::ControlCharacter { character, place })
        }
    }
}

/// Says that a password is not the key that goes with its username: with these two, Google takes the
/// JSON key of a service account and nothing else.
pub(crate) fn missing_key(username: &str, password: &str) -> Option<String> {
    let (is_key, form) = match username {
        "_json_key" => (is_json_object(password), "the JSON key of a service account"),
        "_json_key_base64" => {
            let key = STANDARD.decode(password.trim()).map(Zeroizing::new).unwrap_or_default();
            let is_key = std::str::from_utf8(&key).is_ok_and(is_json_object);
            (is_key, "the JSON key of a service account in base64")
        }
        _ => return None,
    };
    (!is_key).then(|| format!("it is not {form}, which goes with `{username}`"))
}

fn is_json_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Cuts line ends off, and only those: a space may belong to a password.
fn without_line_ends(text: &str) -> &str {
    let mut rest = text;
    while let Some(shorter) = rest.strip_suffix('\n') {
        rest = shorter.strip_suffix('\r').unwrap_or(shorter);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], ends: LineEnds, text: &str) {
        let value = read_value(bytes, ends, Part::Password).unwrap();
        assert_eq!(value.text.expose(), text);
    }

    #[track_caller]
    fn wrong(text: &str, part: Part, fault: Fault) {
        assert_eq!(read_value(text.as_bytes(), LineEnds::Refuse, part).unwrap_err(), fault);
    }

    fn control(character: char, place: Place) -> Fault {
        Fault::ControlCharacter { character, place }
    }

    #[test]
    fn line_ends_at_the_end_are_cut() {
        for ends in [LineEnds::CutAndTell, LineEnds::Cut] {
            check(b"canary-4f1d", ends, "canary-4f1d");
            check(b"canary-4f1d\n", ends, "canary-4f1d");
            check(b"canary-4f1d\r\n", ends, "canary-4f1d");
            check(b"canary-4f1d\n\r\n\n", ends, "canary-4f1d");
        }
    }

    #[test]
    fn spaces_at_the_end_stay() {
        check(b"canary-4f1d \n", LineEnds::Cut, "canary-4f1d ");
    }

    #[test]
    fn kept_line_ends_stay() {
        check(b"canary-4f1d\r\n\n", LineEnds::Keep, "canary-4f1d\r\n\n");
    }

    #[test]
    fn only_unstated_cuts_are_told() {
        let was_cut = |bytes: &[u8], ends| read_value(bytes, ends, Part::Password).unwrap().was_cut;
        assert!(was_cut(b"canary-4f1d\n", LineEnds::CutAndTell));
        assert!(!was_cut(b"canary-4f1d", LineEnds::CutAndTell));
        assert!(!was_cut(b"canary-4f1d\n", LineEnds::Cut));
        assert!(!was_cut(b"canary-4f1d\n", LineEnds::Keep));
        let key = read_value(b"canary-4f1d\n", LineEnds::CutAndTell, Part::FingerprintKey).unwrap();
        assert!(!key.was_cut);
        assert_eq!(key.text.expose(), "canary-4f1d");
    }

    #[test]
    fn files_tell_of_cuts_and_streams_do_not() {
        assert_eq!(LineEnds::of_file(Trim::Unstated), LineEnds::CutAndTell);
        assert_eq!(LineEnds::of_stream(Trim::Unstated), LineEnds::Cut);
        for of in [LineEnds::of_file, LineEnds::of_stream] {
            assert_eq!(of(Trim::Yes), LineEnds::Cut);
            assert_eq!(of(Trim::No), LineEnds::Keep);
        }
    }

    #[test]
    fn a_lone_carriage_return_is_no_line_end() {
        let fault = read_value(b"canary-4f1d\r", LineEnds::Cut, Part::Password).unwrap_err();
        assert_eq!(fault, control('\r', Place::End));
    }

    #[test]
    fn nothing_but_line_ends_is_empty() {
        for ends in [LineEnds::CutAndTell, LineEnds::Cut, LineEnds::Keep] {
            assert_eq!(read_value(b"\n\n", ends, Part::Password).unwrap_err(), Fault::Empty);
        }
        assert_eq!(read_value(b"", LineEnds::Refuse, Part::Password).unwrap_err(), Fault::Empty);
    }

    #[test]
    fn bytes_that_are_no_text_are_told() {
        let fault = |bytes: &[u8]| read_value(bytes, LineEnds::Cut, Part::Password).unwrap_err();
        assert_eq!(fault(b"canary\xff"), Fault::NotUtf8 { utf16: false });
        assert_eq!(fault(b"\xff\xfec\0a\0"), Fault::NotUtf8 { utf16: true });
        assert_eq!(fault(b"\xfe\xff\0c\0a"), Fault::NotUtf8 { utf16: true });
    }

    #[test]
    fn a_byte_order_mark_is_told() {
        wrong("\u{feff}canary-4f1d", Part::Password, Fault::ByteOrderMark);
    }

    #[test]
    fn control_characters_are_told_with_their_place() {
        wrong("\tcanary-4f1d", Part::Password, control('\t', Place::Beginning));
        wrong("canary\u{7f}-4f1d", Part::Password, control('\u{7f}', Place::Inside));
        wrong("canary-4f1d\u{85}", Part::Password, control('\u{85}', Place::End));
        wrong("canary-4f1d\r\n", Part::Password, control('\r', Place::End));
        wrong("canary\0-4f1d\n", Part::Username, control('\0', Place::Inside));
    }

    #[test]
    fn a_control_character_before_kept_line_ends_is_told() {
        let fault = read_value(b"canary\n4f1d\n", LineEnds::Keep, Part::Password).unwrap_err();
        assert_eq!(fault, control('\n', Place::Inside));
    }

    #[test]
    fn a_json_key_may_have_lines() {
        let key = "{\r\n\t\"private_key\": \"canary-4f1d\"\n}";
        check(key.as_bytes(), LineEnds::Refuse, key);
    }

    #[test]
    fn the_key_of_a_service_account_is_told_from_a_token() {
        let key = "{\"private_key\": \"canary-4f1d\"}";
        let encoded = STANDARD.encode(key);
        assert_eq!(missing_key("_json_key", key), None);
        assert_eq!(missing_key("_json_key_base64", &format!("{encoded}\n")), None);
        assert_eq!(missing_key("acme", "canary-4f1d"), None);
        for (username, password) in
            [("_json_key", "canary-4f1d"), ("_json_key", &encoded), ("_json_key_base64", key)]
        {
            let advice = missing_key(username, password).unwrap();
            assert!(advice.ends_with(&format!("goes with `{username}`")), "{advice}");
        }
    }

    #[test]
    fn what_only_looks_like_a_json_key_may_not() {
        wrong("{\n canary-4f1d\n}", Part::Password, control('\n', Place::Inside));
        wrong("[\n\"canary-4f1d\"]", Part::Password, control('\n', Place::Inside));
    }

    #[test]
    fn a_json_key_is_no_username() {
        wrong("{\n}", Part::Username, control('\n', Place::Inside));
    }

    #[test]
    fn a_json_key_with_other_control_characters_is_wrong() {
        wrong("{\n\"a\": \"\u{7f}\"}", Part::Password, control('\u{7f}', Place::Inside));
    }

    #[test]
    fn a_username_has_no_colon_and_a_password_may() {
        wrong("acme:bot", Part::Username, Fault::Colon);
        check(b"canary:4f1d", LineEnds::Refuse, "canary:4f1d");
    }

    #[test]
    fn white_space_around_a_value_is_noticed() {
        let around = |text: &str| {
            let value = read_value(text.as_bytes(), LineEnds::Keep, Part::Password).unwrap();
            value.has_white_space_around
        };
        assert!(around(" canary-4f1d"));
        assert!(around("canary-4f1d "));
        assert!(!around("canary 4f1d"));
        assert!(!around("canary-4f1d\n"));
    }
}
