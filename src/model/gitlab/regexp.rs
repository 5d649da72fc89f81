//! Regular expressions under the rules of RE2, which the server matches with.

use regex::{Regex, RegexBuilder};

/// Reads a regular expression as RE2 does. The flags are letters out of `ismU`.
///
/// # Errors
/// Says what RE2 does not take.
pub fn compile(source: &str, flags: &str) -> Result<Regex, String> {
    let translated = translate(source)?;
    let built = RegexBuilder::new(&translated)
        .case_insensitive(flags.contains('i'))
        .dot_matches_new_line(flags.contains('s'))
        .multi_line(flags.contains('m'))
        .swap_greed(flags.contains('U'))
        .build();
    built.map_err(|error| match error {
        regex::Error::Syntax(text) => {
            let reason = text.lines().last().unwrap_or("").trim_start_matches("error: ");
            reason.to_owned()
        }
        other => other.to_string(),
    })
}

/// Whether RE2 takes a regular expression, without making it ready for matching, which costs much more.
///
/// # Errors
/// Says what RE2 does not take.
pub fn check(source: &str, flags: &str) -> Result<(), String> {
    let translated = translate(source)?;
    let parsed = regex_syntax::ParserBuilder::new()
        .case_insensitive(flags.contains('i'))
        .dot_matches_new_line(flags.contains('s'))
        .multi_line(flags.contains('m'))
        .swap_greed(flags.contains('U'))
        .build()
        .parse(&translated);
    parsed.map(|_| ()).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        other => other.to_string(),
    })
}

/// What `\d` and its like stand for: RE2 knows ASCII only. Nothing for other letters.
fn ascii_class(letter: char) -> Option<&'static str> {
    Some(match letter.to_ascii_lowercase() {
        'd' => "0-9",
        's' => "\\t\\n\\f\\r ",
        'w' => "0-9A-Za-z_",
        _ => return None,
    })
}

/// How often one part may be repeated.
const REPEATS: u32 = 1000;

/// The pattern in the dialect of the crate that matches it, after what RE2 refuses and that dialect
/// does not: repeated repetitions and counts above 1,000.
fn translate(source: &str) -> Result<String, String> {
    let mut all = String::with_capacity(source.len());
    let mut chars = source.chars().peekable();
    let mut class = None;
    let mut repeated = false;
    while let Some(ch) = chars.next() {
        let was_repeated = std::mem::take(&mut repeated);
        match (ch, &mut class) {
            ('\\', _) => {
                let Some(next) = chars.next() else {
                    return Err("trailing backslash at end of expression".to_owned());
                };
                match (ascii_class(next), next) {
                    (Some(members), _) if next.is_ascii_uppercase() => {
                        all.extend(["[^", members, "]"]);
                    }
                    (Some(members), _) if class.is_some() => all.push_str(members),
                    (Some(members), _) => all.extend(["[", members, "]"]),
                    (None, 'b') if class.is_none() => all.push_str("(?-u:\\b)"),
                    // Behind a backslash a mark stands for itself; these have no other meaning without one.
                    (None, '/' | '<' | '>') => all.push(next),
                    (None, _) => all.extend(['\\', next]),
                }
                // `\p{Greek}` and `\x{10FFFF}` have their name in braces.
                if matches!(next, 'p' | 'P' | 'x') && chars.peek() == Some(&'{') {
                    for next in chars.by_ref() {
                        all.push(next);
                        if next == '}' {
                            break;
                        }
                    }
                }
                class = class.map(|_: usize| 1);
            }
            ('[', None) => {
                all.push('[');
                if chars.peek() == Some(&'^') {
                    all.push('^');
                    chars.next();
                }
                class = Some(0);
            }
            (']', Some(0)) => {
                all.push_str("\\]");
                class = Some(1);
            }
            (']', Some(_)) => {
                all.push(']');
                class = None;
            }
            ('[', Some(_)) if chars.peek() == Some(&':') => {
                all.push('[');
                for next in chars.by_ref() {
                    all.push(next);
                    if next == ']' {
                        break;
                    }
                }
                class = Some(1);
            }
            ('[' | '&' | '~', Some(items)) => {
                all.push('\\');
                all.push(ch);
                *items += 1;
            }
            (_, Some(items)) => {
                all.push(ch);
                *items += 1;
            }
            ('*' | '+' | '?', None) => {
                if was_repeated && ch != '?' {
                    return Err(format!("bad repetition operator `{ch}` behind another one"));
                }
                all.push(ch);
                repeated = true;
            }
            ('{', None) => {
                let count = chars.clone().take_while(|it| *it != '}').collect::<String>();
                if let Some((least, most)) = counts(&count) {
                    if least.max(most) > REPEATS {
                        return Err(format!(
                            "bad repetition count `{{{count}}}`: at most {REPEATS}"
                        ));
                    }
                    all.push('{');
                } else {
                    all.push_str("\\{");
                }
            }
            ('}', None) => all.push('}'),
            _ => all.push(ch),
        }
    }
    Ok(all)
}

/// The bounds of `3`, `3,` or `3,5`.
fn counts(text: &str) -> Option<(u32, u32)> {
    let number = |text: &str| text.parse::<u32>().ok();
    match text.split_once(',') {
        None => number(text).map(|count| (count, count)),
        Some((least, "")) => number(least).map(|count| (count, count)),
        Some((least, most)) => Some((number(least)?, number(most)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_taken_and_refused_as_by_re2() {
        for good in [
            "a",
            "^v\\d+$",
            "[[:alpha:]]",
            "[a[b]",
            "[]a]",
            "[a&&b]",
            "a{3}",
            "{x}",
            "(?i)a",
            "a+?",
            "\\/",
            "a{2,}",
            "\\pL\\p{Greek}",
        ] {
            assert!(compile(good, "").is_ok(), "{good}: {:?}", compile(good, ""));
            assert!(check(good, "").is_ok(), "{good}: {:?}", check(good, ""));
        }
        for bad in ["(?=a)", "(?!a)", "(a", "a++", "a**", "(a)\\1", "a{1001}", "a\\", "[a"] {
            assert!(compile(bad, "").is_err() && check(bad, "").is_err(), "{bad}");
        }
        assert!(compile("a[b]", "").unwrap().is_match("ab"));
        assert!(compile("[a[]", "").unwrap().is_match("["));
        assert!(compile("^\\d[\\w.]\\S$", "").unwrap().is_match("1.x"));
        assert!(!compile("\\d", "").unwrap().is_match("\u{0663}"), "RE2 counts in ASCII");
        assert!(compile("\\<a\\>", "").unwrap().is_match("<a>"));
        assert!(compile("A.b", "is").unwrap().is_match("a\nB"));
    }
}
