//! What becomes of manifests with variables, which Flux or somebody else fills in.

use regrender_audit::AuditReport;

use super::repository::report;
use super::variable_source::secret;

/// A workload with these images; more of its pod's specification may follow.
pub(crate) fn web(images: &[&str], pod: &str) -> String {
    let container = |(position, image)| format!("{{name: c{position}, image: '{image}'}}");
    let containers: Vec<String> = images.iter().enumerate().map(container).collect();
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: n}}\n\
         spec: {{template: {{spec: {{containers: [{}]{pod}}}}}}}\n",
        containers.join(", ")
    )
}

pub(crate) fn flux(spec: &str) -> String {
    format!(
        "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
         metadata: {{name: apps, namespace: flux-system}}\nspec: {{path: ./apps, {spec}}}\n"
    )
}

/// The images of a folder that a Kustomization applies, each with its verdict and the reason where
/// nobody knows.
pub(crate) fn applied(cluster: &str, apps: &str) -> Vec<String> {
    told(&report(&[("cluster/flux.yaml", cluster), ("apps/web.yaml", apps)]))
}

pub(crate) fn told(report: &AuditReport) -> Vec<String> {
    let line = |row: &regrender_audit::ImageRow| match row.verdict.name() {
        "undetermined" => format!("{}: {}", row.image, row.reason),
        verdict => format!("{} {verdict}", row.image),
    };
    report.images.iter().map(line).collect()
}

#[track_caller]
fn check(post_build: &str, image: &str, expected: &str) {
    let found = applied(&flux(&format!("postBuild: {post_build}")), &web(&[image], ""));
    assert_eq!(found, [expected], "{post_build} {image}");
}

#[test]
fn flux_fills_in_what_its_object_sets() {
    let post_build = "{substitute: {HOST: r.io, APP: web}}";
    check(post_build, "${HOST}/${APP}:1", "r.io/web:1 uncovered-unknown");
    check(post_build, "${HOST:=x.io}/${NONE:=y}", "r.io/y uncovered-unknown");
    check(post_build, "${HOST/r/q}/${APP%b}", "q.io/we uncovered-unknown");
    check(post_build, "r.io/$HOST", "r.io/$HOST invalid-image");
    check(post_build, "$${HOST}/web", "${HOST}/web invalid-image");
    check(post_build, "${HOST-x}/web", "${HOST-x}/web invalid-image");
}

#[test]
fn a_line_feed_is_no_part_of_a_value() {
    check("{substitute: {HOST: \"r.io\\n\"}}", "${HOST}/web", "r.io/web uncovered-unknown");
}

/// Where no variable is set at all, not even a default counts, unless that is asked for.
#[test]
fn without_any_variable_nothing_is_filled_in() {
    for (post_build, expected) in [
        ("{}", "${HOST:=r.io}/web invalid-image"),
        ("{substitute: {}}", "${HOST:=r.io}/web invalid-image"),
        ("{substituteStrategy: WithVariables}", "${HOST:=r.io}/web invalid-image"),
        ("{substituteStrategy: Always}", "r.io/web uncovered-unknown"),
        ("{substitute: {OTHER: x}}", "r.io/web uncovered-unknown"),
    ] {
        check(post_build, "${HOST:=r.io}/web", expected);
    }
}

#[test]
fn a_variable_that_nothing_sets_is_named() {
    check(
        "{substitute: {OTHER: x}}",
        "${HOST}/web",
        "${HOST}/web: Kustomization `apps` does not set `HOST`",
    );
}

#[test]
fn a_value_that_is_made_from_another_variable_is_not_known() {
    check(
        "{substitute: {HOST: 'r.${DOMAIN}'}}",
        "${HOST}/web",
        "${HOST}/web: Kustomization `apps` makes `HOST` from another variable",
    );
}

#[test]
fn what_is_marked_so_is_left_as_it_is() {
    for member in ["labels", "annotations"] {
        let marked = web(&["${HOST}/web"], "").replace(
            "namespace: n}",
            &format!(
                "namespace: n, {member}: {{kustomize.toolkit.fluxcd.io/substitute: disabled}}}}"
            ),
        );
        let flux = flux("postBuild: {substitute: {HOST: r.io}}");
        assert_eq!(applied(&flux, &marked), ["${HOST}/web invalid-image"], "{member}");
        let other = marked.replace("disabled", "enabled");
        assert_eq!(applied(&flux, &other), ["r.io/web uncovered-unknown"], "{member}");
    }
}

/// The credential is chosen by the rest.
#[test]
fn a_tag_need_not_be_known() {
    let flux = flux("postBuild: {substitute: {OTHER: x}}");
    let images = ["r.io/web:${TAG}", "r.io/web@sha256:${DIGEST}", "r.io/${APP}:1"];
    let report = report(&[("cluster/flux.yaml", &*flux), ("apps/web.yaml", &web(&images, ""))]);
    let repositories: Vec<_> = report.images.iter().map(|row| row.repository.as_deref()).collect();
    assert_eq!(repositories, [Some("r.io/web"), Some("r.io/web"), None]);
    let verdicts: Vec<_> = report.images.iter().map(|row| row.verdict.name()).collect();
    assert_eq!(verdicts, ["uncovered-unknown", "uncovered-unknown", "undetermined"]);
}

#[test]
fn namespace_account_and_pull_secrets_are_filled_in_too() {
    let flux = flux("postBuild: {substitute: {NS: prod, S: regcred, A: runner}}");
    let pull = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: '${S}', namespace: '${NS}'}\n\
        type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{\"auths\":{\"r.io\":\
        {\"username\":\"u\",\"password\":\"canary-4f1d\"}}}'}\n";
    let account = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner, namespace: prod}\n\
        imagePullSecrets: [{name: '${S}'}]\n";
    for pod in [", imagePullSecrets: [{name: '${S}'}]", ", serviceAccountName: '${A}'"] {
        let web = web(&["r.io/web"], pod).replace("namespace: n", "namespace: '${NS}'");
        let report =
            report(&[("cluster/flux.yaml", &*flux), ("apps/web.yaml", &(web + pull + account))]);
        assert_eq!(told(&report), ["r.io/web covered"], "{pod}");
        assert_eq!(report.images[0].namespace.as_deref(), Some("prod"));
        assert_eq!(report.images[0].pull_secrets, ["regcred"]);
    }
}

/// The Secret has its name as it is, and only the list has a variable.
#[test]
fn a_pull_secret_that_a_variable_names_is_the_one_of_that_name() {
    let flux = flux("postBuild: {substitute: {S: regcred}}");
    let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: regcred, namespace: n}\n\
        type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{\"auths\":{\"r.io\":\
        {\"username\":\"u\",\"password\":\"canary-4f1d\"}}}'}\n";
    let web = web(&["r.io/web"], ", imagePullSecrets: [{name: '${S}'}]");
    let report = report(&[("cluster/flux.yaml", &*flux), ("apps/web.yaml", &(web + secret))]);
    assert_eq!(told(&report), ["r.io/web covered"]);
    assert_eq!(report.images[0].pull_secrets, ["regcred"]);
}

#[test]
fn a_namespace_or_pull_secret_that_is_not_known_leaves_the_image_open() {
    let flux = flux("postBuild: {substitute: {OTHER: x}}");
    let named = web(&["r.io/web"], ", imagePullSecrets: [{name: '${S}'}]");
    assert_eq!(applied(&flux, &named), ["r.io/web: Kustomization `apps` does not set `S`"]);
    let placed = web(&["r.io/web"], "").replace("namespace: n", "namespace: '${NS}'");
    let report = report(&[("cluster/flux.yaml", &*flux), ("apps/web.yaml", &placed)]);
    assert_eq!(report.images[0].namespace, None);
    let found: Vec<_> = report.findings.iter().map(|one| &*one.message).collect();
    assert_eq!(
        found,
        [
            "Deployment `web`, which pulls from `r.io` with no pull secret: the namespace is not known: \
             Kustomization `apps` does not set `NS`"
        ]
    );
}

/// Something else fills in what no Kustomization of Flux does: envsubst in a pipeline, `oc process`.
#[test]
fn variables_that_nothing_here_fills_in_leave_the_image_open() {
    let images = ["${HOST}/web", "$HOST/web", "r.io/web:$TAG", "r.io/web:${{ x }}", "r.io/$1"];
    assert_eq!(
        told(&report(&[("a.yaml", &web(&images, ""))])),
        [
            "${HOST}/web: nothing in the repository fills in the variable `HOST`",
            "$HOST/web: nothing in the repository fills in the variable `HOST`",
            "r.io/web:$TAG uncovered-unknown",
            "r.io/web:${{ x }} invalid-image",
            "r.io/$1 invalid-image",
        ]
    );
}

/// A namespace may be any, and so may its default account; what the manifests say of the same one
/// counts.
#[test]
fn a_namespace_that_a_variable_names_may_be_any() {
    let open = |pod: &str| web(&["r.io/web"], pod).replace("namespace: n", "namespace: '${NS}'");
    let account = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: '${NS}'}\n\
        imagePullSecrets: [{name: s}]\n";
    let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: '${NS}'}\n\
        type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{\"auths\":{\"r.io\":\
        {\"username\":\"u\",\"password\":\"canary-4f1d\"}}}'}\n";
    let listed = ", imagePullSecrets: [{name: s}]";
    let any = "r.io/web: nothing in the repository says which namespace `${NS}` is";
    for (text, expected) in [
        (open(""), any),
        (open(", serviceAccountName: own"), any),
        (open("") + account + secret, "r.io/web covered"),
        (open(listed) + secret, "r.io/web covered"),
        (open(listed) + &secret.replace("r.io", "q.io"), "r.io/web uncovered-unknown"),
        (open(listed), "r.io/web: Secret `s` is not in the repository"),
    ] {
        assert_eq!(told(&report(&[("a.yaml", &text)])), [expected], "{text}");
    }
}

/// A parent of Flux may fill in where its children go.
#[test]
fn the_target_of_a_kustomization_may_be_a_variable() {
    let flux = flux("targetNamespace: '${TENANT}'");
    assert_eq!(
        applied(&flux, &web(&["r.io/web"], "")),
        ["r.io/web: nothing in the repository says which namespace `${TENANT}` is"]
    );
}

#[test]
fn nothing_is_missing_or_elsewhere_where_a_variable_names_it() {
    let accounts = |namespace: &str| {
        format!("---\nkind: ServiceAccount\nmetadata: {{name: own, namespace: '{namespace}'}}\n")
    };
    let secret = secret("s", "a: b").replace("name: s", "name: s, labels: {}");
    for (namespace, account, pull_secret, more) in [
        ("n", "default", "${S}", String::new()),
        ("${NS}", "default", "s", secret),
        ("${NS}", "own", "", accounts("other")),
        ("n", "own", "", accounts("${NS}")),
    ] {
        let pod = format!(
            ", serviceAccountName: {account}, imagePullSecrets: [{{name: '{pull_secret}'}}]"
        );
        let pod =
            if pull_secret.is_empty() { format!(", serviceAccountName: {account}") } else { pod };
        let text =
            web(&["r.io/web"], &pod).replace("namespace: n", &format!("namespace: '{namespace}'"));
        let report = report(&[("a.yaml", &(text + &more))]);
        let codes: Vec<_> = report.findings.iter().map(|one| one.code.name()).collect();
        assert!(codes.contains(&"undetermined"), "{codes:?}");
        for code in ["pull-secret-missing", "pull-secret-elsewhere", "account-elsewhere"] {
            assert!(!codes.contains(&code), "{namespace} {account}: {codes:?}");
        }
    }
}

#[test]
fn what_a_cluster_runs_is_filled_in_by_nobody() {
    let live = web(&["${HOST}/web"], "").replace("namespace: n", "namespace: n, uid: 1-2");
    assert_eq!(told(&report(&[("a.yaml", &live)])), ["${HOST}/web invalid-image"]);
}

/// `OpenShift` has a controller that fills in images, the blank ones that `oc` leaves among them.
#[test]
fn what_an_image_stream_fills_in_is_not_known() {
    let trigger = |name: &str, more: &str| {
        format!(
            r#"{{"from":{{"kind":"ImageStreamTag","name":"app:v1"}},"fieldPath":"spec.template.spec.containers[?(@.name==\"{name}\")].image"{more}}}"#
        )
    };
    let web = |triggers: &str| {
        let annotations =
            format!("annotations: {{image.openshift.io/triggers: '{triggers}'}}, namespace");
        web(&[" ", "r.io/other"], "").replacen("namespace", &annotations, 1)
    };
    let place = "OpenShift puts the image of ImageStreamTag `app:v1` in its place";
    let (filled, second) = (&*format!(" : {place}"), &*format!("r.io/other: {place}"));
    let check = |triggers: &str, expected: [&str; 2]| {
        assert_eq!(told(&report(&[("a.yaml", &web(triggers))])), expected, "{triggers}");
    };
    let other = "r.io/other uncovered-unknown";
    check(&format!("[{}]", trigger("c0", "")), [filled, other]);
    check(&format!("[{}]", trigger("c0", r#","paused":"true""#)), ["  invalid-image", other]);
    check(&format!("[{}]", trigger("c", "")), ["  invalid-image", other]);
    check("no JSON", ["  invalid-image", other]);
    let both = format!("[{},{}]", trigger("c0", ""), trigger("c1", ""));
    check(&both, [filled, second]);
}
