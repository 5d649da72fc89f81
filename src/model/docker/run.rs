use std::borrow::Cow;
use std::sync::OnceLock;

use super::ShellKind;
use crate::syntax::dockerfile::{Heredoc, Instruction, SourceMap};
use crate::syntax::shell::Script;
use crate::text::{Source, Span};

/// The way a `RUN` gives its script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunForm {
    /// A command line, maybe with heredocs that its commands read.
    Shell,
    /// JSON: no shell takes part.
    Exec,
    /// One heredoc and nothing else: its body is the script.
    Heredoc,
}

/// A script that a build runs: a `RUN`, also one behind `ONBUILD`.
#[derive(Debug)]
pub struct Run<'p> {
    /// The number of the instruction (of the `ONBUILD`, if it is a trigger).
    pub instruction: usize,
    /// The position of the stage in [`super::Dockerfile::stages`].
    pub stage: usize,
    /// Whether it stands behind `ONBUILD`.
    pub onbuild: bool,
    /// How the script is given.
    pub form: RunForm,
    /// The shell that runs it; [`ShellKind::Other`] also for a body with a `#!` line of another
    /// interpreter. For [`RunForm::Exec`] what the words say: `["bash", "-c", ...]` is nested.
    pub shell: ShellKind,
    /// The interpreter that a `#!` line of the body names.
    pub interpreter: Option<&'p str>,
    /// The script; for [`RunForm::Exec`] the JSON text.
    pub text: Cow<'p, str>,
    /// The way back to the file. For [`RunForm::Exec`] use [`Run::to_source`].
    pub map: SourceMap,
    /// The words of [`RunForm::Exec`] with their places, quotes included.
    pub words: Vec<(Cow<'p, str>, Span)>,
    /// The variables that the script names and that `ARG` or `ENV` give a known value.
    values: Vec<(String, String)>,
    script: OnceLock<Option<Script>>,
}

impl<'p> Run<'p> {
    pub(super) fn new(
        source: &'p Source,
        instruction: &Instruction<'p>,
        (number, stage, onbuild): (usize, usize, bool),
        shell: ShellKind,
    ) -> Self {
        let mut run = Self {
            instruction: number,
            stage,
            onbuild,
            form: RunForm::Shell,
            shell,
            interpreter: None,
            text: Cow::Borrowed(""),
            map: SourceMap::default(),
            words: Vec::new(),
            values: Vec::new(),
            script: OnceLock::new(),
        };
        if let Some(words) = instruction.exec() {
            run.form = RunForm::Exec;
            run.text = Cow::Owned(instruction.rest_text().to_owned());
            run.map = instruction.logical.map.tail(instruction.rest.start);
            run.words = words.iter().map(|word| (word.text.clone(), word.span)).collect();
            return run;
        }
        let Some(command) = instruction.shell() else { return run };
        match instruction.heredocs.as_slice() {
            [] => {
                run.text = command.text.clone();
                run.map = instruction.logical.map.tail(command.at);
            }
            [only] if only.marker.span == command.span => {
                run.form = RunForm::Heredoc;
                (run.text, run.map) = body(source, only);
                run.interpreter = interpreter(source.slice(only.body));
                if let Some(program) = run.interpreter {
                    run.shell = ShellKind::of_program(program);
                }
            }
            heredocs => {
                let mut text = command.text.clone().into_owned();
                let mut map = instruction.logical.map.tail(command.at);
                for heredoc in heredocs {
                    text.push('\n');
                    let whole = heredoc.body.cover(heredoc.terminator);
                    append(&mut text, &mut map, source, whole, false);
                }
                (run.text, run.map) = (Cow::Owned(text), map);
            }
        }
        run
    }

    /// Notes the values that the script's variables have from outside.
    pub(super) fn look_up(&mut self, value: impl Fn(&str) -> Option<String>) {
        let mut names: Vec<&str> = variable_names(&self.text).collect();
        names.sort_unstable();
        names.dedup();
        let known = names.into_iter().filter_map(|name| Some((name.to_owned(), value(name)?)));
        self.values = known.collect();
    }

    /// The value of a variable that the script has from `ARG` and `ENV`.
    pub fn value(&self, name: &str) -> Option<&str> {
        let at = self.values.binary_search_by(|(own, _)| own.as_str().cmp(name)).ok()?;
        Some(&self.values[at].1)
    }

    /// The tree of the script; nothing if no Bourne shell runs it. Read at the first call.
    pub fn script(&self) -> Option<&Script> {
        let outer = |name: &str| self.value(name).map(str::to_owned);
        let script = self.script.get_or_init(|| match self.form {
            RunForm::Exec => {
                let words = self.words.iter().map(|(word, _)| word.as_ref());
                (!self.words.is_empty()).then(|| Script::from_words(words, &outer))
            }
            _ => {
                let dialect = self.shell.dialect()?;
                let foreign = Script::looks_like_powershell(&self.text);
                let parse = || Script::parse_with(self.text.as_ref(), dialect, &outer);
                (!foreign).then(parse).filter(|script| !script.is_foreign())
            }
        });
        script.as_ref()
    }

    /// Where a span of [`Run::script`] stands in the file.
    pub fn to_source(&self, span: Span) -> Span {
        if self.form != RunForm::Exec {
            return self.map.span(span.start..span.end);
        }
        let Some(script) = self.script() else { return Span::default() };
        let word = |offset: u32| {
            let (item, within) = script.item_at(offset);
            let word = self.words.get(item);
            word.map_or(Span::default(), |(text, span)| {
                let quoted = span.len() as usize == text.len() + 2;
                // A string with escapes is pointed at as a whole.
                if quoted { Span::empty(span.start + 1 + within) } else { *span }
            })
        };
        let start = word(span.start);
        let end = word(span.end.saturating_sub(1).max(span.start));
        let extra = u32::from(end.is_empty() && !span.is_empty());
        Span::new(start.start, (end.end + extra).max(start.start))
    }
}

/// What may be the name of a variable in a script: `$NAME`, `${NAME...`.
fn variable_names(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('$').filter_map(|(at, _)| {
        let rest = text[at + 1..].trim_start_matches('{');
        let word = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
        let end = rest.find(|ch| !word(ch)).unwrap_or(rest.len());
        rest.get(..end).filter(|name| !name.is_empty())
    })
}

/// The body of a heredoc as the shell gets it.
fn body<'p>(source: &'p Source, heredoc: &Heredoc<'p>) -> (Cow<'p, str>, SourceMap) {
    let raw = source.text().get(heredoc.body.range()).unwrap_or("");
    if !heredoc.strip_tabs && !raw.contains('\r') {
        return (Cow::Borrowed(raw), SourceMap::contiguous(heredoc.body.start));
    }
    let mut text = String::with_capacity(raw.len());
    let mut map = SourceMap::default();
    append(&mut text, &mut map, source, heredoc.body, heredoc.strip_tabs);
    (Cow::Owned(text), map)
}

/// Adds lines of the file, each with `\n` at its end however it ends in the file.
fn append(text: &mut String, map: &mut SourceMap, source: &Source, span: Span, strip_tabs: bool) {
    let raw = source.slice(span);
    let mut at = span.start;
    for line in raw.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let stripped = if strip_tabs { body.trim_start_matches('\t') } else { body };
        let tabs = u32::try_from(body.len() - stripped.len()).unwrap_or(0);
        map.push(u32::try_from(text.len()).unwrap_or(u32::MAX), at + tabs);
        text.push_str(stripped);
        if line.ends_with('\n') {
            text.push('\n');
        }
        at += u32::try_from(line.len()).unwrap_or(0);
    }
}

/// The program of a `#!` line; behind `env` the one that it starts.
fn interpreter(body: &str) -> Option<&str> {
    let line = body.strip_prefix("#!")?.lines().next()?;
    let mut words = line.split_whitespace();
    let program = words.next()?;
    if program.rsplit('/').next() == Some("env") {
        return words.find(|word| !word.starts_with('-') && !word.contains('='));
    }
    Some(program)
}
