//! Every place where an identity is looked for, and what is told of each.

use std::collections::BTreeMap;
use std::ffi::OsString;

use tempfile::TempDir;

use super::*;

const FIRST: &str = "AGE-SECRET-KEY-13CUC77TELL7ZPX945WCK6KHL5MV8WRQT3YGLYWYC89FQYL9MTHEQTDFP4C";
const SECOND: &str = "AGE-SECRET-KEY-1WCA53XG0UNMKPKA6EJWQKL6622WCMWSEKDCW0H3J2CU7FFU8DWMQD3KRDH";

/// An SSH key that opens nothing outside these tests.
const SSH: &str = "\
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACCohFnNar6ieJEWK7IuPU6XwjI+2LuNiw48RD1R0J4FKwAAAJAkCeAnJAng
JwAAAAtzc2gtZWQyNTUxOQAAACCohFnNar6ieJEWK7IuPU6XwjI+2LuNiw48RD1R0J4FKw
AAAEDaZlvQz9WvnPHkIh9vKc89LIt1/FQ4BFJScrf3ZrGK5KiEWc1qvqJ4kRYrsi49TpfC
Mj7Yu42LDjxEPVHQngUrAAAAC2NhbmFyeS00ZjFkAQI=
-----END OPENSSH PRIVATE KEY-----
";

/// Another one, with a passphrase.
const LOCKED: &str = "\
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABBdE9ol7C
ZnZc6/1FaDi3yaAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIH0ugsET6EX2Ar5g
N/Su225dx8pjSrykr/zkhmEZ41GfAAAAkM+po7KfwD2O644JEKeWz1upfHr0v56K+dBkRD
0E4vRhdCeiyhKRUy8j1ibD4my5m7tusQiWXVfOEeLybiPMogYJgc0013kpxGJxKZsHcJz0
4ywXIx1m05eBlEzD3KeSKIGkijt6supPoVpNkcw0lvQ9vniGEc9Nv0XSGbcxdwgjW4BvVH
jRk3d1ZkfPrj9SeQ==
-----END OPENSSH PRIVATE KEY-----
";

/// A home folder, a working folder and an environment.
struct Case {
    folder: TempDir,
    environment: BTreeMap<OsString, OsString>,
    platform: Platform,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("home")).unwrap();
        let environment = [
            (OsString::from("PATH"), std::env::var_os("PATH").unwrap_or_default()),
            (OsString::from("HOME"), folder.path().join("home").into_os_string()),
        ];
        Self { folder, environment: environment.into(), platform: Platform::Unix }
    }

    fn on(mut self, platform: Platform) -> Self {
        self.platform = platform;
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Sets a variable to a path in the folder of the case.
    fn folder_variable(self, name: &str, path: &str) -> Self {
        let value = self.folder.path().join(path);
        self.variable(name, value.to_str().unwrap())
    }

    fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.file_of_mode(path, text, 0o600)
    }

    #[cfg_attr(not(unix), expect(unused_variables, reason = "modes are those of Unix"))]
    fn file_of_mode(self, path: &str, text: impl AsRef<[u8]>, mode: u32) -> Self {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        self
    }

    /// Discovers identities, and checks that no secret shows.
    fn discover(&self, explicit: &[&str]) -> Discovered {
        let world = World::silent(self.folder.path(), self.environment.clone());
        let explicit: Vec<PathBuf> = explicit.iter().map(PathBuf::from).collect();
        let found = discover_on(self.platform, &world, &explicit, Commands::Start);
        let told = format!("{found:?}");
        assert!(!told.contains("canary"), "the canary shows: {told}");
        for identity in [FIRST, SECOND] {
            assert!(!told.contains(identity.get(20..40).unwrap()), "an identity shows: {told}");
        }
        found
    }

    /// Checks how many identities are found, without a problem or a warning.
    #[track_caller]
    fn finds(&self, explicit: &[&str], count: usize) {
        let found = self.discover(explicit);
        assert_eq!(found.problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(found.warnings, [""; 0]);
        assert_eq!(format!("{:?}", found.identities), format!("Identities({count} masked)"));
    }

    /// Checks the only problem and its hints.
    #[track_caller]
    fn fails(&self, explicit: &[&str], message: &str, hints: &[&str]) {
        let found = self.discover(explicit);
        let folder = self.folder.path().to_str().unwrap();
        let told: Vec<String> =
            found.problems.iter().map(|error| error.to_string().replace(folder, "…")).collect();
        assert_eq!(told, [message]);
        assert_eq!(found.problems.first().unwrap().hints, hints);
        assert!(found.identities.is_empty());
    }

    #[track_caller]
    fn warns(&self, explicit: &[&str], warning: &str) {
        let found = self.discover(explicit);
        let folder = self.folder.path().to_str().unwrap();
        let told: Vec<String> =
            found.warnings.iter().map(|warning| warning.replace(folder, "…")).collect();
        assert_eq!(told, [warning]);
        assert!(found.problems.is_empty());
    }
}

#[test]
fn without_any_identity_all_places_are_told_when_nothing_opens() {
    let case = Case::new();
    let found = case.discover(&[]);
    assert!(found.identities.is_empty());
    assert!(found.problems.is_empty() && found.warnings.is_empty());
    let home = case.folder.path().join("home").display().to_string();
    let told: Vec<String> = found.absent.iter().map(|place| place.replace(&home, "~")).collect();
    assert_eq!(
        told,
        [
            "identity file `~/.ssh/id_ed25519` is not there",
            "identity file `~/.ssh/id_rsa` is not there",
            "identity file `~/.config/sops/age/keys.txt` is not there",
        ]
    );
}

#[test]
fn all_places_are_loaded() {
    let case = Case::new()
        .file("given.txt", FIRST)
        .file("ssh", SSH)
        .variable(SSH_KEY_FILE, "ssh")
        .file("home/.ssh/id_ed25519", SSH)
        .variable(KEY, FIRST)
        .file("key.txt", FIRST)
        .variable(KEY_FILE, "key.txt")
        .file("home/.config/sops/age/keys.txt", format!("# mine\n{FIRST}\n{SECOND}\n"));
    case.finds(&["given.txt"], 7);
}

#[test]
fn an_identity_file_is_found_from_the_working_folder() {
    Case::new().file("keys/one.txt", FIRST).finds(&["keys/one.txt"], 1);
}

#[test]
fn several_identity_files_may_be_given() {
    Case::new().file("one.txt", FIRST).file("two.txt", SECOND).finds(&["one.txt", "two.txt"], 2);
}

#[test]
fn the_variable_takes_lines_and_words() {
    Case::new().variable(KEY, &format!("# comment\n{FIRST} {SECOND}\n\n{FIRST}")).finds(&[], 3);
}

#[test]
fn empty_variables_are_not_set() {
    let case = Case::new().variable(KEY, "").variable(KEY_FILE, "").variable(KEY_COMMAND, "");
    case.variable(SSH_KEY_FILE, "").variable(SSH_KEY_COMMAND, "").finds(&[], 0);
}

#[test]
fn a_missing_file_given_is_a_problem() {
    Case::new().fails(
        &["none.txt"],
        "identity file `none.txt` is not there",
        &["give `--identity` a file that is there"],
    );
}

#[test]
fn a_variable_with_a_missing_file_is_named() {
    Case::new().variable(KEY_FILE, "none.txt").fails(
        &[],
        "identity file `none.txt` of `SOPS_AGE_KEY_FILE` is not there",
        &["set `SOPS_AGE_KEY_FILE` to a file that is there, or unset it"],
    );
    Case::new().variable(SSH_KEY_FILE, "none").fails(
        &[],
        "identity file `none` of `SOPS_AGE_SSH_PRIVATE_KEY_FILE` is not there",
        &["set `SOPS_AGE_SSH_PRIVATE_KEY_FILE` to a file that is there, or unset it"],
    );
}

#[test]
fn a_tilde_is_not_expanded_as_with_sops() {
    Case::new().file("home/keys.txt", FIRST).variable(KEY_FILE, "~/keys.txt").fails(
        &[],
        "identity file `~/keys.txt` of `SOPS_AGE_KEY_FILE` is not there",
        &[
            "write the path without `~`: only a shell expands it",
            "set `SOPS_AGE_KEY_FILE` to a file that is there, or unset it",
        ],
    );
}

#[test]
fn an_identity_in_the_place_of_a_file_is_not_shown() {
    let hints = &["name a file, or put the identity itself into `SOPS_AGE_KEY`"];
    Case::new().fails(&[FIRST], "identity file `<masked>` is not there", hints);
    Case::new().variable(KEY_FILE, &format!("# mine\n{FIRST}")).fails(
        &[],
        "identity file `# mine\n<masked>` of `SOPS_AGE_KEY_FILE` is not there",
        hints,
    );
}

#[test]
fn a_file_of_identities_on_one_line_is_a_comment() {
    Case::new().variable(KEY, &format!("# mine {FIRST}")).fails(
        &[],
        "the identity of `SOPS_AGE_KEY` cannot be used: there is no identity in it",
        &["put the identity alone into it, which begins `AGE-SECRET-KEY-1`"],
    );
}

#[test]
fn a_folder_given_is_a_problem() {
    Case::new().fails(&["home"], "identity file `home` is a folder", &["name a file in it"]);
}

#[test]
fn all_problems_are_told() {
    let case = Case::new().variable(KEY, "canary-4f1d").variable(KEY_FILE, "none");
    assert_eq!(case.discover(&["none"]).problems.len(), 3);
}

#[test]
fn what_is_no_identity_is_told_by_its_line() {
    Case::new().variable(KEY, &format!("{FIRST}\ncanary-4f1d")).fails(
        &[],
        "the identity of `SOPS_AGE_KEY` cannot be used: line 2 holds neither an identity nor a comment",
        &["`SOPS_AGE_KEY` holds identities themselves; the path of a file goes into `SOPS_AGE_KEY_FILE`"],
    );
    Case::new().file("key.txt", "canary-4f1d").fails(
        &["key.txt"],
        "identity file `key.txt` cannot be used: line 1 holds neither an identity nor a comment",
        &["name a file with an identity in it, such as `age-keygen -o FILE` makes"],
    );
}

#[test]
fn a_damaged_identity_is_to_be_copied_again() {
    let damaged = FIRST.get(..FIRST.len() - 4).expect("the key is longer");
    Case::new().file("key.txt", damaged).fails(
        &["key.txt"],
        "identity file `key.txt` cannot be used: the identity in line 1 is damaged: it was not \
         copied whole",
        &["copy the identity again, whole"],
    );
}

#[test]
fn a_recipient_is_no_identity() {
    Case::new().file("key.txt", "age1canary-4f1d").fails(
        &["key.txt"],
        "identity file `key.txt` cannot be used: line 1 holds a recipient, not an identity",
        &["name the file with the private half; of an age key it begins `AGE-SECRET-KEY-1`"],
    );
}

#[test]
fn a_file_without_an_identity_is_told() {
    Case::new().file("key.txt", "# nothing\n").fails(
        &["key.txt"],
        "identity file `key.txt` cannot be used: there is no identity in it",
        &["name a file with an identity in it, such as `age-keygen -o FILE` makes"],
    );
}

#[test]
fn an_encrypted_identity_file_is_told() {
    let message = "identity file `key.age` cannot be used: the identity file is itself encrypted; decrypt it first";
    let hint = "let age decrypt it for each run: `export SOPS_AGE_KEY_CMD='age -d FILE'`";
    for text in [
        b"age-encryption.org/v1\n-> scrypt \xff\xfe".as_slice(),
        b"age-encryption.org/v1\n-> scrypt",
        b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl",
    ] {
        Case::new().file("key.age", text).fails(&["key.age"], message, &[hint]);
    }
}

#[test]
fn a_file_of_powershell_is_told() {
    let text: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(FIRST.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    Case::new().file("key.txt", text).fails(
        &["key.txt"],
        "identity file `key.txt` is UTF-16 text, which is what older PowerShell writes with `>`",
        &["write it again as UTF-8"],
    );
    Case::new().file("key.txt", b"canary\xff").fails(
        &["key.txt"],
        "identity file `key.txt` is not UTF-8 text",
        &["write it again as UTF-8"],
    );
}

#[test]
fn an_ssh_key_with_a_passphrase_is_a_problem_when_given() {
    Case::new().file("key", LOCKED).fails(
        &["key"],
        "identity file `key` cannot be used: the SSH key in line 1 is protected by a passphrase",
        &["use an identity without a passphrase, such as `age-keygen -o FILE` makes"],
    );
}

#[test]
fn an_ssh_key_in_pkcs8_is_a_problem_with_a_way_out() {
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    Case::new().file("key", key).fails(
        &["key"],
        "identity file `key` cannot be used: the key in line 1 is in the format PKCS#8, not in \
         that of OpenSSH",
        &["write it in the format of OpenSSH, if it is an SSH key: `ssh-keygen -p -f FILE`"],
    );
}

#[test]
fn an_ssh_key_with_a_passphrase_is_passed_over_by_default() {
    let case = Case::new().file("home/.ssh/id_ed25519", LOCKED).variable(KEY, FIRST);
    case.finds(&[], 1);
    let passed_over = case.discover(&[]).passed_over.join("\n");
    assert!(passed_over.contains("id_ed25519` cannot be used: the SSH key in line 1 is protected"));
}

#[test]
fn a_folder_in_the_place_of_an_ssh_key_is_passed_over() {
    Case::new().file("home/.ssh/id_rsa/file", "").finds(&[], 0);
}

#[test]
fn a_damaged_keys_file_is_a_warning() {
    let case = Case::new().file("home/.config/sops/age/keys.txt", "canary-4f1d");
    case.variable(KEY, FIRST).warns(
        &[],
        "identity file `…/home/.config/sops/age/keys.txt` cannot be used: \
         line 1 holds neither an identity nor a comment",
    );
}

#[cfg(unix)]
#[test]
fn an_identity_that_others_can_read_is_a_warning() {
    for mode in [0o640, 0o604, 0o644, 0o620] {
        Case::new().file_of_mode("key.txt", FIRST, mode).warns(
            &["key.txt"],
            "identity file `key.txt` can be read by other users; run `chmod 600 key.txt`",
        );
    }
    Case::new().file_of_mode("home/.config/sops/age/keys.txt", FIRST, 0o644).warns(
        &[],
        "identity file `…/home/.config/sops/age/keys.txt` can be read by other users; \
         run `chmod 600 …/home/.config/sops/age/keys.txt`",
    );
}

#[cfg(unix)]
#[test]
fn the_mode_of_a_default_ssh_key_is_the_business_of_ssh() {
    Case::new().file_of_mode("home/.ssh/id_ed25519", SSH, 0o644).finds(&[], 1);
}

#[test]
fn linux_looks_in_the_folder_of_xdg() {
    let keys = "config/sops/age/keys.txt";
    let case = Case::new().file(keys, FIRST).folder_variable("XDG_CONFIG_HOME", "config");
    case.finds(&[], 1);
}

#[test]
fn linux_looks_nowhere_when_xdg_is_relative() {
    let case = Case::new().file("config/sops/age/keys.txt", FIRST);
    let case = case.file("home/.config/sops/age/keys.txt", FIRST);
    case.variable("XDG_CONFIG_HOME", "config").finds(&[], 0);
}

#[test]
fn macos_looks_in_application_support() {
    let case = Case::new().on(Platform::MacOs);
    case.file("home/Library/Application Support/sops/age/keys.txt", FIRST).finds(&[], 1);
}

#[test]
fn macos_looks_in_the_folder_of_xdg_first() {
    let case = Case::new().on(Platform::MacOs).folder_variable("XDG_CONFIG_HOME", "config");
    let case = case.file("config/sops/age/keys.txt", FIRST);
    case.file("home/Library/Application Support/sops/age/keys.txt", SECOND).finds(&[], 1);
}

#[test]
fn macos_does_not_look_where_linux_does_and_that_is_told() {
    let case = Case::new().on(Platform::MacOs).file("home/.config/sops/age/keys.txt", FIRST);
    case.finds(&[], 0);
    let found = case.discover(&[]);
    let home = case.folder.path().join("home").display().to_string();
    assert_eq!(
        found.passed_over.last().unwrap().replace(&home, "~"),
        "identity file `~/.config/sops/age/keys.txt` is not read; without `XDG_CONFIG_HOME`, \
         sops on macOS looks at `~/Library/Application Support/sops/age/keys.txt`"
    );
}

#[test]
fn windows_looks_in_the_folder_of_applications() {
    let case = Case::new().on(Platform::Windows).folder_variable("AppData", "roaming");
    case.file("roaming/sops/age/keys.txt", FIRST).finds(&[], 1);
}

#[cfg(unix)]
mod commands {
    use super::*;

    #[test]
    fn commands_print_identities() {
        let case = Case::new().file("key file.txt", FIRST).file("ssh", SSH);
        let case = case.variable(KEY_COMMAND, "cat 'key file.txt'");
        case.variable(SSH_KEY_COMMAND, "cat ssh").finds(&[], 2);
    }

    #[test]
    fn a_command_is_no_shell() {
        let case = Case::new().file("key.txt", FIRST).variable(KEY_COMMAND, "cat key.txt | cat");
        let found = case.discover(&[]);
        assert_eq!(found.problems.len(), 1);
        assert!(found.identities.is_empty());
    }

    #[test]
    fn a_command_that_fails_is_quoted() {
        let line = format!("sh -c 'echo vault is locked, {FIRST} >&2; exit 3'");
        Case::new().variable(KEY_COMMAND, &line).fails(
            &[],
            "the identity command of `SOPS_AGE_KEY_CMD` ended with exit status 3; \
             it said: vault is locked, <masked>",
            &["the command runs as it is, without a shell; try it by hand"],
        );
    }

    #[test]
    fn a_command_that_is_not_there_is_told() {
        Case::new().variable(SSH_KEY_COMMAND, "./no-such-program").fails(
            &[],
            "the identity command of `SOPS_AGE_SSH_PRIVATE_KEY_CMD` \
             names a program that is not there",
            &["the command runs as it is, without a shell; try it by hand"],
        );
    }

    #[test]
    fn a_command_with_an_open_quote_is_told() {
        Case::new().variable(KEY_COMMAND, "cat 'key.txt").fails(
            &[],
            "the identity command of `SOPS_AGE_KEY_CMD` has a quote that is not closed",
            &["the command runs as it is, without a shell; try it by hand"],
        );
    }

    #[test]
    fn a_command_that_prints_no_identity_is_told() {
        Case::new().variable(KEY_COMMAND, "echo canary-4f1d").fails(
            &[],
            "the identity command of `SOPS_AGE_KEY_CMD` cannot be used: \
             line 1 holds neither an identity nor a comment",
            &["the command runs as it is, without a shell; try it by hand"],
        );
    }
}
