//! The regular expressions of `changes:regexp` and `exists:regexp`, which are Ruby's.

use regex::Regex;

use super::regexp::compile;

/// A regular expression of Ruby, as far as it means here what it means there. Looking ahead is understood
/// at the start alone, where it says which files are left out: `^(?!docs/)`.
#[derive(Debug)]
pub(super) struct RubyRegexp {
    /// What must follow at the start, and what must not.
    ahead: Vec<(Regex, bool)>,
    rest: Regex,
}

impl RubyRegexp {
    /// Nothing for one that Ruby may read otherwise.
    pub(super) fn new(source: &str) -> Option<Self> {
        // `^` and `$` stand for the ends of lines in Ruby.
        let read = |source: &str| {
            let known = !source.contains("&&") && groups(source).all(is_plain);
            known.then(|| compile(source, "m").ok())?
        };
        let mut ahead = Vec::new();
        let anchor = ["^", "\\A"].into_iter().find(|anchor| source.starts_with(anchor));
        let Some(anchor) = anchor else { return Some(Self { ahead, rest: read(source)? }) };
        let mut rest = source.get(anchor.len()..)?;
        while let Some(inner) = rest.strip_prefix("(?!").or_else(|| rest.strip_prefix("(?=")) {
            let wanted = rest.starts_with("(?=");
            let end = closing(inner)?;
            ahead.push((read(&format!("{anchor}(?:{})", &inner[..end]))?, wanted));
            rest = &inner[end + 1..];
        }
        if ahead.is_empty() {
            return Some(Self { ahead, rest: read(source)? });
        }
        // `^(?!a)b|c` asks only `b` for what stands ahead.
        let split = format!("{rest})");
        let mut parts = Parts::new(&split);
        if parts.any(|(_, depth, ch)| depth == 0 && ch == '|') {
            return None;
        }
        Some(Self { ahead, rest: read(&format!("{anchor}(?:{rest})"))? })
    }

    /// Whether a path fits.
    pub(super) fn is_match(&self, path: &str) -> bool {
        let follows = |(regex, wanted): &(Regex, bool)| regex.is_match(path) == *wanted;
        self.ahead.iter().all(follows) && self.rest.is_match(path)
    }
}

/// Why Ruby refuses an expression, as far as that is sure. Comments and classes that begin with `]` are read
/// in several ways; nothing is said of expressions with them.
pub(super) fn fault(source: &str) -> Option<&'static str> {
    let open = |flags: &str| flags.split([')', ':']).next().is_some_and(|it| it.contains('x'));
    if source.contains("(?#") || groups(source).any(open) {
        return None;
    }
    let (mut depth, mut classes) = (0_u32, 0_u32);
    // Whether there is nothing before that could be repeated.
    let mut bare = true;
    let mut chars = source.chars().peekable();
    while let Some(ch) = chars.next() {
        match ch {
            '\\' if chars.next().is_none() => return Some("too short escape sequence"),
            '\\' => bare = false,
            '[' => {
                chars.next_if_eq(&'^');
                if chars.peek() == Some(&']') {
                    return None;
                }
                classes += 1;
                bare = false;
            }
            ']' => classes = classes.saturating_sub(1),
            _ if classes > 0 => {}
            '(' => {
                depth += 1;
                bare = chars.peek() != Some(&'?');
            }
            ')' if depth == 0 => return Some("unmatched close parenthesis"),
            ')' => {
                depth -= 1;
                bare = false;
            }
            '|' => bare = true,
            '*' | '+' | '?' if bare => return Some("target of repeat operator is not specified"),
            _ => bare = false,
        }
    }
    match (classes, depth) {
        (1.., _) => Some("premature end of char-class"),
        (0, 1..) => Some("end pattern with unmatched parenthesis"),
        (0, 0) => None,
    }
}

/// What stands behind each `(?`.
fn groups(source: &str) -> impl Iterator<Item = &str> {
    source.match_indices("(?").filter_map(|(at, start)| source.get(at + start.len()..))
}

/// Whether a group means the same in Ruby: `(?:...)`, `(?i)`, `(?<name>...)`.
fn is_plain(behind: &str) -> bool {
    let mut chars = behind.chars();
    match chars.next() {
        Some(':') => true,
        Some('i') => matches!(chars.next(), Some(')' | ':')),
        Some('<') => chars.next().is_some_and(|ch| ch.is_alphabetic() || ch == '_'),
        _ => false,
    }
}

/// The place of the `)` that closes a group, of which this is the inside and what follows.
fn closing(inside: &str) -> Option<usize> {
    Parts::new(inside).find(|(_, depth, ch)| *depth == 0 && *ch == ')').map(|(at, ..)| at)
}

/// The characters that are neither behind a backslash nor in brackets, each with its place and the number
/// of groups that are open around it.
struct Parts<'s> {
    chars: std::str::CharIndices<'s>,
    depth: u32,
    in_brackets: bool,
}

impl<'s> Parts<'s> {
    fn new(text: &'s str) -> Self {
        Self { chars: text.char_indices(), depth: 0, in_brackets: false }
    }
}

impl Iterator for Parts<'_> {
    type Item = (usize, u32, char);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (at, ch) = self.chars.next()?;
            match ch {
                '\\' => {
                    self.chars.next();
                }
                '[' => self.in_brackets = true,
                ']' => self.in_brackets = false,
                _ if self.in_brackets => {}
                '(' => self.depth += 1,
                ')' if self.depth > 0 => self.depth -= 1,
                _ => return Some((at, self.depth, ch)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ruby_surely_refuses() {
        for (source, refused) in [
            (r"\.rb$", false),
            ("*.rb", true),
            ("a|*b", true),
            ("(+)", true),
            ("(a", true),
            ("a)", true),
            (r"\(a", false),
            ("[(]a", false),
            ("[a", true),
            ("[[:alpha:]_]+", false),
            ("[a-z&&[^b]]", false),
            ("[]a]", false),
            ("[^]a](", false),
            ("a\\", true),
            ("(?!docs/)", false),
            ("(?<=a)b", false),
            ("(?x) ( # (\n)", false),
            ("^*", false),
            ("a**", false),
            ("", false),
            ("ä+", false),
        ] {
            assert_eq!(fault(source).is_some(), refused, "{source}");
        }
    }

    #[test]
    fn what_may_mean_something_else_in_ruby_is_not_read() {
        let fits = |source: &str, path| RubyRegexp::new(source).map(|it| it.is_match(path));
        for (source, path, answer) in [
            (r"\.rb$", "lib/a.rb", Some(true)),
            (r"\.rb$", "lib/a.rbs", Some(false)),
            (r"^(?!docs/)", "docs/a.md", Some(false)),
            (r"^(?!docs/)", "src/a.rs", Some(true)),
            (r"\A(?!docs/|.*\.md\z)(?=src/).+", "src/a.rs", Some(true)),
            (r"\A(?!docs/|.*\.md\z)(?=src/).+", "src/a.md", Some(false)),
            (r"^(?!(a|b)/[)])c|d", "c", None),
            (r"^(?!docs/)(c|d)", "d", Some(true)),
            (r"src/(?!gen)", "src/a", None),
            (r"(?<=src/)a", "src/a", None),
            (r"^\h+$", "ab", None),
            (r"(?m)a.b", "a.b", None),
            (r"[a-z&&[^b]]", "b", None),
            (r"(?:a|b)(?<x>c)", "bc", Some(true)),
            ("(a", "a", None),
        ] {
            assert_eq!(fits(source, path), answer, "{source} {path}");
        }
    }
}
