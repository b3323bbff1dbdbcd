//! `explain` and `audit`: from an image to its credential.

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

/// The path of a pipe that holds `text`, as a shell passes one for `<(COMMAND)`.
#[cfg(target_os = "linux")]
fn pipe(text: &str) -> (String, std::io::PipeReader) {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;

    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    (format!("/proc/self/fd/{}", reader.as_raw_fd()), reader)
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_that_is_named_is_read() {
    let sandbox = repository();
    let (path, _reader) = pipe(WEB);
    let outcome = sandbox.run(&["audit", &path]).succeeded();
    assert!(outcome.stdout.contains("1 image in 1 file: 1 covered"), "{outcome}");
    // What a cluster holds is no leak.
    let live = secret("one", "registry.example.com").replace("{name: one}", "{name: one, uid: a}");
    let (path, _reader) = pipe(&live);
    let outcome = sandbox.run(&["audit", &path]).succeeded();
    assert!(!outcome.stdout.contains("leaked"), "{outcome}");
    let (path, _reader) = pipe(&live);
    let outcome = sandbox.run(&["import", &path, "--write", "-"]).succeeded();
    assert!(outcome.stdout.contains("[registry.registry-example-com]"), "{outcome}");
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

/// `kubectl get … | regrender audit -` must not pass when kubectl failed.
#[test]
fn a_pipe_that_nothing_came_through_fails() {
    let mut sandbox = repository();
    for command in ["audit", "graph"] {
        for (text, message) in
            [("", "standard input is empty"), ("\n# nothing\n---\n", "standard input is empty")]
        {
            sandbox.type_in(text);
            let outcome = sandbox.run(&[command, "-", "apps"]).ended_with(1);
            assert!(outcome.stderr.contains(&format!("error: {message}")), "{outcome}");
            assert!(outcome.stderr.contains("whether the program before the pipe failed"));
            assert!(outcome.stdout.is_empty(), "{outcome}");
        }
        // A cluster without any is no failure.
        sandbox.type_in(r#"{"kind": "List", "items": []}"#);
        sandbox.run(&[command, "-"]).succeeded();
    }
}

/// Nor when it failed on the way.
#[test]
fn a_pipe_that_breaks_off_fails() {
    let mut sandbox = repository();
    let pod = r#"{"kind": "Pod", "apiVersion": "v1", "spec": {}}"#;
    for text in [
        r#"{"kind": "List", "items": [{"kind":"#,
        &format!("{pod}\n{pod}\n{{\"kind\": \"Pod\", \"spec\""),
        &format!("{pod}\nerror: connection lost\n"),
        "a: 1\n---\nb: [\n",
        "a: 1\n---\nb: [\n---\nc: 1\n",
    ] {
        sandbox.type_in(text);
        for command in [&["audit"][..], &["graph"], &["import", "--write", "-"]] {
            let outcome = sandbox.run(&[command, &["-", "apps"]].concat()).ended_with(1);
            let expected = "error: standard input cannot be read: not valid YAML at line ";
            assert!(outcome.stderr.contains(expected), "{outcome}");
            assert!(outcome.stderr.contains("whether the program that wrote it failed"));
            assert!(outcome.stdout.is_empty(), "{outcome}");
        }
        let outcome = sandbox.run(&["audit", "-", "--output", "json"]).ended_with(1);
        assert!(outcome.stdout.starts_with(r#"{"errors":[{"#), "{outcome}");
    }
}

/// What is named is to count; what is found below a folder may be anything.
#[test]
fn a_named_file_that_cannot_be_read_fails() {
    let sandbox = repository();
    sandbox.write("more/half.yaml", "a: 1\n---\nb: [\n---\nc: [\n");
    sandbox.write("more/chart.yaml", "{{ if .Values.x }}\n");
    let found = sandbox.run(&["audit", "more"]).succeeded();
    assert!(found.stdout.ends_with(", 3 unreadable\n"), "{found}");
    for command in [&["audit"][..], &["graph"], &["import", "--write", "-"]] {
        let files = ["./more//half.yaml", "more", "more/chart.yaml"];
        let outcome = sandbox.run(&[command, &files].concat()).ended_with(1);
        assert_eq!(
            outcome.stderr.trim_start_matches("note: taking the recipients of `registries.toml`\n"),
            "error: `more/half.yaml` cannot be read: not valid YAML at line 3, column 4: \
             unclosed bracket '['\n  \
             help: see whether the program that wrote it failed; mend it, or do not name it\n",
            "{command:?}"
        );
    }
    let secret = ["explain", "x", "--pull-secret", "more/half.yaml", "--output", "json"];
    let outcome = sandbox.run(&secret).ended_with(1);
    assert!(outcome.stdout.starts_with(r#"{"errors":[{"#), "{outcome}");
    // A shell names it along with the others.
    let chart = sandbox.run(&["audit", "more/chart.yaml", "apps"]).succeeded();
    assert!(chart.stdout.starts_with("unreadable: more/chart.yaml: helm-template\n"), "{chart}");
    let secret = ["explain", "x", "--pull-secret", "more/chart.yaml"];
    assert!(sandbox.run(&secret).ended_with(1).stderr.contains("cannot be read: helm-template"));
    let left_out = ["audit", "more/half.yaml", "apps", "--exclude", "half.yaml"];
    sandbox.run(&left_out).succeeded();
}

#[cfg(target_os = "linux")]
#[test]
fn a_named_pipe_that_nothing_came_through_fails() {
    let sandbox = repository();
    for (text, hint) in [
        ("", "whether the program before the pipe failed"),
        ("a: [", "whether the program that wrote it failed"),
        ("a: 1\n---\nb: [\n", "whether the program that wrote it failed"),
    ] {
        for command in [&["audit"][..], &["import", "--write", "-"]] {
            let (path, _reader) = pipe(text);
            let outcome = sandbox.run(&[command, &[&path, "apps"]].concat()).ended_with(1);
            assert!(outcome.stderr.contains(hint), "{outcome}");
        }
    }
}

#[test]
fn paths_without_any_manifest_fail_unless_another_has_one() {
    let sandbox = repository();
    sandbox.write("blank/a.yaml", "# nothing\n");
    sandbox.write("docs/a.txt", "text\n");
    std::fs::create_dir(sandbox.path("nothing")).unwrap();
    for command in ["audit", "graph"] {
        let outcome = sandbox.run(&[command, "nothing", "blank", "blank/a.yaml"]).ended_with(1);
        let expected = "error: `nothing` holds no manifest\n\
                        error: `blank` holds no manifest\n\
                        error: `blank/a.yaml` holds no manifest\n  \
                        help: name what holds manifests; what Git ignores counts only if it is named\n";
        assert_eq!(outcome.stderr, expected);
        let outcome = sandbox.run(&[command, "blank", "apps"]).succeeded();
        assert!(outcome.stderr.contains("warning: `blank` holds no manifest"), "{outcome}");
        let outcome = sandbox.run(&[command, "docs"]).succeeded();
        assert!(outcome.stderr.contains("warning: `docs` holds no manifest"), "{outcome}");
    }
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
fn a_registries_toml_below_is_not_read_and_a_warning_says_so() {
    let sandbox = repository();
    sandbox.write("deploy/registries.toml", &sandbox.read("registries.toml"));
    assert_eq!(sandbox.run(&["audit"]).succeeded().stderr, "");
    std::fs::remove_file(sandbox.path("registries.toml")).unwrap();
    assert_snapshot!(sandbox.run(&["audit"]).succeeded().stderr, @"
    warning: nothing is declared here: name a registries.toml with `--config`, such as `deploy/registries.toml`
    ");
    for arguments in [&["graph"][..], &["audit", "--config", "deploy/registries.toml"]] {
        let outcome = sandbox.run(arguments).succeeded();
        assert_eq!(outcome.stderr.contains("nothing is declared"), arguments.len() == 1);
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
    verdict      covered-by-hub-fallback: key `https://index.docker.io/v1/` of Secret `regcred`
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
    verdict      undetermined: ServiceAccount `team-a/builder` is not in the repository
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
fn standard_input_is_audited() {
    let mut sandbox = repository();
    sandbox.type_in(WEB);
    let outcome = sandbox.run(&["audit", "-"]).succeeded();
    assert_snapshot!(outcome, @"1 image in 1 file: 1 covered-by-hub-fallback; 0 errors, 0 warnings, 0 unreadable");
}

#[test]
fn objects_that_follow_one_another_are_audited_as_kubectl_reads_them() {
    let pod = |namespace: &str| {
        format!(
            r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "web", "namespace": "{namespace}"}},
 "spec": {{"containers": [{{"name": "web", "image": "nginx"}}]}}}}"#
        )
    };
    let mut sandbox = repository();
    sandbox.type_in(&["team-a", "team-b"].map(pod).join("\n"));
    let outcome = sandbox.run(&["audit", "-"]).ended_with(3);
    assert_snapshot!(outcome, @"
    error[uncovered-private]: `nginx` of Pod `web`: no pull secret of ServiceAccount `default` in `team-b` covers `docker.io`, which is declared private
      --> <stdin>:4:51
      help: add the pull secret to the ServiceAccount or to the pod

    2 images in 1 file: 1 covered-by-hub-fallback, 1 uncovered-private; 1 error, 0 warnings, 0 unreadable
    --- status 3
    ");
}

#[test]
fn links_that_lead_nowhere_are_listed_and_passed_over() {
    let sandbox = repository();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", sandbox.path("apps/dangling.yaml")).unwrap();
    let outcome = sandbox.run(&["audit"]).succeeded();
    assert_snapshot!(outcome, @"
    unreadable: apps/dangling.yaml: could not be opened: it is a symbolic link that leads nowhere
    1 image in 1 file: 1 covered-by-hub-fallback; 0 errors, 0 warnings, 1 unreadable
    ");
    assert_snapshot!(sandbox.run(&["audit", "nowhere"]).ended_with(1), @"
    --- stderr
    error: `nowhere` does not exist
      help: name a file, a folder, or `-`
    --- status 1
    ");
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

/// One paragraph for each kustomization that lacks many.
#[test]
fn many_paths_that_a_kustomization_lacks_are_told_together() {
    let sandbox = repository();
    let names = ["web.yaml", "a.yaml", "b.yaml", "c.yaml", "d.yaml"].join(", ");
    sandbox.write("apps/kustomization.yaml", &format!("resources: [{names}, ../base]\n"));
    sandbox.write("more/kustomization.yaml", "resources: [a.yaml]\n");
    sandbox.write("base/readme.md", "no kustomization\n");
    assert_snapshot!(sandbox.run(&["audit"]).ended_with(3), @"
    error[broken-kustomization]: kustomize builds nothing: 5 paths
      --> apps/kustomization.yaml:1:23: `resources` names `a.yaml`, which is not there
      --> apps/kustomization.yaml:1:31: `resources` names `b.yaml`, which is not there
      --> apps/kustomization.yaml:1:39: `resources` names `c.yaml`, which is not there
      and 2 more, which `--output json` lists
      help: put it there, or take it off the list

    error[broken-kustomization]: `resources` names `a.yaml`, which is not there, so kustomize builds nothing
      --> more/kustomization.yaml:1:13
      help: put it there, or take it off the list

    1 image in 3 files: 1 covered-by-hub-fallback; 6 errors, 0 warnings, 0 unreadable
    --- status 3
    ");
    assert_eq!(broken(&sandbox, &[]).len(), 6);
}

/// The messages about kustomizations with which kustomize fails.
fn broken(sandbox: &Sandbox, paths: &[&str]) -> Vec<String> {
    let outcome = sandbox.run(&[&["audit", "--output", "json"], paths].concat());
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let broken = findings.iter().filter(|one| one["code"] == "broken-kustomization");
    let text = |one: &serde_json::Value, member: &str| one[member].as_str().unwrap().to_owned();
    broken.map(|one| format!("{}: {}", text(one, "file"), text(one, "message"))).collect()
}

#[test]
fn what_a_kustomization_names_has_to_be_there() {
    let sandbox = repository();
    sandbox.write("apps/kustomization.yaml", "resources:\n- web.yaml\n- gone.yaml\n- ../base\n");
    sandbox.write("base/readme.md", "no kustomization\n");
    assert_snapshot!(sandbox.run(&["audit"]).ended_with(3), @"
    error[broken-kustomization]: `resources` names `gone.yaml`, which is not there, so kustomize builds nothing
      --> apps/kustomization.yaml:3:3
      help: put it there, or take it off the list

    error[broken-kustomization]: `resources` names `../base`, which is a folder without a kustomization.yaml, so kustomize builds nothing
      --> apps/kustomization.yaml:4:3
      help: put it there, or take it off the list

    1 image in 2 files: 1 covered-by-hub-fallback; 2 errors, 0 warnings, 0 unreadable
    --- status 3
    ");
    sandbox.write(
        "base/Kustomization",
        "components: [../apps/web.yaml]\npatches: [{path: ../apps}]\n",
    );
    let messages = [
        "apps/kustomization.yaml: `resources` names `gone.yaml`, which is not there, so kustomize \
         builds nothing",
        "base/Kustomization: `components` names `../apps/web.yaml`, which is a file and not a folder, \
         so kustomize builds nothing",
        "base/Kustomization: `patches` names `../apps`, which is a folder and not a file, so kustomize \
         builds nothing",
    ];
    assert_eq!(broken(&sandbox, &[]), messages);
    sandbox.write(
        "every/kustomization.yaml",
        "bases: [b]\ngenerators: [g]\ntransformers: [t]\nvalidators: [v]\nconfigurations: [o]\n\
         crds: [c]\npatchesStrategicMerge: [s]\npatchesJson6902: [{path: j}]\n\
         replacements: [{path: r}, {source: {name: x}}]\npatches: [{patch: p}]\n\
         openapi: {path: a}\nconfigMapGenerator: [{name: n, files: [made]}]\n",
    );
    assert_eq!(broken(&sandbox, &["every"]).len(), 10);
    // What is there is there, whatever is audited.
    assert_eq!(broken(&sandbox, &["apps"]), messages[..1]);
}

#[test]
fn what_may_be_there_elsewhere_is_not_missed() {
    let sandbox = repository();
    let entries = [
        "https://example.com/web.yaml",
        "github.com/acme/base//deploy?ref=v1",
        "git@example.com:acme/base.git",
        "ssh://git@example.com/acme/base",
        "../clusters/${CLUSTER}",
        "ignored.yaml",
        "made/secret.yaml",
        "../../another-repository/base",
        "../vendor/base",
        "../pull-secrets/manifests",
    ];
    let list = format!("resources:\n- {}\n", entries.join("\n- "));
    sandbox.write("apps/kustomization.yaml", &list);
    sandbox.write(".gitignore", "made/\n");
    sandbox.write("apps/.gitignore", "ignored.yaml\n");
    // A submodule that is not checked out.
    std::fs::create_dir_all(sandbox.path("vendor")).unwrap();
    assert_eq!(broken(&sandbox, &[]), [""; 0]);
    sandbox.write("vendor/readme.md", "a checkout\n");
    assert_eq!(broken(&sandbox, &[]).len(), 1);
    std::fs::remove_file(sandbox.path("apps/.gitignore")).unwrap();
    assert_eq!(broken(&sandbox, &[]).len(), 2);
    // Once there is a build, what it did not write is not there.
    sandbox.write("pull-secrets/readme.md", "another file\n");
    assert_eq!(broken(&sandbox, &[]).len(), 3);
    sandbox.write(".git/info/sparse-checkout", "/apps\n");
    assert_eq!(broken(&sandbox, &[]).len(), 0);
}

#[test]
fn what_is_ignored_is_told_by_the_rules_of_git() {
    let sandbox = repository();
    sandbox.write("apps/kustomization.yaml", "resources: [made/a.yaml, b.yaml]\n");
    // Nothing is taken back that lies in a folder which is ignored.
    sandbox.write(".gitignore", "made/\n");
    sandbox.write("apps/.gitignore", "!a.yaml\n");
    // Not a file of Git's.
    sandbox.write("apps/.ignore", "b.yaml\n");
    let [missing] = &*broken(&sandbox, &[]) else { panic!("{:?}", broken(&sandbox, &[])) };
    assert!(missing.contains("`b.yaml`, which is not there"), "{missing}");
}

#[cfg(unix)]
#[test]
fn dots_lead_out_of_the_folder_behind_a_link() {
    let sandbox = repository();
    sandbox.write("base/kustomization.yaml", "resources: [../common]\n");
    sandbox.write("common/kustomization.yaml", "namespace: n\n");
    std::fs::create_dir(sandbox.path("links")).unwrap();
    std::os::unix::fs::symlink("../base", sandbox.path("links/base")).unwrap();
    sandbox.write("apps/kustomization.yaml", "resources: [../links/base, ../links/none]\n");
    assert_eq!(broken(&sandbox, &[]).len(), 1);
    assert_eq!(broken(&sandbox, &["links/base"]), [""; 0]);
    std::os::unix::fs::symlink("nowhere", sandbox.path("links/none")).unwrap();
    assert_eq!(broken(&sandbox, &[]).len(), 1);
}
