//! Knows the objects that hold others.

use super::Header;
use crate::manifest::Node;

/// Returns the objects that an object holds: a list, a template of `OpenShift`, or a set that the
/// operator of Flux makes them from.
pub(crate) fn unfolded<'n, 'a>(root: &'n Node<'a>, header: &Header) -> Option<&'n Node<'a>> {
    let path: &[&str] = match (header.group(), &*header.kind) {
        (_, kind) if kind.ends_with("List") => &["items"],
        (_, "Template") => &["objects"],
        ("fluxcd.controlplane.io", "ResourceSet") => &["spec", "resources"],
        _ => return None,
    };
    root.at(path).filter(|items| items.is_sequence())
}
