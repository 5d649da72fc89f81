//! The output formats, one file each. A format knows the report and nothing of how it came to be.

mod codequality;
mod escape;
mod excerpt;
mod forecast;
mod github;
mod json;
mod junit;
mod markdown;
mod missing;
mod resolved;
mod sarif;
mod style;
mod text;
mod trace;

pub use codequality::render_code_quality;
pub use forecast::{ForecastOptions, render_forecast, render_forecast_json};
pub use github::render_github;
pub use json::render_json;
pub use junit::{render_junit, render_trace_junit};
pub use markdown::render_markdown;
pub use missing::render_missing;
pub use resolved::{ResolvedOptions, render_resolved, render_resolved_job};
pub use sarif::render_sarif;
pub use style::visible;
pub use text::{TextOptions, render_finding, render_text, summary};
pub use trace::{render_trace_html, render_trace_json, render_trace_markdown, render_trace_text};

use std::path::Path;

use crate::text::{Location, Position, Sources};

/// How a path is shown behind `prefix`: one that lies outside of the project is whole as it is.
fn shown_path(prefix: &str, path: &str) -> String {
    if Path::new(path).is_absolute() { path.to_owned() } else { format!("{prefix}{path}") }
}

/// Line and column of the start and the end of a place, both from 1, columns in characters.
pub(crate) fn positions(sources: &Sources, at: Location) -> (Position, Position) {
    let source = sources.get(at.source);
    let one_based = |offset| {
        let position = source.lines().chars(source.text(), offset);
        Position { line: position.line + 1, column: position.column + 1 }
    };
    (one_based(at.span.start), one_based(at.span.end.max(at.span.start)))
}
