use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::From) {
        let Some(flag) = step.instruction.flag("platform") else { continue };
        let Some(value) = &flag.value else { continue };
        if !matches!(value.text.as_ref(), "$TARGETPLATFORM" | "${TARGETPLATFORM}") {
            continue;
        }
        let message = "`--platform=$TARGETPLATFORM` is the default; `FROM` needs no flag for it";
        let report = cx.report(file.at(flag.span), message).symbol(step.symbol());
        let behind = file.source.text().get(flag.span.end as usize..).unwrap_or("");
        let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        if blanks > 0 && !behind[blanks..].starts_with(file.tree.escape) {
            let end = flag.span.end + u32::try_from(blanks).unwrap_or(0);
            report.replace(Span::new(flag.span.start, end), "", "Take the flag off");
        }
    }
}
