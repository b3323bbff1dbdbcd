//! `--exclude`: what `audit`, `graph` and `explain` leave out.

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::{CANARY, Sandbox};

/// A Deployment with an image that nothing is known of.
fn deployment(name: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\n\
         spec: {{template: {{spec: {{containers: [{{name: a, image: r.io/{name}:1}}]}}}}}}\n"
    )
}

/// Two overlays, one of which nobody deploys and kustomize does not build, over one base.
fn repository() -> Sandbox {
    let overlay = |namespace: &str| format!("namespace: {namespace}\nresources: [../base]\n");
    let sandbox = Sandbox::new(&[
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", &deployment("web")),
        ("prod/kustomization.yaml", &overlay("prod")),
        (".archive/old/kustomization.yaml", "namespace: old\nresources: [../../base, gone.yaml]\n"),
        (".archive/old/job.yaml", &deployment("job")),
        (".archive/broken.yaml", "a: [\n"),
    ]);
    sandbox.write(".archive/id.txt", "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQ\n");
    sandbox
}

/// Runs an audit and returns its report.
#[track_caller]
fn audit(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let outcome = sandbox.run(&[&["audit", "--output", "json"], arguments].concat());
    assert_eq!(outcome.stderr, "");
    serde_json::from_str(&outcome.stdout).unwrap()
}

/// Lists the images of an audit with their namespaces.
#[track_caller]
fn images(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let report = audit(sandbox, arguments);
    let images = report["images"].as_array().unwrap().iter();
    let namespace = |image: &Value| image["namespace"].as_str().unwrap_or("?").to_owned();
    images
        .map(|image| format!("{} in {}", image["image"].as_str().unwrap(), namespace(image)))
        .collect()
}

#[test]
fn what_nobody_deploys_is_left_out() {
    let sandbox = repository();
    let report = audit(&sandbox, &[]);
    assert_eq!(report["summary"]["findings"]["error"], 2);
    assert_eq!(report["summary"]["unreadable"], 1);
    assert_snapshot!(sandbox.run(&["audit", "--exclude", ".archive"]).succeeded(), @"
    warning[uncovered-unknown]: `r.io/web:1` of Deployment `web`: no pull secret in force covers `r.io`, and nothing is declared about it
      --> base/web.yaml:4:56
      help: declare the registry in registries.toml, with a credential or with `anonymous = true`

    1 image in 3 files: 1 uncovered-unknown; 0 errors, 1 warning, 0 unreadable
    ");
    assert_eq!(images(&sandbox, &["--exclude", ".archive/"]), ["r.io/web:1 in prod"]);
    assert_eq!(images(&sandbox, &["--exclude", ".archive/**"]), ["r.io/web:1 in prod"]);
    // A path that is named is left out too, as a shell may have named it.
    let named = ["prod", "base", ".archive", "--exclude", ".archive"];
    let outcome = sandbox.run(&[&["audit"], &named[..]].concat()).succeeded();
    let warning = "warning: `.archive` holds no manifest but those that `--exclude` leaves out\n";
    assert_eq!(outcome.stderr, warning);
}

#[test]
fn what_a_kustomization_that_stays_names_is_read() {
    let sandbox = repository();
    let expected = ["r.io/web:1 in prod"];
    assert_eq!(images(&sandbox, &["--exclude", ".archive", "--exclude", "base"]), expected);
    // Over several steps, by a file, by a component, by a patch and by a generator.
    sandbox.write("base/kustomization.yaml", "resources: [../deep, web.yaml]\n");
    sandbox.write("deep/Kustomization", "resources: [more.yaml]\ncomponents: [../part]\n");
    sandbox.write("deep/more.yaml", &deployment("more"));
    sandbox.write(
        "part/kustomization.yaml",
        "kind: Component\nresources: [part.yaml]\npatches: [{path: p.yaml}]\n",
    );
    sandbox.write("part/part.yaml", &deployment("part"));
    sandbox.write("part/p.yaml", &deployment("more").replace("more:1", "patched:2"));
    sandbox.write("part/unused.yaml", &deployment("unused"));
    let excluded = ["base", "deep", "part", ".archive"].map(|name| ["--exclude", name]).concat();
    let expected = ["r.io/web:1 in prod", "r.io/patched:2 in prod", "r.io/part:1 in prod"];
    let mut found = images(&sandbox, &excluded);
    found.sort_by_key(|image| expected.iter().position(|one| one == image));
    assert_eq!(found, expected);
    // What cannot be read of it is told.
    sandbox.write("deep/more.yaml", "a: [\n");
    assert_eq!(audit(&sandbox, &excluded)["unreadable"][0]["file"], "deep/more.yaml");
}

#[test]
fn what_is_named_is_read_by_whatever_way_the_audit_comes() {
    let sandbox = repository();
    let excluded = ["--exclude", "base"];
    for paths in [["prod/../prod", "base"], ["./prod", "prod/../base"], ["prod/", "base/."]] {
        let outcome = sandbox.run(&[&["audit"], &paths[..], &excluded].concat()).succeeded();
        let summary =
            "1 image in 3 files: 1 uncovered-unknown; 0 errors, 1 warning, 0 unreadable\n";
        assert!(outcome.stdout.ends_with(summary), "{outcome}");
        assert!(outcome.stderr.ends_with("but those that `--exclude` leaves out\n"), "{outcome}");
    }
}

#[test]
fn what_only_left_out_kustomizations_name_stands_alone() {
    let sandbox = repository();
    assert_eq!(
        images(&sandbox, &["--exclude", ".archive", "--exclude", "prod"]),
        ["r.io/web:1 in ?"]
    );
}

#[test]
fn a_folder_that_an_object_of_flux_applies_can_be_left_out() {
    let sandbox = repository();
    sandbox.write(
        "clusters/prod.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: p}\n\
         spec: {path: ./prod, targetNamespace: flux}\n",
    );
    assert!(
        images(&sandbox, &["--exclude", ".archive"]).contains(&"r.io/web:1 in flux".to_owned())
    );
    let without =
        images(&sandbox, &["--exclude", ".archive", "--exclude", "/prod", "--exclude", "base"]);
    assert_eq!(without, [""; 0]);
}

#[test]
fn made_up_passwords_of_tests_can_be_left_out() {
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ntype: kubernetes.io/dockerconfigjson\n\
         stringData:\n  .dockerconfigjson: '{{\"auths\":{{\"r.io\":{{\"username\":\"u\",\"password\":\"{CANARY}\"}}}}}}'\n"
    );
    let sandbox = Sandbox::new(&[("tests/secret.yaml", &secret), ("web.yaml", &deployment("web"))]);
    let outcome = sandbox.run(&["audit"]).ended_with(3);
    assert!(outcome.stdout.contains("error[leaked-pull-secret]"), "{outcome}");
    let outcome = sandbox.run(&["audit", "--exclude", "tests"]).succeeded();
    assert!(!outcome.stdout.contains("leaked"), "{outcome}");
}

#[test]
fn nothing_left_is_an_error() {
    let sandbox = repository();
    for command in ["audit", "graph"] {
        let outcome = sandbox.run(&[command, "--exclude", "*"]).ended_with(1);
        assert_eq!(
            outcome.stderr,
            "error: `.` holds no manifest but those that `--exclude` leaves out\n  \
             help: leave out less, or name what holds other manifests\n"
        );
        // What leaks is looked for in other files too.
        let outcome = sandbox.run(&[command, "--exclude", "*.yaml"]);
        let warning = "warning: `.` holds no manifest but those that `--exclude` leaves out\n";
        assert!(outcome.stderr.contains(warning), "{outcome}");
    }
}

#[test]
fn a_pattern_that_matches_nothing_is_told_and_fails_nothing() {
    let sandbox = repository();
    let arguments = ["audit", "--exclude", ".archive", "--exclude", "/web.yaml", "--exclude", "!x"];
    assert_snapshot!(sandbox.run(&arguments).succeeded().stderr, @"
    warning: nothing here matches `--exclude /web.yaml`; did you mean `--exclude '**/web.yaml'`?
    warning: `--exclude !x` takes nothing back that another pattern leaves out
    ");
}

#[test]
fn a_pattern_that_is_none_is_a_wrong_command_line() {
    let sandbox = repository();
    for (pattern, reason) in [("a[b", "unclosed character class"), ("", "it names nothing")] {
        let outcome = sandbox.run(&["audit", "--exclude", pattern]).ended_with(2);
        let expected = format!("error: invalid value '{pattern}' for '--exclude <GLOB>': {reason}");
        assert!(outcome.stderr.starts_with(&expected), "{outcome}");
    }
}

#[test]
fn a_graph_leaves_out_the_same() {
    let sandbox = repository();
    let drawn = |arguments: &[&str]| sandbox.run(&[&["graph"], arguments].concat()).succeeded();
    assert!(drawn(&[]).stdout.contains("job"));
    let outcome = drawn(&["--exclude", ".archive"]);
    assert!(!outcome.stdout.contains("job") && outcome.stdout.contains("web"), "{outcome}");
}

#[test]
fn an_explanation_leaves_out_the_same() {
    let sandbox = repository();
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: prod}\n\
                   imagePullSecrets: [{name: old}]\n";
    sandbox.write(".archive/account.yaml", account);
    let explain = ["explain", "r.io/web:1", "--namespace", "prod"];
    assert_snapshot!(sandbox.run(&explain).succeeded(), @"
    image        r.io/web:1
    host         r.io
    path         web
    tag          1
    asked for    r.io/web
    pull secret  old
    verdict      undetermined: Secret `old` is not in the repository
    ");
    let outcome = sandbox.run(&[&explain[..], &["--exclude", ".archive"]].concat()).succeeded();
    assert_snapshot!(outcome, @"
    image        r.io/web:1
    host         r.io
    path         web
    tag          1
    asked for    r.io/web
    verdict      uncovered-unknown: no pull secret in force covers `r.io`, and nothing is declared about it
    ");
    let outcome = sandbox.run(&["explain", "r.io/web:1", "--exclude", "x"]).ended_with(2);
    assert!(outcome.stderr.contains("--namespace <NAME>"), "{outcome}");
}
