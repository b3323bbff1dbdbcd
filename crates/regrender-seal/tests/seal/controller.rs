//! Controllers of SealedSecrets: their certificates and private keys.

pub(crate) const CONTROLLER: &str =
    include_str!("../../../../testdata/vectors/sealed-secrets/controller.pem");
pub(crate) const CONTROLLERS_KEY: &str =
    include_str!("../../../../testdata/vectors/sealed-secrets/controller.key");
/// Another certificate for the key of the controller.
pub(crate) const RENEWED: &str =
    include_str!("../../../../testdata/vectors/sealed-secrets/renewed.pem");
pub(crate) const OTHER: &str =
    include_str!("../../../../testdata/vectors/sealed-secrets/other.pem");
pub(crate) const OTHERS_KEY: &str =
    include_str!("../../../../testdata/vectors/sealed-secrets/other.key");
