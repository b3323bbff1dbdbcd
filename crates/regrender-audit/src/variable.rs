//! Knows what an image says whose variables are not filled in yet.

use regrender_image::{ImageReference, ReferenceError};

use crate::kind::{Filling, ImageUse, Source};
use crate::placeholder::SET_INPUT;
use crate::subject::Subject;

/// What stands before the path of a Go program whose image `ko` builds when it applies the manifest.
const KO: &str = "ko://";

/// The annotation by which `OpenShift` fills in the images of workloads.
const TRIGGERS: &str = "image.openshift.io/triggers";

/// Parses an image. Where nobody knows what is filled in for its tag or digest, it is parsed without:
/// credentials are chosen by the rest.
pub(crate) fn reference_of(
    subject: &Subject<'_>,
    image: &ImageUse,
) -> Result<ImageReference, ReferenceError> {
    let parsed = ImageReference::parse(&image.image);
    if parsed.is_ok() || awaited(subject, image).is_none() {
        return parsed;
    }
    let without = without_tag(&image.image).map(ImageReference::parse);
    without.and_then(Result::ok).map_or(parsed, Ok)
}

/// Says why it is not known yet what an image will be; `None` where that is known.
pub(crate) fn awaited(subject: &Subject<'_>, image: &ImageUse) -> Option<String> {
    let text = &*image.image;
    let group = subject.workload.api_version.split('/').next().unwrap_or_default();
    let is_template = text.contains("{{");
    if (is_template || text.contains("$(") || text.contains("${"))
        && matches!(group, "argoproj.io" | "tekton.dev")
    {
        return Some("the image is a parameter that is filled in when it runs".to_owned());
    }
    if text.starts_with(KO) && !subject.workload.metadata.is_live {
        return Some("`ko` builds the image, and names it here".to_owned());
    }
    if text.contains("$(") && subject.root.is_some() {
        return Some("the image has a variable, which kustomize may fill in".to_owned());
    }
    if text.contains(SET_INPUT) {
        return Some(
            "the image has an input of a ResourceSet, which is filled in later".to_owned(),
        );
    }
    match &image.filling {
        Filling::NotKnown(reason) => Some(reason.to_string()),
        _ if subject.workload.source == Source::HelmValues && has_placeholder(text) => {
            Some("the image has a placeholder, which the chart may fill in".to_owned())
        }
        Filling::Final => None,
        Filling::Open if is_template || subject.workload.metadata.is_live => None,
        Filling::Open => {
            let name = first_variable(text)?;
            Some(format!("nothing in the repository fills in the variable `{name}`"))
        }
    }
}

/// Says what `OpenShift` puts in the place of an image, as an annotation of the workload has it do;
/// `None` where it stays.
pub(crate) fn triggered(subject: &Subject<'_>, image: &ImageUse) -> Option<String> {
    let workload = subject.workload;
    if workload.metadata.is_live {
        return None;
    }
    let text = workload.metadata.annotations.get(TRIGGERS)?;
    let triggers: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
    let is_about = |trigger: &&serde_json::Value| {
        let path = trigger.get("fieldPath").and_then(serde_json::Value::as_str).unwrap_or_default();
        let names = ['"', '\''].map(|quote| format!("=={quote}{}{quote}", image.container));
        names.iter().any(|name| path.contains(name)) && !is_paused(trigger)
    };
    let stream = triggers.iter().find(is_about)?.pointer("/from/name")?.as_str()?;
    Some(format!("OpenShift puts the image of ImageStreamTag `{stream}` in its place"))
}

fn is_paused(trigger: &serde_json::Value) -> bool {
    trigger.get("paused").is_some_and(|paused| paused == true || paused == "true")
}

/// Tells whether anything stands in braces that is no variable of the shell: a template, for one.
fn has_placeholder(text: &str) -> bool {
    text.match_indices('{').any(|(at, _)| !text.get(..at).is_some_and(|text| text.ends_with('$')))
}

/// Returns the name of the first variable of the shell.
fn first_variable(text: &str) -> Option<&str> {
    text.match_indices('$').find_map(|(at, _)| {
        let rest = text.get(at + 1..)?;
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let name = rest.get(..end.unwrap_or(rest.len()))?;
        name.starts_with(|letter: char| !letter.is_numeric()).then_some(name)
    })
}

/// Returns an image without tag and digest, if all that is filled in stands there.
fn without_tag(text: &str) -> Option<&str> {
    let start = text.find(['$', '{', '<'])?;
    let (before, filled) = text.split_at(start);
    let mut depth = 0_usize;
    for letter in filled.chars() {
        match letter {
            '{' | '(' | '<' => depth += 1,
            '}' | ')' | '>' => depth = depth.saturating_sub(1),
            // Whatever this separates, the variable is in its path.
            '/' if depth == 0 => return None,
            _ => {}
        }
    }
    let name = before.rsplit('/').next().unwrap_or(before);
    let tag = name.find([':', '@'])?;
    before.get(..before.len() - name.len() + tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_cut_off_where_nothing_else_is_filled_in() {
        for (text, expected) in [
            ("r.io/app:${TAG}", Some("r.io/app")),
            ("r.io:5000/app:v${TAG:=1/2}-x", Some("r.io:5000/app")),
            ("app:${A}.${B}", Some("app")),
            ("app@sha256:${DIGEST}", Some("app")),
            ("app:1@${DIGEST}", Some("app")),
            ("r.io/app:{{ tag }}", Some("r.io/app")),
            ("r.io/app:$(tag)", Some("r.io/app")),
            ("r.io/app:<< inputs.tag >>", Some("r.io/app")),
            ("r.io/<< inputs.app >>:1", None),
            ("r.io:${PORT}/app:1", None),
            ("${HOST}/app:1", None),
            ("r.io/${APP}:1", None),
            ("r.io/app${SUFFIX}", None),
            ("r.io/app:${A}/${B}", None),
            ("r.io/app:1", None),
        ] {
            assert_eq!(without_tag(text), expected, "{text}");
        }
    }

    #[test]
    fn a_placeholder_is_no_variable_of_the_shell() {
        for text in ["{value}", "r.io/{{ .Values.app }}", "r.io/${A}{b}"] {
            assert!(has_placeholder(text), "{text}");
        }
        for text in ["r.io/app:1", "r.io/${APP}", "r.io/app:${A}${B:-1}", "r.io/$(app)"] {
            assert!(!has_placeholder(text), "{text}");
        }
    }

    #[test]
    fn a_variable_is_called_by_its_name() {
        for (text, expected) in [
            ("a:${TAG:=${B}}", Some("TAG")),
            ("a:$TAG-x", Some("TAG")),
            ("a:$$5${_X}", Some("_X")),
            ("a:$(TAG)$1${}", None),
            ("a:${X", Some("X")),
        ] {
            assert_eq!(first_variable(text), expected, "{text}");
        }
    }
}
