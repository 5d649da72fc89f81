use crate::model::docker::{Dockerfile, Port};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::Expose) {
        for word in step.instruction.words() {
            let Ok(expansion) = file.expand(step.index, &word.text) else { continue };
            if expansion.unknown {
                continue;
            }
            for (text, _) in &expansion.words {
                let Ok(Port { protocol: Some(protocol), .. }) = Port::parse(text) else { continue };
                let lower = protocol.to_ascii_lowercase();
                if protocol == lower {
                    continue;
                }
                let message =
                    format!("protocol `{protocol}` of `{text}` has capitals; it is `{lower}`");
                let report = cx.report(file.at(word.span), message).symbol(step.symbol());
                if let Some(port) = word.text.strip_suffix(protocol) {
                    report.replace(word.span, format!("{port}{lower}"), "Write it in lower case");
                }
            }
        }
    }
}
