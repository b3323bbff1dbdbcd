//! Each kind of problem has a page whose example has the problem.

use std::collections::BTreeSet;

use regrender_config::{page, pages, parse};

#[test]
fn codes_are_unique_and_in_kebab_case() {
    let mut codes = BTreeSet::new();
    for page in pages() {
        assert!(codes.insert(page.code), "{} is there twice", page.code);
        let is_kebab = page.code.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        });
        assert!(is_kebab, "{}", page.code);
    }
}

#[test]
fn an_example_has_the_problem_of_its_page() {
    for page in pages() {
        let found = parse(page.example).diagnostics;
        let same = found.iter().find(|problem| problem.code == page.code);
        let codes: Vec<_> = found.iter().map(|problem| problem.code).collect();
        assert!(same.is_some(), "the example of {} has {codes:?}", page.code);
        assert_eq!(same.unwrap().severity, page.severity, "{}", page.code);
    }
}

#[test]
fn a_page_says_everything() {
    for page in pages() {
        for text in [page.title, page.why, page.example, page.way_out] {
            assert!(!text.trim().is_empty(), "{}", page.code);
        }
        assert!(page.example.ends_with('\n'), "{}", page.code);
        assert!(!page.title.ends_with('.'), "{}", page.code);
    }
}

#[test]
fn a_page_is_found_by_its_code() {
    assert_eq!(page("unknown-registry").map(|page| page.code), Some("unknown-registry"));
    assert!(page("no-such-code").is_none());
}
