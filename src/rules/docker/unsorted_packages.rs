use crate::model::docker::{Action, Dockerfile, PackageCommand, RunCommand};
use crate::rule::{Check, Cx, Safety};
use crate::syntax::shell::Word;
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Shorter lists are seen at a glance.
const LEAST: usize = 3;

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        let Some(words) = listed(at, &command) else { continue };
        let texts: Vec<&str> = words.iter().map(|word| word.source_text()).collect();
        let mut sorted = texts.clone();
        sorted.sort_by_key(|text| (text.to_ascii_lowercase(), *text));
        let Some(place) = texts.iter().zip(&sorted).position(|(is, right)| is != right) else {
            continue;
        };
        let doubled = sorted.windows(2).any(|pair| pair[0] == pair[1]);
        let edits = words.iter().zip(&sorted).filter(|(word, right)| word.source_text() != **right);
        let edits = edits.map(|(word, right)| {
            let edit = Edit { span: at.run.to_source(word.span()), text: (*right).to_owned() };
            (file.source.id, edit)
        });
        let message = format!(
            "the packages of `{} {}` are not sorted: `{}` would be the next here",
            command.manager.name(),
            command.verb.name().unwrap_or("install"),
            sorted[place]
        );
        let report = cx
            .report(at.at(words[place].span()), message)
            .help("sort them, so that a diff shows what was added and nothing is named twice")
            .symbol(at.symbol());
        if !doubled {
            report.fix("Sort the packages", Safety::Safe, edits.collect());
        }
    }
}

/// The packages of a command, if they stand one on a line, with nothing else between them. The order
/// has no meaning to the managers of systems.
fn listed<'d>(at: RunCommand<'d, '_>, command: &PackageCommand<'d>) -> Option<Vec<Word<'d>>> {
    let installs = matches!(command.action, Action::Install | Action::Remove);
    let system = !matches!(command.manager.name(), "pip" | "pipx" | "npm" | "yarn" | "gem" | "go");
    if !installs || !system || command.is_module() || !at.is_editable() {
        return None;
    }
    let words = command.operands();
    if words.len() < LEAST
        || words.iter().any(|word| word.literal().is_none() || word.is_filled_in())
    {
        return None;
    }
    let source = at.dockerfile.source;
    let apart = words.windows(2).all(|pair| {
        let from = at.run.to_source(pair[0].span()).end;
        let gap = source.slice(Span::new(from, at.run.to_source(pair[1].span()).start.max(from)));
        let blank = |ch: char| ch.is_whitespace() || ch == at.dockerfile.tree.escape;
        gap.contains('\n') && gap.chars().all(blank)
    });
    apart.then_some(words)
}
