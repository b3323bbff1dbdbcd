//! What can be checked of a sealed file without opening it.

use regrender_document::{Document, Mapping};
use regrender_render::{EXPIRES_AT, HOLDS, PullSecretFile, SERVER_SIDE_APPLY, SYNC_OPTIONS};
use regrender_seal::{Inspection, OpenError, Recipients, short_recipient};

use super::Finder;
use super::code::{self, Code};
use crate::flaw;
use crate::plan::clear_text::emit;
use crate::plan::sealing;

impl Finder<'_> {
    /// Checks a SOPS file that shall hold a pull secret.
    pub(super) fn check_sops(
        &mut self,
        path: &str,
        current: &str,
        file: &PullSecretFile,
        recipients: &Recipients,
    ) {
        let inspection = match regrender_seal::inspect(current) {
            Ok(inspection) => inspection,
            Err(OpenError::NotSealed) => {
                // What is in it in clear is told by the search for clear secrets.
                return self.find(&code::NOT_SEALED, path, "is not sealed");
            }
            Err(error) => return self.find(&code::BROKEN_FILE, path, error.to_string()),
        };
        for flaw in &inspection.flaws {
            self.find(Code::of(flaw), path, flaw::describe(flaw));
        }
        if !is_whole(&inspection) {
            let message = "its one value is not `data:.dockerconfigjson`";
            self.find(&code::OUTDATED_FILE, path, message);
        }
        if !inspection.is_for(recipients) {
            self.check_recipients(path, &inspection, recipients);
        }
        let options = sealing::options(self.verifier.cluster);
        if options.is_some_and(|options| options.mac != inspection.mac_scope) {
            self.find(
                &code::OTHER_MAC_SCOPE,
                path,
                "its MAC covers something else than `mac` says",
            );
        }
        let mut document = inspection.document;
        if let Some(moment) = take_contents(&mut document, file, &["metadata"]) {
            self.check_expiry(path, &moment);
        }
        for key in ["data", "stringData"] {
            document.root.remove(key);
        }
        self.check_clear(path, &document, &file.clear);
    }

    /// Checks what may be seen of a sealed Secret.
    pub(super) fn check_clear(&mut self, path: &str, found: &Document, wanted: &Document) {
        let (found, wanted) = (emit(found), emit(wanted));
        if found != wanted {
            let message = change_of_holdings(&found, &wanted).unwrap_or_else(|| {
                "its name, namespace, type, labels, annotations or comments are not as declared"
                    .to_owned()
            });
            self.find(&code::OUTDATED_FILE, path, message);
        }
    }

    /// Tells of a sealed Secret whose first credential is dead.
    pub(super) fn check_expiry(&mut self, path: &str, moment: &str) {
        if *moment <= *regrender_seal::spell_time(self.verifier.now) {
            let message = format!("the first of its credentials died at {moment}");
            self.find(&code::EXPIRED_TOKEN, path, message);
        }
    }

    fn check_recipients(&mut self, path: &str, inspection: &Inspection, wanted: &Recipients) {
        let declared: Vec<&str> = wanted.iter().map(regrender_seal::Recipient::as_str).collect();
        let missing: Vec<String> = declared
            .iter()
            .filter(|wanted| !inspection.recipients.iter().any(|found| found == *wanted))
            .map(|wanted| (*wanted).to_owned())
            .collect();
        let extra: Vec<&String> = inspection
            .recipients
            .iter()
            .filter(|found| !declared.contains(&found.as_str()))
            .collect();
        for recipient in missing {
            let message =
                format!("`{}` is a recipient and cannot open it", short_recipient(&recipient));
            self.find(&code::MISSING_RECIPIENT, path, message);
        }
        for recipient in extra {
            let message =
                format!("`{}` is no recipient and can open it", short_recipient(recipient));
            self.find(&code::UNDECLARED_RECIPIENT, path, message);
        }
    }

    /// Checks a plain age file that shall hold a pull secret.
    pub(super) fn check_age(
        &mut self,
        path: &str,
        current: &str,
        file: &PullSecretFile,
        recipients: &Recipients,
    ) {
        let inspection = match regrender_seal::inspect_age(current) {
            Ok(inspection) => inspection,
            Err(error) => return self.find(&code::BROKEN_FILE, path, error.to_string()),
        };
        if inspection.is_for(recipients) == Some(false) {
            self.find(&code::OTHER_RECIPIENTS, path, "is not for exactly the recipients");
        }
        if inspection.begins_with(&file.clear.header) == Some(false) {
            let message = "does not say that it holds credentials of the registries and usernames \
                           that are declared";
            self.find(&code::OUTDATED_FILE, path, message);
        }
    }
}

/// Says whether a sealed Secret holds the one value that a pull secret has.
fn is_whole(inspection: &Inspection) -> bool {
    let paths = inspection.values.iter().map(|value| value.path.keys());
    paths.eq([["data", ".dockerconfigjson"]])
}

/// Takes out what a sealed Secret says of its contents, which no declaration knows; returns when the
/// first of its credentials is dead.
///
/// `metadata` is the way to the metadata that says it.
pub(super) fn take_contents(
    document: &mut Document,
    file: &PullSecretFile,
    metadata: &[&str],
) -> Option<String> {
    let mut take = |key: &str, is_ours: fn(&str) -> bool| {
        let path = [metadata, &["annotations", key]].concat();
        let value = document.at(&path)?.as_text().filter(|value| is_ours(value))?.to_owned();
        remove(&mut document.root, &path);
        Some(value)
    };
    if file.may_be_large {
        take(SYNC_OPTIONS, |value| value == SERVER_SIDE_APPLY);
    }
    if file.may_expire { take(EXPIRES_AT, |_| true) } else { None }
}

/// Removes the key at the end of a path, and the mappings on the way that have nothing else.
fn remove(mapping: &mut Mapping, path: &[&str]) {
    let Some((first, rest)) = path.split_first() else { return };
    let is_empty = rest.is_empty()
        || mapping.mapping_mut(first).is_some_and(|inner| {
            remove(inner, rest);
            inner.is_empty()
        });
    if is_empty {
        mapping.remove(first);
    }
}

/// Says what a sealed Secret does not say of its contents, or should not say any more.
fn change_of_holdings(found: &str, wanted: &str) -> Option<String> {
    let comments = |text| str::lines(text).filter_map(|line| line.strip_prefix('#'));
    let holdings = |text| comments(text).filter(|line| line.starts_with(HOLDS));
    let missing = holdings(wanted).find(|line| !holdings(found).any(|other| other == *line));
    let extra = holdings(found).find(|line| !holdings(wanted).any(|other| other == *line));
    match (missing, extra) {
        (Some(line), _) => Some(format!("does not say `{}`", line.trim_start())),
        (None, Some(line)) => Some(format!("says `{}`, which is not declared", line.trim_start())),
        (None, None) => None,
    }
}
