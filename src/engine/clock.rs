//! What counts as now. Nothing else in the program looks at the time, so a run with this set is repeatable.

use std::time::{SystemTime, UNIX_EPOCH};

use super::CheckOptions;
use crate::model::evidence::Timestamp;

/// The time that the options name, else that of `SOURCE_DATE_EPOCH`, else the clock's.
pub(super) fn now(options: &CheckOptions) -> Timestamp {
    let seconds = options.now.or_else(|| std::env::var("SOURCE_DATE_EPOCH").ok()?.parse().ok());
    let seconds = seconds.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX))
    });
    Timestamp { seconds }
}
