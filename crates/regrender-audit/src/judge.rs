//! Knows what becomes of an image of a workload, whose pull secrets are opened once for all that list the same.

use std::collections::BTreeMap;

use regrender_image::{ImageReference, ReferenceError};

use crate::credentials::{Credentials, InForce, Opened, Origin};
use crate::declared::Declarations;
use crate::finding::Severity;
use crate::judgement::{Judgement, by_account, host_of, judge, public};
use crate::kind::ImageUse;
use crate::subject::Subject;
use crate::variable::{awaited, triggered};
use crate::verdict::Verdict;

/// Why nobody knows what an object without a namespace pulls with.
const OF_CLUSTER: &str = "it is in no namespace, and its pods are in that of what uses it";

/// Lists of pull secrets that were opened already, by namespace and names.
type Cache = BTreeMap<(Option<String>, Vec<String>), Opened>;

/// Who judges the images of one inventory.
pub(crate) struct Judge<'a> {
    declarations: &'a Declarations<'a>,
    credentials: &'a Credentials<'a>,
    opened: Cache,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(
        declarations: &'a Declarations<'a>,
        credentials: &'a Credentials<'a>,
    ) -> Self {
        Self { declarations, credentials, opened: Cache::new() }
    }

    /// Judges `image`, which `parsed` is the outcome of reading.
    pub(crate) fn judge(
        &mut self,
        subject: &Subject<'_>,
        in_force: &InForce,
        image: &ImageUse,
        parsed: Result<&ImageReference, &ReferenceError>,
    ) -> Judgement {
        if let Some(doubt) = &subject.doubt {
            return Judgement::new(Verdict::Undetermined, doubt.to_string());
        }
        if let Some(reason) = triggered(subject, image) {
            return Judgement::new(Verdict::Undetermined, reason);
        }
        match parsed {
            Ok(parsed) => self.judge_parsed(subject, in_force, parsed),
            Err(error) => invalid(subject, image, &error.to_string()),
        }
    }

    fn judge_parsed(
        &mut self,
        subject: &Subject<'_>,
        in_force: &InForce,
        image: &ImageReference,
    ) -> Judgement {
        if subject.namespace.is_none() {
            if self.declarations.is_node_provided(image) {
                let reason = "credentials are declared to come from the node";
                return Judgement::new(Verdict::DeclaredNodeProvided, reason);
            }
            if in_force.names.is_empty() && self.declarations.is_anonymous(image) {
                return public(image);
            }
            let reason = match &in_force.unknown {
                _ if subject.workload.is_cluster_wide() => OF_CLUSTER.to_owned(),
                Some(unknown) => format!("the namespace is not known, and {unknown}"),
                None => "the namespace is not known".to_owned(),
            };
            return Judgement::new(Verdict::Undetermined, reason);
        }
        let key = (subject.namespace.clone(), in_force.names.clone());
        let (namespace, names) = &key;
        let credentials = self.credentials;
        if !self.opened.contains_key(&key) {
            let opened = credentials.open(namespace.as_deref(), names);
            self.opened.insert(key.clone(), opened);
        }
        let Some(opened) = self.opened.get(&key) else {
            return Judgement::new(Verdict::Undetermined, "the pull secrets could not be opened");
        };
        match &opened.keyring {
            Err(broken) => {
                let reason = format!(
                    "Secret `{}` cannot be decoded, so every pull fails: {}",
                    broken.secret, broken.reason
                );
                Judgement::new(Verdict::BrokenSecret, reason)
            }
            Ok(keyring) => {
                // Whatever account it is, without a list that is known nothing speaks against it.
                let is_anonymous = self.declarations.is_anonymous(image);
                let of_account = in_force.unknown.as_deref().filter(|_| !is_anonymous);
                let unknown = of_account.or(opened.unknown.as_deref());
                let judgement = judge(image, keyring, self.declarations, unknown);
                let namespace = namespace.as_deref().unwrap_or_default();
                if judgement.verdict == Verdict::UncoveredPrivate {
                    let mut reason = lacking(subject, in_force, image);
                    reason += &self.declarations.after_a_build(namespace, names, image);
                    return Judgement { reason, ..judgement };
                }
                let account = (namespace, in_force.account.as_deref());
                by_account(judgement, image, self.declarations, account, unknown)
            }
        }
    }
}

/// Says whose list of pull secrets lacks one for an image of a private registry.
fn lacking(subject: &Subject<'_>, in_force: &InForce, image: &ImageReference) -> String {
    let of = match (in_force.origin, &in_force.account, &subject.namespace) {
        (Origin::Account, Some(account), Some(namespace)) => {
            format!("no pull secret of ServiceAccount `{account}` in `{namespace}`")
        }
        (Origin::Pod, ..) => {
            format!("none of the pod's own pull secrets, `{}`,", in_force.names.join("`, `"))
        }
        _ => "no pull secret in force".to_owned(),
    };
    format!("{of} covers `{}`, which is declared private", host_of(image))
}

/// Judges an image that does not parse: wrong, or filled in later.
fn invalid(subject: &Subject<'_>, image: &ImageUse, error: &str) -> Judgement {
    if let Some(reason) = awaited(subject, image) {
        return Judgement::new(Verdict::Undetermined, reason);
    }
    if ["{{", "$(", "${"].iter().any(|start| image.image.contains(start)) {
        let reason = "the image is a template that was not rendered";
        return Judgement::new(Verdict::InvalidImage, reason);
    }
    let mut judgement = Judgement::new(Verdict::InvalidImage, error);
    if subject.is_open() {
        judgement.severity = Some(Severity::Warning);
    }
    judgement
}
