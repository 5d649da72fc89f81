use rustc_hash::FxHashSet;

use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::{is_source_keyword, ref_fault};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let mut told = FxHashSet::default();
    for job in &pipeline.jobs {
        for keyword in ["only", "except"] {
            let Some(value) = job.get(keyword) else { continue };
            let refs = if value.as_map().is_some() { value.given("refs") } else { Some(value) };
            for item in refs.map(|it| it.flat(10)).unwrap_or_default() {
                let Some(text) = item.as_str().filter(|text| !text.contains(['@', '$'])) else {
                    continue;
                };
                let (why, meant) = match (meant(text), ref_fault(text)) {
                    _ if is_source_keyword(text) || text.starts_with('/') => continue,
                    (Some(meant), _) => {
                        ("it names a branch or tag of this name", Some(meant.to_owned()))
                    }
                    (None, Some((_, Some(bare)))) => {
                        ("names stand here without `refs/...`", Some(bare))
                    }
                    (None, Some(_)) if text.contains('*') => {
                        ("wildcards mean nothing here", as_pattern(text))
                    }
                    (None, Some((why, None))) => (why, None),
                    (None, None) => continue,
                };
                if !told.insert(item.at()) {
                    continue;
                }
                let message = format!(
                    "`{keyword}` of `{}` names `{text}`, which no pipeline fits: {why}",
                    job.name
                );
                let report = cx
                    .report(&item.origin, message)
                    .symbol(format!("job:{}/{keyword}/{text}", job.name));
                let _ = match meant {
                    Some(meant) => report.help(format!("write `{meant}`")),
                    None => report.help(
                        "write a name, a keyword such as `branches`, or a pattern between slashes",
                    ),
                };
            }
        }
    }
}

/// The keyword that was meant.
fn meant(text: &str) -> Option<&'static str> {
    Some(match text {
        "branch" | "branchs" | "brances" => "branches",
        "tag" => "tags",
        "merge-request"
        | "merge-requests"
        | "mergerequests"
        | "merge_request_event"
        | "merge_requets"
        | "merge_reqests"
        | "merge requests"
        | "mr"
        | "MR" => "merge_requests",
        "scheduled" | "scheduler" => "schedules",
        _ => return None,
    })
}

/// The wildcards as a pattern, for a plain name.
fn as_pattern(text: &str) -> Option<String> {
    let plain = text.chars().all(|ch| ch.is_ascii_alphanumeric() || "-_./*".contains(ch));
    let pattern = text.replace('.', "\\.").replace('/', "\\/").replace('*', ".*");
    plain.then(|| format!("/^{pattern}$/"))
}
