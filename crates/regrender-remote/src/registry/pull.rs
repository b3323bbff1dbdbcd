//! Whether a repository can be pulled from.

use serde::Deserialize;

use super::fault::{Fault, said};
use super::report::{More, Pull, Report, RepositoryReport, read_rate_limit};
use super::session::{Answer, Session, Shown};
use super::{Subject, Writes};
use crate::url::encode_segment;
use crate::{Method, Request, Response, Url};

/// The kinds of manifests that a runtime takes.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
                         application/vnd.oci.image.manifest.v1+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json, \
                         application/vnd.docker.distribution.manifest.v2+json, */*";
/// A digest that nothing has.
pub(super) const NOTHING: &str =
    "sha256:0000000000000000000000000000000000000000000000000000000000000000";

#[derive(Deserialize)]
struct Tags {
    tags: Option<Vec<String>>,
}

/// Returns the first tag of a list, if there is one.
fn first_tag(list: &Response) -> Option<String> {
    list.json::<Tags>()?.tags?.into_iter().next()
}

impl Session<'_> {
    /// Asks all about one repository.
    pub(super) fn ask_about(
        &self,
        subject: &Subject,
        writes: Writes,
        report: &mut Report,
    ) -> RepositoryReport {
        let pull = self.pull(subject, report);
        if self.is_open() && matches!(pull, Pull::Denied { status: 401, .. }) {
            match self.challenged_at(subject) {
                Ok(Some(session)) => {
                    report.authentication = Some(session.authentication());
                    report.asks_late = true;
                    return session.ask_about(subject, writes, report);
                }
                Ok(None) => {}
                Err(fault) => return RepositoryReport::new(subject, Pull::Unknown(fault)),
            }
        }
        let earlier = report
            .repositories
            .iter()
            .find(|found| found.repository == subject.repository && found.more != More::NotAsked);
        let more = match &pull {
            // What more can be done is a matter of the repository, and not of the image.
            _ if earlier.is_some() => More::NotAsked,
            // A registry that cannot be asked, or is to be left alone, is not asked for more.
            Pull::Unknown(_) => More::NotAsked,
            _ => self.more(&subject.repository, writes, pull == Pull::Allowed),
        };
        RepositoryReport { more, ..RepositoryReport::new(subject, pull) }
    }

    /// Asks for an image how the credential is wanted there.
    ///
    /// containerd begins with the image, and so shows the credential as it is told then. docker
    /// (moby issue 50896) and CRI-O go by what they are told at the top of the registry.
    fn challenged_at(&self, subject: &Subject) -> Result<Option<Self>, Fault> {
        let reference = subject.reference.as_deref().unwrap_or(NOTHING);
        let answer = self.head(&subject.repository, reference, &Shown::Nothing)?;
        if answer.elsewhere.is_some() {
            return Ok(None);
        }
        self.challenged_by(&answer.response)
    }

    /// Asks whether one repository can be pulled from.
    pub(super) fn pull(&self, subject: &Subject, report: &mut Report) -> Pull {
        let scope = format!("repository:{}:pull", subject.repository);
        let shown = match self.authorize(Some(&scope)) {
            Ok(shown) => shown,
            // The credential itself was taken: it is this repository that it is not good for.
            Err(
                Fault::Refused { status, said, .. } | Fault::AnonymousRefused { status, said, .. },
            ) => return Pull::Denied { status, said },
            Err(fault) => return Pull::Unknown(fault),
        };
        match self.look(subject, &shown, report) {
            Ok(pull) => pull,
            Err(fault) => Pull::Unknown(fault),
        }
    }

    fn look(&self, subject: &Subject, shown: &Shown, report: &mut Report) -> Result<Pull, Fault> {
        let Some(reference) = &subject.reference else {
            return self.look_at_any(&subject.repository, shown, report);
        };
        let answer = self.head(&subject.repository, reference, shown)?;
        report.rate_limit = report.rate_limit.or(read_rate_limit(&answer.response));
        if answer.elsewhere.is_none() && answer.response.status == 404 {
            let tags = self.list_tags(&subject.repository, shown)?;
            let repository_is_there = (200..300).contains(&tags.response.status);
            return Ok(Pull::NotFound { repository_is_there });
        }
        Ok(self.pull_of(&answer))
    }

    /// Asks for whatever image of a repository there is.
    fn look_at_any(
        &self,
        repository: &str,
        shown: &Shown,
        report: &mut Report,
    ) -> Result<Pull, Fault> {
        let tags = self.list_tags(repository, shown)?;
        // To list is a right of its own: one who may pull and not list (ECR) is told that there is no
        // such manifest, and one who may list and not pull is refused.
        if !matches!(tags.response.status, 200..300 | 401 | 403 | 405) {
            return Ok(self.pull_of(&tags));
        }
        let tag = first_tag(&tags.response);
        let manifest = self.head(repository, tag.as_deref().unwrap_or(NOTHING), shown)?;
        report.rate_limit = report.rate_limit.or(read_rate_limit(&manifest.response));
        match (manifest.response.status, tags.response.status) {
            (404, _) => Ok(Pull::Allowed),
            (_, 200..300) => Ok(self.pull_of(&manifest)),
            _ => Ok(self.pull_of(&tags)),
        }
    }

    fn list_tags(&self, repository: &str, shown: &Shown) -> Result<Answer, Fault> {
        let url = self.of_repository(repository, "tags/list").with_parameter("n", "1");
        self.ask_for_image(self.show(Request::new(Method::Get, url), shown))
    }

    fn head(&self, repository: &str, reference: &str, shown: &Shown) -> Result<Answer, Fault> {
        let path = format!("manifests/{}", encode_segment(reference).replace("%3A", ":"));
        let request = Request::new(Method::Head, self.of_repository(repository, &path))
            .with_header("Accept", MANIFESTS);
        self.ask_for_image(self.show(request, shown))
    }

    fn pull_of(&self, answer: &Answer) -> Pull {
        let status = answer.response.status;
        let said = || said(&answer.response, &self.secrets());
        match (status, &answer.elsewhere) {
            (200..300, _) => Pull::Allowed,
            (_, Some(host)) => Pull::Elsewhere { host: host.clone(), status },
            (401 | 403, None) => Pull::Denied { status, said: said() },
            (404, None) => Pull::NotFound { repository_is_there: false },
            (_, None) => Pull::Unknown(Fault::Unexpected {
                by: super::Party::Registry,
                status,
                said: said(),
            }),
        }
    }

    pub(super) fn of_repository(&self, repository: &str, rest: &str) -> Url {
        let parts: Vec<String> = repository.split('/').map(encode_segment).collect();
        self.address.below(&format!("v2/{}/{rest}", parts.join("/")))
    }
}
