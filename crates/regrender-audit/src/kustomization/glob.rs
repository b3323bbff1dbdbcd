//! Knows the patterns of the shell that Flux trims values with: `*`, `?` and `[a-z]`.

/// A pattern.
pub(super) struct Glob(Vec<Step>);

enum Step {
    Letter(char),
    Any,
    Rest,
    Class { is_negated: bool, ranges: Vec<(char, char)> },
}

impl Glob {
    /// Reads a pattern; one that is malformed matches nothing.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut letters = text.chars().peekable();
        let mut steps = Vec::new();
        while let Some(letter) = letters.next() {
            steps.push(match letter {
                '*' => Step::Rest,
                '?' => Step::Any,
                '\\' => Step::Letter(letters.next()?),
                '[' => {
                    let is_negated = letters.next_if_eq(&'^').is_some();
                    let mut ranges = Vec::new();
                    while ranges.is_empty() || letters.next_if_eq(&']').is_none() {
                        let low = of_class(letters.next()?, &mut letters)?;
                        let high = match letters.next_if_eq(&'-') {
                            Some(_) => of_class(letters.next()?, &mut letters)?,
                            None => low,
                        };
                        ranges.push((low, high));
                    }
                    Step::Class { is_negated, ranges }
                }
                _ => Step::Letter(letter),
            });
        }
        Some(Self(steps))
    }

    /// Lists where the beginnings of `text` end that are what the pattern means; the empty one is
    /// none.
    pub(super) fn ends(&self, text: &str) -> Vec<usize> {
        let mut ends = Vec::new();
        // Which steps may come next, so that many `*` cost no more than one.
        let mut next = vec![false; self.0.len() + 1];
        self.reach(&mut next, 0);
        for (at, letter) in text.char_indices() {
            let now = std::mem::replace(&mut next, vec![false; self.0.len() + 1]);
            for (position, step) in self.0.iter().enumerate() {
                if now.get(position) == Some(&true) && step.takes(letter) {
                    let stays = matches!(step, Step::Rest);
                    self.reach(&mut next, if stays { position } else { position + 1 });
                }
            }
            if next.last() == Some(&true) {
                ends.push(at + letter.len_utf8());
            }
        }
        ends
    }

    /// Marks a step, and those behind it that may take nothing.
    fn reach(&self, marks: &mut [bool], from: usize) {
        for position in from..marks.len() {
            if let Some(mark) = marks.get_mut(position) {
                *mark = true;
            }
            if !matches!(self.0.get(position), Some(Step::Rest)) {
                break;
            }
        }
    }
}

fn of_class(letter: char, more: &mut impl Iterator<Item = char>) -> Option<char> {
    match letter {
        '-' | ']' => None,
        '\\' => more.next(),
        _ => Some(letter),
    }
}

impl Step {
    fn takes(&self, letter: char) -> bool {
        match self {
            Self::Letter(own) => *own == letter,
            Self::Any | Self::Rest => true,
            Self::Class { is_negated, ranges } => {
                let is_in = ranges.iter().any(|(low, high)| (*low..=*high).contains(&letter));
                is_in != *is_negated
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: &[usize]) {
        let ends = Glob::parse(pattern).map(|glob| glob.ends(text)).unwrap_or_default();
        assert_eq!(ends, expected, "{pattern} {text}");
    }

    #[test]
    fn a_star_is_anything_or_nothing() {
        check("*", "a/b", &[1, 2, 3]);
        check("*/", "/a/b/", &[1, 3, 5]);
        check("a*c", "abcac", &[3, 5]);
        check("", "a", &[]);
    }

    #[test]
    fn a_question_mark_and_a_class_are_one_letter() {
        check("?", "é.", &[2]);
        check("[a-cx]?", "bz", &[2]);
        check("[^a-c]", "b", &[]);
        check("[]a]", "]", &[]);
        check("[\\]]", "]", &[1]);
    }

    #[test]
    fn a_backslash_takes_the_meaning_away() {
        check("\\*", "**", &[1]);
        check("a\\", "a", &[]);
        check("[a", "a", &[]);
    }
}
