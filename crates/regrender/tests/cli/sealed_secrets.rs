//! SealedSecrets from build to reveal: nobody here can open them.

use insta::assert_snapshot;

use crate::sandbox::{CANARY, Sandbox};

const FILE: &str = "pull-secrets/manifests/team-a/regcred.sealed-secret.yaml";
const CONTROLLER: &str = include_str!("../../../../testdata/vectors/sealed-secrets/controller.pem");
const CONTROLLERS_KEY: &str =
    include_str!("../../../../testdata/vectors/sealed-secrets/controller.key");
const RENEWED: &str = include_str!("../../../../testdata/vectors/sealed-secrets/renewed.pem");
const OTHER: &str = include_str!("../../../../testdata/vectors/sealed-secrets/other.pem");
const EXPIRED: &str = include_str!("../../../../testdata/vectors/sealed-secrets/expired.pem");
const BY_KUBESEAL: &str = include_str!("../../../../testdata/vectors/sealed-secrets/kubeseal.yaml");
const FINGERPRINT_KEY: &str = "canary-4f1d-of-the-fingerprint-key-0123456789";

const CONFIG: &str = r#"[seal]
format = "sealed-secrets"
certificate = "sealed-secrets.pem"
fingerprint-key = { env = "FINGERPRINT_KEY" }

[registry.hub]
kind = "docker-hub"
username = "acme-bot"
password = { env = "HUB_TOKEN" }

[secret.regcred]
registries = ["hub"]
namespaces = ["team-a"]
"#;

fn sandbox() -> Sandbox {
    let mut sandbox =
        Sandbox::new(&[("registries.toml", CONFIG), ("sealed-secrets.pem", CONTROLLER)]);
    sandbox.set("HUB_TOKEN", &format!("{CANARY}-hub"));
    sandbox.set("FINGERPRINT_KEY", FINGERPRINT_KEY);
    sandbox
}

fn built() -> Sandbox {
    let sandbox = sandbox();
    sandbox.run(&["build"]).succeeded();
    sandbox
}

#[test]
fn init_with_a_certificate_writes_a_file_that_builds() {
    let mut sandbox = Sandbox::new(&[("infra/sealed-secrets.pem", CONTROLLER)]);
    let init = ["init", "infra", "--certificate", "infra/sealed-secrets.pem"];
    assert_snapshot!(sandbox.run(&init).succeeded(), @"
    wrote infra/registries.toml

    next:
      1. fill in your registries and namespaces
      2. make a fingerprint key, `head -c 32 /dev/urandom | base64`, keep it as a secret, and have it in REGRENDER_FINGERPRINT_KEY where builds run
      3. regrender build --config infra/registries.toml
      4. commit infra/registries.toml, infra/sealed-secrets.pem and infra/pull-secrets

    lines for your Makefile:

    pull-secrets:
    	regrender build --config infra/registries.toml

    check-pull-secrets:
    	regrender verify --config infra/registries.toml

    .PHONY: pull-secrets check-pull-secrets
    ");
    assert_snapshot!(sandbox.read("infra/registries.toml"), @r#"
    # What each key means: docs/config.md of regrender.

    [seal]
    format = "sealed-secrets"
    # Who can open the sealed files: the controller that has the key of this certificate.
    certificate = "sealed-secrets.pem"
    # Nobody else can open them, so this tells a build what has not changed.
    fingerprint-key = { env = "REGRENDER_FINGERPRINT_KEY" }

    [output]
    directory = "pull-secrets"
    consumer = "flux"                          # or "argocd", "kubectl", or several in a list

    [registry.hub]
    kind = "docker-hub"
    username = "acme-bot"
    password = { env = "DOCKER_HUB_TOKEN" }

    [secret.regcred]
    registries = ["hub"]
    namespaces = ["default"]
    service-accounts = ["default"]
    "#);
    assert!(!sandbox.exists(".home/.config"));
    sandbox.set("DOCKER_HUB_TOKEN", CANARY);
    sandbox.set("REGRENDER_FINGERPRINT_KEY", FINGERPRINT_KEY);
    let config = ["--config", "infra/registries.toml"];
    sandbox.run(&[&["build"], &config[..]].concat()).succeeded();
    sandbox.run(&[&["build", "--check"], &config[..]].concat()).succeeded();
    sandbox.run(&[&["verify"], &config[..]].concat()).succeeded();
}

#[test]
fn init_with_a_certificate_of_no_use_writes_nothing() {
    let sandbox = Sandbox::new(&[("key.pem", CONTROLLERS_KEY), ("above.pem", CONTROLLER)]);
    let init = |arguments: &[&str]| sandbox.run(&[&["init"], arguments].concat()).ended_with(1);
    assert_snapshot!(init(&["--certificate", "sealed-secrets.pem"]), @"
    --- stderr
    error: certificate `sealed-secrets.pem` is not there
      help: fetch it where you reach the cluster: `kubeseal --fetch-cert > sealed-secrets.pem`
    --- status 1
    ");
    assert_snapshot!(init(&["--certificate", "key.pem"]), @"
    --- stderr
    error: nothing can be sealed for `key.pem`: it holds a private key, which belongs to the controller alone
      help: name another file for what `kubeseal --fetch-cert` prints
      help: keep the private key out of the repository: it opens every SealedSecret
    --- status 1
    ");
    assert_snapshot!(init(&["infra", "--certificate", "above.pem"]), @"
    --- stderr
    error: certificate `above.pem` does not lie in the folder of registries.toml
      help: it is committed beside registries.toml: copy it there, and name the copy
    --- status 1
    ");
    let climbing = init(&["infra", "--certificate", "infra/../above.pem"]);
    assert!(climbing.stderr.contains("does not lie in the folder"), "{climbing}");
    assert_snapshot!(init(&["--certificate", "."]), @"
    --- stderr
    error: certificate `.` is a folder
      help: name a file in it
    --- status 1
    ");
    assert!(!sandbox.exists("registries.toml") && !sandbox.exists("infra"));
}

#[test]
fn a_build_writes_them_and_a_second_one_touches_nothing() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    create pull-secrets/manifests/kustomization.yaml
    create pull-secrets/manifests/team-a/kustomization.yaml
    create pull-secrets/manifests/team-a/regcred.sealed-secret.yaml
    3 created, 0 unchanged
    ");
    assert_snapshot!(sandbox.read("pull-secrets/manifests/team-a/kustomization.yaml"), @"
    # Generated by regrender from registries.toml: change that and run `regrender build`.
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - regcred.sealed-secret.yaml
    ");
    let before = sandbox.snapshot("pull-secrets");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"3 unchanged");
    assert_snapshot!(sandbox.run(&["diff"]).succeeded(), @"nothing would change");
    assert_eq!(sandbox.snapshot("pull-secrets"), before);
}

#[test]
fn a_rotation_is_seen_and_told_without_opening() {
    let mut sandbox = built();
    sandbox.set("HUB_TOKEN", &format!("{CANARY}-rotated"));
    assert_snapshot!(sandbox.run(&["diff"]).ended_with(3), @"
    update pull-secrets/manifests/team-a/regcred.sealed-secret.yaml  (content changes)
      ? what is there can be opened by the controller alone
    --- status 3
    ");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sealed-secret.yaml  (content changes)
    1 updated, 2 unchanged
    ");
    sandbox.run(&["build", "--check"]).succeeded();
}

#[test]
fn another_certificate_seals_anew_and_says_why() {
    let sandbox = built();
    sandbox.write("sealed-secrets.pem", OTHER);
    assert_snapshot!(sandbox.run(&["diff"]).ended_with(3), @"
    update pull-secrets/manifests/team-a/regcred.sealed-secret.yaml  (for another certificate)
      - for the key sha256:e7051ffce2bc220a2369aba67ce15e94641eab7fe4e2316e69eec45214858bfe
      + for the key sha256:a410f4c91accd5475893699e5e4b05d3de9626b9ec3d66dc833a86278dc56cb0
    --- status 3
    ");
    assert_snapshot!(sandbox.run(&["verify"]).ended_with(3), @"
    error[other-certificate]: pull-secrets/manifests/team-a/regcred.sealed-secret.yaml: is sealed for the key sha256:e7051ffce2bc…, not for `sealed-secrets.pem`
      help: run `regrender build` and commit what it writes
    1 finding
    --- status 3
    ");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/regcred.sealed-secret.yaml  (for another certificate)
    1 updated, 2 unchanged
    ");
    sandbox.run(&["verify"]).succeeded();
}

#[test]
fn a_renewed_certificate_for_the_same_key_changes_nothing() {
    let sandbox = built();
    sandbox.write("sealed-secrets.pem", RENEWED);
    sandbox.run(&["build", "--check"]).succeeded();
    sandbox.run(&["verify"]).succeeded();
}

#[test]
fn certificates_that_are_of_no_use_are_told_before_anything_is_written() {
    let sandbox = sandbox();
    sandbox.write("sealed-secrets.pem", EXPIRED);
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: certificate `sealed-secrets.pem` expired at 2026-06-01T00:00:00Z
      help: fetch it where you reach the cluster: `kubeseal --fetch-cert > sealed-secrets.pem`; what is sealed already stays good
    --- status 1
    ");
    sandbox.write("sealed-secrets.pem", CONTROLLERS_KEY);
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: nothing can be sealed for `sealed-secrets.pem`: it holds a private key, which belongs to the controller alone
      help: name another file for what `kubeseal --fetch-cert` prints
      help: keep the private key out of the repository: it opens every SealedSecret
    --- status 1
    ");
    sandbox.write("sealed-secrets.pem", "");
    assert_snapshot!(sandbox.run(&["verify"]).ended_with(1), @"
    --- stderr
    error: nothing can be sealed for `sealed-secrets.pem`: there is no certificate in it
      help: fetch it where you reach the cluster: `kubeseal --fetch-cert > sealed-secrets.pem`
    --- status 1
    ");
    std::fs::remove_file(sandbox.path("sealed-secrets.pem")).unwrap();
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: certificate `sealed-secrets.pem` is not there
      help: fetch it where you reach the cluster: `kubeseal --fetch-cert > sealed-secrets.pem`
    --- status 1
    ");
    assert!(!sandbox.exists("pull-secrets"));
}

#[test]
fn a_folder_or_an_endless_file_is_no_certificate() {
    let sandbox = sandbox();
    let path = sandbox.path("sealed-secrets.pem");
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: certificate `sealed-secrets.pem` is a folder
      help: name a file in it
    --- status 1
    ");
    std::fs::remove_dir(&path).unwrap();
    sandbox.write("sealed-secrets.pem", &"#".repeat(1024 * 1024 + 1));
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: certificate `sealed-secrets.pem` is larger than 1 MiB
      help: fetch it where you reach the cluster: `kubeseal --fetch-cert > sealed-secrets.pem`
    --- status 1
    ");
    assert!(!sandbox.exists("pull-secrets"));
}

#[test]
fn what_is_sealed_for_an_expired_certificate_stays_verified() {
    let sandbox = built();
    sandbox.write("sealed-secrets.pem", EXPIRED);
    // Another key, but that it is over is no finding: what is sealed stays good.
    let found = sandbox.run(&["verify"]).ended_with(3);
    assert!(!found.to_string().contains("expired at"), "{found}");
}

#[test]
fn a_fingerprint_key_that_cannot_be_had_is_an_error_of_a_build() {
    let mut sandbox = sandbox();
    sandbox.unset("FINGERPRINT_KEY");
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @r#"
    --- stderr
    error[source-variable-unset]: the fingerprint key cannot be obtained: environment variable `FINGERPRINT_KEY` is not set
     --> registries.toml:4:19
      |
    4 | fingerprint-key = { env = "FINGERPRINT_KEY" }
      |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ read from environment variable `FINGERPRINT_KEY`
      |
      = help: set `FINGERPRINT_KEY`, or name another source in registries.toml

    error: the fingerprint key cannot be obtained; nothing was written
      help: `regrender explain source-variable-unset` says more
    --- status 1
    "#);
    assert!(!sandbox.exists("pull-secrets"));
}

#[test]
fn verify_says_what_it_takes_on_trust_without_the_key() {
    let mut sandbox = built();
    assert_snapshot!(sandbox.run(&["verify"]).succeeded(), @"3 files are as declared");
    sandbox.unset("FINGERPRINT_KEY");
    assert_snapshot!(sandbox.run(&["verify"]).succeeded(), @"
    3 files are as declared
    --- stderr
    note: the fingerprint key is not at hand: that SealedSecrets are as a build sealed them, and for the certificate that they name, is taken from what they say
    ");
    sandbox.edit("registries.toml", "\"acme-bot\"", "\"acme-pull\"");
    let told = sandbox.run(&["verify"]).ended_with(3).to_string();
    let line = "does not say `Holds the credential of acme-pull for https://index.docker.io/v1/`";
    assert!(told.contains(&format!("error[outdated-file]: {FILE}: {line}")), "{told}");
    sandbox.set("FINGERPRINT_KEY", "short");
    assert_snapshot!(sandbox.run(&["verify"]).ended_with(1), @"
    --- stderr
    error: the fingerprint key cannot be used: the fingerprint key has 5 characters; it needs at least 32
      help: make one: `head -c 32 /dev/urandom | base64`
    --- status 1
    ");
}

#[test]
fn an_edit_by_hand_is_found_with_the_key() {
    let mut sandbox = built();
    let text = sandbox.read(FILE);
    let value = text.split("dockerconfigjson: ").nth(1).unwrap().split('\n').next().unwrap();
    let forged = format!("AQ{}{}", "B".repeat(8), &value[10..]);
    sandbox.edit(FILE, value, &forged);
    assert_snapshot!(sandbox.run(&["verify"]).ended_with(3), @"
    error[fingerprint-differs]: pull-secrets/manifests/team-a/regcred.sealed-secret.yaml: is not as it was sealed: it was edited, or the fingerprint key is another
      help: run `regrender build` and commit what it writes
    1 finding
    --- status 3
    ");
    // Nobody else can see it.
    sandbox.unset("FINGERPRINT_KEY");
    sandbox.run(&["verify"]).succeeded();
}

#[test]
fn damage_is_found_without_the_key() {
    let mut sandbox = built();
    sandbox.unset("FINGERPRINT_KEY");
    let whole = sandbox.read(FILE);
    let value = whole.split("dockerconfigjson: ").nth(1).unwrap().split('\n').next().unwrap();
    let edits = [
        (value, "AQAA"),
        (".dockerconfigjson:", ".dockercfg:"),
        ("type: kubernetes.io/dockerconfigjson", "type: Opaque"),
        ("name: regcred", "name: other"),
        ("    regrender.dev/fingerprint", "    other"),
        ("    regrender.dev/certificate: sha256:e7", "    regrender.dev/certificate: sha256:00"),
        ("  template:\n", "  data: YQ==\n  template:\n"),
        ("kind: SealedSecret", "kind: Secret"),
        (
            "  annotations:\n",
            "  annotations:\n    sealedsecrets.bitnami.com/cluster-wide: \"true\"\n",
        ),
    ];
    let mut told = String::new();
    for (from, to) in edits {
        sandbox.edit(FILE, from, to);
        let found = sandbox.run(&["verify"]).ended_with(3);
        let lines = found.stdout.lines().filter(|line| line.starts_with("error"));
        told.extend(lines.map(|line| format!("{}\n", line.replace(FILE, "FILE"))));
        sandbox.write(FILE, &whole);
    }
    assert_snapshot!(told, @"
    error[broken-file]: FILE: `.dockerconfigjson` is no value that a controller could open
    error[outdated-file]: FILE: its one value is not `.dockerconfigjson`
    error[outdated-file]: FILE: its name, namespace, type, labels, annotations or comments are not as declared
    error[outdated-file]: FILE: its name, namespace, type, labels, annotations or comments are not as declared
    error[fingerprint-missing]: FILE: carries no fingerprint, so no build sealed it
    error[outdated-file]: FILE: its name, namespace, type, labels, annotations or comments are not as declared
    error[other-certificate]: FILE: is sealed for the key sha256:00051ffce2bc…, not for `sealed-secrets.pem`
    error[broken-file]: FILE: has `spec.data`, which controllers do not take any more
    error[outdated-file]: FILE: its name, namespace, type, labels, annotations or comments are not as declared
    error[not-sealed]: FILE: is not a SealedSecret
    error[other-scope]: FILE: `sealedsecrets.bitnami.com/cluster-wide` asks for another scope than the strict one
    error[outdated-file]: FILE: its name, namespace, type, labels, annotations or comments are not as declared
    ");
}

#[test]
fn a_file_of_others_is_never_touched() {
    let sandbox = sandbox();
    sandbox.write(FILE, BY_KUBESEAL);
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: `pull-secrets/manifests/team-a/regcred.sealed-secret.yaml` is in the way: it does not begin with the header of a generated file
      help: move it away, or remove it, and build again
    --- status 1
    ");
    assert_eq!(sandbox.read(FILE), BY_KUBESEAL);
}

#[test]
fn changing_the_format_replaces_the_files() {
    let sandbox = built();
    let recipient = crate::sandbox::RECIPIENT;
    sandbox.edit(
        "registries.toml",
        "format = \"sealed-secrets\"\ncertificate = \"sealed-secrets.pem\"",
        &format!("recipients = [\"{recipient}\"]"),
    );
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/team-a/kustomization.yaml
    remove pull-secrets/manifests/team-a/regcred.sealed-secret.yaml
    create pull-secrets/manifests/team-a/regcred.sops.yaml
    1 created, 1 updated, 1 removed, 1 unchanged
    ");
}

#[test]
fn reveal_says_who_can() {
    let sandbox = built();
    assert_snapshot!(sandbox.run(&["reveal", FILE]).ended_with(1), @"
    --- stderr
    error: `pull-secrets/manifests/team-a/regcred.sealed-secret.yaml` is a SealedSecret: nobody opens it but the controller in the cluster it is for
      help: look at the Secret that the controller makes of it: `kubectl get secret`
      help: with the private key of the controller: `kubeseal --recovery-unseal --recovery-private-key KEY < pull-secrets/manifests/team-a/regcred.sealed-secret.yaml`
    --- status 1
    ");
}

#[test]
fn clusters_have_certificates_of_their_own() {
    let sandbox = sandbox();
    sandbox.edit(
        "registries.toml",
        "[registry.hub]",
        &format!(
            "[cluster.edge]\nformat = \"sops\"\nrecipients = [\"{}\"]\n\n\
             [cluster.prod]\ncertificate = \"other.pem\"\n\n[cluster.staging]\n\n[registry.hub]",
            crate::sandbox::RECIPIENT
        ),
    );
    sandbox.write("other.pem", OTHER);
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    create pull-secrets/edge/manifests/kustomization.yaml
    create pull-secrets/edge/manifests/team-a/kustomization.yaml
    create pull-secrets/edge/manifests/team-a/regcred.sops.yaml
    create pull-secrets/prod/manifests/kustomization.yaml
    create pull-secrets/prod/manifests/team-a/kustomization.yaml
    create pull-secrets/prod/manifests/team-a/regcred.sealed-secret.yaml
    create pull-secrets/staging/manifests/kustomization.yaml
    create pull-secrets/staging/manifests/team-a/kustomization.yaml
    create pull-secrets/staging/manifests/team-a/regcred.sealed-secret.yaml
    9 created, 0 unchanged
    ");
    sandbox.run(&["verify"]).succeeded();
    let annotation = |cluster: &str| {
        let text =
            sandbox.read(&FILE.replace("pull-secrets/", &format!("pull-secrets/{cluster}/")));
        text.lines().find(|line| line.contains("regrender.dev/certificate")).unwrap().to_owned()
    };
    assert_ne!(annotation("prod"), annotation("staging"));
}

#[test]
fn what_kubeseal_sealed_counts_as_the_secret_it_becomes() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: team-a}\nspec:\n  \
               imagePullSecrets: [{name: regcred}]\n  containers: [{name: web, image: registry.example.com/web:1}]\n";
    let sandbox = Sandbox::new(&[("pod.yaml", pod), ("sealed.yaml", BY_KUBESEAL)]);
    assert_snapshot!(sandbox.run(&["audit"]), @"
    info[undetermined]: `registry.example.com/web:1` of Pod `web`: Secret `regcred` cannot be opened
      --> pod.yaml:6:35
      help: pipe the built manifests through `regrender audit -`, or put the missing object into the repository

    1 image in 2 files: 1 undetermined; 0 errors, 0 warnings, 0 unreadable
    ");
    sandbox.edit("sealed.yaml", "kubernetes.io/dockerconfigjson", "Opaque");
    assert_snapshot!(sandbox.run(&["audit"]), @"
    warning[uncovered-unknown]: `registry.example.com/web:1` of Pod `web`: no pull secret in force covers `registry.example.com`, and nothing is declared about it
      --> pod.yaml:6:35
      help: declare the registry in registries.toml, with a credential or with `anonymous = true`

    1 image in 2 files: 1 uncovered-unknown; 0 errors, 1 warning, 0 unreadable
    ");
}

#[test]
fn what_a_build_sealed_is_known_by_registries_toml() {
    let sandbox = built();
    sandbox.write(
        "pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: team-a}\nspec:\n  \
         imagePullSecrets: [{name: regcred}]\n  containers: [{name: web, image: acme/web:1}]\n",
    );
    assert_snapshot!(sandbox.run(&["audit"]), @"1 image in 4 files: 1 covered-by-hub-fallback; 0 errors, 0 warnings, 0 unreadable");
}
