//! What to tell a person about a value that cannot be used, or hardly.

use regrender_config::{Source, SourceKind};
use regrender_diagnostic::{Diagnostic, Span};

use super::{Asker, at_source, by_hand, page, told};
use crate::source::value::{Fault, Part, Place};

/// Says what is wrong with a value.
pub(crate) fn bad_value(asker: Asker<'_>, source: &Source, fault: Fault) -> Diagnostic {
    let problem = at_source(fault_found(asker, fault), source);
    match (fault, &source.kind) {
        (Fault::Empty, kind @ SourceKind::Command { .. }) => problem.help(by_hand(kind)),
        (Fault::Empty, SourceKind::File { .. }) => problem.help("write the secret into the file"),
        (Fault::Empty, SourceKind::Sops { .. }) => {
            problem.help("give it a value: `sops edit FILE`")
        }
        (Fault::Empty, SourceKind::Age { .. }) => {
            problem.help("seal it again: `age --recipient age1… --output FILE.age FILE`")
        }
        (Fault::Empty, SourceKind::Vault { .. }) => problem.help("give it a value in Vault"),
        (Fault::Empty, SourceKind::Stdin { .. }) => {
            problem.help("pipe the secret in: `COMMAND | regrender build`")
        }
        _ => problem,
    }
}

/// Says what is wrong with half of a credential that came whole from `place`.
pub(crate) fn bad_part(asker: Asker<'_>, place: &str, span: Span, fault: Fault) -> Diagnostic {
    let problem = fault_found(asker, fault).at(span, place);
    if fault == Fault::Empty { problem.help("log in again, with both") } else { problem }
}

fn fault_found(asker: Asker<'_>, fault: Fault) -> Diagnostic {
    match fault {
        Fault::NotUtf8 { utf16 } => {
            let problem = told(&page::value::SOURCE_NOT_UTF8, format!("{asker} is not UTF-8 text"));
            if utf16 {
                return problem
                    .note(
                        "it begins as UTF-16 does, which is what older PowerShell writes with `>`",
                    )
                    .help("write it again as UTF-8 without a byte order mark");
            }
            problem.help("write it again as UTF-8")
        }
        Fault::ByteOrderMark => told(
            &page::value::SOURCE_BYTE_ORDER_MARK,
            format!("{asker} begins with a byte order mark"),
        )
        .note("no registry would take it with the mark")
        .help("write it again as UTF-8 without a byte order mark"),
        Fault::Empty => {
            let page = match asker.part {
                Part::Username => &page::value::EMPTY_USERNAME,
                Part::Password => &page::value::EMPTY_PASSWORD,
                Part::FingerprintKey => &page::value::EMPTY_FINGERPRINT_KEY,
                Part::RoleId | Part::Login(_) => &page::vault::EMPTY_VAULT_LOGIN,
            };
            told(page, format!("{asker} is empty"))
        }
        Fault::ControlCharacter { character, place } => control_character(asker, character, place),
        Fault::Colon => {
            told(&page::value::USERNAME_WITH_COLON, format!("{asker} has a colon in it"))
                .note("a registry takes what is before the first colon for the username")
                .help("give username and password each by its own source")
        }
    }
}

fn control_character(asker: Asker<'_>, character: char, place: Place) -> Diagnostic {
    let (name, place) = (
        name_of_control(character),
        match place {
            Place::Beginning => "begins with",
            Place::End => "ends in",
            Place::Inside => "holds",
        },
    );
    let problem = told(&page::value::CONTROL_CHARACTER, format!("{asker} {place} {name}"))
        .note("no server takes control characters");
    if matches!(character, '\n' | '\r') {
        return problem.help("write it without line ends, for example with `printf %s`");
    }
    problem.help("write it again without the control character")
}

fn name_of_control(character: char) -> String {
    match character {
        '\n' => String::from("a line feed"),
        '\r' => String::from("a carriage return"),
        '\t' => String::from("a tab"),
        '\0' => String::from("a NUL character"),
        other => format!("the control character U+{:04X}", u32::from(other)),
    }
}

/// Says that line ends were left out.
pub(crate) fn line_end_cut(asker: Asker<'_>, source: &Source) -> Diagnostic {
    let title = format!("{asker} ends in a newline; it was left out");
    at_source(told(&page::value::TRAILING_NEWLINE, title), source)
        .help("write `trim = true` to keep quiet, `trim = false` to keep the newline")
}

/// Says that white space stands around a value.
pub(crate) fn white_space(asker: Asker<'_>, source: &Source) -> Diagnostic {
    let title = format!("{asker} begins or ends in white space");
    at_source(told(&page::value::SURROUNDING_WHITE_SPACE, title), source)
        .note("it is kept, because it may belong there")
}

/// Says that a password looks as if it belongs elsewhere.
pub(crate) fn unlikely_password(asker: Asker<'_>, span: Span, advice: &str) -> Diagnostic {
    told(&page::value::UNLIKELY_PASSWORD, format!("{asker} may not work: {advice}"))
        .at(span, "the password is named here")
        .help("put the token there that the registry made for pulling")
}
