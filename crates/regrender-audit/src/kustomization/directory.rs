//! Knows which files of a folder without a kustomization are applied: what Argo CD has in `directory`.

use regex::Regex;

use super::application_set::Filling;
use super::member;
use crate::manifest::Node;

/// What of a folder without a kustomization is applied, by default everything below.
#[derive(Clone, Debug, Default)]
pub(super) struct Directory {
    /// Whether it is only the files in it.
    pub(super) is_flat: bool,
    include: Option<String>,
    exclude: Option<String>,
}

/// The files that are applied, by their paths in the folder.
#[derive(Debug)]
pub(super) struct Selection {
    is_flat: bool,
    include: Option<Regex>,
    exclude: Option<Regex>,
}

impl Directory {
    /// Reads the `directory` of a source of Argo CD.
    pub(super) fn read(source: &Node<'_>) -> Self {
        let node = source.get("directory");
        let text = |name: &str| node.and_then(|node| member(node, name));
        Self {
            is_flat: text("recurse").as_deref() != Some("true"),
            include: text("include"),
            exclude: text("exclude"),
        }
    }

    /// Lists what a template may have open places in.
    pub(super) fn fill(&mut self, filling: &Filling) {
        let patterns = [&mut self.include, &mut self.exclude].into_iter().flatten();
        patterns.for_each(|text| filling.fill(text));
    }

    pub(super) fn selection(&self) -> Selection {
        let pattern = |text: &Option<String>| {
            // What the cluster alone fills in is not known.
            text.as_deref().filter(|text| !text.contains("{{")).and_then(pattern)
        };
        Selection {
            is_flat: self.is_flat,
            include: pattern(&self.include),
            exclude: pattern(&self.exclude),
        }
    }
}

impl Selection {
    /// Tells whether the file at a path in the folder is applied.
    pub(super) fn takes(&self, path: &str) -> bool {
        let is = |pattern: &Regex| pattern.is_match(path);
        let is_left_out =
            self.is_flat && path.contains('/') || self.exclude.as_ref().is_some_and(is);
        !is_left_out && self.include.as_ref().is_none_or(is)
    }
}

/// Reads a pattern of Argo CD's: `*` goes over folders too, `{a,b}` are alternatives, `[!a]` is any other
/// letter, and a backslash takes the meaning away. Nothing for one that is malformed.
fn pattern(text: &str) -> Option<Regex> {
    let mut regex = String::from("(?s)^(?:");
    let mut letters = text.chars().peekable();
    let mut depth = 0_usize;
    while let Some(letter) = letters.next() {
        match letter {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '{' => {
                depth += 1;
                regex.push_str("(?:");
            }
            ',' if depth > 0 => regex.push('|'),
            '}' if depth > 0 => {
                depth -= 1;
                regex.push(')');
            }
            '[' => {
                regex.push('[');
                if letters.next_if_eq(&'!').is_some() {
                    regex.push('^');
                }
                for letter in letters.by_ref().take_while(|letter| *letter != ']') {
                    match letter {
                        '-' => regex.push(letter),
                        _ => push_literal(&mut regex, letter),
                    }
                }
                regex.push(']');
            }
            '\\' => push_literal(&mut regex, letters.next()?),
            _ => push_literal(&mut regex, letter),
        }
    }
    regex.push_str(")$");
    Regex::new(&regex).ok()
}

fn push_literal(regex: &mut String, letter: char) {
    regex.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4])));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What gobwas/glob 0.2.3 says, by which Argo CD goes.
    #[test]
    fn a_pattern_is_compared_as_argo_cd_compares_it() {
        for (text, path, expected) in [
            ("old/*", "old/web.yaml", true),
            ("old/*", "old/a/web.yaml", true),
            ("old/*", "older/web.yaml", false),
            ("old", "old/web.yaml", false),
            ("**/old/*", "old/a", false),
            ("**/old/*", "x/old/a", true),
            ("*.yaml", "a/b.yaml", true),
            ("*.yaml", "a/b.yml", false),
            ("{*.yml,*.yaml}", "a/b.yml", true),
            ("{config.json,env-usw2/*}", "env-usw2/a.yaml", true),
            ("{config.json,env-usw2/*}", "a/config.json", false),
            ("{a,b{c,d}}", "bd", true),
            ("{,old/}x", "x", true),
            ("a,b", "a,b", true),
            ("a}", "a}", true),
            ("a]", "a]", true),
            ("web?.yaml", "web1.yaml", true),
            ("web?.yaml", "web/.yaml", true),
            ("web[12].yaml", "web2.yaml", true),
            ("web[1-3].yaml", "web2.yaml", true),
            ("web[!12].yaml", "web2.yaml", false),
            ("web[!12].yaml", "web3.yaml", true),
            ("web[^1].yaml", "web2.yaml", false),
            ("a.yaml", "axyaml", false),
            ("(a|b)+", "a", false),
            ("(a|b)+", "(a|b)+", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
        ] {
            assert_eq!(pattern(text).unwrap().is_match(path), expected, "{text} {path}");
        }
    }
}
