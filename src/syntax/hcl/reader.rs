use super::{Attribute, Block, Body, Piece, Value, ValueKind};
use crate::text::Span;

/// Lists, objects and blocks inside one another; deeper ones are unknown.
const MAX_DEPTH: u32 = 32;

/// Reads a file. What cannot be read is left out.
pub fn parse(text: &str) -> Body {
    let mut reader = Reader { text, at: 0 };
    reader.body(0)
}

/// Reads a file that is one value, such as JSON.
pub fn parse_value(text: &str) -> Value {
    let mut reader = Reader { text, at: 0 };
    reader.value(0)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    /// Skips blanks and comments; line ends only if `lines`.
    fn skip(&mut self, lines: bool) {
        loop {
            let rest = self.rest();
            let blank = |ch: char| ch.is_whitespace() && (lines || ch != '\n') || ch == '\u{feff}';
            let trimmed = rest.trim_start_matches(blank);
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with('#') || trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                self.at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    fn word(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let is_part = |ch: char| ch.is_alphanumeric() || matches!(ch, '_' | '-' | '.');
        let end = rest.find(|ch| !is_part(ch)).unwrap_or(rest.len());
        let word = rest.get(..end).filter(|word| !word.is_empty())?;
        self.at += end;
        Some(word)
    }

    fn body(&mut self, depth: u32) -> Body {
        let mut body = Body::default();
        loop {
            self.skip(true);
            if self.peek().is_none_or(|ch| ch == '}') {
                return body;
            }
            let start = self.at;
            let Some(name) = self.word() else {
                // Something else: go on behind it.
                self.at += self.peek().map_or(1, char::len_utf8);
                continue;
            };
            self.skip(false);
            if self.take('=') {
                let value = self.value(depth + 1);
                body.attributes.push(Attribute { name: name.to_owned(), value });
                continue;
            }
            let mut labels = Vec::new();
            let mut end = self.at;
            while let Some(ch) = self.peek().filter(|ch| *ch != '{' && *ch != '\n') {
                if ch == '"' {
                    labels.extend(self.quoted().into_iter().map(|piece| match piece {
                        Piece::Text(text) => text,
                        _ => String::new(),
                    }));
                } else if let Some(word) = self.word() {
                    labels.push(word.to_owned());
                } else {
                    break;
                }
                end = self.at;
                self.skip(false);
            }
            if self.take('{') {
                if depth >= MAX_DEPTH {
                    return body;
                }
                let inner = self.body(depth + 1);
                self.take('}');
                let span = Span::from_range(start..end);
                body.blocks.push(Block { kind: name.to_owned(), labels, body: inner, span });
            }
        }
    }

    fn value(&mut self, depth: u32) -> Value {
        self.skip(false);
        if depth == 0 {
            self.skip(true);
        }
        let start = self.at;
        let kind = if depth > MAX_DEPTH { ValueKind::Unknown } else { self.kind(depth) };
        let end = self.at;
        let span = Span::from_range(start..end);
        self.skip(false);
        // An operator, a call or an index behind it: the whole is another expression.
        if depth > 0 && self.peek().is_some_and(|ch| !matches!(ch, '\n' | ',' | ']' | '}' | ')')) {
            self.skip_expression();
            return Value { kind: ValueKind::Unknown, span: Span::from_range(start..self.at) };
        }
        Value { kind, span }
    }

    fn kind(&mut self, depth: u32) -> ValueKind {
        match self.peek() {
            Some('"') => ValueKind::Text(self.quoted()),
            Some('[') => {
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    self.skip(true);
                    if self.take(']') || self.peek().is_none() {
                        return ValueKind::List(items);
                    }
                    let before = self.at;
                    items.push(self.value(depth + 1));
                    self.skip(true);
                    if !self.take(',') && self.at == before {
                        self.at += self.peek().map_or(1, char::len_utf8);
                    }
                }
            }
            Some('{') => {
                self.at += 1;
                self.object(depth)
            }
            Some('<') if self.rest().starts_with("<<") => self.heredoc(),
            _ => match self.word() {
                Some("null") => ValueKind::Null,
                Some(word) if is_number_or_truth(word) => {
                    ValueKind::Text(vec![Piece::Text(word.to_owned())])
                }
                Some(word) => ValueKind::Text(vec![Piece::Variable(word.to_owned())]),
                None => {
                    self.skip_expression();
                    ValueKind::Unknown
                }
            },
        }
    }

    fn object(&mut self, depth: u32) -> ValueKind {
        let mut entries = Vec::new();
        loop {
            self.skip(true);
            if self.take('}') || self.peek().is_none() {
                return ValueKind::Object(entries);
            }
            let key = match self.peek() {
                Some('"') => match self.quoted().as_slice() {
                    [Piece::Text(text)] => Some(text.clone()),
                    [] => Some(String::new()),
                    _ => None,
                },
                _ => self.word().map(str::to_owned),
            };
            self.skip(false);
            if !self.take('=') && !self.take(':') {
                self.skip_expression();
                self.take(',');
                if key.is_none() && self.peek().is_some_and(|ch| ch != '}') {
                    self.at += self.peek().map_or(1, char::len_utf8);
                }
                continue;
            }
            let value = self.value(depth + 1);
            entries.extend(key.map(|key| (key, value)));
            self.skip(false);
            self.take(',');
        }
    }

    /// Goes to the end of an expression: a comma, a bracket that closes what is around it, or a
    /// line end outside of brackets.
    fn skip_expression(&mut self) {
        let mut open = 0_u32;
        while let Some(ch) = self.peek() {
            match ch {
                '"' => {
                    self.quoted();
                    continue;
                }
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' if open == 0 => return,
                ')' | ']' | '}' => open -= 1,
                ',' | '\n' if open == 0 => return,
                _ => {}
            }
            self.at += ch.len_utf8();
        }
    }

    /// A text in quotes, in pieces.
    fn quoted(&mut self) -> Vec<Piece> {
        self.at += 1;
        let mut pieces = Vec::new();
        let mut text = String::new();
        while let Some(ch) = self.peek() {
            self.at += ch.len_utf8();
            match ch {
                '"' | '\n' => break,
                '\\' => {
                    let escaped = self.peek().unwrap_or('\\');
                    self.at += escaped.len_utf8();
                    text.push(match escaped {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    });
                }
                '$' | '%' if self.peek() == Some('{') => {
                    let inner = self.template();
                    if !text.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut text)));
                    }
                    let is_name = |ch: char| ch.is_alphanumeric() || ch == '_';
                    pieces.push(match inner {
                        name if ch == '$' && !name.is_empty() && name.chars().all(is_name) => {
                            Piece::Variable(name.to_owned())
                        }
                        _ => Piece::Unknown,
                    });
                }
                ch => text.push(ch),
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        pieces
    }

    /// What stands between the braces of `${...}`.
    fn template(&mut self) -> &'t str {
        let start = self.at + 1;
        let mut open = 0_u32;
        while let Some(ch) = self.peek() {
            self.at += ch.len_utf8();
            match ch {
                '{' => open += 1,
                '}' => open -= 1,
                _ => {}
            }
            if open == 0 {
                break;
            }
        }
        self.text.get(start..self.at.saturating_sub(1)).unwrap_or("").trim()
    }

    fn heredoc(&mut self) -> ValueKind {
        self.at += 2;
        self.take('-');
        let Some(mark) = self.word() else { return ValueKind::Unknown };
        while let Some(end) = self.rest().find('\n') {
            self.at += end + 1;
            if self.rest().lines().next().is_none_or(|line| line.trim() == mark) {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                break;
            }
        }
        ValueKind::Unknown
    }
}

fn is_number_or_truth(word: &str) -> bool {
    matches!(word, "true" | "false")
        || word.trim_start_matches('-').starts_with(|ch: char| ch.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &Value) -> String {
        let ValueKind::Text(pieces) = &value.kind else { return format!("{:?}", value.kind) };
        pieces.iter().fold(String::new(), |all, piece| match piece {
            Piece::Text(text) => all + text,
            Piece::Variable(name) => all + "$" + name,
            Piece::Unknown => all + "?",
        })
    }

    #[test]
    fn blocks_have_labels_and_attributes() {
        let body = parse(
            "# c\nvariable \"TAG\" {\n  default = \"1\"\n}\ngroup \"default\" { targets = [\"a\", \"b\",] }\n\
             target \"a\" {\n  args = {\n    X = \"${TAG}-x\" // c\n    \"Y\" : 3, Z = null\n  }\n  \
             tags = [\"r:${equal(TAG, \"\") ? \"n\" : TAG}\"]\n  dockerfile = join(\"/\", [\"a\"])\n  target = TAG\n}\n",
        );
        assert_eq!(body.blocks.len(), 3);
        let target = &body.blocks[2];
        assert_eq!(
            (target.kind.as_str(), target.labels.as_slice()),
            ("target", &["a".to_owned()][..])
        );
        let args = target.body.get("args").unwrap().entries();
        assert_eq!(args.len(), 3);
        assert_eq!((text(&args[0].1), text(&args[1].1)), ("$TAG-x".to_owned(), "3".to_owned()));
        assert_eq!(text(&target.body.get("tags").unwrap().items()[0]), "r:?");
        assert_eq!(target.body.get("dockerfile").unwrap().kind, ValueKind::Unknown);
        assert_eq!(text(target.body.get("target").unwrap()), "$TAG");
        assert_eq!(body.blocks[1].body.get("targets").unwrap().items().len(), 2);
    }

    #[test]
    fn json_is_one_object() {
        let value = parse_value(
            "{\n \"target\": {\"a\": {\"args\": {\"X\": \"1\"}, \"tags\": [\"t\"]}}\n}\n",
        );
        assert_eq!(value.entries()[0].0, "target");
        assert_eq!(value.entries()[0].1.entries()[0].1.entries().len(), 2);
    }

    #[test]
    fn broken_text_ends() {
        for text in [
            "{",
            "a = [",
            "a = {b",
            "a \"b",
            "}}}",
            "a = <<X\n",
            "\"${",
            "a = [,]",
            "= =",
            "a = { ( }",
        ] {
            let _ = (parse(text), parse_value(text));
        }
        let deep = "[".repeat(500);
        let _ = parse_value(&deep);
    }
}
