//! A value that a command prints.

use super::*;

#[test]
fn what_a_command_prints_is_taken() {
    let mut case = Case::new().password("hub", command(&["printf", "%s\\n", "canary-4f1d"]));
    let resolved = case.resolve();
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    assert_eq!(resolved.remarks, Vec::new());
}

#[test]
fn arguments_are_not_read_by_a_shell() {
    let mut case = Case::new().password("hub", command(&["printf", "%s", "canary $HOME;`x`"]));
    assert_eq!(password_of(&case.resolve(), "hub"), "canary $HOME;`x`");
}

#[test]
fn a_command_runs_in_the_folder_of_the_config() {
    let case = Case::new().file("token", "canary-4f1d");
    let mut case = case.password("hub", command(&["cat", "token"]));
    assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
}

#[test]
fn a_command_inherits_the_environment() {
    let case = Case::new().variable("TOKEN", "canary-4f1d");
    let mut case = case.password("hub", shell("printf %s \"$TOKEN\""));
    assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
}

#[test]
fn a_command_of_two_registries_runs_once() {
    let script = "echo run >> runs; echo canary-4f1d";
    let case = Case::new().password("hub", shell(script));
    let mut case = case.password("internal", shell(script));
    let resolved = case.resolve();
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    assert_eq!(password_of(&resolved, "internal"), "canary-4f1d");
    let runs = std::fs::read_to_string(case.folder.path().join("runs")).unwrap();
    assert_eq!(runs, "run\n");
}

#[test]
fn commands_run_side_by_side() {
    // Each waits for the other: one after the other, the first would never end.
    let write = "mkfifo a b 2>&-; echo canary-4f1d > a; cat b";
    let read = "mkfifo a b 2>&-; cat a; echo canary-4f1d > b";
    let mut case = Case::new().password("hub", shell(write)).password("internal", shell(read));
    let resolved = case.resolve();
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    assert_eq!(password_of(&resolved, "internal"), "canary-4f1d");
}

#[test]
fn many_commands_keep_their_answers() {
    let mut case = Case::new();
    for number in 0..20 {
        case = case.password(&format!("r{number}"), shell(&format!("echo canary-{number}")));
    }
    let resolved = case.resolve();
    for number in 0..20 {
        let password = password_of(&resolved, &format!("r{number}")).to_owned();
        assert_eq!(password, format!("canary-{number}"));
    }
}

#[test]
fn a_command_that_fails_is_quoted_without_secrets() {
    let script = "echo \"vault: sealed, was $TOKEN\" >&2; echo canary-4f1d; exit 3";
    let case = Case::new().variable("TOKEN", "canary-4f1d").password("token", env("TOKEN"));
    assert_eq!(
            case.password("hub", shell(script)).told(),
            "\
error[source-command-failed]: the password of registry `hub` cannot be obtained: command `sh` ended with exit status 3
  --> 12..13 read from command `sh`
  note: it said: vault: sealed, was <masked>
  help: run the command by hand, in the folder of registries.toml
"
        );
}

#[test]
fn a_command_that_nobody_has_written_is_shown_where_it_fails() {
    let words = ["gcloud", "auth", "print-access-token", "--quiet"];
    let case = Case::new().program("gcloud", "exit 1").password("hub", command(&words));
    let told = case.told();
    assert!(
        told.contains("help: run the command by hand: `gcloud auth print-access-token --quiet`")
    );
}

#[test]
fn what_a_command_that_fails_printed_is_masked_in_what_it_said() {
    for end in ["exit 3", "kill -9 $$", "exec sleep 60"] {
        let script = format!("echo canary-4f1d; echo got canary-4f1d >&2; {end}");
        let mut source = shell(&script);
        if let SourceKind::Command { timeout, .. } = &mut source {
            *timeout = Duration::from_secs(1);
        }
        let mut case = Case::new().password("hub", source);
        let resolved = case.resolve();
        let said = format!("{:?}{}", resolved.problems, case.said);
        assert!(said.contains("got <masked>") && !said.contains("canary"), "{said}");
    }
}

#[test]
fn a_command_that_fails_is_quoted_with_its_last_lines() {
    let script = "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i >&2; done; exit 1";
    let mut case = Case::new().password("hub", shell(script));
    let resolved = case.resolve();
    let notes = &resolved.problems.first().unwrap().notes;
    assert_eq!(notes.len(), 10);
    assert_eq!(notes.last().unwrap(), "it said: line 30");
}

#[test]
fn a_command_ended_by_a_signal_is_told() {
    let told = Case::new().password("hub", shell("kill -9 $$")).told();
    assert!(told.contains("command `sh` ended with signal 9\n"), "{told}");
}

#[test]
fn a_missing_program_is_told() {
    assert_eq!(
            Case::new().password("hub", command(&["no-such-program-4f1d"])).told(),
            "\
error[source-command-missing]: the password of registry `hub` cannot be obtained: command `no-such-program-4f1d` is not there
  --> 2..3 read from command `no-such-program-4f1d`
  note: the program is started as it is named, without a shell
  note: a script also needs the program that its first line names
  help: install it, or name it by its path
"
        );
}

#[test]
fn a_program_that_cannot_be_run_is_told() {
    let case = Case::new().file("token.sh", "echo canary-4f1d");
    let told = case.password("hub", command(&["./token.sh"])).told();
    assert!(told.starts_with("error[source-command-not-started]"), "{told}");
    // Without one the system says `Exec format error`, where a shell would run the file itself.
    assert!(told.contains("a script also needs a first line such as `#!/bin/sh`"), "{told}");
}

#[test]
fn a_command_that_takes_too_long_is_told() {
    let arguments = ["sh", "-c", "sleep 60"].map(str::to_owned).into();
    let timeout = Duration::from_millis(50);
    let kind = SourceKind::Command { arguments, timeout, trim: Trim::Yes };
    assert_eq!(
            Case::new().password("hub", kind).told(),
            "\
error[source-command-timeout]: the password of registry `hub` cannot be obtained: command `sh` took longer than 50ms and was stopped
  --> 2..3 read from command `sh`
  note: a command is over when it and all it started have closed standard output
  help: raise `timeout`, or see by hand whether the command waits for something
"
        );
}

#[test]
fn a_command_that_prints_too_much_is_told() {
    assert_eq!(
            Case::new().password("hub", command(&["yes", "canary-4f1d"])).told(),
            "\
error[source-command-too-long]: the password of registry `hub` cannot be obtained: command `yes` printed more than 1 MiB and was stopped
  --> 2..3 read from command `yes`
  help: let the command print the secret alone
"
        );
}

#[test]
fn a_command_that_prints_nothing_is_an_empty_password() {
    assert_eq!(codes(Case::new().password("hub", command(&["true"]))), ["empty-password"]);
}

#[test]
fn what_a_good_command_says_is_shown_with_its_name() {
    let script = "echo canary-4f1d; echo using profile acme >&2; echo \"\" >&2";
    let mut case = Case::new().password("hub", shell(script));
    assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
    assert_eq!(case.said, "sh: using profile acme\n");
}

#[test]
fn what_a_command_says_comes_in_the_order_of_the_commands() {
    let case = Case::new().password("hub", shell("echo canary-4f1d; echo b >&2; : 1"));
    let mut case = case.password("internal", shell("echo canary-4f1d; echo a >&2; : 2"));
    case.resolve();
    assert_eq!(case.said, "sh: a\nsh: b\n");
}

#[test]
fn what_a_command_prints_is_masked_in_what_all_say() {
    let case = Case::new().password("hub", shell("echo canary-4f1d; echo + canary-4f1d >&2"));
    let mut case = case.password("internal", shell("echo x-4f1d; echo + canary-4f1d >&2"));
    case.resolve();
    assert_eq!(case.said, "sh: + <masked>\nsh: + <masked>\n");
}

#[test]
fn other_secrets_are_masked_in_what_a_command_says() {
    let auth = "YWNtZS1ib3Q6Y2FuYXJ5LTRmMWQ=";
    let config = format!(r#"{{"auths": {{"hub.io": {{"auth": "{auth}"}}}}}}"#);
    let case = Case::new().file("config.json", config).file("key", "canary-file\n");
    let case = case.docker_config("hub", "config.json", None);
    let case =
        case.password("plain", plain("canary-plain")).password("file", file("key", Trim::Yes));
    let script =
        "cat key >&2; echo canary-4f1d canary-plain YWNtZS1ib3Q6Y2FuYXJ5LTRmMWQ= >&2; echo ok-4f1d";
    let mut case = case.password("internal", shell(script));
    assert_eq!(password_of(&case.resolve(), "internal"), "ok-4f1d");
    assert_eq!(case.said, "sh: <masked>\nsh: <masked> <masked> <masked>\n");
}

#[test]
fn both_halves_of_a_credential_are_masked_as_a_program_sends_them() {
    let auth = "YWNtZS1ib3Q6Y2FuYXJ5LTRmMWQ=";
    let case = Case::new().password("file", file("key", Trim::Unstated));
    let case = case.file("key", "canary-4f1d\n");
    let mut case = case.password("hub", shell(&format!("echo Basic {auth} >&2; echo ok-4f1d")));
    assert_eq!(password_of(&case.resolve(), "hub"), "ok-4f1d");
    assert_eq!(case.said, "sh: Basic <masked>\n");
}

#[test]
fn a_secret_is_masked_wherever_it_stands_in_a_long_line() {
    for case in [Case::new(), Case::new().watched()] {
        let case = case.file("key", "canary-4f1d\n").file("before", "a".repeat(4090));
        let case = case.password("file", file("key", Trim::Yes));
        let mut case = case.password("hub", shell("cat before key >&2; echo ok-4f1d"));
        case.resolve();
        assert_eq!(case.said, format!("sh: {}<masked>\n", "a".repeat(4090)));
    }
}

#[test]
fn a_long_secret_of_one_line_is_masked() {
    let case = Case::new().file("key", "canary-4f1d-".repeat(500));
    let case = case.password("file", file("key", Trim::Yes));
    let mut case = case.password("hub", shell("cat key >&2; echo ok-4f1d"));
    case.resolve();
    assert_eq!(case.said, "sh: <masked>\n");
}

#[test]
fn no_part_of_a_secret_shows_where_what_is_said_is_cut() {
    for case in [Case::new(), Case::new().watched()] {
        let case = case.file("key", "canary-4f1d\n").file("before", "a\n".repeat(32_764));
        let case = case.password("file", file("key", Trim::Yes));
        let mut case = case.password("hub", shell("cat before key >&2; echo ok-4f1d"));
        case.resolve();
        assert_eq!(case.said, "sh: a\n".repeat(32_764));
    }
}

#[test]
fn a_person_at_the_terminal_sees_it_as_it_comes() {
    let case = Case::new().watched().variable("TOKEN", "canary-4f1d");
    let case = case.password("token", env("TOKEN"));
    let script = "echo open https://login.acme.io >&2; printf 'with %s' $TOKEN >&2; exit 1";
    let mut case = case.password("hub", shell(script));
    let resolved = case.resolve();
    assert_eq!(case.said, "sh: open https://login.acme.io\nsh: with <masked>\n");
    assert_eq!(resolved.problems.first().unwrap().notes, [""; 0]);
}
