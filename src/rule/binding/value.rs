//! The types of parameters: which words they take and which number the words stand for.

use crate::model::spec::Relation;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParamKind {
    /// Without blanks.
    Word,
    /// A reference of an image.
    Image,
    /// A path of a file.
    Path,
    /// A name without blanks.
    Job,
    /// Names, `lint or test`, `lint, test and build`.
    Jobs,
    Policy,
    /// In quotes.
    Quoted,
    Version,
    Integer,
    Float,
    Percent,
    Size,
    Duration,
    /// Anything.
    Text,
}

/// The parameter types by name; an unnamed one is any text.
const KINDS: [(&str, ParamKind); 17] = [
    ("count", ParamKind::Integer),
    ("duration", ParamKind::Duration),
    ("float", ParamKind::Float),
    ("image", ParamKind::Image),
    ("int", ParamKind::Integer),
    ("job", ParamKind::Job),
    ("jobs", ParamKind::Jobs),
    ("name", ParamKind::Word),
    ("path", ParamKind::Path),
    ("percent", ParamKind::Percent),
    ("policy", ParamKind::Policy),
    ("size", ParamKind::Size),
    ("string", ParamKind::Quoted),
    ("text", ParamKind::Text),
    ("version", ParamKind::Version),
    ("word", ParamKind::Word),
    ("", ParamKind::Text),
];

impl ParamKind {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|(name, _)| *name).filter(|name| !name.is_empty())
    }

    /// Words that it takes.
    pub(super) const fn example(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Image => "alpine:3.23",
            Self::Path => "package.json",
            Self::Job => "test",
            Self::Jobs => "lint or test",
            Self::Policy => "pull",
            Self::Quoted => "\"words\"",
            Self::Version => "1.25.5",
            Self::Integer => "3",
            Self::Float => "1.5",
            Self::Percent => "95%",
            Self::Size => "150 MB",
            Self::Duration => "5 minutes",
            Self::Text => "words",
        }
    }

    /// Whether the words stand for a number.
    pub(super) const fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Float | Self::Percent | Self::Size | Self::Duration)
    }

    /// Whether `ch` may stand in the words of this type; nothing is said of numbers.
    pub(super) fn takes(self, ch: char) -> bool {
        match self {
            Self::Text | Self::Quoted => true,
            Self::Word => !ch.is_whitespace(),
            Self::Job => !ch.is_whitespace() && !matches!(ch, ',' | ';' | '(' | ')'),
            Self::Jobs => {
                ch.is_alphanumeric() || matches!(ch, ' ' | ',' | '-' | '_' | '/' | ':' | '.' | '&')
            }
            Self::Image | Self::Path => ch.is_alphanumeric() || "._-/:@$*{}[]~+#%".contains(ch),
            Self::Policy => ch.is_ascii_alphabetic() || ch == '-',
            Self::Version => ch.is_ascii_alphanumeric() || matches!(ch, '.' | '-' | '+'),
            _ => ch.is_ascii_digit(),
        }
    }

    /// Whether the words, each character of which is taken, are of this type.
    pub(super) fn fits(self, words: &str) -> bool {
        let bare = words.trim();
        if bare.len() < words.len() || bare.is_empty() {
            return false;
        }
        match self {
            Self::Policy => {
                matches!(words.to_ascii_lowercase().as_str(), "pull" | "push" | "pull-push")
            }
            Self::Version => {
                words.trim_start_matches('v').starts_with(|ch: char| ch.is_ascii_digit())
            }
            Self::Quoted => {
                words.len() >= 2
                    && words.starts_with('"')
                    && words.ends_with('"')
                    && !words[1..words.len() - 1].contains('"')
            }
            Self::Image | Self::Path => {
                words.contains(|ch: char| ch.is_alphanumeric() || ch == '*')
            }
            _ => true,
        }
    }
}

const RELATIONS: [(&str, Relation); 23] = [
    (">=", Relation::AtLeast),
    ("≥", Relation::AtLeast),
    ("<=", Relation::AtMost),
    ("≤", Relation::AtMost),
    (">", Relation::More),
    ("<", Relation::Less),
    ("more than", Relation::More),
    ("greater than", Relation::More),
    ("longer than", Relation::More),
    ("exceeding", Relation::More),
    ("exceeds", Relation::More),
    ("exceed", Relation::More),
    ("above", Relation::More),
    ("over", Relation::More),
    ("at least", Relation::AtLeast),
    ("no less than", Relation::AtLeast),
    ("not less than", Relation::AtLeast),
    ("less than", Relation::Less),
    ("below", Relation::Less),
    ("under", Relation::Less),
    ("at most", Relation::AtMost),
    ("no more than", Relation::AtMost),
    ("up to", Relation::AtMost),
];

/// The relation that words of a number start with, and the words behind it.
pub(super) fn relation_of(kind: ParamKind, words: &str) -> (Option<Relation>, &str) {
    if !kind.is_number() {
        return (None, words);
    }
    for (name, relation) in RELATIONS {
        let head = words.get(..name.len());
        if head.is_some_and(|head| head.eq_ignore_ascii_case(name)) {
            return (Some(relation), words[name.len()..].trim_start());
        }
    }
    (None, words)
}

/// The relation that the words in front of a number end with.
pub fn relation_before(words: &str) -> Option<Relation> {
    let words = words.trim_end().to_lowercase();
    // The longest name counts: `no more than` is not `more than`.
    let ends = RELATIONS.iter().filter(|(name, _)| words.ends_with(name));
    ends.max_by_key(|(name, _)| name.len()).map(|(_, relation)| *relation)
}

/// The number that the words of a parameter stand for: a count, percent, bytes, seconds.
pub(super) fn number(kind: ParamKind, text: &str) -> Option<f64> {
    match kind {
        ParamKind::Integer | ParamKind::Float => text.parse().ok(),
        ParamKind::Percent => parse_percent(text),
        ParamKind::Size => size(text),
        ParamKind::Duration => duration(text),
        _ => None,
    }
}

/// The lengths that words of a number at the start of `text` may have, the longest first.
pub(super) fn number_lengths(kind: ParamKind, text: &str) -> Vec<usize> {
    let (_, bare) = relation_of(kind, text);
    let lead = text.len() - bare.len();
    let digits = bare.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let digits = bare[..digits].trim_end_matches('.').len();
    if digits == 0 {
        return Vec::new();
    }
    let ends_word = |end: usize| !bare[end..].starts_with(|ch: char| ch.is_alphanumeric());
    let mut ends = Vec::new();
    match kind {
        ParamKind::Integer => {
            let len = bare.bytes().take_while(u8::is_ascii_digit).count();
            ends.push(len);
        }
        ParamKind::Float => ends.push(digits),
        _ => {
            let blank = usize::from(bare[digits..].starts_with(' '));
            let unit = &bare[digits + blank..];
            let len = if unit.starts_with('%') {
                1
            } else {
                unit.find(|ch: char| !ch.is_alphabetic()).unwrap_or(unit.len())
            };
            ends.push(digits + blank + len);
        }
    }
    // `24 hours 30 minutes`
    if kind == ParamKind::Duration
        && let Some(first) = ends.first().copied()
    {
        let mut at = first;
        loop {
            let rest = &bare[at..];
            let gap = ["and ", " and ", " "].into_iter().find(|gap| {
                rest.starts_with(gap)
                    && rest[gap.len()..].starts_with(|ch: char| ch.is_ascii_digit())
            });
            let Some(gap) = gap else { break };
            let rest = &rest[gap.len()..];
            let digits =
                rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
            let blank = usize::from(rest[digits..].starts_with(' '));
            let unit = &rest[digits + blank..];
            let len = unit.find(|ch: char| !ch.is_alphabetic()).unwrap_or(unit.len());
            if len == 0 {
                break;
            }
            at += gap.len() + digits + blank + len;
            ends.insert(0, at);
        }
    }
    ends.retain(|end| ends_word(*end) && number(kind, &bare[..*end]).is_some());
    ends.iter().map(|end| lead + end).collect()
}

fn leading_number(text: &str) -> Option<(f64, &str)> {
    let len = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, rest) = text.split_at(len);
    Some((number.parse().ok()?, rest.trim_start()))
}

/// `5%`, `5 %`, `5 percent`: the number in front of the sign.
pub fn parse_percent(text: &str) -> Option<f64> {
    let (number, unit) = leading_number(text.trim())?;
    matches!(unit.to_ascii_lowercase().as_str(), "%" | "percent").then_some(number)
}

/// `215MB` in bytes; `MiB` counts in powers of two.
fn size(text: &str) -> Option<f64> {
    let (number, unit) = leading_number(text.trim())?;
    let factor = match unit.to_ascii_lowercase().as_str() {
        "b" | "bytes" | "byte" => 1.0,
        "kb" | "k" => 1e3,
        "mb" | "m" => 1e6,
        "gb" | "g" => 1e9,
        "tb" | "t" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    Some(number * factor)
}

/// `24 hours`, `1 day`, `1h 30m`, in seconds.
fn duration(text: &str) -> Option<f64> {
    let mut rest = text.trim();
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let (number, unit) = leading_number(rest)?;
        let len = unit.find(|ch: char| !ch.is_alphabetic()).unwrap_or(unit.len());
        let (unit, behind) = unit.split_at(len);
        let unit = unit.to_ascii_lowercase();
        let factor = match unit.as_str() {
            "ms" | "millisecond" | "milliseconds" => 0.001,
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
            "d" | "day" | "days" => 86_400.0,
            "w" | "wk" | "week" | "weeks" => 604_800.0,
            "month" | "months" => 2_592_000.0,
            "y" | "year" | "years" => 31_557_600.0,
            _ => return None,
        };
        seconds += number * factor;
        let next = behind.trim_start_matches([' ', ',']);
        rest = next.strip_prefix("and ").unwrap_or(next).trim_start();
    }
    Some(seconds)
}
