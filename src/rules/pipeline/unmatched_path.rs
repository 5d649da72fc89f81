use rustc_hash::FxHashSet;

use crate::model::gitlab::{Pipeline, glob};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let paths = cx.facts.files.paths();
    let sites: Vec<_> = pipeline
        .path_patterns()
        .into_iter()
        .filter(|site| site.keyword == "changes" && !site.elsewhere)
        .filter_map(|site| {
            Some((site.value.as_str().filter(|it| !it.contains('$'))?.to_owned(), site))
        })
        .collect();
    let fits = |text: &str| paths.iter().any(|path| glob::matches(text, path));
    // Where no other pattern reaches a file, this is perhaps not the whole repository.
    let mut reached = sites.iter().map(|(text, _)| text.as_str());
    let is_whole = reached.any(|text| fits(text) && !is_configuration(text, pipeline));
    if !is_whole {
        return;
    }
    let mut told = FxHashSet::default();
    for (text, site) in &sites {
        // What begins wrongly or names a folder is told of elsewhere, with the reason.
        let folder = text.trim_end_matches("/**").trim_end_matches('/');
        let odd = text.starts_with(['/', '.']) && text.contains('/') && !text.starts_with(".g")
            || text.contains("//")
            || text.ends_with('/')
            || paths
                .iter()
                .any(|path| path.strip_prefix(folder).is_some_and(|it| it.starts_with('/')));
        if odd || fits(text) || !told.insert(site.value.at()) {
            continue;
        }
        cx.report(
            &site.value.origin,
            format!("`{text}` of `changes` matches no file of the repository"),
        )
        .symbol(format!("{}/{text}", site.owner))
        .help("correct the path, or remove it");
    }
}

/// Whether the pattern reaches the CI configuration itself, which is always there.
fn is_configuration(text: &str, pipeline: &Pipeline<'_>) -> bool {
    pipeline.files.iter().any(|file| glob::matches(text, &file.source.path))
}
