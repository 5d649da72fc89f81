use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    // Without any Dockerfile the configuration is for other projects, or makes its own.
    if facts.dockerfiles.is_empty() {
        return;
    }
    for (job, pipeline) in facts.jobs() {
        let shells = facts.shells(job, pipeline);
        for build in facts.builds_of(job, pipeline) {
            let found = build.missing_path((job, pipeline), shells, facts.files);
            let Some((path, given)) = found else { continue };
            let is_context = std::ptr::eq(given, &build.context);
            let what = if is_context { "build context" } else { "Dockerfile" };
            let message = format!(
                "`{path}` is not in the repository, and {} takes it as the {what}",
                build.tool.name()
            );
            let report = cx.report(given.at, message).symbol(format!("path:{path}"));
            let name = path.rsplit('/').next().unwrap_or(path);
            let mut others = facts.dockerfiles.iter().map(|file| file.source.path.as_str());
            let same = others.find(|other| other.rsplit('/').next() == Some(name));
            match same.filter(|_| !is_context) {
                Some(other) => report.help(format!("there is `{other}`")),
                None => report.help("correct the path, seen from the folder that the job is in"),
            };
        }
    }
}
