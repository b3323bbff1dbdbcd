//! The options of a chore: which flags, values and words stand behind its name.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context as _, Result, bail};

use crate::usage;

/// What stands behind the name of a chore. A chore takes what it knows, and refuses the rest.
#[derive(Debug)]
pub(crate) struct Options(Vec<String>);

impl Options {
    /// Takes what stands behind the name of a chore.
    pub(crate) fn new(arguments: &[String]) -> Self {
        Self(arguments.to_vec())
    }

    /// Takes `flag` out, and says whether it is there.
    pub(crate) fn flag(&mut self, flag: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|argument| argument != flag);
        self.0.len() < before
    }

    /// Takes `flag` and its value out; `what` the value is, is told when it is none.
    ///
    /// # Errors
    ///
    /// There is no value, or it is no such thing. Given twice, the flag is refused as well.
    pub(crate) fn value<T: FromStr>(&mut self, flag: &str, what: &str) -> Result<Option<T>> {
        let Some(at) = self.0.iter().position(|argument| argument == flag) else {
            return Ok(None);
        };
        let value = self.0.get(at + 1).and_then(|text| text.parse().ok());
        let value = value.with_context(|| format!("{flag} needs {what}"))?;
        self.0.drain(at..at + 2);
        if self.0.iter().any(|argument| argument == flag) {
            bail!("{flag} is given twice");
        }
        Ok(Some(value))
    }

    /// Takes `flag` and a path out; the path does not depend on the folder any more.
    ///
    /// # Errors
    ///
    /// There is no path behind the flag.
    pub(crate) fn path(&mut self, flag: &str) -> Result<Option<PathBuf>> {
        let path: Option<PathBuf> = self.value(flag, "a path")?;
        Ok(path.map(std::path::absolute).transpose()?)
    }

    /// Returns the words that are left.
    ///
    /// # Errors
    ///
    /// Names the first flag that nobody took.
    pub(crate) fn words(self) -> Result<Vec<String>> {
        match self.0.iter().find(|argument| argument.starts_with("--")) {
            Some(flag) => bail!(usage::unknown(flag)),
            None => Ok(self.0),
        }
    }

    /// Checks that nothing is left.
    ///
    /// # Errors
    ///
    /// Names the first argument that nobody took.
    pub(crate) fn close(self) -> Result<()> {
        match self.0.first() {
            Some(argument) => bail!(usage::unknown(argument)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(arguments: &[&str]) -> Options {
        Options(arguments.iter().map(|argument| (*argument).to_owned()).collect())
    }

    #[track_caller]
    fn refused<T: std::fmt::Debug>(result: Result<T>, expected: &str) {
        let message = result.unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }

    #[test]
    fn flags_and_words_stand_in_any_order() {
        let mut options = options(&["yaml", "--write", "keyring"]);
        assert!(options.flag("--write"));
        assert!(!options.flag("--all"));
        assert_eq!(options.words().unwrap(), ["yaml", "keyring"]);
    }

    #[test]
    fn a_value_stands_behind_its_flag() {
        let mut options = options(&["yaml", "--seconds", "60", "keyring"]);
        assert_eq!(options.value("--seconds", "a number").unwrap(), Some(60_u64));
        assert_eq!(options.words().unwrap(), ["yaml", "keyring"]);
    }

    #[test]
    fn a_value_that_is_not_there_or_no_such_thing_is_told() {
        for arguments in [&["--seconds"][..], &["--seconds", "long"]] {
            let seconds = options(arguments).value::<u64>("--seconds", "a number");
            refused(seconds, "--seconds needs a number");
        }
        refused(options(&["--binary"]).path("--binary"), "--binary needs a path");
    }

    #[test]
    fn a_flag_that_is_given_twice_is_told() {
        let mut options = options(&["--seconds", "1", "--seconds", "2"]);
        refused(options.value::<u64>("--seconds", "a number"), "--seconds is given twice");
    }

    #[test]
    fn a_path_is_absolute() {
        let path = options(&["--binary", "here"]).path("--binary").unwrap().unwrap();
        assert!(path.is_absolute() && path.ends_with("here"));
        assert_eq!(options(&[]).path("--binary").unwrap(), None);
    }

    #[test]
    fn what_nobody_took_is_named() {
        refused(options(&["a", "--binari"]).words(), "unknown argument `--binari`");
        refused(options(&["a"]).close(), "unknown argument `a`");
        options(&[]).close().unwrap();
    }
}
