use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Why a text is no date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date; one is written `2026-05-31`")]
pub struct DateError(String);

const SECONDS_OF_DAY: u64 = 86_400;

impl Date {
    /// The day of a time in seconds since 1970, in UTC; nothing beyond the year 9999.
    pub fn from_unix(seconds: u64) -> Option<Self> {
        // Counted in years that start in March, so that the leap day is the last one:
        // <https://howardhinnant.github.io/date_algorithms.html>
        let days = seconds / SECONDS_OF_DAY + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        let year = u16::try_from(year).ok().filter(|year| *year <= 9_999)?;
        Some(Self { year, month: u8::try_from(month).ok()?, day: u8::try_from(day).ok()? })
    }

    /// The day so many days later; the last day of the calendar if it would lie beyond it.
    pub fn plus_days(self, days: u32) -> Self {
        let last = Self { year: 9_999, month: 12, day: 31 };
        let ahead = u64::from(days).saturating_add(self.days_since_1970());
        Self::from_unix(ahead.saturating_mul(SECONDS_OF_DAY)).unwrap_or(last)
    }

    /// 0 for what lies before 1970.
    fn days_since_1970(self) -> u64 {
        let year = u64::from(self.year) - u64::from(self.month <= 2 && self.year > 0);
        let month = (u64::from(self.month) + 9) % 12;
        let of_year = (153 * month + 2) / 5 + u64::from(self.day) - 1;
        let (era, of_era) = (year / 400, year % 400);
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        days.saturating_sub(719_468)
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let fail = || DateError(text.to_owned());
        let number = |part: &str, length: usize| {
            let digits = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|_| digits).ok_or_else(fail)
        };
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next().unwrap_or("");
        let (year, month, day) = (number(next(), 4)?, number(next(), 2)?, number(next(), 2)?);
        let leap =
            (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return Err(fail()),
        };
        if !(1..=days).contains(&day) {
            return Err(fail());
        }
        let small = |number: u16| u8::try_from(number).map_err(|_| fail());
        Ok(Self { year, month: small(month)?, day: small(day)? })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_since_1970_are_a_day() {
        let day = |seconds| Date::from_unix(seconds).map(|date| date.to_string());
        assert_eq!(day(0).as_deref(), Some("1970-01-01"));
        assert_eq!(day(951_782_400).as_deref(), Some("2000-02-29"));
        assert_eq!(day(1_798_761_599).as_deref(), Some("2026-12-31"));
        assert_eq!(day(u64::MAX), None);
        let later = |text: &str, days| text.parse::<Date>().unwrap().plus_days(days).to_string();
        assert_eq!(later("2024-02-28", 2), "2024-03-01");
        assert_eq!(later("2026-12-31", 366), "2028-01-01");
        assert_eq!(later("9999-12-30", 9), "9999-12-31");
    }

    #[test]
    fn a_date_is_a_day_that_there_is() {
        for text in ["2024-02-29", "2026-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in
            ["2026-02-29", "2026-13-01", "2026-1-01", "26-01-01", "2026-01", "", "+026-01-01"]
        {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert!("2025-12-31".parse::<Date>().unwrap() < "2026-01-01".parse().unwrap());
    }
}
