//! The real binary: help, version, closed pipes, signals, permissions, two builds at once.

#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
#[cfg(unix)]
use std::time::{Duration, Instant};

use tempfile::TempDir;

const IDENTITY: &str = "AGE-SECRET-KEY-1XAC64NV9YGCRZTFX4MEQM4WKNCHZ3M604SX2F0VCYSW022DY20JSMWESM6";

/// The help of every command, and other things that need no folder.
#[test]
fn help_and_version_read_well() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd").run();
}

fn folder(password: &str, namespaces: usize) -> TempDir {
    let folder = TempDir::new().unwrap();
    let namespaces: Vec<String> = (0..namespaces).map(|index| format!("\"n{index}\"")).collect();
    let text = format!(
        "[seal]\nrecipients = [\"age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt\"]\n\
         [registry.r]\nhost = \"r.example\"\nusername = \"u\"\npassword = {password}\n\
         [secret.s]\nregistries = [\"r\"]\nnamespaces = [{}]\n",
        namespaces.join(", ")
    );
    fs::write(folder.path().join("registries.toml"), text).unwrap();
    folder
}

fn regrender(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regrender"));
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", folder)
        .env("SOPS_AGE_KEY", IDENTITY)
        .env("PASSWORD", "canary-4f1d")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

const FROM_ENVIRONMENT: &str = "{ env = \"PASSWORD\" }";

#[test]
fn a_closed_pipe_is_success() {
    let folder = folder(FROM_ENVIRONMENT, 500);
    let mut build = regrender(folder.path()).arg("build").arg("--check").spawn().unwrap();
    drop(build.stdout.take());
    let mut said = String::new();
    build.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
    assert!(matches!(build.wait().unwrap().code(), Some(0 | 3)));
}

#[test]
fn nothing_secret_is_in_the_arguments_or_on_the_disk() {
    let folder = folder(FROM_ENVIRONMENT, 3);
    let output = regrender(folder.path()).arg("build").output().unwrap();
    assert!(output.status.success());
    for entry in walk(folder.path()) {
        let bytes = fs::read(&entry).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("canary-4f1d"), "{}", entry.display());
    }
}

/// A command that says what signal ends it, and would run for a minute.
#[cfg(unix)]
const ENDED_BY: &str = "{ command = [\"sh\", \"-c\", \"\"\"\
    for signal in TERM HUP INT; do trap \"echo $signal > ended; exit\" $signal; done; \
    echo $$ > pid; sleep 60 & wait\"\"\"] }";

#[cfg(unix)]
#[test]
fn a_terminated_build_has_written_nothing_and_ends_its_command() {
    use std::os::unix::process::ExitStatusExt as _;

    for (signal, number) in [("TERM", 15), ("HUP", 1), ("INT", 2)] {
        if is_ignored(number) {
            continue;
        }
        let folder = folder(ENDED_BY, 1);
        let mut build = regrender(folder.path()).arg("build").spawn().unwrap();
        wait_for(&folder.path().join("pid"));
        send(signal, build.id());
        assert_eq!(build.wait().unwrap().signal(), i32::try_from(number).ok());
        assert!(!folder.path().join("pull-secrets").exists());
        assert_eq!(wait_for(&folder.path().join("ended")), format!("{signal}\n"));
    }
}

/// Says whether what is started here ignores the signal, as SIGINT in the background of a script
/// and SIGHUP below `nohup`, and goes on rightly when it comes.
#[cfg(unix)]
fn is_ignored(signal: u32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.map_or(0, |digits| u64::from_str_radix(digits.trim(), 16).unwrap());
    ignored >> (signal - 1) & 1 == 1
}

#[cfg(target_os = "linux")]
#[test]
fn a_build_that_shall_not_be_hung_up_goes_on() {
    let command = "{ command = [\"sh\", \"-c\", \"\"\"\
        echo $$ > pid; until test -e go; do sleep 0.01; done; echo canary-4f1d\"\"\"] }";
    let folder = folder(command, 1);
    let mut build = Command::new("sh");
    let regrender = regrender(folder.path());
    build.args(["-c", "trap '' HUP; exec \"$0\" build"]).arg(regrender.get_program());
    build.current_dir(folder.path()).env_clear();
    build.envs(regrender.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut build = build.spawn().unwrap();
    wait_for(&folder.path().join("pid"));
    send("HUP", build.id());
    fs::write(folder.path().join("go"), "").unwrap();
    assert!(build.wait().unwrap().success());
}

#[cfg(unix)]
fn send(signal: &str, process: u32) {
    let kill = Command::new("kill").args([&format!("-{signal}"), &process.to_string()]).status();
    assert!(kill.unwrap().success());
}

/// One byte: less than a core has, and the one limit that Linux also keeps for programs that it
/// hands cores to.
#[cfg(target_os = "linux")]
#[test]
fn a_build_leaves_no_core() {
    let folder = folder("{ command = [\"sh\", \"-c\", \"echo $$ > pid; exec sleep 60\"] }", 1);
    let mut build = regrender(folder.path()).arg("build").spawn().unwrap();
    let pid = wait_for(&folder.path().join("pid"));
    let limits = fs::read_to_string(format!("/proc/{}/limits", build.id())).unwrap();
    build.kill().unwrap();
    build.wait().unwrap();
    assert!(Command::new("kill").arg(pid.trim()).status().unwrap().success());
    let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    let core: Vec<&str> = core.split_whitespace().take(2).collect();
    // A limit that was zero before stays.
    assert!(core == ["1", "1"] || core == ["0", "0"], "{core:?}");
}

#[test]
fn two_builds_at_once_end_in_one_whole_tree() {
    let folder = folder(FROM_ENVIRONMENT, 50);
    let builds: Vec<_> =
        (0..4).map(|_| regrender(folder.path()).arg("build").spawn().unwrap()).collect();
    for build in builds {
        let output = build.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let check = regrender(folder.path()).args(["build", "--check"]).output().unwrap();
    assert!(check.status.success());
    let left: Vec<_> = walk(&folder.path().join("pull-secrets"))
        .into_iter()
        .filter(|path| path.display().to_string().contains("unfinished"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_takes_no_files_is_told_and_stays_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = folder(FROM_ENVIRONMENT, 1);
    let output = folder.path().join("pull-secrets");
    fs::create_dir(&output).unwrap();
    fs::set_permissions(&output, fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(output.join("probe"), "").is_ok() {
        // Whoever may do everything cannot be kept out.
        return;
    }
    let build = regrender(folder.path()).arg("build").output().unwrap();
    assert_eq!(build.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&build.stderr).contains("nothing was"));
    fs::set_permissions(&output, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(walk(&output).len(), 0);
}

#[cfg(unix)]
fn wait_for(path: &Path) -> String {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(30) {
        if let Ok(text) = fs::read_to_string(path)
            && text.ends_with('\n')
        {
            return text;
        }
        std::thread::yield_now();
    }
    String::new()
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}
