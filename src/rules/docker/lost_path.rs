use crate::model::docker::{Base, Dockerfile, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Folders of which a search path of a Unix image has one.
const FOLDERS: [&str; 2] = ["/usr/bin", "/bin"];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::Env) {
        let Some(stage) = step.stage else { continue };
        let bottom = file.ancestry(stage).last();
        if bottom.is_none_or(|stage| stage.base == Base::Scratch) {
            continue;
        }
        for pair in step.instruction.pairs() {
            let Some(value) = pair.value.as_ref().filter(|_| unquoted(&pair.key.text) == "PATH")
            else {
                continue;
            };
            let Ok(expansion) = file.expand(step.index, &value.text) else { continue };
            let windows = expansion.text.contains([';', '\\']);
            let kept = expansion.text.split(':').any(|folder| FOLDERS.contains(&folder));
            if !expansion.references.is_empty() || windows || kept {
                continue;
            }
            let message = format!(
                "`PATH={}` drops the search path of the base image, where `sh` and all other programs are; \
                 `$PATH` has to stand in it",
                expansion.text
            );
            cx.report(file.at(pair.span), message)
                .help(format!(
                    "write `PATH={}:$PATH`, in double quotes or none",
                    unquoted(&value.text).trim_end_matches(":$PATH")
                ))
                .symbol(step.symbol());
        }
    }
}
