//! Knows what a repository's manifests declare, and what the kubelet will make of it.
//!
//! The crate is handed paths and bytes and gives back plain data. It opens no file and no sealed Secret.

mod audit;
mod base;
mod check;
mod credentials;
mod declared;
mod explain;
mod finding;
mod graph;
mod inventory;
mod judge;
mod judgement;
mod kind;
mod kustomization;
mod leak;
mod manifest;
mod page;
mod pattern;
mod place;
mod placeholder;
mod report;
mod sarif;
mod subject;
mod text;
mod unreadable;
mod variable;
mod verdict;

pub use self::audit::audit;
pub use self::base::Base;
pub use self::check::Landing;
pub use self::credentials::Opener;
pub use self::declared::{
    AccountProvided, ClearSource, Declared, DeclaredRegistry, RenderedList, RenderedPullSecret,
};
pub use self::explain::{
    AccountQuestion, Broken, Credential, Explanation, File, Question, explain, explain_account,
    pods_in,
};
pub use self::finding::{Code, Finding, Severity};
pub use self::graph::{Graph, GraphSize};
pub use self::inventory::{Content, FileFacts, Inventory, read_file, read_other_file, read_pipe};
pub use self::kind::{
    Doubt, ImageUse, Metadata, Namespace, Rendering, Role, Secret, SecretState, ServiceAccount,
    Source, Workload,
};
pub use self::kustomization::{Entry, EntryKind, Fault, KUSTOMIZATIONS};
pub use self::place::{Place, plain_path};
pub use self::report::{AuditReport, ImageRow, Summary};
pub use self::text::{SIZE_LIMIT, visible};
pub use self::unreadable::{Reason, Unreadable};
pub use self::verdict::Verdict;
