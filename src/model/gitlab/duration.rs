//! Durations as GitLab reads them (`expire_in`, `timeout`, `start_in`): the grammar of Ruby's
//! chronic_duration with months of 30 days.

/// Units by their names, in seconds.
const UNITS: [(&[&str], f64); 7] = [
    (&["s", "sec", "secs", "second", "seconds"], 1.0),
    (&["m", "min", "mins", "minute", "minutes"], 60.0),
    (&["h", "hr", "hrs", "hour", "hours"], 3600.0),
    (&["d", "dy", "day", "days"], 86_400.0),
    (&["w", "wk", "wks", "week", "weeks"], 604_800.0),
    (&["mo", "mos", "month", "months"], 2_592_000.0),
    (&["y", "yr", "yrs", "year", "years"], 31_557_600.0),
];

/// Words that stand for numbers.
const NUMBERS: [(&str, f64); 28] = [
    ("zero", 0.0),
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
];

/// A duration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Duration {
    /// `never`, which only some keywords take.
    Never,
    /// Seconds, more than none.
    Seconds(f64),
}

impl Duration {
    /// The seconds; nothing for `never`.
    pub const fn seconds(self) -> Option<f64> {
        match self {
            Duration::Never => None,
            Duration::Seconds(seconds) => Some(seconds),
        }
    }
}

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurationError {
    /// The word or sign that is not understood; nothing for a duration of zero or an empty text.
    pub part: Option<String>,
    /// The unit that was meant, if one comes near.
    pub nearest: Option<&'static str>,
}

/// Reads a duration.
///
/// # Errors
/// Fails on any word that is neither a number, a unit nor a filler, and on a duration of zero.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let text = text.trim().to_ascii_lowercase();
    if text == "never" {
        return Ok(Duration::Never);
    }
    let seconds = match clock(&text) {
        Some(seconds) => seconds,
        None => words(&text)?,
    };
    if seconds > 0.0 {
        Ok(Duration::Seconds(seconds))
    } else {
        Err(DurationError { part: None, nearest: None })
    }
}

/// `1:30` (minutes and seconds), `1:30:00`, `1:02:03:04` (days first).
fn clock(text: &str) -> Option<f64> {
    if !text.contains(':') {
        return None;
    }
    let parts: Vec<&str> = text.split(':').collect();
    let is_number = |part: &&str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    if parts.len() > 4 || !parts.iter().all(is_number) {
        return None;
    }
    let units = [1.0, 60.0, 3600.0, 86_400.0];
    let values = parts.iter().rev().zip(units);
    Some(values.map(|(part, unit)| part.parse::<f64>().unwrap_or(0.0) * unit).sum())
}

fn unknown(part: &str) -> DurationError {
    let names =
        UNITS.iter().flat_map(|(names, _)| names.iter().copied()).filter(|name| name.len() > 2);
    let near = names.map(|name| (strsim::damerau_levenshtein(name, part), name)).min();
    let nearest = near.filter(|(distance, _)| *distance <= 2).map(|(_, name)| name);
    DurationError { part: Some(part.to_owned()), nearest }
}

fn words(text: &str) -> Result<f64, DurationError> {
    let mut total = 0.0;
    // A number that waits for its unit.
    let mut number: Option<f64> = None;
    let mut after_word = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let class = |ch: char| {
            if first.is_ascii_alphabetic() {
                ch.is_ascii_alphabetic()
            } else {
                ch.is_ascii_digit() || ch == '.'
            }
        };
        if first.is_whitespace() || first == '/' || (first == ',' && after_word) {
            rest = &rest[first.len_utf8()..];
        } else if first.is_ascii_digit() || first == '.' {
            let (token, tail) = rest.split_at(rest.find(|ch| !class(ch)).unwrap_or(rest.len()));
            total += number.take().unwrap_or(0.0);
            number = Some(token.parse().map_err(|_| unknown(token))?);
            (rest, after_word) = (tail, false);
        } else if first.is_ascii_alphabetic() {
            let (token, tail) = rest.split_at(rest.find(|ch| !class(ch)).unwrap_or(rest.len()));
            word(token, &mut total, &mut number)?;
            (rest, after_word) = (tail, true);
        } else {
            return Err(unknown(&first.to_string()));
        }
    }
    Ok(total + number.unwrap_or(0.0))
}

fn word(token: &str, total: &mut f64, number: &mut Option<f64>) -> Result<(), DurationError> {
    if ["and", "with", "plus"].contains(&token) {
        return Ok(());
    }
    if let Some((_, unit)) = UNITS.iter().find(|(names, _)| names.contains(&token)) {
        *total += number.take().unwrap_or(1.0) * unit;
        return Ok(());
    }
    if let Some((_, value)) = NUMBERS.iter().find(|(name, _)| *name == token) {
        // `twenty two` is one number.
        *number = Some(number.unwrap_or(0.0) + value);
        return Ok(());
    }
    if token == "hundred" {
        *number = Some(number.unwrap_or(1.0) * 100.0);
        return Ok(());
    }
    Err(unknown(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<f64> {
        parse_duration(text).ok().and_then(Duration::seconds)
    }

    #[test]
    fn durations_are_read_as_the_server_reads_them() {
        for day in [
            "24 hours",
            "24h",
            "1 day",
            "day",
            "one day",
            "1440 mins",
            "86400",
            "24:00:00",
            "23h 60m",
            "12 hrs and 12 hrs",
            "0.5 days 12 hours",
        ] {
            assert_eq!(seconds(day), Some(86_400.0), "{day}");
        }
        assert_eq!(seconds("24"), Some(24.0));
        assert_eq!(seconds("24 m"), Some(1440.0));
        assert_eq!(seconds("twenty two secs"), Some(22.0));
        assert_eq!(parse_duration("NEVER"), Ok(Duration::Never));
        for broken in ["", "0 days", "-1 day", "1e3", "1_000", "1,000 s", "$VAR", "7 elephants"] {
            assert!(parse_duration(broken).is_err(), "{broken}");
        }
        assert_eq!(parse_duration("24 horus").unwrap_err().nearest, Some("hours"));
    }
}
