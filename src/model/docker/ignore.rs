use crate::text::{Source, Span};

/// The patterns of a `.dockerignore`.
#[derive(Clone, Debug)]
pub struct IgnoreFile<'p> {
    /// The file.
    pub source: &'p Source,
    /// The patterns in order, cleaned, with the place of their line.
    pub patterns: Vec<(String, Span)>,
    /// Whether a pattern starts with `!`.
    pub has_exception: bool,
}

impl<'p> IgnoreFile<'p> {
    /// Reads the file: one pattern a line, `#` at the start of a line for comments.
    pub fn read(source: &'p Source) -> Self {
        let (body, start) = source.body();
        let mut patterns = Vec::new();
        let mut has_exception = false;
        let mut at = start as usize;
        for line in body.split_inclusive('\n') {
            let from = at;
            at += line.len();
            if line.starts_with('#') {
                continue;
            }
            let trimmed = line.trim();
            let (invert, pattern) = match trimmed.strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, trimmed),
            };
            if pattern.is_empty() {
                continue;
            }
            let cleaned = clean(pattern);
            let cleaned = match cleaned.strip_prefix('/') {
                Some(rest) if !rest.is_empty() => rest.to_owned(),
                _ => cleaned,
            };
            has_exception |= invert;
            let start = from + (line.len() - line.trim_start().len());
            let span = Span::from_range(start..start + trimmed.len());
            patterns.push((if invert { format!("!{cleaned}") } else { cleaned }, span));
        }
        Self { source, patterns, has_exception }
    }

    /// The last pattern that keeps `path`, or a folder in which it lies, out of the context.
    /// Nothing if the path is in the context. `path` is relative to it.
    pub fn excludes(&self, path: &str) -> Option<Span> {
        let path = clean(path);
        let path = path.trim_start_matches('/');
        let mut found = None;
        for (pattern, span) in &self.patterns {
            let (keeps, pattern) = match pattern.strip_prefix('!') {
                Some(pattern) => (true, pattern),
                None => (false, pattern.as_str()),
            };
            if matches_or_holds(pattern, path) {
                found = (!keeps).then_some(*span);
            }
        }
        found
    }
}

/// The path without `.`, empty parts and `..` where they can be taken off.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Whether the pattern fits `path` or one of the folders above it.
fn matches_or_holds(pattern: &str, path: &str) -> bool {
    let path: Vec<char> = path.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let ends = glob_ends(&pattern, &path);
    ends.into_iter().any(|end| end == path.len() || (end > 0 && path.get(end) == Some(&'/')))
}

/// Where a match of the pattern from the start of `path` may end. `*` and `?` stay within one
/// part of the path, `**` does not, `[...]` is a class, a backslash escapes.
fn glob_ends(pattern: &[char], path: &[char]) -> Vec<usize> {
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    let mut at = 0;
    while let Some(ch) = pattern.get(at) {
        let mut next = vec![false; path.len() + 1];
        match ch {
            '*' if pattern.get(at + 1) == Some(&'*') => {
                at += 2;
                // `**/` also fits no folder at all.
                let slash = pattern.get(at) == Some(&'/');
                at += usize::from(slash);
                let mut open = false;
                for place in 0..=path.len() {
                    open |= reached[place];
                    let after_slash = place > 0 && path[place - 1] == '/';
                    next[place] =
                        if slash { reached[place] || (open && after_slash) } else { open };
                }
                reached = next;
                continue;
            }
            '*' => {
                at += 1;
                let mut open = false;
                for place in 0..=path.len() {
                    open = reached[place] || (open && path[place - 1] != '/');
                    next[place] = open;
                }
            }
            _ => {
                let (test, length) = one(pattern, at);
                at += length;
                for place in 0..path.len() {
                    next[place + 1] = reached[place] && test(path[place]);
                }
            }
        }
        reached = next;
    }
    reached.iter().enumerate().filter(|(_, hit)| **hit).map(|(place, _)| place).collect()
}

/// A test for one character, and the length of the pattern that says it.
fn one(pattern: &[char], at: usize) -> (Box<dyn Fn(char) -> bool + '_>, usize) {
    match pattern[at] {
        '?' => (Box::new(|ch| ch != '/'), 1),
        '\\' if at + 1 < pattern.len() => {
            let wanted = pattern[at + 1];
            (Box::new(move |ch| ch == wanted), 2)
        }
        '[' => match pattern[at + 1..].iter().skip(1).position(|ch| *ch == ']') {
            Some(close) => {
                let class = &pattern[at + 1..at + 2 + close];
                let negated = matches!(class.first(), Some('^' | '!'));
                let class = if negated { &class[1..] } else { class };
                (Box::new(move |ch| ch != '/' && in_class(class, ch) != negated), close + 3)
            }
            None => (Box::new(|ch| ch == '['), 1),
        },
        wanted => (Box::new(move |ch| ch == wanted), 1),
    }
}

fn in_class(class: &[char], ch: char) -> bool {
    let mut at = 0;
    while let Some(first) = class.get(at) {
        match (class.get(at + 1), class.get(at + 2)) {
            (Some('-'), Some(last)) => {
                if (*first..=*last).contains(&ch) {
                    return true;
                }
                at += 3;
            }
            _ => {
                if *first == ch {
                    return true;
                }
                at += 1;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SourceId;

    fn excluded(patterns: &str, path: &str) -> bool {
        let source = Source::new(SourceId(0), ".dockerignore", patterns);
        IgnoreFile::read(&source).excludes(path).is_some()
    }

    #[test]
    fn patterns_fit_a_path_or_a_folder_above_it() {
        assert!(excluded("node_modules\n", "node_modules/a/b.js"));
        assert!(excluded("/dist/\n", "./dist"));
        assert!(!excluded("dist\n", "src/dist"));
        assert!(excluded("**/dist\n", "src/dist") && excluded("**/dist\n", "dist/x"));
        assert!(excluded("*.md\n", "README.md") && !excluded("*.md\n", "docs/a.md"));
        assert!(excluded("src/?[a-c].rs\n", "src/xb.rs") && !excluded("[!a]\n", "a"));
        assert!(excluded("**\n", "a/b"));
        assert!(!excluded("# a\n\n", "# a"));
    }

    #[test]
    fn a_later_exception_lets_a_path_in_again() {
        assert!(!excluded("*\n!src\n", "src/main.rs"));
        assert!(excluded("!src\n*\n", "src/main.rs"));
    }
}
