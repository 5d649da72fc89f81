//! Lists that were meant as JSON and are none, so that a shell gets them.

/// Whether a text looks like the JSON form of a command: a bracket with a quote behind it, and a
/// bracket at the end. The test commands `[ -f x ]` and `[[ ... ]]` do not.
pub fn is_near_json(text: &str) -> bool {
    let text = text.trim();
    let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    let inner = inner.trim_start();
    let Some(first) = inner.chars().next() else { return false };
    if !is_quote(first) {
        return false;
    }
    // `[ "$A" = b ]` has no comma behind its first string.
    let rest = &inner[first.len_utf8()..];
    let end = rest.find(|ch| is_closing(first, ch));
    let behind = end.map_or("", |end| rest[end..].trim_start_matches(is_quote).trim_start());
    behind.is_empty() || behind.starts_with([',', '\'', '"'])
}

/// The list in JSON, if it is plain what was meant: strings in any quotes, a comma too many.
pub fn repaired(text: &str) -> Option<String> {
    let text = text.trim();
    let mut rest = text.strip_prefix('[')?.strip_suffix(']')?.trim();
    let mut items = Vec::new();
    while !rest.is_empty() {
        let first = rest.chars().next().filter(|ch| is_quote(*ch))?;
        let body = &rest[first.len_utf8()..];
        let end = body.find(|ch| is_closing(first, ch))?;
        let item = &body[..end];
        if item.contains(['"', '\\']) || item.contains(char::is_control) {
            return None;
        }
        items.push(format!("\"{item}\""));
        let closing = body[end..].chars().next()?;
        rest = body[end + closing.len_utf8()..].trim_start();
        rest = match rest.strip_prefix(',') {
            Some(behind) => behind.trim_start(),
            None if rest.is_empty() => rest,
            None => return None,
        };
    }
    (!items.is_empty()).then(|| format!("[{}]", items.join(", ")))
}

/// Straight quotes, and those that word processors make of them.
fn is_quote(ch: char) -> bool {
    matches!(ch, '"' | '\'' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}')
}

fn is_closing(opening: char, ch: char) -> bool {
    match opening {
        '"' | '\'' => ch == opening,
        _ => is_quote(ch) && !matches!(ch, '"' | '\''),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_told_from_a_test() {
        assert!(is_near_json("['a', 'b']") && is_near_json("[\"a\",]"));
        assert!(is_near_json("[\u{201c}a\u{201d}]"));
        assert!(!is_near_json("[ -f x ]") && !is_near_json("[[ a ]]") && !is_near_json("[]"));
        assert!(!is_near_json("[ \"$A\" = b ]") && !is_near_json("['a'] && b"));
    }

    #[test]
    fn a_list_is_repaired_if_it_is_plain() {
        assert_eq!(repaired("['a', 'b c',]").as_deref(), Some("[\"a\", \"b c\"]"));
        assert_eq!(repaired("[\u{201c}a\u{201d}]").as_deref(), Some("[\"a\"]"));
        assert_eq!(repaired("['a' 'b']"), None);
        assert_eq!(repaired("['a\\n']"), None);
    }
}
