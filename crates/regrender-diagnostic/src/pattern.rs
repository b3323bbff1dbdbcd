//! What gives a secret away wherever it stands: private keys, tokens, the user of a URL.

use crate::Span;

/// Beginnings of the tokens that registries and forges hand out.
const TOKENS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "ghr_",
    "github_pat_",
    "dckr_pat_",
    "dckr_oat_",
    "glpat-",
    "gldt-",
    "glcbt-",
    "cmVmdGtu",
    "AKCp",
    "hvs.",
];

/// Beginnings of the private halves of age keys, in capitals.
const IDENTITIES: &[&str] = &["AGE-SECRET-KEY-", PLUGIN];
const PLUGIN: &str = "AGE-PLUGIN-";

/// A beginning alone is a word of a comment; this many characters more make it a token.
const TOKEN_LENGTH: usize = 6;

/// JSON Web Tokens begin with the Base64 of `{"`.
const WEB_TOKEN: &str = "eyJ";
const WEB_TOKEN_LENGTH: usize = 24;

/// Finds what gives a secret away by its looks.
pub(crate) fn sensitive_spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    for (start, _) in text.match_indices("-----BEGIN") {
        spans.push(armored(text, start));
    }
    for word in words(text) {
        spans.extend(in_word(text, &word));
    }
    spans
}

/// Returns the range of an armored block that begins at `start`.
fn armored(text: &str, start: usize) -> Span {
    const END: &str = "-----END";
    const DASHES: &str = "-----";
    let rest = text.get(start..).unwrap_or_default();
    let Some(end) = rest.find(END) else {
        return start..text.len();
    };
    let after = end + END.len();
    let close = rest.get(after..).and_then(|tail| tail.find(DASHES));
    let end = close.map_or(rest.len(), |close| after + close + DASHES.len());
    start..start + end
}

/// Lists the runs of characters between white space and quotes.
fn words(text: &str) -> impl Iterator<Item = Span> + '_ {
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`')).filter_map(|word| {
        let start = word.as_ptr().addr() - text.as_ptr().addr();
        (word.len() > WEB_TOKEN.len()).then(|| start..start + word.len())
    })
}

fn in_word(text: &str, word: &Span) -> Vec<Span> {
    let content = text.get(word.clone()).unwrap_or_default();
    let capitals = content.to_ascii_uppercase();
    let mut spans = Vec::new();
    for identity in IDENTITIES {
        let found = capitals.find(identity).filter(|at| {
            // `age-plugin-NAME` is a program; its keys go on with `-1`.
            *identity != PLUGIN || capitals.get(*at..).is_some_and(|key| key.contains("-1"))
        });
        spans.extend(found.map(|at| at..content.len()));
    }
    for token in TOKENS {
        spans.extend(prefixed(content, token, TOKEN_LENGTH));
    }
    spans.extend(prefixed(content, WEB_TOKEN, WEB_TOKEN_LENGTH));
    spans.extend(user_info(content));
    spans.into_iter().map(|span| word.start + span.start..word.start + span.end).collect()
}

/// Finds the tokens of a word that begin with `prefix`.
fn prefixed<'t>(
    word: &'t str,
    prefix: &'t str,
    length: usize,
) -> impl Iterator<Item = Span> + use<'t> {
    word.match_indices(prefix).filter_map(move |(start, _)| {
        let before = word.get(..start)?.chars().next_back();
        if before.is_some_and(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        let rest = word.get(start + prefix.len()..)?;
        let tail = rest.find(|c| !is_token_character(c)).unwrap_or(rest.len());
        (tail >= length).then(|| start..start + prefix.len() + tail)
    })
}

fn is_token_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | '=' | '~')
}

/// Finds what stands before the `@` of a URL, or of `user:password@host`.
fn user_info(word: &str) -> Option<Span> {
    let (start, is_url) = match word.find("://") {
        Some(at) => (at + "://".len(), true),
        None => (0, false),
    };
    let rest = word.get(start..)?;
    let authority = rest.get(..rest.find('/').unwrap_or(rest.len()))?;
    let (user, host) = authority.rsplit_once('@')?;
    // An image with tag and digest has a colon and an `@` too.
    let is_digest = host.starts_with("sha256:") || host.starts_with("sha512:");
    ((is_url || user.contains(':')) && !is_digest && !user.is_empty())
        .then(|| start..start + user.len())
}

#[cfg(test)]
mod tests {
    use crate::mask_line;

    #[track_caller]
    fn check(line: &str, masked: &str) {
        assert_eq!(mask_line(line), masked);
    }

    #[test]
    fn private_age_keys_are_masked_in_any_case() {
        check("key AGE-SECRET-KEY-1CANARY4F1D end", "key <masked> end");
        check("age-secret-key-1canary4f1d", "<masked>");
        check("AGE-SECRET-KEY-PQ-1CANARY4F1D", "<masked>");
        check("x=AGE-PLUGIN-YUBIKEY-1CANARY4F1D", "x=<masked>");
    }

    #[test]
    fn the_program_of_a_plugin_is_not() {
        check("`age-plugin-yubikey` was not started", "`age-plugin-yubikey` was not started");
    }

    #[test]
    fn public_age_keys_are_not() {
        check("age1qqqqqqqqqqqqqqqqqqqqqqqqqqq", "age1qqqqqqqqqqqqqqqqqqqqqqqqqqq");
    }

    #[test]
    fn tokens_are_masked() {
        check("a `ghp_canary4f1dcanary4f1d` b", "a `<masked>` b");
        check("glpat-canary-4f1d,next", "<masked>,next");
        check("user=dckr_pat_canary-4f1d", "user=<masked>");
        check("eyJhbGciOiJub25lIn0.canary-4f1d.canary-4f1d", "<masked>");
    }

    #[test]
    fn the_beginning_of_a_token_is_only_a_word() {
        check("tokens that begin with ghp_ are fine", "tokens that begin with ghp_ are fine");
        check("weighs ghs_1", "weighs ghs_1");
        check("eyJ", "eyJ");
    }

    #[test]
    fn a_token_inside_a_longer_word_is_no_token() {
        check("laughp_canarycanary", "laughp_canarycanary");
    }

    #[test]
    fn the_user_of_a_url_is_masked() {
        check("https://bot:canary-4f1d@git.corp/x", "https://<masked>@git.corp/x");
        check("https://bot:canary@4f1d@git.corp", "https://<masked>@git.corp");
        check("bot:canary-4f1d@registry.corp/x", "<masked>@registry.corp/x");
    }

    #[test]
    fn an_at_sign_elsewhere_is_no_user() {
        check("bot@corp.example", "bot@corp.example");
        check("https://git.corp/a@b", "https://git.corp/a@b");
        check("web:1@sha256:0123", "web:1@sha256:0123");
        check("git@github.com:org/repo", "git@github.com:org/repo");
    }

    #[test]
    fn an_armored_block_is_masked_to_its_end() {
        check("a -----BEGIN X-----canary-----END X----- b", "a <masked> b");
        check("a -----BEGIN X-----canary", "a <masked>");
        check("a -----BEGIN X-----canary-----END", "a <masked>");
    }
}
