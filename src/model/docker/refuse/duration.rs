//! Durations as Go reads them: `1m30s`, `500ms`, `1.5h`.

/// The duration in nanoseconds.
///
/// # Errors
/// Says what is wrong, in Go's words for it: `invalid`, `missing unit in`, `unknown unit "d" in`.
pub(super) fn nanoseconds(text: &str) -> Result<i64, String> {
    let invalid = || "invalid".to_owned();
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0_f64;
    let in_number = |ch: char| ch.is_ascii_digit() || ch == '.';
    while !rest.is_empty() {
        let digits = rest.find(|ch| !in_number(ch)).unwrap_or(rest.len());
        let (number, behind) = rest.split_at(digits);
        let number: f64 = number.parse().map_err(|_| invalid())?;
        let (unit, behind) = behind.split_at(behind.find(in_number).unwrap_or(behind.len()));
        let unit = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            "" => return Err("missing unit in".to_owned()),
            other => return Err(format!("unknown unit {other:?} in")),
        };
        total += number * unit;
        rest = behind;
    }
    // Go's durations are 64 bits wide: some 292 years.
    if total > 9.22e18 {
        return Err(invalid());
    }
    #[allow(clippy::cast_possible_truncation)]
    let whole = total as i64;
    Ok(sign * whole)
}

#[cfg(test)]
mod tests {
    use super::nanoseconds;

    #[test]
    fn durations_have_units_and_may_be_put_together() {
        assert_eq!(nanoseconds("1m30s"), Ok(90_000_000_000));
        assert_eq!(nanoseconds("500ms"), Ok(500_000_000));
        assert_eq!(nanoseconds("1.5h"), Ok(5_400_000_000_000));
        assert_eq!(nanoseconds("-1s"), Ok(-1_000_000_000));
        assert_eq!(nanoseconds("0"), Ok(0));
        for (text, why) in [
            ("", "invalid"),
            ("s", "invalid"),
            (".s", "invalid"),
            ("-", "invalid"),
            ("5", "missing unit in"),
            ("1d", "unknown unit \"d\" in"),
            ("1 s", "unknown unit \" s\" in"),
        ] {
            assert_eq!(nanoseconds(text), Err(why.to_owned()), "{text}");
        }
    }
}
