//! `regrender probe`: asks the live registries whether the credentials work, and for what.

mod advice;
mod authorities;
mod human;
mod json;
mod selection;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::{Instant, UNIX_EPOCH};

use regrender_config::{Access, Config, Provision, Registry, RegistryKind};
use regrender_remote::Url;
use regrender_remote::registry::{Credential, Pull, Question, Report, Subject, Writes, probe};
use regrender_render::Credentials;

use self::authorities::read_authorities;
use self::selection::{Chosen, choose};
use crate::args::{Output, Probe, Selection};
use crate::error::{Exit, Failure};
use crate::http::authorities::Authorities;
use crate::http::{Network, Trust};
use crate::project::Project;
use crate::reach::Reach;
use crate::side_by_side::side_by_side;
use crate::source::Means;
use crate::world::World;
use crate::{identity, source};

/// Where the host that images name as `docker.io` is asked.
const DOCKER_HUB: &str = "registry-1.docker.io";
/// A repository of Docker Hub that is there to ask how many pulls are left.
const DOCKER_HUB_COUNTER: &str = "ratelimitpreview/test";
/// What is told where something is missing or wrong beforehand.
const NOT_DONE: &str = "no registry was asked";
/// How many registries are asked at the same time.
const AT_ONCE: usize = 16;

/// What came of one registry.
#[derive(Debug)]
struct Outcome<'a> {
    registry: &'a Registry,
    /// The host that images name.
    host: String,
    finding: Finding,
}

#[derive(Debug)]
enum Finding {
    /// It was asked at this address.
    Asked { authority: String, shows_credential: bool, report: Box<Report> },
    /// It was not asked, for this reason.
    NotAsked(&'static str),
}

pub(crate) fn run(arguments: &Probe, world: &mut World) -> Result<Exit, Failure> {
    let started = Instant::now();
    let selection = Selection { config: arguments.config.clone(), cluster: Vec::new() };
    let project = Project::open_or(NOT_DONE, &selection, world)?;
    let chosen = choose(&project, arguments, world)?;
    let authorities = read_authorities(&chosen, &project, world)?;
    let credentials = resolve(&chosen, &project, arguments, world)?;
    let network = Network::of(world);
    let since_1970 = world.now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let asker = Asker {
        network: &network,
        credentials: &credentials,
        writes: if arguments.read_only { Writes::LeaveOut } else { Writes::Try },
        now: &|| i64::try_from((since_1970 + started.elapsed()).as_secs()).unwrap_or(i64::MAX),
    };
    let outcomes = asker.ask_all(&chosen, &authorities);
    let text = match arguments.output {
        Output::Human => human::text(&outcomes),
        Output::Json => format!("{}\n", json::value(&outcomes)),
    };
    world.print(&text)?;
    let fails = outcomes.iter().any(Outcome::fails);
    Ok(if fails { Exit::Differs } else { Exit::Done })
}

impl Outcome<'_> {
    /// Says whether something does not work.
    fn fails(&self) -> bool {
        match &self.finding {
            Finding::NotAsked(_) => false,
            Finding::Asked { report, .. } => {
                report.fault.is_some()
                    || report.repositories.iter().any(|found| found.pull != Pull::Allowed)
            }
        }
    }
}

fn resolve(
    chosen: &[Chosen<'_>],
    project: &Project,
    arguments: &Probe,
    world: &mut World,
) -> Result<Credentials, Failure> {
    let needed: BTreeSet<&str> =
        chosen.iter().map(|Chosen { registry, .. }| registry.name.as_str()).collect();
    let discovered =
        identity::discover_within(world, &arguments.identities.identity, Reach::Online);
    // Nothing is sealed, so that key is not needed.
    let config = Config { fingerprint_key: None, ..project.config.clone() };
    let means = Means { identities: &discovered, reach: Reach::Online };
    let resolved = source::resolve(&config, &needed, &project.folder, means, world);
    world.warn_of(discovered.warnings);
    let missing = resolved.tell(NOT_DONE, &project.source, world);
    Failure::of_any(missing.into_iter().chain(discovered.problems).collect())?;
    Ok(resolved.credentials)
}

/// Asks registries, several at the same time.
struct Asker<'a> {
    network: &'a Network,
    credentials: &'a Credentials,
    writes: Writes,
    now: &'a (dyn Fn() -> i64 + Sync),
}

impl Asker<'_> {
    fn ask_all<'r>(
        &self,
        chosen: &[Chosen<'r>],
        authorities: &[Option<Authorities>],
    ) -> Vec<Outcome<'r>> {
        let asked: Vec<_> = chosen.iter().zip(authorities).collect();
        side_by_side(&asked, AT_ONCE, |(chosen, authorities)| Outcome {
            registry: chosen.registry,
            host: chosen.host.clone(),
            finding: self.ask(chosen, authorities.as_ref()),
        })
    }

    fn ask(&self, chosen: &Chosen<'_>, authorities: Option<&Authorities>) -> Finding {
        let Chosen { registry, host, subjects } = chosen;
        let credential = self.credentials.get(&registry.name);
        if let (Access::Provided(provision), None) = (&registry.access, credential) {
            return Finding::NotAsked(maker(provision));
        }
        let is_hub = registry.kind == RegistryKind::DockerHub;
        let authority = if is_hub { DOCKER_HUB } else { host.as_str() };
        let Ok(address) = Url::parse(&format!("https://{authority}/")) else {
            return Finding::NotAsked(
                "it stands for several hosts; `--from-audit` and `--repository HOST/NAME` name them",
            );
        };
        let trust = authorities.map_or(Trust::Machine, Trust::MachineAnd);
        let mut transport = self.network.transport(trust);
        if registry.connection.is_insecure {
            transport = transport.with_unverified(&address);
        }
        let counter = Subject {
            repository: String::from(DOCKER_HUB_COUNTER),
            reference: Some(String::from("latest")),
        };
        let report = probe(&Question {
            transport: &transport,
            address: address.clone(),
            is_insecure: registry.connection.is_insecure,
            credential: credential.map(|credential| Credential {
                username: &credential.username,
                password: &credential.password,
            }),
            subjects,
            writes: self.writes,
            counter: is_hub.then_some(counter),
            now: self.now,
        });
        let shows_credential = credential.is_some();
        Finding::Asked {
            authority: address.authority(),
            shows_credential,
            report: Box::new(report),
        }
    }
}

/// Says why there is nothing to try.
fn maker(provision: &Provision) -> &'static str {
    match provision {
        Provision::ExternalSecrets(_) => "External Secrets makes its tokens in the cluster",
        Provision::Irsa(_) => "its tokens are made with the role of a service account",
        Provision::WorkloadIdentity(_) => {
            "its tokens are made with the identity of a service account"
        }
        Provision::Node(_) => "the nodes have its credential",
    }
}
