//! Dates and times as Ruby's `DateTime.iso8601` reads them.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// The forms that are read: with signs between the parts, without them, and a time alone.
static FORMS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    const ZONE: &str = r"(?:z|[-+][0-9]{2}(?::?[0-9]{2})?)?";
    const SECOND: &str = r"(?<second>[0-9]{2})(?:[.,][0-9]+)?";
    let time = format!(r"(?<hour>[0-9]{{2}}):(?<minute>[0-9]{{2}})(?::{SECOND})?{ZONE}");
    let basic_time = format!(r"(?<hour>[0-9]{{2}})(?<minute>[0-9]{{2}})(?:{SECOND})?{ZONE}");
    let dates = [
        (r"(?<year>[-+]?[0-9]{2,}|-)-(?<month>[0-9]{2})?(?:-(?<day>[0-9]{2}))?", "t", &time),
        (r"(?<year>[-+]?[0-9]{2,})?-(?<ordinal>[0-9]{3})", "t", &time),
        (r"(?:[0-9]{4}|[0-9]{2})?-w(?<week>[0-9]{2})-(?<weekday>[0-9])", "t", &time),
        (r"-w-(?<weekday>[0-9])", "t", &time),
        (
            r"(?<year>[-+]?(?:[0-9]{4}|[0-9]{2})|--)(?:(?<month>[0-9]{2})|-)(?<day>[0-9]{2})",
            "t?",
            &basic_time,
        ),
        (r"(?<year>[-+]?(?:[0-9]{4}|[0-9]{2})|-)(?<ordinal>[0-9]{3})", "t?", &basic_time),
        (r"(?:[0-9]{4}|[0-9]{2}|-)w(?<week>[0-9]{2})(?<weekday>[0-9])", "t?", &basic_time),
    ];
    let dates = dates.into_iter().map(|(date, sign, time)| format!("{date}(?:{sign}{time})?"));
    let forms = dates.chain([time.clone(), basic_time.clone()]);
    forms.filter_map(|form| Regex::new(&format!(r"(?i)\A\s*(?:{form})\s*\z")).ok()).collect()
});

/// Whether a text says a date and time that there is.
pub(super) fn is_datetime(text: &str) -> bool {
    FORMS.iter().any(|form| form.captures(text).is_some_and(|parts| exists(&parts)))
}

fn exists(parts: &Captures<'_>) -> bool {
    let number = |name| parts.name(name).and_then(|it| it.as_str().parse::<u32>().ok());
    let is_in = |name, least, most| number(name).is_none_or(|it| (least..=most).contains(&it));
    // A year of two digits is one of this century or the last.
    let leap = parts.name("year").filter(|it| it.len() == 4).is_none_or(|year| {
        let year: u32 = year.as_str().parse().unwrap_or(0);
        year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
    });
    let days = match number("month") {
        Some(4 | 6 | 9 | 11) => 30,
        Some(2) => 28 + u32::from(leap),
        _ => 31,
    };
    let midnight = number("hour") == Some(24)
        && number("minute").unwrap_or(0) + number("second").unwrap_or(0) == 0;
    is_in("month", 1, 12)
        && is_in("day", 1, days)
        && is_in("ordinal", 1, 365 + u32::from(leap))
        && is_in("week", 1, 53)
        && is_in("weekday", 1, 7)
        && (is_in("hour", 0, 23) || midnight)
        && is_in("minute", 0, 59)
        && is_in("second", 0, 60)
}

#[cfg(test)]
mod tests {
    use super::is_datetime;

    #[test]
    fn dates_are_read_in_all_forms() {
        for good in [
            "2021-03-15T08:00:00Z",
            "2021-03-15t08:00:00.5+0100",
            "2021-03-15T08:00+01:00",
            "2021-03-15",
            "2021-03",
            " 2024-02-29 ",
            "2021-060",
            "2021-W01-1",
            "20210315T080000Z",
            "20210315",
            "2021060",
            "21W011",
            "08:00",
            "0800",
            "2021-03-15T24:00:00Z",
        ] {
            assert!(is_datetime(good), "{good}");
        }
        for bad in [
            "",
            "nope",
            "$DATE",
            "2021-13-15",
            "2021-02-29",
            "2021-04-31",
            "2021-366",
            "2021-03-15 08:00:00",
            "2021-03-15T25:00:00Z",
            "2021-03-15T24:00:01Z",
            "2021-03-15T08:60:00Z",
            "2021-3-15",
            "15.03.2021",
            "2021-W54-1",
        ] {
            assert!(!is_datetime(bad), "{bad}");
        }
    }
}
