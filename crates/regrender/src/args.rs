//! The command line: what can be asked for, and how its help reads.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Renders, seals and checks Kubernetes image pull Secrets for GitOps
///
/// From registries.toml it makes a tree of sealed Secrets, service accounts and workload patches
/// that Flux, Argo CD or kubectl applies as it is.
#[derive(Debug, Parser)]
#[command(name = "regrender", version, max_term_width = 100, infer_subcommands = false)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a first registries.toml and, if there is none yet, an identity outside the repository
    Init(Init),
    /// Render and seal what registries.toml declares, and write what changed
    Build(Build),
    /// Show what a build would change: registries, accounts, recipients; values masked
    Diff(Diff),
    /// Check what is written, without any private key: complete, sealed, for the right recipients
    Verify(Verify),
    /// Open one sealed file and print it
    Reveal(Reveal),
    /// Say more about a problem by its code, such as `unknown-registry`
    Explain(Explain),
    /// Print a shell completion, a man page or the JSON schema of registries.toml
    Generate(Generate),
}

/// Which registries.toml, and which part of it.
#[derive(Args, Debug)]
pub(crate) struct Selection {
    /// The file to read [default: registries.toml here or in a folder above]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Only this cluster; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) cluster: Vec<String>,
}

/// Where identities come from.
#[derive(Args, Debug)]
pub(crate) struct IdentityFiles {
    /// A file with identities, beside those that sops would find; may be given several times
    #[arg(long, short, value_name = "FILE")]
    pub(crate) identity: Vec<PathBuf>,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Text for people
    Human,
    /// JSON for programs
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct Init {
    /// The folder to write registries.toml to
    #[arg(default_value = ".", value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) selection: Selection,
    #[command(flatten)]
    pub(crate) identities: IdentityFiles,
    /// Only this pull secret; the sealed files of the others stay as they are
    #[arg(long, value_name = "SECRET")]
    pub(crate) only: Vec<String>,
    /// Write nothing; exit with 3 if a build would change anything
    #[arg(long)]
    pub(crate) check: bool,
    /// Remove service accounts that an earlier build emptied
    #[arg(long)]
    pub(crate) drop_emptied: bool,
    /// How the changes are printed
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORMAT")]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct Diff {
    #[command(flatten)]
    pub(crate) selection: Selection,
    #[command(flatten)]
    pub(crate) identities: IdentityFiles,
    /// Only this pull secret; may be given several times
    #[arg(long, value_name = "SECRET")]
    pub(crate) only: Vec<String>,
    /// How the changes are printed
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORMAT")]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// How the findings are printed
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORMAT")]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct Reveal {
    /// The sealed file: SOPS (YAML, JSON, dotenv, INI, binary) or age
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) identities: IdentityFiles,
}

#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// The code of a problem
    #[arg(value_name = "CODE")]
    pub(crate) subject: String,
}

#[derive(Args, Debug)]
pub(crate) struct Generate {
    #[command(subcommand)]
    pub(crate) what: Generated,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Generated {
    /// A completion script
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// The manual page
    Man,
    /// The JSON schema of registries.toml
    Schema,
}
