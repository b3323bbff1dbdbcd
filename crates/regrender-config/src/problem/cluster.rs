//! Wording for settings of clusters that do not go together.

use regrender_diagnostic::{Diagnostic, Severity, Span, Spanned};

use crate::Page;
use crate::nearest::nearest;
use crate::problem::quoted;

pub(crate) const PAGES: &[&Page] = &[
    &AGE_NEEDS_KUBECTL,
    &ARGOCD_NEEDS_REPOSITORY,
    &NO_CERTIFICATE,
    &IDLE_SEAL_KEY,
    &FINGERPRINT_KEY_NEEDED,
    &SEALED_SECRETS_OF_NODES,
    &WIDER_SCOPE,
    &UNKNOWN_CLUSTER,
    &INVALID_INTERVAL,
    &INVALID_TEXT,
];

static AGE_NEEDS_KUBECTL: Page = Page {
    code: "age-needs-kubectl",
    severity: Severity::Error,
    title: "plain age files with Flux or Argo CD",
    why: "No GitOps controller opens a file that is one age message; they open SOPS files.\nPlain age files are for a Makefile that pipes `age -d` into `kubectl apply`.",
    example: "[seal]\nformat = \"age\"\n",
    way_out: "remove `format = \"age\"`, or set `consumer = [\"kubectl\"]`.",
};

static ARGOCD_NEEDS_REPOSITORY: Page = Page {
    code: "argocd-needs-repository",
    severity: Severity::Error,
    title: "an Application per namespace needs the address of the repository",
    why: "With `per-namespace`, regrender writes the Applications, and each names the repository that Argo CD reads.",
    example: "[output]\nconsumer = [\"argocd\"]\nper-namespace = true\n",
    way_out: "add `argocd = { repository = \"https://…\" }`.",
};

static NO_CERTIFICATE: Page = Page {
    code: "no-certificate",
    severity: Severity::Error,
    title: "SealedSecrets without the certificate to seal them for",
    why: "Each controller has a key pair of its own, and a SealedSecret is sealed for the public half: its certificate.\nIt is not secret, and belongs in the repository, so that builds need no cluster.",
    example: "[seal]\nformat = \"sealed-secrets\"\nfingerprint-key = { env = \"REGRENDER_FINGERPRINT_KEY\" }\n",
    way_out: "run `kubeseal --fetch-cert > sealed-secrets.pem` beside registries.toml, and add `certificate = \"sealed-secrets.pem\"`.",
};

static IDLE_SEAL_KEY: Page = Page {
    code: "idle-seal-key",
    severity: Severity::Error,
    title: "a key of `[seal]` that is of no use with this format",
    why: "SOPS and age files are sealed for `recipients`, SealedSecrets for the controller's `certificate`.\nWhoever lists a recipient for SealedSecrets would believe that it can open them.",
    example: "[seal]\nrecipients = [\"age1rs8lqg24qdkcxjncpkr0utll2zjkg7jddswqcm346l7ccx5uxa6qv8js8k\"]\ncertificate = \"sealed-secrets.pem\"\n",
    way_out: "remove the key, or set the `format` that it belongs to.",
};

static FINGERPRINT_KEY_NEEDED: Page = Page {
    code: "fingerprint-key-needed",
    severity: Severity::Error,
    title: "SealedSecrets without a fingerprint key",
    why: "Nobody but the controller can open a SealedSecret, so a build cannot see what the one that is there says.\nWithout fingerprints it would seal everything anew each time, and every build would change every file.",
    example: "[seal]\nformat = \"sealed-secrets\"\ncertificate = \"sealed-secrets.pem\"\n",
    way_out: "add `fingerprint-key = { env = \"REGRENDER_FINGERPRINT_KEY\" }` to `[seal]`; `head -c 32 /dev/urandom | base64` makes a key.",
};

static SEALED_SECRETS_OF_NODES: Page = Page {
    code: "sealed-secrets-of-nodes",
    severity: Severity::Error,
    title: "a docker config for the nodes, sealed for a controller",
    why: "What the kubelets read is put onto the nodes by whoever sets them up, and a SealedSecret is opened by nobody but the controller inside the cluster.",
    example: "[seal]\nformat = \"sealed-secrets\"\ncertificate = \"sealed-secrets.pem\"\nfingerprint-key = { env = \"REGRENDER_FINGERPRINT_KEY\" }\n\n[registry.hub]\nkind = \"docker-hub\"\nprovide = \"node\"\nusername = \"acme-bot\"\npassword = { env = \"DOCKER_HUB_TOKEN\" }\n",
    way_out: "remove `provide = \"node\"`, or declare the registry in a registries.toml of its own with `format = \"sops\"`.",
};

static WIDER_SCOPE: Page = Page {
    code: "wider-scope",
    severity: Severity::Error,
    title: "an annotation that asks for another scope than the strict one",
    why: "regrender seals each SealedSecret for its one namespace and name, so that nobody can move it to another.\nThe annotation makes the controller expect values that are sealed for a whole namespace or cluster, and it could not open these.",
    example: "[seal]\nformat = \"sealed-secrets\"\ncertificate = \"sealed-secrets.pem\"\nfingerprint-key = { env = \"REGRENDER_FINGERPRINT_KEY\" }\n\n[registry.hub]\nkind = \"docker-hub\"\nusername = \"acme-bot\"\npassword = { env = \"DOCKER_HUB_TOKEN\" }\n\n[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nannotations = { \"sealedsecrets.bitnami.com/cluster-wide\" = \"true\" }\n",
    way_out: "remove the annotation; list every namespace that needs the pull secret instead.",
};

static UNKNOWN_CLUSTER: Page = Page {
    code: "unknown-cluster",
    severity: Severity::Error,
    title: "a pull secret names a cluster that is not declared",
    why: "The pull secret would land nowhere, and nobody would notice until an image cannot be pulled.",
    example: "[cluster.prod]\n\n[secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"a\"]\nclusters = [\"prd\"]\n",
    way_out: "write the name of a `[cluster.NAME]` table, or add one.",
};

static INVALID_INTERVAL: Page = Page {
    code: "invalid-interval",
    severity: Severity::Error,
    title: "an interval that Flux would refuse",
    why: "Flux takes numbers with a unit: `30s`, `10m`, `1h`, or several of them: `1h30m`.",
    example: "[output]\nflux = { interval = \"10 minutes\" }\n",
    way_out: "write a number with `s`, `m` or `h` after it.",
};

static INVALID_TEXT: Page = Page {
    code: "invalid-text",
    severity: Severity::Error,
    title: "a value with white space or invisible characters",
    why: "Addresses, revisions and projects are one word; an invisible character in them is a mistake.",
    example: "[output]\nargocd = { repository = \"https://git.example.com/a b\" }\n",
    way_out: "remove the character that the message names.",
};

/// Says of which cluster something is; nothing where it is of all.
pub(super) fn whose(cluster: Option<&str>) -> String {
    cluster.map_or_else(String::new, |name| format!(" of cluster `{name}`"))
}

/// `format = "age"` with a GitOps controller.
pub(crate) fn age_needs_kubectl(
    cluster: Option<&str>,
    format: Span,
    consumer: Option<Span>,
    controller: &str,
) -> Diagnostic {
    let whose = whose(cluster);
    let problem = AGE_NEEDS_KUBECTL
        .problem(format!("{controller} cannot open the plain age files{whose}"))
        .at(format, "one age message a Secret");
    let problem = match consumer {
        Some(span) => problem.beside(span, format!("{controller} opens SOPS files only")),
        None => problem.note("`consumer` is `[\"flux\"]` unless the file says otherwise"),
    };
    problem.help("write `format = \"sops\"`, or set `consumer = [\"kubectl\"]`")
}

/// `per-namespace` with Argo CD and no repository.
pub(crate) fn argocd_needs_repository(
    cluster: Option<&str>,
    per_namespace: Span,
    consumer: Option<Span>,
) -> Diagnostic {
    let whose = whose(cluster);
    let problem = ARGOCD_NEEDS_REPOSITORY
        .problem(format!("the Applications{whose} have no repository to name"))
        .at(per_namespace, "asks for an Application a namespace");
    let problem = match consumer {
        Some(span) => problem.beside(span, "for Argo CD"),
        None => problem,
    };
    problem
        .help("add `argocd = { repository = \"https://…\" }` with the address that Argo CD reads")
}

/// SealedSecrets without a certificate.
pub(crate) fn no_certificate(cluster: Option<&str>, format: Span) -> Diagnostic {
    let whose = whose(cluster);
    NO_CERTIFICATE
        .problem(format!("the SealedSecrets{whose} have no certificate to be sealed for"))
        .at(format, "sealed for the key of the controller in the cluster")
        .help("fetch it where you reach the cluster: `kubeseal --fetch-cert > sealed-secrets.pem`")
        .help("name it beside the format: `certificate = \"sealed-secrets.pem\"`")
}

/// `recipients` or `certificate` that nothing is sealed for.
pub(crate) fn idle_seal_key(owner: &str, key: &str, span: Span) -> Diagnostic {
    let (why, way_out) = if key == "recipients" {
        (
            "no recipient can open a SealedSecret",
            "remove `recipients`: who can open a SealedSecret is decided by `certificate` alone",
        )
    } else {
        (
            "SOPS and age files are sealed for `recipients`",
            "remove `certificate`, or write `format = \"sealed-secrets\"`",
        )
    };
    IDLE_SEAL_KEY
        .problem(format!("`{key}` of {owner} is of no use with this format"))
        .at(span, why)
        .help(way_out)
}

/// SealedSecrets without `fingerprint-key`.
pub(crate) fn fingerprint_key_needed(format: Span) -> Diagnostic {
    FINGERPRINT_KEY_NEEDED
        .problem("SealedSecrets need a fingerprint key")
        .at(format, "cannot be opened to see whether anything changed")
        .help("make a key and keep it as the other secrets of your pipeline: `head -c 32 /dev/urandom | base64`")
        .help("name it in `[seal]`: `fingerprint-key = { env = \"REGRENDER_FINGERPRINT_KEY\" }`")
}

/// A docker config of the nodes that would be a SealedSecret.
pub(crate) fn sealed_secrets_of_nodes(registry: &Spanned<String>, format: Span) -> Diagnostic {
    SEALED_SECRETS_OF_NODES
        .problem(format!(
            "the nodes could not open the docker config with registry `{}`",
            registry.value
        ))
        .at(registry.span.clone(), "its credential goes onto the nodes")
        .beside(format, "opened by the controller inside the cluster alone")
        .help("remove `provide = \"node\"`, or declare it in a registries.toml of its own with `format = \"sops\"`")
}

/// An annotation that widens the scope of a SealedSecret.
pub(crate) fn wider_scope(secret: &str, annotation: &Spanned<String>) -> Diagnostic {
    WIDER_SCOPE
        .problem(format!("pull secret `{secret}` asks for another scope than the strict one"))
        .at(annotation.span.clone(), "the controller could not open what is sealed strictly")
        .help("remove the annotation, and list every namespace that needs the pull secret")
}

/// A name of a cluster that is not declared.
pub(crate) fn unknown_cluster(
    secret: &str,
    cluster: &Spanned<String>,
    declared: &[Spanned<String>],
) -> Diagnostic {
    let problem = UNKNOWN_CLUSTER
        .problem(format!("cluster `{}` is not declared", cluster.value))
        .at(cluster.span.clone(), format!("named by pull secret `{secret}` here"));
    let names = declared.iter().map(|name| name.value.as_str());
    let near = nearest(&cluster.value, names)
        .and_then(|near| declared.iter().find(|name| name.value == near));
    match near {
        Some(near) => problem.beside(near.span.clone(), "a cluster with a similar name").fix(
            cluster.span.clone(),
            quoted(&near.value),
            "use the declared name",
        ),
        None => problem.help(format!("declare it: `[cluster.{}]`", cluster.value)),
    }
}

/// An interval that Flux would refuse.
pub(crate) fn invalid_interval(owner: &str, span: Span) -> Diagnostic {
    INVALID_INTERVAL
        .problem(format!("`interval` of `flux` of {owner} is no duration"))
        .at(span, "must be numbers with units")
        .help("write a duration such as `10m` or `1h30m`")
}

/// A value with a character that it cannot hold.
pub(crate) fn invalid_text(owner: &str, key: &str, span: Span) -> Diagnostic {
    INVALID_TEXT
        .problem(format!("`{key}` of {owner} holds white space or an invisible character"))
        .at(span, "must be one word")
        .help("remove the white space and what cannot be seen")
}
