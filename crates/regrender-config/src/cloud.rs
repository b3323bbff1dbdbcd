//! The registries of the clouds: what they are called, and the hosts that follow from it.

/// An Amazon ECR registry.
#[derive(Clone, Debug, PartialEq, Eq)]
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
];

const AWS: Partition = Partition { regions: "", name: "aws", hosts: "amazonaws.com" };

fn partition(region: &str) -> &'static Partition {
    PARTITIONS.iter().find(|partition| region.starts_with(partition.regions)).unwrap_or(&AWS)
}

impl Ecr {
    /// Returns the host that images are named by.
    #[must_use]
    pub fn host(&self) -> String {
        match self {
            Self::Public => String::from("public.ecr.aws"),
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acr {
    /// Its name, in lower case.
    pub registry: String,
    /// The cloud that it is in.
    pub environment: AzureEnvironment,
}

/// One of the clouds of Azure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    }

    #[test]
    fn a_host_follows_from_account_and_region() {
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
            "eusc-de-east-1",
            false,
            "111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu",
            "aws-eusc",
        );
    }

    #[test]
    fn the_public_gallery_has_one_host_and_one_region() {
        assert_eq!(Ecr::Public.host(), "public.ecr.aws");
        assert_eq!((Ecr::Public.region(), Ecr::Public.partition()), ("us-east-1", "aws"));
    }

    #[test]
    fn the_clouds_of_azure_have_hosts_of_their_own() {
        let hosts = AzureEnvironment::ALL.iter().map(|environment| {
            Acr { registry: String::from("acme"), environment: *environment }.host()
        });
        assert_eq!(
            hosts.collect::<Vec<_>>(),
            ["acme.azurecr.io", "acme.azurecr.cn", "acme.azurecr.us"]
        );
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
