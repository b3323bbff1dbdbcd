//! Sealing the pull secrets of a cluster, and leaving alone what says the same.

use std::time::SystemTime;

use regrender_config::{Cluster, Format, MacScope};
use regrender_document::Document;
use regrender_seal::{
    Certificate, FingerprintKey, Identities, Recipient, Recipients, SealContext, SealError,
    SealFormat, SealOptions, Update, update, update_secret,
};

use crate::error::{CliError, ErrorKind};
use crate::world::{RandomOfPath, World};

/// With what the files on disk are compared with what is wanted.
#[derive(Debug)]
pub(crate) struct Keys {
    /// The identities that were found; may be none.
    pub(crate) identities: Identities,
    /// The key of the fingerprints.
    pub(crate) fingerprint_key: Option<FingerprintKey>,
}

/// What seals the pull secrets of one cluster.
pub(crate) struct Sealer<'a> {
    sealed_for: SealedFor<'a>,
    now: SystemTime,
    random: &'a RandomOfPath,
}

/// For whom it seals, and how.
enum SealedFor<'a> {
    /// For recipients; who has an identity can compare.
    Recipients { recipients: Recipients, options: SealOptions, keys: regrender_seal::Keys<'a> },
    /// For a controller, which alone opens it.
    Controller { certificate: &'a Certificate, fingerprint_key: &'a FingerprintKey },
}

impl<'a> Sealer<'a> {
    /// Takes the recipients of `cluster`, or the certificate of its controller.
    pub(crate) fn new(
        cluster: &Cluster,
        certificate: Option<&'a Certificate>,
        keys: &'a Keys,
        world: &'a World,
    ) -> Result<Self, CliError> {
        let sealed_for = match (options(cluster), certificate) {
            (Some(options), _) => SealedFor::of_recipients(cluster, options, keys)?,
            (None, Some(certificate)) => {
                let Some(fingerprint_key) = &keys.fingerprint_key else {
                    let message = "SealedSecrets cannot be sealed without the fingerprint key";
                    return Err(CliError::new(ErrorKind::Credentials, message));
                };
                SealedFor::Controller { certificate, fingerprint_key }
            }
            (None, None) => {
                let message = "SealedSecrets cannot be sealed without a certificate";
                return Err(CliError::new(ErrorKind::Config, message));
            }
        };
        Ok(Self { sealed_for, now: world.now, random: world.random.as_ref() })
    }

    /// Decides what becomes of the file at `path`, which holds `current` and should hold `wanted`.
    pub(crate) fn seal(
        &self,
        path: &str,
        wanted: &Document,
        current: Option<&str>,
    ) -> Result<Update, CliError> {
        let mut random = (self.random)(path);
        let mut context = SealContext { now: self.now, random: random.as_mut() };
        let sealed = match &self.sealed_for {
            SealedFor::Recipients { recipients, options, keys } => {
                update(current, wanted, recipients, *options, *keys, &mut context)
            }
            SealedFor::Controller { certificate, fingerprint_key } => {
                update_secret(current, wanted, certificate, fingerprint_key, &mut context)
            }
        };
        sealed.map_err(|error| failed(path, error))
    }
}

impl<'a> SealedFor<'a> {
    fn of_recipients(
        cluster: &Cluster,
        options: SealOptions,
        keys: &'a Keys,
    ) -> Result<Self, CliError> {
        let identities = (!keys.identities.is_empty()).then_some(&keys.identities);
        let keys =
            regrender_seal::Keys { identities, fingerprint_key: keys.fingerprint_key.as_ref() };
        Ok(Self::Recipients { recipients: recipients(cluster)?, options, keys })
    }
}

/// What is wrong with a recipient is so for every file, and then is told once.
fn failed(path: &str, error: SealError) -> CliError {
    let failed = |message| CliError::new(ErrorKind::Credentials, message);
    match error {
        SealError::PluginMissing { .. } => failed(String::from("nothing can be sealed"))
            .with_source(error)
            .with_hint("install the plugin, or build where it is"),
        SealError::Wrap { .. } | SealError::WeakRecipient { .. } => {
            failed(String::from("nothing can be sealed")).with_source(error)
        }
        _ => failed(format!("`{path}` cannot be sealed")).with_source(error),
    }
}

/// Returns how the pull secrets of a cluster are sealed, if that is for recipients.
pub(crate) fn options(cluster: &Cluster) -> Option<SealOptions> {
    let format = match cluster.format {
        Format::Sops => SealFormat::Sops,
        Format::Age => SealFormat::Age,
        Format::SealedSecrets => return None,
    };
    Some(SealOptions {
        format,
        mac: match cluster.mac {
            MacScope::All => regrender_seal::MacScope::All,
            MacScope::EncryptedOnly => regrender_seal::MacScope::EncryptedOnly,
        },
    })
}

/// Lists the recipients of a cluster that a program has to be started for, as errors of a run that
/// is offline.
pub(crate) fn programs_needed(cluster: &Cluster) -> Vec<CliError> {
    let recipients = cluster.recipients.iter().filter_map(|recipient| {
        let parsed = Recipient::parse(&recipient.text).ok()?;
        let plugin = parsed.plugin()?.to_owned();
        Some((recipient.text.clone(), plugin))
    });
    let errors = recipients.map(|(recipient, plugin)| {
        let message = format!(
            "sealing for recipient `{recipient}` takes `age-plugin-{plugin}`, and the run is offline"
        );
        CliError::new(ErrorKind::Config, message).with_hint("run it without `--offline`")
    });
    errors.collect()
}

/// Reads the recipients of a cluster that seals for some; their spelling is right, and still a key may not be one.
pub(crate) fn recipients(cluster: &Cluster) -> Result<Recipients, CliError> {
    let mut parsed = Vec::new();
    for recipient in &cluster.recipients {
        let key = Recipient::parse(&recipient.text).map_err(|error| {
            CliError::new(
                ErrorKind::Config,
                format!("recipient `{}` cannot be sealed for", recipient.text),
            )
            .with_source(error)
        })?;
        parsed.push(key);
    }
    Ok(Recipients::new(parsed).expect("a cluster that seals for recipients has one at least"))
}
