use crate::model::docker::{CopyParts, Dockerfile};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for download in file.downloads() {
        let at = download.at;
        if is_open(&download.url) && !download.is_verified() {
            cx.report(at.at(download.word.span()), message(&download.url))
                .help("fetch it over `https://`, or compare its checksum")
                .symbol(at.symbol());
        }
    }
    for at in file.commands() {
        let Some(git) = at.invocation().filter(|it| it.is("git")) else { continue };
        let Some(clone) = git.subcommand(&["-C", "-c"]).filter(|it| it.is_any(&["clone", "fetch"]))
        else {
            continue;
        };
        let Some(word) = clone.arguments().find(|word| is_open(word.literal_prefix())) else {
            continue;
        };
        cx.report(at.at(word.span()), message(word.literal_prefix()))
            .help("clone over `https://`")
            .symbol(at.symbol());
    }
    for step in file.all(Keyword::Add) {
        let Some(parts) = CopyParts::of(step.instruction) else { continue };
        for source in &parts.sources {
            let url = file.value(step.index, &source.text).unwrap_or(source.text.to_string());
            if is_open(&url) && step.instruction.flag("checksum").is_none() {
                cx.report(file.at(source.span), message(&url))
                    .help("fetch it over `https://`, or add `--checksum=sha256:...`")
                    .symbol(step.symbol());
            }
        }
    }
}

fn message(url: &str) -> String {
    let scheme = url.split_once("://").map_or("http", |(scheme, _)| scheme);
    format!(
        "`{scheme}://` lets anybody on the way put in something else; the image takes what comes, \
         and `https://` would not"
    )
}

/// Whether an address is fetched in the open, from a host that is not at home.
fn is_open(url: &str) -> bool {
    let rest =
        url.strip_prefix("http://").or(url.strip_prefix("git://")).or(url.strip_prefix("ftp://"));
    let Some(rest) = rest else { return false };
    let host = rest.split(['/', ':', '?']).next().unwrap_or("");
    let private = ["10.", "192.168.", "127.", "172.17.", "host.docker.internal", "metadata.google"];
    // A name without a dot is one of the build's own network; a variable may be anything.
    host.contains('.')
        && !host.contains('$')
        && !private.iter().any(|it| host.starts_with(it))
        && ![".local", ".internal", ".localhost"].iter().any(|end| host.ends_with(end))
}
