use crate::model::docker::{CopyParts, Dockerfile, Use};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Endings of what others are checked with.
const KEYS: [&str; 7] = [".asc", ".sig", ".gpg", ".key", ".sha256", ".pem", ".crt"];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for download in file.downloads() {
        if download.is_verified() || KEYS.iter().any(|end| download.url.ends_with(end)) {
            continue;
        }
        let Some((using, later)) = download.use_in_script() else { continue };
        let (is, done) = match using {
            Use::Run => ("run", "run here"),
            Use::Unpacked => ("unpacked", "unpacked here"),
            Use::Installed => ("installed", "installed here"),
        };
        let at = download.at;
        let message = format!(
            "what is fetched from `{}` is {is} unchecked; its checksum has to be compared first",
            host(&download.url)
        );
        cx.report(at.at(download.word.span()), message)
            .label(at.at(later.command.span()), done)
            .help("compare with `echo \"<checksum>  <file>\" | sha256sum -c -`, or fetch with `ADD --checksum=`")
            .symbol(at.symbol());
    }
    for step in file.all(Keyword::Add) {
        let Some(parts) = CopyParts::of(step.instruction) else { continue };
        if step.instruction.flag("checksum").is_some() {
            continue;
        }
        for source in &parts.sources {
            let url = file.value(step.index, &source.text).unwrap_or(source.text.to_string());
            let plain = url.starts_with("https://") || url.starts_with("http://");
            let path = url.split(['?', '#']).next().unwrap_or("");
            if !plain || path.ends_with(".git") || KEYS.iter().any(|end| url.ends_with(end)) {
                continue;
            }
            let message = format!(
                "what `ADD` fetches from `{}` is taken unchecked; `--checksum=sha256:...` says what it has to be",
                host(&url)
            );
            cx.report(file.at(source.span), message)
                .help("add `--checksum=sha256:...`")
                .symbol(step.symbol());
        }
    }
}

/// The host of an address, for messages.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '$']).unwrap_or(rest.len());
    let host = &rest[..end];
    host.rsplit('@').next().unwrap_or(host)
}
