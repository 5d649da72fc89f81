/// The words of a text as they are compared, and as they are written; both have the same offsets. Blanks are
/// folded; backticks, and a full stop or a colon at the end, are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Lower case.
    pub folded: String,
    /// As written.
    pub written: String,
}

impl Words {
    /// The words of a text.
    pub fn new(text: &str) -> Self {
        let text = trimmed(text);
        let mut folded = String::with_capacity(text.len());
        let mut written = String::with_capacity(text.len());
        for ch in text.chars().filter(|ch| *ch != '`') {
            let ch = if ch.is_whitespace() { ' ' } else { ch };
            if ch == ' ' && (written.is_empty() || written.ends_with(' ')) {
                continue;
            }
            written.push(ch);
            let mut lower = ch.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(lower), None) if lower.len_utf8() == ch.len_utf8() => folded.push(lower),
                _ => folded.push(ch),
            }
        }
        let len = written.trim_end().len();
        written.truncate(len);
        folded.truncate(len);
        Self { folded, written }
    }

    /// The offset in `text`, which these words were made from, of what stands at `offset` here.
    pub fn offset_in(&self, text: &str, offset: usize) -> usize {
        let mut here = 0;
        let mut blank = true;
        for (at, ch) in text.char_indices() {
            if ch == '`' || (ch.is_whitespace() && blank) {
                continue;
            }
            if here >= offset {
                return at;
            }
            blank = ch.is_whitespace();
            here += if blank { 1 } else { ch.len_utf8() };
        }
        text.len()
    }
}

/// A text without the marks at its end that say nothing.
fn trimmed(text: &str) -> &str {
    text.trim().trim_end_matches(['.', ':', ';']).trim_end()
}
