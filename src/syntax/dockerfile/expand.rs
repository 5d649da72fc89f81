//! BuildKit's expansion of variables in words. Not a shell's: fewer forms, other quoting.

mod lexer;
mod pattern;

use std::borrow::Cow;
use std::ops::Range;

use lexer::{Lexer, Words};

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'e> {
    /// It has this value, maybe an empty one.
    Set(Cow<'e, str>),
    /// It has none.
    Unset,
    /// Whether it has one, or which, is not to be seen in the files.
    Unknown,
}

/// A variable that a text refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its name.
    pub name: String,
    /// From `$` to the last byte, in the text that was expanded.
    pub range: Range<usize>,
    /// Whether it was [`Value::Unset`].
    pub unset: bool,
    /// The operator behind the name, as in `${name:-word}`; empty if there is none.
    pub operator: &'static str,
}

/// What a text expands to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// The result as one word; meaningless if `unknown`.
    pub text: String,
    /// The result as words, each with the range that it comes from.
    pub words: Vec<(String, Range<usize>)>,
    /// The variables that were looked at, in order.
    pub references: Vec<Reference>,
    /// Whether a variable with an unknown value took part.
    pub unknown: bool,
}

/// Why a text cannot be expanded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpansionError {
    /// What is wrong.
    pub message: String,
    /// Where in the text that was to be expanded.
    pub at: Range<usize>,
    /// The variable of a `${name?message}` that has no value, if that is what is wrong.
    pub demanded: Option<String>,
}

/// How to expand: BuildKit's lexer with its switches.
#[derive(Clone, Copy, Debug)]
pub struct Expander {
    escape: char,
    raw_quotes: bool,
    raw_escapes: bool,
    keep_unset: bool,
    keep_quotes: bool,
}

impl Expander {
    /// Expands with this escape character and takes off quotes and escapes.
    pub const fn new(escape: char) -> Self {
        Self {
            escape,
            raw_quotes: false,
            raw_escapes: false,
            keep_unset: false,
            keep_quotes: false,
        }
    }

    /// Leaves quotes in the result.
    #[must_use]
    pub const fn raw_quotes(self) -> Self {
        Self { raw_quotes: true, ..self }
    }

    /// Leaves escape characters in the result.
    #[must_use]
    pub const fn raw_escapes(self) -> Self {
        Self { raw_escapes: true, ..self }
    }

    /// Leaves variables as they are that have no value.
    #[must_use]
    pub const fn keep_unset(self) -> Self {
        Self { keep_unset: true, ..self }
    }

    /// Takes quotes for plain text, as in the body of a heredoc.
    #[must_use]
    pub const fn plain_quotes(self) -> Self {
        Self { keep_quotes: true, ..self }
    }

    /// Expands `text` with the variables that `lookup` knows.
    ///
    /// # Errors
    /// Fails on an open quote or brace, on a form that BuildKit does not know, and where
    /// `${name?message}` demands a value.
    pub fn expand<'e>(
        &self,
        text: &str,
        lookup: impl Fn(&str) -> Value<'e>,
    ) -> Result<Expansion, ExpansionError> {
        let mut out = Expansion::default();
        if !self.has_work(text) {
            out.text = text.to_owned();
            out.words = split_blank(text);
            return Ok(out);
        }
        let mut lexer = Lexer::new(text, *self, &lookup);
        let (result, words) = lexer.until(None, self.raw_escapes)?;
        Ok(Expansion {
            text: result,
            words: words.finish(),
            references: lexer.references,
            unknown: lexer.unknown,
        })
    }

    /// The words of `text`, in which no variable has a value.
    ///
    /// # Errors
    /// As [`Expander::expand`].
    pub fn words(&self, text: &str) -> Result<Vec<(String, Range<usize>)>, ExpansionError> {
        Ok(self.expand(text, |_| Value::Unset)?.words)
    }

    fn has_work(&self, text: &str) -> bool {
        text.contains(['$', '\'', '"', self.escape])
    }
}

fn split_blank(text: &str) -> Vec<(String, Range<usize>)> {
    let mut words = Words::default();
    for (at, ch) in text.char_indices() {
        words.add_char(ch, at, at + ch.len_utf8());
    }
    words.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(text: &str) -> Result<String, String> {
        let lookup = |name: &str| match name {
            "HOME" => Value::Set("/home/me.txt".into()),
            "EMPTY" => Value::Set("".into()),
            "LIST" => Value::Set("80 443".into()),
            "REMOTE" => Value::Unknown,
            _ => Value::Unset,
        };
        let done = Expander::new('\\').expand(text, lookup);
        done.map(|it| it.text).map_err(|error| error.message)
    }

    #[test]
    fn quotes_and_escapes_come_off() {
        assert_eq!(expand(r#"a'$HOME'"$HOME"\$HOME"#).unwrap(), "a$HOME/home/me.txt$HOME");
        assert_eq!(expand(r#""\a\"\$""#).unwrap(), r#"\a"$"#);
        assert_eq!(expand(r"end\").unwrap(), "end");
        assert!(expand("'open").unwrap_err().ends_with("single-quote"));
    }

    #[test]
    fn modifiers_look_at_unset_and_with_a_colon_at_empty() {
        assert_eq!(expand("${EMPTY-x}${EMPTY:-x}${NO-y}").unwrap(), "xy");
        assert_eq!(expand("${EMPTY+x}${EMPTY:+x}${NO+y}").unwrap(), "x");
        assert_eq!(expand("${NO:-${HOME%.*}}").unwrap(), "/home/me");
        assert_eq!(expand("${NO?why}").unwrap_err(), "NO: why");
        assert_eq!(expand("${EMPTY:?}").unwrap_err(), "EMPTY: is not allowed to be empty");
    }

    #[test]
    fn forms_of_other_shells_are_refused() {
        assert_eq!(expand("${HOME^^}").unwrap_err(), "unsupported modifier (^) in substitution");
        assert_eq!(expand("${HOME:0:3}").unwrap_err(), "unsupported modifier (:0) in substitution");
        assert_eq!(expand("${}").unwrap_err(), "syntax error: bad substitution");
        assert_eq!(expand("${HOME").unwrap_err(), "syntax error: missing '}'");
        assert!(expand(&"${a:-".repeat(1000)).is_err());
    }

    #[test]
    fn an_unknown_variable_makes_the_result_unknown_and_demands_nothing() {
        let lookup = |_: &str| Value::Unknown;
        let done = Expander::new('\\').expand("a${X:?}b", lookup).unwrap();
        assert!(done.unknown);
        assert_eq!(done.references[0].range, 1..7);
    }

    #[test]
    fn a_value_with_blanks_gives_several_words() {
        let lookup = |_: &str| Value::Set("80 443".into());
        let done = Expander::new('\\').expand("$P \"$P\"", lookup).unwrap();
        let words: Vec<_> = done.words.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(words, ["80", "443", "80 443"]);
        assert_eq!(done.words[2].1, 3..7);
    }
}
