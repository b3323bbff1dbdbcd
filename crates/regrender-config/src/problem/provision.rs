//! Wording for registries of the clouds, and for where their fresh tokens come from.

use regrender_diagnostic::{Diagnostic, Severity, Span, Spanned};

use crate::Page;
use crate::problem::{one_of, quoted};

pub(crate) const PAGES: &[&Page] = &[
    &SHORT_LIVED_REGISTRY,
    &PROVIDE_ELSEWHERE,
    &PROVIDE_WITH_CREDENTIAL,
    &SEALED_SHORT_LIVED,
    &SHORT_LIVED_USERNAME,
    &IDLE_REGISTRY_KEY,
    &DERIVED_HOST,
    &INVALID_IDENTIFIER,
    &INVALID_OIDC_PROVIDER,
    &IRSA_WITHOUT_OIDC_PROVIDER,
    &UNFIT_REGISTRY_NAME,
    &TWO_LOGINS,
];

static SHORT_LIVED_REGISTRY: Page = Page {
    code: "short-lived-registry",
    severity: Severity::Error,
    title: "a registry of a cloud, and nothing that renews its tokens",
    why: "The tokens of ECR live for twelve hours, those of ACR for about three, those of Google for one: a sealed one is dead before the weekend.\nSomething must make new ones where the images are pulled.",
    example: "[registry.images]\nkind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\n",
    way_out: "add `provide = \"external-secrets\"` or another of the choices that the message lists; for `acr`, `gar` and `gcr` a `username` and `password` that do not expire in hours will do as well.",
};

static PROVIDE_ELSEWHERE: Page = Page {
    code: "provide-elsewhere",
    severity: Severity::Error,
    title: "a way to provide tokens that this kind of registry does not have",
    why: "Each provider knows certain clouds: `irsa` is for AWS, `workload-identity` for Azure and Google Cloud, and External Secrets has generators for ECR, ACR, Google, Quay and GitHub (`ghcr.io` alone).\n`node` is for every kind, `sealed` for the clouds.",
    example: "[registry.images]\nkind = \"acr\"\nregistry = \"acme\"\nprovide = \"irsa\"\n",
    way_out: "choose one that the message lists.",
};

static PROVIDE_WITH_CREDENTIAL: Page = Page {
    code: "provide-with-credential",
    severity: Severity::Error,
    title: "a registry whose tokens are provided has a credential too",
    why: "The provider makes the tokens, so the credential would land nowhere.",
    example: "[registry.images]\nkind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\nprovide = \"node\"\nusername = \"AWS\"\npassword = { env = \"TOKEN\" }\n",
    way_out: "remove the credential, or `provide`.",
};

static SEALED_SHORT_LIVED: Page = Page {
    code: "sealed-short-lived",
    severity: Severity::Error,
    title: "sealing a token that expires within hours must be asked for twice",
    why: "The tree has to be built and applied anew before the token dies, day and night.\nThat is right for a pipeline that does so, or for a test, and wrong everywhere else.",
    example: "[registry.images]\nkind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\nprovide = \"sealed\"\n",
    way_out: "add `allow-short-lived = true`, or choose a provider that renews the token.",
};

static SHORT_LIVED_USERNAME: Page = Page {
    code: "short-lived-username",
    severity: Severity::Error,
    title: "a username that goes with tokens that live for one to three hours",
    why: "Azure's zeros and Google's `oauth2accesstoken` go with tokens that expire within hours.\nCredentials that last have other usernames: an Azure service principal or repository-scoped token has its own, a JSON key of Google has `_json_key`.",
    example: "[registry.images]\nkind = \"gar\"\nlocation = \"europe-west1\"\nproject = \"acme-images\"\nusername = \"oauth2accesstoken\"\npassword = { env = \"TOKEN\" }\n",
    way_out: "use a credential that lasts, or `provide`.",
};

static IDLE_REGISTRY_KEY: Page = Page {
    code: "idle-registry-key",
    severity: Severity::Error,
    title: "a key of a registry that has no effect beside the others",
    why: "Keys such as `account` belong to one kind of registry, keys such as `role-arn` to one way to provide tokens.",
    example: "[registry.images]\nhost = \"registry.example.com\"\nregion = \"eu-west-1\"\nanonymous = true\n",
    way_out: "remove it, or set the `kind` or `provide` that it belongs to.",
};

static DERIVED_HOST: Page = Page {
    code: "derived-host",
    severity: Severity::Error,
    title: "the host of a cloud's registry must not be given",
    why: "It follows from the other keys, so that it cannot disagree with them.",
    example: "[registry.images]\nkind = \"acr\"\nregistry = \"acme\"\nhost = \"acme.azurecr.io\"\nprovide = \"node\"\n",
    way_out: "remove `host`; for a registry with a domain of its own use `kind = \"generic\"`.",
};

static INVALID_IDENTIFIER: Page = Page {
    code: "invalid-identifier",
    severity: Severity::Error,
    title: "a name that the cloud cannot have given",
    why: "Accounts, regions, projects, roles and identities have a fixed form; any other is a mistake that would only show when the first image is pulled.",
    example: "[registry.images]\nkind = \"ecr\"\naccount = \"1111-2222-3333\"\nregion = \"eu-west-1\"\nprovide = \"node\"\n",
    way_out: "write it as the cloud's console shows it.",
};

static INVALID_OIDC_PROVIDER: Page = Page {
    code: "invalid-oidc-provider",
    severity: Severity::Error,
    title: "an OIDC provider that IAM would not know",
    why: "IAM calls the issuer of a cluster's tokens by its host and path, without `https://`.",
    example: "[output]\noidc-provider = \"https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE\"\n",
    way_out: "write what `aws eks describe-cluster --query cluster.identity.oidc.issuer` prints, without `https://`.",
};

static IRSA_WITHOUT_OIDC_PROVIDER: Page = Page {
    code: "irsa-without-oidc-provider",
    severity: Severity::Warning,
    title: "no trust policy can be written for a role",
    why: "The trust policy of a role names the issuer of the cluster's tokens and the accounts that may assume the role.",
    example: "[seal]\nrecipients = [\"age1rs8lqg24qdkcxjncpkr0utll2zjkg7jddswqcm346l7ccx5uxa6qv8js8k\"]\n\n[registry.images]\nkind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\nprovide = \"irsa\"\nrole-arn = \"arn:aws:iam::111122223333:role/ecr-pull\"\n\n[secret.regcred]\nregistries = [\"images\"]\nnamespaces = [\"team-a\"]\nservice-accounts = [\"default\"]\n",
    way_out: "add `oidc-provider` to `[output]` or to the cluster.",
};

static UNFIT_REGISTRY_NAME: Page = Page {
    code: "unfit-registry-name",
    severity: Severity::Error,
    title: "a registry whose name cannot be part of an object's name",
    why: "External Secrets makes a Secret `<pull secret>-<registry>`, and Kubernetes takes lower-case letters, digits, `-` and `.` only.",
    example: "[registry.Images_EU]\nkind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\nprovide = \"external-secrets\"\n\n[secret.regcred]\nregistries = [\"Images_EU\"]\nnamespaces = [\"a\"]\n",
    way_out: "give the registry another name.",
};

static TWO_LOGINS: Page = Page {
    code: "two-logins",
    severity: Severity::Error,
    title: "External Secrets is given two ways to log in",
    why: "It asks for a token either as a service account or with the keys in a Secret.\nWithout both it asks as itself.",
    example: "[registry.images]\nkind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\nprovide = \"external-secrets\"\nservice-account = \"puller\"\ncredentials-secret = \"aws-keys\"\n",
    way_out: "remove one of them.",
};

/// A registry of a cloud without anything that renews its tokens.
pub(crate) fn short_lived(
    registry: &str,
    kind: Spanned<&str>,
    hours: u64,
    choices: &[&str],
    lasting: Option<&str>,
) -> Diagnostic {
    let life = if hours == 1 { String::from("an hour") } else { format!("{hours} hours") };
    let problem = SHORT_LIVED_REGISTRY
        .problem(format!("registry `{registry}` does not say where fresh tokens come from"))
        .at(kind.span, format!("tokens of `{}` are dead after {life}", kind.value))
        .help(format!("add `provide` with one of {}", one_of(choices)));
    match lasting {
        Some(lasting) => problem.help(lasting),
        None => problem,
    }
}

/// A provider that the kind does not have.
pub(crate) fn elsewhere(
    registry: &str,
    provide: &Spanned<String>,
    kind: &str,
    choices: &[&str],
) -> Diagnostic {
    PROVIDE_ELSEWHERE
        .problem(format!("registry `{registry}` of kind `{kind}` has no `{}`", provide.value))
        .at(provide.span.clone(), format!("not for `{kind}`"))
        .help(format!("write {}", one_of(choices)))
}

/// External Secrets for a registry of GitHub with a host of its own.
pub(crate) fn other_github(registry: &str, host: Span) -> Diagnostic {
    PROVIDE_ELSEWHERE
        .problem(format!("registry `{registry}` has no `external-secrets`: it is not `ghcr.io`"))
        .at(host, "its tokens would be asked of `api.github.com`, which does not know them")
        .help("remove `provide`, and write a `username` and a `password` that last")
}

/// A credential beside a provider.
pub(crate) fn with_credential(
    registry: &str,
    provide: &Spanned<String>,
    key: &str,
    span: Span,
) -> Diagnostic {
    PROVIDE_WITH_CREDENTIAL
        .problem(format!("registry `{registry}` has both `provide` and `{key}`"))
        .beside(provide.span.clone(), format!("`{}` makes the tokens", provide.value))
        .at(span, "would land nowhere")
        .help(format!("remove `{key}`, or `provide`"))
}

/// `provide = "sealed"` alone.
pub(crate) fn sealed(registry: &str, provide: Span, hours: u64) -> Diagnostic {
    let life = if hours == 1 { String::from("an hour") } else { format!("{hours} hours") };
    SEALED_SHORT_LIVED
        .problem(format!("the sealed token of registry `{registry}` would be dead after {life}"))
        .at(provide, "must be said twice")
        .help("add `allow-short-lived = true` if a pipeline builds and applies the tree in time")
        .help("or choose a provider that renews the token, such as `external-secrets`")
}

/// A username of short-lived tokens.
pub(crate) fn short_lived_username(registry: &str, span: Span, choices: &[&str]) -> Diagnostic {
    SHORT_LIVED_USERNAME
        .problem(format!("the username of registry `{registry}` goes with tokens of hours"))
        .at(span, "what stands beside it is dead soon")
        .help(format!("use a credential that lasts, or `provide` with one of {}", one_of(choices)))
}

/// A key that has no effect; `belongs` is where it has one.
pub(crate) fn idle_key(registry: &str, key: &str, span: Span, belongs: &str) -> Diagnostic {
    IDLE_REGISTRY_KEY
        .problem(format!("`{key}` has no effect in registry `{registry}`"))
        .at(span, format!("only with {belongs}"))
        .help(format!("remove `{key}`"))
}

/// `host` of a registry of a cloud.
pub(crate) fn derived_host(registry: &str, host: Span, keys: &str) -> Diagnostic {
    DERIVED_HOST
        .problem(format!("the host of registry `{registry}` is not given"))
        .at(host, format!("follows from {keys}"))
        .help("remove `host`; for a registry with a domain of its own use `kind = \"generic\"`")
}

/// A name that the cloud does not give.
pub(crate) fn invalid_identifier(
    registry: &str,
    key: &str,
    span: Span,
    rule: &str,
    suggestion: Option<&str>,
) -> Diagnostic {
    let problem = INVALID_IDENTIFIER
        .problem(format!("`{key}` of registry `{registry}` cannot be this"))
        .at(span.clone(), format!("must be {rule}"));
    match suggestion {
        Some(suggestion) => problem.fix(span, quoted(suggestion), "write it like this"),
        None => problem.help("write it as the cloud's console shows it"),
    }
}

/// An OIDC provider that IAM would not know.
pub(crate) fn invalid_oidc_provider(
    owner: &str,
    span: Span,
    suggestion: Option<&str>,
) -> Diagnostic {
    let problem = INVALID_OIDC_PROVIDER
        .problem(format!("`oidc-provider` of {owner} is none that IAM knows"))
        .at(span.clone(), "must be host and path of the issuer");
    match suggestion {
        Some(suggestion) => problem.fix(span, quoted(suggestion), "write host and path alone"),
        None => problem.help("write it like `oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE`"),
    }
}

/// A role without a trust policy.
pub(crate) fn without_oidc_provider(
    registry: &Spanned<String>,
    role: Span,
    cluster: Option<&str>,
) -> Diagnostic {
    let place = match cluster {
        None => String::from("`[output]`"),
        Some(cluster) => format!("cluster `{cluster}`"),
    };
    IRSA_WITHOUT_OIDC_PROVIDER
        .problem(format!(
            "no trust policy is written for the role of registry `{}`",
            registry.value
        ))
        .at(role, format!("{place} has no `oidc-provider`"))
        .help(format!("add `oidc-provider` to {place}"))
}

/// A registry whose name cannot be part of an object's name.
pub(crate) fn unfit_name(registry: &Spanned<String>, secret: &str) -> Diagnostic {
    UNFIT_REGISTRY_NAME
        .problem(format!("no Secret can be called `{secret}-{}`", registry.value))
        .at(registry.span.clone(), "must be lower-case letters, digits, `-` and `.`, at most 253 with the name of the pull secret")
        .help("give the registry another name")
}

/// A registry whose name another file of the same folder has.
pub(crate) fn name_of_file(registry: &str, span: Span) -> Diagnostic {
    UNFIT_REGISTRY_NAME
        .problem(format!("the generator of registry `{registry}` has the name of another file"))
        .at(span, format!("`{registry}.yaml` is in the same folder already"))
        .help("give the registry another name")
}

/// `service-account` beside `credentials-secret`.
pub(crate) fn two_logins(registry: &str, account: Span, secret: Span) -> Diagnostic {
    TWO_LOGINS
        .problem(format!("tokens of registry `{registry}` would be asked for as two"))
        .beside(account, "as a service account")
        .at(secret, "and with the keys in a Secret")
        .help("remove `service-account` or `credentials-secret`")
}
