//! The command line: what can be asked for, and how its help reads.

use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use regrender_audit::Severity;
use regrender_config::is_namespace;

use crate::pattern::Pattern;
use crate::reach::Reach;

/// What programs go by.
const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   something you can fix; nothing was written
  2   a wrong command line, or a name that is not declared
  3   `build --check` and `diff`: something would change;
      `verify`, `audit` and `probe`: something is wrong
  70  a bug";

/// Renders, seals and checks Kubernetes image pull Secrets for GitOps
///
/// From registries.toml it makes a tree of sealed Secrets, service accounts and workload patches
/// that Flux, Argo CD or kubectl applies as it is.
#[derive(Debug, Parser)]
#[command(
    name = "regrender",
    version,
    max_term_width = 100,
    infer_subcommands = false,
    after_long_help = EXIT_CODES
)]
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
    ///
    /// The exit code is 3 if anything would change.
    Diff(Diff),
    /// Check what is written, without any private key: complete, sealed, for the right recipients
    ///
    /// The exit code is 3 if anything is found.
    Verify(Verify),
    /// Open one sealed file and print it
    Reveal(Reveal),
    /// Show the whole path from an image to the credentials that the kubelet tries; or explain a
    /// problem, by its code
    Explain(Explain),
    /// Check every image of every manifest: is it covered by a credential? And find what leaks
    Audit(Audit),
    /// Draw which credential reaches which pods, and where the path is broken
    ///
    /// It reads the repository and registries.toml, and asks neither a cluster nor the network. If a
    /// path is broken, the exit code is 0 all the same: `regrender audit` is the check that fails.
    Graph(GraphArguments),
    /// Write a registries.toml from what exists: the pull secrets of a cluster or of manifests, or a
    /// docker config
    Import(Import),
    /// Ask the live registries: does each credential work, for which repositories, and can it do
    /// more than pull
    ///
    /// The exit code is 3 if something does not work.
    Probe(Probe),
    /// Print a shell completion, a man page or the JSON schema of registries.toml
    Generate(Generate),
}

impl Command {
    /// Says whether a program reads standard output.
    pub(crate) fn is_for_programs(&self) -> bool {
        match self {
            Self::Build(arguments) => arguments.output == Output::Json,
            Self::Diff(arguments) => arguments.output == Output::Json,
            Self::Verify(arguments) => arguments.output == Output::Json,
            Self::Explain(arguments) => arguments.output == Output::Json,
            Self::Audit(arguments) => arguments.output == AuditOutput::Json,
            Self::Probe(arguments) => arguments.output == Output::Json,
            Self::Init(_)
            | Self::Reveal(_)
            | Self::Graph(_)
            | Self::Import(_)
            | Self::Generate(_) => false,
        }
    }
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
    /// A file with identities, in addition to those that sops would find; may be given several times
    #[arg(long, short, value_name = "FILE")]
    pub(crate) identity: Vec<PathBuf>,
}

/// What a report on a repository goes by.
#[derive(Args, Debug)]
pub(crate) struct ReportSources {
    /// Files and folders with manifests; `-` is standard input
    #[arg(default_value = ".", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Leave out what matches this pattern, written as in .gitignore: `.archive`, `/apps/old`,
    /// `**/tests/*.yaml`; may be given several times
    ///
    /// It is for what nobody deploys: archives, templates, made-up passwords of tests. What a
    /// kustomization that stays names is read all the same.
    #[arg(long, value_name = "GLOB", value_parser = Pattern::parse)]
    pub(crate) exclude: Vec<Pattern>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    #[command(flatten)]
    pub(crate) identities: IdentityFiles,
}

/// How far a run may reach.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct ReachOptions {
    /// Use no network and start no program; a source that needs one is an error
    #[arg(long)]
    pub(crate) offline: bool,
}

impl ReachOptions {
    /// Returns how far the run may reach.
    pub(crate) fn reach(self) -> Reach {
        Reach::of(self.offline)
    }
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
    /// Seal for Bitnami's controller: FILE, in FOLDER, holds its certificate, as
    /// `kubeseal --fetch-cert` prints it
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// Make an identity that withstands quantum computers, and seal for it; age has them since 1.3,
    /// sops since 3.12
    #[arg(long, conflicts_with = "certificate")]
    pub(crate) post_quantum: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) selection: Selection,
    #[command(flatten)]
    pub(crate) identities: IdentityFiles,
    /// Only this pull secret: its sealed files, and what has to name them; everything else stays as it
    /// is, and is told; may be given several times
    #[arg(long, value_name = "SECRET")]
    pub(crate) only: Vec<String>,
    /// Write nothing; exit with 3 if a build would change anything
    #[arg(long)]
    pub(crate) check: bool,
    /// Remove service accounts that an earlier build emptied
    #[arg(long, conflicts_with = "only")]
    pub(crate) drop_emptied: bool,
    #[command(flatten)]
    pub(crate) reach: ReachOptions,
    /// How the changes are printed
    #[arg(long, short, value_enum, default_value_t = Output::Human, value_name = "FORMAT")]
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
    #[command(flatten)]
    pub(crate) reach: ReachOptions,
    /// How the changes are printed
    #[arg(long, short, value_enum, default_value_t = Output::Human, value_name = "FORMAT")]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Has no effect, and exists for scripts: `verify` never uses the network or starts a program
    #[arg(long)]
    pub(crate) offline: bool,
    /// How the findings are printed
    #[arg(long, short, value_enum, default_value_t = Output::Human, value_name = "FORMAT")]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct Reveal {
    /// The sealed file: SOPS (YAML, JSON, dotenv, INI, binary) or age; `-` is standard input, as
    /// YAML or age
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) identities: IdentityFiles,
    #[command(flatten)]
    pub(crate) reach: ReachOptions,
}

#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// An image as a manifest names it, or the code of a problem, such as `unknown-registry`
    #[arg(value_name = "IMAGE|CODE")]
    pub(crate) subject: String,
    /// The manifest of a pull secret; may be given several times, in the order of the pod's list
    #[arg(long, value_name = "FILE")]
    pub(crate) pull_secret: Vec<PathBuf>,
    /// The manifest of a pod, or of a workload that makes pods
    #[arg(long, value_name = "FILE")]
    pub(crate) pod: Option<PathBuf>,
    /// The manifest of the pod's account; with `--namespace` the account's name
    #[arg(long, value_name = "FILE|NAME")]
    pub(crate) service_account: Option<String>,
    /// Ask about a pod in this namespace, from registries.toml and the manifests of the repository
    #[arg(long, short, value_name = "NAME", value_parser = namespace)]
    pub(crate) namespace: Option<String>,
    /// Leave out the manifests that match this pattern, as `regrender audit` does; may be given
    /// several times
    #[arg(long, value_name = "GLOB", value_parser = Pattern::parse, requires = "namespace")]
    pub(crate) exclude: Vec<Pattern>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    #[command(flatten)]
    pub(crate) identities: IdentityFiles,
    /// How the explanation is printed
    #[arg(long, short, value_enum, default_value_t = Output::Human, value_name = "FORMAT")]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) sources: ReportSources,
    /// The namespace of manifests that name none
    #[arg(long, short, value_name = "NAME", value_parser = namespace)]
    pub(crate) namespace: Option<String>,
    /// Exit with 3 if there are findings of this severity or worse
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "SEVERITY")]
    pub(crate) fail_on: FailOn,
    /// A file with known findings, which are left out
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write today's findings to a file that `--baseline` reads
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// What comes before the file names in the links of the HTML page, such as
    /// `https://github.com/acme/gitops/blob/main/`
    #[arg(long, default_value = "", value_name = "PREFIX")]
    pub(crate) link: String,
    /// How the report is printed
    #[arg(long, short, value_enum, default_value_t = AuditOutput::Human, value_name = "FORMAT")]
    pub(crate) output: AuditOutput,
}

/// How an audit is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditOutput {
    /// Text for people
    Human,
    /// JSON for programs
    Json,
    /// SARIF 2.1.0, which code hosting sites show beside the code
    Sarif,
    /// A page for a browser, to read, filter and click through
    Html,
}

/// Which findings make an audit fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors
    Error,
    /// Errors and warnings
    Warning,
}

impl FailOn {
    /// Returns the mildest severity that fails.
    pub(crate) fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct GraphArguments {
    #[command(flatten)]
    pub(crate) sources: ReportSources,
    /// Only what is in this namespace; may be given several times
    #[arg(long, short, value_name = "NAME")]
    pub(crate) namespace: Vec<String>,
    /// Only what pulls from this registry, by its name in registries.toml or its host; may be given
    /// several times
    #[arg(long, value_name = "NAME")]
    pub(crate) registry: Vec<String>,
    /// The namespace of manifests that name none
    #[arg(long, value_name = "NAME", value_parser = namespace)]
    pub(crate) assume_namespace: Option<String>,
    /// Draw everything, however much it is; without this, above 60 boxes what looks alike is drawn
    /// once
    #[arg(long)]
    pub(crate) whole: bool,
    /// How the graph is written
    #[arg(long, short, value_enum, default_value_t = GraphOutput::Mermaid, value_name = "FORMAT")]
    pub(crate) output: GraphOutput,
}

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphOutput {
    /// Text for a Markdown file, which GitHub and GitLab draw
    Mermaid,
    /// Text for Graphviz and the editors that read its language
    Dot,
    /// A picture for a browser or a README; it needs no other program
    Svg,
}

#[derive(Args, Debug)]
pub(crate) struct Import {
    /// Docker configs, files and folders with manifests; `-` is standard input [default: the config
    /// that docker uses]
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<PathBuf>,
    /// The file to write, which must not exist; `-` is standard output
    #[arg(long, short, default_value = "registries.toml", value_name = "FILE")]
    pub(crate) write: PathBuf,
    /// Seal the passwords into a new SOPS file, and name it as their source
    #[arg(long, value_name = "FILE")]
    pub(crate) seal_into: Option<PathBuf>,
    /// Who can open what is sealed; may be given several times [default: those of a registries.toml
    /// here or in a folder above, or the identity that sops finds]
    #[arg(long, short, value_name = "KEY")]
    pub(crate) recipient: Vec<String>,
    /// The namespace of manifests that name none, and of docker configs
    #[arg(long, short, value_name = "NAME", value_parser = namespace)]
    pub(crate) namespace: Option<String>,
    #[command(flatten)]
    pub(crate) identities: IdentityFiles,
    #[command(flatten)]
    pub(crate) reach: ReachOptions,
}

#[derive(Args, Debug)]
pub(crate) struct Probe {
    /// The registries to ask, by their names in registries.toml [default: all]
    #[arg(value_name = "REGISTRY")]
    pub(crate) registries: Vec<String>,
    /// The file to read [default: registries.toml here or in a folder above]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) identities: IdentityFiles,
    /// Ask for this repository too, beside those that registries.toml names; written HOST/NAME if
    /// several registries are asked; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) repository: Vec<String>,
    /// Ask for the images in the manifests of these files and folders [default: .]
    #[arg(long, value_name = "PATH", num_args = 0.., default_missing_value = ".")]
    pub(crate) from_audit: Option<Vec<PathBuf>>,
    /// Leave out the manifests that match this pattern, as `regrender audit` does; may be given
    /// several times
    #[arg(long, value_name = "GLOB", value_parser = Pattern::parse, requires = "from_audit")]
    pub(crate) exclude: Vec<Pattern>,
    /// Do not begin an upload or delete anything to learn what more a credential can do
    #[arg(long)]
    pub(crate) read_only: bool,
    /// How the findings are printed
    #[arg(long, short, value_enum, default_value_t = Output::Human, value_name = "FORMAT")]
    pub(crate) output: Output,
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
    /// A manual page
    Man {
        /// The command; without one, the page for regrender itself
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
    /// The JSON schema of registries.toml
    Schema,
}

/// Adds what helps a person who writes what kubectl, sops and other programs take.
///
/// clap would propose what is spelled alike, such as `probe` instead of `rotate`.
pub(crate) fn with_tip(mut error: clap::Error) -> clap::Error {
    let written = [ContextKind::InvalidSubcommand, ContextKind::InvalidArg];
    let Some(tip) = written.iter().find_map(|kind| match error.get(*kind) {
        Some(ContextValue::String(word)) => tip(word),
        _ => None,
    }) else {
        return error;
    };
    error.remove(ContextKind::SuggestedSubcommand);
    error.remove(ContextKind::SuggestedArg);
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    error
}

/// Says how to ask here for what a word of other programs asks for.
fn tip(word: &str) -> Option<&'static str> {
    Some(match word {
        "--dry-run" => {
            "`regrender diff` shows what a build would change; `regrender build --check` is for CI"
        }
        "-f" | "--file" | "--filename" => {
            "files and folders are named without an option, another registries.toml with `--config`"
        }
        "-R" | "-r" | "--recursive" => "folders are read with all that is in them",
        "-n" | "--namespace" => "registries.toml names the namespaces",
        "-A" | "--all-namespaces" => "all namespaces are looked at",
        "--context" | "--kubeconfig" => {
            "no cluster is asked; `--cluster` names one of registries.toml"
        }
        "--force" | "--overwrite" => "nothing of yours is overwritten: move it away first",
        "--json" | "--format" => "`--output` names the format",
        "--color" | "--no-color" => "`NO_COLOR=1` in the environment switches colour off",
        "version" => "`regrender --version` prints it",
        "completion" | "completions" => "`regrender generate completions SHELL` prints them",
        "man" => "`regrender generate man` prints it",
        "schema" => "`regrender generate schema` prints it",
        "apply" | "sync" => {
            "`regrender build` writes the tree; Flux, Argo CD or kubectl applies it"
        }
        "encrypt" | "seal" | "render" | "create" => "`regrender build` renders and seals",
        "decrypt" | "open" | "unseal" | "view" | "show" => "`regrender reveal FILE` opens a file",
        "edit" | "set" => "change the source that registries.toml names, and run `regrender build`",
        "rekey" | "rotate" | "updatekeys" | "re-encrypt" => {
            "change `recipients` in registries.toml, and run `regrender build`"
        }
        "check" | "lint" | "validate" => {
            "`regrender verify` checks what is written, `regrender audit` whether it is enough"
        }
        "plan" | "status" => "`regrender diff` shows what a build would change",
        word if Path::new(word).extension().is_some_and(|end| end == "toml") => {
            "another registries.toml is named with `--config FILE`"
        }
        _ => return None,
    })
}

/// Takes the name of a namespace: one that cannot be would be searched for in vain.
fn namespace(name: &str) -> Result<String, &'static str> {
    const RULE: &str =
        "a namespace has lower-case letters, digits and `-`, at most 63, no `-` at either end";
    is_namespace(name).then(|| name.to_owned()).ok_or(RULE)
}
