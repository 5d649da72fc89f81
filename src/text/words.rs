/// Words that are sought in texts all at once, by whether one of them is there.
pub struct Words {
    words: &'static [&'static str],
    /// Whether one of them starts with this byte.
    starts: [bool; 256],
}

impl Words {
    /// These words, as they are written.
    pub const fn new(words: &'static [&'static str]) -> Self {
        let mut starts = [false; 256];
        let mut at = 0;
        while at < words.len() {
            starts[words[at].as_bytes()[0] as usize] = true;
            at += 1;
        }
        Self { words, starts }
    }

    /// Whether one of them is in the text.
    pub fn are_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let starts = bytes.iter().enumerate().filter(|(_, byte)| self.starts[usize::from(**byte)]);
        starts
            .map(|(at, _)| &bytes[at..])
            .any(|rest| self.words.iter().any(|word| rest.starts_with(word.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn one_word_is_enough() {
        static WORDS: Words = Words::new(&["build", "./", "PRIVATE KEY"]);
        for text in ["rebuilds", "sh ./a", "a PRIVATE KEY b"] {
            assert!(WORDS.are_in(text), "{text}");
        }
        for text in ["", "buil d", ". /", "private key"] {
            assert!(!WORDS.are_in(text), "{text}");
        }
    }
}
