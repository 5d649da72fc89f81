//! The kinds of values that labels may have.

/// What the value of a label has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum LabelKind {
    Url,
    Rfc3339,
    SemVer,
    Spdx,
    Hash,
    Email,
}

impl LabelKind {
    /// The kind of this name; nothing for `text`, which any value is.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "url" => Some(LabelKind::Url),
            "rfc3339" => Some(LabelKind::Rfc3339),
            "semver" => Some(LabelKind::SemVer),
            "spdx" => Some(LabelKind::Spdx),
            "hash" => Some(LabelKind::Hash),
            "email" => Some(LabelKind::Email),
            _ => None,
        }
    }

    /// What a value of this kind is called.
    pub const fn noun(self) -> &'static str {
        match self {
            LabelKind::Url => "URL",
            LabelKind::Rfc3339 => "time as RFC 3339 has it (`2026-01-31T12:00:00Z`)",
            LabelKind::SemVer => "semantic version",
            LabelKind::Spdx => "licence of the SPDX list",
            LabelKind::Hash => "Git hash (7 or 40 lower-case hex digits)",
            LabelKind::Email => "e-mail address",
        }
    }

    /// Whether `value` is of this kind.
    pub fn fits(self, value: &str) -> bool {
        match self {
            LabelKind::Url => is_url(value),
            LabelKind::Rfc3339 => is_rfc3339(value),
            LabelKind::SemVer => is_semver(value),
            LabelKind::Spdx => super::spdx::is_licence(value),
            LabelKind::Hash => {
                matches!(value.len(), 7 | 40)
                    && value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            }
            LabelKind::Email => is_email(value),
        }
    }
}

fn is_url(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once(':') else { return false };
    let scheme_char = |ch: char| ch.is_ascii_alphanumeric() || "+-.".contains(ch);
    scheme.starts_with(|ch: char| ch.is_ascii_alphabetic())
        && scheme.chars().all(scheme_char)
        && !rest.trim_start_matches('/').is_empty()
        && value.chars().all(|ch| ch.is_ascii_graphic() && !"<>\"{}|\\^`".contains(ch))
}

fn number(text: &str, digits: usize, range: std::ops::RangeInclusive<u32>) -> bool {
    text.len() == digits
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse().is_ok_and(|number| range.contains(&number))
}

/// The days of a month.
fn days(year: &str, month: &str) -> u32 {
    let year: u32 = year.parse().unwrap_or(0);
    match month {
        "04" | "06" | "09" | "11" => 30,
        "02" if year.is_multiple_of(if year.is_multiple_of(100) { 400 } else { 4 }) => 29,
        "02" => 28,
        _ => 31,
    }
}

fn is_rfc3339(value: &str) -> bool {
    let Some((date, time)) = value.split_once(['T', 't', ' ']) else { return false };
    let date: Vec<&str> = date.split('-').collect();
    let [year, month, day] = date.as_slice() else { return false };
    let (clock, offset) = match time.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, None),
        None => match time.rfind(['+', '-']) {
            Some(at) => (&time[..at], Some(&time[at + 1..])),
            None => return false,
        },
    };
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(a, b)| (a, Some(b)));
    let clock: Vec<&str> = clock.split(':').collect();
    let [hour, minute, second] = clock.as_slice() else { return false };
    number(year, 4, 0..=9999)
        && number(month, 2, 1..=12)
        && number(day, 2, 1..=days(year, month))
        && number(hour, 2, 0..=23)
        && number(minute, 2, 0..=59)
        && number(second, 2, 0..=60)
        && fraction.is_none_or(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
        && offset.is_none_or(|offset| {
            offset
                .split_once(':')
                .is_some_and(|(hour, minute)| number(hour, 2, 0..=23) && number(minute, 2, 0..=59))
        })
}

fn is_semver(value: &str) -> bool {
    let (value, build) = value.split_once('+').map_or((value, None), |(a, b)| (a, Some(b)));
    let (core, pre) = value.split_once('-').map_or((value, None), |(a, b)| (a, Some(b)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = |text: &str| digits(text) && (text == "0" || !text.starts_with('0'));
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let parts: Vec<&str> = core.split('.').collect();
    parts.len() == 3
        && parts.into_iter().all(plain)
        && pre.is_none_or(|pre| pre.split('.').all(|it| word(it) && (!digits(it) || plain(it))))
        && build.is_none_or(|build| build.split('.').all(word))
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    let atom = |text: &str| {
        let fits = |ch: char| ch.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(ch);
        !text.is_empty() && text.chars().all(fits)
    };
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    (quoted || local.split('.').all(atom)) && domain.split('.').all(atom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_from_what_only_looks_like_them() {
        let cases = [
            (LabelKind::Url, "https://example.org/x", "example.org"),
            (LabelKind::Rfc3339, "2026-01-31T12:00:00.5+01:00", "2026-01-31"),
            (LabelKind::Rfc3339, "2026-01-31T12:00:00Z", "2026-13-31T12:00:00Z"),
            (LabelKind::Rfc3339, "2024-02-29T12:00:00Z", "2026-02-29T12:00:00Z"),
            (LabelKind::Rfc3339, "2000-02-29T12:00:00Z", "1900-02-29T12:00:00Z"),
            (LabelKind::Rfc3339, "2026-04-30T12:00:00Z", "2026-04-31T12:00:00Z"),
            (LabelKind::SemVer, "1.2.3-rc.1+b", "1.2"),
            (LabelKind::SemVer, "1.0.0", "01.0.0"),
            (LabelKind::Spdx, "MIT", "not-spdx"),
            (LabelKind::Hash, "2dbfae9", "2DBFAE9"),
            (LabelKind::Email, "jo.b@example.org", "jo"),
        ];
        for (kind, good, bad) in cases {
            assert!(kind.fits(good), "{good}");
            assert!(!kind.fits(bad), "{bad}");
        }
    }
}
