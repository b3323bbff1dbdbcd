//! Knows how an image is judged: by which credential it is covered, and how bad that is.

use regrender_image::{DOCKER_HUB, ImageReference, Keyring, Match, MatchKind};

use crate::declared::{AccountProvided, Declarations};
use crate::finding::{Code, Severity};
use crate::verdict::Verdict;

/// A verdict with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    /// `None` where all is well.
    pub(crate) severity: Option<Severity>,
    pub(crate) reason: String,
    /// The Secret whose credential comes first; `None` where none matches.
    pub(crate) secret: Option<String>,
}

impl Judgement {
    pub(crate) fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        let severity = verdict.code().map(Code::severity);
        Self { verdict, severity, reason: reason.into(), secret: None }
    }

    fn well(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self { severity: None, ..Self::new(verdict, reason) }
    }

    fn at(self, severity: Severity) -> Self {
        Self { severity: Some(severity), ..self }
    }
}

/// Judges an image whose pull secrets can be opened; `unknown` names what cannot.
pub(crate) fn judge(
    image: &ImageReference,
    keyring: &Keyring,
    declarations: &Declarations<'_>,
    unknown: Option<&str>,
) -> Judgement {
    let matches = keyring.look_up(image);
    match matches.first() {
        Some(first) => Judgement {
            secret: Some(first.secret.to_owned()),
            ..judge_covered(image, first, &matches, keyring, declarations)
        },
        None => judge_uncovered(image, declarations, unknown),
    }
}

fn judge_uncovered(
    image: &ImageReference,
    declarations: &Declarations<'_>,
    unknown: Option<&str>,
) -> Judgement {
    let host = host_of(image);
    if declarations.is_node_provided(image) {
        return Judgement::well(
            Verdict::DeclaredNodeProvided,
            format!("credentials for `{host}` are declared to come from the node"),
        );
    }
    if declarations.account_provided(image).next().is_some() {
        return Judgement::well(
            Verdict::DeclaredNodeProvided,
            format!("credentials for `{host}` are declared to come with the account of the pod"),
        );
    }
    if let Some(unknown) = unknown {
        return Judgement::new(Verdict::Undetermined, unknown);
    }
    if declarations.is_anonymous(image) {
        return public(image);
    }
    if declarations.is_private(image) {
        let reason = format!("no pull secret in force covers `{host}`, which is declared private");
        return Judgement::new(Verdict::UncoveredPrivate, reason);
    }
    let reason =
        format!("no pull secret in force covers `{host}`, and nothing is declared about it");
    Judgement::new(Verdict::UncoveredUnknown, reason)
}

/// Judges an image anew from whose registry pods pull as their accounts, where it is known which
/// account this one has; `unknown` names what is not known.
pub(crate) fn by_account(
    found: Judgement,
    image: &ImageReference,
    declarations: &Declarations<'_>,
    (namespace, account): (&str, Option<&str>),
    unknown: Option<&str>,
) -> Judgement {
    let is_settled =
        found.verdict != Verdict::DeclaredNodeProvided || declarations.is_node_provided(image);
    let gets_it = |one: &AccountProvided| {
        account.is_some_and(|account| {
            one.accounts.contains(&(namespace.to_owned(), account.to_owned()))
        })
    };
    if is_settled || declarations.account_provided(image).any(gets_it) {
        return found;
    }
    let (Some(account), None) = (account, unknown) else {
        let unknown = unknown.unwrap_or("which account it has is not known");
        return Judgement::new(Verdict::Undetermined, unknown);
    };
    let host = host_of(image);
    let reason = format!(
        "ServiceAccount `{account}` in `{namespace}` is none of those that are declared to pull from \
         `{host}` as themselves"
    );
    if declarations.account_provided(image).all(|one| one.is_for_them_alone) {
        return Judgement::new(Verdict::UncoveredPrivate, reason);
    }
    Judgement::new(Verdict::Undetermined, format!("{reason}; whether the node may is not known"))
}

/// The judgement on an image that nothing matches, and nothing needs to.
pub(crate) fn public(image: &ImageReference) -> Judgement {
    let reason = format!("`{}` is declared to need no credential", host_of(image));
    Judgement::well(Verdict::Public, reason)
}

fn judge_covered(
    image: &ImageReference,
    first: &Match<'_>,
    matches: &[Match<'_>],
    keyring: &Keyring,
    declarations: &Declarations<'_>,
) -> Judgement {
    let by = format!("key `{}` of Secret `{}`", first.key.shown(), first.secret);
    let is_hub = image.domain() == DOCKER_HUB;
    if first.kind == MatchKind::HubFallback && !is_hub {
        let reason = format!("{by} belongs to Docker Hub and is sent to `{}`", host_of(image));
        return Judgement::new(Verdict::CoveredByHubFallback, reason);
    }
    if first.entry.is_empty() {
        let reason = format!("{by} has neither user name nor password");
        let found = Judgement::new(Verdict::CoveredEmpty, reason);
        let private = declarations.is_private(image);
        return if private { found } else { found.at(Severity::Warning) };
    }
    if declarations.is_anonymous(image) {
        let reason = format!("no credential is needed, but {by} is the only thing tried");
        return Judgement::new(Verdict::PublicWithCredential, reason);
    }
    if let Some(found) = shadowed(image, first, matches, keyring) {
        return found;
    }
    match first.kind {
        MatchKind::Exact => Judgement::well(Verdict::Covered, by),
        MatchKind::HubFallback => {
            Judgement::well(Verdict::CoveredByHubFallback, format!("{by} (normal for Docker Hub)"))
        }
        MatchKind::Prefix => {
            let reason = format!("{by} ends inside a segment of the image's path");
            Judgement::new(Verdict::CoveredByPrefix, reason)
        }
        MatchKind::Wildcard => {
            let severity =
                if is_hub || first.inside_segment { Severity::Warning } else { Severity::Info };
            let also = if is_hub { ", which reaches Docker Hub" } else { "" };
            Judgement::new(Verdict::CoveredByWildcard, format!("{by} has a wildcard{also}"))
                .at(severity)
        }
    }
}

/// Finds a credential that is meant for the image more than the one that comes first.
fn shadowed(
    image: &ImageReference,
    first: &Match<'_>,
    matches: &[Match<'_>],
    keyring: &Keyring,
) -> Option<Judgement> {
    let by = format!("key `{}` of Secret `{}`", first.key.shown(), first.secret);
    let other = |entry: &regrender_image::RegistryEntry| {
        entry.username != first.entry.username
            || entry.password.expose() != first.entry.password.expose()
    };
    if image.domain() == DOCKER_HUB && first.kind != MatchKind::HubFallback {
        let hub = keyring.entries().find(|(_, key, entry)| key.is_hub_fallback() && other(entry));
        if let Some((secret, key, _)) = hub {
            let reason = format!(
                "{by} matches, so key `{}` of Secret `{secret}` is never tried",
                key.shown()
            );
            return Some(Judgement::new(Verdict::Shadowed, reason).at(Severity::Error));
        }
    }
    let weight = |one: &Match<'_>| {
        (!one.inside_segment, one.kind == MatchKind::Exact, one.key.path_length())
    };
    let best = matches
        .iter()
        .max_by(|one, two| weight(one).cmp(&weight(two)).then(two.position.cmp(&one.position)))?;
    // Aliases share a position, and come in any order.
    if best.position == first.position || !other(best.entry) {
        return None;
    }
    let reason =
        format!("{by} is tried before key `{}` of Secret `{}`", best.key.shown(), best.secret);
    Some(Judgement::new(Verdict::Shadowed, reason))
}

/// Returns the host to show for an image.
pub(crate) fn host_of(image: &ImageReference) -> String {
    if image.domain().is_empty() { image.path().to_owned() } else { image.domain().to_owned() }
}
