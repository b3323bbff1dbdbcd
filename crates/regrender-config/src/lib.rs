//! The text of registries.toml to a valid `Config`, or everything wrong with it.
//!
//! Knows the keys of the file, what their values may be, and which of them must agree. Does not
//! know files, the environment or ciphers: a path is a text here, and a credential is a source.

mod check;
mod cloud;
mod cluster;
mod config;
mod credential;
mod date;
mod decode;
mod field;
mod nearest;
mod page;
mod parse;
pub mod preset;
mod problem;
mod provision;
mod pull_secret;
mod raw;
mod recipient;
mod registry;
mod registry_kind;
mod schema;
mod source;
mod syntax;
mod table;
mod value_path;
mod vault;
mod workload;

pub use check::{is_namespace, is_token_command};
pub use cloud::{Acr, AzureEnvironment, Ecr, RoleArn};
pub use cluster::{ArgoCd, Cluster, Consumer, Flux, FluxSource, Format, MacScope};
pub use config::Config;
pub use credential::{Credential, Username};
pub use date::Date;
pub use nearest::nearest;
pub use page::Page;
pub use parse::{Parsed, parse};
pub use problem::{page, pages, quoted};
pub use provision::{
    AcrLogin, Generator, GkeCluster, GoogleLogin, Irsa, Login, NodeProvider, Provision,
    WorkloadIdentity,
};
pub use pull_secret::{Namespaces, PullSecret};
pub use recipient::{Recipient, RecipientKind};
pub use registry::{Access, Connection, Registry};
pub use registry_kind::RegistryKind;
pub use schema::schema;
pub use source::{Source, SourceKind, Trim};
pub use value_path::{Step, ValuePath, ValuePathError};
pub use vault::{KvVersion, Vault, VaultAuth};
pub use workload::Workload;
