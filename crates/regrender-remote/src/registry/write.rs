//! Whether a credential can do more than pull.

use super::Writes;
use super::fault::Fault;
use super::pull::NOTHING;
use super::report::{How, More};
use super::session::{Session, Shown};
use crate::{Grant, Method, Request, Response, read_grants};

/// What a trial says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trial {
    Can,
    Cannot,
    Unclear(u16),
}

impl Session<'_> {
    /// Asks whether more can be done with a repository than to pull from it.
    ///
    /// `is_seen` says that it can be pulled from.
    pub(super) fn more(&self, repository: &str, writes: Writes, is_seen: bool) -> More {
        // Whoever may not do all that is asked for gets no token at some servers, and one that grants
        // less at others.
        for actions in ["pull,push,delete", "pull,push", "pull,delete"] {
            match self.authorize(Some(&format!("repository:{repository}:{actions}"))) {
                Ok(shown) => return self.more_with(&shown, repository, writes, is_seen),
                Err(Fault::Refused { .. } | Fault::AnonymousRefused { .. }) => {}
                Err(_) => return More::Unknown { status: None },
            }
        }
        More::PullOnly(How::Token)
    }

    fn more_with(&self, shown: &Shown, repository: &str, writes: Writes, is_seen: bool) -> More {
        if let Shown::Token(token) = shown
            && let Some(grants) = read_grants(&token.token)
        {
            return of_grants(&grants, repository);
        }
        match writes {
            Writes::LeaveOut => More::NotAsked,
            Writes::Try => self
                .try_to_write(repository, shown, is_seen)
                .unwrap_or(More::Unknown { status: None }),
        }
    }

    fn try_to_write(&self, repository: &str, shown: &Shown, is_seen: bool) -> Result<More, Fault> {
        let begin = self.of_repository(repository, "blobs/uploads/");
        let answer = self.ask_registry(self.show(Request::new(Method::Post, begin), shown))?;
        let is_shown = self.question.credential.is_none() || !matches!(shown, Shown::Nothing);
        if !is_shown && matches!(answer.status, 401 | 403) {
            // What everybody is refused may be allowed to the credential.
            let status = Some(answer.status);
            let challenged = self.challenged_by(&answer)?;
            return Ok(challenged.map_or(More::Unknown { status }, |session| {
                session.more(repository, Writes::Try, is_seen)
            }));
        }
        let push = match answer.status {
            202 | 201 => Trial::Can,
            401 | 403 | 405 => Trial::Cannot,
            status => Trial::Unclear(status),
        };
        let is_upload_left = push == Trial::Can && !self.give_up(repository, &answer, shown);
        let url = self.of_repository(repository, &format!("manifests/{NOTHING}"));
        let answer = self.ask_registry(self.show(Request::new(Method::Delete, url), shown))?;
        let delete = match answer.status {
            // It was looked for, so it would have been deleted; unless all of the repository is
            // hidden.
            404 if is_seen => Trial::Can,
            202 => Trial::Can,
            // 405: nobody deletes anything here.
            401 | 403 | 405 => Trial::Cannot,
            status => Trial::Unclear(status),
        };
        Ok(verdict(push, delete, is_upload_left))
    }

    /// Gives up an upload, and says whether that worked.
    fn give_up(&self, repository: &str, begun: &Response, shown: &Shown) -> bool {
        let base = self.of_repository(repository, "blobs/uploads/");
        let place = begun.header("Location").and_then(|place| base.join(place).ok());
        // The credential goes nowhere else.
        let Some(place) = place.filter(|place| place.has_origin_of(&base)) else {
            return false;
        };
        let request = self.show(Request::new(Method::Delete, place), shown);
        self.ask_registry(request).is_ok_and(|answer| (200..300).contains(&answer.status))
    }
}

fn of_grants(grants: &[Grant], repository: &str) -> More {
    let mut actions: Vec<String> = Vec::new();
    let of_it = |grant: &&Grant| grant.kind == "repository" && grant.name == repository;
    for action in grants.iter().filter(of_it).flat_map(|grant| &grant.actions) {
        if action != "pull" && !actions.contains(action) {
            actions.push(action.clone());
        }
    }
    if actions.is_empty() {
        return More::PullOnly(How::Token);
    }
    More::Can { actions, how: How::Token, is_upload_left: false }
}

fn verdict(push: Trial, delete: Trial, is_upload_left: bool) -> More {
    let named = [(push, "push"), (delete, "delete")];
    let actions: Vec<String> = named
        .iter()
        .filter(|(trial, _)| *trial == Trial::Can)
        .map(|(_, action)| (*action).to_owned())
        .collect();
    if !actions.is_empty() {
        return More::Can { actions, how: How::Trial, is_upload_left };
    }
    match (push, delete) {
        (Trial::Unclear(status), _) | (_, Trial::Unclear(status)) => {
            More::Unknown { status: Some(status) }
        }
        _ => More::PullOnly(How::Trial),
    }
}
