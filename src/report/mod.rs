//! The output formats, one file each. A format knows the report and nothing of how it came to be.

mod excerpt;
mod forecast;
mod json;
mod missing;
mod resolved;
mod style;
mod text;

pub use forecast::{ForecastOptions, render_forecast, render_forecast_json};
pub use json::render_json;
pub use missing::render_missing;
pub use resolved::{ResolvedOptions, render_resolved, render_resolved_job};
pub use style::visible;
pub use text::{TextOptions, render_finding, render_text, summary};

use crate::text::{Location, Position, Sources};

/// Line and column of the start and the end of a place, both from 1, columns in characters.
pub(crate) fn positions(sources: &Sources, at: Location) -> (Position, Position) {
    let source = sources.get(at.source);
    let one_based = |offset| {
        let position = source.lines().chars(source.text(), offset);
        Position { line: position.line + 1, column: position.column + 1 }
    };
    (one_based(at.span.start), one_based(at.span.end.max(at.span.start)))
}
