//! Registries of the clouds: their names, and the hosts that follow from them.

use crate::check::choice::choice;
use crate::check::identifier;
use crate::field::Field;
use crate::problem::{Problems, provision as problem, shape};
use crate::raw::RawRegistry;
use crate::{Acr, AzureEnvironment, Ecr, RegistryKind};

/// What a registry is in its cloud.
#[derive(Debug)]
pub(crate) enum Cloud {
    /// In none.
    Elsewhere,
    /// An Amazon ECR registry.
    Ecr(Ecr),
    /// An Azure Container Registry.
    Acr(Acr),
    /// A registry of Google.
    Google {
        /// The host that images are named by.
        host: String,
        /// The project.
        project: Option<String>,
    },
}

impl Cloud {
    /// Returns the host that follows from the other keys.
    pub(crate) fn host(&self) -> Option<String> {
        match self {
            Self::Elsewhere => None,
            Self::Ecr(ecr) => Some(ecr.host()),
            Self::Acr(acr) => Some(acr.host()),
            Self::Google { host, .. } => Some(host.clone()),
        }
    }

    /// Returns the paths that narrow the registry unless the file does: a host of Google serves the
    /// images of every project, each with a credential of its own.
    pub(crate) fn paths(&self) -> Vec<String> {
        match self {
            Self::Google { project: Some(project), .. } => {
                // Images of a project of a domain have a slash in the place of the colon.
                vec![format!("{}/", project.replace(':', "/"))]
            }
            _ => Vec::new(),
        }
    }
}

/// Checks what a registry says of its cloud.
pub(crate) fn cloud(
    raw: &RawRegistry,
    kind: RegistryKind,
    problems: &mut Problems,
) -> Option<Cloud> {
    let cloud = match kind {
        RegistryKind::Ecr => ecr(raw, problems).map(Cloud::Ecr),
        RegistryKind::Acr => acr(raw, problems).map(Cloud::Acr),
        RegistryKind::Gar => gar(raw, problems),
        RegistryKind::Gcr => gcr(raw, problems),
        _ => return Some(Cloud::Elsewhere),
    };
    match &raw.host {
        Field::Absent => cloud,
        Field::Broken => None,
        Field::Given(host) => {
            let keys = match kind {
                RegistryKind::Ecr => "`account` and `region`",
                RegistryKind::Acr => "`registry` and `environment`",
                RegistryKind::Gar => "`location`",
                _ => "`kind` and `location`",
            };
            problems.push(problem::derived_host(&raw.name.value, host.span.clone(), keys));
            None
        }
    }
}

/// Complains of a key that is needed.
pub(crate) fn missing<T>(
    raw: &RawRegistry,
    key: &str,
    field: &Field<T>,
    example: &str,
    problems: &mut Problems,
) {
    if field.is_absent() {
        let owner = raw.owner();
        problems.push(shape::missing_key(&owner, key, raw.name.span.clone(), example));
    }
}

fn ecr(raw: &RawRegistry, problems: &mut Problems) -> Option<Ecr> {
    let name = raw.name.value.as_str();
    let cloud = &raw.cloud;
    if cloud.public.is_true() {
        let mut found = false;
        let keys = [
            ("account", cloud.account.span()),
            ("region", cloud.region.span()),
            ("fips", cloud.fips.span()),
        ];
        for (key, span) in keys {
            if let Some(span) = span {
                found = true;
                problems.push(problem::idle_key(name, key, span, "a private registry"));
            }
        }
        return (!found).then_some(Ecr::Public);
    }
    // Whoever wrote `public` wrong may need neither.
    if !cloud.public.is_broken() {
        missing(raw, "account", &cloud.account, "account = \"111122223333\"", problems);
        missing(raw, "region", &cloud.region, "region = \"eu-west-1\"", problems);
    }
    let account = cloud.account.check(|value| identifier::account(name, value, problems));
    let region = cloud.region.check(|value| identifier::region(name, value, problems));
    Some(Ecr::Private {
        account: account.given()?.value,
        region: region.given()?.value,
        fips: cloud.fips.clone().or(false)?,
    })
}

fn acr(raw: &RawRegistry, problems: &mut Problems) -> Option<Acr> {
    let name = raw.name.value.as_str();
    missing(raw, "registry", &raw.cloud.registry, "registry = \"NAME\"", problems);
    let registry = raw.cloud.registry.check(|value| identifier::acr(name, value, problems));
    let owner = raw.owner();
    let environment = raw.cloud.environment.check(|found| {
        let all = AzureEnvironment::ALL;
        choice(&owner, "environment", found, all, AzureEnvironment::name, problems)
    });
    let environment = environment.or(AzureEnvironment::Public)?;
    Some(Acr { registry: registry.given()?.value, environment })
}

fn gar(raw: &RawRegistry, problems: &mut Problems) -> Option<Cloud> {
    let name = raw.name.value.as_str();
    missing(raw, "location", &raw.cloud.location, "location = \"europe-west1\"", problems);
    missing(raw, "project", &raw.cloud.project, "project = \"PROJECT\"", problems);
    let location =
        raw.cloud.location.check(|value| identifier::location(name, "location", value, problems));
    let project =
        raw.cloud.project.check(|value| identifier::project(name, "project", value, problems));
    let (location, project) = (location.given()?.value, project.given()?.value);
    Some(Cloud::Google { host: format!("{location}-docker.pkg.dev"), project: Some(project) })
}

/// The parts of the world that Google Container Registry has hosts for.
const GCR_LOCATIONS: &[&str] = &["us", "eu", "asia"];

fn gcr(raw: &RawRegistry, problems: &mut Problems) -> Option<Cloud> {
    let name = raw.name.value.as_str();
    let project =
        raw.cloud.project.check(|value| identifier::project(name, "project", value, problems));
    let owner = raw.owner();
    let location = raw.cloud.location.check(|value| {
        choice(&owner, "location", value, GCR_LOCATIONS, |location| location, problems)
    });
    let host = match location.optional()? {
        None => String::from("gcr.io"),
        Some(location) => format!("{location}.gcr.io"),
    };
    Some(Cloud::Google { host, project: project.optional()? })
}
