//! What exists, as a first registries.toml.

mod cluster;
mod docker_config;
mod property;
mod pull_secret;
mod reading;
mod recipient;
mod round_trip;
mod target;
