use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::{CheckDirective, ErrorKind};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for file in &facts.dockerfiles {
        for error in file.errors_of(ErrorKind::Directive) {
            let symbol = file.step_at(error.span.start).map(|it| it.symbol()).unwrap_or_default();
            cx.report(file.at(error.span), error.message.as_str())
                .symbol(symbol)
                .help("`syntax`, `escape` and `check` may each stand once at the very top");
        }
    }
    for build in &facts.builds {
        let Some(arg) = build.check_settings() else { continue };
        let Some(Err(option)) = arg.value.as_deref().map(CheckDirective::read) else { continue };
        let message = format!(
            "invalid check option {option:?} in `{}`: `skip`, `experimental` and `error` are known",
            arg.name
        );
        cx.report(arg.at, message).symbol(format!("arg:{}", arg.name));
    }
}
