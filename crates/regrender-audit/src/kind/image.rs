//! Knows which keys and mappings of free-form text stand for an image.

use crate::manifest::{Key, Node};

/// An image put together from free-form text.
#[derive(Debug)]
pub(super) struct Found<'n, 'a> {
    pub(super) image: String,
    /// The node to point at.
    pub(super) node: &'n Node<'a>,
}

/// Tells whether a key stands for an image by its name alone.
pub(crate) fn is_image_key(key: &str) -> bool {
    key == "image" || key == "imageName"
}

/// Reads the value of `key` in `owner` as an image.
pub(super) fn of_member<'n, 'a>(
    owner: &Node<'a>,
    key: &Key<'a>,
    value: &'n Node<'a>,
) -> Option<Found<'n, 'a>> {
    if value.is_mapping() {
        return of_mapping(value, is_image_key(&key.text) || key.text.ends_with("Image"));
    }
    let text = value.scalar().filter(|text| !text.is_empty() && !is_picture(text))?;
    let sure = is_image_key(&key.text);
    let likely = key.text.ends_with("Image") && text.contains(['/', ':']);
    if !(sure || likely) || text.contains(char::is_whitespace) && !text.contains("{{") {
        return None;
    }
    let tag = ["tag", "imageTag"].iter().find_map(|tag| owner.get(tag)?.scalar());
    Some(Found { image: with_tag(text, tag.filter(|_| sure)), node: value })
}

/// Tells whether a text is the address, the path or the content of a picture: no image begins so.
fn is_picture(text: &str) -> bool {
    let schemes = ["http://", "https://", "data:"];
    text.starts_with(['/', '.']) || schemes.iter().any(|scheme| text.starts_with(scheme))
}

/// Reads a mapping of `registry`, `repository`, `tag` and `digest` as an image.
///
/// Without a key that says so, the mapping must have more of them than `repository`.
fn of_mapping<'n, 'a>(node: &'n Node<'a>, key_says_so: bool) -> Option<Found<'n, 'a>> {
    let text = |name: &str| node.get(name).and_then(Node::scalar).filter(|text| !text.is_empty());
    let name = || {
        text("name")
            .filter(|_| key_says_so && (text("tag").is_some() || text("registry").is_some()))
    };
    let repository = text("repository").or_else(name)?;
    let supported = ["tag", "registry", "digest", "pullPolicy", "sha"]
        .iter()
        .any(|member| node.get(member).is_some());
    // Repositories of charts and of Git are no images.
    if repository.contains("://") || repository.contains('@') || !(key_says_so || supported) {
        return None;
    }
    let mut image = match text("registry") {
        Some(registry) => format!("{}/{repository}", registry.trim_end_matches('/')),
        None => repository.to_owned(),
    };
    image = with_tag(&image, text("tag"));
    let digest = text("digest").or_else(|| text("sha"));
    if let Some(digest) = digest.filter(|_| !image.contains('@')) {
        let algorithm = if digest.contains(':') { "" } else { "sha256:" };
        image = format!("{image}@{algorithm}{digest}");
    }
    let node = node.get("repository").or_else(|| node.get("name")).unwrap_or(node);
    Some(Found { image, node })
}

fn with_tag(image: &str, tag: Option<&str>) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    match tag.filter(|tag| !tag.is_empty()) {
        Some(tag) if !last.contains([':', '@']) => format!("{image}:{tag}"),
        _ => image.to_owned(),
    }
}
