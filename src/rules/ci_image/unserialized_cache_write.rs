use crate::model::evidence::{Data, Kind};
use crate::model::gitlab::{Job, Pipeline};
use crate::rule::{Bound, Check, Cx, JobOf, Judgement};
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Clause(check);

/// Variables that are not there yet when GitLab makes the name of the group, or differ each time.
const PER_PIPELINE: [&str; 6] = [
    "CI_COMMIT_SHA",
    "CI_COMMIT_SHORT_SHA",
    "CI_PIPELINE_ID",
    "CI_PIPELINE_IID",
    "CI_JOB_ID",
    "CI_CONCURRENT_ID",
];

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let wanted = bound.params.get("word").map(|param| param.text.clone());
    let setup = facts.jobs_in_role("setup");
    let own: Vec<_> = setup.iter().flat_map(|(job, _)| &job.caches).collect();
    // What has no group because it should not write at all is another rule's finding.
    let in_setup =
        |job: &Job<'_>| setup.is_empty() || setup.iter().any(|(it, _)| it.name == job.name);
    let writers: Vec<JobOf<'_, '_>> = facts
        .jobs()
        .filter(|(job, pipeline)| {
            if !in_setup(job) && job.get("resource_group").is_none() {
                return false;
            }
            job.caches.iter().any(|cache| {
                let shared = own.is_empty()
                    || own.iter().any(|other| {
                        cache.shares_paths(other) || cache.key_identity() == other.key_identity()
                    });
                shared && can_write(cache, (job, pipeline))
            })
        })
        .collect();
    if writers.is_empty() {
        return Judgement::Unknown("no job writes a cache".to_owned());
    }
    let mut violated = false;
    let mut groups: Vec<String> = Vec::new();
    for (job, pipeline) in writers {
        match group(job, pipeline, wanted.as_deref(), cx) {
            Some(group) => groups.push(group),
            None => violated = true,
        }
    }
    groups.dedup();
    if violated {
        Judgement::Violated
    } else if groups.iter().any(|group| group.contains('$')) {
        Judgement::ProvenWith(
            "the group differs from branch to branch; pipelines of one branch are serialized"
                .into(),
        )
    } else {
        group_seen(&groups, cx)
    }
}

/// What the server says of the groups, if it was asked.
fn group_seen(groups: &[String], cx: &Cx<'_, '_>) -> Judgement {
    let seen = cx.facts.seen(Kind::ResourceGroups, |it| match &it.data {
        Data::ResourceGroups(list) => list.iter().find(|group| groups.contains(&group.key)),
        _ => None,
    });
    match seen {
        Ok((_, group)) => Judgement::ProvenWith(
            format!("the server has the group, in the mode `{}`", group.process_mode).into(),
        ),
        Err(_) => Judgement::Proven,
    }
}

/// The group that serializes a writing job; nothing, with a report, if none does.
fn group<'p>(
    job: &Job<'p>,
    pipeline: &Pipeline<'p>,
    wanted: Option<&str>,
    cx: &mut Cx<'_, 'p>,
) -> Option<String> {
    let name = &job.name;
    let symbol = format!("job:{name}/resource_group");
    let Some(value) = job.get("resource_group") else {
        let group = wanted.unwrap_or("cache_updates");
        let report = cx
            .report(job.key_at, format!("`{name}` writes the cache and has no `resource_group`, so two pipelines can write it at once"))
            .symbol(symbol)
            .help(format!("add `resource_group: {group}`"));
        if let Some((at, indent)) = first_line_of(job, pipeline) {
            let edit =
                Edit { span: Span::empty(at), text: format!("resource_group: {group}\n{indent}") };
            report.fix(
                format!("add `resource_group: {group}`"),
                crate::rule::Safety::Safe,
                vec![(job.key_at.source, edit)],
            );
        }
        return None;
    };
    let text = value.to_text().unwrap_or_default().into_owned();
    let resolved = pipeline
        .possible_values(job, &text)
        .filter(|it| it.len() == 1)
        .map_or(text.clone(), |it| it[0].clone());
    let wrong = if !is_valid(&resolved) {
        Some(format!(
            "resource group `{resolved}` of `{name}` is no name that GitLab takes; it drops the group without a word"
        ))
    } else if let Some(variable) = PER_PIPELINE.iter().find(|variable| resolved.contains(*variable))
    {
        Some(format!(
            "resource group `{resolved}` of `{name}` is another one for each pipeline (`${variable}`), so it serializes nothing"
        ))
    } else {
        let head = wanted.filter(|wanted| {
            resolved != **wanted
                && !resolved.starts_with(&format!("{wanted}_$"))
                && !resolved.starts_with(&format!("{wanted}-$"))
        });
        head.map(|wanted| {
            format!("resource group of `{name}` is `{resolved}`; the spec says `{wanted}`")
        })
    };
    match wrong {
        None => Some(resolved),
        Some(message) => {
            let report = cx
                .report(&value.origin, message)
                .symbol(symbol)
                .help("use one name of letters, digits, `-` and `_` for all writers");
            if let (Some(wanted), None) = (wanted, &value.origin.last) {
                report.replace(value.origin.at.span, wanted, format!("name the group `{wanted}`"));
            }
            None
        }
    }
}

/// Letters, digits, `-`, `_`, `/`, `$`, `{`, `}`, `.` and blanks, no slash at the ends, at most 255.
fn is_valid(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && !name.starts_with('/')
        && !name.ends_with('/')
        && name.chars().all(|ch| ch.is_ascii_alphanumeric() || "-_/${}. ".contains(ch))
}

fn can_write(cache: &crate::model::gitlab::Cache<'_>, (job, pipeline): JobOf<'_, '_>) -> bool {
    cache.policy.writes().unwrap_or_else(|| {
        let text =
            cache.value.given("policy").and_then(|it| it.to_text().map(|it| it.into_owned()));
        let values = text.and_then(|text| pipeline.possible_values(job, &text));
        values.is_some_and(|values| values.iter().any(|value| value != "pull"))
    })
}

/// Where the first key of the job's own block mapping stands, and the indentation of the keys.
fn first_line_of(job: &Job<'_>, pipeline: &Pipeline<'_>) -> Option<(u32, String)> {
    let first = job
        .value
        .entries()
        .iter()
        .map(|entry| entry.key_at)
        .filter(|at| at.source == job.key_at.source);
    let first =
        first.filter(|at| at.span.start > job.key_at.span.end).min_by_key(|at| at.span.start)?;
    let file = pipeline.files.iter().find(|file| file.source.id == first.source)?;
    let text = file.source.text();
    let start = text[..first.span.start as usize].rfind('\n')? + 1;
    let indent = text.get(start..first.span.start as usize)?;
    let own = file.source.slice(Span::new(job.key_at.span.end, first.span.start));
    (indent.trim().is_empty() && !own.contains('{') && own.lines().count() == 2)
        .then(|| (first.span.start, indent.to_owned()))
}
