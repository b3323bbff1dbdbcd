//! Knows the folder that files are named from, and what paths from the top of the repository are there.

use std::borrow::Cow;

use crate::place::join;

/// The folder that files are named from, as seen from the top of its repository.
#[derive(Clone, Debug, Default)]
pub struct Base(String);

impl Base {
    /// Takes its path from the top: an empty one is the top itself, or a folder in no repository.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self(join("", path))
    }

    pub(crate) fn is_top(&self) -> bool {
        self.0.is_empty()
    }

    /// Says what a path from the top is called.
    #[must_use]
    pub fn name_of(&self, path: &str) -> String {
        let path = join("", path);
        let [mut base, mut rest] = [self.0.as_str(), &path].map(|path| parts(path).peekable());
        while base.peek().is_some() && base.peek() == rest.peek() {
            base.next();
            rest.next();
        }
        base.map(|_| "..").chain(rest).collect::<Vec<_>>().join("/")
    }

    /// Returns the path from the top of what is called `name`; nothing for what lies elsewhere.
    pub(crate) fn path_of<'n>(&self, name: &'n str) -> Option<Cow<'n, str>> {
        if self.is_top() {
            return Some(Cow::Borrowed(name));
        }
        let path = join(&self.0, name);
        let is_inside = !name.starts_with('/') && parts(&path).next() != Some("..");
        is_inside.then_some(Cow::Owned(path))
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base: &str, path: &str, name: &str) {
        let base = Base::new(base);
        assert_eq!(base.name_of(path), name);
        assert_eq!(base.path_of(name).as_deref(), Some(path));
    }

    #[test]
    fn what_lies_below_the_top_is_named_from_the_base() {
        check("", "apps/web", "apps/web");
        check("clusters/prod", "clusters/prod/apps", "apps");
        check("clusters/prod", "clusters/production", "../production");
        check("clusters/prod", "clusters", "..");
        check("clusters/prod", "apps/web", "../../apps/web");
        check("./clusters/prod/", "clusters/prod", "");
    }

    #[test]
    fn a_path_may_begin_as_flux_and_argo_cd_allow() {
        let base = Base::new("clusters");
        for path in ["apps", "./apps", "/apps", "apps/", "apps/."] {
            assert_eq!(base.name_of(path), "../apps", "{path}");
        }
    }

    #[test]
    fn what_lies_elsewhere_has_no_path_from_the_top() {
        let base = Base::new("clusters/prod");
        for name in ["../../../x", "../../..", "/x"] {
            assert_eq!(base.path_of(name), None, "{name}");
        }
    }
}
