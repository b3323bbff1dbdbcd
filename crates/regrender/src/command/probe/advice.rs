//! Ways out of what went wrong with a registry.

use regrender_config::Registry;
use regrender_remote::registry::{Fault, Party, Pull};
use regrender_remote::{TlsFault, TransportError};

/// How many seconds a clock may be off before tokens fail.
const SKEW: i64 = 60;

/// What helps where nobody here is to blame.
const ASK: &str = "ask those who run it; nodes get the same answer";

/// Returns what to do about a fault.
pub(super) fn for_fault(fault: &Fault, registry: &Registry, skew: Option<i64>) -> String {
    let name = &registry.name;
    match fault {
        Fault::NoAnswer { from, error } => for_no_answer(from, error, registry),
        Fault::NotRegistry { .. } => format!(
            "check `host` of registry `{name}`: it is what stands before the first slash of its images"
        ),
        Fault::ShutOut { .. } => format!(
            "see whether it lets in certain networks alone, or a proxy forbids it; and check `host` of \
             registry `{name}`"
        ),
        Fault::Elsewhere { .. } => {
            format!("if the registry has moved, change `host` of registry `{name}` and the images")
        }
        Fault::ClearRealm { .. } => String::from(
            "have the registry name an `https` address; where host and token server are one host, \
             `insecure = true` lets the credential through",
        ),
        Fault::UnknownScheme { .. } | Fault::NoChallenge | Fault::BadRealm(_) => String::from(
            "have the registry ask as runtimes expect it to: they know `Basic` and `Bearer`",
        ),
        Fault::Refused { .. } => format!(
            "check username and password of registry `{name}`: a token may have expired or been \
             revoked; `docker login {}` with the same two must work",
            registry.host
        ),
        Fault::AnonymousRefused { .. } => format!(
            "give registry `{name}` a `username` and a `password` in place of `anonymous = true`"
        ),
        Fault::TokenRefused { .. } if skew.is_some_and(is_off) => {
            String::from("set the clock that is wrong: tokens are good from one time to another")
        }
        Fault::TooMany { .. } | Fault::Failed { .. } => String::from("try again later"),
        Fault::RedirectLoop { .. }
        | Fault::NoToken { .. }
        | Fault::TokenRefused { .. }
        | Fault::Unexpected { .. }
        | _ => String::from(ASK),
    }
}

/// Returns what to do about a repository that cannot be pulled from.
pub(super) fn for_pull(pull: &Pull, registry: &Registry, shows_credential: bool) -> Option<String> {
    let name = &registry.name;
    match pull {
        Pull::Allowed => None,
        Pull::Denied { .. } if shows_credential => Some(format!(
            "let the account of registry `{name}` pull from it, or use an account that may"
        )),
        Pull::Denied { .. } => Some(format!(
            "give registry `{name}` a `username` and a `password` in place of `anonymous = true`"
        )),
        Pull::NotFound { repository_is_there: true } => {
            Some(String::from("push the image, or correct the manifests that name it"))
        }
        Pull::NotFound { repository_is_there: false } => Some(String::from(
            "check the name; registries hide what an account may not see, so it may be a matter of \
             rights as well",
        )),
        Pull::Elsewhere { host, .. } => {
            Some(format!("name images by `{host}`, and declare a registry for it"))
        }
        Pull::Unknown(fault) => Some(for_fault(fault, registry, None)),
    }
}

/// Says whether a clock is so far off that tokens fail.
pub(super) fn is_off(skew: i64) -> bool {
    skew.abs() > SKEW
}

fn for_no_answer(from: &Party, error: &TransportError, registry: &Registry) -> String {
    let name = &registry.name;
    match error {
        TransportError::Proxy(_) => {
            String::from("correct the variable, or add the host to `NO_PROXY`")
        }
        TransportError::Tls(fault) => for_tls(fault, registry),
        _ if *from != Party::Registry => for_no_answer_elsewhere(from, error),
        TransportError::HostUnknown => {
            format!("check `host` of registry `{name}`, and the name servers of this machine")
        }
        TransportError::Refused | TransportError::Unreachable(_) | TransportError::TimedOut(_) => {
            format!(
                "check host and port of registry `{name}`; if a proxy leads there, set \
                 `HTTPS_PROXY`, and `NO_PROXY` for what is near"
            )
        }
        _ => format!("check that `host` of registry `{name}` is that of a registry"),
    }
}

fn for_no_answer_elsewhere(from: &Party, error: &TransportError) -> String {
    match error {
        TransportError::HostUnknown
        | TransportError::Refused
        | TransportError::Unreachable(_)
        | TransportError::TimedOut(_)
        | TransportError::Closed => {
            format!("see why {from} cannot be reached from here; nodes have to reach it too")
        }
        _ => String::from(ASK),
    }
}

fn for_tls(fault: &TlsFault, registry: &Registry) -> String {
    let name = &registry.name;
    match fault {
        TlsFault::Expired => {
            String::from("have its certificate renewed: the runtimes of the nodes refuse it too")
        }
        TlsFault::NotYetValid => {
            String::from("check the clock of this machine, or have its certificate made anew")
        }
        TlsFault::WrongName => format!(
            "set `host` of registry `{name}` to a name that the certificate is for, or have it made \
             anew"
        ),
        TlsFault::UnknownAuthority => format!(
            "set `ca = \"FILE.pem\"` of registry `{name}` to its authority, which the runtimes of the \
             nodes have to trust as well"
        ),
        TlsFault::NoAuthorities => String::from(
            "install the certificates of authorities (`ca-certificates`), or set `SSL_CERT_FILE`",
        ),
        TlsFault::NotTls => format!(
            "check the port; if it speaks HTTP on purpose, set `insecure = true` of registry `{name}`"
        ),
        TlsFault::ClientCertificateWanted => {
            String::from("have the registry take passwords: a pull secret holds no certificate")
        }
        TlsFault::BadCertificate(_) => {
            String::from("have its certificate made anew; a runtime may take it all the same")
        }
        _ => String::from(
            "have it speak TLS 1.2 or 1.3, as runtimes do, and ask for no certificate of the client",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bad_certificate_is_to_be_made_anew() {
        let text = "[registry.r]\nhost = \"r.example\"\nanonymous = true\n\
            [seal]\nrecipients = [\"age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt\"]\n";
        let config = regrender_config::parse(text).config.unwrap();
        let advice = |fault| for_tls(&fault, config.registry("r").unwrap());
        assert!(advice(TlsFault::BadCertificate(String::new())).contains("made anew"));
        let alert = String::from("received fatal alert: ProtocolVersion");
        assert!(advice(TlsFault::Other(alert)).contains("speak TLS 1.2 or 1.3"));
    }
}
