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
                let Ok(Port { host: Some(host), .. }) = Port::parse(text) else { continue };
                let message = format!(
                    "`{text}` names the host side `{host}`, which `EXPOSE` ignores; only the port counts"
                );
                let report = cx.report(file.at(word.span), message).symbol(step.symbol());
                let report =
                    report.help("`docker run --publish` says on which port of the host it appears");
                if let Some(port) = word.text.strip_prefix(host).and_then(|it| it.strip_prefix(':'))
                {
                    report.replace(word.span, port, "Take the host side off");
                }
            }
        }
    }
}
