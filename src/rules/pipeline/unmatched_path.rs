use std::collections::BTreeMap;

use crate::model::gitlab::reach::paths_like;
use crate::model::gitlab::{Pipeline, glob};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

/// How many times a path is held against a pattern at most.
const COMPARISONS: usize = 100_000;

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let paths = cx.facts.files.paths();
    let sites = pipeline.path_patterns();
    let plain = |text: &&str| !text.contains('$');
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    let mut missing = Vec::new();
    let mut left = COMPARISONS;
    for site in sites.iter().filter(|site| site.keyword == "changes" && !site.elsewhere) {
        let Some(text) = site.value.as_str().filter(plain) else { continue };
        if known.contains_key(text) {
            continue;
        }
        let near = paths_like(text, paths);
        left = left.saturating_sub(near.len());
        if left == 0 {
            return;
        }
        let fits = near.iter().any(|path| glob::matches(text, path));
        known.insert(text, fits);
        if !fits && !is_told_elsewhere(text, paths) {
            missing.push((text, site));
        }
    }
    // Where many reach nothing but the configuration, this is not the whole repository.
    let own = |text: &str| pipeline.files.iter().any(|file| glob::matches(text, &file.source.path));
    let reached = known.iter().filter(|(text, fits)| **fits && !own(text)).count();
    if reached < 2 || missing.len() * 4 > reached && missing.len() > 1 {
        return;
    }
    for (text, site) in missing {
        cx.report(
            &site.value.origin,
            format!("`{text}` of `changes` matches no file of the repository"),
        )
        .symbol(format!("{}/{text}", site.owner()))
        .help("correct the path, or remove it");
    }
}

/// What begins wrongly or names a folder is told of by another rule, with the reason.
fn is_told_elsewhere(text: &str, paths: &[String]) -> bool {
    let folder = text.trim_end_matches("/**").trim_end_matches('/');
    let in_folder = |path: &String| path.strip_prefix(folder).is_some_and(|it| it.starts_with('/'));
    let misrooted = text.starts_with('/') || text.starts_with("./") || text.starts_with("../");
    misrooted
        || text.contains("//")
        || text.ends_with('/')
        || paths_like(folder, paths).iter().any(in_folder)
}
