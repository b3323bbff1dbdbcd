//! The tables `[seal]`, `[output]` and `[cluster.NAME]`.

use regrender_diagnostic::Spanned;

use crate::decode::source::source;
use crate::field::Field;
use crate::problem::Problems;
use crate::raw::{RawArgoCd, RawCluster, RawFlux, RawSettings, RawSource};
use crate::table::Table;

/// Decodes `[seal]` into `settings`, and returns the fingerprint key.
pub(crate) fn seal(
    settings: &mut RawSettings,
    file: &mut Table<'_>,
    problems: &mut Problems,
) -> Field<RawSource> {
    let mut table = file.settings("seal", "`[seal]`", problems);
    settings.take_sealing(&mut table, problems);
    let fingerprint_key = source(&mut table, "fingerprint-key", problems);
    table.finish(problems);
    fingerprint_key
}

/// Decodes `[output]` into `settings`.
pub(crate) fn output(settings: &mut RawSettings, file: &mut Table<'_>, problems: &mut Problems) {
    let mut table = file.settings("output", "`[output]`", problems);
    settings.take_output(&mut table, problems);
    table.finish(problems);
}

/// Decodes `[cluster.NAME]`.
pub(crate) fn cluster(
    name: Spanned<String>,
    mut table: Table<'_>,
    problems: &mut Problems,
) -> RawCluster {
    let mut settings = RawSettings::default();
    settings.take_output(&mut table, problems);
    settings.take_sealing(&mut table, problems);
    table.finish(problems);
    RawCluster { name, settings }
}

impl RawSettings {
    /// Takes the keys that `[seal]` and `[cluster.NAME]` have in common.
    fn take_sealing(&mut self, table: &mut Table<'_>, problems: &mut Problems) {
        self.format = table.text("format", problems);
        self.recipients = table.texts("recipients", problems);
        self.certificate = table.text("certificate", problems);
        self.mac = table.text("mac", problems);
    }

    /// Takes the keys that `[output]` and `[cluster.NAME]` have in common.
    fn take_output(&mut self, table: &mut Table<'_>, problems: &mut Problems) {
        self.directory = table.text("directory", problems);
        self.consumer = table.text_or_texts("consumer", problems);
        self.per_namespace = table.flag("per-namespace", problems);
        self.inventory = table.texts("inventory", problems);
        self.oidc_provider = table.text("oidc-provider", problems);
        self.flux = flux(table, problems);
        self.argocd = argocd(table, problems);
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
