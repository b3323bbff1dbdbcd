//! What an audit takes for a leak, and what it does not.

use insta::assert_snapshot;
use regrender_audit::{
    Base, Declared, Inventory, Severity, audit, read_file, read_other_file, read_pipe,
};

use super::repository::{self, LOGIN, audited, findings, finds, read};

/// Long enough for a key, and in no way one.
const IDENTITY: &str = "AGE-SECRET-KEY-1CANARY4F1DQQQQQQQQQQQQQ";

/// Lists `file:line:column code` of the findings that say that something leaks.
fn leaks(files: &[(&str, &str)]) -> Vec<String> {
    of(&read(files))
}

fn of(inventory: &Inventory) -> Vec<String> {
    let report = audit(inventory, &Declared::default(), &|_| None);
    let code = |one: &&regrender_audit::Finding| {
        one.code.name().starts_with("leaked-") || one.code.name() == "not-sealed"
    };
    let line = |one: &regrender_audit::Finding| {
        format!("{}:{}:{} {}", one.file, one.line, one.column, one.code.name())
    };
    report.findings.iter().filter(code).map(line).collect()
}

/// The leaks of a file that is no manifest by its name.
fn leaks_of_other(path: &str, text: &str) -> Vec<String> {
    of(&Inventory::from_facts(read_other_file(path, text.as_bytes()), &Base::default(), &|_| None))
}

fn secret(auths: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: n}}\n\
         type: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: '{{\"auths\":{auths}}}'\n"
    )
}

#[test]
fn an_identity_is_shown_where_it_begins() {
    let text = format!("# made today\nkey: {IDENTITY}\n");
    assert_eq!(leaks(&[("a.yaml", &text)]), ["a.yaml:2:6 leaked-identity"]);
}

#[test]
fn an_identity_in_a_template_of_helm_leaks_too() {
    let text = format!("{{{{- if .Values.x }}}}\n# {IDENTITY}\na: 1\n{{{{- end }}}}\n");
    assert_eq!(leaks(&[("a.yaml", &text)]), ["a.yaml:2:3 leaked-identity"]);
}

#[test]
fn a_pull_secret_without_any_password_gives_nothing_away() {
    for auths in ["{}", r#"{"r.io":{}}"#, r#"{"r.io":{"username":"u"}}"#] {
        assert_eq!(leaks(&[("a.yaml", &secret(auths))]), [""; 0], "{auths}");
    }
    for auths in [
        r#"{"q.io":{},"r.io":{"username":"u","password":"canary-4f1d"}}"#,
        // What `docker login` keeps for registries that give out tokens.
        r#"{"r.io":{"identitytoken":"canary-4f1d"}}"#,
    ] {
        let expected = ["a.yaml:1:1 leaked-pull-secret"];
        assert_eq!(leaks(&[("a.yaml", &secret(auths))]), expected, "{auths}");
    }
}

#[test]
fn a_placeholder_for_a_password_gives_nothing_away() {
    for auths in [
        r#"{"r.io":{"username":"u","password":"${TOKEN}"}}"#,
        r#"{"r.io":{"username":"AWS","password":"${TOKEN}"}}"#,
        r#"{"r.io":{"username":"${USER:=a:b}","password":"<path:secret/data/r#token>"}}"#,
        r#"{"r.io":{"username":"u","password":"(@= data.values.password @)"}}"#,
        r#"{"r.io":{"auth":"${AUTH}"}}"#,
        r#"{"r.io":{"auth":"{{ .Values.auth }}"},"q.io":{}}"#,
        "${AUTHS}",
    ] {
        assert_eq!(findings(&[("a.yaml", &secret(auths))]), ["secret-unused 1"], "{auths}");
    }
    for auths in [
        r#"{"q.io":{"password":"${TOKEN}"},"r.io":{"username":"u","password":"canary-4f1d"}}"#,
        r#"{"q.io":{"auth":"${TOKEN}"},"r.io":{"auth":"dTpjYW5hcnktNGYxZA=="}}"#,
    ] {
        let expected = ["a.yaml:1:1 leaked-pull-secret"];
        assert_eq!(leaks(&[("a.yaml", &secret(auths))]), expected, "{auths}");
    }
    let old = secret("").replace(".dockerconfigjson:", ".dockercfg:").replace("configjson", "cfg");
    let old = |config: &str| old.replace("{\"auths\":}", config);
    assert_eq!(leaks(&[("a.yaml", &old(r#"{"r.io":{"auth":"${AUTH}"}}"#))]), [""; 0]);
    let both = r#"{"r.io":{"auth":"${AUTH}"},"q.io":{"password":"canary-4f1d"}}"#;
    assert_eq!(leaks(&[("a.yaml", &old(both))]), ["a.yaml:1:1 leaked-pull-secret"]);
}

#[test]
fn what_a_cluster_holds_leaks_only_where_it_was_written_into_a_file() {
    let written = secret(r#"{"r.io":{"username":"AWS","password":"canary-4f1d"}}"#);
    let live = written.replace("namespace: n", "namespace: n, uid: 6f3c0f4e");
    let of_pipe = |text: &str| {
        of(&Inventory::from_facts(
            [read_pipe("<stdin>", text.as_bytes())],
            &Base::default(),
            &|_| None,
        ))
    };
    let all = |file: &str| {
        ["leaked-pull-secret", "leaked-token"].map(|code| format!("{file}:1:1 {code}"))
    };
    assert_eq!(of_pipe(&written), all("<stdin>"));
    assert_eq!(of_pipe(&live), [""; 0]);
    assert_eq!(of_pipe(&format!("{live}# {IDENTITY}\n")), ["<stdin>:7:3 leaked-identity"]);
    assert_eq!(leaks(&[("a.yaml", &live)]), all("a.yaml"));
}

#[test]
fn a_docker_configuration_is_found_however_deep_it_lies() {
    let auths = "auths: {r.io: {auth: YTpjYW5hcnktNGYxZA==}}";
    let deep =
        |levels: usize| format!("{}{{{auths}}}{}", "{a: ".repeat(levels), "}".repeat(levels));
    for levels in [0, 1, 70] {
        let column = 4 * levels + 9;
        let expected = [format!("a.yaml:1:{column} leaked-auths")];
        assert_eq!(leaks(&[("a.yaml", &deep(levels))]), expected, "{levels}");
    }
    let listed = format!("items: [[{{{auths}}}]]\n");
    assert_eq!(leaks(&[("a.yaml", &listed)]), ["a.yaml:1:18 leaked-auths"]);
}

#[test]
fn what_is_filled_in_later_is_no_credential() {
    for value in ["ENC[AES256_GCM,x]", "{{ .auth }}", "${AUTH}", "<base64 of user:password>", ""] {
        let text = format!("auths:\n  r.io:\n    auth: '{value}'\n");
        assert_eq!(leaks(&[("values.yaml", &text)]), [""; 0], "{value}");
    }
}

#[test]
fn files_that_are_no_manifests_are_looked_through_for_keys_and_docker_configurations() {
    let key = format!("export KEY={IDENTITY}\n");
    assert_eq!(leaks_of_other("deploy/.env", &key), ["deploy/.env:1:12 leaked-identity"]);
    let config = "\n{\"auths\": {\"r.io\": {\"auth\": \"YTpjYW5hcnktNGYxZA==\"}}}\n";
    assert_eq!(leaks_of_other("config", config), ["config:2:11 leaked-auths"]);
}

#[test]
fn files_that_are_no_manifests_and_hold_nothing_are_no_facts() {
    let named = "Write `\"auths\"` so:\nconfig: {\"auths\": {\"r.io\": {\"auth\": \"YTpi\"}}}\n";
    for (path, text) in [
        ("README.md", named),
        ("a.json", "{\"auths\": {}}"),
        ("b.json", "{\"auth\": \"canary-4f1d\"}"),
        ("empty", ""),
    ] {
        assert!(read_other_file(path, text.as_bytes()).is_none(), "{path}");
    }
    assert!(read_other_file("image.png", b"\xff\x80").is_none());
}

fn sealed_with(selector: &str, key: &str) -> Vec<String> {
    let text = format!("data:\n  {key}: canary-4f1d\nsops: {{mac: x, {selector}}}\n");
    leaks(&[("a.yaml", &text)])
}

/// sops encrypts all but keys that end in `_unencrypted`, unless a selector says otherwise.
#[test]
fn every_selector_of_sops_decides_what_may_be_in_clear() {
    let leak = |key: &str| vec![format!("a.yaml:2:{} leaked-sops-value", key.len() + 5)];
    for (selector, in_clear, sealed) in [
        ("version: 3.9.0", "a_unencrypted", "a"),
        ("unencrypted_suffix: _open", "a_open", "a_unencrypted"),
        ("unencrypted_regex: '^open$'", "open", "a_unencrypted"),
        ("encrypted_suffix: _sealed", "a", "a_sealed"),
        ("encrypted_regex: '^sealed$'", "a", "sealed"),
    ] {
        assert_eq!(sealed_with(selector, in_clear), [""; 0], "{selector}");
        assert_eq!(sealed_with(selector, sealed), leak(sealed), "{selector}");
    }
}

/// Comments are not kept, so nothing can be said of files that are sealed by them.
#[test]
fn a_file_that_is_sealed_by_its_comments_is_not_judged() {
    for selector in ["encrypted_comment_regex: sealed", "unencrypted_comment_regex: open"] {
        assert_eq!(sealed_with(selector, "a"), [""; 0], "{selector}");
    }
}

/// sops takes the `.sops.yaml` of the folder of a file, or of the nearest folder above it.
#[test]
fn rules_are_for_the_folder_that_they_lie_in() {
    let rules = "creation_rules:\n- path_regex: secrets/\n";
    let none = "creation_rules:\n- path_regex: nothing/\n";
    let clear = "kind: Secret\nstringData: {a: b}\n";
    let files = [
        ("a/.sops.yaml", rules),
        ("a/secrets/x.yaml", clear),
        ("a/other/x.yaml", clear),
        ("b/secrets/x.yaml", clear),
    ];
    assert_eq!(leaks(&files), ["a/secrets/x.yaml:1:1 not-sealed"]);
    let nearest = [
        (".sops.yaml", rules),
        ("a/.sops.yaml", none),
        ("a/secrets/x.yaml", clear),
        ("secrets/x.yaml", clear),
    ];
    assert_eq!(leaks(&nearest), ["secrets/x.yaml:1:1 not-sealed"]);
}

/// The files below a folder that are said to be in clear, and not to be, by one rule.
#[track_caller]
fn check_rule(rule: &str, expected: &[&str]) {
    let rules = format!("creation_rules:\n- {rule}\n");
    let files = [
        (".sops.yaml", &*rules),
        ("apps/account.yaml", "kind: ServiceAccount\nmetadata: {name: a}\n"),
        ("apps/empty.yaml", "kind: Secret\nmetadata: {name: a}\n"),
        ("apps/filled.yaml", "kind: Secret\nmetadata: {name: a}\nstringData: {a: '${B}'}\n"),
        ("apps/map.yaml", "kind: ConfigMap\ndata: {a: b}\n"),
        ("apps/secret.yaml", "kind: Secret\nmetadata: {name: a}\nstringData: {a: b}\n"),
        ("apps/values.yaml", "a: b\n"),
        ("other/secret.yaml", "kind: Secret\nmetadata: {name: a}\ndata: {a: YQ==}\n"),
    ];
    let found = leaks(&files).into_iter();
    let found: Vec<String> =
        found.filter_map(|one| Some(one.strip_suffix(":1:1 not-sealed")?.to_owned())).collect();
    assert_eq!(found, expected, "{rule}");
}

/// What Flux's guide has everybody write takes every manifest, and encrypts only what is in Secrets.
#[test]
fn a_rule_for_any_file_says_how_to_seal_and_not_what() {
    for pattern in [".*.yaml", r".*\.ya?ml$", "", ".*", r"^.+/[^/]*\.yaml$"] {
        for selector in ["", ", encrypted_regex: ^(data|stringData)$"] {
            check_rule(&format!("{{path_regex: '{pattern}'{selector}}}"), &[]);
        }
    }
}

#[test]
fn a_rule_for_a_folder_wants_its_secrets_sealed() {
    let selector = "encrypted_regex: ^(data|stringData)$";
    for pattern in ["apps/.*.yaml", "^apps/", r"(^|/)apps/[^/]+\.yaml$"] {
        let found = ["apps/secret.yaml"];
        check_rule(&format!("{{path_regex: '{pattern}', {selector}}}"), &found);
        // Values are not encrypted by their keys alone.
        let found = ["apps/secret.yaml", "apps/values.yaml"];
        check_rule(&format!("{{path_regex: '{pattern}'}}"), &found);
        check_rule(&format!("{{path_regex: '{pattern}', unencrypted_regex: ^x$}}"), &found);
    }
}

#[test]
fn a_rule_that_names_a_file_wants_it_sealed_whatever_it_holds() {
    let selector = "encrypted_regex: ^(data|stringData)$";
    check_rule(&format!("{{path_regex: 'map.yaml$', {selector}}}"), &["apps/map.yaml"]);
    let found = ["apps/secret.yaml", "other/secret.yaml"];
    check_rule(&format!("{{path_regex: '.*secret.*', {selector}}}"), &found);
    check_rule(
        &format!("{{path_regex: 'apps/.*t\\.yaml', {selector}}}"),
        &["apps/account.yaml", "apps/secret.yaml"],
    );
}

#[test]
fn a_file_is_read_the_same_by_either_way_where_it_leaks() {
    let text = format!("# {IDENTITY}\n");
    let manifest = of(&Inventory::from_facts(
        [read_file("a.yaml", text.as_bytes())],
        &Base::default(),
        &|_| None,
    ));
    assert_eq!(manifest, leaks_of_other("a.yaml", &text));
    assert_eq!(manifest.len(), 1);
}

/// Base64 of something that is long enough for a key, and none.
const BODY: &str = "Y2FuYXJ5LTRmMWRjYW5hcnktNGYxZGNhbmFyeS00ZjFkY2FuYXJ5LTRmMWRjYW5hcnktNGYxZA==";

fn pem(label: &str) -> String {
    format!("-----BEGIN {label}-----\n{BODY}\n-----END {label}-----\n")
}

/// A Secret with a key in clear; `metadata` and `kind` say whose it is.
fn with_key(metadata: &str, kind: &str, label: &str) -> String {
    let key = pem(label).replace('\n', "\n    ");
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: n{metadata}}}\ntype: {kind}\n\
         stringData:\n  identity: |\n    {key}\n"
    )
}

const LABELLED: &str = ", labels: {sealedsecrets.bitnami.com/sealed-secrets-key: active}";

#[test]
fn what_opens_every_sealed_secret_leaks() {
    let backup = with_key(LABELLED, "kubernetes.io/tls", "RSA PRIVATE KEY");
    for path in ["backup.yaml", "test/backup.yaml"] {
        assert_eq!(leaks(&[(path, &backup)]), [format!("{path}:1:1 leaked-sealing-key")]);
    }
    let public = with_key(LABELLED, "kubernetes.io/tls", "CERTIFICATE");
    assert_eq!(leaks(&[("a.yaml", &public)]), [""; 0]);
    let sealed = backup.clone() + "sops: {mac: x, encrypted_regex: ^none$}\n";
    assert_eq!(leaks(&[("a.yaml", &sealed)]), [""; 0]);
    // `kubectl get secret -l … -o yaml` gives a list.
    let item = backup.trim_end().replace('\n', "\n  ");
    let list = format!("apiVersion: v1\nkind: List\nitems:\n- {item}\n");
    assert_eq!(leaks(&[("a.yaml", &list)]), ["a.yaml:4:3 leaked-sealing-key"]);
}

#[test]
fn a_private_key_in_a_secret_leaks() {
    let severities = |text: &str| {
        let inventory = Inventory::read([("a.yaml", text.as_bytes())]);
        let report = audit(&inventory, &Declared::default(), &|_| None);
        let leaks = report.findings.iter().filter(|one| one.code.name() == "leaked-private-key");
        leaks.map(|one| (one.severity.name(), one.message.clone())).collect::<Vec<_>>()
    };
    let message = "Secret `s` holds a private key in clear, under `identity`".to_owned();
    let key = |kind: &str| with_key("", kind, "PRIVATE KEY");
    assert_eq!(severities(&key("Opaque")), [("error", message.clone())]);
    assert_eq!(severities(&key("kubernetes.io/tls")), [("warning", message)]);
    let of_server = key("Opaque").replace("identity:", "tls.key:");
    assert_eq!(severities(&of_server)[0].0, "warning");
    for label in ["PUBLIC KEY", "ENCRYPTED PRIVATE KEY"] {
        assert_eq!(severities(&with_key("", "Opaque", label)), [], "{label}");
    }
    assert_eq!(leaks(&[("a/testdata/a.yaml", &key("Opaque"))]), [""; 0]);
    let live = with_key(", uid: a-b", "Opaque", "PRIVATE KEY");
    assert_eq!(
        of(&Inventory::from_facts(
            [read_pipe("<stdin>", live.as_bytes())],
            &Base::default(),
            &|_| None
        )),
        [""; 0]
    );
}

#[test]
fn a_private_key_in_any_value_leaks() {
    let key = pem("OPENSSH PRIVATE KEY").replace('\n', "\n    ");
    let values = format!("configs:\n  key: |\n    {key}\n");
    assert_eq!(leaks(&[("values.yaml", &values)]), ["values.yaml:2:5 leaked-private-key"]);
    assert_eq!(leaks(&[("fixtures/values.yaml", &values)]), [""; 0]);
    let sealed = values + "sops: {mac: x, encrypted_regex: ^none$}\n";
    assert_eq!(leaks(&[("values.yaml", &sealed)]), [""; 0]);
}

#[test]
fn a_private_key_leaks_in_a_kind_that_is_only_called_secret() {
    let key = pem("PRIVATE KEY").replace('\n', "\n    ");
    let text = format!("apiVersion: example.io/v1\nkind: Secret\nspec:\n  key: |\n    {key}\n");
    assert_eq!(leaks(&[("a.yaml", &text)]), ["a.yaml:4:5 leaked-private-key"]);
}

#[test]
fn a_private_key_in_a_file_of_its_own_leaks() {
    let key = pem("CERTIFICATE") + &pem("PRIVATE KEY");
    for path in ["tls.pem", "a/id_ed25519"] {
        assert_eq!(leaks_of_other(path, &key), [format!("{path}:4:1 leaked-private-key")]);
    }
    let described = format!("Bag Attributes\n{key}");
    assert_eq!(leaks_of_other("a.key", &described), ["a.key:5:1 leaked-private-key"]);
    for (path, text) in [
        ("README.md", &*described),
        ("tests/a.key", &*key),
        ("test/a.key", &*key),
        ("a.pem", &*pem("CERTIFICATE")),
        ("a.ppk", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"),
        ("a.pem", "-----BEGIN AGE ENCRYPTED FILE-----\n"),
    ] {
        assert_eq!(leaks_of_other(path, text), [""; 0], "{path}");
    }
}

#[test]
fn private_keys_in_other_formats_leak_too() {
    // A key of OpenPGP that no password protects, and one of `PuTTY`; neither is one.
    let pgp = "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlBgEAQIDBBYBYwAJAQIAY2FuYXJ5LTRmMWQ=\n\
        =AAAA\n-----END PGP PRIVATE KEY BLOCK-----\n";
    let putty = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: c\n\
        Public-Lines: 1\nAAAA\nPrivate-Lines: 1\n\
        Y2FuYXJ5LTRmMWRjYW5hcnktNGYxZGNhbmFyeS00ZjFk\nPrivate-MAC: 00\n";
    for (path, key) in [("sops.asc", pgp), ("a/deploy.ppk", putty)] {
        assert_eq!(leaks_of_other(path, key), [format!("{path}:1:1 leaked-private-key")]);
        let indented = key.replace('\n', "\n    ");
        let map = format!("kind: ConfigMap\ndata:\n  key: |\n    {indented}\n");
        assert_eq!(leaks(&[("map.yaml", &map)]), ["map.yaml:3:5 leaked-private-key"]);
    }
}

#[test]
fn literal_of_a_generator_leaks_too() {
    let text = r#"secretGenerator: [{name: s, literals: ['.dockerconfigjson={"auths":{"r.io":{"auth":"YTpi"}}}']}]"#;
    finds(&[("kustomization.yaml", text)], "leaked-auths");
}

#[test]
fn leaks_are_found_and_never_repeated() {
    let identity = "AGE-SECRET-KEY-1CANARY4F1DQQQQQQQQQQQQQ";
    let token = repository::secret(
        "s",
        r#"{"1.dkr.ecr.eu-west-1.amazonaws.com":{"username":"AWS","password":"canary-4f1d"}}"#,
    );
    let files = [
        ("clear.yaml", repository::secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#))),
        ("token.yaml", token),
        ("config.json", format!(r#"{{"auths":{{"r.io":{LOGIN}}}}}"#)),
        ("map.yaml", format!("kind: ConfigMap\ndata:\n  config.json: '{{\"auths\":{{\"r.io\":{LOGIN}}}}}'\n")),
        ("key.txt", format!("# created\n{identity}\n")),
        ("half.yaml", "kind: Secret\ndata:\n  a: ENC[AES256_GCM,data:x]\n  b: canary-4f1d\nsops: {mac: x, encrypted_regex: ^data$}\n".to_owned()),
        ("behind.yaml", "kind: Secret\ndata:\n  a: 'ENC[AES256_GCM,data:x] '\n  b: ENC[AES256_GCM,data:x] canary-4f1d\nsops: {mac: x, encrypted_regex: ^data$}\n".to_owned()),
        (".sops.yaml", "creation_rules:\n- path_regex: ^secrets/.*\n".to_owned()),
        ("secrets/a.yaml", "kind: Secret\nstringData: {a: canary-4f1d}\n".to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
    let report = audited(&files, &Declared::default());
    let found: Vec<String> = report
        .findings
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .map(|one| format!("{}:{} {}", one.file, one.line, one.code.name()))
        .collect();
    assert_snapshot!(found.join("\n"), @r"
    behind.yaml:4 leaked-sops-value
    clear.yaml:2 leaked-pull-secret
    config.json:1 leaked-auths
    half.yaml:4 leaked-sops-value
    key.txt:2 leaked-identity
    map.yaml:3 leaked-auths
    secrets/a.yaml:1 not-sealed
    token.yaml:2 leaked-pull-secret
    token.yaml:2 leaked-token
    ");
    for text in [report.to_text(), report.to_json().to_string(), format!("{report:?}")] {
        assert!(!text.to_lowercase().contains("canary"), "{text}");
    }
}

#[test]
fn token_in_a_docker_configuration_is_named_too() {
    // `AWS:canary-4f1d` in base64.
    let config =
        r#"{"auths":{"1.dkr.ecr.eu-west-1.amazonaws.com":{"auth":"QVdTOmNhbmFyeS00ZjFk"}}}"#;
    assert_eq!(findings(&[("config.json", config)]), ["leaked-auths 1", "leaked-token 1"]);
}

#[test]
fn what_only_speaks_of_secrets_is_no_leak() {
    let text = "kind: CustomResourceDefinition\nspec:\n  description: of type kubernetes.io/dockerconfigjson, {\"auths\": …}, AGE-SECRET-KEY-1…\n";
    assert!(findings(&[("gotk-components.yaml", text)]).is_empty());
    let template = r#"{"auths":{"r.io":{"auth":"{{ .auth }}"}}}"#;
    assert!(findings(&[("a.json", template)]).is_empty());
    let sealed = "kind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: ENC[AES256_GCM,data:x]\nsops: {mac: x, encrypted_regex: ^(data|stringData)$}\n";
    assert_eq!(findings(&[("a.yaml", sealed)]), ["secret-unused 1"]);
}
