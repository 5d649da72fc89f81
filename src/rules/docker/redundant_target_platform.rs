use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::{Expander, Keyword, Value};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::From) {
        let Some(flag) = step.instruction.flag("platform") else { continue };
        let Some(value) = &flag.value else { continue };
        if !is_target(file, &value.text) {
            continue;
        }
        let message = "`--platform=$TARGETPLATFORM` is the default; `FROM` needs no flag for it";
        let mut report = cx.report(file.at(flag.span), message).symbol(step.symbol());
        if !matches!(value.text.as_ref(), "$TARGETPLATFORM" | "${TARGETPLATFORM}") {
            report = report.alias("RedundantTargetPlatform");
        }
        let behind = file.source.text().get(flag.span.end as usize..).unwrap_or("");
        let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        if blanks > 0 && !behind[blanks..].starts_with(file.tree.escape) {
            let end = flag.span.end + u32::try_from(blanks).unwrap_or(0);
            report.replace(Span::new(flag.span.start, end), "", "Take the flag off");
        }
    }
}

/// Whether a value comes to that of `TARGETPLATFORM`, which always has one, with no other variable.
fn is_target(file: &Dockerfile<'_>, text: &str) -> bool {
    const NAME: &str = "TARGETPLATFORM";
    let lookup = |name: &str| match name {
        NAME => Value::Set("os/arch".into()),
        _ => Value::Unset,
    };
    let expansion = Expander::new(file.tree.escape).expand(text, lookup);
    expansion.is_ok_and(|it| {
        let only = !it.references.is_empty() && it.references.iter().all(|it| it.name == NAME);
        only && it.text == "os/arch"
    })
}
