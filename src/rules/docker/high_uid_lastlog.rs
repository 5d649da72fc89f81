use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// A uid of so many digits makes `/var/log/lastlog` tens of megabytes long, or more.
const MANY_DIGITS: usize = 6;

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for at in file.commands() {
        let Some(useradd) = at.invocation().filter(|it| it.is("useradd")) else { continue };
        if at.may_give(useradd, &["-l", "--no-log-init"]) {
            continue;
        }
        let outer = |name: &str| at.value(name);
        let Some(uid) = useradd.option_value(&["-u", "--uid"]) else { continue };
        let known = uid.text.map(str::to_owned).or_else(|| uid.word.text_at(at.command, &outer));
        let Some(text) = known.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit())) else {
            continue;
        };
        let Some(name) = useradd.name_word().filter(|_| text.len() >= MANY_DIGITS) else {
            continue;
        };
        let message = format!(
            "`useradd` with the uid {text} writes a huge `/var/log/lastlog` into the layer; \
             `--no-log-init` keeps it from that"
        );
        let edit = at.insert_behind(name.span(), " --no-log-init");
        let report = cx.report(at.at(uid.word.span()), message).symbol(at.symbol());
        let report = report.help("add `--no-log-init`");
        if let Some(edit) = edit {
            report.replace(edit.span, edit.text, "Add `--no-log-init`");
        }
    }
}
