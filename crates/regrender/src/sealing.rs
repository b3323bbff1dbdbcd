//! Sealing the pull secrets of a cluster, on all cores, and leaving alone what says the same.

use std::time::SystemTime;

use rayon::prelude::*;
use regrender_config::{Cluster, Format, MacScope};
use regrender_render::{FileTree, PullSecretFile, WantedFile};
use regrender_seal::{
    FingerprintKey, Identities, Recipient, Recipients, SealContext, SealFormat, SealOptions,
    Update, update,
};

use crate::disk::OutputFolder;
use crate::error::{CliError, ErrorKind};
use crate::plan::{Action, PlannedFile};
use crate::progress::Progress;
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
    recipients: Recipients,
    options: SealOptions,
    keys: regrender_seal::Keys<'a>,
}

/// What the files of one cluster are sealed from.
struct Surface<'a> {
    folder: &'a OutputFolder,
    now: SystemTime,
    random: &'a RandomOfPath,
    progress: Progress,
}

impl<'a> Sealer<'a> {
    /// Takes the recipients of `cluster`.
    pub(crate) fn new(cluster: &Cluster, keys: &'a Keys) -> Result<Self, CliError> {
        let identities = (!keys.identities.is_empty()).then_some(&keys.identities);
        let keys =
            regrender_seal::Keys { identities, fingerprint_key: keys.fingerprint_key.as_ref() };
        Ok(Self { recipients: recipients(cluster)?, options: options(cluster), keys })
    }

    /// Seals the pull secrets of `tree`; in the order of their paths.
    pub(crate) fn seal_tree(
        &self,
        tree: &FileTree,
        folder: &OutputFolder,
        world: &World,
    ) -> Result<Vec<PlannedFile>, Vec<CliError>> {
        let files: Vec<(&str, &PullSecretFile)> = tree
            .iter()
            .filter_map(|(path, file)| match file {
                WantedFile::Sealed(file) => Some((path, file)),
                WantedFile::Clear(_) | WantedFile::Text(_) => None,
            })
            .collect();
        let surface = Surface {
            folder,
            now: world.now,
            random: world.random.as_ref(),
            progress: Progress::start("sealing", files.len(), world.terminal.stderr),
        };
        let (sealed, errors): (Vec<_>, Vec<_>) = files
            .par_iter()
            .map(|(path, file)| self.seal_file(path, file, &surface))
            .partition_map(|result| match result {
                Ok(planned) => rayon::iter::Either::Left(planned),
                Err(error) => rayon::iter::Either::Right(error),
            });
        surface.progress.finish();
        if errors.is_empty() { Ok(sealed) } else { Err(errors) }
    }

    fn seal_file(
        &self,
        path: &str,
        file: &PullSecretFile,
        surface: &Surface<'_>,
    ) -> Result<PlannedFile, CliError> {
        let current = surface.folder.ours.get(path).map(String::as_str);
        let Some(wanted) = file.document() else {
            return Ok(PlannedFile {
                path: path.to_owned(),
                action: Action::Keep,
                reasons: vec![],
            });
        };
        let mut random = (surface.random)(path);
        let mut context = SealContext { now: surface.now, random: random.as_mut() };
        let result =
            update(current, &wanted, &self.recipients, self.options, self.keys, &mut context);
        surface.progress.step();
        let Update { text, reasons } = result.map_err(|error| {
            CliError::new(ErrorKind::Credentials, format!("`{path}` cannot be sealed"))
                .with_source(error)
        })?;
        let action = match (text, current) {
            (None, _) => Action::Keep,
            (Some(text), None) => Action::Create(text),
            (Some(text), Some(_)) => Action::Update(text),
        };
        Ok(PlannedFile { path: path.to_owned(), action, reasons })
    }
}

/// Returns how the pull secrets of a cluster are sealed.
pub(crate) fn options(cluster: &Cluster) -> SealOptions {
    SealOptions {
        format: match cluster.format {
            Format::Sops => SealFormat::Sops,
            Format::Age => SealFormat::Age,
        },
        mac: match cluster.mac {
            MacScope::All => regrender_seal::MacScope::All,
            MacScope::EncryptedOnly => regrender_seal::MacScope::EncryptedOnly,
        },
    }
}

/// Reads the recipients of a cluster; their spelling is right, and still a key may not be one.
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
    Ok(Recipients::new(parsed).expect("a cluster has at least one recipient"))
}
