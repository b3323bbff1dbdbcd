//! The values of a TOML text that stand under the key of a credential.
//!
//! Reads texts that are no TOML as well, because those are quoted too: an unfinished string, a value
//! without quotes, a colon for an equals sign. In doubt it masks too much.

use crate::Span;
use crate::boundary::floor;
use crate::credential_key::{is_credential, is_sensitive, misplaced_secret};

/// Characters before a sign that are looked at.
const LONGEST_NAME: usize = 80;

/// Nesting that the scanner follows.
const MAX_DEPTH: usize = 64;

/// Finds the values under keys of credentials, without their quotes.
///
/// Reads the text twice: as a whole, and each line for itself, because after an unfinished list or
/// string a reader of the whole sees no keys any more.
pub(crate) fn sensitive_values(text: &str) -> Vec<Span> {
    let mut whole = Scanner::new(text, Vec::new());
    whole.document();
    let mut spans = whole.spans;
    let mut header = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mut scanner = Scanner::new(line, header);
        scanner.document();
        spans.extend(scanner.spans.into_iter().map(|span| start + span.start..start + span.end));
        header = scanner.header;
        start += line.len();
    }
    spans
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    spans: Vec<Span>,
    /// The path of the last table header.
    header: Vec<String>,
    /// Whether a line that is no key may continue the value of a credential.
    open: bool,
    /// The last line end that was looked for.
    line_end: usize,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str, header: Vec<String>) -> Self {
        Self { text, at: 0, spans: Vec::new(), header, open: false, line_end: 0 }
    }

    fn document(&mut self) {
        while let Some(next) = self.peek() {
            match next {
                '#' => self.comment(),
                '[' => self.table_header(),
                _ if next.is_whitespace() || next == '\u{feff}' => self.skip(next),
                _ => {
                    let header = self.header.clone();
                    self.key_and_value(&header, 0);
                }
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, c: char) {
        self.at += c.len_utf8();
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    fn line_end(&mut self) -> usize {
        // A long line is searched once, not once a value.
        if self.at > self.line_end || self.line_end == 0 {
            self.line_end = self.rest().find('\n').map_or(self.text.len(), |end| self.at + end);
        }
        self.line_end
    }

    fn mask(&mut self, span: Span) {
        let content = self.text.get(span.clone()).unwrap_or_default();
        let blanks = content.len() - content.trim_end().len();
        self.spans.push(span.start..span.end - blanks);
    }

    fn comment(&mut self) {
        let end = self.line_end();
        self.loose_text(end);
        self.at = end;
    }

    /// Masks what follows the name of a credential outside of TOML: `# password = "…"`.
    fn loose_text(&mut self, end: usize) {
        let text = self.text.get(self.at..end).unwrap_or_default();
        for (sign, _) in text.match_indices(['=', ':']) {
            let (name, value) = text.split_at(sign);
            // No name is longer, and a line of signs alone may be.
            let from = floor(name, name.len().saturating_sub(LONGEST_NAME));
            let name = name.get(from..).unwrap_or_default();
            let word = name.split([' ', '\t', '#', '.', '{', ',']).rfind(|word| !word.is_empty());
            if word.is_some_and(|word| is_credential(&word.to_lowercase())) {
                let value = value.trim_start_matches(['=', ':', ' ', '\t']);
                return self.mask(end - value.len()..end);
            }
        }
    }

    fn table_header(&mut self) {
        self.open = false;
        while self.peek() == Some('[') {
            self.skip('[');
        }
        self.header = self.path();
        // What stands on the same line, closed or not, is read like any key.
        while self.peek() == Some(']') {
            self.skip(']');
        }
    }

    /// Reads `a."b".c`, in lower case.
    fn path(&mut self) -> Vec<String> {
        let mut path = Vec::new();
        loop {
            self.skip_blanks();
            let start = self.at;
            if let Some(quote @ ('"' | '\'')) = self.peek() {
                let inner = self.string(quote);
                path.push(self.text.get(inner).unwrap_or_default().to_lowercase());
            } else {
                let length = self.rest().find(|c: char| !is_bare(c));
                self.at += length.unwrap_or(self.rest().len());
                path.push(self.text.get(start..self.at).unwrap_or_default().to_lowercase());
            }
            self.skip_blanks();
            if self.peek() != Some('.') {
                return path;
            }
            self.skip('.');
        }
    }

    /// Reads `key = value`, or a line that is neither.
    fn key_and_value(&mut self, parent: &[String], depth: usize) {
        let start = self.at;
        let mut path = parent.to_vec();
        path.extend(self.path());
        let sensitive = is_sensitive(&path);
        match self.peek() {
            Some(sign @ ('=' | ':')) => {
                while self.peek() == Some(sign) {
                    self.skip(sign);
                }
                self.open = sensitive;
                self.value(&path, sensitive, depth);
            }
            next => {
                let end = self.line_end();
                let begins_with = |text: &str| text.starts_with(['"', '\'']);
                let is_string = depth > 0 && self.text.get(start..).is_some_and(begins_with);
                if self.open || (sensitive && is_string) {
                    self.mask(start..end);
                } else if sensitive {
                    self.mask(self.at..end);
                }
                match next {
                    Some(c) if self.at == start => self.skip(c),
                    _ if depth > 0 => {}
                    // The key may have two words: `hub password = "…"`.
                    _ => {
                        self.loose_text(end);
                        self.at = end;
                    }
                }
            }
        }
    }

    fn value(&mut self, path: &[String], sensitive: bool, depth: usize) {
        self.skip_blanks();
        if sensitive && self.rest().trim_start().starts_with(['"', '\'']) {
            // A string that stands on the line after its key is no TOML, and a secret all the same.
            self.at += self.rest().len() - self.rest().trim_start().len();
        }
        match self.peek() {
            Some(quote @ ('"' | '\'')) => {
                let inner = self.string(quote);
                let content = self.text.get(inner.clone()).unwrap_or_default();
                if sensitive {
                    self.mask_string(inner);
                } else if let Some(part) = misplaced_secret(path, content) {
                    self.mask_string(inner.start + part.start..inner.end);
                }
            }
            // Deeper than any file that is meant: nobody knows what it is.
            Some('[' | '{') if depth == MAX_DEPTH => self.bare_value(true, depth),
            Some('[') => self.array(path, sensitive, depth),
            Some('{') => self.inline_table(path, depth),
            Some('\n') | None => {}
            Some(_) => self.bare_value(sensitive, depth),
        }
    }

    /// Masks a string, and what clings to its end.
    fn mask_string(&mut self, inner: Span) {
        let end = self.line_end();
        let tail = self.rest().trim_start_matches([' ', '\t']);
        let ends = tail.is_empty() || tail.starts_with(['\n', '\r', '#', ',', ']', '}']);
        self.spans.push(inner.start..if ends { inner.end } else { inner.end.max(end) });
    }

    fn bare_value(&mut self, sensitive: bool, depth: usize) {
        let end = self.line_end();
        if sensitive {
            self.mask(self.at..end);
        }
        let stops: &[char] = if depth > 0 { &[',', ']', '}', '\n', '#'] } else { &['\n', '#'] };
        let length = self.rest().find(stops).unwrap_or(self.rest().len());
        self.loose_text(self.at + length);
        self.at += length;
        if length == 0
            && let Some(c) = self.peek()
        {
            self.skip(c);
        }
    }

    fn array(&mut self, path: &[String], sensitive: bool, depth: usize) {
        self.skip('[');
        while let Some(next) = self.peek() {
            match next {
                ']' => return self.skip(next),
                '#' => self.comment(),
                ',' => self.skip(next),
                _ if next.is_whitespace() => self.skip(next),
                _ => self.value(path, sensitive, depth + 1),
            }
        }
    }

    fn inline_table(&mut self, path: &[String], depth: usize) {
        self.skip('{');
        while let Some(next) = self.peek() {
            match next {
                '}' => return self.skip(next),
                '#' => self.comment(),
                ',' => self.skip(next),
                _ if next.is_whitespace() => self.skip(next),
                _ => self.key_and_value(path, depth + 1),
            }
        }
    }

    /// Skips a string, finished or not, and returns the range between its quotes.
    fn string(&mut self, quote: char) -> Span {
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        let long = self.rest().starts_with(&triple);
        let mark = if long { triple } else { String::from(quote) };
        let start = self.at + mark.len();
        self.at = start;
        while let Some(next) = self.peek() {
            if self.rest().starts_with(&mark) {
                let inner = start..self.at;
                self.at += mark.len();
                return inner;
            }
            if next == '\n' && !long {
                break;
            }
            self.skip(next);
            if next == '\\'
                && quote == '"'
                && let Some(escaped) = self.peek().filter(|c| *c != '\n')
            {
                self.skip(escaped);
            }
        }
        start..self.at
    }
}

fn is_bare(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

#[cfg(test)]
mod tests {
    use crate::mask::MaskedText;

    #[track_caller]
    fn check(text: &str, masked: &str) {
        assert_eq!(MaskedText::new(text).text, masked);
    }

    /// Nothing of the canary is left.
    #[track_caller]
    fn hides(text: &str) {
        let masked = MaskedText::new(text).text;
        assert!(!masked.contains("canary"), "{masked}");
    }

    #[test]
    fn a_value_under_the_name_of_a_credential_is_masked() {
        check("password = \"canary-4f1d\" # ok", "password = \"<masked>\" # ok");
        check("API_KEY = 'canary-4f1d'", "API_KEY = '<masked>'");
        check("\"password\" = 'canary-4f1d'", "\"password\" = '<masked>'");
        check("registry.token = 'canary-4f1d'", "registry.token = '<masked>'");
        check("secret = 'canary-4f1d'", "secret = '<masked>'");
        check("registry.hub.token = 'canary-4f1d'", "registry.hub.token = '<masked>'");
        check("password = 4711", "password = <masked>");
        check("password = canary  \nhost = 'x'", "password = <masked>  \nhost = 'x'");
        check("deploy-key = 'canary'", "deploy-key = '<masked>'");
        for name in ["auth", "pass", "pwd", "pw", "pat"] {
            check(&format!("{name} = 'canary'"), &format!("{name} = '<masked>'"));
        }
    }

    #[test]
    fn other_values_are_shown() {
        check("username = \"bot\"", "username = \"bot\"");
        check("host = 'a.b' # c", "host = 'a.b' # c");
        check("host = 'a.b:5000'", "host = 'a.b:5000'");
        check("key = 'a'", "key = 'a'");
        check("password = ''", "password = ''");
    }

    #[test]
    fn the_names_of_objects_are_shown() {
        check("[secret.regcred]\nkeep = ['a']", "[secret.regcred]\nkeep = ['a']");
        check("[registry.token]\nhost = 'a'", "[registry.token]\nhost = 'a'");
        check("decryption-secret = 'sops-age'", "decryption-secret = 'sops-age'");
    }

    #[test]
    fn a_source_shows_the_place_and_hides_the_value() {
        check("password = { env = \"HUB\" }", "password = { env = \"HUB\" }");
        check("password = { plain = 'canary' }", "password = { plain = '<masked>' }");
        check("password = { other = 'canary' }", "password = { other = '<masked>' }");
        check("username = { plain = 'canary' }", "username = { plain = '<masked>' }");
        check("password = { command = ['a', 'b'] }", "password = { command = ['a', 'b'] }");
        check(
            "[registry.hub.password]\nplain = 'canary'",
            "[registry.hub.password]\nplain = '<masked>'",
        );
    }

    #[test]
    fn a_slip_of_password_is_one() {
        check("pasword = 'canary'", "pasword = '<masked>'");
        check("[registry.hub]\npassowrd = 'canary'", "[registry.hub]\npassowrd = '<masked>'");
        check("passwort = { plain = 'canary' }", "passwort = { plain = '<masked>' }");
        check("path = 'apps'", "path = 'apps'");
        check("paths = ['apps']", "paths = ['apps']");
    }

    #[test]
    fn a_password_behind_a_username_is_masked() {
        check("username = 'bot:canary'", "username = 'bot:<masked>'");
        check("usernme = \"bot:canary\" # x", "usernme = \"bot:<masked>\" # x");
        check("login = 'bot:canary'", "login = 'bot:<masked>'");
        check("username = ['bot:canary', 'b']", "username = ['bot:<masked>', 'b']");
        check("username = 'gitlab+deploy-token-1'", "username = 'gitlab+deploy-token-1'");
        check("username = \"\"\"\na:b\nc\"\"\"\n", "username = \"\"\"\na:<masked>\n\"\"\"\n");
    }

    #[test]
    fn a_value_where_a_variable_is_named_is_masked() {
        check("password = { env = 'canary!' }", "password = { env = '<masked>' }");
        check(
            "[registry.x.password]\nenv = 'canary-4f1d'",
            "[registry.x.password]\nenv = '<masked>'",
        );
        check("password = { env = '${HUB_TOKEN}' }", "password = { env = '${HUB_TOKEN}' }");
        check("username = { env = 'HUB-USER' }", "username = { env = 'HUB-USER' }");
    }

    #[test]
    fn a_long_string_is_masked_and_keeps_its_lines() {
        check(
            "password = \"\"\"a\nb\nc\"\"\"\nx = 1",
            "password = \"\"\"<masked>\n\n\"\"\"\nx = 1",
        );
    }

    #[test]
    fn a_list_is_masked_item_by_item() {
        check("password = ['canary', \"canary\"]", "password = ['<masked>', \"<masked>\"]");
    }

    #[test]
    fn what_stands_on_the_line_of_a_header_is_read_too() {
        check("[registry.x] password = 'canary'", "[registry.x] password = '<masked>'");
        check("[a] host = 'x' token = 'canary'\nb = 1", "[a] host = 'x' token = '<masked>'\nb = 1");
        for line in [
            "[password = 'canary'",
            "[registry.x password = 'canary']",
            "[registry.x, password = \"canary\"]",
            "[[registry]] password = canary",
            "[x={plain='canary'}",
            "[a] [b] password = 'canary'",
        ] {
            hides(line);
            hides(&format!("a = 1\n{line}\n"));
        }
        check("[registry.hub] # 'a'\nhost = 'b'", "[registry.hub] # 'a'\nhost = 'b'");
    }

    #[test]
    fn a_string_without_a_key_in_the_table_of_a_credential_is_masked() {
        hides("password = { env = 'X', 'canary' }");
        hides("password = { file 'canary' }");
    }

    #[test]
    fn what_stands_beside_a_masked_value_is_shown() {
        let table = |value: &str| format!("x = {{ a b, password = '{value}', host = 'c' }}");
        check(&table("canary"), &table("<masked>"));
        let username = |value: &str| format!("x = {{ a = b, username = 'u:{value}' }}");
        check(&username("canary"), &username("<masked>"));
        check("password =\n\"canary\"\n", "password =\n\"<masked>\"\n");
    }

    #[test]
    fn escaped_quotes_do_not_end_a_string() {
        check(r#"password = "a\"canary" # b"#, r#"password = "<masked>" # b"#);
    }

    #[test]
    fn what_is_no_toml_is_masked_too() {
        hides("password = canary");
        hides("password = canary canary");
        hides("password: canary");
        hides("password canary");
        hides("password = \"canary");
        hides("password = \"\"\"canary\ncanary");
        hides("password = \"x\" canary");
        hides("password = \"x\"canary");
        hides("password =\n\"canary\"");
        hides("password = x\ncanary\n  canary");
        hides("password == 'canary'");
        hides("password = { plain = canary, canary }");
        hides("password = { plain 'canary' }");
        hides("password = [canary, canary]");
        hides("x = { password = 'canary' }");
        hides("x = [{ password = 'canary' }]");
        hides("x = { password }\npassword = 'canary'");
        hides("a = b password = 'canary'");
        hides("[a\npassword = 'canary'");
        hides("recipients = [\npassword = 'canary'");
        hides("recipients = [\npassword = { plain = 'canary' }");
        hides("a = \"\"\"\n[registry.x.password]\nplain = 'canary'");
        hides("= 1\n]\n}\npassword = 'canary'");
        hides("hub password = 'canary'");
        hides("the hub password: canary");
        hides("[registry.hub.password]\na [b]\nother = 'canary'");
        hides("[registry.hub.password]\na = b, [c]\nother = 'canary'");
        hides("x = { ] password = 'canary' }");
        hides("] password = 'canary'");
        hides("x = { a b, password = 'canary' }");
    }

    #[test]
    fn comments_are_read_as_well() {
        check("a = 1 # password = \"canary\"", "a = 1 # password = <masked>");
        check("# the password: canary", "# the password: <masked>");
        check("# a note: fine", "# a note: fine");
    }

    #[test]
    fn deep_nesting_ends() {
        hides(&format!("x = {}canary", "[".repeat(100_000)));
        hides(&format!("password = {}canary", "[".repeat(100_000)));
        hides(&format!("{}password = 'canary'", "x = { y = ".repeat(1_000)));
        hides(&format!("{}password = 'canary'", "x = {".repeat(100_000)));
    }
}
