//! `SealedSecrets`: what regrender writes, opened by kubeseal and by the controller's own code; what
//! kubeseal writes, read by regrender.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::invocation::Answer;

use super::declaration::Declaration;
use super::ledger::Ledger;
use super::manifest;
use super::stage::Stage;
use super::tree;
use crate::peer::{self, Peer};

/// Names that YAML 1.1 reads as something else when nobody quotes them.
const AMBIGUOUS: &[&str] = &["no", "on", "y", "1e3", "0755", "0x1f", "null", "true", "1-1"];

/// The certificate as registries.toml names it.
const CERTIFICATE: &str = "sealed-secrets.pem";
const FILE: &str = "pull-secrets/manifests/team-a/regcred.sealed-secret.yaml";

/// Whose key pair it is.
#[derive(Clone, Copy, Debug)]
enum Controller {
    /// The one of the cluster, as long as controllers make theirs.
    Own,
    /// The one of another cluster.
    Other,
    /// One whose certificate is over.
    Expired,
}

/// Runs the cases "regrender → kubeseal", "regrender → controller" and back.
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    ledger.case("regrender → kubeseal: every pull secret, RSA 4096", opened_by_kubeseal);
    ledger.case("regrender → kubeseal: names that look like no, 1e3", ambiguous_names);
    ledger.case("regrender → kubeseal: moved, renamed or for another key opens nothing", refused);
    ledger.case("regrender → kubeseal: for another certificate after a build", another_certificate);
    ledger.case("regrender → controller: the Secret of kubectl, with our labels", unsealed);
    ledger.case("regrender → controller: every field of the tree is known to it", whole_tree);
    for judge in [Peer::Kustomize, Peer::Kubectl] {
        let judge_title = if judge == Peer::Kubectl { "kubectl kustomize" } else { "kustomize" };
        let title = format!("regrender → {judge_title}: SealedSecrets in manifests/ and argocd/");
        ledger.case(&title, |stage| folders(stage, judge));
    }
    ledger.case("regrender → make: SealedSecrets are applied as they are", applied);
    ledger.case("kubeseal and regrender refuse an expired certificate", expired);
    ledger.case("kubeseal → regrender audit: it counts as the Secret it becomes", audited);
    ledger.case("kubeseal → regrender: a file of others is never touched", foreign);
    ledger.case("kubeseal → regrender verify: with our header it is still not ours", taken_over);
}

fn declaration() -> Declaration {
    Declaration {
        format: "sealed-secrets",
        more_seal: "certificate = \"sealed-secrets.pem\"\n\
            fingerprint-key = { env = \"REGRENDER_FINGERPRINT_KEY\" }\n",
        ..Declaration::sealed_for(&[])
    }
}

/// Returns the private key and the certificate of a controller; they are made once.
fn key_pair(stage: &Stage<'_>, controller: Controller) -> Result<(PathBuf, PathBuf)> {
    let folder = peer::folder().join("keys");
    fs::create_dir_all(&folder).context("cannot make the folder of the keys")?;
    // A hundred years; an hour, of which the first was a day ago.
    let (name, bits, hours) = match controller {
        Controller::Own => ("controller", "4096", "876000"),
        Controller::Other => ("other-controller", "2048", "876000"),
        Controller::Expired => ("expired-controller", "2048", "1"),
    };
    let key = folder.join(format!("{name}.key"));
    let certificate = folder.join(format!("{name}.pem"));
    if !key.is_file() || !certificate.is_file() {
        let make = stage.peer(Peer::SealedSecretsController)?.arguments(["make-key"]);
        let make = make.arguments([&key, &certificate]).arguments([bits, hours]);
        make.run()?.success()?;
    }
    Ok((key, certificate))
}

/// Puts the certificate of a controller into the repository.
fn trust(stage: &Stage<'_>, controller: Controller) -> Result<()> {
    let (_, certificate) = key_pair(stage, controller)?;
    stage.write(CERTIFICATE, fs::read(certificate).context("cannot read the certificate")?)
}

fn build(stage: &Stage<'_>, declaration: &Declaration) -> Result<()> {
    trust(stage, Controller::Own)?;
    stage.build(declaration)
}

fn kubeseal_opens(stage: &Stage<'_>, sealed: &str, controller: Controller) -> Result<Answer> {
    let (key, _) = key_pair(stage, controller)?;
    let open = stage.peer(Peer::Kubeseal)?.arguments(["--recovery-unseal"]);
    open.arguments(["--recovery-private-key"]).arguments([key]).input(sealed).run()
}

fn controller_unseals(stage: &Stage<'_>, sealed: &str) -> Result<Value> {
    let (key, _) = key_pair(stage, Controller::Own)?;
    let unseal = stage.peer(Peer::SealedSecretsController)?.arguments(["unseal"]);
    let answer = unseal.arguments([key]).input(sealed).run()?.success()?;
    serde_json::from_slice(&answer.stdout).context("the controller printed no JSON")
}

fn opened_by_kubeseal(stage: &Stage<'_>) -> Result<()> {
    build(stage, &declaration())?;
    for namespace in ["team-a", "team-b"] {
        let sealed = stage.read(&FILE.replace("team-a", namespace))?;
        let opened = kubeseal_opens(stage, &sealed, Controller::Own)?.success()?;
        stage.check_secret(&opened.stdout, namespace)?;
    }
    stage.check_no_canary()
}

fn ambiguous_names(stage: &Stage<'_>) -> Result<()> {
    build(stage, &Declaration { namespaces: AMBIGUOUS.to_vec(), ..declaration() })?;
    for namespace in AMBIGUOUS {
        let sealed = stage.read(&FILE.replace("team-a", namespace))?;
        let opened = kubeseal_opens(stage, &sealed, Controller::Own)?.success()?;
        stage.check_secret(&opened.stdout, namespace)?;
    }
    Ok(())
}

fn refused(stage: &Stage<'_>) -> Result<()> {
    build(stage, &declaration())?;
    let sealed = stage.read(FILE)?;
    let moved = sealed.replace("namespace: team-a", "namespace: team-b");
    let renamed = sealed.replace("name: regcred", "name: other");
    for (what, text) in [("moved", &moved), ("renamed", &renamed)] {
        if *text == sealed {
            bail!("nothing was {what}");
        }
        kubeseal_opens(stage, text, Controller::Own)?.ended_with(1).context(what)?;
    }
    kubeseal_opens(stage, &sealed, Controller::Other)?.ended_with(1)?;
    Ok(())
}

fn another_certificate(stage: &Stage<'_>) -> Result<()> {
    build(stage, &declaration())?;
    let before = stage.read(FILE)?;
    trust(stage, Controller::Other)?;
    let diff = stage.regrender(&["diff"], None)?.ended_with(3)?.stdout_text()?;
    if diff.matches("(for another certificate)").count() != 2 {
        bail!("diff does not say why:\n{diff}");
    }
    stage.regrender(&["build"], None)?.success()?;
    let after = stage.read(FILE)?;
    let opened = kubeseal_opens(stage, &after, Controller::Other)?.success()?;
    stage.check_secret(&opened.stdout, "team-a")?;
    kubeseal_opens(stage, &after, Controller::Own)?.ended_with(1)?;
    kubeseal_opens(stage, &before, Controller::Own)?.success()?;
    Ok(())
}

fn unsealed(stage: &Stage<'_>) -> Result<()> {
    let more = "labels = { team = \"no\", mode = \"0755\" }\n\
        annotations = { window = \"12:30\", comment = \"a #b\" }\n";
    build(stage, &Declaration { more: more.to_owned(), ..declaration() })?;
    let secret = controller_unseals(stage, &stage.read(FILE)?)?;
    let mut expected = stage.kubectl_secret("team-a")?;
    let metadata = expected.pointer_mut("/metadata").and_then(Value::as_object_mut);
    let metadata = metadata.context("kubectl's Secret has no metadata")?;
    metadata.insert("labels".to_owned(), json!({ "team": "no", "mode": "0755" }));
    let annotations = json!({ "window": "12:30", "comment": "a #b" });
    metadata.insert("annotations".to_owned(), annotations);
    let owner = secret.pointer("/metadata/ownerReferences").context("nobody owns it")?;
    metadata.insert("ownerReferences".to_owned(), owner.clone());
    metadata.insert("creationTimestamp".to_owned(), Value::Null);
    if secret != expected {
        bail!("the controller makes {secret}, not {expected}");
    }
    Ok(())
}

fn whole_tree(stage: &Stage<'_>) -> Result<()> {
    build(stage, &Declaration { consumers: vec!["flux", "argocd"], ..declaration() })?;
    let objects = tree::built(stage, Peer::Kustomize, "pull-secrets/manifests")?;
    let sealed = objects.iter().filter(|(title, _)| title.starts_with("SealedSecret "));
    let mut count = 0;
    for (title, object) in sealed {
        let secret = controller_unseals(stage, &object.to_string())?;
        let namespace = manifest::title(&secret)?.replace("Secret ", "").replace("/regcred", "");
        stage.check_secret(secret.to_string().as_bytes(), &namespace).context(title.clone())?;
        count += 1;
    }
    if count != 2 {
        bail!("{count} SealedSecrets come out, not 2");
    }
    Ok(())
}

fn folders(stage: &Stage<'_>, judge: Peer) -> Result<()> {
    let consumers = vec!["flux", "argocd", "kubectl"];
    build(stage, &Declaration { consumers, ..declaration() })?;
    for folder in ["pull-secrets/manifests", "pull-secrets/argocd"] {
        let objects = tree::built(stage, judge, folder)?;
        let expected = ["team-a", "team-b"].into_iter().flat_map(|namespace| {
            ["SealedSecret @/regcred", "ServiceAccount @/builder", "ServiceAccount @/default"]
                .map(|title| title.replace('@', namespace))
        });
        let mut expected: Vec<String> = expected.collect();
        expected.sort();
        let found: Vec<&String> = objects.keys().collect();
        if found != expected.iter().collect::<Vec<_>>() {
            bail!("{folder}: these objects come out: {found:?}");
        }
    }
    Ok(())
}

fn applied(stage: &Stage<'_>) -> Result<()> {
    build(stage, &Declaration { consumers: vec!["kubectl"], ..declaration() })?;
    stage.install("kubectl", "#!/bin/sh\necho \"$*\" >> \"$HOME/calls\"\n")?;
    stage.peer(Peer::Make)?.arguments(["-C", "pull-secrets", "apply"]).run()?.success()?;
    let calls = fs::read_to_string(stage.home().join("calls")).context("kubectl never ran")?;
    let mut calls: Vec<&str> = calls.lines().collect();
    calls.sort_unstable();
    let of = |namespace: &str| format!("manifests/{namespace}");
    let is_right = |(call, namespace): (&&str, &str)| {
        call.starts_with("apply -k ") && call.ends_with(&of(namespace))
    };
    if calls.len() != 2 || !calls.iter().zip(["team-a", "team-b"]).all(is_right) {
        bail!("kubectl was called like this: {calls:?}");
    }
    Ok(())
}

fn expired(stage: &Stage<'_>) -> Result<()> {
    let (_, certificate) = key_pair(stage, Controller::Expired)?;
    let secret = stage.kubectl_secret("team-a")?.to_string();
    let seal = stage.peer(Peer::Kubeseal)?.arguments(["--cert"]).arguments([certificate]);
    seal.input(secret).run()?.ended_with(1)?;
    trust(stage, Controller::Expired)?;
    stage.write("registries.toml", declaration().to_toml())?;
    let answer = stage.regrender(&["build"], None)?.ended_with(1)?;
    let text = String::from_utf8_lossy(&answer.stderr).into_owned();
    if !text.contains("expired at") || !text.contains("kubeseal --fetch-cert") {
        bail!("regrender says: {text}");
    }
    Ok(())
}

/// Lets kubeseal seal what kubectl makes.
fn by_kubeseal(stage: &Stage<'_>) -> Result<String> {
    let (_, certificate) = key_pair(stage, Controller::Own)?;
    let secret = stage.kubectl_secret("team-a")?.to_string();
    let seal = stage.peer(Peer::Kubeseal)?.arguments(["--cert"]).arguments([certificate]);
    seal.arguments(["--format", "yaml"]).input(secret).run()?.success()?.stdout_text()
}

fn audited(stage: &Stage<'_>) -> Result<()> {
    stage.write("sealed.yaml", by_kubeseal(stage)?)?;
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": "web", "namespace": "team-a" },
        "spec": {
            "imagePullSecrets": [{ "name": "regcred" }],
            "containers": [{ "name": "web", "image": "private-registry.io/web:1" }],
        },
    });
    stage.write("pod.yaml", pod.to_string())?;
    let answer = stage.regrender(&["audit", "--output", "json"], None)?;
    let report: Value =
        serde_json::from_slice(&answer.printed.stdout).context("audit printed no JSON")?;
    let verdict = report.pointer("/images/0/verdict").and_then(Value::as_str);
    // What is in it nobody can see; that it is not there would be another verdict.
    if verdict != Some("undetermined") {
        bail!("audit says {verdict:?}: {report}");
    }
    let other = by_kubeseal(stage)?.replace("kubernetes.io/dockerconfigjson", "Opaque");
    stage.write("sealed.yaml", other)?;
    let answer = stage.regrender(&["audit", "--output", "json"], None)?.success()?;
    let report: Value = serde_json::from_slice(&answer.stdout).context("audit printed no JSON")?;
    let verdict = report.pointer("/images/0/verdict").and_then(Value::as_str);
    if verdict != Some("uncovered-unknown") {
        bail!("audit takes a Secret of another type for a pull secret: {report}");
    }
    Ok(())
}

fn foreign(stage: &Stage<'_>) -> Result<()> {
    let sealed = by_kubeseal(stage)?;
    stage.write(FILE, &sealed)?;
    trust(stage, Controller::Own)?;
    stage.write("registries.toml", declaration().to_toml())?;
    stage.regrender(&["build"], None)?.ended_with(1)?;
    if stage.read(FILE)? != sealed {
        bail!("the file was touched");
    }
    let found = stage.regrender(&["verify"], None)?.ended_with(3)?.stdout_text()?;
    if !found.contains("error[foreign-file]") {
        bail!("verify says: {found}");
    }
    Ok(())
}

fn taken_over(stage: &Stage<'_>) -> Result<()> {
    build(stage, &declaration())?;
    let header = stage.read(FILE)?.lines().next().unwrap_or_default().to_owned();
    let sealed = by_kubeseal(stage)?.replace("---\n", "");
    stage.write(FILE, format!("{header}\n{sealed}"))?;
    let found = stage.regrender(&["verify"], None)?.ended_with(3)?.stdout_text()?;
    for code in ["fingerprint-missing", "other-certificate", "outdated-file"] {
        if !found.contains(code) {
            bail!("verify does not say {code}: {found}");
        }
    }
    stage.regrender(&["build"], None)?.success()?;
    let opened = kubeseal_opens(stage, &stage.read(FILE)?, Controller::Own)?.success()?;
    stage.check_secret(&opened.stdout, "team-a")?;
    stage.regrender(&["verify"], None)?.success()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_has_no_recipients() {
        let text = declaration().to_toml();
        assert!(!text.contains("recipients"), "{text}");
        assert!(text.contains("format = \"sealed-secrets\"\n"), "{text}");
        assert!(text.contains(&format!("certificate = \"{CERTIFICATE}\"\n")), "{text}");
    }
}
