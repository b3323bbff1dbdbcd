//! Docker Hub: the many names under which Docker and others keep its credential.

use regrender_config::{Registry, RegistryKind};

/// Its hosts, as the keys of a docker config spell them, best first.
pub(super) const HOSTS: [&str; 3] = ["index.docker.io", "docker.io", "registry-1.docker.io"];

/// The addresses to ask a credential helper for, best first.
pub(super) const SERVERS: [&str; 3] =
    ["https://index.docker.io/v1/", "index.docker.io", "docker.io"];

/// Says whether `registry` is Docker Hub, by its kind or by its host.
pub(super) fn is_meant(registry: &Registry) -> bool {
    registry.kind == RegistryKind::DockerHub || HOSTS.contains(&registry.host.as_str())
}
