//! Where a secret is: its path, and the mount it is in.

use thiserror::Error;

use crate::url::encode_segment;

/// The path of a secret, mount and all, such as `ci/registries/hub`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretPath(Vec<String>);

/// Why a text is no path of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PathError {
    /// Only a mount, or nothing.
    #[error("it names no secret in the mount")]
    TooShort,
    /// It begins or ends with a slash, or has two in a row.
    #[error("it begins or ends with a slash, or has two in a row")]
    EmptyPart,
    /// A part is `.` or `..`.
    #[error("a part of it is `.` or `..`")]
    Dots,
    /// It holds a control character.
    #[error("it holds a control character")]
    ControlCharacter,
}

/// The versions of the key-value store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KvVersion {
    /// One value a key.
    One,
    /// Values have versions.
    Two,
}

/// Where secrets engines are mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// How many parts of the path it takes.
    pub(crate) parts: usize,
    /// Which version of the key-value store it is; anything else is read as version 1 is.
    pub version: KvVersion,
}

impl SecretPath {
    /// Parses a path: mount, slash, and the path of the secret in it.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let parts: Vec<&str> = text.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(if text.is_empty() { PathError::TooShort } else { PathError::EmptyPart });
        }
        if parts.iter().any(|part| matches!(*part, "." | "..")) {
            return Err(PathError::Dots);
        }
        if text.chars().any(char::is_control) {
            return Err(PathError::ControlCharacter);
        }
        if parts.len() < 2 {
            return Err(PathError::TooShort);
        }
        Ok(Self(parts.into_iter().map(str::to_owned).collect()))
    }

    /// Returns the mount that the first part names.
    #[must_use]
    pub fn first_as_mount(&self, version: KvVersion) -> Mount {
        Mount { parts: 1, version }
    }

    /// Returns the mount that a server names, if the path lies in it.
    pub(crate) fn mount_named(&self, name: &str, version: KvVersion) -> Option<Mount> {
        let named: Vec<&str> = name.trim_matches('/').split('/').collect();
        let is_prefix = named.len() < self.0.len()
            && named.iter().zip(&self.0).all(|(left, right)| left == right);
        is_prefix.then_some(Mount { parts: named.len(), version })
    }

    /// Says whether the path repeats what version 2 puts after the mount of its own accord.
    #[must_use]
    pub fn repeats_data(&self, mount: &Mount) -> bool {
        mount.version == KvVersion::Two
            && self.0.get(mount.parts).is_some_and(|part| part == "data")
    }

    pub(crate) fn question_for_mount(&self) -> String {
        format!("v1/sys/internal/ui/mounts/{}", encoded(&self.0))
    }

    pub(crate) fn question_in(&self, mount: &Mount) -> String {
        let (before, after) = self.0.split_at_checked(mount.parts).unwrap_or((&self.0, &[]));
        let (before, after) = (encoded(before), encoded(after));
        match mount.version {
            KvVersion::One => format!("v1/{before}/{after}"),
            KvVersion::Two => format!("v1/{before}/data/{after}"),
        }
    }
}

impl std::fmt::Display for SecretPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("/"))
    }
}

pub(crate) fn encoded(parts: &[String]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| encode_segment(part)).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> SecretPath {
        SecretPath::parse(text).unwrap()
    }

    #[test]
    fn a_path_reads_back() {
        assert_eq!(path("ci/registries/hub").to_string(), "ci/registries/hub");
    }

    #[test]
    fn what_is_no_path_says_why() {
        let error = |text: &str| SecretPath::parse(text).unwrap_err();
        assert_eq!(error(""), PathError::TooShort);
        assert_eq!(error("ci"), PathError::TooShort);
        assert_eq!(error("/ci/hub"), PathError::EmptyPart);
        assert_eq!(error("ci/hub/"), PathError::EmptyPart);
        assert_eq!(error("ci//hub"), PathError::EmptyPart);
        assert_eq!(error("ci/../sys/hub"), PathError::Dots);
        assert_eq!(error("ci/hub\n"), PathError::ControlCharacter);
    }

    #[test]
    fn version_two_has_data_after_the_mount() {
        let path = path("ci/team a/hub");
        let one = path.first_as_mount(KvVersion::One);
        let two = path.first_as_mount(KvVersion::Two);
        assert_eq!(path.question_in(&one), "v1/ci/team%20a/hub");
        assert_eq!(path.question_in(&two), "v1/ci/data/team%20a/hub");
        assert_eq!(path.question_for_mount(), "v1/sys/internal/ui/mounts/ci/team%20a/hub");
    }

    #[test]
    fn a_mount_may_have_several_parts() {
        let path = path("team/kv/hub");
        let mount = path.mount_named("team/kv/", KvVersion::Two).unwrap();
        assert_eq!(path.question_in(&mount), "v1/team/kv/data/hub");
    }

    #[test]
    fn a_mount_that_the_path_is_not_in_is_none() {
        let path = path("team/kv/hub");
        for name in ["other/", "team/k/", "team/kv/hub/", ""] {
            assert_eq!(path.mount_named(name, KvVersion::Two), None, "{name}");
        }
    }

    #[test]
    fn data_in_the_path_of_version_two_is_noticed() {
        let path = path("kv/data/hub");
        assert!(path.repeats_data(&path.first_as_mount(KvVersion::Two)));
        assert!(!path.repeats_data(&path.first_as_mount(KvVersion::One)));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_path_or_not(text in ".{0,40}") {
            if let Ok(path) = SecretPath::parse(&text) {
                proptest::prop_assert_eq!(path.to_string(), text);
            }
        }
    }
}
