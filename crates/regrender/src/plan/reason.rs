//! Why a sealed file is written, in words.

use std::collections::BTreeSet;

use regrender_seal::{Reason, short_recipient};

use crate::enumeration::{LINES, in_a_sentence};
use crate::flaw;
use crate::plan::{Plan, PlannedFile};

/// Describes a reason; a file that is new or stays needs none.
pub(crate) fn describe(reason: &Reason) -> Option<String> {
    let text = match reason {
        Reason::Unchanged(_) | Reason::New => return None,
        Reason::ContentChanged => String::from("content changes"),
        Reason::RecipientsAdded(names) => format!("for {} too", listed(names.iter())),
        Reason::RecipientsRemoved(names) => format!("not for {} any more", listed(names.iter())),
        Reason::RecipientsChanged => String::from("recipients change"),
        Reason::CommentsChanged => String::from("what it says that it holds changes"),
        Reason::CertificateChanged { .. } => String::from("for another certificate"),
        Reason::OptionsChanged => String::from("the MAC covers something else"),
        Reason::FingerprintMissing => String::from("gets a fingerprint"),
        Reason::FingerprintDiffers => String::from(
            "its fingerprint does not match: what it covers changes, or the key is another",
        ),
        Reason::NotComparable => String::from("cannot be compared"),
        Reason::Unreadable(error) => format!("is not a sealed file: {error}"),
        Reason::HandEdited(error) => format!("was edited by hand: {error}"),
        Reason::Flawed(flaw) => format!("was edited by hand: {}", flaw::describe(flaw)),
        _ => String::from("is sealed anew"),
    };
    Some(text)
}

/// Lists recipients in a sentence.
fn listed<'a, R: Iterator<Item = &'a String>>(recipients: R) -> String {
    let short: Vec<_> = recipients.map(|text| short_recipient(text)).collect();
    in_a_sentence(&short)
}

/// What people should know about the reasons of a whole run, each thing once.
pub(crate) fn warnings(plans: &[Plan]) -> Vec<String> {
    let overwritten = plans
        .iter()
        .flat_map(|plan| plan.changed.iter().filter_map(|file| overwritten(plan, file)));
    let mut warnings: Vec<String> = overwritten.collect();
    if let Some(more) = warnings.len().checked_sub(LINES).filter(|more| *more > 0) {
        warnings.truncate(LINES);
        warnings.push(format!(
            "{more} more files are no longer what a build wrote; they are sealed anew"
        ));
    }
    let blind = not_comparable(plans);
    if blind > 0 {
        let files =
            if blind == 1 { String::from("1 file is") } else { format!("{blind} files are") };
        warnings.push(format!(
            "{files} sealed anew, whether anything changed or not: no identity opens what is there, \
             and there is no fingerprint key; give an identity (`--identity FILE`, \
             `SOPS_AGE_KEY_FILE`) or set `fingerprint-key` in [seal]"
        ));
    }
    let removed = removed(plans);
    if !removed.is_empty() {
        warnings.push(format!(
            "{} can still open the old files in the Git history: change the credentials at the \
             registries too",
            listed(removed.into_iter())
        ));
    }
    let changes = |file: &PlannedFile| file.reasons.contains(&Reason::RecipientsChanged);
    if plans.iter().flat_map(|plan| &plan.changed).any(changes) {
        warnings.push(String::from(
            "the recipients of age files change: whoever was taken off can still open the old files \
             in the Git history; if somebody was, change the credentials at the registries too",
        ));
    }
    warnings
}

/// Lists the recipients that files are not for any more.
pub(crate) fn removed(plans: &[Plan]) -> BTreeSet<&String> {
    let changed = plans.iter().flat_map(|plan| &plan.changed);
    let names = changed.flat_map(|file| &file.reasons).filter_map(|reason| match reason {
        Reason::RecipientsRemoved(names) => Some(names),
        _ => None,
    });
    names.flatten().collect()
}

/// Counts the files that are sealed anew because nobody can tell what they say.
pub(crate) fn not_comparable(plans: &[Plan]) -> usize {
    let changed = plans.iter().flat_map(|plan| &plan.changed);
    changed.filter(|file| file.reasons.contains(&Reason::NotComparable)).count()
}

/// Says that what somebody did to a sealed file is overwritten.
fn overwritten(plan: &Plan, file: &PlannedFile) -> Option<String> {
    let is_ours_no_more = |reason: &&Reason| {
        matches!(reason, Reason::Unreadable(_) | Reason::HandEdited(_) | Reason::Flawed(_))
    };
    let reason = file.reasons.iter().find(is_ours_no_more)?;
    let why = describe(reason)?;
    Some(format!("`{}/{}` {why}; it is sealed anew", plan.shown_folder, file.path))
}
