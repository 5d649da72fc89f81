use std::sync::OnceLock;

use aho_corasick::packed::Searcher;

/// Words that are sought in texts all at once, by whether one of them is there.
pub struct Words {
    words: &'static [&'static str],
    /// Whether one of them may start with two bytes, by [`pair`].
    starts: [bool; PAIRS],
    /// For long texts: it takes a while to make, and is much faster then.
    searcher: OnceLock<Option<Searcher>>,
}

/// Texts from this length on are long.
const LONG: usize = 4 * 1024;

const PAIRS: usize = 1 << 10;

/// A number below [`PAIRS`] for two bytes, which few others have.
const fn pair(one: u8, next: u8) -> usize {
    ((one as usize) << 5 ^ next as usize) % PAIRS
}

impl Words {
    /// These words, as they are written; each has two bytes or more.
    pub const fn new(words: &'static [&'static str]) -> Self {
        let mut starts = [false; PAIRS];
        let mut at = 0;
        while at < words.len() {
            let word = words[at].as_bytes();
            starts[pair(word[0], word[1])] = true;
            at += 1;
        }
        Self { words, starts, searcher: OnceLock::new() }
    }

    /// Whether one of them is in the text.
    pub fn are_in(&self, text: &str) -> bool {
        if text.len() >= LONG
            && let Some(searcher) = self.searcher.get_or_init(|| Searcher::new(self.words))
        {
            return searcher.find(text).is_some();
        }
        let bytes = text.as_bytes();
        let Some((mut one, rest)) = bytes.split_first() else { return false };
        for (at, next) in rest.iter().enumerate() {
            if self.starts[pair(*one, *next)] {
                let rest = &bytes[at..];
                if self.words.iter().any(|word| rest.starts_with(word.as_bytes())) {
                    return true;
                }
            }
            one = next;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{LONG, Words};

    #[test]
    fn one_word_is_enough() {
        static WORDS: Words = Words::new(&["build", "./", "PRIVATE KEY"]);
        for text in ["rebuilds", "sh ./a", "a PRIVATE KEY b"] {
            assert!(WORDS.are_in(text), "{text}");
        }
        for text in ["", "buil d", ". /", "private key"] {
            assert!(!WORDS.are_in(text), "{text}");
        }
        let long = "word ".repeat(LONG);
        assert!(!WORDS.are_in(&long));
        assert!(WORDS.are_in(&format!("{long}./{long}")));
    }
}
