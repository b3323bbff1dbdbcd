//! SOPS files and age files as sources, with files that sops itself wrote.

use regrender_config::ValuePath;

use super::*;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/vectors/sops");

fn vector(path: &str) -> Vec<u8> {
    std::fs::read(format!("{VECTORS}/{path}")).unwrap()
}

/// All identities of the vectors.
fn identity() -> String {
    let files = ["identity-1.txt", "identity-2.txt", "id_ed25519"];
    files.map(|file| String::from_utf8(vector(file)).unwrap()).join("\n")
}

fn sops(path: &str, key: &str) -> SourceKind {
    let key = (!key.is_empty()).then(|| ValuePath::parse(key).unwrap());
    SourceKind::Sops { path: path.to_owned(), key, trim: Trim::Unstated }
}

fn age(path: &str) -> SourceKind {
    SourceKind::Age { path: path.to_owned(), trim: Trim::Unstated }
}

/// A file of sops under a name, and the identity that opens it.
fn opened(name: &str, sealed: &str) -> Case {
    Case::new().file(name, vector(sealed)).variable("SOPS_AGE_KEY", &identity())
}

#[track_caller]
fn password_of(mut case: Case) -> String {
    let resolved = case.resolve();
    assert!(resolved.problems.is_empty(), "{:?}", resolved.problems);
    resolved.credentials["hub"].password.expose().to_owned()
}

#[track_caller]
fn reads(name: &str, sealed: &str, key: &str, expected: &str) {
    let case = opened(name, sealed).password("hub", sops(name, key));
    assert_eq!(password_of(case), expected, "{key}");
}

#[test]
fn values_of_yaml_are_read() {
    let yaml =
        |key, expected| reads("s.yaml", "credentials-yaml--default/sealed.yaml", key, expected);
    yaml("hub.password", "dckr_pat_0123456789abcdefghijklmnop");
    yaml(r#"["internal"]["password"]"#, "registry-password");
    yaml("unicode", "pässwörd ✓ 漢字");
    yaml("list.0", "one");
    yaml(r#"["list"][2]["three"]"#, "3");
}

#[test]
fn numbers_and_truth_values_are_read_as_their_text() {
    let yaml =
        |key, expected| reads("s.yaml", "credentials-yaml--default/sealed.yaml", key, expected);
    yaml("internal.pin", "12345");
    yaml("internal.ratio", "1.5");
    yaml("internal.enabled", "true");
    yaml("internal.when", "2026-11-21T00:00:00Z");
}

#[test]
fn what_has_no_quotes_is_warned_of() {
    assert_eq!(
        told_of("internal.pin"),
        "\
warning[sealed-source-not-quoted]: the password of registry `hub` is a number in SOPS file `s.yaml`, not text
  --> 2..3 read from SOPS file `s.yaml`
  note: sops spells such a value anew: `0123` becomes 83
  help: put it between quotes: `sops edit FILE`
"
    );
    assert!(told_of("internal.enabled").contains("is a truth value in SOPS file"));
    assert_eq!(told_of("internal.when"), "");
}

#[test]
fn values_of_the_other_formats_are_read() {
    reads("s.json", "credentials-json--default/sealed.json", "hub.password", "dckr_pat_zyx");
    reads("s.env", "credentials-env--default/sealed.env", "HUB_PASSWORD", "dckr_pat_a=b=c");
    reads("s.ini", "credentials-ini--default/sealed.ini", "hub.username", "acme-bot");
    let in_default = "default-ini--default/sealed.ini";
    reads("s.ini", in_default, "DEFAULT.password", "dckr_pat_of_default");
}

const PARTLY_CLEAR: &str = "credentials-yaml--unenc-regex/sealed.yaml";

#[test]
fn a_username_that_was_left_in_clear_is_read() {
    let mut case = opened("s.yaml", PARTLY_CLEAR).username("hub", sops("s.yaml", "hub.username"));
    let resolved = case.resolve();
    assert_eq!(resolved.credentials["hub"].username, "acme-bot");
}

#[test]
fn a_password_that_was_left_in_clear_is_refused() {
    let case = |key| opened("s.yaml", PARTLY_CLEAR).password("hub", sops("s.yaml", key));
    assert_eq!(
        case("hub.username").told(),
        "\
error[sealed-source-in-clear]: the password of registry `hub` cannot be obtained: `hub.username` of SOPS file `s.yaml` is in clear
  --> 2..3 read from SOPS file `s.yaml`
  note: sops seals only what the rule takes in that the file was sealed by, such as its `encrypted_regex`
  help: seal it by a rule that takes the key in: `sops decrypt --in-place FILE`, then `sops encrypt --in-place FILE`
  help: change the secret if the file was ever committed
"
    );
    assert_eq!(case("hub.password").told(), "");
    // sops leaves an empty text as it is.
    assert!(case("internal.empty").told().starts_with("error[empty-password]"));
}

#[test]
fn a_binary_file_is_one_value() {
    let sealed = vector("token-txt--default/decrypted.txt");
    let expected = String::from_utf8(sealed).unwrap().trim_end().to_owned();
    reads("hub.password", "token-txt--default/sealed.txt", "", &expected);
}

#[test]
fn one_file_is_opened_once_for_many_values() {
    let mut case = opened("s.yaml", "credentials-yaml--default/sealed.yaml")
        .password("hub", sops("s.yaml", "hub.password"))
        .password("internal", sops("s.yaml", "internal.password"));
    let resolved = case.resolve();
    assert!(resolved.problems.is_empty());
    assert_eq!(resolved.credentials.len(), 2);
}

#[test]
fn line_ends_of_a_block_are_cut_and_told() {
    let mut case = opened("s.yaml", "credentials-yaml--default/sealed.yaml")
        .password("hub", sops("s.yaml", "multiline"));
    let told: String = case.resolve().problems.iter().map(rendered).collect();
    assert!(told.contains("holds a line feed"), "{told}");
    assert!(told.contains("read from SOPS file `s.yaml`"), "{told}");
}

/// Tells what comes of a value of a YAML file.
fn told_of(key: &str) -> String {
    opened("s.yaml", "credentials-yaml--default/sealed.yaml")
        .password("hub", sops("s.yaml", key))
        .told()
}

#[test]
fn a_missing_key_is_told_with_the_names_there() {
    assert_eq!(
        told_of("hub.token"),
        "\
error[sealed-source-missing-key]: the password of registry `hub` cannot be obtained: SOPS file `s.yaml` has no key `token` below `hub`
  --> 2..3 read from SOPS file `s.yaml`
  note: the keys there are `username`, `password`
  help: write `key` as the file has it
"
    );
    let told = told_of("hbu.password");
    assert!(told.contains("has no key `hbu` at its top"), "{told}");
    assert!(told.contains("note: the keys there are `hub`, `internal`, `list`"), "{told}");
    assert!(told_of(r#"["hub"][0]"#).contains("has no key `0` below `hub`"));
}

#[test]
fn a_name_with_dots_is_told_how_to_be_written() {
    let told = opened("s.json", "dockerconfig-json--default/sealed.json")
        .password("hub", sops("s.json", "auths.ghcr.io.password"))
        .told();
    assert!(told.contains("has no key `ghcr` below `auths`"), "{told}");
    assert!(
        told.contains("help: write a name that has dots in brackets: `[\"ghcr.io\"]`"),
        "{told}"
    );
}

#[test]
fn a_position_that_is_not_there_is_told() {
    for key in ["list.7", r#"["list"][3]"#, "list.one"] {
        let told = told_of(key);
        assert!(told.contains("list `list` of SOPS file `s.yaml` has no such item"), "{told}");
        assert!(told.contains("note: it has 3 items, counted from 0"), "{told}");
    }
}

#[test]
fn a_way_that_goes_on_behind_a_value_is_told() {
    let told = told_of("hub.password.text");
    assert!(told.contains("`hub.password` of SOPS file `s.yaml` is a value"), "{told}");
}

#[test]
fn what_is_no_value_is_told() {
    let told = told_of("hub");
    assert!(told.starts_with("error[sealed-source-no-value]"), "{told}");
    assert!(told.contains("`key` leads to a mapping"), "{told}");
    assert!(told.contains("note: the keys there are `username`, `password`"), "{told}");
    assert!(told_of("list").contains("`key` leads to a list"));
    assert!(told_of("internal.nothing").contains("`key` leads to null"));
    assert!(told_of("internal.empty").starts_with("error[empty-password]"));
}

#[test]
fn without_an_identity_the_recipients_are_told() {
    let told = Case::new()
        .file("s.yaml", vector("secret-yaml--k8s/sealed.yaml"))
        .password("hub", sops("s.yaml", "data.token"))
        .told();
    assert!(told.starts_with("error[sealed-source-no-identity]"), "{told}");
    assert!(
        told.contains(
            "note: it is sealed for `age1ah9kh099uzyjkltuhwyhtx3fj7j9retyt9hds3qvpmrsff06kpaszsp4cx`"
        ),
        "{told}"
    );
    assert!(told.contains("help: name an identity of one of its recipients"), "{told}");
}

#[test]
fn a_file_whose_mac_does_not_match_is_refused() {
    let second = String::from_utf8(vector("identity-2.txt")).unwrap();
    let told = Case::new()
        .file("s.yaml", vector("secret-yaml--k8s/tampered-mac.yaml"))
        .variable("SOPS_AGE_KEY", &second)
        .password("hub", sops("s.yaml", "data.token"))
        .told();
    assert!(told.starts_with("error[sealed-source-changed]"), "{told}");
    assert!(told.contains("the MAC does not match"), "{told}");
}

#[test]
fn a_value_that_was_moved_is_refused() {
    let text = String::from_utf8(vector("credentials-yaml--default/sealed.yaml")).unwrap();
    let moved = text.replacen("    username: ENC", "    user: ENC", 1);
    assert_ne!(text, moved);
    let told = Case::new()
        .file("s.yaml", moved)
        .variable("SOPS_AGE_KEY", &identity())
        .password("hub", sops("s.yaml", "hub.password"))
        .told();
    assert!(told.starts_with("error[sealed-source-changed]"), "{told}");
}

#[test]
fn a_file_for_other_key_services_is_told() {
    let text = "password: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\nsops:\n  kms:\n  - arn: arn:aws:kms:eu-west-1:1:key/a\n    created_at: \"2026-01-01T00:00:00Z\"\n    enc: AA==\n  pgp:\n  - fp: AA\n    enc: AA==\n  lastmodified: \"2026-01-01T00:00:00Z\"\n  mac: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\n  version: 3.9.0\n";
    let told = Case::new()
        .file("s.yaml", text)
        .variable("SOPS_AGE_KEY", &identity())
        .password("hub", sops("s.yaml", "password"))
        .told();
    assert!(told.starts_with("error[sealed-source-other-keys]"), "{told}");
    assert!(told.contains("the file has no age recipient, only kms, pgp"), "{told}");
}

#[test]
fn a_file_in_clear_is_told() {
    let told = Case::new()
        .file("s.yaml", "password: canary-4f1d\n")
        .password("hub", sops("s.yaml", "password"))
        .told();
    assert!(told.starts_with("error[sealed-source-in-clear]"), "{told}");
}

#[test]
fn a_sealed_file_that_was_cut_off_is_not_to_be_sealed_again() {
    let sealed = String::from_utf8(vector("credentials-yaml--default/sealed.yaml")).unwrap();
    let cut = sealed.split("\nsops:").next().unwrap();
    let told = Case::new().file("s.yaml", cut).password("hub", sops("s.yaml", "hub")).told();
    assert!(told.starts_with("error[sealed-source-changed]"), "{told}");
    assert!(told.contains("have lost their `sops` metadata"), "{told}");
    assert!(told.contains("help: take it from the Git history\n"), "{told}");
}

#[test]
fn a_merge_in_a_sealed_file_has_a_way_out() {
    let sealed = String::from_utf8(vector("credentials-yaml--default/sealed.yaml")).unwrap();
    let merged = format!("<<<<<<< HEAD\n{sealed}=======\n>>>>>>> other\n");
    let told = Case::new().file("s.yaml", merged).password("hub", sops("s.yaml", "hub")).told();
    assert!(told.contains("line 1 is the conflict marker of an unfinished merge"), "{told}");
    assert!(told.contains("help: take one side as a whole: `git checkout --ours"), "{told}");
}

#[test]
fn what_sops_did_not_write_is_told() {
    for text in [&b"{\"canary-4f1d"[..], b"canary-4f1d: [", b"\xff\xfe\x00"] {
        let told =
            Case::new().file("s.yaml", text).password("hub", sops("s.yaml", "password")).told();
        assert!(told.starts_with("error[sealed-source-unreadable]"), "{told}");
    }
}

#[test]
fn a_file_that_is_not_there_is_told_once() {
    let told = Case::new()
        .password("hub", sops("s.yaml", "hub.password"))
        .password("internal", sops("s.yaml", "internal.password"))
        .told();
    assert_eq!(told.matches("error[").count(), 1);
    assert!(told.starts_with("error[source-file-missing]"), "{told}");
    assert!(told.contains("the password of registry `internal` is read from there too"), "{told}");
}

/// Seals a text for the first identity of the vectors.
fn age_file(text: &str, armored: bool) -> Vec<u8> {
    let recipient: age::x25519::Recipient =
        "age1k88q92s2jey7euu8k660usnfslsvk8tz94rmrnl95nyf07a74sdqghg9nt".parse().unwrap();
    if armored {
        return age::encrypt_and_armor(&recipient, text.as_bytes()).unwrap().into_bytes();
    }
    age::encrypt(&recipient, text.as_bytes()).unwrap()
}

#[test]
fn an_age_file_is_one_value() {
    for armored in [true, false] {
        let case = Case::new()
            .file("hub.age", age_file("canary-4f1d", armored))
            .variable("SOPS_AGE_KEY", &identity())
            .password("hub", age("hub.age"));
        assert_eq!(password_of(case), "canary-4f1d");
    }
}

#[test]
fn an_identity_of_ssh_opens_an_age_file() {
    let public = String::from_utf8(vector("id_ed25519.pub")).unwrap();
    let recipient: age::ssh::Recipient = public.trim().parse().unwrap();
    let case = Case::new()
        .file("hub.age", age::encrypt(&recipient, b"canary-4f1d").unwrap())
        .file("home/.ssh/id_ed25519", vector("id_ed25519"));
    let home = case.folder.path().join("home");
    let case = case.variable("HOME", home.to_str().unwrap()).password("hub", age("hub.age"));
    assert_eq!(password_of(case), "canary-4f1d");
}

#[test]
fn the_line_end_of_an_age_file_is_cut_and_told() {
    let mut case = Case::new()
        .file("hub.age", age_file("canary-4f1d\n", true))
        .variable("SOPS_AGE_KEY", &identity())
        .password("hub", age("hub.age"));
    let resolved = case.resolve();
    assert_eq!(resolved.credentials["hub"].password.expose(), "canary-4f1d");
    let remarks: String = resolved.remarks.iter().map(rendered).collect();
    assert!(remarks.contains("ends in a newline; it was left out"), "{remarks}");
    assert!(remarks.contains("read from age file `hub.age`"), "{remarks}");
}

#[test]
fn an_age_file_that_does_not_open_is_told() {
    let told = |bytes: Vec<u8>| {
        Case::new()
            .file("hub.age", bytes)
            .variable("SOPS_AGE_KEY", &identity())
            .password("hub", age("hub.age"))
            .told()
    };
    let second = String::from_utf8(vector("identity-2.txt")).unwrap();
    let other = Case::new()
        .file("hub.age", age_file("canary-4f1d", true))
        .variable("SOPS_AGE_KEY", &second)
        .password("hub", age("hub.age"))
        .told();
    assert!(other.starts_with("error[sealed-source-no-identity]"), "{other}");
    let (whole, mark) = (age_file("canary-4f1d", true), "\u{feff}".as_bytes());
    for damaged in [whole[..90].to_vec(), [mark, &whole].concat(), b"canary\xff".to_vec(), vec![]] {
        let damaged = told(damaged);
        assert!(damaged.starts_with("error[sealed-source-unreadable]"), "{damaged}");
    }
    let clear = told(b"canary-4f1d\n".to_vec());
    assert!(clear.starts_with("error[sealed-source-in-clear]"), "{clear}");
    assert!(clear.contains("is not sealed: it does not begin as an age file does"), "{clear}");
    let mut passphrase = age::scrypt::Recipient::new(String::from("canary-4f1d").into());
    passphrase.set_work_factor(2);
    for bytes in [
        age::encrypt(&passphrase, b"canary-4f1d").unwrap(),
        age::encrypt_and_armor(&passphrase, b"canary-4f1d").unwrap().into_bytes(),
    ] {
        let told = told(bytes);
        assert!(told.starts_with("error[sealed-source-passphrase]"), "{told}");
    }
}

#[test]
fn a_sealed_file_of_the_other_kind_is_told_as_what_it_is() {
    let sealed = "credentials-yaml--default/sealed.yaml";
    let told = opened("hub.yaml", sealed).password("hub", age("hub.yaml")).told();
    assert!(told.contains("age file `hub.yaml` is a file of sops"), "{told}");
    assert!(told.contains("name it as one: `{ sops = \"FILE\", key = \"KEY\" }`"), "{told}");
    for armored in [true, false] {
        let told = Case::new()
            .file("hub.yaml", age_file("canary-4f1d", armored))
            .variable("SOPS_AGE_KEY", &identity())
            .password("hub", sops("hub.yaml", "password"))
            .told();
        assert!(told.contains("SOPS file `hub.yaml` is an age file"), "{told}");
        assert!(told.contains("name it as one: `{ age = \"FILE\" }`"), "{told}");
    }
}

#[test]
fn secrets_of_a_sealed_file_are_masked_in_what_commands_say() {
    let mut case = Case::new()
        .file("hub.age", age_file("canary-4f1d", false))
        .variable("SOPS_AGE_KEY", &identity())
        .password("hub", age("hub.age"))
        .password("other", command(&["/bin/sh", "-c", "echo 'saw canary-4f1d' >&2; echo other"]));
    assert!(case.resolve().problems.is_empty());
    assert_eq!(case.said, "sh: saw <masked>\n");
}
