use std::collections::BTreeMap;

use crate::model::gitlab::{Job, JobShell, NeedKind, Pipeline, Section, overlaps, project_path};
use crate::rule::{Check, Cx, Facts, JobOf};
use crate::syntax::shell::Word;

pub(crate) const CHECK: Check = Check::Project(check);

/// Commands that fail if what they name is not there.
const READERS: [&str; 9] = ["cat", "cp", "mv", "tar", "unzip", "source", ".", "chmod", "sha256sum"];

/// Commands that make no files in the project.
const BENIGN: [&str; 14] = [
    "echo", "printf", "export", "set", "apk", "apt-get", "apt", "yum", "dnf", "date", "env", "pwd",
    "ls", "true",
];

/// The jobs that keep a path, by the path.
type Makers<'a, 'p> = BTreeMap<String, Vec<&'a Job<'p>>>;

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for pipeline in facts.pipelines.iter().filter(|it| it.is_complete()) {
        let mut listed = pipeline.jobs.iter().filter(|job| is_listed(job)).peekable();
        if listed.peek().is_none() {
            continue;
        }
        let makers = makers(pipeline);
        for job in listed.filter(|_| !makers.is_empty()) {
            let shells = facts.shells(job, pipeline).iter();
            let mut used = shells.filter_map(|shell| Some((shell, use_of(shell, &makers)?)));
            let Some((shell, (word, path))) = used.next() else { continue };
            let Some(producer) = left_out(path, &makers, (job, pipeline), facts) else { continue };
            let keyword = if job.dependencies.is_some() { "dependencies" } else { "needs" };
            let message = format!(
                "`{path}` is made by `{}`, whose artifacts `{}` does not fetch: its `{keyword}` leave that \
                 job out",
                producer.name, job.name
            );
            let report = cx.report(shell.at(word.span()), message);
            let report = report.symbol(format!("job:{}/artifacts-of:{}", job.name, producer.name));
            let report = report.help(format!("add `{}` to `{keyword}`", producer.name));
            if let Some(list) = job.get(keyword) {
                report.label(list.at(), "left out here");
            }
        }
    }
}

/// Whether a job names the jobs whose artifacts it gets, all of them in its own pipeline.
fn is_listed(job: &Job<'_>) -> bool {
    let mut needs = job.needs.iter().flatten();
    let listed = job.dependencies.is_some() || job.needs.is_some();
    listed && !job.is_partial() && needs.all(|it| it.kind == NeedKind::Job && it.job.is_some())
}

fn makers<'a, 'p>(pipeline: &'a Pipeline<'p>) -> Makers<'a, 'p> {
    let mut makers = Makers::new();
    for job in &pipeline.jobs {
        let paths = job.artifacts.iter().flat_map(|it| &it.paths).filter_map(|it| it.to_text());
        for path in paths.map(|it| project_path(&it)) {
            if path.len() > 2 && !path.contains(['*', '$', '?']) {
                makers.entry(path).or_default().push(job);
            }
        }
    }
    makers
}

/// The job that makes the path, if nothing brings the path into this job.
fn left_out<'a, 'p>(
    path: &str,
    makers: &Makers<'a, 'p>,
    (job, pipeline): JobOf<'a, 'p>,
    facts: &Facts<'p>,
) -> Option<&'a Job<'p>> {
    let below = format!("{path}/");
    let committed = |file: &String| file == path || file.starts_with(&below);
    let cached = |it: &String| overlaps(it, path);
    if job.caches.iter().any(|cache| cache.project_paths().iter().any(cached))
        || facts.files.paths().iter().any(committed)
        || pipeline.artifacts_may_bring(path, job)
    {
        return None;
    }
    let stage = |job: &Job<'_>| pipeline.stage_index(&job.stage);
    makers.get(path)?.iter().copied().find(|maker| stage(maker) < stage(job))
}

/// The word by which a script reads a path, and the path, if nothing before it can have made it.
fn use_of<'s, 'm>(
    shell: &'s JobShell<'_>,
    makers: &'m Makers<'_, '_>,
) -> Option<(Word<'s>, &'m str)> {
    if !matches!(shell.section, Section::Before | Section::Main) {
        return None;
    }
    let made = |word: Word<'s>| {
        let text = project_path(word.literal_prefix());
        let mut at = text.as_str();
        loop {
            if let Some((path, _)) = makers.get_key_value(at) {
                return Some((word, path.as_str()));
            }
            at = at.rsplit_once('/')?.0;
        }
    };
    for command in shell.script.commands() {
        let run = command.invocation()?;
        let name = run.name()?;
        if let Some((word, path)) = command.words().find_map(made) {
            let is_word = |it: Option<&Word<'s>>| it.is_some_and(|it| it.span() == word.span());
            let first = is_word(command.words().next().as_ref());
            let operand = is_word(run.operands(&[]).first()) || name == "tar";
            let reads = first || READERS.contains(&name) && operand;
            return (reads && !command.is_tested()).then_some((word, path));
        }
        if !BENIGN.contains(&name) {
            return None;
        }
    }
    None
}
