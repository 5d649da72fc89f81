use crate::model::docker::{CopyParts, Dockerfile, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::Copy) {
        let instruction = step.instruction;
        let (Some(from), Some(parts)) =
            (instruction.flag_value("from"), CopyParts::of(instruction))
        else {
            continue;
        };
        let whole = parts.sources.iter().any(|source| unquoted(&source.text) == "/");
        if !whole || unquoted(&parts.destination.text) != "/" {
            continue;
        }
        // Squashing an image into one layer on an empty base is what people mean by it.
        let message = format!(
            "`COPY --from={} / /` takes over the whole file system; only what is needed should be copied",
            from.text
        );
        cx.report(file.at(instruction.rest_span()), message).symbol(step.symbol());
    }
}
