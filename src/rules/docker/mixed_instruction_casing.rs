use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    // Arguments in front of the first `FROM` neither vote nor are judged.
    let steps = || {
        file.steps()
            .filter(|step| step.stage.is_some() && step.instruction.keyword != Keyword::Unknown)
    };
    let (mut lower, mut upper) = (0, 0);
    for step in steps() {
        let name = step.instruction.name.text.as_ref();
        lower += usize::from(!name.contains(char::is_uppercase));
        upper += usize::from(!name.contains(char::is_lowercase));
    }
    for step in steps() {
        let word = &step.instruction.name;
        let right = if lower > upper {
            word.text.to_ascii_lowercase()
        } else {
            word.text.to_ascii_uppercase()
        };
        if word.text != right {
            let message = format!(
                "`{}` is written otherwise than most instructions; it would be `{right}`",
                word.text
            );
            cx.report(file.at(word.span), message).symbol(step.symbol()).replace(
                word.span,
                right.clone(),
                format!("Write `{right}`"),
            );
        }
    }
}
