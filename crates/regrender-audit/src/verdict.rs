//! Knows what may become of one image: the stable names, and the findings that go with them.

use serde::{Serialize, Serializer};

use crate::finding::Code;

/// What becomes of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The image string does not parse.
    InvalidImage,
    /// A listed Secret cannot be decoded, which fails every pull.
    BrokenSecret,
    /// The first credential is meant for this image.
    Covered,
    /// It matches only because matching knows no segments.
    CoveredByPrefix,
    /// It matches only through a wildcard.
    CoveredByWildcard,
    /// It is covered by the credential of Docker Hub, for want of another.
    CoveredByHubFallback,
    /// Another credential comes first.
    Shadowed,
    /// The matching entry is empty.
    CoveredEmpty,
    /// The registry is private and nothing matches.
    UncoveredPrivate,
    /// Nothing is known of the registry and nothing matches.
    UncoveredUnknown,
    /// The registry is public and nothing matches.
    Public,
    /// The registry is public, and a credential is tried nevertheless.
    PublicWithCredential,
    /// The node or the kubelet's plugins have the credential.
    DeclaredNodeProvided,
    /// The repository does not say enough.
    Undetermined,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 14] = [
        Self::InvalidImage,
        Self::BrokenSecret,
        Self::Covered,
        Self::CoveredByPrefix,
        Self::CoveredByWildcard,
        Self::CoveredByHubFallback,
        Self::Shadowed,
        Self::CoveredEmpty,
        Self::UncoveredPrivate,
        Self::UncoveredUnknown,
        Self::Public,
        Self::PublicWithCredential,
        Self::DeclaredNodeProvided,
        Self::Undetermined,
    ];

    /// Returns the stable name, in kebab case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Public => "public",
            Self::DeclaredNodeProvided => "declared-node-provided",
            _ => self.code().map_or("", Code::name),
        }
    }

    /// Says in a sentence or two what it means.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::Covered => "The first credential that the kubelet tries is meant for the image.",
            Self::Public => {
                "Nothing covers the image, and nothing needs to: its registry is declared `anonymous`."
            }
            Self::DeclaredNodeProvided => {
                "The node or a plugin of the kubelet provides the credential, as `provide` says."
            }
            _ => self.code().map_or("", Code::what),
        }
    }

    /// Returns the finding that goes with the verdict; `None` where all is well.
    #[must_use]
    pub fn code(self) -> Option<Code> {
        match self {
            Self::InvalidImage => Some(Code::InvalidImage),
            Self::BrokenSecret => Some(Code::BrokenSecret),
            Self::CoveredByPrefix => Some(Code::CoveredByPrefix),
            Self::CoveredByWildcard => Some(Code::CoveredByWildcard),
            Self::CoveredByHubFallback => Some(Code::CoveredByHubFallback),
            Self::Shadowed => Some(Code::Shadowed),
            Self::CoveredEmpty => Some(Code::CoveredEmpty),
            Self::UncoveredPrivate => Some(Code::UncoveredPrivate),
            Self::UncoveredUnknown => Some(Code::UncoveredUnknown),
            Self::PublicWithCredential => Some(Code::PublicWithCredential),
            Self::Undetermined => Some(Code::Undetermined),
            Self::Covered | Self::Public | Self::DeclaredNodeProvided => None,
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
