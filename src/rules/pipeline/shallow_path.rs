use rustc_hash::FxHashSet;

use crate::model::gitlab::reach::paths_like;
use crate::model::gitlab::{Pipeline, glob};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let paths = cx.facts.files.paths();
    let mut told = FxHashSet::default();
    for site in pipeline.path_patterns().into_iter().filter(|site| site.keyword == "changes") {
        let Some(text) = site.value.as_str().filter(|text| !text.contains(['$', '{', '['])) else {
            continue;
        };
        if text.starts_with('/') || text.starts_with("./") {
            continue;
        }
        let folder = text.strip_suffix("/**").or_else(|| text.strip_suffix('/')).unwrap_or(text);
        let inside =
            |path: &&String| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        if folder.is_empty() || folder.contains(['*', '?']) {
            continue;
        }
        let missed =
            paths_like(folder, paths).iter().filter(inside).find(|path| !glob::matches(text, path));
        let right = format!("{folder}/**/*");
        let message = match missed {
            _ if text.ends_with('/') => {
                format!(
                    "`{text}` matches no file: it is compared with whole paths, not with folders"
                )
            }
            Some(missed) if text.ends_with("/**") => {
                format!(
                    "`{text}` reaches the files right in `{folder}` and no deeper one, such as `{missed}`"
                )
            }
            Some(missed) if !paths.contains(&folder.to_owned()) => {
                format!("`{text}` is a folder, and matches no file in it, such as `{missed}`")
            }
            _ => continue,
        };
        if told.insert(site.value.at()) {
            cx.report(&site.value.origin, message)
                .symbol(format!("{}/{text}", site.owner()))
                .help(format!("write `{right}` for all files below `{folder}`"));
        }
    }
}
