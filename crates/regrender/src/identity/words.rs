//! A command line cut into words, as sops cuts it: like a shell, but nothing is ever expanded.

/// Why a command line cannot be cut into words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordsError {
    /// A quote is not closed.
    OpenQuote,
    /// It ends in a backslash.
    FinalBackslash,
    /// There is no word in it.
    NoWord,
}

/// Cuts `line` into words.
///
/// The rules are those of Go's `github.com/google/shlex`: single quotes take everything as it is,
/// in double quotes a backslash takes the next character as it is, whatever that is, and a number
/// sign where a word could begin starts a comment.
///
/// # Errors
///
/// Fails when the line ends too early or holds no word.
pub(crate) fn split_words(line: &str) -> Result<Vec<String>, WordsError> {
    let mut letters = line.chars();
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '#' if word.is_none() => {
                letters.by_ref().find(|letter| *letter == '\n');
            }
            '\\' => {
                let escaped = letters.next().ok_or(WordsError::FinalBackslash)?;
                word.get_or_insert_default().push(escaped);
            }
            '\'' | '"' => quoted(letter, &mut letters, word.get_or_insert_default())?,
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    if words.is_empty() { Err(WordsError::NoWord) } else { Ok(words) }
}

/// Moves what stands in quotes from `letters` to `word`.
fn quoted(
    quote: char,
    letters: &mut impl Iterator<Item = char>,
    word: &mut String,
) -> Result<(), WordsError> {
    loop {
        match letters.next().ok_or(WordsError::OpenQuote)? {
            letter if letter == quote => return Ok(()),
            '\\' if quote == '"' => word.push(letters.next().ok_or(WordsError::OpenQuote)?),
            letter => word.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, words: &[&str]) {
        assert_eq!(split_words(line).unwrap(), words);
    }

    #[test]
    fn white_space_parts_words() {
        check(" op  read\top://vault/age\n", &["op", "read", "op://vault/age"]);
    }

    #[test]
    fn quotes_keep_white_space() {
        check(r#"pass 'a b' "c d" e" "f"#, &["pass", "a b", "c d", "e f"]);
    }

    #[test]
    fn empty_quotes_are_a_word() {
        check("a '' \"\"", &["a", "", ""]);
    }

    #[test]
    fn backslashes_take_the_next_character_as_it_is() {
        check(r"a\ b \'c \\", &["a b", "'c", r"\"]);
        check(r#""a\"b\n""#, &[r#"a"bn"#]);
        check(r"'a\b'", &[r"a\b"]);
    }

    #[test]
    fn a_comment_ends_with_its_line() {
        check("a # b c\nd", &["a", "d"]);
    }

    #[test]
    fn a_number_sign_inside_a_word_is_no_comment() {
        check("a#b ''#c", &["a#b", "#c"]);
    }

    #[test]
    fn nothing_is_expanded() {
        check("$HOME `id` ~ *", &["$HOME", "`id`", "~", "*"]);
    }

    #[test]
    fn a_line_that_ends_too_early_is_refused() {
        assert_eq!(split_words("a 'b").unwrap_err(), WordsError::OpenQuote);
        assert_eq!(split_words("a \"b").unwrap_err(), WordsError::OpenQuote);
        assert_eq!(split_words("a \"b\\").unwrap_err(), WordsError::OpenQuote);
        assert_eq!(split_words("a \\").unwrap_err(), WordsError::FinalBackslash);
    }

    #[test]
    fn a_line_without_words_is_refused() {
        assert_eq!(split_words(" # nothing").unwrap_err(), WordsError::NoWord);
        assert_eq!(split_words("").unwrap_err(), WordsError::NoWord);
    }
}
