//! The lexer proper.

use std::ops::Range;

use super::{Expander, ExpansionError, Reference, Value, pattern};

/// How deep substitutions may stand within each other.
const MAX_DEPTH: u32 = 64;

/// Collects words; blanks that were not quoted part them.
#[derive(Default)]
pub(super) struct Words {
    done: Vec<(String, Range<usize>)>,
    word: String,
    range: Option<Range<usize>>,
}

impl Words {
    pub(super) fn add_char(&mut self, ch: char, start: usize, end: usize) {
        if !ch.is_whitespace() {
            self.add_raw(ch.encode_utf8(&mut [0; 4]), start, end);
        } else if let Some(range) = self.range.take() {
            self.done.push((std::mem::take(&mut self.word), range));
        }
    }

    fn add_raw(&mut self, text: &str, start: usize, end: usize) {
        self.word.push_str(text);
        self.range.get_or_insert(start..end).end = end;
    }

    pub(super) fn finish(mut self) -> Vec<(String, Range<usize>)> {
        if let Some(range) = self.range
            && !self.word.is_empty()
        {
            self.done.push((self.word, range));
        }
        self.done
    }
}

pub(super) struct Lexer<'t, 'l, F> {
    text: &'t str,
    at: usize,
    how: Expander,
    lookup: &'l F,
    pub(super) references: Vec<Reference>,
    pub(super) unknown: bool,
    depth: u32,
}

type Lexed<T> = Result<T, ExpansionError>;

impl<'t, 'l, 'e, F: Fn(&str) -> Value<'e>> Lexer<'t, 'l, F> {
    pub(super) fn new(text: &'t str, how: Expander, lookup: &'l F) -> Self {
        Self { text, at: 0, how, lookup, references: Vec::new(), unknown: false, depth: 0 }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let ch = self.peek()?;
        self.at += ch.len_utf8();
        Some(ch)
    }

    fn fail<T>(&self, start: usize, message: impl Into<String>) -> Lexed<T> {
        Err(ExpansionError { message: message.into(), at: start..self.at, demanded: None })
    }

    /// Reads up to `stop` and over it, or to the end.
    pub(super) fn until(
        &mut self,
        stop: Option<char>,
        raw_escapes: bool,
    ) -> Lexed<(String, Words)> {
        let start = self.at;
        let mut result = String::new();
        let mut words = Words::default();
        while let Some(ch) = self.peek() {
            let from = self.at;
            if stop == Some(ch) {
                self.next();
                return Ok((result, words));
            }
            match ch {
                '$' => {
                    let value = self.dollar()?;
                    for ch in value.chars() {
                        words.add_char(ch, from, self.at);
                    }
                    result.push_str(&value);
                }
                '\'' | '"' if !self.how.keep_quotes => {
                    let value = if ch == '"' { self.double_quote()? } else { self.single_quote()? };
                    words.add_raw(&value, from, self.at);
                    result.push_str(&value);
                }
                _ => {
                    self.next();
                    if ch == self.how.escape {
                        let mut escaped = String::new();
                        if raw_escapes {
                            escaped.push(ch);
                        }
                        // At the end of a word the escape character vanishes.
                        let Some(next) = self.next() else {
                            if raw_escapes {
                                words.add_raw(&escaped, from, self.at);
                                result.push_str(&escaped);
                            }
                            break;
                        };
                        escaped.push(next);
                        words.add_raw(&escaped, from, self.at);
                        result.push_str(&escaped);
                    } else {
                        words.add_char(ch, from, self.at);
                        result.push(ch);
                    }
                }
            }
        }
        match stop {
            None => Ok((result, words)),
            Some(stop) => {
                let message =
                    format!("unexpected end of statement while looking for matching {stop}");
                self.fail(start, message)
            }
        }
    }

    fn single_quote(&mut self) -> Lexed<String> {
        let start = self.at;
        self.next();
        let inner = self.at;
        while let Some(ch) = self.next() {
            if ch == '\'' {
                let range = if self.how.raw_quotes { start..self.at } else { inner..self.at - 1 };
                return Ok(self.text.get(range).unwrap_or("").to_owned());
            }
        }
        self.fail(start, "unexpected end of statement while looking for matching single-quote")
    }

    fn double_quote(&mut self) -> Lexed<String> {
        let start = self.at;
        let mut result = String::new();
        self.next();
        if self.how.raw_quotes {
            result.push('"');
        }
        while let Some(ch) = self.peek() {
            if ch == '$' {
                result.push_str(&self.dollar()?);
                continue;
            }
            self.next();
            if ch == '"' {
                if self.how.raw_quotes {
                    result.push('"');
                }
                return Ok(result);
            }
            if ch == self.how.escape {
                match self.peek() {
                    None => continue,
                    Some(next) if next == '"' || next == '$' || next == ch => {
                        self.next();
                        if self.how.raw_escapes {
                            result.push(ch);
                        }
                        result.push(next);
                        continue;
                    }
                    Some(_) => {}
                }
            }
            result.push(ch);
        }
        self.fail(start, "unexpected end of statement while looking for matching double-quote")
    }

    fn dollar(&mut self) -> Lexed<String> {
        let start = self.at;
        self.next();
        if self.peek() != Some('{') {
            let name = self.name();
            if name.is_empty() {
                return Ok("$".to_owned());
            }
            let value = self.look_up(&name, start, "");
            return Ok(match value {
                Value::Unset if self.how.keep_unset => format!("${name}"),
                value => plain(value),
            });
        }
        self.next();
        match self.peek() {
            None => return self.fail(start, "syntax error: missing '}'"),
            Some('{' | '}' | ':') => {
                self.next();
                return self.fail(start, "syntax error: bad substitution");
            }
            Some(_) => {}
        }
        self.depth += 1;
        let result = if self.depth > MAX_DEPTH {
            self.fail(start, "substitutions are nested too deep")
        } else {
            self.braces(start)
        };
        self.depth -= 1;
        result
    }

    /// Reads what is behind `${`.
    fn braces(&mut self, start: usize) -> Lexed<String> {
        let name = self.name();
        let mut colon = false;
        let mut modifier = self.next();
        if modifier == Some(':') {
            colon = true;
            modifier = self.next();
        }
        match modifier {
            Some('}') if !colon => {
                let value = self.look_up(&name, start, "");
                Ok(match value {
                    Value::Unset if self.how.keep_unset => format!("${{{name}}}"),
                    value => plain(value),
                })
            }
            Some(sign @ ('-' | '+' | '?')) => self.conditional(start, &name, sign, colon),
            Some(sign @ ('#' | '%')) if !colon => self.trimmed(start, &name, sign),
            Some('/') if !colon => self.replaced(start, &name),
            None => self.fail(start, "syntax error: missing '}'"),
            Some(other) => {
                let colon = if colon { ":" } else { "" };
                self.fail(start, format!("unsupported modifier ({colon}{other}) in substitution"))
            }
        }
    }

    fn conditional(&mut self, start: usize, name: &str, sign: char, colon: bool) -> Lexed<String> {
        let word = self.operand(start, '}', false)?;
        let operator = match (sign, colon) {
            ('-', false) => "-",
            ('-', true) => ":-",
            ('+', false) => "+",
            ('+', true) => ":+",
            (_, false) => "?",
            (_, true) => ":?",
        };
        let value = self.look_up(name, start, operator);
        if value == Value::Unset && self.how.keep_unset {
            return Ok(format!("${{{name}{operator}{word}}}"));
        }
        let counts = match &value {
            Value::Unknown => return Ok(String::new()),
            Value::Unset => false,
            Value::Set(value) => !(colon && value.is_empty()),
        };
        match (sign, counts) {
            ('-', false) | ('+', true) => Ok(word),
            ('+', false) => Ok(String::new()),
            ('?', false) => {
                let missing = match value {
                    Value::Unset => "is not allowed to be unset",
                    _ => "is not allowed to be empty",
                };
                let why = if word.is_empty() { missing } else { &word };
                let message = format!("{name}: {why}");
                let demanded = Some(name.to_owned());
                Err(ExpansionError { message, at: start..self.at, demanded })
            }
            _ => Ok(plain(value)),
        }
    }

    fn trimmed(&mut self, start: usize, name: &str, sign: char) -> Lexed<String> {
        let written = self.operand(start, '}', true)?;
        let (greedy, pattern) = match written.strip_prefix(sign) {
            Some(pattern) => (true, pattern),
            None => (false, written.as_str()),
        };
        let operator = if sign == '#' { "#" } else { "%" };
        let value = self.look_up(name, start, operator);
        if value == Value::Unset && self.how.keep_unset {
            return Ok(format!("${{{name}{operator}{written}}}"));
        }
        let pattern = self.pattern(start, pattern)?;
        let value = plain(value);
        Ok(match sign {
            '#' => pattern::trim_prefix(&pattern, &value, greedy),
            _ => pattern::trim_suffix(&pattern, &value, greedy),
        })
    }

    fn replaced(&mut self, start: usize, name: &str) -> Lexed<String> {
        let all = self.peek() == Some('/');
        if all {
            self.next();
        }
        let pattern = self.operand(start, '/', true)?;
        let replacement = self.operand(start, '}', true)?;
        let value = self.look_up(name, start, "/");
        if value == Value::Unset && self.how.keep_unset {
            let slashes = if all { "//" } else { "/" };
            return Ok(format!("${{{name}{slashes}{pattern}/{replacement}}}"));
        }
        let pattern = self.pattern(start, &pattern)?;
        let value = plain(value);
        match pattern::replace(&pattern, &value, &replacement, all) {
            Some(result) => Ok(result),
            None => {
                self.unknown = true;
                Ok(String::new())
            }
        }
    }

    /// The word behind a modifier.
    fn operand(&mut self, start: usize, stop: char, raw_escapes: bool) -> Lexed<String> {
        match self.until(Some(stop), raw_escapes) {
            Ok((word, _)) => Ok(word),
            Err(_) if self.peek().is_none() && stop == '}' => {
                self.fail(start, "syntax error: missing '}'")
            }
            Err(error) => Err(error),
        }
    }

    fn pattern(&self, start: usize, pattern: &str) -> Lexed<Vec<pattern::Part>> {
        match pattern::read(pattern, self.how.escape) {
            Ok(parts) => Ok(parts),
            Err(escaped) => {
                self.fail(start, format!("invalid escape '{}{escaped}'", self.how.escape))
            }
        }
    }

    /// A name: letters, digits and underscores; only digits if it starts with one; or one of the
    /// special parameters.
    fn name(&mut self) -> String {
        let start = self.at;
        match self.peek() {
            Some(ch) if ch == '_' || ch.is_alphabetic() => {
                while self.peek().is_some_and(|ch| ch == '_' || ch.is_alphanumeric()) {
                    self.next();
                }
            }
            Some(ch) if ch.is_ascii_digit() => {
                while self.peek().is_some_and(|ch| ch.is_ascii_digit()) {
                    self.next();
                }
            }
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => {
                self.next();
            }
            _ => {}
        }
        self.text.get(start..self.at).unwrap_or("").to_owned()
    }

    fn look_up(&mut self, name: &str, start: usize, operator: &'static str) -> Value<'e> {
        let value = (self.lookup)(name);
        self.unknown |= value == Value::Unknown;
        self.references.push(Reference {
            name: name.to_owned(),
            range: start..self.at,
            unset: value == Value::Unset,
            operator,
        });
        value
    }
}

fn plain(value: Value<'_>) -> String {
    match value {
        Value::Set(value) => value.into_owned(),
        Value::Unset | Value::Unknown => String::new(),
    }
}
