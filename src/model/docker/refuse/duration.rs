//! Durations as Go reads them: `1m30s`, `500ms`, `1.5h`.

/// The duration in nanoseconds; nothing if it is none, or too long.
pub(super) fn nanoseconds(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_f64;
    while !rest.is_empty() {
        let digits =
            rest.len() - rest.trim_start_matches(|ch: char| ch.is_ascii_digit() || ch == '.').len();
        let number: f64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let letters = rest.find(|ch: char| ch.is_ascii_digit() || ch == '.').unwrap_or(rest.len());
        let unit = match rest.get(..letters)? {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        total += number * unit;
        rest = rest.get(letters..)?;
    }
    // Go's durations are 64 bits wide: some 292 years.
    if total > 9.22e18 {
        return None;
    }
    #[allow(clippy::cast_possible_truncation)]
    let whole = total as i64;
    Some(sign * whole)
}

#[cfg(test)]
mod tests {
    use super::nanoseconds;

    #[test]
    fn durations_have_units_and_may_be_put_together() {
        assert_eq!(nanoseconds("1m30s"), Some(90_000_000_000));
        assert_eq!(nanoseconds("500ms"), Some(500_000_000));
        assert_eq!(nanoseconds("1.5h"), Some(5_400_000_000_000));
        assert_eq!(nanoseconds("-1s"), Some(-1_000_000_000));
        assert_eq!(nanoseconds("0"), Some(0));
        for text in ["", "5", "s", "1d", "1 s", ".s", "-"] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }
}
