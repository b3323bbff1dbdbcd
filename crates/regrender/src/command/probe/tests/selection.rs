//! Which registries and repositories are asked, and in which order they are told.

use insta::assert_snapshot;

use super::{Case, always};

#[test]
fn results_come_in_the_order_of_the_file() {
    let (good, bad) = (always(200, &[], "{}"), always(404, &[], ""));
    let case = Case::new()
        .at("zebra", &bad, "")
        .registry(
            "images",
            "kind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\nprovide = \
             \"irsa\"\nrole-arn = \"arn:aws:iam::111122223333:role/pull\"",
        )
        .at("ant", &good, "");
    let text = case.probe(&[]);
    let (data, _) = text.split_once("--- stderr").unwrap();
    let verdicts: Vec<&str> = data.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_snapshot!(verdicts.join("\n"), @"
    zebra (127.0.0.1:ZEBRA): fails
    images (111122223333.dkr.ecr.eu-west-1.amazonaws.com): not asked: its tokens are made with the role of a service account
    ant (127.0.0.1:ANT): works
    ");
    assert!(case.probe_of(&["ant", "images"]).ends_with("--- status 0\n"));
}

#[test]
fn a_repository_of_the_command_line_has_one_owner() {
    let (one, two) = (always(200, &[], "{}"), always(200, &[], "{}"));
    let case = Case::new().at("one", &one, "").at("two", &two, "");
    assert_snapshot!(case.probe(&["--repository", "a"]), @"
    --- stderr
    error: `--repository a` may be of any of several registries
      help: name one registry, or write the repository as `HOST/a`
    --- status 2
    ");
    let host = format!("{}/a", one.authority());
    let text = case.probe(&["--read-only", "--repository", &host]);
    assert!(text.contains("  a: can be pulled\n"), "{text}");
    assert!(two.lines().iter().all(|line| line == "GET /v2/"));
    assert!(
        case.probe_of(&["two", "--read-only", "--repository", "a"]).contains("a: can be pulled")
    );
    assert_snapshot!(case.probe_of(&["one", "--repository", "A:1"]), @"
    --- stderr
    error: `A:1` is not the name of a repository
      help: write lower-case words with slashes between them, and neither tag nor digest
    --- status 2
    ");
}

#[test]
fn a_registry_that_stands_for_several_hosts_is_asked_at_each_that_is_named() {
    let (server, narrow) = (always(200, &[], "{}"), always(200, &[], "{}"));
    let (port, other) = (server.port(), narrow.port());
    let keys = |host: &str| {
        format!(
            "host = \"{host}\"\nusername = \"acme\"\npassword = {{ env = \"TOKEN\" }}\ninsecure = true"
        )
    };
    let manifest = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - {{name: a, \
         image: '127.0.0.1:{port}/apps/web:1.0'}}\n  - {{name: b, image: \
         '127.0.0.1:{other}/apps/api:2.0'}}\n"
    );
    let case = Case::new()
        .registry("many", &keys(&format!("127.0.0.*:{port}")))
        .registry("one", &keys(&format!("127.0.0.1:{other}")))
        .calls(port, "many")
        .calls(other, "one")
        .file("deploy/pod.yaml", &manifest);
    let named = format!("127.0.0.1:{port}/apps/x");
    let asked = ["--read-only", "--from-audit", "deploy", "--repository", &named];
    assert_snapshot!(case.probe(&asked), @"
    many (127.0.0.1:MANY): works
      warning: it lets everybody in and looked at no credential
      apps/x: can be pulled
      apps/web:1.0: can be pulled
    one (127.0.0.1:ONE): works
      warning: it lets everybody in and looked at no credential
      apps/api:2.0: can be pulled
    --- status 0
    ");
    // Nobody is there.
    let other = format!("127.0.0.2:{port}/apps/x");
    let told = case.probe(&["--repository", &named, "--repository", &other]);
    assert!(told.contains("many (127.0.0.1:MANY): works"), "{told}");
    assert!(told.contains("many (127.0.0.2:MANY): fails"), "{told}");
    assert_snapshot!(case.probe(&["--read-only"]), @"
    many (127.0.0.*:MANY): not asked: it stands for several hosts; `--from-audit` and `--repository HOST/NAME` name them
    one (127.0.0.1:ONE): works
      warning: it lets everybody in and looked at no credential
      no repository was asked for; `repositories`, `--repository` and `--from-audit` name some
    --- status 0
    ");
}

#[test]
fn a_registry_that_is_not_declared_is_told() {
    let server = always(200, &[], "{}");
    let case = Case::new().at("corp", &server, "");
    assert_snapshot!(case.probe_of(&["crop"]), @"
    --- stderr
    error: registries.toml declares no registry `crop`
      help: name one of these: keeper, corp
    --- status 2
    ");
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn folders_that_are_not_there_are_told() {
    let case = Case::new().registry("corp", "host = \"127.0.0.1:1\"\nanonymous = true");
    assert_snapshot!(case.probe(&["--from-audit", "nowhere"]), @"
    --- stderr
    error: `nowhere` does not exist
      help: name a file or a folder
    --- status 1
    ");
}
