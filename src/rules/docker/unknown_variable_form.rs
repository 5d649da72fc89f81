use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::ErrorKind;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for error in file.errors_of(ErrorKind::Expansion) {
        let symbol = file.step_at(error.span.start).map(|step| step.symbol()).unwrap_or_default();
        let report = cx.report(file.at(error.span), error.message.as_str()).symbol(symbol);
        report.help("work the value out in a `RUN`, or pass it as a build argument");
    }
}
