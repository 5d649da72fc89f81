use crate::model::docker::{Dockerfile, MountOption, MountOptions, RunForm};
use crate::rule::{Check, Cx, Safety};
use crate::syntax::dockerfile::{Flag, Instruction, Keyword};
use crate::syntax::shell::Command;
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let steps: Vec<_> = file.steps().collect();
    for pair in steps.windows(2) {
        let [before, step] = pair else { continue };
        let both = [before, step].iter().all(|it| {
            it.instruction.keyword == Keyword::Run && it.stage.is_some() && is_short(file, it.index)
        });
        if !both || flags(before.instruction) != flags(step.instruction) {
            continue;
        }
        let report = cx
            .report(
                file.at(step.instruction.name.span),
                "two `RUN` in a row make two layers; one can do both",
            )
            .label(file.at(before.instruction.name.span), "the one before")
            .help("join them with `&&`");
        if let Some(edit) = joined(file, before.index, step.index) {
            report.fix("Join the two", Safety::Unsafe, vec![(file.source.id, edit)]);
        }
    }
}

/// Puts `&&` in the place of what stands between two scripts; nothing where more than blanks does.
fn joined(file: &Dockerfile<'_>, before: usize, after: usize) -> Option<Edit> {
    let (one, other) = (file.instructions().get(before)?, file.instructions().get(after)?);
    let plain = |index: usize| {
        let run = file.run_of(index)?;
        let script = run.script()?;
        let text = script.text().trim_end();
        let ends = !text.ends_with(['&', ';', '|', '\\']) && !text.starts_with(['!', '#']);
        (run.form == RunForm::Shell
            && ends
            && script.errors().is_empty()
            && script.comments().is_empty())
        .then_some(())
    };
    plain(before)?;
    plain(after)?;
    let between = file.source.slice(Span::new(one.span.end, other.span.start.max(one.span.end)));
    let heredocs = !one.heredocs.is_empty() || !other.heredocs.is_empty();
    if heredocs || !between.trim().is_empty() {
        return None;
    }
    let newline = if file.source.text().contains("\r\n") { "\r\n" } else { "\n" };
    let span = Span::new(one.span.end, other.rest_span().start);
    Some(Edit { span, text: format!(" {}{newline}    && ", file.tree.escape) })
}

/// A longer script is a step of its own, which the build cache keeps apart for a reason.
/// Assignments and tests are no work.
fn is_short(file: &Dockerfile<'_>, instruction: usize) -> bool {
    let works = |command: &Command<'_>| {
        let name = command.words().next().map(|word| word.source_text());
        !matches!(name, None | Some("[" | "[[" | "(("))
    };
    let script = file.run_of(instruction).and_then(|run| run.script());
    script.is_some_and(|script| script.commands().filter(works).count() == 1)
}

/// The flags, in an order of their own. The options of a mount have one too, and one name each.
fn flags(instruction: &Instruction<'_>) -> Vec<(String, Vec<String>)> {
    let parts = |flag: &Flag<'_>| {
        let value = flag.value.as_ref().map_or("", |value| &*value.text);
        if flag.name.text != "mount" {
            return vec![value.to_owned()];
        }
        let mount = MountOptions::read(value, |text| Some(text.to_owned()));
        let mut options: Vec<String> = mount.options.iter().map(option).collect();
        options.sort_unstable();
        options
    };
    let pairs = instruction.flags.iter();
    let mut flags: Vec<_> = pairs.map(|flag| (flag.name.text.to_string(), parts(flag))).collect();
    flags.sort_unstable();
    flags
}

fn option(option: &MountOption) -> String {
    let key = match option.key.as_str() {
        "dst" | "destination" => "target",
        "src" => "source",
        "ro" => "readonly",
        "rw" => "readwrite",
        key => key,
    };
    format!("{key}={}", option.value.as_deref().unwrap_or(""))
}
