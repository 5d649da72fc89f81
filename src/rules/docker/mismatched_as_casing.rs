use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::From) {
        let Some(word) = step.instruction.from_parts().and_then(|parts| parts.as_word) else {
            continue;
        };
        let from = step.instruction.name.text.as_ref();
        let right = match from {
            "FROM" => "AS",
            "from" => "as",
            // A mixed `From` is wrong by itself.
            _ => continue,
        };
        if word.text == right {
            continue;
        }
        let message =
            format!("`{}` is written otherwise than `{from}`; it would be `{right}`", word.text);
        cx.report(file.at(word.span), message).symbol(step.symbol()).replace(
            word.span,
            right,
            format!("Write `{right}`"),
        );
    }
}
