use crate::model::docker::{Dockerfile, RunCommand};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// The endings of what the unpackers below take.
const ARCHIVES: &[&str] = &[
    ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2", ".tb2", ".tar.xz", ".txz", ".tar.zst",
    ".tar.lz", ".tlz", ".tar.Z", ".tZ", ".gz", ".bz2", ".xz", ".lzma", ".lz", ".Z", ".zip", ".7z",
    ".rar", ".cab", ".tpz",
];
const UNPACKERS: &[&str] = &[
    "unzip",
    "gunzip",
    "bunzip2",
    "unxz",
    "unlzma",
    "uncompress",
    "zcat",
    "gzcat",
    "zgz",
    "xzcat",
    "bzcat",
];

/// A copied archive: its place in the file, and its path in the image.
struct Copied {
    span: Span,
    path: String,
    stage: usize,
}

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let mut copied = copies(file);
    for at in file.commands().filter(|it| !it.run.onbuild) {
        let found = copied.iter().position(|it| it.stage == at.run.stage && unpacks(at, &it.path));
        let Some(archive) = found.map(|found| copied.remove(found)) else { continue };
        let name = archive.path.rsplit('/').next().unwrap_or(&archive.path).to_owned();
        let tar = name.contains(".t") && !name.ends_with(".tar.zst");
        let help = if tar {
            "`ADD` unpacks a local tar archive, and keeps nothing of it"
        } else {
            "mount it for the `RUN` that unpacks it: `RUN --mount=type=bind,target=...`"
        };
        cx.report(
            file.at(archive.span),
            format!("`{name}` is copied, then unpacked, and stays in a layer besides its content"),
        )
        .label(at.at(at.command.span()), "unpacked here")
        .help(help)
        .symbol(at.symbol());
    }
}

fn copies(file: &Dockerfile<'_>) -> Vec<Copied> {
    let mut found = Vec::new();
    for step in file.all(Keyword::Copy) {
        let Some(stage) = step.stage else { continue };
        if step.instruction.flag("from").is_some() {
            continue;
        }
        let [sources @ .., target] = step.instruction.words() else { continue };
        let value = |text: &str| file.value(step.index, text);
        let Some(target) = value(&target.text) else { continue };
        for source in sources {
            let Some(text) = value(&source.text) else { continue };
            let is_archive = |text: &str| ARCHIVES.iter().any(|ending| text.ends_with(ending));
            let base = text.rsplit('/').next().unwrap_or(&text);
            let path = if is_archive(&target) {
                target.clone()
            } else {
                format!("{}/{base}", target.trim_end_matches('/'))
            };
            if is_archive(&text) || is_archive(&path) {
                found.push(Copied { span: source.span, path, stage: stage.index });
            }
        }
    }
    found
}

/// Whether the command unpacks the archive: it names it by its path or by its name alone.
fn unpacks(at: RunCommand<'_, '_>, path: &str) -> bool {
    let Some(invocation) = at.invocation() else { return false };
    let extracts = || {
        invocation.has_flag(&["-x", "--extract", "--get"])
            || invocation.arguments().next().is_some_and(|word| {
                // `tar xzf`: the old style without a dash.
                let first = word.literal_prefix();
                !first.contains(['/', '.', '-']) && first.contains('x')
            })
    };
    let unpacker = invocation.is_any(UNPACKERS)
        || (invocation.is("tar") && extracts())
        || (invocation.is_any(&["gzip", "bzip2", "xz"])
            && invocation.has_flag(&["-d", "--decompress"]));
    let name = path.rsplit('/').next().unwrap_or(path);
    let outer = |variable: &str| at.value(variable);
    unpacker
        && invocation.arguments().any(|word| {
            let text = word.text_at(at.command, &outer).unwrap_or_default();
            let text = text.strip_prefix("--file=").unwrap_or(&text);
            text == path || (text.rsplit('/').next() == Some(name) && !name.is_empty())
        })
}
