//! The tables `[registry.NAME]`.

use regrender_diagnostic::Spanned;
use toml::de::DeValue;

use crate::decode::credential::credential;
use crate::decode::source::{password, value};
use crate::field::Field;
use crate::problem::Problems;
use crate::raw::{RawCloud, RawDate, RawProvision, RawRegistry};
use crate::table::Table;

/// Decodes `[registry.NAME]`.
pub(crate) fn registry(
    name: Spanned<String>,
    mut table: Table<'_>,
    problems: &mut Problems,
) -> RawRegistry {
    // Before `username`, which `cluster-name` would be taken for a slip of.
    let cloud = cloud(&mut table, problems);
    let provision = provision(&mut table, problems);
    let registry = RawRegistry {
        name,
        kind: table.text("kind", problems),
        host_key: table.key_span("host"),
        host: table.text("host", problems),
        paths: table.texts("paths", problems),
        username: value(&mut table, "username", problems),
        password: password(&mut table, "password", problems),
        credential: credential(&mut table, problems),
        email: table.text("email", problems),
        expires: expires(&mut table, problems),
        anonymous: table.flag("anonymous", problems),
        hub_aliases: table.flag("hub-aliases", problems),
        repositories: table.texts("repositories", problems),
        ca: table.text("ca", problems),
        insecure: table.flag("insecure", problems),
        cloud,
        provision,
    };
    table.finish(problems);
    registry
}

fn cloud(table: &mut Table<'_>, problems: &mut Problems) -> RawCloud {
    RawCloud {
        account: digits(table, "account", problems),
        region: table.text("region", problems),
        fips: table.flag("fips", problems),
        public: table.flag("public", problems),
        registry: table.text("registry", problems),
        environment: table.text("environment", problems),
        location: table.text("location", problems),
        project: table.text("project", problems),
    }
}

fn provision(table: &mut Table<'_>, problems: &mut Problems) -> RawProvision {
    RawProvision {
        provide: table.text("provide", problems),
        allow_short_lived: table.flag("allow-short-lived", problems),
        role_arn: table.text("role-arn", problems),
        service_account: table.text("service-account", problems),
        credentials_secret: table.text("credentials-secret", problems),
        tenant_id: table.text("tenant-id", problems),
        client_id: table.text("client-id", problems),
        google_service_account: table.text("google-service-account", problems),
        cluster_name: table.text("cluster-name", problems),
        cluster_location: table.text("cluster-location", problems),
        cluster_project: table.text("cluster-project", problems),
        pod_identity: table.flag("pod-identity", problems),
        robot_account: table.text("robot-account", problems),
        app_id: digits(table, "app-id", problems),
        install_id: digits(table, "install-id", problems),
    }
}

/// Takes a key whose value is digits, which may stand there as a number; TOML has no leading zeros.
fn digits(table: &mut Table<'_>, name: &'static str, problems: &mut Problems) -> Field<String> {
    table.typed(name, "a string of digits", problems, |value| match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        _ => None,
    })
}

fn expires(table: &mut Table<'_>, problems: &mut Problems) -> Field<RawDate> {
    table.typed("expires", "a date, such as `2027-01-31`", problems, |value| match value {
        DeValue::Datetime(moment) => Some(match (moment.date, moment.time) {
            (Some(date), None) => {
                RawDate::Date { year: date.year, month: date.month, day: date.day }
            }
            _ => RawDate::WithTime,
        }),
        DeValue::String(text) => Some(RawDate::Text(text.clone().into_owned())),
        _ => None,
    })
}
