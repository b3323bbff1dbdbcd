//! The registries of the clouds: what they are called, and the hosts that follow from it.

/// The host of the gallery of Amazon that everybody reads.
const PUBLIC_GALLERY: &str = "public.ecr.aws";

/// An Amazon ECR registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ecr {
    /// The registry of one account in one region.
    Private {
        /// The account: twelve digits.
        account: String,
        /// The region.
        region: String,
        /// Whether images are named by the FIPS endpoint.
        fips: bool,
    },
    /// The gallery that everybody reads, `public.ecr.aws`.
    Public,
}

/// A part of AWS with identities, names and hosts of its own.
struct Partition {
    /// How its regions begin.
    regions: &'static str,
    /// How its resource names call it.
    name: &'static str,
    /// What its hosts end in.
    hosts: &'static str,
}

/// The partitions that are not `aws` itself; the suffixes are those that the credential provider of
/// `cloud-provider-aws` knows.
const PARTITIONS: &[Partition] = &[
    Partition { regions: "cn-", name: "aws-cn", hosts: "amazonaws.com.cn" },
    Partition { regions: "us-gov-", name: "aws-us-gov", hosts: "amazonaws.com" },
    Partition { regions: "eusc-", name: "aws-eusc", hosts: "amazonaws.eu" },
    Partition { regions: "us-isob-", name: "aws-iso-b", hosts: "sc2s.sgov.gov" },
    Partition { regions: "us-iso-", name: "aws-iso", hosts: "c2s.ic.gov" },
    Partition { regions: "eu-isoe-", name: "aws-iso-e", hosts: "cloud.adc-e.uk" },
    Partition { regions: "us-isof-", name: "aws-iso-f", hosts: "csp.hci.ic.gov" },
];

const AWS: Partition = Partition { regions: "", name: "aws", hosts: "amazonaws.com" };

fn partition(region: &str) -> &'static Partition {
    PARTITIONS.iter().find(|partition| region.starts_with(partition.regions)).unwrap_or(&AWS)
}

impl Ecr {
    /// Finds the registry whose images are named by `host`.
    #[must_use]
    pub fn of_host(host: &str) -> Option<Self> {
        if host == PUBLIC_GALLERY {
            return Some(Self::Public);
        }
        let (account, rest) = host.split_once(".dkr.")?;
        let (service, rest) = rest.split_once('.')?;
        let (region, _) = rest.split_once('.')?;
        if !is_account(account) || !is_region(region) {
            return None;
        }
        let (account, region) = (account.to_owned(), region.to_owned());
        let ecr = Self::Private { account, region, fips: service == "ecr-fips" };
        // The ending follows from the region.
        (ecr.host() == host).then_some(ecr)
    }

    /// Returns the host that images are named by.
    #[must_use]
    pub fn host(&self) -> String {
        match self {
            Self::Public => PUBLIC_GALLERY.to_owned(),
            Self::Private { account, region, fips } => {
                let service = if *fips { "ecr-fips" } else { "ecr" };
                format!("{account}.dkr.{service}.{region}.{}", partition(region).hosts)
            }
        }
    }

    /// Returns the region whose service hands out tokens; that of the public gallery has one.
    #[must_use]
    pub fn region(&self) -> &str {
        match self {
            Self::Public => "us-east-1",
            Self::Private { region, .. } => region,
        }
    }

    /// Returns the partition of AWS, as resource names call it.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        partition(self.region()).name
    }
}

/// An Azure Container Registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Acr {
    /// Its name, in lower case.
    pub registry: String,
    /// The cloud that it is in.
    pub environment: AzureEnvironment,
}

/// One of the clouds of Azure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AzureEnvironment {
    /// The one for everybody.
    Public,
    /// The one that 21Vianet runs in China.
    China,
    /// The one for the government of the United States.
    UsGovernment,
}

impl AzureEnvironment {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Public, Self::China, Self::UsGovernment];

    /// Returns its name in registries.toml.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::China => "china",
            Self::UsGovernment => "us-government",
        }
    }

    fn hosts(self) -> &'static str {
        match self {
            Self::Public => "azurecr.io",
            Self::China => "azurecr.cn",
            Self::UsGovernment => "azurecr.us",
        }
    }
}

impl Acr {
    /// Finds the registry whose images are named by `host`.
    #[must_use]
    pub fn of_host(host: &str) -> Option<Self> {
        let (registry, hosts) = host.split_once('.')?;
        let all = AzureEnvironment::ALL.iter().copied();
        let environment = all.clone().find(|environment| environment.hosts() == hosts)?;
        is_acr_name(registry).then(|| Self { registry: registry.to_owned(), environment })
    }

    /// Returns the host that images are named by.
    #[must_use]
    pub fn host(&self) -> String {
        format!("{}.{}", self.registry, self.environment.hosts())
    }
}

/// A role of IAM: `arn:aws:iam::111122223333:role/NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleArn {
    /// The whole name.
    pub text: String,
    /// The partition of AWS that it is in.
    pub partition: String,
    /// The account that it belongs to.
    pub account: String,
}

impl RoleArn {
    /// Parses the name of a role.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else {
            return None;
        };
        let is_partition =
            *partition == AWS.name || PARTITIONS.iter().any(|known| known.name == *partition);
        let name = resource.strip_prefix("role/")?;
        let is_name = name.split('/').all(|part| !part.is_empty())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-/".contains(c));
        (is_partition && is_name && is_account(account)).then(|| Self {
            text: text.to_owned(),
            partition: (*partition).to_owned(),
            account: (*account).to_owned(),
        })
    }
}

/// Says whether a text is a region of AWS.
pub(crate) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else { return false };
    let is_word =
        |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    words.len() >= 2
        && words.iter().all(is_word)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Says whether a text is the name of an Azure Container Registry.
pub(crate) fn is_acr_name(text: &str) -> bool {
    (1..=50).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Says whether a text is an account of AWS.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(region: &str, fips: bool, host: &str, partition: &str) {
        let account = String::from("111122223333");
        let ecr = Ecr::Private { account, region: region.to_owned(), fips };
        assert_eq!((ecr.host().as_str(), ecr.partition()), (host, partition));
        assert_eq!(Ecr::of_host(host), Some(ecr));
    }

    #[test]
    fn a_host_follows_from_account_and_region_and_tells_them() {
        check("eu-west-1", false, "111122223333.dkr.ecr.eu-west-1.amazonaws.com", "aws");
        check("cn-north-1", false, "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", "aws-cn");
        check(
            "us-gov-west-1",
            true,
            "111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
            "aws-us-gov",
        );
        check(
            "us-isob-east-1",
            false,
            "111122223333.dkr.ecr.us-isob-east-1.sc2s.sgov.gov",
            "aws-iso-b",
        );
        check("us-iso-east-1", false, "111122223333.dkr.ecr.us-iso-east-1.c2s.ic.gov", "aws-iso");
        check(
            "eu-isoe-west-1",
            false,
            "111122223333.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk",
            "aws-iso-e",
        );
        check(
            "us-isof-east-1",
            false,
            "111122223333.dkr.ecr.us-isof-east-1.csp.hci.ic.gov",
            "aws-iso-f",
        );
        check(
            "eusc-de-east-1",
            false,
            "111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu",
            "aws-eusc",
        );
    }

    #[test]
    fn regions_are_words_and_a_number() {
        for region in ["eu-west-1", "us-gov-east-1", "ap-southeast-4", "us-isob-east-1"] {
            assert!(is_region(region), "{region}");
        }
        for region in ["eu-west-1a", "eu-west", "west-1", "EU-WEST-1", "eu--1", ""] {
            assert!(!is_region(region), "{region}");
        }
    }

    #[test]
    fn the_public_gallery_has_one_host_and_one_region() {
        assert_eq!(Ecr::Public.host(), "public.ecr.aws");
        assert_eq!(Ecr::of_host("public.ecr.aws"), Some(Ecr::Public));
        assert_eq!((Ecr::Public.region(), Ecr::Public.partition()), ("us-east-1", "aws"));
    }

    #[test]
    fn other_hosts_are_none_of_amazon() {
        for host in [
            "1111.dkr.ecr.eu-west-1.amazonaws.com",
            "111122223333.dkr.ecr.eu-west-1a.amazonaws.com",
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com.cn",
            "111122223333.dkr.ecr.cn-north-1.amazonaws.com",
            "111122223333.dkr.ecs.eu-west-1.amazonaws.com",
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com:443",
            "*.dkr.ecr.*.amazonaws.com",
        ] {
            assert_eq!(Ecr::of_host(host), None, "{host}");
        }
    }

    #[test]
    fn the_clouds_of_azure_have_hosts_of_their_own() {
        let hosts = ["acme.azurecr.io", "acme.azurecr.cn", "acme.azurecr.us"];
        for (environment, host) in AzureEnvironment::ALL.iter().zip(hosts) {
            let acr = Acr { registry: String::from("acme"), environment: *environment };
            assert_eq!(acr.host(), host);
            assert_eq!(Acr::of_host(host), Some(acr));
        }
        for host in ["azurecr.io", ".azurecr.io", "*.azurecr.io", "a.b.azurecr.io", "A.azurecr.io"]
        {
            assert_eq!(Acr::of_host(host), None, "{host}");
        }
    }

    #[test]
    fn a_role_tells_its_account_and_partition() {
        let role = RoleArn::parse("arn:aws-cn:iam::111122223333:role/teams/pull").unwrap();
        assert_eq!((role.partition.as_str(), role.account.as_str()), ("aws-cn", "111122223333"));
    }

    #[test]
    fn other_names_are_no_roles() {
        for text in [
            "arn:aws:iam::111122223333:user/x",
            "arn:aws:iam::1111:role/x",
            "arn:gcp:iam::111122223333:role/x",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role/a b",
            "ecr-pull",
        ] {
            assert_eq!(RoleArn::parse(text), None, "{text}");
        }
    }
}
