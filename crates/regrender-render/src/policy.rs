//! Policies of AWS: what a role may do, and who may assume it.
//!
//! JSON has no comments, so these files carry no header: they are known by the ids of their
//! statements.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use regrender_config::{Access, Cluster, Config, Ecr, Generator, Provision, Registry, RoleArn};

use crate::layout;
use crate::placement::Placement;

/// How the ids of all statements begin; only files whose statements have such ids are ever updated
/// or removed.
pub const STATEMENT_MARK: &str = "RenderedByRegrender";

/// The actions of ECR that pulling takes, once there is a token.
const PULL: &[&str] =
    &["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

/// The most characters of a role's trust policy, until its quota is raised: to 8,192 at most. This and
/// the next are quotas of IAM, which counts no white space.
const LONGEST_TRUST: usize = 2_048;

/// The most characters of a managed policy.
const LONGEST_PERMISSIONS: usize = 6_144;

/// A policy that IAM may refuse for its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongPolicy {
    /// Its path in the output folder.
    pub path: String,
    /// Its length without white space.
    pub length: usize,
    /// What IAM takes.
    pub limit: usize,
    /// Of which policies it takes that.
    pub of: &'static str,
}

/// Lists the policies of a cluster that are too long.
pub(crate) fn too_long(
    config: &Config,
    cluster: &Cluster,
    placements: &BTreeMap<String, Placement<'_>>,
) -> Vec<LongPolicy> {
    let policies = render(config, cluster, placements).into_iter().map(|(path, text)| {
        let is_trust = path.ends_with(layout::TRUST);
        let (limit, of) = if is_trust {
            (LONGEST_TRUST, "trust policies whose quota is not raised")
        } else {
            (LONGEST_PERMISSIONS, "managed policies")
        };
        let length = text.chars().filter(|character| !character.is_whitespace()).count();
        LongPolicy { path, length, limit, of }
    });
    policies.filter(|policy| policy.length > policy.limit).collect()
}

/// Renders the policies of a cluster, by their path in the output folder.
pub(crate) fn render(
    config: &Config,
    cluster: &Cluster,
    placements: &BTreeMap<String, Placement<'_>>,
) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for registry in config.registries_in(cluster) {
        let (ecr, role) = match &registry.access {
            Access::Provided(Provision::Irsa(irsa)) => (&irsa.registry, &irsa.role),
            Access::Provided(Provision::ExternalSecrets(Generator::Ecr {
                registry,
                role: Some(role),
                ..
            })) => (registry, role),
            _ => continue,
        };
        files.insert(layout::permissions_file(&registry.name), permissions(registry, ecr));
        if let (Access::Provided(Provision::Irsa(_)), Some(issuer)) =
            (&registry.access, &cluster.oidc_provider)
        {
            let subjects = subjects(registry, placements);
            if !subjects.is_empty() {
                files.insert(layout::trust_file(&registry.name), trust(role, issuer, &subjects));
            }
        }
    }
    files
}

/// What a role needs to pull: a token, which is for all repositories, and the repositories.
fn permissions(registry: &Registry, ecr: &Ecr) -> String {
    let Ecr::Private { account, region, .. } = ecr else {
        // The documentation of Amazon ECR Public names these two, for every repository at once.
        let actions = ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"];
        return document(&[statement("Token", &actions, &[String::from("*")])]);
    };
    let arn =
        |name: &str| format!("arn:{}:ecr:{region}:{account}:repository/{name}", ecr.partition());
    let resources: Vec<String> = if !registry.repositories.is_empty() {
        registry.repositories.iter().map(|name| arn(name)).collect()
    } else if registry.paths.is_empty() {
        vec![arn("*")]
    } else {
        registry.paths.iter().map(|path| arn(&format!("{path}*"))).collect()
    };
    document(&[
        statement("Token", &["ecr:GetAuthorizationToken"], &[String::from("*")]),
        statement("Pull", PULL, &resources),
    ])
}

/// The accounts that pull from a registry, as their tokens call them.
fn subjects(registry: &Registry, placements: &BTreeMap<String, Placement<'_>>) -> Vec<String> {
    let mut subjects = Vec::new();
    for (namespace, placement) in placements {
        for account in placement.accounts_of(registry) {
            subjects.push(format!("system:serviceaccount:{namespace}:{account}"));
        }
    }
    subjects
}

/// Who may assume a role: these accounts of the cluster, with a token that is meant for it.
fn trust(role: &RoleArn, issuer: &str, subjects: &[String]) -> String {
    let provider = format!("arn:{}:iam::{}:oidc-provider/{issuer}", role.partition, role.account);
    let statement = format!(
        "    {{\n      \"Sid\": \"{STATEMENT_MARK}Trust\",\n      \"Effect\": \"Allow\",\n      \
         \"Principal\": {{\n        \"Federated\": \"{provider}\"\n      }},\n      \
         \"Action\": \"sts:AssumeRoleWithWebIdentity\",\n      \
         \"Condition\": {{\n        \"StringEquals\": {{\n          \
         \"{issuer}:aud\": \"sts.amazonaws.com\",\n          \
         \"{issuer}:sub\": {}\n        }}\n      }}\n    }}",
        list(subjects.iter().map(String::as_str), 10)
    );
    document(&[statement])
}

fn statement(id: &str, actions: &[&str], resources: &[String]) -> String {
    format!(
        "    {{\n      \"Sid\": \"{STATEMENT_MARK}{id}\",\n      \"Effect\": \"Allow\",\n      \
         \"Action\": {},\n      \"Resource\": {}\n    }}",
        list(actions.iter().copied(), 6),
        list(resources.iter().map(String::as_str), 6)
    )
}

/// A list of texts, each in a line of its own; none of them needs an escape.
fn list(texts: impl Iterator<Item = impl fmt::Display>, indentation: usize) -> String {
    let mut list = String::from("[");
    for (index, text) in texts.enumerate() {
        let comma = if index == 0 { "" } else { "," };
        // Writing into a string cannot fail.
        let _ = write!(list, "{comma}\n{:1$}\"{text}\"", "", indentation + 2);
    }
    let _ = write!(list, "\n{:1$}]", "", indentation);
    list
}

fn document(statements: &[String]) -> String {
    let statements = statements.join(",\n");
    format!("{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{statements}\n  ]\n}}\n")
}
