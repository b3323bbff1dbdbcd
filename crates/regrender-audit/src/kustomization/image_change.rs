//! Knows an entry of a kustomization's `images:`, and what it makes of an image.

use regex::Regex;

use super::member;
use crate::kind::{Filling, ImageUse, Role};
use crate::manifest::Node;
use crate::place::Place;

/// One entry of `images:`.
#[derive(Clone, Debug)]
pub(crate) struct ImageChange {
    name: String,
    /// Where the name is more than a name: kustomize takes it for a pattern.
    pattern: Option<Regex>,
    new_name: Option<String>,
    new_tag: Option<String>,
    tag_suffix: Option<String>,
    digest: Option<String>,
    pub(super) place: Place,
    /// Where the entry stands that it was merged with.
    merged: Option<Place>,
    /// Whether it takes the place of a whole entry of the same name.
    is_whole: bool,
}

/// What Argo CD writes for what the entry of a kustomization says.
const KEPT: &str = "*";

impl ImageChange {
    pub(super) fn read(node: &Node<'_>, place: Place) -> Option<Self> {
        let name = member(node, "name")?;
        // A full stop is in every host; it is the one part of a pattern that is cheap to compare.
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "./:_-".contains(letter);
        let pattern = if name.chars().all(is_name) { None } else { whole(&name) };
        Some(Self {
            name,
            pattern,
            new_name: member(node, "newName"),
            new_tag: member(node, "newTag"),
            tag_suffix: member(node, "tagSuffix"),
            digest: member(node, "digest"),
            place,
            merged: None,
            is_whole: false,
        })
    }

    /// Reads `[name=]image`, Argo CD's spelling.
    pub(super) fn read_argo(text: &str, place: Place) -> Self {
        let (name, image) = match text.split_once('=') {
            Some((name, image)) => (Some(name), image),
            None => (None, text),
        };
        let (new_name, tag, digest) = split_image(image);
        Self {
            name: name.unwrap_or(new_name).to_owned(),
            pattern: None,
            new_name: Some(new_name.to_owned()),
            new_tag: tag.map(str::to_owned),
            tag_suffix: None,
            digest: digest.map(str::to_owned),
            place,
            merged: None,
            is_whole: true,
        }
    }

    /// Merges entries into those of a kustomization, as Flux does, and `kustomize edit set image` for
    /// Argo CD.
    pub(super) fn merge_all(all: &mut Vec<Self>, given: &[Self]) {
        for new in given {
            match all.iter_mut().find(|one| one.name == new.name) {
                Some(own) => *own = new.merged_with(own),
                None => all.push(new.clone()),
            }
        }
        if given.iter().any(|one| one.is_whole) {
            all.sort_by(|one, other| one.name.cmp(&other.name));
            all.dedup_by(|one, first| one.name == first.name);
        }
    }

    /// Returns what it makes of an entry of the same name.
    fn merged_with(&self, own: &Self) -> Self {
        let is_kept = |text: &Option<String>| text.as_deref() == Some(KEPT);
        let keeps_name = is_kept(&self.new_name) || !self.is_whole && self.new_name.is_none();
        // Tag and digest say together which version it is.
        let keeps_version = !self.is_whole && self.new_tag.is_none() && self.digest.is_none();
        let from = |keeps: bool| if keeps { own } else { self };
        let mut places = [&self.place, &own.place];
        if keeps_name {
            places.reverse();
        }
        let [place, merged] = places.map(Place::clone);
        Self {
            new_name: from(keeps_name).new_name.clone(),
            new_tag: from(keeps_version || is_kept(&self.new_tag)).new_tag.clone(),
            digest: from(keeps_version || is_kept(&self.digest)).digest.clone(),
            tag_suffix: from(!self.is_whole).tag_suffix.clone(),
            place,
            merged: Some(merged),
            ..own.clone()
        }
    }

    /// Lists where it stands.
    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        std::iter::once(&self.place).chain(&self.merged)
    }

    /// Lists what a template may have open places in.
    pub(super) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let optional = [&mut self.new_name, &mut self.new_tag, &mut self.digest];
        std::iter::once(&mut self.name).chain(optional.into_iter().flatten())
    }

    /// Returns the entry as if it were an image of a workload.
    pub(super) fn as_use(&self) -> ImageUse {
        ImageUse {
            role: Role::Container,
            container: self.name.clone(),
            image: self.apply(&self.name),
            in_list: true,
            filling: Filling::Open,
            place: self.place.clone(),
        }
    }

    /// Tells whether the entry is about the repository of `image`.
    pub(super) fn is_about(&self, image: &str) -> bool {
        match &self.pattern {
            Some(pattern) => pattern.is_match(image),
            None => strip_name(image, &self.name).is_some_and(is_tag_and_digest),
        }
    }

    /// Makes of an image what kustomize makes of it.
    pub(super) fn change(&self, image: &mut ImageUse) {
        let changed = self.apply(&image.image);
        if self.new_name.is_some() {
            image.rename(&changed, &self.place);
        } else {
            image.image = changed;
        }
    }

    /// Returns what kustomize makes of `image`.
    fn apply(&self, image: &str) -> String {
        let (name, tag, digest) = split_image(image);
        let [new_name, new_tag, new_digest] = [&self.new_name, &self.new_tag, &self.digest]
            .map(|given| given.as_deref().filter(|text| *text != KEPT));
        let mut changed = new_name.unwrap_or(name).to_owned();
        let is_given = new_tag.is_some() || new_digest.is_some();
        let (tag, digest) = match (new_tag, new_digest) {
            (None, None) if self.tag_suffix.is_some() => (Some(tag.unwrap_or_default()), None),
            (None, None) => (tag, digest),
            given => given,
        };
        let suffix = self.tag_suffix.as_deref().filter(|_| !is_given).unwrap_or_default();
        if let Some(tag) = tag {
            changed = format!("{changed}:{tag}{suffix}");
        }
        if let Some(digest) = digest {
            changed = format!("{changed}@{digest}");
        }
        changed
    }
}

/// What kustomize lets follow the name of an image.
const TAG_AND_DIGEST: &str = "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$";

fn whole(name: &str) -> Option<Regex> {
    Regex::new(&format!("^{name}{TAG_AND_DIGEST}")).ok()
}

/// Strips a name off an image; as in the pattern that it is, a full stop is any letter.
fn strip_name<'a>(image: &'a str, name: &str) -> Option<&'a str> {
    let mut letters = image.chars();
    for letter in name.chars() {
        letters.next().filter(|other| letter == '.' || letter == *other)?;
    }
    Some(letters.as_str())
}

/// Tells whether `rest` is what [`TAG_AND_DIGEST`] matches.
fn is_tag_and_digest(rest: &str) -> bool {
    let is_tag = |text: &str| {
        text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.{}-".contains(letter))
    };
    let (tag, digest) = match rest.split_once('@') {
        Some((tag, digest)) => (tag, Some(digest)),
        None => (rest, None),
    };
    let tag_fits = tag.is_empty() || tag.strip_prefix(':').is_some_and(is_tag);
    tag_fits && digest.is_none_or(|one| one.strip_prefix("sha256:").is_some_and(is_tag))
}

/// Splits an image into name, tag and digest, valid or not.
fn split_image(image: &str) -> (&str, Option<&str>, Option<&str>) {
    let (named, digest) = match image.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (image, None),
    };
    let last = named.rsplit('/').next().unwrap_or(named);
    let tag = last.split_once(':').map(|(_, tag)| tag);
    let name = tag.and_then(|tag| named.strip_suffix(tag)?.strip_suffix(':'));
    (name.unwrap_or(named), tag, digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::read_documents;

    fn change(text: &str) -> ImageChange {
        let documents = read_documents(text);
        let root = documents[0].root.as_ref().unwrap();
        ImageChange::read(root, Place::default()).unwrap()
    }

    #[test]
    fn image_names_are_compared_without_tag_and_digest() {
        let change = change("{name: a.io/app, newTag: '2'}");
        for image in ["a.io/app", "a.io/app:1", "a.io/app@sha256:00", "a.io/app:1@sha256:00"] {
            assert!(change.is_about(image), "{image}");
        }
        for image in ["a.io/app2", "a.io:5000/app", "a.io/app:$(TAG)", "a.io/app@sha512:00"] {
            assert!(!change.is_about(image), "{image}");
        }
    }

    #[test]
    fn a_full_stop_in_a_name_is_any_letter() {
        let change = change("{name: a.io/app, newTag: '2'}");
        assert!(change.is_about("axio/app:1"));
        assert!(!change.is_about("aio/app:1"));
        assert!(!change.is_about("a.io/ap"));
    }

    #[test]
    fn name_tag_and_digest_change_as_kustomize_changes_them() {
        for (entry, image, expected) in [
            ("newName: b.io/x", "a.io/app:1", "b.io/x:1"),
            ("newTag: '2'", "a.io/app@sha256:00", "a.io/app:2"),
            ("digest: sha256:11", "a.io/app:1", "a.io/app@sha256:11"),
            ("newTag: '2', digest: sha256:11", "a.io/app:1", "a.io/app:2@sha256:11"),
            ("tagSuffix: -alpine", "a.io/app:1@sha256:00", "a.io/app:1-alpine"),
            ("tagSuffix: -alpine", "a.io/app", "a.io/app:-alpine"),
            ("tagSuffix: -alpine, newTag: '2'", "a.io/app:1", "a.io/app:2"),
        ] {
            let change = change(&format!("{{name: a.io/app, {entry}}}"));
            assert_eq!(change.apply(image), expected, "{entry}");
        }
    }

    #[test]
    fn a_name_that_is_a_pattern_is_one() {
        let change = change("{name: 'a.io/(app|web)', newTag: '2'}");
        assert!(change.is_about("a.io/web:1"));
        assert!(!change.is_about("a.io/other"));
    }
}
