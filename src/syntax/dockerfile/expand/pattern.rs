//! The patterns of `${name#pattern}`, `%` and `/`: `*` is any run, `?` one character, all else
//! is literal.

/// Above this many steps a replacement is not worked out.
const MAX_WORK: usize = 1 << 22;

/// One part of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// `*`
    Run,
    /// `?`
    Any,
    /// A character as it is.
    One(char),
}

/// Reads a pattern.
///
/// # Errors
/// Gives the character that cannot be escaped.
pub(super) fn read(pattern: &str, escape: char) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut chars = pattern.chars();
    while let Some(ch) = chars.next() {
        parts.push(match ch {
            '*' => Part::Run,
            '?' => Part::Any,
            ch if ch == escape => match chars.next() {
                Some(ch @ ('*' | '?' | '}' | '/' | '\\')) => Part::One(ch),
                Some(ch) if ch == escape => Part::One(ch),
                Some(ch) => return Err(ch.to_string()),
                None => return Err(String::new()),
            },
            ch => Part::One(ch),
        });
    }
    Ok(parts)
}

/// Where matches that start at the front of `value` may end; ascending.
fn ends(parts: impl Iterator<Item = Part>, value: &[char]) -> Vec<usize> {
    let mut reached = vec![0];
    for part in parts {
        match part {
            Part::Run => {
                let Some(first) = reached.first().copied() else { break };
                reached = (first..=value.len()).collect();
            }
            Part::Any | Part::One(_) => {
                let fits = |at: &usize| match (part, value.get(*at)) {
                    (_, None) => false,
                    (Part::One(wanted), Some(ch)) => wanted == *ch,
                    _ => true,
                };
                reached = reached.into_iter().filter(fits).map(|at| at + 1).collect();
            }
        }
    }
    reached
}

fn best(ends: &[usize], greedy: bool) -> Option<usize> {
    if greedy { ends.last().copied() } else { ends.first().copied() }
}

/// `value` without the shortest or longest match at its front.
pub(super) fn trim_prefix(pattern: &[Part], value: &str, greedy: bool) -> String {
    let chars: Vec<char> = value.chars().collect();
    match best(&ends(pattern.iter().copied(), &chars), greedy) {
        Some(end) => chars.iter().skip(end).collect(),
        None => value.to_owned(),
    }
}

/// `value` without the shortest or longest match at its end.
pub(super) fn trim_suffix(pattern: &[Part], value: &str, greedy: bool) -> String {
    let chars: Vec<char> = value.chars().rev().collect();
    match best(&ends(pattern.iter().rev().copied(), &chars), greedy) {
        Some(end) => chars.iter().skip(end).rev().collect(),
        None => value.to_owned(),
    }
}

/// `value` with the first or all longest matches replaced; nothing if that takes too long.
pub(super) fn replace(pattern: &[Part], value: &str, with: &str, all: bool) -> Option<String> {
    let chars: Vec<char> = value.chars().collect();
    let runs = pattern.contains(&Part::Run);
    let per_start = pattern.len().max(1) * if runs { chars.len().max(1) } else { 1 };
    if per_start.saturating_mul(chars.len().max(1)) > MAX_WORK {
        return None;
    }
    let mut out = String::new();
    let mut at = 0;
    while at <= chars.len() {
        let rest = chars.get(at..).unwrap_or(&[]);
        match ends(pattern.iter().copied(), rest).last().copied() {
            Some(0) => {
                // An empty match: in front of each character, as Go's regular expressions do.
                out.push_str(with);
                if !all {
                    out.extend(rest);
                    return Some(out);
                }
                out.extend(rest.first());
                at += 1;
            }
            Some(length) => {
                out.push_str(with);
                at += length;
                if !all {
                    out.extend(chars.iter().skip(at));
                    return Some(out);
                }
                if at == chars.len() {
                    break;
                }
            }
            None => {
                out.extend(rest.first());
                at += 1;
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(pattern: &str) -> Vec<Part> {
        read(pattern, '\\').unwrap()
    }

    #[test]
    fn the_shortest_and_the_longest_match_differ() {
        assert_eq!(trim_prefix(&parts("*/"), "a/b/c", false), "b/c");
        assert_eq!(trim_prefix(&parts("*/"), "a/b/c", true), "c");
        assert_eq!(trim_suffix(&parts(".*"), "a.tar.gz", false), "a.tar");
        assert_eq!(trim_suffix(&parts(".*"), "a.tar.gz", true), "a");
        assert_eq!(trim_prefix(&parts("x"), "abc", true), "abc");
    }

    #[test]
    fn brackets_are_literal_and_only_some_characters_can_be_escaped() {
        assert_eq!(replace(&parts("[a]"), "a[a]", "x", false).unwrap(), "ax");
        assert_eq!(trim_prefix(&parts("\\*"), "*a", true), "a");
        assert_eq!(read("\\a", '\\'), Err("a".to_owned()));
    }

    #[test]
    fn replacement_takes_the_first_or_all() {
        assert_eq!(replace(&parts("o"), "foo boo", "0", false).unwrap(), "f0o boo");
        assert_eq!(replace(&parts("o"), "foo boo", "0", true).unwrap(), "f00 b00");
        assert_eq!(replace(&parts("o*"), "foo boo", "!", true).unwrap(), "f!");
    }
}
