//! What to tell a person about Vault.

use std::time::Duration;

use regrender_config::{Page, Source};
use regrender_diagnostic::Diagnostic;
use regrender_remote::vault::{Step, VaultError};
use regrender_remote::{TlsFault, TransportError};

use super::{Asker, at_source, missed, name_of, told};
use crate::http::authorities::AuthoritiesError;
use crate::input::failure::FileFailure;
use crate::source::page::vault as page;
use crate::source::vault::failure::{AuthorityFailure, VaultFailure};
use crate::source::vault::{ADDRESS, TOKEN, TOKEN_FILE};

/// Says why Vault gave nothing.
pub(crate) fn failed(asker: Asker<'_>, source: &Source, failure: &VaultFailure) -> Diagnostic {
    let missed = |page, what: &str| missed(page, asker, source, what);
    match failure {
        VaultFailure::NoAddress => missed(&page::VAULT_NO_ADDRESS, "nobody says where Vault is")
            .help(format!("set `{}`, or write `address` in `[vault]`", ADDRESS.join("` or `"))),
        VaultFailure::BadAddress { place, error } => {
            missed(&page::VAULT_NO_ADDRESS, &format!("`{place}` is not the address of a Vault"))
                .note(error.to_string())
                .help("write it as `https://HOST:8200`")
        }
        VaultFailure::NoToken(why) => {
            let file = format!("~/{TOKEN_FILE}");
            let mut note = format!("it is looked for in `{}` and in `{file}`", TOKEN.join("`, `"));
            if *why != FileFailure::Missing {
                note = format!("{note}, which {why}");
            }
            missed(&page::VAULT_NO_TOKEN, "there is no token for Vault")
                .note(note)
                .help("log in with `vault login`, or write `auth` in `[vault]`")
        }
        VaultFailure::NoPodToken(why) => {
            let what = format!("the token of the pod's service account {why}");
            missed(&page::VAULT_NO_TOKEN, &what)
                .note("without `jwt`, the method `kubernetes` works in a pod alone")
                .help("write `jwt` in `auth` of `[vault]`")
        }
        VaultFailure::NoAuthority { path, why } => {
            let what = format!("file `{}` {}", path.display(), authority_failure(why));
            missed(&page::VAULT_BAD_CA, &what)
                .note("it is named by `ca` of `[vault]`, or by VAULT_CACERT or BAO_CACERT")
                .help("name a PEM file with the certificate of its authority")
        }
        VaultFailure::NoLogin | VaultFailure::BadPath => {
            missed(&page::VAULT_REFUSED, "Vault cannot be asked")
        }
        VaultFailure::Asked { address, error, is_version_declared } => {
            let (page, help) = page_of(error);
            let problem = missed(page, &format!("Vault at {address}: {error}"));
            let problem = match error {
                VaultError::SecretMissing { repeats_data: false, .. }
                | VaultError::Denied { .. }
                    if *is_version_declared =>
                {
                    problem.note("Vault says the same where `kv-version` is not that of the mount")
                }
                _ => problem,
            };
            with_help(problem, error).help(help)
        }
    }
}

/// Returns the page of what Vault answered, and the way out.
fn page_of(error: &VaultError) -> (&'static Page, &'static str) {
    match error {
        VaultError::Transport(TransportError::Tls(fault)) => (&page::VAULT_TLS, for_tls(fault)),
        VaultError::Transport(error) => (&page::VAULT_UNREACHABLE, for_no_answer(error)),
        VaultError::Sealed | VaultError::NotInitialized | VaultError::NoActiveNode => {
            (&page::VAULT_SEALED, "let somebody unseal it: `vault operator unseal`")
        }
        VaultError::Redirected { to: Some(_) } => {
            (&page::VAULT_REDIRECTS, "write the address it sends to into `address`")
        }
        VaultError::Redirected { to: None } => {
            (&page::VAULT_REDIRECTS, "see whether `address` of `[vault]`, or VAULT_ADDR, is right")
        }
        VaultError::LoginRefused { .. }
        | VaultError::SecondFactorWanted
        | VaultError::LoginUnknown { .. } => (&page::VAULT_LOGIN_REFUSED, for_login(error)),
        VaultError::TokenRefused { .. } => (
            &page::VAULT_TOKEN_REFUSED,
            "log in again: `vault login`, or take a token that lives longer",
        ),
        VaultError::Denied { .. } => (
            &page::VAULT_DENIED,
            "give the token a policy that allows `read` on the path; see `vault token capabilities PATH`",
        ),
        VaultError::MountUnknown { .. } => {
            (&page::VAULT_MISSING_SECRET, "write the mount as `vault secrets list` shows it")
        }
        VaultError::SecretMissing { repeats_data: true, .. } => (
            &page::VAULT_MISSING_SECRET,
            "leave out `data/`: version 2 of the store puts it in by itself",
        ),
        VaultError::VersionTwo => {
            (&page::VAULT_MISSING_SECRET, "remove `kv-version`, or write `kv-version = 2`")
        }
        VaultError::OnlyMount => (
            &page::VAULT_MISSING_SECRET,
            "write the path of the secret behind the mount: `vault kv list MOUNT` shows it",
        ),
        VaultError::SecretMissing { .. } => {
            (&page::VAULT_MISSING_SECRET, "write the path as `vault kv list` shows it")
        }
        VaultError::Deleted { .. } => (
            &page::VAULT_MISSING_SECRET,
            "write it again: `vault kv put`, or bring it back: `vault kv undelete`",
        ),
        VaultError::Destroyed => {
            (&page::VAULT_MISSING_SECRET, "write it again: `vault kv put`; nothing brings it back")
        }
        VaultError::TooMany { .. } | VaultError::Failed { .. } => {
            (&page::VAULT_BUSY, "run the build again later")
        }
        VaultError::TlsWanted => (&page::VAULT_BAD_ANSWER, "write the address with `https://`"),
        VaultError::NotVault { .. } => {
            (&page::VAULT_BAD_ANSWER, "see whether `address` of `[vault]`, or VAULT_ADDR, is right")
        }
        _ => (&page::VAULT_REFUSED, "ask by hand: `vault kv get PATH`"),
    }
}

fn for_login(error: &VaultError) -> &'static str {
    match error {
        VaultError::SecondFactorWanted => {
            "name a role that wants none: a build has nobody to ask for it"
        }
        VaultError::LoginUnknown { .. } => {
            "see `vault auth list`, and name where the method is with `mount` in `auth`"
        }
        _ => "see whether role, secret and what the role is bound to are right",
    }
}

fn for_tls(fault: &TlsFault) -> &'static str {
    match fault {
        TlsFault::Expired => "have its certificate renewed",
        TlsFault::NotYetValid => {
            "check the clock of this machine, or have its certificate made anew"
        }
        TlsFault::WrongName => {
            "write a name into `address` that its certificate is for, or have it made anew"
        }
        TlsFault::UnknownAuthority | TlsFault::NoAuthorities => {
            "name the certificate of its authority with `ca` in `[vault]`, or with VAULT_CACERT"
        }
        TlsFault::NotTls => "check the port: it has no TLS",
        TlsFault::ClientCertificateWanted => {
            "name an address of it that wants no certificate: none can be shown"
        }
        TlsFault::BadCertificate(_) => "have its certificate made anew",
        _ => "see whether the address is right: `vault status`",
    }
}

fn for_no_answer(error: &TransportError) -> &'static str {
    match error {
        TransportError::Proxy(_) => "correct the variable, or add the host to `NO_PROXY`",
        TransportError::Unsendable(_) => "see whether the token or the namespace holds a line end",
        _ => "see whether the address is right and reachable from here: `vault status`",
    }
}

fn with_help(problem: Diagnostic, error: &VaultError) -> Diagnostic {
    match error {
        VaultError::TooMany { wait: Some(wait) } => {
            problem.note(format!("it asks for a pause of {wait:?}"))
        }
        // Vault 1.14 answers 403 to a log-in at a path where nothing is.
        VaultError::LoginRefused { status: 403, .. } => problem
            .note("Vault says the same where no method is mounted")
            .help("see `vault auth list`, and name where the method is with `mount` in `auth`"),
        VaultError::Denied { step, .. } => {
            let problem = problem.note(
                "an older Vault says the same of a token that is not, or no longer, valid: see \
                 `vault token lookup`",
            );
            if *step != Step::Mount {
                return problem;
            }
            problem
                .note(
                    "to ask for the mount takes a right on the path, too; Vault says the same \
                     where nothing is mounted",
                )
                .help("write `kv-version` in `[vault]`: then it is not asked for")
        }
        _ => problem,
    }
}

fn authority_failure(failure: &AuthorityFailure) -> String {
    match failure {
        AuthorityFailure::File(failure) => failure.to_string(),
        AuthorityFailure::Content(AuthoritiesError::NotPem) => String::from("is not PEM"),
        AuthorityFailure::Content(AuthoritiesError::NoCertificate) => {
            String::from("holds no certificate")
        }
        AuthorityFailure::Content(AuthoritiesError::PrivateKey) => {
            String::from("holds a private key")
        }
    }
}

/// Says that a secret of Vault has no such field, or no text in it.
pub(crate) fn no_value(
    asker: Asker<'_>,
    source: &Source,
    path: &str,
    error: &VaultError,
) -> Diagnostic {
    let problem =
        missed(&page::VAULT_MISSING_FIELD, asker, source, format!("secret `{path}`: {error}"));
    match error {
        VaultError::NotText { .. } => problem
            .note("`vault kv put` keeps what is given as `KEY=VALUE` as text, and what a JSON file holds as it is there")
            .help("write it into Vault again, as text"),
        _ => problem.help("write `key` as `vault kv get PATH` shows it"),
    }
}

/// Says that the environment sends the token through the network in clear.
pub(crate) fn in_clear() -> Diagnostic {
    let title = format!("the address of Vault in `{}` is without TLS", ADDRESS.join("` or `"));
    told(&page::VAULT_IN_CLEAR, title)
        .note("the token and every secret can be read on the way")
        .help("write it with `https://`")
}

/// Says that Vault made the secret for this run, and takes it back.
pub(crate) fn leased(asker: Asker<'_>, source: &Source, lease: Duration) -> Diagnostic {
    let title =
        format!("{asker} is lent: {} is taken back {lease:?} from now", name_of(&source.kind));
    at_source(told(&page::VAULT_LEASED, title), source)
        .note("what is sealed now is dead then")
        .help("name a secret that lasts")
}
