use crate::model::docker::{Dockerfile, is_near_json, repaired};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::{Instruction, Keyword};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.steps() {
        let instruction = step.instruction;
        let keyword = instruction.keyword;
        let judged = matches!(
            keyword,
            Keyword::Run
                | Keyword::Cmd
                | Keyword::Entrypoint
                | Keyword::Healthcheck
                | Keyword::Copy
                | Keyword::Add
                | Keyword::Volume
        );
        if !judged || instruction.exec().is_some() {
            continue;
        }
        let (text, span) = match instruction.shell() {
            Some(command) => (command.text.as_ref(), command.span),
            None => (instruction.rest_text(), instruction.rest_span()),
        };
        if !is_near_json(text) {
            continue;
        }
        let takes = match keyword {
            Keyword::Copy | Keyword::Add | Keyword::Volume => {
                "the builder takes the brackets and quotes for parts of names"
            }
            _ => "a shell gets it as it stands, and looks for a program of that name",
        };
        let message =
            format!("the list behind `{}` is no valid JSON, so {takes}", keyword.as_str());
        let report = cx
            .report(file.at(span), message)
            .help("JSON has strings in double quotes, and no comma behind the last one")
            .symbol(step.symbol());
        let report = match their_name(file, step.index, instruction) {
            Some(name) => report.alias(name),
            None => report,
        };
        let json = repaired(text).filter(|_| !instruction.is_continued());
        if let Some(json) = json {
            report.replace(span, json, "Write it as JSON");
        }
    }
}

/// The name under which another tool reports it, to which it is a command in shell form; none if all
/// of them do.
fn their_name(
    file: &Dockerfile<'_>,
    index: usize,
    instruction: &Instruction<'_>,
) -> Option<&'static str> {
    let chosen = file.shell(index).is_some_and(|shell| shell.instruction.is_some());
    match instruction.keyword {
        Keyword::Cmd | Keyword::Entrypoint if !chosen => None,
        Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck => Some("DL3025"),
        _ => Some("invalid-json-form"),
    }
}
