//! Knows how an image string is read: the normalised grammar of distribution/reference, quirks included.

mod digest;
mod grammar;

use thiserror::Error;

/// The registry that an image without a host comes from.
pub const DOCKER_HUB: &str = "docker.io";

const DOCKER_HUB_LEGACY: &str = "index.docker.io";
const OFFICIAL: &str = "library/";
const PATH_LIMIT: usize = 255;

/// An image string that parses, in its normalised parts.
///
/// ```
/// let image = regrender_image::ImageReference::parse("busybox:1.36")?;
/// assert_eq!(image.repository(), "docker.io/library/busybox");
/// assert_eq!(image.tag(), Some("1.36"));
/// # Ok::<(), regrender_image::ReferenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageReference {
    written: String,
    domain: String,
    path: String,
    tag: Option<String>,
    digest: Option<String>,
}

/// Why an image string does not parse; the kubelet then reports `InvalidImageName` and pulls nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// The string is 64 hexadecimal digits and could be mistaken for an image ID.
    #[error("64 hexadecimal digits are an image ID, not a name")]
    LooksLikeImageId,
    /// The repository has an upper-case letter.
    #[error("repository `{repository}` must be lower case")]
    RepositoryUppercase {
        /// The repository as written, without its host.
        repository: String,
    },
    /// Lower-casing the string would make it valid.
    #[error("the name must be lower case")]
    NameUppercase,
    /// The string does not have the shape `[host[:port]/]path[:tag][@digest]`.
    #[error("not of the form `[host[:port]/]path[:tag][@digest]`")]
    InvalidFormat,
    /// The path is longer than 255 characters.
    #[error("the repository path is longer than {PATH_LIMIT} characters")]
    NameTooLong,
    /// The digest has the wrong number of digits for its algorithm.
    #[error("the digest does not have the length that its algorithm demands")]
    DigestLength,
    /// The digest is not lower-case hexadecimal.
    #[error("the digest is not lower-case hexadecimal")]
    DigestFormat,
    /// The digest's algorithm is none of sha256, sha384, sha512.
    #[error("the digest's algorithm is not one of sha256, sha384, sha512")]
    DigestUnsupported,
}

impl ReferenceError {
    /// Returns the stable name of its kind, in snake case.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::LooksLikeImageId => "hex64_name",
            Self::RepositoryUppercase { .. } => "repository_must_be_lowercase",
            Self::NameUppercase => "name_contains_uppercase",
            Self::InvalidFormat => "invalid_format",
            Self::NameTooLong => "name_too_long",
            Self::DigestLength => "digest_length",
            Self::DigestFormat => "digest_format",
            Self::DigestUnsupported => "digest_unsupported",
        }
    }
}

impl ImageReference {
    /// Parses an image string the way the kubelet does, without trimming anything.
    ///
    /// # Errors
    ///
    /// Says which rule `text` breaks, in the order in which distribution/reference checks them.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if grammar::is_image_id(text) {
            return Err(ReferenceError::LooksLikeImageId);
        }
        let (domain, remainder) = split_domain(text);
        let repository = remainder.split_once(':').map_or(&*remainder, |(before, _)| before);
        if grammar::to_lower(repository) != repository {
            return Err(ReferenceError::RepositoryUppercase { repository: repository.to_owned() });
        }
        let full = format!("{domain}/{remainder}");
        let Some(parts) = grammar::parse(&full) else {
            let lowered = grammar::to_lower(&full);
            let only_case = grammar::parse(&lowered).is_some();
            return Err(if only_case {
                ReferenceError::NameUppercase
            } else {
                ReferenceError::InvalidFormat
            });
        };
        if parts.path.len() > PATH_LIMIT {
            return Err(ReferenceError::NameTooLong);
        }
        if let Some(digest) = parts.digest {
            digest::check(digest)?;
        }
        Ok(Self {
            written: text.to_owned(),
            domain: parts.domain.to_owned(),
            path: parts.path.to_owned(),
            tag: parts.tag.map(str::to_owned),
            digest: parts.digest.map(str::to_owned),
        })
    }

    /// Returns the host, with its port if one is written; `docker.io` for Docker Hub.
    ///
    /// It is empty for names such as `foo_bar.com/x`: no host can have an underscore, so the whole
    /// string is read as a path.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Returns the path below the host, with `library/` for the official images of Docker Hub.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the tag as written.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Returns the digest, algorithm included.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// Returns the tag that Kubernetes works with: `latest` where neither tag nor digest is written.
    #[must_use]
    pub fn effective_tag(&self) -> Option<&str> {
        match (self.tag(), self.digest()) {
            (None, None) => Some("latest"),
            (tag, _) => tag,
        }
    }

    /// Returns what the keyring is asked for: host and path, without tag and digest.
    #[must_use]
    pub fn repository(&self) -> String {
        if self.domain.is_empty() {
            self.path.clone()
        } else {
            format!("{}/{}", self.domain, self.path)
        }
    }

    /// Returns the normalised string, which parses to the same parts again.
    #[must_use]
    pub fn normalised(&self) -> String {
        let mut name = self.repository();
        if let Some(tag) = &self.tag {
            name.push(':');
            name.push_str(tag);
        }
        if let Some(digest) = &self.digest {
            name.push('@');
            name.push_str(digest);
        }
        name
    }

    /// Returns the string as written.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }
}

/// Splits `text` where distribution/reference splits it, and fills in what Docker Hub leaves out.
///
/// The part before the first slash is a host when it could not be an account on Docker Hub.
fn split_domain(text: &str) -> (&str, String) {
    let Some((first, rest)) = text.split_once('/') else {
        return (DOCKER_HUB, format!("{OFFICIAL}{text}"));
    };
    let (domain, remainder) = if first == DOCKER_HUB_LEGACY {
        (DOCKER_HUB, rest)
    } else if first == "localhost"
        || first.contains(['.', ':'])
        || grammar::to_lower(first) != first
    {
        (first, rest)
    } else {
        (DOCKER_HUB, text)
    };
    if domain == DOCKER_HUB && !remainder.contains('/') {
        (domain, format!("{OFFICIAL}{remainder}"))
    } else {
        (domain, remainder.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX64: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[track_caller]
    fn check(image: &str, normalised: &str) {
        let parsed = ImageReference::parse(image).unwrap();
        assert_eq!(parsed.normalised(), normalised);
    }

    #[track_caller]
    fn refuse(image: &str, name: &str) {
        assert_eq!(ImageReference::parse(image).unwrap_err().name(), name);
    }

    #[test]
    fn short_names_live_on_docker_hub() {
        check("busybox", "docker.io/library/busybox");
        check("org/app:1", "docker.io/org/app:1");
        check("docker.io/busybox", "docker.io/library/busybox");
        check("index.docker.io/busybox", "docker.io/library/busybox");
    }

    #[test]
    fn image_is_kept_as_it_was_written() {
        for image in ["busybox", "index.docker.io/busybox:1", "localhost/c"] {
            assert_eq!(ImageReference::parse(image).unwrap().written(), image);
        }
    }

    #[test]
    fn slash_at_either_end_is_no_image() {
        refuse("/x", "invalid_format");
        refuse("x/", "invalid_format");
    }

    #[test]
    fn a_name_without_slash_is_never_a_host() {
        check("example.com", "docker.io/library/example.com");
        check("localhost:5000", "docker.io/library/localhost:5000");
        check("oci:busybox", "docker.io/library/oci:busybox");
    }

    #[test]
    fn dot_port_localhost_and_upper_case_make_a_host() {
        check("a.b/c", "a.b/c");
        check("a:1/c", "a:1/c");
        check("localhost/c", "localhost/c");
        check("REG/c", "REG/c");
        check("[::1]:5000/c", "[::1]:5000/c");
        check("INDEX.docker.io/c", "INDEX.docker.io/c");
    }

    #[test]
    fn underscore_in_the_first_part_leaves_no_host() {
        let image = ImageReference::parse("foo_bar.com/x:1").unwrap();
        assert_eq!(image.domain(), "");
        assert_eq!(image.repository(), "foo_bar.com/x");
        refuse("my_host:5000/x", "invalid_format");
    }

    #[test]
    fn sixty_four_hexadecimal_digits_are_refused_only_alone() {
        refuse(HEX64, "hex64_name");
        check(&format!("{HEX64}0"), &format!("docker.io/library/{HEX64}0"));
        check(&format!("a/{HEX64}"), &format!("docker.io/a/{HEX64}"));
        check(&format!("sha256:{HEX64}"), &format!("docker.io/library/sha256:{HEX64}"));
    }

    #[test]
    fn upper_case_has_two_errors() {
        refuse("App", "repository_must_be_lowercase");
        refuse("FOO_BAR/baz", "name_contains_uppercase");
        refuse("busybox:İ", "name_contains_uppercase");
        refuse("app:1@SHA256:00", "invalid_format");
    }

    #[test]
    fn nothing_is_trimmed() {
        for image in
            ["", " a", "a ", "a\n", "\u{feff}a", "a\0", "a/", "/a", "a//b", "https://a.b/c"]
        {
            refuse(image, "invalid_format");
        }
    }

    #[test]
    fn path_length_counts_library_but_no_host() {
        let long = "a".repeat(255 - OFFICIAL.len());
        check(&long, &format!("docker.io/library/{long}"));
        refuse(&format!("{long}a"), "name_too_long");
        let long = "a".repeat(255);
        check(&format!("r.example/{long}"), &format!("r.example/{long}"));
        refuse(&format!("r.example/{long}a"), "name_too_long");
    }

    #[test]
    fn digest_errors_are_told_apart() {
        check(&format!("a@sha256:{HEX64}"), &format!("docker.io/library/a@sha256:{HEX64}"));
        check(&format!("a:1@sha256:{HEX64}"), &format!("docker.io/library/a:1@sha256:{HEX64}"));
        refuse(&format!("a@sha256:{HEX64}00"), "digest_length");
        let upper = HEX64.to_uppercase();
        refuse(&format!("a@sha256:{upper}"), "digest_format");
        refuse(&format!("a:1@SHA256:{HEX64}"), "digest_format");
        refuse(&format!("a@md5:{HEX64}"), "digest_unsupported");
        refuse("a@sha256:00", "invalid_format");
    }

    #[test]
    fn latest_is_implied_without_tag_and_digest() {
        let bare = ImageReference::parse("a").unwrap();
        assert_eq!((bare.tag(), bare.effective_tag()), (None, Some("latest")));
        let pinned = ImageReference::parse(&format!("a@sha256:{HEX64}")).unwrap();
        assert_eq!(pinned.effective_tag(), None);
    }
}
