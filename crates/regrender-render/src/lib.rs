//! A Config and its credentials to the documents of the output tree.
//!
//! Rendering is a function: it knows Kubernetes, Flux, Argo CD and kustomize, and neither files nor
//! ciphers. What a file must hold before it may be written is left in the document as a secret node.

mod argocd;
mod credential;
mod docker_config;
mod external_secret;
mod flux;
mod folder;
mod generator;
mod holdings;
mod ksops;
mod kubernetes;
mod kustomize;
mod layout;
mod makefile;
mod namespace_name;
mod node;
mod patch;
mod payload;
mod placement;
mod policy;
mod pull_identity;
mod pull_secret;
mod render;
mod service_account;
mod surroundings;
mod wanted_file;

pub use credential::{Credential, Credentials};
pub use docker_config::docker_config_json;
pub use holdings::{HOLDS, is_named};
pub use layout::{
    HEADER, MANIFESTS, account_of_path, component_folder, namespace_of_patch, pull_secret_of_path,
    roots,
};
pub use patch::{Patch, PatchTarget};
pub use payload::{Contents, RenderError};
pub use placement::{MadeSecret, Placement};
pub use policy::{LongPolicy, STATEMENT_MARK};
pub use pull_secret::{EXPIRES_AT, PullSecretFile, SERVER_SIDE_APPLY, SYNC_OPTIONS};
pub use render::{Part, Rendered, render};
pub use surroundings::{DeclaredWorkload, Surroundings};
pub use wanted_file::WantedFile;
