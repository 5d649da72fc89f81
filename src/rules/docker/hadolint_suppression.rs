use crate::model::docker::{Dockerfile, PragmaScope, Tool};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for pragma in file.pragmas.iter().filter(|pragma| pragma.tool == Tool::Hadolint) {
        if !matches!(pragma.scope, PragmaScope::Within(_)) {
            continue;
        }
        let names = pragma.skip.join(", ");
        let message =
            format!("the comment hides findings of {names} in place; here they are to be mended");
        cx.report(file.at(pragma.span), message).symbol(names);
    }
}
