//! Knows what a repository's manifests declare, and what the kubelet will make of it.
//!
//! The crate is handed paths and bytes and gives back plain data. It opens no file and no sealed Secret.

mod inventory;
mod kustomization;
mod manifest;
mod place;
mod text;
mod unreadable;

pub use self::inventory::{
    FileFacts, ImageUse, Inventory, Namespace, Rendering, Role, Secret, SecretState,
    ServiceAccount, Source, Workload, read_file,
};
pub use self::place::Place;
pub use self::text::SIZE_LIMIT;
pub use self::unreadable::{Reason, Unreadable};
