//! Knows which values a SOPS file must not show, and which files `.sops.yaml` wants sealed.

use regex::Regex;

use super::pattern;
use crate::finding::{Code, Finding};
use crate::manifest::Node;
use crate::place::{Place, file_name, folder_of, join};

/// What every encrypted value begins with.
const SEALED: &str = "ENC[AES256_GCM,";

/// The creation rules of one `.sops.yaml`.
#[derive(Clone, Debug)]
pub(crate) struct SopsRules {
    folder: String,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
enum Rule {
    /// A pattern, and which part of a file is encrypted.
    Pattern(Regex, SealedPart),
    /// A pattern in a dialect that this program does not read.
    Unreadable,
    /// A rule without a pattern takes what is left.
    Everything,
}

/// Which part of a file a rule has encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SealedPart {
    /// All values, but for some that are named.
    All,
    /// The values that are named, and no others.
    Some,
}

/// What a rule says of a file by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing: no rule takes it, or one that takes any file, and only says how to seal.
    Nothing,
    /// It takes whatever lies in the folder: what holds secrets there is to be sealed.
    Folder(SealedPart),
    /// It names the file: it is to be sealed, whatever is in it.
    File,
}

impl Rule {
    fn read(rule: &Node<'_>) -> Self {
        let Some(text) = rule.get("path_regex").and_then(Node::scalar) else {
            return Self::Everything;
        };
        let names_some = ["encrypted_regex", "encrypted_suffix", "encrypted_comment_regex"];
        let is_some = names_some.iter().any(|selector| rule.get(selector).is_some());
        let part = if is_some { SealedPart::Some } else { SealedPart::All };
        pattern(text).map_or(Self::Unreadable, |pattern| Self::Pattern(pattern, part))
    }
}

impl SopsRules {
    pub(crate) fn read(path: &str, root: &Node<'_>) -> Self {
        let rules = root.items_of("creation_rules").iter().map(Rule::read).collect();
        Self { folder: join(folder_of(path), ""), rules }
    }

    /// Tells how closely the rules apply to `file`: the length of their folder's path.
    pub(crate) fn closeness(&self, file: &str) -> Option<usize> {
        let inside = self.folder.is_empty()
            || file.strip_prefix(&*self.folder).is_some_and(|rest| rest.starts_with('/'));
        inside.then_some(self.folder.len())
    }

    /// Returns what the first rule that takes `file` says of it.
    pub(crate) fn wish(&self, file: &str) -> Wish {
        let relative = file.strip_prefix(&*self.folder).unwrap_or(file).trim_start_matches('/');
        for rule in &self.rules {
            match rule {
                Rule::Pattern(pattern, part) if pattern.is_match(relative) => {
                    return wish(pattern, *part, relative);
                }
                Rule::Pattern(..) => {}
                Rule::Unreadable | Rule::Everything => return Wish::Nothing,
            }
        }
        Wish::Nothing
    }
}

/// Tries a pattern that takes `file` on a name that nobody has in mind, in its folder and elsewhere.
fn wish(pattern: &Regex, part: SealedPart, file: &str) -> Wish {
    let extension = file_name(file).rsplit_once('.').map_or("", |(_, extension)| extension);
    let other = format!("quux.{extension}");
    if pattern.is_match(&join("quux/quux", &other)) {
        Wish::Nothing
    } else if pattern.is_match(&join(folder_of(file), &other)) {
        Wish::Folder(part)
    } else {
        Wish::File
    }
}

/// Tells whether a document carries the metadata of SOPS.
pub(crate) fn is_sealed(root: &Node<'_>) -> bool {
    root.get("sops").is_some_and(|sops| sops.get("mac").is_some() || sops.get("version").is_some())
}

/// Finds the first value that the file's own selector wants encrypted and that is not.
pub(super) fn values_in_clear(root: &Node<'_>, place: &Place) -> Option<Finding> {
    let sops = root.get("sops")?;
    let selector = Selector::of(sops)?;
    let mut path = Vec::new();
    let (node, path) = first_in_clear(root, &selector, &mut path, false)?;
    let place = place.of(node);
    let message = if node.scalar().is_some_and(|text| text.starts_with(SEALED)) {
        format!("text stands in clear behind the sealed value of `{path}`")
    } else {
        format!("the value of `{path}` is in clear in a sealed file")
    };
    Some(Finding::new(Code::LeakedSopsValue, &place, message))
}

/// Which values are encrypted; a part of the path decides for everything below it.
enum Selector {
    UnencryptedSuffix(String),
    EncryptedSuffix(String),
    UnencryptedRegex(Regex),
    EncryptedRegex(Regex),
}

impl Selector {
    /// Reads the selector; `None` for those that go by comments, which are not kept here.
    fn of(sops: &Node<'_>) -> Option<Self> {
        let text = |name: &str| sops.get(name).and_then(Node::scalar);
        if text("encrypted_comment_regex").is_some() || text("unencrypted_comment_regex").is_some()
        {
            return None;
        }
        if let Some(text) = text("encrypted_regex") {
            return Some(Self::EncryptedRegex(pattern(text)?));
        }
        if let Some(text) = text("unencrypted_regex") {
            return Some(Self::UnencryptedRegex(pattern(text)?));
        }
        if let Some(text) = text("encrypted_suffix") {
            return Some(Self::EncryptedSuffix(text.to_owned()));
        }
        let suffix = text("unencrypted_suffix").unwrap_or("_unencrypted");
        Some(Self::UnencryptedSuffix(suffix.to_owned()))
    }

    fn matches(&self, part: &str) -> bool {
        match self {
            Self::UnencryptedSuffix(suffix) | Self::EncryptedSuffix(suffix) => {
                part.ends_with(&**suffix)
            }
            Self::UnencryptedRegex(regex) | Self::EncryptedRegex(regex) => regex.is_match(part),
        }
    }

    fn encrypts(&self, matched: bool) -> bool {
        match self {
            Self::UnencryptedSuffix(_) | Self::UnencryptedRegex(_) => !matched,
            Self::EncryptedSuffix(_) | Self::EncryptedRegex(_) => matched,
        }
    }
}

fn first_in_clear<'n, 'a>(
    node: &'n Node<'a>,
    selector: &Selector,
    path: &mut Vec<String>,
    matched: bool,
) -> Option<(&'n Node<'a>, String)> {
    if let Some(text) = node.scalar() {
        return (!is_sealed_whole(text) && selector.encrypts(matched))
            .then(|| (node, path.join(".")));
    }
    for item in node.items() {
        let found = first_in_clear(item, selector, path, matched);
        if found.is_some() {
            return found;
        }
    }
    for (key, value) in node.members() {
        if path.is_empty() && key.text == "sops" {
            continue;
        }
        path.push(key.text.to_string());
        let found = first_in_clear(value, selector, path, matched || selector.matches(&key.text));
        path.pop();
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Tells whether nothing of a value is in clear. SOPS leaves empty strings and null as they are, and
/// does not look at what stands behind an encrypted value.
fn is_sealed_whole(text: &str) -> bool {
    text.is_empty() || (text.starts_with(SEALED) && text.trim_end().ends_with(']'))
}
