//! What counts as now. Nothing else in the program looks at the time, so a run with this set is repeatable.

use std::time::{SystemTime, UNIX_EPOCH};

use super::{CheckOptions, Config};
use crate::model::evidence::Timestamp;

/// The day that the configuration sets, else the time that the options name, else that of `SOURCE_DATE_EPOCH`, else
/// the clock's.
pub(super) fn now(options: &CheckOptions, config: &Config) -> Timestamp {
    let day = config.today.as_ref().and_then(|it| Timestamp::parse_date(&it.value));
    if let Some(day) = day {
        return day;
    }
    let seconds = options.now.or_else(|| std::env::var("SOURCE_DATE_EPOCH").ok()?.parse().ok());
    let seconds = seconds.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX))
    });
    Timestamp { seconds }
}
