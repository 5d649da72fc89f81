//! Kinds and lists of words that several keywords share.

use super::kind::Kind;

pub(super) const WEEK: f64 = 604_800.0;
pub(super) const MONTH: f64 = 2_629_746.0;
pub(super) const FOREVER: f64 = f64::INFINITY;

/// After which results of a job something is done.
pub(super) static OUTCOMES: [&str; 3] = ["on_success", "on_failure", "always"];

/// Any text.
pub(super) const fn text() -> Kind {
    Kind::Str(0, usize::MAX)
}

/// Text that says something.
pub(super) const fn name() -> Kind {
    Kind::Str(1, usize::MAX)
}
