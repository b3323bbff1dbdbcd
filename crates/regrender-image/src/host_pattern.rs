//! Knows which repositories an index key covers: host label by label, port, and a prefix of the path.

use crate::label_glob::LabelGlob;
use crate::url::{self, SplitUrl, UrlError};

/// A repository as the kubelet's matcher sees it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    host: Vec<u8>,
    port: Vec<u8>,
    path: Vec<u8>,
}

impl Target {
    /// Splits a normalised repository; `None` where no key can match it.
    pub(crate) fn parse(repository: &str) -> Option<Self> {
        let SplitUrl { host, path } = url::split(repository.as_bytes()).ok()?;
        let (host, port) = url::split_port(&host);
        Some(Self { host: host.to_vec(), port: port.to_vec(), path })
    }

    /// The host without its port.
    pub(crate) fn host(&self) -> &[u8] {
        &self.host
    }
}

/// How a key's path relates to the path of an image that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// The key's path is the whole path, or ends where a segment ends.
    Segment,
    /// The key's path ends in the middle of a segment: `team` covers `team2`.
    InsideSegment,
}

/// An index key, parsed the second time, as the look-up does.
#[derive(Clone, Debug)]
pub(crate) struct HostPattern {
    /// A label is `None` where it is a bad pattern, which matches nothing.
    labels: Vec<Option<LabelGlob>>,
    host: Vec<u8>,
    port: Vec<u8>,
    path: Vec<u8>,
}

impl HostPattern {
    pub(crate) fn parse(index_key: &[u8]) -> Result<Self, UrlError> {
        let SplitUrl { host, path } = url::split(index_key)?;
        let (host, port) = url::split_port(&host);
        let labels = host.split(|byte| *byte == b'.').map(LabelGlob::compile).collect();
        Ok(Self { labels, host: host.to_vec(), port: port.to_vec(), path })
    }

    /// The host without its port; an address in brackets loses them only when a port follows.
    pub(crate) fn host(&self) -> &[u8] {
        &self.host
    }

    pub(crate) fn port(&self) -> &[u8] {
        &self.port
    }

    pub(crate) fn path(&self) -> &[u8] {
        &self.path
    }

    pub(crate) fn has_wildcard(&self) -> bool {
        self.labels.iter().flatten().any(LabelGlob::has_star)
    }

    /// Tells whether it matches one host only, which is written as it is.
    pub(crate) fn is_plain(&self) -> bool {
        self.labels.iter().all(|label| label.as_ref().is_some_and(LabelGlob::is_plain))
    }

    /// Matches host and port alone.
    pub(crate) fn covers_host(&self, target: &Target) -> bool {
        let mut labels = target.host.split(|byte| *byte == b'.');
        let matched = self.labels.iter().all(|glob| {
            let label = labels.next();
            matches!((glob, label), (Some(glob), Some(label)) if glob.matches(label))
        });
        self.port == target.port && matched && labels.next().is_none()
    }

    /// Matches host, port and path; `None` when the repository is not covered.
    pub(crate) fn covers(&self, target: &Target) -> Option<Boundary> {
        let rest = target.path.strip_prefix(self.path.as_slice())?;
        if !self.covers_host(target) {
            return None;
        }
        let ends_well = rest.is_empty()
            || rest.starts_with(b"/")
            || self.path.is_empty()
            || self.path.ends_with(b"/");
        Some(if ends_well { Boundary::Segment } else { Boundary::InsideSegment })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(key: &str, repository: &str) -> Option<Boundary> {
        let target = Target::parse(repository)?;
        HostPattern::parse(key.as_bytes()).ok()?.covers(&target)
    }

    #[test]
    fn path_is_a_plain_prefix() {
        assert_eq!(covers("r.io/team", "r.io/team/app"), Some(Boundary::Segment));
        assert_eq!(covers("r.io/team", "r.io/team"), Some(Boundary::Segment));
        assert_eq!(covers("r.io/team", "r.io/team2/app"), Some(Boundary::InsideSegment));
        assert_eq!(covers("r.io/team/", "r.io/team/app"), Some(Boundary::Segment));
        assert_eq!(covers("r.io/team/", "r.io/team"), None);
        assert_eq!(covers("r.io", "r.io/app"), Some(Boundary::Segment));
    }

    #[test]
    fn labels_are_counted_and_ports_compared_as_text() {
        assert_eq!(covers("*.kube.io", "a.kube.io/x"), Some(Boundary::Segment));
        for repository in ["kube.io/x", "a.b.kube.io/x", "a.kube.io:5000/x"] {
            assert_eq!(covers("*.kube.io", repository), None);
        }
        assert_eq!(covers("r.io:443", "r.io/x"), None);
        assert_eq!(covers("r.io:05000", "r.io:5000/x"), None);
        assert_eq!(covers("r.io:", "r.io/x"), Some(Boundary::Segment));
    }

    #[test]
    fn address_needs_a_port_to_be_taken_literally() {
        assert_eq!(covers("[::1]:5000", "[::1]:5000/x"), Some(Boundary::Segment));
        assert_eq!(covers("*:5000", "[::1]:5000/x"), Some(Boundary::Segment));
        assert_eq!(covers("[::1]", "[::1]/x"), None);
        assert_eq!(covers("*", "[::1]/x"), Some(Boundary::Segment));
    }
}
