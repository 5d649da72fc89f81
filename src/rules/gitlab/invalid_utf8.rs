use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    let pipelines =
        facts.pipelines.iter().flat_map(|pipeline| pipeline.files.iter().map(|file| file.source));
    let dockerfiles = facts.dockerfiles.iter().map(|dockerfile| dockerfile.source);
    let specs = facts.spec.files.iter().map(|file| file.source);
    let mut seen = Vec::new();
    let refused = pipelines.map(|source| (source, "; GitLab refuses such a file"));
    let others = dockerfiles.chain(specs).map(|source| (source, ""));
    for (source, consequence) in refused.chain(others) {
        let Some(first) = source.invalid_utf8().first().filter(|_| !seen.contains(&source.id))
        else {
            continue;
        };
        seen.push(source.id);
        let count = source.invalid_utf8().len();
        let more =
            if count > 1 { format!(", and in {} more places", count - 1) } else { String::new() };
        cx.report(
            source.at(*first),
            format!("`{}` holds bytes that are not UTF-8 here{more}{consequence}", source.path),
        )
        .symbol(format!("file:{}/utf8", source.path))
        .help("save the file as UTF-8");
    }
}
