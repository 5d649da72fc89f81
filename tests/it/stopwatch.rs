//! Time that does not depend on what else the machine does.

use std::time::{Duration, Instant};

/// Measures what the thread that started it computes.
pub(crate) struct Stopwatch {
    started: Instant,
    computed: Option<Duration>,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), computed: on_processor() }
    }

    /// The processor time since the start; the time on the wall where the system does not tell.
    pub(crate) fn elapsed(&self) -> Duration {
        match (self.computed, on_processor()) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => self.started.elapsed(),
        }
    }
}

/// How long this thread has been on a processor.
fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}
