//! What is in the way of a build: it is told, and nothing is written and nothing lost.

use std::fs;

use insta::assert_snapshot;

use crate::sandbox::{CANARY, OTHER_RECIPIENT, RECIPIENT, Sandbox};

const FILE: &str = "pull-secrets/manifests/team-a/regcred.sops.yaml";

#[test]
fn a_file_of_somebody_else_is_not_overwritten() {
    let sandbox = Sandbox::simple();
    sandbox.write(FILE, "mine: true\n");
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: `pull-secrets/manifests/team-a/regcred.sops.yaml` is in the way: it does not begin with the header of a generated file
      help: move it away, or remove it, and build again
    --- status 1
    ");
    assert_eq!(sandbox.files("pull-secrets"), [FILE]);
    assert_eq!(sandbox.read(FILE), "mine: true\n");
}

#[test]
fn an_output_folder_may_be_a_git_repository() {
    let sandbox = Sandbox::simple();
    for folder in ["pull-secrets/.git/refs/heads", "pull-secrets/.git/objects/info"] {
        fs::create_dir_all(sandbox.path(folder)).unwrap();
    }
    sandbox.write("pull-secrets/.git/HEAD", "ref: refs/heads/main\n");
    sandbox.run(&["build"]).succeeded();
    assert!(sandbox.exists("pull-secrets/.git/refs/heads"));
    assert!(sandbox.exists("pull-secrets/.git/objects/info"));
    sandbox.run(&["verify"]).succeeded();
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStrExt as _;

    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    let name = std::ffi::OsStr::from_bytes(b"\xff.yaml");
    fs::write(sandbox.path("pull-secrets").join(name), "x").unwrap();
    for command in ["build", "verify"] {
        let said = sandbox.run(&[command]).ended_with(1).stderr;
        assert!(said.contains("help: its name is no UTF-8: rename it"), "{command}: {said}");
        assert!(said.starts_with("error: `pull-secrets/"), "{command}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_in_the_way_of_many_files_is_found_once() {
    let sandbox = Sandbox::simple();
    sandbox.write("elsewhere/x", "");
    sandbox.write("pull-secrets/manifests/x", "");
    fs::remove_file(sandbox.path("pull-secrets/manifests/x")).unwrap();
    let link = sandbox.path("pull-secrets/manifests/team-a");
    std::os::unix::fs::symlink(sandbox.path("elsewhere"), link).unwrap();
    assert_snapshot!(sandbox.run(&["verify"]).ended_with(3), @"
    error[missing-file]: pull-secrets/manifests/kustomization.yaml: is declared and not there
      help: run `regrender build` and commit what it writes
    error[foreign-file]: pull-secrets/manifests/team-a: is in the way: it is a symbolic link
      help: move it away and build again
    2 findings
    --- status 3
    ");
}

#[test]
fn a_file_of_somebody_else_beside_ours_stays() {
    let sandbox = Sandbox::simple();
    sandbox.write("pull-secrets/README.md", "read me\n");
    sandbox.run(&["build"]).succeeded();
    assert_eq!(sandbox.read("pull-secrets/README.md"), "read me\n");
}

#[test]
fn a_build_that_fails_on_the_way_leaves_nothing() {
    let sandbox = Sandbox::simple();
    // Beside its place the sealed file has a name that is too long; other files lie there already.
    let name = "r".repeat(230);
    sandbox.edit("registries.toml", "[secret.regcred]", &format!("[secret.{name}]"));
    sandbox.edit("registries.toml", "[\"team-a\"]", "[\"team-a\", \"team-b\"]");
    let notes = "pull-secrets/manifests/team-a/notes.md";
    sandbox.write(notes, "");
    let outcome = sandbox.run(&["build"]).ended_with(1).to_string();
    assert!(outcome.contains("too long for a file; nothing was written"), "{outcome}");
    assert_eq!(sandbox.files("pull-secrets"), [notes]);
    assert!(!sandbox.exists("pull-secrets/manifests/team-b"));
}

#[test]
fn what_an_interrupted_build_left_in_the_way_is_replaced() {
    let sandbox = Sandbox::simple();
    sandbox.write("pull-secrets/manifests.regrender-unfinished/team-x/x.yaml", "half");
    sandbox.write("pull-secrets/argocd/kustomization.yaml.regrender-unfinished/x", "half");
    sandbox.run(&["build"]).succeeded();
    assert_eq!(
        sandbox.files("pull-secrets"),
        [
            "pull-secrets/manifests/kustomization.yaml",
            "pull-secrets/manifests/team-a/kustomization.yaml",
            FILE
        ]
    );
    assert!(!sandbox.exists("pull-secrets/argocd"));
}

#[cfg(unix)]
#[test]
fn a_link_that_is_named_like_what_a_build_makes_is_not_followed() {
    let sandbox = Sandbox::simple();
    sandbox.write("elsewhere", "mine");
    fs::create_dir_all(sandbox.path("pull-secrets/manifests/team-a")).unwrap();
    let link = sandbox.path(&format!("{FILE}.regrender-unfinished"));
    std::os::unix::fs::symlink(sandbox.path("elsewhere"), link).unwrap();
    sandbox.run(&["build"]).succeeded();
    assert_eq!(sandbox.read("elsewhere"), "mine");
    assert!(sandbox.path(FILE).symlink_metadata().unwrap().is_file());
}

#[test]
fn a_folder_in_the_place_of_a_file_is_told() {
    let sandbox = Sandbox::simple();
    sandbox.write("pull-secrets/manifests/kustomization.yaml/x", "");
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: `pull-secrets/manifests/kustomization.yaml` is in the way: it is a folder
      help: move it away, or remove it, and build again
    --- status 1
    ");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_repository_is_not_followed() {
    let sandbox = Sandbox::simple();
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), sandbox.path("pull-secrets")).unwrap();
    let outcome = sandbox.run(&["build"]).ended_with(1);
    let place = outside.path().canonicalize().unwrap().display().to_string();
    assert_snapshot!(outcome.to_string().replace(&place, "$OUTSIDE"), @"
    --- stderr
    error: output folder `pull-secrets` leads to `$OUTSIDE`, outside of `$FOLDER`
      help: put a folder in the place of the link, or set another `directory`
    --- status 1
    ");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn a_link_inside_of_the_folder_is_not_followed() {
    let sandbox = Sandbox::simple();
    sandbox.write("elsewhere/x", "");
    fs::create_dir_all(sandbox.path("pull-secrets/manifests")).unwrap();
    let link = sandbox.path("pull-secrets/manifests/team-a");
    std::os::unix::fs::symlink(sandbox.path("elsewhere"), link).unwrap();
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: `pull-secrets/manifests/team-a` is in the way: it is a symbolic link
      help: move it away, or remove it, and build again
    --- status 1
    ");
    assert_eq!(sandbox.files("elsewhere"), ["elsewhere/x"]);
}

#[test]
fn a_read_only_file_that_would_change_stops_the_build() {
    let mut sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    let before = sandbox.snapshot("pull-secrets");
    let mut permissions = fs::metadata(sandbox.path(FILE)).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(sandbox.path(FILE), permissions).unwrap();
    sandbox.run(&["build"]).succeeded();
    sandbox.set("HUB_TOKEN", &format!("{CANARY}-rotated"));
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: `pull-secrets/manifests/team-a/regcred.sops.yaml` is read-only and would change; nothing was written
      help: make it writable: `chmod u+w pull-secrets/manifests/team-a/regcred.sops.yaml`
    --- status 1
    ");
    assert_eq!(sandbox.snapshot("pull-secrets"), before);
}

#[test]
fn everything_wrong_is_told_in_one_go() {
    let mut sandbox = Sandbox::simple();
    sandbox.unset("HUB_TOKEN");
    sandbox.write(
        "registries.toml",
        &format!(
            r#"[seal]
recipients = ["{RECIPIENT}", "{}"]

[registry.hub]
kind = "docker-hub"
username = "acme-bot"
password = "{CANARY}-in-clear"

[secret.regcred]
registries = ["hbu"]
namespaces = ["Team_A"]
"#,
            OTHER_RECIPIENT.replace("4qtgkz", "4qtgky")
        ),
    );
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @r#"
    --- stderr
    error[damaged-recipient]: a recipient is damaged
     --> registries.toml:2:81
      |
    2 | ...0s9408xt", "age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgky"]
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a character is wrong, missing or too many: the checksum does not fit
      |
      = help: copy it again, or print it with `age-keygen -y KEY_FILE`

    error[clear-password]: the password of registry `hub` stands in the file
     --> registries.toml:7:12
      |
    7 | password = "<masked>"
      |            ^^^^^^^^^^ everybody who reads the repository reads it
      |
      = note: if this file was ever committed, change the password at the registry
    help: name an environment variable and set it
      |
    7 - password = "<masked>"
    7 + password = { env = "HUB_PASSWORD" }
      |

    error[unknown-registry]: registry `hbu` is not defined
      --> registries.toml:10:15
       |
     4 | [registry.hub]
       |           --- a registry with a similar name
    ...
    10 | registries = ["hbu"]
       |               ^^^^^ used by pull secret `regcred` here
       |
    help: use the defined name
       |
    10 - registries = ["hbu"]
    10 + registries = ["hub"]
       |

    error[invalid-name]: `Team_A` cannot be the name of a namespace
      --> registries.toml:11:15
       |
    11 | namespaces = ["Team_A"]
       |               ^^^^^^^^ must be lower-case letters, digits and `-`, at most 63, no `-` at either end
       |
    help: write it this way
       |
    11 - namespaces = ["Team_A"]
    11 + namespaces = ["team-a"]
       |

    error: registries.toml has 4 errors; nothing was written
      help: `regrender explain damaged-recipient` says more
    --- status 1
    "#);
    assert!(!sandbox.exists("pull-secrets"));
}

#[test]
fn credentials_that_cannot_be_had_are_told_together() {
    let mut sandbox = Sandbox::simple();
    sandbox.unset("HUB_TOKEN");
    sandbox.edit(
        "registries.toml",
        "[secret.regcred]\nregistries = [\"hub\"]",
        r#"[registry.internal]
host = "private-registry.io"
username = "u"
password = { file = "." }

[secret.regcred]
registries = ["hub", "internal"]"#,
    );
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @r#"
    --- stderr
    error[source-variable-unset]: the password of registry `hub` cannot be obtained: environment variable `HUB_TOKEN` is not set
     --> registries.toml:7:12
      |
    7 | password = { env = "HUB_TOKEN" }
      |            ^^^^^^^^^^^^^^^^^^^^^ read from environment variable `HUB_TOKEN`
      |
      = help: set `HUB_TOKEN`, or name another source in registries.toml

    error[source-file-is-folder]: the password of registry `internal` cannot be obtained: file `.` is a folder
      --> registries.toml:12:12
       |
    12 | password = { file = "." }
       |            ^^^^^^^^^^^^^^ read from file `.`
       |
       = help: name a file in it

    error: credentials cannot be obtained; nothing was written
      help: `regrender explain source-variable-unset` says more
    --- status 1
    "#);
    assert!(!sandbox.exists("pull-secrets"));
}

#[test]
fn a_secret_that_the_api_server_would_refuse_is_not_written() {
    let mut sandbox = Sandbox::simple();
    sandbox.write("hub.password", &CANARY.repeat(60_000));
    sandbox.edit("registries.toml", r#"{ env = "HUB_TOKEN" }"#, r#"{ file = "hub.password" }"#);
    sandbox.unset("HUB_TOKEN");
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: pull secret `regcred` holds 1540101 bytes; the API server takes at most 1048576
      help: split it: give some of its registries to a second pull secret
    --- status 1
    ");
}

#[test]
fn only_does_not_leave_a_list_that_names_a_missing_file() {
    let sandbox = Sandbox::simple();
    sandbox.edit(
        "registries.toml",
        "[secret.regcred]",
        "[secret.other]\nregistries = [\"hub\"]\nnamespaces = [\"team-a\"]\n\n[secret.regcred]",
    );
    assert_snapshot!(sandbox.run(&["build", "--only", "regcred"]).ended_with(1), @"
    --- stderr
    error: `pull-secrets/manifests/team-a/other.sops.yaml` does not exist yet, and other files would name it
      help: add `--only other`, or build without `--only`
    --- status 1
    ");
    assert!(!sandbox.exists("pull-secrets"));
    sandbox.run(&["build"]).succeeded();
    assert_snapshot!(sandbox.run(&["build", "--only", "regcred"]).succeeded(), @"4 unchanged");
    assert_snapshot!(sandbox.run(&["build", "--only", "regcrd"]).ended_with(2), @"
    --- stderr
    error: registries.toml declares no pull secret `regcrd`
      help: name one of these: other, regcred
    --- status 2
    ");
}

#[test]
fn what_an_interrupted_build_left_is_cleaned_up() {
    let sandbox = Sandbox::simple();
    let left = "pull-secrets/manifests/team-a/regcred.sops.yaml.regrender-unfinished";
    sandbox.write(left, "half");
    sandbox.run(&["build"]).succeeded();
    assert!(!sandbox.exists(left));
    sandbox.run(&["build", "--check"]).succeeded();
}

#[test]
fn empty_folders_that_an_interrupted_build_left_are_cleaned_up() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    fs::create_dir_all(sandbox.path("pull-secrets/manifests/gone/service-accounts")).unwrap();
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"3 unchanged");
    assert!(!sandbox.exists("pull-secrets/manifests/gone"));
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_an_unfinished_file_is_not_followed() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    sandbox.edit("registries.toml", "[\"team-a\"]", "[\"team-a\", \"team-b\"]");
    sandbox.write("elsewhere/file", "mine\n");
    for (place, target) in [
        ("pull-secrets/manifests/kustomization.yaml.regrender-unfinished", "elsewhere/file"),
        ("pull-secrets/manifests/team-b.regrender-unfinished", "elsewhere"),
    ] {
        std::os::unix::fs::symlink(sandbox.path(target), sandbox.path(place)).unwrap();
    }
    sandbox.run(&["build"]).succeeded();
    assert_eq!(sandbox.files("elsewhere"), ["elsewhere/file"]);
    assert_eq!(sandbox.read("elsewhere/file"), "mine\n");
    let left = sandbox.files("pull-secrets").into_iter().filter(|path| path.contains("unfinished"));
    assert_eq!(left.count(), 0);
    sandbox.run(&["build", "--check"]).succeeded();
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_file_is_told() {
    let sandbox = Sandbox::simple();
    sandbox.write("elsewhere/file", "mine\n");
    fs::create_dir_all(sandbox.path("pull-secrets/manifests/team-a")).unwrap();
    std::os::unix::fs::symlink(sandbox.path("elsewhere/file"), sandbox.path(FILE)).unwrap();
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: `pull-secrets/manifests/team-a/regcred.sops.yaml` is in the way: it is a symbolic link
      help: move it away, or remove it, and build again
    --- status 1
    ");
    assert_eq!(sandbox.read("elsewhere/file"), "mine\n");
}

#[test]
fn a_name_that_no_file_can_have_is_told_before_anything_is_written() {
    let longest = "n".repeat(224);
    for (name, code) in [(longest.clone(), 0), (format!("{longest}n"), 1)] {
        let sandbox = Sandbox::simple();
        sandbox.edit("registries.toml", "[secret.regcred]", &format!("[secret.{name}]"));
        let outcome = sandbox.run(&["build"]).ended_with(code);
        if code == 1 {
            assert_snapshot!(outcome.to_string().replace(&name, "$NAME"), @"
            --- stderr
            error: `pull-secrets/manifests/team-a/$NAME.sops.yaml` has a name that is too long for a file; nothing was written
              help: give a shorter name to the pull secret or account that it is for
            --- status 1
            ");
            assert!(!sandbox.exists("pull-secrets"));
        }
    }
}

#[test]
fn a_file_that_is_not_declared_any_more_goes() {
    let sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    sandbox.edit("registries.toml", "[\"team-a\"]", "[\"team-b\"]");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    update pull-secrets/manifests/kustomization.yaml
    remove pull-secrets/manifests/team-a/kustomization.yaml
    remove pull-secrets/manifests/team-a/regcred.sops.yaml
    create pull-secrets/manifests/team-b/kustomization.yaml
    create pull-secrets/manifests/team-b/regcred.sops.yaml
    2 created, 1 updated, 2 removed, 0 unchanged
    ");
    assert!(!sandbox.exists("pull-secrets/manifests/team-a"));
}

#[test]
fn files_that_git_ignores_are_told() {
    for (rules, told) in [
        ("*regcred*\n", "`pull-secrets/manifests/team-a/regcred.sops.yaml`, so that"),
        ("pull-secrets/\n", "`pull-secrets/manifests/kustomization.yaml`, "),
        ("*secret*\n!pull-secrets\n", ""),
    ] {
        let sandbox = Sandbox::simple();
        sandbox.write(".gitignore", rules);
        let outcome = sandbox.run(&["build"]).succeeded();
        assert_eq!(
            outcome.stderr.contains(&format!("warning: Git ignores {told}")),
            !told.is_empty()
        );
        assert_eq!(outcome.stderr.is_empty(), told.is_empty(), "{outcome}");
        // What is there was told when it was made.
        assert_eq!(sandbox.run(&["build"]).succeeded().stderr, "");
    }
    let sandbox = Sandbox::simple().unversioned();
    sandbox.write(".gitignore", "pull-secrets/\n");
    assert_eq!(sandbox.run(&["build"]).succeeded().stderr, "");
}
