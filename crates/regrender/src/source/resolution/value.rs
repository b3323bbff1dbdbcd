//! A value out of the answer of one source.

use regrender_config::{Source, SourceKind};
use regrender_document::SecretText;
use zeroize::Zeroizing;

use super::Resolution;
use crate::source::failure::SourceFailure;
use crate::source::problem::{self, Asker};
use crate::source::question::{Given, Question};
use crate::source::value::{LineEnds, Value, read_value};
use crate::source::vault::failure::VaultFailure;

impl Resolution<'_> {
    /// Makes the value that `asker` wants of `source`, or tells why there is none.
    pub(crate) fn value(&mut self, asker: Asker<'_>, source: &Source) -> Option<SecretText> {
        let question = Question::of(source, self.base, self.world);
        let read = match &question {
            None => read_value(plain_of(source).as_bytes(), LineEnds::Refuse, asker.part),
            Some(question) => match self.answers.get(question)? {
                Ok(given) => {
                    let bytes = self.bytes_of(asker, source, given)?;
                    read_value(&bytes, line_ends_of(&source.kind), asker.part)
                }
                Err(failure) => {
                    self.failed(asker, source, question, failure);
                    return None;
                }
            },
        };
        match read {
            Ok(value) => {
                self.remark(asker, source, question, &value);
                Some(value.text)
            }
            Err(fault) => {
                self.resolved.problems.push(problem::value::bad_value(asker, source, fault));
                None
            }
        }
    }

    /// Takes out of what a source gave what is meant, or tells that it is not in there.
    fn bytes_of(
        &mut self,
        asker: Asker<'_>,
        source: &Source,
        given: &Given,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let text = match (given, &source.kind) {
            (Given::Bytes(bytes), _) => return Some(Zeroizing::new(bytes.expose().to_vec())),
            (Given::Sealed(content), SourceKind::Sops { key: Some(key), .. }) => {
                match content.value_at(key) {
                    Ok(value) if value.is_clear && asker.part.is_secret() => {
                        Err(problem::sealed::value_in_clear(asker, source, key))
                    }
                    Ok(value) => {
                        let remark = problem::sealed::not_quoted(asker, source, value.kind);
                        self.resolved.remarks.extend(remark);
                        Ok(value.text)
                    }
                    Err(why) => Err(problem::sealed::no_value(asker, source, &why)),
                }
            }
            (Given::Secret(secret), SourceKind::Vault { path, key, .. }) => {
                if let Some(lease) = secret.lease() {
                    let remark = problem::vault::leased(asker, source, lease);
                    self.resolved.remarks.push(remark);
                }
                secret.value(key).map_err(|why| problem::vault::no_value(asker, source, path, &why))
            }
            _ => return None,
        };
        match text {
            Ok(text) => Some(Zeroizing::new(text.expose().as_bytes().to_vec())),
            Err(problem) => {
                self.resolved.problems.push(problem);
                None
            }
        }
    }

    /// Tells why a source gave nothing; what is wrong with all of Vault is told once.
    fn failed(
        &mut self,
        asker: Asker<'_>,
        source: &Source,
        question: &Question,
        failure: &SourceFailure,
    ) {
        let question = match failure {
            // A secret that logging in takes is missed, and that is told already.
            SourceFailure::Vault(VaultFailure::NoLogin) => return,
            SourceFailure::Vault(failure) if failure.is_for_all() => &Question::AllOfVault,
            _ => question,
        };
        let problem = problem::source_failed(asker, source, failure, self.identities);
        self.tell_once(question, problem, asker, &source.span);
    }

    fn remark(
        &mut self,
        asker: Asker<'_>,
        source: &Source,
        question: Option<Question>,
        value: &Value,
    ) {
        if value.was_cut && question.is_some_and(|question| self.cut.insert(question)) {
            self.resolved.remarks.push(problem::value::line_end_cut(asker, source));
        }
        if value.has_white_space_around {
            self.resolved.remarks.push(problem::value::white_space(asker, source));
        }
    }
}

fn plain_of(source: &Source) -> &str {
    match &source.kind {
        SourceKind::Plain(secret) => secret.expose(),
        _ => "",
    }
}

fn line_ends_of(kind: &SourceKind) -> LineEnds {
    match kind {
        SourceKind::Plain(_) | SourceKind::Env(_) => LineEnds::Refuse,
        SourceKind::File { trim, .. }
        | SourceKind::Sops { trim, .. }
        | SourceKind::Age { trim, .. }
        | SourceKind::Vault { trim, .. } => LineEnds::of_file(*trim),
        SourceKind::Stdin { trim } | SourceKind::Command { trim, .. } => LineEnds::of_stream(*trim),
    }
}
