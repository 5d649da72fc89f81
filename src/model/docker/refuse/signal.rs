//! Signals as `STOPSIGNAL` takes them.

const NAMES: [&str; 37] = [
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL",
    "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP",
    "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
    "UNUSED",
];

/// Whether `text` is the name or the number of a signal.
pub(super) fn is_signal(text: &str) -> bool {
    if let Ok(number) = text.parse::<i64>() {
        return number != 0;
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    if NAMES.contains(&name) {
        return true;
    }
    let offset = |prefix: &str, highest: u8| {
        let rest = name.strip_prefix(prefix)?;
        Some(rest.parse::<u8>().is_ok_and(|offset| (1..=highest).contains(&offset)))
    };
    offset("RTMIN+", 15).or_else(|| offset("RTMAX-", 14)).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::is_signal;

    #[test]
    fn signals_have_names_and_numbers() {
        for text in ["SIGTERM", "term", "9", "SIGRTMIN+3", "RTMAX-1"] {
            assert!(is_signal(text), "{text}");
        }
        for text in ["", "SIGFOO", "0", "SIGRTMIN+99", "RTMAX-15"] {
            assert!(!is_signal(text), "{text}");
        }
    }
}
