//! The certificates of the controllers that open SealedSecrets, read from the repository.

use std::path::Path;
use std::time::{Duration, SystemTime};

use regrender_config::Cluster;
use regrender_seal::{Certificate, CertificateError, spell_time};

use crate::error::{CliError, ErrorKind};
use crate::input::failure::FileFailure;
use crate::input::file::read_file;
use crate::plan::ground::Ground;
use crate::project::Project;

/// How long before its end a certificate is worth a warning.
const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Reads the certificate of each cluster; none where the format does without.
pub(crate) fn read_all(
    project: &Project,
    grounds: &[Ground<'_>],
    errors: &mut Vec<CliError>,
) -> Vec<Option<Certificate>> {
    let mut all = Vec::new();
    for ground in grounds {
        let certificate = read(project, ground.cluster).transpose();
        all.push(certificate.unwrap_or_else(|error| {
            // Clusters may share one; what is wrong with it is told once.
            if !errors.iter().any(|told| told.message == error.message) {
                errors.push(error);
            }
            None
        }));
    }
    all
}

fn read(project: &Project, cluster: &Cluster) -> Option<Result<Certificate, CliError>> {
    cluster.certificate.as_ref().map(|path| read_at(&project.folder, path))
}

/// Reads the certificate at `path` in the folder of a registries.toml.
pub(crate) fn read_at(folder: &Path, path: &str) -> Result<Certificate, CliError> {
    let bytes = read_file(&folder.join(path)).map_err(|failure| unread(path, &failure))?;
    Certificate::parse(bytes.expose()).map_err(|error| {
        let is_private = error == CertificateError::PrivateKey;
        let told = CliError::new(ErrorKind::Config, format!("nothing can be sealed for `{path}`"))
            .with_source(error);
        if !is_private {
            return told.with_hint(fetch(path));
        }
        // To write the certificate over it would lose the key.
        told.with_hint("name another file for what `kubeseal --fetch-cert` prints")
            .with_hint("keep the private key out of the repository: it opens every SealedSecret")
    })
}

/// Says why the file could not be read.
fn unread(path: &str, failure: &FileFailure) -> CliError {
    let error = CliError::new(ErrorKind::Files, format!("certificate `{path}` {failure}"));
    let hint = match failure {
        FileFailure::IsFolder => String::from("name a file in it"),
        FileFailure::Unreadable(_) => String::from("let the user who runs regrender read it"),
        FileFailure::Missing | FileFailure::TooLarge => fetch(path),
    };
    error.with_hint(hint)
}

/// Says what to do.
fn fetch(path: &str) -> String {
    format!("fetch it where you reach the cluster: `kubeseal --fetch-cert > {path}`")
}

/// How long `kubeseal` would still take a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Over,
    Short,
    Long,
}

fn life(certificate: &Certificate, now: SystemTime) -> Life {
    match certificate.not_after().duration_since(now) {
        Err(_is_over) => Life::Over,
        Ok(left) if left <= SOON => Life::Short,
        Ok(_) => Life::Long,
    }
}

/// Says which certificates are over, as an error of a run that seals; `kubeseal` refuses them too.
pub(crate) fn expired(
    grounds: &[Ground<'_>],
    certificates: &[Option<Certificate>],
    now: SystemTime,
) -> Vec<CliError> {
    let found = of_life(Life::Over, grounds, certificates, now).into_iter();
    let errors = found.map(|(path, end)| {
        CliError::new(ErrorKind::Config, format!("certificate `{path}` expired at {end}"))
            .with_hint(format!("{}; what is sealed already stays good", fetch(path)))
    });
    errors.collect()
}

/// Warns of certificates that are over soon.
pub(crate) fn warnings(
    grounds: &[Ground<'_>],
    certificates: &[Option<Certificate>],
    now: SystemTime,
) -> Vec<String> {
    let found = of_life(Life::Short, grounds, certificates, now).into_iter();
    let warnings = found.map(|(path, end)| {
        format!(
            "certificate `{path}` expires at {end}; nothing can be sealed for it then: {}",
            fetch(path)
        )
    });
    warnings.collect()
}

/// Lists each file with a certificate of such a life once, with the last moment of the certificate.
fn of_life<'a>(
    wanted: Life,
    grounds: &[Ground<'a>],
    certificates: &[Option<Certificate>],
    now: SystemTime,
) -> Vec<(&'a str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for (ground, certificate) in grounds.iter().zip(certificates) {
        if let (Some(path), Some(certificate)) = (&ground.cluster.certificate, certificate)
            && life(certificate, now) == wanted
            && !found.iter().any(|(told, _)| told == path)
        {
            found.push((path, spell_time(certificate.not_after())));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPIRED: &[u8] = include_bytes!("../../../testdata/vectors/sealed-secrets/expired.pem");

    #[track_caller]
    fn check(seconds_before: i64, expected: Life) {
        let certificate = Certificate::parse(EXPIRED).unwrap();
        let distance = Duration::from_secs(seconds_before.unsigned_abs());
        let now = if seconds_before < 0 {
            certificate.not_after() + distance
        } else {
            certificate.not_after() - distance
        };
        assert_eq!(life(&certificate, now), expected);
    }

    #[test]
    fn a_certificate_is_over_after_its_last_moment() {
        check(0, Life::Short);
        check(-1, Life::Over);
    }

    #[test]
    fn the_last_fourteen_days_are_worth_a_warning() {
        check(14 * 86_400, Life::Short);
        check(14 * 86_400 + 1, Life::Long);
    }
}
