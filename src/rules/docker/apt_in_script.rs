use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for at in file.commands() {
        let Some(apt) = at.invocation().filter(|it| it.is("apt")) else { continue };
        let Some(name) = apt.name_word() else { continue };
        let verb = apt.subcommand(&["-o", "--option", "-t", "-c"]);
        let instead = match verb.and_then(|verb| verb.name()) {
            Some("search" | "show" | "policy" | "depends" | "rdepends") => "apt-cache",
            Some("list" | "edit-sources" | "full-upgrade") => "",
            _ => "apt-get",
        };
        let message = if instead.is_empty() {
            "`apt` is made for people, and its output and options may change; scripts use `apt-get`"
                .to_owned()
        } else {
            format!(
                "`apt` is made for people, and its output and options may change; scripts use \
                 `{instead}`"
            )
        };
        let report = cx.report(at.at(name.span()), message).symbol(at.symbol());
        let report = report.help("use `apt-get` or `apt-cache`");
        if at.is_editable() && !instead.is_empty() && name.source_text() == "apt" {
            let span = at.run.to_source(name.span());
            report.replace(span, instead, format!("Use `{instead}`"));
        }
    }
}
