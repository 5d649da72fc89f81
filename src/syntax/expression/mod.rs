//! The expressions of `rules:if`: variables, texts, patterns and what compares them.
//!
//! The grammar is that of GitLab: `!` binds tightest, then `== != =~ !~`, then `&&`, then `||`,
//! all from left to right; at most 99 tokens. `true`, `false` and `!` are read by newer servers only.

mod token;

use smallvec::{SmallVec, smallvec};
use token::{Token, TokenKind};

use super::SyntaxError;
use crate::text::Span;

/// The server gives up at the hundredth (`Lexer::MAX_TOKENS`).
const TOKENS: usize = 99;

/// An expression as written.
#[derive(Debug)]
pub struct Expression<'s> {
    /// The tree; nothing if the text is no expression.
    pub root: Option<Node<'s>>,
    /// Why it is none. GitLab itself says only `invalid expression syntax`.
    pub errors: Vec<SyntaxError>,
}

/// A part of an expression.
#[derive(Debug)]
pub struct Node<'s> {
    /// Its place in the text, parentheses not included.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind<'s>,
}

/// What a part of an expression is.
#[derive(Debug)]
pub enum NodeKind<'s> {
    /// `$NAME`, without the dollar.
    Variable(&'s str),
    /// `"text"` or `'text'`, without quotes; there are no escapes.
    Text(&'s str),
    /// `/source/flags`
    Pattern {
        /// What stands between the slashes.
        source: &'s str,
        /// Letters out of `ismU`.
        flags: &'s str,
    },
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// `!` and what it turns round.
    Not(Box<Node<'s>>),
    /// Two parts and what stands between them.
    Binary {
        /// What is done.
        operator: Operator,
        /// The part before it.
        left: Box<Node<'s>>,
        /// The part behind it.
        right: Box<Node<'s>>,
    },
}

/// What stands between two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `==`
    Equals,
    /// `!=`
    Differs,
    /// `=~`
    Matches,
    /// `!~`
    DoesNotMatch,
    /// `&&`
    And,
    /// `||`
    Or,
}

impl Operator {
    /// How tight it binds.
    const fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            _ => 3,
        }
    }

    /// As it is written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Equals => "==",
            Self::Differs => "!=",
            Self::Matches => "=~",
            Self::DoesNotMatch => "!~",
            Self::And => "&&",
            Self::Or => "||",
        }
    }
}

/// An operator with what stands before and behind it.
pub type Operation<'n, 's> = (Operator, &'n Node<'s>, &'n Node<'s>);

impl<'s> Node<'s> {
    /// It and every part of it, from left to right, each before its own parts.
    pub fn parts(&self) -> impl Iterator<Item = &Self> {
        let mut open: SmallVec<[&Self; 8]> = smallvec![self];
        std::iter::from_fn(move || {
            let part = open.pop()?;
            match &part.kind {
                NodeKind::Binary { left, right, .. } => open.extend([&**right, &**left]),
                NodeKind::Not(operand) => open.push(operand),
                _ => {}
            }
            Some(part)
        })
    }

    /// The operators in it that stand between two parts.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_, 's>> {
        self.parts().filter_map(|part| match &part.kind {
            NodeKind::Binary { operator, left, right } => Some((*operator, &**left, &**right)),
            _ => None,
        })
    }

    /// The names of the variables in it, from left to right, with repetitions.
    pub fn variables(&self) -> impl Iterator<Item = (&'s str, Span)> {
        self.parts().filter_map(|part| match part.kind {
            NodeKind::Variable(name) => Some((name, part.span)),
            _ => None,
        })
    }
}

/// Reads an expression.
pub fn parse(text: &str) -> Expression<'_> {
    match tokens(text).and_then(|tokens| Parser { tokens: &tokens, at: 0, end: text.len() }.whole())
    {
        Ok(root) => Expression { root: Some(root), errors: Vec::new() },
        Err(error) => Expression { root: None, errors: vec![error] },
    }
}

fn error(span: Span, message: impl Into<String>) -> SyntaxError {
    SyntaxError { span, message: message.into() }
}

fn tokens(text: &str) -> Result<SmallVec<[Token<'_>; 8]>, SyntaxError> {
    let mut tokens = SmallVec::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or("");
        // `\s` of Ruby, which knows no other white space.
        let content = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
        at += rest.len() - content.len();
        if content.is_empty() {
            return Ok(tokens);
        }
        let Some((kind, length)) = token::token(content) else {
            let span = Span::from_range(at..at + word(content));
            // What follows a pattern without a blank was meant to be part of it.
            let in_pattern = tokens.last().is_some_and(|it: &Token<'_>| {
                matches!(it.kind, TokenKind::Pattern { .. }) && it.span.end == span.start
            });
            let message = match in_pattern {
                true => "the pattern ends at the slash before this; write a slash in it as `\\/`, and flags out of i, s, m and U behind it".to_owned(),
                false => no_token(content),
            };
            return Err(error(span, message));
        };
        let span = Span::from_range(at..at + length);
        tokens.push(Token { span, kind });
        if tokens.len() > TOKENS {
            return Err(error(span, format!("an expression has {TOKENS} parts at most")));
        }
        at += length;
    }
}

/// Length of what stands at the start of `rest` up to a blank.
fn word(rest: &str) -> usize {
    rest.find([' ', '\t', '\n', '(', ')']).filter(|length| *length > 0).unwrap_or(rest.len())
}

fn no_token(rest: &str) -> String {
    let shown = &rest[..word(rest)];
    if let Some(blank) = rest.chars().next().filter(|it| it.is_whitespace()) {
        let code = u32::from(blank);
        return format!("this is no blank but the character U+{code:04X}; write a blank");
    }
    match rest.as_bytes() {
        [b'$', b'{', ..] => format!("`{shown}` is not understood here; write `$NAME` without braces"),
        [b'"' | b'\'', ..] => "the text has no closing quote".to_owned(),
        [b'/', ..] => "a pattern is `/.../` with at least two characters, and slashes in it behind a backslash".to_owned(),
        [b'=', ..] => "`=` compares nothing; write `==`".to_owned(),
        [b'&' | b'|', ..] => format!("`{shown}` is not understood; write `&&` or `||`"),
        _ => format!("`{shown}` is not understood; texts stand in quotes, and variables begin with `$`"),
    }
}

struct Parser<'t, 's> {
    tokens: &'t [Token<'s>],
    at: usize,
    end: usize,
}

// The number of tokens bounds how deep the parser calls itself.
impl<'s> Parser<'_, 's> {
    fn whole(mut self) -> Result<Node<'s>, SyntaxError> {
        let root = self.binary(1)?;
        match self.tokens.get(self.at) {
            None => Ok(root),
            Some(Token { span, kind: TokenKind::Close }) => Err(error(*span, "`)` closes nothing")),
            Some(token) => {
                Err(error(token.span, "`&&`, `||` or a comparison must stand before this"))
            }
        }
    }

    fn binary(&mut self, strength: u8) -> Result<Node<'s>, SyntaxError> {
        let mut left = if strength > 3 { return self.value() } else { self.binary(strength + 1)? };
        while let Some(Token { kind: TokenKind::Operator(operator), .. }) = self.tokens.get(self.at)
        {
            let operator = *operator;
            if operator.strength() != strength {
                break;
            }
            self.at += 1;
            let right = self.binary(strength + 1)?;
            let span = left.span.cover(right.span);
            let kind = NodeKind::Binary { operator, left: Box::new(left), right: Box::new(right) };
            left = Node { span, kind };
        }
        Ok(left)
    }

    fn value(&mut self) -> Result<Node<'s>, SyntaxError> {
        let Some(Token { span, kind }) = self.tokens.get(self.at).copied() else {
            return Err(error(Span::from_range(self.end..self.end), "a value must stand here"));
        };
        self.at += 1;
        let kind = match kind {
            TokenKind::Variable(name) => NodeKind::Variable(name),
            TokenKind::Text(text) => NodeKind::Text(text),
            TokenKind::Pattern { source, flags } => NodeKind::Pattern { source, flags },
            TokenKind::Null => NodeKind::Null,
            TokenKind::Bool(value) => NodeKind::Bool(value),
            TokenKind::Not => {
                let operand = self.value()?;
                let end = self.tokens.get(self.at - 1).map_or(operand.span, |last| last.span);
                return Ok(Node { span: span.cover(end), kind: NodeKind::Not(Box::new(operand)) });
            }
            TokenKind::Open => {
                let inner = self.binary(1)?;
                return match self.tokens.get(self.at).map(|token| token.kind) {
                    Some(TokenKind::Close) => {
                        self.at += 1;
                        Ok(inner)
                    }
                    _ => Err(error(span, "`(` is never closed")),
                };
            }
            TokenKind::Close => return Err(error(span, "a value must stand before `)`")),
            TokenKind::Operator(operator) => {
                return Err(error(
                    span,
                    format!("a value must stand before `{}`", operator.text()),
                ));
            }
        };
        Ok(Node { span, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(node: &Node<'_>) -> String {
        match &node.kind {
            NodeKind::Variable(name) => format!("${name}"),
            NodeKind::Text(text) => format!("'{text}'"),
            NodeKind::Pattern { source, flags } => format!("/{source}/{flags}"),
            NodeKind::Null => "null".to_owned(),
            NodeKind::Bool(value) => value.to_string(),
            NodeKind::Not(operand) => format!("!{}", shape(operand)),
            NodeKind::Binary { operator, left, right } => {
                format!("({} {} {})", shape(left), operator.text(), shape(right))
            }
        }
    }

    #[test]
    fn operators_bind_as_on_the_server() {
        let read = |text| shape(&parse(text).root.unwrap());
        assert_eq!(read("$A||$B&&$C=='x'"), "($A || ($B && ($C == 'x')))");
        assert_eq!(read("($A||$B)&&$C"), "(($A || $B) && $C)");
        assert_eq!(read("$A == 'x' == \"y\""), "(($A == 'x') == 'y')");
        assert_eq!(read("!$A == 'x' && !!($B || true)"), "((!$A == 'x') && !!($B || true))");
        assert_eq!(read(r"$A =~ /a\/b/i && $B !~ /x y/"), r"(($A =~ /a\/b/i) && ($B !~ /x y/))");
    }

    #[test]
    fn a_negation_reaches_over_the_parentheses_behind_it() {
        let expression = parse("$A && !($B)");
        let root = expression.root.unwrap();
        let negation = root.parts().find(|it| matches!(it.kind, NodeKind::Not(_))).unwrap();
        assert_eq!(negation.span, Span::new(6, 11));
        let names: Vec<&str> = root.variables().map(|(name, _)| name).collect();
        assert_eq!(names, ["A", "B"]);
    }

    #[test]
    fn what_is_wrong_is_said_at_its_place() {
        for (text, start, part) in [
            ("$A == ${B}", 6, "without braces"),
            ("$A = 'x'", 3, "`==`"),
            ("$A =~ /a/", 6, "two characters"),
            ("($A", 0, "never closed"),
            ("$A)", 2, "closes nothing"),
            ("$A ==", 5, "a value"),
            ("$A && !", 7, "a value"),
            ("$A =~ /ab/c/", 10, "write a slash in it"),
            ("$A =~ /ab/ x", 11, "`x` is not understood"),
            ("$A\u{a0}== 'x'", 2, "U+00A0"),
            ("$A == truth", 6, "`truth` is not understood"),
            ("$A $B", 3, "before this"),
            ("", 0, "a value"),
        ] {
            let errors = parse(text).errors;
            assert_eq!(errors[0].span.start, start, "{text}: {errors:?}");
            assert!(errors[0].message.contains(part), "{text}: {errors:?}");
        }
    }

    #[test]
    fn many_parentheses_do_not_overflow() {
        assert!(parse(&"(".repeat(100_000)).root.is_none());
        let around = |count| format!("{}$A{}", "(".repeat(count), ")".repeat(count));
        assert!(parse(&around(49)).root.is_some());
        assert!(parse(&format!("!{}", around(49))).root.is_none());
    }
}
