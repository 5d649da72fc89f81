//! Scalars as GitLab's loader types them: Psych's rules, YAML 1.1 with Ruby's own additions.

use std::borrow::Cow;
use std::fmt;

use super::{Node, NodeKind, Scalar, Style, Tag};

/// What a scalar is to the loader.
#[derive(Clone, Debug, PartialEq)]
pub enum Typed<'t> {
    /// `null`, `~`, nothing.
    Null,
    /// `true`, `yes`, `on` and their opposites, in any case.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number that does not fit 64 bits, in decimal digits or as written.
    BigInt(Cow<'t, str>),
    /// A number with a point.
    Float(f64),
    /// A string.
    Str(&'t str),
    /// A Ruby symbol, without its colon.
    Symbol(&'t str),
    /// A value of a class that the loader refuses to make.
    Refused(Cow<'t, str>),
}

impl Typed<'_> {
    /// The text that GitLab makes of it where it wants a string, such as in variables: `1.10` is
    /// `1.1`, `0755` is `493`, `yes` is `true`, null is empty.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Typed::Null => Cow::Borrowed(""),
            Typed::Bool(true) => Cow::Borrowed("true"),
            Typed::Bool(false) => Cow::Borrowed("false"),
            Typed::Int(value) => Cow::Owned(value.to_string()),
            Typed::BigInt(digits) => Cow::Borrowed(digits),
            Typed::Float(value) => Cow::Owned(RubyFloat(*value).to_string()),
            Typed::Str(text) | Typed::Symbol(text) => Cow::Borrowed(text),
            Typed::Refused(_) => Cow::Borrowed(""),
        }
    }
}

/// A float as Ruby's `to_s` prints it.
struct RubyFloat(f64);

impl fmt::Display for RubyFloat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0;
        if value.is_nan() {
            return f.write_str("NaN");
        }
        if value.is_infinite() {
            return f.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
        }
        let size = value.abs();
        if value == 0.0 || (1e-4..1e16).contains(&size) {
            return write!(f, "{value:?}");
        }
        // Ruby writes `1.0e+20`, with a point and a sign.
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let point = if digits.contains('.') { "" } else { ".0" };
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(rest) => ('-', rest),
            None => ('+', exponent),
        };
        write!(f, "{digits}{point}e{sign}{exponent:0>2}")
    }
}

/// Whether a plain scalar of this text is a string to the loader.
pub fn is_text(text: &str) -> bool {
    matches!(plain(text), Typed::Str(_))
}

/// The type of a scalar node; nothing for other nodes.
pub(super) fn typed<'t>(node: &'t Node<'_>) -> Option<Typed<'t>> {
    let NodeKind::Scalar(Scalar { value, style }) = &node.kind else { return None };
    let Some(tag) = &node.tag else {
        return Some(if *style == Style::Plain { plain(value) } else { Typed::Str(value) });
    };
    Some(tagged(&full_tag(tag), value))
}

/// A tag with the `!!` shorthand written out.
pub(super) fn full_tag<'t>(tag: &Tag<'t>) -> Cow<'t, str> {
    if let Some(name) = tag.text.strip_prefix("!!") {
        return Cow::Owned(format!("tag:yaml.org,2002:{name}"));
    }
    match tag.text.strip_prefix("!<").and_then(|it| it.strip_suffix('>')) {
        Some(verbatim) => Cow::Borrowed(verbatim),
        None => Cow::Borrowed(tag.text),
    }
}

fn tagged<'t>(tag: &str, value: &'t str) -> Typed<'t> {
    let ruby = tag.strip_prefix("!ruby/");
    match tag {
        "tag:yaml.org,2002:str" | "!str" | "!binary" | "tag:yaml.org,2002:binary" => {
            Typed::Str(value)
        }
        _ if tag.starts_with("!str:") => Typed::Str(value),
        "tag:yaml.org,2002:float" | "!float" => match plain(value) {
            Typed::Int(value) => Typed::Float(value as f64),
            other => other,
        },
        "!ruby/regexp" => Typed::Refused(Cow::Borrowed("Regexp")),
        "!ruby/range" => Typed::Refused(Cow::Borrowed("Range")),
        _ => match ruby {
            Some(ruby) if ruby.starts_with("sym") => {
                Typed::Symbol(ruby.split_once(':').map_or(value, |_| value))
            }
            Some("string") => Typed::Str(value),
            Some(ruby) => {
                let class = ruby.split_once(':').map_or(ruby, |(_, class)| class);
                Typed::Refused(Cow::Owned(class.to_owned()))
            }
            None => plain(value),
        },
    }
}

/// A plain scalar, in the order of Psych's scanner.
fn plain(text: &str) -> Typed<'_> {
    if text.is_empty() {
        return Typed::Null;
    }
    if starts_like_a_word(text) || text.contains('\n') {
        return word(text);
    }
    if is_time(text) {
        return Typed::Refused(Cow::Borrowed("Time"));
    }
    if is_date(text) {
        return Typed::Refused(Cow::Borrowed("Date"));
    }
    let is_any = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_any(&[".inf", "+.inf"]) {
        return Typed::Float(f64::INFINITY);
    }
    if is_any(&["-.inf"]) {
        return Typed::Float(f64::NEG_INFINITY);
    }
    if is_any(&[".nan"]) {
        return Typed::Float(f64::NAN);
    }
    if let Some(name) = text.strip_prefix(':').filter(|name| !name.is_empty()) {
        let quoted = |quote| name.strip_prefix(quote).and_then(|it: &str| it.strip_suffix(quote));
        return Typed::Symbol(quoted('"').or_else(|| quoted('\'')).unwrap_or(name));
    }
    if let Some(value) = base_60(text) {
        return value;
    }
    if let Some(value) = float(text) {
        return Typed::Float(value);
    }
    integer(text).unwrap_or(Typed::Str(text))
}

fn is_wordy(ch: char) -> bool {
    ch.is_alphabetic() || ch.is_ascii_whitespace() || "_!@#$%^&*(){}<>|/\\~;=".contains(ch)
}

/// Psych's `^[^\d.:-]?[[:alpha:]_\s!@#$%\^&*(){}<>|/\\~;=]+`.
fn starts_like_a_word(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let optional = !first.is_ascii_digit() && !".:-".contains(first);
    is_wordy(first) || (optional && chars.next().is_some_and(is_wordy))
}

fn word(text: &str) -> Typed<'_> {
    if text.len() > 5 {
        return Typed::Str(text);
    }
    let is_any = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_any(&["~", "null"]) {
        Typed::Null
    } else if is_any(&["yes", "true", "on"]) {
        Typed::Bool(true)
    } else if is_any(&["no", "false", "off"]) {
        Typed::Bool(false)
    } else {
        Typed::Str(text)
    }
}

/// The digits at the start of `text` (between `least` and `most` of them) and what follows.
fn digits(text: &str, least: usize, most: usize) -> Option<(&str, &str)> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count().min(most);
    (count >= least).then(|| text.split_at(count))
}

/// `2024-1-31`
fn date_part(text: &str) -> Option<&str> {
    let (_, rest) = digits(text, 4, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let within = |part: &str, last: u8| part.parse::<u8>().is_ok_and(|it| (1..=last).contains(&it));
    (within(month, 12) && within(day, 31)).then_some(rest)
}

fn is_date(text: &str) -> bool {
    date_part(text).is_some_and(str::is_empty)
}

/// Psych's pattern of a point in time: date, `T` or blanks, `h:mm:ss`, fraction, zone.
fn is_time(text: &str) -> bool {
    let time = || {
        let (_, rest) = digits(text.strip_prefix('-').unwrap_or(text), 4, 4)?;
        let (_, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        let (_, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        let rest = match rest.strip_prefix(['T', 't']) {
            Some(rest) => rest,
            None => {
                let trimmed = rest.trim_start_matches([' ', '\t']);
                if trimmed.len() == rest.len() {
                    return None;
                }
                trimmed
            }
        };
        let (_, rest) = digits(rest, 1, 2)?;
        let (_, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
        let (_, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
        let rest = match rest.strip_prefix('.') {
            Some(rest) => rest.trim_start_matches(|ch: char| ch.is_ascii_digit()),
            None => rest,
        };
        let rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() || rest == "Z" {
            return Some(());
        }
        let (_, rest) = digits(rest.strip_prefix(['+', '-'])?, 1, 2)?;
        let rest = match rest.strip_prefix(':') {
            Some(rest) => digits(rest, 2, 2)?.1,
            None => digits(rest, 2, 2).map_or(rest, |(_, rest)| rest),
        };
        rest.is_empty().then_some(())
    };
    time().is_some()
}

/// `1:30` counts hours and minutes, `12:30:45` hours, minutes and seconds.
fn base_60(text: &str) -> Option<Typed<'_>> {
    let (text, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut parts = text.split(':');
    let first = parts.next()?;
    let rest: Vec<&str> = parts.collect();
    let unsigned = first.strip_prefix(['-', '+']).unwrap_or(first);
    let is_number = unsigned.starts_with(|ch: char| ch.is_ascii_digit())
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let is_sixtieth = |part: &&str| match part.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
        _ => false,
    };
    if !is_number || rest.is_empty() || rest.len() > 2 || !rest.iter().all(is_sixtieth) {
        return None;
    }
    let number = |part: &str| part.replace('_', "").parse::<i64>().unwrap_or(0);
    let mut value = number(first).saturating_mul(3600);
    for (part, unit) in rest.iter().zip([60, 1]) {
        value = value.saturating_add(number(part) * unit);
    }
    match fraction {
        None => Some(Typed::Int(value)),
        Some(fraction) if fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') => {
            let fraction = format!("0.{}", fraction.replace('_', ""));
            Some(Typed::Float(value as f64 + fraction.parse::<f64>().unwrap_or(0.0)))
        }
        Some(_) => None,
    }
}

/// Psych's `^(?:[-+]?([0-9][0-9_,]*)?\.[0-9]*([eE][+-][0-9]+)?)$`.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, rest) = unsigned.split_once('.')?;
    let whole_ok = whole.is_empty()
        || whole.starts_with(|ch: char| ch.is_ascii_digit())
            && whole.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_' || byte == b',');
    let fraction = rest.trim_start_matches(|ch: char| ch.is_ascii_digit());
    let exponent_ok = fraction.is_empty()
        || fraction
            .strip_prefix(['e', 'E'])
            .and_then(|it| it.strip_prefix(['+', '-']))
            .is_some_and(|digits| {
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            });
    if !whole_ok || !exponent_ok || unsigned == "." {
        return None;
    }
    let clean: String = text.chars().filter(|ch| !",_".contains(*ch)).collect();
    clean.parse().ok()
}

fn integer(text: &str) -> Option<Typed<'_>> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let in_base = |digits: &str, base: u32| {
        let rest = digits.trim_start_matches(['_', ',']);
        let ok = rest.starts_with(|ch: char| ch.is_digit(base))
            && rest.chars().all(|ch| ch.is_digit(base) || ch == '_' || ch == ',');
        ok.then(|| digits.replace(['_', ','], ""))
    };
    let prefixed =
        |prefix: &str, base| unsigned.strip_prefix(prefix).and_then(|it| in_base(it, base));
    let (digits, base) = if let Some(digits) = prefixed("0b", 2) {
        (digits, 2)
    } else if let Some(digits) = prefixed("0x", 16) {
        (digits, 16)
    } else if let Some(digits) = prefixed("0", 8) {
        (digits, 8)
    } else if is_decimal(unsigned) {
        (unsigned.replace(['_', ','], ""), 10)
    } else {
        return None;
    };
    let sign = if negative { "-" } else { "" };
    let signed = format!("{sign}{digits}");
    Some(match i64::from_str_radix(&signed, base) {
        Ok(value) => Typed::Int(value),
        Err(_) if base == 10 => Typed::BigInt(Cow::Owned(signed)),
        Err(_) => Typed::BigInt(Cow::Borrowed(text)),
    })
}

/// `0`, or digits without a leading zero with single `_` or `,` between them.
fn is_decimal(text: &str) -> bool {
    let bytes = text.as_bytes();
    let separator = |byte: u8| byte == b'_' || byte == b',';
    text == "0"
        || bytes.first().is_some_and(|byte| (b'1'..=b'9').contains(byte))
            && bytes.last().is_some_and(u8::is_ascii_digit)
            && bytes.iter().all(|byte| byte.is_ascii_digit() || separator(*byte))
            && !bytes.windows(2).any(|pair| separator(pair[0]) && separator(pair[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_typed_as_the_loader_types_them() {
        let cases = [
            ("yes", Typed::Bool(true)),
            ("tRUE", Typed::Bool(true)),
            ("y", Typed::Str("y")),
            ("", Typed::Null),
            ("~", Typed::Null),
            ("0777", Typed::Int(511)),
            ("08", Typed::Str("08")),
            ("0o17", Typed::Str("0o17")),
            ("1,000", Typed::Int(1000)),
            ("1__0", Typed::Str("1__0")),
            ("0b11", Typed::Int(3)),
            ("-0x1F", Typed::Int(-31)),
            ("1:30", Typed::Int(5400)),
            ("12:30:45", Typed::Int(45045)),
            ("1.10", Typed::Float(1.1)),
            ("5.", Typed::Float(5.0)),
            (".5", Typed::Float(0.5)),
            (".", Typed::Str(".")),
            ("1e3", Typed::Str("1e3")),
            ("1.0e+3", Typed::Float(1000.0)),
            ("1.20.0", Typed::Str("1.20.0")),
            (":foo", Typed::Symbol("foo")),
            ("2024-01-01", Typed::Refused("Date".into())),
            ("2024-13-01", Typed::Str("2024-13-01")),
            ("2024-01-01 10:00:00", Typed::Refused("Time".into())),
            ("a:b", Typed::Str("a:b")),
            ("99999999999999999999", Typed::BigInt("99999999999999999999".into())),
        ];
        for (text, value) in cases {
            assert_eq!(plain(text), value, "{text}");
        }
    }

    #[test]
    fn numbers_become_text_as_ruby_writes_them() {
        assert_eq!(plain("1.10").to_text(), "1.1");
        assert_eq!(plain("0755").to_text(), "493");
        assert_eq!(plain("3.").to_text(), "3.0");
        assert_eq!(Typed::Float(1e20).to_text(), "1.0e+20");
        assert_eq!(Typed::Float(1e-5).to_text(), "1.0e-05");
        assert_eq!(plain("on").to_text(), "true");
    }
}
