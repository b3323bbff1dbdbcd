//! `explain` and `audit`: from an image to its credential.

mod broken_kustomization;
mod named;
mod source;

use insta::assert_snapshot;

use crate::sandbox::{CANARY, Sandbox};

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: team-a}\n\
                   spec: {template: {spec: {containers: [{name: web, image: acme/web:1}]}}}\n";

/// A repository whose `default` account gets the pull secret.
fn repository() -> Sandbox {
    let sandbox = Sandbox::simple();
    sandbox.give_to("default");
    sandbox.write("apps/web.yaml", WEB);
    sandbox
}

fn secret(name: &str, key: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\ntype: kubernetes.io/dockerconfigjson\n\
         stringData:\n  .dockerconfigjson: '{{\"auths\":{{\"{key}\":{{\"username\":\"u\",\"password\":\"{CANARY}\"}}}}}}'\n"
    )
}

#[test]
fn a_password_that_is_read_from_the_repository_leaks() {
    let sandbox = repository();
    sandbox.write("secrets/hub.txt", "swordfish\n");
    let leaks = || {
        let outcome = sandbox.run(&["audit", ".", "--output", "json"]);
        outcome.stdout.matches("leaked-source").count()
    };
    assert_eq!(leaks(), 0);
    sandbox.edit("registries.toml", "{ env = \"HUB_TOKEN\" }", "{ file = \"secrets/hub.txt\" }");
    assert_eq!(leaks(), 1);
    assert_snapshot!(sandbox.run(&["audit"]).ended_with(3), @r#"
    error[leaked-source]: the password of registry `hub` stands here in clear, and Git does not ignore it
      --> secrets/hub.txt:1:1
      help: change the secret, and keep the file where Git ignores it, or seal it and read it as `{ age = "FILE" }` or `{ sops = "FILE" }`

    1 image in 1 file: 1 covered-by-hub-fallback; 1 error, 0 warnings, 0 unreadable
    --- status 3
    "#);
    // What Git ignores is not in the repository, and other folders are not asked about.
    assert_eq!(sandbox.run(&["audit", "apps"]).succeeded().stdout.matches("leaked").count(), 0);
    sandbox.write(".gitignore", "/secrets/\n");
    assert_eq!(leaks(), 0);
}

/// What sops sealed but for the usernames.
const PARTLY_CLEAR: &str =
    include_str!("../../../../testdata/vectors/sops/credentials-yaml--unenc-regex/sealed.yaml");

#[test]
fn a_password_that_sops_left_in_clear_leaks() {
    let sandbox = repository();
    sandbox.write("secrets.yaml", PARTLY_CLEAR);
    let original = sandbox.read("registries.toml");
    let leaks = |source: &str| {
        sandbox.write("registries.toml", &original.replace("{ env = \"HUB_TOKEN\" }", source));
        let outcome = sandbox.run(&["audit", ".", "--output", "json"]);
        outcome.stdout.matches("leaked-source").count()
    };
    assert_eq!(leaks("{ sops = \"secrets.yaml\", key = \"hub.username\" }"), 1);
    assert_eq!(leaks("{ sops = \"secrets.yaml\", key = \"hub.password\" }"), 0);
    assert_eq!(leaks("{ sops = \"secrets.yaml\", key = \"internal.empty\" }"), 0);
    assert_eq!(leaks("{ sops = \"secrets.yaml\", key = \"nowhere\" }"), 0);
}

#[test]
fn who_logs_in_to_vault_is_no_secret_and_what_with_is_one() {
    let sandbox = repository();
    for file in ["role", "secret"] {
        sandbox.write(file, "swordfish\n");
    }
    sandbox.edit("registries.toml", "{ env = \"HUB_TOKEN\" }", "{ vault = \"a/b\", key = \"c\" }");
    let auth = "[vault]\naddress = \"https://vault.example.com\"\n\
                auth = { method = \"approle\", role-id = { file = \"role\" }, \
                secret-id = { file = \"secret\" } }\n";
    sandbox.write("registries.toml", &format!("{}{auth}", sandbox.read("registries.toml")));
    let outcome = sandbox.run(&["audit", ".", "--output", "json"]);
    assert_eq!(outcome.stdout.matches("leaked-source").count(), 1, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("what Vault is asked with stands here"), "{}", outcome.stdout);
}

#[test]
fn an_image_is_explained_from_manifests() {
    let sandbox = Sandbox::new(&[
        ("one.yaml", &secret("one", "registry.example.com/team")),
        ("two.yaml", &secret("two", "*.example.com")),
    ]);
    let arguments = [
        "explain",
        "registry.example.com/team2/app:1",
        "--pull-secret",
        "two.yaml",
        "--pull-secret",
        "one.yaml",
    ];
    assert_snapshot!(sandbox.run(&arguments).succeeded(), @"
    image        registry.example.com/team2/app:1
    host         registry.example.com
    path         team2/app
    tag          1
    asked for    registry.example.com/team2/app
    pull secret  two
    pull secret  one
    tried        1. user u by key registry.example.com/team of one (prefix)
    tried        2. user u by key *.example.com of two (wildcard)
    verdict      covered-by-prefix: key `registry.example.com/team` of Secret `one` ends inside a segment of the image's path
    ");
    let json = [&arguments[..], &["--output", "json"]].concat();
    assert_snapshot!(sandbox.run(&json).succeeded(), @r#"{"image":"registry.example.com/team2/app:1","valid":true,"error":null,"repository":"registry.example.com/team2/app","host":"registry.example.com","path":"team2/app","tag":"1","digest":null,"credentials":[{"secret":"one","key":"registry.example.com/team","username":"u","position":0},{"secret":"two","key":"*.example.com","username":"u","position":1}],"pull_secrets":["two","one"],"broken":[],"verdict":"covered-by-prefix"}"#);
}

#[test]
fn the_list_of_a_pod_switches_the_list_of_its_account_off() {
    let sandbox = Sandbox::new(&[
        ("one.yaml", &secret("one", "registry.example.com")),
        (
            "pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {imagePullSecrets: [{name: two}]}\n",
        ),
        (
            "account.yaml",
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\nimagePullSecrets: [{name: one}]\n",
        ),
    ]);
    let outcome = sandbox.run(&[
        "explain",
        "registry.example.com/app",
        "--pull-secret",
        "one.yaml",
        "--pod",
        "pod.yaml",
        "--service-account",
        "account.yaml",
    ]);
    assert_snapshot!(outcome.succeeded(), @"
    image        registry.example.com/app
    host         registry.example.com
    path         app
    asked for    registry.example.com/app
    pull secret  two
    verdict      undetermined: Secret `two` is not among those given
    ");
}

#[test]
fn every_verdict_is_explained() {
    let outcome = Sandbox::simple().run(&["explain", "declared-node-provided"]).succeeded();
    assert_snapshot!(outcome, @"
    ## declared-node-provided

    The node or a plugin of the kubelet provides the credential, as `provide` says.
    ");
    for word in ["covered", "public", "covered-by-hub-fallback"] {
        let outcome = Sandbox::simple().run(&["explain", word]).succeeded();
        assert!(outcome.stdout.starts_with(&format!("## {word}\n")), "{outcome}");
    }
}

#[test]
fn a_pod_is_looked_for_among_all_that_its_file_holds() {
    let service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n---\n";
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
        spec: {template: {spec: {imagePullSecrets: [{name: one}], containers: [{name: c, image: a}]}}}\n";
    let other = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: other}\nspec: {}\n";
    let sandbox = Sandbox::new(&[
        ("one.yaml", &secret("one", "registry.example.com")),
        ("web.yaml", &format!("{service}{web}")),
        ("two.yaml", &format!("{service}{web}{other}")),
        ("service.yaml", service),
    ]);
    let ask = |pod: &str| {
        let image = "registry.example.com/app";
        sandbox.run(&["explain", image, "--pull-secret", "one.yaml", "--pod", pod])
    };
    assert_snapshot!(ask("web.yaml").succeeded(), @"
    image        registry.example.com/app
    host         registry.example.com
    path         app
    asked for    registry.example.com/app
    pull secret  one
    tried        1. user u by key registry.example.com of one (exact)
    verdict      covered: key `registry.example.com` of Secret `one`
    ");
    assert_snapshot!(ask("two.yaml").stderr, @"note: `two.yaml` has 2 manifests of pods; `Deployment/web` is taken");
    let refused = ask("service.yaml");
    assert_eq!(refused.status, 1);
    assert_snapshot!(refused.stderr, @"
    error: `service.yaml` is the manifest of no pod
      help: name one of a Pod, or of a Deployment or another workload
    ");
}

#[test]
fn an_image_alone_is_covered_by_nothing_and_a_note_says_what_to_name() {
    let sandbox = Sandbox::simple();
    assert_snapshot!(sandbox.run(&["explain", "acme/web:1"]).succeeded(), @"
    image        acme/web:1
    host         docker.io
    path         acme/web
    tag          1
    asked for    docker.io/acme/web
    verdict      uncovered-unknown: no pull secret in force covers `docker.io`, and nothing is declared about it
    --- stderr
    note: neither a pull secret nor a namespace is named, so nothing can cover the image: `--namespace NAME` asks what its pods have, `--pull-secret FILE` asks one Secret
    ");
    for options in [["--cluster", "prod"], ["--config", "registries.toml"]] {
        let said = sandbox.run(&["explain", "x", options[0], options[1]]).ended_with(2).stderr;
        assert!(said.contains("help: add `--namespace NAME`, or leave them out"), "{said}");
    }
}

#[test]
fn a_file_of_something_else_is_told() {
    let sandbox = Sandbox::simple();
    sandbox.write("config.json", "{\"auths\":{}}");
    sandbox.write("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    let options = ["--pull-secret", "config.json", "--service-account", "map.yaml"];
    let outcome = sandbox.run(&[&["explain", "x"], &options[..]].concat());
    assert_snapshot!(outcome.stderr, @"
    warning: `config.json` is the manifest of no Secret
    warning: `map.yaml` is the manifest of no ServiceAccount
    ");
}

#[test]
fn the_page_of_a_problem_is_json_where_that_is_asked_for() {
    let arguments = ["explain", "unknown-registry", "--output", "json"];
    let page = Sandbox::new(&[]).run(&arguments).succeeded().stdout;
    let page: serde_json::Value = serde_json::from_str(&page).unwrap();
    assert_eq!(page["code"], "unknown-registry");
    assert!(page["page"].as_str().unwrap().starts_with("## unknown-registry\n"));
}

#[test]
fn names_in_a_repository_do_not_reach_the_terminal_as_commands() {
    let sandbox = Sandbox::simple();
    sandbox.write(
        "pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: \"a\\e[2J\", namespace: \"b\\n::stop-commands::x\"}\n\
         spec:\n  containers: [{name: c, image: \"x/y\\e[31m\"}]\n  imagePullSecrets: [{name: \"d\\re\"}]\n",
    );
    sandbox.run(&["build"]).succeeded();
    let list = "pull-secrets/manifests/kustomization.yaml";
    sandbox.write(list, &(sandbox.read(list) + "# \u{1b}[2J\r\n"));
    let explain = ["explain", "x\u{1b}[31m\n::error::"];
    for arguments in [&["audit"][..], &explain, &["verify"], &["diff"]] {
        let outcome = sandbox.run(arguments);
        let said = outcome.stdout + &outcome.stderr;
        assert!(!said.contains(['\u{1b}', '\r']) && !said.contains("\n::"), "{said}");
    }
}

#[test]
fn a_pull_secret_that_is_older_than_registries_toml_is_to_be_built() {
    let sandbox = repository();
    sandbox.run(&["build"]).succeeded();
    sandbox.edit("registries.toml", "registries = [\"hub\"]", "registries = [\"hub\", \"new\"]");
    let new = "[registry.new]\nhost = \"new.io\"\nusername = \"u\"\npassword = { env = \"NEW\" }\n";
    sandbox.write("registries.toml", &(sandbox.read("registries.toml") + new));
    sandbox.write("apps/web.yaml", &WEB.replace("acme/web", "new.io/web"));
    let said = "; `regrender build` makes Secret `regcred` cover it\n";
    let audit = sandbox.run(&["audit"]).ended_with(3);
    assert!(audit.stdout.contains(said), "{audit}");
    let explain = sandbox.run(&["explain", "new.io/web", "--namespace", "team-a"]).succeeded();
    assert!(explain.stdout.contains(said), "{explain}");
    let other = sandbox.run(&["explain", "new.io/web", "-n", "team-b"]).succeeded();
    assert!(!other.stdout.contains("regrender build"), "{other}");
}

#[test]
fn an_image_is_explained_for_an_account_of_the_repository() {
    let sandbox = repository();
    let outcome = sandbox.run(&["explain", "acme/web:1", "--namespace", "team-a"]);
    assert_snapshot!(outcome.succeeded(), @"
    image        acme/web:1
    host         docker.io
    path         acme/web
    tag          1
    asked for    docker.io/acme/web
    pull secret  regcred
    tried        1. user acme-bot by key https://index.docker.io/v1/ of regcred (hub-fallback)
    verdict      covered-by-hub-fallback: key `https://index.docker.io/v1/` of Secret `regcred` (normal for Docker Hub)
    ");
    let outcome = sandbox.run(&[
        "explain",
        "acme/web:1",
        "--namespace",
        "team-a",
        "--service-account",
        "builder",
    ]);
    assert_snapshot!(outcome.succeeded(), @"
    image        acme/web:1
    host         docker.io
    path         acme/web
    tag          1
    asked for    docker.io/acme/web
    verdict      undetermined: ServiceAccount `builder` is not in the repository
    ");
    let outcome = sandbox.run(&["explain", "x", "--service-account", "builder"]);
    assert_snapshot!(outcome.ended_with(1), @"
    --- stderr
    error: `builder` cannot be read: No such file or directory (os error 2)
      help: name a manifest; for an account by its name, add `--namespace`
    --- status 1
    ");
}

#[test]
fn a_namespace_that_nothing_is_in_is_told() {
    let sandbox = repository();
    let told = |namespace| {
        let arguments = ["explain", "acme/web:1", "--namespace", namespace, "--output", "json"];
        sandbox.run(&arguments).succeeded().stderr
    };
    assert_eq!(told("team-a"), "");
    assert_eq!(
        told("taem-a"),
        "note: nothing in the repository is in namespace `taem-a`, and no pull secret is declared for it; did you mean `team-a`?\n"
    );
    assert_eq!(
        told("elsewhere"),
        "note: nothing in the repository is in namespace `elsewhere`, and no pull secret is declared for it\n"
    );
    sandbox.write("apps/web.yaml", &WEB.replace("team-a", "elsewhere"));
    assert_eq!(told("elsewhere"), "");
}

#[test]
fn what_a_build_writes_covers_what_it_is_declared_for() {
    let sandbox = repository();
    sandbox.run(&["build"]).succeeded();
    assert_snapshot!(sandbox.run(&["audit"]).succeeded(), @"1 image in 6 files: 1 covered-by-hub-fallback; 0 errors, 0 warnings, 0 unreadable");
}

#[test]
fn an_image_that_nothing_covers_fails_the_audit() {
    let sandbox = repository();
    sandbox.write("apps/web.yaml", &WEB.replace("team-a", "team-b"));
    assert_snapshot!(sandbox.run(&["audit"]).ended_with(3), @"
    error[uncovered-private]: `acme/web:1` of Deployment `web`: no pull secret of ServiceAccount `default` in `team-b` covers `docker.io`, which is declared private
      --> apps/web.yaml:4:58
      help: add the pull secret to the ServiceAccount or to the pod

    1 image in 1 file: 1 uncovered-private; 1 error, 0 warnings, 0 unreadable
    --- status 3
    ");
    let outcome = sandbox.run(&["audit", "--write-baseline", "baseline.json"]).ended_with(3);
    assert!(outcome.stderr.contains("baseline.json"), "{outcome}");
    let known = sandbox.run(&["audit", "--baseline", "baseline.json"]).succeeded();
    assert_snapshot!(known, @"1 image in 2 files: 1 uncovered-private; 0 errors, 0 warnings, 0 unreadable");
    let outcome = sandbox.run(&["audit", "--write-baseline", "none/baseline.json"]).ended_with(1);
    assert!(outcome.stderr.contains("help: make its folder\n"), "{outcome}");
}

#[test]
fn a_leak_is_told_and_not_shown() {
    let sandbox = repository();
    sandbox.write("apps/old.yaml", &secret("old", "registry.example.com"));
    assert_snapshot!(sandbox.run(&["audit"]).ended_with(3), @"
    error[leaked-pull-secret]: Secret `old` holds registry credentials in clear
      --> apps/old.yaml:1:1
      help: revoke the credential, render the Secret with `regrender build`, and commit only what is sealed; leave made-up ones out with `--exclude`

    info[secret-unused]: no account and no workload here names Secret `old`
      --> apps/old.yaml:1:1
      help: name it in an account or a workload, or remove it

    1 image in 2 files: 1 covered-by-hub-fallback; 1 error, 0 warnings, 0 unreadable
    --- status 3
    ");
}

#[test]
fn a_leak_is_told_whatever_the_name_of_the_file() {
    let sandbox = repository();
    sandbox.write("notes/keys.txt", crate::sandbox::IDENTITY);
    sandbox
        .write("notes/config", "{\"auths\": {\"r.io\": {\"auth\": \"dTpjYW5hcnktNGYxZA==\"}}}\n");
    sandbox.write("notes/readme.md", "say `auths` and AGE-SECRET-KEY-1…\n");
    let outcome = sandbox.run(&["audit"]).ended_with(3);
    assert_snapshot!(outcome, @"
    error[leaked-auths]: a docker configuration with credentials stands here in clear
      --> notes/config:1:11
      help: revoke the credential and remove the file; leave made-up ones out with `--exclude`

    error[leaked-identity]: a private age key is written out here
      --> notes/keys.txt:1:1
      help: make a new key, list it as recipient instead, run `regrender build`, and change the credentials

    1 image in 3 files: 1 covered-by-hub-fallback; 2 errors, 0 warnings, 0 unreadable
    --- status 3
    ");
}

#[test]
fn an_audit_starts_no_command() {
    let mut sandbox = repository();
    sandbox.unset("SOPS_AGE_KEY");
    sandbox.set("PATH", "/usr/bin:/bin");
    sandbox.set("SOPS_AGE_KEY_CMD", &format!("touch {}", sandbox.path("started").display()));
    sandbox.run(&["audit"]).succeeded();
    sandbox.run(&["explain", "nginx", "--namespace", "team-a"]).succeeded();
    sandbox.run(&["verify"]).ended_with(3);
    assert!(!sandbox.exists("started"));
}

#[test]
fn the_page_and_the_sarif_log_hold_the_findings() {
    let sandbox = repository();
    sandbox.write("apps/web.yaml", &WEB.replace("team-a", "team-b"));
    let page = sandbox.run(&["audit", "--output", "html"]).ended_with(3);
    assert!(page.stdout.contains("uncovered-private"), "{page}");
    let log = sandbox.run(&["audit", "--output", "sarif"]).ended_with(3);
    let log: serde_json::Value = serde_json::from_str(&log.stdout).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "uncovered-private");
}
