//! A registries.toml in the making.

use std::collections::BTreeSet;
use std::time::SystemTime;

use regrender_config::preset::looks_like_another_kind;
use regrender_render::{Credential, Credentials};
use regrender_seal::spell_time;

use super::found::{Found, FoundSecret, Login};
use super::pool::Pool;
use super::registry::DraftRegistry;
use super::remark::Remarks;
use super::secret::{DraftSecret, Use, each_once, tables};
use super::table::Passwords;
use super::{account, refusal, table};
use crate::source::token::{Death, Nearness, death};

/// A registries.toml in the making.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Its registries, in order.
    pub(crate) registries: Vec<DraftRegistry>,
    /// Its pull secrets, in order.
    pub(crate) secrets: Vec<DraftSecret>,
    /// What is left out, and what has to be known.
    pub(crate) remarks: Remarks,
}

impl Draft {
    /// Brings together what was found; what names no namespace is in `namespace`.
    pub(crate) fn of(found: Found, namespace: Option<&str>) -> Self {
        let Found { secrets, accounts, mut remarks } = found;
        let mut pool = Pool::default();
        let members: Vec<BTreeSet<usize>> =
            secrets.iter().map(|secret| pool.take(secret, &mut remarks)).collect();
        let registries = pool.into_registries(&members, &mut remarks);
        let mut uses = Vec::new();
        for (secret, members) in secrets.into_iter().zip(&members) {
            let found = registries.of(members);
            if found.is_empty() {
                let reason = "it holds no credential that can be taken";
                remarks.add("", reason, &secret.origin);
            } else {
                uses.push(used(secret, found, namespace));
            }
        }
        let uses = each_once(uses, &mut remarks);
        let names: Vec<String> = registries.list.iter().map(|one| one.name.clone()).collect();
        let mut secrets = tables(uses, &names);
        account::give(&accounts, namespace.unwrap_or(DEFAULT_NAMESPACE), &mut secrets);
        secrets.retain(|table| is_sayable(table, &mut remarks));
        let mut registries = registries.list;
        // Those of a pull secret that was left out land nowhere.
        registries.retain(|one| secrets.iter().any(|table| table.registries.contains(&one.name)));
        let mut draft = Self { registries, secrets, remarks };
        draft.remark_on_cautions();
        draft
    }

    /// Takes what programs kept for registries of these names.
    pub(crate) fn take_credentials(&mut self, mut credentials: Credentials) {
        for registry in &mut self.registries {
            if let Some(found) = credentials.remove(&registry.name) {
                let Credential { username, password, email, expires_at: _ } = found;
                registry.login = Login::Pair { username, password, email };
            }
        }
    }

    /// Says whether programs keep credentials that are worth sealing.
    pub(crate) fn asks_programs(&self) -> bool {
        self.registries.iter().any(DraftRegistry::is_asked_for)
    }

    /// Lists the registries whose credentials a build gets from programs.
    pub(crate) fn kept_by_programs(&self) -> Vec<&str> {
        let kept = self.registries.iter().filter(|one| one.is_asked_for());
        kept.map(|one| one.name.as_str()).collect()
    }

    /// Lists the environment variables that the passwords are expected in.
    pub(crate) fn variables(&self, passwords: Passwords<'_>) -> Vec<String> {
        let expected = self.registries.iter().filter(|one| one.token_hours().is_none());
        expected
            .filter(|one| matches!(passwords, Passwords::Environment) || one.is_dying)
            .filter_map(|one| {
                one.login.username()?;
                Some(table::variable(&one.name, one.kind()))
            })
            .collect()
    }

    /// Lists the registries whose tokens do not live long, and for how many hours they do.
    pub(crate) fn short_lived(&self) -> Vec<(&str, u64)> {
        let registries = self.registries.iter();
        registries.filter_map(|one| Some((one.name.as_str(), one.token_hours()?))).collect()
    }

    /// Remarks on passwords that may not work, and notes which of them are dead, or will be within a
    /// day.
    pub(crate) fn look_at_passwords(&mut self, now: SystemTime) {
        for registry in &mut self.registries {
            let Login::Pair { username, password, .. } = &registry.login else { continue };
            if registry.token_hours().is_some() {
                continue;
            }
            let (kind, password) = (registry.kind(), password.expose());
            let death = death(kind, username, password, now).filter(|death| {
                matches!(death.nearness(now), Some(Nearness::Over | Nearness::TooSoon))
            });
            registry.is_dying = death.is_some();
            let expiry = |death: Death| {
                format!("it is a token, which is dead from {} on", spell_time(death.moment()))
            };
            if let Some(reason) = looks_like_another_kind(kind, password).or(death.map(expiry)) {
                let what = format!("the password of registry `{}`", registry.name);
                self.remarks.add(&what, reason, "");
            }
        }
    }

    /// Remarks on what is not sealed although the other passwords are.
    pub(crate) fn remark_on_dying(&mut self) {
        for registry in self.registries.iter().filter(|one| one.is_dying) {
            let reason = "within a day it is dead, if it is not yet, so it is not sealed";
            self.remarks.add("the password", reason, &registry.name);
        }
    }

    fn remark_on_cautions(&mut self) {
        for caution in self.secrets.iter().flat_map(|secret| &secret.cautions) {
            self.remarks.add("", &*caution.reason, &caution.about);
        }
    }
}

/// Where a pull secret is when nobody says.
const DEFAULT_NAMESPACE: &str = "default";

fn used(secret: FoundSecret, registries: BTreeSet<usize>, namespace: Option<&str>) -> Use {
    let known = secret.namespace.or_else(|| namespace.map(str::to_owned));
    Use {
        name: secret.name,
        is_placed_by_guess: known.is_none(),
        namespace: known.unwrap_or_else(|| String::from(DEFAULT_NAMESPACE)),
        origin: secret.origin,
        cautions: secret.cautions,
        registries,
    }
}

fn is_sayable(table: &DraftSecret, remarks: &mut Remarks) -> bool {
    let Some(reason) = refusal::of_secret(table) else {
        return true;
    };
    for namespace in &table.namespaces {
        let origin = format!("{namespace}/{}", table.secret_name());
        remarks.add("", format!("{reason}; left out"), &origin);
    }
    false
}
