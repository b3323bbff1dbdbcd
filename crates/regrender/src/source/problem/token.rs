//! What to tell a person about a token that is dead soon.

use regrender_config::Registry;
use regrender_diagnostic::{Diagnostic, Span};

use super::{page, told};
use crate::source::token::{Death, Nearness};

/// Says what the death of a token means; an error unless the file allows it.
pub(crate) fn token(
    registry: &Registry,
    span: Span,
    death: Death,
    nearness: Nearness,
) -> Diagnostic {
    let name = &registry.name;
    let moment = regrender_seal::spell_time(death.moment());
    let when = match death {
        Death::At(_) => format!("at {moment}"),
        Death::By(_) => format!("by {moment} at the latest"),
    };
    let problem = match nearness {
        Nearness::Over => told(
            &page::token::TOKEN_EXPIRED,
            format!("the token of registry `{name}` expired at {moment}"),
        )
        .help("make a new one"),
        Nearness::TooSoon => told(
            &page::token::SHORT_LIVED_TOKEN,
            format!("the token of registry `{name}` expires {when}"),
        )
        .help("use a token that lasts, or let `provide` say what renews it")
        .help(
            "or add `allow-short-lived = true`, if a pipeline builds and applies the tree in time",
        ),
        Nearness::Soon => told(
            &page::token::TOKEN_EXPIRES_SOON,
            format!("the token of registry `{name}` expires {when}"),
        )
        .help("make a new one in time"),
    };
    problem.at(span, "the token is named here")
}
