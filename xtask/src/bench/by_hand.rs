//! What people do today: loops in a shell over the programs they have.
//!
//! Each is run for a sample of the Secrets, and the time is scaled to all.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::invocation::Invocation;
use crate::peer::Peer;

use super::workload::Workload;

/// How many Secrets are made, or files updated.
pub(super) const SAMPLE: usize = 20;

const KUBECTL: &str = "\"$KUBECTL\" create secret docker-registry regcred -n \"team-$i\" \
     --docker-server=private-registry.io --docker-username=registry-user \
     --docker-password=\"$INTERNAL_PASSWORD\" --dry-run=client -o yaml";

/// The times of the loops, scaled to all Secrets.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByHand {
    /// kubectl and sops, from nothing.
    pub(super) sops: Duration,
    /// kubectl and kubeseal, from nothing.
    pub(super) kubeseal: Option<Duration>,
    /// `sops updatekeys` of every file, for one recipient more.
    pub(super) updatekeys: Duration,
}

impl ByHand {
    /// Runs the loops beside `workload`, whose tree must be there.
    ///
    /// # Errors
    ///
    /// kubectl or sops is missing, or a program failed.
    pub(super) fn measure(workload: &Workload<'_>) -> Result<Self> {
        Ok(Self {
            sops: seal_with_sops(workload)?,
            kubeseal: seal_with_kubeseal(workload)?,
            updatekeys: update_keys(workload)?,
        })
    }
}

fn seal_with_sops(workload: &Workload<'_>) -> Result<Duration> {
    let recipient = workload.recipients().first().context("no recipient")?;
    let seal = format!(
        "{KUBECTL} | \"$SOPS\" encrypt --age {recipient} --encrypted-regex '^(data|stringData)$' \
         --filename-override x.yaml > \"loop-$i.yaml\""
    );
    repeat(workload, workload.hermetic(shell()), &seal)
}

/// Nothing where kubeseal or openssl cannot be had.
fn seal_with_kubeseal(workload: &Workload<'_>) -> Result<Option<Duration>> {
    let Ok(kubeseal) = workload.peers().path(Peer::Kubeseal) else { return Ok(None) };
    let Some(certificate) = workload.certificate() else { return Ok(None) };
    let shell = workload
        .hermetic(shell())
        .variable("KUBESEAL", kubeseal)
        .variable("CERTIFICATE", certificate);
    let seal = format!(
        "{KUBECTL} | \"$KUBESEAL\" --cert \"$CERTIFICATE\" --format yaml > \"sealed-$i.yaml\""
    );
    repeat(workload, shell, &seal).map(Some)
}

fn update_keys(workload: &Workload<'_>) -> Result<Duration> {
    let folder = workload.folder().join("updatekeys");
    fs::create_dir_all(&folder).context("cannot make the folder of sops updatekeys")?;
    let recipients: Vec<&str> = workload.recipients().iter().map(String::as_str).take(2).collect();
    let rule = format!("creation_rules:\n  - age: {}\n", recipients.join(","));
    fs::write(folder.join(".sops.yaml"), rule).context("cannot write .sops.yaml")?;
    for number in 0..SAMPLE {
        fs::copy(workload.sealed_file(number), folder.join(format!("{number}.yaml")))
            .context("cannot copy a sealed file")?;
    }
    let identity = workload.folder().join("identity-0.txt");
    let shell =
        workload.hermetic(shell()).directory(&folder).variable("SOPS_AGE_KEY_FILE", identity);
    let taken = repeat(workload, shell, "\"$SOPS\" updatekeys --yes \"$i.yaml\"")?;
    let updated = fs::read_to_string(folder.join("0.yaml")).context("cannot read a sealed file")?;
    if !recipients.iter().all(|recipient| updated.contains(recipient)) {
        bail!("sops updatekeys updated nothing");
    }
    Ok(taken)
}

fn shell() -> &'static Path {
    Path::new("/bin/sh")
}

/// Runs `command` for a sample of the Secrets; returns the time of all.
fn repeat(workload: &Workload<'_>, shell: Invocation, command: &str) -> Result<Duration> {
    let script =
        format!("i=0; while [ $i -lt {SAMPLE} ]; do {command} || exit 1; i=$((i+1)); done");
    let run = shell
        .variable("KUBECTL", workload.peers().path(Peer::Kubectl)?)
        .variable("SOPS", workload.peers().path(Peer::Sops)?)
        .arguments(["-c", &script]);
    let start = Instant::now();
    run.run()?.success()?;
    let scale = u32::try_from(workload.namespaces() / SAMPLE).context("too many namespaces")?;
    Ok(start.elapsed() * scale)
}
