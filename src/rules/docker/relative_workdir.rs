use crate::model::docker::{Dockerfile, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::Workdir) {
        let Some(word) = step.instruction.value() else { continue };
        let known = file.value(step.index, &word.text);
        // Where a variable stands behind the first folder, that one already tells.
        let written = unquoted(&word.text);
        let starts_plainly = written
            .starts_with(|ch: char| ch.is_ascii_alphanumeric() || ch == '.')
            && written.find('/') < written.find('$');
        let path = match &known {
            Some(path) => path.as_str(),
            None if starts_plainly && written.contains('/') => written,
            None => continue,
        };
        let path = unquoted(path);
        if path.is_empty() || is_absolute(path) || is_absolute(unquoted(&word.text)) {
            continue;
        }
        let earlier = file.state(step.index).workdir;
        let message = format!("`WORKDIR {path}` is relative; an absolute path says where it is");
        let report = cx.report(file.at(word.span), message).symbol(step.symbol());
        let starts_with_variable = unquoted(&word.text).starts_with('$');
        match earlier {
            // The builder's own check knows the folder once one was set.
            Some(earlier) => {
                let report = report.alias("DL3000");
                let Some(before) = file.instructions().get(earlier) else { continue };
                let report = report.label(file.at(before.span), "relative to this one");
                let folder = before.value().and_then(|it| file.value(earlier, &it.text));
                let folder = folder.as_deref().map(unquoted).unwrap_or("");
                if folder.starts_with('/') && !path.contains("..") && is_plain(&word.text) {
                    let path = path.trim_start_matches("./");
                    let whole = format!("{}/{path}", folder.trim_end_matches('/'));
                    report.replace(word.span, whole.clone(), format!("Write `{whole}`"));
                }
            }
            None if starts_with_variable => {
                report.alias("WorkdirRelativePath");
            }
            None => {}
        }
    }
}

fn is_absolute(path: &str) -> bool {
    let mut chars = path.chars();
    let first = chars.next();
    let drive = first.is_some_and(|ch| ch.is_ascii_alphabetic()) && chars.next() == Some(':');
    matches!(first, Some('/' | '\\')) || drive
}

/// Whether a path is written out, with nothing that would have to be quoted or expanded.
fn is_plain(text: &str) -> bool {
    unquoted(text).bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte))
}
