//! Knows the kinds of Kubernetes objects that count here, and what is kept of an object of each.

mod account;
mod account_field;
mod admission;
mod copy;
mod deployer;
mod header;
pub(crate) mod helm;
mod image;
mod image_use;
mod metadata;
mod namespace;
pub(crate) mod pod;
mod pod_path;
mod rendering;
pub(crate) mod secret;
pub(crate) mod shape;
mod workload;
mod written;

pub(crate) use self::account::ACCOUNT;
pub use self::account::ServiceAccount;
pub(crate) use self::account_field::AccountField;
pub(crate) use self::admission::read_pods;
pub(crate) use self::deployer::{DEPLOYERS, specification};
pub(crate) use self::header::Header;
pub(crate) use self::image::is_image_key;
pub(crate) use self::image_use::Filling;
pub use self::image_use::{ImageUse, Role};
pub use self::metadata::Metadata;
pub use self::namespace::Namespace;
pub(crate) use self::pod_path::{core_pod_path, core_pods, is_core, pod_path};
pub use self::rendering::{Doubt, Rendering};
pub(crate) use self::secret::Filler;
pub use self::secret::{Secret, SecretState};
pub use self::workload::{Source, Workload};
pub(crate) use self::written::Written;
