//! The known name that somebody probably meant.

/// Returns the one of `known` that `name` is a slip of, if there is one.
#[must_use]
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let plain = plain(name);
    let allowed = (plain.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (distance(&plain, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *candidate != name)
        .min_by_key(|(distance, candidate)| (*distance, candidate.len().abs_diff(name.len())))
        .map(|(_, candidate)| candidate)
}

fn distance(name: &str, candidate: &str) -> usize {
    let candidate = plain(candidate);
    let longer = name.len().min(candidate.len());
    if longer >= 4 && (candidate.starts_with(name) || name.starts_with(&candidate)) {
        return usize::from(candidate != name);
    }
    strsim::damerau_levenshtein(name, &candidate)
}

/// Returns a name without what people mix up: case, and the sign between words.
fn plain(name: &str) -> String {
    // A name is short; what is not is no slip of one.
    name.to_lowercase().chars().filter(|c| !matches!(c, '-' | '_' | ' ')).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(nearest(name, ["registries", "namespaces", "per-namespace", "host"]), expected);
    }

    #[test]
    fn of_two_that_begin_alike_the_shorter_way_counts() {
        let known = ["credentials-secret", "credential"];
        assert_eq!(nearest("credentials", known), Some("credential"));
        assert_eq!(nearest("credentials-secre", known), Some("credentials-secret"));
    }

    #[test]
    fn a_slip_finds_its_name() {
        check("regstries", Some("registries"));
        check("registires", Some("registries"));
        check("hots", Some("host"));
    }

    #[test]
    fn case_and_signs_do_not_count() {
        check("per_namespace", Some("per-namespace"));
        check("perNamespace", Some("per-namespace"));
    }

    #[test]
    fn one_name_at_the_beginning_of_the_other_is_near() {
        check("namespace", Some("namespaces"));
        check("hostname", Some("host"));
    }

    #[test]
    fn the_same_name_is_nearer_than_a_longer_one() {
        let known = ["service-accounts", "service-account"];
        assert_eq!(nearest("service_account", known), Some("service-account"));
    }

    #[test]
    fn a_word_of_its_own_has_none() {
        check("labels", None);
        check("", None);
    }

    #[test]
    fn a_name_is_not_its_own_slip() {
        check("host", None);
    }
}
