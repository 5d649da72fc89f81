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
                all.push('\\');
                match chars.next() {
                    // A slash needs no backslash outside of GitLab's own quoting.
                    Some('/') => {
                        all.pop();
                        all.push('/');
                    }
                    Some(next) => all.push(next),
                    None => return Err("trailing backslash at end of expression".to_owned()),
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
        ] {
            assert!(compile(good, "").is_ok(), "{good}: {:?}", compile(good, ""));
        }
        for bad in ["(?=a)", "(?!a)", "(a", "a++", "a**", "(a)\\1", "a{1001}", "a\\", "[a"] {
            assert!(compile(bad, "").is_err(), "{bad}");
        }
        assert!(compile("a[b]", "").unwrap().is_match("ab"));
        assert!(compile("[a[]", "").unwrap().is_match("["));
        assert!(compile("A.b", "is").unwrap().is_match("a\nB"));
    }
}
