//! Knows what is kept of an image that a workload pulls.

use std::sync::Arc;

use crate::place::Place;

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It runs before the others.
    Init,
    /// It is one of the pod's own.
    Container,
    /// It is added to a running pod.
    Ephemeral,
    /// It is no container: the image is mounted as a volume.
    Volume,
}

impl Role {
    /// Returns the word that reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Container => "container",
            Self::Ephemeral => "ephemeral",
            Self::Volume => "volume",
        }
    }
}

/// One image that a workload pulls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageUse {
    /// What it is pulled for.
    pub role: Role,
    /// The container's or volume's name; a path of keys where there is no container.
    pub container: String,
    /// The image as written.
    pub image: String,
    /// Whether it stands in a list of containers or volumes, of which kustomize knows.
    pub(crate) in_list: bool,
    /// What becomes of the variables in it.
    pub(crate) filling: Filling,
    /// Where it is written.
    pub place: Place,
}

impl ImageUse {
    /// Makes it another image, which is named at a place.
    pub(crate) fn rename(&mut self, image: &str, place: &Place) {
        if self.image != image {
            image.clone_into(&mut self.image);
            self.place = place.clone();
        }
    }
}

/// What becomes of the variables in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Filling {
    /// Nobody is known who fills them in, or leaves them.
    #[default]
    Open,
    /// Whoever fills them in has done so, or leaves them as they are.
    Final,
    /// They are filled in with what is not known, for this reason.
    NotKnown(Arc<str>),
}
