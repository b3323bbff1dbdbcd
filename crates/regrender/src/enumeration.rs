//! Many things in a message: the first of them and how many more there are, or steps in their order.

/// How many names stand in one sentence.
const IN_A_SENTENCE: usize = 5;

/// How many lines tell of things of one kind.
pub(crate) const LINES: usize = 50;

/// Lists what is to be done next, a line each.
pub(crate) fn next_steps(steps: &[String]) -> String {
    let lines = steps.iter().zip(1..).map(|(step, number)| format!("  {number}. {step}\n"));
    format!("\nnext:\n{}", lines.collect::<String>())
}

/// Lists names in a sentence: "`a`, `b`", and of many the first and how many more.
pub(crate) fn in_a_sentence<N: AsRef<str>>(names: &[N]) -> String {
    let shown = names.iter().take(IN_A_SENTENCE);
    let shown: Vec<String> = shown.map(|name| format!("`{}`", name.as_ref())).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(IN_A_SENTENCE) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_names_are_all_listed() {
        assert_eq!(in_a_sentence(&["a"]), "`a`");
        assert_eq!(in_a_sentence(&["a", "b", "c", "d", "e"]), "`a`, `b`, `c`, `d`, `e`");
    }

    #[test]
    fn of_many_names_the_first_are_listed() {
        assert_eq!(
            in_a_sentence(&["a", "b", "c", "d", "e", "f", "g"]),
            "`a`, `b`, `c`, `d`, `e` and 2 more"
        );
    }
}
