use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx, Safety};
use crate::syntax::dockerfile::Keyword;
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for stage in &file.stages {
        let Some(span) = stage.name_span else { continue };
        let written = file.source.slice(span);
        if !written.contains(char::is_uppercase) {
            continue;
        }
        let lower = written.to_lowercase();
        let message =
            format!("stage name `{written}` has capitals; BuildKit knows the stage as `{lower}`");
        let mut edits = vec![Edit { span, text: lower.clone() }];
        let places = references(file, written).into_iter().filter(|it| it.start > span.start);
        edits.extend(places.map(|span| Edit { span, text: lower.clone() }));
        let edits = edits.into_iter().map(|edit| (file.source.id, edit)).collect();
        cx.report(file.at(span), message).symbol(format!("stage {lower}")).fix(
            "Write the name in lower case, wherever it stands",
            Safety::Safe,
            edits,
        );
    }
}

/// Where the name stands as the source of a copy, or as a base.
fn references(file: &Dockerfile<'_>, name: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for step in file.steps() {
        let instruction = step.instruction;
        if instruction.keyword == Keyword::From {
            let image = instruction.from_parts().map(|parts| parts.image);
            found.extend(image.filter(|word| word.text == name).map(|word| word.span));
        }
        let from = instruction.flag_value("from").filter(|word| word.text == name);
        found.extend(from.map(|word| word.span));
    }
    found
}
