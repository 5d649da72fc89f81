use crate::model::gitlab::{Job, Pipeline, Value};
use crate::rule::{Check, Cx};
use crate::syntax::yaml::{NodeKind, Style};
use crate::text::{Location, Span};

pub(crate) const CHECK: Check = Check::Job(check);

/// Commands that take no command as an argument.
const PLAIN: [&str; 22] = [
    "echo", "cd", "export", "mkdir", "cp", "mv", "rm", "set", "source", "pip", "npm", "yarn",
    "make", "git", "apt-get", "apk", "cmake", "go", "cargo", "mvn", "touch", "ls",
];

/// What begins a command and is no argument.
const BEGIN: [&str; 6] = ["export ", "cd ", "echo ", "set -", "source ", "exit "];

/// What leads over to the next command.
const OPEN: [&str; 11] = ["\\", "&&", "||", "|", ";", "(", "{", "&", "then", "do", "else"];

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for item in job.scripts.iter().flat_map(|script| &script.items) {
        let Some((first, next)) = joined(pipeline, item) else { continue };
        let at = Location::new(item.at().source, next);
        let origin = crate::model::Origin { at, last: item.origin.last.clone() };
        let message = "YAML joins this line to the one above it, so the shell takes it for arguments \
                       and never runs it; use `|`, which keeps the lines";
        cx.report(&origin, message)
            .symbol(format!("job:{}/script", job.name))
            .label(Location::new(item.at().source, first), "becomes one command with it")
            .help("put a dash under the dash above, begin the block with `|`, or put `&&` or `;` between the commands");
    }
}

/// Two lines that folding joins and that are two commands.
fn joined(pipeline: &Pipeline<'_>, item: &Value<'_>) -> Option<(Span, Span)> {
    item.as_str()?;
    let file = pipeline.files.iter().find(|it| it.source.id == item.at().source)?;
    let tree = pipeline.tree(file.source.id)?;
    let node = tree.node(tree.follow(item.node?));
    let NodeKind::Scalar(scalar) = &node.kind else { return None };
    let header = match scalar.style {
        Style::Folded => 1,
        Style::Plain => 0,
        _ => return None,
    };
    let text = file.source.slice(node.span);
    if !text.contains('\n') {
        return None;
    }
    let mut at = node.span.start;
    let mut before: Option<(Span, &str, usize)> = None;
    let mut paragraph = String::new();
    let mut base: Option<usize> = None;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let start = at;
        at += u32::try_from(line.len()).unwrap_or(0);
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        if number < header || trimmed.is_empty() {
            before = None;
            paragraph.clear();
            continue;
        }
        let from = start + u32::try_from(indent).unwrap_or(0);
        let span = Span::new(from, from + u32::try_from(trimmed.len()).unwrap_or(0));
        // In a folded block a line that is indented further keeps its break; a plain text does not.
        let base = *base.get_or_insert(indent);
        let folds =
            |other: usize| scalar.style == Style::Plain || other == indent && indent == base;
        if let Some((above, text, _)) = before.filter(|(_, _, other)| folds(*other)) {
            let is_plain = text.split(' ').next().is_some_and(|name| PLAIN.contains(&name));
            let ended = !OPEN.iter().any(|end| text.ends_with(end));
            let quoted = ['"', '\''].iter().any(|quote| paragraph.matches(*quote).count() % 2 == 1);
            let begins = BEGIN.iter().any(|lead| trimmed.starts_with(lead));
            // A dash further in than the one above begins no item.
            let is_item = scalar.style == Style::Plain && trimmed.starts_with("- ");
            let joins = is_plain && begins || is_item;
            if joins && ended && !quoted && !paragraph.contains("$(") {
                return Some((above, span));
            }
        }
        paragraph.push_str(trimmed);
        before = Some((span, trimmed, indent));
    }
    None
}
