use crate::model::gitlab::{Artifacts, Job, JobShell, NeedKind, Section, overlaps, project_path};
use crate::rule::{Check, Cx, JobOf};
use crate::syntax::shell::{Command, Word};

pub(crate) const CHECK: Check = Check::Project(check);

/// Commands that fail if what they name is not there.
const READERS: [&str; 9] = ["cat", "cp", "mv", "tar", "unzip", "source", ".", "chmod", "sha256sum"];

/// Commands that make no files in the project.
const BENIGN: [&str; 14] = [
    "echo", "printf", "export", "set", "apk", "apt-get", "apt", "yum", "dnf", "date", "env", "pwd",
    "ls", "true",
];

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for of @ (job, pipeline) in facts.jobs() {
        let listed = job.dependencies.is_some() || job.needs.is_some();
        let from_elsewhere =
            job.needs.iter().flatten().any(|need| need.kind != NeedKind::Job || need.job.is_none());
        if !listed || from_elsewhere || job.is_partial() || !pipeline.is_complete() {
            continue;
        }
        for producer in &pipeline.jobs {
            let Some(artifacts) = &producer.artifacts else { continue };
            let shut_out = pipeline.fetches(job, producer) == Some(false)
                && pipeline.stage_index(&producer.stage) < pipeline.stage_index(&job.stage);
            let Some(path) = shut_out.then(|| only_from(artifacts, of, cx)).flatten() else {
                continue;
            };
            let used = facts
                .shells(job, pipeline)
                .iter()
                .find_map(|shell| Some((shell, use_of(shell, &path)?)));
            let Some((shell, word)) = used else { continue };
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

/// A path that these artifacts alone can bring into the job.
fn only_from(
    artifacts: &Artifacts<'_>,
    (job, pipeline): JobOf<'_, '_>,
    cx: &Cx<'_, '_>,
) -> Option<String> {
    let literal = artifacts.paths.iter().filter_map(|path| path.to_text());
    let literal = literal.map(|path| project_path(&path));
    literal.into_iter().find(|path| {
        let below = format!("{path}/");
        let committed = |file: &String| file == path || file.starts_with(&below);
        let brought = |other: &Job<'_>| {
            let paths =
                other.artifacts.iter().flat_map(|it| &it.paths).filter_map(|it| it.to_text());
            let any =
                paths.map(|it| project_path(&it)).any(|it| it.contains('$') || overlaps(&it, path));
            any && pipeline.fetches(job, other) != Some(false)
        };
        let cached = job
            .caches
            .iter()
            .any(|cache| cache.project_paths().iter().any(|it| overlaps(it, path)));
        path.len() > 2
            && !path.contains(['*', '$', '?'])
            && !cached
            && !cx.facts.files.paths().iter().any(committed)
            && !pipeline.jobs.iter().any(brought)
    })
}

/// The word by which a script reads the path, if nothing before it can have made it.
fn use_of<'s>(shell: &'s JobShell<'_>, path: &str) -> Option<Word<'s>> {
    if !matches!(shell.section, Section::Before | Section::Main) {
        return None;
    }
    let is_path = |word: &Word<'_>| {
        let text = project_path(word.literal_prefix());
        text.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    for command in shell.script.commands() {
        let run = command.invocation()?;
        let name = run.name()?;
        let of_path = |command: Command<'s>| command.words().find(is_path);
        if let Some(word) = of_path(command) {
            let first = command.words().next().is_some_and(|it| it.span() == word.span());
            let operand = run.operands(&[]).first().is_some_and(|it| it.span() == word.span());
            let reads = first || READERS.contains(&name) && (operand || name == "tar");
            return (reads && !command.is_tested()).then_some(word);
        }
        if !BENIGN.contains(&name) {
            return None;
        }
    }
    None
}
