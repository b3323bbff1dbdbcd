//! What an audit reads: files, folders, pipes and standard input, and what cannot be read of them.

use insta::assert_snapshot;

use super::{WEB, repository, secret};

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
fn a_registries_toml_below_is_not_read_and_a_warning_says_so() {
    let sandbox = repository();
    sandbox.write("deploy/registries.toml", &sandbox.read("registries.toml"));
    assert_eq!(sandbox.run(&["audit"]).succeeded().stderr, "");
    std::fs::remove_file(sandbox.path("registries.toml")).unwrap();
    assert_snapshot!(sandbox.run(&["audit"]).succeeded().stderr, @"
    warning: nothing is declared here: name a registries.toml with `--config`, such as `deploy/registries.toml`
    ");
    sandbox.write("deploy/apps/web.yaml", WEB);
    assert_snapshot!(sandbox.run(&["audit", "deploy/apps"]).stderr, @"
    warning: nothing is declared here: name a registries.toml with `--config`, such as `deploy/registries.toml`
    ");
    std::fs::remove_file(sandbox.path("deploy/apps/web.yaml")).unwrap();
    for arguments in [&["graph"][..], &["audit", "--config", "deploy/registries.toml"]] {
        let outcome = sandbox.run(arguments).succeeded();
        assert_eq!(outcome.stderr.contains("nothing is declared"), arguments.len() == 1);
    }
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
