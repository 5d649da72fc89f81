use rustc_hash::FxHashSet;

use crate::model::gitlab::expand::{Piece, pieces};
use crate::model::gitlab::reach::PathSite;
use crate::model::gitlab::{Pipeline, Value};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let mut told = FxHashSet::default();
    for site in pipeline.path_patterns() {
        let Some(text) = site.value.as_str() else { continue };
        let Some((why, right)) = fault(text) else {
            doubled_by_variable(&site, text, pipeline, cx);
            continue;
        };
        if !told.insert(site.value.at()) {
            continue;
        }
        let message = format!("`{text}` of `{}` matches no file: {why}", site.keyword);
        let mut report =
            cx.report(&site.value.origin, message).symbol(format!("{}/{text}", site.owner()));
        if let Some(right) = right {
            report = report.help(format!("write `{right}`"));
            if is_written_so(site.value, pipeline, text) {
                report.replace(site.value.at().span, quoted(&right), format!("write `{right}`"));
            }
        } else {
            let _ = report.help("write the path as it is seen from the root of the repository");
        }
    }
}

/// Why the pattern cannot match, and what was meant.
fn fault(text: &str) -> Option<(&'static str, Option<String>)> {
    let bare = text.trim_start_matches("./").trim_start_matches('/');
    let meant = (!bare.is_empty()).then(|| bare.to_owned());
    if text.starts_with("./") {
        return Some(("paths begin at the root of the repository, without `./`", meant));
    }
    if text.starts_with("../") {
        return Some((
            "paths begin at the root of the repository, and nothing lies above it",
            None,
        ));
    }
    if text.starts_with('/') {
        return Some(("paths begin at the root of the repository, without a slash", meant));
    }
    let doubled = text.contains("//") && !text.contains("://");
    doubled.then(|| ("no path has two slashes in a row", Some(text.replace("//", "/"))))
}

/// Reports a variable whose value ends in the slash that the pattern has behind it.
fn doubled_by_variable(
    site: &PathSite<'_, '_>,
    text: &str,
    pipeline: &Pipeline<'_>,
    cx: &mut Cx<'_, '_>,
) {
    for pair in pieces(text).windows(2) {
        let [Piece::Variable { name, .. }, Piece::Text(behind)] = *pair else { continue };
        if !behind.starts_with('/') {
            continue;
        }
        let variable = match site.job {
            Some(job) => pipeline.variable_of(job, name),
            None => pipeline.variable(name),
        };
        let outside = cx.facts.settings.variable(name).is_some();
        let Some(variable) = variable.filter(|it| !outside && it.description.is_none()) else {
            continue;
        };
        let Some(value) = variable.text.as_ref().filter(|it| it.ends_with('/')) else { continue };
        let message = format!(
            "`{text}` of `{}` matches no file: `{name}` is `{value}`, and no path has two slashes in a row",
            site.keyword
        );
        cx.report(&site.value.origin, message)
            .symbol(format!("{}/{text}", site.owner()))
            .label(variable.value.at(), "it is set here")
            .help("take the slash away from one of them");
        return;
    }
}

/// Whether the place holds just the text, in quotes or not.
fn is_written_so(value: &Value<'_>, pipeline: &Pipeline<'_>, text: &str) -> bool {
    let file = pipeline.files.iter().find(|file| file.source.id == value.at().source);
    file.is_some_and(|file| file.source.slice(value.at().span).trim_matches(['"', '\'']) == text)
}

fn quoted(text: &str) -> String {
    let plain = text.chars().all(|ch| ch.is_ascii_alphanumeric() || "-_./*".contains(ch));
    if plain && !text.starts_with('*') { text.to_owned() } else { format!("\"{text}\"") }
}
