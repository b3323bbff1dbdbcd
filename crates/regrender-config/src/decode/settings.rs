//! The tables `[seal]`, `[output]` and `[cluster.NAME]`.

use regrender_diagnostic::Spanned;

use crate::decode::source::source;
use crate::field::Field;
use crate::problem::Problems;
use crate::raw::{RawArgoCd, RawCluster, RawFlux, RawSettings, RawSource};
use crate::table::Table;

/// What `[seal]` says.
pub(crate) struct RawSeal {
    format: Field<String>,
    recipients: Field<Vec<Spanned<String>>>,
    certificate: Field<String>,
    mac: Field<String>,
    fingerprint_key: Field<RawSource>,
}

/// Decodes `[seal]`.
pub(crate) fn seal(file: &mut Table<'_>, problems: &mut Problems) -> RawSeal {
    let mut table = file.settings("seal", "`[seal]`", problems);
    let seal = RawSeal {
        format: table.text("format", problems),
        recipients: table.texts("recipients", problems),
        certificate: table.text("certificate", problems),
        mac: table.text("mac", problems),
        fingerprint_key: source(&mut table, "fingerprint-key", problems),
    };
    table.finish(problems);
    seal
}

/// Decodes `[output]` and joins it with `[seal]`.
pub(crate) fn output(
    file: &mut Table<'_>,
    seal: RawSeal,
    problems: &mut Problems,
) -> (RawSettings, Field<RawSource>) {
    let mut table = file.settings("output", "`[output]`", problems);
    let mut settings = shared(&mut table, problems);
    table.finish(problems);
    settings.format = seal.format;
    settings.recipients = seal.recipients;
    settings.certificate = seal.certificate;
    settings.mac = seal.mac;
    (settings, seal.fingerprint_key)
}

/// Decodes `[cluster.NAME]`.
pub(crate) fn cluster(
    name: Spanned<String>,
    mut table: Table<'_>,
    problems: &mut Problems,
) -> RawCluster {
    let mut settings = shared(&mut table, problems);
    settings.format = table.text("format", problems);
    settings.recipients = table.texts("recipients", problems);
    settings.certificate = table.text("certificate", problems);
    settings.mac = table.text("mac", problems);
    table.finish(problems);
    RawCluster { name, settings }
}

/// Decodes the keys that `[output]` and `[cluster.NAME]` have in common.
fn shared(table: &mut Table<'_>, problems: &mut Problems) -> RawSettings {
    RawSettings {
        directory: table.text("directory", problems),
        consumer: table.text_or_texts("consumer", problems),
        per_namespace: table.flag("per-namespace", problems),
        inventory: table.texts("inventory", problems),
        oidc_provider: table.text("oidc-provider", problems),
        flux: flux(table, problems),
        argocd: argocd(table, problems),
        ..RawSettings::default()
    }
}

fn flux(table: &mut Table<'_>, problems: &mut Problems) -> RawFlux {
    let owner = format!("`flux` of {}", table.owner);
    let mut flux = table.settings("flux", owner, problems);
    let raw = RawFlux {
        namespace: flux.text("namespace", problems),
        source: flux.text("source", problems),
        decryption_secret: flux.text("decryption-secret", problems),
        interval: flux.text("interval", problems),
    };
    flux.finish(problems);
    raw
}

fn argocd(table: &mut Table<'_>, problems: &mut Problems) -> RawArgoCd {
    let owner = format!("`argocd` of {}", table.owner);
    let mut argocd = table.settings("argocd", owner, problems);
    let raw = RawArgoCd {
        namespace: argocd.text("namespace", problems),
        project: argocd.text("project", problems),
        repository: argocd.text("repository", problems),
        revision: argocd.text("revision", problems),
    };
    argocd.finish(problems);
    raw
}
