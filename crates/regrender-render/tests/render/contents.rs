//! What the contents of pull secrets decide: what is sealed, and what a size does.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrender_config::Config;
use regrender_document::SecretText;
use regrender_render::{
    Contents, Credential, Credentials, Part, PullSecretFile, RenderError, SYNC_OPTIONS, WantedFile,
    render,
};

use crate::support::{config, credentials, surroundings};

/// The most bytes that the API server takes.
const LARGEST_SECRET: usize = 1_048_576;

const NODES: &str = "[registry.n]\nhost = \"n.example\"\nprovide = \"node\"\nusername = \"u\"\npassword = { env = \"X\" }\n";
const REGISTRY: &str =
    "[registry.r]\nhost = \"r.example\"\nusername = \"u\"\npassword = { env = \"X\" }\n";
const ONE: &str = "[secret.one]\nregistries = [\"r\"]\nnamespaces = [\"team-a\", \"team-b\"]\n";
const TWO: &str = "[secret.two]\nregistries = [\"r\"]\nnamespaces = [\"team-a\"]\n";

/// The sealed files of the only cluster, by path.
fn sealed(
    config: &Config,
    credentials: &Credentials,
    only: Option<&BTreeSet<String>>,
) -> Result<BTreeMap<String, PullSecretFile>, Vec<RenderError>> {
    let surroundings = surroundings(config);
    let contents = Contents::Resolved { credentials, only };
    let rendered = render(config, &config.clusters[0], &surroundings, contents)?;
    let parts = rendered.parts();
    let sealed = parts.iter().flat_map(Part::files).filter_map(|(path, file)| match file {
        WantedFile::Sealed(file) => Some((path, file)),
        _ => None,
    });
    let sealed: BTreeMap<_, _> = sealed.collect();
    assert_eq!(rendered.sealed_count(), sealed.len());
    Ok(sealed)
}

/// The credential whose pull secret holds exactly so many bytes.
fn credentials_of_size(bytes: usize) -> Credentials {
    let frame = r#"{"auths":{"r.example":{"username":"u","password":"canary-4f1d","email":"","auth":"dTpjYW5hcnktNGYxZA=="}}}"#;
    let credential = Credential {
        username: String::from("u"),
        password: SecretText::new(String::from("canary-4f1d")),
        email: Some("e".repeat(bytes - frame.len())),
        expires_at: None,
    };
    BTreeMap::from([(String::from("r"), credential)])
}

#[test]
fn every_sealed_file_is_counted() {
    for (text, count) in [
        (format!("{REGISTRY}{ONE}"), 2),
        (format!("{REGISTRY}{ONE}{TWO}"), 3),
        (format!("{REGISTRY}{NODES}{ONE}{TWO}"), 4),
    ] {
        let config = config(&text);
        assert_eq!(sealed(&config, &credentials(&config), None).unwrap().len(), count, "{text}");
    }
}

#[test]
fn only_what_is_asked_for_has_contents() {
    let config = config(&format!("{REGISTRY}{NODES}{ONE}{TWO}"));
    let credentials = credentials(&config);
    let with_contents = |only: Option<&BTreeSet<String>>| -> Vec<String> {
        let files = sealed(&config, &credentials, only).unwrap().into_iter();
        files.filter(|(_, file)| file.document().is_some()).map(|(path, _)| path).collect()
    };
    let one = ["manifests/team-a/one.sops.yaml", "manifests/team-b/one.sops.yaml"];
    assert_eq!(with_contents(Some(&BTreeSet::from([String::from("one")]))), one);
    assert_eq!(with_contents(None).len(), 4);
}

/// The API server counts the bytes of the values, without their base64.
#[test]
fn a_secret_that_the_api_server_would_refuse_is_told() {
    let config = config(&format!("{REGISTRY}{TWO}"));
    let sealed = |bytes| sealed(&config, &credentials_of_size(bytes), None);
    let largest = sealed(LARGEST_SECRET).unwrap();
    let payload = largest["manifests/team-a/two.sops.yaml"].payload.clone().unwrap();
    assert_eq!(STANDARD.decode(payload.expose()).unwrap().len(), LARGEST_SECRET);
    for more in [1, 1000] {
        let errors = sealed(LARGEST_SECRET + more).unwrap_err();
        let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let bytes = LARGEST_SECRET + more;
        assert_eq!(
            messages,
            [format!(
                "pull secret `two` holds {bytes} bytes; the API server takes at most 1048576"
            )]
        );
    }
}

/// Client-side apply keeps the whole object, with the payload in base64, in an annotation of at most
/// 262,144 bytes.
#[test]
fn argo_cd_applies_large_secrets_on_the_server() {
    let argocd = "[output]\nconsumer = \"argocd\"\n";
    let declared = "annotations = { \"argocd.argoproj.io/sync-options\" = \"Prune=false\" }\n";
    for (more, bytes, options) in [
        ("", 180_000, None),
        ("", 180_001, Some("ServerSideApply=true")),
        ("", 1_000_000, Some("ServerSideApply=true")),
        (declared, 1_000_000, Some("Prune=false")),
    ] {
        let config = config(&format!("{argocd}{REGISTRY}{TWO}{more}"));
        let files = sealed(&config, &credentials_of_size(bytes), None).unwrap();
        let file = &files["manifests/team-a/two.sops.yaml"];
        let found = file.clear.at(&["metadata", "annotations", SYNC_OPTIONS]);
        assert_eq!(found.and_then(|node| node.as_text()), options, "{bytes} {more}");
        assert_eq!(file.may_be_large, more.is_empty());
    }
    let flux = config(&format!("{REGISTRY}{TWO}"));
    let files = sealed(&flux, &credentials_of_size(1_000_000), None).unwrap();
    let file = &files["manifests/team-a/two.sops.yaml"];
    assert!(file.clear.at(&["metadata", "annotations"]).is_none() && !file.may_be_large);
}

/// The comments of the sealed files, by path, without the first, which all have.
#[track_caller]
fn holdings(text: &str) -> BTreeMap<String, Vec<String>> {
    let config = config(text);
    let sealed = sealed(&config, &credentials(&config), None).unwrap();
    let comments = |file: PullSecretFile| file.clear.header.into_iter().skip(1).collect();
    sealed.into_iter().map(|(path, file)| (path, comments(file))).collect()
}

#[test]
fn a_sealed_file_says_what_it_holds() {
    let registry = |name: &str, rest: &str| {
        format!("[registry.{name}]\npassword = {{ env = \"X\" }}\n{rest}\n")
    };
    let text = registry(
        "hub",
        "kind = \"docker-hub\"\nusername = \"acme-bot\"\nhub-aliases = true",
    ) + &registry("far", "host = \"far.example\"\nusername = { env = \"Y\" }")
        + &registry("part", "host = \"a.example\"\nusername = \"o'b\\u2028x\"\npaths = [\"b/\"]")
        + "[registry.docker]\nhost = \"z.example\"\ncredential = { helper = \"pass\" }\n"
        + "[registry.open]\nhost = \"open.example\"\nanonymous = true\n"
        + "[secret.one]\nregistries = [\"part\", \"hub\", \"open\", \"far\", \"docker\"]\nnamespaces = [\"a\"]\n"
        + NODES;
    let holdings = holdings(&text);
    assert_eq!(
        holdings["manifests/a/one.sops.yaml"],
        [
            r" Holds the credential of o\'b\u{2028}x for a.example/b/",
            " Holds the credential of acme-bot for docker.io",
            " Holds a credential for far.example",
            " Holds the credential of acme-bot for https://index.docker.io/v1/",
            " Holds a credential for z.example",
        ]
    );
    let nodes: Vec<_> = holdings.iter().filter(|(path, _)| !path.contains("/a/")).collect();
    let [(_, nodes)] = nodes[..] else { panic!("{nodes:?}") };
    assert_eq!(*nodes, [" Holds the credential of u for n.example"]);
}
